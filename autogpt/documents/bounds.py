"""How much is taken out of one document, and what happens when it is damaged.

The time is looked at between pieces: a library that loops on a hostile file
without giving anything back is not stopped.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

from autogpt.core.errors import CommandError

MAX_TEXT = 10_000_000
"""Characters of text that are taken out of one document."""

MAX_SECONDS = 20.0
"""For one document; what was read till then is given."""


class Enough(Exception):
    """A bound is reached; what was taken so far is the result."""


class Taken:
    """Text taken from a document so far, within bounds of size and time."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._end = time.monotonic() + MAX_SECONDS

    def add(self, piece: str) -> None:
        """Take a piece. Raises Enough."""
        self._pieces.append(piece[: MAX_TEXT - self._size])
        self._size += len(piece)
        self.go_on()

    def go_on(self) -> None:
        """Raise Enough when size or time are used up."""
        if self._size >= MAX_TEXT or time.monotonic() > self._end:
            raise Enough

    def text(self) -> str:
        """All of it."""
        return "".join(self._pieces)


def guarded(read: Callable[[bytes, Taken], None], data: bytes, name: str, kind: str) -> str:
    """The text that `read` takes out; what any library raises on a damaged document becomes a sentence."""
    taken = Taken()
    cut = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read(data, taken)
        except Enough:
            if not taken.text().strip():
                raise CommandError(f"{name!r} is a {kind} document that takes too long to read.") from None
            cut = f"\n[The {kind} document is longer; the rest was not read.]"
        except (CommandError, KeyboardInterrupt):
            raise
        except Exception as error:  # these libraries raise whatever they stumble over
            text = taken.text()
            if not text.strip():
                raise CommandError(
                    f"{name!r} is a {kind} document that can't be read: it is damaged or of a kind "
                    f"that isn't supported ({type(error).__name__})."
                ) from error
            cut = f"\n[The {kind} document is damaged here; the rest could not be read.]"
    text = taken.text()
    if not text.strip():
        pictures = " Its pages may be scanned pictures." if kind == "PDF" else ""
        raise CommandError(f"{name!r} is a {kind} document without any text in it.{pictures}")
    return text + cut
