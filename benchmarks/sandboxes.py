"""What sandboxes cost: `python -m benchmarks.sandboxes`.

Containers are measured where an engine answers (DOCKER_HOST, or a usual place) and an image
with Python is there: AUTOGPT_TEST_IMAGE, else the default one. `scripts/engine.sh` makes both.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from autogpt.commands.execution import ExecutionCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.errors import UsageError
from autogpt.sandboxes.choose import IMAGE, Choice, Wish, choose
from autogpt.sandboxes.port import Command, Exited, Sandbox
from autogpt.workspace import Workspace

RUNS = 30
HUNDRED_MEGABYTES = "import sys\nfor _ in range(1600): sys.stdout.write('0123456789abcde\\n' * 4096)"
MOST = {"bubblewrap": "25 ms", "docker": "150 ms"}


def milliseconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def opened(kind: str, place: Path) -> Choice:
    """A sandbox. Raises UsageError where there is none."""
    image = os.environ.get("AUTOGPT_TEST_IMAGE", IMAGE)
    wish = Wish(kind, image=image, host_allowed=True)
    return choose(wish, place, dict(os.environ), in_container=False)


class _Clock:
    def time(self) -> float:
        return 0.0


def printing(sandbox: Sandbox, place: Path) -> Callable[[], object]:
    """Running `print(1)` through the command, as the agent does."""
    workspace = Workspace(place)
    registry = Registry([ExecutionCommands(workspace, sandbox)], workspace=workspace, clock=_Clock())
    action = Action("execute_python_code", {"code": "print(1)"})

    def work() -> None:
        ran = registry.run(action)
        assert ran.result == "1\n", ran.result

    return work


def bare() -> object:
    """Running it without one."""
    return subprocess.run([sys.executable, "-c", "print(1)"], stdin=subprocess.DEVNULL, capture_output=True)


def hundred_megabytes(sandbox: Sandbox) -> tuple[float, float, int]:
    """Seconds, megabytes that this process grew by, bytes that are kept in memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = sandbox.run(Command((sandbox.python, "-c", HUNDRED_MEGABYTES)), lambda _: None)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert outcome.end == Exited(0)
    assert outcome.output.total == 100 * 1024 * 1024
    return outcome.seconds, grown / 1024, len(outcome.output.head) + len(outcome.output.tail)


def measure(kind: str, place: Path) -> None:
    """Print one sandbox's rows."""
    began = time.perf_counter()
    try:
        sandbox = opened(kind, place).sandbox
    except UsageError as why:
        print(f"| {kind} | not measured: {why} | |")
        return
    assert sandbox
    try:
        work = printing(sandbox, place)
        work()
        first = time.perf_counter() - began
        print(
            f"| {kind}: opened, and the first `print(1)` | {first * 1000:.0f} ms | {'2 s' if kind == 'docker' else ''} |"
        )
        pairs = [(milliseconds(bare), milliseconds(work)) for _ in range(RUNS)]
        alone, inside = (median(times) for times in zip(*pairs, strict=True))
        limit = MOST.get(kind, "")
        if kind == "docker":
            print(f"| docker: `print(1)` in a warm container | {inside:.0f} ms | {limit} |")
        else:
            print(
                f"| {kind}: `print(1)`, above the {alone:.0f} ms of bare Python | {inside - alone:.0f} ms | {limit} |"
            )
        seconds, grown, kept = hundred_megabytes(sandbox)
        print(
            f"| {kind}: 100 MB of output | {seconds:.1f} s, {grown:.0f} MB more memory, {kept // 1024} kB kept "
            "| 3 s, constant memory |"
        )
    finally:
        sandbox.close()


def main() -> None:
    """Print the table."""
    print(f"| Sandbox, medians of {RUNS} | measured | at most |")
    print("|---|---|---|")
    with TemporaryDirectory() as name:
        for kind in ("host", "bubblewrap", "docker"):
            measure(kind, Path(name).resolve())


if __name__ == "__main__":
    main()
