"""Set-user-id bits are taken off what programs made, and off nothing else."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import Command
from autogpt.sandboxes.set_ids import SetIds

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no such bits there")


def bits(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o6000


def put(path: Path, mode: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(mode)
    return path


def test_what_is_new_loses_them_and_what_was_there_keeps_them(tmp_path: Path) -> None:
    old = put(tmp_path / "a/old", 0o4755)
    set_ids = SetIds(tmp_path)
    set_ids.strip()  # nothing was looked at yet
    set_ids.remember()
    new = [put(tmp_path / name, mode) for name, mode in (("x", 0o4755), ("a/b/c/y", 0o2711), ("z", 0o6111))]
    deep = put(tmp_path.joinpath(*["d" * 50] * 20, "x"), 0o4755)
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o2775)
    set_ids.remember()
    set_ids.strip()
    assert [bits(path) for path in (*new, deep)] == [0, 0, 0, 0]
    assert [stat.S_IMODE(path.stat().st_mode) for path in new] == [0o755, 0o711, 0o111]
    assert bits(old) == 0o4000
    assert bits(folder) == 0o2000


def test_links_lead_to_no_other_file(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside/program", 0o4755)
    place = tmp_path / "place"
    place.mkdir()
    set_ids = SetIds(place)
    set_ids.remember()
    (place / "link").symlink_to(outside)
    (place / "folder").symlink_to(outside.parent)
    put(place / "new", 0o4755)
    set_ids.strip()
    assert bits(outside) == 0o4000
    assert bits(place / "new") == 0


def test_a_link_that_somebody_puts_in_meanwhile_leads_to_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the search and the change a program can swap a file, or a folder on the way, for a link."""
    outside = put(tmp_path / "outside/program", 0o4755)
    place = tmp_path / "place"
    put(place / "new", 0o4755)
    set_ids = SetIds(place)
    monkeypatch.setattr("autogpt.sandboxes.set_ids._found", lambda place: iter(()))
    set_ids.remember()
    (place / "link").symlink_to(outside)
    (place / "folder").symlink_to(outside.parent)
    swapped = [place / "link", place / "folder/program", place / "new"]
    monkeypatch.setattr("autogpt.sandboxes.set_ids._found", lambda place: iter(swapped))
    set_ids.strip()
    assert bits(outside) == 0o4000
    assert bits(place / "new") == 0


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such bits there")
def test_where_no_filter_holds_programs_to_it_the_bits_go_after_each_command(tmp_path: Path) -> None:
    sandbox = choose(Wish("host", host_allowed=True), tmp_path, dict(os.environ), in_container=False).sandbox
    assert sandbox is not None
    try:
        line = "cp /bin/true one; chmod 4755 one"
        sandbox.run(Command(("sh", "-c", line), folder=tmp_path))
        assert bits(tmp_path / "one") == 0
        line = "cp /bin/true two; chmod 6755 two; echo made; cat"
        process = sandbox.start(Command(("sh", "-c", line), folder=tmp_path, stdin=True))
        while b"made" not in process.read().head:
            assert process.wait(0.01) is None
        assert bits(tmp_path / "two") == 0o6000
        process.stop()
    finally:
        sandbox.close()
    assert bits(tmp_path / "two") == 0
