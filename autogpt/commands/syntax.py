"""Whether a text is Python, and where it isn't. Nothing is run.

The grammar is that of the Python that the agent runs on.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

MOST_PARSED = 2_000_000
"""Characters of source up to which it is parsed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a source. `line` counts from 1, `column` from 1 in characters; 0 is unknown."""

    message: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        """The fault as Python itself shows it: a sentence, the line, and a mark below it."""
        if not self.line:
            return self.message
        said = f"line {self.line}: {self.message}"
        if not self.text:
            return said
        shown = f"{said}\n    {self.text}"
        return f"{shown}\n    {' ' * (self.column - 1)}^" if self.column else shown


def fault_of(source: str) -> Fault | None:
    """What keeps the source from being Python; None if nothing does, or if it is too long to tell."""
    if len(source) > MOST_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in it, which aren't ours to mend
            ast.parse(source.removeprefix("\ufeff"))
    except SyntaxError as error:
        return _fault(error, source)
    except (RecursionError, MemoryError):
        return Fault("it is nested too deeply for Python")
    except ValueError as error:  # a NUL character
        return Fault(str(error))
    return None


def _fault(error: SyntaxError, source: str) -> Fault:
    line = error.lineno or 0
    lines = source.splitlines()
    text = (error.text or (lines[line - 1] if 0 < line <= len(lines) else "")).split("\n")[0].rstrip()
    left_out = len(text) - len(text.lstrip())
    column = max(0, (error.offset or 0) - left_out)
    text = text.strip().replace("\t", " ")
    if len(text) > 200:
        start = max(0, column - 100)
        text, column = text[start : start + 200], max(0, column - start)
    return Fault(error.msg or "invalid syntax", line, column, text)
