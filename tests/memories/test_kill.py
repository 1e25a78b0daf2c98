"""Processes that add to one memory are killed at any moment: what was kept is there, and nothing is damaged."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from autogpt.memories.local import NAME, LocalMemory
from autogpt.memories.port import Entry
from tests.memories.adder import AT_ONCE, entries
from tests.memories.meanings import Meanings

CHECKOUT = Path(__file__).parents[2]


def killed(folder: Path, name: str, seconds: float) -> int:
    """Start a process that adds, kill it after its first turn and so many seconds, and say how many turns it told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.memories.adder", str(folder), name],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    told += process.stdout.readlines()
    process.wait()
    timer.join()
    process.stdout.close()
    return sum(line.endswith("\n") for line in told)


def check(folder: Path, told: dict[str, int]) -> None:
    """Everything that was told to be kept is there, whole and once, found by words and by meaning."""
    with closing(sqlite3.connect(folder / NAME)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        kept = {text for (text,) in database.execute("SELECT text FROM entries")}
        rows = database.execute("SELECT space, place FROM entries").fetchall()
        (vectors,) = database.execute("SELECT vectors FROM spaces").fetchone()
    for name, turns in told.items():
        expected = {entry.text for turn in range(turns) for entry in entries(name, turn)}
        assert expected <= kept
        # A turn is kept as a whole or not at all; the last may have been kept before it was told.
        of_name = {text for text in kept if text.startswith(f"{name} ")}
        assert len(of_name) % AT_ONCE == 0
        assert len(of_name) - len(expected) in (0, AT_ONCE)
    assert len({place for _, place in rows}) == len(rows) == vectors
    with closing(LocalMemory(folder, Meanings())) as memory:
        assert memory.add([Entry("an infusion after the storm")]).new == 1
        assert memory.find("storm", 1).found[0].entry.text == "an infusion after the storm"
        assert len(memory.find("ship", 20).found) == 20


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    told = {
        f"killed{round}": killed(tmp_path / "m", f"killed{round}", chance.uniform(0, 0.1))
        for round in range(6)
    }
    check(tmp_path / "m", told)


@pytest.mark.slow
@pytest.mark.real
def test_two_that_add_to_one_memory_are_killed(tmp_path: Path) -> None:
    told: dict[str, int] = {}

    def work(name: str, seconds: float) -> None:
        told[name] = killed(tmp_path / "m", name, seconds)

    threads = [
        threading.Thread(target=work, args=(f"writer{number}", 0.3 + number / 5)) for number in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(told.values())
    check(tmp_path / "m", told)


@pytest.mark.parametrize("moment", ["before the vectors", "after the vectors", "at the end"])
def test_a_write_that_ends_half_way_leaves_what_was_there(tmp_path: Path, moment: str) -> None:
    """The same at chosen moments: what a killed process leaves is a transaction that was not committed."""
    with closing(LocalMemory(tmp_path / "m", Meanings())) as memory:
        memory.add([Entry("tea before")])
    if moment != "before the vectors":
        with (tmp_path / "m" / "vectors-1.f32").open("ab") as file:
            file.write(b"\xff" * (7 if moment == "after the vectors" else 16 * 5))
    with closing(LocalMemory(tmp_path / "m", Meanings())) as memory:
        memory.add([Entry("tea after")])
        found = memory.find("infusion", 5).found
        assert {one.entry.text for one in found} == {"tea before", "tea after"}
