"""The list of runs that began on this account."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from autogpt import known_runs
from autogpt.known_runs import is_known_run, remember_run

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


HERE = Path("/records")


def name(number: int) -> str:
    return f"20261201-{number:06d}-abc"


def test_a_run_is_known_with_its_own_workspace_alone(tmp_path: Path) -> None:
    assert remember_run(tmp_path / "new/autogpt", name(1), Path("/home/me/grün"), HERE)
    assert is_known_run(tmp_path / "new/autogpt", name(1), "/home/me/grün", HERE)
    assert not is_known_run(tmp_path / "new/autogpt", name(1), "/home/me/other", HERE)
    assert not is_known_run(tmp_path / "new/autogpt", name(2), "/home/me/grün", HERE)
    assert not is_known_run(tmp_path / "none", name(1), "/home/me/grün", HERE)
    assert not is_known_run(tmp_path / "new/autogpt", name(1), "/home/me/grün", Path("/copied/records"))


def test_without_a_configuration_folder_nothing_is_known() -> None:
    assert not remember_run(None, name(1), Path("/w"), HERE)
    assert not is_known_run(None, name(1), "/w", HERE)


def test_where_it_cannot_be_written_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "autogpt").write_text("a file")
    assert not remember_run(tmp_path / "autogpt", name(1), Path("/w"), HERE)
    assert not is_known_run(tmp_path / "autogpt", name(1), "/w", HERE)


@posix
def test_it_is_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert remember_run(tmp_path / "autogpt", name(1), Path("/w"), HERE)
    finally:
        os.umask(before)
    folder = tmp_path / "autogpt/runs"
    assert [each.stat().st_mode & 0o777 for each in (folder, folder.parent)] == [0o700, 0o700]
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


@posix
def test_what_others_could_have_written_is_not_believed(tmp_path: Path) -> None:
    assert remember_run(tmp_path, name(1), Path("/w"), HERE)
    (tmp_path / "runs").chmod(0o777)
    assert not is_known_run(tmp_path, name(1), "/w", HERE)
    assert not remember_run(tmp_path, name(2), Path("/w"), HERE)
    (tmp_path / "runs").chmod(0o700)
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    (tmp_path / "runs").symlink_to("elsewhere")
    assert not is_known_run(tmp_path, name(1), "/w", HERE)


@posix
def test_a_link_to_a_file_that_says_so_is_no_note(tmp_path: Path) -> None:
    assert remember_run(tmp_path, name(1), Path("/w"), HERE)
    (file,) = (tmp_path / "runs").iterdir()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert not is_known_run(tmp_path, name(1), "/w", HERE)


@posix
def test_a_folder_of_somebody_elses_is_not_believed(tmp_path: Path) -> None:
    assert remember_run(tmp_path, name(1), Path("/w"), HERE)
    try:
        os.chown(tmp_path / "runs", os.getuid() + 1, -1)
    except PermissionError:
        pytest.skip("only the superuser gives folders away")
    assert not is_known_run(tmp_path, name(1), "/w", HERE)


@pytest.mark.parametrize("damage", [b"", b"/", b"/w ", b"\xff\x00", b"/w" * 100_000])
def test_damage_is_damage_to_one_run(tmp_path: Path, damage: bytes) -> None:
    assert remember_run(tmp_path, name(1), Path("/w"), HERE)
    (file,) = (tmp_path / "runs").iterdir()
    file.write_bytes(damage)
    assert remember_run(tmp_path, name(2), Path("/w"), HERE)
    assert not is_known_run(tmp_path, name(1), "/w", HERE)
    assert is_known_run(tmp_path, name(2), "/w", HERE)


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_runs, "MOST", 5)
    for number in range(12):
        assert remember_run(tmp_path, name(number), Path("/w"), HERE)
    assert [is_known_run(tmp_path, name(number), "/w", HERE) for number in range(12)] == [False] * 7 + [
        True
    ] * 5


def test_several_at_once(tmp_path: Path) -> None:
    def note(first: int) -> None:
        for number in range(first, first + 20):
            assert remember_run(tmp_path, name(number), Path("/w"), HERE)

    threads = [threading.Thread(target=note, args=(first,)) for first in range(0, 100, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_known_run(tmp_path, name(number), "/w", HERE) for number in range(100))
    assert len(list((tmp_path / "runs").iterdir())) == 100
