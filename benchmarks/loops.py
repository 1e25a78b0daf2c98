"""The progress guard against scripted circles and honest work: `python -m benchmarks.loops`."""

from __future__ import annotations

import sys
import time

from autogpt.core.progress import WINDOW, Step, judge, step_of
from tests.core.loops.batches import BATCHES
from tests.core.loops.circles import CIRCLES, PATIENT
from tests.core.loops.ladder import climb


def slowest_call(rounds: int = 5) -> float:
    """Seconds that the slowest of the scripts' judgements takes with a full history, best of `rounds`."""
    slowest = 0.0
    for script in (*CIRCLES, *PATIENT, *BATCHES):
        events = script.events()
        history: list[Step] = []
        while len(history) < WINDOW and (event := next(events, None)):
            step = step_of(event)
            assert step is not None
            history.append(step)
        best = float("inf")
        for _ in range(rounds):
            begun = time.perf_counter()
            judge(history)
            best = min(best, time.perf_counter() - begun)
        slowest = max(slowest, best)
    return slowest


def table() -> str:
    """The figures as text."""
    lines = []
    for title, scripts in (("circles", CIRCLES), ("circles that could be honest", PATIENT)):
        lines.append(f"{title}: {len(scripts)}")
        for script in scripts:
            outcome = climb(script.events())
            state = (
                f"stopped at step {outcome.steps}, {outcome.repeats} repeats"
                if outcome.stopped
                else "NOT STOPPED"
            )
            lines.append(f"  {script.name:52} {state}; told {outcome.told}, refused {outcome.refused}")
    disturbed = 0
    lines.append(f"honest work: {len(BATCHES)}")
    for script in BATCHES:
        outcome = climb(script.events())
        left_alone = not (outcome.told or outcome.refused or outcome.stopped)
        disturbed += not left_alone
        lines.append(
            f"  {script.name:52} {outcome.steps} steps, {'left alone' if left_alone else 'DISTURBED'}"
        )
    circles = [climb(script.events()) for script in CIRCLES]
    lines.append(
        f"circles stopped within 6 repeats: {sum(bool(o.stopped) and o.repeats <= 6 for o in circles)} of {len(circles)}"
    )
    lines.append(f"honest work disturbed: {disturbed} of {len(BATCHES)}")
    lines.append(f"slowest judgement with {WINDOW} steps: {slowest_call() * 1000:.3f} ms")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
