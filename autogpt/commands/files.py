"""Commands on the files of the workspace: write, append, read, list, search, delete."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO

from autogpt.commands.command import (
    Content,
    EntryName,
    Filename,
    Outcome,
    Readable,
    command,
    everything_is_readable,
    foresees,
    previews,
)
from autogpt.commands.listing import Listing, listed, wanted
from autogpt.commands.previewing import appended, deleted, replaced, standing
from autogpt.commands.searching import Search
from autogpt.commands.seen import BIGGEST, Seen
from autogpt.commands.text_files import PARTED, Writing, check_kind, check_new
from autogpt.commands.wording import bytes_of, line_list, lines_of, named
from autogpt.core.actions import Preview, Touch
from autogpt.core.errors import CommandError, Hint
from autogpt.core.limits import counted
from autogpt.documents import encoding_of, extract
from autogpt.media.kinds import image_kind
from autogpt.workspace import Entry, Workspace
from autogpt.workspace.writing import encoded

_FILES = (Touch.FILES,)

_SEARCHED_SIZE = 500_000_000
"""Bytes of a file up to which it is searched."""

_PIECE = 2_000_000
"""Characters of a file that are searched at once."""

_KEPT = "it was not deleted"
_DELETED = "(deleted)"
"""Stands for the change in a question about deleting."""

_BIG_FILE = BIGGEST
"""Bytes from which on a file is read only in parts, by lines."""


_SHOWN_AS = {
    "HTML": "\n[This is the readable text of an HTML page; give start_line to read its source.]",
    "notebook": "\n[These are the cells of a notebook; give start_line to read its source, JSON, in which it is changed.]",
    "mail": "\n[This is what the mail says; give start_line to read its source.]",
}
"""What is said of a text that isn't the file's own, by its kind."""


class FileCommands:
    """Files in the workspace. What is read is data, given as it is.

    `seen` knows what the model has read. `readable` says of a command and a file whether it may look
    into it without asking.
    """

    def __init__(
        self,
        workspace: Workspace,
        seen: Seen | None = None,
        *,
        readable: Readable = everything_is_readable,
    ) -> None:
        self._workspace = workspace
        self._seen = seen or Seen()
        self._readable = readable

    @command(
        aliases=(
            "write_file",
            "create_file",
            "save_file",
            "save_to_file",
            "write",
            "overwrite_file",
            "make_file",
        ),
        touches=_FILES,
    )
    def write_to_file(self, filename: Filename, text: Content) -> str:
        """Write text to a file, replacing what it held; folders are made."""
        before = self._checked(filename, text, text)
        self._seen.check_shown(filename, text, _state(before), _whole(before))
        new = _New(encoded(text)) if before is None else _written_as(before.head, text)
        gone = "" if before is None or before.whole == new.content else self._replaced(before)
        written = self._workspace.write_bytes(filename, new.content)
        self._seen.note(written.name, new.content)
        if not written.changed:
            return f"{named(written.name)} holds exactly this text already; nothing was changed."
        what = f"{lines_of(text)} ({bytes_of(written.size)})"
        name = named(written.name)
        said = f"Wrote {what} to {name}" if written.created else f"Replaced {name}: {what}"
        said = f"{said}{new.manner}."
        return " ".join(filter(None, [said, new.note, gone, PARTED if written.parted else ""]))

    @previews(write_to_file)
    def _would_write(self, filename: str, text: str) -> Preview:
        before = self._checked(filename, text, text)
        if before is not None and before.whole != _written_as(before.head, text).content:
            self._replaced(before)
        self._seen.note_shown(filename, text, _state(before))
        return replaced(filename, standing(self._workspace, filename), text)

    @command(aliases=("append_file", "append", "append_text_to_file", "add_to_file"), touches=_FILES)
    def append_to_file(self, filename: Filename, text: Content) -> str:
        """Add text at the end of a file, on a line of its own; the file is made if it isn't there."""
        before = self._checked(filename, text)
        self._seen.check_shown(filename, text, _state(before), _whole(before))
        added, broke = (encoded(text), "") if before is None else _added(before, text)
        written = self._workspace.append_bytes(filename, added)
        if before is None:
            self._seen.note(written.name, added)
        elif before.whole is not None:
            self._seen.changed(written.name, before.whole, before.whole + added)
        if not written.changed:
            return f"There was no text to add; {named(written.name)} is as before."
        parted = f" {PARTED}" if written.parted else ""
        return (
            f"Added {lines_of(text)} to {named(written.name)}{broke}, which now holds {bytes_of(written.size)}."
            + parted
        )

    @previews(append_to_file)
    def _would_append(self, filename: str, text: str) -> Preview:
        before = self._checked(filename, text)
        self._seen.note_shown(filename, text, _state(before))
        begins = before is not None and bool(_added(before, text)[1])
        return appended(filename, standing(self._workspace, filename), text, begins_line=begins)

    @command(
        aliases=("open_file", "load_file", "view_file", "get_file", "cat", "read", "get_file_contents"),
        reads_only=True,
        touches=_FILES,
        reads=("filename",),
    )
    def read_file(
        self, filename: Filename, start_line: int | None = None, end_line: int | None = None
    ) -> Outcome:
        """Read a file as text, also PDF, DOCX, XLSX and HTML; with line numbers only that part, as it is written."""
        part = start_line is not None or end_line is not None
        first = max(1, start_line or 1)
        if (start_line or 0) < 0 or (end_line is not None and end_line < first):
            raise CommandError(
                f"start_line {start_line} and end_line {end_line} leave nothing to read. "
                "Lines are counted from 1, and end_line is the last line that is read."
            )
        entry = self._workspace.look(filename)
        if entry is not None and entry.kind == "folder":
            raise CommandError(self._is_folder(filename, entry))
        if entry is not None and entry.size > _BIG_FILE:
            return self._part_of_big_file(filename, entry, first, end_line if part else None)
        content = self._workspace.read_bytes(filename)
        if entry is not None:
            self._seen.note(entry.name, content)
        try:
            document = extract(content, filename, source=part)
        except CommandError as error:
            if image_kind(content) is None:
                raise
            looks = Hint("describe_image", "describe_image looks at it.")
            raise CommandError(str(error), looks) from None
        name = entry.name if entry is not None else filename
        written = _encoding_note(content) if document.source else ""
        if not document.text:
            return Outcome(f"{named(name)} is empty.")
        if part:
            lines = line_list(document.text)
            if first > len(lines):
                raise CommandError(
                    f"{named(name)} has only {counted(len(lines), 'line')}; there is no line {first}."
                )
            chosen = lines[first - 1 : end_line]
            head = f"Lines {first} to {first + len(chosen) - 1} of {len(lines):,} of {named(name)}:\n"
            return Outcome(
                head + "\n".join(chosen) + written,
                source=name if document.source else None,
                first_line=first - 1,
            )
        note = _SHOWN_AS.get(document.kind, "") or written
        return Outcome(document.text + note, source=name if document.source else None)

    @command(
        aliases=("list_directory", "list_folder", "list_dir", "list_files_in_directory", "ls", "list", "dir"),
        reads_only=True,
        touches=_FILES,
    )
    def list_files(self, directory: Filename = ".", pattern: str | None = None) -> str:
        """List the files in a folder and below it with their sizes; pattern such as *.py chooses among them."""
        directory = directory or "."
        start = self._folder(directory)
        if start.kind == "file":
            return f"{named(start.name)} is a file of {bytes_of(start.size)}."
        listing = Listing(self._workspace, start.name)
        found = [entry for entry in listing.entries() if wanted(entry, start.name, pattern)]
        return listed(found, start.name, pattern, listing)

    @command(
        aliases=("search_file", "find_in_files", "grep", "search_in_files", "search_text", "find_text"),
        reads_only=True,
        touches=_FILES,
        walks=("directory",),
    )
    def search_files(
        self, query: str, directory: Filename = ".", pattern: str | None = None, regex: bool = False
    ) -> str:
        """Find a text (regex: a regular expression) in files, whatever its case; gives file, line number and line."""
        if not query:
            raise CommandError("An empty query is in every line. Give the text to look for.")
        directory = directory or "."
        start = self._folder(directory)
        search = Search(query, regex)
        listing = Listing(self._workspace, start.name)
        files: Iterable[Entry] = [start]
        if start.kind != "file":
            files = (entry for entry in listing.entries() if wanted(entry, start.name, pattern))
        for entry in files:
            if entry.kind != "file":
                continue
            if not self._readable("search_files", entry.name):
                search.withheld += 1
                continue
            if search.over():
                break
            self._search_one(entry, search)
        return search.report(directory)

    @command(aliases=("remove_file", "delete", "remove", "rm", "delete_directory", "unlink"), touches=_FILES)
    def delete_file(self, filename: EntryName) -> str:
        """Delete a file, an empty folder, or a link, but not what it leads to."""
        entry, before = self._to_delete(filename)
        self._seen.check_shown(filename, _DELETED, _state_of(entry, before), _whole(before), _KEPT)
        self._check_delete(filename)
        gone = self._workspace.delete(filename)
        if gone.kind != "link":
            self._seen.forget(gone.name)
        if gone.kind == "link":
            return f"Deleted the link {named(gone.name)}. {self._left(gone)}"
        what = {"file": "the file", "folder": "the empty folder"}.get(gone.kind, "the special file")
        size = f" ({bytes_of(gone.size)})" if gone.kind == "file" else ""
        return f"Deleted {what} {named(gone.name)}{size}."

    @foresees(delete_file)
    def _check_delete(self, filename: str) -> None:
        self._workspace.check_removable(filename)
        _, before = self._to_delete(filename)
        if before and before.whole is not None:
            again = "give the command again to delete it all the same."
            self._seen.check(before.name, before.whole, _KEPT, again)

    @previews(delete_file)
    def _would_delete(self, filename: str) -> Preview:
        entry, before = self._to_delete(filename)
        if entry is None:
            raise CommandError("it is not there.")
        self._seen.note_shown(filename, _DELETED, _state_of(entry, before))
        return deleted(entry, standing(self._workspace, filename) if before else None)

    # -- what they share -------------------------------------------------------------------------

    def _to_delete(self, filename: str) -> tuple[Entry | None, _Before | None]:
        """What has the name, a link itself; and of a plain file what it holds."""
        entry = self._workspace.look(filename, follow_last=False)
        return entry, self._before(filename) if entry and entry.kind == "file" else None

    def _left(self, link: Entry) -> str:
        """What becomes of that to which a deleted link led."""
        folder = link.name.rpartition("/")[0]
        target = link.target if PurePath(link.target).is_absolute() else f"{folder or '.'}/{link.target}"
        try:
            there = self._workspace.look(target)
        except CommandError:
            return f"It led to {named(link.target)}, outside of what you may use, where nothing was changed."
        if there is None:
            return f"It led to {named(link.target)}, which is not there."
        return f"What it led to, {named(there.name)}, is as it was."

    def _folder(self, directory: str) -> Entry:
        entry = self._workspace.look(directory)
        if entry is None:
            self._workspace.entries(directory)  # raises, and names what is nearest
            raise CommandError(f"{directory!r} went away.")
        return entry

    def _is_folder(self, filename: str, entry: Entry) -> str:
        inside = self._workspace.entries(filename)
        some = ", ".join(named(one.last) for one in inside[:10])
        what = (
            f"with {counted(len(inside), 'entry', 'entries')}: {some}{', …' if len(inside) > 10 else ''}"
            if inside
            else "that is empty"
        )
        return f"{named(entry.name)} is a folder {what}. Name a file in it, or use list_files."

    def _checked(self, filename: str, text: str, whole: str = "") -> _Before | None:
        """What a file holds that text is to be put into, None where there is none.

        `whole` is all that it will hold, where that is known. Raises CommandError for what must not hold text.
        """
        self._workspace.check_writable(filename)
        before = self._before(filename)
        if before is None:
            check_new(filename, text)
        else:
            check_kind(before.head, before.name, whole)
        return before

    def _before(self, filename: str) -> _Before | None:
        """What a file holds that is to be changed; None where there is no plain file under the name."""
        entry = self._workspace.look(filename)
        if entry is None or entry.kind != "file":
            return None
        state = f"{entry.size} {entry.times}".encode()
        if entry.size <= BIGGEST:
            whole = self._workspace.read_bytes(filename)
            return _Before(entry.name, whole, whole, whole[-4:], state)
        with self._workspace.open(filename) as file:
            head = _head(file)
            file.seek(-4, io.SEEK_END)
            return _Before(entry.name, None, head, file.read(4), state)

    def _replaced(self, before: _Before) -> str:
        """What is to be said of what goes. Raises CommandError where the model must be told before."""
        if before.whole is None:
            return f"It had more than {bytes_of(BIGGEST)}, of which you have not read all."
        again = "what you give now replaces it, whatever it holds."
        self._seen.check(before.name, before.whole, "nothing was written", again)
        if not before.whole or self._seen.knows(before.name, before.whole) != "not at all":
            return ""
        writing = Writing.of(before.head) or Writing()
        held = lines_of(before.whole.decode(writing.encoding, "replace"))
        return f"It held {held} ({bytes_of(len(before.whole))}) that you had not read."

    def _part_of_big_file(self, filename: str, entry: Entry, first: int, last: int | None) -> Outcome:
        """Lines of a file that is too big to hold, at most 2 000 of them, each cut at 2 000 characters."""
        most = 2_000 if last is None else min(2_000, last - first + 1)
        with self._workspace.open(filename) as file:
            encoding = encoding_of(_head(file))
            if encoding is None or encoding.startswith(("utf-16", "utf-32")):
                raise CommandError(
                    f"{named(entry.name)} is not plain text and has {bytes_of(entry.size)}: too much."
                )
            file.seek(0)
            with io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n") as text:
                lines = [line[:2_000] for line in islice(_bounded_lines(text), first - 1, first - 1 + most)]
        if not lines:
            raise CommandError(f"{named(entry.name)} has no line {first}.")
        head = (
            f"Lines {first} to {first + len(lines) - 1} of {named(entry.name)} ({bytes_of(entry.size)} in all"
        )
        head += "):\n" if encoding in ("utf-8", "utf-8-sig") else f", written in {encoding}):\n"
        return Outcome(head + "\n".join(lines), source=entry.name, first_line=first - 1)

    def _search_one(self, entry: Entry, search: Search) -> None:
        if entry.size > _SEARCHED_SIZE:
            search.too_big += 1
            return
        try:
            with self._workspace.open(entry.name) as file:
                encoding = encoding_of(_head(file))
                if encoding is None:
                    search.unread += 1
                    return
                file.seek(0)
                with io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n") as text:
                    search.look_in(entry.name, _pieces(text))
        except (CommandError, OSError):
            search.unread += 1


@dataclass(frozen=True, slots=True)
class _Before:
    """A file as it is before a change: all of it unless it is too long, its beginning and its last bytes."""

    name: str
    whole: bytes | None
    head: bytes
    end: bytes
    size_and_time: bytes


def _head(file: BinaryIO) -> bytes:
    """The beginning of a file, cut where a line ends, so that no character is cut in two."""
    head = file.read(1_000_000)
    return head[: head.rfind(b"\n") + 1] or head if len(head) == 1_000_000 else head


@dataclass(frozen=True, slots=True)
class _New:
    """What a file is to hold, and what of the way in which it is written is to be said."""

    content: bytes
    manner: str = ""
    note: str = ""


def _encoding_note(content: bytes) -> str:
    """What is said of a text that isn't in UTF-8, "" for one that is."""
    writing = Writing.of(content)
    if writing is None or writing.encoding == "utf-8":
        return ""
    return f"\n[The file is written in {writing.encoding}; changes to it keep that.]"


def _whole(before: _Before | None) -> bytes | None:
    return before.whole if before else None


def _state_of(entry: Entry | None, before: _Before | None) -> bytes | None:
    """The same of anything that has a name: of a link where it leads."""
    return _state(before) if before or entry is None else f"{entry.kind} {entry.target}".encode()


def _state(before: _Before | None) -> bytes | None:
    """What tells whether a file is still the same: all of it, or of a very long one what the system says of it."""
    if before is None:
        return None
    return before.size_and_time if before.whole is None else before.whole


def _written_as(before: bytes, text: str) -> _New:
    """A new text, written as the old one was, or in UTF-8 where that can't be."""
    writing = (Writing.of(before) if before else None) or Writing()
    try:
        content = writing.mark + writing.bytes_of(text.removeprefix("\ufeff") if writing.mark else text)
    except UnicodeEncodeError as error:
        lacking = error.object[error.start]
        return _New(
            encoded(text), note=f"It was in {writing.encoding}, which has no {lacking!r}; it is UTF-8 now."
        )
    how = writing.in_words()
    return _New(content, manner=f", with {how} as before" if how else "")


def _added(before: _Before, text: str) -> tuple[bytes, str]:
    """Text as it is to be added, and that a new line was begun for it, in words. Raises CommandError."""
    writing = Writing.of(before.head) or Writing()
    begins = bool(text) and not writing.ends_line(before.end) and not text.startswith(("\n", "\r"))
    try:
        added = writing.bytes_of("\n" + text if begins else text)
    except UnicodeEncodeError as error:
        raise CommandError(
            f"{named(before.name)} is written in {writing.encoding}, which has no {error.object[error.start]!r}. "
            "Write the whole file anew with write_to_file (it will be UTF-8)."
        ) from error
    return added, " on a new line" if begins else ""


def _pieces(text: io.TextIOWrapper) -> Iterator[str]:
    """A text in pieces that end where a line ends, unless it is endless."""
    while piece := text.read(_PIECE):
        yield piece if piece.endswith("\n") else piece + text.readline(_PIECE)


def _bounded_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines without their breaks; of a very long one the rest is passed over."""
    while line := text.readline(100_000):
        yield line.rstrip("\r\n")
        while not line.endswith("\n") and len(line) >= 100_000:
            line = text.readline(100_000)
