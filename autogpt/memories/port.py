"""The port between what remembers and what keeps: texts are added, found again, and that is all.

Texts come from anywhere and are data. A memory promises to give back what was added, not that it
is true, and not that everything fitting is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from autogpt.core.messages import NO_USAGE, Usage

Kind = Literal["page", "note"]
"""A part of a web page, or a note of the agent's own."""


class Unusable(Exception):
    """The memory can't be used now. The text is one line for the person: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text to keep. `source` is the address of the page that it comes from; a note has none."""

    text: str
    source: str = ""
    kind: Kind = "note"


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was kept, and when: `at` in seconds since 1970."""

    entry: Entry
    at: float


@dataclass(frozen=True, slots=True)
class Added:
    """How many texts were `new`, the same text from the same source being kept once. `usage` is of embeddings."""

    new: int
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Finding:
    """The texts that fit best, the best first. `usage` is of embeddings."""

    found: tuple[Found, ...]
    usage: Usage = NO_USAGE


class Memory(Protocol):
    """A store of texts. Safe to share between threads, and between processes."""

    def add(self, entries: Sequence[Entry]) -> Added:
        """Keep texts. When it returns they are kept, whatever happens next. Raises Unusable."""
        ...

    def find(self, query: str, most: int) -> Finding:
        """The `most` texts that fit a query best. Raises Unusable."""
        ...

    def close(self) -> None:
        """Let go of files and connections. May be called twice."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors that are near one another where their meanings are. Never raises but Ctrl-C."""

    @property
    def space(self) -> str:
        """Which vectors can be compared: those of the same space. Empty while there can be none."""
        ...

    def embed(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[float]], Usage]:
        """A vector for each text, or none at all where that can't be done; and what it cost."""
        ...
