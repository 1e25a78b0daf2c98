from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from autogpt.core.errors import UsageError
from autogpt.settings import Secret, load_settings, set_in_env_file
from autogpt.settings.texts import read_text, write_text


def test_a_new_file_is_its_owners_only(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    set_in_env_file(file, "OPENAI_API_KEY", "sk-abc")
    assert load_settings({}, file, {}).settings.models.api_key == Secret("sk-abc")
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_other_lines_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# mine\nexport OPENAI_API_KEY=old # x\n# OPENAI_API_KEY=no\nOPENAI_API_KEY_2=b\nEXIT_KEY=q"
    )
    set_in_env_file(file, "OPENAI_API_KEY", "new")
    assert file.read_text() == (
        "# mine\nOPENAI_API_KEY='new'\n# OPENAI_API_KEY=no\nOPENAI_API_KEY_2=b\nEXIT_KEY=q"
    )
    set_in_env_file(file, "FAST_LLM_MODEL", "m")
    assert file.read_text().endswith("EXIT_KEY=q\nFAST_LLM_MODEL='m'\n")


@pytest.mark.parametrize("value", ["a'b", "a\nB=1", "a${PATH}", "a\\"])
def test_a_value_that_would_read_differently_is_not_written(value: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot write"):
        set_in_env_file(tmp_path / ".env", "OPENAI_API_KEY", value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^\S+ cannot be written: no such file or directory\.$"):
        write_text(tmp_path / "no" / "file", "x")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_nothing_is_written_or_read_through_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    refused = r"is a link to .*real, and links are not followed unasked"
    with pytest.raises(UsageError, match=refused):
        write_text(link, "new")
    with pytest.raises(UsageError, match=refused):
        read_text(link)
    assert link.is_symlink()
    assert real.read_text() == "old"


@pytest.mark.parametrize(("number", "written"), [(errno.EBUSY, "new"), (errno.ENOSPC, "old")])
def test_a_mounted_file_is_written_in_place_and_a_full_disk_loses_nothing(
    number: int, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number))

    file = tmp_path / "file"
    file.write_text("old")
    monkeypatch.setattr(Path, "replace", refuse)
    if written == "old":
        with pytest.raises(UsageError, match="cannot be written"):
            write_text(file, "new")
    else:
        write_text(file, "new")
    assert file.read_text() == written
    assert list(tmp_path.iterdir()) == [file]
