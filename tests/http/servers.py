"""Servers on loopback that answer byte for byte what a test says, and a door that reaches them by any name."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from autogpt.http import Door

PUBLIC = "93.184.215.14"
"""An address of the public internet. Nothing is ever sent there: `World` connects to loopback instead."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a server was sent."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


Reply = bytes | Iterable[bytes]
Handler = Callable[[Request], Reply]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A well-formed answer; underscores in headers' names stand for hyphens."""
    named = {"Content-Length": str(len(body)), "Content-Type": "text/plain"}
    named.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value != "-")
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def redirect(location: str, status: str = "302 Found", **headers: str) -> bytes:
    return reply(b"", status, Location=location, **headers)


@dataclass
class Server:
    """A server in a thread of its own; each connection has one request, or with CONNECT one more."""

    handler: Handler
    context: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._closing = False
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError), self._socket:
            while True:
                connection, _ = self._socket.accept()
                if self._closing:
                    connection.close()
                    return
                connection.settimeout(20)
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                request = read_request(connection)
                self.requests.append(request)
                answer = self.handler(request)
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(piece)
                if isinstance(connection, ssl.SSLSocket):
                    connection.unwrap()

    def close(self) -> None:
        self._closing = True
        with suppress(OSError):  # closing alone does not wake who waits in accept()
            socket.create_connection(("127.0.0.1", self.port)).close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)


def read_request(connection: socket.socket) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            raise ValueError("no request")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (entry.partition(": ") for entry in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    return Request(line, headers, body)


@contextmanager
def serving(handler: Handler, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(handler, context)
    try:
        yield server
    finally:
        server.close()


class World:
    """Names, and what stands at each address. Records what was looked up and connected to."""

    def __init__(self, names: Mapping[str, object] | None = None) -> None:
        self.names = dict(names or {})
        self.at: dict[tuple[str, int], Server] = {}
        self.looked_up: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.slept: list[float] = []
        self.now = 1_000.0

    def put(self, server: Server, name: str, port: int = 80, address: str = PUBLIC) -> None:
        """Let a server be found under a name."""
        self.names[name] = [address]
        self.at[address, port] = server

    def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        found = self.names.get(host)
        if callable(found):
            found = found()
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        assert isinstance(found, list)
        return found

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.connected.append((address, port))
        server = self.at.get((address, port))
        if server is None:
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.create_connection(("127.0.0.1", server.port), timeout=timeout)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def door(self, **more: Any) -> Door:
        """A door into this world. Its clock moves only when it sleeps."""
        named: dict[str, Any] = {
            "resolve": self.resolve,
            "connect": self.connect,
            "sleep": self.sleep,
            "clock": lambda: self.now,
            "wall_clock": lambda: self.now,
        }
        return Door(**{**named, **more})
