"""The terminal's input while the agent works: what is typed is kept for the agent, never for the shell.

Inside `with TypeAhead(…):` a Ctrl-C leaves the lines before it where they are (NOFLSH: a terminal
throws them away otherwise), a Ctrl-Z takes them into the program before it stops, and the end empties
the terminal and gives it back as it was. What it does not promise: a process that is
killed (SIGKILL) reads nothing any more, and what is typed in the last moments of the interpreter is
thrown away unread. A terminal that is not ours to use (a job in the background) is left alone.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TextIO

from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.typed import NOTHING, Typed, flush_typed, is_ours, joined, take_typed


class TypeAhead:
    """What is typed while nothing asks, from the terminal that `stdin` is; a context manager."""

    def __init__(self, stdin: TextIO | None, interrupts: Interrupts | None = None) -> None:
        self._stdin = stdin
        self._interrupts = interrupts or Interrupts()
        self._before_stop = NOTHING
        self._held: bool | None = (
            None  # whether the terminal kept lines at Ctrl-C before we came; None: not here
        )
        self._asking = False
        self._handles_stop = False

    def take(self, *, half: bool) -> Typed:
        """Take what is there now; `half` also takes a line that is not ended yet."""
        if self._held is not None:
            # The shell may have put its own modes back, while this was stopped.
            _keep_at_interrupt(self._stdin, True)
        before, self._before_stop = self._before_stop, NOTHING
        return joined(before, take_typed(self._stdin, half=half))

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a question is there, what is typed is its answer, and not ours to take."""
        before, self._asking = self._asking, True
        try:
            yield
        finally:
            self._asking = before

    def __enter__(self) -> TypeAhead:
        if not _is_terminal(self._stdin):
            return self
        with self._interrupts.shielded(deliver=False):
            self._held = _keep_at_interrupt(self._stdin, True)
            atexit.register(flush_typed, self._stdin)
            if sys.platform != "win32" and threading.current_thread() is threading.main_thread():
                self._handles_stop = signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
                if self._handles_stop:
                    signal.signal(signal.SIGTSTP, self._stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not _is_terminal(self._stdin):
            return
        with self._interrupts.shielded(deliver=False):
            if sys.platform != "win32" and self._handles_stop:
                signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            self.take(half=True)
            if self._held is not None:
                _keep_at_interrupt(self._stdin, self._held)
            self._held = None
            flush_typed(self._stdin)

    if sys.platform != "win32":

        def _stop(self, number: int, frame: FrameType | None) -> None:
            """Ctrl-Z: the shell reads the terminal from now on, and must not find what was for the agent."""
            if not self._asking:
                self._before_stop = joined(self._before_stop, take_typed(self._stdin, half=False))
                if self._held is not None:
                    _keep_at_interrupt(self._stdin, self._held)
                flush_typed(self._stdin)
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            # Here it goes on, when the person says so.
            signal.signal(signal.SIGTSTP, self._stop)
            if not self._asking and self._held is not None:
                _keep_at_interrupt(self._stdin, True)


def _is_terminal(stdin: TextIO | None) -> bool:
    try:
        return stdin is not None and stdin.isatty()
    except (OSError, ValueError):
        return False


if sys.platform == "win32":

    def _keep_at_interrupt(stdin: TextIO | None, keep: bool) -> bool | None:
        """A console keeps what was typed."""
        return None

else:

    def _keep_at_interrupt(stdin: TextIO | None, keep: bool) -> bool | None:
        """Let the terminal keep what was typed at Ctrl-C, or not; what it did before, None if it isn't ours."""
        import termios

        try:
            if stdin is None or not is_ours(fd := stdin.fileno()):
                return None
            modes = termios.tcgetattr(fd)
            before = bool(modes[3] & termios.NOFLSH)
            if before is not keep:
                modes[3] ^= termios.NOFLSH
                termios.tcsetattr(fd, termios.TCSANOW, modes)
        except (OSError, ValueError, termios.error):
            return None
        return before
