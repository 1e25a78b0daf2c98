"""Search engines: Google by its API, and the others by the pages that `ddgs` knows how to read.

`ddgs` makes its requests by itself, past every check, with a client that pretends to be some
browser. Its engines keep that client in an attribute, so each gets another one here, which asks
through the http door: names are judged, sizes and times bounded, the person's proxies and user
agent used. What is lost is the pretence, so an engine may refuse us sooner; the next is asked then.
`ddgs` chooses engines at random and asks several at once; here one is asked after the other, in the
person's order.

Not promised: that an engine goes on answering programs. What it answers is data from outside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin

from autogpt.core.errors import CommandError
from autogpt.http import Door, Response, parse

GOOGLE_URL = "https://www.googleapis.com/customsearch/v1"
ENGINES = ("duckduckgo", "brave", "mojeek", "startpage", "yahoo", "wikipedia")
"""The engines of `ddgs` that search the web's texts, by its names."""

MOST_RESULTS = 50
_GOOGLE_PAGE = 10
_MOST_PAGES = 5
_MOST_BYTES = 3_000_000


@dataclass(frozen=True, slots=True)
class Result:
    """One result, its texts clean: one line, no markup."""

    title: str
    url: str
    snippet: str


class Unavailable(Exception):
    """The provider gave no answer now: blocked, rate-limited, failed. The text completes "it …"."""


class Provider(Protocol):
    """A search engine."""

    @property
    def name(self) -> str:
        """Its name, for the result."""
        ...

    def search(self, query: str, most: int) -> Sequence[Result]:
        """At most so many results, maybe none. Raises Unavailable."""
        ...


class Google:
    """Google's Custom Search JSON API (https://developers.google.com/custom-search/v1/reference/rest).

    The key goes into a header (https://cloud.google.com/apis/docs/system-parameters).
    """

    name = "google"

    def __init__(self, door: Door, key: str, engine: str, url: str = GOOGLE_URL) -> None:
        self._door = door
        self._key = key
        self._engine = engine
        self._url = url

    def search(self, query: str, most: int) -> Sequence[Result]:
        """See `Provider`."""
        found: list[Result] = []
        while len(found) < most:
            wanted = min(_GOOGLE_PAGE, most - len(found))
            items = self._items(query, len(found) + 1, wanted)
            results = [
                result for item in items[:wanted] if (result := _result(item, "title", "link", "snippet"))
            ]
            found += results
            if len(results) < wanted:
                break
        return found

    def _items(self, query: str, start: int, count: int) -> list[Mapping[str, Any]]:
        asked = {"cx": self._engine, "q": query, "num": count, **({"start": start} if start > 1 else {})}
        try:
            response = self._door.get(
                f"{self._url}?{urlencode(asked)}",
                headers={"x-goog-api-key": self._key, "accept": "application/json"},
                limit=_MOST_BYTES,
            )
        except CommandError as error:
            raise Unavailable(f"could not be asked: {error}") from error
        answer = _json(response.body)
        if response.status >= 400 or "error" in answer:
            raise Unavailable(_google_error(response.status, answer))
        items = answer.get("items", [])
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _google_error(status: int, answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    said = _clean(str(error.get("message", "")))[:200] if isinstance(error, dict) else ""
    what = "has had too many requests" if status == 429 else "refused the request"
    return f"{what} (status {status}{': ' + said if said else ''})"


class Engine:
    """One of `ddgs`'s engines, behind the http door."""

    def __init__(self, door: Door, name: str) -> None:
        self.name = name
        self._door = door

    def search(self, query: str, most: int) -> Sequence[Result]:
        """See `Provider`."""
        from ddgs.engines import ENGINES as KNOWN  # type: ignore[import-not-found,import-untyped,unused-ignore]

        known = KNOWN["text"].get(self.name)
        if known is None:
            raise Unavailable("is not known to the installed version of ddgs")
        engine: Any = known()
        client = _Client(self._door, engine.headers_update)
        engine.http_client = client
        found: dict[str, Result] = {}
        for page in range(1, _MOST_PAGES + 1):
            results = self._page(engine, client, query, page)
            new = {result.url: result for result in results if result.url not in found}
            found.update(new)
            if not new or len(found) >= most:
                break
        if not found and client.looks_blocked():
            raise Unavailable("answered with a test for robots")
        return list(found.values())[:most]

    def _page(self, engine: Any, client: _Client, query: str, page: int) -> list[Result]:
        try:
            found = engine.search(query, region="us-en", safesearch="moderate", page=page)
        except Unavailable:
            if page > 1:
                return []  # what there is, is something
            raise
        except Exception as error:  # what the library makes of a page that has changed
            if page > 1:
                return []
            if client.looks_blocked():
                raise Unavailable("answered with a test for robots") from error
            raise Unavailable(f"answered with a page that can't be read ({type(error).__name__})") from error
        rows = [
            {
                "title": getattr(row, "title", ""),
                "href": getattr(row, "href", ""),
                "body": getattr(row, "body", ""),
            }
            for row in found or ()
        ]
        return [result for row in rows if (result := _result(row, "title", "href", "body"))]


class _Client:
    """What an engine of `ddgs` takes for its HTTP client: requests by the door, cookies for one search."""

    def __init__(self, door: Door, headers: Mapping[str, str]) -> None:
        self._door = door
        self._headers = {
            name.lower(): value for name, value in headers.items() if name.lower() != "user-agent"
        }
        self._cookies: dict[str, str] = {}
        self._last = b""
        self.client = self  # some engines reach through to it

    def set_cookies(self, url: str, cookies: Mapping[str, str]) -> None:
        """Send these cookies; one engine speaks to one site."""
        self._cookies.update(cookies)

    def headers_update(self, headers: Mapping[str, str]) -> None:
        """Send these headers."""
        self._headers.update({name.lower(): value for name, value in headers.items()})

    def request(self, method: str, url: str, **more: Any) -> _Answer:
        """Make a request. Raises Unavailable for what is no answer."""
        if params := more.get("params"):
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        headers = {**self._headers, **{k.lower(): v for k, v in (more.get("headers") or {}).items()}}
        if cookies := {**self._cookies, **(more.get("cookies") or {})}:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = None
        if data := more.get("data"):
            body = (
                data
                if isinstance(data, bytes)
                else (urlencode(data) if isinstance(data, dict) else str(data)).encode()
            )
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        try:
            response = self._door.request(method, url, headers=headers, body=body, limit=_MOST_BYTES)
        except (CommandError, ValueError) as error:
            raise Unavailable(f"could not be asked: {error}") from error
        self._last = response.body
        if response.status != 200:
            raise Unavailable(_status(response))
        return _Answer(response)

    def get(self, url: str, **more: Any) -> _Answer:
        """A GET."""
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> _Answer:
        """A POST."""
        return self.request("POST", url, **more)

    def looks_blocked(self) -> bool:
        """Whether the last page wants to know that a person is there."""
        return _ROBOTS.search(self._last[:300_000]) is not None


_ROBOTS = re.compile(
    rb"captcha|anomaly-modal|anomaly\.js|unusual traffic|not a robot|are you (?:a )?(?:human|robot)|automated (?:queries|requests)|showcaptcha",
    re.IGNORECASE,
)


def _status(response: Response) -> str:
    status = response.status
    if status in (202, 403, 418, 429, 503):
        after = "" if response.retry_after is None else f", for {response.retry_after:,.0f} seconds"
        return f"blocks or limits requests now (status {status}{after})"
    return f"answered with status {status}"


class _Answer:
    """What an engine of `ddgs` takes for a response."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.content = response.body
        self.text = response.body.decode("utf-8", "replace")


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_TAGS = re.compile(r"<[^<>]{0,500}>")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_LONGEST_TITLE, _LONGEST_SNIPPET = 200, 500


def _result(row: Mapping[str, Any], title: str, url: str, snippet: str) -> Result | None:
    """A result with a URL that can be opened, or None."""
    address = row.get(url)
    if not isinstance(address, str) or not address.strip():
        return None
    try:
        target = parse(urljoin("https://", unescape(address.strip())))
    except (CommandError, ValueError):
        return None
    return Result(
        _clean(str(row.get(title) or ""))[:_LONGEST_TITLE] or target.host,
        target.url,
        _clean(str(row.get(snippet) or ""))[:_LONGEST_SNIPPET],
    )


def _clean(text: str) -> str:
    """One line of plain text."""
    return " ".join(_CONTROLS.sub(" ", unescape(_TAGS.sub("", text))).split())
