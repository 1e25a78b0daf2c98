"""Arguments as rules see them: what kind each is of, and its text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from autogpt.core.actions import CommandSpec, Touch

ArgumentKind = Literal["path", "url", "shell", "text"]


PATH_NAMES = frozenset({"filename", "file", "path", "directory", "folder", "basename"})


URL_NAMES = frozenset({"url", "uri"})


SHELL_NAMES = frozenset({"command_line", "command", "cmd", "shell"})


def argument_kind(name: str, spec: CommandSpec | None) -> ArgumentKind:
    """How an argument compares: by its schema's format, else its name, else what the command touches."""
    declared = parameter_schemas(spec).get(name, {}).get("format")
    if declared == "path":
        return "path"
    if declared in ("uri", "url"):
        return "url"
    last = name.lower().rpartition("_")[2]
    if last in PATH_NAMES:
        return "path"
    if last in URL_NAMES:
        return "url"
    if name.lower() in SHELL_NAMES or (spec and spec.touches & {Touch.PROCESSES, Touch.HOST}):
        return "shell"
    return "text"


def parameter_schemas(spec: CommandSpec | None) -> Mapping[str, Mapping[str, Any]]:
    return {parameter.name: parameter.schema for parameter in spec.parameters} if spec else {}


def as_text(value: Any) -> str:
    """An argument as the text that patterns see: a string as it is, the rest as compact JSON.

    Raises RecursionError or ValueError for a value that JSON cannot hold.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
