"""What is shown, before it is known where: lines of spans, each with a tone.

Pure data, so that a live run, a replay and the tests share it. A line may carry a gutter, which
a terminal repeats on every row that the line wraps to; outside text always has one, so that it
can never look like the program's own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from autogpt.terminal.harmless import count, harmless

GUTTER = "│ "

_RAW = 50_000  # characters of each end of a huge text that are looked at


class Tone(str, Enum):
    """What a span is for; a terminal with colours gives each its own."""

    PLAIN = "plain"
    LABEL = "label"
    NAME = "name"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    DIM = "dim"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line. Whatever is in it, a console shows it harmlessly."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line, however many rows it takes.

    `further` is the gutter of its further rows, where it differs. Of a line that is `whole` nothing is
    ever cut; of others a console shows the head and tail when they are very long. One that is to be `copied`
    is whole too, and no breaks are put in: a terminal wraps it itself, so that it is copied as one line.
    """

    spans: tuple[Span, ...] = ()
    gutter: str = ""
    further: str = ""
    whole: bool = False
    copied: bool = False

    @property
    def text(self) -> str:
        """The line without tones."""
        return self.gutter + "".join(span.text for span in self.spans)


def line(text: str, tone: Tone = Tone.PLAIN, *, gutter: str = "") -> Line:
    """A line of one tone."""
    return Line((Span(text, tone),), gutter)


def block(text: str, *, gutter: str = GUTTER, characters: int = 3000, rows: int = 40) -> tuple[Line, ...]:
    """Outside text of many lines: whole, or its head and tail with a count of what is between."""
    if len(text) <= 2 * _RAW:
        head = harmless(text).removesuffix("\n")
        if len(head) <= characters and head.count("\n") < rows:
            return tuple(line(row, gutter=gutter) for row in head.split("\n"))
        total, tail = len(head), head
    else:
        head, tail = harmless(text[:_RAW]), harmless(text[-_RAW:]).removesuffix("\n")
        total = len(text) - 2 * _RAW + len(head) + len(tail)
    head = "\n".join(head[: characters * 2 // 3].split("\n")[: rows * 2 // 3])
    tail = "\n".join(tail[-(characters // 3) :].split("\n")[-(rows // 3) :])
    hidden = f"… {count(total - len(head) - len(tail))} characters more …"
    return (
        *(line(row, gutter=gutter) for row in head.split("\n")),
        line(hidden, Tone.WARN, gutter=" " * len(gutter)),
        *(line(row, gutter=gutter) for row in tail.split("\n")),
    )


def dollars(amount: Decimal) -> str:
    """`$1.20`; small amounts with four places: `$0.0042`."""
    return f"${amount:.4f}" if 0 < abs(amount) < Decimal("0.1") else f"${amount:.2f}"
