"""What lies in a workspace that others will execute, compared with what was there before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autogpt.core.run_by_others import Grade, Made
from autogpt.workspace import Workspace
from autogpt.workspace.executed import MOST_ENTRIES, changed


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
    assert set(before.known) == {"Makefile", ".vscode/", ".envrc"}
    assert changed(before, workspace.executed_by_others()).names == {}
    os.utime(workspace.root / "Makefile", (1, 1))
    put(workspace, ".vscode/deep/b.json")
    put(workspace, "sub/x.pth")
    put(workspace, "notes.txt", "other")
    (workspace.root / ".envrc").write_text("y")  # of the same size
    assert changed(before, workspace.executed_by_others()).names == {
        Grade.PRESENCE: [".envrc", ".vscode/", "sub/x.pth"]
    }
    (workspace.root / ".envrc").unlink()
    assert changed(before, workspace.executed_by_others()).names == {
        Grade.PRESENCE: [".vscode/", "sub/x.pth"]
    }


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_links_are_told_and_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/Makefile").touch()
    before = workspace.executed_by_others()
    (workspace.root / "link").symlink_to(tmp_path / "outside")
    (workspace.root / ".vscode").symlink_to(tmp_path / "outside")
    (workspace.root / "Makefile").symlink_to("link/Makefile")
    assert changed(before, workspace.executed_by_others()).names == {
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
    assert changed(before, after).names == {
        Grade.PRESENCE: [".git/", "env/"],
        Grade.PURPOSE: ["node_modules/"],
    }
    put(workspace, "env/lib/x.py")
    put(workspace, ".git/config")
    assert changed(after, workspace.executed_by_others()).names == {}


def test_that_not_all_was_looked_at_is_said_and_what_was_found_is_told(workspace: Workspace) -> None:
    before = workspace.executed_by_others()
    assert before.whole
    put(workspace, ".envrc")
    put(workspace, "z/Makefile")
    for number in range(MOST_ENTRIES - 2):
        (workspace.root / f"file-{number}").touch()
    made = changed(before, workspace.executed_by_others())
    assert made == Made({Grade.PRESENCE: [".envrc"]}, whole=False)
    (workspace.root / "file-0").unlink()
    made = changed(before, workspace.executed_by_others())
    assert made == Made({Grade.PRESENCE: [".envrc"], Grade.PURPOSE: ["z/Makefile"]})


@pytest.mark.skipif(os.name == "nt", reason="there it is when the file was made")
@pytest.mark.parametrize("size", [10, 4_000_001])
def test_a_file_that_was_changed_in_place_with_its_time_put_back(workspace: Workspace, size: int) -> None:
    put(workspace, "run.sh", "#" * size)
    path = workspace.root / "run.sh"
    before, status = workspace.executed_by_others(), path.stat()
    assert changed(before, workspace.executed_by_others()) == Made()
    with path.open("r+b") as file:
        file.write(b"id")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert changed(before, workspace.executed_by_others()).names == {Grade.PURPOSE: ["run.sh"]}


@pytest.fixture
def bound() -> Iterator[Workspace]:
    """A workspace of somebody whom permissions bind; where root runs the tests, of nobody."""
    if os.name == "nt":
        pytest.skip("needs permissions")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65_534)
            yield Workspace(Path(folder, "ws"))
            for path in Path(folder).rglob("*"):
                if path.is_dir():
                    path.chmod(0o700)
        finally:
            if user == 0:
                os.seteuid(user)


@pytest.mark.parametrize("mode", [0o311, 0o000, 0o644])
def test_a_folder_that_cannot_be_read_is_told(bound: Workspace, mode: int) -> None:
    put(bound, "a/.vscode/tasks.json")
    put(bound, "b/.envrc")
    before = bound.executed_by_others()
    (bound.root / "a").chmod(mode)
    put(bound, "b/.envrc", "other")
    made = changed(before, bound.executed_by_others())
    assert made == Made({Grade.PRESENCE: ["b/.envrc"]}, ("a/",))


def test_a_repository_that_cannot_be_read_hides_nothing(bound: Workspace) -> None:
    before = bound.executed_by_others()
    put(bound, ".git/config")
    put(bound, "Makefile")
    (bound.root / ".git").chmod(0o311)
    made = changed(before, bound.executed_by_others())
    assert made == Made({Grade.PRESENCE: [".git/"], Grade.PURPOSE: ["Makefile"]})


def test_a_folder_that_nobody_could_enter_before_either_is_no_news(bound: Workspace) -> None:
    for name in ("closed", "half"):
        put(bound, f"{name}/Makefile")
    (bound.root / "closed").chmod(0o000)
    (bound.root / "half").chmod(0o311)
    before = bound.executed_by_others()
    assert changed(before, bound.executed_by_others()) == Made(not_looked_into=("half/",))
    (bound.root / "closed").chmod(0o700)
    put(bound, "closed/x.pth")
    (bound.root / "closed").chmod(0o000)
    assert changed(before, bound.executed_by_others()).not_looked_into == ("closed/", "half/")


def test_a_file_that_cannot_be_read_is_told_when_it_changed(bound: Workspace) -> None:
    put(bound, "Makefile")
    (bound.root / "Makefile").chmod(0o200)
    before = bound.executed_by_others()
    assert changed(before, bound.executed_by_others()) == Made()
    put(bound, "Makefile", "y")
    assert changed(before, bound.executed_by_others()).names == {Grade.PURPOSE: ["Makefile"]}
