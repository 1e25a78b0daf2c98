"""The proxy through which a browser reaches the web: each of its connections goes through the door.

It listens where only the browser comes (the caller's socket) and serves only while a page is
being loaded; between two loads it refuses, and what was open is closed. It knows the two
things that browsers ask a proxy for: a tunnel (CONNECT) and a plain `http` request by its
whole URL. Each connection carries one of these, so that a server can't get what is meant for
another. Connections, their time and their bytes are bounded.

What it does not promise: to see into tunnels. What a page sends by `https` to a host of the
internet is the page's own business.
"""

from __future__ import annotations

import re
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from autogpt.core.errors import CommandError
from autogpt.http.door import Door, Visit
from autogpt.http.proxies import Proxy
from autogpt.http.urls import Target, parse

_PIECE = 65_536
_HEAD = 65_536
_MOST_INTERIM = 10
_LINE = re.compile(rb"([A-Z]{3,12}) (\S{1,8200}) HTTP/1\.[01]")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b[^\r\n\0]*")
_HOP = frozenset({b"connection", b"keep-alive", b"te", b"trailer", b"upgrade", b"host"})
"""Headers of one connection, not to be passed on; so is everything that starts with `proxy-`."""
_HOP_BACK = frozenset({b"connection", b"keep-alive", b"upgrade", b"alt-svc"})
_A_REQUEST = 64
"""Bytes; less going out is a protocol's housekeeping."""
_PATIENT = 3.0
"""Seconds for which an answer that hasn't begun is taken to be on its way."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much there may be at a time and for one page; `idle` is in seconds."""

    connections: int = 128
    connections_of_page: int = 2_000
    bytes_of_page: int = 150_000_000
    idle: float = 30.0


USUAL_BOUNDS = Bounds()


class _BadRequest(Exception):
    """Not what a browser asks a proxy."""


class _Load:
    """What is going on for one page."""

    def __init__(self, visit: Visit, bounds: Bounds) -> None:
        self.visit = visit
        self.left = bounds.bytes_of_page
        self.connections_left = bounds.connections_of_page
        self.open: dict[socket.socket, _Flow] = {}
        self.problems: dict[str, str] = {}
        self.over = False


@dataclass(slots=True)
class _Flow:
    """When something last went up and came down."""

    up: float = 0.0
    down: float = 0.0


class Relay:
    """Serves what comes in at `listener`, which it closes, with connections of `door`.

    `serves` says whether a connection is the browser's.
    """

    def __init__(
        self,
        listener: socket.socket,
        door: Door,
        *,
        serves: Callable[[socket.socket], bool] = lambda connection: True,
        bounds: Bounds = USUAL_BOUNDS,
    ) -> None:
        self._listener = listener
        self._door = door
        self._serves = serves
        self._bounds = bounds
        self._lock = threading.Lock()
        self._load: _Load | None = None
        self._closed = False
        self._listener.settimeout(0.5)
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    @contextmanager
    def serving(self, visit: Visit) -> Iterator[None]:
        """Serve one page as long as this lasts, and nothing before and after."""
        with self._lock:
            self._load = load = _Load(visit, self._bounds)
        try:
            yield
        finally:
            with self._lock:
                self._load = None
                load.over = True
                left = list(load.open)
            for connection in left:
                _cut(connection)

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing moved for so long, and no answer seems to be on its way."""
        now = time.monotonic()
        with self._lock:
            flows = list(self._load.open.values()) if self._load else []
        for flow in flows:
            if now - max(flow.up, flow.down) < seconds:
                return False
            if flow.up > flow.down and now - flow.up < _PATIENT:
                return False
        return True

    def is_idle(self) -> bool:
        """Whether no connection is open."""
        with self._lock:
            return not (self._load and self._load.open)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return str(host), int(port)

    def problems(self) -> dict[str, str]:
        """What could not be reached for this page, by host and port, in words for the model."""
        with self._lock:
            return dict(self._load.problems) if self._load else {}

    def close(self) -> None:
        """Listen no more."""
        self._closed = True
        _cut(self._listener)
        self._thread.join(5)
        self._listener.close()

    # -- one connection -----------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.settimeout(self._bounds.idle)
            threading.Thread(target=self._served, args=(client,), name="relayed", daemon=True).start()

    def _served(self, client: socket.socket) -> None:
        with client, suppress(OSError, _BadRequest):
            load = self._entered(client)
            if load is None:
                return
            try:
                self._serve(client, load)
            finally:
                with self._lock:
                    load.open.pop(client, None)

    def _entered(self, client: socket.socket) -> _Load | None:
        if not self._serves(client):
            return None
        with self._lock:
            load = self._load
            if load is None or len(load.open) >= self._bounds.connections or load.connections_left <= 0:
                return None
            load.connections_left -= 1
            load.open[client] = _Flow()
        return load

    def _serve(self, client: socket.socket, load: _Load) -> None:
        head, rest = _head(client)
        found = _LINE.fullmatch(head[0])
        if found is None:
            raise _BadRequest
        method, address = found[1].decode("ascii"), found[2].decode("latin-1")
        try:
            if method == "CONNECT":
                target = _tunnelled(address)
                server, _ = self._reached(target, load)
                with server:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    self._pump(client, server, load, rest)
            else:
                target = parse(address)
                if target.scheme != "http":
                    raise _BadRequest
                self._exchange(client, load, target, method, head[1:], rest)
        except CommandError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _reached(self, target: Target, load: _Load) -> tuple[socket.socket, Proxy | None]:
        try:
            server, proxy = self._door.reached(target, load.visit)
        except CommandError as error:
            with self._lock:
                if len(load.problems) < 100:
                    load.problems.setdefault(target.host_and_port, str(error))
            raise
        with self._lock:
            if load.over:
                server.close()
                raise ConnectionAbortedError
        server.settimeout(self._bounds.idle)
        return server, proxy

    def _exchange(
        self,
        client: socket.socket,
        load: _Load,
        target: Target,
        method: str,
        fields: list[bytes],
        rest: bytes,
    ) -> None:
        """One plain request and its answer; what comes after them is not passed on."""
        kept, length = [], 0
        for field in fields:
            name, value = _field(field)
            if name == b"transfer-encoding":
                raise _BadRequest
            if name == b"content-length":
                if not value.isdigit() or len(value) > 12:
                    raise _BadRequest
                length = int(value)
            if name not in _HOP and not name.startswith(b"proxy-"):
                kept.append(field)
        server, proxy = self._reached(target, load)
        with server:
            address = target.sent if proxy is not None else target.path
            own = [f"Host: {target.authority}", "Connection: close"]
            if proxy is not None and proxy.authorisation:
                own.append(f"Proxy-Authorization: {proxy.authorisation}")
            lines = [f"{method} {address} HTTP/1.1", *own]
            flow = load.open.get(client) or _Flow()
            flow.up = time.monotonic()
            server.sendall(b"\r\n".join([*(line.encode("ascii") for line in lines), *kept, b"", b""]))
            rest = rest[:length]
            while True:
                server.sendall(rest)
                length -= len(rest)
                if length <= 0:
                    break
                rest = client.recv(min(_PIECE, length))
                if not rest:
                    raise ConnectionAbortedError
            flow.up = time.monotonic()
            answer, rest = _answer_head(server)
            back = [line for line in answer[1:] if _passes_back(_field(line)[0])]
            client.sendall(b"\r\n".join([answer[0], b"Connection: close", *back, b"", b""]) + rest)
            self._pump(client, server, load, b"", upwards=False)

    def _pump(
        self, client: socket.socket, server: socket.socket, load: _Load, ahead: bytes, *, upwards: bool = True
    ) -> None:
        """Pass on what comes, in both directions, until one side ends it."""
        flow = load.open.get(client) or _Flow()
        if ahead:
            server.sendall(ahead)
            flow.up = time.monotonic()
        with selectors.DefaultSelector() as waiting:
            waiting.register(client, selectors.EVENT_READ)
            waiting.register(server, selectors.EVENT_READ)
            while not load.over:
                ready = waiting.select(self._bounds.idle)
                if not ready:
                    return
                for key, _ in ready:
                    up = key.fileobj is client
                    data = (client if up else server).recv(_PIECE)
                    if not data or (up and not upwards):
                        return
                    with self._lock:
                        load.left -= len(data)
                    if load.left < 0:
                        return
                    (server if up else client).sendall(data)
                    if not up:
                        flow.down = time.monotonic()
                    elif len(data) >= _A_REQUEST:
                        flow.up = time.monotonic()
        # What is over is cut off without a word.


def _head(sock: socket.socket, data: bytes = b"") -> tuple[list[bytes], bytes]:
    """The lines of a head that begins with `data`, and what came behind it. Raises _BadRequest, OSError."""
    while b"\r\n\r\n" not in data:
        if len(data) > _HEAD:
            raise _BadRequest
        piece = sock.recv(_PIECE)
        if not piece:
            raise ConnectionAbortedError
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), rest


def _answer_head(server: socket.socket) -> tuple[list[bytes], bytes]:
    """The head of an answer, interim ones passed over."""
    data = b""
    for _ in range(_MOST_INTERIM):
        head, data = _head(server, data)
        found = _STATUS.fullmatch(head[0])
        if found is None or found[1] == b"101":
            break
        if not found[1].startswith(b"1"):
            return head, data
    raise _BadRequest


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or not _NAME.fullmatch(name) or set(value) & set(b"\r\n\0"):
        raise _BadRequest
    return name.lower(), value.strip(b" \t")


def _passes_back(name: bytes) -> bool:
    return name not in _HOP_BACK and not name.startswith(b"proxy-")


def _tunnelled(address: str) -> Target:
    if not re.fullmatch(r"[^/?#@\\]+:[0-9]{1,5}", address):
        raise _BadRequest
    return parse(f"https://{address}")


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
