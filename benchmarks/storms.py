"""A provider that fails one request in five: `python -m benchmarks.storms --steps 1000`.

The whole program in continuous mode with the real client, against a server on loopback
that fails in some thirty ways at random: limits, faults of the server, resets before
and in the middle of a stream, answers that are no answers, replies that can't be used.
Only the waits between tries are not waited out; they are counted.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.endurance.playing import impatient, play
from tests.endurance.record import Losses, Watch
from tests.endurance.storm import Storm, Waiting
from tests.loopback.openai_server import OpenAIServer


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    storm, waiting, losses = Storm(given.steps, given.seed), Waiting(), Losses()
    started = time.monotonic()
    with TemporaryDirectory(prefix="autogpt-storms-") as name:
        folder = Path(name)
        with OpenAIServer(storm) as server, impatient(waiting, random.Random(given.seed).random):
            ended = play(folder, "-y", "--continuous", "--output", "json", OPENAI_API_BASE_URL=server.url)
        watch = Watch(folder, losses)
        watch.after_a_death(ended.out.splitlines())
        watch.at_the_end(given.steps)
    for problem in (*losses.steps_lost, *losses.run_twice, *losses.journals_damaged):
        print(problem, file=sys.stderr)
    if ended.code:
        print(ended.err[-2000:], file=sys.stderr)
    faults = sum(storm.faults.values())
    print(
        "| steps | requests | failed, in so many ways | most failures in a row | longest wait, all waits "
        "(not waited out) | seconds | exit code | lost | run twice |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {given.steps} | {storm.requests} | {faults}, {len(storm.faults)} | {storm.most_in_a_row} "
        f"| {max(waiting.waits, default=0):.0f} s, {sum(waiting.waits):.0f} s | {time.monotonic() - started:.0f} "
        f"| {ended.code} | {len(losses.steps_lost) + len(losses.journals_damaged)} | {len(losses.run_twice)} |"
    )


if __name__ == "__main__":
    main()
