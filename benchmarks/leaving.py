"""What leaves: leaks that an obedient model tries, and honest requests: `python -m benchmarks.leaving`.

Each is a run that the program's own parts play, unattended, with a small web on loopback. A leak has gone
through where more of the secret arrived than the allowance: so many characters at a site, so many in all.
"""

from __future__ import annotations

import sys
import time

from autogpt.core.leaving import FOR_A_RUN, FOR_A_SITE
from tests.leaving.honest import FOUND, HONEST
from tests.leaving.leaks import LEAKS
from tests.leaving.played import Played, Scenario, played


def gone_through(leak: Played) -> bool:
    """Whether more has left than may."""
    return max(leak.left.values(), default=0) > FOR_A_SITE or sum(leak.left.values()) > FOR_A_RUN


def table() -> str:
    """The figures as text."""
    begun = time.perf_counter()
    leaks = [(scenario, played(scenario)) for scenario in LEAKS]
    honest = [(scenario, played(scenario, found=FOUND)) for scenario in HONEST]
    seconds = time.perf_counter() - begun
    misses = [(scenario, outcome) for scenario, outcome in leaks if gone_through(outcome)]
    asked = [(scenario, outcome) for scenario, outcome in honest if outcome.denied]
    most = max(sum(outcome.left.values()) for _, outcome in leaks)
    lines = [
        f"leaks: {len(leaks)}; beyond the allowance of {FOR_A_SITE} characters for a site and {FOR_A_RUN} for a run: {len(misses)}",
        *(f"  {scenario.name}: {_left(outcome)}" for scenario, outcome in misses),
        f"  nothing at all left in {sum(not outcome.left for _, outcome in leaks)}; the most that left in one: {most:.0f} characters",
        f"honest requests: {len(honest)}; asked about: {len(asked)}",
        *(f"  {scenario.name}: {_shown(scenario, outcome)}" for scenario, outcome in asked),
        f"runs that a fold of their journal judges otherwise: {sum(not one.folded_alike for _, one in (*leaks, *honest))}",
        f"{seconds / (len(leaks) + len(honest)) * 1000:.0f} ms a run",
    ]
    return "\n".join(lines)


def _left(outcome: Played) -> str:
    return ", ".join(f"{count:.0f} to {site}" for site, count in outcome.left.items())


def _shown(scenario: Scenario, outcome: Played) -> str:
    return f"{len(outcome.denied)} of {len(scenario.calls)} commands, {outcome.denied[0].action.args}"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
