"""Commands on the files of the workspace: write, append, read, list, search, delete."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice

from autogpt.commands.command import Content, Filename, Outcome, command, previews
from autogpt.commands.listing import Listing, listed, wanted
from autogpt.commands.previewing import appended, replaced, standing
from autogpt.commands.searching import Search
from autogpt.commands.wording import bytes_of, line_list, lines_of, named
from autogpt.core.actions import Preview, Touch
from autogpt.core.errors import CommandError
from autogpt.documents import encoding_of, extract
from autogpt.media.kinds import image_kind
from autogpt.workspace import Entry, Workspace

_FILES = (Touch.FILES,)

_SEARCHED_SIZE = 4_000_000
"""Bytes of a file up to which it is searched."""

_BIG_FILE = 20_000_000
"""Bytes from which on a file is read only in parts, by lines."""


class FileCommands:
    """Files in the workspace. What is read is data, given as it is. `sees`: there is `describe_image`."""

    def __init__(self, workspace: Workspace, *, sees: bool = False) -> None:
        self._workspace = workspace
        self._sees = sees

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
        written = self._workspace.write_text(filename, text)
        if not written.changed:
            return f"{named(written.name)} holds exactly this text already; nothing was changed."
        how = "Wrote" if written.created else "Replaced the file:"
        return f"{how} {lines_of(text)} ({bytes_of(written.size)}) to {named(written.name)}."

    @previews(write_to_file)
    def _would_write(self, filename: str, text: str) -> Preview:
        return replaced(filename, standing(self._workspace, filename), text)

    @command(aliases=("append_file", "append", "append_text_to_file", "add_to_file"), touches=_FILES)
    def append_to_file(self, filename: Filename, text: Content) -> str:
        """Add text at the end of a file, which is made if it isn't there."""
        encoding = self._encoding(filename)
        try:
            written = self._workspace.append_text(filename, text, encoding)
        except UnicodeEncodeError as error:
            raise CommandError(
                f"{named(filename)} is written in {encoding}, which has no {error.object[error.start]!r}. "
                "Write the whole file anew with write_to_file (it will be UTF-8)."
            ) from error
        if not written.changed:
            return f"There was no text to add; {named(written.name)} is as before."
        return f"Added {lines_of(text)} to {named(written.name)}, which now holds {bytes_of(written.size)}."

    @previews(append_to_file)
    def _would_append(self, filename: str, text: str) -> Preview:
        return appended(filename, standing(self._workspace, filename), text)

    @command(
        aliases=("open_file", "load_file", "view_file", "get_file", "cat", "read", "get_file_contents"),
        reads_only=True,
        touches=_FILES,
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
        try:
            document = extract(content, filename, source=part)
        except CommandError as error:
            if self._sees and image_kind(content) is not None:
                raise CommandError(f"{error} describe_image looks at it.") from None
            raise
        name = entry.name if entry is not None else filename
        if not document.text:
            return Outcome(f"{named(name)} is empty.")
        if part:
            lines = line_list(document.text)
            if first > len(lines):
                raise CommandError(f"{named(name)} has only {len(lines):,} lines; there is no line {first}.")
            chosen = lines[first - 1 : end_line]
            head = f"Lines {first} to {first + len(chosen) - 1} of {len(lines):,} of {named(name)}:\n"
            return Outcome(
                head + "\n".join(chosen), source=name if document.source else None, first_line=first - 1
            )
        note = ""
        if document.kind == "HTML":
            note = "\n[This is the readable text of an HTML page; give start_line to read its source.]"
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
            if search.over():
                break
            self._search_one(entry, search)
        return search.report(directory)

    @command(aliases=("remove_file", "delete", "remove", "rm", "delete_directory", "unlink"), touches=_FILES)
    def delete_file(self, filename: Filename) -> str:
        """Delete a file or an empty folder."""
        gone = self._workspace.delete(filename)
        what = {"file": "the file", "folder": "the empty folder", "link": "the link"}.get(
            gone.kind, "the special file"
        )
        size = f" ({bytes_of(gone.size)})" if gone.kind == "file" else ""
        return f"Deleted {what} {named(gone.name)}{size}."

    # -- what they share -------------------------------------------------------------------------

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
            f"with {len(inside)} entries: {some}{', …' if len(inside) > 10 else ''}"
            if inside
            else "that is empty"
        )
        return f"{named(entry.name)} is a folder {what}. Name a file in it, or use list_files."

    def _encoding(self, filename: str) -> str:
        """The encoding in which text must be added to a file, so that the file stays readable."""
        if not self._workspace.exists(filename):
            return "utf-8"
        with self._workspace.open(filename) as file:
            encoding = encoding_of(file.read(1_000_000)) or "utf-8"
            file.seek(0)
            start = file.read(2)
        if encoding == "utf-8-sig":
            return "utf-8"
        if encoding in ("utf-16", "utf-32"):  # the bare names would write another mark
            return encoding + ("-be" if start in (b"\xfe\xff", b"\0\0") else "-le")
        return encoding

    def _part_of_big_file(self, filename: str, entry: Entry, first: int, last: int | None) -> Outcome:
        """Lines of a file that is too big to hold, at most 2 000 of them, each cut at 2 000 characters."""
        most = 2_000 if last is None else min(2_000, last - first + 1)
        with self._workspace.open(filename) as file:
            encoding = encoding_of(file.read(1_000_000))
            if encoding is None or encoding.startswith(("utf-16", "utf-32")):
                raise CommandError(
                    f"{named(entry.name)} is not plain text and has {bytes_of(entry.size)}: too much."
                )
            file.seek(0)
            with io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n") as text:
                lines = [line[:2_000] for line in islice(_bounded_lines(text), first - 1, first - 1 + most)]
        if not lines:
            raise CommandError(f"{named(entry.name)} has no line {first}.")
        head = f"Lines {first} to {first + len(lines) - 1} of {named(entry.name)} ({bytes_of(entry.size)} in all):\n"
        return Outcome(head + "\n".join(lines), source=entry.name, first_line=first - 1)

    def _search_one(self, entry: Entry, search: Search) -> None:
        if entry.size > _SEARCHED_SIZE:
            search.too_big += 1
            return
        try:
            content = self._workspace.read_bytes(entry.name, _SEARCHED_SIZE)
        except CommandError:
            search.unread += 1
            return
        encoding = encoding_of(content)
        if encoding is None:
            search.unread += 1
            return
        search.look_in(entry.name, content.decode(encoding, "replace"))


def _bounded_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines without their breaks; of a very long one the rest is passed over."""
    while line := text.readline(100_000):
        yield line.rstrip("\r\n")
        while not line.endswith("\n") and len(line) >= 100_000:
            line = text.readline(100_000)
