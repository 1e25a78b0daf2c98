"""What lies in a folder that other programs will execute: each thing, and a text that differs when it changed.

`autogpt.core.run_by_others` says what counts. Bounded: it doesn't see what lies beyond the first 20 000 entries
or in folders that can't be read, and says so, nor changes within the packages that were installed for a project
(`node_modules`). Of environments and repositories only that there is a new one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

from autogpt.core.run_by_others import SHUT_MARKS, Grade, Made, judged
from autogpt.core.scratch import SCRATCH
from autogpt.workspace.naming import Parts, own
from autogpt.workspace.walking import Folder, LeavesBase, NotAFile, folder_at

MOST_ENTRIES = 20_000
_MOST_CONTENT = 4_000_000
_NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Things:
    """What there is, by names relative to the folder, with a slash at the end of a folder's, and what each is known by.

    `unread` are likewise the folders that could not be read, known by "" where what is in them can change without
    a trace; `whole` says that there was not more than is looked at.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True


def executed_by_others(root: str, *, by_descriptor: bool) -> Things:
    """What there is just now."""
    look = _Look(root, by_descriptor)
    found: dict[str, str] = {}
    for name, identity in look.identities():
        found[name] = blake2b(
            f"{found.get(name, '')}\0{identity}".encode("utf-8", "replace"), digest_size=16
        ).hexdigest()
    return Things(found, look.unread, look.whole)


def changed(before: Things, after: Things) -> Made:
    """What is new or other than before, and what of it may be missing."""
    by_grade: dict[Grade, list[str]] = {}
    for name in _others(before.known, after.known):
        verdict = judged(name.rstrip("/").split("/"))
        # A new repository or environment acts by being there.
        grade = Grade.PURPOSE if verdict and verdict.grade is Grade.PURPOSE else Grade.PRESENCE
        by_grade.setdefault(grade, []).append(name)
    return Made(by_grade, tuple(_others(before.unread, after.unread)), after.whole)


def _others(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name, identity in after.items() if not identity or before.get(name) != identity)


class _Look:
    """One look at a folder; `unread` and `whole` are as in `Things`, once all was looked at."""

    def __init__(self, root: str, by_descriptor: bool) -> None:
        self._root = root
        self._by_descriptor = by_descriptor
        self.unread: dict[str, str] = {}
        self.whole = True

    def identities(self) -> Iterator[tuple[str, str]]:
        """Names of things, and what tells whether something of them changed; a name may come several times."""
        waiting: list[tuple[Parts, str]] = [((), "")]
        left = MOST_ENTRIES
        for parts, thing in waiting:
            try:
                with folder_at(self._root, parts, by_descriptor=self._by_descriptor) as folder:
                    if parts and any(all(map(folder.holds, marks)) for marks in SHUT_MARKS):
                        yield f"{'/'.join(parts)}/", "shut"
                        continue
                    entries = sorted(folder.entries(), key=lambda one: one.name)
                    self.whole &= len(entries) <= left
                    for entry in entries[:left]:
                        below = (*parts, entry.name)
                        is_folder = entry.is_dir(follow_symlinks=False)
                        if entry.name == ".git" and is_folder and _holds_something(folder, entry.name):
                            yield f"{'/'.join(below)}/", "a repository"
                        if own(entry.name) or below == (SCRATCH,):
                            continue
                        within = thing or _thing(below, is_folder)
                        if within:
                            yield within, f"{'/'.join(below)}\0{_identity(folder, entry.name)}"
                        if is_folder and entry.name not in _NOT_LOOKED_INTO:
                            waiting.append((below, within))
                    left -= min(left, len(entries))
            except (FileNotFoundError, NotADirectoryError, LeavesBase):
                continue  # what goes away while we look is simply not there
            except OSError:
                self.unread["/".join((*parts, "")) or "./"] = _unread(os.path.join(self._root, *parts))


def _unread(path: str) -> str:
    """What a folder that can't be read is known by; "" where who may not read it can change what is in it."""
    with suppress(OSError):
        if not os.access(path, os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            status = os.stat(path, follow_symlinks=False)
            return f"{status.st_mode:o} {status.st_ctime_ns}"
    return ""


def _holds_something(folder: Folder, name: str) -> bool:
    """Whether a folder in this one is more than the empty one that a sandbox puts in its place."""
    with suppress(FileNotFoundError, NotADirectoryError):
        try:
            child = folder.child(name)
            try:
                return bool(child.entries())
            finally:
                child.close()
        except PermissionError:
            return True
    return False


def _thing(parts: Parts, is_folder: bool) -> str:
    """The name under which a path is told; "" for what nobody is expected to execute."""
    if judged(parts[-2:]) is None:
        return ""
    return "/".join(parts) + ("/" if is_folder else "")


def _identity(folder: Folder, name: str) -> str:
    with suppress(OSError, NotAFile, LeavesBase):
        status = folder.status(name)
        if stat.S_ISLNK(status.st_mode):
            return f"to {folder.link_target(name)}"
        if not stat.S_ISREG(status.st_mode):
            return f"{stat.S_IFMT(status.st_mode):o}"
        if status.st_size <= _MOST_CONTENT:
            with suppress(PermissionError), os.fdopen(folder.open_file(name), "rb") as file:
                return blake2b(file.read(_MOST_CONTENT), digest_size=16).hexdigest()
        # The last is the one time that no program can set; on Windows it is when the file was made.
        return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
    return ""
