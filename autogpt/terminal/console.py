"""Puts lines on a terminal or into a pipe.

On a terminal, lines wrap to its width with their gutter on every row, in colours where it has
them (rich, imported at the first line shown). Into a pipe or file they go as they are: one line
each, no control codes, no rich. Characters that the stream's encoding lacks get an ASCII stand-in.
Every span is made harmless on its way, whoever made it. When nobody reads any more (a closed pipe,
a terminal that went away), output ends quietly and `closed` says so; the run is the caller's affair.

It may be used from several threads. What others show while the person answers a question is held
back until the answer is there.
"""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from autogpt.terminal.harmless import exact, one_line, verbatim
from autogpt.terminal.lines import Line, Span, Tone, line
from autogpt.terminal.pictures import inline, protocol_of
from autogpt.terminal.wrapping import breaks, cells

if TYPE_CHECKING:
    import rich.console
    import rich.text

_NARROWEST = 10
_LONGEST_SPAN = 4000
_FURTHER = "  "
_TAB = 4
_ORDINARY = Line()

_STYLES = {
    Tone.PLAIN: "",
    Tone.LABEL: "bold yellow",
    Tone.NAME: "bold cyan",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.WARN: "magenta",
    Tone.DIM: "dim",
}
_STAND_INS = {
    "│": "|",
    "┆": ":",
    "…": "...",
    "‹": "<",
    "›": ">",
    "·": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "•": "*",
    "→": "->",
    "×": "x",
    "\u00a0": " ",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What the place of output can do.

    `terminal`: someone sees rows of some width. `live`: a line may be redrawn in place.
    `width` and `height` are in columns and rows; None asks the terminal each time, as windows are resized.
    """

    terminal: bool = False
    colour: bool = False
    live: bool = False
    width: int | None = None
    height: int | None = None


def look_of(stream: TextIO | None, environ: Mapping[str, str], *, plain: bool = False) -> Look:
    """What a stream can do, by the conventions NO_COLOR (no-color.org), TERM and CI.

    `plain` is the person's wish for neither colours nor control codes.
    """
    try:
        terminal = stream is not None and stream.isatty()
    except (OSError, ValueError):
        terminal = False
    term = environ.get("TERM", "" if os.name != "nt" else "windows").lower()
    capable = terminal and not plain and term not in ("", "dumb", "unknown")
    capable = capable and environ.get("CI", "").lower() in ("", "0", "false")
    return Look(
        terminal=terminal,
        colour=capable and not environ.get("NO_COLOR"),
        live=capable,
    )


class Console:
    """The one place where the program writes for a person.

    `stream` is None where the process has none (`>&-`, no console on Windows): all goes nowhere.
    """

    def __init__(self, stream: TextIO | None, look: Look, environ: Mapping[str, str] | None = None) -> None:
        self.look = look
        self._out = _Quiet(stream)
        self._environ = dict(environ or {})
        self._lock = threading.RLock()
        self._rich: rich.console.Console | None = None
        self._live = ""
        self._asking: int | None = None  # the thread that asks a question
        self._held: list[Line] = []

    @property
    def closed(self) -> bool:
        """Nobody reads any more; what is shown goes nowhere."""
        return self._out.closed

    @property
    def stream(self) -> TextIO:
        """Where it writes."""
        return self._out.stream

    def width(self) -> int:
        """Columns, at least ten."""
        columns = self.look.width or 0
        if not columns:
            with suppress(OSError, ValueError, AttributeError):
                columns = os.get_terminal_size(self._out.stream.fileno()).columns
        if not columns and self._environ.get("COLUMNS", "").isdecimal():
            columns = int(self._environ["COLUMNS"][:4])
        # Old Windows consoles break a row that is exactly as wide as they are.
        return max((columns or 80) - (os.name == "nt"), _NARROWEST)

    def height(self) -> int:
        """Rows, 0 where there is no window that text could leave: a pipe, plain output, one without a size."""
        rows = self.look.height or 0
        if not rows:
            with suppress(OSError, ValueError, AttributeError):
                rows = os.get_terminal_size(self._out.stream.fileno()).lines
        return rows if self.look.live and not self.closed else 0

    def texts(self, lines: Iterable[Line]) -> list[str]:
        """Lines as texts, as they are shown where nothing wraps."""
        return [self._ready(each).text for each in lines]

    def rows(self, lines: Iterable[Line], most: int) -> int:
        """How many rows lines take in the window as it is now; more than `most` are not counted."""
        width, used = self.width(), 0
        for each in lines:
            used += 1 + len(_layout(self._ready(each), width)[2])
            if used > most:
                break
        return used

    def show_page(self, lines: Sequence[Line], rows: int) -> tuple[Line, ...]:
        """Show the first rows of lines, at least one; returns what is left of them."""
        width = self.width()
        page: list[Line] = []
        for number, each in enumerate(lines):
            ready = self._ready(each)
            places = _layout(ready, width)[2]
            if len(places) < rows:
                page.append(ready)
                rows -= 1 + len(places)
                continue
            head, tail = _split(ready, places[rows - 1]) if rows else (None, each)
            self._put([*page, *([head] if head is not None else ())])
            return (tail, *lines[number + 1 :])
        self._put(page)
        return ()

    def show(self, lines: Iterable[Line]) -> None:
        """Show lines, in one piece."""
        self._put([self._ready(each) for each in lines])

    def _put(self, ready: list[Line]) -> None:
        with self._lock:
            if self._asking is not None and self._asking != threading.get_ident():
                self._held += ready
            elif ready and not self.closed:
                self._write(ready)

    def say(self, words: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a line of the program's own words."""
        self.show([line(words, tone)])

    def say_to_copy(self, words: str) -> None:
        """Show a line with a command that the person copies: as one line, however wide the terminal is."""
        self.show([replace(line(words), copied=True)])

    def picture(self, data: bytes) -> None:
        """Show a picture where the terminal can; nothing elsewhere, or while the person is asked."""
        protocol = protocol_of(self._environ) if self.look.live else None
        drawn = inline(data, protocol) if protocol is not None else ""
        with self._lock:
            if drawn and self._asking is None and not self.closed:
                live = self._live
                self._erase()
                self._out.write(drawn)
                self._out.flush()
                self._live = live
                self._draw()

    def ask(self, words: str) -> None:
        """Show words without ending the line, for an answer typed after them."""
        with self._lock:
            self._erase()
            self._out.write(_encodable(one_line(words), self._out.encoding))
            self._out.flush()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person answers: no live line, and other threads' lines wait."""
        with self._lock:
            self._erase()
            before, self._asking = self._asking, threading.get_ident()
        try:
            yield
        finally:
            with self._lock:
                self._asking = before
                if before is None and self._held:
                    held, self._held = self._held, []
                    self._write(held)

    def live(self, words: str) -> None:
        """Draw one line below everything else, in place of the one before; empty removes it."""
        if not self.look.live:
            return
        with self._lock:
            if self._asking is None and words != self._live and not self.closed:
                self._erase()
                self._live = words
                self._draw()

    def close(self) -> None:
        """Leave the terminal tidy."""
        with self._lock:
            self._erase()
            self._out.flush()

    def _ready(self, each: Line) -> Line:
        encoding = self._out.encoding
        spans = tuple(Span(self._safe(span.text, each), span.tone) for span in each.spans)
        gutters = _encodable(each.gutter, encoding), _encodable(each.further, encoding)
        ready = Line(spans, *gutters, each.whole, each.copied)
        return _without_tabs(ready) if self.look.terminal else ready

    def _safe(self, text: str, of: Line = _ORDINARY) -> str:
        if of.copied:
            safe = verbatim(text)
        else:
            safe = exact(text) if of.whole else one_line(text, longest=_LONGEST_SPAN, tabs=True)
        return _encodable(safe, self._out.encoding)

    def _write(self, lines: list[Line]) -> None:
        if self.look.terminal:
            live = self._live
            self._erase()
            self._write_rows(lines)
            self._live = live
            self._draw()
        else:
            self._out.write("".join(f"{each.text.rstrip()}\n" for each in lines))
            self._out.flush()

    def _write_rows(self, lines: list[Line]) -> None:
        from rich.text import Text

        screen, width = self._screen(), self.width()
        rows: list[Text] = []
        for each in lines:
            body = Text.assemble(*((span.text, _STYLES[span.tone]) for span in each.spans))
            gutter, further, places = _layout(each, width)
            for row in body.divide(places):
                row.rstrip()
                rows.append(Text.assemble((gutter if row.plain else gutter.rstrip(), "dim"), row))
                gutter = further
        screen.print(Text("\n").join(rows), no_wrap=True, overflow="ignore", crop=False, width=width)

    def _draw(self) -> None:
        if self._live:
            from rich.text import Text

            words = self._safe(self._live).expandtabs(_TAB)
            words = words[: next(iter(breaks(words, self.width() - 1)), None)]
            self._screen().print(
                Text(words, style="dim"), end="", no_wrap=True, overflow="ignore", crop=False
            )

    def _erase(self) -> None:
        if self._live:
            from rich.control import Control
            from rich.segment import ControlType

            self._live = ""
            self._screen().control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))

    def _screen(self) -> rich.console.Console:
        if self._rich is None:
            from rich.console import Console as RichConsole

            self._rich = RichConsole(
                file=self._out,  # type: ignore[arg-type]  # rich only writes, flushes and asks for fileno
                force_terminal=True,
                color_system="auto" if self.look.colour else None,
                no_color=not self.look.colour,
                highlight=False,
                markup=False,
                emoji=False,
                _environ=self._environ,
            )
        return self._rich


def _layout(each: Line, width: int) -> tuple[str, str, list[int]]:
    """The gutters of a line's first and of its further rows, and where it breaks."""
    first, further = (
        gutter if len(gutter) + _NARROWEST <= width else gutter[:2] for gutter in (each.gutter, each.further)
    )
    # A line without a gutter may name something from outside: its further rows stand in.
    further = further or first or _FURTHER
    if each.copied:
        return first, further, []
    body = "".join(span.text for span in each.spans)
    return first, further, breaks(body, width - max(len(first), len(further)))


def _split(each: Line, at: int) -> tuple[Line, Line]:
    """The line before and after a place where it breaks."""
    head: list[Span] = []
    tail: list[Span] = []
    for span in each.spans:
        head.append(Span(span.text[:at], span.tone))
        tail.append(Span(span.text[at:], span.tone))
        at = max(at - len(span.text), 0)
    further = each.further or each.gutter or _FURTHER
    return replace(each, spans=tuple(head)), Line(tuple(tail), further, further, each.whole)


def _without_tabs(each: Line) -> Line:
    """The line with blanks up to the next place for each tab."""
    if not any("\t" in span.text for span in each.spans):
        return each
    spans, column = [], 0
    for span in each.spans:
        text = ""
        for piece in re.split("(\t)", span.text):
            drawn = " " * (_TAB - column % _TAB) if piece == "\t" else piece
            text += drawn
            column += cells(drawn)
        spans.append(Span(text, span.tone))
    return replace(each, spans=tuple(spans))


class _Quiet:
    """A stream that ends quietly when nobody reads it any more, and never fails to encode."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream: TextIO = stream or io.StringIO()
        self.encoding: str = getattr(stream, "encoding", None) or "utf-8"
        self.closed = stream is None

    def write(self, text: str) -> int:
        if not self.closed:
            try:
                self.stream.write(text)
            except UnicodeEncodeError:
                self.write(text.encode("ascii", "backslashreplace").decode("ascii"))
            except BlockingIOError:
                self._wait()
            except (OSError, ValueError):
                self._end()
        return len(text)

    def flush(self) -> None:
        if not self.closed:
            try:
                self.stream.flush()
            except BlockingIOError:
                self._wait()
            except (OSError, ValueError):
                self._end()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()

    def _wait(self) -> None:
        """Another process made the shared descriptor non-blocking: undo that, and go on."""
        try:
            if sys.platform != "win32":
                os.set_blocking(self.stream.fileno(), True)
            self.stream.flush()
        except (OSError, ValueError):
            self._end()

    def _end(self) -> None:
        """Send what is still buffered to nowhere, or the interpreter would complain at its end."""
        self.closed = True
        if self.stream in (sys.__stdout__, sys.__stderr__):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self.stream.fileno())
                os.close(nowhere)


def _encodable(text: str, encoding: str) -> str:
    """The text with ASCII stand-ins for what the encoding lacks."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "".join(_stand_in(character, encoding) for character in text)
    return text


def _stand_in(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        known = _STAND_INS.get(character)
        return known if known is not None else character.encode("ascii", "backslashreplace").decode()
    return character
