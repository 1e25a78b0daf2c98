"""Reads one JSON value out of text the way a patient person would.

It takes what models write for JSON: single, curly, back and triple quotes,
trailing, missing and doubled commas, raw newlines, Python and JavaScript
literals, tuples, comments, bare keys and words, invalid escapes, doubled braces
and, where the rest of the text leaves no doubt, quotes that should have been
escaped. Valid JSON takes the standard library's fast path.

What it never does is close something that the writer left open: a string, list
or object still open at the end of the text raises `LeftOpen`, since the text was
most likely cut off there. It does not look for JSON in prose (`reply_objects`
does), and it knows nothing of commands.

It runs in time linear in the text and nests at most `MAX_DEPTH` levels, which
also bounds everything that later walks the value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

MAX_DEPTH = 200


class LeftOpen(ValueError):
    """The text ended inside a string, list or object; `what` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Malformed(ValueError):
    """No sensible reading; `why` says what was wrong and shows the place in `text`."""

    def __init__(self, why: str, text: str, at: int) -> None:
        self.why = f"{why}, near {json.dumps(text[max(at - 10, 0) : at + 30], ensure_ascii=False)}"
        super().__init__(self.why)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and the index just after it.

    `repeated` has the keys that one object held twice with different values
    (the last one counts, as everywhere in JSON).
    """

    value: Any
    end: int
    repeated: frozenset[str] = frozenset()


def read_value(text: str, at: int) -> Reading:
    """Read the object or list that opens at `text[at]`. Raises LeftOpen, Malformed."""
    return _read_strictly(text, at) or _read_tolerantly(text, at, text[at])


def read_members(text: str, at: int) -> Reading:
    """Read the members of an object whose opening brace is missing, up to its closing brace."""
    return _read_tolerantly(text, at, "")


def read_arguments(text: str, at: int) -> Reading:
    """Read `(name=value, …)`, a call's arguments by name, from `text[at] == "("`."""
    return _read_tolerantly(text, at, "(")


def unescape(inside: str, python: bool = False) -> str:
    """What the inside of a quoted string means.

    An escape that JSON doesn't have keeps its backslash (`\\d` in a regular
    expression, `C:\\Program`), except for escaped quotes; `\\x1b` is decoded only
    where the text is `python`.
    """
    if "\\" not in inside:
        return inside
    try:
        return str(json.loads(f'"{inside}"', strict=False))
    except ValueError:
        pass
    pieces = inside.split("\\\\")
    return "\\".join(_unescaped(piece, python) if "\\" in piece else piece for piece in pieces)


def _unescaped(piece: str, python: bool) -> str:
    for escape, character in _ESCAPES:
        piece = piece.replace(escape, character)
    if "\\" not in piece:
        return piece
    piece = _CODE_POINT.sub(lambda match: _character(match, python), piece)
    return _without_lone_surrogates(piece) if _SURROGATE.search(piece) else piece


def _character(match: re.Match[str], python: bool) -> str:
    if match["byte"] and not python:
        return match[0]
    point = int(match["braced"] or match["four"] or match["eight"] or match["byte"], 16)
    return chr(point) if point <= 0x10FFFF else match[0]


def well_formed(value: Any) -> Any:
    """The value with every lone surrogate replaced by U+FFFD, as no file or socket takes one."""
    match value:
        case str():
            return _without_lone_surrogates(value)
        case list():
            return [well_formed(item) for item in value]
        case dict():
            return {_without_lone_surrogates(key): well_formed(item) for key, item in value.items()}
        case _:
            return value


# --- Valid JSON ---------------------------------------------------------------


def _read_strictly(text: str, at: int) -> Reading | None:
    repeated: set[str] = set()
    decoder = json.JSONDecoder(
        strict=False,
        object_pairs_hook=lambda pairs: _joined(pairs, repeated),
        parse_constant=str,
        parse_float=_float,
    )
    try:
        value, end = decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    if text.count("{", at, end) + text.count("[", at, end) > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Malformed(f"it nests more than {MAX_DEPTH} levels deep", text, at)
    return Reading(value, end, frozenset(repeated))


def _joined(pairs: list[tuple[str, Any]], repeated: set[str]) -> dict[str, Any]:
    joined = dict(pairs)
    if len(joined) < len(pairs):
        repeated.update(key for key, value in pairs if joined[key] != value)
    return joined


def _number(digits: str) -> int | float | str:
    """A number that no machine number holds (1e999, 5 000 digits) stays text."""
    try:
        return int(digits)
    except ValueError:
        pass
    return _float(digits)


def _float(digits: str) -> float | str:
    try:
        number = float(digits)
    except ValueError:
        return digits
    return number if math.isfinite(number) else digits


def _depth(value: Any) -> int:
    depth = 0
    level: list[Any] = [value]
    while level:
        depth += 1
        level = [item for container in level for item in _items(container) if isinstance(item, dict | list)]
        if depth > MAX_DEPTH:
            break
    return depth


def _items(container: Any) -> Iterator[Any]:
    return iter(container.values() if isinstance(container, dict) else container)


def _without_lone_surrogates(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


# --- Everything else ----------------------------------------------------------

_SPACE = r"\s\0\ufeff\u200b-\u200d\u2060"

# Between tokens: space, comments, and the two characters \n where a newline was meant. There is
# one way only to match each text, so that nothing is tried twice when what follows doesn't fit.
_GAP = re.compile(
    rf"[{_SPACE}]*(?:(?:(?://|\#)[^\n]*(?:\n|\Z)|/\*[^*]*(?:\*(?!/)[^*]*)*\*/|\\[nrt])[{_SPACE}]*)*"
)

# The same for looking ahead, with comments bounded so that many looks stay linear.
_NEAR = rf"[{_SPACE}]*(?:(?:(?://|\#)[^\n]{{0,120}}(?:\n|\Z)|/\*[^*]{{0,120}}\*/|\\[nrt])[{_SPACE}]*)*"

_COMMA = ",;，"
_COLON = r"(?:=>|[:=：])"
_QUOTED_KEY = (
    r'(?:"(?:[^"\\\n]|\\.){0,200}"|'
    + r"'(?:[^'\\\n]|\\.){0,200}'|[“”„][^“”\n]{0,200}[”“]|[‘’][^‘’\n]{0,200}[’‘]|`[^`\n]{0,200}`)"
)
_KEY = rf"(?:{_QUOTED_KEY}|[^\W\d][\w$.-]{{0,80}}[\"']?|[0-9]{{1,9}})"

# What may follow a string: anything else means that its closing quote was not meant to close.
_AFTER_MEMBER = re.compile(
    rf"{_NEAR}(?:\Z|\}}|[{_COMMA}]+{_NEAR}(?:\Z|\}}|{_KEY}{_NEAR}{_COLON})|{_QUOTED_KEY}{_NEAR}{_COLON})",
    re.DOTALL,
)
_AFTER_ITEM = re.compile(
    rf"{_NEAR}(?:\Z|[\]}}]|[{_COMMA}]+{_NEAR}(?:\Z|[\]\"'“‘`{{\[(]|[-0-9]|(?i:true|false|null|none)\b))"
    rf"|[ \t]*\r?\n{_NEAR}[\"'“‘{{]",
    re.DOTALL,
)
_AFTER_ARGUMENT = re.compile(
    rf"{_NEAR}(?:\Z|\)|[{_COMMA}]+{_NEAR}(?:\Z|\)|{_KEY}{_NEAR}{_COLON}))", re.DOTALL
)
_AFTER_TUPLE_ITEM = re.compile(rf"{_NEAR}(?:\Z|[)\]}}{_COMMA}\"'])", re.DOTALL)

# After a string with quotes in it that are not escaped, less is believed: f(a="x", b="y") is a text's own.
_AFTER_REPAIRED = {
    _AFTER_MEMBER: re.compile(rf"{_NEAR}(?:\Z|\}}|[{_COMMA}]+{_NEAR}(?:\Z|\}}|{_QUOTED_KEY}{_NEAR}:))"),
    _AFTER_ITEM: _AFTER_ITEM,
    _AFTER_ARGUMENT: re.compile(r"\Z"),
    _AFTER_TUPLE_ITEM: re.compile(r"\Z"),
}
_AFTER = {"{": _AFTER_MEMBER, "[": _AFTER_ITEM, "(": _AFTER_TUPLE_ITEM}

# A quote that one of these follows may close a string; letters and the like are the usual case of not.
_MAY_FOLLOW = re.compile(rf"[{_SPACE}{_COMMA}}}\])\\/#+\"'“”‘’„`{{0-9]|\Z")
_UNESCAPED = "a string (are the quotes in it not escaped?)"
_PLUS = re.compile(rf"(?=\s){_NEAR}\+(?=\s){_NEAR}(?=[\"'`])", re.DOTALL)
_ANOTHER_STRING = re.compile(r"\s+[\"']")
_SWALLOWED_MEMBER = re.compile(r"[,\n]\s*\"[^\"\n]{1,40}\"\s*:|[,\n]\s*'[^'\n]{1,40}'\s*:")
_INNERMOST_BRACES = re.compile(r"\{[^{}]*\}")

_WORD_END = rf"(?=[{_SPACE}{_COMMA}}}\])/#]|\Z)"
_NUMBER = re.compile(rf"[-+]?(?:0|[1-9][0-9]*|(?=\.))(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?{_WORD_END}")
_LITERAL = re.compile(rf"(true|false|null|none|undefined){_WORD_END}", re.IGNORECASE)
_LITERALS = {"true": True, "false": False, "null": None, "none": None, "undefined": None}
_BARE_WORDS = re.compile(rf"[^{_COMMA}{{}}\[\]()\"'“”`\n:#][^{_COMMA}{{}}\[\]\"“”`\n]*")
_UNCLEAR_BARE_WORDS = re.compile(r"[:：](?:\s|\Z)|\s(?:#|//)")
_BARE_KEY = re.compile(r"(?:[^\W\d][\w$.\\-]*|-?[0-9]+)")
_KEY_END = re.compile(rf"[\"']?{_GAP.pattern}{_COLON}", re.DOTALL)

# Opening quote -> what closes it.
_CLOSING = {
    '"': re.compile('"'),
    "'": re.compile("'"),
    "`": re.compile("`"),
    "“": re.compile('[”“"]'),
    "”": re.compile('[”“"]'),
    "„": re.compile('[”“"]'),
    "‘": re.compile("[’‘']"),
    "’": re.compile("[’‘']"),
    "«": re.compile("»"),
    '"""': re.compile('"""'),
    "'''": re.compile("'''"),
}

_CODE_POINT = re.compile(
    r"\\(?:u\{(?P<braced>[0-9a-fA-F]{1,6})\}|u(?P<four>[0-9a-fA-F]{4})"
    r"|U(?P<eight>[0-9a-fA-F]{8})|x(?P<byte>[0-9a-fA-F]{2}))"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKDOWN_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\_")
"""Markdown habits: write\\_to\\_file. A backslash that is itself escaped is meant."""

_ESCAPES = tuple(
    (f"\\{letter}", character)
    for letter, character in [
        *zip("nrtbf", "\n\r\t\b\f", strict=True),
        *((quote, quote) for quote in "/\"'`“”‘’"),
    ]
)


@dataclass(slots=True)
class _Frame:
    """A container being read. `kind` is "{" (also a call's arguments), "[" or "(" (a tuple)."""

    kind: str
    closes_with: int = 1
    pairs: list[tuple[str, Any]] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    key: str = ""
    parted: bool = True
    ended: int = 0
    after_string: re.Pattern[str] = _AFTER_MEMBER

    def add(self, value: Any, end: int) -> None:
        if self.kind == "{":
            self.pairs.append((self.key, value))
        else:
            self.items.append(value)
        self.parted = False
        self.ended = end


def _read_tolerantly(text: str, at: int, opening: str) -> Reading:
    reader = _Reader(text)
    match opening:
        case "":
            reader.frames.append(_Frame("{"))
        case "(":
            reader.frames.append(_Frame("{", after_string=_AFTER_ARGUMENT))
            at += 1
        case _:
            at = reader.open(at)
    while reader.frames:
        frame = reader.frames[-1]
        at = reader.past_gap(at)
        char = text[at]
        if char in _COMMA:
            frame.parted = True
            at += 1
        elif char in "}])":
            at = reader.close(at)
        elif frame.kind == "{":
            at = reader.key(at)
            at = reader.value(reader.past_gap(at))
        else:
            at = reader.value(at)
    return Reading(reader.value_read, at, frozenset(reader.repeated))


class _Reader:
    """The state of one tolerant reading: an explicit stack, so that depth costs no recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.frames: list[_Frame] = []
        self.value_read: Any = None
        self.repeated: set[str] = set()
        self.python = False
        """Whether the first key stands in single quotes: then escapes are Python's."""

    def past_gap(self, at: int) -> int:
        match = _GAP.match(self.text, at)
        assert match is not None, "the pattern matches the empty text"
        if match.end() >= len(self.text) or self.text.startswith("/*", match.end()):
            self.left_open()
        return match.end()

    def left_open(self) -> NoReturn:
        kind = self.frames[-1].kind if self.frames else "{"
        raise LeftOpen("an object" if kind == "{" else "a list")

    def open(self, at: int) -> int:
        """Begin a container; `{{`, copied from a template, counts as one brace."""
        if len(self.frames) >= MAX_DEPTH:
            raise Malformed(f"it nests more than {MAX_DEPTH} levels deep", self.text, at)
        char = self.text[at]
        width = 2 if self.text.startswith("{{", at) else 1
        self.frames.append(_Frame(char, closes_with=width, after_string=_AFTER[char]))
        return at + width

    def close(self, at: int) -> int:
        """End the innermost container. A wrong closing bracket counts: the number of them must fit."""
        frame = self.frames.pop()
        if frame.kind == "{":
            value: Any = _joined(frame.pairs, self.repeated)
        elif frame.kind == "(" and len(frame.items) == 1 and not frame.parted:
            value = frame.items[0]
        else:
            value = frame.items
        width = frame.closes_with
        if not self.text.startswith("}" * width if width > 1 else self.text[at], at):
            if at + 1 >= len(self.text):
                self.left_open()
            raise Malformed("an object that opened with {{ does not close with }}", self.text, at)
        if self.frames:
            self.frames[-1].add(value, at + width)
        else:
            self.value_read = value
        return at + width

    def key(self, at: int) -> int:
        """Read a key and its colon; the key lands in the innermost frame."""
        text = self.text
        closing = _CLOSING.get(text[at])
        if text[at] == "'" and len(self.frames) == 1 and not self.frames[0].pairs:
            self.python = True
        if closing:
            end = self.next_quote(closing, at + 1)
            name = self.meaning(_MARKDOWN_ESCAPE.sub(r"\1_", text[at + 1 : end]))
            end += 1
        else:
            match = _BARE_KEY.match(text, at)
            if not match:
                raise Malformed("a key in double quotes was expected", text, at)
            name, end = match[0].replace("\\_", "_"), match.end()
        colon = _KEY_END.match(text, end)
        if not colon:
            self.past_gap(end)
            raise Malformed("a colon was expected after a key", text, end)
        self.frames[-1].key = name
        return colon.end()

    def value(self, at: int) -> int:
        """Read a value, or open it if it is a container."""
        char = self.text[at]
        if char in "{[(":
            return self.open(at)
        frame = self.frames[-1]
        if char in _CLOSING:
            value, end = self.string(at, frame)
            if frame.kind == "(" and not frame.parted and isinstance(frame.items[-1], str):
                frame.items[-1] += value
                return end
        else:
            value, end = self.scalar(at)
        if frame.kind == "[" and not frame.parted and "\n" not in self.text[frame.ended : at]:
            raise Malformed("a comma was expected", self.text, at)
        frame.add(value, end)
        return end

    def scalar(self, at: int) -> tuple[Any, int]:
        """Read a number, a literal of JSON, Python or JavaScript, or words without quotes."""
        text = self.text
        if match := _NUMBER.match(text, at):
            return _number(match[0]), match.end()
        if match := _LITERAL.match(text, at):
            return _LITERALS[match[1].lower()], match.end()
        match = _BARE_WORDS.match(text, at)
        if not match:
            raise Malformed("a value was expected", text, at)
        if match.end() >= len(text):
            self.left_open()
        # Words run to a comma, a closing bracket or the line's end; anything else is a guess.
        if text[match.end()] not in f"{_COMMA}}}]\n" or _UNCLEAR_BARE_WORDS.search(match[0]):
            raise Malformed("a string without quotes could not be told from what follows", text, at)
        return match[0].rstrip(), match.end()

    def string(self, at: int, frame: _Frame) -> tuple[str, int]:
        """Read a string, and those joined to it by plus signs."""
        value, end = self.quoted(at, frame)
        while plus := _PLUS.match(self.text, end):
            more, end = self.quoted(plus.end(), frame)
            value += more
        return value, end

    def quoted(self, at: int, frame: _Frame) -> tuple[str, int]:
        """Read one quoted string; returns the index after its closing quote.

        A quote that is followed by nothing that may follow a string was meant as a
        part of it. Such a reading is kept only if those quotes come in pairs, the
        brackets between them balance, the last one doesn't look like the beginning of a
        quotation and no member seems swallowed: where a text was cut off inside such a
        string, something of that would fail.
        """
        text = self.text
        quote = text[at]
        if text.startswith(quote * 3, at) and quote in "\"'" and text.find(quote * 3, at + 3) > 0:
            quote *= 3
        closing = _CLOSING[quote]
        after = frame.after_string
        start = segment = end = at + len(quote)
        inner = curly = square = 0
        while True:
            at = self.next_quote(closing, end, _UNESCAPED if inner else "a string")
            end = at + len(quote)
            if quote in "'‘’" and _is_apostrophe(text, at):
                continue
            if not _MAY_FOLLOW.match(text, end):
                inner += 1
                continue
            if not inner:
                if after.match(text, end) or _PLUS.match(text, end):
                    return self.meaning(text[start:at]), end
                if _ANOTHER_STRING.match(text, end):
                    break
            elif _AFTER_REPAIRED[after].match(text, end) and not _seems_to_open(text, at):
                curly += text.count("{", segment, at) - text.count("}", segment, at)
                square += text.count("[", segment, at) - text.count("]", segment, at)
                segment = at
                if min(curly, square) < 0 or (inner % 2 == 0 and curly == square == 0):
                    break
            inner += 1
        inside = text[start:at]
        if not inner or inner % 2 or curly or square or _swallows_a_member(inside):
            raise Malformed("a string has quotes in it that are not escaped", text, start)
        return self.meaning(inside), end

    def meaning(self, inside: str) -> str:
        return unescape(inside, python=self.python)

    def next_quote(self, closing: re.Pattern[str], at: int, what: str = "a string") -> int:
        """The index of the next quote that is not escaped."""
        text = self.text
        while match := closing.search(text, at):
            quote = back = match.start()
            while back > at and text[back - 1] == "\\":
                back -= 1
            if (quote - back) % 2 == 0:
                return quote
            at = quote + 1
        raise LeftOpen(what)


def _is_apostrophe(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()


def _seems_to_open(text: str, at: int) -> bool:
    """Whether the quote at `at` begins something: `x = "}}}"`, or a third one in a row."""
    return text[at - 1] in " \t(=,[{+&|<" or text[at - 2 : at] == text[at] * 2


def _swallows_a_member(inside: str) -> bool:
    """Whether what looks like a following member stands outside all braces of a string."""
    for _ in range(20):
        inside, removed = _INNERMOST_BRACES.subn("", inside)
        if not removed:
            break
    return "{" in inside or _SWALLOWED_MEMBER.search(inside) is not None
