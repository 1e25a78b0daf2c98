"""A search through texts, within bounds of matches and time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator

from autogpt.commands.wording import named
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted

_MOST_MATCHES = 100
_MOST_PER_FILE = 20
_EXCERPT = 200
"""Characters of a line that a search shows."""

SEARCH_SECONDS = 10.0
_PATTERN_SECONDS = 1.0
_LONGEST_PATTERN = 500


class Search:
    """Matches found so far. Raises CommandError for an expression that is none."""

    def __init__(self, query: str, regex: bool) -> None:
        self._slow = ""
        self._query = query
        self._find = _literal(query)
        if regex:
            self._find = self._expression(query)
        self._end = time.monotonic() + SEARCH_SECONDS
        self._lines: list[str] = []
        self._matches = 0
        self._files = 0
        self._searched = 0
        self._stopped = ""
        self.too_big = 0
        self.unread = 0
        self.withheld = 0

    def _expression(self, query: str) -> Callable[[str], Iterator[int]]:
        """Find by `regex`, which can be stopped; Python's `re` can run for years on some patterns."""
        import regex  # type: ignore[import-untyped]

        repeats = [int(number) for number in re.findall(r"\{\d*,?(\d+)\}", query)]
        product = 1
        for number in repeats:
            product *= max(1, number)
        if len(query) > _LONGEST_PATTERN or product > 100_000:
            raise CommandError(f"The expression is too long or repeats too much ({len(query)} characters).")
        try:
            pattern = regex.compile(query, regex.IGNORECASE | regex.MULTILINE)
        except (regex.error, ValueError, RecursionError, OverflowError) as error:
            raise CommandError(
                f"{query!r} is no regular expression: {error}. Correct it, or leave out regex to find it as it stands."
            ) from error

        def find(text: str) -> Iterator[int]:
            return (match.start() for match in pattern.finditer(text, timeout=_PATTERN_SECONDS))

        return find

    def over(self) -> bool:
        """Whether to stop."""
        if self._matches >= _MOST_MATCHES:
            self._stopped = f"The search stopped at {_MOST_MATCHES} matches; narrow it down to see others. "
        elif time.monotonic() > self._end:
            self._stopped = f"The search stopped after {SEARCH_SECONDS:.0f} seconds; name a smaller folder. "
        return bool(self._stopped)

    def look_in(self, name: str, pieces: Iterable[str]) -> None:
        """Note the lines of one file that match. Its pieces end where lines end."""
        self._searched += 1
        first_line, here = 1, 0
        for text in pieces:
            here += self._note(name, text, first_line, _MOST_PER_FILE - here)
            if here >= _MOST_PER_FILE or time.monotonic() > self._end:
                break
            first_line += text.count("\n")
        self._files += here > 0
        self._matches += here

    def _note(self, name: str, text: str, first_line: int, most: int) -> int:
        try:
            return self._note_lines(name, text, first_line, most)
        except TimeoutError:
            self._slow = "The expression takes too long, so the query was looked for as a plain text. "
            self._find = _literal(self._query)
            return self._note_lines(name, text, first_line, most)

    def _note_lines(self, name: str, text: str, first_line: int, most: int) -> int:
        found: list[str] = []
        number, counted_to = first_line, 0
        last_line = 0
        for place in self._find(text):
            number += text.count("\n", counted_to, place)
            counted_to = place
            if number == last_line:
                continue
            last_line = number
            if len(found) == most:
                self._lines += [*found, f"{named(name)}: more matches are not shown"]
                return len(found)
            found.append(f"{named(name)}:{number}: {_excerpt(text, place)}")
        self._lines += found
        return len(found)

    def report(self, directory: str) -> str:
        """What was found, in words."""
        left = [f"{self.too_big} too big"] if self.too_big else []
        left += [f"{self.unread} not text"] if self.unread else []
        left += [f"{self.withheld} that rules on read_file keep back"] if self.withheld else []
        where = "the workspace" if directory == "." else named(directory)
        searched = f"{counted(self._searched, 'file')} in {where}" + (
            f" ({', '.join(left)} left out)" if left else ""
        )
        if not self._matches:
            return f"{self._slow}{self._stopped}{self._query!r} was not found in {searched}."
        head = f"{self._slow}{self._matches} matching lines in {self._files} of {searched}. {self._stopped}"
        return head.rstrip() + "\n" + "\n".join(self._lines)


def _literal(query: str) -> Callable[[str], Iterator[int]]:
    """Find a text whatever its case. `str.find` takes linear time; `re` without case doesn't."""
    wanted = _lowered(query)

    def find(text: str) -> Iterator[int]:
        lowered = _lowered(text)
        place = lowered.find(wanted)
        while place >= 0:
            yield place
            place = lowered.find(wanted, place + len(wanted))

    return find


def _lowered(text: str) -> str:
    """The text in small letters, of the same length."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _excerpt(text: str, place: int) -> str:
    """The line around a place, or the part of a long line around it."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    if end - start <= _EXCERPT:
        return text[start:end].strip()
    start = max(start, place - _EXCERPT // 4)
    return "…" + text[start : min(end, start + _EXCERPT)].strip() + "…"
