"""A setting's value as it was found: its text, where it stood, and what it means.

A value that is empty, or a template's stand-in, counts as not set at its level.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autogpt.core.errors import UsageError
from autogpt.settings.kinds import LIST
from autogpt.settings.placeholders import is_placeholder
from autogpt.settings.texts import visible
from autogpt.settings.variables import VARIABLES, Variable

COMMAND_LINE, ENVIRONMENT = "on the command line", "in the environment"


@dataclass(frozen=True, slots=True)
class Value:
    """A variable's text, the name it was found under and, for a person, where."""

    name: str
    text: str
    where: str
    from_file: bool = False


Level = Mapping[str, Value]
"""The values of one place by their names."""

Found = Mapping[Variable, Value]


def candidates(variable: Variable, level: Level) -> Iterator[Value]:
    """The variable's values at one level, the one that counts first."""
    for name in variable.names:
        value = level.get(name)
        if value and (text := value.text.strip()) and not is_placeholder(text):
            yield dataclasses.replace(value, text=text)


def found(levels: tuple[Level, ...]) -> Found:
    """What is set, each by the first level that says something of it."""
    firsts = (
        (variable, next((value for level in levels for value in candidates(variable, level)), None))
        for variable in VARIABLES
    )
    return {variable: value for variable, value in firsts if value is not None}


def parsed(variable: Variable, value: Value | None, home: Path | None = None) -> Any:
    """What a value means, the default where there is none; `~` in a path is `home`. Raises UsageError."""
    if value is None:
        empty = () if variable.kind is LIST else None
        return _at_home(variable.kind.parse(variable.default), home) if variable.default else empty
    try:
        return _at_home(variable.kind.parse(value.text), home)
    except ValueError:
        held = "what it holds is not shown" if variable.secret else f"it holds {visible(value.text)!r}"
        raise UsageError(f"{value.name} ({value.where}): {held}; expected {variable.kind.expects}.") from None


def _at_home(value: Any, home: Path | None) -> Any:
    if isinstance(value, Path) and home and value.parts[:1] == ("~",):
        return home.joinpath(*value.parts[1:])
    return value
