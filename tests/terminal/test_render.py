"""What events look like, at several widths; and that hostile text can't forge any of it."""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.actions import Action, Thoughts
from autogpt.core.effects import Stop, StopReason
from autogpt.core.events import Begun, Ran, Replied
from autogpt.core.profile import Profile
from autogpt.terminal.console import Look
from autogpt.terminal.display import Display
from autogpt.terminal.lines import GUTTER, block, dollars
from autogpt.terminal.render import action_lines, duration, event_lines, profile_lines, stop_lines
from autogpt.terminal.wrapping import cells
from tests.terminal.scenes import HOSTILE, events, in_memory, story

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize(
    ("name", "look", "encoding"),
    [
        ("20", Look(terminal=True, width=20), "utf-8"),
        ("40", Look(terminal=True, width=40), "utf-8"),
        ("80", Look(terminal=True, width=80), "utf-8"),
        ("200", Look(terminal=True, width=200), "utf-8"),
        ("80-colour", Look(terminal=True, colour=True, width=80), "utf-8"),
        ("80-ascii", Look(terminal=True, width=80), "ascii"),
        ("40-gbk", Look(terminal=True, width=40), "gbk"),
        ("pipe", Look(), "utf-8"),
        ("pipe-cp1252", Look(), "cp1252"),
    ],
)
def test_snapshots(name: str, look: Look, encoding: str) -> None:
    """Compared with snapshots/; run with UPDATE_SNAPSHOTS=1 to write them anew, then read the difference."""
    console, written = in_memory(look, encoding)
    display = Display(console, agent="ReportGPT", replaying=True)
    for event in story():
        display.event(event)
    display.stop(Stop(StopReason.COMPLETE, "The report is in reports/."))
    snapshot = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_bytes(written().encode())
    assert written() == snapshot.read_bytes().decode()
    if look.terminal and not look.colour:
        assert all(cells(row) <= (look.width or 0) for row in written().split("\n"))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [20, 80])
def test_hostile_text_is_shown_harmlessly_in_every_field(name: str, width: int) -> None:
    console, written = in_memory(Look(terminal=True, colour=True, width=width))
    plain, shown = in_memory(Look(terminal=True, width=width))
    for event in events(HOSTILE[name]):
        for each in (console, plain):
            each.show(event_lines(event, agent=HOSTILE[name], replaying=True))
    # All escape sequences are colours of ours.
    assert re.sub(r"\x1b\[(0|1;3[36]|1;31|2|3[125])m", "", written()) == shown()
    assert not re.search("[^\n -~]", re.sub("[^\x00-\x9f\u200b-\u202e\u2066-\u2069\U000e0000-\U000e0fff\ufeff]", "", shown().replace("\u200d", "")))  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_never_starts_a_row(name: str) -> None:
    """Only rows of the program's own begin at the left edge, so nothing can pass for one."""
    ours, theirs = in_memory(Look(terminal=True, width=40)), in_memory(Look(terminal=True, width=40))
    for event in events("?"):
        ours[0].show(event_lines(event, agent="?", replaying=True))
    for event in events(HOSTILE[name]):
        theirs[0].show(event_lines(event, agent=HOSTILE[name], replaying=True))

    def edges(text: str) -> set[str]:
        return {row[:8].split("?")[0].rstrip() for row in text.split("\n") if row[:1] not in (" ", "│")}

    assert edges(theirs[1]()) == edges(ours[1]())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.integers(10, 90))
def test_no_row_is_wider_than_the_window(text: str, width: int) -> None:
    console, written = in_memory(Look(terminal=True, width=width))
    console.show([*block(text), *action_lines(Action(text, {text: text, "b": [text]}))])
    assert all(cells(row) <= width for row in written().split("\n"))


def shown(action: Action) -> list[str]:
    return [each.text for each in action_lines(action)]


def test_an_action_is_shown_literally() -> None:
    action = Action(
        "f", {"a": 'grep "x" \\d', "b": " x ", "c": "", "d": 5, "e": None, "f": ["x", 1], "g": "1\n2"}
    )
    assert shown(action) == [
        "NEXT ACTION: f",
        '│ a: grep "x" \\d',
        '│ b: " x "',
        '│ c: ""',
        "│ d: 5",
        "│ e: null",
        '│ f: ["x", 1]',
        "│ g: ",
        "│ │ 1",
        "│ │ 2",
    ]


def test_a_long_argument_shows_both_ends_and_how_much_is_hidden() -> None:
    rows = shown(Action("execute_shell", {"command_line": "echo start; " + "x" * 20_000 + "; rm -rf ~"}))
    text = "\n".join(rows)
    assert "echo start" in text
    assert "; rm -rf ~" in text
    assert re.search(r"‹18 0\d\d characters more›", text)

    rows = shown(Action("write_to_file", {"text": "first\n" + "x\n" * 5000 + "last"}))
    assert "│ │ first" in rows
    assert rows[-1] == "│ │ last"
    (hidden,) = [row for row in rows if row.endswith("characters more …")]
    assert hidden.startswith("    … 9 9")  # without a gutter: it can't be taken for the text


def test_the_count_of_what_is_hidden_is_right() -> None:
    text = "".join(f"{number:05d}\n" for number in range(1000))
    rows = [each.text for each in block(text, gutter="")]
    at = next(number for number, row in enumerate(rows) if row.startswith("… "))
    kept = "\n".join(rows[:at]) + "\n".join(rows[at + 1 :])
    assert rows[at] == f"… {len(text) - 1 - len(kept):,} characters more …".replace(",", " ")
    assert rows[0] == "00000"
    assert rows[-1] == "00999"


def test_a_huge_text_is_bounded_and_quick() -> None:
    text = "\x1b[31m" * 1_000_000 + "tail"
    rows = block(text)
    assert sum(len(each.text) for each in rows) < 6000
    assert rows[-1].text.endswith("tail")
    assert any("9 0" in each.text or "4 9" in each.text for each in rows)


def test_many_arguments_are_bounded() -> None:
    rows = shown(Action("f", {f"a{number}": "x" * 5000 for number in range(5000)}))
    assert rows[-1].strip() == "… 4 970 arguments more …"
    assert sum(map(len, rows)) < 30_000


def test_arguments_that_json_cannot_hold_do_not_break_it() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    rows = shown(Action("f", {"deep": deep, "huge": 10**5000, "nan": float("nan"), "odd": {1, 2}}))
    assert any("cannot be shown" in row for row in rows)
    while deep:
        deep = deep[0]  # type: ignore[assignment]  # undone by hand: freeing it at once recurses too


def test_empty_thoughts_show_only_the_action() -> None:
    assert [each.text for each in event_lines(Replied(Thoughts(), Action("f")))] == ["NEXT ACTION: f"]


def test_what_happens_behind_the_scenes_shows_nothing() -> None:
    assert event_lines(Begun(Action("f"))) == ()


def test_a_cut_result_names_its_file() -> None:
    rows = [each.text for each in event_lines(Ran(Action("f"), True, "x", full_result="out/1.txt"))]
    assert rows[-1] == "WHOLE RESULT IN THE FILE: out/1.txt"


def test_every_ending_is_told() -> None:
    for reason in StopReason:
        assert stop_lines(Stop(reason))[0].text.endswith(".")


def test_a_profile() -> None:
    rows = [
        each.text for each in profile_lines(Profile("AGPT", "does\nthings", ("one", "two"), Decimal("1.5")))
    ]
    assert rows == ["NAME: AGPT", "ROLE: does\\nthings", "GOALS:", "│ - one", "│ - two", "BUDGET: $1.50"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (-1, "0 s")]
)  # fmt: skip
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("amount", "words"), [("0", "$0.00"), ("0.0042", "$0.0042"), ("1.2", "$1.20"), ("-0.5", "$-0.50")])  # fmt: skip
def test_dollars(amount: str, words: str) -> None:
    assert dollars(Decimal(amount)) == words


def test_json_arguments_stay_readable() -> None:
    value = {"a": 1, "b": "汉", "c": [1], "d": None}
    rows = shown(Action("f", {"v": value}))
    assert json.loads("".join(row.removeprefix(GUTTER * 2) for row in rows[2:])) == value
