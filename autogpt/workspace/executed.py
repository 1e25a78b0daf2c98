"""What lies in a folder that other programs will execute: each thing, and a text that differs when it changed.

`autogpt.core.run_by_others` says what counts. Bounded: it doesn't see what lies beyond the first 20 000 entries,
nor changes within the packages that were installed for a project (`node_modules`). Of environments and repositories
only that there is a new one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b

from autogpt.core.run_by_others import SHUT_MARKS, Grade, judged
from autogpt.core.scratch import SCRATCH
from autogpt.workspace.naming import Parts, own
from autogpt.workspace.walking import Folder, LeavesBase, NotAFile, folder_at

MOST_ENTRIES = 20_000
_MOST_CONTENT = 4_000_000
_NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__"})

Things = Mapping[str, str]
"""Names relative to the folder, with a slash at the end of a folder's, and what each is known by."""


def executed_by_others(root: str, *, by_descriptor: bool) -> Things:
    """What there is just now."""
    found: dict[str, str] = {}
    for name, identity in _identities(root, by_descriptor):
        found[name] = blake2b(
            f"{found.get(name, '')}\0{identity}".encode("utf-8", "replace"), digest_size=16
        ).hexdigest()
    return found


def changed(before: Things, after: Things) -> dict[Grade, list[str]]:
    """The names of what is new or other than before, by grade; a grade without any is left out."""
    names = sorted(name for name, identity in after.items() if before.get(name) != identity)
    by_grade: dict[Grade, list[str]] = {}
    for name in names:
        verdict = judged(name.rstrip("/").split("/"))
        # A new repository or environment acts by being there.
        grade = Grade.PURPOSE if verdict and verdict.grade is Grade.PURPOSE else Grade.PRESENCE
        by_grade.setdefault(grade, []).append(name)
    return by_grade


def _identities(root: str, by_descriptor: bool) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[Parts, str]] = [((), "")]
    looked = 0
    for parts, thing in waiting:
        # What goes away while we look is simply not there.
        with suppress(OSError, LeavesBase), folder_at(root, parts, by_descriptor=by_descriptor) as folder:
            if parts and any(all(map(folder.holds, marks)) for marks in SHUT_MARKS):
                yield f"{'/'.join(parts)}/", "shut"
                continue
            for entry in sorted(folder.entries(), key=lambda one: one.name):
                looked += 1
                if looked > MOST_ENTRIES:
                    return
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


def _holds_something(folder: Folder, name: str) -> bool:
    """Whether a folder in this one is more than the empty one that a sandbox puts in its place."""
    child = folder.child(name)
    try:
        return bool(child.entries())
    finally:
        child.close()


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
        if status.st_size > _MOST_CONTENT:
            return f"{status.st_size} {status.st_mtime_ns}"
        with os.fdopen(folder.open_file(name), "rb") as file:
            return blake2b(file.read(_MOST_CONTENT), digest_size=16).hexdigest()
    return ""
