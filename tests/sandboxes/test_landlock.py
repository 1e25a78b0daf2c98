"""Landlock: who gave up the right to open files doesn't get at them, by whatever path."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt.sandboxes.landlock import Reach, held, version

pytestmark = pytest.mark.skipif(not version(), reason="there is no Landlock here")


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    for name in ("mine", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    return Reach(
        readable=(Path("/usr"), Path("/lib"), Path("/lib64"), tmp_path / "none"),
        writable=(tmp_path / "mine",),
    )


def test_what_is_named_can_be_used(reach: Reach, tmp_path: Path) -> None:
    mine = tmp_path / "mine"

    def work() -> str:
        (mine / "deep").mkdir()
        (mine / "deep/new").write_text("new")
        (mine / "deep/new").rename(mine / "moved")
        (mine / "link").symlink_to("file")
        return (mine / "link").read_text() + (mine / "moved").read_text()

    assert held(reach, work) == "minenew"


@pytest.mark.parametrize(
    "work",
    [
        lambda place: (place / "outside/file").read_text(),
        lambda place: (place / "outside/file").write_text("x"),
        lambda place: (place / "outside/new").touch(),
        lambda place: (place / "outside/new").mkdir(),
        lambda place: list((place / "outside").iterdir()),
        lambda place: (place / "outside/file").unlink(),
        lambda place: (place / "mine/file").rename(place / "outside/moved"),
        lambda place: (place / "mine/swapped/file").read_text(),
        lambda place: (place / "mine/swapped/new").touch(),
        lambda place: Path("/proc/self/environ").read_bytes(),
    ],
)
def test_nothing_else_can(reach: Reach, tmp_path: Path, work: Callable[[Path], object]) -> None:
    (tmp_path / "mine/swapped").symlink_to(tmp_path / "outside")
    with pytest.raises(OSError, match=r"Permission denied|Invalid cross-device link"):
        held(reach, lambda: work(tmp_path))
    assert sorted(path.name for path in (tmp_path / "outside").iterdir()) == ["file"]
    assert (tmp_path / "outside/file").read_text() == "outside"


def test_programs_are_held_and_nobody_else(reach: Reach, tmp_path: Path) -> None:
    words = [
        "/bin/sh",
        "-c",
        'read a <"$0/mine/file"; echo "$a"; read b <"$0/outside/file"; echo "$b"',
        str(tmp_path),
    ]
    open_files = Reach((*reach.readable, Path("/bin")), (*reach.writable, Path("/dev/null")))
    done = held(
        open_files, lambda: subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    )
    assert b"mine" in done.stdout
    assert b"outside" not in done.stdout
    assert (tmp_path / "outside/file").read_text() == "outside"
    assert sys.platform.startswith("linux")
