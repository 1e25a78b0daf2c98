"""What in a workspace commands may read but not change: repositories, `.autogpt`, environments, what is named.

Other programs, and the person, take code and orders from these: hooks and settings of a
repository, the agent's own record, an environment's Python (`autogpt.core.run_by_others` has the list). So what
is there when the first command starts is read-only in the sandbox, and in the workspace's own folder a `.git` and an
`.autogpt` can't be made either: an empty one stands there from then on. What commands make
deeper in the workspace stays theirs for the run, and is reported as new. What the agent makes
there itself, a clone or a new repository, joins what is read-only, if no command runs just then.

The folders on the way to what is read-only are held in their places too: could a command move one and
put a link there, what the link leads to would be shown to the next command.

The sockets of other programs are masked: who listens there would do for a command what the person may do.
Those that commands make themselves are theirs.

Looks so many folders deep and at so many folders, not further.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autogpt.core.run_by_others import is_own, is_shut

ALWAYS = (".git", ".autogpt")
DEEPEST = 6
MOST_FOLDERS = 4000
NOT_LOOKED_INTO = frozenset({"node_modules", "__pycache__", ".cache"})


@dataclass(frozen=True, slots=True)
class Held:
    """A place that a sandbox holds: read-only, or `writable`, but not to be moved or replaced.

    Of one that is `masked` nothing is to be seen but an empty file.
    """

    path: Path
    writable: bool
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a workspace: paths that are read-only to commands, and sockets."""

    paths: set[Path] = field(default_factory=set)
    sockets: set[Path] = field(default_factory=set)


class Protected:
    """The protected paths of one workspace, as they are when first asked for.

    `read_only` are files and folders of the caller's; those that are in the workspace then are protected too.
    `hold` puts placeholders where some could be made; `note` is told of them before they are made.
    """

    def __init__(
        self,
        place: Path,
        *,
        hold: bool,
        read_only: Iterable[Path] = (),
        note: Callable[[Sequence[Path]], None] = lambda _: None,
    ) -> None:
        self._lock = threading.Lock()
        self._place = place
        self._hold = hold
        self._read_only = tuple(read_only)
        self._note = note
        self._placeholders: list[Path] = []
        self._paths: tuple[Path, ...] | None = None
        self._sockets: frozenset[Path] = frozenset()
        self._known: set[Path] = set()
        self._added: set[Path] = set()

    def add(self, path: Path, *, held: bool = True) -> None:
        """Take in something that the agent made; commands that are started from now on can't change it.

        Without `held` it is only known not to be theirs.
        """
        with self._lock:
            self._known.add(path)
            if not held:
                return
            self._added.add(path)
            if self._paths is not None:
                self._paths = tuple(sorted({*self._paths, path}))

    @property
    def held(self) -> tuple[Held, ...]:
        """What a sandbox is to hold, outermost first; nothing that a link leads to."""
        paths = [path for path in self.paths if os.path.realpath(path) == str(path)]
        paths = [path for path in paths if not any(other in path.parents for other in paths)]
        sockets = [path for path in self._sockets if _is_socket(path) and os.path.realpath(path) == str(path)]
        ways = {
            way
            for path in (*paths, *sockets)
            for way in path.parents
            if way != self._place and self._place in way.parents and not {way, *way.parents} & set(paths)
        }
        places = [
            *(Held(way, True) for way in ways),
            *(Held(path, False) for path in paths),
            *(Held(path, False, masked=True) for path in sockets),
        ]
        return tuple(sorted(places, key=lambda place: place.path.parts))

    @property
    def paths(self) -> tuple[Path, ...]:
        """What is read-only, outermost first."""
        with self._lock:
            if self._paths is None:
                if self._hold:
                    wanted = [self._place / name for name in ALWAYS]
                    self._note(wanted)
                    self._placeholders = [path for path in wanted if _made(path)]
                found = look(self._place)
                named = {path for path in self._read_only if path.exists() and self._place in path.parents}
                self._known |= found.paths | named
                self._sockets = frozenset(found.sockets)
                self._paths = tuple(sorted(found.paths | named | self._added))
            return self._paths

    def new(self) -> tuple[Path, ...]:
        """What has come since the last call that would be protected if it had been there."""
        with self._lock:
            fresh = look(self._place).paths - self._known
            self._known |= fresh
        return tuple(sorted(fresh))

    def close(self) -> None:
        """Take the placeholders away, if they are still empty."""
        take_away(self._placeholders)


def take_away(placeholders: Iterable[Path]) -> None:
    """Remove folders that are empty, and leave the others."""
    for path in placeholders:
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


def look(place: Path) -> Found:
    """All that would be protected in a folder, and its sockets; symlinks are not followed and don't count."""
    found = Found()
    folders = [(str(place), 0, False)]
    for looked, (folder, depth, inside) in enumerate(folders):
        if looked >= MOST_FOLDERS:
            break
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        if depth and not inside and is_shut({entry.name for entry in entries}):
            found.paths.add(Path(folder))
            inside = True
        for entry in entries:
            if entry.is_symlink() or entry.is_file(follow_symlinks=False):
                if is_own(entry.name) and not inside and not entry.is_symlink():
                    found.paths.add(Path(entry.path))
            elif not entry.is_dir(follow_symlinks=False):
                if _is_socket(Path(entry.path)):
                    found.sockets.add(Path(entry.path))
            elif is_own(entry.name) and not inside:
                found.paths.add(Path(entry.path))
                folders.append((entry.path, DEEPEST, True))  # git's monitor listens right in there
            elif depth < DEEPEST and not inside and entry.name not in NOT_LOOKED_INTO:
                folders.append((entry.path, depth + 1, False))
    return found


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except OSError:
        return False
