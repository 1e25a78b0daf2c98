"""What a run may do and use up: the person's rules, limits and workspace, from options and files.

Nothing that lies in the workspace or the current folder can widen them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autogpt.connect import Demonstration, Provider
from autogpt.core.errors import TO_COPY, UsageError
from autogpt.core.guidance import DEFAULT_GUIDANCE, Guidance
from autogpt.core.limits import Limits
from autogpt.core.policy import Policy, Preset, option_rules
from autogpt.guidance import read_guidance
from autogpt.journal.codec import Header
from autogpt.known_runs import is_known_run, moved_to, remember_run
from autogpt.policy_file import default_policy_path, read_policy
from autogpt.settings import Settings
from autogpt.settings.folder import PROMPT
from autogpt.settings.texts import visible_path
from autogpt.stage import STATE, Stage, is_named_by_container

NOBODY_ASKS = (
    "Nobody is there to approve commands: give --continuous, or allow some with --allow or --policy."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person's files and options say about how the agent works."""

    policy: Policy
    guidance: Guidance


def read_rules(here: Stage, source: Provider | Demonstration) -> Rules:
    """What the person's files and options say. Raises UsageError."""
    named, file = here.options.prompt_settings, here.settings.run.prompt_settings_file
    if named is not None and not file.exists():
        raise UsageError(f"There is no file {named}: give --prompt-settings an existing one.")
    policy = _policy(here)
    alone = not here.attended and not here.options.continuous and not isinstance(source, Demonstration)
    if alone and not policy.rules:
        raise UsageError(NOBODY_ASKS)
    guidance = DEFAULT_GUIDANCE if PROMPT in here.settings.passed_over else read_guidance(file)
    return Rules(policy, guidance)


def _policy(here: Stage) -> Policy:
    """What may run: the command line's rules before the policy file's; `--preset` over the file's."""
    policy, options = _policy_of_file(here), here.options
    try:
        rules = option_rules(options.allow, options.ask, options.deny)
    except ValueError as error:
        raise UsageError(str(error)) from None
    preset = Preset(options.preset) if options.preset else policy.preset
    return replace(policy, rules=(*rules, *policy.rules), preset=preset)


def policy_path(settings: Settings) -> Path | None:
    """The file of rules in use, or where the person's own would be; None where the system names no place."""
    folder = settings.configuration_folder
    return settings.run.policy_file or (default_policy_path(folder.parent) if folder else None)


def _policy_of_file(here: Stage) -> Policy:
    path = policy_path(here.settings)
    if path is None or (here.settings.run.policy_file is None and not path.exists()):
        return Policy()
    policy, warnings = read_policy(path)
    for warning in warnings:
        here.warn(warning)
    return policy


def in_workspace_of(here: Stage, header: Header) -> Stage | None:
    """The stage with the workspace that a run goes on in: its own, or the one that the command line names.

    `None` when the person who is asked does not want it. Nothing is made. Raises UsageError where the
    folder is gone, and where nobody is there to ask and only a journal, which may have come with somebody
    else's files, says where to write.
    """
    before, named = header.workspace, here.options.workspace_directory
    if named is not None:
        return _as_named(here, header, os.path.realpath(named.expanduser()))
    if not os.path.isdir(before) and (
        moved := moved_to(here.settings.configuration_folder, header.id, before, STATE)
    ):
        before = moved
    if not os.path.isabs(before) or not os.path.isdir(before):
        raise UsageError(
            f"The workspace of this run, {visible_path(Path(before))}, is gone. If it was moved, say where it is:"
            f"{_with_w(here, header)}"
        )
    if os.path.realpath(before) != before:
        raise UsageError(
            f"The workspace of this run, {visible_path(Path(before))}, is now a link to another folder. "
            f"Say which one to use:{_with_w(here, header)}"
        )
    usual = os.path.realpath(here.settings.files.workspace_directory.expanduser())
    files = replace(here.settings.files, workspace_directory=Path(before))
    there = replace(here, settings=replace(here.settings, files=files))
    known = began_here(here, header)
    if here.attended:
        if known and (before == usual or before != header.workspace):
            return there
        if not known:
            here.warn(
                "This run is not known to have begun on this account: if its record came with somebody's folder, it may "
                "say that you allowed more than you did."
            )
        if before != usual:
            here.say(
                f"This run works in {visible_path(Path(before))}, and not in {visible_path(Path(usual))}, as a new one would."
            )
        return there if here.questions.ask_yes_no("Go on there?") else None
    if not known:
        raise UsageError(
            f"Run {header.id} is not known to have begun on this account in {visible_path(Path(before))}, and nobody is there to "
            f"ask. If the agent may work there, say so:{_with_w(here, header, before)}"
        )
    return there


def _as_named(here: Stage, header: Header, now: str) -> Stage | None:
    """The same where the command line names the folder, which is the person's word.

    One that the run has not worked in is asked about where they are there, and then kept in mind for the
    next time. Raises UsageError.
    """
    if not os.path.isdir(now):
        raise UsageError(f"There is no folder {now}: make it first, or name another with -w.")
    configuration = here.settings.configuration_folder
    if now == header.workspace or is_known_run(configuration, header.id, now, STATE):
        return here
    before = visible_path(Path(header.workspace))
    if not here.attended:
        here.warn(f"This run worked in {before}. It goes on in {now}, as you say.")
        return here
    here.warn(f"This run worked in {before}, and not in {now}.")
    if not here.questions.ask_yes_no("Go on there, this time and the next?"):
        return None
    remember_run(configuration, header.id, Path(now), STATE)
    return here


def began_here(here: Stage, header: Header) -> bool:
    """Whether a run is known to have begun on this account, where its record now is; in a container all are."""
    return is_named_by_container(here.environ) or is_known_run(
        here.settings.configuration_folder, header.id, header.workspace, STATE
    )


def _with_w(here: Stage, header: Header, folder: str = "FOLDER") -> str:
    """The command that says the folder, as a line of its own that can be copied."""
    command = here.resumed_by(header.id, replace(here.options, workspace_directory=None), "-w", folder)
    return f"\n{TO_COPY}{command}"


def given_limits(here: Stage, before: Limits) -> Limits:
    """The limits with those replaced that are given for this start.

    API_BUDGET is for runs without a budget: one that was given to a run, or raised in it, stays.
    """
    options = here.options
    return Limits(
        budget=options.budget or before.budget or here.settings.run.api_budget,
        tokens=options.max_tokens or before.tokens,
        steps=options.max_steps or before.steps,
        seconds=options.max_time or before.seconds,
        stop_after=options.continuous_limit,
    )


def limits_of_unknown(here: Stage, before: Limits) -> Limits:
    """The limits of a run that isn't known to have begun here: its record raises no budget of the person's."""
    profile = here.record.profile(here.settings.run.ai_settings_file)
    theirs = (here.settings.run.api_budget, profile and profile.budget)
    budgets = [budget for budget in (before.budget, *theirs) if budget]
    return replace(before, budget=min(budgets, default=None))


def remember_accepted(here: Stage, header: Header) -> None:
    """The person said that this run may go on in its workspace: from now on it is known."""
    if here.attended and here.options.workspace_directory is None:
        remember_run(here.settings.configuration_folder, header.id, Path(header.workspace), STATE)


def limits_json(limits: Limits) -> dict[str, Any]:
    """The limits as a run's header keeps them."""
    return {
        "budget": None if limits.budget is None else str(limits.budget),
        "tokens": limits.tokens,
        "steps": limits.steps,
        "seconds": limits.seconds,
    }
