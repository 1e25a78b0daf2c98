"""The command that searches the web, with one provider after the other until one answers."""

from __future__ import annotations

from collections.abc import Sequence

from autogpt.commands.command import Outcome, command
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.web.search import MOST_RESULTS, Provider, Result, Unavailable

_MOST_REASONS = 2
_LONGEST_QUERY = 500


class SearchCommands:
    """Asks `providers` in their order. What they answer is data from outside."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = tuple(providers)

    @command(
        aliases=("web_search", "search", "search_web", "google_search", "duckduckgo", "internet_search"),
        reads_only=True,
        touches=(Touch.NETWORK,),
    )
    def google(self, query: str, num_results: int = 8) -> Outcome:
        """Search the web; returns titles, addresses and snippets."""
        query = " ".join(query.split())
        if not query:
            raise CommandError("There is nothing to search for. Give a query of a few words.")
        if len(query) > _LONGEST_QUERY:
            raise CommandError(
                f"The query has {len(query):,} characters; at most {_LONGEST_QUERY} are taken. Give a few words."
            )
        most = max(1, min(num_results, MOST_RESULTS))
        passed: list[str] = []
        for provider in self._providers:
            try:
                results = provider.search(query, most)
            except Unavailable as error:
                passed.append(f"{provider.name} {error}")
                continue
            if results:
                text = _told(query, provider.name, results, passed)
                return Outcome(text, given=frozenset(result.url for result in results))
            passed.append(f"{provider.name} found nothing")
        if passed and all(said.endswith("found nothing") for said in passed):
            names = ", ".join(one.name for one in self._providers)
            return Outcome(f"Nothing was found for {query!r} by {names}. Try other words.")
        why = "; ".join(said.rstrip(".") for said in passed[:_MOST_REASONS])
        more = (
            f"; nor did {counted(len(passed) - _MOST_REASONS, 'other')}"
            if len(passed) > _MOST_REASONS
            else ""
        )
        raise CommandError(
            f"No search engine answered: {why}{more}. Try again later, or browse a page that you know."
        )


def _told(query: str, name: str, results: Sequence[Result], passed: Sequence[str]) -> str:
    lines = [f"{counted(len(results), 'result')} of {name} for {query!r}:"]
    lines += [f"({'; '.join(passed)}; so {name} was asked.)"] if passed else []
    for number, result in enumerate(results, 1):
        lines += [f"{number}. {result.title}", f"   {result.url}"]
        lines += [f"   {result.snippet}"] if result.snippet else []
    return "\n".join(lines)
