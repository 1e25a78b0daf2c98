"""Which files a `.gitignore` means: the common part of gitignore(5).

Comments, `!`, a slash at the end for folders, a slash elsewhere for a place, `*`, `?`, `[…]` and `**`
are understood. Names are matched part by part, so that a hostile pattern costs little.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MAX_RULES = 500
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a `.gitignore` in the folder `base` (parts below the workspace)."""

    base: tuple[str, ...]
    pattern: tuple[str, ...]
    folders_only: bool
    again: bool
    """Takes back what an earlier line ignored."""


def rules_of(text: str, base: tuple[str, ...]) -> list[Rule]:
    """The rules of one `.gitignore`, at most `MAX_RULES`."""
    rules = []
    for line in text.splitlines():
        pattern = line if line.endswith("\\ ") else line.rstrip()
        if not pattern or pattern.startswith("#"):
            continue
        again = pattern.startswith("!")
        pattern = pattern[again:].removeprefix("\\")
        folders_only = pattern.endswith("/")
        pattern = pattern.rstrip("/")
        parts = [part for part in pattern.split("/") if part]
        if "/" not in pattern:
            parts = ["**", *parts]
        if parts and len(parts) < 50 and len(pattern) <= _LONGEST:
            rules.append(Rule(base, tuple(parts), folders_only, again))
    return rules[:MAX_RULES]


def ignored(parts: tuple[str, ...], folder: bool, rules: Iterable[Rule]) -> bool:
    """Whether the rules, in their order, ignore a path; the last one that fits decides."""
    verdict = False
    for rule in rules:
        if verdict != rule.again or (rule.folders_only and not folder):
            continue
        if parts[: len(rule.base)] == rule.base and matches(parts[len(rule.base) :], rule.pattern):
            verdict = not rule.again
    return verdict


def matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path fits a pattern, both in parts; `**` stands for any number of parts."""
    fits = {0}  # how many parts of the pattern the path so far can have used up
    for part in parts:
        fits = _beyond_stars(fits, pattern)
        fits = {
            use + (pattern[use] != "**")
            for use in fits
            if use < len(pattern) and (pattern[use] == "**" or _one(pattern[use]).match(part))
        }
    return len(pattern) in _beyond_stars(fits, pattern)


def _beyond_stars(fits: set[int], pattern: tuple[str, ...]) -> set[int]:
    reached = set(fits)
    for use in range(len(pattern)):
        if use in reached and pattern[use] == "**":
            reached.add(use + 1)
    return reached


@lru_cache(maxsize=2_000)
def _one(pattern: str) -> re.Pattern[str]:
    # fnmatch makes expressions that don't backtrack from star to star.
    return re.compile(fnmatch.translate(pattern.replace("[^", "[!")))
