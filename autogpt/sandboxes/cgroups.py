"""Control groups: Linux holds a whole tree of processes to memory and number, exactly.

Where this process may make them: as root, and for a person whose session is set up so.
Version 2 and version 1 (https://docs.kernel.org/admin-guide/cgroup-v2.html,
https://docs.kernel.org/admin-guide/cgroup-v1/). Where it can't, `available`
gives none, and whoever watches a command counts instead.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.sandboxes import tree
from autogpt.sandboxes.port import Limit, ProcessLimits

ROOT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids")

ENTER = """\
n=$1
shift
while [ "$n" -gt 0 ]; do
    if [ -e "$1/tasks" ]; then echo 0 >"$1/tasks"; else echo $$ >"$1/cgroup.procs"; fi || exit 125
    shift
    n=$((n-1))
done
exec "$@"
"""
"""Puts a shell into groups and makes it the command: so that nothing of it is ever outside.

In version 1 a thread that moves itself, which it calls 0, needn't wait for all other processors.
"""

_numbers = count(1)


def parents() -> tuple[Path, ...]:
    """The folders in which groups can be made: one for version 2, one a controller for version 1; or none."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return ()
    own = {name: path for _, name, path in (line.split(":", 2) for line in lines)}
    by_controller = {name: path for names, path in own.items() for name in names.split(",")}
    unified = (ROOT / own.get("", "/").lstrip("/")).parent if own.get("", "/") != "/" else ROOT
    with contextlib.suppress(OSError):
        if set(CONTROLLERS) <= set((unified / "cgroup.subtree_control").read_text().split()):
            return (unified,) if os.access(unified, os.W_OK) else ()
    old = tuple(ROOT / name / by_controller.get(name, "/").lstrip("/") for name in CONTROLLERS)
    return old if all(os.access(folder / "tasks", os.W_OK) for folder in old) else ()


class Cgroups:
    """Makes groups in some folders. Those of ended commands go later: the kernel lets go of them slowly."""

    def __init__(self, folders: tuple[Path, ...], limits: ProcessLimits) -> None:
        self._folders = folders
        self._limits = limits
        self._lock = threading.Lock()
        self._spent: list[Cgroup] = []

    def new(self) -> Cgroup:
        """A group for a command. Raises CommandError."""
        self._take_away()
        try:
            return Cgroup(self._folders, self._limits, self._let_go)
        except OSError as error:
            raise CommandError(f"The command's control group could not be made: {error.strerror}.") from None

    def _let_go(self, group: Cgroup) -> None:
        with self._lock:
            self._spent.append(group)

    def _take_away(self) -> bool:
        """Whether all spent groups could be taken away."""
        with self._lock:
            self._spent = [group for group in self._spent if not group.removed()]
            return not self._spent

    def close(self) -> None:
        """Take away what is left."""
        deadline = time.monotonic() + 5
        while not self._take_away() and time.monotonic() < deadline:
            time.sleep(0.005)


def available(limits: ProcessLimits) -> Cgroups | None:
    """A maker of groups, if a process can really be put into one."""
    folders = parents()
    if not folders:
        return None
    _sweep(folders)
    groups = Cgroups(folders, limits)
    try:
        group = groups.new()
        tried = subprocess.run(
            [*group.enter, "/bin/sh", "-c", ":"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
        )
        group.let_go()
    except (CommandError, OSError, subprocess.SubprocessError):
        return None
    return groups if tried.returncode == 0 else None


def _sweep(folders: tuple[Path, ...]) -> None:
    """Take away empty groups of agents that no longer run."""
    for folder in folders:
        for old in folder.glob("autogpt-*-*"):
            named = old.name.split("-")[1]
            if named.isdigit() and not tree.is_running(int(named)):
                with contextlib.suppress(OSError):
                    old.rmdir()


class Cgroup:
    """One command's group. Raises OSError when it can't be made."""

    def __init__(
        self, folders: tuple[Path, ...], limits: ProcessLimits, let_go: Callable[[Cgroup], None]
    ) -> None:
        self._let_go = let_go
        name = f"autogpt-{os.getpid()}-{next(_numbers)}"
        self._folders = tuple(folder / name for folder in folders)
        try:
            for folder in self._folders:
                folder.mkdir()
            self._limit(limits)
        except OSError:
            self.removed()
            raise

    @property
    def enter(self) -> tuple[str, ...]:
        """What to put before a command to have it inside from its start."""
        folders = [str(folder) for folder in self._folders]
        return ("/bin/sh", "-c", ENTER, "sh", str(len(folders)), *folders)

    def _limit(self, limits: ProcessLimits) -> None:
        for folder in self._folders:
            if (folder / "pids.max").exists():
                (folder / "pids.max").write_text(str(limits.processes))
            if (folder / "memory.max").exists():
                (folder / "memory.max").write_text(str(limits.memory))
                for name, text in (("memory.swap.max", "0"), ("memory.oom.group", "1")):
                    with contextlib.suppress(OSError):
                        (folder / name).write_text(text)
            elif (folder / "memory.limit_in_bytes").exists():
                (folder / "memory.limit_in_bytes").write_text(str(limits.memory))
                with contextlib.suppress(OSError):
                    (folder / "memory.memsw.limit_in_bytes").write_text(str(limits.memory))

    def met(self) -> frozenset[Limit]:
        """The limits at which the kernel refused something."""
        found = set()
        for folder in self._folders:
            if _counted(folder / "pids.events", "max"):
                found.add(Limit.PROCESSES)
            if _counted(folder / "memory.events", "oom_kill") or _counted(
                folder / "memory.oom_control", "oom_kill"
            ):
                found.add(Limit.MEMORY)
        return frozenset(found)

    def pids(self) -> list[int]:
        """Who is in it."""
        found: set[int] = set()
        for folder in self._folders:
            with contextlib.suppress(OSError):
                found.update(map(int, (folder / "cgroup.procs").read_text().split()))
        return sorted(found)

    def kill(self) -> None:
        """End everybody in it, however fast they fork."""
        with contextlib.suppress(OSError):
            (self._folders[0] / "cgroup.kill").write_text("1")
            return
        for _ in range(100):
            pids = self.pids()
            if not pids:
                return
            tree.send(pids, signal.SIGKILL)
            time.sleep(0.005)

    def let_go(self) -> None:
        """Everybody in it has ended."""
        if not self.removed():
            self._let_go(self)

    def removed(self) -> bool:
        """Whether it could be taken away."""
        for folder in self._folders:
            with contextlib.suppress(OSError):
                folder.rmdir()
        return not any(folder.exists() for folder in self._folders)


def _counted(file: Path, name: str) -> int:
    try:
        rows = (line.split() for line in file.read_text().splitlines())
        return next((int(row[1]) for row in rows if row[0] == name), 0)
    except (OSError, ValueError, IndexError):
        return 0
