"""How one event reads in the prompt, and what of it may never be forgotten.

A turn is rendered once, when its event happens, and never again: prompts grow
at their end only, so that the provider's prompt cache keeps hitting.
What comes from outside (results) stands between tags, marked as data, and signs
of chat templates are broken wherever they stand (`core.template_signs`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autogpt.core.actions import Action, Thoughts
from autogpt.core.events import Advised, Denied, Event, Garbled, Ran, Replied, Reviewed
from autogpt.core.limits import Measure, counted
from autogpt.core.messages import Message
from autogpt.core.template_signs import NOTE, broken, in_all, mended

MESSAGE_OVERHEAD = 4
"""Tokens that a message costs beyond its text, in the chat formats in use."""

MOST_TOKENS_OF_A_CHARACTER = 4
MOST_CHARACTERS_OF_A_TOKEN = 12
"""An emoji can come to four tokens; a text with fewer tokens than a twelfth of its characters is mostly blanks."""

ASK_USER = "ask_user"
"""The command whose result is the person's own words: no data, and never forgotten."""

TASK_COMPLETE = "task_complete"
"""The command that ends the run."""

LONGEST_NAME = 100
LONGEST_DONE_LINE = 100
LONGEST_QUESTION = 200
LONGEST_ARGUMENT_IN_LINE = 40


@dataclass(frozen=True, slots=True)
class Turn:
    """One event in the prompt. `size` is in tokens.

    `done`, `word` and `plan` are what a summary must not lose: the line for the
    list of what was done, the person's own words, and the model's latest plan.
    """

    message: Message
    size: int
    done: str = ""
    word: str = ""
    plan: tuple[str, ...] = ()


def turn_of(event: Event, measure: Measure, prompt_tokens: int) -> Turn | None:
    """The turn that an event adds to a prompt of at most `prompt_tokens` tokens, if it adds one."""
    match event:
        case Replied(thoughts=thoughts, action=action):
            text = _fitting_reply(thoughts, action, measure, max(60, prompt_tokens // 6))
            size = measure(text) + MESSAGE_OVERHEAD
            return Turn(Message("assistant", text), size, plan=thoughts.plan)
        case Garbled(text=reply, why=why):
            # The model's own words, as all that it writes: with signs as prompts show them.
            said = clip(mended(reply), 300) or "(an empty reply)"
            text = f"Your reply could not be used. It was: {marked(said, 'reply')}\n{mended(why)}"
            return _turn(Message("user", text), measure, prompt_tokens // 6)
        case Ran(action=Action(command=command) as action, ok=True, result=said) if command == ASK_USER:
            question = clip(str(action.args.get("question", "")), LONGEST_QUESTION)
            return _turn(
                Message("user", f"The user answers your question: {said}"),
                measure,
                prompt_tokens // 4,
                done=_brief(action),
                word=f"{said} (asked by you: {question})",
            )
        case Ran(action=action, ok=ok, result=result):
            text = result_text(action.command, ok, result)
            outcome = "" if ok else " (failed)"
            return _turn(Message("user", text), measure, prompt_tokens // 4, done=_brief(action) + outcome)
        case Denied(action=action, why=why):
            text = f"Command {action.command} was not run. {why}"
            return _turn(Message("user", text), measure, prompt_tokens // 6)
        case Advised(text=said):
            return _turn(
                Message("user", f"Feedback from the user: {said}"),
                measure,
                prompt_tokens // 4,
                word=said,
            )
        case Reviewed(agrees=False, verdict=verdict):
            text = f"You reviewed your own thoughts, and found: {mended(verdict)}\nThe command was not run."
            return _turn(Message("user", text), measure, prompt_tokens // 6)
        case _:
            return None


def unknown_outcome(action: Action, measure: Measure, why: str) -> Turn:
    """The turn for a command that was begun and whose end nobody saw."""
    text = (
        f"Command {action.command} was interrupted ({why}): its outcome is unknown. "
        "Check what it did before you repeat it."
    )
    return _turn(Message("user", text), measure, 400, done=f"{_brief(action)} (interrupted, outcome unknown)")


def _fitting_reply(thoughts: Thoughts, action: Action, measure: Measure, most: int) -> str:
    # What is cut are the values, never the JSON: the model copies the format that it sees.
    longest = most * 8
    text = reply_text(thoughts, action, longest=longest)
    while longest > 20 and len(text) * MOST_TOKENS_OF_A_CHARACTER > most and measure(text) > most:
        longest //= 2
        text = reply_text(thoughts, action, longest=longest)
    # Only hundreds of arguments are still too long here.
    return clip_to_tokens(text, most * 2, measure)


def reply_text(thoughts: Thoughts, action: Action, *, longest: int) -> str:
    """A reply in the format that the model is asked for, with long values cut to `longest` characters.

    `speak` is left out: it repeats the thoughts, and would be paid for at every step.
    """
    thought: dict[str, Any] = {"text": _shown(thoughts.text, longest)}
    if thoughts.reasoning:
        thought["reasoning"] = _shown(thoughts.reasoning, longest)
    if thoughts.plan:
        thought["plan"] = _shown("\n".join(f"- {item}" for item in thoughts.plan), longest)
    if thoughts.criticism:
        thought["criticism"] = _shown(thoughts.criticism, longest)
    args = {broken(name): _shown_value(value, longest) for name, value in action.args.items()}
    name = _shown(action.command, LONGEST_NAME)
    reply = {"thoughts": thought, "command": {"name": name, "args": args}}
    return json.dumps(reply, ensure_ascii=False, default=str)


def result_text(command: str, ok: bool, result: str) -> str:
    """A command's result, marked as data."""
    note = f"\n{NOTE}" if broken(result) != result else ""
    return f"Command {command} {'returned' if ok else 'failed'}: {marked(result, 'result')}{note}"


def quoted(text: str, tag: str) -> str:
    """Text from outside as a prompt may show it: as data, with signs of chat templates broken."""
    return marked(broken(text), tag)


def marked(text: str, tag: str) -> str:
    """Text from outside between tags that it cannot close itself, however it spells them."""
    inner = re.sub(rf"<(?=\s*/\s*{tag})", r"<\\", text, flags=re.IGNORECASE)
    return f"<{tag}>{inner}</{tag}>"


def clip(text: str, longest: int) -> str:
    """The text with its middle left out, and how much of it, when it is longer than `longest` characters."""
    if len(text) <= longest:
        return text
    note = f" […{counted(len(text) - longest, 'character')} left out…] "
    head = longest * 2 // 3
    return text[:head] + note + text[len(text) - (longest - head) :]


def clip_to_tokens(text: str, most: int, measure: Measure) -> str:
    """The text cut in its middle to at most `most` tokens; untouched when it fits.

    Where `most` is less than the note of what was left out needs, that note alone remains.
    """
    # Few characters can't be many tokens: no need to count.
    if len(text) * MOST_TOKENS_OF_A_CHARACTER <= most:
        return text
    longest = min(len(text), max(most, 0) * MOST_CHARACTERS_OF_A_TOKEN)
    shown = clip(text, longest)
    while longest > 0 and (size := measure(shown)) > most:
        longest = min(longest * 9 // 10, longest * most // size)
        shown = clip(text, longest)
    return shown


def _turn(
    message: Message,
    measure: Measure,
    most: int,
    *,
    done: str = "",
    word: str = "",
    plan: tuple[str, ...] = (),
) -> Turn:
    text = clip_to_tokens(broken(message.text), max(60, most), measure)
    return Turn(Message(message.role, text), measure(text) + MESSAGE_OVERHEAD, done, word, plan)


def _shown(text: str, longest: int) -> str:
    return clip(broken(text), longest)


def _shown_value(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return _shown(value, longest)
    text = broken(json.dumps(value, ensure_ascii=False, default=str))
    if len(text) > longest:
        return clip(text, longest)
    return in_all(broken, value)


def _brief(action: Action) -> str:
    values = [
        f"{name}={clip(' '.join(str(value).split()), LONGEST_ARGUMENT_IN_LINE)}"
        if len(str(value)) <= LONGEST_ARGUMENT_IN_LINE
        else f"{name}=…"
        for name, value in action.args.items()
    ]
    line = f"{action.command}({', '.join(values)})"
    return line if len(line) <= LONGEST_DONE_LINE else line[: LONGEST_DONE_LINE - 1] + "…"
