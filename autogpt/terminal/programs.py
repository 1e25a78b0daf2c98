"""What a program writes, shown while it runs: rows of outside text, then how much more there is.

Only where somebody sees rows; a log gets the result alone, which comes at the end. Only so much is
shown, for a program can write faster than any terminal: the rest is counted, and the result has its
head and tail. Until it writes, and beside what it writes, a live line says how long it has run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from autogpt.terminal.console import Console
from autogpt.terminal.harmless import count, one_line
from autogpt.terminal.lines import GUTTER, Line, Tone, line
from autogpt.terminal.render import duration
from autogpt.terminal.status import LiveLine

MOST_ROWS = 200
MOST_CHARACTERS = 20_000
_LONGEST_ROW = 2000
"""Characters after which a row is shown, ended or not."""


class ProgramOutput:
    """One program's output after the other. `redact` takes secrets out of a row."""

    def __init__(
        self,
        console: Console,
        redact: Callable[[str], str] = lambda text: text,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._redact = redact
        self._clock = clock
        self._lock = threading.Lock()
        self._live = LiveLine(console, self._words, self._lock)
        self._command = ""
        self._since = 0.0
        self._forget()

    def _forget(self) -> None:
        self._rest = ""
        self._shown: list[str] = []
        self._characters = 0
        self._beyond = 0
        self._beyond_lines = 0

    def begin(self, command: str) -> None:
        """A command begins, which may start programs."""
        with self._lock:
            self._forget()
            self._command, self._since = command, self._clock()
            self._live.start()

    def write(self, text: str) -> None:
        """A piece of what a program writes."""
        if not self._console.look.terminal:
            return
        with self._lock:
            lines = list(self._taken(text))
        self._console.show(lines)

    def end(self) -> str | None:
        """The command is over. All that its program wrote, if all of it was shown, else None."""
        with self._lock:
            self._live.stop()
            lines = [self._row(self._rest)] if self._rest else []
            if self._beyond:
                more = f"… {count(self._beyond_lines)} lines more …" if self._beyond_lines else "… and more …"
                lines.append(line(more, Tone.WARN, gutter=" " * len(GUTTER)))
            shown = None if self._beyond or not self._shown else "\n".join(self._shown)
            self._forget()
        self._console.show(lines)
        return shown

    def _taken(self, text: str) -> Iterator[Line]:
        """The rows that are whole now, or long enough; what is beyond the bounds is counted."""
        pending, later = self._rest + text[:MOST_CHARACTERS], text[MOST_CHARACTERS:]
        self._rest = ""
        while not self._beyond:
            row, ended, others = pending.partition("\n")
            if len(row) > _LONGEST_ROW:
                row, others = pending[:_LONGEST_ROW], pending[_LONGEST_ROW:]
            elif not ended:
                if later:
                    break
                self._rest = row
                return
            if len(self._shown) >= MOST_ROWS or self._characters + len(row) > MOST_CHARACTERS:
                break
            yield self._row(row)
            pending = others
        self._beyond += len(pending) + len(later)
        self._beyond_lines += pending.count("\n") + later.count("\n")

    def _row(self, row: str) -> Line:
        row = self._redact(row.removesuffix("\r"))
        self._shown.append(row)
        self._characters += len(row)
        return line(row, gutter=GUTTER)

    def _words(self) -> str:
        words = f"{duration(self._clock() - self._since)}, {one_line(self._command)}"
        if self._beyond:
            return f"{words}, {count(len(self._shown) + self._beyond_lines)} lines so far"
        return f"{words}: {one_line(self._rest)}" if self._rest.strip() else words
