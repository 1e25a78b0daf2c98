"""What is found in a workspace, placeholders, private folders and what killed agents left of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autogpt.sandboxes.protected import MOST_FOLDERS, Held, Protected, look
from autogpt.sandboxes.scratch import Scratch, remove, sweep


def make(place: Path, *names: str) -> None:
    for name in names:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_repositories_records_and_environments_are_found(tmp_path: Path) -> None:
    make(
        tmp_path,
        ".git/config",
        "a/b/.git",
        ".autogpt/x",
        "env/pyvenv.cfg",
        "env/lib/.git/x",
        "src/main.py",
        "c/.GIT/x",
    )
    found = {path.relative_to(tmp_path).as_posix() for path in look(tmp_path).paths}
    assert found == {".git", "a/b/.git", ".autogpt", "env", "c/.GIT"}


def test_a_workspace_that_is_an_environment_is_not_one_itself(tmp_path: Path) -> None:
    make(tmp_path, "pyvenv.cfg")
    assert look(tmp_path).paths == set()


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_symlinks_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "outside/.git/config")
    place = tmp_path / "place"
    place.mkdir()
    (place / "link").symlink_to(tmp_path / "outside")
    (place / ".git").symlink_to(tmp_path / "outside" / ".git")
    assert look(place).paths == set()


def test_looking_ends(tmp_path: Path) -> None:
    make(tmp_path, "/".join(["deep"] * 30) + "/.git/x", "node_modules/x/.git/x")
    assert look(tmp_path).paths == set()
    assert MOST_FOLDERS < 10_000


def test_placeholders_come_and_go(tmp_path: Path) -> None:
    protected = Protected(tmp_path, hold=True)
    assert protected.paths == (tmp_path / ".autogpt", tmp_path / ".git")
    (tmp_path / ".git" / "config").touch()  # the agent's own git, outside of the sandbox
    protected.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git"]


def test_what_is_new_is_told_once(tmp_path: Path) -> None:
    make(tmp_path, "old/.git/config")
    protected = Protected(tmp_path, hold=False)
    assert protected.paths == (tmp_path / "old" / ".git",)
    make(tmp_path, "new/.git/config")
    assert protected.new() == (tmp_path / "new" / ".git",)
    assert protected.new() == ()


def test_the_folders_on_the_way_are_held_in_their_places(tmp_path: Path) -> None:
    make(tmp_path, "a/b/.git/config", "a/venv/pyvenv.cfg", ".git/config", "other/file")
    protected = Protected(tmp_path, hold=False)
    assert protected.held == (
        Held(tmp_path / ".git", False),
        Held(tmp_path / "a", True),
        Held(tmp_path / "a/b", True),
        Held(tmp_path / "a/b/.git", False),
        Held(tmp_path / "a/venv", False),
    )
    make(tmp_path, "a/venv/inner/.git/config")
    protected.add(tmp_path / "a/venv/inner/.git")
    assert Held(tmp_path / "a/venv", True) not in protected.held, "it stays read-only as a whole"


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_what_a_link_leads_to_is_not_held(tmp_path: Path) -> None:
    make(tmp_path, "place/a/.git/config", "elsewhere/.git/config")
    place = tmp_path / "place"
    protected = Protected(place, hold=False)
    assert protected.paths == (place / "a/.git",)
    (place / "a").rename(place / "b")
    (place / "a").symlink_to(tmp_path / "elsewhere")
    assert protected.held == ()


def test_what_is_made_while_a_command_goes_on_is_known_but_not_held(tmp_path: Path) -> None:
    protected = Protected(tmp_path, hold=False)
    make(tmp_path, "clone/.git/config")
    protected.add(tmp_path / "clone/.git", held=False)
    assert protected.new() == ()
    other = Protected(tmp_path, hold=False)
    assert other.paths == (tmp_path / "clone/.git",)


@pytest.mark.parametrize("already", [True, False])
def test_what_the_agent_made_is_kept_and_not_told(tmp_path: Path, already: bool) -> None:
    protected = Protected(tmp_path, hold=False)
    if already:
        assert protected.paths == ()
    make(tmp_path, "clone/.git/config")
    protected.add(tmp_path / "clone/.git")
    assert protected.paths == (tmp_path / "clone/.git",)
    assert protected.new() == ()


@pytest.mark.skipif(os.name == "nt", reason="killed agents' folders stay there")
def test_a_killed_agents_folder_goes(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"autogpt-sandbox-{ended.pid}-abc"
    mine = tmp_path / f"autogpt-sandbox-{os.getpid()}-abc"
    other = tmp_path / "autogpt-sandbox-of-somebody"
    for folder in (left, mine, other):
        make(folder, "tmp/file")
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])


@pytest.mark.skipif(os.name == "nt", reason="killed agents' folders stay there")
def test_a_killed_agents_placeholders_go_with_its_folder(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    scratch = Scratch()
    assert Protected(place, hold=True, note=scratch.note_placeholders).paths
    make(place, ".git/config")  # somebody made it a real one meanwhile
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"autogpt-sandbox-{ended.pid}-abc"
    scratch.folder.rename(left)
    sweep(tmp_path)
    assert not left.exists()
    assert sorted(path.name for path in place.iterdir()) == [".git"]


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_anything_is_removed(tmp_path: Path) -> None:
    scratch = Scratch()
    assert scratch.folder.stat().st_mode & 0o077 == 0
    folder = scratch.temporary
    deepen = "import os\nfor _ in range(600): os.mkdir('deeper'); os.chdir('deeper')"
    subprocess.run([sys.executable, "-c", deepen], cwd=folder, check=True)
    make(folder, "locked/file")
    (folder / "locked").chmod(0)
    (folder / "link").symlink_to(tmp_path)
    scratch.close()
    assert not scratch.folder.exists()
    assert tmp_path.exists()
    remove(tmp_path / "was never there")
