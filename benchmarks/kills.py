"""kill -9 at random moments: `python -m benchmarks.kills --kills 500`.

Runs of 60 steps with file commands, whole program and real client against a server on
loopback, each killed a random time after its start or its first event and resumed, until
all kills are used up. The model follows its prompt: told that a step's outcome is
unknown, it looks before it repeats it. After each kill the journal is compared with what
the process had shown; at the end of each run its files with those of a run never killed.
Not on Windows: a start costs little because the program is forked from a warm process.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.endurance import forked
from tests.endurance.diligent import PROFILE, answer
from tests.endurance.record import Losses, Watch, unknown_outcomes
from tests.loopback.openai_server import OpenAIServer, Request

OPTIONS = ("--continuous", "--output", "json")

AT_START = 0.2
"""The part of the kills that counts from the start of the process, not from its first event."""
LONGEST_START = 0.15
LONGEST_LIFE = 0.08
"""Seconds, from the start or from the first event."""


@contextmanager
def server(steps: int) -> Iterator[str]:
    """The server, in a process of its own, so that this one may fork; gives its URL."""
    to_us, from_it = os.pipe()
    to_it, from_us = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(from_us)
        _serve(steps, from_it, to_it)
    os.close(from_it)
    os.close(to_it)
    try:
        yield os.read(to_us, 1000).decode()
    finally:
        os.close(from_us)
        os.waitpid(pid, 0)
        os.close(to_us)


def _serve(steps: int, tell: int, wait: int) -> None:
    try:

        def reply(request: Request) -> str:
            del served.requests[:]  # hours of prompts are not to pile up
            return answer(request.messages, steps)

        with OpenAIServer(reply) as served:
            os.write(tell, served.url.encode())
            os.read(wait, 1)
    finally:
        os._exit(0)


@dataclass
class Tally:
    """What was done."""

    kills: int = 0
    runs: int = 0
    torn: int = 0
    """Journals whose last line had been cut off by a kill, and was set aside."""
    unknown: int = 0
    """Commands that a kill hit, or that it hit before their end was written."""


def run_until_done(
    folder: Path,
    environment: Mapping[str, str],
    steps: int,
    most: int,
    chance: random.Random,
    tally: Tally,
    losses: Losses,
) -> None:
    """One run from its start to its end, killed as long as there are kills left."""
    (folder / "ai_settings.yaml").write_text(PROFILE)
    watch = Watch(folder, losses)
    while True:
        options = ["resume", *OPTIONS] if watch.begun else ["--skip-reprompt", *OPTIONS]
        child = forked.start(options, folder, environment)
        if tally.kills < most:
            early = chance.random() < AT_START
            delay = chance.random() * (LONGEST_START if early else LONGEST_LIFE)
            if not early:
                child.wait_for_output()
            child.kill_after(delay)
        code = child.wait()
        watch.after_a_death(child.lines())
        if code == 0:
            break
        if code != -signal.SIGKILL:
            raise SystemExit(f"it ended with {code}:\n{(folder / 'stderr.txt').read_text()[-2000:]}")
        tally.kills += 1
    tally.runs += 1
    tally.unknown += unknown_outcomes(watch.events)
    tally.torn += len(list(folder.glob(".autogpt/runs/*/journal.damaged*")))
    watch.at_the_end(steps)


def main() -> None:
    """Kill, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not hasattr(os, "fork"):
        raise SystemExit("This needs a system that can fork: Linux or macOS.")
    chance, tally, losses = random.Random(given.seed), Tally(), Losses()
    started = time.monotonic()
    forked.warm_up()
    assert threading.active_count() == 1
    with TemporaryDirectory(prefix="autogpt-kills-") as name, server(given.steps) as url:
        environment = {
            "HOME": name,
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "OPENAI_API_KEY": "benchmark",
            "OPENAI_API_BASE_URL": url,
            "SMART_LLM_MODEL": "test-model",
        }
        while tally.kills < given.kills:
            folder = Path(name) / f"run-{tally.runs}"
            folder.mkdir()
            run_until_done(folder, environment, given.steps, given.kills, chance, tally, losses)
    seconds = time.monotonic() - started
    for problem in (*losses.steps_lost, *losses.run_twice, *losses.journals_damaged):
        print(problem, file=sys.stderr)
    print(
        "| kills | runs of so many steps | hit within a command | within a write | seconds | finished steps lost "
        "| commands run twice unannounced | damaged journals |"
    )
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {tally.kills} | {tally.runs} × {given.steps} | {tally.unknown} | {tally.torn} | {seconds:.0f} "
        f"| {len(losses.steps_lost)} | {len(losses.run_twice)} | {len(losses.journals_damaged)} |"
    )


if __name__ == "__main__":
    main()
