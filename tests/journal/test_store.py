"""Runs are found, listed, locked, and kept to their owner."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.core.actions import Action, Thoughts
from autogpt.core.errors import JournalError, LimitKind, UsageError
from autogpt.core.events import (
    Advised,
    Denied,
    Event,
    Extended,
    Garbled,
    Interrupted,
    Left,
    LimitMet,
    Ran,
    Replied,
    Resumed,
    Stuck,
    Unknown,
)
from autogpt.core.messages import Usage
from autogpt.core.profile import Profile
from autogpt.core.redact import Redactor
from autogpt.journal.codec import verbatim
from autogpt.journal.store import RunStore, random_token
from tests.journal.facts import HEADER, SOME_EVENTS, FixedClock, step, store

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    runs = store(tmp_path / "deep" / "runs")
    with runs.create(HEADER) as journal:
        for event in SOME_EVENTS[:5]:
            journal.append(event)
    run = runs.open()
    with run.journal:
        assert run.header == replace(HEADER, id=journal.header.id, created=1_795_271_101.0) == journal.header
        assert run.events == SOME_EVENTS[:5]
        for event in SOME_EVENTS[5:]:
            run.journal.append(event)
    assert runs.read().events == SOME_EVENTS


def test_ids_are_readable_and_sort_by_time(tmp_path: Path) -> None:
    clock = FixedClock()
    runs = RunStore(tmp_path, clock=clock, redact=verbatim, token=lambda: "a3f")
    ids = []
    for _ in range(3):
        ids.append(runs.create(HEADER).header.id)
        clock.now += 3601
    assert ids == ["20261121-142501-a3f", "20261121-152502-a3f", "20261121-162503-a3f"]
    assert [run.id for run in runs.runs()] == ids
    assert runs.read().header.id == ids[-1]


def test_runs_of_the_same_second_have_different_ids(tmp_path: Path) -> None:
    tokens = iter(["aaa", "aaa", "aaa", "bbb"])
    runs = RunStore(tmp_path, clock=FixedClock(), redact=verbatim, token=lambda: next(tokens))
    assert runs.create(HEADER).header.id != runs.create(HEADER).header.id
    stubborn = RunStore(tmp_path, clock=FixedClock(), redact=verbatim, token=lambda: "aaa")
    with pytest.raises(JournalError):
        stubborn.create(HEADER)
    assert len(random_token()) == 3


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    clock = FixedClock()
    runs = RunStore(tmp_path, clock=clock, redact=verbatim, token=lambda: "a3f")
    first = runs.create(HEADER).header.id
    clock.now += 86400
    second = runs.create(HEADER).header.id
    assert runs.read(first[:8]).header.id == first
    assert runs.read(second).header.id == second
    with pytest.raises(UsageError, match="2 runs begin with '202611'"):
        runs.read("202611")
    with pytest.raises(UsageError, match=f"no run '20261122-142501-b3f'. The nearest is {second}"):
        runs.read("20261122-142501-b3f")
    for wanted in ("", "zzz", "../..", "/", "\x00", first + "/"):
        with pytest.raises(UsageError, match="nearest is 2026112"):
            runs.open(wanted)


def test_no_runs_at_all(tmp_path: Path) -> None:
    runs = store(tmp_path / "none")
    assert runs.runs() == []
    with pytest.raises(UsageError, match="no runs"):
        runs.open()
    assert not (tmp_path / "none").exists()


def test_other_things_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    runs = store(tmp_path)
    journal = runs.create(HEADER)
    (tmp_path / "20261121-142501-fff").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "journal.jsonl").write_text("{}")
    (tmp_path / "20261121-142501-eee").write_text("")
    assert [run.id for run in runs.runs()] == [journal.header.id]
    assert runs.read().header == journal.header


DONE = Ran(Action("task_complete", {"reason": "all done"}), True, "all done")


@pytest.mark.parametrize(
    ("last", "state"),
    [
        ((), "interrupted"),
        ((DONE,), "done"),
        ((DONE, Unknown("Archived")), "done"),
        ((DONE, Resumed()), "interrupted"),
        ((replace(DONE, ok=False),), "interrupted"),
        ((Stuck("the same again"),), "stopped: no progress"),
        ((LimitMet(LimitKind.BUDGET, Decimal(1), Decimal(1)),), "stopped: budget limit"),
        ((LimitMet(LimitKind.STEPS, Decimal(1), Decimal(1)),), "stopped: steps limit"),
        (
            (LimitMet(LimitKind.STEPS, Decimal(1), Decimal(1)), Extended(LimitKind.STEPS, Decimal(5))),
            "interrupted",
        ),
        ((Denied(Action("x"), "no"),), "stopped: refused"),
        ((Left(),), "stopped: you left"),
        ((Interrupted(),), "interrupted"),
        ((Interrupted(), Left()), "stopped: you left"),
    ],
)
def test_the_state_of_a_run(tmp_path: Path, last: tuple[Event, ...], state: str) -> None:
    runs = store(tmp_path)
    with runs.create(HEADER) as journal:
        for event in (*step(1), *last):
            journal.append(event)
        assert [run.state for run in runs.runs()] == ["running"]
    assert [run.state for run in runs.runs()] == [state]


def test_the_list_tells_goal_steps_and_cost(tmp_path: Path) -> None:
    runs = store(tmp_path)
    thoughts = Thoughts("hm")
    paid = Usage(10, 0, 5, Decimal("0.002"))
    with runs.create(HEADER) as journal:
        for event in (
            Replied(thoughts, Action("x"), paid),
            Ran(Action("x"), True, "ok", usage=paid),
            Garbled("?", "empty", paid),
            Ran(Action("y"), False, "no"),
        ):
            journal.append(event)
    with runs.create(replace(HEADER, task="", profile=Profile("A", "a role", ("a goal",)))) as journal:
        journal.append(Replied(thoughts, Action("x"), Usage(10, 0, 5, None)))
        journal.append(Replied(thoughts, Action("x"), paid))
    with runs.create(replace(HEADER, task="", profile=Profile("A", "a role", ()))):
        pass
    assert [(run.goal, run.steps, run.cost, run.created) for run in runs.runs()] == [
        ("Write a poem about rain", 3, Decimal("0.006"), 1_795_271_101.0),
        ("a goal", 0, None, 1_795_271_101.0),
        ("a role", 0, Decimal(0), 1_795_271_101.0),
    ]


def test_secrets_do_not_reach_the_disk(tmp_path: Path) -> None:
    runs = store(tmp_path, redact=Redactor(["hunter2"]))
    with runs.create(replace(HEADER, task="log in with hunter2", setup={"key": "hunter2"})) as journal:
        journal.append(Advised("the password is hunter2"))
    assert b"hunter2" not in journal.path.read_bytes()
    assert runs.read().events == (Advised("the password is ***"),)


def test_a_run_in_use_is_refused_and_can_be_looked_at(tmp_path: Path) -> None:
    runs = store(tmp_path)
    journal = runs.create(HEADER)
    journal.append(SOME_EVENTS[0])
    with pytest.raises(JournalError, match=rf"process {os.getpid()}.*{journal.header.id}"):
        runs.open()
    assert runs.read().events == SOME_EVENTS[:1]
    journal.append(SOME_EVENTS[1])
    journal.close()
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.append(SOME_EVENTS[2])
    run = runs.open()
    assert run.events == SOME_EVENTS[:2]
    with pytest.raises(JournalError):
        runs.open()
    run.journal.close()


def test_a_run_that_cannot_be_opened_is_not_left_locked(tmp_path: Path) -> None:
    runs = store(tmp_path)
    journal = runs.create(HEADER)
    journal.close()
    data = journal.path.read_bytes()
    journal.path.write_bytes(b"")
    with pytest.raises(JournalError):
        runs.open()
    journal.path.write_bytes(data)
    runs.open().journal.close()


@pytest.mark.real
def test_another_process_holds_the_run_until_it_dies(tmp_path: Path) -> None:
    runs = store(tmp_path)
    runs.create(HEADER).close()
    program = (
        "import sys; from pathlib import Path; from tests.journal.facts import store\n"
        "run = store(Path(sys.argv[1])).open(); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"open"
        with pytest.raises(JournalError, match=f"process {holder.pid}"):
            runs.open()
        assert runs.runs()[0].state == "running"
        holder.kill()
        holder.wait()
    assert runs.runs()[0].state == "interrupted"
    runs.open().journal.close()


@posix
def test_files_are_the_owners_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        runs = store(tmp_path / "runs")
        with runs.create(HEADER) as journal:
            journal.append(SOME_EVENTS[0])
        journal.path.write_bytes(journal.path.read_bytes() + b"{")
        runs.open().journal.close()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "runs").rglob("*")}
    assert modes == {
        journal.header.id: 0o700,
        "journal.jsonl": 0o600,
        "lock": 0o600,
        "journal.damaged": 0o600,
    }
    assert (tmp_path / "runs").stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("name", ["journal.jsonl", "lock"])
@pytest.mark.parametrize("kind", ["symlink", "dangling", "folder", "pipe"])
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    runs = store(tmp_path / "runs")
    with runs.create(HEADER) as journal:
        pass
    path = journal.folder / name
    aside = tmp_path / "elsewhere"
    path.rename(aside)
    content = aside.read_bytes()
    match kind:
        case "symlink":
            path.symlink_to(aside)
        case "dangling":
            path.symlink_to(tmp_path / "nowhere")
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    if (name, kind) == ("lock", "pipe"):
        runs.open().journal.close()  # harmless: it is never read from
    else:
        with pytest.raises(JournalError, match=r"symbolic link|directory"):
            runs.open()
    if name == "journal.jsonl":
        with pytest.raises(JournalError):
            runs.read()
        assert runs.runs()[0].state == "damaged"
    assert aside.read_bytes() == content
    assert not (tmp_path / "nowhere").exists()


@posix
def test_a_link_in_place_of_a_run_is_no_run(tmp_path: Path) -> None:
    with store(tmp_path / "elsewhere").create(HEADER) as journal:
        pass
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / journal.header.id).symlink_to(journal.folder)
    assert store(tmp_path / "runs").runs() == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for use in (
        lambda: store(tmp_path / "file" / "runs").create(HEADER),
        lambda: store(tmp_path / "file").runs(),
    ):
        with pytest.raises(JournalError, match="can't be used: Not a directory"):
            use()


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(JournalError, match="Permission denied"):
        store(tmp_path / "runs").create(HEADER)
