"""Pages as commands get them: by a plain request first, by a browser where that is not enough.

A page that needs scripts, or a server that answers plain requests with a challenge, is given to
the browser if there is one; else what there is, with a note that says what may be missing.
"""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import unquote

from autogpt.core.errors import CommandError, Hint
from autogpt.documents import Document, decode, extract
from autogpt.http import Door, Response
from autogpt.web.charsets import encoding_said
from autogpt.web.pages import Link, Page, hyperlinks, prepare, read_page
from autogpt.web.port import Browser

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_PLAIN = ("text/", "application/json", "application/xml", "application/javascript", "application/x-yaml")
_ENDINGS = {"application/x-ipynb+json": ".ipynb", "message/rfc822": ".eml", "message/global": ".eml"}
"""How the names of documents end that are text themselves, by the media types that tell of them."""

_BEGINNINGS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf")
"""What documents begin with that some servers send as plain text."""

_REFUSALS = frozenset({401, 403, 406, 429, 503})
_CHALLENGE = re.compile(
    rb"captcha|challenge-platform|cf-chl|just a moment|checking your browser|enable javascript|javascript is (?:disabled|required)"
    rb"|are you (?:a )?(?:human|robot)|unusual traffic|access denied|bot detection|ddos",
    re.IGNORECASE,
)
_MOST_REFRESHES = 3
_MOST_FRAMES = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was got: where it really is, what it holds, and its HTML where it has any.

    `note` says what may be missing, in a sentence for the model.
    """

    url: str
    page: Page
    html: str = ""
    note: str = ""

    def links(self) -> tuple[Link, ...]:
        """All links of the page, not those of its main text alone."""
        return hyperlinks(self.html, self.url) if self.html else self.page.links


class Pages:
    """Gets pages through `door`, and with `browser`, if there is one, those that need it."""

    def __init__(self, door: Door, browser: Browser | None = None) -> None:
        self._door = door
        self._browser = browser

    def get(self, url: str) -> Visit:
        """A page. Raises CommandError, in words that teach."""
        threading.Thread(target=prepare, daemon=True).start()
        seen: set[str] = set()
        led_by = None
        while True:
            response = self._door.get(url, led_by=led_by)
            if response.status >= 400:
                return self._refused(response)
            visit = _read(response)
            seen.add(url)
            url, led_by = visit.page.refresh, visit.url
            if not url or url in seen or len(seen) > _MOST_REFRESHES:
                return self._completed(visit)

    def _refused(self, response: Response) -> Visit:
        """What the browser gets where the server wants one; raises CommandError else."""
        try:
            response.checked()
        except CommandError as refusal:
            challenged = response.headers.get("cf-mitigated") == "challenge" or _CHALLENGE.search(
                response.body[:100_000]
            )
            if response.status not in _REFUSALS or not challenged:
                raise
            if self._browser is None:
                raise CommandError(f"{refusal} It wants a browser, and this run has none.") from refusal
            return self._loaded(response.final_url)
        raise AssertionError("a status of 400 or more is refused")

    def _completed(self, visit: Visit) -> Visit:
        """The page with what its scripts or its frames show."""
        if visit.page.frames:
            visit = self._with_frames(visit)
        if not visit.page.scripted:
            return visit
        if self._browser is None:
            note = "The page makes its text by scripts, which a plain request does not run, and this run has no browser: most of it may be missing."
            return replace(visit, note=note)
        try:
            return self._loaded(visit.url)
        except CommandError as error:
            if not visit.page.text:
                raise
            note = f"The page makes its text by scripts, and the browser could not load it ({error}): most of it may be missing."
            return replace(visit, note=note)

    def _loaded(self, url: str) -> Visit:
        assert self._browser is not None
        loaded = self._browser.load(url)
        self._door.led(url, loaded.url)
        page = read_page(loaded.html, loaded.url)
        return Visit(loaded.url, replace(page, title=loaded.title or page.title, scripted=False), loaded.html)

    def _with_frames(self, visit: Visit) -> Visit:
        page = visit.page
        texts, links = [page.text], list(page.links)
        for url in page.frames[:_MOST_FRAMES]:
            with suppress(CommandError):  # an advertisement that doesn't come is no loss
                frame = _read(self._door.get(url, led_by=visit.url).checked())
                texts.append(_renumbered(frame.page.text, len(links)))
                links += frame.page.links
        text = "\n\n".join(filter(None, texts))
        still = page.scripted and len(text) < 2 * len(page.text) + 100
        return replace(visit, page=replace(page, text=text, links=tuple(links), scripted=still))


def _renumbered(text: str, by: int) -> str:
    return re.sub(r"\[(\d{1,5})\]", lambda found: f"[{int(found[1]) + by}]", text) if by else text


def _read(response: Response) -> Visit:
    """An answer's content as a page. Raises CommandError for what holds no text."""
    url, body, kind = response.final_url, response.body, response.kind
    if not body.strip():
        return Visit(url, Page("", "", ()))
    name = unquote(url.partition("?")[0].rpartition("/")[2]) or url
    if (document := _document(response, name)) is not None:
        return Visit(url, Page(name, document.text, ()))
    head = body[:2_000].lstrip().lower()
    looks = head.startswith((b"<!doctype html", b"<html")) or b"<html" in head or b"<body" in head
    if kind in _HTML or (looks and (kind.startswith(_PLAIN) or not kind)):
        html = _decoded(response)
        return Visit(url, read_page(html, url), html)
    if kind.startswith(_PLAIN) or kind.endswith(("+json", "+xml")):
        return Visit(url, Page("", _decoded(response), ()))
    document = _extracted(body, name)
    return Visit(url, Page(name if document.kind != "HTML" else "", document.text, ()))


def _document(response: Response, name: str) -> Document | None:
    """What reads as a document, though it is text or is said to be: a notebook, a mail, RTF; None for what does not."""
    ending = _ENDINGS.get(response.kind, "")
    told = ending or name.lower().endswith(tuple(_ENDINGS.values())) or response.body.startswith(_BEGINNINGS)
    if not told:
        return None
    document = _extracted(response.body, name if name.lower().endswith(ending) else name + ending)
    return None if document.kind in ("text", "HTML") else document


def _extracted(body: bytes, name: str) -> Document:
    try:
        return extract(body, name)
    except CommandError as error:
        raise CommandError(str(error), Hint("download_file", "download_file keeps it as a file.")) from error


def _decoded(response: Response) -> str:
    said = encoding_said(response.body, response.charset)
    if said is not None:
        return response.body.decode(said, "replace")
    return decode(response.body, response.final_url)[0]
