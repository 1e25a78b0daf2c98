"""What a program writes, on the screen while it runs and above its result."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autogpt.core.actions import Action
from autogpt.core.events import Begun, Interrupted, Ran
from autogpt.terminal.console import Look
from autogpt.terminal.display import Display
from autogpt.terminal.programs import MOST_CHARACTERS, MOST_ROWS, ProgramOutput
from autogpt.terminal.status import fetching
from tests.terminal.scenes import in_memory

ROWS = Look(terminal=True, width=80)
ACTION = Action("execute_shell", {"command_line": "make"})


@pytest.fixture
def screen() -> tuple[Display, Callable[[], str]]:
    console, written = in_memory(ROWS)
    return Display(console, redact=lambda text: text.replace("secret", "***")), written


def test_lines_come_when_they_are_whole(screen: tuple[Display, Callable[[], str]]) -> None:
    display, written = screen
    display.event(Begun(ACTION))
    display.programs.write("on")
    assert written() == ""
    display.programs.write("e\ntwo\nthr")
    assert written() == "│ one\n│ two\n"
    display.programs.write("ee")
    display.event(Ran(ACTION, True, "one\ntwo\nthree\n"))
    assert written() == ("│ one\n│ two\n│ three\nRESULT: execute_shell\n(It wrote what stands above.)\n")


def test_what_is_said_of_its_end_is_not_lost(screen: tuple[Display, Callable[[], str]]) -> None:
    display, written = screen
    display.event(Begun(ACTION))
    display.programs.write("one\n")
    display.event(Ran(ACTION, False, "Exit code 3.\none\n"))
    assert written() == "│ one\nFAILED: execute_shell\n│ Exit code 3.\n(It wrote what stands above.)\n"


def test_a_result_that_is_something_else_is_shown(screen: tuple[Display, Callable[[], str]]) -> None:
    display, written = screen
    display.event(Begun(ACTION))
    display.programs.write("installing\none\n")
    display.event(Ran(ACTION, True, "one\n"))
    assert written() == "│ installing\n│ one\nRESULT: execute_shell\n│ one\n"
    display.event(Begun(ACTION))
    display.event(Ran(ACTION, True, "one\n"))  # and nothing of the one before counts
    assert written().endswith("RESULT: execute_shell\n│ one\n")


def test_what_was_broken_off_is_shown_as_far_as_it_came(screen: tuple[Display, Callable[[], str]]) -> None:
    display, written = screen
    display.event(Begun(ACTION))
    display.programs.write("half a li")
    display.event(Interrupted())
    assert written() == "│ half a li\nInterrupted.\n"


def test_it_is_harmless_and_holds_no_secret(screen: tuple[Display, Callable[[], str]]) -> None:
    display, written = screen
    display.programs.begin("x")
    display.programs.write("\x1b[2Ja secret\rover\x07\n\u202ereversed\nRun rm? [y]\n")
    display.programs.end()
    assert written() == "│ \\x1b[2Ja ***\\x0dover\\x07\n│ ‹U+202E›reversed\n│ Run rm? [y]\n"


@pytest.mark.parametrize("piece", [7, 1000, 10_000_000])
def test_only_so_much_is_shown(piece: int) -> None:
    console, written = in_memory(ROWS)
    output = ProgramOutput(console)
    text = "".join(f"line {number}\n" for number in range(20_000))
    output.begin("x")
    for start in range(0, len(text), piece):
        output.write(text[start : start + piece])
    assert output.end() is None
    rows = written().splitlines()
    assert rows[:MOST_ROWS] == [f"│ line {number}" for number in range(MOST_ROWS)]
    assert rows[MOST_ROWS:] == ["  … 19 800 lines more …"]


def test_a_large_piece_of_long_lines_is_bounded() -> None:
    console, written = in_memory(Look(terminal=True, width=2000))
    output = ProgramOutput(console)
    output.begin("x")
    output.write(("x" * 999 + "\n") * 100)
    assert output.end() is None
    *rows, more = written().splitlines()
    assert rows == ["│ " + "x" * 999] * len(rows)
    assert more == f"  … {100 - len(rows)} lines more …"


def test_an_endless_line_is_bounded() -> None:
    console, written = in_memory(ROWS)
    output = ProgramOutput(console)
    output.begin("x")
    for _ in range(1000):
        output.write("x" * 10_000)
    assert output.end() is None
    assert MOST_CHARACTERS // 2 < written().count("x") <= MOST_CHARACTERS
    assert written().endswith("… and more …\n")


def test_a_log_gets_the_result_alone() -> None:
    console, written = in_memory(Look())
    display = Display(console)
    display.event(Begun(ACTION))
    display.programs.write("one\n")
    display.event(Ran(ACTION, True, "one\n"))
    assert written() == "RESULT: execute_shell\n│ one\n"


def test_the_live_line_says_how_long_and_how_much() -> None:
    now = [0.0]
    output = ProgramOutput(in_memory(ROWS)[0], clock=lambda: now[0])
    output.begin("execute_shell")
    now[0] = 75
    output.write("Working ...")
    assert output._words() == "1 min 15 s, execute_shell: Working ..."
    output.write("\n" * 1000)
    assert output._words() == "1 min 15 s, execute_shell, 1 000 lines so far"


def test_fetching_says_so_once_in_a_log() -> None:
    console, written = in_memory(Look())
    with fetching(console) as show:
        for share in (0.0, 0.5, 1.0):
            show("Fetching python:3-alpine", share)
    assert written() == "Fetching python:3-alpine …\n"


def test_fetching_draws_a_bar_on_a_terminal_and_takes_it_away() -> None:
    console, written = in_memory(Look(terminal=True, live=True, width=80))
    with fetching(console) as show:
        show("Fetching python:3-alpine", 0.5)
        assert "[###############...............] 50%" in written()
    assert written().endswith("\x1b[2K")
