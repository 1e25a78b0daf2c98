"""The way for programs that speak HTTPS by themselves: to one host, with a password, at a judged address."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from autogpt.core.errors import CommandError
from autogpt.core.redact import Redactor
from autogpt.http import Proxies, Tunnel
from tests.http.servers import PUBLIC, Server, World, reply, serving
from tests.http.test_door import ProxyServer

URL = "https://example.com/tea"
BODY = b"x" * 200_000
Trusting = Callable[[], ssl.SSLContext]


@pytest.fixture
def server(world: World, certified: Callable[..., ssl.SSLContext]) -> Iterator[Server]:
    with serving(lambda request: reply(BODY), certified("example.com")) as made:
        world.put(made, "example.com", 443)
        yield made


def asked(tunnel: Tunnel, line: str, password: str | None = None) -> tuple[socket.socket, bytes]:
    """Send a proxy a line as curl does; the connection, and what came back first."""
    parts = urlsplit(tunnel.url)
    assert parts.port is not None
    client = socket.create_connection(("127.0.0.1", parts.port), timeout=20)
    pair = f"{parts.username}:{parts.password if password is None else password}"
    words = base64.b64encode(pair.encode()).decode()
    client.sendall(f"{line}\r\nHost: x\r\nProxy-Authorization: Basic {words}\r\n\r\n".encode())
    said = b""
    while b"\r\n\r\n" not in said and (piece := client.recv(1)):
        said += piece
    return client, said


def page(client: socket.socket, context: ssl.SSLContext) -> bytes:
    """Ask for a page with TLS from end to end."""
    with context.wrap_socket(client, server_hostname="example.com") as secure:
        secure.sendall(b"GET /tea HTTP/1.1\r\nHost: example.com\r\n\r\n")
        came = b""
        while piece := secure.recv(65_536):
            came += piece
    return came


def test_what_passes_is_the_hosts_own(world: World, server: Server, trusting: Trusting) -> None:
    with world.door().tunnel(URL, 10_000_000) as tunnel:
        for _ in range(2):
            client, said = asked(tunnel, "CONNECT example.com:443 HTTP/1.1")
            assert b" 200 " in said
            assert page(client, trusting()).endswith(BODY)
    assert set(world.looked_up) == {"example.com"}
    assert world.connected == [(PUBLIC, 443)] * 2
    assert [request.headers.get("proxy-authorization") for request in server.requests] == [None, None]


@pytest.mark.parametrize(
    ("line", "password", "status"),
    [
        ("CONNECT example.com:443 HTTP/1.1", "guess", b"407"),
        ("CONNECT example.com:443 HTTP/1.1", "", b"407"),
        ("CONNECT elsewhere.example:443 HTTP/1.1", None, b"403"),
        ("CONNECT example.com:80 HTTP/1.1", None, b"403"),
        ("CONNECT 127.0.0.1:443 HTTP/1.1", None, b"403"),
        ("GET http://example.com/ HTTP/1.1", None, b"403"),
        ("nonsense", None, b"403"),
    ],
)
def test_nobody_else_gets_through_and_to_nowhere_else(
    world: World, server: Server, line: str, password: str | None, status: bytes
) -> None:
    with world.door().tunnel(URL, 10_000) as tunnel:
        client, said = asked(tunnel, line, password)
        client.close()
    assert status in said
    assert world.connected == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_a_host_that_may_not_be_reached_gets_no_tunnel(world: World, address: str) -> None:
    world.names["example.com"] = [address]
    with pytest.raises(CommandError, match="is not reached"), world.door().tunnel(URL, 10_000):
        pass
    assert world.connected == []


def test_a_secret_does_not_leave_in_an_url(world: World, server: Server) -> None:
    secret = "sk-0123456789abcdef0123456789"
    door = world.door(holds_secret=Redactor([secret]).knows)
    with pytest.raises(CommandError, match="secrets"), door.tunnel(f"https://example.com/{secret}", 10_000):
        pass


def test_more_than_is_taken_breaks_the_connection(world: World, server: Server, trusting: Trusting) -> None:
    with world.door().tunnel(URL, 50_000) as tunnel:
        client, _ = asked(tunnel, "CONNECT example.com:443 HTTP/1.1")
        with suppress(OSError):
            assert len(page(client, trusting())) < 50_000
        assert "More than" in str(tunnel.failure)


def test_a_host_that_refuses_is_told_in_words(world: World) -> None:
    world.names["example.com"] = [PUBLIC]
    with world.door().tunnel(URL, 10_000) as tunnel:
        client, said = asked(tunnel, "CONNECT example.com:443 HTTP/1.1")
        client.close()
        assert b" 502 " in said
        assert "refuses connections" in str(tunnel.failure)


def test_the_persons_proxy_is_used(world: World, server: Server, trusting: Trusting) -> None:
    proxy = ProxyServer(world, server)
    with world.door(proxies=Proxies(https="http://me:pass@proxy.corp:3128")).tunnel(URL, 1_000_000) as tunnel:
        client, _ = asked(tunnel, "CONNECT example.com:443 HTTP/1.1")
        assert page(client, trusting()).endswith(BODY)
    proxy.close()
    assert proxy.asked == ["CONNECT example.com:443 HTTP/1.1"]
    assert world.connected == [("10.0.0.8", 3128)]


def test_closing_breaks_what_is_open_and_takes_nobody_any_more(world: World, server: Server) -> None:
    with world.door().tunnel(URL, 10_000) as tunnel:
        waiting, _ = asked(tunnel, "CONNECT example.com:443 HTTP/1.1")
        port = urlsplit(tunnel.url).port
    with waiting:
        assert waiting.recv(1) == b""
    assert port is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
