"""What in a workspace commands may read but not change: `.git`, `.autogpt`, virtual environments.

Other programs, and the person, take code and orders from these: hooks and settings of a
repository, the agent's own record, an environment's Python. So what was there when the sandbox
opened is read-only in it, and in the workspace's own folder a `.git` and an `.autogpt` can't
be made either: an empty one stands there while the sandbox is open. What commands make deeper
in the workspace stays theirs for the run, and is reported as new.

Looks so many folders deep and at so many folders, not further.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

ALWAYS = (".git", ".autogpt")
DEEPEST = 6
MOST_FOLDERS = 4000
NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__", ".cache"})


class Protected:
    """The protected paths of one workspace. `hold` puts placeholders where some could be made."""

    def __init__(self, place: Path, *, hold: bool) -> None:
        self._lock = threading.Lock()
        self._place = place
        self._placeholders = [path for name in ALWAYS if hold and _made(path := place / name)]
        found = find(place)
        self.paths = tuple(sorted(found))
        """What is read-only, outermost first."""
        self._known = set(found)

    def new(self) -> tuple[Path, ...]:
        """What has come since the last call that would be protected if it had been there."""
        with self._lock:
            fresh = find(self._place) - self._known
            self._known |= fresh
        return tuple(sorted(fresh))

    def close(self) -> None:
        """Take the placeholders away, if they are still empty."""
        for path in self._placeholders:
            try:
                path.rmdir()
            except OSError:
                continue


def _made(path: Path) -> bool:
    """Whether an empty folder is there that a sandbox put there, now or before it was killed."""
    try:
        path.mkdir()
    except FileExistsError:
        return path.is_dir() and not path.is_symlink() and not any(path.iterdir())
    except OSError:
        return False
    return True


def find(place: Path) -> set[Path]:
    """All that would be protected in a folder; symlinks are not followed and don't count."""
    found: set[Path] = set()
    folders = [(str(place), 0)]
    for looked, (folder, depth) in enumerate(folders):
        if looked >= MOST_FOLDERS:
            break
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        if depth and any(entry.name == "pyvenv.cfg" for entry in entries):
            found.add(Path(folder))
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.name.lower() in ALWAYS:
                found.add(Path(entry.path))
            elif depth < DEEPEST and entry.name not in NOT_LOOKED_INTO and entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, depth + 1))
    return found
