"""Readable text out of Jupyter notebooks: each cell's source, and what it wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from autogpt.documents.bounds import Enough, Taken

_ESCAPES = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
"""Colours, with which tracebacks are kept."""

_LONGEST_KIND = 60
_MOST_PIECES = 50_000
"""Cells and outputs that are gone through."""


def notebook_of(text: str, name: str) -> Mapping[str, Any] | None:
    """The notebook that a text is, by its name and content; None for any other."""
    if not name.lower().endswith(".ipynb"):
        return None
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(_cells(found), list) else None


def read_notebook(notebook: Mapping[str, Any], taken: Taken) -> None:
    """The cells in their order; pictures and the like are named and left out."""
    cells = _cells(notebook) or []
    if not cells:
        taken.add("(The notebook has no cells.)\n")
    pieces = 0
    for number, cell in enumerate(cells, 1):
        if (pieces := pieces + 1) > _MOST_PIECES:
            raise Enough
        if not isinstance(cell, dict):
            continue
        kind = str(cell.get("cell_type", "cell"))[:_LONGEST_KIND]
        # Notebooks of version 3 have their code in `input`.
        source = _joined(cell.get("source", cell.get("input")))
        taken.add(f"# Cell {number} ({kind})\n{source.rstrip()}\n")
        for output in cell.get("outputs") or () if isinstance(cell.get("outputs"), list) else ():
            if (pieces := pieces + 1) > _MOST_PIECES:
                raise Enough
            for piece in _output(output):
                taken.add(f"## Output\n{piece.rstrip()}\n")
        taken.add("\n")


def _cells(notebook: Mapping[str, Any]) -> Any:
    sheets = notebook.get("worksheets")  # version 3
    if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
        return sheets[0].get("cells")
    return notebook.get("cells")


def _output(output: Any) -> Iterator[str]:
    """What a cell wrote, as text; what else it gave is named."""
    if not isinstance(output, dict):
        return
    data = output.get("data")
    shown = _joined(output.get("text")) or _joined(output.get("traceback"), "\n")
    if isinstance(data, dict):
        shown = _joined(data.get("text/plain")) or shown
        left_out = [
            str(kind)[:_LONGEST_KIND] for kind in list(data)[:20] if kind not in ("text/plain", "text/html")
        ]
        if "text/html" in data and not shown:
            left_out.append("text/html")
        if left_out:
            shown += f"\n[left out: {', '.join(left_out)}]"
    if shown.strip():
        yield _ESCAPES.sub("", shown).strip("\n")


def _joined(value: Any, between: str = "") -> str:
    """Text, which notebooks keep as one or as a list of lines."""
    if isinstance(value, list):
        return between.join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
