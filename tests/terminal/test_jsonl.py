"""One JSON event a line on standard output, and nothing else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.errors import JournalError
from autogpt.core.events import Advised, Event
from autogpt.terminal.jsonl import JsonLines, claimed_stdout


def encode(event: Event) -> str:
    assert isinstance(event, Advised)
    return json.dumps({"text": event.text}, ensure_ascii=False)


@given(st.text())
def test_a_line_is_ascii_and_says_the_same(text: str) -> None:
    stream = io.StringIO()
    JsonLines(encode, stream).event(Advised(text))
    written = stream.getvalue()
    assert written.endswith("\n")
    assert all(" " <= character <= "~" for character in written[:-1])
    assert json.loads(written) == json.loads(encode(Advised(text)))


def test_json_of_several_lines_becomes_one() -> None:
    stream = io.StringIO()
    JsonLines(encode, stream).write('{\n  "a": 1\n}\n')
    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue()) == {"a": 1}


def test_each_line_is_flushed(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        JsonLines(encode, stream).event(Advised("x"))
        assert (tmp_path / "out").read_text() == '{"text": "x"}\n'


def test_everything_else_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with claimed_stdout() as stream:
        sys.stdout.write("noise\n")
        JsonLines(encode, stream).event(Advised("x"))
    sys.stdout.write("after\n")
    captured = capsys.readouterr()
    assert captured.out == '{"text": "x"}\nafter\n'
    assert captured.err == "noise\n"


def test_a_full_disk_is_told() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    stream = open("/dev/full", "w")  # noqa: SIM115  # closing it fails again
    lines = JsonLines(encode, stream)
    with pytest.raises(JournalError, match="No space left"):
        lines.event(Advised("x"))
    assert lines.closed
    with pytest.raises(OSError, match="No space left"):
        stream.close()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_closed_pipe_ends_quietly() -> None:
    code = (
        "import sys\n"
        "from autogpt.terminal.jsonl import JsonLines\n"
        "from autogpt.core.events import Left\n"
        "lines = JsonLines(lambda event: '1' * 1000, sys.stdout)\n"
        "while not lines.closed: lines.event(Left())\n"
        "lines.event(Left())\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr is not None
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(20) == 0
