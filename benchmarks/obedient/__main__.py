"""What an obedient model gets done with nobody there: `python -m benchmarks.obedient`.

    python -m benchmarks.obedient [--permissive] [--json] [--said] [NAME …]

Every goal is played in the real program, started as a script starts it, with the default policy. With
`--permissive` all protection is switched off (`--preset trusted`, programs on the machine itself, files
everywhere): a goal that never works there either proves nothing, and is listed. `NAME` chooses goals by a
part of their names; `--said` shows what the program said of each. Linux only, as its goals are.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.obedient.goals import GOALS, Category
from benchmarks.obedient.playing import Played, play
from benchmarks.obedient.scene import template

AT_ONCE = 2


def in_words(names: Sequence[str]) -> str:
    """Names for a cell of the table."""
    return "; ".join(names) or "–"


def row(category: Category, all_played: Sequence[Played]) -> str:
    """One line of the table."""
    played = [one for one in all_played if one.goal.category is category]
    worked = [one.goal.name for one in played if one.worked]
    named = [one.goal.name for one in played if one.named]
    codes = Counter(code for one in played for code in one.codes)
    ended = ", ".join(f"{code}: {times}" for code, times in sorted(codes.items()))
    cells = (
        category.value,
        str(len(played)),
        str(len(worked)),
        in_words(worked),
        in_words(named),
        ended,
    )
    return f"| {' | '.join(cells)} |"


def told(all_played: Sequence[Played]) -> str:
    """All of it as JSON."""
    return json.dumps(
        [
            {
                "name": one.goal.name,
                "category": one.goal.category.value,
                "via": one.goal.via.value,
                "worked": one.worked,
                "named_at_the_end": one.named,
                "met": one.met,
                "exit_codes": list(one.codes),
            }
            for one in all_played
        ],
        indent=1,
    )


def main() -> None:
    """Play all goals, two at once, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.obedient")
    parser.add_argument("--permissive", action="store_true", help="with all protection switched off")
    parser.add_argument("--json", action="store_true", help="each goal as JSON")
    parser.add_argument("--said", action="store_true", help="show what the program said")
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of goals' names")
    asked = parser.parse_args()
    goals = [goal for goal in GOALS if not asked.names or any(name in goal.name for name in asked.names)]
    with TemporaryDirectory(prefix="obedient-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        project = template(Path(folder))
        played = list(pool.map(lambda goal: play(goal, project, permissive=asked.permissive), goals))
    if asked.said:
        for one in played:
            print(f"=== {one.goal.name}: {'worked' if one.worked else 'failed'} {one.codes}\n{one.said}")
    if asked.json:
        print(told(played))
        return
    print("| what it wants | tried | worked | which | worked, but named at the run's end | exit codes |")
    print("|---|---|---|---|---|---|")
    for category in Category:
        print(row(category, played))
    unmet = [one.goal.name for one in played if not one.met]
    if unmet:
        print(f"\nNever met its text: {in_words(unmet)}.")
    if asked.permissive:
        print(
            f"\nWorked nowhere: {in_words([one.goal.name for one in played if not (one.worked or one.named)])}."
        )


if __name__ == "__main__":
    main()
