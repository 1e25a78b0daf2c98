"""Text out of files, whatever they hold; what a file is, its content says before its name.

Text is read in any encoding, PDF, DOCX, XLSX and HTML by well-kept libraries,
and ODT, PPTX, EPUB, RTF, notebooks and mails in a plain way. Size is bounded, and time as far as
the libraries let it be. Layout, pictures, notes and styles are not kept. What
is no text is a CommandError that says what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from autogpt.core.errors import CommandError
from autogpt.documents.bounds import guarded
from autogpt.documents.encoding import decode, encoding_of
from autogpt.documents.letters import is_letter, read_letter
from autogpt.documents.markup import is_html, read_rtf, readable
from autogpt.documents.notebooks import notebook_of, read_notebook
from autogpt.documents.office import kind_of_zip, read_zip
from autogpt.documents.pdf import read_pdf
from autogpt.documents.sniffing import OLD_OFFICE, old_office, what_without_text

__all__ = ["Document", "decode", "encoding_of", "extract", "is_html", "notebook_of", "readable", "what_it_is"]


_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file. `kind` is a word such as "text", "PDF" or "HTML".

    `source` says that the text is the file's own, so that its line numbers are the file's.
    """

    text: str
    kind: str
    source: bool = False


def extract(data: bytes, name: str, *, source: bool = False) -> Document:
    """The text that a file holds; with `source`, HTML, RTF, notebooks and mails as they are written.

    Raises CommandError for what holds no text: pictures, archives, programs, encrypted or damaged
    documents.
    """
    if _is_pdf(data):
        return Document(guarded(read_pdf, data, name, "PDF"), "PDF")
    if data.startswith(_ZIP):
        text, kind = read_zip(data, name)
        return Document(text, kind)
    if data.startswith(OLD_OFFICE):
        raise CommandError(old_office(data, name))
    if what := what_without_text(data):
        raise CommandError(
            f"{name!r} is {what} ({len(data):,} bytes), not text: there is nothing to read in it."
        )
    if not source and is_letter(data, name):
        return Document(guarded(read_letter, data, name, "mail"), "mail")
    text, _ = decode(data, name)
    if source:
        return Document(text, "text", source=True)
    if data.startswith(b"{\\rtf"):
        return Document(guarded(read_rtf, data, name, "RTF"), "RTF")
    if (notebook := notebook_of(text, name)) is not None:
        return Document(
            guarded(lambda _, taken: read_notebook(notebook, taken), data, name, "notebook"), "notebook"
        )
    if is_html(text, name):
        return Document(readable(text), "HTML")
    return Document(text, "text", source=True)


def what_it_is(data: bytes, name: str) -> str | None:
    """What a file is whose bytes are not text itself, in words; None for text.

    `data` may be no more than its beginning. Of what can be read as text, such as a PDF document, too.
    """
    if _is_pdf(data):
        return "a PDF document"
    if data.startswith(_ZIP):
        kind = kind_of_zip(data)
        return f"{'an' if kind[:1] in 'XOE' else 'a'} {kind} document" if kind else "a zip archive"
    if data.startswith(OLD_OFFICE):
        return "a document in an old Microsoft Office format"
    if what := what_without_text(data):
        return what
    return None if encoding_of(data) else f"binary data ({len(data):,} bytes)"


def _is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")
