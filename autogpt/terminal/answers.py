"""What an answer means. Pure: text in, meaning out.

`y` runs the action, `y -N` runs N steps, `n` leaves, `s` asks for a self-review, `a` always allows
this kind, `v` shows all of it; an empty or half-right answer asks again; any other text is for the agent. Case, spaces
and full-width letters (Chinese and Japanese keyboards) don't matter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from autogpt.core.errors import LimitKind, UsageError

_MOST_STEPS = 999_999
_HIGHEST = Decimal(10) ** 9
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


@dataclass(frozen=True, slots=True)
class Keys:
    """What the person types to allow and to leave (AUTHORISE_COMMAND_KEY, EXIT_KEY)."""

    authorise: str = "y"
    leave: str = "n"

    def __post_init__(self) -> None:
        if not _plain(self.authorise) or not _plain(self.leave):
            raise UsageError("AUTHORISE_COMMAND_KEY and EXIT_KEY must not be empty.")
        if _plain(self.authorise) == _plain(self.leave):
            raise UsageError("AUTHORISE_COMMAND_KEY and EXIT_KEY must differ.")


@dataclass(frozen=True, slots=True)
class Yes:
    """Run it, and `steps - 1` more."""

    steps: int = 1


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave."""


@dataclass(frozen=True, slots=True)
class Review:
    """Let the model review itself."""


@dataclass(frozen=True, slots=True)
class Always:
    """Allow this kind in this run."""


@dataclass(frozen=True, slots=True)
class View:
    """Show all of the action, page by page."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not an answer; `why` explains, and is empty for an empty line."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Words for the agent."""

    text: str


Meaning = Yes | Leave | Review | Always | View | Again | Words


def meaning_of(text: str, keys: Keys) -> Meaning:
    """Read an answer to the question whether to run an action."""
    if len(text) > 100:
        return Words(text.strip()) if text.strip() else Again()
    said, yes, no = _plain(text), _plain(keys.authorise), _plain(keys.leave)
    if not said:
        return Again()
    if said == yes or (yes == "y" and said == "yes"):
        return Yes()
    if said == no:
        return Leave()
    opening = "(?:y|yes)" if yes == "y" else re.escape(yes)
    if steps := re.fullmatch(rf"{opening}\s*[{_DASHES}]\s*(\S*)", said):
        return _steps(steps[1], keys)
    if re.fullmatch(rf"{opening}\s*\d+", said):
        return Again(f"To run several steps, type {keys.authorise} -N, for example {keys.authorise} -5.")
    if no == "n" and said == "no":
        return Again("n leaves. To have something else done, say what.")
    if said == "s":
        return Review()
    if said == "a":
        return Always()
    if said == "v":
        return View()
    return Words(text.strip())


def is_leaving(text: str) -> bool:
    """Is it, alone in the line, a word by which people leave a program?"""
    return _plain(text) in ("exit", "quit")


def is_asking_for_help(text: str) -> bool:
    """Does it, alone in the line, ask what is to be typed?"""
    return _plain(text) in ("help", "?")


def is_bare_answer(text: str, keys: Keys) -> bool:
    """Is it an answer to a question, rather than words for the agent?"""
    return not isinstance(meaning_of(text, keys), Words)


def amount_of(text: str, kind: LimitKind) -> Decimal | None:
    """Read how much more is allowed: `0.50`, `$2`, `50k` tokens, `10` steps, `30m` or `2h`.

    Dollars, tokens, steps or seconds; None when it can't be read or is absurd.
    """
    said = _plain(text).replace(" ", "").replace("_", "").strip("$")
    found = re.fullmatch(r"(\d{1,10}(?:[.,]\d{1,6})?)([a-z]*)", said, re.ASCII)
    if found is None:
        return None
    units = {
        LimitKind.BUDGET: {"": 1, "usd": 1, "dollar": 1, "dollars": 1},
        LimitKind.TOKENS: {"": 1, "k": 1000, "m": 1_000_000, "tokens": 1},
        LimitKind.STEPS: {"": 1, "step": 1, "steps": 1},
        LimitKind.TIME: {"": 60, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600},
    }[kind]
    if found[2] not in units or re.search(r",\d{3}$", found[1]):
        return None  # `1,000` is a thousand to some and one to others
    amount = Decimal(found[1].replace(",", ".")) * units[found[2]]
    if kind is not LimitKind.BUDGET and amount != amount.to_integral_value():
        return None
    return amount if 0 < amount <= _HIGHEST else None


def _steps(number: str, keys: Keys) -> Meaning:
    if number.isdecimal() and len(number) <= 6 and 1 <= int(number) <= _MOST_STEPS:
        return Yes(int(number))
    return Again(
        f"After {keys.authorise} - comes a number from 1 to 999 999, for example {keys.authorise} -5."
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
