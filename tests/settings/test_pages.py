from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autogpt.settings import load_settings
from autogpt.settings.pages import env_template, settings_page
from autogpt.settings.variables import VARIABLES

ROOT = Path(__file__).parents[2]


def test_the_template_is_as_generated() -> None:
    assert (ROOT / ".env.template").read_text("utf-8") == env_template(), (
        "run: python -m autogpt.settings template > .env.template"
    )


def test_the_page_is_as_generated() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings_page(), (
        "run: python -m autogpt.settings page > docs/settings.md"
    )


def test_a_copied_template_changes_nothing() -> None:
    plain = load_settings({}, None, {})
    copied = load_settings({}, ROOT / ".env.template", {})
    assert (copied.settings, copied.notices, copied.claims) == (plain.settings, (), ())


def test_every_line_of_the_template_can_be_uncommented(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    text = re.sub(r"(?m)^# (?=[A-Z0-9_]+=)", "", env_template()).replace("USE_AZURE=True", "USE_AZURE=False")
    file.write_text(text, "utf-8")
    set_names = re.findall(r"(?m)^([A-Z0-9_]+)=", text)
    assert set_names == [variable.name for variable in VARIABLES]
    assert load_settings({}, file, {}).notices == ()


@pytest.mark.parametrize("page", ["template", "page"])
def test_the_command_writes_the_page(page: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autogpt.settings", page], capture_output=True, cwd=ROOT, timeout=60
    )
    assert done.returncode == 0
    assert done.stdout.decode("utf-8") == {"template": env_template, "page": settings_page}[page]()


def test_the_command_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autogpt.settings"], capture_output=True, cwd=ROOT, timeout=60
    )
    assert done.returncode == 2
    assert b"usage" in done.stderr
