"""Turning a task into a name, a role and goals, by asking a model once.

The reply is read tolerantly: markdown, any bullets, prose around it, labels in
another language, JSON. What can't be read with confidence gives None, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from autogpt.core.errors import ContextOverflow, OverLimit, ProviderError
from autogpt.core.messages import Message
from autogpt.core.ports import Model
from autogpt.core.profile import MOST_GOALS, Profile

_REPLY_TOKENS = 2_000
"""Ample for a name, a sentence and five goals in any language, with a model that thinks first."""

_LONGEST_REPLY = 20_000
"""Characters. A profile is never longer; a server gone mad may send anything."""

_SYSTEM = """\
You prepare the work of an autonomous agent. A user tells you a task; you answer with a name for the agent, a \
description of its role, and one to five goals that together fulfil the task.

Answer in exactly this format and write nothing else:

Name: <a short name that ends in GPT>
Description: <one sentence that says what the agent is and does>
Goals:
- <goal>
- <goal>

Rules:
- The goals are the task itself in workable parts: concrete, in the order of the work, each with a result that can \
be checked.
- Keep every file name, address, number and limit that the user gave, exactly as given.
- Add nothing that the user didn't ask for. A simple task has one goal.
- Write in the user's language, but keep the words Name, Description and Goals.

Example

Task: Find out which of our three paper suppliers is cheapest for 500 packs a month and put a comparison into \
suppliers.md

Name: SupplierGPT
Description: a careful purchasing analyst that gathers prices, compares them on equal terms and reports what it \
found with its sources.
Goals:
- Find the current price, delivery cost and discounts of each of the three paper suppliers for 500 packs a month.
- Work out the whole monthly cost for each supplier on the same terms.
- Write a table with all figures and their sources to suppliers.md, and name the cheapest supplier below it."""

_LONGEST_TASK = 20_000
"""Characters of a task that are shown to the model here; the goals of a longer one are in its first pages."""


@dataclass(frozen=True, slots=True)
class NoProfile:
    """The model gave none; `why` is one sentence for the person."""

    why: str


_UNREADABLE = NoProfile("The model's answer can't be read as a profile.")


def decompose(task: str, model: Model) -> Profile | NoProfile:
    """The profile that the model makes of the task, or why there is none.

    Raises ProviderError where only the person can mend it (the key, the credit), and KeyboardInterrupt.
    """
    messages = (
        Message("system", _SYSTEM),
        Message(
            "user", f"Task: {task[:_LONGEST_TASK]}\n\nAnswer in the format above, without any other words."
        ),
    )
    try:
        completion = model.complete(messages, reply_tokens=_REPLY_TOKENS)
    except ProviderError as error:
        if error.of_account:
            raise
        return NoProfile(f"{str(error).rstrip('.')}.")
    except ContextOverflow:
        return NoProfile("The model's window is too small to be asked for a profile.")
    except OverLimit:
        return NoProfile("The budget is too small to ask the model for a profile.")
    read = read_decomposition(completion.text) if completion.finish == "stop" else None
    return read or _UNREADABLE


def profile_of_task(task: str) -> Profile:
    """A plain profile, made of the task itself without a model."""
    text = " ".join(task.split())
    role = text if len(text) <= 300 else f"{text[:299]}…"
    return Profile("Auto-GPT", f"an AI that does this task: {role}", (task.strip(),))


def read_decomposition(reply: str) -> Profile | None:
    """Read the model's answer; None when there is no name or no goal to be found in it."""
    text = re.sub(r"(?s)^.*</think(?:ing)?>", "", reply[:_LONGEST_REPLY])
    return _read_json(text) or _read_lines(text.splitlines())


def _profile(name: str, role: str, goals: Iterable[str]) -> Profile | None:
    name, role = _clean(name), _clean(role)
    kept = tuple(goal for text in goals if (goal := _clean(text)))[:MOST_GOALS]
    return Profile(name, role, kept) if name and role and kept and len(name) <= 100 else None


_BOLD = re.compile(r"\*\*(\S(?:.*?\S)?)\*\*")
_WRAPPED = re.compile(
    r"""([*_])(?=\S* )(?!\1)(.+)(?<!\1)\1|"([^"]+)"|'([^']+)'|“([^”]+)”|«([^»]+)»|<([^<>]+)>"""
)


def _clean(text: str) -> str:
    """One line without control characters, bold, and quotes or emphasis around the whole of it.

    Inside the text nothing else is taken away: `__init__.py` and `*.csv` are names.
    """
    line = " ".join(text.encode("utf-8", "ignore").decode("utf-8").split())
    line = _BOLD.sub(r"\1", "".join(c for c in line if c >= " " and not "\x7f" <= c <= "\x9f"))
    if wrapped := _WRAPPED.fullmatch(line):
        line = next(group for group in wrapped.groups()[1:] if group is not None)
    return line.strip()


def _read_json(text: str) -> Profile | None:
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end:
        return None
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    found = {_section(str(key)): part for key, part in value.items()}
    name, role, goals = found.get("name"), found.get("role"), found.get("goals")
    if not isinstance(name, str) or not isinstance(role, str) or not isinstance(goals, list):
        return None
    return _profile(name, role, (goal for goal in goals if isinstance(goal, str)))


_SECTIONS = {"name": "name", "description": "role", "role": "role", "goal": "goals", "objective": "goals"}


def _section(label: str) -> str | None:
    """Which of the three parts a label announces, if one."""
    words = re.sub(r"[\s_]+", " ", label).strip().lower().removeprefix("ai ").removeprefix("agent ")
    return _SECTIONS.get(words.removesuffix("s") if words != "name" else words)


_BULLET = re.compile(
    r"(?P<indent>\s*)(?:(?:[-+•‣▪●○◦–—·・]|\*(?!\*))\s*|\(?\d{1,2}[.)]\s+|\d{1,2}、\s*|[a-eA-E]\)\s+)(?P<text>\S.*)"
)
_LABEL = re.compile(r"[\s#>*_]*(?P<label>[^\s#>*_:：][^:：]{0,40}?)[\s*_]*[:：][\s*_]*(?P<value>.*)")
_NUMBERED_GOAL = re.compile(r"(?i)[*_]*(?:goal|objective)\s*\d{1,2}[*_]*\s*[:.)–-][\s*_]*(?P<text>\S.*)")


def _label(line: str) -> tuple[str, str] | None:
    """A line's label and what stands after it: `**Name:** X`, `1. Name: X`, `## Name`."""
    bullet = _BULLET.fullmatch(line)
    text = bullet["text"] if bullet else line
    if match := _LABEL.fullmatch(text):
        value = match["value"].strip()
        # `**Name: X**` leaves the closing marks behind
        return match["label"], value.removesuffix("**") if "**" not in value[:-2] else value
    bare = text.strip(" \t#*_")
    return (bare, "") if bare and _section(bare) else None


def _read_lines(lines: list[str]) -> Profile | None:
    parts = _english(lines) or _by_shape(lines)
    return _profile(*parts) if parts else None


_Parts = tuple[str, str, list[str]]


def _english(lines: list[str]) -> _Parts | None:
    """By the labels that were asked for, in any order."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        in_goals = current is not None and current is found.get("goals")
        label = (
            None
            if in_goals and (_BULLET.fullmatch(line) or _NUMBERED_GOAL.fullmatch(line.strip()))
            else _label(line)
        )
        section = _section(label[0]) if label else None
        if label and section:
            if section in found:
                if "goals" in found:
                    break
                continue
            current = found[section] = [label[1]] if label[1] else []
        elif current is not None:
            current.append(line)
    if not {"name", "role", "goals"} <= found.keys():
        return None
    return _first(found["name"]), _paragraph(found["role"]), _goals(found["goals"])


def _by_shape(lines: list[str]) -> _Parts | None:
    """In any language: two lines `label: text`, then a line `label:`, then a list."""
    filled = [(number, line) for number, line in enumerate(lines) if line.strip()]
    for (_, one), (_, two), (three, header) in zip(filled, filled[1:], filled[2:], strict=False):
        first, second, third = _label(one), _label(two), _label(header)
        if first and first[1] and second and second[1] and third and not third[1]:
            goals = _goals(lines[three + 1 :])
            if goals and _BULLET.fullmatch(next(line for line in lines[three + 1 :] if line.strip())):
                return first[1], second[1], goals
    return None


def _first(lines: list[str]) -> str:
    return next((line for line in lines if line.strip()), "").strip().lstrip("# ")


def _paragraph(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line.strip():
            kept.append(line.strip())
        elif kept:
            break
    return " ".join(kept)


def _goals(lines: list[str]) -> list[str]:
    """The list's items: deeper ones and indented lines belong to the item above; prose after it is left out."""
    lines = _split_inline(lines)
    bulleted = any(_item(line) for line in lines)
    goals: list[str] = []
    indent = 0
    after_blank = False
    for line in lines:
        item = _item(line)
        if not line.strip():
            if goals and not bulleted:
                break
            after_blank = True
        elif item is None and not bulleted:
            goals.append(line.strip())
        elif item is None:
            if goals and (after_blank or not line[0].isspace()):
                break
            if goals:
                goals[-1] += f" {line.strip()}"
        elif goals and item[0] >= indent + 2:
            goals[-1] += f"; {item[1]}"
        else:
            indent = item[0] if not goals else indent
            goals.append(item[1])
        after_blank = after_blank and not line.strip()
    return goals


def _item(line: str) -> tuple[int, str] | None:
    """A list item's indent and text."""
    bullet = _BULLET.fullmatch(line)
    text = bullet["text"] if bullet else line.strip()
    goal = _NUMBERED_GOAL.fullmatch(text)
    if goal:
        text = goal["text"]
    return (len(bullet["indent"].expandtabs(4)) if bullet else 0, text) if bullet or goal else None


def _split_inline(lines: list[str]) -> list[str]:
    """`Goals: - one - two` as two lines."""
    if lines and _BULLET.fullmatch(lines[0]) and not any(line.strip() for line in lines[1:]):
        return re.split(r"\s+(?=(?:[-•]|\d{1,2}[.)])\s)", lines[0])
    return lines
