"""The times in which runs worked, kept for the runs after them."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from autogpt import working_times
from autogpt.core.worked import FolderId
from autogpt.working_times import MOST, WorkingTime
from autogpt.workspace import Workspace

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")

NOW = 1_795_000_000.25

FORGED: list[object] = [
    7,
    [7],
    [{}],
    [{"folder": "/", "number": "x", "times": []}],
    [{"folder": "", "number": 0, "times": [[0.5, float("inf")], [float("nan"), 7e9], [5, 1]]}],
]


class Clock:
    """A clock that can be set, and one that only ever goes on."""

    def __init__(self) -> None:
        self.now = NOW
        self.steady = 5.0

    def __call__(self) -> float:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += seconds
        self.steady += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "proj")


def run(
    kept: list[Path], place: Workspace, clock: Clock, past: tuple[float, ...] = (), created: float = 0
) -> WorkingTime:
    made = WorkingTime(kept, place, past=past, created=created, clock=clock, steady=lambda: clock.steady)
    made.begin()
    return made


def covers(run: WorkingTime, place: Workspace, moment: float) -> bool:
    return run.worked().covers([moment], [FolderId(str(place.root), place.root.stat().st_ino)])


def test_what_came_before_is_known_after_it(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    kept = [tmp_path / "config/autogpt/working"]
    first = run(kept, place, clock)
    clock.go_on(100)
    first.end()
    clock.go_on(900)
    second = run(kept, place, clock)
    ages = [(-1, False), (0, True), (100, True), (100.5, False), (999, False), (1000, True), (5000, True)]
    assert [covers(second, place, NOW + age) for age, _ in ages] == [covered for _, covered in ages]
    second.end()


def test_each_place_is_enough(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    kept = [tmp_path / "config", tmp_path / "records"]
    first = run(kept, place, clock)
    clock.go_on(100)
    first.end()
    clock.go_on(900)
    (tmp_path / "config/times.json").write_text('{"format": 1, "folders": [')
    assert covers(run(kept, place, clock), place, NOW + 50)
    (tmp_path / "config/times.json").unlink()
    assert covers(run(kept, place, clock), place, NOW + 50)


def test_where_a_place_cannot_be_written_the_other_holds(
    tmp_path: Path, place: Workspace, clock: Clock
) -> None:
    (tmp_path / "config").write_text("a file")
    kept = [tmp_path / "config/working", tmp_path / "records"]
    run(kept, place, clock).end()
    clock.go_on(1000)
    assert covers(run(kept, place, clock), place, NOW)


def test_of_a_killed_run_it_is_known_until_when_it_worked(
    tmp_path: Path, place: Workspace, clock: Clock
) -> None:
    killed = run([tmp_path], place, clock)
    clock.go_on(3000)
    killed.note()  # and nothing more is heard of it
    clock.go_on(100_000)
    for _ in range(2):  # the second time it stands in the list
        after = run([tmp_path], place, clock)
        assert [covers(after, place, NOW + age) for age in (0, 3000, 3030, 4000)] == [True, True, True, False]
        after.end()
    assert not list(tmp_path.glob("[!t]*.json"))


def test_one_that_works_still_is_left_alone(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    other = run([tmp_path], place, clock)
    clock.go_on(1000)
    run([tmp_path], place, clock).end()
    clock.go_on(1000)
    other.note()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW + 1999)
    other.end()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW + 3000)


def test_what_is_said_of_one_that_works_still_is_put_off(
    tmp_path: Path, place: Workspace, clock: Clock
) -> None:
    other = run([tmp_path], place, clock)
    clock.go_on(1000)
    other.note()
    run([tmp_path], place, clock).end()
    clock.go_on(5)
    other.end()
    clock.go_on(1000)
    after = run([tmp_path], place, clock)
    assert [covers(after, place, NOW + age) for age in (1005, 1030)] == [True, False]


def test_one_that_was_halted_for_days_and_goes_on(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    halted = run([tmp_path], place, clock)
    clock.go_on(200_000)
    run([tmp_path], place, clock).end()
    halted.note()
    clock.go_on(1000)
    halted.end()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW + 200_500)


def test_a_clock_that_is_set_back(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    first = run([tmp_path], place, clock)
    clock.go_on(20)
    clock.now -= 3600
    assert covers(first, place, NOW + 20 - 3600)
    clock.go_on(20)
    first.end()
    clock.now += 10_000
    second = run([tmp_path], place, clock)
    assert [covers(second, place, NOW + age) for age in (-3700, -3590, 0, 20)] == [False, True, True, True]


def test_files_may_be_a_little_behind(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    assert covers(run([tmp_path], place, clock), place, NOW - 0.01)


def test_a_folder_that_was_moved_is_known(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    run([tmp_path], place, clock).end()
    clock.go_on(1000)
    place.root.rename(tmp_path / "moved")
    moved = Workspace(tmp_path / "moved")
    assert covers(run([tmp_path], moved, clock), moved, NOW)


def test_by_way_of_a_link_it_is_the_same_folder(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    (tmp_path / "link").symlink_to("proj", target_is_directory=True)
    run([tmp_path], Workspace(tmp_path / "link"), clock).end()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW)


def test_another_folder_is_not_concerned(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    run([tmp_path], Workspace(tmp_path / "other"), clock).end()
    clock.go_on(1000)
    assert not covers(run([tmp_path], place, clock), place, NOW)


def test_what_may_write_everywhere_concerns_all(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    run([tmp_path], Workspace(tmp_path / "other", restrict=False), clock).end()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW)


class TestRunThatGoesOn:
    """It worked before, in times that were kept or in times that nobody kept."""

    def test_what_the_person_changed_in_between_is_theirs(
        self, tmp_path: Path, place: Workspace, clock: Clock
    ) -> None:
        run([tmp_path], place, clock).end()
        clock.go_on(1000)
        again = run([tmp_path], place, clock, past=(NOW, NOW), created=NOW)
        assert [covers(again, place, NOW + age) for age in (0, 500, 1000)] == [True, False, True]

    def test_times_that_nobody_kept(self, tmp_path: Path, place: Workspace, clock: Clock) -> None:
        run([tmp_path], place, clock).end()
        clock.go_on(1000)
        again = run([tmp_path], place, clock, past=(NOW, NOW + 300), created=NOW - 50)
        assert [covers(again, place, NOW + age) for age in (-60, -50, 500)] == [False, True, True]


@posix
def test_it_is_private_and_follows_no_link(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    before = os.umask(0)
    try:
        first = run([tmp_path / "working"], place, clock)
        assert [path.stat().st_mode & 0o777 for path in (tmp_path / "working").iterdir()] == [0o600]
        first.end()
    finally:
        os.umask(before)
    assert (tmp_path / "working").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "working").iterdir()} == {0o600}
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (tmp_path / "working/times.json").unlink()
    (tmp_path / "working/times.json").symlink_to(precious)
    run([tmp_path / "working"], place, clock).end()
    assert precious.read_text() == "mine"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 50_000,
        b"1" * 2_000_000,
        b'{"format": 2}',
        *(json.dumps({"format": 1, "ended": True, "folders": folders}).encode() for folders in FORGED),
    ],
)
def test_damage_is_not_believed_and_not_in_the_way(
    tmp_path: Path, place: Workspace, clock: Clock, damage: bytes
) -> None:
    for name in ("times.json", "0123.json"):
        (tmp_path / name).write_bytes(damage)
    first = run([tmp_path], place, clock)
    assert not covers(first, place, NOW - 1000)
    first.end()
    clock.go_on(1000)
    assert covers(run([tmp_path], place, clock), place, NOW)


def test_a_pipe_is_not_waited_for(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names")
    os.mkfifo(tmp_path / "times.json")
    assert not covers(run([tmp_path], place, clock), place, NOW - 1000)


def test_very_many_are_kept_in_bounds_and_none_forgotten(
    tmp_path: Path, place: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_times, "MOST", 10)
    for number in range(40):
        run([tmp_path], place, clock).end()
        clock.go_on(1000 + number)
    kept = json.loads((tmp_path / "times.json").read_text())
    assert sum(len(folder["times"]) for folder in kept["folders"]) == 10
    last = run([tmp_path], place, clock)
    begun = NOW
    for number in range(40):
        assert covers(last, place, begun)
        begun += 1000 + number


def test_long_names_of_folders_never_make_a_list_that_cannot_be_read(
    tmp_path: Path, place: Workspace, clock: Clock
) -> None:
    folders: list[dict[str, object]] = [
        {"folder": f"/{number}{'x' * 400}", "number": number, "times": [[number, number]]}
        for number in range(MOST // 2)
    ]
    text = json.dumps({"format": 1, "ended": True, "folders": folders})
    assert 800_000 < len(text) < 1_000_000
    (tmp_path / "times.json").write_text(text)
    (tmp_path / "0123.json").write_text(text.replace("x" * 400, "y" * 400))
    run([tmp_path], place, clock).end()
    clock.go_on(1000)
    assert (tmp_path / "times.json").stat().st_size < 1_048_576
    assert covers(run([tmp_path], place, clock), place, NOW)


def test_several_at_once(tmp_path: Path, clock: Clock) -> None:
    places = [Workspace(tmp_path / f"proj{number}") for number in range(20)]
    runs = [run([tmp_path / "kept"], place, clock) for place in places]
    threads = [threading.Thread(target=each.end) for each in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.go_on(1000)
    last = run([tmp_path / "kept"], places[0], clock)
    assert all(covers(last, place, NOW) for place in places)


def test_nothing_is_noted_after_the_end(tmp_path: Path, place: Workspace, clock: Clock) -> None:
    over = run([tmp_path], place, clock)
    over.end()
    clock.go_on(1000)
    over.note()
    assert {path.name for path in tmp_path.iterdir()} == {"proj", "times.json", "lock"}
