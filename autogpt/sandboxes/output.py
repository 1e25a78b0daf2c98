"""Keeps what a command writes: head and tail in memory, the whole in a file when they don't hold it.

Memory stays the same however much is written. Writing the file can fail (a full disk); then
there is none, and head and tail still stand.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

from autogpt.sandboxes.port import Output

KEPT = 64 * 1024
"""Bytes of output that are kept in memory: half of them head, half tail."""


class Ends:
    """The first and the last bytes of a stream."""

    def __init__(self, kept: int = KEPT) -> None:
        self._half = kept // 2
        self.head = bytearray()
        self._tail = bytearray()
        self.total = 0

    def add(self, data: bytes) -> None:
        """More of the stream."""
        self.total += len(data)
        if (room := self._half - len(self.head)) > 0:
            self.head += data[:room]
            data = data[room:]
        self._tail += data[-self._half :]
        if len(self._tail) > 4 * self._half:
            del self._tail[: -self._half]

    @property
    def tail(self) -> bytes:
        """The last bytes, those of the head not counted."""
        return bytes(self._tail[-self._half :])


class Recording:
    """One command's output. Safe to use from several threads."""

    def __init__(self, file: Path, most: int) -> None:
        self._path = file
        self._most = most
        self._lock = threading.Lock()
        self._all = Ends()
        self._unread = Ends()
        self._file: BinaryIO | None = None
        self._failed = False

    @property
    def too_long(self) -> bool:
        """Whether more was written than may be."""
        return self._all.total > self._most

    def add(self, data: bytes) -> None:
        """Keep a piece."""
        with self._lock:
            if self._all.total + len(data) > KEPT and not self._failed:
                self._spool(data)
            self._all.add(data)
            self._unread.add(data)

    def _spool(self, data: bytes) -> None:
        if self._all.total > self._most:
            return
        try:
            if self._file is None:
                self._file = self._path.open("xb", buffering=0)
                self._file.write(bytes(self._all.head) + self._all.tail)
            self._file.write(data)
        except OSError:
            self._failed = True

    def unread(self) -> Output:
        """What came since the last call."""
        with self._lock:
            ends, self._unread = self._unread, Ends()
        return Output(bytes(ends.head), ends.tail, ends.total)

    def close(self) -> Output:
        """All of it; nothing more is kept."""
        with self._lock:
            path = self._path if self._file and not self._failed else None
            if self._file:
                self._file.close()
                self._file = None
            if self._failed:
                self._path.unlink(missing_ok=True)
            self._failed = True
            return Output(bytes(self._all.head), self._all.tail, self._all.total, path)
