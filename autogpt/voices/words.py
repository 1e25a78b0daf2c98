"""What is spoken: harmless text, without secrets, and not long.

Characters that don't sound are left out (controls, signs that turn the direction, code points
that mean nothing), addresses are spoken of instead of spelt, and a long text ends at a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LONGEST = 300
"""Characters: about twenty seconds."""

SECRET = "***"
"""What the redactor writes in place of one."""

_URL = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_MARKUP = re.compile(r"[`*_#<>|~^\\{}\[\]]+")
_SENTENCE_END = re.compile(r"[.!?…。！？](?=\s|$)|[。！？]")


def speakable(text: str, redact: Callable[[str], str], longest: int = LONGEST) -> str:
    """The text as it is said; empty if nothing in it sounds."""
    clean = redact(text)
    if clean != text:
        clean = clean.replace(SECRET, "a secret")
    clean = _URL.sub("a link", clean)
    clean = _MARKUP.sub(" ", clean)
    clean = "".join(character if _sounds(character) else " " for character in clean)
    clean = " ".join(clean.split())
    if not any(character.isalnum() for character in clean):
        return ""
    return clean if len(clean) <= longest else _shortened(clean, longest)


def _sounds(character: str) -> bool:
    category = unicodedata.category(character)
    # Joiners inside words of Indic and Arabic scripts are format characters that belong there.
    return category[0] not in "CZ" or character in "\u200c\u200d"


def _shortened(text: str, longest: int) -> str:
    head = text[:longest]
    ends = [found.end() for found in _SENTENCE_END.finditer(head) if found.end() >= longest // 3]
    if ends:
        return head[: ends[-1]]
    return head.rpartition(" ")[0] or head


def pieces(text: str, longest: int) -> list[str]:
    """A text in pieces of at most so many characters, cut at sentences, else words, else anywhere."""
    found, rest = [], text.strip()
    while rest:
        if len(rest) <= longest:
            found.append(rest)
            break
        head = rest[: longest + 1]
        ends = [end.end() for end in _SENTENCE_END.finditer(head) if end.end() <= longest]
        cut = ends[-1] if ends else head.rfind(" ")
        cut = cut if cut > 0 else longest
        found.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [piece for piece in found if piece]
