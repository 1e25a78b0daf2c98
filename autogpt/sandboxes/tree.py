"""A process and all that descend from it, or share its namespace: finding, measuring, ending them.

On Linux from `/proc`, elsewhere from `ps`. A descendant whose parent ended belongs to the
nearest subreaper or the namespace's first process; beneath one of those, nobody gets away.
Imports little: the supervisor of host processes loads it at every start.
"""

from __future__ import annotations

import os
import signal
import time

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def descendants(pid: int) -> list[int]:
    """All processes beneath one, nearest first. What ends while it looks may be missing."""
    children = _children_of if os.path.exists(f"/proc/{pid}/task/{pid}/children") else _table().get
    found: list[int] = []
    seen = {pid}
    queue = [pid]
    while queue:
        new = [child for child in children(queue.pop(0)) or () if child not in seen]
        seen.update(new)
        found += new
        queue += new
    return found


def _children_of(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
        except OSError:
            continue
    return found


def _table() -> dict[int, list[int]]:
    """Every process's children."""
    pairs = _from_proc() if os.path.exists("/proc/self/stat") else _from_ps()
    table: dict[int, list[int]] = {}
    for pid, parent in pairs:
        table.setdefault(parent, []).append(pid)
    return table


def _from_proc() -> list[tuple[int, int]]:
    pairs = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    pairs.append((int(name), int(file.read().rpartition(b")")[2].split()[1])))
            except (OSError, IndexError):
                continue
    return pairs


def _from_ps() -> list[tuple[int, int]]:
    import subprocess

    listed = subprocess.run(["/bin/ps", "-axo", "pid=,ppid="], capture_output=True, check=False)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]


def is_running(pid: int) -> bool:
    """Whether there is such a process, anybody's. Not for Windows."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def runs(pid: int, words: str) -> bool:
    """Whether a process has these words in its command line."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return words.encode() in file.read()
    except OSError:
        return False


def namespace(pid: int) -> list[int]:
    """All processes in the process namespace of one; none where it is this process's own, or can't be seen."""
    try:
        searched = os.readlink(f"/proc/{pid}/ns/pid")
        if searched == os.readlink("/proc/self/ns/pid"):
            return []
    except OSError:
        return []
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.readlink(f"/proc/{name}/ns/pid") == searched:
                    found.append(int(name))
            except OSError:
                continue
    return found


def memory(pids: list[int]) -> int:
    """Bytes that the processes hold in memory together, what they share counted once for each."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm", "rb") as file:
                total += int(file.read().split()[1]) * PAGE
        except (OSError, IndexError):
            continue
    return total


def fair_memory(pids: list[int]) -> int:
    """The same with shared pages counted once in all; slower."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith(b"Pss:")) * 1024
        except (OSError, StopIteration):
            total += memory([pid])
    return total


def send(pids: list[int], what: signal.Signals) -> None:
    """Signal processes that may be gone already."""
    for pid in pids:
        try:
            os.kill(pid, what)
        except (ProcessLookupError, PermissionError):
            continue


def end(pid: int, *, itself: bool, seconds: float = 5.0) -> None:
    """Kill everything beneath a process, and it too if `itself`.

    All are halted before the first is killed, so that none can fork on. Gives up after so
    many seconds, for a process that the kernel holds can't be ended by anybody.
    """
    deadline = time.monotonic() + seconds
    halted: set[int] = set()
    while time.monotonic() < deadline:
        new = [one for one in descendants(pid) if one not in halted]
        if not new:
            break
        send(new, signal.SIGSTOP)
        halted.update(new)
    if itself:
        send([pid], signal.SIGKILL)
    send(list(halted), signal.SIGKILL)
