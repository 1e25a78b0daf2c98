"""Where a line must break to fit a terminal's width.

Widths are counted on the wide side: every code point of a joined emoji counts, as many terminals
draw each of them. A row that came out wider than counted would wrap once more by itself, and what
followed would start at the left edge without its gutter: outside text could pass for the
program's. A terminal set to draw ambiguous characters (Greek, Cyrillic) wide is beyond this.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from autogpt.terminal.harmless import is_picture

_word = re.compile(r"\s*\S+\s*|\s+")


def breaks(text: str, width: int) -> list[int]:
    """The places at which a line without tabs breaks: between words, or inside too long ones."""
    places: list[int] = []
    used = 0
    for found in _word.finditer(text):
        word = found[0]
        needed = cells(word.rstrip())
        if used and used + needed > width >= needed:
            places.append(found.start())
            used = 0
        if needed <= width:
            used += cells(word)
            continue
        for at, character in enumerate(word, found.start()):
            wide = cell(character)
            if used + wide > width:
                places.append(at)
                used = 0
            used += wide
    return places


def rows_of(text: str, width: int) -> list[str]:
    """The rows that a line takes, without the blanks at their ends."""
    places = breaks(text, width)
    return [text[start:end].rstrip() for start, end in zip([0, *places], [*places, None], strict=True)]


def cells(text: str) -> int:
    """Columns that a text takes at most."""
    return len(text) if text.isascii() else sum(map(cell, text))


@lru_cache(maxsize=4096)
def cell(character: str) -> int:
    """Columns that a character takes at most."""
    if character.isascii():
        return 1
    if character < "\U00010000" and unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if is_picture(character) or unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    return 1
