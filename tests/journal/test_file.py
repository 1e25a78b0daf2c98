"""Appending: interrupted at any moment, on a full disk, behind the journal's back."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from autogpt.core.errors import ExitCode, JournalError
from autogpt.core.events import Advised, Authorised, Event, Left
from autogpt.journal import codec, file
from autogpt.journal.file import Journal
from tests.journal.facts import HEADER, step, store

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")
ROOT = Path(__file__).parents[2]


@contextmanager
def interrupted_at(moment: int) -> Iterator[list[int]]:
    """Ctrl-C before the `moment`th step of the interpreter inside the journal; counts the steps."""
    steps = [0]

    def trace(frame: FrameType, what: str, _: Any) -> Any:
        if frame.f_code.co_filename not in (file.__file__, codec.__file__):
            return None
        frame.f_trace_opcodes = True
        if what == "opcode":
            steps[0] += 1
            if steps[0] == moment:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 traces them only if some frame asked before it began
    sys.settrace(trace)
    try:
        yield steps
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("event", [step(1)[1], Authorised()], ids=["flushed", "not flushed"])
def test_an_interruption_at_any_moment_leaves_a_good_journal(tmp_path: Path, event: Event) -> None:
    moment, steps = 0, [1]
    with store(tmp_path).create(HEADER) as journal:
        while steps[0] >= moment:
            moment += 1
            with suppress(KeyboardInterrupt), interrupted_at(moment) as steps:
                journal.append(replace(event, at=float(moment)))
            journal.append(Left(at=float(moment)))
    run = store(tmp_path).read()
    assert run.notices == ()
    found = [each.at for each in run.events if not isinstance(each, Left)]
    unrecorded = moment - len(found)
    assert unrecorded < 80 < moment, "only while it looks at the file before it writes"
    assert found == [float(each) for each in range(unrecorded + 1, moment + 1)]
    assert [each.at for each in run.events] == sorted(
        [*found, *(float(each) for each in range(1, moment + 1))]
    )


def refused(call: str, error: OSError, monkeypatch: pytest.MonkeyPatch, *, after: int = 0) -> None:
    """Let a system call of the journal fail; `write` takes `after` bytes first."""
    real, left = os.write, [after]

    def refuse(fd: int, data: Any = b"") -> int:
        taken = data[: left[0]] if isinstance(data, bytes) else b""
        left[0] = 0
        if not taken:
            raise error
        return real(fd, taken)

    if call == "_flush":
        monkeypatch.setattr(file, call, refuse)
    else:
        monkeypatch.setattr(os, call, refuse)


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("after", [0, 1, 100])
@pytest.mark.parametrize("stuck", [False, True], ids=["", "and what was written can't be taken back at once"])
def test_a_refused_write_leaves_no_trace(tmp_path: Path, after: int, stuck: bool) -> None:
    first, second, third = step(1)
    with store(tmp_path).create(HEADER) as journal:
        journal.append(first)
        with pytest.MonkeyPatch.context() as patch:
            refused("write", FULL, patch, after=after)
            if stuck:
                refused("ftruncate", OSError(errno.EIO, "Input/output error"), patch)
            with pytest.raises(JournalError) as caught:
                journal.append(second)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == ExitCode.INTERRUPTED
        if not stuck:
            assert "disk is full" in str(caught.value)
        journal.append(third)
    run = store(tmp_path).read()
    assert (run.events, run.notices) == ((first, third), ())


def test_a_refused_flush_leaves_no_trace(tmp_path: Path) -> None:
    first, second, third = step(1)
    with store(tmp_path).create(HEADER) as journal:
        journal.append(first)
        with pytest.MonkeyPatch.context() as patch:
            refused("_flush", OSError(errno.EIO, "Input/output error"), patch)
            with pytest.raises(JournalError, match="Input/output error"):
                journal.append(second)
            journal.append(Authorised())
        journal.append(third)
    assert store(tmp_path).read().events == (first, Authorised(), third)


def test_short_writes_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:7]))
    with store(tmp_path).create(HEADER) as journal:
        for event in step(1):
            journal.append(event)
    assert store(tmp_path).read().events == step(1)


@pytest.mark.parametrize("moment", ["start", "mending"])
def test_a_full_disk_at_the_start(tmp_path: Path, moment: str) -> None:
    runs = store(tmp_path)
    with runs.create(HEADER) as journal:
        journal.append(Authorised())
    cut = journal.path.read_bytes()[:-5]
    journal.path.write_bytes(cut)
    with pytest.MonkeyPatch.context() as patch:
        refused("fsync", FULL, patch)
        with pytest.raises(JournalError, match="disk is full"):
            runs.create(HEADER) if moment == "start" else runs.open()
    assert [each.name for each in tmp_path.iterdir()] == [journal.header.id]
    assert journal.path.read_bytes() == cut
    assert {each.name for each in journal.folder.iterdir()} == {"journal.jsonl", "lock"}
    run = runs.open()
    run.journal.close()
    assert run.events == ()


def append_until_full(journal: Journal) -> int:
    """How many events fit."""
    fitted = iter(range(10_000))

    def append_all() -> None:
        for number in fitted:
            journal.append(Advised("x" * 100, at=float(number)))

    with pytest.raises(JournalError, match="disk is full"):
        append_all()
    return next(fitted) - 1


FILE_LIMIT = """
import resource, sys
from pathlib import Path
from tests.journal.facts import HEADER, store
from tests.journal.test_file import append_until_full
from autogpt.core.events import Left
runs = store(Path(sys.argv[1]))
with runs.create(HEADER) as journal:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limit[1]))
    fitted = append_until_full(journal)
    assert fitted > 5
    assert append_until_full(journal) == 0
    resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    journal.append(Left())
run = runs.read()
assert len(run.events) == fitted + 1 and not run.notices, run
"""

FULL_DISK = """
import sys
from pathlib import Path
from tests.journal.facts import HEADER, store
from tests.journal.test_file import append_until_full
from autogpt.core.errors import JournalError
from autogpt.core.events import Left
disk = Path(sys.argv[1])
filler = disk / "filler"
filler.write_bytes(bytes(200_000))
runs = store(disk / "runs")
with runs.create(HEADER) as journal:
    fitted = append_until_full(journal)
    assert fitted > 5
    assert append_until_full(journal) == 0
    try:
        runs.create(HEADER)
    except JournalError as error:
        assert "disk is full" in str(error)
    else:
        raise AssertionError("a run without room")
    assert [run.steps for run in runs.runs()] == [0]
    filler.unlink()
    journal.append(Left())
run = runs.read()
assert len(run.events) == fitted + 1 and not run.notices, run
"""


@posix
@pytest.mark.real
def test_a_file_at_its_limit(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FILE_LIMIT, str(tmp_path)], cwd=ROOT, check=True, timeout=60)


MOUNT = 'mount -t tmpfs -o size=256k none "$1" && shift && exec "$@"'


def _may_mount(folder: Path) -> bool:
    try:
        return (
            subprocess.run(
                ["unshare", "-Urm", "sh", "-c", MOUNT, "sh", folder, "true"], capture_output=True
            ).returncode
            == 0
        )
    except OSError:
        return False


@posix
@pytest.mark.real
def test_a_full_disk(tmp_path: Path) -> None:
    if not _may_mount(tmp_path):
        pytest.skip("a small disk can't be mounted here")
    in_a_small_disk = ["unshare", "-Urm", "sh", "-c", MOUNT, "sh", str(tmp_path)]
    program = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    subprocess.run([*in_a_small_disk, *program], cwd=ROOT, check=True, timeout=60)


def test_a_journal_changed_or_deleted_by_others_is_noticed(tmp_path: Path) -> None:
    changes: list[tuple[Callable[[Path], object], str]] = [
        (lambda path: path.write_bytes(b""), "changed by another program"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x\n"), "changed by another program"),
        (lambda path: path.unlink(), "deleted"),
    ]
    for change, message in changes:
        with store(tmp_path).create(HEADER) as journal:
            journal.append(Authorised())
            change(journal.path)
            with pytest.raises(JournalError, match=message):
                journal.append(Authorised())


def test_threads_may_share_a_journal(tmp_path: Path) -> None:
    with store(tmp_path).create(HEADER) as journal:

        def work(number: int) -> None:
            for count in range(20):
                journal.append(Advised(f"{number} {count}"))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    run = store(tmp_path).read()
    assert run.notices == ()
    assert sorted(event.text for event in run.events if isinstance(event, Advised)) == sorted(
        f"{number} {count}" for number in range(4) for count in range(20)
    )


@pytest.mark.slow
def test_what_appending_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures to read; the limits are far from what a working disk needs."""
    kinds: dict[str, Event] = {
        "Replied": step(1, 2000)[0],
        "Ran": step(1, 2000)[2],
        "Authorised": Authorised(),
    }
    rows = []
    with store(tmp_path).create(HEADER) as journal:
        for name, event in kinds.items():
            started = time.perf_counter()
            for _ in range(300):
                journal.append(event)
            rows.append(f"append {name}: {(time.perf_counter() - started) / 300 * 1e6:.0f} us")
        started = time.perf_counter()
        for _ in range(5000):
            codec.dumps(codec.encode(kinds["Replied"]))
        encoding = (time.perf_counter() - started) / 5000
        rows.append(f"encode Replied: {encoding * 1e6:.1f} us")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(rows) + "\n")
    assert encoding < 0.002


@pytest.mark.slow
def test_a_hundred_long_runs_are_listed_quickly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = store(tmp_path)
    with runs.create(HEADER) as journal:
        for number in range(300):
            for event in step(number, 1000):
                journal.append(event)
    data = journal.path.read_bytes()
    for number in range(1, 100):
        folder = tmp_path / f"20261121-142501-x{number:02}"
        folder.mkdir()
        (folder / "journal.jsonl").write_bytes(data)
    started = time.perf_counter()
    listed = runs.runs()
    seconds = time.perf_counter() - started
    with capsys.disabled():
        sys.stdout.write(f"\nlist 100 runs of 300 steps, {len(data) / 1e6:.1f} MB each: {seconds:.2f} s\n")
    assert [run.steps for run in listed] == [300] * 100
