"""The words of a text as they are indexed and searched for, in any language.

Letters lose case and accents. Scripts that write without blanks are indexed by single characters
and by pairs, so that no dictionary is needed. Not promised: that all forms of a word are one (English
endings are taken off by the index, others are not).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
"""Of Latin, Greek, Cyrillic, Hebrew and Arabic."""

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0900-\u109f\u1780-\u17ff])*")
"""Letters and digits; in scripts of South and Southeast Asia signs between them belong to the word."""

_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese. Korean has blanks."""

_LONGEST_WORD = 64
MOST_ASKED = 64
"""Words of a query that count; the first, each once."""


def indexed(text: str) -> str:
    """The words of a text, separated by blanks, for the index."""
    return " ".join(word for run, is_split in _runs(text) for word in (_both(run) if is_split else [run]))


def asked(query: str) -> list[str]:
    """The words of a query. They hold letters and digits only."""
    words: dict[str, None] = {}
    for run, is_split in _runs(query):
        words.update(dict.fromkeys((_pairs(run) or [run]) if is_split else [run]))
        if len(words) >= MOST_ASKED:
            break
    return list(words)[:MOST_ASKED]


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Words, and whole runs of scripts without blanks, which are marked."""
    for found in _WORD.finditer(_folded(text)):
        word, at = found[0], 0
        for run in _WITHOUT_BLANKS.finditer(word):
            if run.start() > at:
                yield word[at : run.start()][:_LONGEST_WORD], False
            yield run[0], True
            at = run.end()
        if at < len(word):
            yield word[at:][:_LONGEST_WORD], False


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _both(run: str) -> list[str]:
    return [*run, *_pairs(run)]
