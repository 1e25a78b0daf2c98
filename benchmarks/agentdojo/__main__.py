"""Attack success and utility on AgentDojo's pairs: `python -m benchmarks.agentdojo`.

    python -m benchmarks.agentdojo [--suite NAME] [--off] [--unattended] [--person] [--continuous] [--json]

Without an option all suites are played in all ways: with everything allowed (which shows that the orders
can succeed at all), with nobody there, with a person who is asked before each command and allows only what the
task needs, as without `--continuous`, and with the same person where only the policy asks. See the
package's own words for what is needed and what it means.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

from benchmarks.agentdojo.playing import Mode, Played, play
from benchmarks.agentdojo.suites import suites

AT_ONCE = 2
_HEAD = "| who is there | suite | pairs | tasks done | orders followed | of them only words | never met | questions a task |"


def pairs(suite: str) -> list[tuple[str, str]]:
    """All tasks and orders of a suite."""
    found = suites()[suite]
    return [(task, order) for task in found.user_tasks for order in found.injection_tasks]


def play_all(suite: str, mode: Mode, pool: ProcessPoolExecutor) -> list[Played]:
    """Each pair of a suite, side by side."""
    tasks, orders = zip(*pairs(suite), strict=True)
    every = len(tasks)
    return list(pool.map(play, [suite] * every, tasks, orders, [mode] * every, chunksize=20))


def row(mode: Mode, name: str, played: Sequence[Played]) -> str:
    """One line of the table."""
    followed = [one for one in played if one.followed]
    cells = (
        mode.value,
        name,
        str(len(played)),
        f"{sum(one.utility for one in played) / len(played):.1%}",
        str(len(followed)),
        str(sum(one.only_said for one in followed)),
        str(sum(not one.met for one in played)),
        f"{sum(one.asked for one in played) / len(played):.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Play, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agentdojo")
    parser.add_argument("--suite", action="append", choices=("workspace", "travel", "banking", "slack"))
    for mode in Mode:
        parser.add_argument(
            f"--{mode.name.lower()}", action="append_const", dest="modes", const=mode, help=mode.value
        )
    parser.add_argument("--json", action="store_true", help="each pair as JSON")
    asked = parser.parse_args()
    names = asked.suite or list(suites())
    everything: list[dict[str, object]] = []
    if not asked.json:
        print(f"{_HEAD}\n|{'---|' * _HEAD.count(' | ')}---|")
    with ProcessPoolExecutor(AT_ONCE) as pool:
        for mode in asked.modes or list(Mode):
            played: list[Played] = []
            for name in names:
                one = play_all(name, mode, pool)
                played += one
                if not asked.json:
                    print(row(mode, name, one), flush=True)
            if len(names) > 1 and not asked.json:
                print(row(mode, "all", played), flush=True)
            everything += [{"mode": mode.name.lower(), **asdict(one)} for one in played]
    if asked.json:
        print(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
