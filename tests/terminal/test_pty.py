"""The prompt on a real pseudo-terminal: typing, pasting, typing too early, leaving, being ended."""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pexpect  # type: ignore[import-untyped]
import pyte
import pytest

from tests.terminal.scenes import HOSTILE

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")]

ROOT = Path(__file__).parents[2]
PROMPT = "> "
READY = re.escape("\x1b[?2004h")  # prompt_toolkit asks for bracketed pastes: it reads now


class Terminal:
    """The child program on a pseudo-terminal."""

    def __init__(
        self, folder: Path, scenario: str, *, fifo: bool = False, columns: int = 80, **environ: str
    ) -> None:
        self.log = io.BytesIO()
        self.fifo = folder / "go"
        arguments = ["-m", "tests.terminal.child", scenario]
        if fifo:
            os.mkfifo(self.fifo)
            arguments.append(str(self.fifo))
        env = {**os.environ, "TERM": "xterm-256color", "CI": "", "NO_COLOR": "1", **environ}
        self.child: Any = pexpect.spawn(
            sys.executable, arguments, cwd=ROOT, env=env, dimensions=(24, columns), timeout=20
        )
        self.child.logfile_read = self.log
        self.child.delaybeforesend = None

    def type_early(self, text: str) -> None:
        """Type while the program works: the terminal's echo shows that it has arrived."""
        self.child.expect("WORKING")
        self.child.send(text)
        self.child.expect_exact(text.rstrip("\n").split("\n")[-1])

    def go(self) -> None:
        self.fifo.write_bytes(b"")

    def answer(self, text: str) -> None:
        self.child.expect(READY)
        self.child.send(text)

    def answer_at_end(self, text: str) -> None:
        """Turn pages until the question, or the one about a rule, and answer it."""
        self.child.expect(READY)
        while b"Run " not in self.child.before and b" adds " not in self.child.before:
            self.child.send(" ")
            self.child.expect(READY)
        self.child.send(text)

    def result(self) -> str:
        self.child.expect(r"ANSWER ([^\r\n]*)\r\n")
        return str(self.child.match[1].decode())

    def exit_code(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus is not None, self.child.signalstatus
        return int(self.child.exitstatus)

    def written(self) -> bytes:
        return self.log.getvalue()


class Start(Protocol):
    """Starts the child program."""

    def __call__(self, scenario: str, fifo: bool = False, columns: int = 80, **environ: str) -> Terminal: ...


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Terminal] = []

    def begin(scenario: str, fifo: bool = False, columns: int = 80, **environ: str) -> Terminal:
        started.append(Terminal(tmp_path, scenario, fifo=fifo, columns=columns, **environ))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.child.close(force=True)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\r", "Authorised(at=0.0, steps=1)"),
        ("Y \r", "Authorised(at=0.0, steps=1)"),
        ("y -2\r", "Authorised(at=0.0, steps=2)"),
        ("n\r", "Left(at=0.0)"),
        ("s\r", "ReviewAsked(at=0.0)"),
        ("use 汉字 instead\r", "Advised(at=0.0, text='use 汉字 instead')"),
        ("nx\x7f\r", "Left(at=0.0)"),  # backspace edits
        ("\x04", "Left(at=0.0)"),  # Ctrl-D
    ],
)
def test_answers(start: Start, typed: str, answer: str) -> None:
    terminal = start("ask")
    terminal.answer(typed)
    assert terminal.result() == answer
    terminal.answer("\x04")
    assert terminal.result() == "Left(at=0.0)"
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("columns", [0, 20])
def test_narrow_windows_and_ones_without_a_size(start: Start, columns: int) -> None:
    terminal = start("ask", columns=columns)
    terminal.answer("please use the other file for this\r")
    assert terminal.result() == "Advised(at=0.0, text='please use the other file for this')"


def test_wrong_answers_and_ctrl_c(start: Start) -> None:
    terminal = start("ask")
    terminal.answer("\r")
    terminal.answer("y -0\r")
    terminal.child.expect("a number from 1")
    terminal.answer("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.answer("y\r")
    assert terminal.result() == "Authorised(at=0.0, steps=1)"
    terminal.answer("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.answer("\x03")
    assert terminal.result() == "Left(at=0.0)"
    assert terminal.exit_code() == 0


def test_two_quick_ctrl_c_leave(start: Start) -> None:
    """Both arrive in one read; the second must not be lost."""
    terminal = start("ask")
    terminal.answer("\x03\x03")
    assert terminal.result() == "Left(at=0.0)"
    terminal.answer("\x03\x03")
    assert terminal.result() == "Left(at=0.0)"
    assert terminal.exit_code() == 0


def test_without_editing_what_follows_ctrl_c_has_a_line_of_its_own(start: Start) -> None:
    terminal = start("plain")
    terminal.child.expect_exact("> ")
    terminal.child.send("\x03")
    terminal.child.expect(rb"\^C\r\nCtrl-C again")
    terminal.child.expect_exact("> ")
    terminal.child.send("\x03")
    assert terminal.result() == "Left(at=0.0)"


def test_ctrl_c_behind_an_answer_is_for_the_next_question(start: Start) -> None:
    terminal = start("ask")
    terminal.answer("y\rnever mind\x03")
    assert terminal.result() == "Authorised(at=0.0, steps=1)"
    terminal.child.expect("Ctrl-C again")
    terminal.answer("\x03")
    assert terminal.result() == "Left(at=0.0)"
    assert b"reaches the agent" not in terminal.written()


def test_leaving_at_the_rule_leaves(start: Start) -> None:
    terminal = start("ask")
    terminal.answer("a\r")
    terminal.child.expect("goes back")
    terminal.answer("\x03")
    terminal.child.expect("Ctrl-C again leaves")
    terminal.answer("\x03")
    assert terminal.result() == "Left(at=0.0)"


def test_always_shows_the_rule_and_asks(start: Start) -> None:
    terminal = start("ask")
    terminal.answer("a\r")
    terminal.child.expect_exact("│ write_to_file(*)".encode())
    terminal.answer("y\r")
    assert "RuleAdded" in terminal.result()
    terminal.answer("n\r")
    assert terminal.exit_code() == 0


def test_several_lines_at_once_answer_one_question_only(start: Start) -> None:
    """Without bracketed paste, `y\\ny\\n` looks like typing; the second line must not be an answer."""
    terminal = start("ask")
    terminal.answer("y\ry\ruse rg\r")
    assert terminal.result() == "Authorised(at=0.0, steps=1)"
    terminal.child.expect("not taken: y")
    terminal.child.expect("reaches the agent at its next step")
    terminal.answer("n\r")
    assert terminal.result() == "Left(at=0.0)"


@pytest.mark.parametrize("early", ["y\n", "yes\n", "y -100\n", "y\ny\ny\n", "y", "y -5", "n\n", "a\n"])
def test_what_was_typed_before_the_question_never_answers_it(start: Start, early: str) -> None:
    terminal = start("early", fifo=True)
    terminal.type_early(early)
    terminal.go()
    terminal.answer("\r")
    terminal.answer("s\r")
    assert terminal.result() == "ReviewAsked(at=0.0)"
    assert terminal.result() == "None"


def test_words_typed_early_reach_the_agent_and_not_the_question(start: Start) -> None:
    terminal = start("early", fifo=True)
    terminal.type_early("look in docs\nand in src\n")
    terminal.go()
    terminal.child.expect("reaches the agent at its next step")
    terminal.answer("y\r")
    assert terminal.result() == "Authorised(at=0.0, steps=1)"
    assert terminal.result() == r"'look in docs\nand in src'"


def test_a_half_typed_line_can_be_finished_at_the_question(start: Start) -> None:
    terminal = start("early", fifo=True)
    terminal.type_early("use sql")
    terminal.go()
    terminal.answer("ite\r")
    assert terminal.result() == "Advised(at=0.0, text='use sqlite')"


def test_reading_without_waiting_works_after_a_prompt(start: Start) -> None:
    terminal = start("resumed", fifo=True)
    terminal.answer("\r")
    assert terminal.result() == "Authorised(at=0.0, steps=0)"
    terminal.type_early("one\n")
    terminal.go()
    assert terminal.result() == "'one'"
    assert terminal.exit_code() == 0


def test_a_line_longer_than_the_terminal_keeps_is_told(start: Start) -> None:
    terminal = start("early", fifo=True)
    terminal.child.expect("WORKING")
    terminal.child.send("x" * 5000 + "\n")
    terminal.child.expect("\r\n(x+)")
    terminal.child.expect("\r\n")
    terminal.go()
    terminal.child.expect("hold 4095 bytes")
    terminal.answer("n\r")
    assert terminal.result() == "Left(at=0.0)"


@pytest.mark.parametrize("lines", [1, 4000])
def test_a_paste_of_300_kb_survives(start: Start, lines: int) -> None:
    row = "0123456789 汉字 " * (300_000 // lines // 18)
    text = "\n".join(f"{number} {row}".strip() for number in range(lines))
    terminal = start("ask")
    terminal.answer("")
    terminal.child.send("\x1b[200~")
    data = text.encode()
    for at in range(0, len(data), 4096):
        terminal.child.send(data[at : at + 4096])
        terminal.child.read_nonblocking(1_000_000, timeout=0) if readable(terminal) else None
    terminal.child.send("\x1b[201~\r")
    expected = f"'Advised {len(text)} {hashlib.sha256(text.encode()).hexdigest()}'"
    assert terminal.result() == expected


def readable(terminal: Terminal) -> bool:
    import select

    return bool(select.select([terminal.child.child_fd], [], [], 0)[0])


def test_a_paste_that_looks_like_answers_is_words(start: Start) -> None:
    terminal = start("ask")
    terminal.answer("\x1b[200~y\ny\n\x1b[201~\r")
    assert terminal.result() == r"Advised(at=0.0, text='y\ny')"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_at_the_prompt_leaves_and_restores_the_terminal(
    start: Start, number: signal.Signals
) -> None:
    terminal = start("ask")
    before = termios.tcgetattr(terminal.child.child_fd)
    terminal.child.expect(READY)
    terminal.child.kill(number)
    terminal.child.expect("LEAVING")
    if sys.platform == "linux":  # the attributes of a pty are seen from either side
        assert termios.tcgetattr(terminal.child.child_fd)[3] == before[3]
    assert terminal.exit_code() == 7


def test_a_terminal_that_is_closed_leaves() -> None:
    """Closing the window: the process gets SIGHUP, and reading and writing fail."""
    import subprocess

    code = (
        "import os, pty, sys\n"
        "pid, fd = pty.fork()\n"
        "if pid == 0: os.execv(sys.executable, [sys.executable, '-m', 'tests.terminal.child', 'ask'])\n"
        "seen = b''\n"
        "while b'[?2004h' not in seen: seen += os.read(fd, 4096)\n"
        "os.close(fd)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    env = {**os.environ, "TERM": "xterm", "CI": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, timeout=20, check=False, capture_output=True
    )
    assert done.returncode in (0, 7), done.stderr  # 0: the end of input came before the signal, and left


def test_ctrl_c_while_the_agent_works_asks(start: Start) -> None:
    terminal = start("working", fifo=True)
    terminal.child.expect("gpt-x thinks")  # the live line
    terminal.child.send("\x03")
    assert terminal.result() == "'interrupted'"
    terminal.child.expect("n or Ctrl-C to leave")
    terminal.answer("go on like this\r")
    assert terminal.result() == "Advised(at=0.0, text='go on like this')"
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(terminal.written())
    assert not any("gpt-x thinks" in row for row in screen.display)


def test_ctrl_c_at_the_question_that_ctrl_c_brought_is_the_second(start: Start) -> None:
    terminal = start("working", fifo=True)
    terminal.child.expect("gpt-x thinks")
    terminal.child.send("\x03")
    assert terminal.result() == "'interrupted'"
    terminal.answer("\x03")
    assert terminal.result() == "Left(at=0.0)"
    assert b"Ctrl-C again" not in terminal.written()


def test_where_there_is_no_editing_it_saves_and_leaves(start: Start) -> None:
    terminal = start("working", True, 80, CI="true")
    terminal.child.expect("WORKING")
    terminal.child.send("\x03")
    assert terminal.result() == "'interrupted'"
    terminal.child.expect("n or Ctrl-C to leave")
    terminal.child.expect_exact("\n> ")
    terminal.child.send("\x03")
    terminal.child.expect("LEAVING")
    assert terminal.exit_code() == 7


def test_after_an_answer_ctrl_c_is_the_first_again(start: Start) -> None:
    terminal = start("working", fifo=True)
    terminal.child.expect("gpt-x thinks")
    terminal.child.send("\x03")
    assert terminal.result() == "'interrupted'"
    terminal.answer("y -0\r")
    terminal.child.expect("a number from 1")
    terminal.answer("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.answer("\x03")
    assert terminal.result() == "Left(at=0.0)"


@pytest.mark.parametrize("plain", ["", "true"])
def test_half_a_line_from_before_the_question_outlives_ctrl_c(start: Start, plain: str) -> None:
    terminal = start("early", True, 80, CI=plain)
    terminal.type_early("use sql")
    terminal.go()
    terminal.child.expect("> use sql")
    terminal.child.send("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.child.expect("> use sql")
    terminal.child.send("ite\r")
    assert terminal.result() == "Advised(at=0.0, text='use sqlite')"


def test_what_ctrl_c_took_back_is_not_remembered(start: Start, tmp_path: Path) -> None:
    terminal = start("ask", HISTORY=str(tmp_path / "history"))
    terminal.answer("the password is tea")
    terminal.child.expect("is tea")
    terminal.child.send("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.answer("look in docs\r")
    assert terminal.result() == "Advised(at=0.0, text='look in docs')"
    terminal.answer("n\r")
    assert terminal.exit_code() == 0
    assert (tmp_path / "history").read_text() == '"look in docs"\n'


def test_a_secret_is_not_echoed(start: Start) -> None:
    terminal = start("secret")
    terminal.child.expect("Key: ")
    terminal.child.send("sk-123\n")
    assert terminal.result() == "'sk-123'"
    assert b"sk-123" not in terminal.written().replace(b"ANSWER 'sk-123'", b"")


def test_lines_pasted_at_the_start_answer_the_lines_asked_for_but_never_yes(start: Start) -> None:
    terminal = start("start")
    terminal.answer("one\rtwo\ry\r")
    terminal.answer("n\r")
    assert terminal.result() == "['one', 'two', False]"


def test_more_is_asked_for(start: Start) -> None:
    terminal = start("extend")
    terminal.answer("a lot\r")
    terminal.child.expect("not an amount")
    terminal.answer("$1.50\r")
    assert "Decimal('1.50')" in terminal.result()


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("CI", "true")])
def test_where_editing_is_not_possible_plain_lines_work(start: Start, name: str, value: str) -> None:
    terminal = start("early", True, 80, **{name: value})
    terminal.type_early("y\nuse sql")
    terminal.go()
    terminal.child.expect("not taken: y")
    terminal.child.expect_exact("> use sql")
    terminal.child.send("ite\n")
    assert terminal.result() == "Advised(at=0.0, text='use sqlite')"
    assert b"\x1b" not in terminal.written()
    assert terminal.exit_code() == 0


def test_plain_lines_with_ctrl_c_and_ctrl_d(start: Start) -> None:
    terminal = start("plain")
    terminal.child.expect_exact("\n> ")
    terminal.child.send("\x03")
    terminal.child.expect("Ctrl-C again")
    terminal.child.expect_exact("\n> ")
    terminal.child.send("y -2\n")
    assert terminal.result() == "Authorised(at=0.0, steps=2)"
    terminal.child.expect_exact("\n> ")
    terminal.child.send("y\x04\x04")  # never ended by Enter
    assert terminal.result() == "Left(at=0.0)"


def test_the_history_is_there_the_next_time(start: Start, tmp_path: Path) -> None:
    for answer in ("look in docs\r", "\x1b[A\r"):  # the second time: arrow up
        terminal = start("ask", HISTORY=str(tmp_path / "history"))
        terminal.answer(answer)
        assert terminal.result() == "Advised(at=0.0, text='look in docs')"
        terminal.answer("n\r")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize("columns", [20, 80])
def test_no_escape_sequence_comes_from_outside_text(start: Start, columns: int) -> None:
    """Actions, notes and rules with hostile text in every place send nothing of it to the terminal."""
    terminal = start("hostile", columns=columns)
    for _ in HOSTILE:
        terminal.answer_at_end("a\r")
        terminal.answer_at_end("n\r")
        terminal.answer("n\r")
        assert terminal.result() == "'Left'"
    assert terminal.exit_code() == 0
    written = terminal.written().decode()
    # What prompt_toolkit itself sends around a prompt: modes, a few columns left and right, erasing.
    prompts = r"(?:\x1b\[(?:\?(?:1|25|12|7|2004)[hl]|\d*[ACDJ]|0m)|>\x08|\r(?=\x1b)|\r\r?\n|[> an])+"
    rest = re.sub(prompts, lambda found: "" if "\x1b" in found[0] else found[0], written).replace(
        "\r\n", "\n"
    )
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\U000e0000-\U000e0fff]", rest
    )
