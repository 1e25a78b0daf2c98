"""What lies in a workspace that others will execute, compared with what was there before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autogpt.core.run_by_others import Grade
from autogpt.workspace import Workspace
from autogpt.workspace.executed import changed


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def put(workspace: Workspace, name: str, text: str = "x") -> None:
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_new_and_other_files_are_told_and_unchanged_ones_not(workspace: Workspace) -> None:
    for name in ("Makefile", ".vscode/a.json", ".envrc", "notes.txt"):
        put(workspace, name)
    before = workspace.executed_by_others()
    assert set(before) == {"Makefile", ".vscode/", ".envrc"}
    assert changed(before, workspace.executed_by_others()) == {}
    os.utime(workspace.root / "Makefile", (1, 1))
    put(workspace, ".vscode/deep/b.json")
    put(workspace, "sub/x.pth")
    put(workspace, "notes.txt", "other")
    (workspace.root / ".envrc").write_text("y")  # of the same size
    assert changed(before, workspace.executed_by_others()) == {
        Grade.PRESENCE: [".envrc", ".vscode/", "sub/x.pth"]
    }
    (workspace.root / ".envrc").unlink()
    assert changed(before, workspace.executed_by_others()) == {Grade.PRESENCE: [".vscode/", "sub/x.pth"]}


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_links_are_told_and_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/Makefile").touch()
    before = workspace.executed_by_others()
    (workspace.root / "link").symlink_to(tmp_path / "outside")
    (workspace.root / ".vscode").symlink_to(tmp_path / "outside")
    (workspace.root / "Makefile").symlink_to("link/Makefile")
    assert changed(before, workspace.executed_by_others()) == {
        Grade.PRESENCE: [".vscode"],
        Grade.PURPOSE: ["Makefile"],
    }


def test_the_inside_of_packages_environments_and_records_is_not_listed(workspace: Workspace) -> None:
    before = workspace.executed_by_others()
    for name in ("node_modules/a/package.json", "env/pyvenv.cfg", "env/x.pth", ".git/hooks/x", ".autogpt/x/Makefile",
                 "auto_gpt_scratch/executed_code/setup.py"):  # fmt: skip
        put(workspace, name)
    (workspace.root / "sub/.git").mkdir(parents=True)  # empty, as a sandbox holds the place
    after = workspace.executed_by_others()
    assert changed(before, after) == {Grade.PRESENCE: [".git/", "env/"], Grade.PURPOSE: ["node_modules/"]}
    put(workspace, "env/lib/x.py")
    put(workspace, ".git/config")
    assert changed(after, workspace.executed_by_others()) == {}
