"""Starting a browser: behind the wall, and what is said when it only starts without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autogpt.http import Door
from autogpt.web import browser_session
from autogpt.web.browser_kinds import Programs
from autogpt.web.browser_session import Failed, started


@dataclass
class Place:
    """Stands in for what is started in a place."""

    walled: bool
    closed: bool = False

    def close(self) -> None:
        self.closed = True


def begin(monkeypatch: pytest.MonkeyPatch, *, starts_behind_wall: bool) -> tuple[list[str], list[Place]]:
    places: list[Place] = []
    said: list[str] = []

    def companion(wanted: object, *, wall: bool) -> Place:
        places.append(Place(wall))
        return places[-1]

    def begun(place: Place, *more: object, **named: object) -> object:
        if place.walled and not starts_behind_wall:
            raise Failed("it needs more of the system")
        return object()

    monkeypatch.setattr(browser_session, "companion", companion)
    monkeypatch.setattr(browser_session, "_begun", begun)
    found: Any = Programs("chrome", Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver"))
    started(
        found, Door(), headless=True, user_agent=None, environ={}, wall=True, page=1.0,
        on_unwalled=lambda: said.append("unwalled"),
    )  # fmt: skip
    return said, places


def test_behind_the_wall_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said, places = begin(monkeypatch, starts_behind_wall=True)
    assert said == []
    assert [place.walled for place in places] == [True]


def test_without_the_wall_that_there_is_the_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said, places = begin(monkeypatch, starts_behind_wall=False)
    assert said == ["unwalled"]
    assert [(place.walled, place.closed) for place in places] == [(True, True), (False, False)]
