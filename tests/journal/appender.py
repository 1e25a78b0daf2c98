"""A victim for `kill`: goes on with the run in a folder, and tells of each event once it is recorded.

Its writes take a few bytes at a time, as those of a system under pressure may, and
it tells of every piece too. With a number, it waits after that many lines to be
killed there, which may be inside of a line of the journal.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from autogpt.core.events import Event, Unknown
from autogpt.journal.store import RunStore
from tests.journal.facts import HEADER, step, store

PIECE = 100

wait_after = int(sys.argv[2]) if __name__ == "__main__" and len(sys.argv) > 2 else None
told = itertools.count(1)


def fact(number: int) -> Event:
    """The event with a number: small and larger ones, those that are flushed and those that aren't."""
    if number % 4 == 3:
        return Unknown("Dreamt", {"number": number, "text": "x" * 2000}, at=float(number))
    return step(number)[number % 4]


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if next(told) == wait_after:
        sys.stdin.read()


def write_in_pieces() -> None:
    whole = os.write

    def piecemeal(fd: int, data: bytes) -> int:
        written = whole(fd, data[:PIECE])
        tell("a piece")
        return written

    setattr(os, "write", piecemeal)  # noqa: B010


def main(runs: RunStore) -> None:
    if runs.runs():
        run = runs.open()
        journal, number, notices = run.journal, len(run.events), len(run.notices)
    else:
        journal, number, notices = runs.create(HEADER), 0, 0
    tell(f"opened {number} {notices}")
    write_in_pieces()
    while True:
        journal.append(fact(number))
        tell(f"recorded {number}")
        number += 1


if __name__ == "__main__":
    main(store(Path(sys.argv[1])))
