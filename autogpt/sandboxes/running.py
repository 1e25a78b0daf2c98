"""One running command: passing on and keeping its output, holding it to its limits, ending it.

Two threads: one reads the output, one watches (the caller's own for a command that is
waited for). Between them is a short queue, so that a slow terminal slows the command down
instead of filling memory.
"""

from __future__ import annotations

import codecs
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.sandboxes.child import Child
from autogpt.sandboxes.disk import Disk
from autogpt.sandboxes.output import Recording
from autogpt.sandboxes.port import (
    Command,
    End,
    Exited,
    Killed,
    Limit,
    OnOutput,
    Outcome,
    Output,
    ProcessLimits,
    Stopped,
)

TICK = 0.05
"""Seconds between two looks at the limits."""
GRACE = 1.0
"""Seconds that processes have after they were asked to end."""
LAST_WORDS = 5.0
"""Seconds for the output to end once all processes should be gone."""

KILLED = 128 + 9
"""The exit code of a process that SIGKILL ended."""

_OnBytes = Callable[[bytes], None]

_SAID = {
    Limit.MEMORY: (b"MemoryError", b"Cannot allocate memory", b"bad_alloc", b"out of memory"),
    Limit.FILE_SIZE: (b"File too large", b"File size limit exceeded"),
    Limit.PROCESSES: (
        b"Resource temporarily unavailable",
        b"can't start new thread",
        b"can't fork",
        b"Cannot fork",
    ),
    Limit.CPU: (b"CPU time limit exceeded",),
    Limit.DISK: (b"No space left on device",),
}
"""How programs say that the system refused them more."""


class RunningProcess:
    """A command from its start to its outcome."""

    def __init__(
        self, id: str, command: Command, child: Child, limits: ProcessLimits, file: Path, disk: Disk
    ) -> None:
        self._id = id
        self._command = command
        self._child = child
        self._disk = disk
        self._started = time.monotonic()
        self._recording = Recording(file, limits.output)
        self._pieces: queue.Queue[bytes | None] = queue.Queue(maxsize=4)
        self._abandoned = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._all_passed_on = False
        self._outcome: Outcome | None = None
        self._reader = threading.Thread(target=self._read, name=f"output of {id}", daemon=True)
        self._reader.start()

    @property
    def id(self) -> str:
        """A short name."""
        return self._id

    @property
    def command(self) -> Command:
        """What was started."""
        return self._command

    def read(self) -> Output:
        """What it wrote since the last call."""
        return self._recording.unread()

    def write(self, data: bytes) -> None:
        """Write to its standard input."""
        try:
            self._child.write(data)
        except (OSError, ValueError):
            raise CommandError(f"Process {self._id} doesn't read its standard input (any more).") from None

    def wait(self, seconds: float | None = None) -> Outcome | None:
        """Its outcome, None if it still runs."""
        self._ended.wait(seconds)
        return self._outcome

    def stop_soon(self) -> None:
        """Have its watcher end it."""
        self._stopping.set()

    def stop(self) -> Outcome:
        """End it, or find that it has ended."""
        self.stop_soon()
        self._ended.wait()
        assert self._outcome
        return self._outcome

    def kill(self) -> None:
        """Make sure that nothing of it runs, whatever happened to its watcher."""
        if not self._ended.is_set():
            self._abandoned.set()
            self._child.kill()

    def watch(self, seconds: float | None, on_output: OnOutput | None) -> Outcome:
        """Wait for its end, which comes after so many seconds at the latest."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")

        def show(piece: bytes, final: bool = False) -> None:
            if on_output and (text := decoder.decode(piece, final)):
                on_output(text)

        end: End = Stopped()
        try:
            end = self._until_end(seconds, show)
            show(b"", final=True)
        except BaseException:
            self._abandoned.set()
            raise
        finally:
            self._child.kill()
            self._settle(end)
        assert self._outcome
        return self._outcome

    def _until_end(self, seconds: float | None, show: _OnBytes) -> End:
        looked = self._started
        while True:
            more = self._pass_on(show, TICK)
            now = time.monotonic()
            if more and now - looked < TICK:
                continue
            looked = now
            if (code := self._child.wait(0 if more else TICK)) is not None:
                return self._drained(_ended_with(code), show)
            if self._stopping.is_set():
                return self._drained(self._asked_to_end(Stopped(), show), show)
            if seconds is not None and now - self._started > seconds:
                return self._drained(self._asked_to_end(Killed(Limit.TIME), show), show)
            if limit := self._overstepped():
                self._child.kill()
                return self._drained(Killed(limit), show)

    def _overstepped(self) -> Limit | None:
        if self._recording.too_long:
            return Limit.OUTPUT
        return Limit.DISK if self._disk.filled else self._child.overstepped()

    def _pass_on(self, show: _OnBytes, seconds: float) -> bool:
        """Pass a piece on, waiting for it so long; whether there can be more."""
        if self._all_passed_on:
            return False
        try:
            piece = self._pieces.get(timeout=seconds)
        except queue.Empty:
            return True
        if piece is None:
            self._all_passed_on = True
            return False
        show(piece)
        return True

    def _asked_to_end(self, end: End, show: _OnBytes) -> End:
        self._child.terminate()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and self._child.wait(0) is None:
            if not self._pass_on(show, TICK):
                self._child.wait(deadline - time.monotonic())
                break
        return end

    def _drained(self, end: End, show: _OnBytes) -> End:
        """End what is left of it and pass on the last of its output."""
        self._child.kill()
        deadline = time.monotonic() + LAST_WORDS
        while time.monotonic() < deadline and self._pass_on(show, TICK):
            pass
        return end

    def _settle(self, end: End) -> None:
        """Everything is over; say so, even if freeing something fails."""
        self._abandoned.set()
        met: frozenset[Limit] = frozenset()
        try:
            self._child.wait(LAST_WORDS)
            met = self._child.release()
        finally:
            self._reader.join(LAST_WORDS)
            output = self._recording.close()
            if end == Exited(KILLED) and Limit.MEMORY in met:
                end = Killed(Limit.MEMORY)
            self._outcome = Outcome(end, output, time.monotonic() - self._started, met | _met(end, output))
            self._ended.set()

    def _read(self) -> None:
        try:
            while data := self._child.read():
                self._recording.add(data)
                while not self._abandoned.is_set():
                    try:
                        self._pieces.put(data, timeout=TICK)
                        break
                    except queue.Full:
                        continue
        except (OSError, ValueError):
            pass  # the other end is gone
        finally:
            while not self._abandoned.is_set():
                try:
                    self._pieces.put(None, timeout=TICK)
                    break
                except queue.Full:
                    continue


def _ended_with(code: int) -> End:
    match code - 128:
        case 24:  # SIGXCPU
            return Killed(Limit.CPU)
        case 25:  # SIGXFSZ
            return Killed(Limit.FILE_SIZE)
        case _:
            return Exited(code)


def _met(end: End, output: Output) -> frozenset[Limit]:
    match end:
        case Killed(limit):
            return frozenset({limit})
        case Exited(code) if code:
            last = (output.head + output.tail)[-8192:]
            return frozenset(limit for limit, said in _SAID.items() if any(words in last for words in said))
        case _:
            return frozenset()
