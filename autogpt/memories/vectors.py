"""Vectors on disk: a file of rows that is only ever added to, and read by mapping it.

How many rows count is said by whoever keeps the file's account (`local`'s database): what stands
behind them was being written when a process died, and is written over. Numbers are float32, little
end first, each vector of length 1, so that a product says how near two are. Searching is exact.
"""

from __future__ import annotations

import math
import os
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BYTES = 4
"""Bytes of a number."""

_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def unit(vector: Sequence[float]) -> array[float] | None:
    """The vector with length 1; None for one that has no direction, or isn't one."""
    try:
        length = math.sqrt(math.fsum(number * number for number in vector))
        if not vector or not 0 < length < math.inf:
            return None
        return array("f", (number / length for number in vector))
    except (TypeError, ValueError, OverflowError):
        return None


class VectorFile:
    """The vectors of one space, each of so many `dimensions`."""

    def __init__(self, path: Path, dimensions: int) -> None:
        self.path = path
        self._width = dimensions
        self._mapped: Any = None

    def write(self, row: int, vectors: Sequence[array[float]]) -> None:
        """Write vectors from a row on, and have them on the disk. One process at a time. Raises OSError."""
        data = bytearray()
        for vector in vectors:
            numbers = vector
            if sys.byteorder == "big":
                numbers = array("f", vector)
                numbers.byteswap()
            data += numbers.tobytes()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
        try:
            os.lseek(descriptor, row * self._width * BYTES, os.SEEK_SET)
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rows(self) -> int:
        """How many whole rows there are."""
        try:
            return self.path.stat().st_size // (self._width * BYTES)
        except OSError:
            return 0

    def nearest(self, vector: array[float], rows: int, most: int) -> list[int]:
        """The rows that are nearest to a vector, of the first `rows`, the nearest first. Raises OSError."""
        import numpy as np

        there = min(rows, self.rows())
        if there <= 0 or most <= 0:
            return []
        if self._mapped is None or len(self._mapped) < there:
            shape = (there, self._width)
            self._mapped = np.memmap(self.path, dtype="<f4", mode="r", shape=shape)
        with np.errstate(all="ignore"):
            scores = self._mapped[:there] @ np.array(vector, dtype=np.float32)
            scores = np.where(np.isfinite(scores), scores, -2.0)
            best = np.argpartition(-scores, most - 1)[:most] if most < there else np.arange(there)
            ordered = best[np.argsort(-scores[best], kind="stable")]
        return [int(row) for row in ordered if scores[row] > 0]

    def close(self) -> None:
        """Let go of the file."""
        self._mapped = None
