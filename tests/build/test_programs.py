"""What the policy and the model hear of commands that run programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from autogpt.build.families import needs_sandbox
from autogpt.build.programs import NO_PROGRAMS, Programs, reaching, shell_control
from autogpt.commands.shell import ShellCommands
from autogpt.commands.shell_control import ShellControl
from autogpt.core.actions import Touch
from autogpt.settings import Settings, load_settings
from autogpt.workspace import Workspace


def settings(**environ: str) -> Settings:
    return load_settings(environ, Path("no such file"), {}).settings


def touches(tmp_path: Path, reach: frozenset[Touch]) -> dict[str, frozenset[Touch]]:
    family = ShellCommands(Workspace(tmp_path / "ws"), cast(Any, None))
    return {command.spec.name: command.spec.touches for command in reaching(family, reach)}


def test_what_programs_reach_is_told_of_those_that_run_some(tmp_path: Path) -> None:
    assert touches(tmp_path, frozenset())["execute_shell"] == {Touch.FILES, Touch.PROCESSES}
    found = touches(tmp_path, frozenset({Touch.HOST, Touch.NETWORK}))
    for name in ("execute_shell", "execute_shell_popen"):
        assert found[name] == {Touch.FILES, Touch.PROCESSES, Touch.HOST, Touch.NETWORK}
    for name in ("read_process", "stop_process", "list_processes"):
        assert Touch.HOST not in found[name]


def test_walls() -> None:
    assert NO_PROGRAMS.walled
    assert not Programs(reach=frozenset({Touch.HOST})).walled
    NO_PROGRAMS.close()


@pytest.mark.parametrize(
    ("disabled", "runs"),
    [
        ("", True),
        ("files", True),
        ("shell", True),
        ("shell,execution", False),
        ("autogpt.commands.execute_code", False),
    ],
)
def test_no_sandbox_is_looked_for_when_no_command_needs_one(disabled: str, runs: bool) -> None:
    assert needs_sandbox(settings(DISABLED_COMMAND_CATEGORIES=disabled)) is runs


def test_the_lists_of_programs() -> None:
    assert shell_control(settings()) == ShellControl(denied=frozenset({"sudo", "su"}))
    allowed = shell_control(settings(SHELL_COMMAND_CONTROL="allowlist", SHELL_ALLOWLIST="ls,Cat"))
    assert allowed == ShellControl(allowed=frozenset({"ls", "Cat"}))
    nothing = shell_control(settings(SHELL_COMMAND_CONTROL="allowlist"))
    assert nothing == ShellControl(allowed=frozenset())
