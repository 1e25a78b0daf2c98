"""What the model knows of files: what they held when it last read or wrote them.

A file that is no longer as the model knows it was changed by the person or by a program. It is
not overwritten or deleted before the model has been told so, once. Not promised: anything for
files that it never read (results say that), or of more than `BIGGEST` bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from difflib import unified_diff
from hashlib import blake2b
from typing import Any, Literal

from autogpt.commands.text_files import Writing
from autogpt.commands.wording import bytes_of, lines_of, named
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.documents import what_it_is

BIGGEST = 20_000_000
"""Bytes of a file up to which it is known."""

_KEPT = 300_000
_ALL_KEPT = 10_000_000
"""Bytes of one file, and of all, that are kept to show what has changed."""

_COMPARED = 2_000
_SHOWN_LINES = 40
_SHOWN_WIDTH = 160

Known = Literal["as it is", "otherwise", "not at all"]


class Seen:
    """Files by their names in the workspace, links followed."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._news: dict[str, str] = {}
        self._shown: dict[str, tuple[str, str]] = {}

    def note(self, name: str, content: bytes) -> None:
        """The model has read or written this. Text that it was shown in part counts as read."""
        if len(content) > BIGGEST:
            self.forget(name)
            return
        self._digests[name] = self._news[name] = _digest(content)
        self._drop(name)
        if len(content) <= _KEPT:
            self._contents[name] = content
            self._size += len(content)
        while self._size > _ALL_KEPT:
            self._drop(next(iter(self._contents)))

    def forget(self, name: str) -> None:
        """The file is gone, or the model no longer knows it."""
        if self._digests.pop(name, None) is not None:
            self._news[name] = ""
        self._drop(name)

    def knows(self, name: str, content: bytes) -> Known:
        """How a file that holds this is known."""
        known = self._digests.get(name)
        if known is None:
            return "not at all"
        return "as it is" if known == _digest(content) else "otherwise"

    def check(self, name: str, content: bytes, done: str, again: str) -> None:
        """Raise CommandError when the model knows the file otherwise than it is, and tell it what has changed.

        From then on it knows. `done` says what was not done, `again` what giving the command again does.
        """
        if self.knows(name, content) != "otherwise":
            return
        before = self._contents.get(name)
        self.note(name, content)
        raise CommandError(
            f"{named(name)} has changed since you last read or wrote it, by the user or a program, so {done}. "
            f"{_difference(before, content, name)}\nTake that into account; {again}"
        )

    def note_shown(self, name: str, change: str, state: bytes | None) -> None:
        """The person is asked about a change to what is in this state: its content mostly, None for no file at all."""
        self._shown[name] = change, _state(state)

    def check_shown(
        self,
        name: str,
        change: str,
        state: bytes | None,
        content: bytes | None,
        done: str = "nothing was written",
    ) -> None:
        """Raise CommandError when the file is no longer what the person was shown when they said yes.

        What has changed in its `content` is told where the model knows the file.
        """
        asked, shown = self._shown.pop(name, ("", ""))
        if asked == change and shown != _state(state):
            if content is not None:
                self.check(name, content, done, "give the command again if it is still right.")
            raise CommandError(
                f"{named(name)} was changed by the user or a program while the user was asked, so {done}: "
                "what they saw is no longer so. Look at it, and give the command again if it is still right."
            )

    def changed(self, name: str, before: bytes, after: bytes) -> None:
        """A part of the file was changed by the model: it knows the whole as well as it did before."""
        if self.knows(name, before) == "as it is":
            self.note(name, after)

    def news(self) -> Mapping[str, str]:
        """What came to be known since this was last asked, as an event keeps it; "" for files that are gone."""
        news, self._news = self._news, {}
        return news

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Know what was known before a restart, by what events kept."""
        self._digests |= {name: digest for name, digest in kept.items() if isinstance(digest, str) and digest}

    def _drop(self, name: str) -> None:
        self._size -= len(self._contents.pop(name, b""))


def _state(state: bytes | None) -> str:
    return "" if state is None else _digest(state)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()


def _difference(before: bytes | None, after: bytes, name: str) -> str:
    """What has changed, in words and lines, and not too many of them."""
    if what := what_it_is(after, name):
        return f"It is {what} now."
    new = Writing.of(after) or Writing()
    now = after.decode(new.encoding, "replace")
    old = Writing.of(before) if before is not None else None
    if before is None or old is None:
        return f"It holds {lines_of(now)} ({bytes_of(len(after))}) now; read it to see them."
    diff = _diff(before.decode(old.encoding, "replace").splitlines(), now.splitlines())
    if not diff:
        return "Only line ends or the encoding differ."
    left_out = len(diff) - _SHOWN_LINES
    shown = [_short(line) for line in diff[:_SHOWN_LINES]]
    if left_out > 0:
        shown.append(f"[… {counted(left_out, 'more line')} of the difference; read the file to see all]")
    return "\n".join(["What has changed (- as you knew it, + as it is now):", *shown])


def _diff(old: list[str], new: list[str]) -> list[str]:
    """The lines that differ. Of long texts that differ much only the new lines are given."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    first, last = max(0, start - 1), max(0, end - 1)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(old), len(new)) > _COMPARED:
        return [f"@@ from line {first + 1} on @@", *(f"+{line}" for line in new)]
    lines = list(unified_diff(old, new, n=1, lineterm=""))[2:]
    return [line for line in lines if not line.startswith("@@")]


def _short(line: str) -> str:
    return line if len(line) <= _SHOWN_WIDTH else line[:_SHOWN_WIDTH] + "…"
