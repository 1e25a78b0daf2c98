"""Long texts in pieces that a model can read, cut where sentences end, in any language.

A piece ends at a paragraph if it can, else at a sentence, else at a blank, else anywhere:
cutting never fails, and the pieces together are the text, blanks at their edges left out.
Not promised: that every full stop that is taken for the end of a sentence is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], int]
"""How many tokens a text comes to."""

_ENDS = (
    re.compile(r"\n\s*\n+"),
    re.compile(r"\n"),
    # Terminals of all scripts (Unicode's Sentence_Terminal, the common ones); those of scripts that
    # write without blanks end a sentence by themselves, the others with a blank after them.
    re.compile(r"[。．！？｡︒﹒﹖﹗]+[”’」』）)\]\"']*|[.!?…؟۔؞।॥‼⁇⁈⁉։።፧፨჻។៕၊။᠃᠉᱾᱿꓿꘎꛳]+[”’»\"')\]]*(?=\s)"),
    re.compile(r"[،,;:；：，、](?=\s|[^\x00-\x7f])|\s"),
)
"""Where to cut, the best place first."""

_LEAST_SHARE = 0.3
"""A better place to cut counts only if it leaves at least this share of what fits."""

_CHARACTERS_PER_TOKEN = 12
"""More than a token ever has on average, so that a measured text is never much too long."""


def chunks(text: str, most: int, measure: Measure) -> list[str]:
    """The text in pieces of at most `most` tokens each (one character is always taken)."""
    pieces = []
    at, length = 0, len(text)
    guess = max(1, most * 3)
    while at < length:
        if text[at].isspace():
            at += 1
            continue
        fits = _fitting(text, at, most, measure, guess)
        guess = max(1, fits)
        end = at + fits if at + fits >= length else _cut(text, at, at + fits)
        if piece := text[at:end].strip():
            pieces.append(piece)
        at = end
    return pieces


def _fitting(text: str, at: int, most: int, measure: Measure, guess: int) -> int:
    """About the most characters from `at` on that come to at most `most` tokens; at least one."""
    low, high = 1, min(len(text) - at, max(1, most) * _CHARACTERS_PER_TOKEN)
    take = min(max(guess, 1), high)
    for _ in range(24):
        if measure(text[at : at + take]) <= most:
            low = max(low, take)
            if take >= high or high - low <= low // 20:
                break
            take = min(high, max(low + 1, min(low * 2, (low + high + 1) // 2)))
        else:
            high = take - 1
            if high <= low:
                break
            take = max(low, (low + high) // 2)
            if take == low and low == 1:
                break
    return low


def _cut(text: str, start: int, end: int) -> int:
    """Where to cut at or before `end`."""
    least = start + int((end - start) * _LEAST_SHARE)
    for pattern in _ENDS:
        last = None
        # One character beyond, for what must follow a full stop.
        for found in pattern.finditer(text, least, min(len(text), end + 1)):
            if found.end() <= end:
                last = found.end()
        if last is not None and last > start:
            return last
    return end
