"""Whether a text stands in another, wholly or for the most part: by runs of words, whatever stands between them."""

from __future__ import annotations

import re
from functools import lru_cache

_RUN = 3
"""Words in a row that are looked for."""

_LONG_RUN = 8
"""Words in a row that are no chance, whatever else a text says."""

_MOST = 0.5
"""The share of a text's runs that makes it one that is mostly taken over."""

# Scripts that put no blanks between words: each letter counts as one.
_WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[^\\W_]+")


def quotes(text: str, source: str) -> bool:
    """Whether `text` is taken over from `source`."""
    words = _words(text)
    if len(words) < _RUN:
        return bool(words) and f" {' '.join(words)} " in _folded(source)
    folded = _folded(source)
    runs = [f" {' '.join(words[at : at + _RUN])} " in folded for at in range(len(words) - _RUN + 1)]
    longest = row = 0
    for found in runs:
        row = row + 1 if found else 0
        longest = max(longest, row)
    return longest >= _LONG_RUN - _RUN + 1 or sum(runs) >= _MOST * len(runs)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    return f" {' '.join(_words(text))} "
