"""What a write would do to a file as it is now: the words, the difference, and its bounds."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.previewing import difference
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action, Preview
from autogpt.core.errors import CommandError
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock


@pytest.fixture
def registry(workspace: Workspace, bugs: list[BaseException]) -> Registry:
    families = (FileCommands(workspace), PatchCommands(workspace), ControlCommands())
    return Registry(families, workspace=workspace, clock=StoppedClock(), on_bug=bugs.append)


def preview(registry: Registry, command: str, **args: object) -> Preview:
    made = registry.preview(registry.canonical(Action(command, args)))
    assert made is not None
    return made


def test_a_new_file(registry: Registry) -> None:
    made = preview(registry, "write_to_file", filename="./notes//a.txt", text="one\ntwo\n")
    assert made == Preview("notes/a.txt", "new file, 2 lines", ("+one", "+two"), frozenset({"text"}))


def test_a_file_that_is_replaced(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "".join(f"{n}\n" for n in range(214)))
    new = "".join(f"{n}\n" for n in range(214) if n != 100) + "end"
    made = preview(registry, "write_to_file", filename="a.txt", text=new)
    assert made.what == "replaces 214 lines with 214 lines: 1 line added, 1 removed"
    assert made.diff == (
        "@@ -98,7 +98,6 @@", " 97", " 98", " 99", "-100", " 101", " 102", " 103",
        "@@ -212,3 +211,4 @@", " 211", " 212", " 213", "+end", "\\ No newline at end of file",
    )  # fmt: skip
    same = preview(registry, "write_to_file", filename="a.txt", text=workspace.read_bytes("a.txt").decode())
    assert (same.what, same.diff) == ("replaces 214 lines with the same text", ())
    gone = preview(registry, "write_to_file", filename="a.txt", text="")
    assert gone.what == "replaces 214 lines with 0 lines: 0 lines added, 214 removed"


def test_text_that_is_added_and_edits(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "one\ntwo\nthree\nfour")
    made = preview(registry, "append_to_file", filename="a.txt", text="five\n")
    assert made.what == "adds 1 line to the 4 lines there"
    assert made.diff[-4:] == ("-four", "\\ No newline at end of file", "+four", "+five")
    made = preview(registry, "patch_file", filename="a.txt", edits=[{"search": "two\n", "replace": "2\n"}])
    assert (made.file, made.shows) == ("a.txt", frozenset({"edits"}))
    assert made.what == "changes a file of 4 lines: 1 line added, 1 removed"
    assert "-two" in made.diff
    assert "+2" in made.diff


def test_nothing_is_changed_by_looking(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "one\n")
    before = workspace.revision
    for command in ("write_to_file", "append_to_file"):
        preview(registry, command, filename="a.txt", text="two\n")
        preview(registry, command, filename="new/b.txt", text="two\n")
    assert workspace.revision == before
    assert [entry.name for entry in workspace.walk()] == ["a.txt"]


def test_what_cannot_be_compared_is_told(workspace: Workspace, registry: Registry) -> None:
    workspace.write_bytes("a", b"x" * 5_000_001)
    made = preview(registry, "write_to_file", filename="a", text="new\n")
    what = "replaces a file of 5.0 MB, too large to compare with 1 line"
    assert (made.what, made.diff) == (what, ("+new",))


def test_what_can_only_fail_hides_nothing(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "one\n")
    workspace.write_bytes("a.png", b"\x89PNG\r\n\x1a\n\0\0\0")
    for action in (
        Action("write_to_file", {"filename": "a.png", "text": "x"}),
        Action("patch_file", {"filename": "a.txt", "edits": [{"search": "two", "replace": "2"}]}),
        Action("write_to_file", {"filename": "../a.txt", "text": "x"}),
        Action("write_to_file", {"filename": "a.txt", "text": "x", "invented": "evil"}),
    ):
        made = registry.preview(registry.canonical(action))
        assert made is not None
        # The very words of the failure, with nothing to agree to.
        assert made == Preview("", "", fails=registry.run(registry.canonical(action)).result)


@pytest.mark.parametrize(
    ("filename", "said"),
    [
        ("a.txt/b.txt", "A part of 'a.txt/b.txt' that should be a folder is a file."),
        ("a.txt/b/c.txt", "A part of 'a.txt/b/c.txt' that should be a folder is a file."),
        ("x" * 300, "is too long"),
        ("new/" + "x" * 300 + "/a.txt", "is too long"),
        ("folder", "is a folder"),
        ("../a.txt", "is outside the workspace"),
        (".git/config", "belongs to the program"),
        ("new/.git/hooks/x", "belongs to the program"),
        ("venv/lib/a.py", "is a virtual environment"),
        ("venv/new/a.py", "is a virtual environment"),
        ("bare/HEAD", "would be a git repository"),
        ("kept.txt", "is read-only"),
        ("out/a.txt", "leads out of the workspace"),
        ("round", "leads round in symbolic links"),
        ("pipe", "is no plain file"),
        ("rules.yaml", "governs this program"),
        ("a\0b", "NUL"),
    ],
)
def test_where_nothing_can_be_written_is_known_before_the_question(
    tmp_path: Path, filename: str, said: str
) -> None:
    root = tmp_path / "ws"
    for folder in ("folder", "venv/lib", "bare/objects", "bare/refs"):
        (root / folder).mkdir(parents=True)
    for name in ("a.txt", "kept.txt", "rules.yaml", "venv/pyvenv.cfg"):
        (root / name).write_text("one\n")
    (root / "kept.txt").chmod(0o444)
    (root / "out").symlink_to(tmp_path)
    (root / "round").symlink_to("round")
    os.mkfifo(root / "pipe")
    workspace = Workspace(root, read_only=[root / "rules.yaml"])
    registry = Registry(
        [FileCommands(workspace), PatchCommands(workspace)], workspace=workspace, clock=StoppedClock()
    )
    before = sorted(entry.name for entry in workspace.walk())
    for command in ("write_to_file", "append_to_file"):
        action = Action(command, {"filename": filename, "text": "two\n"})
        made = preview(registry, command, **action.args)
        assert said in made.fails
        assert made.fails == registry.run(action).result
    assert sorted(entry.name for entry in workspace.walk()) == before
    with pytest.raises(CommandError, match=re.escape(said)):
        workspace.check_writable(filename)
    if filename in ("kept.txt", "rules.yaml"):
        edits = [{"search": "one", "replace": "1"}]
        assert said in preview(registry, "patch_file", filename=filename, edits=edits).fails


@pytest.mark.skipif(os.geteuid() == 0, reason="to root everything is writable")
def test_a_folder_that_is_read_only_is_known_before_the_question(
    workspace: Workspace, registry: Registry
) -> None:
    (workspace.root / "kept").mkdir(mode=0o555)
    for name in ("kept/a.txt", "kept/new/a.txt"):
        assert "is read-only here" in preview(registry, "write_to_file", filename=name, text="x").fails


def test_what_can_be_written_is_asked_about(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "one\n")
    (workspace.root / "link.txt").symlink_to("new.txt")
    (workspace.root / "folder").symlink_to(".")
    for name in ("a.txt", "new/of/them.txt", "link.txt", "folder/b.txt", "x" * 255, "./a.txt", "pyvenv.cfg"):
        made = preview(registry, "write_to_file", filename=name, text="two\n")
        assert not made.fails
        workspace.check_writable(name)


def test_a_file_that_changed_is_told_of_before_the_question(workspace: Workspace, registry: Registry) -> None:
    for command, more in (("write_to_file", {"text": "mine\n"}), ("delete_file", {})):
        workspace.write_text("a.txt", "one\n")
        assert registry.run(Action("read_file", {"filename": "a.txt"})).ok
        workspace.write_text("a.txt", "two\n")
        made = preview(registry, command, filename="a.txt", **more)
        assert "a.txt has changed since you last read or wrote it" in made.fails
        # Told once, it is the model's decision, and the person's.
        again = registry.preview(Action(command, {"filename": "a.txt", **more}))
        assert again is None or not again.fails


def test_what_is_deleted_is_looked_at_before_the_question(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("full/a.txt", "one\n")
    (workspace.root / "out").symlink_to("/etc")
    for name, said in {
        "gone.txt": "There is no 'gone.txt'", "full": "is a folder with 1 entry", ".": "own folder",
        ".git": "belongs to the program", "out/passwd": "through the link 'out'",
    }.items():  # fmt: skip
        action = Action("delete_file", {"filename": name})
        made = registry.preview(action)
        assert made is not None
        assert said in made.fails
        assert made.fails == registry.run(action).result
    for name in ("full/a.txt", "out"):
        made = registry.preview(Action("delete_file", {"filename": name}))
        assert made is not None
        assert not made.fails


def test_wrong_arguments_of_any_command_need_no_question(registry: Registry) -> None:
    for action in (Action("delete_file"), Action("task_complete", {"reason": ["x"]})):
        made = registry.preview(action)
        assert made is not None
        assert made.fails.startswith(f"Wrong arguments for {action.command}: ")


def test_what_touches_no_file_has_none(registry: Registry) -> None:
    for action in (
        Action("list_files", {"directory": "."}),
        Action("task_complete", {"reason": "x"}),
        Action("invented", {"text": "x"}),
    ):
        assert registry.preview(action) is None


def test_line_ends_are_told_where_they_change() -> None:
    assert difference("a\r\nb\r\n", "a\r\nc\r\n") == ("@@ -1,2 +1,2 @@", " a", "-b", "+c")
    assert difference("a\r\n", "a\n") == ("@@ -1 +1 @@", "-a\r", "+a")
    assert difference("a\u2028b\x0bc\n", "a\u2028b\x0bd\n")[1:] == ("-a\u2028b\x0bc", "+a\u2028b\x0bd")


def applied(before: str, diff: tuple[str, ...]) -> str:
    """The text after a difference, by its own numbers."""
    old, new, at = before.split("\n"), [], 0
    for row in diff:
        if row.startswith("@@"):
            start, _, length = row.split()[1][1:].partition(",")
            until = int(start) - (length != "0")
            new += old[at:until]
            at = until
        elif row[0] in " -":
            assert old[at] == row[1:]
            new += [row[1:]] if row[0] == " " else []
            at += 1
        elif row[0] == "+":
            new.append(row[1:])
    return "\n".join([*new, *old[at:]])


@pytest.mark.parametrize("kinds", [3, 90, 100_000])
@pytest.mark.parametrize("lines", [3, 200, 6_000])
def test_the_difference_leads_from_one_to_the_other(kinds: int, lines: int) -> None:
    chance = random.Random(kinds * lines)
    before, after = ("".join(f"{chance.randrange(kinds)}\n" for _ in range(lines)) for _ in range(2))
    assert applied(before, difference(before, after)) == after
    assert applied(before, difference(before, before[: len(before) // 2] + before)) == (
        before[: len(before) // 2] + before
    )


def test_a_long_search_for_the_shortest_difference_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autogpt.commands.previewing._MOST_STEPS", 1_000)
    before = "".join(f"{n % 7}\n" for n in range(150))
    after = before.replace("3\n", "x\n")
    diff = difference(before, after)
    assert applied(before, diff) == after
    # From the first line to the last that differs, though only one in seven does.
    assert sum(row.startswith("-") for row in diff) == 141


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("write_to_file", {"text": "new\n"}),
        ("append_to_file", {"text": "new\n"}),
        ("patch_file", {"edits": [{"search": "one", "replace": "1"}]}),
        ("delete_file", {}),
    ],
)
def test_a_yes_is_for_what_was_shown(
    workspace: Workspace, registry: Registry, command: str, args: dict[str, object]
) -> None:
    file = workspace.root / "a.txt"
    file.write_text("one\ntwo\n")
    action = registry.canonical(Action(command, {"filename": "a.txt", **args}))
    registry.preview(action)
    file.write_text("one\nthe person's\n")
    refused = registry.run(action)
    assert not refused.ok
    assert "while the user was asked" in refused.result
    assert file.read_text() == "one\nthe person's\n"
    registry.preview(action)
    assert registry.run(action).ok


def test_a_file_that_came_while_it_was_asked_about_is_not_replaced(
    workspace: Workspace, registry: Registry
) -> None:
    action = registry.canonical(Action("write_to_file", {"filename": "new.txt", "text": "mine\n"}))
    registry.preview(action)
    (workspace.root / "new.txt").write_text("the person's\n")
    assert not registry.run(action).ok
    assert (workspace.root / "new.txt").read_text() == "the person's\n"


@pytest.mark.parametrize("read", [True, False])
def test_it_is_refused_once_and_what_changed_is_told_of_a_file_that_was_read(
    workspace: Workspace, registry: Registry, read: bool
) -> None:
    file = workspace.root / "a.txt"
    file.write_text("one\ntwo\n")
    if read:
        registry.run(registry.canonical(Action("read_file", {"filename": "a.txt"})))
    action = registry.canonical(Action("delete_file", {"filename": "a.txt"}))
    registry.preview(action)
    file.write_text("one\nthe person's\n")
    refused = registry.run(action)
    assert not refused.ok
    assert "it was not deleted" in refused.result
    assert ("+the person's" in refused.result) is read
    registry.preview(action)
    assert registry.run(action).ok
    assert not file.exists()


def test_what_would_be_deleted_is_told(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "one\ntwo\n")
    workspace.write_bytes("b.bin", b"\x89PNG\r\n\x1a\n" + b"\x00\xff\xfe" * 31)
    (workspace.root / "folder").mkdir()
    assert preview(registry, "delete_file", filename="a.txt") == Preview("a.txt", "deletes 2 lines (8 bytes)")
    assert (
        preview(registry, "delete_file", filename="b.bin").what
        == "deletes a file that is not text (101 bytes)"
    )
    assert preview(registry, "delete_file", filename="folder").what == "deletes an empty folder"
    assert "There is no 'c'" in preview(registry, "delete_file", filename="c").fails


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("was", ["link", "file", "folder"])
def test_another_thing_of_the_name_is_not_deleted_instead(
    workspace: Workspace, registry: Registry, was: str
) -> None:
    place = workspace.root / "a"
    make: dict[str, Callable[[], object]] = {
        "link": lambda: place.symlink_to("there"),
        "other link": lambda: place.symlink_to("elsewhere"),
        "file": lambda: place.write_text("x"),
        "folder": place.mkdir,
    }
    action = registry.canonical(Action("delete_file", {"filename": "a"}))
    make[was]()
    what = preview(registry, "delete_file", filename="a").what
    assert ("a link to there, which stays" in what) is (was == "link")
    for now in make.keys() - {was}:
        place.rmdir() if place.is_dir() and not place.is_symlink() else place.unlink()
        make[now]()
        assert "while the user was asked" in registry.run(action).result
        assert os.path.lexists(place)
        registry.preview(action)
    assert registry.run(action).ok
    assert not os.path.lexists(place)


@pytest.mark.parametrize("command", ["write_to_file", "append_to_file", "delete_file"])
def test_a_yes_for_a_very_long_file_is_for_that_one_too(
    workspace: Workspace, registry: Registry, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("autogpt.commands.files.BIGGEST", 10)
    file = workspace.root / "a.txt"
    file.write_text("0123456789\n")
    args = {} if command == "delete_file" else {"text": "x\n"}
    action = registry.canonical(Action(command, {"filename": "a.txt", **args}))
    registry.preview(action)
    file.write_text("the person's own words\n")
    assert "while the user was asked" in registry.run(action).result
    assert file.read_text() == "the person's own words\n"
    registry.preview(action)
    assert registry.run(action).ok
