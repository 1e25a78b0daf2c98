"""The kinds of value that a setting can hold: how each is read, and how it is described.

A kind's `parse` gets a text that is not empty and raises ValueError when it is
not of that kind; the caller says which setting it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from autogpt.core.budget import Price
from autogpt.settings.secret import Secret

MOST_DOLLARS = Decimal(1_000_000)
"""A budget above this is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`expects` completes the sentence "expected …" for the person."""

    expects: str
    parse: Callable[[str], Any]
    secret: bool = False


_YES = frozenset(("true", "t", "yes", "y", "on", "1"))
_NO = frozenset(("false", "f", "no", "n", "off", "0"))


def _yes_or_no(text: str) -> bool:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(text)


_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[0-9]{1,3}(_[0-9]{3})+(\.[0-9]+)?")


def _ungrouped(text: str) -> str:
    """`4,000` and `4_000` as `4000`; but `5,50` stays as it is, for it is not 550."""
    return text.replace(",", "").replace("_", "") if _GROUPED.fullmatch(text) else text


def whole(least: int, most: int) -> Kind:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        digits = _ungrouped(text)
        if not re.fullmatch(r"[0-9]{1,15}", digits) or not least <= int(digits) <= most:
            raise ValueError(text)
        return int(digits)

    return Kind(f"a whole number from {least:,} to {most:,}", parse)


def number(least: float, most: float) -> Kind:
    """A decimal number within bounds."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"[0-9]{0,9}(\.[0-9]{0,20})?", text) or not least <= float(text) <= most:
            raise ValueError(text)
        return float(text)

    return Kind(f"a number from {least:g} to {most:g}", parse)


def dollars(text: str) -> Decimal:
    """An amount in US dollars, not negative: `5`, `$2.50`, `1,000 USD`. Raises ValueError."""
    amount = text.strip().removesuffix("USD").removesuffix("usd").strip().removeprefix("$").strip()
    try:
        value = Decimal(_ungrouped(amount[:40]))
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or value.is_signed() or value > MOST_DOLLARS or len(amount) > 40:
        raise ValueError(text)
    return value


def _budget(text: str) -> Decimal:
    value = dollars(text)
    if not value:
        raise ValueError(text)
    return value


def _price(text: str) -> Price:
    amounts = [dollars(part) for part in text.split("/")]
    if len(amounts) == 2:
        return Price(amounts[0], amounts[0], amounts[1])
    if len(amounts) == 3:
        return Price(*amounts)
    raise ValueError(text)


def one_of(*words: str, **also: str) -> Kind:
    """One of the words, in any case; `also` maps further spellings to one of them."""
    known: Mapping[str, str] = {**{word: word for word in words}, **also}

    def parse(text: str) -> str:
        try:
            return known[text.lower()]
        except KeyError:
            raise ValueError(text) from None

    return Kind(f"one of {', '.join(words)}", parse)


def _text(text: str) -> str:
    if not text.isprintable():
        raise ValueError(text)
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"\S{1,300}", _text(text)):
        raise ValueError(text)
    return text


def _path(text: str) -> Path:
    if "\0" in text:
        raise ValueError(text)
    return Path(text)


def _url(text: str) -> str:
    parts = urlsplit(_name(text))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(text)
    _ = parts.port  # raises ValueError when it is not a port
    return text


def _proxy(text: str) -> str:
    """A scheme may be left out, as everybody does. Which kinds can be used, the one that uses it says."""
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if parts.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h") or not parts.hostname:
        raise ValueError(text)
    _ = parts.port
    return _name(text)


def _key(text: str) -> Secret:
    """Keys go into HTTP headers; one with a space or a stray character was copied wrongly."""
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("not shown")
    return Secret(text)


def _list(text: str) -> tuple[str, ...]:
    return tuple(item for part in _text(text).split(",") if (item := part.strip()))


def list_of(*words: str) -> Kind:
    """A list of some of the words, in any case, each once."""

    def parse(text: str) -> tuple[str, ...]:
        items = tuple(dict.fromkeys(item.lower() for item in _list(text)))
        if not set(items) <= set(words):
            raise ValueError(text)
        return items

    return Kind(f"a list, separated by commas, of {', '.join(words)}", parse)


YES_OR_NO = Kind("True or False", _yes_or_no)
BUDGET = Kind(f"an amount in US dollars above 0 and up to {MOST_DOLLARS:,}, such as 5 or 2.50", _budget)
PRICE = Kind(
    "US dollars for 1M tokens of prompt, cached prompt and reply, such as 2.00/0.10/10.00, or of prompt and "
    "reply, such as 0.50/1.50",
    _price,
)
TEXT = Kind("a text in one line", _text)
NAME = Kind("a text without spaces", _name)
PATH = Kind("a path", _path)
URL = Kind("an address that starts with http:// or https://", _url)
PROXY = Kind("a proxy's address, such as http://proxy.example:3128", _proxy)
LIST = Kind("a list separated by commas", _list)
PORT = whole(1, 65_535)
TOKENS = whole(1_000, 100_000_000)
KEY = Kind("a key of letters, digits and signs, without spaces", _key, secret=True)
PASSWORD = Kind("a password", Secret, secret=True)
