"""Whatever happens to the bytes of a journal: what was written before it is there, and nothing crashes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.errors import JournalError
from autogpt.core.events import Advised, Authorised, Event, Left, Unknown
from autogpt.journal.store import OpenedRun
from tests.journal.facts import HEADER, SOME_EVENTS, step, store
from tests.journal.strategies import events


def written(root: Path, facts: tuple[Event, ...] = SOME_EVENTS) -> Path:
    """A closed journal with some events."""
    with store(root).create(HEADER) as journal:
        for event in facts:
            journal.append(event)
    return journal.path


def opened(root: Path) -> OpenedRun:
    run = store(root).open()
    run.journal.close()
    return run


def side_files(path: Path) -> list[bytes]:
    return [side.read_bytes() for side in sorted(path.parent.glob("journal.damaged*"))]


def goes_on(root: Path, before: tuple[Event, ...]) -> None:
    """A mended journal takes new events and is whole."""
    last = Left(at=77.0)
    run = store(root).open()
    with run.journal as journal:
        assert run.notices == ()
        journal.append(last)
    assert store(root).read().events == (*before, last)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.lists(events, max_size=6))
def test_any_sequence_of_events_round_trips(
    tmp_path_factory: pytest.TempPathFactory, facts: list[Event]
) -> None:
    root = tmp_path_factory.mktemp("runs")
    written(root, tuple(facts))
    run = opened(root)
    assert run.events == tuple(facts)
    assert run.notices == ()


SHORT_EVENTS: tuple[Event, ...] = (
    Authorised(2),
    Advised("日本\n"),
    Unknown("Dreamt", {"of": 3}),
    Left(at=4.0),
)

every_byte = pytest.mark.parametrize(
    ("facts", "stride"),
    [(SHORT_EVENTS, 23), pytest.param(SOME_EVENTS, 7, marks=pytest.mark.slow)],
    ids=["quick", "thorough"],
)
"""Every byte is tried by looking at the run; mending it flushes to the disk, so that is done every `stride` bytes."""


@every_byte
def test_cut_at_every_byte_the_whole_lines_are_there(
    tmp_path: Path, facts: tuple[Event, ...], stride: int
) -> None:
    path = written(tmp_path, facts)
    data = path.read_bytes()
    ends = [at for at, byte in enumerate(data) if byte == 0x0A]
    for size in range(len(data)):
        path.write_bytes(data[:size])
        whole = sum(end <= size for end in ends)  # a line is whole without its newline
        if not whole:
            with pytest.raises(JournalError, match="does not begin with a header"):
                store(tmp_path).read()
            assert path.read_bytes() == data[:size]
            continue
        assert store(tmp_path).read().events == facts[: whole - 1]
        assert path.read_bytes() == data[:size]
        if size % stride and size not in ends and size - 1 not in ends:
            continue
        run = opened(tmp_path)
        assert run.events == facts[: whole - 1]
        assert run.notices == ()
        end = ends[whole - 1] + 1
        assert path.read_bytes() == data[:end]
        assert side_files(path) == ([data[end:size]] if size > end else [])
        for side in path.parent.glob("journal.damaged*"):
            side.unlink()


def test_a_cut_journal_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path)
    data = path.read_bytes()
    for size in (len(data) - 1, len(data) - 2, len(data) - 400):
        path.write_bytes(data[:size])
        kept = opened(tmp_path).events
        goes_on(tmp_path, kept)


def flipped(data: bytes) -> list[tuple[int, bytes]]:
    """The journal with each byte changed in turn: one bit, all bits, or to a newline."""
    chance = random.Random(3)
    changes = []
    for at, byte in enumerate(data):
        new = chance.choice([byte ^ (1 << chance.randrange(8)), byte ^ 0xFF, 0x0A if byte != 0x0A else 0x20])
        changes.append((at, data[:at] + bytes([new]) + data[at + 1 :]))
    return changes


@every_byte
def test_every_changed_byte_is_noticed(tmp_path: Path, facts: tuple[Event, ...], stride: int) -> None:
    path = written(tmp_path, facts)
    data = path.read_bytes()
    ends = [at for at, byte in enumerate(data) if byte == 0x0A]
    for at, changed in flipped(data):
        path.write_bytes(changed)
        before = sum(end < at for end in ends)
        if not before:
            with pytest.raises(JournalError, match="can't be used"):
                store(tmp_path).read()
            assert path.read_bytes() == changed
            continue
        kept = facts[: before - 1]
        look = store(tmp_path).read()
        assert look.events == kept
        assert len(look.notices) == 1
        assert path.read_bytes() == changed
        if at % stride and at not in ends:
            continue
        assert store(tmp_path).runs()[0].state == "damaged"
        run = opened(tmp_path)
        assert run.events == kept
        (notice,) = run.notices
        assert f"after its event {len(kept)};" in notice
        assert notice.endswith("journal.damaged.")
        assert "\n" not in notice
        assert side_files(path) == [changed]
        assert path.read_bytes() == data[: ends[before - 1] + 1]
        (path.parent / "journal.damaged").unlink()


@pytest.mark.parametrize("change", ["missing", "doubled", "swapped", "foreign", "zeros", "blank", "edited"])
def test_lines_that_are_not_where_they_were_are_noticed(tmp_path: Path, change: str) -> None:
    path = written(tmp_path)
    other = written(tmp_path / "other", step(5)).read_bytes().splitlines(keepends=True)
    lines = path.read_bytes().splitlines(keepends=True)
    match change:
        case "missing":
            del lines[3]
        case "doubled":
            lines.insert(3, lines[2])
        case "swapped":
            lines[3], lines[4] = lines[4], lines[3]
        case "foreign":
            lines[3] = other[3]
        case "zeros":
            lines[3] = bytes(len(lines[3]) - 1) + b"\n"
        case "blank":
            lines.insert(3, b"\n")
        case _:
            lines[3] = lines[3].replace(b"Wrote", b"wrote")
    path.write_bytes(b"".join(lines))
    run = opened(tmp_path)
    assert run.events == SOME_EVENTS[:2]
    assert len(run.notices) == 1
    assert side_files(path) == [b"".join(lines)]
    goes_on(tmp_path, SOME_EVENTS[:2])


def test_damage_twice_keeps_both_originals(tmp_path: Path) -> None:
    path = written(tmp_path)
    for _ in range(2):
        data = bytearray(path.read_bytes())
        data[-2] ^= 1
        path.write_bytes(data)
        opened(tmp_path)
    first, second = side_files(path)
    assert len(first) > len(second)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, after: bool
) -> None:
    root = tmp_path_factory.mktemp("runs")
    path = written(root, step(1))
    good = path.read_bytes() if after else b""
    path.write_bytes(good + junk)
    store(root).runs()
    if after:
        assert opened(root).events == step(1)
        goes_on(root, step(1))
    else:
        with pytest.raises(JournalError):
            store(root).open()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"not a journal\n", b"\x00" * 5000, b"[" * 100_000 + b"\n", b"\xff\xfe\n"],
)
def test_a_file_without_a_header_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path)
    path.write_bytes(content)
    for use in (store(tmp_path).open, store(tmp_path).read):
        with pytest.raises(JournalError) as caught:
            use()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    (summary,) = store(tmp_path).runs()
    assert (summary.id, summary.state, summary.goal) == (path.parent.name, "damaged", "")


def test_a_journal_of_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    store(tmp_path).create(replace(HEADER, format=2)).close()
    with pytest.raises(JournalError, match="newer Auto-GPT"):
        store(tmp_path).open()


def test_any_json_tool_can_read_a_journal(tmp_path: Path) -> None:
    lines = written(tmp_path).read_text("ascii").splitlines()
    assert [json.loads(line)["event"] for line in lines[:4]] == ["Header", "Replied", "Begun", "Ran"]
    assert all(len(json.loads(line)["sum"]) == 16 for line in lines)
