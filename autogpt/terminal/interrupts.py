"""Ctrl-C, and being told to end, while the agent works.

Ctrl-C once raises KeyboardInterrupt in the main thread: it cancels the model call or ends the
command. Twice within a step (the question that the first one brings is part of it), SIGTERM, SIGHUP (the terminal was closed), Ctrl-\\ or Ctrl-Break raise
`Leaving`: save and leave, the run can be resumed. Handlers are there only inside
`with Interrupts():`, and only in the main thread; a signal that was ignored before (nohup) stays
ignored. Where raising would do harm or be lost (in the middle of an import, whose lock would stay
held, or in a callback of the garbage collector) it is raised a moment later. Once leaving has begun, further signals are passed over, so that saving is not torn; the
fifth Ctrl-C, and a second Ctrl-\\, end the process as the system does.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from autogpt.core.errors import ExitCode

_ENDINGS = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
_PRESSES_TO_KILL = 5
_LATER = 0.01  # seconds


class Leaving(BaseException):
    """Save and leave; not an Exception, so that nothing on the way takes it for a failure."""

    exit_code = ExitCode.INTERRUPTED


class Interrupts:
    """The program's signal handlers, as a context manager."""

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._presses = 0
        self._shields = 0
        self._pending: BaseException | None = None
        self._leaving = False
        self._instead: Callable[[Leaving], None] | None = None
        self._number = int(signal.SIGINT)  # the last that came
        self._again: BaseException | None = None  # what it will raise when it comes again
        self._hook = sys.unraisablehook

    def __enter__(self) -> Interrupts:
        if _in_main_thread():
            for name in ("SIGINT", *_ENDINGS):
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._received)
            self._hook, sys.unraisablehook = sys.unraisablehook, self._lost
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before:
            sys.unraisablehook = self._hook
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)

    def new_step(self) -> None:
        """A step is over: the next Ctrl-C counts as the first, unless one still waits to be raised."""
        if self._pending is None and self._again is None:
            self._presses = 0

    def question_begins(self) -> bool:
        """Whether Ctrl-C brought the question that begins: then the next one is the second, until `new_step`.

        What that press has not raised yet is dropped, for the question is what it asked for. Raises Leaving.
        """
        if isinstance(self._pending, KeyboardInterrupt):
            self._pending = None
        self.raise_pending()
        return self._presses > 0 and self._again is None

    @property
    def leaving(self) -> bool:
        """`Leaving` was or will be raised."""
        return self._leaving

    def raise_pending(self) -> None:
        """Raise what a `shielded(deliver=False)` kept back, or what a library swallowed, if anything."""
        if self._pending is not None and not self._shields:
            pending, self._pending = self._pending, None
            raise pending
        if self._leaving and not self._shields:
            raise Leaving

    @contextmanager
    def shielded(self, *, deliver: bool = True) -> Iterator[None]:
        """Defer signals to the end of the block, so that what it writes is not torn.

        With `deliver` false they wait for `raise_pending`, which the terminal calls where a
        question, a model call or a step begins: for blocks outside the reach of the loop.
        When the block itself fails, its error passes and the signal waits likewise.
        """
        if not _in_main_thread():
            yield  # signals only ever reach the main thread
            return
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if deliver:
            self.raise_pending()

    @contextmanager
    def handing_over(self, leave: Callable[[Leaving], None]) -> Iterator[None]:
        """Inside the block, `leave` is called in place of raising `Leaving`.

        For an event loop, which would lose an exception raised in the middle of it.
        """
        before, self._instead = self._instead, leave
        try:
            yield
        finally:
            self._instead = before

    def _received(self, number: int, frame: FrameType | None) -> None:
        again, self._again = self._again, None
        if again is not None and number == self._number:
            self._deliver(again, frame)
            return
        self._number = number
        if number == signal.SIGINT:
            self._presses += 1
        if self._leaving:
            if self._presses >= _PRESSES_TO_KILL or number == getattr(signal, "SIGQUIT", None):
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
            return
        if number == signal.SIGINT and self._presses < 2:
            self._deliver(KeyboardInterrupt(), frame)
        else:
            self._leaving = True
            self._deliver(Leaving(), frame)

    def _deliver(self, error: BaseException, frame: FrameType | None) -> None:
        if self._shields:
            self._pending = error  # the later one is the stronger one
        elif self._instead is not None and isinstance(error, Leaving):
            self._instead(error)
        elif _is_importing(frame):
            self._deliver_later(error)
        else:
            self._pending = None
            raise error

    def _deliver_later(self, error: BaseException) -> None:
        self._again = error
        timer = threading.Timer(_LATER, self._repeat, (self._number,))
        timer.daemon = True
        timer.start()

    def _repeat(self, number: int) -> None:
        if not self._before:
            return
        if sys.platform == "win32":
            _thread.interrupt_main(number)
        else:  # a real signal also ends what the main thread waits for
            signal.pthread_kill(threading.main_thread().ident or 0, number)

    def _lost(self, failure: sys.UnraisableHookArgs) -> None:
        """Catch what Python would print and forget, because nobody could catch it where it was raised."""
        lost = failure.exc_value
        if isinstance(lost, Leaving | KeyboardInterrupt) and _in_main_thread():
            self._deliver_later(Leaving() if isinstance(lost, Leaving) else KeyboardInterrupt())
        else:
            self._hook(failure)


def _is_importing(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
