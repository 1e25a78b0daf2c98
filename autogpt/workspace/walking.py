"""From a base folder to a file, one part at a time, never out of the base.

Where the system can open relative to an open folder (Linux, macOS), every part
is opened without following links, and links are followed here, by hand, so that
a link put in between the check and the opening changes nothing. Elsewhere
(Windows) the same steps are taken by path and the canonical path is checked at
the end; there a program that swaps folders at the right moment could win.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ELOOP, ENOTDIR
from pathlib import Path, PurePath

from autogpt.workspace.naming import MAX_DEPTH, Parts

BY_DESCRIPTOR = (
    os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and os.scandir in os.supports_fd
)
"""Whether this system can open relative to an open folder."""

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_CAREFUL = (
    _NO_FOLLOW
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block us
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_MAX_LINKS = 40  # as Linux


class LeavesBase(Exception):
    """The path leads out of the base through a symbolic link, `link` below the base where that is known."""

    def __init__(self, link: Parts = ()) -> None:
        super().__init__()
        self.link = link


class NotAFile(Exception):
    """The path names a FIFO, a device or a socket, which is never opened."""


class Folder:
    """An open folder, by descriptor or, where that can't be, by path."""

    __slots__ = ("descriptor", "path")

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self.descriptor = descriptor

    @classmethod
    def at(cls, path: str, *, by_descriptor: bool) -> Folder:
        """Open a folder by its absolute path. Raises OSError."""
        return cls(path, os.open(path, _FOLDER) if by_descriptor else None)

    def _at(self, name: str) -> str:
        return name if self.descriptor is not None else os.path.join(self.path, name)

    def child(self, name: str) -> Folder:
        """Open a folder in this one; a link is an error."""
        path = os.path.join(self.path, name)
        if self.descriptor is None:
            status = self.status(name)
            if is_link(status) or not stat.S_ISDIR(status.st_mode):
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
            return Folder(path, None)
        return Folder(path, os.open(name, _FOLDER | _NO_FOLLOW, dir_fd=self.descriptor))

    def status(self, name: str) -> os.stat_result:
        """The status of an entry, of a link itself."""
        return os.stat(self._at(name), dir_fd=self.descriptor, follow_symlinks=False)

    def holds(self, name: str, *, strictly: bool = False) -> bool:
        """Whether there is anything of that name in it; `strictly`: a name that can't be one raises OSError."""
        try:
            self.status(name)
        except FileNotFoundError:
            return False
        except OSError:
            if strictly:
                raise
            return False
        return True

    def check_writable(self) -> None:
        """Raise PermissionError where the system lets nothing be made in it; not told everywhere."""
        if self.descriptor is not None and not os.access(".", os.W_OK | os.X_OK, dir_fd=self.descriptor):
            raise PermissionError

    def link_target(self, name: str) -> str:
        """Where a link leads, as written in it."""
        return os.readlink(self._at(name), dir_fd=self.descriptor)

    def make_folder(self, name: str) -> None:
        """Make a folder, or leave the one that is there."""
        try:
            os.mkdir(self._at(name), dir_fd=self.descriptor)
        except FileExistsError:
            if not stat.S_ISDIR(self.status(name).st_mode):
                raise

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        """Open an entry, never through a link."""
        return os.open(self._at(name), flags | _CAREFUL, mode, dir_fd=self.descriptor)

    def open_file(self, name: str, flags: int = os.O_RDONLY) -> int:
        """Open an existing plain file. Raises NotAFile for anything that is neither file nor folder."""
        _check_plain(self.status(name))
        descriptor = self.open(name, flags)
        try:
            _check_plain(os.fstat(descriptor))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def replace(self, source: str, target: str) -> None:
        """Rename within the folder, over what is there; a link is replaced, not followed."""
        os.replace(self._at(source), self._at(target), src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def unlink(self, name: str) -> None:
        """Remove a file or a link."""
        os.unlink(self._at(name), dir_fd=self.descriptor)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self.descriptor)

    def entries(self) -> list[os.DirEntry[str]]:
        """What is in the folder, in no order. Entries hold their status only while this folder is open."""
        if self.descriptor is None:
            with os.scandir(self.path) as found:
                return list(found)
        readable = os.open(".", os.O_RDONLY | getattr(os, "O_DIRECTORY", 0), dir_fd=self.descriptor)
        try:
            with os.scandir(readable) as found:
                return list(found)
        finally:
            os.close(readable)

    def close(self) -> None:
        """Close the descriptor."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path ended: an open folder and a name in it, which may not exist.

    `name` is "." for the base itself. `parts` is the path below the base with all links followed.
    """

    folder: Folder
    name: str
    parts: Parts


def _check_plain(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError
    if stat.S_ISLNK(status.st_mode):
        raise LeavesBase
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile


@contextmanager
def reach(
    base: str,
    parts: Parts,
    *,
    refuse: Callable[[Parts], None],
    follow_last: bool = True,
    make: bool = False,
    enter: Callable[[Folder, Parts], None] = lambda folder, parts: None,
    making: Callable[[Folder, Parts], None] = lambda folder, parts: None,
    by_descriptor: bool = BY_DESCRIPTOR,
) -> Iterator[Place]:
    """Walk from `base` along `parts`; the folders on the way must exist, or are made with `make`.

    `refuse` is called with each path on the way, links followed, before it is opened, and raises
    where the way must not go; `enter` likewise with each folder on the way, once it is open,
    `making` with the folder in which one is made, and the path of what is made there, links followed.
    Raises LeavesBase and OSError.
    """
    walk = _Walk(base, enter, making, by_descriptor=by_descriptor)
    try:
        name = walk.along(parts, refuse=refuse, follow_last=follow_last, make=make)
        if not by_descriptor:
            _check_canonical(base, walk.folders[-1].path)
        yield Place(walk.folders[-1], name, (*walk.parts, name) if name != "." else tuple(walk.parts))
    finally:
        walk.close()


@contextmanager
def folder_at(base: str, parts: Parts, *, by_descriptor: bool = BY_DESCRIPTOR) -> Iterator[Folder]:
    """Open the folder at `parts` below `base`, following no link. Raises OSError."""
    folder = Folder.at(base, by_descriptor=by_descriptor)
    try:
        for part in parts:
            child = folder.child(part)
            folder.close()
            folder = child
        yield folder
    finally:
        folder.close()


class _Walk:
    """The folders opened so far, from the base on."""

    def __init__(
        self,
        base: str,
        enter: Callable[[Folder, Parts], None],
        making: Callable[[Folder, Parts], None],
        *,
        by_descriptor: bool,
    ) -> None:
        self.base = base
        self.enter = enter
        self.making = making
        self.by_descriptor = by_descriptor
        self.folders = [Folder.at(base, by_descriptor=by_descriptor)]
        self.parts: list[str] = []
        self.link: Parts = ()

    def along(self, parts: Parts, *, refuse: Callable[[Parts], None], follow_last: bool, make: bool) -> str:
        """Open folder after folder; returns the last part, unopened ("." when there is none)."""
        waiting = [part for part in reversed(parts) if part not in ("", ".")]
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                self._up()
                continue
            refuse((*self.parts, part))
            last = not waiting
            try:
                status = self.folders[-1].status(part)
            except FileNotFoundError:
                if (other := self._spelt_otherwise(part)) is not None:
                    waiting.append(other)
                    continue
                if last:
                    return part
                if not make:
                    raise
                self.making(self.folders[-1], (*self.parts, part))
                self.folders[-1].make_folder(part)
                status = self.folders[-1].status(part)
            if is_link(status) and (follow_last or not last):
                links += 1
                if links > _MAX_LINKS:
                    raise OSError(ELOOP, os.strerror(ELOOP))
                self.link = (*self.parts, part)
                waiting.extend(reversed(self._link(part)))
            elif last:
                return part
            else:
                self._down(part)
        return "."

    def _spelt_otherwise(self, part: str) -> str | None:
        """The one entry here whose name reads the same; None if there is none, or several."""
        if part.isascii() and " " not in part:
            return None
        wanted = _as_read(part)
        with suppress(OSError):
            same = [entry.name for entry in self.folders[-1].entries() if _as_read(entry.name) == wanted]
            return same[0] if len(same) == 1 and same[0] != part else None
        return None

    def _down(self, part: str) -> None:
        if len(self.parts) > 2 * MAX_DEPTH:
            raise OSError(ELOOP, os.strerror(ELOOP))
        self.folders.append(self.folders[-1].child(part))
        self.parts.append(part)
        self.enter(self.folders[-1], tuple(self.parts))

    def _up(self) -> None:
        if not self.parts:
            raise LeavesBase(self.link)
        self.parts.pop()
        self.folders.pop().close()

    def _link(self, part: str) -> list[str]:
        """The parts that a link adds to the way; an absolute one starts again at the base."""
        target = self.folders[-1].link_target(part)
        if not os.path.isabs(target):
            return [step for step in _steps(target) if step not in ("", ".")]
        below = _below(self.base, target)
        if below is None:
            raise LeavesBase(self.link)
        while self.parts:
            self._up()
        return below

    def close(self) -> None:
        """Close every folder."""
        for folder in self.folders:
            folder.close()


def _as_read(name: str) -> str:
    """A name as a person reads it: letters with their accents, all blanks alike (macOS puts U+202F into some)."""
    return "".join(
        " " if unicodedata.category(letter) == "Zs" else letter
        for letter in unicodedata.normalize("NFC", name)
    )


def is_link(status: os.stat_result) -> bool:
    """A symbolic link, or on Windows a junction."""
    if stat.S_ISLNK(status.st_mode):
        return True
    tag = getattr(status, "st_reparse_tag", 0)
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)


def _steps(target: str) -> list[str]:
    if os.sep != "/":
        target = target.replace(os.sep, "/")
    return target.split("/")


def _below(base: str, target: str) -> list[str] | None:
    """The steps from the base to an absolute target, or None if it lies elsewhere, judged by text."""
    target = target.removeprefix("\\\\?\\") if os.sep == "\\" else target
    base_path, target_path = PurePath(base), PurePath(target)
    if target_path.parts[: len(base_path.parts)] != base_path.parts:
        return None
    return list(target_path.parts[len(base_path.parts) :])


def _check_canonical(base: str, folder: str) -> None:
    canonical = Path(os.path.realpath(folder))
    if not canonical.is_relative_to(os.path.realpath(base)):
        raise LeavesBase
