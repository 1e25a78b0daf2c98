"""Takes set-user-id and set-group-id bits off files that programs made in a workspace.

Such a file, started by anybody outside of the sandbox, runs with the rights of whose it is. Where no
filter of system calls keeps programs from setting the bits (`seccomp` does in bubblewrap), they are
taken away after each command and at the end. What had them before the first command keeps them.

Not promised: that nobody starts such a file in the moment before that, while its maker still runs.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ANY = "+6000" if sys.platform == "darwin" else "/6000"
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)

_Identity = tuple[int, int]


class SetIds:
    """The files of a workspace that run with somebody's rights."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._before: frozenset[_Identity] | None = None

    def remember(self) -> None:
        """Note what there is, once: before the first command."""
        if self._before is None:
            self._before = frozenset(
                (found.st_dev, found.st_ino)
                for path in _found(self._place)
                if (found := _status(path)) is not None
            )

    def strip(self) -> None:
        """Take the bits off what has come since; a file that can't be changed stays as it is."""
        if self._before is None:
            return
        for path in _found(self._place):
            with suppress(OSError):
                _strip(self._place, path, self._before)


def _found(place: Path) -> Iterator[Path]:
    """Files with one of the bits, however deep; links are not followed, nor other disks entered."""
    if os.name == "nt":
        return
    words = ("find", str(place), "-xdev", "-type", "f", "-perm", _ANY, "-print0")
    try:
        said = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return
    yield from (Path(os.fsdecode(name)) for name in said.stdout.split(b"\0") if name)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _strip(place: Path, path: Path, before: frozenset[_Identity]) -> None:
    """Step by step from the workspace on, so that a link that somebody puts in leads to no other file."""
    folder = os.open(place, _FOLDER)
    try:
        *way, name = path.relative_to(place).parts
        for part in way:
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        _strip_file(name, folder, before)
    finally:
        os.close(folder)


def _strip_file(name: str, folder: int, before: frozenset[_Identity]) -> None:
    if sys.platform != "linux":
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if _is_new(found, before):
            os.chmod(name, _without(found), dir_fd=folder, follow_symlinks=False)
        return
    file = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
    try:
        found = os.fstat(file)
        if _is_new(found, before):
            # This very file, also one that nobody may read, whatever has its name by now.
            os.chmod(f"/proc/self/fd/{file}", _without(found))
    finally:
        os.close(file)


def _is_new(found: os.stat_result, before: frozenset[_Identity]) -> bool:
    return stat.S_ISREG(found.st_mode) and (found.st_dev, found.st_ino) not in before


def _without(found: os.stat_result) -> int:
    return stat.S_IMODE(found.st_mode) & ~(stat.S_ISUID | stat.S_ISGID)
