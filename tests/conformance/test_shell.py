"""A shell's state goes from line to line, in every sandbox."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from autogpt.commands.shell import ShellCommands
from autogpt.core.errors import CommandError
from autogpt.sandboxes.port import ProcessLimits
from autogpt.workspace import Workspace
from tests.conformance.sandboxes import SMALL, Bench

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt", reason="lines start afresh on Windows"),
    pytest.mark.parametrize("bench", ["host", "bubblewrap", "docker", "podman"], indirect=True),
]


def opened(bench: Bench, limits: ProcessLimits = SMALL) -> ShellCommands:
    return ShellCommands(Workspace(bench.place), bench.open(limits))


def last_of(shell: ShellCommands, *typed: str) -> str:
    """What comes of the last of some lines, whether it went well or not."""
    said = ""
    for line in typed:
        try:
            said = shell.execute_shell(line)
        except CommandError as error:
            said = str(error)
    return said.removesuffix("\n")


def test_the_folder_and_exported_variables_stay(bench: Bench) -> None:
    (bench.place / 'it\'s a "folder"\nin two lines $x').mkdir()
    shell = opened(bench)
    assert last_of(shell, "cd it*; export WORD='a \"b\" $c\nd'", 'pwd; echo "$WORD"').endswith(
        'lines $x\na "b" $c\nd'
    )
    assert last_of(shell, "cd ..; unset WORD", 'echo "${WORD-none}"; pwd') == f"none\n{bench.place}"
    assert last_of(shell, "not_exported=1", 'echo "${not_exported-none}"') == "none"


def test_the_exit_code_is_the_lines_and_the_state_stays(bench: Bench) -> None:
    shell = opened(bench)
    assert last_of(shell, "export A=1; exit 7").startswith("Exit code 7.")
    assert last_of(shell, "export B=2; false").startswith("Exit code 1.")
    assert last_of(shell, "export C=3; set -e; false; echo never").startswith("Exit code 1.")
    assert last_of(shell, "if then").startswith("Exit code ")
    assert last_of(shell, "echo $A$B$C") == "123"


def test_a_killed_line_leaves_the_state_as_it_was(bench: Bench) -> None:
    shell = opened(bench, replace(SMALL, seconds=1.5))
    last_of(shell, "export A=before")
    said = last_of(shell, "export A=after; trap '' TERM; echo on; sleep 30; sleep 30")
    assert said.startswith("It was ended: it ran longer than the 1.5 seconds")
    assert said.endswith("\non")
    assert last_of(shell, "echo $A") == "before"


def test_pipes_redirections_and_lines(bench: Bench) -> None:
    written = "for n in 3 1 2; do echo $n; done > numbers\ncat numbers | cat"
    assert last_of(opened(bench), written, "cat < numbers") == "3\n1\n2"


def test_a_line_that_goes_on_has_the_state(bench: Bench) -> None:
    shell = opened(bench)
    last_of(shell, "mkdir sub; cd sub; export WHO=me")
    started = shell.execute_shell_popen('echo "$WHO"; pwd; while :; do sleep 1; done')
    id = started.partition("its id is ")[2].partition(".")[0]
    said = ""
    while not said.endswith("/sub\n"):
        said += shell.read_process(id, 0.05).partition("\n")[2].replace("It wrote nothing more.", "")
    assert said == f"me\n{bench.place}/sub\n"
    assert "was stopped" in shell.stop_process(id)
