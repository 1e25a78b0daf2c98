"""A process that is killed while it appends never loses an event that it had acknowledged."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.journal.appender import fact
from tests.journal.facts import store
from tests.journal.kill import kill_until_done

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL"),
]


@pytest.mark.parametrize("waits", [False, True], ids=["as it goes", "held where it is"])
def test_no_acknowledged_event_is_lost_to_sigkill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], waits: bool
) -> None:
    """As it goes, most kills hit while the disk is waited for; held, most are inside of a line."""
    chance = random.Random(11)
    argv = [sys.executable, "-m", "tests.journal.appender", str(tmp_path)]
    runs = store(tmp_path)
    sizes = [0]

    def check(acknowledged: list[str]) -> None:
        opened, *numbers = [line for line in acknowledged if line != "a piece"]
        assert opened == f"opened {sizes[-1]} 0"
        assert numbers == [f"recorded {number}" for number in range(sizes[-1], sizes[-1] + len(numbers))]
        run = runs.read()
        assert run.notices == ()
        # The one event more was written, and the process died before it could say so.
        assert len(run.events) - sizes[-1] - len(numbers) in (0, 1)
        assert run.events == tuple(fact(number) for number in range(len(run.events)))
        assert runs.runs()[0].state == "interrupted"
        sizes.append(len(run.events))

    kills = kill_until_done(
        lambda lines: [*argv, str(lines)] if waits else argv,
        kills=30,
        after=lambda: chance.randrange(1, 50),
        check=check,
        cwd=Path(__file__).parents[2],
    )
    assert kills == 30
    (folder,) = tmp_path.iterdir()
    cut = list(folder.glob("journal.damaged*"))
    if waits:
        assert len(cut) >= 15
    with capsys.disabled():
        sys.stdout.write(f"\n30 kills: {sizes[-1]} events, {len(cut)} lines cut off inside a write\n")
