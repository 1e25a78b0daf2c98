"""When a run begins with nothing of the person's in reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt.build.agent import is_fresh
from autogpt.build.programs import NO_PROGRAMS, Programs
from autogpt.core.actions import Touch
from autogpt.workspace import Workspace


@pytest.mark.parametrize(
    ("restrict", "programs", "fresh"),
    [
        (True, NO_PROGRAMS, True),
        (True, Programs(reach=frozenset({Touch.PROCESSES})), True),
        (False, NO_PROGRAMS, False),
        (True, Programs(reach=frozenset({Touch.HOST})), False),
        (True, Programs(network=True), False),
    ],
)
def test_an_empty_workspace_is_all_that_is_reached(
    restrict: bool, programs: Programs, fresh: bool, tmp_path: Path
) -> None:
    assert is_fresh(Workspace(tmp_path / "work", restrict), programs) == fresh


@pytest.mark.parametrize("name", ["mine.txt", ".hidden", ".autogpt"])
def test_anything_at_all_in_it_counts(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    assert not is_fresh(Workspace(tmp_path), NO_PROGRAMS)
