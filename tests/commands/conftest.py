"""A workspace, its file commands, and a registry with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.registry import Registry
from autogpt.commands.seen import Seen
from autogpt.core.actions import Action
from autogpt.core.events import Ran
from autogpt.workspace import Workspace

Call = Callable[..., Ran]


class StoppedClock:
    def time(self) -> float:
        return 12.5


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


@pytest.fixture
def bugs() -> list[BaseException]:
    """Exceptions that the registry took for bugs."""
    return []


@pytest.fixture
def registry(workspace: Workspace, bugs: list[BaseException]) -> Registry:
    seen = Seen()
    return Registry(
        [FileCommands(workspace, seen), ControlCommands()],
        workspace=workspace,
        clock=StoppedClock(),
        seen=seen,
        on_bug=bugs.append,
    )


@pytest.fixture
def call(registry: Registry, bugs: list[BaseException]) -> Call:
    """Run a command by name; a bug is a failure of the test."""

    def run(command: str, **args: Any) -> Ran:
        ran = registry.run(Action(command, args))
        assert not bugs
        return ran

    return run
