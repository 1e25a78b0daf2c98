"""Addresses of the web as the judgement of what leaves compares them. Pure text: nothing is looked up.

This reads leniently: what the http door refuses is judged here all the same, as what it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}]{1,4000}", re.IGNORECASE)
# Names without https:// before them only with endings that are not those of files.
_BARE_HOST = re.compile(
    r"(?<![\w@/.-])(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|int|info|io|dev|app)\b(?:/[^\s<>\"'`|\\^{}]*)?"
    r"|\bwww\.[\w.-]+\w(?:/[^\s<>\"'`|\\^{}]*)?",
    re.IGNORECASE,
)
_BEHIND = ".,;:!?)]*_"
"""What stands behind an address in prose, and is no part of it."""

_SPLIT = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?(?://)?([^/?#\\]*)(.*)", re.IGNORECASE | re.DOTALL)
_ESCAPED = re.compile(r"(?:%[89A-F][0-9A-F])+")
_BOUNDARY = re.compile(r"[/?&=#]")


def urls_in(text: str) -> frozenset[str]:
    """The addresses that stand in a text, as they are, and without the punctuation behind them."""
    found = set()
    for url in _URL.findall(text):
        found |= {url, url.rstrip(_BEHIND)}
    return frozenset(found)


def in_order(text: str) -> tuple[str, ...]:
    """The addresses in a text as they follow one another, without the punctuation behind them."""
    return tuple(dict.fromkeys(url.rstrip(_BEHIND) for url in _URL.findall(text)))


def named_in(text: str) -> frozenset[str]:
    """The same, and the pages of hosts that are named without a scheme: `docs.python.org/3`."""
    bare = {found[0].rstrip(_BEHIND) for found in _BARE_HOST.finditer(text)}
    return urls_in(text) | {f"https://{name}" for name in bare}


@dataclass(frozen=True, slots=True)
class Address:
    """An address in one form: `host` with what else stands before the path, in small letters; the `rest`."""

    host: str
    rest: str

    @property
    def key(self) -> str:
        """What two addresses have in common that mean the same page."""
        return self.host + self.rest

    def beginnings(self) -> Iterator[str]:
        """The key up to each place where another address could go on otherwise, the longest first."""
        yield self.key
        for found in reversed(list(_BOUNDARY.finditer(self.rest))):
            yield self.host + self.rest[: found.start()]


def address_of(url: str) -> Address:
    """The address that a text is read as, whatever it is."""
    found = _SPLIT.match(_plain(url.strip()))
    assert found is not None
    host = re.sub(r":(?:80|443)?$", "", found[1].lower()).removesuffix(".").removeprefix("www.")
    return Address(host, re.sub(r"[/?#]$", "", found[2].replace("\\", "/")))


def _plain(url: str) -> str:
    """Without percent-encoding of what is not ASCII, where all of it is encoded as is usual, or nothing."""
    if "%" not in url:
        return url
    plain = _ESCAPED.sub(lambda found: unquote(found[0], errors="surrogateescape"), url)
    again = re.sub("[^\x00-\x7f]+", lambda found: quote(found[0], errors="surrogateescape"), plain)
    return plain if again == url else url


def host_of(url: str) -> str:
    """The host of an address as it is compared; "" where there is none."""
    found = re.match(r"\s*https?://([^/?#\\]+)", url, re.IGNORECASE)
    return bare_host(found[1]) if found else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as a rule for it names them; "" where there is none."""
    found = re.match(r"\s*(https?://[^/?#@\\\s'\"*]{1,100})(?:[/?#]|$)", url, re.IGNORECASE)
    return found[1].lower() if found else ""


def bare_host(text: str) -> str:
    """A host without user name, port and `www.`."""
    text = text.lower().rpartition("@")[2]
    if text.startswith("["):  # an address of IPv6
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].strip(".").removeprefix("www.")


def parents_of(host: str) -> Iterator[str]:
    """A host's name and those above it, down to two labels; of a number only itself."""
    yield host
    if host.startswith("[") or re.fullmatch(r"[\d.]*", host):
        return
    labels = host.split(".")
    for start in range(1, len(labels) - 1):
        yield ".".join(labels[start:])


def site_of(host: str) -> str:
    """Whom a host belongs to: names below one name share an allowance."""
    if host.startswith("[") or re.fullmatch(r"[\d.]*", host):
        return host
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3  # such as co.uk
    return ".".join(labels[-3 if short else -2 :])
