"""Text out of PDF."""

from __future__ import annotations

import io

from autogpt.core.errors import CommandError
from autogpt.documents.bounds import Enough, Taken

MAX_PAGES = 500


def read_pdf(data: bytes, taken: Taken) -> None:
    """The text of each page."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    # The library logs each oddity of a file; they are no concern of the person's.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        try:
            opened = bool(reader.decrypt(""))
        except DependencyError:
            opened = False
        if not opened:
            raise CommandError("The PDF document is locked with a password; it can't be read without it.")

    def watch(*_: object) -> None:
        taken.go_on()

    for number, page in enumerate(reader.pages):
        if number >= MAX_PAGES:
            raise Enough
        text = page.extract_text(visitor_operand_before=watch).strip()
        if text:
            taken.add(text + "\n\n")
        taken.go_on()
