"""Whatever the name, nothing outside the workspace is read, written or deleted."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.errors import CommandError
from autogpt.workspace import Workspace
from autogpt.workspace.walking import BY_DESCRIPTOR

pytestmark = pytest.mark.skipif(os.name == "nt", reason="plants symbolic links")

SEGMENTS = [
    "..",
    ".",
    "",
    "/",
    "\\",
    "..\\..",
    "~",
    "a",
    "b",
    "c",
    "out",
    "out_relative",
    "canary",
    "outside",
    "ws",
    "workspace",
    "auto_gpt_workspace",
    "file://",
    "C:",
    ".git",
    ".autogpt",
    ".AUTOGPT",
    "%2e%2e",
    "．．",
    "...",
    "\x00",
    "\n",
    "{root}",
    "{parent}",
    "etc",
    "loop",
    "x" * 300,
    "\udcff",
    "\ud800",
]
TARGETS = [
    "a",
    "b",
    "../outside",
    "../outside/canary",
    "{parent}/outside",
    "{parent}/outside/canary",
    "{root}/../outside",
    "{root}/a",
    "..",
    ".",
    "a/../../outside",
    "loop",
    ".autogpt",
    "/",
    "out/../outside",
]
names = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=7).map("/".join) | st.text(max_size=20)


@pytest.mark.parametrize("by_descriptor", [True, False] if BY_DESCRIPTOR else [False])
@settings(max_examples=60, deadline=None)
@given(
    links=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "out", "loop", "a/l"]), st.sampled_from(TARGETS)),
        max_size=6,
    ),
    tried=st.lists(names, min_size=1, max_size=6),
)
def test_nothing_outside_is_touched(
    by_descriptor: bool, links: list[tuple[str, str]], tried: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parent = Path(folder).resolve()
        outside = parent / "outside"
        outside.mkdir()
        (outside / "canary").write_text("SECRET")
        workspace = Workspace(parent / "ws", by_descriptor=by_descriptor)
        journal = workspace.root / ".autogpt"
        journal.mkdir()
        (journal / "canary").write_text("SECRET")
        for name, target in links:
            link = workspace.root / name
            with suppress(OSError):
                link.parent.mkdir(exist_ok=True)
                if link.parent.resolve() not in (workspace.root, workspace.root / "a"):
                    continue
                link.symlink_to(
                    target.replace("{root}", str(workspace.root)).replace("{parent}", str(parent))
                )
        for name in tried:
            name = name.replace("{root}", str(workspace.root)).replace("{parent}", str(parent))
            with suppress(CommandError):
                assert b"SECRET" not in workspace.read_bytes(name)
            with suppress(CommandError):
                for entry in workspace.walk(name):
                    assert (workspace.root / entry.name).parent.resolve().is_relative_to(workspace.root)
            with suppress(CommandError):
                workspace.write_text(name, "written")
            with suppress(CommandError):
                workspace.append_text(name, "appended")
            with suppress(CommandError):
                assert not workspace.locate(name).parent.resolve().is_relative_to(outside)
            with suppress(CommandError):
                workspace.look(name)
            with suppress(CommandError):
                workspace.delete(name)
            assert [path.name for path in outside.iterdir()] == ["canary"]
            assert (outside / "canary").read_text() == "SECRET"
            assert [path.name for path in journal.iterdir()] == ["canary"]
            assert (journal / "canary").read_text() == "SECRET"
            assert sorted(path.name for path in parent.iterdir()) == ["outside", "ws"]
        workspace.fingerprint()
        workspace.sweep()
        assert (outside / "canary").read_text() == "SECRET"


# -- what other programs take code from ----------------------------------------------------------


@pytest.fixture
def shut(workspace: Workspace) -> Workspace:
    """A workspace with a virtual environment and a bare repository in it."""
    for name in ("env/pyvenv.cfg", "env/lib/x.py", "deep/er/bare/HEAD"):
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("as it was")
    for name in ("objects", "refs"):
        (workspace.root / "deep/er/bare" / name).mkdir()
    return workspace


SHUT = [
    "env/lib/x.py",
    "env/new.py",
    "env/new/folder/x.py",
    "env/pyvenv.cfg",
    "deep/er/bare/hooks/post-receive",
]


@pytest.mark.parametrize("name", SHUT)
def test_environments_and_bare_repositories_are_not_changed(shut: Workspace, name: str) -> None:
    before = sorted(path for path in shut.root.rglob("*"))
    for change in (
        lambda: shut.write_text(name, "other"),
        lambda: shut.append_text(name, "more"),
        lambda: shut.keep(name, "other"),
        lambda: shut.keep_copy(name, shut.root / "env/pyvenv.cfg"),
        lambda: shut.delete(name),
        lambda: shut.locate(name, changes=True),
    ):
        with pytest.raises(CommandError, match="virtual environment or a bare repository"):
            change()
    assert sorted(path for path in shut.root.rglob("*")) == before


@pytest.mark.parametrize(
    "order",
    [
        ("HEAD", "objects/x", "refs/x"),
        ("refs/x", "HEAD", "objects/x"),
        ("objects/x", "refs/x", "head"),
        ("refs/x", "HEAD", "objects"),
        ("HEAD", "refs/x", "OBJECTS/deep/er"),
        ("HEAD", "commondir"),
        ("commondir", "Head"),
    ],
)
@pytest.mark.parametrize("place", ["", "proj/", "a/proj/"])
def test_no_bare_repository_is_made_of_files(
    workspace: Workspace, order: tuple[str, ...], place: str
) -> None:
    workspace.write_text(f"{place}config", "[core]\nfsmonitor = touch /tmp/x\n")
    workspace.write_text(f"{place}other", "x")
    *first, last = order
    for name in first:
        workspace.write_text(place + name, "ref: refs/heads/main\n")
    before = sorted(workspace.root.rglob("*"))
    for change in (
        lambda: workspace.write_text(place + last, "ref: refs/heads/main\n"),
        lambda: workspace.append_text(place + last, "ref: refs/heads/main\n"),
        lambda: workspace.keep(place + last, "x"),
        lambda: workspace.keep_copy(place + last, workspace.root / place / "config"),
        lambda: workspace.rename(place + "other", place + last),
        lambda: workspace.locate(place + last, changes=True),
        lambda: workspace.locate(place + last + "/new", changes=True),
    ):
        with pytest.raises(CommandError, match=r"git repository|not in the folder of"):
            change()
    assert sorted(workspace.root.rglob("*")) == before


def test_they_can_be_read_and_listed(shut: Workspace) -> None:
    assert shut.read_bytes("env/lib/x.py") == b"as it was"
    assert [entry.name for entry in shut.entries("env")] == ["env/lib", "env/pyvenv.cfg"]
    assert shut.locate("env/lib/x.py") == shut.root / "env/lib/x.py"


def test_a_link_into_them_is_no_way_in(shut: Workspace) -> None:
    (shut.root / "link").symlink_to("env/lib")
    (shut.root / "file.py").symlink_to("env/lib/x.py")
    for name in ("link/x.py", "file.py", "link/new.py"):
        with pytest.raises(CommandError, match="virtual environment"):
            shut.write_text(name, "other")
    assert (shut.root / "env/lib/x.py").read_text() == "as it was"
    shut.delete("file.py")  # the link itself lies elsewhere


def test_nothing_is_renamed_into_or_out_of_them(shut: Workspace) -> None:
    with pytest.raises(CommandError, match="virtual environment"):
        shut.rename("env/lib/x.py", "env/lib/y.py")


def test_a_workspace_that_is_an_environment_itself_is_worked_in(workspace: Workspace) -> None:
    (workspace.root / "pyvenv.cfg").touch()
    assert workspace.write_text("x.py", "pass\n").created
    everywhere = Workspace(workspace.root, restrict=False)
    assert everywhere.write_text("y.py", "pass\n").created


def test_unrestricted_too_they_are_not_changed(shut: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/bin").mkdir(parents=True)
    (tmp_path / "elsewhere/pyvenv.cfg").touch()
    everywhere = Workspace(shut.root, restrict=False)
    for name in ("env/lib/x.py", str(tmp_path / "elsewhere/bin/activate")):
        with pytest.raises(CommandError, match="virtual environment"):
            everywhere.write_text(name, "other")


def test_the_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    assert Workspace(tmp_path / "a/new").root.stat().st_mode & 0o777 == 0o700
    (tmp_path / "there").mkdir(mode=0o755)
    (tmp_path / "there").chmod(0o755)
    assert Workspace(tmp_path / "there").root.stat().st_mode & 0o777 == 0o755
