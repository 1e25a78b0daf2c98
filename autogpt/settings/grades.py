"""How far a folder's own `.env` may decide a variable.

Whoever starts the program in a folder that they got from somebody else hasn't read its files. So each
variable says which values may simply hold there, and what it takes for the others.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Grade:
    """`harmless` is told a value and the default, and says whether that value may simply hold.

    The others hold once the person has said yes to them, or, where `askable` is false, never: they count
    from the environment and the command line alone, and in the folder that is the program's own.
    """

    harmless: Callable[[Any, Any], bool]
    askable: bool = True


def _is_default_address(value: Any, default: Any) -> bool:
    # This machine has two names; older templates used the other one.
    return bool(value == default or str(value).replace("//127.0.0.1", "//localhost") == default)


_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/[\w./-]*)?", re.ASCII)


def is_loopback(address: str) -> bool:
    """Whether an address surely leads to this machine, however it is read: no user, nothing odd in it."""
    return _LOOPBACK.fullmatch(address) is not None


def _is_no_more(value: Any, default: Any) -> bool:
    return bool(value <= default)


FREE = Grade(lambda value, default: True)
"""Keys, names, models, looks: whatever it says holds."""

LOWER = Grade(_is_no_more)
"""A limit: up to the default it holds, above it is asked about."""

ASKED = Grade(operator.eq)
"""What widens, redirects or reprices: all but the default is asked about."""

ADDRESS = Grade(_is_default_address)
"""The same for an address."""

NEVER = Grade(operator.eq, askable=False)
"""What runs code on this machine outside of any sandbox, or says which rules hold."""


def up_to(most: Any) -> Grade:
    """A limit that has no default: more than `most` is asked about."""
    return Grade(lambda value, default: value is None or value <= most)


def at_least_default() -> Grade:
    """A list that holds back: one that leaves out something of the default's is asked about."""
    return Grade(lambda value, default: set(value) >= set(default))


def all_but(*words: str, askable: bool = True) -> Grade:
    """A word: only these are not harmless."""
    return Grade(lambda value, default: value not in words, askable)


_OPENAI = "https://api.openai.com/v1"

MODELS_ADDRESS = Grade(lambda value, default: value.rstrip("/") == _OPENAI or is_loopback(value))
"""Where the models are: OpenAI's own address is no news, and a server on this machine is no stranger."""
