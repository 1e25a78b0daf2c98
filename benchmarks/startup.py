"""How long the program takes to start: `python -m benchmarks.startup`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import agent

STARTS = 15
FIRST_REQUESTS = 7


def seconds(arguments: list[str], folder: Path) -> float:
    """How long a process takes from start to end."""
    started = time.monotonic()
    subprocess.run(
        arguments,
        cwd=folder,
        env=agent.environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - started


def first_request() -> float:
    """Seconds from the start of the process to the arrival of its first model request."""
    run = agent.run(1)
    return run.calls[0].arrived - run.started


def main() -> None:
    """Print the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        bare, helps = [], []
        for _ in range(STARTS):
            bare.append(seconds([sys.executable, "-c", "pass"], folder))
            helps.append(seconds(agent.command("--help"), folder))
    first = [first_request() for _ in range(FIRST_REQUESTS)]
    python, show_help = median(bare) * 1000, median(helps) * 1000
    print("| Start | measured | at most |")
    print("|---|---|---|")
    print(f"| bare `python -c pass`, median of {STARTS} | {python:.0f} ms | |")
    print(
        f"| `--help`, median of {STARTS} | {show_help:.0f} ms ({show_help / python:.1f} times bare Python) "
        f"| {2 * python + 100:.0f} ms (twice bare Python and 100 ms) |"
    )
    print(
        f"| start to first model request, median of {FIRST_REQUESTS} | {median(first) * 1000:.0f} ms "
        f"(slowest {max(first) * 1000:.0f} ms) | 1000 ms |"
    )


if __name__ == "__main__":
    main()
