"""The proxy that a browser is given: what it passes on, and what it doesn't."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from autogpt.core.errors import CommandError
from autogpt.http import Admission, Proxies
from autogpt.http.relay import Bounds, Relay
from tests.http.servers import PUBLIC, Request, Server, World, reply

Serve = Callable[..., Server]


@contextmanager
def relay(world: World, url: str = "http://example.com/", **named: Any) -> Iterator[Relay]:
    """A relay that serves one page."""
    bounds = named.pop("bounds", Bounds(idle=10))
    serves = named.pop("serves", lambda connection: True)
    door = world.door(**named)
    made = Relay(socket.create_server(("127.0.0.1", 0)), door, bounds=bounds, serves=serves)
    try:
        with made.serving(door.visit(url)):
            yield made
    finally:
        made.close()


def connected(made: Relay) -> socket.socket:
    return socket.create_connection(made.address, timeout=10)


def said(made: Relay, *pieces: bytes) -> bytes:
    """What comes back for some bytes, until the relay ends it."""
    with connected(made) as client:
        for piece in pieces:
            client.sendall(piece)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    data = b""
    with suppress(ConnectionResetError):
        while piece := client.recv(65_536):
            data += piece
    return data


GET = b"GET http://example.com/a?b HTTP/1.1\r\nHost: example.com\r\n\r\n"


def test_a_plain_request_goes_to_where_it_says_and_nowhere_else(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"hello", Alt_Svc="h3", Connection="keep-alive", X_Kept="yes"))
    with relay(world) as made:
        answer = said(
            made,
            b"POST http://example.com/a?b HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: Basic eDp5\r\n"
            b"Connection: keep-alive\r\nCookie: c=1\r\nContent-Length: 3\r\n\r\nabcGET http://evil.example/ HTTP/1.1\r\n\r\n",
        )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == b"hello"
    assert b"Connection: close" in head
    assert b"keep-alive" not in head
    assert b"h3" not in head
    assert b"X-Kept: yes" in head
    (request,) = server.requests
    assert request.line == "POST /a?b HTTP/1.1"
    assert request.body == b"abc"
    assert request.headers == {
        "host": "example.com",
        "connection": "close",
        "cookie": "c=1",
        "content-length": "3",
    }


def test_a_tunnel_carries_bytes_both_ways(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(request.line.encode()), port=443)
    with relay(world) as made, connected(made) as client:
        client.sendall(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        assert client.recv(200) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        client.sendall(b"GET /in HTTP/1.1\r\n\r\n")
        assert everything(client).endswith(b"GET /in HTTP/1.1")
    assert world.connected == [(PUBLIC, 443)]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",
        "10.0.0.1", "169.254.169.254", "metadata.google.internal", "intranet", "private.example", "mixed.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("private_network", [False, True])
def test_a_page_of_the_internet_reaches_nothing_private(
    world: World, serve: Serve, address: str, private_network: bool
) -> None:
    """Whatever the person allowed for themselves."""
    serve(lambda request: reply(b"page"))
    world.names["private.example"] = ["10.1.2.3"]
    world.names["mixed.example"] = [PUBLIC, "127.0.0.1"]
    admission = Admission(private_network, frozenset({"intranet", "127.0.0.1:8080"}))
    with relay(world, admission=admission) as made:
        assert said(made, GET).endswith(b"page")
        assert said(made, f"GET http://{address}:8080/ HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 502")
        assert said(made, f"CONNECT {address}:8080 HTTP/1.1\r\n\r\n".encode()).startswith(b"HTTP/1.1 502")
        assert made.problems()
    assert world.connected == [(PUBLIC, 80)]


def test_a_page_of_the_persons_own_reaches_itself_and_the_internet(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"own"), "app.internal", 3000, "10.0.0.5")
    serve(lambda request: reply(b"neighbour"), "db.internal", 3000, "10.0.0.6")
    serve(lambda request: reply(b"library"))
    own, neighbour = (f"GET http://{name}.internal:3000/ HTTP/1.1\r\n\r\n".encode() for name in ("app", "db"))
    with relay(world, "http://app.internal:3000/", admission=Admission(private_network=True)) as made:
        assert said(made, neighbour).startswith(b"HTTP/1.1 502")  # nothing before the page itself
        assert said(made, own).endswith(b"own")
        assert said(made, neighbour).endswith(b"neighbour")
        assert said(made, GET).endswith(b"library")
        assert said(made, neighbour).startswith(b"HTTP/1.1 502")
        assert said(made, own).endswith(b"own")


def test_a_name_that_changes_its_address(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"page"))
    answers = iter([[PUBLIC], ["127.0.0.1"], ["10.0.0.1"]])
    world.names["example.com"] = lambda: next(answers)
    with relay(world, admission=Admission(private_network=True)) as made:
        assert said(made, GET).endswith(b"page")
        assert said(made, GET).startswith(b"HTTP/1.1 502")
        assert said(made, b"CONNECT example.com:80 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502")
    assert world.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /origin-form HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET https://example.com/ HTTP/1.1\r\n\r\n",
        b"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        b"CONNECT example.com HTTP/1.1\r\n\r\n",
        b"CONNECT user@example.com:443 HTTP/1.1\r\n\r\n",
        b"CONNECT example.com:443/x HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST http://example.com/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST http://example.com/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET http://example.com/ HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET http://example.com/ HTTP/1.1\r\nX: a\nHost: evil.example\r\n\r\n",
        b"GET http://example.com/ HTTP/1.1\r\n" + b"X: " + b"a" * 200_000,
        b"\x16\x03\x01" * 30 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_for_a_proxy_goes_nowhere(world: World, serve: Serve, request_: bytes) -> None:
    serve(lambda request: reply(b"page"))
    with relay(world) as made, suppress(BrokenPipeError, ConnectionResetError):
        assert not said(made, request_).startswith(b"HTTP/1.1 200")
    assert world.connected == []


def test_interim_answers_are_passed_over(world: World, serve: Serve) -> None:
    serve(
        lambda request: (
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + reply(b"x")
        )
    )
    with relay(world) as made:
        assert said(made, GET).startswith(b"HTTP/1.1 200 OK\r\nConnection: close\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nanything",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
        b"HTTP/1.1 200 OK\r\n" + b"a" * 300_000,
        b"",
    ],
)
def test_what_is_no_answer_is_not_passed_back(world: World, serve: Serve, answer: bytes) -> None:
    serve(lambda request: answer)
    with relay(world) as made:
        assert said(made, GET) == b""


def test_between_two_pages_nothing_is_served(world: World, serve: Serve) -> None:
    server = serve(lambda request: reply(b"page"), port=443)
    door = world.door()
    made = Relay(socket.create_server(("127.0.0.1", 0)), door)
    try:
        assert said(made, GET) == b""
        with made.serving(door.visit("http://example.com/")):
            kept = connected(made)
            kept.sendall(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
            assert kept.recv(200).startswith(b"HTTP/1.1 200")
        with kept:
            with suppress(OSError):
                kept.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert everything(kept) == b""
        assert said(made, GET) == b""
    finally:
        made.close()
    assert server.requests == []


def test_only_the_browser_is_served(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"page"))
    with relay(world, serves=lambda connection: False) as made:
        assert said(made, GET) == b""
    assert world.connected == []


def test_connections_and_bytes_are_bounded(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"x" * 300_000))
    bounds = Bounds(connections=1, connections_of_page=4, bytes_of_page=200_000, idle=10)
    with relay(world, bounds=bounds) as made:
        with connected(made) as first:
            first.sendall(b"GET http://exa")
            while made.is_idle():
                threading.Event().wait(0.001)
            assert said(made, GET) == b""
        while not made.is_idle():
            threading.Event().wait(0.001)
        assert len(said(made, GET)) < 300_000
        while not made.is_idle():
            threading.Event().wait(0.001)
        assert len(said(made, GET)) < 100_000
        while not made.is_idle():
            threading.Event().wait(0.001)
        assert len(world.connected) == 2


def test_a_proxy_of_the_persons_is_used_and_its_password_stays_there(world: World, serve: Serve) -> None:
    def proxy(request: Request) -> bytes:
        if request.line.startswith("CONNECT"):
            return b"HTTP/1.1 200 OK\r\n\r\ninside"
        return reply(b"by proxy")

    server = serve(proxy, "proxy.example", 3128, "10.9.9.9")
    world.names["example.com"] = [PUBLIC]
    both = "http://me:secret@proxy.example:3128"
    with relay(world, proxies=Proxies(http=both, https=both)) as made:
        answer = said(made, GET)
        assert answer.endswith(b"by proxy")
        tunnel = said(made, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
        assert tunnel.startswith(b"HTTP/1.1 200 Connection established\r\n\r\n")
        assert said(made, b"CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502")
    plain, tunnelled = server.requests
    assert plain.line == "GET http://example.com/a?b HTTP/1.1"
    assert tunnelled.line == "CONNECT example.com:443 HTTP/1.1"
    for request in server.requests:
        assert request.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
    assert {address for address, _ in world.connected} == {"10.9.9.9"}


def test_secrets_do_not_leave_in_urls(world: World, serve: Serve) -> None:
    serve(lambda request: reply(b"page"))
    with relay(world, holds_secret=lambda text: "s3cret" in text) as made:
        assert said(made, b"GET http://example.com/?k=s3%63ret HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 502")
    with pytest.raises(CommandError, match="secret"):
        world.door(holds_secret=lambda text: "s3cret" in text).visit("http://example.com/s3cret")
    assert world.connected == []


def test_quiet_is_when_nothing_moves_and_nothing_is_waited_for(world: World, serve: Serve) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> Iterator[bytes]:
        asked.set()
        go_on.wait(20)
        yield reply(b"page")

    serve(slow)
    with relay(world) as made:
        assert made.is_quiet(0)
        with connected(made) as client:
            client.sendall(GET)
            assert asked.wait(10)
            assert not made.is_quiet(0)
            go_on.set()
            assert everything(client).endswith(b"page")
        while not made.is_idle():
            threading.Event().wait(0.001)
        assert made.is_quiet(0)
