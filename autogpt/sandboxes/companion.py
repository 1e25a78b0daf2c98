"""Programs of the machine's own that serve the agent as long as it lives, such as a browser's driver.

Not for the model's commands. Behind a wall (bubblewrap, on Linux) such a program has a network
of its own, on which there is nothing but itself and one socket of the agent's; of the files it
sees the system's programs, its own folder and nothing of the person's; its temporary files are in
memory. Without a wall it has the person's rights, and is only started and ended here.

Either way it ends with the agent, also when that is killed, with all that it started, and its
temporary files go: see `companion_inside`. On Windows a killed agent leaves it running.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autogpt.sandboxes import cgroups, environment
from autogpt.sandboxes.bubblewrap import SYSTEM, SYSTEM_PATH, python_folders
from autogpt.sandboxes.host import PACKAGE_FOLDER, end_on_windows
from autogpt.sandboxes.port import MEBIBYTE, ProcessLimits
from autogpt.sandboxes.scratch import Scratch

PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from autogpt.sandboxes.companion_inside import main; main()"
LIMITS = ProcessLimits(memory=3072 * MEBIBYTE, processes=2048)
"""Where control groups hold them. Threads count as processes."""

HERE = "127.0.0.1"
_START = 10.0
"""Seconds for the process that stands in between to say that it is there."""
_END = 10.0
_SYSTEM_TOO = ("/opt/google", "/opt/microsoft")
_ETC = (
    "alternatives", "ca-certificates", "chromium", "chromium.d", "crypto-policies", "firefox", "firefox-esr",
    "fonts", "ld.so.cache", "localtime", "mime.types", "opt", "os-release", "pki", "ssl/certs",
)  # fmt: skip
_ORDINARY_USER = 1000
_OF_WINDOW = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
_NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "disabled:", "DBUS_SYSTEM_BUS_ADDRESS": "disabled:"}


class NotStarted(Exception):
    """The program can't be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`shown` are files and folders outside the system's own that the program needs to see.

    With `window` it is shown on the person's screen, which no wall allows. `environ` is the agent's,
    `more` what the program is to find besides in its own small environment.
    """

    shown: tuple[Path, ...] = ()
    window: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)


class Companion(Protocol):
    """A place for one program, and the program once `start` has put it there."""

    @property
    def listener(self) -> socket.socket:
        """The agent's socket that the program reaches at `port`; whoever takes it closes it."""
        ...

    @property
    def port(self) -> int:
        """Where the program reaches the agent, on 127.0.0.1."""
        ...

    @property
    def own_port(self) -> int:
        """Where the program is to listen, on 127.0.0.1."""
        ...

    @property
    def walled(self) -> bool:
        """Whether there is a wall."""
        ...

    @property
    def can_isolate(self) -> bool:
        """Whether a browser can make its own sandbox there."""
        ...

    def start(self, argv: Sequence[str]) -> None:
        """Start the program; the first word is its absolute path. Raises NotStarted."""
        ...

    def connect(self) -> socket.socket:
        """A connection to the program. Raises OSError."""
        ...

    def owns(self, connection: socket.socket) -> bool:
        """Whether what came in at `listener` can be the program's."""
        ...

    def close(self) -> None:
        """End the program with all that it started. May be called again."""
        ...


def companion(wanted: Wanted, *, wall: bool = True) -> Companion:
    """A place behind a wall where there can be one and `wall` wants it, else on the machine itself.

    Raises NotStarted.
    """
    if os.name == "nt":
        return _OnWindows(wanted)
    bwrap = shutil.which("bwrap", path=SYSTEM_PATH) if sys.platform.startswith("linux") else None
    if bwrap and wall and not wanted.window:
        for sized in (True, False):  # before 0.7 it can't limit what is kept in memory
            with suppress(NotStarted):
                return _Watched(wanted, bwrap, sized=sized)
    return _Watched(wanted, None)


class _Watched:
    """With `companion_inside` in between."""

    def __init__(self, wanted: Wanted, bwrap: str | None, *, sized: bool = True) -> None:
        self.walled = bwrap is not None
        self._lock = threading.Lock()
        self._scratch = None if bwrap else Scratch()
        self._given: list[int] = []
        self._groups = cgroups.available(LIMITS) if sys.platform.startswith("linux") else None
        self._group = self._groups.new() if self._groups else None
        self._lifeline, other = socket.socketpair()
        self._popen: subprocess.Popen[bytes] | None = None
        try:
            with other:
                folder = str(self._scratch.folder) if self._scratch else ""
                inner = (sys.executable, "-I", "-S", "-B", "-c", PROGRAM, PACKAGE_FOLDER)
                argv = [*inner, str(other.fileno()), folder]
                if bwrap:
                    argv = [bwrap, *self._wall(wanted, sized=sized), "--", *argv]
                self._popen = subprocess.Popen(
                    [*(self._group.enter if self._group else ()), *argv],
                    cwd="/",
                    env={} if bwrap else self._environment(wanted),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[other.fileno(), *self._given],
                    start_new_session=True,
                )
            self._meet()
        except (OSError, ValueError) as error:
            self.close()
            raise NotStarted(str(error)) from None
        except BaseException:
            self.close()
            raise
        finally:
            for given in self._given:
                os.close(given)

    def _meet(self) -> None:
        self._lifeline.settimeout(_START)
        hello, given, _, _ = socket.recv_fds(self._lifeline, 4096, 1)
        if not given:
            raise NotStarted("the process in between ended")
        self.listener = socket.socket(fileno=given[0])
        said = json.loads(hello)
        self.port, self.own_port, self.can_isolate = said["port"], said["own_port"], said["can_isolate"]

    def start(self, argv: Sequence[str]) -> None:
        """See `Companion`."""
        try:
            self._lifeline.sendall(json.dumps(list(argv)).encode() + b"\n")
            if not self._lifeline.recv(1):
                raise NotStarted("the process in between ended")
        except OSError as error:
            raise NotStarted(str(error)) from None

    def connect(self) -> socket.socket:
        """See `Companion`."""
        with self._lock:
            self._lifeline.sendall(b"c")
            answer, given, _, _ = socket.recv_fds(self._lifeline, 1, 1)
        if not answer:
            raise ConnectionAbortedError("the program has ended")
        if not given:
            raise ConnectionRefusedError("the program doesn't listen")
        return socket.socket(fileno=given[0])

    def owns(self, connection: socket.socket) -> bool:
        """Behind the wall nothing else is there; on Linux at least it is nobody else's."""
        return self.walled or is_own_users(connection)

    def close(self) -> None:
        """See `Companion`."""
        self._lifeline.close()
        if self._popen is not None:
            try:
                self._popen.wait(_END)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
            self._popen = None
        if self._group is not None and self._groups is not None:
            self._group.kill()
            self._group.let_go()
            self._groups.close()
            self._group = None
        if self._scratch is not None:
            self._scratch.close()

    def _environment(self, wanted: Wanted) -> dict[str, str]:
        assert self._scratch is not None
        window = {name: wanted.environ[name] for name in _OF_WINDOW if name in wanted.environ}
        return environment.clean(
            wanted.environ,
            path=wanted.environ.get("PATH") or SYSTEM_PATH,
            temporary=str(self._scratch.temporary),
            more={**_NO_BUS, **wanted.more, **window},
        )

    def _wall(self, wanted: Wanted, *, sized: bool) -> Iterator[str]:
        yield from ("--unshare-all", "--unshare-user", "--cap-drop", "ALL", "--new-session")
        yield from ("--hostname", "browser")
        if os.getuid() == 0:
            yield from ("--uid", str(_ORDINARY_USER), "--gid", str(_ORDINARY_USER))
        for folder in (*SYSTEM, *_SYSTEM_TOO):
            if os.path.islink(folder):
                yield from ("--symlink", os.readlink(folder), folder)
            elif os.path.isdir(folder):
                yield from ("--ro-bind", folder, folder)
        for name in _ETC:
            yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
        for name, text in _small_files():
            self._given.append(_pipe_holding(text.encode()))
            yield from ("--ro-bind-data", str(self._given[-1]), f"/etc/{name}")
        yield from ("--proc", "/proc", "--dev", "/dev")
        for folder, size in (("/dev/shm", LIMITS.memory // 4), ("/tmp", LIMITS.memory // 3)):
            yield from (*(("--size", str(size)) if sized else ()), "--tmpfs", folder)
        package = os.path.join(PACKAGE_FOLDER, "autogpt")
        for path in (*python_folders(), Path(package), *wanted.shown):
            yield from ("--ro-bind", str(path), str(path))
        yield "--clearenv"
        more = {**_NO_BUS, **wanted.more}
        clean = environment.clean(wanted.environ, path=SYSTEM_PATH, temporary="/tmp", more=more)
        for name, value in clean.items():
            yield from ("--setenv", name, value)
        yield from ("--chdir", "/tmp")


def _small_files() -> Iterator[tuple[str, str]]:
    number, group = os.getuid() or _ORDINARY_USER, os.getgid() or _ORDINARY_USER
    yield "passwd", f"browser:x:{number}:{group}:browser:/tmp:/bin/sh\n"
    yield "group", f"browser:x:{group}:\n"
    yield "hosts", "127.0.0.1 localhost browser\n"
    yield "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"


def _pipe_holding(data: bytes) -> int:
    """A descriptor from which some bytes can be read; they fit a pipe."""
    read, write = os.pipe()
    os.write(write, data)
    os.close(write)
    return read


def is_own_users(connection: socket.socket) -> bool:
    """Whether the other end of a connection within this machine belongs to this user; True where one can't tell.

    See proc(5), /proc/net/tcp.
    """
    host, port = connection.getpeername()[:2]
    wanted = f"{socket.inet_aton(host)[::-1].hex().upper()}:{port:04X}"
    try:
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = (line.split() for line in table)
            return any(row[1] == wanted and row[7] == str(os.getuid()) for row in rows)
    except OSError:
        return True


class _OnWindows:
    """Nothing in between: the program is a child, its socket on the machine's own loopback."""

    def __init__(self, wanted: Wanted) -> None:
        self._environ, self._more = wanted.environ, wanted.more
        self.walled, self.can_isolate = False, True
        self.listener = socket.create_server((HERE, 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        with socket.create_server((HERE, 0)) as reserved:
            self.own_port = reserved.getsockname()[1]
        self._scratch = Scratch()
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self, argv: Sequence[str]) -> None:
        """See `Companion`."""
        temporary = str(self._scratch.temporary)
        names = environment.TAKEN_OVER_ON_WINDOWS
        taken = {name: self._environ[name] for name in names if name in self._environ}
        try:
            self._popen = subprocess.Popen(
                list(argv),
                env={**taken, "PATH": os.defpath, "TEMP": temporary, "TMP": temporary, **self._more},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise NotStarted(str(error)) from None

    def connect(self) -> socket.socket:
        """See `Companion`."""
        return socket.create_connection((HERE, self.own_port), timeout=5)

    def owns(self, connection: socket.socket) -> bool:
        """See `Companion`."""
        return True

    def close(self) -> None:
        """See `Companion`."""
        if self._popen is not None:
            end_on_windows(self._popen.pid)
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(_END)
            self._popen = None
        self._scratch.close()
