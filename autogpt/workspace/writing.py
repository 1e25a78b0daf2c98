"""Putting bytes into files so that a failure, or a kill, leaves what was there before.

A new content is written beside the old one and renamed over it. A half-written
file that a killed process left is known by its name's end and by nobody holding
its lock, and is removed by `sweep`.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from autogpt.workspace.naming import TEMPORARY
from autogpt.workspace.walking import Folder, LeavesBase, NotAFile

_PIECE = 1_000_000


def temporary_name() -> str:
    """A new name for a half-written file."""
    return f".{secrets.token_hex(6)}{TEMPORARY}"


def encoded(text: str, encoding: str = "utf-8") -> bytes:
    """The text as bytes; halves of surrogate pairs are joined, and what is left of them is replaced."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.encode(encoding)


def replace(folder: Folder, name: str, content: bytes | Path, before: os.stat_result | None) -> None:
    """Make `name` hold `content`, or what the file at that path holds, wholly or not at all. Raises OSError.

    `before` is the status of the file that is replaced; its mode, access list and, where possible, its owner are
    kept. A link in the file's place is replaced, not followed; other hard links keep the old content.
    """
    try:
        _replace(folder, name, content, before)
    except FileNotFoundError:
        # Another process swept our file away in the instant before it was locked.
        _replace(folder, name, content, before)


def _replace(folder: Folder, name: str, content: bytes | Path, before: os.stat_result | None) -> None:
    temporary = temporary_name()
    rights = 0o666 if before is None else 0o600
    descriptor = folder.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)
    try:
        try:
            with suppress(OSError):  # some network file systems have no locks
                _lock(descriptor)
            if isinstance(content, Path):
                _copy_all(descriptor, content)
            else:
                _write_all(descriptor, content)
            if before is not None:
                _keep_rights(descriptor, before)
                _keep_attributes(folder, name, descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        folder.replace(temporary, name)
    except BaseException:
        with suppress(OSError):
            folder.unlink(temporary)
        raise


def append(folder: Folder, name: str, added: bytes) -> None:
    """Write at the end of an existing file; on failure cut off again what was written. Raises OSError."""
    descriptor = folder.open_file(name, os.O_WRONLY | os.O_APPEND)
    try:
        end = os.fstat(descriptor).st_size
        try:
            _write_all(descriptor, added)
            os.fsync(descriptor)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)


def sweep(folder: Folder) -> int:
    """Remove the half-written files in a folder that nobody works on any more; returns how many."""
    swept = 0
    for entry in folder.entries():
        if not entry.name.endswith(TEMPORARY):
            continue
        with suppress(OSError, NotAFile, LeavesBase):
            descriptor = folder.open_file(entry.name)
            try:
                _lock(descriptor)
            finally:
                os.close(descriptor)
            folder.unlink(entry.name)
            swept += 1
    return swept


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _copy_all(descriptor: int, source: Path) -> None:
    """Piece by piece, so that memory stays the same however long the file is."""
    with source.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            _write_all(descriptor, piece)


def _keep_rights(descriptor: int, before: os.stat_result) -> None:
    if not hasattr(os, "fchown"):
        return
    if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(OSError):
            os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode) & 0o777)


def _keep_attributes(folder: Folder, name: str, descriptor: int) -> None:
    """Take over access lists and what else was attached to a file.

    With an access list the group's bits of the mode are only its mask: where the list can't be taken over,
    the group gets nothing, rather than more than it had.
    """
    if not hasattr(os, "listxattr"):
        return
    with suppress(OSError, NotAFile, LeavesBase):
        old = folder.open_file(name)
        try:
            for attribute in os.listxattr(old):
                try:
                    os.setxattr(descriptor, attribute, os.getxattr(old, attribute))
                except OSError:
                    if attribute == _ACCESS_LIST:
                        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & ~0o070)
        finally:
            os.close(old)


_ACCESS_LIST = "system.posix_acl_access"


def _lock(descriptor: int) -> None:
    """Take the lock that says "being worked on". Raises OSError when another process has it.

    The system lets go of it when the process dies. Windows needs none: an open file can't be deleted.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        return
    flock(descriptor, LOCK_EX | LOCK_NB)
