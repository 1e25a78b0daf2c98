"""A command that downloads a file into the workspace, where the person allows downloads.

What arrives is kept in NAME.autogpt-download; a download that broke off goes on by itself, or when the
command is given again before the program ends, as long as the server says that the file is still the same.
How to go on is known in memory alone: from a file, commands and programs could have their words sent. The
file itself appears whole or not at all.

Not promised: that a file is harmless. Nothing is opened, unpacked or run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from autogpt.commands.command import Filename, command, foresees
from autogpt.commands.seen import BIGGEST, Seen
from autogpt.commands.wording import bytes_of, named
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError
from autogpt.core.run_by_others import judged
from autogpt.http import Door, Incoming, Patience, parse
from autogpt.workspace import Entry, Workspace

_MOST_TRIES = 5
_AT_ONCE = 4_000_000
"""Bytes that are written together."""

_SHOWN_EVERY = 250_000
_PATIENCE = Patience(total=6 * 3_600.0)

Progress = Callable[[str], None]
"""Shows a line that replaces the one before; an empty one removes it."""


class DownloadCommands:
    """Downloads through `door` files of at most `limit` bytes; `progress` is shown to the person."""

    def __init__(
        self,
        door: Door,
        workspace: Workspace,
        limit: int,
        progress: Progress = lambda words: None,
        seen: Seen | None = None,
    ) -> None:
        self._seen = seen or Seen()
        self._door = door
        self._workspace = workspace
        self._limit = limit
        self._progress = progress
        self._broken_off: dict[str, _Kept] = {}
        """What has come of files that are not whole yet, by their names."""

    @command(aliases=("download", "save_url", "wget"), touches=(Touch.FILES, Touch.FETCHING))
    def download_file(self, url: str, filename: Filename) -> str:
        """Download a file from the web into the workspace; one that broke off goes on where it stopped."""
        name = self._name(url, filename)
        replaced = self._replaced(name)
        transfer = _Transfer(
            self._door, self._workspace, url, name, self._limit, self._progress, self._broken_off
        )
        try:
            made = transfer.made()
        finally:
            self._progress("")
        if replaced is None:
            return made
        self._seen.forget(replaced.name)
        return f"{made} It replaced the file of {bytes_of(replaced.size)} that was there."

    @foresees(download_file)
    def _check_download(self, url: str, filename: str) -> None:
        parse(url)
        name = self._name(url, filename)
        self._workspace.check_writable(name)
        self._replaced(name)

    def _replaced(self, name: str) -> Entry | None:
        """The file whose place the new one is to take. Raises CommandError where it may not, or not yet."""
        if self._workspace.is_link(name):
            raise CommandError(
                f"{named(name)} is a link, which no download replaces. Give another file name."
            )
        entry = self._workspace.look(name)
        if entry is None or entry.kind != "file":
            return None
        if entry.size <= BIGGEST:
            there = self._workspace.read_bytes(name)
            again = "give the command again to replace it all the same."
            self._seen.check(entry.name, there, "nothing was downloaded", again)
        return entry

    def _name(self, url: str, filename: str) -> str:
        """The file's name; for a folder's, the last part of the URL in it."""
        entry = self._workspace.look(filename) if filename.strip() else None
        if (
            filename.strip()
            and not filename.endswith(("/", "\\"))
            and (entry is None or entry.kind != "folder")
        ):
            return filename
        last = unquote(parse(url).path.partition("?")[0].rstrip("/").rpartition("/")[2])
        safe = re.sub(r"[^\w.\- ]", "_", last).strip(". ")[:100]
        if judged([safe]) is not None:
            raise CommandError(
                f"{safe!r}, as the URL names it, is run by other programs: give it a filename, so that it can be judged."
            )
        return f"{filename.rstrip('/') or '.'}/{safe or 'download'}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What has come of a file. `validator` is an ETag or a date by which the server of `url` knows it again.

    `part` is the file in which it is, as the program left it; None while nothing is kept.
    """

    size: int = 0
    validator: str = ""
    url: str = ""
    part: Entry | None = None


class _Transfer:
    def __init__(
        self,
        door: Door,
        workspace: Workspace,
        url: str,
        name: str,
        limit: int,
        progress: Progress,
        broken_off: dict[str, _Kept],
    ) -> None:
        self._door = door
        self._workspace = workspace
        self._url = url
        self._name = name
        self._limit = limit
        self._progress = progress
        self._resumes = True
        self._part = f"{name}.autogpt-download"
        self._broken_off = broken_off
        self._key = workspace.canonical(self._part)

    def made(self) -> str:
        """Make the file. Raises CommandError; what came is kept then, if it is good for anything."""
        kept = self._found()
        begun_with = kept.size
        tried = 0
        while True:
            tried += 1
            before = kept.size
            try:
                kind, final_url = self._fetched(kept)
                break
            except _Startover:
                self._resumes = False
                kept = self._dropped()
            except CommandError as error:
                kept = self._found()
                if not kept.validator or not kept.size:
                    self._dropped()
                    raise
                if kept.size == before or tried >= _MOST_TRIES:
                    raise CommandError(
                        f"{error} {bytes_of(kept.size)} have come and are kept; give the command again to go on from there."
                    ) from error
        size = self._workspace.rename(self._part, self._name).size
        self._broken_off.pop(self._key, None)
        came = "" if final_url == self._url else f", which led to {final_url}"
        resumed = f"; {bytes_of(begun_with)} of it had come before" if begun_with else ""
        return f"{named(self._name)} is downloaded: {bytes_of(size)}{f' ({kind})' if kind else ''} from {self._url}{came}{resumed}."

    # -- one request -----------------------------------------------------------------------------

    def _fetched(self, kept: _Kept) -> tuple[str, str]:
        """Ask for what is missing and keep it; the media type and where it came from."""
        headers = {"accept": "*/*", "accept-encoding": "identity"}
        if kept.size:
            headers |= {"range": f"bytes={kept.size}-", "if-range": kept.validator}
        with self._door.stream(
            "GET", self._url, headers=headers, most=self._limit, patience=_PATIENCE
        ) as incoming:
            if incoming.status == 416 and kept.size:
                raise _Startover
            incoming.checked()
            if incoming.status == 206 and kept.size:
                start, whole = _range(incoming)
                if start != kept.size:
                    raise _Startover
            elif incoming.status == 206:
                raise CommandError(
                    f"The server of {self._url[:200]} sends a part of the file, though all was asked for."
                )
            else:
                kept = _Kept()
                whole = None if incoming.encoded else incoming.length
            if whole is not None and whole > self._limit:
                self._dropped()
                raise self._too_large(whole)
            # Where the content was compressed on its way, places in it are not the server's.
            validator = "" if incoming.encoded or not self._resumes else _validator(incoming)
            if not kept.size:
                self._dropped()
                self._workspace.write_bytes(self._part, b"")
            self._received(incoming, kept.size, validator, whole)
            return incoming.kind, incoming.final_url

    def _received(self, incoming: Incoming, size: int, validator: str, whole: int | None) -> None:
        waiting: list[bytes] = []
        came, shown, written = 0, 0, size
        try:
            for piece in incoming.pieces(2 * self._limit + 1_000_000):  # what is too much is said below
                came += len(piece)
                if size + came > self._limit:
                    raise self._too_large(None)
                waiting.append(piece)
                if came - shown >= _SHOWN_EVERY:
                    shown = came
                    self._progress(_progress(self._name, size + came, whole))
                if sum(map(len, waiting)) >= _AT_ONCE:
                    written = self._appended(waiting, written)
        finally:
            # Also when it breaks off, or the person interrupts.
            if waiting:
                written = self._appended(waiting, written)
            self._remember(written, validator)

    def _appended(self, waiting: list[bytes], written: int) -> int:
        """Write what waits; how many bytes have been written then."""
        pieces = b"".join(waiting)
        waiting.clear()
        self._workspace.append_bytes(self._part, pieces)
        return written + len(pieces)

    # -- what is kept ----------------------------------------------------------------------------

    def _found(self) -> _Kept:
        """What has come before; nothing where the part is not just as it was left."""
        kept = self._broken_off.get(self._key, _Kept())
        part = self._workspace.look(self._part, follow_last=False)
        same = (
            part is not None and kept.part is not None and (part, part.times) == (kept.part, kept.part.times)
        )
        return kept if same and kept.url == self._url else _Kept()

    def _remember(self, size: int, validator: str) -> None:
        part = self._workspace.look(self._part, follow_last=False)
        if validator and part is not None and part.kind == "file" and part.size == size:
            self._broken_off[self._key] = _Kept(size, validator, self._url, part)

    def _dropped(self) -> _Kept:
        self._broken_off.pop(self._key, None)
        # A link is not written through.
        if self._workspace.look(self._part, follow_last=False) is not None:
            self._workspace.delete(self._part)
        return _Kept()

    def _too_large(self, size: int | None) -> CommandError:
        self._dropped()
        has = "is larger" if size is None else f"has {bytes_of(size)}, more"
        return CommandError(
            f"{self._url[:200]} {has} than the {bytes_of(self._limit)} that may be downloaded. Nothing was kept. "
            "Look for a smaller file, or tell the person, who can raise DOWNLOAD_LIMIT."
        )


class _Startover(Exception):
    """What is kept is of no use, or the server sends other parts than it is asked for."""


def _validator(incoming: Incoming) -> str:
    """A strong ETag, or the date of the last change (RFC 9110, 13.1.5); "" where nothing can go on."""
    etag = incoming.headers.get("etag", "").strip()
    if re.fullmatch(r'"[\x21\x23-\x7e]{0,200}"', etag):
        return etag
    date = incoming.headers.get("last-modified", "").strip()
    return date if re.fullmatch(r"[A-Za-z0-9 :,+-]{10,40}", date) and not etag else ""


def _range(incoming: Incoming) -> tuple[int, int | None]:
    """Where a part begins, and the size of the whole (RFC 9110, 14.4)."""
    found = re.fullmatch(
        r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", incoming.headers.get("content-range", "").strip()
    )
    if found is None:
        return -1, None
    return int(found[1]), None if found[2] == "*" else int(found[2])


def _progress(name: str, size: int, whole: int | None) -> str:
    if not whole:
        return f"{name}: {bytes_of(size)}"
    done = min(20, size * 20 // whole)
    return f"{name} [{'#' * done}{'.' * (20 - done)}] {bytes_of(size)} of {bytes_of(whole)}"
