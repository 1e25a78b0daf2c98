"""Code in Markdown fences: taken out, and put in."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENS = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^`\n]*")


@dataclass(frozen=True, slots=True)
class Fenced:
    """The text in a fence, and the language that the fence names, if any."""

    text: str
    language: str


def fenced(text: str, *, outermost: bool = False) -> list[Fenced]:
    """What stands in fences; one that isn't closed reaches to the end.

    A fence ends at the next line that can close it; with `outermost` the first one ends at the last
    such line, and is the only one.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    found = []
    at = 0
    while at < len(lines):
        opening = _OPENS.fullmatch(lines[at])
        at += 1
        if opening is None:
            continue
        closes = re.compile(rf"[ ]{{0,3}}{opening[1][0]}{{{len(opening[1])},}}[ \t]*")
        numbers = range(len(lines) - 1, at - 1, -1) if outermost else range(at, len(lines))
        end = next((number for number in numbers if closes.fullmatch(lines[number])), len(lines))
        found.append(Fenced("\n".join(lines[at:end]) + "\n", opening[2]))
        at = len(lines) if outermost else end + 1
    return found


def in_fence(text: str, language: str = "") -> str:
    """The text in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"
