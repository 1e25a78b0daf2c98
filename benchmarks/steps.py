"""What steps cost in time, calls, tokens and memory: `python -m benchmarks.steps`.

200 and 1000 small steps, with windows of 4 000 and 16 000 tokens, each run a process
of its own as a person would start it (`--continuous`, journal on disk, output to a
file), against a scripted server. Overhead is what passes at the agent between the end
of a step's reply and the arrival of the next step's request, without the time that
the server takes in between for summaries.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from benchmarks.agent import Call, Run, run
from benchmarks.tokens import Counter

CACHED_PRICE = 0.1
"""Cached input costs a tenth of fresh input, or less, with most providers."""

TARGETS = """\
At most: 5 ms overhead a step, at step 1000 as at step 10; 1.2 calls a step with the small window and 1.05
with the large one; 480,000 prompt tokens, 150,000 fresh-token equivalents, for 200 steps with the small
window; 120 MB. At least: 80% unchanged prefix with the small window, 92% with the large one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A run and what it was of."""

    steps: int
    window: int
    run: Run


def overheads(calls: Sequence[Call]) -> list[float]:
    """Milliseconds at the agent after each step but the last."""
    gaps: list[float] = []
    for before, now in pairwise(calls):
        gap = (now.arrived - before.sent) * 1000
        if before.is_step:
            gaps.append(gap)
        else:
            gaps[-1] += gap
    return gaps


def around(values: Sequence[float], step: int, width: int) -> str:
    """The median of the steps about `step`."""
    chosen = values[max(0, step - width) : step + width]
    return f"{median(chosen):.1f}" if step <= len(values) + 1 and chosen else "–"


def row_of(row: Row, counter: Counter) -> str:
    """One line of the table."""
    calls = row.run.calls
    gaps = overheads(calls)
    steps = [call for call in calls if call.is_step]
    total = fresh = 0.0
    shared = counted = 0
    latest: dict[bool, Call] = {}
    for call in calls:
        size = counter.prompt(call.messages)
        before = latest.get(call.is_step)
        same = counter.prefix(before.messages, call.messages) if before else 0
        latest[call.is_step] = call
        total += size
        fresh += size - same * (1 - CACHED_PRICE)
        if call.is_step and before:
            shared += same
            counted += size
    return (
        f"| {row.steps} | {row.window} | {around(gaps, 10, 5)} / {around(gaps, 200, 15)} / "
        f"{around(gaps, 1000, 15)} | {max(gaps):.0f} | {len(calls) / len(steps):.3f} | {total:,.0f} | "
        f"{total / len(steps):,.0f} | {shared / counted:.1%} | {fresh:,.0f} | {row.run.peak_megabytes:.0f} |"
    )


def main() -> None:
    """Run and print the table; steps as arguments to choose other numbers."""
    numbers = [int(argument) for argument in sys.argv[1:]] or [200, 1000]
    # All runs before the first count: what this process holds would count as the agent's peak.
    rows = [
        Row(steps, window, run(steps, SMART_TOKEN_LIMIT=str(window), FAST_TOKEN_LIMIT=str(window)))
        for steps in numbers
        for window in (4_000, 16_000)
    ]
    counter = Counter()
    print(
        "| steps | window | overhead a step at step 10 / 200 / 1000 (ms, median) | slowest step (ms) "
        "| calls a step | prompt tokens in all | prompt tokens a step | unchanged prefix "
        "| fresh-token equivalents | peak memory (MB) |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(row_of(row, counter))
    print(f"\nTokens: {counter.name}. Fresh-token equivalents: cached input counted at a tenth.\n")
    print(TARGETS)


if __name__ == "__main__":
    main()
