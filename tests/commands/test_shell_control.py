"""The lists of programs that shell lines may start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.shell_control import ShellControl
from autogpt.core.errors import CommandError

DENIED = ShellControl(denied=frozenset({"sudo", "su"}))
ALLOWED = ShellControl(frozenset({"ls", "grep", "git"}))


@pytest.mark.parametrize(
    "line",
    [
        "sudo ls",
        "ls; sudo ls",
        "ls && /usr/bin/sudo ls",
        "A=1 sudo ls",
        "echo $(sudo ls)",
        "echo `su`",
        "bash -c 'cd x; sudo ls'",
        "env sudo ls",
        "find . -exec sudo rm {} +",
        "if true; then SUDO ls; fi",
        ">out sudo ls",
        "(su)",
        "ls\nsudo ls",
        "echo 'open ; sudo ls",
        "xargs -n 1 sudo",
    ],
)
def test_denied_programs_are_found(line: str) -> None:
    with pytest.raises(CommandError, match="list of denied programs"):
        DENIED.check(line)


@pytest.mark.parametrize(
    "line",
    ["ls", "grep su file", "echo sudo", "visudo", 'echo "don\'t use sudo"', "git commit -m 'su'", "cat > su"],
)
def test_others_are_left_alone(line: str) -> None:
    DENIED.check(line)


@pytest.mark.parametrize(
    "line", ["ls -la", "ls | grep x && git status", "ls > out 2>&1; grep -r 'a; b' .", "FOO=1 ls"]
)
def test_allowed_programs(line: str) -> None:
    ALLOWED.check(line)


@pytest.mark.parametrize(
    "line",
    [
        "cat x", "ls; cat x", "ls |cat", "ls && (cat x)", "$(cat x)", "`cat`", "ls $X", "eval ls", "exec ls", "./ls",
        "/tmp/ls", ". ls", "ls <(cat x)", "grep x << E\nE", "ls 'open", "ls\ncat x", "ls & cat x", "env ls",
        "{ cat; }", "git 'x' ;cat", "ls;;cat", "time cat", "! cat", "if ls; then cat; fi",
    ],
)  # fmt: skip
def test_everything_else_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="The programs"):
        ALLOWED.check(line)


def test_without_lists_everything_may_be_started() -> None:
    ShellControl().check("sudo 'open")


@given(st.text(alphabet="ls cat;&|()<>'\"\\$`\n=", max_size=40))
def test_any_line_is_judged(line: str) -> None:
    for control in (DENIED, ALLOWED):
        try:
            control.check(line)
        except CommandError:
            continue
