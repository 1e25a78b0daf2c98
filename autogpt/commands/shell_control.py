"""Which programs a shell line may start: SHELL_COMMAND_CONTROL with its two lists.

Not a wall: what a program does, and what it starts in turn, no list of names can tell. The sandbox is
the wall. With the list of what is allowed, a line is refused that can't be judged (substitutions,
`eval`, and the like); with the list of what is denied, names in quotes and substitutions count too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from autogpt.core.errors import CommandError

_JOINS = frozenset("();&|")
_REDIRECTS = frozenset("<>&")
_BEFORE_PROGRAMS = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "time", "{", "}", "!"}
)
_STARTERS = frozenset({"builtin", "command", "env", "exec", "nice", "nohup", "timeout", "xargs", "-exec"})
_ASSIGNS = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_UNJUDGED = re.compile(r"[$`{}]|<\(|>\(|<<")
_UNTOLD = (
    frozenset({".", "case", "coproc", "eval", "for", "function", "select", "source", "trap"}) | _STARTERS
)
"""Words that start others in ways that aren't followed here."""

_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class ShellControl:
    """`allowed` are the only programs that may be started if it is a set; `denied` never may."""

    allowed: frozenset[str] | None = None
    denied: frozenset[str] = frozenset()

    def check(self, line: str) -> None:
        """Raise CommandError for a line that may not be run."""
        if self.allowed is not None:
            self._check_allowed(line, self.allowed)
        for program in _programs(line) if self.denied else ():
            if program.rpartition("/")[2].lower() in self.denied:
                raise CommandError(
                    f"{program!r} may not be started: the person put it on the list of denied programs. "
                    "Do it another way."
                )

    def _check_allowed(self, line: str, allowed: frozenset[str]) -> None:
        known = ", ".join(sorted(allowed)) or "none"
        words = _words(line)
        if words is None or _UNJUDGED.search(line):
            raise CommandError(
                "Only some programs may be started here, and which ones this line starts can't be told. Write it "
                f"without substitutions, variables, braces and here-documents. The programs are: {known}."
            )
        for program in _first_words(words):
            if program in _UNTOLD or program not in allowed:
                raise CommandError(
                    f"{program!r} may not be started here. The programs that may are: {known}."
                )


def _programs(line: str, depth: int = 0) -> Iterator[str]:
    """What may be programs in a line, also in substitutions, behind words that start others, and in quotes."""
    words = _words(re.sub(r"\$\(|`|[<>]\(", " ; ", line))
    if words is None:
        words = re.split(r"[\s'\"]+", line)
    yield from _first_words(words)
    started = False
    for word in words:
        if started:
            yield word
        started = (started or word in _STARTERS) and not set(word) <= _JOINS
        if depth < _DEEPEST and re.search(r"\s", word):
            yield from _programs(word, depth + 1)


def _first_words(words: list[str]) -> Iterator[str]:
    """The words of a line that stand where a program's name does."""
    at_program, skip = True, False
    for word in words:
        if skip:
            skip = False
        elif word and set(word) <= _REDIRECTS and set(word) & {"<", ">"}:
            skip = True
        elif word and set(word) <= _JOINS:
            at_program = True
        elif at_program and word not in _BEFORE_PROGRAMS and not _ASSIGNS.fullmatch(word):
            yield word
            at_program = False


def _words(line: str) -> list[str] | None:
    """The words and joining signs of a line; None if it can't be split."""
    lexer = shlex.shlex(line.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return None
