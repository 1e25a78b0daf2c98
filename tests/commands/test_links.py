"""Commands that are given a link's name: what they change, and that they never lose what it leads to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.events import Ran
from autogpt.workspace import Workspace

posix = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")


def asked(registry: Registry, command: str, **args: object) -> Ran:
    """Run a command as the loop does: under its one true spelling."""
    return registry.run(registry.canonical(Action(command, args)))


@pytest.fixture
def root(workspace: Workspace) -> Path:
    (workspace.root / "data").mkdir()
    (workspace.root / "data" / "important.csv").write_text("1,ann\n")
    (workspace.root / "latest.csv").symlink_to("data/important.csv")
    return workspace.root


@posix
def test_deleting_a_link_leaves_what_it_leads_to(registry: Registry, root: Path) -> None:
    for name in ("latest.csv", "./latest.csv", "/workspace/latest.csv", str(root / "latest.csv")):
        ran = asked(registry, "delete_file", filename=name)
        assert ran.result == (
            "Deleted the link latest.csv. What it led to, data/important.csv, is as it was."
        )
        assert not (root / "latest.csv").is_symlink()
        assert (root / "data" / "important.csv").read_text() == "1,ann\n"
        (root / "latest.csv").symlink_to("data/important.csv")
    # A rule of the person's must see the name of what goes, not of what stays.
    canonical = registry.canonical(Action("rm", {"path": "data/../latest.csv"}))
    assert canonical == Action("delete_file", {"filename": "latest.csv"})


@posix
def test_links_that_lead_nowhere_outside_or_to_folders_are_deleted_themselves(
    registry: Registry, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    links = {
        "dangling": "gone.txt",
        "dangling_out": str(tmp_path / "nowhere"),
        "folder": "data",
        "out": str(outside / "mine.txt"),
        "out_folder": "../outside",
        "chain": "latest.csv",
        "round": "round",
        "data/up": "../latest.csv",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
        ran = asked(registry, "delete_file", filename=name + ("/" if "folder" in name else ""))
        assert (ran.ok, ran.changed) == (True, True), ran.result
        assert ran.result.startswith(f"Deleted the link {name}. ")
        assert not (root / name).is_symlink()
    (root / "out").symlink_to(outside / "mine.txt")
    assert "outside of what you may use" in asked(registry, "delete_file", filename="out").result
    (root / "dangling").symlink_to("gone.txt")
    assert "which is not there" in asked(registry, "delete_file", filename="dangling").result
    assert (outside / "mine.txt").read_text() == "mine"
    assert (root / "data" / "important.csv").read_text() == "1,ann\n"
    assert (root / "latest.csv").is_symlink()


@posix
def test_through_a_folder_that_is_a_link_the_file_in_it_is_deleted(registry: Registry, root: Path) -> None:
    (root / "folder").symlink_to("data")
    ran = asked(registry, "delete_file", filename="folder/important.csv")
    assert ran.result.startswith("Deleted the file data/important.csv")
    assert (root / "folder").is_symlink()


@posix
def test_a_file_with_two_names_loses_the_one_that_is_deleted(registry: Registry, root: Path) -> None:
    os.link(root / "data" / "important.csv", root / "second.csv")
    assert asked(registry, "delete_file", filename="second.csv").ok
    assert (root / "data" / "important.csv").read_text() == "1,ann\n"


@posix
def test_writing_through_a_link_changes_what_it_leads_to_and_says_so(registry: Registry, root: Path) -> None:
    for command, args in (
        ("append_to_file", {"text": "2,bob\n"}),
        ("write_to_file", {"text": "1,anna\n"}),
    ):
        ran = asked(registry, command, filename="latest.csv", **args)
        assert "data/important.csv" in ran.result
        assert ran.result.endswith("\n[latest.csv is a link to data/important.csv.]")
        assert os.readlink(root / "latest.csv") == "data/important.csv"
    assert (root / "data" / "important.csv").read_text() == "1,anna\n"
    (root / "new.txt").symlink_to("data/new.txt")
    assert asked(registry, "write_to_file", filename="new.txt", text="x").ok
    assert (root / "data" / "new.txt").read_text() == "x"
    assert (root / "new.txt").is_symlink()
    registry.canonical(Action("write_to_file", {"filename": "latest.csv", "text": "x"}))
    assert "link" not in registry.run(Action("write_to_file", {"filename": "third.txt", "text": "x"})).result
    # Reading needs no such word, and the next action is told by itself.
    assert asked(registry, "read_file", filename="latest.csv").result == "1,anna\n"
    assert "link" not in asked(registry, "write_to_file", filename="other.txt", text="x").result


@posix
def test_writing_a_file_with_two_names_says_that_the_other_keeps_the_old_text(
    registry: Registry, root: Path
) -> None:
    os.link(root / "data" / "important.csv", root / "second.csv")
    ran = asked(registry, "write_to_file", filename="second.csv", text="new\n")
    assert "another name (a hard link)" in ran.result
    assert (root / "data" / "important.csv").read_text() == "1,ann\n"
    assert "hard link" not in asked(registry, "write_to_file", filename="second.csv", text="newer\n").result


@pytest.mark.skipif(os.name != "nt", reason="junctions are Windows's")
def test_deleting_a_junction_leaves_the_folder(registry: Registry, workspace: Workspace) -> None:
    (workspace.root / "real").mkdir()
    (workspace.root / "real" / "a.txt").write_text("x")
    junction, real = workspace.root / "junction", workspace.root / "real"
    subprocess.run(["cmd", "/c", "mklink", "/J", str(junction), str(real)], check=True)
    assert asked(registry, "delete_file", filename="junction").ok
    assert not junction.exists()
    assert (real / "a.txt").read_text() == "x"


@posix
@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("read_file", {}),
        ("list_files", {}),
        ("search_files", {"query": "x"}),
        ("write_to_file", {"text": "x"}),
        ("append_to_file", {"text": "x"}),
    ],
)
def test_a_link_that_leads_out_is_named_as_what_it_is(
    registry: Registry, root: Path, tmp_path: Path, command: str, more: dict[str, str]
) -> None:
    argument = "directory" if command in ("list_files", "search_files") else "filename"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    (root / "out").symlink_to(outside)
    (root / "mine.txt").symlink_to("../outside/mine.txt")
    (root / "data" / "nowhere").symlink_to(tmp_path / "nowhere")
    (root / "inner").symlink_to("data")
    removes = " delete_file removes the link, and nothing that it leads to."
    stays = f": nothing there can be read, listed or written. Use a file or folder that lies in the workspace itself ({root})."
    for name, how in {
        "out": "'out' is a link that leads out of the workspace",
        "./mine.txt": "'./mine.txt' is a link that leads out of the workspace",
        "data/nowhere": "'data/nowhere' is a link that leads out of the workspace",
        "out/mine.txt": "'out/mine.txt' leads out of the workspace, through the link 'out'",
        "out/new/mine.txt": "'out/new/mine.txt' leads out of the workspace, through the link 'out'",
        "inner/nowhere": "'inner/nowhere' leads out of the workspace, through the link 'data/nowhere'",
    }.items():
        ran = asked(registry, command, **{argument: name}, **more)
        assert not ran.ok
        assert ran.result == how + stays + removes
    assert (outside / "mine.txt").read_text() == "mine"
    # The way that it names works.
    for name in ("out", "mine.txt", "data/nowhere"):
        assert asked(registry, "delete_file", filename=name).ok
    assert [file.name for file in outside.iterdir()] == ["mine.txt"]


@posix
def test_deleting_through_a_link_that_leads_out_says_which_link(
    registry: Registry, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (root / "out").symlink_to(tmp_path)
    ran = asked(registry, "delete_file", filename="out/mine.txt")
    assert ran.result.startswith("'out/mine.txt' leads out of the workspace, through the link 'out': ")
    assert (tmp_path / "mine.txt").exists()


@posix
@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("append_to_file", {"filename": "out.txt", "text": "x"}),
        ("write_to_file", {"filename": "out.txt", "text": "x"}),
        ("read_file", {"filename": "out.txt"}),
        ("append_to_file", {"filename": "new/out.txt", "text": "x"}),
    ],
)
def test_a_link_that_came_since_it_was_judged_is_not_followed(
    registry: Registry, root: Path, command: str, args: dict[str, str]
) -> None:
    action = registry.canonical(Action(command, args))
    registry.preview(action)
    name = root / args["filename"].partition("/")[0]
    name.symlink_to("data/important.csv" if name.suffix else "data")
    ran = registry.run(action)
    assert not ran.ok
    assert "replaced by a link" in ran.result
    assert (root / "data" / "important.csv").read_text() == "1,ann\n"
    assert not (root / "data" / "out.txt").exists()
    assert registry.run(registry.canonical(Action(command, args))).ok or command == "read_file"
