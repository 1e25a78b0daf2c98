"""Whether what a journal says could be: amounts that nobody could have given or used up are refused.

A journal may come with somebody else's files, or from a damaged disk. What it says is reckoned with, and a
number such as NaN, a million digits or less than nothing breaks that far from where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from autogpt.core.events import Event
from autogpt.core.limits import Limits
from autogpt.journal.codec import Header

MOST = 10**30
"""Dollars, tokens, steps, seconds: more than anybody has of any."""

_LATEST = 32_503_680_000  # seconds since 1970: the year 3000, which every system's clock knows
_FARTHEST_DIGIT = 100  # before or behind the point


class Implausible(ValueError):
    """What is wrong, for a person."""


def check_header(header: Header) -> None:
    """Raises Implausible."""
    if not 0 <= header.created < _LATEST:
        raise Implausible("it can't have begun when it says")
    texts = (header.task, header.workspace, header.profile.name, header.profile.role, header.profile.task)
    for text in (*texts, *header.profile.goals):
        if not _is_text(text):
            raise Implausible("a text in it is none")
    if "\0" in header.workspace:
        raise Implausible("its workspace is no name of a folder")
    _check("the profile", header.profile)
    limits_of(header)
    spent_before(header)


def check_event(event: Event) -> None:
    """Raises Implausible."""
    _check(type(event).__name__, event)
    if event.at >= _LATEST:
        raise Implausible(f"{type(event).__name__} can't have happened when it says")


def limits_of(header: Header) -> Limits:
    """The limits that a run began with. Raises Implausible."""
    before = header.setup.get("limits")
    if before is None:
        return Limits()
    if not isinstance(before, Mapping):
        raise Implausible("its limits are none")
    return Limits(
        budget=_amount("budget", before.get("budget")),
        tokens=_count("tokens", before.get("tokens")),
        steps=_count("steps", before.get("steps")),
        seconds=_seconds(before.get("seconds")),
    )


def spent_before(header: Header) -> Decimal:
    """What it cost, in US dollars, to work out the profile. Raises Implausible."""
    return _amount("spent_before", header.setup.get("spent_before")) or Decimal(0)


def _amount(name: str, value: object) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value)) if isinstance(value, str | int | float) else None
    except (InvalidOperation, ValueError):
        amount = None
    if amount is None or isinstance(value, bool):
        raise Implausible(f"{name} is no amount")
    _check(name, amount)
    return amount


def _count(name: str, value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Implausible(f"{name} is no number")
    _check(name, value)
    return value


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Implausible("seconds is no number")
    _check("seconds", value)
    return float(value)


def _check(name: str, value: Any) -> None:
    """Go through what events and headers are made of. Free JSON, such as a command's arguments, is not reckoned with."""
    match value:
        case bool() | str() | Enum() | None | Mapping():
            return
        case int() | float() | Decimal():
            if not (_is_finite(value) and 0 <= value <= MOST and _is_short(value)):
                raise Implausible(f"{name} is an impossible number")
        case tuple():
            for each in value:
                _check(name, each)
        case _ if is_dataclass(value):
            for field in fields(value):
                _check(field.name, getattr(value, field.name))


def _is_finite(value: int | float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)


def _is_short(value: int | float | Decimal) -> bool:
    """A nought can have a billion places too."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return isinstance(exponent, int) and abs(exponent) <= _FARTHEST_DIGIT


def _is_text(text: str) -> bool:
    """Halves of surrogate pairs can't be sent to a model."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
