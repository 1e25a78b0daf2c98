"""What a write would do to a file as it is now: a few words and a unified diff, for the person who is asked.

Nothing is changed. Files that are no text, can't be read or are very large are told of, and what is to be
written is given whole. The time is bounded: where finding the shortest difference would take long, all
lines between the first and the last that differ are given as replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from autogpt.commands.wording import bytes_of, lines_of, named
from autogpt.core.actions import Preview
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.documents import encoding_of
from autogpt.workspace import Entry, Workspace

_BIGGEST = 5_000_000
"""Bytes of a file up to which it is compared."""

_CONTEXT = 3
_MOST_LINES = 100_000
"""Lines of both texts together up to which the shortest difference is looked for."""

_MOST_STEPS = 2_000_000
"""Comparisons of lines, about half a second's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a file holds now; `text` is None, and `other` says what it is, where that can't be compared."""

    text: str | None
    other: str = ""


def standing(workspace: Workspace, filename: str) -> Standing | None:
    """What is there under a name, None if nothing is. Raises CommandError where no file can be written."""
    entry = workspace.look(filename)
    if entry is None:
        return None
    if entry.kind == "folder":
        raise CommandError("there is a folder of this name.")
    if entry.size > _BIGGEST:
        return Standing(None, f"a file of {bytes_of(entry.size)}, too large to compare")
    try:
        content = workspace.read_bytes(filename, _BIGGEST)
    except CommandError as error:
        return Standing(None, f"a file that can't be read ({error})")
    encoding = encoding_of(content)
    if encoding is None:
        return Standing(None, f"a file that is not text ({bytes_of(entry.size)})")
    return Standing(content.decode(encoding, "replace"))


def replaced(filename: str, before: Standing | None, after: str) -> Preview:
    """The whole file is written anew."""
    if before is None:
        return Preview(filename, f"new file, {lines_of(after)}", _added(after))
    if before.text is None:
        return Preview(filename, f"replaces {before.other} with {lines_of(after)}", _added(after))
    if before.text == after:
        return Preview(filename, f"replaces {lines_of(after)} with the same text")
    if _ends_like_windows(before.text):  # line ends stay as they are
        after = after.replace("\r\n", "\n").replace("\n", "\r\n")
    diff = difference(before.text, after)
    return Preview(filename, f"replaces {lines_of(before.text)} with {lines_of(after)}{_counts(diff)}", diff)


def appended(filename: str, before: Standing | None, added: str, *, begins_line: bool) -> Preview:
    """Text is added at the end of a file, on a line of its own if it `begins_line`."""
    if before is None:
        return Preview(filename, f"new file, {lines_of(added)}", _added(added))
    if before.text is None:
        return Preview(filename, f"adds {lines_of(added)} to {before.other}", _added(added))
    return Preview(
        filename,
        f"adds {lines_of(added)} to the {lines_of(before.text)} there",
        difference(before.text, before.text + "\n" * begins_line + added),
    )


def deleted(entry: Entry, before: Standing | None) -> Preview:
    """A file, a link or a folder goes; of what a file holds, `before` it does, only how much is said."""
    if before is not None:
        what = before.other if before.text is None else f"{lines_of(before.text)} ({bytes_of(entry.size)})"
    elif entry.kind == "link":
        what = f"a link to {named(entry.target)}, which stays"
    else:
        what = "an empty folder" if entry.kind == "folder" else "a special file"
    return Preview(entry.name, f"deletes {what}")


def edited(filename: str, before: str, after: str) -> Preview:
    """Parts of a file are changed."""
    diff = difference(before, after)
    return Preview(filename, f"changes a file of {lines_of(before)}{_counts(diff)}", diff)


def difference(before: str, after: str) -> tuple[str, ...]:
    """A unified diff without the names; empty for equal texts."""
    if _ends_like_windows(before) and _ends_like_windows(after):
        before, after = before.replace("\r\n", "\n"), after.replace("\r\n", "\n")
    old, new = _lines(before), _lines(after)
    rows: list[str] = []
    for group in _Bounded(old, new).get_grouped_opcodes(_CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        rows.append(f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@")
        for what, old_from, old_to, new_from, new_to in group:
            if what == "equal":
                rows += _rows(" ", old[old_from:old_to])
            else:
                rows += _rows("-", old[old_from:old_to])
                rows += _rows("+", new[new_from:new_to])
    return tuple(rows)


class _Bounded(SequenceMatcher[str]):
    """Takes everything between the equal ends as replaced once it has compared too much."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._old, self._new = old, new
        self._left = _MOST_STEPS if len(old) + len(new) <= _MOST_LINES else -1
        super().__init__(None, *((old, new) if self._left > 0 else ((), ())))
        places = Counter(new)
        # The matcher leaves very frequent lines of long texts out; so does the reckoning.
        most = len(new) // 100 + 1 if len(new) >= 200 else len(new)
        hits = (places[line] if places[line] <= most else 0 for line in old)
        self._before = [0, *accumulate(1 + hit for hit in hits)]

    def find_longest_match(  # type: ignore[no-untyped-def]
        self, alo=0, ahi=None, blo=0, bhi=None
    ):
        end = len(self._old) if ahi is None else ahi
        self._left -= self._before[end] - self._before[alo]
        if self._left < 0:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)

    def get_opcodes(self):  # type: ignore[no-untyped-def]
        if self._left < 0:
            return _from_end_to_end(self._old, self._new)
        try:
            return super().get_opcodes()
        except _TooMuch:
            return _from_end_to_end(self._old, self._new)


class _TooMuch(Exception):
    pass


def _from_end_to_end(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, old_end, head, new_end),
        ("equal", old_end, len(old), new_end, len(new)),
    ]


def _added(text: str) -> tuple[str, ...]:
    return tuple(_rows("+", _lines(text.replace("\r\n", "\n") if _ends_like_windows(text) else text)))


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _rows(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.endswith("\n"):
            yield sign + line[:-1]
        else:
            yield sign + line
            yield "\\ No newline at end of file"


def _range(start: int, end: int) -> str:
    """Lines as in a diff: the first, and how many unless it is one; none come after the line before."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + (length > 0)},{length}"


def _counts(diff: Sequence[str]) -> str:
    plus, minus = (sum(row.startswith(sign) for row in diff) for sign in "+-")
    return f": {counted(plus, 'line')} added, {minus:,} removed"


def _ends_like_windows(text: str) -> bool:
    return (
        "\r\n" in text and text.count("\n") == text.count("\r\n") and text.count("\r") == text.count("\r\n")
    )
