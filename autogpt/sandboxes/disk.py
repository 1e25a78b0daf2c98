"""Whether a command fills the disk: the space that is left where it can write, against what there was.

No quota: space is looked at every now and then, and other programs use it too. So only a command
is blamed during which a good part of what is left has gone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from autogpt.sandboxes.port import MEBIBYTE

LEEWAY = 32 * MEBIBYTE
"""Bytes that a command may use of a disk that is nearly full already."""


class Disk:
    """The space in some folders from the start of a command on; `reserve` is what must stay free, in bytes."""

    def __init__(self, folders: Iterable[Path], reserve: int) -> None:
        self._reserve = reserve
        self._at_start = {folder: free(folder) for folder in folders}

    @property
    def filled(self) -> bool:
        """Whether too little is left, and much went since the start."""
        return any(
            (now := free(folder)) < self._reserve and before - now > LEEWAY
            for folder, before in self._at_start.items()
        )


def free(folder: Path) -> int:
    """Bytes that an ordinary user can still write there; none where that can't be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
