"""What may leave while one command runs: the core's judgement at hand, and what came of it as facts.

Before a command, the loop says what holds (`begin`); the http door asks where a server leads on
(`led`), and says when it reached the person's own network; the registry takes the facts into the
command's `Ran`, so that the session learns of them and a resumed one does too.
"""

from __future__ import annotations

import threading

from autogpt.core.errors import CommandError
from autogpt.core.leaving import Leave


class Outgoing:
    """One for each run. Safe to use from the threads of a command."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leave = Leave()
        self._ways: list[str] = []
        self._inside = False

    def begin(self, leave: Leave) -> None:
        """A command is about to run, and this holds for it."""
        with self._lock:
            self._leave, self._ways, self._inside = leave, [], False

    def led(self, first: str, url: str) -> None:
        """A server leads from one address to another. Raises CommandError where it is not to be followed."""
        with self._lock:
            price, why_not = self._leave.led(first, url, self._ways)
            if why_not:
                raise CommandError(why_not)
            if price:
                self._ways.append(f"{first} {url}")

    def reached_inside(self) -> None:
        """A host of the person's own network was reached."""
        self._inside = True

    def source_of(self, text: str) -> str:
        """Where a text comes from that stands in one from outside, "" if it doesn't."""
        return self._leave.known.source_of(text)

    def taken(self) -> tuple[tuple[str, ...], bool]:
        """The ways that were gone since the command began, and whether it reached the person's network."""
        with self._lock:
            ways, self._ways = tuple(self._ways), []
            inside, self._inside = self._inside, False
            return ways, inside
