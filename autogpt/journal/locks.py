"""One process at a time works on a run.

The lock is the operating system's, on a file that stays in the run's folder, so
it is gone when the process is, however it dies. It does not promise anything
against programs that ignore it, or on a network file system without locks.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _FAR = 0x7FFF0000  # a byte that nobody wants to read: Windows keeps readers off locked bytes

    def _lock(fd: int, *, shared: bool) -> bool:
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(fd: int, *, shared: bool) -> bool:
        # flock, not lockf: that one is lost when any descriptor of the file is closed
        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_TRIES, _PAUSE = 5, 0.01  # seconds; a look by `is_held` holds the lock for a moment


class Lock:
    """A lock that this process holds until `release`, or until it dies."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        """Let others have it. May be called twice."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def take(path: Path) -> Lock | None:
    """Take the lock that `path` stands for, or return None if another holds it. Raises OSError."""
    fd = _open(path, os.O_RDWR | os.O_CREAT)
    try:
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE)
            if _lock(fd, shared=False):
                with suppress(OSError):  # a full disk; it is only for `holder`
                    os.ftruncate(fd, 0)
                    os.lseek(fd, 0, os.SEEK_SET)
                    os.write(fd, str(os.getpid()).encode("ascii"))
                return Lock(fd)
    except BaseException:
        os.close(fd)
        raise
    os.close(fd)
    return None


def is_held(path: Path) -> bool:
    """Whether some process, perhaps this one, holds the lock."""
    try:
        fd = _open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _lock(fd, shared=True)
    except OSError:
        return False
    finally:
        os.close(fd)


def holder(path: Path) -> str:
    """The id of the process that holds the lock, or held it last; empty if not known."""
    try:
        fd = _open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        written = os.read(fd, 20)
    finally:
        os.close(fd)
    return written.decode("ascii") if written.isdigit() else ""


def _open(path: Path, flags: int) -> int:
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags | extra, 0o600)
