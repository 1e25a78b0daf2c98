"""Results as the model and the journal can hold them: clean, and cut in the middle when too long."""

from __future__ import annotations

import re
from dataclasses import dataclass

BYTES_PER_TOKEN = 3
"""How many bytes of UTF-8 a token is reckoned to hold: little for English (4), right for Chinese and code."""

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """Text without what neither a journal nor a prompt can hold: NUL and halves of surrogate pairs."""
    if not _UNFIT.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\x00", "\ufffd")


def size(text: str) -> int:
    """How much of the window a text takes, in tokens, by its bytes."""
    if text.isascii():
        return -(-len(text) // BYTES_PER_TOKEN)
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN)


def folded(text: str, width: int) -> str:
    """The text with lines longer than `width` characters broken up, so that parts of it can be read by lines."""
    lines = text.split("\n")
    if all(len(line) <= width for line in lines):
        return text
    return "\n".join(
        line[start : start + width] for line in lines for start in range(0, max(1, len(line)), width)
    )


@dataclass(frozen=True, slots=True)
class Cut:
    """A text without its middle. `first` and `last` are the numbers of the lines left out, from 1."""

    head: str
    tail: str
    first: int
    last: int


def cut(text: str, tokens: int) -> Cut:
    """Keep the beginning and the end of a text, in whole lines where possible, within so many tokens.

    More of the beginning is kept than of the end.
    """
    room = max(0, tokens) * BYTES_PER_TOKEN
    lines = text.split("\n")
    head, used = _whole_lines(lines, room * 2 // 3)
    tail, _ = _whole_lines(lines[len(head) :][::-1], room - used)
    tail.reverse()
    first, last = len(head) + 1, len(lines) - len(tail)
    return Cut("\n".join(head), "\n".join(tail), first, last)


def _whole_lines(lines: list[str], room: int) -> tuple[list[str], int]:
    """The first lines that fit, and how many bytes they take."""
    used = 0
    for count, line in enumerate(lines):
        length = len(line.encode("utf-8", "surrogatepass")) + 1
        if used + length > room:
            return lines[:count], used
        used += length
    return lines, used
