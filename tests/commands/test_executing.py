"""Every command that makes or changes a file is judged by the one list of what others will execute."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autogpt.commands.command import commands_of
from autogpt.commands.download import DownloadCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.git import GitCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.policy import Policy, Verdict, argument_kind, ruling
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock

FAMILIES = (FileCommands, PatchCommands, DownloadCommands, GitCommands)
PROGRAMS = {Touch.PROCESSES, Touch.HOST}
ENVRC = [
    ".envrc",
    "./.envrc",
    "sub/../.envrc",
    "/workspace/.envrc",
    ".EnvRC",
    ".envrc. ",
    "deep/.vscode/../.vscode/x",
]


def registry(workspace: Workspace) -> Registry:
    families = [object.__new__(family) for family in FAMILIES]
    return Registry(families, workspace=workspace, clock=StoppedClock())


def writers(workspace: Workspace) -> Iterator[tuple[CommandSpec, str]]:
    """Commands that make or change a file that an argument names."""
    for spec in registry(workspace).specs:
        if not spec.reads_only and not spec.touches & PROGRAMS:
            for parameter in spec.parameters:
                if argument_kind(parameter.name, spec) == "path":
                    yield spec, parameter.name


@pytest.mark.parametrize("name", ENVRC)
def test_every_one_of_them_asks(workspace: Workspace, name: str) -> None:
    found = list(writers(workspace))
    assert {spec.name for spec, _ in found} >= {
        "write_to_file", "append_to_file", "patch_file", "delete_file", "download_file", "clone_repository",
    }  # fmt: skip
    for spec, argument in found:
        args = {parameter.name: "https://x.example/a" for parameter in spec.parameters if parameter.required}
        action = registry(workspace).canonical(Action(spec.name, {**args, argument: name}))
        assert ruling(Policy(root=str(workspace.root)), action, spec).verdict is Verdict.ASK, spec.name


def test_a_link_to_such_a_file_is_that_file(workspace: Workspace) -> None:
    (workspace.root / ".envrc").touch()
    (workspace.root / "notes.txt").symlink_to(".envrc")
    made = registry(workspace)
    action = made.canonical(Action("write_to_file", {"filename": "notes.txt", "text": "x"}))
    spec = next(one for one in made.specs if one.name == "write_to_file")
    assert ruling(Policy(), action, spec).verdict is Verdict.ASK


def test_every_family_that_writes_is_looked_at() -> None:
    for family in FAMILIES:
        assert list(commands_of(object.__new__(family)))
