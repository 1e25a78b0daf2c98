"""Makes outside text harmless before a person sees it.

Outside text is everything that a model, a page, a file, a plugin or a server wrote. What could
move the cursor, recolour, retitle, overwrite, reorder or hide becomes a visible escape: `\\x1b`
for control characters, `‹U+202E›` for the rest. Line feeds, tabs and the letters of every script
stay; the joiners and variation selectors that emoji and some scripts need stay where those put
them, and only there. Runs of blanks, empty lines, stacked accents and endless lines, which push
the rest out of sight, are cut to a marker that says how much there was.

Doing it twice changes nothing, and the time is linear in the length of the text.

It does not promise that a text tells the truth: letters that look like other letters stay
(Cyrillic `а`), and someone who writes `\\x1b` literally gets the same picture as an escape.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LONGEST_LINE = 2000
"""Characters of one line that are shown; of a longer one, its head and its tail."""

BLANKS = "\t \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u2800\u3000"
"""Characters that leave their place on the screen empty."""

_WIDEST_GAP = 40  # columns: deeper than honest code is indented
_MOST_EMPTY_LINES = 5
_MOST_ACCENTS = 4  # Hebrew with points and cantillation needs four on one letter

# Every code point of the categories Cc, Cf, Cs, Co, Zl and Zp and every noncharacter or other
# default-ignorable one, but for line feed, tab, and the Arabic, Syriac and Kaithi number signs
# (category Cf, yet visible). The tests hold this list against the Unicode database.
_DANGEROUS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xE0000, 0x10000))
    + "\U000e0000-\U0010ffff"
)
_PICTURE = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_TEXT_STYLE, _PICTURE_STYLE, _NON_JOINER, _JOINER, _KEYCAP = "\ufe0e", "\ufe0f", "\u200c", "\u200d", "\u20e3"
_VIRAMA = 9  # the canonical combining class of the sign that joins two Indic consonants

_picture = re.compile(f"[{_PICTURE}]")
_control = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_line_control = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_same_blanks = re.compile(f"([{BLANKS}])\\1{{{_WIDEST_GAP},}}")
# Prose needs some of these: there they stay.
_blank_looking = re.compile(f"[{BLANKS.translate({0x20: None, 0x09: None})}\U00016fe4\U0001d159]")
_gap = re.compile(f"[{BLANKS}]{{6,}}")
_empty_lines = re.compile(f"\n(?:[{BLANKS}]*\n){{{_MOST_EMPTY_LINES + 1},}}")


def harmless(text: str, *, longest_line: int = LONGEST_LINE) -> str:
    """The text with nothing in it that a terminal obeys or a person can't see."""
    text = text.replace("\r\n", "\n")
    if text.isascii():
        text = _control.sub(_shown, text)
    else:
        text = _accents(beyond_bmp=max(text) > "\uffff").sub(_shown_accents, text)
        text = _dangerous().sub(_shown, text)
    text = _gap.sub(_shown_gap, text)
    text = _empty_lines.sub(_shown_empty_lines, text)
    if len(text) > longest_line:
        text = _long_line(longest_line).sub(lambda line: _head_and_tail(line[0], longest_line), text)
    return text


def exact(text: str) -> str:
    """One line with every character of it told: nothing is cut, and what can't be seen is named.

    For what a person approves. Only a long run of one blank is told by its length instead of drawn.
    """
    return verbatim(_same_blanks.sub(_counted_blanks, text))


def verbatim(text: str) -> str:
    """The same with every blank drawn, for what a person copies."""
    if text.isascii():
        return _line_control.sub(_shown, text)
    text = _accents(beyond_bmp=max(text) > "\uffff").sub(_named_accents, text)
    text = _dangerous().sub(_shown, text.replace("\n", "\\x0a"))
    return _blank_looking.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


def one_line(text: str, *, longest: int = 200, tabs: bool = False) -> str:
    """The same for a place that has room for one line: a name, a title, a reason."""
    flat = text.replace("\r\n", "\n").replace("\n", "\\n")
    return harmless(flat if tabs else flat.replace("\t", " "), longest_line=longest)


def count(number: int) -> str:
    """A number with its thousands set apart: `3 412`."""
    return f"{number:,}".replace(",", " ")


def is_picture(character: str) -> bool:
    """May it be drawn as an emoji?"""
    return _picture.match(character) is not None


@cache
def _dangerous() -> re.Pattern[str]:
    return re.compile(f"[{_DANGEROUS}]")


@cache
def _accents(*, beyond_bmp: bool) -> re.Pattern[str]:
    """A run of the marks that stack on the letter before them.

    Two patterns, as a class with code points beyond the BMP in it is searched much more slowly.
    """
    dangerous = _dangerous()
    marks = [
        chr(code)
        for code in range(0x300, 0x1F000 if beyond_bmp else 0x10000)
        if unicodedata.category(chr(code)) in ("Mn", "Me") and not dangerous.match(chr(code))
    ]
    return re.compile(f"[{''.join(marks)}]+")


@cache
def _long_line(longest: int) -> re.Pattern[str]:
    return re.compile(f"[^\n]{{{longest + 1},}}")


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character < "\xa0":
        return f"\\x{ord(character):02x}"
    if _in_its_place(character, found.string, found.start()):
        return character
    return f"‹U+{ord(character):04X}›"


def _in_its_place(character: str, text: str, at: int) -> bool:
    """Is it a joiner or a style selector where writing needs one?"""
    before = text[at - 1 : at]
    after = text[at + 1 : at + 2]
    if not before:
        return False
    match character:
        case "\ufe0e" | "\ufe0f":
            return is_picture(before) or (before in "0123456789#*" and after == _KEYCAP)
        case "\u200d" if after:
            if before == _PICTURE_STYLE:
                before = text[at - 2 : at - 1]
            return (is_picture(before) and is_picture(after)) or _joins_consonants(before, after)
        case "\u200c" if after:
            return _joins_consonants(before, after) or (_is_arabic(before) and _is_arabic(after))
        case _:
            return False


def _joins_consonants(before: str, after: str) -> bool:
    return bool(before) and unicodedata.combining(before) == _VIRAMA and after.isalpha()


def _is_arabic(character: str) -> bool:
    return character.isalpha() and unicodedata.bidirectional(character) == "AL"


def _shown_accents(found: re.Match[str]) -> str:
    """Marks, but for those with nothing to stand on and those above what any script stacks."""
    marks, first = found[0], ""
    if found.start() == 0 or found.string[found.start() - 1] in "\n\t":
        first, marks = f"‹U+{ord(marks[0]):04X}›", marks[1:]
    above = len(marks) - _MOST_ACCENTS
    return first + (marks if above <= 0 else f"{marks[:_MOST_ACCENTS]}‹{count(above)} accents›")


def _named_accents(found: re.Match[str]) -> str:
    """All marks; those with nothing to stand on, or above what any script stacks, by their numbers."""
    marks = found[0]
    bare = found.start() == 0 or found.string[found.start() - 1] in "\n\t"
    kept = 0 if bare else _MOST_ACCENTS
    return marks[:kept] + "".join(f"‹U+{ord(mark):04X}›" for mark in marks[kept:])


def _counted_blanks(found: re.Match[str]) -> str:
    kind = {" ": "spaces", "\t": "tabs"}.get(found[1], f"times U+{ord(found[1]):04X}")
    return f"‹{count(len(found[0]))} {kind}›"


def _shown_gap(found: re.Match[str]) -> str:
    blanks = found[0]
    columns = len(blanks) + 7 * blanks.count("\t") + blanks.count("\u3000")
    return blanks if columns <= _WIDEST_GAP else f"‹{count(len(blanks))} spaces›"


def _shown_empty_lines(found: re.Match[str]) -> str:
    return f"\n‹{count(found[0].count(chr(10)) - 1)} empty lines›\n"


def _head_and_tail(line: str, longest: int) -> str:
    room = max(longest - 40, 2)
    head = line[: room * 2 // 3]
    tail = line[len(line) - room // 3 :]
    # Nothing that leans on its neighbour may stand at the cut: it would lean on the marker.
    while head and head[-1] in (_JOINER, _NON_JOINER, _PICTURE_STYLE, _TEXT_STYLE):
        head = head[:-1]
    while tail and (tail[0] in (_JOINER, _NON_JOINER) or unicodedata.category(tail[0]) in ("Mn", "Me")):
        tail = tail[1:]
    return f"{head}‹{count(len(line) - len(head) - len(tail))} characters more›{tail}"
