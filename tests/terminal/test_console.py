"""Output on terminals, in pipes, in other encodings, and where nobody reads any more."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from autogpt.terminal.console import Console, Look, look_of
from autogpt.terminal.lines import Line, Span, Tone, line
from tests.terminal.scenes import HOSTILE, XTERM, in_memory

ROOT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "plain", "colour", "live"),
    [
        ({"TERM": "xterm"}, False, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, False, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, False, True, True),
        ({"TERM": "dumb"}, False, False, False),
        ({"TERM": ""}, False, False, False),
        ({"TERM": "xterm"}, True, False, False),
        ({"TERM": "xterm", "CI": "true"}, False, False, False),
        ({"TERM": "xterm", "CI": "false"}, False, True, True),
    ],
)
def test_what_a_terminal_can_do(environ: dict[str, str], plain: bool, colour: bool, live: bool) -> None:
    assert look_of(Terminal(), environ, plain=plain) == Look(terminal=True, colour=colour, live=live)


def test_a_pipe_gets_nothing_special_whatever_is_set() -> None:
    assert look_of(io.StringIO(), {"TERM": "xterm", "FORCE_COLOR": "1"}) == Look()
    closed = io.StringIO()
    closed.close()
    assert look_of(closed, XTERM) == Look()


def test_a_pipe_gets_whole_lines_without_control_codes() -> None:
    console, written = in_memory(Look())
    console.show([Line((Span("a" * 500, Tone.BAD),), "│ "), line("")])
    console.live("spinning")
    assert written() == "│ " + "a" * 500 + "\n\n"


def test_even_the_programs_own_lines_are_made_harmless() -> None:
    for look in (Look(), Look(terminal=True, width=200)):
        for text in HOSTILE.values():
            console, written = in_memory(look)
            console.say(text)
            assert not set(written()) & set("\x00\x07\x08\r\x1b\x7f\x9b\u202e\u200b\u2028")
            assert written().count("\n") == 1 or look.terminal


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "gbk", "shift_jis", "koi8-r"])
@pytest.mark.parametrize("look", [Look(), Look(terminal=True, colour=True, live=True, width=40)])
def test_no_encoding_breaks_it(encoding: str, look: Look) -> None:
    console, written = in_memory(look, encoding)
    console.live("… waiting · 汉字")
    console.show([line("“quotes” … 汉字 é 🎉 │ ‹x›", gutter="│ ")])
    console.ask("→ ")
    assert "quotes" in written()


def test_ascii_stand_ins() -> None:
    console, written = in_memory(Look(), "ascii")
    console.show([line("“a” … 汉 \u202e", gutter="│ ")])
    assert written() == '| "a" ... \\u6c49 <U+202E>\n'


def test_an_encoding_that_lies_does_not_break_it() -> None:
    raw = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    class Lying:
        encoding = "utf-8"
        write, flush = raw.write, raw.flush

    console = Console(Lying(), Look())  # type: ignore[arg-type]
    console.say("汉")
    raw.seek(0)
    assert raw.read() == "\\u6c49\n"


def test_the_live_line_is_drawn_replaced_and_removed() -> None:
    console, written = in_memory(Look(terminal=True, live=True, width=20))
    console.live("working 1")
    console.live("working 1")
    console.say("an event")
    console.live("working 2, with more than fits the window")
    console.close()
    assert written() == (
        "working 1"
        "\r\x1b[2K" "an event\n" "working 1"
        "\r\x1b[2K" "working 2, with "
        "\r\x1b[2K"
    )  # fmt: skip


def test_while_a_person_answers_nothing_is_drawn_and_other_threads_wait() -> None:
    console, written = in_memory(Look(terminal=True, live=True, width=40))
    with console.asking():
        console.live("spinner")
        thread = threading.Thread(target=console.say, args=("from a sub-agent",))
        thread.start()
        thread.join()
        console.say("a hint")
        assert written() == "a hint\n"
    assert written() == "a hint\nfrom a sub-agent\n"


def test_widths_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    less = os.name == "nt"
    assert Console(io.StringIO(), Look(width=3)).width() == 10
    assert Console(io.StringIO(), Look(), {"COLUMNS": "33"}).width() == 33 - less
    assert Console(io.StringIO(), Look(), {"COLUMNS": "x"}).width() == 80 - less


def test_a_stream_that_fails_ends_output_quietly() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    console = Console(Gone(), Look())
    console.say("x")
    console.say("y")
    assert console.closed


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_full_pipe_made_non_blocking_by_another_process_loses_nothing() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    received: list[bytes] = []

    def read() -> None:
        with open(reading, "rb") as pipe:
            received.append(pipe.read())

    thread = threading.Thread(target=read)
    with open(writing, "w", encoding="ascii") as stream:
        console = Console(stream, Look())
        console.say("x" * 1000)
        thread.start()
        for _ in range(300):
            console.say("y" * 1000)
        assert not console.closed
    thread.join()
    assert received[0].count(b"\n") == 301


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_closed_pipe_ends_output_without_a_traceback() -> None:
    code = (
        "import sys, os\n"
        "from autogpt.terminal.console import Console, look_of\n"
        "console = Console(sys.stdout, look_of(sys.stdout, os.environ))\n"
        "while not console.closed: console.say('x' * 1000)\n"
        "console.say('y')\n"
        "assert 'rich' not in sys.modules\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr is not None
        assert child.stderr.read() == b""
        assert child.wait(20) == 0


def test_importing_the_room_loads_no_heavy_third_party() -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        "import autogpt.terminal as room\n"
        "for module in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module(f'autogpt.terminal.{module.name}')\n"
        "print(sorted({'rich', 'prompt_toolkit', 'asyncio', 'pygments'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"
