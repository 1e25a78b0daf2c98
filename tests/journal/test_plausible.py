"""Whatever a journal says of itself: a run, a list or a refusal comes of it, and never a traceback."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autogpt import cli
from autogpt.core.actions import Action, Thoughts
from autogpt.core.errors import LimitKind
from autogpt.core.events import Event, Extended, LimitMet, Ran, Replied
from autogpt.core.messages import Usage
from autogpt.journal.codec import dumps, encode, encode_header
from autogpt.journal.file import _sealed
from autogpt.journal.plausible import Implausible, check_event, check_header
from tests.journal.facts import HEADER, SOME_EVENTS, store
from tests.journal.strategies import json_values

RUN = "20261121-142501-000"

numbers = st.sampled_from(
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-1",
        "1E+999999",
        "0E+999999999",
        "1e-999999",
        "",
        "many",
        "0x1F",
        "1_0",
        "١",
    ]
) | st.sampled_from([-1, 0, 10**40, 10**400, 1e308, -0.5, 1e-320, True, [], {}])
odd = numbers | json_values | st.sampled_from(["\ud800", "\0", "/\0/x", "../..", "/", "x" * 5000])

WHERE = (
    *((name,) for name in ("task", "profile", "workspace", "setup", "id", "created", "version", "format")),
    *(("profile", name) for name in ("name", "role", "goals", "budget", "task")),
    *(("setup", name) for name in ("limits", "spent_before", "demo")),
    *(("setup", "limits", name) for name in ("budget", "tokens", "steps", "seconds")),
)


@contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def a_header(folder: Path) -> dict[str, Any]:
    header = encode_header(HEADER)
    limits = {"budget": "1.50", "tokens": None, "steps": 1, "seconds": 60.0}
    header["setup"] = {"demo": True, "spent_before": "0.01", "limits": limits}
    header["workspace"] = str(folder / "work")
    header["id"] = RUN
    return header


def written(folder: Path, header: dict[str, Any], events: tuple[dict[str, Any], ...] = ()) -> None:
    run = folder / ".autogpt/runs" / RUN
    run.mkdir(parents=True, exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    checksum, lines = b"", b""
    for data in (header, *events):
        line, checksum = _sealed(dumps(data).encode(), checksum)
        lines += line
    (run / "journal.jsonl").write_bytes(lines)


def ends(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["autogpt", *options])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("OPENAI_API_KEY", "OPENAI_API_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        yield tmp_path


def all_end_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    with standing_in(folder):
        codes = [
            ends(monkeypatch, "runs"),
            ends(monkeypatch, "replay"),
            ends(monkeypatch, "replay", "--output", "json"),
            ends(monkeypatch, "resume", "--demo", "-c", "-l", "1", "-w", "work"),
        ]
    assert not list(folder.glob(".autogpt/bug-*")), next(folder.glob(".autogpt/bug-*")).read_text()
    assert codes[0] == 0
    assert set(codes) <= {0, 2, 5}
    return codes


within = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@within
@given(st.sampled_from(WHERE), odd)
@example(("setup", "limits", "budget"), "NaN")
@example(("setup", "limits", "budget"), "sNaN")
@example(("setup", "limits", "steps"), "12")
@example(("setup", "limits", "steps"), -1)
@example(("setup", "limits", "seconds"), "NaN")
@example(("setup", "limits"), [])
@example(("setup", "spent_before"), "NaN")
@example(("setup", "spent_before"), {})
@example(("created",), 1e200)
@example(("created",), -1e18)
@example(("profile", "budget"), "sNaN")
@example(("profile", "budget"), "1E+999999")
@example(("profile", "goals"), ["\ud800"])
@example(("workspace",), "/\0/x")
@example(("id",), "../../../../etc")
def test_no_header_breaks_the_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch, where: tuple[str, ...], value: Any
) -> None:
    header = a_header(folder)
    inside = header
    for name in where[:-1]:
        inside = inside[name]
    inside[where[-1]] = value
    written(folder, header)
    all_end_well(folder, monkeypatch)


def test_a_good_one_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, a_header(folder))
    assert all_end_well(folder, monkeypatch) == [0, 0, 0, 5]


USAGE = Usage(10, 0, 10, Decimal("0.01"))
ACTION = Action("do_nothing", {})


def spoilt() -> Iterator[tuple[Event, tuple[str, ...]]]:
    yield Replied(Thoughts("x"), ACTION, USAGE, at=1.0), ("usage", "cost")
    yield Replied(Thoughts("x"), ACTION, USAGE, at=1.0), ("usage", "prompt_tokens")
    yield Replied(Thoughts("x"), ACTION, USAGE, at=1.0), ("at",)
    yield Replied(Thoughts("x"), ACTION, USAGE, at=1.0), ("action", "args")
    yield Ran(ACTION, True, "x", usage=USAGE), ("usage", "cost")
    yield LimitMet(LimitKind.TOKENS, Decimal(1), Decimal(1)), ("spent",)
    yield Extended(LimitKind.STEPS, Decimal(1)), ("by",)


@within
@given(st.sampled_from(list(spoilt())), odd)
@example((Extended(LimitKind.STEPS, Decimal(1)), ("by",)), "NaN")
@example((LimitMet(LimitKind.TOKENS, Decimal(1), Decimal(1)), ("spent",)), "Infinity")
@example((Ran(ACTION, True, "x", usage=USAGE), ("usage", "cost")), "sNaN")
@example((Ran(ACTION, True, "x", usage=USAGE), ("usage", "cost")), "1E+999999")
@example((Ran(ACTION, True, "x", at=1.0), ("at",)), 1e299)
def test_no_event_breaks_the_program(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: tuple[Event, tuple[str, ...]],
    value: Any,
) -> None:
    event, where = kind
    data = encode(event)
    inside = data
    for name in where[:-1]:
        inside = inside[name]
    inside[where[-1]] = value
    written(folder, a_header(folder), (data,))
    all_end_well(folder, monkeypatch)


def test_what_a_run_writes_is_plausible() -> None:
    check_header(HEADER)
    for event in SOME_EVENTS:
        check_event(event)


@pytest.mark.parametrize("amount", ["NaN", "-1", "Infinity", "1E+999", "0E+999999"])
def test_an_amount_that_nobody_has(amount: str) -> None:
    with pytest.raises(Implausible, match="by is an impossible number"):
        check_event(Extended(LimitKind.BUDGET, Decimal(amount)))


def test_a_refusal_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    header = a_header(folder)
    header["setup"]["limits"]["budget"] = "NaN"
    written(folder, header)
    with standing_in(folder):
        for command in (("resume", "--demo", "-c", "-w", "work"), ("replay",)):
            capfd.readouterr()
            assert ends(monkeypatch, *command) == 2
            told = capfd.readouterr().err
            assert told.count("\n") == 1
            assert f"The journal of run {RUN} can't be used: budget is an impossible number." in told
    assert json.loads(json.dumps(header))["setup"]["limits"]["budget"] == "NaN"


def test_an_id_from_elsewhere_does_not_count(folder: Path) -> None:
    header = a_header(folder)
    header["id"] = "../../elsewhere"
    written(folder, header)
    assert store(folder / ".autogpt/runs").read().header.id == RUN


@pytest.mark.parametrize("text", ["\ud800", "a\udcff"])
def test_half_a_character_is_no_text(text: str) -> None:
    with pytest.raises(Implausible, match="a text in it is none"):
        check_header(replace(HEADER, task=text))
