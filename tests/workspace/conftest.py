"""Workspaces made both ways: relative to open folders, and by path as on Windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt.workspace import Workspace
from autogpt.workspace.walking import BY_DESCRIPTOR

WAYS = [True, False] if BY_DESCRIPTOR else [False]


@pytest.fixture(params=WAYS, ids=lambda way: "descriptor" if way else "path")
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty workspace, in a folder of its own below `tmp_path`."""
    return Workspace(tmp_path / "ws", by_descriptor=request.param)
