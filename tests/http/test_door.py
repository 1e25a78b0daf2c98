"""The door against servers that misbehave, redirect, lie and never end."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import brotli  # type: ignore[import-untyped,unused-ignore]
import pytest
from hypothesis import given
from hypothesis import strategies as some

from autogpt.core.errors import CommandError, UsageError
from autogpt.core.redact import Redactor
from autogpt.http import Admission, Door, Patience, Proxies, allowed_hosts
from tests.http.servers import PUBLIC, Reply, Request, Server, World, read_request, redirect, reply, serving

Serve = Callable[..., Server]
OTHER = "104.18.26.120"


def ticking(world: World) -> Callable[[], float]:
    """A clock on which every look takes a second, so that no test has to wait."""

    def look() -> float:
        world.now += 1.0
        return world.now

    return look


# -- plain requests -----------------------------------------------------------------------------


def test_a_page(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply("Grüße".encode(), Content_Type="Text/HTML; Charset=UTF-8"))
    response = world.door().get("http://example.com/a b?q=ü#part")
    assert response.status == 200
    assert response.body.decode() == "Grüße"
    assert response.kind == "text/html"
    assert response.charset == "utf-8"
    assert response.url == response.final_url == "http://example.com/a%20b?q=%C3%BC#part"
    request = server.requests[0]
    assert request.line == "GET /a%20b?q=%C3%BC HTTP/1.1"
    assert request.headers["host"] == "example.com"
    assert request.headers["accept-encoding"] == "gzip, deflate, br"
    assert "Auto-GPT" in request.headers["user-agent"]
    assert world.connected == [(PUBLIC, 80)]


def test_the_persons_user_agent(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply())
    world.door(user_agent="Mine/1.0 é").get("http://example.com")
    assert server.requests[0].headers["user-agent"] == "Mine/1.0 "


def test_a_user_agent_with_a_secret_is_not_sent(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply())
    world.door(user_agent="me/hunter22", holds_secret=lambda text: "hunter22" in text).get(
        "http://example.com/"
    )
    assert server.requests[0].headers["user-agent"] == "Mozilla/5.0 (compatible; Auto-GPT)"


def test_nothing_but_the_usual_headers_goes_along(world: World, serve: Serve) -> None:
    """No page that leads somewhere is named there, and nothing that a server set comes back."""
    server = serve(lambda request: redirect("/b?x=1", Set_Cookie="a=b") if request.path == "/a" else reply())
    door = world.door()
    door.get("http://example.com/a")
    door.get("http://example.com/c", led_by="http://example.com/b?x=1")
    usual = {"host", "user-agent", "accept", "accept-language", "accept-encoding", "connection"}
    assert [set(request.headers) for request in server.requests] == [usual] * 3


def test_a_port_is_part_of_the_host_header(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(), port=8080)
    world.door().get("http://Example.COM.:8080/")
    assert server.requests[0].headers["host"] == "example.com:8080"


def test_hosts_in_other_scripts(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"ok"), "xn--bcher-kva.example")
    assert world.door().get("http://Bücher.example/").body == b"ok"
    assert server.requests[0].headers["host"] == "xn--bcher-kva.example"


def test_an_ipv6_address(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"ok"), address="2606:4700::1111", port=8080)
    assert world.door().get("http://[2606:4700:0:0::1111]:8080/").body == b"ok"
    assert server.requests[0].headers["host"] == "[2606:4700::1111]:8080"


def test_a_post_and_a_head(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"got " + request.body))
    door = world.door()
    sent = door.request("POST", "http://example.com/api", headers={"X-Key": "k"}, body=b'{"a": 1}')
    assert sent.body == b'got {"a": 1}'
    assert server.requests[0].headers["x-key"] == "k"
    assert server.requests[0].headers["content-length"] == "8"
    assert door.request("HEAD", "http://example.com/api").body == b""


@pytest.mark.parametrize("name", ["Host", "proxy-authorization", "Content-Length", "Transfer-Encoding"])
def test_headers_that_are_not_the_callers(world: World, name: str) -> None:
    with pytest.raises(ValueError, match="by itself"):
        world.door().get("http://example.com", headers={name: "x"})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0"])
def test_a_header_can_not_bring_in_another(world: World, serve: Serve, value: str) -> None:
    serve(lambda request: reply())
    with pytest.raises(ValueError, match="line break"):
        world.door().get("http://example.com", headers={"X-Note": value})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("example.com/page", "not a whole URL"),
        ("localhost:8080/x", "not a whole URL"),
        ("//example.com", "not a whole URL"),
        ("https:/example.com", "not a whole URL"),
        ("https:example.com", "not a whole URL"),
        ("http://", "not a whole URL"),
        ("http://:80/", "not a whole URL"),
        ("http://a.com\r\nX: y", "not a whole URL"),
        ("http://a.com:80:80/", "not a whole URL"),
        ("", "not a whole URL"),
        ("file:///etc/passwd", "only http:// and https://"),
        ("ftp://example.com/", "only http:// and https://"),
        ("javascript:alert(1)", "only http:// and https://"),
        ("data:text/html,x", "only http:// and https://"),
        ("http://user:pass@example.com/", "user name"),
        ("http://example.com@127.0.0.1/", "user name"),
        ("http://example.com:0/", "port"),
        ("http://example.com:99999/", "port"),
        ("http://exa mple.com/", "not a host"),
        ("http://example.com\\@127.0.0.1/", "user name"),
        ("http://example.com\\.evil.test/", "not a host"),
        ("http://%65xample.com/", "not a host"),
        ("http://-x.com/", "not a host"),
        ("http://a..com/", "not a host"),
        (f"http://{'a' * 64}.com/", "not a host"),
        (f"http://{'ü' * 300}.com/", "not a host"),
        ("http://example.com/" + "a" * 9000, "Shorten"),
    ],
)
def test_what_is_not_opened(world: World, url: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        world.door().get(url)
    assert not world.connected


# -- which hosts --------------------------------------------------------------------------------


def test_the_connection_goes_to_the_address_that_was_judged(world: World, serve: Serve) -> None:
    """A name that stands for something else at each look-up is looked up once."""
    serve(lambda request: reply(b"ok"))
    answers = iter([[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]])
    world.names["example.com"] = lambda: next(answers)
    assert world.door().get("http://example.com/").body == b"ok"
    assert world.looked_up == ["example.com"]
    assert world.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["169.254.169.254"],
        [PUBLIC, "127.0.0.1"],
        ["fe80::1%eth0"],
        ["nonsense"],
    ],
)
def test_a_name_for_a_private_address(world: World, addresses: list[str]) -> None:
    world.names["example.com"] = addresses
    with pytest.raises(CommandError, match=r"not reached.*stands for"):
        world.door().get("https://example.com/")
    assert not world.connected


def test_the_next_address_is_tried(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"ok"))
    world.names["example.com"] = [OTHER, PUBLIC]
    assert world.door().get("http://example.com/").body == b"ok"
    assert world.connected == [(OTHER, 80), (PUBLIC, 80)]


def test_a_host_that_the_person_named(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"mine"), "localhost", 8080, "127.0.0.1")
    for hosts in (["localhost"], ["localhost:8080"], ["LOCALHOST."]):
        door = world.door(admission=Admission(hosts=allowed_hosts(hosts)))
        assert door.get("http://localhost:8080/").body == b"mine"
        with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
            door.get("http://127.0.0.1:8080/")
        with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
            door.get("http://a.localhost:8080/")
    narrow = world.door(admission=Admission(hosts=allowed_hosts(["localhost:9090"])))
    with pytest.raises(CommandError, match="ALLOWED_HOSTS"):
        narrow.get("http://localhost:8080/")
    assert world.slept == []


def test_addresses_that_the_person_named() -> None:
    hosts = allowed_hosts(["192.168.1.5", "10.1:80", "::1", "[fd00::1]:8080", "Bücher.example"])
    assert hosts == {"192.168.1.5", "10.0.0.1:80", "::1", "[fd00::1]:8080", "xn--bcher-kva.example"}


@pytest.mark.parametrize("entry", ["*", "*.example.com", "http://localhost", "a b", "", "[::1", "host:port"])
def test_hosts_that_nobody_can_name(entry: str) -> None:
    with pytest.raises(UsageError, match="ALLOWED_HOSTS"):
        allowed_hosts([entry])


def test_an_open_network(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"ok"), "printer.local", address="192.168.1.5")
    door = world.door(admission=Admission(private_network=True))
    assert door.get("http://printer.local/").body == b"ok"
    world.names["evil.example"] = ["169.254.169.254"]
    with pytest.raises(CommandError, match="credentials"):
        door.get("http://evil.example/")


# -- redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "//127.1/",
        "http://2130706433/",
        "http://[::ffff:7f00:1]/",
        "http://localhost:6379/",
        "http://metadata.google.internal/",
        "http://rebound.example/",
        "http://user@rebound.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http:\\\\127.0.0.1/",
        "http://127.0.0.1\t/",
    ],
)
@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_redirects_are_judged_again(world: World, serve: Serve, location: str, status: str) -> None:
    serve(lambda request: redirect(location, status))
    world.names["rebound.example"] = ["127.0.0.1"]
    with pytest.raises(CommandError):
        world.door().get("http://example.com/")
    assert world.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("opened", ["named", "network"])
@pytest.mark.parametrize(
    "inside", ["http://localhost:8080/", "http://127.0.0.1:8080/", "http://wiki.corp.example:8080/"]
)
def test_the_internet_never_leads_into_an_opened_network(
    world: World, serve: Serve, opened: str, inside: str
) -> None:
    """What the person opened is for the agent, not for pages that redirect it."""
    serve(lambda request: redirect(inside))
    private = serve(lambda request: reply(b"mine"), "localhost", 8080, "127.0.0.1")
    world.names["wiki.corp.example"] = ["127.0.0.1"]
    named = allowed_hosts(["localhost", "127.0.0.1", "wiki.corp.example"])
    door = world.door(
        admission=Admission(hosts=named) if opened == "named" else Admission(private_network=True)
    )
    with pytest.raises(CommandError, match="A page of the internet leads to"):
        door.get("http://example.com/")
    with pytest.raises(CommandError, match="A page of the internet leads to"):
        door.get(inside, led_by="http://example.com/")
    assert not private.requests
    assert door.get(inside).body == b"mine"


def test_what_is_inside_may_lead_inside(world: World, serve: Serve) -> None:
    serve(lambda request: redirect("http://localhost:9090/end"), "localhost", 8080, "127.0.0.1")
    serve(lambda request: reply(b"end"), "localhost", 9090, "127.0.0.1")
    serve(lambda request: redirect("http://localhost:9090/end"))
    door = world.door(admission=Admission(hosts=allowed_hosts(["localhost", "example.com"])))
    assert door.get("http://localhost:8080/").body == b"end"
    assert door.get("http://example.com/").body == b"end"
    assert door.get("http://localhost:9090/x", led_by="http://localhost:8080/").body == b"end"


def test_redirects_are_followed(world: World, serve: Serve) -> None:
    steps = {"/": "/one", "/one": "two?x=1", "/two?x=1": "http://other.example/drei/ü"}
    serve(lambda request: redirect(steps[request.path].encode().decode("latin-1")))
    other = serve(lambda request: reply(b"there"), "other.example", address=OTHER)
    response = world.door().get("http://example.com#part")
    assert response.body == b"there"
    assert response.url == "http://example.com/#part"
    assert response.final_url == "http://other.example/drei/%C3%BC#part"
    assert other.requests[0].path == "/drei/%C3%BC"


def test_each_way_on_is_asked_about_before_it_is_gone(world: World, serve: Serve) -> None:
    ways = {"/a": "/b", "/b": "http://other.example/c"}
    server = serve(lambda request: redirect(ways[request.path]) if request.path in ways else reply())
    other = serve(lambda request: reply(), "other.example", address=OTHER)
    asked: list[tuple[str, str]] = []

    def led(first: str, url: str) -> None:
        asked.append((first, url))
        if "other" in url:
            raise CommandError("not there")

    door = world.door(led=led)
    with pytest.raises(CommandError, match="not there"):
        door.get("http://example.com/a")
    with pytest.raises(CommandError, match="not there"):
        door.get("http://other.example/frame", led_by="http://example.com/page")
    assert asked == [
        ("http://example.com/a", "http://example.com/b"),
        ("http://example.com/a", "http://other.example/c"),
        ("http://example.com/page", "http://other.example/frame"),
    ]
    assert [request.path for request in server.requests] == ["/a", "/b"]
    assert other.requests == []
    assert "other.example" not in world.looked_up


def test_it_is_told_that_the_persons_own_network_was_reached(world: World, serve: Serve) -> None:
    reached: list[bool] = []
    serve(lambda request: reply())
    serve(lambda request: reply(), "nas.local", address="192.168.1.5")
    door = world.door(admission=Admission(private_network=True), reached_inside=lambda: reached.append(True))
    door.get("http://example.com/")
    assert not reached
    door.get("http://nas.local/")
    assert reached


def test_redirects_end(world: World, serve: Serve) -> None:
    numbers = itertools.count()
    server = serve(lambda request: redirect(f"/{next(numbers)}"))
    with pytest.raises(CommandError, match="More than 10 redirects"):
        world.door().get("http://example.com/")
    assert len(server.requests) == 11


def test_redirects_in_a_circle(world: World, serve: Serve) -> None:
    serve(lambda request: redirect("/b" if request.path == "/a" else "/a", Set_Cookie="seen=1"))
    with pytest.raises(CommandError, match=r"circle.*cookies"):
        world.door().get("http://example.com/a")


def test_a_redirect_without_a_place_is_an_answer(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"moved", "302 Found"))
    assert world.door().get("http://example.com/").body == b"moved"


KEYS = {
    "Authorization": "Bearer k",
    "Cookie": "c=1",
    "X-Api-Key": "k",
    "Accept": "text/x",
    "Range": "bytes=0-9",
}


@pytest.mark.parametrize(
    ("start", "name", "port", "kept"),
    [
        ("http://example.com/", "example.com", 80, True),
        ("http://example.com/", "other.example", 80, False),
        ("http://example.com/", "example.com", 8080, False),
    ],
)
def test_credentials_stay_with_their_origin(
    world: World, serve: Serve, start: str, name: str, port: int, kept: bool
) -> None:
    def answer(request: Request) -> Reply:
        return redirect(f"http://{name}:{port}/end") if request.path == "/" else reply(b"ok")

    first = serve(answer)
    last = first if kept else serve(answer, name, port, address=OTHER if name != "example.com" else PUBLIC)
    world.door().get(start, headers=KEYS)
    assert first.requests[0].headers["authorization"] == "Bearer k"
    got = last.requests[-1].headers
    assert got["accept"] == "text/x"
    assert got["range"] == "bytes=0-9"
    assert [("authorization" in got), ("cookie" in got), ("x-api-key" in got)] == [kept] * 3


def test_credentials_never_go_from_https_to_http(
    world: World,
    serve: Serve,
    certified: Callable[..., ssl.SSLContext],
    trusting: Callable[[], ssl.SSLContext],
) -> None:
    serve(lambda request: redirect("http://example.com/"), port=443, context=certified("example.com"))
    plain = serve(lambda request: reply(b"ok"))
    world.door(context=trusting).get("https://example.com/", headers=KEYS)
    assert not {"authorization", "cookie", "x-api-key"} & plain.requests[0].headers.keys()


def test_what_is_sent_is_not_sent_on_to_others(world: World, serve: Serve) -> None:
    serve(lambda request: redirect("http://other.example/", "307 Temporary Redirect"))
    other = serve(lambda request: reply(), "other.example", address=OTHER)
    with pytest.raises(CommandError, match="was not sent"):
        world.door().request("POST", "http://example.com/", body=b"data")
    assert not other.requests


@pytest.mark.parametrize(("status", "method"), [("302 Found", "GET"), ("303 See", "GET"), ("307 T", "POST")])
def test_what_becomes_of_a_post(world: World, serve: Serve, status: str, method: str) -> None:
    server = serve(lambda request: redirect("/b", status) if request.path == "/a" else reply(b"ok"))
    headers = {"Content-Type": "application/json"}
    world.door().request("POST", "http://example.com/a", body=b"{}", headers=headers)
    last = server.requests[-1]
    assert last.line == f"{method} /b HTTP/1.1"
    assert (last.body == b"{}") is (method == "POST") is ("content-type" in last.headers)


def test_cookies_are_not_kept(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"x", Set_Cookie="id=1", Cache_Control="no-store"))
    door = world.door()
    door.get("http://example.com/a")
    door.get("http://example.com/b")
    assert all("cookie" not in request.headers for request in server.requests)


# -- TLS ----------------------------------------------------------------------------------------


def test_the_certificate_is_that_of_the_name(
    world: World,
    serve: Serve,
    certified: Callable[..., ssl.SSLContext],
    trusting: Callable[[], ssl.SSLContext],
) -> None:
    seen: list[str | None] = []
    context = certified("example.com", "wrong.example")
    context.sni_callback = lambda _sock, name, _context: seen.append(name)
    server = serve(lambda request: reply(b"secret page"), port=443, context=context)
    door = world.door(context=trusting)
    assert door.get("https://example.com/").body == b"secret page"
    assert seen == ["example.com"]
    assert server.requests[0].headers["host"] == "example.com"
    assert world.connected == [(PUBLIC, 443)]


def test_certificates_that_are_not_trusted(
    world: World,
    serve: Serve,
    certified: Callable[..., ssl.SSLContext],
    trusting: Callable[[], ssl.SSLContext],
) -> None:
    server = serve(lambda request: reply(b"x"), port=443, context=certified("somebody-else.example"))
    for context in (trusting, ssl.create_default_context):
        with pytest.raises(CommandError, match="certificate"):
            world.door(context=context).get("https://example.com/")
    assert not server.requests


def test_the_systems_certificates_are_the_usual_ones(
    world: World, serve: Serve, certified: Callable[..., ssl.SSLContext]
) -> None:
    server = serve(lambda request: reply(b"x"), port=443, context=certified("example.com"))
    with pytest.raises(CommandError, match="certificate"):
        world.door().get("https://example.com/")
    assert not server.requests


def test_a_server_that_speaks_no_tls(world: World) -> None:
    near, far = socket.socketpair()
    far.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
    world.names["example.com"] = [PUBLIC]
    with pytest.raises(CommandError, match="secure connection"):
        world.door(connect=lambda *_: near).get("https://example.com/")
    assert near.fileno() == -1
    far.close()


# -- limits of size -----------------------------------------------------------------------------


def forever(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "answer",
    [
        lambda: itertools.chain([head()], forever(b"x" * 60_000)),
        lambda: itertools.chain([head("Content-Length: 99999999999")], forever(b"x" * 60_000)),
        lambda: itertools.chain(
            [head("Transfer-Encoding: chunked")], forever(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        ),
        lambda: itertools.chain([head("Transfer-Encoding: chunked")], forever(b"1\r\nx\r\n" * 9_000)),
        lambda: itertools.chain(
            [head("Transfer-Encoding: chunked"), b"0\r\n"], forever(b"X-Trailer: " + b"x" * 1000 + b"\r\n")
        ),
    ],
)
def test_a_body_without_end(world: World, serve: Serve, answer: Callable[[], Reply]) -> None:
    serve(lambda request: answer())
    with pytest.raises(CommandError, match=r"more|not HTTP"):
        world.door().get("http://example.com/", limit=200_000)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: forever(b"x" * 9_000),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], forever(b"X: " + b"y" * 1000 + b"\r\n")),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], forever(b"y" * 9_000)),
        lambda: forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_headers_without_end(world: World, serve: Serve, answer: Callable[[], Reply]) -> None:
    serve(lambda request: answer())
    with pytest.raises(CommandError, match=r"more|not HTTP"):
        world.door().get("http://example.com/")


def test_a_body_may_be_as_large_as_the_limit(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"x" * 1000))
    assert len(world.door().get("http://example.com/", limit=1000).body) == 1000
    with pytest.raises(CommandError, match="holds more than"):
        world.door().get("http://example.com/", limit=999)


def compressed(body: bytes, window: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, window)
    return compressor.compress(body) + compressor.flush()


TEXT = b"".join(b"%d and on it goes. " % number for number in range(20_000))


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("GZIP", gzip.compress(TEXT[:1000], mtime=0) + gzip.compress(TEXT[1000:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 100),
        ("deflate", compressed(TEXT, 15)),
        ("deflate", compressed(TEXT, -15)),
        ("identity", TEXT),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)),
        ("deflate, gzip", gzip.compress(compressed(TEXT, 15), mtime=0)),
        ("br", brotli.compress(TEXT)),
        ("BR", brotli.compress(TEXT, quality=0)),
        ("br, gzip", gzip.compress(brotli.compress(TEXT), mtime=0)),
        ("", TEXT),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_compressed_bodies(world: World, serve: Serve, coding: str, data: bytes, size: int) -> None:
    first, rest = data[:100], data[100:]
    pieces = [*(first[at : at + size] for at in range(0, len(first), size)), rest]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"
    serve(lambda request: head(f"Content-Encoding: {coding}", "Transfer-Encoding: chunked") + chunks)
    assert world.door().get("http://example.com/").body == TEXT


ZEROS = bytes(20_000_000)


@pytest.fixture(scope="session")
def bombs() -> dict[str, tuple[str, bytes]]:
    once = gzip.compress(ZEROS, 9)
    return {
        "gzip": ("gzip", once),
        "deflate": ("deflate", compressed(ZEROS, 15)),
        "twice": ("gzip, gzip", gzip.compress(once, 9)),
        "members": ("gzip", gzip.compress(bytes(1_000_000), 9) * 20),
        "brotli": ("br", brotli.compress(ZEROS)),
        "brotli twice": ("br, br", brotli.compress(brotli.compress(ZEROS))),
    }


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_an_empty_body_may_be_called_compressed(world: World, serve: Serve, coding: str) -> None:
    serve(lambda request: reply(b"", Content_Encoding=coding))
    assert world.door().get("http://example.com/").body == b""


def test_a_bomb_takes_no_memory(world: World, serve: Serve) -> None:
    """It is seen after a megabyte, however much a few bytes stand for."""
    bomb = brotli.compress(bytes(100_000_000), quality=5)
    serve(lambda request: reply(bomb, Content_Encoding="br"))
    tracemalloc.start()
    try:
        with pytest.raises(CommandError, match="without measure"):
            world.door().get("http://example.com/", limit=1_000_000_000)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_body_of_countless_empty_parts(world: World, serve: Serve) -> None:
    serve(lambda request: reply(gzip.compress(b"") * 30_000, Content_Encoding="gzip"))
    with pytest.raises(CommandError, match="too many pieces"):
        world.door().get("http://example.com/")


@pytest.mark.parametrize("kind", ["gzip", "deflate", "twice", "members", "brotli", "brotli twice"])
def test_decompression_bombs(
    world: World, serve: Serve, bombs: dict[str, tuple[str, bytes]], kind: str
) -> None:
    coding, data = bombs[kind]
    serve(lambda request: reply(data, Content_Encoding=coding))
    with pytest.raises(CommandError, match=r"without measure|holds more"):
        world.door().get("http://example.com/")
    with pytest.raises(CommandError, match="without measure"):
        world.door().get("http://example.com/", limit=1_000_000_000)


@pytest.mark.parametrize(
    ("coding", "data", "says"),
    [
        ("zstd", b"x", "not asked for"),
        ("br", b"\xff" * 50, "damaged"),
        ("br", brotli.compress(TEXT)[:500], "too early"),
        ("gzip, gzip, gzip", b"x", "3 times over"),
        ("gzip", b"plainly not", "not compressed"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:500], "too early"),
        ("gzip", b"\x1f\x8b" + b"\xff" * 50, "damaged"),
        ("deflate", b"\x78\x9c" + b"\xff" * 50, "damaged"),
    ],
)
def test_bodies_that_can_not_be_decompressed(
    world: World, serve: Serve, coding: str, data: bytes, says: str
) -> None:
    serve(lambda request: reply(data, Content_Encoding=coding))
    with pytest.raises(CommandError, match=says):
        world.door().get("http://example.com/")


# -- limits of time -----------------------------------------------------------------------------


def dripping(piece: bytes) -> Iterator[bytes]:
    yield from forever(piece)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: dripping(b"H"),
        lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], dripping(b"y")),
        lambda: itertools.chain([head("Content-Length: 1000000")], dripping(b"y")),
        lambda: itertools.chain([head("Transfer-Encoding: chunked"), b"f4240\r\n"], dripping(b"y")),
    ],
)
def test_a_byte_now_and_then_does_not_go_on_for_ever(
    world: World, serve: Serve, answer: Callable[[], Reply]
) -> None:
    serve(lambda request: answer())
    door = world.door(clock=ticking(world), patience=Patience(headers=40, idle=1000, total=60))
    with pytest.raises(CommandError, match="waited too long"):
        door.get("http://example.com/")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", head("Content-Length: 10") + b"xxx"])
def test_a_server_that_says_nothing_more(world: World, serve: Serve, first: bytes) -> None:
    done = threading.Event()

    def answer(request: Request) -> Iterator[bytes]:
        yield first
        done.wait(20)

    serve(answer)
    door = Door(resolve=world.resolve, connect=world.connect, patience=Patience(headers=5, idle=0.1, total=5))
    with pytest.raises(CommandError, match="waited too long for a sign of life"):
        door.get("http://example.com/")
    done.set()


def test_a_name_that_takes_for_ever_to_look_up(world: World) -> None:
    done = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        done.wait(20)
        return [PUBLIC]

    with pytest.raises(CommandError, match="look-up"):
        world.door(resolve=resolve, patience=Patience(connect=0.05)).get("http://example.com/")
    done.set()


def test_a_host_that_does_not_answer(world: World) -> None:
    tried: list[float] = []

    def connect(address: str, port: int, timeout: float) -> socket.socket:
        tried.append(timeout)
        world.now += timeout
        raise TimeoutError("timed out")

    world.names["example.com"] = [PUBLIC, OTHER, "8.8.8.8", "8.8.4.4"]
    with pytest.raises(CommandError, match="does not answer"):
        world.door(connect=connect).get("http://example.com/")
    assert tried == pytest.approx([2.5] * 4)


# -- answers that are not quite right -----------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "broke off|not HTTP"),
        (b"garbage\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "not HTTP"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "not HTTP"),
        (b"\0" * 100, "not HTTP"),
        (reply(b"short", Content_Length="50"), "broke off after 5 of 50 bytes"),
        (head("Transfer-Encoding: chunked") + b"zz\r\nx\r\n", "broke off"),
        (head("Transfer-Encoding: chunked") + b"-5\r\nxxxxx\r\n", "not HTTP|broke off"),
        (head("Transfer-Encoding: chunked") + b"-1\r\nxxxxx\r\n", "not HTTP|broke off"),
        (head("Transfer-Encoding: chunked") + b"5\r\nxx", "broke off"),
        (head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n", "broke off"),
        (head("Transfer-Encoding: chunked") + b"f" * 70_000 + b"\r\n", "not HTTP|broke off"),
        (head(*(f"X-{number}: y" for number in range(200))), "not HTTP"),
    ],
)
def test_answers_that_are_damaged(world: World, serve: Serve, answer: bytes, says: str) -> None:
    serve(lambda request: answer)
    with pytest.raises(CommandError, match=says):
        world.door().get("http://example.com/")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (reply(b"all of it and more", Content_Length="9"), b"all of it"),
        (reply(b"no length", Content_Length="-"), b"no length"),
        (reply(b"bad length", Content_Length="many"), b"bad length"),
        (reply(b"bad length", Content_Length="-7"), b"bad length"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(b"ok"), b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n" + reply(b"ok"), b"ok"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok"),
        (head("Transfer-Encoding: chunked") + b"2;x=y\r\nok\r\n0\r\nX: y\r\n\r\n", b"ok"),
    ],
)
def test_answers_that_can_be_understood(world: World, serve: Serve, answer: bytes, body: bytes) -> None:
    serve(lambda request: answer)
    assert world.door().get("http://example.com/").body == body


@given(some.binary(max_size=200), some.booleans())
def test_any_bytes_are_an_answer_or_a_sentence(data: bytes, well_begun: bool) -> None:
    start = head("Transfer-Encoding: chunked", "Content-Encoding: gzip") if well_begun else b""
    near, far = socket.socketpair()
    far.sendall(start + data)
    far.shutdown(socket.SHUT_WR)
    door = Door(resolve=lambda host, port: [PUBLIC], connect=lambda *_: near, spacing=0)
    with suppress(CommandError):  # and no other error
        assert door.get("http://example.com/").status >= 0
    assert near.fileno() == -1
    far.close()


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("401 Unauthorized", "login"),
        ("403 Forbidden", "refuses to show"),
        ("404 Not Found", "no page"),
        ("410 Gone", "no page"),
        ("418 Teapot", "refuses the request"),
        ("500 Oops", "has failed"),
        ("429 Slow down", "too many requests"),
        ("503 Down", "overloaded"),
    ],
)
def test_a_status_teaches(world: World, serve: Serve, status: str, says: str) -> None:
    serve(lambda request: reply(b"page of error", status))
    response = world.door().get("http://example.com/x")
    assert response.body == b"page of error"
    with pytest.raises(CommandError, match=says):
        response.checked()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ConnectionRefusedError(111, "refused"), "nothing is served"),
        (ConnectionResetError(104, "reset"), "broke off"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError("strange"), "can't be reached"),
    ],
)
def test_a_connection_that_fails_teaches(world: World, error: OSError, says: str) -> None:
    def connect(address: str, port: int, timeout: float) -> socket.socket:
        raise error

    world.names["example.com"] = [PUBLIC]
    with pytest.raises(CommandError, match=says):
        world.door(connect=connect).get("http://example.com/")


@pytest.mark.parametrize("found", [None, []])
def test_a_host_that_is_not_there(world: World, found: object) -> None:
    world.names["example.com"] = found
    with pytest.raises(CommandError, match=r"There is no host 'example.com'"):
        world.door().get("http://example.com/")


# -- asking again, spacing, the cache -----------------------------------------------------------


@pytest.mark.parametrize("status", ["429 Too Many", "503 Unavailable"])
@pytest.mark.parametrize("after", ["3", " 3 ", "Thu, 01 Jan 1970 00:16:43 GMT"])
def test_a_server_that_says_when_to_come_back(world: World, serve: Serve, status: str, after: str) -> None:
    answers = iter([reply(b"", status, Retry_After=after), reply(b"welcome")])
    serve(lambda request: next(answers))
    assert world.door().get("http://example.com/").body == b"welcome"
    assert world.slept == [3.0]


def test_it_is_asked_again_only_once(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"", "429 Too Many", Retry_After="2"))
    response = world.door().get("http://example.com/")
    with pytest.raises(CommandError, match="alone for 2 seconds"):
        response.checked()
    assert len(server.requests) == 2


@pytest.mark.parametrize("after", ["3600", "soon", "-1", "9" * 400, "Wed, 99 Foo"])
def test_nobody_waits_long_or_for_nonsense(world: World, serve: Serve, after: str) -> None:
    server = serve(lambda request: reply(b"", "503 Down", Retry_After=after))
    assert world.door().get("http://example.com/").status == 503
    assert len(server.requests) == 1
    assert world.slept == []


def test_what_changes_something_is_not_sent_again(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"", "503 Down", Retry_After="1"))
    world.door().request("POST", "http://example.com/", body=b"x")
    assert len(server.requests) == 1


def test_requests_to_a_host_are_spaced(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"x", Cache_Control="no-store"))
    serve(
        lambda request: redirect("/end") if request.path == "/" else reply(), "other.example", address=OTHER
    )
    door = world.door(spacing=2.0)
    door.get("http://example.com/a")
    door.get("http://other.example/")
    assert world.slept == []
    door.get("http://example.com/b")
    door.get("http://example.com/c")
    assert world.slept == [2.0, 2.0]
    world.now += 100
    door.get("http://example.com/d")
    assert world.slept == [2.0, 2.0]


def test_a_page_is_fetched_once(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"page"))
    door = world.door()
    first = door.get("http://example.com/a#one")
    again = door.get("http://EXAMPLE.com/a#two")
    assert again.body == first.body
    assert again.url == "http://example.com/a#two"
    assert len(server.requests) == 1
    world.now += 301
    door.get("http://example.com/a")
    assert len(server.requests) == 2
    world.door().get("http://example.com/a")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("headers", "status", "seconds", "kept"),
    [
        ({"Cache-Control": "no-store"}, "200 OK", 0, False),
        ({"Cache-Control": "private, No-Cache"}, "200 OK", 0, False),
        ({"Cache-Control": "max-age=0"}, "200 OK", 0, False),
        ({"Cache-Control": "max-age=1000"}, "200 OK", 900, True),
        ({"Cache-Control": "max-age=1000", "Age": "200"}, "200 OK", 900, False),
        ({"Cache-Control": "max-age=99999999"}, "200 OK", 3500, True),
        ({"Cache-Control": "max-age=99999999"}, "200 OK", 3700, False),
        ({"Pragma": "no-cache"}, "200 OK", 0, False),
        ({"Vary": "*"}, "200 OK", 0, False),
        ({}, "404 Not Found", 0, False),
        ({}, "500 Oops", 0, False),
    ],
)
def test_what_is_kept(
    world: World, serve: Serve, headers: dict[str, str], status: str, seconds: float, kept: bool
) -> None:
    server = serve(lambda request: reply(b"page", status, **headers))
    door = world.door(spacing=0)
    door.get("http://example.com/")
    world.now += seconds
    door.get("http://example.com/")
    assert len(server.requests) == (1 if kept else 2)


def test_requests_with_headers_are_not_kept(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"page"))
    door = world.door()
    for _ in range(2):
        door.get("http://example.com/", headers={"Authorization": "k"})
        door.request("POST", "http://example.com/", body=b"")
    assert len(server.requests) == 4


def test_a_redirect_that_must_not_be_kept(world: World, serve: Serve) -> None:
    server = serve(
        lambda request: redirect("/b", Cache_Control="no-store") if request.path == "/a" else reply(b"x")
    )
    door = world.door()
    door.get("http://example.com/a")
    door.get("http://example.com/a")
    assert len(server.requests) == 4


def test_what_is_kept_is_bounded(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"x" * 7_000_000))
    door = world.door(spacing=0)
    for path in "abcde":
        door.get(f"http://example.com/{path}")
    door.get("http://example.com/e")
    assert len(server.requests) == 5
    door.get("http://example.com/a")
    assert len(server.requests) == 6


# -- secrets ------------------------------------------------------------------------------------

SECRET = "correct horse/battery+staple"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/?q=correct%20horse/battery%2Bstaple",
        "http://example.com/?q=correct+horse%2Fbattery%2Bstaple",
        "http://example.com/correct%20horse%2Fbattery%2Bstaple",
        "http://example.com/correct horse/battery+staple",
        "http://example.com/%2563orrect%2520horse%252Fbattery%252Bstaple",
        "http://example.com/?q=Y29ycmVjdCBob3JzZS9iYXR0ZXJ5K3N0YXBsZQ==",
        "http://example.com/#correct%20horse/battery%2Bstaple",
    ],
)
def test_a_secret_does_not_leave_in_a_url(world: World, serve: Serve, url: str) -> None:
    serve(lambda request: reply())
    door = world.door(holds_secret=Redactor([SECRET]).knows)
    with pytest.raises(CommandError, match="secret") as caught:
        door.get(url)
    assert "horse" not in str(caught.value)
    assert not world.looked_up


def test_a_secret_does_not_leave_in_a_body(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"ok"))
    door = world.door(holds_secret=Redactor([SECRET]).knows)
    for body in (f'{{"note": "{SECRET}"}}', "note=correct+horse%2Fbattery%2Bstaple"):
        with pytest.raises(CommandError, match="secret"):
            door.request("POST", "http://example.com/", body=body.encode())
    assert not world.connected
    assert door.get("http://example.com/", headers={"X-Key": SECRET}).body == b"ok"


def test_a_signed_link_is_no_secret_of_the_persons(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"ok"))
    door = world.door(holds_secret=Redactor([SECRET]).knows)
    assert door.get("http://example.com/f?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2Fx").body == b"ok"


# -- proxies ------------------------------------------------------------------------------------


class ProxyServer:
    """A proxy that writes down what it was asked for, and tunnels to one server."""

    def __init__(self, world: World, behind: Server | None = None, status: str = "200 OK") -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._behind = behind
        self._status = status
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        world.names["proxy.corp"] = ["10.0.0.8"]
        world.at["10.0.0.8", 3128] = self  # type: ignore[assignment]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        with suppress(OSError, ValueError):
            while True:
                client, _ = self._socket.accept()
                with client:
                    client.settimeout(20)
                    request = read_request(client)
                    self.asked.append(request.line)
                    self.headers.append(dict(request.headers))
                    if not request.line.startswith("CONNECT"):
                        client.sendall(reply(b"by proxy"))
                    elif self._behind is None:
                        client.sendall(reply(b"", self._status))
                    else:
                        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                        with socket.create_connection(("127.0.0.1", self._behind.port)) as there:
                            back = threading.Thread(target=self._pump, args=(there, client), daemon=True)
                            back.start()
                            self._pump(client, there)
                            back.join()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def proxy(world: World) -> Iterator[ProxyServer]:
    made = ProxyServer(world)
    yield made
    made.close()


BY_PROXY = Proxies(http="http://me:pa%20ss@proxy.corp:3128", https="proxy.corp:3128")


def test_a_request_through_a_proxy(world: World, proxy: ProxyServer) -> None:
    response = world.door(proxies=BY_PROXY).get("http://example.com/x?y=1")
    assert response.body == b"by proxy"
    assert proxy.asked == ["GET http://example.com/x?y=1 HTTP/1.1"]
    assert proxy.headers[0]["host"] == "example.com"
    assert proxy.headers[0]["proxy-authorization"] == "Basic bWU6cGEgc3M="
    assert world.connected == [("10.0.0.8", 3128)]


def test_tls_through_a_proxy(
    world: World, certified: Callable[..., ssl.SSLContext], trusting: Callable[[], ssl.SSLContext]
) -> None:
    with serving(lambda request: reply(b"behind"), certified("example.com")) as server:
        proxy = ProxyServer(world, server)
        proxies = Proxies(https="http://me:pass@proxy.corp:3128")
        assert world.door(proxies=proxies, context=trusting).get("https://example.com/").body == b"behind"
        proxy.close()
    assert proxy.asked == ["CONNECT example.com:443 HTTP/1.1"]
    assert "proxy-authorization" in proxy.headers[0]
    assert "proxy-authorization" not in server.requests[0].headers
    assert world.connected == [("10.0.0.8", 3128)]


def test_a_proxy_that_refuses(world: World, proxy: ProxyServer) -> None:
    proxy._status = "403 Forbidden"
    with pytest.raises(CommandError, match=r"proxy did not connect.*403"):
        world.door(proxies=BY_PROXY).get("https://example.com/")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "10.0.0.1", "[::ffff:a9fe:a9fe]", "localhost", "db.internal", "metadata"],
)
def test_a_proxy_is_no_way_in(world: World, proxy: ProxyServer, host: str) -> None:
    with pytest.raises(CommandError, match="not reached"):
        world.door(proxies=BY_PROXY).get(f"http://{host}/")
    assert not proxy.asked


def test_a_name_that_is_known_to_be_private_is_not_asked_of_the_proxy(
    world: World, proxy: ProxyServer
) -> None:
    world.names["rebound.example"] = ["192.168.0.1"]
    with pytest.raises(CommandError, match="stands for"):
        world.door(proxies=BY_PROXY).get("http://rebound.example/")
    assert not proxy.asked


@pytest.mark.parametrize(
    ("exception", "direct"),
    [
        ("example.com", True),
        (".example.com", True),
        ("*.example.com", True),
        ("EXAMPLE.com:80", True),
        ("*", True),
        ("com", True),
        ("example.com:8080", False),
        ("ample.com", False),
        ("", False),
        ("10.0.0.0/8", False),
    ],
)
def test_hosts_without_a_proxy(
    world: World, serve: Serve, proxy: ProxyServer, exception: str, direct: bool
) -> None:
    serve(lambda request: reply(b"direct"))
    door = world.door(proxies=Proxies("http://proxy.corp:3128", exceptions=["other.example", exception]))
    assert door.get("http://example.com/").body == (b"direct" if direct else b"by proxy")


@pytest.mark.parametrize(
    ("exception", "direct"), [("93.184.0.0/16", True), (PUBLIC, True), ("10.0.0.0/8", False)]
)
def test_addresses_without_a_proxy(
    world: World, serve: Serve, proxy: ProxyServer, exception: str, direct: bool
) -> None:
    serve(lambda request: reply(b"direct"))
    door = world.door(proxies=Proxies("http://proxy.corp:3128", exceptions=[exception]))
    assert door.get(f"http://{PUBLIC}/").body == (b"direct" if direct else b"by proxy")


def test_ones_own_machine_is_not_reached_through_a_proxy(
    world: World, serve: Serve, proxy: ProxyServer
) -> None:
    serve(lambda request: reply(b"mine"), "localhost", 8080, "127.0.0.1")
    door = world.door(proxies=BY_PROXY, admission=Admission(hosts=allowed_hosts(["localhost", "127.0.0.1"])))
    assert door.get("http://localhost:8080/").body == b"mine"
    assert door.get("http://127.0.0.1:8080/").body == b"mine"
    assert not proxy.asked


@pytest.mark.parametrize(
    "written", ["socks5://127.0.0.1:9050", "https://proxy.corp", "http://", "http://a:b:c"]
)
def test_proxies_that_can_not_be_used_are_not_passed_by(world: World, serve: Serve, written: str) -> None:
    server = serve(lambda request: reply())
    with pytest.raises(CommandError, match="proxy setting"):
        world.door(proxies=Proxies(http=written)).get("http://example.com/")
    assert not server.requests


# -- downloads ----------------------------------------------------------------------------------


def test_a_body_in_pieces(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"x" * 300_000, ETag='"one"'))
    with world.door().stream("GET", "http://example.com/f", most=1_000_000) as incoming:
        assert incoming.checked().length == 300_000
        assert not incoming.encoded
        assert incoming.headers["etag"] == '"one"'
        pieces = list(incoming.pieces(1_000_000))
    assert b"".join(pieces) == b"x" * 300_000
    assert max(map(len, pieces)) <= 65_536


def test_a_stream_that_is_left_is_closed(world: World, serve: Serve) -> None:
    ended = threading.Event()

    def answer(request: Request) -> Iterator[bytes]:
        try:
            yield from itertools.chain([head()], forever(b"x" * 60_000))
        finally:
            ended.set()

    server = serve(answer)
    with world.door().stream("GET", "http://example.com/f", most=1_000_000) as incoming:
        next(incoming.pieces(1_000_000))
    for thread in server._threads[1:]:
        thread.join(10)
    # The server's own sending fails once the connection is closed.
    assert not any(thread.is_alive() for thread in server._threads[1:])


def test_many_threads_share_a_door(world: World, serve: Serve) -> None:
    serve(lambda request: reply(request.path.encode()))
    door = world.door(spacing=0)
    got: dict[str, bytes] = {}

    def fetch(path: str) -> None:
        got[path] = door.get(f"http://example.com{path}").body

    threads = [threading.Thread(target=fetch, args=(f"/{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert got == {f"/{number}": f"/{number}".encode() for number in range(12)}
