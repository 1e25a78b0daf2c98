"""The search command: one provider after the other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autogpt.commands.web_search import SearchCommands
from autogpt.core.errors import CommandError
from autogpt.web.search import MOST_RESULTS, Result, Unavailable


class Said:
    """A provider that answers so, and notes what it is asked."""

    def __init__(self, name: str, answer: Sequence[Result] | str = ()) -> None:
        self.name = name
        self._answer = answer
        self.asked: list[tuple[str, int]] = []

    def search(self, query: str, most: int) -> Sequence[Result]:
        self.asked.append((query, most))
        if isinstance(self._answer, str):
            raise Unavailable(self._answer)
        return self._answer


FOUND = (
    Result("Boats", "https://boats.example/", "They float."),
    Result("More", "https://more.example/", ""),
)


def test_results_as_the_model_gets_them() -> None:
    one, two = Said("google", FOUND), Said("duckduckgo", FOUND)
    assert SearchCommands([one, two]).google("  wooden\n boats ").text == (
        "2 results of google for 'wooden boats':\n"
        "1. Boats\n   https://boats.example/\n   They float.\n"
        "2. More\n   https://more.example/"
    )
    assert one.asked == [("wooden boats", 8)]
    assert two.asked == []


def test_the_next_provider_is_asked_and_that_is_said() -> None:
    providers = [
        Said("google", "has had too many requests (status 429)"),
        Said("mojeek"),
        Said("brave", FOUND),
    ]
    told = SearchCommands(providers).google("boats").text
    assert "2 results of brave" in told
    assert (
        "(google has had too many requests (status 429); mojeek found nothing; so brave was asked.)" in told
    )


def test_nothing_is_found_by_anybody() -> None:
    assert (
        "Nothing was found for 'boats' by a, b" in SearchCommands([Said("a"), Said("b")]).google("boats").text
    )


def test_nobody_answers() -> None:
    with pytest.raises(CommandError, match=r"No search engine answered: a is broken; b found nothing"):
        SearchCommands([Said("a", "is broken"), Said("b")]).google("boats")


@pytest.mark.parametrize("query", ["", "  \n", "x" * 501])
def test_queries_that_are_none(query: str) -> None:
    with pytest.raises(CommandError, match="query"):
        SearchCommands([Said("a", FOUND)]).google(query)


@pytest.mark.parametrize(("wanted", "asked"), [(0, 1), (-5, 1), (3, 3), (10_000, MOST_RESULTS)])
def test_how_many(wanted: int, asked: int) -> None:
    provider = Said("a", FOUND)
    SearchCommands([provider]).google("boats", wanted)
    assert provider.asked == [("boats", asked)]
