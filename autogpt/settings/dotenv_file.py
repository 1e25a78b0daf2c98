"""The `.env` file: reading it, and setting one variable in it.

The syntax is python-dotenv's, `${NAME}` and `${NAME:-default}` included, where NAME is one
of the same file: nothing of the environment can be sent somewhere by it. Nothing read here
ever reaches `os.environ`, and so no process that the agent starts.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.core.errors import UsageError
from autogpt.settings.texts import read_text, visible_path, write_text

if TYPE_CHECKING:
    from dotenv.parser import Binding

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Line:
    """A variable's value and the number of the line that it begins on."""

    value: str
    number: int


def read_env_file(path: Path) -> Mapping[str, Line]:
    """The variables of the file, none when it doesn't exist.

    Raises UsageError that names the line, and never shows it: it may hold a key.
    """
    text = read_text(path)
    if not text or not text.strip():
        return {}
    from dotenv.parser import parse_stream

    found: dict[str, Line] = {}
    for binding in parse_stream(io.StringIO(text)):
        number = _line(binding)
        bare = binding.key is not None and binding.value is None
        if binding.error or (bare and not _NAME.fullmatch(binding.key or "")):
            raise UsageError(f"{visible_path(path)}, line {number}: expected NAME=value or a # comment.")
        if binding.key is not None and binding.value is not None:
            found[binding.key] = Line(_interpolated(binding.value, found), number)
    return found


def _line(binding: Binding) -> int:
    """The parser counts from the blank lines above; the person from the text itself."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))


def _interpolated(value: str, found: Mapping[str, Line]) -> str:
    if "${" not in value:
        return value
    from dotenv.variables import parse_variables

    known: dict[str, str | None] = {name: line.value for name, line in found.items()}
    return "".join(atom.resolve(known) for atom in parse_variables(value))


def set_there(path: Path, name: str) -> str:
    """What a variable is in the file, "" if it isn't. Raises UsageError."""
    line = read_env_file(path).get(name)
    return line.value.strip() if line else ""


def close_to_others(path: Path) -> bool:
    """Let only its owner read a file, and say whether others could; a link is left alone.

    Where the system has no such modes, or the file is somebody else's, it stays as it is.
    """
    if os.name == "nt" or path.is_symlink():
        return False
    try:
        open_to_others = bool(path.stat().st_mode & 0o077)
        if open_to_others:
            path.chmod(0o600)
    except OSError:
        return False
    return open_to_others


def set_in_env_file(path: Path, name: str, value: str) -> None:
    """Set one variable, leaving every other line as it is; a new file is its owner's only.

    Raises ValueError for a name or value that can't stand on one line, UsageError
    when the file can't be read or written.
    """
    if not _NAME.fullmatch(name) or not value.isprintable() or "'" in value or "${" in value or "\\" in value:
        raise ValueError(f"cannot write {name} to a .env file")
    text = read_text(path) or ""
    lines = text.splitlines(keepends=True)
    setting = re.compile(rf"\s*(export\s+)?{name}\s*(=|$)")
    new = f"{name}='{value}'\n"
    places = [i for i, line in enumerate(lines) if setting.match(line)]
    for place in places:
        lines[place] = new
    if not places:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines.append(new)
    write_text(path, "".join(lines), private=True)
