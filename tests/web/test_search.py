"""Search engines against servers that answer in their formats, every request by the door."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from autogpt.http import Door
from autogpt.web.search import ENGINES, MOST_RESULTS, Engine, Google, Result, Unavailable
from tests.http.servers import Request, Server, World, reply

Serve = Callable[..., Server]
Certified = Callable[..., ssl.SSLContext]
Trusting = Callable[[], ssl.SSLContext]


def query_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


# -- Google --------------------------------------------------------------------------------------


def item(number: int) -> dict[str, Any]:
    """A result as the reference of the Custom Search JSON API shows it."""
    return {
        "kind": "customsearch#result",
        "title": f"Boat {number} &amp; more",
        "htmlTitle": f"<b>Boat</b> {number}",
        "link": f"https://site{number}.example/page",
        "displayLink": f"site{number}.example",
        "snippet": f"About boat {number}:\n it <b>floats</b>.",
    }


def google_answer(request: Request, total: int) -> bytes:
    asked = query_of(request)
    start, count = int(asked.get("start", 1)), int(asked["num"])
    items = [item(number) for number in range(start, min(total, start + count - 1) + 1)]
    body = {"kind": "customsearch#search", "searchInformation": {"totalResults": str(total)}}
    return reply(
        json.dumps({**body, **({"items": items} if items else {})}).encode(), Content_Type="application/json"
    )


@pytest.fixture
def google(
    world: World, serve: Serve, certified: Certified, trusting: Trusting
) -> Callable[[Callable[[Request], bytes]], tuple[Google, Server]]:
    def make(answer: Callable[[Request], bytes]) -> tuple[Google, Server]:
        server = serve(answer, "www.googleapis.com", 443, context=certified("www.googleapis.com"))
        secret = "the-google-key"
        door = world.door(context=trusting, spacing=0, holds_secret=lambda text: secret in text)
        return Google(door, secret, "engine:id"), server

    return make


Make = Callable[[Callable[[Request], bytes]], tuple[Google, Server]]


def test_googles_results_are_clean(google: Make) -> None:
    provider, server = google(lambda request: google_answer(request, 100))
    assert provider.search("wooden boats", 2) == [
        Result("Boat 1 & more", "https://site1.example/page", "About boat 1: it floats."),
        Result("Boat 2 & more", "https://site2.example/page", "About boat 2: it floats."),
    ]
    assert query_of(server.requests[0]) == {"cx": "engine:id", "q": "wooden boats", "num": "2"}
    assert server.requests[0].headers["x-goog-api-key"] == "the-google-key"
    assert "the-google-key" not in server.requests[0].line


def test_google_gives_ten_at_a_time(google: Make) -> None:
    provider, server = google(lambda request: google_answer(request, 23))
    found = provider.search("boats", 30)
    assert [result.url for result in found] == [
        f"https://site{number}.example/page" for number in range(1, 24)
    ]
    assert [query_of(request).get("start", "1") for request in server.requests] == ["1", "11", "21"]


def test_google_finds_nothing(google: Make) -> None:
    provider, _ = google(lambda request: google_answer(request, 0))
    assert provider.search("boats", 8) == []


@pytest.mark.parametrize(
    ("status", "message", "says"),
    [
        (
            "429 Too Many Requests",
            "Quota exceeded for quota metric 'Queries'",
            "too many requests.*Quota exceeded",
        ),
        ("403 Forbidden", "Daily Limit Exceeded", "refused.*Daily Limit"),
        ("400 Bad Request", "API key not valid. Please pass a valid API key.", "refused.*not valid"),
    ],
)
def test_google_refuses(google: Make, status: str, message: str, says: str) -> None:
    error = {"error": {"code": int(status[:3]), "message": message, "errors": [{"reason": "x"}]}}
    provider, _ = google(lambda request: reply(json.dumps(error).encode(), status))
    with pytest.raises(Unavailable, match=says):
        provider.search("boats", 8)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"items": "x"}', b'{"items": [1, {"link": 5}]}', b"[" * 100_000]
)
def test_google_answers_nonsense(google: Make, body: bytes) -> None:
    provider, _ = google(lambda request: reply(body))
    assert provider.search("boats", 8) == []


# -- the engines of ddgs -------------------------------------------------------------------------


def duckduckgo_page(*results: tuple[str, str, str]) -> bytes:
    """As https://html.duckduckgo.com/html/ answers."""
    hits = "".join(
        f'<div class="result results_links results_links_deep web-result"><div class="links_main links_deep result__body">'
        f'<h2 class="result__title"><a rel="nofollow" class="result__a" href="{url}">{title}</a></h2>'
        f'<a class="result__snippet" href="{url}">{snippet}</a></div></div>'
        for title, url, snippet in results
    )
    return f'<!DOCTYPE html><html><body><div id="links" class="results">{hits}</div></body></html>'.encode()


Put = Callable[[str, Callable[[Request], bytes]], tuple[Door, Server]]


@pytest.fixture
def put(
    world: World, serve: Serve, certified: Certified, trusting: Trusting, monkeypatch: pytest.MonkeyPatch
) -> Put:
    """Put an engine's server into the world. The library's own client fails the test if it is used."""
    import primp

    class NeverUsed:
        def __init__(self, **more: object) -> None: ...

        def headers_update(self, headers: object) -> None: ...

    monkeypatch.setattr(primp, "Client", NeverUsed)

    def put(host: str, answer: Callable[[Request], bytes]) -> tuple[Door, Server]:
        server = serve(answer, host, 443, context=certified(host))
        return world.door(context=trusting, spacing=0), server

    return put


def test_duckduckgos_page(put: Put) -> None:
    page = duckduckgo_page(
        ("Wooden <b>boats</b>", "https://boats.example/a?x=1&amp;y=2", "They <b>float</b>\u202e &amp; sail."),
        ("An advertisement", "https://duckduckgo.com/y.js?ad=1", "Buy."),
        ("Script", "javascript:alert(1)", "x"),
        ("File", "file:///etc/passwd", "x"),
    )
    door, server = put("html.duckduckgo.com", lambda request: reply(page, Content_Type="text/html"))
    assert Engine(door, "duckduckgo").search("wooden boats", 8) == [
        Result("Wooden boats", "https://boats.example/a?x=1&y=2", "They float & sail.")
    ]
    first = server.requests[0]
    assert first.line == "POST /html/ HTTP/1.1"
    assert parse_qs(first.body.decode())["q"] == ["wooden boats"]
    assert "Auto-GPT" in first.headers["user-agent"]


def test_more_pages_are_asked_for_more_results(put: Put) -> None:
    def answer(request: Request) -> bytes:
        start = int(parse_qs(request.body.decode()).get("s", ["0"])[0])
        hits = (
            [(f"T{start + n}", f"https://x.example/{start + n}", "s") for n in range(10)]
            if start < 20
            else []
        )
        return reply(duckduckgo_page(*hits))

    door, server = put("html.duckduckgo.com", answer)
    assert len(Engine(door, "duckduckgo").search("boats", 15)) == 15
    assert len(server.requests) == 2
    assert len(Engine(door, "duckduckgo").search("boats", MOST_RESULTS)) == 20


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (reply(b"slow down", "202 Accepted"), "limits requests now .status 202"),
        (reply(b"", "429 Too Many", Retry_After="3600"), "429, for 3,600 seconds"),
        (reply(b"", "403 Forbidden"), "403"),
        (reply(b"", "500 Broken"), "status 500"),
        (reply(b"<html><form class='anomaly-modal__form'>Are you human?</form></html>"), "test for robots"),
    ],
)
def test_an_engine_that_blocks(put: Put, answer: bytes, says: str) -> None:
    door, _ = put("html.duckduckgo.com", lambda request: answer)
    with pytest.raises(Unavailable, match=says):
        Engine(door, "duckduckgo").search("boats", 8)


def test_an_engine_that_is_not_there(world: World) -> None:
    with pytest.raises(Unavailable, match="could not be asked"):
        Engine(world.door(), "mojeek").search("boats", 8)
    with pytest.raises(Unavailable, match="not known"):
        Engine(world.door(), "altavista").search("boats", 8)


def test_an_engine_that_finds_nothing(put: Put) -> None:
    door, _ = put("html.duckduckgo.com", lambda request: reply(duckduckgo_page()))
    assert Engine(door, "duckduckgo").search("boats", 8) == []


def test_mojeeks_page(put: Put) -> None:
    page = (
        b'<html><body><ul class="results-standard"><li class="r1"><h2><a class="title" href="https://m.example/1">'
        b"Mojeek title</a></h2><p class='s'>A snippet.</p></li></ul></body></html>"
    )
    door, server = put("www.mojeek.com", lambda request: reply(page, Content_Type="text/html"))
    assert Engine(door, "mojeek").search("boats", 1) == [
        Result("Mojeek title", "https://m.example/1", "A snippet.")
    ]
    assert query_of(server.requests[0])["q"] == "boats"


def test_wikipedias_answers(put: Put) -> None:
    def answer(request: Request) -> bytes:
        if query_of(request)["action"] == "opensearch":
            return reply(
                json.dumps(["boat", ["Boat"], [""], ["https://en.wikipedia.org/wiki/Boat"]]).encode()
            )
        return reply(
            json.dumps({"query": {"pages": {"1": {"title": "Boat", "extract": "A boat floats."}}}}).encode()
        )

    door, _ = put("en.wikipedia.org", answer)
    assert Engine(door, "wikipedia").search("boat", 1) == [
        Result("Boat", "https://en.wikipedia.org/wiki/Boat", "A boat floats.")
    ]


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_goes_through_the_door_whatever_it_is_answered(
    world: World, put: Put, name: str
) -> None:
    """No address is known, so nothing is reached: only the door can have looked the names up."""
    door, _ = put("nobody.example", lambda request: reply())
    with pytest.raises(Unavailable, match="could not be asked"):
        Engine(door, name).search("boats", 3)
    assert world.looked_up
    assert not world.connected
