"""What the model is told to do next names only commands that there are in the run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autogpt
from autogpt.commands.command import Filename, command
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.errors import CommandError, Hint
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock

PACKAGE = Path(autogpt.__file__).parent

BESIDE = {
    ("commands/text_files.py", "read_file"),  # for the commands on files alone
    ("commands/patch.py", "read_file"),  # there are no patches without files
    ("commands/patch.py", "write_to_file"),
    ("commands/git.py", "list_processes"),  # programs go on in the background only where these are
    ("commands/git.py", "stop_process"),
    ("commands/shell.py", "git_init"),  # said where there is git
    ("commands/shell.py", "git_status"),
    ("commands/shell.py", "git_diff"),
    ("commands/shell.py", "git_commit"),
    ("commands/shell.py", "clone_repository"),
    ("commands/browse.py", "search_memory"),  # said where texts are kept
    ("commands/registry.py", "read_file"),  # it knows what there is
    ("sandboxes/git.py", "git_init"),  # git's own door
    ("sandboxes/git.py", "git_status"),
    ("sandboxes/git.py", "clone_repository"),
}
"""What a module may name in plain text, for it says that only where there is that command."""

FOR_PEOPLE = ("settings/", "policy_file.py", "cli.py", "core/well_known.py", "core/policy/")
"""Modules whose texts are not the model's."""


def test_texts_name_other_families_commands_in_hints_alone() -> None:
    homes = dict(_commands())
    assert {"write_to_file", "download_file", "git_init", "task_complete", "describe_image"} <= homes.keys()
    plain = re.compile(rf"(?<![\w.`])({'|'.join(sorted(homes))})\b")
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).as_posix()
        if module.startswith(FOR_PEOPLE):
            continue
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            for name in plain.findall(
                re.sub(r"rules on read_file|google[.-]", "", text, flags=re.IGNORECASE)
            ):
                if homes[name] not in (module, "commands/control.py") and (module, name) not in BESIDE:
                    found.append(f"{module}:{line} names {name}: {text[:60]!r}")
    assert not found, "\n".join(found)


def _commands() -> Iterator[tuple[str, str]]:
    """Each command's name, and the module that it is in."""
    for path in (PACKAGE / "commands").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "command"
                for one in node.decorator_list
            ):
                yield node.name, f"commands/{path.name}"


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of several words in a module, without docstrings and hints."""
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Hint":
            left_out.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in left_out:
            continue
        if isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, node.value


def registry(workspace: Workspace, *families: object) -> Registry:
    return Registry(families, workspace=workspace, clock=StoppedClock(), result_tokens=200)


def told(commands: Registry, command: str, **args: Any) -> str:
    return commands.run(Action(command, args)).result


def test_a_hint_is_said_where_its_command_is() -> None:
    error = CommandError("No.", Hint("a", "a helps."), Hint("b", "b too."))
    assert str(error) == "No."
    assert error.told({"b": 1}) == "No. b too."
    assert error.told(["a", "b"]) == "No. a helps. b too."


class Reader:
    """Another command on files, without the family that has most."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @command()
    def look_at(self, filename: Filename) -> str:
        """Look at a file."""
        return self._workspace.read_bytes(filename).decode()

    @command()
    def put(self, filename: Filename, text: str) -> str:
        """Put a text."""
        return self._workspace.write_text(filename, text).name


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        ({"filename": "nowhere.txt"}, "list_files shows what there is."),
        ({"filename": "folder"}, "list_files shows what is in it."),
        ({"filename": "out"}, "delete_file removes the link"),
    ],
)
def test_where_files_are_switched_off_none_of_their_commands_is_named(
    workspace: Workspace, args: dict[str, str], hint: str
) -> None:
    (workspace.root / "folder").mkdir()
    (workspace.root / "out").symlink_to("/etc")
    alone, both = (
        registry(workspace, Reader(workspace)),
        registry(workspace, Reader(workspace), FileCommands(workspace)),
    )
    assert hint in told(both, "look_at", **args)
    assert not re.search("list_files|delete_file", told(alone, "look_at", **args))


def test_a_long_result_names_read_file_where_there_is_one(workspace: Workspace) -> None:
    (workspace.root / "long.txt").write_text("line\n" * 2_000)
    alone, both = (
        registry(workspace, Reader(workspace)),
        registry(workspace, Reader(workspace), FileCommands(workspace)),
    )
    assert "read them with read_file" in told(both, "look_at", filename="long.txt")
    said = told(alone, "look_at", filename="long.txt")
    assert "read_file" not in said
    assert re.search(
        r"lines left out here, \d+ to \d+: they are in '?auto_gpt_scratch/results/look_at-", said
    )


def test_where_patches_or_git_are_switched_off_they_are_not_named(workspace: Workspace) -> None:
    (workspace.root / "page.html").write_text("<html><p>hello</p></html>")
    for name in ("objects", "refs"):
        (workspace.root / "bare" / name).mkdir(parents=True)
    files = registry(workspace, FileCommands(workspace))
    both = registry(workspace, FileCommands(workspace), PatchCommands(workspace))
    over = {"filename": "page.html", "text": "hello"}
    assert "patch_file" in told(both, "write_to_file", **over)
    assert "patch_file" not in told(files, "write_to_file", **over)
    made = told(files, "write_to_file", filename="bare/HEAD", text="x")
    assert "would be a git repository" in made
    assert "git_init" not in made
