"""What commands keep in the memory and find there: pages in parts, notes; clean, without secrets, bounded.

A memory that fails never fails a command that only wanted to keep something: the person is told once.
What is found is data, also the agent's own notes: a page may have talked it into writing them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from autogpt.commands.bounding import size
from autogpt.core.errors import CommandError
from autogpt.core.leaving import OWN_NOTE, SOURCE, TAKEN_OVER
from autogpt.core.limits import Measure
from autogpt.core.messages import NO_USAGE, Usage
from autogpt.core.turns import clip
from autogpt.memories.port import Entry, Found, Memory, Unusable
from autogpt.web.chunks import chunks

PART_TOKENS = 400
"""A part of a page: small enough that what is found is mostly what was looked for."""

MOST_PARTS = 200
"""Parts of one page. What comes after so many is not kept."""

MOST_FOUND = 5
FOUND_TOKENS = 2_000
_LEAST_SHOWN = 40
"""Tokens of a text that are worth showing."""

_CLOSED = "The memory can't be used now; the user is told why."

_LEAST_ROOM = 120
_LONGEST_HEAD = 60
"""Tokens. A longer address is not shown; half of it would lead elsewhere."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """How many parts of a page are in the memory, 0 if it can't be used."""

    parts: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was found, as the model is told it."""

    text: str
    usage: Usage


class Remembering:
    """Keeps and finds in `memory`. `redact` takes secrets out; `warn` takes a line for the person.

    What is found takes at most `result_tokens` tokens.
    """

    def __init__(
        self,
        memory: Memory,
        redact: Callable[[str], str],
        measure: Measure,
        result_tokens: int,
        warn: Callable[[str], None],
    ) -> None:
        self._memory = memory
        self._redact = redact
        self._measure = measure
        self._room = min(FOUND_TOKENS, max(_LEAST_ROOM, result_tokens - 20))
        self._warn = warn
        self._warned: set[str] = set()

    def page(self, title: str, text: str, url: str) -> KeptPage:
        """Keep a page's text in parts, with its address. Never raises but Ctrl-C."""
        whole = self._redact(f"{title}\n\n{text}" if title else text)
        source = self._redact(url)
        parts = chunks(whole[: MOST_PARTS * PART_TOKENS * 12], PART_TOKENS, self._measure)[:MOST_PARTS]
        try:
            added = self._memory.add([Entry(part, source, "page") for part in parts])
        except Unusable as why:
            self._tell(why)
            return KeptPage(0, NO_USAGE)
        return KeptPage(len(parts), added.usage)

    def note(self, text: str, source: str = "") -> tuple[bool, Usage]:
        """Keep a note; whether a secret was taken out of it. `source`: whose words it takes over. Raises CommandError."""
        clean = self._redact(text)
        try:
            return clean != text, self._memory.add([Entry(clean, self._redact(source))]).usage
        except Unusable as why:
            self._tell(why)
            raise CommandError(f"{_CLOSED} The note was not kept: write it to a file.") from why

    def recall(self, query: str) -> Recalled:
        """What is kept on something, with where it comes from. Raises CommandError."""
        try:
            finding = self._memory.find(self._redact(query), MOST_FOUND)
        except Unusable as why:
            self._tell(why)
            raise CommandError(f"{_CLOSED} Go on without it.") from why
        return Recalled(_told(finding.found, self._room), finding.usage)

    def _tell(self, why: Unusable) -> None:
        if str(why) not in self._warned:
            self._warned.add(str(why))
            self._warn(str(why))


def _told(found: Sequence[Found], room: int) -> str:
    """Texts under lines that name their source; their own lines are indented, so that none looks like such a line."""
    if not found:
        return "There is nothing on this in memory."
    parts = []
    for one in found:
        head = _head(one)
        left = room - size(head) - 4
        if left < _LEAST_SHOWN:
            break
        text = _indented(_within(one.entry.text, left))
        parts.append(f"{head}\n{text}")
        room = left - size(text)
    return "\n\n".join(parts)


def _head(one: Found) -> str:
    note = one.entry.kind == "note"
    source = (" " if note else "").join(one.entry.source.split())
    where = f"{SOURCE}{source}" if source else f"{OWN_NOTE} of yours"
    if note and source:
        where = f"{TAKEN_OVER}{source}"
    if size(where) > _LONGEST_HEAD:
        where = f"{TAKEN_OVER}a page" if note else "A page with a long address"
    return f"{where} ({_day(one.at)}):"


def _within(text: str, tokens: int) -> str:
    """The text cut in its middle, by bytes, with room for what indenting adds."""
    longest = len(text)
    shown = text
    while size(_indented(shown)) > tokens and longest > 0:
        longest = min(longest * 9 // 10, longest * tokens // size(_indented(shown)))
        shown = clip(text, max(0, longest - 40))
    return shown


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines() if line.strip())


def _day(at: float) -> str:
    try:
        return f"{datetime.fromtimestamp(at, timezone.utc):%Y-%m-%d}"
    except (OverflowError, OSError, ValueError):
        return "unknown day"
