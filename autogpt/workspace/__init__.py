"""The only door to files that the model names.

A `Workspace` is a folder. Names that lead out of it are refused, also through
symbolic links and also when a link is put in at the last moment (where the
system can open relative to an open folder; Windows can't). So are special
files, the program's own journal, and git's internals. Writes are atomic.

It does not keep another program from changing the files, does not hold the
agent's processes in (that is the sandboxes' work), and does not limit how much
is written.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from pathlib import Path, PurePath
from typing import BinaryIO, Literal

from autogpt.core.errors import CommandError, Hint, UsageError
from autogpt.core.limits import counted
from autogpt.core.run_by_others import SHUT_MARKS, folded
from autogpt.core.scratch import SCRATCH
from autogpt.core.worked import FolderId
from autogpt.workspace.changes import Changes
from autogpt.workspace.executed import Things, executed_by_others
from autogpt.workspace.naming import Parts, Root, absolute, own, spelled
from autogpt.workspace.walking import (
    BY_DESCRIPTOR,
    Folder,
    LeavesBase,
    NotAFile,
    Place,
    folder_at,
    is_link,
    reach,
)
from autogpt.workspace.wording import in_words, led_out, outside
from autogpt.workspace.writing import append, encoded, replace, sweep, temporary_name

__all__ = ["Entry", "Workspace", "Written", "folder_id"]

READ_LIMIT = 64_000_000
"""Bytes of one file that are read into memory unless the caller says otherwise."""

_LOOKED_AT = 20_000
_COMPARED = 3_000
"""Entries looked at for a missing name in another folder, and compared with it letter by letter."""

_SWEPT_FOLDERS = 20_000

Kind = Literal["file", "folder", "link", "special"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder that is there. `size` is in bytes, 0 for all but files; `target` is where a link leads.

    `times` are when a file last changed in any way, its name or rights too, and when its content did, in
    seconds since 1970; no program can set the first, but on Windows, where it is one time for both.
    """

    name: str
    kind: Kind
    size: int = 0
    target: str = ""
    times: tuple[float, ...] = field(default=(), compare=False)

    @property
    def last(self) -> str:
        """The name without the folders."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did. `name` is relative to the workspace; `size` is in bytes.

    `parted` says that the file had another name, a hard link, under which the old content stays.
    """

    name: str
    created: bool
    changed: bool
    size: int
    parted: bool = False


class Workspace:
    """Files below `root`, made if it isn't there; with `restrict` false, files anywhere.

    Names are the model's: relative to the root, with forward slashes. Methods raise CommandError,
    in words for the model, whenever a name or a file can't be used. `read_only` are files and folders,
    wherever they lie, that nothing here changes. `by_descriptor` false takes the way of systems that
    can't open relative to an open folder.
    """

    def __init__(
        self,
        root: Path,
        restrict: bool = True,
        *,
        read_only: Iterable[Path] = (),
        by_descriptor: bool = BY_DESCRIPTOR,
    ) -> None:
        """Raise UsageError when the folder can't be made or written."""
        given = Path(os.path.abspath(root.expanduser()))
        self.root = _usable(given)
        self.restrict = restrict
        self._by_descriptor = by_descriptor
        self._names = Root(
            path=PurePath(self.root),
            spellings=(PurePath(given),) if given != self.root else (),
            home=PurePath(_home()),
            windows=os.name == "nt",
        )
        self._inside: Parts = self._names.path.parts[1:]
        self._read_only = frozenset(filter(None, map(self._below_base, read_only)))
        self._changes = Changes(str(self.root), by_descriptor=by_descriptor)
        self._writing = threading.RLock()
        self._revision = 0
        self._swept: set[Parts] = set()

    @property
    def revision(self) -> int:
        """Grows each time that the content of the workspace changed through this door."""
        return self._revision

    def outline(self, most: int) -> frozenset[tuple[str, int, int]] | None:
        """Path, size and time of change of all that there is; None of more than `most`, or what can't be read."""
        found: set[tuple[str, int, int]] = set()
        waiting = [str(self.root)]
        try:
            for folder in waiting:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        status = entry.stat(follow_symlinks=False)
                        found.add((entry.path, status.st_size, status.st_ctime_ns))
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        if len(found) > most:
                            return None
        except OSError:
            return None
        return frozenset(found)

    def fingerprint(self) -> str:
        """A text that differs from the last one if files changed in between, also by a process.

        Bounded and cheap: see `autogpt.workspace.changes` for what it doesn't see.
        """
        with self._writing:
            return self._changes.fingerprint()

    def executed_by_others(self) -> Things:
        """What in the workspace other programs will execute, as `autogpt.workspace.executed` compares it."""
        return executed_by_others(str(self.root), by_descriptor=self._by_descriptor)

    # -- reading ---------------------------------------------------------------------------------

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a file for reading bytes."""
        with self._reach(name) as place:
            if place.name == ".":
                raise IsADirectoryError
            descriptor = place.folder.open_file(place.name)
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def read_bytes(self, name: str, limit: int = READ_LIMIT) -> bytes:
        """The whole content of a file of at most `limit` bytes."""
        return self.read_with_times(name, limit)[0]

    def read_with_times(self, name: str, limit: int = READ_LIMIT) -> tuple[bytes, tuple[float, ...]]:
        """The same, and the `Entry.times` of just that file once it was read: a change meanwhile shows in them."""
        with self.open(name) as file:
            try:
                content = file.read(limit + 1)
                status = os.fstat(file.fileno())
            except OSError as error:
                raise self._error(error, name) from error
        if len(content) > limit:
            raise CommandError(
                f"{name!r} holds {status.st_size:,} bytes, more than the {limit:,} that are read at once. "
                "Read a part of it by line numbers, or search in it."
            )
        return content, _times(status)

    def folders_above(self, entry: Entry) -> list[FolderId]:
        """The folders that something lies in, as they are known from one run to the next."""
        return [folder_id(folder) for folder in Path(self.root, entry.name).parents]

    def look(self, name: str, *, follow_last: bool = True) -> Entry | None:
        """What is there under a name, links followed, but for the last without `follow_last`; None if nothing is."""
        try:
            with self._reach(name, follow_last=follow_last, missing=True) as place:
                return self._entry_at(place)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def is_link(self, name: str) -> bool:
        """Whether a name is that of a link, wherever it leads."""
        entry = self.look(name, follow_last=False)
        return entry is not None and entry.kind == "link"

    def exists(self, name: str) -> bool:
        """Whether anything is there under a name."""
        return self.look(name) is not None

    def canonical(self, name: str, *, follow_last: bool = True, changes: bool = False) -> str:
        """The one spelling of a name: relative to the root if inside, links followed as far as they exist.

        This is what a policy must judge. Nothing need exist. Without `follow_last` a link that has the
        name is named itself. Where it `changes` something, names of places are refused in which nothing is changed.
        """
        base, parts = self._resolve(name)
        for known in range(len(parts), -1, -1):
            follows = follow_last or known < len(parts)
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                self._errors(name, missing=True),
                self._reaching(base, parts[:known], follow_last=follows, changes=changes) as place,
            ):
                if changes and known < len(parts):
                    self._refuse_new(place, parts[known:])
                elif changes:
                    self._refuse_shutting(place.folder, place.parts)
                return self._shown((*place.parts, *parts[known:]))
        return self._shown(parts)

    def locate(self, name: str, *, changes: bool = False) -> Path:
        """The path of a name on this machine, for a process that needs one, and perhaps `changes` what is there.

        It is checked now; what the process then opens is out of this door's hands.
        """
        return Path(self.root, self.canonical(name, changes=changes))

    def entries(self, name: str = ".") -> list[Entry]:
        """What is directly in a folder, sorted by name; the program's own entries are left out."""
        with self._reach(name) as place:
            return self._entries(place)

    def walk(self, name: str = ".", enter: Callable[[Entry], bool] = lambda folder: True) -> Iterator[Entry]:
        """Everything below a folder, nearest first; links are named, not followed.

        `enter` says which folders to look into. A folder that can't be read is passed over.
        """
        base, _ = self._resolve(name)
        with self._reach(name) as place:
            found = self._entries(place)
            waiting = [place.parts]
        for folder in waiting:
            if folder != waiting[0]:
                with suppress(OSError, LeavesBase), self._reaching(base, folder, follow_last=False) as place:
                    found = self._entries(place)
            for entry in found:
                yield entry
                if entry.kind == "folder" and enter(entry):
                    waiting.append((*folder, entry.last))
            found = []

    # -- writing ---------------------------------------------------------------------------------

    def write_text(self, name: str, text: str) -> Written:
        """Make the file hold exactly this text, as UTF-8; folders on the way are made."""
        return self.write_bytes(name, encoded(text))

    def write_bytes(self, name: str, content: bytes) -> Written:
        """Make the file hold exactly these bytes: wholly or, on any failure, not at all."""
        with self._writing, self._reach(name, make=True) as place:
            before = _writable(place, name)
            shown = self._shown(place.parts)
            if before is not None and _holds(place, before, content):
                return Written(shown, created=False, changed=False, size=len(content))
            self._replace(place, content, before)
            return Written(
                shown, created=before is None, changed=True, size=len(content), parted=_is_shared(before)
            )

    def check_writable(self, name: str) -> None:
        """Raise CommandError where no file of this name could be written, as far as can be told beforehand."""
        base, parts = self._resolve(name)
        _refuse_folder(name)
        for known in range(len(parts), -1, -1):
            try:
                with self._reaching(base, parts[:known], changes=True) as place:
                    self._refuse_shutting(place.folder, place.parts)
                    if known == len(parts):
                        _writable(place, name)
                    for part in parts[known:]:
                        place.folder.holds(part, strictly=True)
                    place.folder.check_writable()
                    return
            except FileNotFoundError:
                continue
            except (OSError, NotAFile, LeavesBase) as error:
                raise self._error(error, name, writing=True) from error

    def check_removable(self, name: str) -> None:
        """Raise CommandError where `delete` could only fail, as far as can be told beforehand."""
        with self._reach(name, follow_last=False, changes=True) as place:
            self._removable(place, name)
            place.folder.check_writable()

    def append_text(self, name: str, text: str, encoding: str = "utf-8") -> Written:
        """Add text at the end of a file, which is made if it isn't there.

        A failure leaves the file as it was. A file that has another hard link is copied first,
        so that nothing outside the workspace is written. Raises UnicodeEncodeError too.
        """
        return self.append_bytes(name, encoded(text, encoding))

    def append_bytes(self, name: str, added: bytes) -> Written:
        """Add bytes at the end of a file; as `append_text` in all else."""
        with self._writing, self._reach(name, make=True) as place:
            before = _writable(place, name)
            shown = self._shown(place.parts)
            if before is None:
                self._replace(place, added, None)
                return Written(shown, created=True, changed=True, size=len(added))
            parted = bool(added) and _is_shared(before)
            if parted:
                self._replace(place, self.read_bytes(name) + added, before)
            elif added:
                append(place.folder, place.name, added)
                self._revision += 1
            size = before.st_size + len(added)
            return Written(shown, created=False, changed=bool(added), size=size, parted=parted)

    def rename(self, name: str, new: str) -> Written:
        """Give a file another name in the same folder, in place of what has that name. A link is not followed."""
        with (
            self._writing,
            self._reach(name, follow_last=False, changes=True) as place,
            self._reach(new, follow_last=False, make=True) as target,
        ):
            before = _writable(target, new)
            status = _writable(place, name)
            if status is None:
                raise FileNotFoundError
            if target.parts[:-1] != place.parts[:-1]:
                raise CommandError(f"{new!r} is not in the folder of {name!r}.")
            place.folder.replace(place.name, target.name)
            self._revision += 1
            return Written(
                self._shown(target.parts), created=before is None, changed=True, size=status.st_size
            )

    def keep(self, name: str, text: str) -> str:
        """Write a file of the program's own choosing; it doesn't count as a change. Returns its name."""
        with self._writing:
            revision = self._revision
            try:
                return self.write_text(name, text).name
            finally:
                self._revision = revision

    def keep_copy(self, name: str, source: Path) -> str:
        """Keep a copy of a file of the program's own, however long; as `keep` in all else."""
        with self._writing, self._reach(name, make=True) as place:
            before = _writable(place, name)
            revision = self._revision
            try:
                self._replace(place, source, before)
            finally:
                self._revision = revision
            return self._shown(place.parts)

    def in_scratch(self, name: str) -> str:
        """The name of a file in the agent's scratch folder, which is made if it isn't there.

        Git is told in it to leave it alone: a person who adds everything doesn't mean that.
        """
        ignored = f"{SCRATCH}/.gitignore"
        if not self.exists(ignored):
            self.keep(ignored, "*\n")
        return f"{SCRATCH}/{name}"

    def delete(self, name: str) -> Entry:
        """Remove a file, a link (not what it leads to), or an empty folder; returns what it was."""
        with self._writing, self._reach(name, follow_last=False, changes=True) as place:
            entry = self._removable(place, name)
            if entry.kind == "folder":
                place.folder.remove_folder(place.name)
            else:
                place.folder.unlink(place.name)
            self._revision += 1
            return entry

    def _removable(self, place: Place, name: str) -> Entry:
        """What is to be deleted. Raises CommandError for what is never deleted."""
        if place.name == "." or self._above_root(place.parts):
            raise CommandError("The workspace's own folder can't be deleted. Name a file in it.")
        entry = self._entry_at(place)
        if entry.kind == "folder" and (inside := self._entries(place)):
            raise CommandError(
                f"{name!r} is a folder with {counted(len(inside), 'entry', 'entries')}; only an empty one can be deleted. "
                "Delete the files in it one by one."
            )
        return entry

    def sweep(self) -> int:
        """Remove half-written files that a killed process left; returns how many. For the start of a run."""
        swept = 0
        waiting: list[Parts] = [()]
        for parts in waiting:
            with (
                suppress(OSError, LeavesBase),
                folder_at(str(self.root), parts, by_descriptor=self._by_descriptor) as folder,
            ):
                swept += sweep(folder)
                for entry in folder.entries():
                    inner = not own(entry.name) and stat.S_ISDIR(folder.status(entry.name).st_mode)
                    if inner and len(waiting) < _SWEPT_FOLDERS:
                        waiting.append((*parts, entry.name))
        return swept

    # -- from a name to a place ------------------------------------------------------------------

    def _resolve(self, name: str) -> tuple[str, Parts]:
        """The base folder and the parts below it that a name means."""
        try:
            os.fsencode(name)
        except UnicodeEncodeError as error:
            raise self._error(error, name) from error
        anchor, parts = absolute(name, self._names, restrict=self.restrict, is_there=self._is_there)
        base = anchor
        if self.restrict:
            head, parts = parts[: len(self._inside)], parts[len(self._inside) :]
            if head != self._inside and not (self._names.windows and _folded(head) == _folded(self._inside)):
                raise CommandError(outside(name, self.root))
            base = str(self.root)
        if parts:
            self._refuse_own(parts)
        return base, parts

    def _is_there(self, parts: Parts) -> bool:
        return os.path.lexists(Path(self.root, *parts))

    @contextmanager
    def _reach(
        self,
        name: str,
        *,
        follow_last: bool = True,
        make: bool = False,
        changes: bool = False,
        missing: bool = False,
    ) -> Iterator[Place]:
        """Reach the place that a name means; errors in the body become words for the model.

        `make` makes the folders on the way; it `changes` something there, as what removes and renames does.
        `missing` lets FileNotFoundError and NotADirectoryError pass.
        """
        base, parts = self._resolve(name)
        if make:
            _refuse_folder(name)
        with (
            self._errors(name, writing=make, missing=missing),
            self._reaching(base, parts, follow_last=follow_last, make=make, changes=make or changes) as place,
        ):
            yield place

    @contextmanager
    def _reaching(
        self,
        base: str,
        parts: Parts,
        *,
        follow_last: bool = True,
        make: bool = False,
        changes: bool = False,
    ) -> Iterator[Place]:
        with reach(
            base,
            parts,
            refuse=self._refuse_write if changes else self._refuse_own,
            follow_last=follow_last,
            make=make,
            enter=self._refuse_shut if changes else lambda folder, parts: None,
            making=self._refuse_shutting,
            by_descriptor=self._by_descriptor,
        ) as place:
            if make:
                self._refuse_shutting(place.folder, place.parts)
            yield place

    def _refuse_own(self, way: Parts) -> None:
        if self._above_root(way):
            return
        inside = not self.restrict and way[: len(self._inside)] == self._inside
        if any(map(own, way[len(self._inside) :] if inside else way)):
            raise CommandError(
                f"{self._shown(way)!r} belongs to the program: '.autogpt' is its journal, '.git' is git's own. "
                "Leave it alone and use another name."
            )

    def _refuse_write(self, way: Parts) -> None:
        self._refuse_own(way)
        if tuple(map(folded, way)) in self._read_only:
            raise CommandError(
                f"{self._shown(way)!r} governs this program (its settings, rules or code): it can be read, not changed. "
                "If it must change, ask the person to do it."
            )

    def _below_base(self, path: Path) -> Parts | None:
        """A path as the parts that a way to it has, each in its one spelling; None if no way leads there."""
        start = PurePath(self.root if self.restrict else self._names.path.anchor)
        found = PurePath(os.path.realpath(path))
        return tuple(map(folded, found.relative_to(start).parts)) if found.is_relative_to(start) else None

    def _refuse_shut(self, folder: Folder, way: Parts) -> None:
        """Raise CommandError for a folder of the workspace from which other programs take code."""
        if self._above_root(way) or not any(all(map(folder.holds, marks)) for marks in SHUT_MARKS):
            return
        raise CommandError(
            f"{self._shown(way)!r} is a virtual environment or a bare repository: other programs take code from "
            "there, so nothing in it is made or changed. Use another folder; pip and git, run as programs, make "
            "new ones."
        )

    def _refuse_new(self, place: Place, missing: Parts) -> None:
        """Raise CommandError for what may not be made: folders that are missing from a place on."""
        for count in range(1, len(missing) + 1):
            self._refuse_write((*place.parts, *missing[:count]))
        folder = place.folder if place.name == "." else place.folder.child(place.name)
        try:
            self._refuse_shutting(folder, (*place.parts, missing[0]))
        finally:
            if folder is not place.folder:
                folder.close()

    def _refuse_shutting(self, folder: Folder, way: Parts) -> None:
        """Raise CommandError where something new would make a folder a bare repository, whose settings git obeys."""
        name = folded(way[-1]) if way else ""
        for marks in SHUT_MARKS:
            others = [mark for mark in marks if folded(mark) != name]
            if others and len(others) < len(marks) and all(map(folder.holds, others)):
                raise CommandError(
                    f"With {self._shown(way)!r} its folder would be a git repository, and what lies in it already "
                    "would be git's settings. Use another name.",
                    Hint("git_init", "git_init makes a new repository."),
                )

    def _above_root(self, way: Parts) -> bool:
        """Whether the path is the root itself or a folder above it (possible only unrestricted)."""
        return bool(way) and not self.restrict and self._inside[: len(way)] == way

    def _shown(self, parts: Parts) -> str:
        """A path below the base as the model should write it."""
        if self.restrict:
            return spelled(parts)
        if parts[: len(self._inside)] == self._inside:
            return spelled(parts[len(self._inside) :])
        return str(PurePath(self._names.path.anchor, *parts))

    def _entry_at(self, place: Place) -> Entry:
        entry = _entry(self._shown(place.parts), place.folder.status(place.name))
        if entry.kind == "link":
            with suppress(OSError):
                entry = replace_fields(entry, target=_plain(place.folder.link_target(place.name)))
        return entry

    def _entries(self, place: Place) -> list[Entry]:
        found = []
        folder = place.folder if place.name == "." else place.folder.child(place.name)
        try:
            for name in sorted(entry.name for entry in folder.entries() if not own(entry.name)):
                with suppress(FileNotFoundError):
                    found.append(_entry(self._shown((*place.parts, name)), folder.status(name)))
        finally:
            if folder is not place.folder:
                folder.close()
        return found

    def _replace(self, place: Place, content: bytes | Path, before: os.stat_result | None) -> None:
        if place.parts[:-1] not in self._swept:
            self._swept.add(place.parts[:-1])
            sweep(place.folder)
        replace(place.folder, place.name, content, before)
        self._revision += 1

    # -- what goes wrong -------------------------------------------------------------------------

    @contextmanager
    def _errors(self, name: str, *, writing: bool = False, missing: bool = False) -> Iterator[None]:
        try:
            yield
        except (OSError, NotAFile, LeavesBase, UnicodeEncodeError) as error:
            if missing and isinstance(error, FileNotFoundError | NotADirectoryError):
                raise
            raise self._error(error, name, writing=writing) from error

    def _error(self, error: Exception, name: str, *, writing: bool = False) -> CommandError:
        """The error in words for the model."""
        match error:
            case LeavesBase(link=link):
                removes = Hint("delete_file", "delete_file removes the link, and nothing that it leads to.")
                return CommandError(led_out(name, self._shown(link) if link else "", self.root), removes)
            case FileNotFoundError() if not self.root.is_dir():
                return CommandError(f"The workspace {self.root} is gone. Nothing can be read or written.")
            case FileNotFoundError():
                return self._missing(name)
            case IsADirectoryError():
                shows = Hint("list_files", "list_files shows what is in it.")
                return CommandError(in_words(error, name, writing=writing), shows)
        return CommandError(in_words(error, name, writing=writing))

    def _missing(self, name: str) -> CommandError:
        said = f"There is no {name!r} in the workspace ({self.root})."
        near = self.nearest(name)
        if near:
            return CommandError(f"{said} Nearest names that exist: {', '.join(map(repr, near))}.")
        return CommandError(said, Hint("list_files", "list_files shows what there is."))

    def nearest(self, name: str, most: int = 3) -> list[str]:
        """Names of files and folders that exist and look like `name`, the likeliest first."""
        from difflib import get_close_matches
        from itertools import islice

        wanted = name.replace("\\", "/").strip("/").lower()
        last = wanted.rpartition("/")[2]
        with suppress(CommandError):
            everything = self.walk(enter=lambda folder: folder.last != "node_modules")
            there = [entry.name for entry in islice(everything, _LOOKED_AT)]
            near = [known for known in there if known.lower().rpartition("/")[2] == last][:most]
            by_path = {known.lower(): known for known in reversed(there[:_COMPARED])}
            by_last = {known.lower().rpartition("/")[2]: known for known in reversed(there[:_COMPARED])}
            near += [by_path[match] for match in get_close_matches(wanted[:300], by_path, most, 0.6)]
            near += [by_last[match] for match in get_close_matches(last[:100], by_last, most, 0.6)]
            return list(dict.fromkeys(near))[:most]
        return []


def _refuse_folder(name: str) -> None:
    """Raise CommandError for a name that can be a folder's alone, where a file's is wanted."""
    if name.endswith(("/", "\\")):
        raise CommandError(f"{name!r} names a folder. Give a file's name, such as {name + 'notes.txt'!r}.")


def _usable(given: Path) -> Path:
    """Make the root, for its owner alone, and try it out. Raises UsageError."""
    try:
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
        root = given.resolve()
        probe = root / temporary_name()
        try:
            probe.touch()
        finally:
            probe.unlink(missing_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(
            f"The workspace folder {given} can't be used ({why}). "
            "Choose another with --workspace-directory, or make this one writable."
        ) from error
    return root


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep)


def _entry(name: str, status: os.stat_result) -> Entry:
    if is_link(status):
        return Entry(name, "link")
    if stat.S_ISREG(status.st_mode):
        return Entry(name, "file", status.st_size, times=_times(status))
    return Entry(name, "folder" if stat.S_ISDIR(status.st_mode) else "special")


def folder_id(folder: Path) -> FolderId:
    """How a folder is known from one run to the next; the number is 0 where it can't be looked at."""
    try:
        return FolderId(str(folder), os.stat(folder).st_ino)
    except OSError:
        return FolderId(str(folder))


def _times(status: os.stat_result) -> tuple[float, ...]:
    times = status.st_ctime, status.st_mtime
    # On Windows the first is when it was made.
    return (max(times),) if os.name == "nt" else times


def _plain(target: str) -> str:
    """Where a link leads, without what Windows puts before long paths."""
    return target.removeprefix("\\\\?\\")


def _is_shared(status: os.stat_result | None) -> bool:
    """Whether a file has several names."""
    return status is not None and status.st_nlink > 1


def _writable(place: Place, name: str) -> os.stat_result | None:
    """The status of the file to be written, None if there is none; raises if it may not be written."""
    if place.name == ".":
        raise IsADirectoryError
    try:
        before = place.folder.status(place.name)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(before.st_mode):
        raise NotAFile
    if not before.st_mode & 0o222:
        raise CommandError(f"{name!r} is read-only: somebody wants it kept as it is. Use another name.")
    return before


def _holds(place: Place, before: os.stat_result, content: bytes) -> bool:
    """Whether the file holds exactly this already."""
    if before.st_size != len(content):
        return False
    with os.fdopen(place.folder.open_file(place.name), "rb") as file:
        return file.read(len(content) + 1) == content


def _folded(parts: Parts) -> Parts:
    return tuple(part.casefold() for part in parts)
