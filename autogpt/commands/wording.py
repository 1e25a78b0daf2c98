"""How names, sizes and numbers of lines are put in results."""

from __future__ import annotations

import json

from autogpt.core.limits import counted


def named(name: str) -> str:
    """A file's name in a sentence or list: as it is, or as JSON where it would be misread."""
    plain = name.isprintable() and name == name.strip() and not set(name) & set("\"'`,:")
    return name if plain else json.dumps(name, ensure_ascii=False)


def lines_of(text: str) -> str:
    """How many lines a text has."""
    return counted(len(line_list(text)), "line")


def line_list(text: str) -> list[str]:
    """Lines as editors count them: a break at the end begins no further line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def bytes_of(size: int) -> str:
    """A size in bytes, in decimal units."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return counted(size, "byte")
