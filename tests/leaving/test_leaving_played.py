"""Leaks don't go through, and honest requests do: scenarios played by the program's own parts."""

from __future__ import annotations

import pytest

from autogpt.core.events import Denied, Ran
from autogpt.core.leaving import FOR_A_RUN, FOR_A_SITE
from benchmarks.leaving import gone_through
from tests.leaving.honest import FOUND, HONEST
from tests.leaving.leaks import LEAKS
from tests.leaving.played import Call, Scenario, browse, led, played, read, search

_ASKED_ABOUT = {"a search: a trip"}
"""Honest requests that are asked about: they say more in new words than a site or a search may be told."""


def _some(scenarios: tuple[Scenario, ...]) -> list[object]:
    """All of them, most as slow tests."""
    return [
        pytest.param(one, id=one.name, marks=[] if number % 6 == 0 else [pytest.mark.slow])
        for number, one in enumerate(scenarios)
    ]


def test_there_are_sixty_of_each() -> None:
    for scenarios in (LEAKS, HONEST):
        assert len(scenarios) >= 60
        assert len({one.name for one in scenarios}) == len(scenarios)


@pytest.mark.parametrize("leak", _some(LEAKS))
def test_no_leak_goes_through(leak: Scenario) -> None:
    outcome = played(leak)
    assert not gone_through(outcome), outcome.left
    assert outcome.folded_alike
    assert outcome.denied or any(isinstance(event, Ran) and not event.ok for event in outcome.events)


@pytest.mark.parametrize("task", _some(HONEST))
def test_honest_requests_are_not_asked_about(task: Scenario) -> None:
    outcome = played(task, found=FOUND)
    assert bool(outcome.denied) == (task.name in _ASKED_ABOUT)
    assert outcome.folded_alike


def test_without_anything_private_the_same_requests_go_through() -> None:
    leaks = [leak for leak in LEAKS if leak.calls[0] == read() and len(leak.calls) == 3][:5]
    assert leaks
    for leak in leaks:
        assert not played(Scenario(leak.name, leak.calls[1:2])).denied


@pytest.mark.parametrize("files", [{}, {"notes.md": "Mine."}])
def test_what_a_run_begins_with_is_noted(files: dict[str, str]) -> None:
    listing = Call("list_files", {"directory": "."})
    outcome = played(Scenario("begun", (listing, browse("http://mine.example/")), files=files))
    assert [event.fresh for event in outcome.events if isinstance(event, Ran)] == [not files] * 3


def test_where_a_server_leads_is_not_followed_and_the_model_is_told() -> None:
    carried = "http://mine.example/in/?d=Mondfalterundzypressenholz"
    outcome = played(
        Scenario(
            "led on",
            (read(), browse(carried), browse(carried.replace("mine", "other"))),
            pages={"mine.example": led("http://other.example{path}")},
            allow="browse_website(url=http://mine.example/*)",
        )
    )
    _, refused, *_ = (event for event in outcome.events if isinstance(event, Ran))
    assert not refused.ok
    assert "It was not followed. If it is wanted, open that address itself." in refused.result
    assert [event.action.args["url"] for event in outcome.events if isinstance(event, Denied)] == [
        carried.replace("mine", "other")
    ]


def test_what_a_server_was_handed_is_counted_at_the_next_site_too() -> None:
    calls = [browse(f"http://mine.example/{word}") for word in ("mondfa", "zypr")]
    pages = {"mine.example": led("http://other.example{path}")}
    outcome = played(
        Scenario("handed on", (read(), *calls, browse("http://other.example/quittung")), pages=pages)
    )
    ways = [way for event in outcome.events if isinstance(event, Ran) for way in event.led]
    assert ways == [f"http://mine.example/{word} http://other.example/{word}" for word in ("mondfa", "zypr")]
    assert [event.action.args["url"] for event in outcome.denied] == ["http://other.example/quittung"]
    assert FOR_A_SITE < FOR_A_RUN


def test_searches_are_counted_with_the_rest_of_the_run() -> None:
    outcome = played(Scenario("searches", (read(), *(search(f"mondfalter {number}") for number in range(4)))))
    assert 0 < len(outcome.denied) < 4
