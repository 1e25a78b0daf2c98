"""One journal: a file of JSON Lines that survives crashes, full disks and damage.

Each line ends with `"sum"`, a checksum over the line and the checksum of the line
before, so a changed, missing or foreign line is noticed. An event is in the file,
whole, when `append` returns; it survives the death of the process at any moment,
and the events in `DURABLE` survive a loss of power as well.

What it does not promise: the checksum is no signature, so who can write the file
can forge it, and lines cut off cleanly at the end look like a shorter run. A
device that acknowledges a flush without doing it can lose what was written last.
One process writes (see `locks`); other processes may read at any time.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from autogpt.core.errors import JournalError
from autogpt.core.events import (
    Advised,
    Begun,
    Event,
    Extended,
    Garbled,
    Kept,
    Ran,
    Reviewed,
    RuleAdded,
    Summarised,
)
from autogpt.journal.codec import Header, Redact, dumps, encode, encode_header
from autogpt.journal.locks import Lock

NAME = "journal.jsonl"

DURABLE: frozenset[type[Any]] = frozenset(
    # What changes the world, and what the person decided and won't say again. A reply is flushed by
    # what follows it at once; those that nothing may follow for long were paid for.
    {Begun, Ran, Advised, Kept, RuleAdded, Extended, Garbled, Reviewed, Summarised}
)
"""Events that are flushed to the device before `append` returns; those before them in the file are too."""

_DIGITS = 16
_SEAL = b',"sum":"%s"}'
_SEAL_LENGTH = len(_SEAL % (b"0" * _DIGITS))


def _sealed(body: bytes, before: bytes) -> tuple[bytes, bytes]:
    """A whole line for a JSON object, and its checksum."""
    checksum = sha256(before + body).hexdigest()[:_DIGITS].encode("ascii")
    return body[:-1] + _SEAL % checksum + b"\n", checksum


def _unsealed(line: bytes, before: bytes) -> tuple[bytes, bytes] | None:
    """The JSON object of a line without its newline, and the checksum; None if it isn't as it was written."""
    body = line[:-_SEAL_LENGTH] + b"}"
    sealed, checksum = _sealed(body, before)
    return (body, checksum) if sealed[:-1] == line else None


class Fault(Enum):
    """What is wrong with the rest of a journal."""

    CUT = "its last line was cut off while it was written"
    DAMAGE = "it was changed or damaged"


class Reading:
    """Goes through a journal, line by line, up to the first that is not as it was written.

    After the iteration `end` is the length in bytes of what is good, `checksum` that of the last
    good line, `fault` what stopped it, and `newline` whether the last good line has its newline.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.end = 0
        self.checksum = b""
        self.fault: Fault | None = None
        self.newline = True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for line in self._stream:
            bare = line.removesuffix(b"\n")
            opened = _unsealed(bare, self.checksum)
            data = _object(opened[0]) if opened else None
            if opened is None or data is None:
                # Only the last line can be without a newline. If it is whole but for that, the newline was hit.
                cut = bare == line and not _unsealed(line[:-1], self.checksum)
                self.fault = Fault.CUT if cut else Fault.DAMAGE
                return
            self.end += len(line)
            self.checksum = opened[1]
            self.newline = bare != line
            yield data


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("event"), str) else None


@contextmanager
def reading(folder: Path) -> Iterator[Reading]:
    """Open the journal in a run's folder for reading. Raises JournalError."""
    path = folder / NAME
    try:
        with open(_open(path, os.O_RDONLY), "rb") as stream:
            yield Reading(stream)
    except OSError as error:
        raise explained(error, path) from error


def begin(folder: Path, header: Header, redact: Redact, lock: Lock) -> Journal:
    """Start a journal in an empty folder. It is there with its header, or not at all. Raises OSError."""
    path, unfinished = folder / NAME, folder / f"{NAME}.new"
    line, checksum = _sealed(dumps(encode_header(header, redact)).encode("ascii"), b"")
    try:
        fd = _open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            _write_all(fd, line)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    _flush_folder(folder)
    _flush_folder(folder.parent)
    return Journal(folder, header, redact, lock, len(line), checksum)


def mend(folder: Path, good: Reading) -> Path | None:
    """Make a journal fit for appending, and say where the bytes are that it lost. Raises OSError.

    A line that was cut off is moved to a side file; a damaged journal is copied there as a whole.
    The side file is on disk before anything is taken from the journal.
    """
    fd = _open(folder / NAME, os.O_RDWR)
    with open(fd, "r+b") as stream:
        side = None
        if good.fault is not None:
            stream.seek(good.end if good.fault is Fault.CUT else 0)
            side = _set_aside(folder, stream)
            os.ftruncate(fd, good.end)
        if not good.newline:
            os.lseek(fd, good.end, os.SEEK_SET)
            _write_all(fd, b"\n")
            good.end, good.newline = good.end + 1, True
        os.fsync(fd)
    return side


def _set_aside(folder: Path, stream: BinaryIO) -> Path:
    number = 1
    while True:
        side = folder / ("journal.damaged" if number == 1 else f"journal.damaged-{number}")
        try:
            fd = _open(side, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            number += 1
            continue
        try:
            with open(fd, "wb") as copy:
                shutil.copyfileobj(stream, copy)
                copy.flush()
                os.fsync(fd)
        except OSError:
            side.unlink(missing_ok=True)
            raise
        return side


class _Tip(NamedTuple):
    """The end of the file: how much is good, its checksum, and the line that is being written."""

    size: int
    checksum: bytes
    line: bytes = b""
    line_checksum: bytes = b""
    unwanted: bool = False


class Journal:
    """A journal open for appending. Made by `RunStore`. Threads may share it; signal handlers may not use it."""

    def __init__(
        self, folder: Path, header: Header, redact: Redact, lock: Lock, size: int, checksum: bytes
    ) -> None:
        self.folder = folder
        self.header = header
        self.path = folder / NAME
        self._redact = redact
        self._lock = lock
        # An RLock, because an interruption can hit between taking a lock and noting that it is taken.
        self._mutex = threading.RLock()
        # Changed by single assignments only, so that an interruption between any two steps is harmless.
        self._tip = _Tip(size, checksum)
        self._fd = _open(self.path, os.O_WRONLY | os.O_APPEND)

    def append(self, event: Event) -> None:
        """Write an event; it is in the file when this returns.

        An interruption (KeyboardInterrupt, SystemExit) waits until the event is written, except
        in the few microseconds before writing begins. The journal is good in either case.
        Raises JournalError (a full disk, a file changed or deleted by others); then the event is
        not in the file, everything before it is, and `append` may be called again.
        """
        with self._mutex:
            if self._fd < 0:
                raise ValueError("the journal is closed")
            try:
                self._settle()
                size = self._tip.size
                try:
                    self._write(event)
                except (KeyboardInterrupt, SystemExit):
                    self._settle()
                    if self._tip.size == size:
                        self._write(event)
                    raise
            except OSError as error:
                raise explained(error, self.path) from error

    def close(self) -> None:
        """Flush to the device, and let go of the run. May be called twice. Raises JournalError."""
        with self._mutex:
            fd, self._fd = self._fd, -1
            if fd < 0:
                return
            try:
                try:
                    os.fsync(fd)
                finally:
                    os.close(fd)
                    self._lock.release()
            except OSError as error:
                raise explained(error, self.path) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, event: Event) -> None:
        line, checksum = _sealed(dumps(encode(event, self._redact)).encode("ascii"), self._tip.checksum)
        self._tip = self._tip._replace(line=line, line_checksum=checksum)
        self._finish(line, durable=type(event) in DURABLE)

    def _settle(self) -> None:
        """Finish what an interruption or a full disk left undone; see that nobody else wrote."""
        if self._tip.unwanted:
            self._take_back()
        found = os.fstat(self._fd)
        written = found.st_size - self._tip.size
        if not found.st_nlink:
            raise JournalError(f"The run's journal {self.path} was deleted while it was in use.")
        if not 0 <= written <= len(self._tip.line):
            raise JournalError(
                f"The run's journal {self.path} was changed by another program while it was in use."
            )
        if self._tip.line:
            self._finish(self._tip.line[written:], durable=True)

    def _finish(self, rest: bytes, *, durable: bool) -> None:
        """Write the rest of the line at the tip, and move the tip; or leave the file as it was."""
        try:
            if rest:
                _write_all(self._fd, rest)
            if durable:
                _flush(self._fd)
        except OSError:
            self._take_back()
            raise
        size, _, line, checksum, _ = self._tip
        self._tip = _Tip(size + len(line), checksum)

    def _take_back(self) -> None:
        """Cut off what is there of the line at the tip. If that fails, `_settle` does it later."""
        self._tip = self._tip._replace(unwanted=True)
        os.ftruncate(self._fd, self._tip.size)
        self._tip = _Tip(self._tip.size, self._tip.checksum)


def explained(error: OSError, path: Path) -> JournalError:
    """What the person is told when the operating system refuses."""
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return JournalError(
            f"The disk is full: the run's journal {path} could not be written. "
            "Nothing written before is lost; free some space and resume the run."
        )
    if error.errno in (errno.ELOOP, getattr(errno, "EMLINK", errno.ELOOP)):
        return JournalError(
            f"The run's journal {path} is a symbolic link or no ordinary file, so it is not used."
        )
    return JournalError(f"The run's journal {path} can't be used: {error.strerror or error}.")


def _open(path: Path, flags: int) -> int:
    """Open an ordinary file, never through a symbolic link; what is created is the owner's only."""
    # O_NONBLOCK: opening a named pipe must not wait for its other end
    extra = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    if sys.platform == "win32" and path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
    fd = os.open(path, flags | extra, 0o600)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ELOOP, "it is no ordinary file", str(path))
    return fd


def _write_all(fd: int, data: bytes) -> None:
    """One `write`, and more only where the system takes a part of it."""
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, data[written:])


_flush = getattr(os, "fdatasync", os.fsync)
"""To the device, with the length of the file but not its times."""


def _flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a loss of power, where the file system can."""
    if sys.platform != "win32":
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):
                os.fsync(fd)
        finally:
            os.close(fd)
