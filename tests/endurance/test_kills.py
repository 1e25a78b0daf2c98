"""kill -9 at every place, and at random moments: nothing finished is lost, nothing runs twice unannounced."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autogpt.core.actions import Action, Thoughts
from autogpt.core.events import Begun, Ran, Replied, Resumed
from tests.endurance.diligent import PROFILE, TRIGGER, answer, expected
from tests.endurance.record import repeated

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the program is forked from a warm process")

ROOT = Path(__file__).parents[2]


def output_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.real
def test_killed_at_every_place_and_resumed_a_run_ends_as_if_nothing_had_been() -> None:
    """Before, in and after each event's write, each flush and each write to the workspace."""
    found = json.loads(output_of("tests.endurance.kill_points"))
    assert found["places"] > 100
    assert found["kills"] > 120
    assert found["steps_lost"] == []
    assert found["run_twice"] == []
    assert found["journals_damaged"] == []


@pytest.mark.slow
@pytest.mark.real
def test_killed_at_random_moments() -> None:
    table = output_of("benchmarks.kills", "--kills", "15", "--steps", "24")
    row = table.strip().splitlines()[-1].strip("| ").split(" | ")
    assert int(row[0]) == 15
    assert re.fullmatch("0 / 0 / 0", " / ".join(row[-3:])), table


def replied(number: int) -> Replied:
    return Replied(Thoughts(), act(number))


def act(number: int) -> Action:
    return Action("append_to_file", {"filename": "a", "text": str(number)})


def test_the_check_notices_repetitions_that_nobody_chose() -> None:
    check = Replied(Thoughts(), Action("read_file", {}))
    one = Begun(act(1))
    done = Ran(act(1), True, "")
    assert repeated([replied(1), one, done, replied(2)]) == []
    assert repeated([replied(1), one, Resumed(), check, replied(1), one, done]) == []
    assert repeated([replied(1), one, Resumed(), one, done]) != []
    assert repeated([replied(1), one, Resumed(), replied(2)]) != []
    assert repeated([replied(1), Begun(act(2))]) != []


def test_the_diligent_model_does_each_step_once_and_checks_what_is_unknown() -> None:
    messages = [{"role": "system", "content": "…"}, {"role": "user", "content": "nothing was done"}]
    tail = {"role": "user", "content": TRIGGER}
    assert "begin 1" in answer([*messages, tail], 3)
    messages.append({"role": "assistant", "content": answer([*messages, tail], 3)})
    unknown = {"role": "user", "content": f"its outcome is unknown\n{TRIGGER}"}
    check = answer([*messages, unknown], 3)
    assert json.loads(check)["command"] == {"name": "read_file", "args": {"filename": "part-1.txt"}}
    messages += [unknown, {"role": "assistant", "content": check}]
    assert "begin 1" in answer([*messages, {"role": "user", "content": f"no such file\n{TRIGGER}"}], 3)
    assert "line 2" in answer([*messages, {"role": "user", "content": f"begin 1\n{TRIGGER}"}], 3)
    assert "keeps ledgers" in PROFILE
    assert sum(text.count("\n") for text in expected(60).values()) == 45
