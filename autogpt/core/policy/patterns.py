"""Patterns of rules: a command and arguments, with globs; and whether a glob matches a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Literal


class Wild(Enum):
    """The globs."""

    ANYTHING = "*"
    ONE = "?"


Glob = tuple[str | Wild, ...]
"""Single characters and wildcards."""


EVERYTHING: Glob = (Wild.ANYTHING,)


LONGEST_PATTERN = 4_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a rule's text means: the command, and the arguments that must match. Others may be anything."""

    command: Glob
    args: tuple[tuple[str, Glob], ...] = ()


@lru_cache(maxsize=1024)
def parse_pattern(text: str) -> Pattern:
    """Read `command`, `command(*)` or `command(argument=glob, other="quoted, glob")`.

    A backslash takes the meaning from the punctuation after it; `\\n`, `\\r`, `\\t` and
    `\\u{1f600}` stand for characters that do not show. Raises ValueError with a sentence.
    """
    return _Reader(text).pattern()


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


_PUNCTUATION = frozenset("*?\\\",()=' ")


_NAME = re.compile(r"[^\W\d][\w.\-]*")


_COMMAND_CHARACTER = re.compile(r"[\w.\-:/]")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def pattern(self) -> Pattern:
        if len(self.text) > LONGEST_PATTERN:
            raise ValueError(f"the pattern is longer than {LONGEST_PATTERN} characters")
        self.text = self.text.strip()
        if not self.text:
            raise ValueError("the pattern is empty; `*` would mean every command")
        command = self.command()
        if self.at == len(self.text):
            return Pattern(command)
        self.expect("(")
        args = self.arguments()
        if self.at != len(self.text):
            raise ValueError(
                f"there is something after the closing bracket: {_excerpt(self.text[self.at :])}; put an argument "
                "that contains brackets in double quotes"
            )
        return Pattern(command, args)

    def command(self) -> Glob:
        glob: list[str | Wild] = []
        while self.at < len(self.text) and self.text[self.at] != "(":
            character = self.text[self.at]
            if character in "*?":
                glob.append(Wild(character))
            elif _COMMAND_CHARACTER.match(character):
                glob.append(character)
            else:
                raise ValueError(
                    f"the command may not contain {character!r}; write it like write_to_file(filename=reports/*)"
                )
            self.at += 1
        if not glob:
            raise ValueError("the command is missing before the bracket; `*(...)` would mean every command")
        return tuple(glob)

    def arguments(self) -> tuple[tuple[str, Glob], ...]:
        args: dict[str, Glob] = {}
        self.blanks()
        if self.peek() == ")":
            self.at += 1
            raise ValueError("the brackets are empty; leave them out, or write (*) for any arguments")
        if re.match(r"\*\s*\)", self.text[self.at : self.at + 100]):
            self.at = self.text.index(")", self.at) + 1
            return ()
        while True:
            self.blanks()
            found = _NAME.match(self.text, self.at)
            if not found:
                raise ValueError(
                    f"the name of an argument is expected where there is {self.rest()}; "
                    "write it like filename=reports/*"
                )
            name = found.group()
            self.at = found.end()
            self.blanks()
            self.expect("=", f"after {name} comes = and what it must match")
            if name in args:
                raise ValueError(f"the argument {name} is there twice")
            args[name] = self.value()
            self.blanks()
            if self.peek() == ",":
                self.at += 1
                continue
            self.expect(")")
            return tuple(args.items())

    def value(self) -> Glob:
        self.blanks()
        if self.peek() == '"':
            self.at += 1
            glob = self.globs('"')
            self.expect('"', "a double quote is opened and not closed")
            return glob
        glob = self.globs(",)")
        while glob and glob[-1] == " ":
            glob = glob[:-1]
        if not glob:
            raise ValueError('an argument has nothing to match; write "" for an empty one, * for any')
        return glob

    def globs(self, end: str) -> Glob:
        glob: list[str | Wild] = []
        while self.at < len(self.text) and (character := self.text[self.at]) not in end:
            if character == "\\":
                glob.append(self.escaped())
                continue
            if end != '"' and character in '("':
                raise ValueError(f"put an argument that contains {character} in double quotes")
            glob.append(Wild(character) if character in "*?" else character)
            self.at += 1
        return tuple(glob)

    def escaped(self) -> str:
        following = self.text[self.at + 1 : self.at + 2]
        if following in _PUNCTUATION and following:
            self.at += 2
            return following
        if following in _ESCAPES:
            self.at += 2
            return _ESCAPES[following]
        found = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}").match(self.text, self.at)
        if found and int(found.group(1), 16) <= 0x10FFFF:
            self.at = found.end()
            return chr(int(found.group(1), 16))
        raise ValueError(
            f"the backslash before {_excerpt(following) or 'the end'} means nothing; write / in paths, "
            "and \\\\ for a backslash itself"
        )

    def blanks(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect(self, character: str, hint: str = "") -> None:
        if self.peek() != character:
            raise ValueError(hint or f"{character} is expected where there is {self.rest()}")
        self.at += 1

    def rest(self) -> str:
        return _excerpt(self.text[self.at :]) or "the end"


def _excerpt(text: str) -> str:
    return ascii(text[:20]) if text else ""


def written(text: str) -> str:
    """A text as a quoted glob that matches it and nothing else, every character visible."""
    out = []
    for character in text:
        if character in '*?\\"':
            out.append("\\" + character)
        elif character in "\n\r\t":
            out.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character])
        elif character.isprintable():
            out.append(character)
        else:
            out.append(f"\\u{{{ord(character):x}}}")
    return '"' + "".join(out) + '"'


def plain(glob: Glob) -> bool:
    return not any(isinstance(token, Wild) for token in glob)


Stop = Literal["", "shell", "path"]
"""What a wildcard must not run over: nothing, what a shell acts upon, or what a path cannot hold."""


_ALLOWED: dict[Stop, str] = {
    "": r"[\s\S]",
    "shell": r"[^;&|<>$`\\(){}!\x00-\x1f\x7f\x85\u2028\u2029]",
    "path": r"[^\\\x00-\x1f\x7f]",
}


_GAPS: dict[Stop, re.Pattern[str]] = {stop: re.compile(f"{allowed}*") for stop, allowed in _ALLOWED.items()}


@lru_cache(maxsize=1024)
def _runs(glob: Glob, stop: Stop) -> tuple[tuple[re.Pattern[str], int], ...]:
    """What stands between the `*`: patterns of fixed length, without repetition, and their lengths."""
    runs: list[list[str]] = [[]]
    for token in glob:
        if token is Wild.ANYTHING:
            runs.append([])
        elif isinstance(token, Wild):
            runs[-1].append(_ALLOWED[stop])
        else:
            runs[-1].append(re.escape(token))
    return tuple((re.compile("".join(run)), len(run)) for run in runs)


def glob_matches(glob: Glob, text: str, stop: Stop = "") -> bool:
    """Whether a glob matches the whole text. Takes at most the product of their lengths, no more.

    Each run between two `*` is put where it first fits. A later place would only make
    the `*` before it run over more, so nothing is missed (a test compares with trying all).
    """
    runs = _runs(glob, stop)
    head, length = runs[0]
    if len(runs) == 1:
        return len(text) == length and head.match(text) is not None
    if head.match(text) is None:
        return False
    at = length
    for run, _ in runs[1:-1]:
        found = run.search(text, at)
        if found is None or not _free(text, at, found.start(), stop):
            return False
        at = found.end()
    tail, length = runs[-1]
    start = len(text) - length
    return start >= at and tail.match(text, start) is not None and _free(text, at, start, stop)


def _free(text: str, start: int, end: int, stop: Stop) -> bool:
    return stop == "" or _GAPS[stop].fullmatch(text, start, end) is not None


def fold(text: str) -> str:
    """A text as it compares for `deny`: no letter case, no Unicode variants, single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1024)
def fold_glob(glob: Glob) -> Glob:
    folded: list[str | Wild] = []
    run = ""
    for token in (*glob, None):
        if isinstance(token, str):
            run += token
            continue
        text = unicodedata.normalize("NFKC", run).casefold()
        folded += re.sub(r"\s+", " ", text)
        run = ""
        if token is not None:
            folded.append(token)
    return tuple(folded)


def spelt(glob: Glob) -> str:
    return "".join(token.value if isinstance(token, Wild) else token for token in glob)


def includes(broad: Glob, narrow: Glob) -> bool:
    """Whether each text that `narrow` matches is one that `broad` matches; may say no where it is so."""
    reached = {0}
    for token in (*narrow, None):
        grown = set(reached)
        for at in sorted(reached):
            while at < len(broad) and broad[at] is Wild.ANYTHING:
                at += 1
                grown.add(at)
        if token is None:
            return len(broad) in grown
        reached = set()
        for at in grown:
            if at == len(broad):
                continue
            if broad[at] is Wild.ANYTHING:
                reached.add(at)
            elif broad[at] == token or (broad[at] is Wild.ONE and token is not Wild.ANYTHING):
                reached.add(at + 1)
    return False
