"""Reads a model's reply: its thoughts and the one action that it asks for, or why it can't be read.

Everything that a reasonable reader would understand is understood, without asking
the model again. Four rules stand above that:

* A reply that was cut off never acts: not when the provider says so, not when its
  JSON, a fence of code, a tag or its reasoning is still open at the end. (A text
  cut off exactly between a whole reply and what was to follow can't be told from a
  whole one; only the provider's word tells.)
* An action comes from the JSON of the reply itself, never from a text inside it,
  nor from an object inside one that can't be read.
* Nor does it come from what the model only shows, turns down or asks about
  (`core.quoting`), nor from a copy of what was read (`core.echoes`).
* Of several actions, the first is taken if they stand in one list or follow one
  another with nothing but space, commas, fences or tags between: it would have been
  the first to run anyway. Different actions with prose between them could be a
  draft and its correction, so none is taken.

Arguments are delivered exactly as they were meant, with two exceptions that no
file or socket could take: lone surrogates become U+FFFD, and numbers that no
machine number holds become text. Signs of chat templates, which prompts show
broken, are mended (`core.template_signs`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from autogpt.core.actions import Action, Thoughts
from autogpt.core.echoes import NOTHING_READ, Outside
from autogpt.core.messages import Finish
from autogpt.core.quoting import Standing, standings
from autogpt.core.reply_objects import Found, find_objects
from autogpt.core.reply_shapes import (
    DECISIVE_KEYS,
    Call,
    Unclear,
    calls_in,
    folded,
    keys_that_clash,
    thoughts_in,
)
from autogpt.core.template_signs import in_all, mended
from autogpt.core.tolerant_json import LeftOpen, Malformed, well_formed


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that was understood."""

    thoughts: Thoughts
    action: Action


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A reply from which nothing may be run; `why` is written for the model."""

    why: str


_FORMAT = 'Send one JSON object with "thoughts" and "command": {"name": …, "args": {…}}, and nothing else.'
_SHORTER = "Nothing was run. Send it again, shorter: write a long text in several parts, one command each."


def read_reply(
    text: str | None,
    finish: Finish = "stop",
    known: Collection[str] = (),
    outside: Outside = NOTHING_READ,
) -> Reply | Unreadable:
    """Understand a model's reply.

    `finish` is why the provider ended it. `known` has the names of the commands: with
    it, a name in another case or with a prefix is spelt right, and `{"list_files": {…}}`
    is understood; an unknown name is delivered as it is. `outside` is what was read in
    the run, of which a reply must be no copy.
    """
    if finish == "length":
        return Unreadable(f"Your reply was cut off at its length limit. {_SHORTER}")
    if finish == "filter":
        return Unreadable(
            "Your reply was cut off by the provider's content filter. Nothing was run. Say it differently."
        )
    if not text or not text.strip():
        return Unreadable(f"Your reply was empty. {_FORMAT}")
    read = _read(well_formed(text), known, outside)
    return Unreadable(well_formed(read.why)) if isinstance(read, Unreadable) else read


def _read(text: str, known: Collection[str], outside: Outside) -> Reply | Unreadable:
    try:
        found = find_objects(text)
    except LeftOpen as error:
        return Unreadable(
            f"Your reply was cut off, or a closing mark is missing: it ends with {error.what} left open. {_SHORTER}"
        )
    except Malformed as error:
        return Unreadable(f"Your reply could not be read: {error.why}. {_FORMAT}")
    return _understood(found, known, outside)


def _understood(found: Sequence[Found], known: Collection[str], outside: Outside) -> Reply | Unreadable:
    if not found:
        return Unreadable(f"Your reply has no JSON. {_FORMAT}")
    twice = [key for one in found for key in sorted(one.repeated) if folded(key) in DECISIVE_KEYS]
    twice += [key for one in found for key in keys_that_clash(one.value)]
    if twice:
        return Unreadable(f'Your reply has "{twice[0]}" twice with different values. {_FORMAT}')
    candidates = [(one, calls_in(one.value, known, one.named)) for one in found]
    if not_own := _not_own(candidates, outside):
        why, left_out = not_own
        candidates = [(one, [] if at in left_out else calls) for at, (one, calls) in enumerate(candidates)]
        if not any(isinstance(call, Action) for _, calls in candidates for call in calls):
            return Unreadable(why)
    chosen = _chosen(candidates)
    if isinstance(chosen, Unclear):
        return Unreadable(f"{chosen.why}. {_FORMAT}")
    with_action, action = chosen
    thoughts = [thoughts_in(one.value) for one in (with_action, *found)]
    own = next((one for one in thoughts if one != Thoughts()), Thoughts(text=_prose(found[0].before)))
    return Reply(
        Thoughts(
            text=_meant(own.text),
            reasoning=_meant(own.reasoning),
            plan=tuple(_meant(list(own.plan))),
            criticism=_meant(own.criticism),
            speak=_meant(own.speak),
        ),
        Action(_meant(action.command), _meant(action.args)),
    )


def _meant(value: Any) -> Any:
    return in_all(mended, well_formed(value))


_IF_MEANT = (
    "so nothing was run. If you want it run, send it as one JSON object with your own thoughts and nothing around it; "
    "if not, send the command that you want instead."
)
_COPIED = f"Your reply is word for word what stands in something that you have read, {_IF_MEANT}"
_NOT_OWN = {
    Standing.QUOTED: f"Your reply has a command in a quotation, a list or tags, {_IF_MEANT}",
    Standing.DECLINED: f"Your reply has a command that your words turn down, {_IF_MEANT}",
    Standing.ASKED: f"Your reply has a command and a question about it, {_IF_MEANT}",
    Standing.DOUBTFUL: f"Your reply has a command, and your words leave it open whether you mean it, {_IF_MEANT}",
}


def _not_own(
    candidates: Sequence[tuple[Found, list[Call]]], outside: Outside
) -> tuple[str, frozenset[int]] | None:
    """The objects whose commands are not the model's own word, and why the first is not; None if there is none."""
    stand = standings([one for one, _ in candidates], wary=outside.read)
    reasons: dict[int, str] = {}
    for at, (one, calls) in enumerate(candidates):
        if calls and outside.holds(one.value, one.written):
            reasons[at] = _COPIED
        elif calls and stand[at] is not Standing.OWN:
            reasons[at] = _NOT_OWN[stand[at]]
    return (next(iter(reasons.values())), frozenset(reasons)) if reasons else None


def _chosen(candidates: Sequence[tuple[Found, list[Call]]]) -> tuple[Found, Action] | Unclear:
    """The action to take, and where it stands."""
    actions = [
        (at, call) for at, (_, calls) in enumerate(candidates) for call in calls if isinstance(call, Action)
    ]
    if not actions:
        unclear = [call for _, calls in candidates for call in calls if isinstance(call, Unclear)]
        return unclear[0] if unclear else Unclear("Your reply names no command")
    (first, action), (last, _) = actions[0], actions[-1]
    between = [one.before for one, _ in candidates[first + 1 : last + 1]]
    if all(_only_separates(text) for text in between) or all(call == action for _, call in actions):
        return candidates[first][0], action
    names = ", ".join(dict.fromkeys(call.command for _, call in actions))
    return Unclear(f"Your reply has several different commands ({names}) with text between them; send one")


_SEPARATOR = re.compile(
    r"(?:[\s,;]|`{3,}[\w-]{0,20}|<[|][\w|]{0,40}>|</?(?:tool|function|command|action|invoke)\w{0,20}>)*",
    re.IGNORECASE,
)


def _only_separates(text: str) -> bool:
    return len(text) <= 200 and _SEPARATOR.fullmatch(text) is not None


_MARKUP = re.compile(r"`{3,}[\w-]{0,20}|<[|/]?\w[^<>\n]{0,40}>")


def _prose(before: str) -> str:
    """What a reply without thoughts says before its JSON."""
    return _MARKUP.sub("", before[-2000:]).strip()
