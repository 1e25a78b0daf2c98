"""Settling who the agent is at the start of a run, with a person there or without.

With a person: welcome back to the saved profile, or "I want Auto-GPT to: …" and a
model that works it out, or by hand. Without: the saved profile or the given task,
and never a question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from autogpt.core.errors import UsageError
from autogpt.core.ports import Model
from autogpt.core.profile import MOST_GOALS, Profile
from autogpt.profile.decomposing import NoProfile, decompose, profile_of_task
from autogpt.profile.saved import NO_OVERRIDES, Overrides, read_profile, set_aside, write_profile
from autogpt.settings.kinds import dollars
from autogpt.settings.texts import visible_path
from autogpt.terminal.answers import is_asking_for_help, is_leaving


class Questions(Protocol):
    """What asking needs of the terminal. None means that the person left."""

    def ask_line(self, prompt: str, default: str = "") -> str | None:
        """A line of the person's; `default` when it is empty."""
        ...

    def ask_yes_no(self, prompt: str, default: bool | None = None) -> bool | None:
        """Yes or no, asked until it is one of them; Enter alone is the default, if there is one."""
        ...

    def say(self, text: str) -> None:
        """A line to the person."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of the profile.

    `required` means that the person named `file` (`--ai-settings`), so it must be there.
    `reprompt` is False where the saved profile is to be used without asking
    (`--skip-reprompt`, and `--ai-settings`, which implies it). A `task` is for this run
    only: the saved profile is left alone. `passed_over` says that the file is there and
    not to be read: the person did not accept where it leads. `known` says that they saw or made
    the profile there before.
    """

    file: Path
    required: bool = False
    reprompt: bool = True
    task: str | None = None
    overrides: Overrides = NO_OVERRIDES
    passed_over: bool = False
    known: bool = False


MANUAL = "--manual"

_BY_HAND = Profile(
    "Reader-GPT",
    "an assistant that reads files and explains what they say",
    ("Read the files in the workspace and write a summary of them to summary.md",),
)
"""What is offered by hand when there is no task to start from: useful, and harmless."""


def choose_profile(asked: Asked, model: Model | None, questions: Questions | None) -> Profile | None:
    """The profile of this run; None when the person left. A new one is saved.

    `questions` is None when nobody is there to answer. Raises UsageError (a wrong file,
    nothing to do) and ProviderError (the key or the credit, when a model was asked).
    """
    if asked.task is not None:
        if asked.required and not asked.file.exists():
            raise _missing(asked)
        return _of_task(asked, model, questions)
    saved = None if asked.passed_over else read_profile(asked.file, asked.overrides)
    if saved is None and asked.required:
        raise _missing(asked)
    if saved is None and asked.overrides.complete:
        return asked.overrides.over(Profile("", "", ()))
    if saved is not None and (questions is None or not asked.reprompt):
        return saved
    if questions is None:
        raise UsageError(
            f"Nobody is there to say what to do: give --task, or a profile in {visible_path(asked.file)}."
        )
    if saved is not None:
        again = _welcome_back(saved, asked, questions)
        if again is not False:
            return saved if again else None
    profile = _new(asked, model, questions)
    if profile is not None:
        _save(asked.file, profile, questions, replaces=saved is not None)
    return profile


def _missing(asked: Asked) -> UsageError:
    return UsageError(
        f"There is no profile in {visible_path(asked.file)}; give --ai-settings an existing file."
    )


def _of_task(asked: Asked, model: Model | None, questions: Questions | None) -> Profile:
    task = (asked.task or "").strip()
    if not task:
        raise UsageError("The task is empty: say after --task what Auto-GPT should do.")
    profile = decompose(task, model) if model and not asked.overrides.complete else None
    if isinstance(profile, NoProfile) and questions:
        questions.say(f"{profile.why} The task itself is the only goal.")
    made = replace(profile, task=task) if isinstance(profile, Profile) else profile_of_task(task)
    chosen = asked.overrides.over(made)
    if questions:
        _show(chosen, questions)
    return chosen


def _welcome_back(saved: Profile, asked: Asked, questions: Questions) -> bool | None:
    if asked.known:
        questions.say(f"Welcome back! Last time I was {saved.name}:")
    else:
        questions.say(f"{visible_path(asked.file)} describes {saved.name}:")
    _show(saved, questions)
    return questions.ask_yes_no("Go on with this profile? (n makes a new one)")


def _show(profile: Profile, questions: Questions) -> None:
    questions.say(f"Name:   {profile.name}")
    questions.say(f"Role:   {profile.role}")
    questions.say("Goals:")
    for number, goal in enumerate(profile.goals, 1):
        questions.say(f"  {number}. {goal}")
    questions.say(f"Budget: {'no limit' if profile.budget is None else f'${profile.budget}'}")


def _new(asked: Asked, model: Model | None, questions: Questions) -> Profile | None:
    questions.say(
        f"Say what you want done, in a sentence or more; or {MANUAL} to set name, role and goals yourself."
    )
    task = _ask_task(questions)
    if task is None:
        return None
    if task.lower() == MANUAL:
        return _by_hand(asked.overrides.over(_BY_HAND), questions)
    profile = decompose(task, model) if model else NoProfile("There is no model to ask yet.")
    if isinstance(profile, NoProfile):
        questions.say(
            f"{profile.why} So let us set it up by hand: Enter takes what stands in brackets, Ctrl-D leaves."
        )
        return _by_hand(asked.overrides.over(profile_of_task(task)), questions)
    chosen = asked.overrides.over(replace(profile, task=task))
    _show(chosen, questions)
    return chosen


def _ask_task(questions: Questions) -> str | None:
    while (line := questions.ask_line("I want Auto-GPT to:")) is not None:
        if is_leaving(line):
            return None
        task = line.strip()
        if task and not is_asking_for_help(task):
            return task
        questions.say(
            f"{'' if task else 'That was empty. '}For example: "
            "find out what changed in Python 3.13 and write it to news.md"
        )
    return None


def _by_hand(default: Profile, questions: Questions) -> Profile | None:
    """Ask for each part, with the default's part for an empty answer."""
    name = _ask("Name of your AI", default.name, questions)
    if name is None:
        return None
    role = _ask(f"{name} is", default.role, questions)
    if role is None:
        return None
    goals = _ask_goals(default.goals, questions)
    if goals is None:
        return None
    return _ask_budget(Profile(name, role, goals), questions)


def _ask(what: str, default: str, questions: Questions) -> str | None:
    line = questions.ask_line(f"{what}:", default)
    return None if line is None else line.strip() or default


def _ask_goals(default: tuple[str, ...], questions: Questions) -> tuple[str, ...] | None:
    questions.say(f"Up to {MOST_GOALS} goals, one a line; an empty line ends them. Enter at once for:")
    for goal in default:
        questions.say(f"  {goal}")
    goals: list[str] = []
    while len(goals) < MOST_GOALS:
        line = questions.ask_line(f"Goal {len(goals) + 1}:")
        if line is None:
            return None
        if not line.strip():
            break
        goals.append(line.strip())
    return tuple(goals) or default


def _ask_budget(profile: Profile, questions: Questions) -> Profile | None:
    while (line := questions.ask_line("Budget in US dollars (Enter: no limit):")) is not None:
        try:
            budget = dollars(line) if line.strip() else Decimal(0)
        except ValueError:
            questions.say("That is not an amount. For example: 5 or 2.50; nothing for no limit.")
            continue
        return replace(profile, budget=budget or None)
    return None


def _save(file: Path, profile: Profile, questions: Questions, *, replaces: bool) -> None:
    """Save it; a profile that can't be saved still runs."""
    try:
        if replaces:
            questions.say(f"The old profile is kept in {visible_path(set_aside(file))}.")
        write_profile(file, profile)
    except UsageError as error:
        questions.say(f"{error} The run goes on without it.")
    else:
        questions.say(f"Saved to {visible_path(file)}.")
