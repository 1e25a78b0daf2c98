"""Search-and-replace on text: where an edit belongs, or why that can't be told. Pure.

An edit's search text is looked for as it stands; only if it is nowhere, as whole lines
without regard to blanks at their ends, then with indentation that is shifted as a block or
written with tabs for spaces. Blanks are all that is ever forgiven, and a text that
fits in several places fits in none. Line ends are kept as they are, each for itself.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

Manner = Literal["exact", "trailing blanks", "indentation"]

_MOST_PLACES = 50
"""Places that are looked for; who finds so many needs no more."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_TAB_WIDTHS = (4, 2, 8, 3)


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `replace` in the place of `search`.

    `whole_lines` says that the texts are lines, so that a part of a line is no match. `everywhere`
    replaces each exact match instead of asking for one.
    """

    search: str
    replace: str
    whole_lines: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """An edit that was made: which lines of the text before it became which of the text after all edits.

    Lines count from 1. `new_lines` may be 0: then what was there is gone. `places` is how often.
    """

    old_line: int
    old_lines: int
    new_line: int
    new_lines: int
    manner: Manner
    places: int = 1


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The search text fits in several places, in the lines with these numbers."""

    lines: tuple[int, ...]
    manner: Manner


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to search for, and the text isn't empty."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The search text is nowhere.

    `nearest` are the text's lines that are most like it, from the line `first` on, if any are;
    `sent` and `there` are the first line of the search that differs, and what the text has there.
    `done_at` is the line in which the replacement is found already.
    """

    first: int = 0
    nearest: tuple[str, ...] = ()
    sent: str | None = None
    there: str | None = None
    done_at: int | None = None


Failure = Ambiguous | Empty | Missing


@dataclass(frozen=True, slots=True)
class Patched:
    """The text after all edits that could be made, and what became of each, in their order."""

    text: str
    outcomes: tuple[Applied | Failure, ...]

    @property
    def failures(self) -> tuple[tuple[int, Failure], ...]:
        """The edits that could not be made, with their numbers from 1."""
        return tuple(
            (number, outcome)
            for number, outcome in enumerate(self.outcomes, 1)
            if not isinstance(outcome, Applied)
        )


def patched(text: str, edits: Sequence[Edit]) -> Patched:
    """Make the edits one after the other, each in what the one before left."""
    lines = _Lines.of(text)
    outcomes: list[Applied | Failure] = []
    for edit in edits:
        edit = Edit(_plain(edit.search), _plain(edit.replace), edit.whole_lines, edit.everywhere)
        found = _found(lines.text, edit)
        outcomes.append(lines.replaced(found) if isinstance(found, _Found) else found)
    marks = iter(lines.marks)
    return Patched(
        lines.whole(),
        tuple(
            dataclasses.replace(outcome, new_line=next(marks) + 1)
            if isinstance(outcome, Applied)
            else outcome
            for outcome in outcomes
        ),
    )


def _plain(text: str) -> str:
    return _LINE_END.sub("\n", text)


@dataclass(slots=True)
class _Lines:
    """A text with plain line ends, and the ends that it really has, one for each `\\n` in their order.

    `marks` are the numbers, from 0, of the lines in which edits were made; they move with their lines.
    """

    text: str
    ends: list[str]
    usual: str
    marks: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> _Lines:
        ends = _LINE_END.findall(text)
        usual = max(("\n", "\r\n", "\r"), key=ends.count)
        return cls(_plain(text), ends, usual)

    def whole(self) -> str:
        """The text with its own line ends."""
        if all(end == "\n" for end in self.ends):
            return self.text
        parts = self.text.split("\n")
        return "".join(part + end for part, end in zip(parts, [*self.ends, ""], strict=True))

    def replaced(self, found: _Found) -> Applied:
        """Put the new texts in; says what was changed."""
        parts: list[str] = []
        ends: list[str] = []
        marks = list(self.marks)
        done = breaks_done = 0
        for place in found.places:
            before, old = self.text[done : place.start], self.text[place.start : place.end]
            first, breaks = breaks_done + before.count("\n"), old.count("\n")
            own = self.ends[first : first + breaks]
            fill = own[-1] if own else self.usual
            wanted = place.new.count("\n")
            now = len(ends) + first - breaks_done
            marks = [_moved(mark, now, breaks, wanted) for mark in marks]
            parts += [before, place.new]
            ends += self.ends[breaks_done:first] + (own + [fill] * wanted)[:wanted]
            done, breaks_done = place.end, first + breaks
        self.text = "".join([*parts, self.text[done:]])
        self.ends = ends + self.ends[breaks_done:]
        first_place = found.places[0]
        line = self.text.count("\n", 0, first_place.start)
        self.marks = [*marks, line]
        return Applied(
            line + 1, found.old_lines, line + 1, _line_count(first_place.new), found.manner, len(found.places)
        )


def _moved(mark: int, line: int, breaks: int, wanted: int) -> int:
    """Where a marked line is after `breaks` line ends from `line` on became `wanted`."""
    if mark <= line:
        return mark
    return mark + wanted - breaks if mark >= line + breaks else line


def _line_count(part: str) -> int:
    return part.count("\n") + (not part.endswith("\n") and part != "")


# -- finding -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """From and to which character of the text, and what is to stand there."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the new texts go, in the order of the text; `old_lines` is what the first takes up."""

    places: tuple[_Place, ...]
    manner: Manner
    old_lines: int


def _found(text: str, edit: Edit) -> _Found | Failure:
    """Where the edit goes. Both are in plain line ends."""
    if not edit.search.strip():
        # Blanks alone are everywhere; only an empty text leaves no question.
        if text.strip():
            return Empty()
        return _Found((_Place(0, len(text), edit.replace),), "exact", _line_count(text))
    for places, manner in _tries(text, edit):
        if not places:
            continue
        if len(places) == 1 or (edit.everywhere and manner == "exact"):
            return _Found(tuple(places), manner, _line_count(text[places[0].start : places[0].end]))
        at = tuple(text.count("\n", 0, place.start) + 1 for place in places[:_MOST_PLACES])
        return Ambiguous(at, manner)
    return _missing(text, edit)


def _tries(text: str, edit: Edit) -> Iterator[tuple[list[_Place], Manner]]:
    if not edit.whole_lines:
        yield _exact(text, edit), "exact"
    lines = _Numbered.of(text)
    search, replace = _split(edit.search), _split(edit.replace)
    yield lines.places(search, replace, lambda line: line, edit.everywhere), "exact"
    yield lines.places(search, replace, _rstripped), "trailing blanks"
    search, replace = _without_margins(search, replace)
    yield lines.places(search, replace, _rstripped), "trailing blanks"
    for convert in _conversions(search):
        yield (
            lines.shifted([convert(line) for line in search], [convert(line) for line in replace]),
            "indentation",
        )


def _exact(text: str, edit: Edit) -> list[_Place]:
    """The search text wherever it stands; overlapping places count, for they leave a question."""
    places: list[_Place] = []
    start = text.find(edit.search)
    while start >= 0 and (edit.everywhere or len(places) < _MOST_PLACES):
        places.append(_Place(start, start + len(edit.search), edit.replace))
        start = text.find(edit.search, start + (len(edit.search) if edit.everywhere else 1))
    return places


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The lines of a text, and where each begins; one more beginning is the text's end."""

    lines: list[str]
    starts: list[int]

    @classmethod
    def of(cls, text: str) -> _Numbered:
        lines = _split(text)
        starts = [0]
        for line in lines:
            starts.append(min(len(text), starts[-1] + len(line) + 1))
        return cls(lines, starts)

    def places(
        self, search: list[str], replace: list[str], seen: Callable[[str], str], everywhere: bool = False
    ) -> list[_Place]:
        """Where the lines stand one after the other, compared as `seen`."""
        runs = self._runs([seen(line) for line in search], seen, everywhere)
        return [self._place(at, len(search), replace) for at in runs]

    def shifted(self, search: list[str], replace: list[str]) -> list[_Place]:
        """Where the lines stand with the same indentation more, or less, on each."""
        places = []
        for at in self._runs([_stripped(line) for line in search], _stripped):
            there = self.lines[at : at + len(search)]
            shift = _shift(search, there)
            if shift is None:
                continue
            moved = [shift(line) for line in replace]
            if all(line is not None for line in moved):
                places.append(self._place(at, len(search), [line or "" for line in moved]))
        return places

    def _runs(self, wanted: list[str], seen: Callable[[str], str], everywhere: bool = False) -> list[int]:
        """The numbers of the lines, from 0, from which on all wanted lines follow.

        Those of all runs that don't overlap if `everywhere`, else of so many as leave a question.
        """
        if not wanted or len(wanted) > len(self.lines):
            return []
        lines = [seen(line) for line in self.lines]
        # Looking from the rarest line, a file of like lines costs no more than another.
        often = Counter(lines)
        rare = min(range(len(wanted)), key=lambda number: often[wanted[number]])
        if not often[wanted[rare]]:
            return []
        runs: list[int] = []
        for at in range(len(lines) - len(wanted) + 1):
            if lines[at + rare] != wanted[rare] or lines[at : at + len(wanted)] != wanted:
                continue
            if everywhere and runs and at < runs[-1] + len(wanted):
                continue
            runs.append(at)
            if len(runs) == _MOST_PLACES and not everywhere:
                break
        return runs

    def _place(self, at: int, count: int, replace: list[str]) -> _Place:
        start, end = self.starts[at], self.starts[at + count]
        # The last line of a text may end without a break, and then stays so.
        ended = end > start + sum(map(len, self.lines[at : at + count])) + count - 1
        new = "\n".join(replace) + ("\n" if ended and replace else "")
        return _Place(start, end, new)


def _stripped(line: str) -> str:
    return line.strip(" \t")


def _rstripped(line: str) -> str:
    return line.rstrip(" \t")


def _split(text: str) -> list[str]:
    """Lines; a break at the end begins no further one."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _without_margins(search: list[str], replace: list[str]) -> tuple[list[str], list[str]]:
    """Both without the blank lines around the search text, which models add and leave out."""
    above = next((number for number, line in enumerate(search) if _stripped(line)), 0)
    below = next((number for number, line in enumerate(reversed(search)) if _stripped(line)), 0)
    search = search[above : len(search) - below]
    for _ in range(above):
        replace = replace[1:] if replace and not _stripped(replace[0]) else replace
    for _ in range(below):
        replace = replace[:-1] if replace and not _stripped(replace[-1]) else replace
    return search, replace


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _shift(search: list[str], there: list[str]) -> Callable[[str], str | None] | None:
    """What turns the indentation of the search text into the one that is there; None if nothing does.

    The returned function gives None for a line that hasn't the indentation to take away.
    """
    pairs = [
        (_indent(sent), _indent(real)) for sent, real in zip(search, there, strict=True) if _stripped(sent)
    ]
    take, add = min(pairs, key=lambda pair: len(pair[0]))
    while take and add and take[-1] == add[-1]:
        take, add = take[:-1], add[:-1]

    def shift(line: str) -> str | None:
        if not _stripped(line):
            return ""
        return add + line[len(take) :] if line.startswith(take) else None

    return shift if all(shift(mine + "x") == its + "x" for mine, its in pairs) else None


def _conversions(search: list[str]) -> Iterator[Callable[[str], str]]:
    """Ways to write the search text's indentation: as it is, with tabs for spaces, with spaces for tabs."""
    yield lambda line: line
    indents = "".join(map(_indent, search))
    if " " in indents and "\t" not in indents:
        for width in _TAB_WIDTHS:
            if all(len(_indent(line)) % width == 0 for line in search if _stripped(line)):
                yield _tabbed(width)
    elif "\t" in indents and " " not in indents:
        for width in _TAB_WIDTHS:
            yield _spaced(width)


def _tabbed(width: int) -> Callable[[str], str]:
    return lambda line: _indent(line).replace(" " * width, "\t") + line.lstrip(" \t")


def _spaced(width: int) -> Callable[[str], str]:
    return lambda line: _indent(line).replace("\t", " " * width) + line.lstrip(" \t")


# -- what is nearest -----------------------------------------------------------------------------

_ANCHORS = 3
_LOOKED_AT = 20_000
"""Lines of the text that are compared with the search text."""

_MEASURED = 300
"""Lines that are measured to the end, which takes long for long ones of few letters."""

_COMPARED = 200
"""Characters of a line that are compared."""

_LIKE = 0.6
_SHOWN = 30


def _missing(text: str, edit: Edit) -> Missing:
    done = text.find(edit.replace) if len(edit.replace.strip()) > 10 else -1
    done_at = text.count("\n", 0, done) + 1 if done >= 0 else None
    lines, search = _split(text), _without_margins(_split(edit.search), [])[0]
    at = _nearest(lines, search)
    if at is None:
        return Missing(done_at=done_at)
    there = lines[at : at + min(len(search), _SHOWN)]
    for sent, real in zip(search, there, strict=False):
        if sent.strip() != real.strip():
            return Missing(at + 1, tuple(there), sent, real, done_at)
    return Missing(at + 1, tuple(there), done_at=done_at)


def _nearest(lines: list[str], search: list[str]) -> int | None:
    """The number, from 0, of the line from which on the text is most like the search text."""
    anchors = sorted(range(len(search)), key=lambda number: -len(search[number].strip()))[:_ANCHORS]
    found: list[tuple[float, int]] = []
    for anchor in anchors:
        like = _most_like(search[anchor].strip()[:_COMPARED], lines)
        found += [(-_likeness(lines, search, at - anchor), max(0, at - anchor)) for at in like]
    return min(found)[1] if found else None


def _most_like(wanted: str, lines: list[str]) -> list[int]:
    """The numbers of up to three lines that are most like the wanted one."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best: list[tuple[float, int]] = []
    left = _MEASURED
    for number, line in enumerate(lines[:_LOOKED_AT]):
        matcher.set_seq1(line.strip()[:_COMPARED])
        least = best[2][0] if len(best) == 3 else _LIKE
        if matcher.real_quick_ratio() <= least or matcher.quick_ratio() <= least:
            continue
        ratio = matcher.ratio()
        if ratio > least:
            best = sorted([*best, (ratio, number)], key=lambda one: (-one[0], one[1]))[:3]
        left -= 1
        if not left:
            break
    return [number for _, number in best]


def _likeness(lines: list[str], search: list[str], at: int) -> float:
    """How like the search text the lines from `at` on are: 0 to 1, by the mean of up to ten lines."""
    total = 0.0
    compared = search[:10]
    for offset, sent in enumerate(compared):
        there = lines[at + offset] if 0 <= at + offset < len(lines) else ""
        total += SequenceMatcher(
            None, sent.strip()[:_COMPARED], there.strip()[:_COMPARED], autojunk=False
        ).ratio()
    return total / len(compared)
