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
