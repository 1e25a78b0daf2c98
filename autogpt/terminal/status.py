"""What the person sees while the agent works: a live line during model calls, a line after steps.

Only on a terminal that can redraw a line; a pipe or a log gets neither, only one plain line when a
call has to wait before it is tried again. Nothing is delayed for show.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from autogpt.terminal.console import Console
from autogpt.terminal.harmless import count, one_line
from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.lines import Line, Tone, dollars, line
from autogpt.terminal.render import duration

_FRAMES = "|/-\\"
_TICK = 0.2  # seconds
_BAR = 30  # columns
_BYTES_A_TOKEN = 4  # about, in English and in code; only for the person's eyes


@dataclass(frozen=True, slots=True)
class Status:
    """Where a run stands. `cost` in US dollars, None when a price is unknown; `budget_left` likewise."""

    step: int
    cost: Decimal | None
    tokens: int = 0
    budget_left: Decimal | None = None


def status_line(status: Status) -> Line:
    """`step 12 · $0.04 · $0.96 left`"""
    cost = f"{count(status.tokens)} tokens, price unknown" if status.cost is None else dollars(status.cost)
    parts = [f"step {count(status.step)}", cost]
    if status.budget_left is not None:
        parts.append(f"{dollars(max(status.budget_left, Decimal(0)))} left")
    return line(" · ".join(parts), Tone.DIM)


class LiveLine:
    """A line that is redrawn while something goes on. Its methods are called with `lock` held."""

    def __init__(self, console: Console, words: Callable[[], str], lock: threading.Lock) -> None:
        self._console = console
        self._words = words
        self._lock = lock
        self._done: threading.Event | None = None

    def start(self) -> None:
        """Draw it from the next tick on, where a line can be redrawn."""
        if self._console.look.live and self._done is None:
            self._done = threading.Event()
            threading.Thread(target=self._redraw, args=(self._done,), daemon=True).start()

    def stop(self) -> None:
        """Take it away."""
        if self._done is not None:
            self._done.set()
            self._done = None
            self._console.live("")

    def _redraw(self, done: threading.Event) -> None:
        frame = 0
        while not done.wait(_TICK):
            with self._lock:
                if done.is_set():
                    return
                self._console.live(f"{_FRAMES[frame % len(_FRAMES)]} {self._words()}")
            frame += 1


@contextmanager
def fetching(console: Console) -> Iterator[Callable[[str, float], None]]:
    """Gives what shows how far something is that is being fetched: its name, and the share from 0 to 1."""
    named: set[str] = set()

    def show(what: str, share: float) -> None:
        if console.look.live:
            done = round(share * _BAR)
            console.live(f"{one_line(what)} [{'#' * done}{'.' * (_BAR - done)}] {share:.0%}")
        elif what not in named:
            named.add(what)
            console.say(f"{one_line(what)} …", Tone.DIM)

    try:
        yield show
    finally:
        console.live("")


class TerminalWatcher:
    """The `Watcher`: elapsed time and tokens of a call, and a countdown while it waits.

    Calls may overlap in several threads; the line shows the last one begun and how many there are.
    """

    def __init__(
        self,
        console: Console,
        *,
        interrupts: Interrupts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._interrupts = interrupts
        self._clock = clock
        self._lock = threading.Lock()
        self._calls = 0
        self._what = ""
        self._since = 0.0
        self._bytes = 0
        self._waiting: tuple[float, str] | None = None  # until when, and why
        self._live = LiveLine(console, self.words, self._lock)

    def call_started(self, what: str) -> None:
        """A call begins. A Ctrl-C that was kept back until now is raised here."""
        if self._interrupts is not None and threading.current_thread() is threading.main_thread():
            self._interrupts.raise_pending()
        with self._lock:
            self._calls += 1
            self._what, self._since, self._bytes, self._waiting = what, self._clock(), 0, None
            self._live.start()

    def call_streamed(self, text: str) -> None:
        """A piece of the reply arrived."""
        with self._lock:
            self._bytes += len(text.encode("utf-8", "replace"))
            self._waiting = None

    def call_waiting(self, seconds: float, why: str) -> None:
        """The call failed and is tried again after `seconds`."""
        with self._lock:
            self._waiting = (self._clock() + seconds, why)
        if not self._console.look.live:
            self._console.say(f"{one_line(why)}; trying again in {duration(seconds)}", Tone.WARN)

    def call_ended(self) -> None:
        """The call is over, whichever way."""
        with self._lock:
            self._calls = max(self._calls - 1, 0)
            self._waiting = None
            if self._calls == 0:
                self._live.stop()

    def close(self) -> None:
        """Stop whatever is shown; for the end of the program, whichever way it comes."""
        with self._lock:
            self._calls = 0
            self._live.stop()

    def words(self) -> str:
        """What the live line says now."""
        now = self._clock()
        if self._waiting is not None:
            until, why = self._waiting
            left = until - now
            when = f"trying again in {duration(left + 0.99)}" if left > 0 else "trying again"
            return f"{when}: {one_line(why)}"
        others = f" (+{self._calls - 1})" if self._calls > 1 else ""
        tokens = f", about {count(self._bytes // _BYTES_A_TOKEN)} tokens" if self._bytes else ""
        return f"{duration(now - self._since)}{tokens}, {one_line(self._what)}{others}"
