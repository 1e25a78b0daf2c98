from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.stories.world import Place

# There are no pseudo-terminals.
collect_ignore = ["test_by_hand.py"] if sys.platform == "win32" else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder to start the program in, with nobody to answer."""
    folder = tmp_path / "here"
    folder.mkdir()
    return Place(folder)
