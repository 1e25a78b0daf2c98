"""What a person is shown before they answer whether an action may run.

What is executed, sent or obeyed stands there whole, literally, from the parsed action: nothing of it is
cut, and what can't be seen is named. Only empty lines are counted where there are many; the count has
no gutter, so no text can pass for it. What a file is to hold is shown as the difference that it makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autogpt.core.actions import Action, Preview
from autogpt.terminal.harmless import BLANKS, count, exact, one_line
from autogpt.terminal.lines import GUTTER, Line, Span, Tone, block, line
from autogpt.terminal.render import literal

_CONTINUED = "┆ "
"""Marks the rows in which a line goes on, so that they can't be taken for lines."""

_INDENT = "  "
_MOST_EMPTY = 5
_LONGEST_BESIDE = 1000
"""Characters of a value that stands beside its name."""

_MOST_ROWS = 200
_HEAD_ROWS, _TAIL_ROWS = 80, 40
_ROW = 100
"""Characters of a line of a difference that count as a row."""

Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """`must` has to be seen to its end; of `change`, the difference in a file, `whole_change` is all."""

    must: Lines
    change: Lines = ()
    whole_change: Lines = ()

    @property
    def is_cut(self) -> bool:
        """Whether there is more of the difference than is shown."""
        return self.change != self.whole_change


def approval(action: Action, preview: Preview | None = None, note: str = "") -> Approval:
    """What is to be shown of an action."""
    hidden = preview.shows if preview is not None else frozenset[str]()
    must = (
        *(block(note) if note else ()),
        Line((Span("NEXT ACTION: ", Tone.LABEL), Span(action.command, Tone.NAME)), whole=True),
        *(
            row
            for name, value in action.args.items()
            if name not in hidden
            for row in _argument(str(name), value)
        ),
    )
    if preview is None:
        return Approval(must)
    if preview.runs:
        heading = Line(
            (Span(f"{preview.file}: ", Tone.NAME), Span(preview.what, Tone.LABEL)), _INDENT, whole=True
        )
        return Approval((*must, heading, *whole_text(preview.runs.removesuffix("\n"), GUTTER * 2)))
    where = f"{preview.file}: " if preview.file else ""
    # Of the program's own: outside text never stands without its gutter.
    heading = Line((Span(where, Tone.NAME), Span(preview.what, Tone.LABEL)), _INDENT, whole=True)
    whole = tuple(map(_diff_row, preview.diff))
    return Approval(must, (heading, *_shortened(whole)), (heading, *whole))


def whole_text(text: str, gutter: str = GUTTER) -> Iterator[Line]:
    """All lines of a text; of many that are empty, or hold blanks alone, how many there are."""
    empty: list[str] = []
    for row in text.split("\n"):
        if not row.strip(BLANKS):
            empty.append(row)
            continue
        yield from _empty_lines(empty, gutter)
        empty = []
        yield _row(row, gutter)
    yield from _empty_lines(empty, gutter)


def _argument(name: str, value: Any) -> Iterator[Line]:
    label = Span(f"{name}: ", Tone.LABEL)
    text = literal(value)
    if "\n" not in text and len(text) <= _LONGEST_BESIDE:
        yield Line((label, Span(text)), GUTTER, GUTTER + _CONTINUED, whole=True)
    else:
        yield Line((label,), GUTTER, whole=True)
        yield from whole_text(text.removesuffix("\n"), GUTTER * 2)


def _row(text: str, gutter: str) -> Line:
    return Line((Span(_with_end(text)),), gutter, gutter + _CONTINUED, whole=True)


def _with_end(text: str) -> str:
    """A line with the blanks at its end told, as no screen shows them."""
    shown = text.rstrip(BLANKS)
    blanks = len(text) - len(shown)
    return f"{shown}‹{count(blanks)} blank{'' if blanks == 1 else 's'}›" if blanks else text


def _empty_lines(rows: Sequence[str], gutter: str) -> Iterator[Line]:
    if len(rows) <= _MOST_EMPTY:
        yield from (_row(row, gutter) for row in rows)
        return
    kind = "lines of blanks alone" if any(rows) else "empty lines"
    yield line(f"… {count(len(rows))} {kind} …", Tone.WARN, gutter=" " * len(gutter))


def _diff_row(row: str) -> Line:
    tone = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.DIM, "\\": Tone.DIM}.get(row[:1], Tone.PLAIN)
    text = row[:1] + _with_end(row[1:]) if row[:1] in ("+", "-") else row
    return Line((Span(text, tone),), GUTTER, GUTTER + _CONTINUED.strip(), whole=True)


def _shortened(rows: Lines) -> Lines:
    """All rows, or of many the first, the last, and how many there are in between."""
    heights = [1 + len(row.text) // _ROW for row in rows]
    if sum(heights) <= _MOST_ROWS:
        return rows
    head = _fitting(heights, _HEAD_ROWS)
    tail = min(_fitting(heights[::-1], _TAIL_ROWS), len(rows) - head)
    between = len(rows) - head - tail
    lines = "1 line" if between == 1 else f"{count(between)} lines"
    gap = line(
        f"… {lines} between; v shows all …" if between else "… v shows all …", Tone.WARN, gutter=_INDENT
    )
    cut = [replace(row, spans=tuple(map(_cut, row.spans)), whole=False) for row in rows]
    return (*cut[:head], gap, *cut[len(rows) - tail :])


def _fitting(heights: Sequence[int], room: int) -> int:
    """How many rows fit, at least one."""
    used = 0
    for number, height in enumerate(heights):
        used += height
        if used > room:
            return max(number, 1)
    return len(heights)


def _cut(span: Span) -> Span:
    return Span(one_line(exact(span.text), longest=_ROW * _TAIL_ROWS // 2, tabs=True), span.tone)
