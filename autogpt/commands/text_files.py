"""Text as a file holds it (byte order mark, encoding, line ends), and files that text must not be put into."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import PurePath

from autogpt.commands.wording import named
from autogpt.core.errors import CommandError, Hint
from autogpt.documents import encoding_of, is_html, notebook_of, what_it_is
from autogpt.workspace.writing import encoded

_HEAD = 1_000_000

PARTED = "It had another name (a hard link), which keeps the old content."
"""What is said of a file of which only one of several names has the new content."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text is written: the mark before it, the encoding behind that, and how its lines end."""

    mark: bytes = b""
    encoding: str = "utf-8"
    newline: str = "\n"

    @classmethod
    def of(cls, content: bytes) -> Writing | None:
        """How the text of a file, or the beginning of it, is written; None for what is no text."""
        encoding = encoding_of(content)
        if encoding is None:
            return None
        mark, encoding = _mark(content, encoding)
        text = content[len(mark) :].decode(encoding, "replace")
        breaks = text.count("\r\n")
        windows = breaks > 0 and breaks == text.count("\n")
        return cls(mark, encoding, "\r\n" if windows else "\n")

    def bytes_of(self, text: str) -> bytes:
        """The text without a mark. Line ends become the file's. Raises UnicodeEncodeError."""
        if self.newline == "\r\n" and "\r" not in text:
            text = text.replace("\n", "\r\n")
        return encoded(text, self.encoding)

    def ends_line(self, end: bytes) -> bool:
        """Whether a file whose last bytes these are ends with a line break, or holds nothing."""
        return (
            not end
            or end.endswith(tuple(encoded(sign, self.encoding) for sign in "\r\n"))
            or end == self.mark
        )

    def in_words(self) -> str:
        """What is out of the common in it; empty for UTF-8 with plain line ends."""
        said = []
        if self.encoding != "utf-8":
            said.append(self.encoding)
        if self.mark:
            said.append("a byte order mark")
        if self.newline == "\r\n":
            said.append("Windows line ends")
        return " and ".join(said) if len(said) < 3 else f"{said[0]}, {said[1]} and {said[2]}"


def _mark(content: bytes, encoding: str) -> tuple[bytes, str]:
    """The byte order mark and the encoding of what follows it."""
    if encoding == "utf-8-sig":
        return codecs.BOM_UTF8, "utf-8"
    if encoding in ("utf-16", "utf-32"):
        width = 2 if encoding == "utf-16" else 4
        little = content.startswith(codecs.BOM_UTF16_LE)
        return content[:width], f"{encoding}-{'le' if little else 'be'}"
    return b"", encoding


# -- files that text must not be put into --------------------------------------------------------

_BY_ENDING = {
    "pdf": ("a PDF document", "reportlab or pypdf"),
    "docx": ("a Word document", "python-docx"),
    "xlsx": ("an Excel workbook", "openpyxl"),
    "pptx": ("a PowerPoint presentation", "python-pptx"),
    **dict.fromkeys(("odt", "ods", "odp"), ("an OpenDocument file", "odfpy")),
    "epub": ("an EPUB book", "ebooklib"),
    **dict.fromkeys(
        ("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "ico"), ("a picture", "Pillow")
    ),
    **dict.fromkeys(("heic", "avif"), ("a picture", "Pillow")),
    **dict.fromkeys(("mp3", "wav", "ogg", "flac", "m4a"), ("a recording", "the module wave")),
    **dict.fromkeys(("mp4", "mkv", "webm", "mov", "avi"), ("a video", "")),
    **dict.fromkeys(("zip", "jar", "whl"), ("a zip archive", "the module zipfile")),
    **dict.fromkeys(("gz", "tgz", "bz2", "xz", "tar"), ("an archive", "the module tarfile or gzip")),
    **dict.fromkeys(("7z", "rar", "zst"), ("an archive", "")),
    **dict.fromkeys(("sqlite", "sqlite3"), ("an SQLite database", "the module sqlite3")),
    "parquet": ("a Parquet table", "pandas"),
    **dict.fromkeys(("exe", "dll", "so", "dylib", "pyc", "class", "wasm"), ("a program", "")),
}
"""What a file is by its name's end, and what a Python program makes such files with."""


def check_new(name: str, text: str) -> None:
    """Raise CommandError for text in a new file whose name promises that it is none."""
    what, by = _BY_ENDING.get(_ending(name), ("", ""))
    if not what or not text.strip() or what_it_is(text[:_HEAD].encode("utf-8", "replace"), name):
        return
    raise CommandError(
        f"{named(name)} would be a plain text with the name of {what}, which nothing opens as such; nothing was "
        f"written. Write the text to another file, such as {named(_as_text(name))}, or make the real thing by a "
        f"Python program{f' (with {by}, for instance)' if by else ''}."
    )


def check_kind(before: bytes, name: str, text: str = "") -> None:
    """Raise CommandError where text would destroy what a file is. `before`: what it holds, or the beginning.

    `text` is what is to take its place; what is to be added, or to be put in places of it, is left out.
    """
    if what := what_it_is(before, name):
        by = _BY_ENDING.get(_ending(name), ("", ""))[1]
        raise CommandError(
            f"{named(name)} is {what}: text put into it would destroy it, so nothing was changed. Write the text to "
            f"another file, such as {named(_as_text(name))}, or change it by a Python program"
            f"{f' (with {by}, for instance)' if by else ''}. If it is to be given up, delete it first."
        )
    if not text.strip():
        return
    if before.startswith(b"{\\rtf") and not text.startswith("{\\rtf"):
        raise CommandError(
            f"{named(name)} is an RTF document, and the text is no RTF: nothing was changed. "
            f"Write it to another file, such as {named(_as_text(name))}."
        )
    if _is_notebook(before, name) and not _is_notebook(text.encode("utf-8", "replace"), name):
        raise CommandError(
            f"{named(name)} is a notebook, of which read_file shows the cells, and the new text is no notebook's JSON: "
            f"nothing was changed. Read its source with start_line and write all of that, changed; or write the text "
            f"to another file, such as {named(_as_text(name))}."
        )
    page = _ending(name) in ("html", "htm", "xhtml") and "<" not in text
    if page and is_html(before[:_HEAD].decode("utf-8", "replace"), name):
        raise CommandError(
            f"{named(name)} is an HTML page, of which read_file shows the readable text alone, and the new text "
            f"has no tags: nothing was changed. Write the text to another file, such as {named(_as_text(name))}.",
            Hint("patch_file", "Or read its source with start_line, and change that with patch_file."),
        )


def _is_notebook(content: bytes, name: str) -> bool:
    return _ending(name) == "ipynb" and notebook_of(content.decode("utf-8", "replace"), name) is not None


def _ending(name: str) -> str:
    return PurePath(name).suffix[1:].lower()


def _as_text(name: str) -> str:
    return str(PurePath(name).with_suffix(".md")).replace("\\", "/")
