"""Text out of documents that come in a zip: DOCX, XLSX, PPTX, OpenDocument, EPUB."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from autogpt.core.errors import CommandError
from autogpt.documents.bounds import Enough, Taken, guarded
from autogpt.documents.encoding import decode
from autogpt.documents.markup import readable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_ROWS = 100_000
MAX_UNPACKED = 100_000_000
"""Bytes that the parts of one document may unpack to."""

MAX_PARTS = 5_000


def read_zip(data: bytes, name: str) -> tuple[str, str]:
    """The text and the kind of a document that comes in a zip.

    Raises CommandError for a mere archive, and for what is damaged, locked or too big.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # zipfile raises much more than BadZipFile on hostile input
        raise CommandError(f"{name!r} is a damaged zip archive or office document.") from error
    with archive:
        kind = _kind(archive)
        if kind is None:
            parts = archive.namelist()
            some = ", ".join(part[:100] for part in parts[:20])
            more = f" and {len(parts) - 20} more" if len(parts) > 20 else ""
            raise CommandError(f"{name!r} is a zip archive, not text. It holds: {some}{more}.")
        _check_parts(archive, name, kind)
    return guarded(_READERS[kind], data, name, kind), kind


def kind_of_zip(data: bytes) -> str | None:
    """The kind of a document that comes in a zip; None for a mere archive, and for what is damaged or cut off."""
    with suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _kind(archive)
    return None


_MAIN_PARTS = (
    ("word/document.xml", "DOCX"),
    ("xl/workbook.xml", "XLSX"),
    ("ppt/presentation.xml", "PPTX"),
)


def _kind(archive: zipfile.ZipFile) -> str | None:
    parts = {info.filename: info for info in archive.infolist()}
    for part, kind in _MAIN_PARTS:
        if part in parts:
            return kind
    if "mimetype" in parts and parts["mimetype"].file_size < 200:
        with suppress(Exception):
            declared = archive.read("mimetype")
            if declared.startswith(b"application/vnd.oasis.opendocument"):
                return "OpenDocument"
            if declared.startswith(b"application/epub"):
                return "EPUB"
    return None


_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def _check_parts(archive: zipfile.ZipFile, name: str, kind: str) -> None:
    """Refuse documents that unpack to too much, or whose XML declares entities.

    zipfile never unpacks more of a part than its declared size, so that the declared sizes can be
    trusted as a bound. Office formats never need a document type.
    """
    infos = archive.infolist()
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise CommandError(
            f"{name!r} unpacks to more than {MAX_UNPACKED // 1_000_000} MB or {MAX_PARTS} parts; it was not read."
        )
    if any(info.flag_bits & 1 for info in infos):
        raise CommandError(f"{name!r} is locked with a password; it can't be read without it.")
    if kind == "EPUB":
        return
    for info in infos:
        if not info.filename.endswith((".xml", ".rels")):
            continue
        try:
            content = archive.read(info)
        except Exception as error:
            raise CommandError(f"{name!r} is a damaged {kind} document.") from error
        if _DECLARATION.search(content.replace(b"\0", b"")):
            raise CommandError(f"{name!r} is a {kind} document that declares XML entities; it was not read.")


def _docx(data: bytes, taken: Taken) -> None:
    from docx import Document as open_docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for block in open_docx(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Paragraph):
            style = block.style.name if block.style is not None else None
            level = re.fullmatch(r"Heading (\d)", style or "")
            taken.add(("#" * int(level.group(1)) + " " if level else "") + block.text + "\n")
        elif isinstance(block, Table):
            for row in block.rows:
                # A merged cell comes once for each column that it spans.
                cells = {cell._tc: cell.text.replace("\n", " ") for cell in row.cells}
                taken.add("\t".join(cells.values()) + "\n")


def _xlsx(data: bytes, taken: Taken) -> None:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(data), read_only=True)
    rows = 0
    for sheet in values.worksheets:
        taken.add(f"# Sheet: {sheet.title}\n")
        written = formulas[sheet.title]
        for one in (sheet, written):
            one.reset_dimensions()  # what the file claims of its size may be a lie
        pairs = zip(sheet.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=False)
        for row, formula_row in pairs:
            rows += 1
            if rows > MAX_ROWS:
                raise Enough
            # A formula that no program has calculated yet has no value: show the formula.
            cells = [
                formula if value is None else value for value, formula in zip(row, formula_row, strict=False)
            ]
            if any(cell is not None for cell in cells):
                taken.add(_csv_line(cells))


def _csv_line(cells: list[Any]) -> str:
    while cells and cells[-1] is None:
        cells.pop()
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow("" if cell is None else cell for cell in cells)
    return line.getvalue()


def _xml(archive: zipfile.ZipFile, part: str) -> Element:
    from xml.etree import ElementTree

    return ElementTree.fromstring(archive.read(part))  # entities were ruled out by _check_parts


def _pptx(data: bytes, taken: Taken) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        slides = [part for part in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", part)]
        for number, part in enumerate(sorted(slides, key=lambda part: (len(part), part)), 1):
            taken.add(f"# Slide {number}\n")
            for element in _xml(archive, part).iter():
                if element.tag.endswith("}p"):
                    line = "".join(run.text or "" for run in element.iter() if run.tag.endswith("}t"))
                    taken.add(line + "\n" if line else "")


def _odf(data: bytes, taken: Taken) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for element in _xml(archive, "content.xml").iter():
            if element.tag.endswith(("}p", "}h")):
                taken.add("".join(_odf_text(element)) + "\n")


def _odf_text(element: Element) -> Iterator[str]:
    """Text with OpenDocument's elements for spaces, tabs and line breaks in it."""
    yield element.text or ""
    for inner in element:
        tag = inner.tag.rpartition("}")[2]
        if tag in ("s", "tab", "line-break"):
            yield {"s": " ", "tab": "\t"}.get(tag, "\n")
        elif tag in ("span", "a"):
            yield "".join(inner.itertext())
        yield inner.tail or ""


def _epub(data: bytes, taken: Taken) -> None:
    """The chapters in the order of the archive, which is the reading order in practice."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.lower().endswith((".xhtml", ".html", ".htm")):
                text, _ = decode(archive.read(part), part)
                taken.add(readable(text) + "\n\n")


_READERS: dict[str, Callable[[bytes, Taken], None]] = {
    "DOCX": _docx,
    "XLSX": _xlsx,
    "PPTX": _pptx,
    "OpenDocument": _odf,
    "EPUB": _epub,
}
