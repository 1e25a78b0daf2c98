"""What a sandbox does: runs commands within limits, and leaves nothing behind.

The same for every implementation, and tested for every one by `tests/conformance`: a command
sees the workspace and a private `/tmp`, a clean environment and no more; its standard input
is empty; standard output and error are one stream, in the order in which they came; when it
ends, whichever way, all processes that it started end too. What a sandbox shields from
(files, network, other processes) differs: each says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

MEBIBYTE = 1024 * 1024


class Limit(str, Enum):
    """What a command may use only so much of."""

    TIME = "time"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    FILE_SIZE = "file size"
    OUTPUT = "output"
    DISK = "disk space"


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """How much one command may use.

    `seconds` is the wall time of a command that is waited for; one that is started to go on
    has none. `cpu_seconds` and `file_size` (bytes) hold for each process and file; `memory`
    (bytes), `processes` and `output` (bytes) for all processes of the command together.
    `free_disk` (bytes) is what must be left where the workspace and `/tmp` are.
    """

    seconds: float = 120.0
    cpu_seconds: int = 300
    memory: int = 2048 * MEBIBYTE
    processes: int = 256
    file_size: int = 1024 * MEBIBYTE
    output: int = 256 * MEBIBYTE
    free_disk: int = 512 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments; never a line for a shell.

    `folder` is where it starts, the workspace if None. `environment` comes on top of the
    sandbox's own small one. `seconds` replaces the limit on wall time. `stdin` keeps standard
    input open for `Process.write`; it is empty otherwise. `installs` is for the agent's own
    installer: it may write to `Sandbox.packages`, only read the workspace, and has its own `/tmp`.
    """

    argv: tuple[str, ...]
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    stdin: bool = False
    installs: bool = False


@dataclass(frozen=True, slots=True)
class Exited:
    """It ended by itself. A code of 128 + n means that signal n ended it."""

    code: int


@dataclass(frozen=True, slots=True)
class Killed:
    """It was ended because it reached a limit."""

    limit: Limit


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was ended by `stop` or `close`."""


End = Exited | Killed | Stopped


@dataclass(frozen=True, slots=True)
class Output:
    """What a command wrote, as bytes: the beginning, the end, and what lies between in a file.

    `total` counts all bytes. `file` holds the whole if `head` and `tail` don't; it is the
    receiver's to move, and goes when the sandbox closes. A command that was ended for
    writing too much has only so much in it.
    """

    head: bytes
    tail: bytes
    total: int
    file: Path | None = None

    @property
    def left_out(self) -> int:
        """Bytes between head and tail."""
        return self.total - len(self.head) - len(self.tail)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended. `met` are limits that it ran into, as far as can be told, fatal or not.

    `made` are folders that it made in the workspace from which other programs take code or
    orders (`.git`, virtual environments): whoever uses them outside trusts the command.
    """

    end: End
    output: Output
    seconds: float
    met: frozenset[Limit] = frozenset()
    made: tuple[Path, ...] = ()


class Process(Protocol):
    """A command that goes on."""

    @property
    def id(self) -> str:
        """A short name, its own among the sandbox's processes."""
        ...

    @property
    def command(self) -> Command:
        """What was started."""
        ...

    def read(self) -> Output:
        """What it wrote since the last call, bounded; doesn't wait."""
        ...

    def write(self, data: bytes) -> None:
        """Write to its standard input. Raises CommandError when it no longer reads."""
        ...

    def wait(self, seconds: float | None = None) -> Outcome | None:
        """Its outcome, None if it still runs after so many seconds. 0 only looks."""
        ...

    def stop(self) -> Outcome:
        """End it with all that it started: politely, then not."""
        ...


OnOutput = Callable[[str], None]
"""Is given output as it comes, in the thread that waits; a slow one slows the command down."""


class Sandbox(Protocol):
    """Runs commands in one workspace, until it is closed."""

    @property
    def name(self) -> str:
        """`docker`, `bubblewrap` or `host`."""
        ...

    @property
    def limits(self) -> ProcessLimits:
        """What holds for each command."""
        ...

    @property
    def python(self) -> str:
        """The Python to put first in `Command.argv`."""
        ...

    @property
    def workspace(self) -> str:
        """The workspace's path as commands see it."""
        ...

    @property
    def packages(self) -> str | None:
        """Where installed packages are kept from run to run; None where they aren't."""
        ...

    def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Run a command and wait for its end.

        Raises CommandError when it can't be started. KeyboardInterrupt ends it and passes.
        """
        ...

    def start(self, command: Command) -> Process:
        """Start a command that goes on until it ends, is stopped, or the sandbox closes.

        Raises CommandError when it can't be started.
        """
        ...

    def protect(self, path: Path) -> None:
        """Let commands that are started from now on read a folder that the agent has made, and not change it.

        The host's can't be kept from it, and nothing is protected that is made while a command goes on.
        """
        ...

    def processes(self) -> Sequence[Process]:
        """What `start` started, in that order, also what has ended."""
        ...

    def close(self) -> None:
        """End everything and leave nothing: no process, container, mount or temporary file."""
        ...
