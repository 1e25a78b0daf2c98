"""Has anything in a folder changed, by whatever means?

Cheap and bounded, hence not perfect: it doesn't see a change beyond the first
20 000 entries, nor one that keeps a file's size and time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b

from autogpt.workspace.naming import Parts, own
from autogpt.workspace.walking import Folder, LeavesBase, NotAFile, folder_at

MAX_ENTRIES = 20_000
_MAX_CONTENT = 4_000_000
"""Bytes of a file up to which its content is compared, not only its status."""

_CACHES = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".cache"})
"""Folders that tools rewrite at every run; a change in them is no progress."""


class Changes:
    """Fingerprints of everything below one folder."""

    def __init__(self, root: str, *, by_descriptor: bool) -> None:
        self._root = root
        self._by_descriptor = by_descriptor
        self._seen: dict[Parts, tuple[tuple[int, ...], bytes]] = {}
        self._first = True

    def fingerprint(self) -> str:
        """A text that differs from the last one if files changed in between.

        Looks at the status of entries, nearest first, and at the content of those whose status
        changed since the last call: a program that writes the same again changes nothing.
        Of `.git` only the log of HEAD counts.
        """
        total = blake2b(digest_size=16)
        for count, (parts, what) in enumerate(self._identities()):
            if count >= MAX_ENTRIES:
                break
            total.update("/".join(parts).encode("utf-8", "surrogateescape") + b"\0" + what + b"\0")
        self._first = False
        return total.hexdigest()

    def _identities(self) -> Iterator[tuple[Parts, bytes]]:
        waiting: list[Parts] = [()]
        for parts in waiting:
            # What goes away while we look is simply not there.
            with (
                suppress(OSError, LeavesBase),
                folder_at(self._root, parts, by_descriptor=self._by_descriptor) as folder,
            ):
                for name in sorted(entry.name for entry in folder.entries()):
                    if own(name) or name in _CACHES:
                        continue
                    status = folder.status(name)
                    below = (*parts, name)
                    yield below, self._identity(folder, below, status)
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append(below)
        with (
            suppress(OSError, LeavesBase),
            folder_at(self._root, (".git", "logs"), by_descriptor=self._by_descriptor) as folder,
        ):
            yield (".git", "logs", "HEAD"), _key(folder.status("HEAD"))

    def _identity(self, folder: Folder, parts: Parts, status: os.stat_result) -> bytes:
        if not stat.S_ISREG(status.st_mode):
            return b"%o" % stat.S_IFMT(status.st_mode)
        key = (status.st_size, status.st_mtime_ns, status.st_ino, status.st_mode)
        known = self._seen.get(parts)
        if known is not None and known[0] == key:
            return known[1]
        identity = _key(status)
        if not self._first and status.st_size <= _MAX_CONTENT:
            with suppress(OSError, NotAFile, LeavesBase):
                identity = _content(folder, parts[-1])
        self._seen[parts] = (key, identity)
        return identity


def _key(status: os.stat_result) -> bytes:
    return b"%d-%d-%d" % (status.st_size, status.st_mtime_ns, status.st_ino)


def _content(folder: Folder, name: str) -> bytes:
    with os.fdopen(folder.open_file(name), "rb") as file:
        return blake2b(file.read(_MAX_CONTENT), digest_size=16).digest()
