"""Runs the program many times over in children of one warm process, so that a start costs little.

Only for programs of their own (`benchmarks.kills`, `tests.endurance.kill_points`): a process
with threads, such as pytest's, should not fork. Each child is the whole program, from the
command line on, in a folder and with an environment of its own. Not on Windows.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autogpt import cli

NOTHING = ""


def warm_up() -> None:
    """Import what every child needs, once."""
    for name in (
        "autogpt.start",
        "autogpt.ending",
        "autogpt.documents",
        "prompt_toolkit",
        "rich.console",
        "yaml",
    ):
        importlib.import_module(name)
    from autogpt.models import light_import

    light_import.openai()


@dataclass
class Child:
    """A running program; `said` is what it wrote to standard output so far."""

    pid: int
    output: int
    said: bytes = b""
    code: int | None = field(default=None)
    """Its exit code, or minus the signal that ended it."""

    def lines(self) -> list[str]:
        """The lines that it got out whole."""
        return [line.decode() for line in self.said.split(b"\n")[:-1]]

    def wait_for_output(self) -> None:
        """Until it has said something, or has ended."""
        self._read(None)

    def kill_after(self, seconds: float) -> None:
        """Let it run so long, unless it ends before, and kill it with SIGKILL."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._read(left):
            pass
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Read the rest, and the exit code."""
        while self._read(None):
            pass
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
            os.close(self.output)
        return self.code

    def _read(self, timeout: float | None) -> bool:
        if self.code is not None:
            return False
        ready, _, _ = select.select([self.output], [], [], timeout)
        if not ready:
            return True
        data = os.read(self.output, 65536)
        self.said += data
        return bool(data)


def start(
    options: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    prepare: Callable[[], None] = lambda: None,
) -> Child:
    """Start the program in a child. `prepare` is called there first, to wire in what a test needs."""
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _become(options, folder, environment, prepare, writing)
    os.close(writing)
    return Child(pid, reading)


def _become(
    options: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    prepare: Callable[[], None],
    output: int,
) -> None:
    code = 99
    try:
        os.chdir(folder)
        errors = os.open("stderr.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), output, errors)):
            os.dup2(descriptor, number)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["autogpt", *options]
        prepare()
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)
