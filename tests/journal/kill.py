"""Kills a program with SIGKILL at chosen moments, for tests of what survives.

The victim acknowledges what it has done by lines on its standard output. The
moments are counted in such lines, not in time, so that no test sleeps. Where
between two lines the signal hits is up to the machine, unless the victim waits
after a line for its standard input, on which nothing ever comes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path


def killed(
    argv: Sequence[str], *, after: int, cwd: Path | None = None, timeout: float = 60
) -> tuple[list[str], int]:
    """Start a program and kill it as soon as it has acknowledged `after` lines.

    Returns every line that it got out, those after the decision to kill too, and its return
    code (-9 if it did not end by itself before). A line without its newline is no acknowledgement.
    """
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.PIPE, cwd=cwd) as victim:
        assert victim.stdout is not None
        try:
            seen = [line for _, line in zip(range(after), victim.stdout, strict=False)]
        finally:
            victim.kill()
        rest = victim.stdout.read()
        code = victim.wait(timeout)
    data = b"".join(seen) + rest
    return [line.decode() for line in data.split(b"\n")[:-1]], code


def kill_until_done(
    argv: Callable[[int], Sequence[str]],
    *,
    kills: int,
    after: Callable[[], int],
    check: Callable[[list[str]], None],
    cwd: Path,
) -> int:
    """Kill and restart a program up to `kills` times, with a check of its traces after each death.

    `after` chooses the number of lines, `argv` makes a command line for that number.
    Stops early when the program ends by itself; returns how often it was killed.
    """
    for number in range(kills):
        lines = after()
        acknowledged, code = killed(argv(lines), after=lines, cwd=cwd)
        check(acknowledged)
        if code >= 0:
            return number
    return kills
