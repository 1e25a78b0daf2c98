"""A person at a terminal: a real pseudo-terminal, seen through a terminal emulator.

What is waited for is always something on the screen, or the program's end.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TypeVar

import pyte

from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import Model, Place, command, provider

PATIENCE = 20.0
"""Seconds until a test fails because nothing of what it waits for appears."""

_TAKE_TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"

CTRL_C, CTRL_D, ENTER = "\x03", "\x04", "\r"


P = TypeVar("P", bound="Person")


class Person:
    """Sits at the terminal that the program runs in. A context manager.

    The screen is high enough that nothing scrolls away unless `rows` says otherwise.
    """

    def __init__(
        self,
        place: Place,
        program: Sequence[str],
        environ: dict[str, str],
        columns: int = 100,
        rows: int = 300,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        self._seen = 0
        self._closed = False
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *program],
            cwd=place.folder,
            env=place.env(**environ),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self: P) -> P:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hangs_up()
        self.process.kill()
        self.process.wait()

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def sees(self: P, *texts: str) -> P:
        """Wait until each text has appeared, one after the other, below what was seen before.

        A text may be broken over rows: white space in it stands for any white space.
        """
        for text in texts:
            self._wait_for(r"\s+".join(map(re.escape, text.split())))
        return self

    def sees_not(self: P, text: str) -> P:
        """A text is nowhere on the screen as it is now."""
        assert text not in self.screen, self.screen
        return self

    def is_asked(self: P, question: str) -> P:
        """Wait for a question, and for the place to type the answer."""
        self.sees(question)
        self._wait_for(r"\n>")
        return self

    def types(self: P, text: str) -> P:
        """Type a line and press Enter."""
        return self.presses(text + ENTER)

    def presses(self: P, keys: str) -> P:
        """Press keys."""
        os.write(self._master, keys.encode())
        return self

    def answers(self: P, question: str, text: str) -> P:
        """Wait for a question, and type the answer."""
        return self.is_asked(question).types(text)

    def hangs_up(self) -> None:
        """Close the terminal's window."""
        if not self._closed:
            self._closed = True
            os.close(self._master)

    def kills(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    def ends(self) -> int:
        """Wait for the program's end; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while not self._closed and self._read(deadline):
            pass
        return self.process.wait(timeout=PATIENCE)

    def _wait_for(self, pattern: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := re.compile(pattern).search(self.screen, self._seen)) is None:
            if not self._read(deadline):
                raise AssertionError(f"{pattern!r} is not here:\n{self.screen[self._seen :]}")
        self._seen = found.end()

    def _read(self, deadline: float) -> bool:
        """Take in what the program writes; False at its end, or when it is silent for too long."""
        ready = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))[0]
        data = b""
        if ready:
            with suppress(OSError):  # Linux says so when the other side is closed
                data = os.read(self._master, 65536)
        self.raw += data
        self._stream.feed(data)
        return bool(data)


def sit_down(place: Place, *options: str, **environ: str) -> Person:
    """Start the program at a terminal."""
    return Person(place, command(*options), environ)


@contextmanager
def seated(place: Place, model: Model, *options: str, **environ: str) -> Iterator[Person]:
    """The same, with a provider that answers as the model does."""
    with OpenAIServer(model) as server, sit_down(place, *options, **provider(server, **environ)) as person:
        yield person
