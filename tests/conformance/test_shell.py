"""A shell's state goes from line to line, in every sandbox."""

from __future__ import annotations

import os

import pytest

from autogpt.sandboxes.port import Exited, Killed, Limit
from autogpt.sandboxes.shell import Shell
from tests.conformance.sandboxes import Bench, text

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt", reason="lines start afresh on Windows"),
    pytest.mark.parametrize("bench", ["host", "bubblewrap", "docker"], indirect=True),
]


def lines(shell: Shell, *typed: str) -> str:
    """What the last of some lines prints."""
    said = ""
    for line in typed:
        said = text(shell.run(line))
    return said.removesuffix("\n")


def test_the_folder_and_exported_variables_stay(bench: Bench) -> None:
    (bench.place / 'it\'s a "folder"\nin two lines $x').mkdir()
    shell = Shell(bench.open())
    assert lines(shell, "cd it*; export WORD='a \"b\" $c\nd'", 'pwd; echo "$WORD"').endswith(
        'lines $x\na "b" $c\nd'
    )
    assert lines(shell, "cd ..; unset WORD", 'echo "${WORD-none}"; pwd') == f"none\n{bench.place}"
    assert lines(shell, "not_exported=1", 'echo "${not_exported-none}"') == "none"


def test_the_exit_code_is_the_lines_and_the_state_stays(bench: Bench) -> None:
    shell = Shell(bench.open())
    assert shell.run("export A=1; exit 7").end == Exited(7)
    assert shell.run("export B=2; false").end == Exited(1)
    assert shell.run("export C=3; set -e; false; echo never").end == Exited(1)
    assert shell.run("if then").end == Exited(2) or shell.run("if then").end == Exited(1)
    assert lines(shell, "echo $A$B$C") == "123"


def test_a_killed_line_leaves_the_state_as_it_was(bench: Bench) -> None:
    shell = Shell(bench.open())
    shell.run("export A=before")
    outcome = shell.run("export A=after; trap '' TERM; echo on; sleep 30; sleep 30", seconds=0.7)
    assert outcome.end == Killed(Limit.TIME)
    assert text(outcome) == "on\n"
    assert lines(shell, "echo $A") == "before"


def test_a_folder_that_has_gone(bench: Bench) -> None:
    shell = Shell(bench.open())
    said = lines(shell, "mkdir gone; cd gone", "rmdir ../gone", "pwd")
    assert "is gone" in said
    assert said.endswith(str(bench.place))


def test_two_shells_are_two(bench: Bench) -> None:
    box = bench.open()
    one, two = Shell(box), Shell(box)
    one.run("export WHO=one; cd /tmp")
    assert lines(two, 'echo "${WHO-nobody}"; pwd') == f"nobody\n{bench.place}"


def test_pipes_redirections_and_lines(bench: Bench) -> None:
    shell = Shell(bench.open())
    assert (
        lines(shell, "for n in 3 1 2; do echo $n; done > numbers\ncat numbers | cat", "cat < numbers")
        == "3\n1\n2"
    )


def test_a_line_that_goes_on_has_the_state(bench: Bench) -> None:
    shell = Shell(bench.open())
    shell.run("mkdir sub; cd sub; export WHO=me")
    outcome = shell.start('echo "$WHO"; pwd').wait(20)
    assert outcome
    assert text(outcome) == f"me\n{bench.place}/sub\n"
