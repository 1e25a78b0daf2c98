"""A workbench of each kind for the sandboxes' suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.sandboxes import Bench


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    place.mkdir()
    return place.resolve()


@pytest.fixture
def bench(request: pytest.FixtureRequest, workspace: Path) -> Iterator[Bench]:
    """Of the kind that the test's parameter names; afterwards nothing may be left."""
    made = Bench(request.param, workspace)
    try:
        yield made
    finally:
        made.close()
