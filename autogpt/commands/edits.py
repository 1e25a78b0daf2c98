"""The edits that a model sends for a file, in the forms that models use.

A list of objects with `search` and `replace` (also one such object, or JSON of either), or
text with blocks:

    <<<<<<< SEARCH
    lines as they are
    =======
    lines as they are to be
    >>>>>>> REPLACE

Names and markers that models confuse with these are understood; anything else is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from autogpt.commands.matching import Edit
from autogpt.core.errors import CommandError

_SEARCH = ("search", "old_string", "old_str", "old_text", "old", "find", "before", "original", "from")
_REPLACE = ("replace", "new_string", "new_str", "new_text", "new", "replacement", "after", "updated", "to")
_EVERYWHERE = ("all", "replace_all", "everywhere")

_OPENS = re.compile(r"<{5,9} ?(?:SEARCH|ORIGINAL|OLD)\b.*", re.IGNORECASE)
_DIVIDES = re.compile(r"={5,9}[ \t]*")
_CLOSES = re.compile(r">{5,9} ?(?:REPLACE|UPDATED|NEW)\b.*", re.IGNORECASE)

MOST_EDITS = 200

HOW = (
    'Give edits as a list of objects such as {"search": "text as it is in the file", "replace": "the new text"}, '
    "or as text with blocks: a line <<<<<<< SEARCH, the lines as they are, a line =======, the new lines, "
    "a line >>>>>>> REPLACE."
)


SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "search": {"type": "string"},
            "replace": {"type": "string"},
            "all": {"type": "boolean"},
        },
        "required": ["search", "replace"],
        "additionalProperties": False,
    },
}
"""The form that is asked for."""


def edits_of(sent: Any) -> tuple[Edit, ...]:
    """The edits that were meant. Raises CommandError for what can't be understood as edits."""
    edits = tuple(_edits(sent))
    if not edits:
        raise CommandError(f"There are no edits. {HOW}")
    if len(edits) > MOST_EDITS:
        raise CommandError(f"These are {len(edits)} edits; at most {MOST_EDITS} can be made at once.")
    return edits


def _edits(sent: Any) -> list[Edit]:
    match sent:
        case str():
            parsed = _from_json(sent)
            return _edits(parsed) if parsed is not None else _blocks(sent)
        case Mapping():
            inner = sent.get("edits")
            return [_edit(sent)] if inner is None or len(sent) > 1 else _edits(inner)
        case list():
            edits: list[Edit] = []
            for one in sent:
                if not isinstance(one, Mapping | str):
                    raise CommandError(f"Edit {len(edits) + 1} is neither an object nor a text. {HOW}")
                edits += [_edit(one)] if isinstance(one, Mapping) else _blocks(one)
            return edits
    raise CommandError(f"The edits are neither a list nor a text. {HOW}")


def _from_json(text: str) -> Any:
    """The list or object that a text holds as JSON, None if it holds none."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        parsed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, list | dict) else None


def _edit(sent: Mapping[str, Any]) -> Edit:
    named = {str(name).strip().lower(): value for name, value in sent.items()}
    search, replace = _first(named, _SEARCH), _first(named, _REPLACE)
    if search is None or replace is None:
        missing = "search" if search is None else "replace"
        raise CommandError(
            f"An edit has no text {missing!r}; it has {', '.join(map(repr, sent)) or 'nothing'}. {HOW} "
            'To delete something give "replace": "".'
        )
    everywhere = next((named[name] for name in _EVERYWHERE if name in named), False)
    return Edit(search, replace, everywhere=everywhere is True or str(everywhere).lower() == "true")


def _first(named: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = named.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            return "\n".join(value)
    return None


def _blocks(text: str) -> list[Edit]:
    """The edits in text with blocks; what stands around the blocks is passed over."""
    edits: list[Edit] = []
    search: list[str] = []
    replace: list[str] = []
    part: list[str] | None = None
    for line in re.split(r"\r\n|\n|\r", text):
        if part is None:
            if _OPENS.fullmatch(line.strip()):
                search, replace = [], []
                part = search
            elif _CLOSES.fullmatch(line.strip()):
                raise CommandError(_unfinished(len(edits) + 1, "ends without having begun"))
        elif _OPENS.fullmatch(line):
            raise CommandError(_unfinished(len(edits) + 1, "isn't closed before the next begins"))
        elif _DIVIDES.fullmatch(line):
            if part is replace:
                raise CommandError(_unfinished(len(edits) + 1, "has two lines ======="))
            part = replace
        elif _CLOSES.fullmatch(line):
            if part is search:
                raise CommandError(_unfinished(len(edits) + 1, "has no line ======="))
            edits.append(Edit(_joined(search), _joined(replace), whole_lines=True))
            part = None
        else:
            part.append(line)
    if part is not None:
        raise CommandError(_unfinished(len(edits) + 1, "isn't closed by a line >>>>>>> REPLACE"))
    if not edits:
        raise CommandError(f"The text of the edits holds no block. {HOW}")
    return edits


def _joined(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _unfinished(number: int, what: str) -> str:
    return (
        f"Block {number} of the edits {what}; nothing was changed. "
        f"If the lines themselves hold such markers, use the list form. {HOW}"
    )
