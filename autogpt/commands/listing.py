"""A walk through the workspace that leaves out what `.gitignore` names, and its result in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from autogpt.commands.ignoring import Rule, ignored, matches, rules_of
from autogpt.commands.wording import bytes_of, named
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.core.scratch import SCRATCH
from autogpt.workspace import Entry, Workspace

_MOST_LISTED = 300
"""Entries shown one by one; of more, folders are summed up."""

_MOST_WALKED = 50_000
_MOST_SECONDS = 10.0
_MOST_RULES = 1_000
_LONGEST_PATTERN = 500

_NOISE = frozenset(
    {"__pycache__", "node_modules", ".venv", "venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", SCRATCH}
)
"""Folders that are named but not looked into, whatever `.gitignore` says."""


def _rules_in(workspace: Workspace, folder: str) -> list[Rule]:
    name = f"{folder}/.gitignore"
    if parts_of(folder) == (SCRATCH,):  # where it is meant for git alone
        return []
    try:
        entry = workspace.look(name)
        if entry is None or entry.kind != "file":
            return []
        content = workspace.read_bytes(name, 100_000)
    except CommandError:
        return []
    return rules_of(content.decode("utf-8", "replace"), parts_of(folder))


def _rules_above(workspace: Workspace, folder: str) -> list[Rule]:
    """The rules of the `.gitignore` files above a folder of the workspace."""
    if folder.startswith("/"):
        return []
    parts = (".", *parts_of(folder))
    return [rule for end in range(1, len(parts)) for rule in _rules_in(workspace, "/".join(parts[:end]))]


class Listing:
    """A walk that leaves out what is ignored, and counts it."""

    def __init__(self, workspace: Workspace, start: str) -> None:
        self._workspace = workspace
        self._start = start
        self._rules = _rules_above(workspace, start)
        self.ignored = 0
        self.unfinished = False
        self.unopened: list[str] = []

    def entries(self) -> Iterator[Entry]:
        """What is to be listed, folders too."""
        self._rules += _rules_in(self._workspace, self._start)
        end = time.monotonic() + _MOST_SECONDS
        for walked, entry in enumerate(self._workspace.walk(self._start, self._enter), 1):
            if walked > _MOST_WALKED or time.monotonic() > end:
                self.unfinished = True
                return
            if self._left_out(entry):
                self.ignored += 1
            else:
                yield entry

    def _enter(self, entry: Entry) -> bool:
        if entry.last in _NOISE:
            self.unopened.append(entry.name)
            return False
        if self._left_out(entry):
            return False
        if len(self._rules) < _MOST_RULES:
            self._rules += _rules_in(self._workspace, entry.name)
        return True

    def _left_out(self, entry: Entry) -> bool:
        return bool(self._rules) and ignored(parts_of(entry.name), entry.kind == "folder", self._rules)


def parts_of(name: str) -> tuple[str, ...]:
    """A name's parts, as rules are judged by them."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def wanted(entry: Entry, start: str, pattern: str | None) -> bool:
    """Whether an entry fits a pattern: without a slash its name, else its path below `start`."""
    if not pattern:
        return True
    if entry.kind == "folder":
        return False
    if len(pattern) > _LONGEST_PATTERN:
        raise CommandError(
            f"The pattern has {len(pattern):,} characters; at most {_LONGEST_PATTERN} are possible."
        )
    below = parts_of(entry.name)[len(parts_of(start)) :]
    parts = tuple(part for part in pattern.replace("\\", "/").split("/") if part not in ("", "."))
    return matches(below, parts if "/" in pattern else ("**", *parts))


def listed(found: list[Entry], start: str, pattern: str | None, listing: Listing) -> str:
    """A listing in words: a head with numbers, then a line for each entry or, of many, for each folder."""
    files = [entry for entry in found if entry.kind != "folder"]
    found = sorted(found, key=lambda entry: parts_of(entry.name))
    folders = len(found) - len(files)
    where = "the workspace" if start == "." else named(start)
    chosen = f" that fit {pattern!r}" if pattern else ""
    total = bytes_of(sum(entry.size for entry in files))
    also = f" and {counted(folders, 'folder')}" if folders else ""
    if not found:
        head = f"There are no files{chosen} in {where}."
    else:
        head = f"{counted(len(files), 'file')} ({total}){also}{chosen} in {where}:"
    notes = []
    if listing.ignored:
        notes.append(f"Left out: {counted(listing.ignored, 'entry', 'entries')} that .gitignore names.")
    if listing.unopened:
        names = ", ".join(named(name) + "/" for name in listing.unopened[:5])
        notes.append(f"Not looked into: {names}{', …' if len(listing.unopened) > 5 else ''}.")
    if listing.unfinished:
        notes.append("There is more: not all entries could be looked at. Name a folder in it.")
    return "\n".join(
        [head, *(_summed(found, start) if len(found) > _MOST_LISTED else map(_line, found)), *notes]
    )


def _line(entry: Entry) -> str:
    if entry.kind == "file":
        return f"{named(entry.name)}  {bytes_of(entry.size)}"
    return named(entry.name) + ("/" if entry.kind == "folder" else f"  ({entry.kind})")


def _summed(found: list[Entry], start: str) -> Iterator[str]:
    """A line for each file directly here, up to a number, and one for each folder with all that is in it."""
    depth = len(parts_of(start))
    here: list[Entry] = []
    below: dict[str, list[int]] = {}
    for entry in found:
        parts = parts_of(entry.name)
        if len(parts) > depth + 1:
            below.setdefault("/".join(parts[: depth + 1]), []).append(
                entry.size if entry.kind != "folder" else -1
            )
        elif entry.kind != "folder":
            here.append(entry)
        else:
            below.setdefault("/".join(parts), [])
    for name, sizes in islice(below.items(), _MOST_LISTED):
        files = [size for size in sizes if size >= 0]
        yield f"{named(name)}/  {counted(len(files), 'file')}, {bytes_of(sum(files))}"
    if len(below) > _MOST_LISTED:
        yield f"… and {counted(len(below) - _MOST_LISTED, 'more folder')}"
    yield from map(_line, here[:_MOST_LISTED])
    if len(here) > _MOST_LISTED:
        yield f"… and {counted(len(here) - _MOST_LISTED, 'more file')}; a pattern chooses among them"
