"""Commands that read web pages: an answer from one, a summary, its links.

Where there is a memory, the text of a page that was read is kept in it, with its address.
What a page says is data: in the prompts of the fast model that reads it, and in the result that
the agent gets, which names the source. No command is ever taken from it.
"""

from __future__ import annotations

import re

from autogpt.commands.command import Outcome, command
from autogpt.commands.reading import MOST_LINKS, SUMMARY, Reader, words_of
from autogpt.commands.remembering import Remembering
from autogpt.commands.web_pages import Pages, Visit
from autogpt.core.actions import Touch
from autogpt.core.addresses import urls_in
from autogpt.core.errors import CommandError
from autogpt.core.limits import Measure, Window, counted
from autogpt.core.loop import usage_of
from autogpt.core.messages import NO_USAGE, Usage
from autogpt.core.ports import Model
from autogpt.http import Door
from autogpt.web.pages import Link
from autogpt.web.port import Browser

_TOUCHES = (Touch.NETWORK,)

_SHORT = 500
"""Tokens. So short a page is given as it is: a summary would cost more and say less."""

_LONGEST_TITLE = 150


class BrowseCommands:
    """Reads pages through `door`, or `browser` where a page needs one.

    `model` answers from pieces of at most `piece_tokens` tokens by `measure`; its prompts fit `window`.
    `remembering` keeps the pages that are read.
    """

    def __init__(
        self,
        door: Door,
        model: Model,
        window: Window,
        measure: Measure,
        piece_tokens: int,
        browser: Browser | None = None,
        remembering: Remembering | None = None,
    ) -> None:
        self._remembering = remembering
        self._pages = Pages(door, browser)
        self._reader = Reader(model, window, measure, piece_tokens)

    @command(
        aliases=("browse", "open_url", "visit_website", "read_webpage"), reads_only=True, touches=_TOUCHES
    )
    def browse_website(self, url: str, question: str = "") -> Outcome:
        """Read a web page and get the answer to a question from it, with links worth following; no question: a summary."""
        visit = self._pages.get(url)
        return self._answered(visit, question)

    @command(aliases=("summarize_url", "summarise_url"), reads_only=True, touches=_TOUCHES)
    def get_text_summary(self, url: str, question: str = "") -> Outcome:
        """Get a summary of the text of a web page, with regard to a question."""
        visit = self._pages.get(url)
        asked = (
            f"{question.strip()} Answer this, and summarise what else the text says."
            if question.strip()
            else SUMMARY
        )
        return self._answered(visit, asked)

    @command(aliases=("get_links", "list_links", "extract_hyperlinks"), reads_only=True, touches=_TOUCHES)
    def get_hyperlinks(self, url: str) -> Outcome:
        """Get all links of a web page: their texts and addresses."""
        visit = self._pages.get(url)
        links = visit.links()
        lines = [f"{_from(visit)}, {counted(len(links), 'link')}:" if links else f"{_from(visit)}: no links."]
        lines += [_line(link) for link in links]
        return Outcome("\n".join([*lines, *([visit.note] if visit.note else [])]), given=_given(visit, links))

    def _answered(self, visit: Visit, question: str) -> Outcome:
        page = visit.page
        if not page.text.strip():
            why = visit.note or "It may be empty, or a picture."
            raise CommandError(f"There is no text on {visit.url}. {why} Use another source.")
        if self._reader.fits_at_once(page.text, _SHORT):
            parts = [f"{_from(visit)}, the whole text:", page.text]
            numbered = [f"[{number}] {link.url}" for number, link in enumerate(page.links[:30], 1)]
            parts += ["\n".join(["Its links:", *numbered])] if numbered else []
            kept, usage = self._kept(visit)
            return Outcome(
                "\n\n".join(filter(None, [*parts, visit.note, kept])), usage, given=_given(visit, page.links)
            )
        answer = self._reader.answer(question, page.text, visit.url)
        links = tuple(page.links[number - 1] for number in answer.links if 0 < number <= len(page.links))
        links = links or _likely(page.links, question, visit.url)
        how = "" if answer.read == answer.pieces else f" ({answer.read} of {answer.pieces} parts were read)"
        parts = [f"{_from(visit)}, the answer{how}:", _without_numbers(answer.text)]
        parts += [_linked("Links worth following:", links)] if links else []
        try:
            kept, usage = self._kept(visit)
        except KeyboardInterrupt as interrupt:
            interrupt.usage = answer.usage.plus(usage_of(interrupt))  # type: ignore[attr-defined]
            raise
        return Outcome(
            "\n\n".join(filter(None, [*parts, visit.note, kept])),
            answer.usage.plus(usage),
            given=_given(visit, page.links),
        )

    def _kept(self, visit: Visit) -> tuple[str, Usage]:
        """Keep a page in the memory; a line that says so, the same for a page that was there already."""
        if self._remembering is None:
            return "", NO_USAGE
        page = visit.page
        kept = self._remembering.page(_title(visit), _without_numbers(page.text), visit.url)
        return (
            f"Kept in memory ({counted(kept.parts, 'part')}): search_memory." if kept.parts else "",
            kept.usage,
        )


def _given(visit: Visit, links: tuple[Link, ...]) -> frozenset[str]:
    """The addresses that a page gives, so that none counts that a model made up in an answer from it."""
    return urls_in(f"{visit.page.text} {visit.page.title}") | {link.url for link in links} | {visit.url}


def _from(visit: Visit) -> str:
    title = _title(visit)
    return f"From {visit.url}" + (f" ({title})" if title else "")


def _title(visit: Visit) -> str:
    return " ".join(visit.page.title.split())[:_LONGEST_TITLE]


def _linked(heading: str, links: tuple[Link, ...]) -> str:
    return "\n".join([heading, *map(_line, links)])


def _line(link: Link) -> str:
    return f"- {link.text}: {link.url}" if link.text else f"- {link.url}"


def _without_numbers(text: str) -> str:
    """Numbers of links mean nothing to who doesn't have the page."""
    return re.sub(r" ?\[\d{1,5}\]", "", text)


def _likely(links: tuple[Link, ...], question: str, own: str) -> tuple[Link, ...]:
    """The links whose texts have most of the question's words, where the model named none."""
    words = words_of(question)
    hits = {link: sum(word in link.text.casefold() for word in words) for link in links if link.url != own}
    best = sorted(
        (link for link in hits if hits[link] >= min(2, len(words)) > 0), key=lambda link: -hits[link]
    )
    return tuple(best[:MOST_LINKS])
