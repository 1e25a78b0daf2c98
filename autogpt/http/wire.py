"""One connection: made to a checked address, read and written within limits of time and size.

The standard library's `http.client` reads the answer; the socket under it is ours, because
that is where the limits have to be: a server that sends a byte now and then keeps within
any limit that is set per read. Waits are sliced, so that Ctrl-C acts on Windows too.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from autogpt.http.proxies import Proxy
from autogpt.http.urls import Target

Connect = Callable[[str, int, float], socket.socket]
"""Opens a connection to an address and port within so many seconds. Raises OSError."""

Clock = Callable[[], float]

_SLICE = 0.5  # seconds
_AT_ONCE = 65_536  # bytes
_READ_AHEAD = io.DEFAULT_BUFFER_SIZE
HEAD_LIMIT = 65_536
"""Bytes of an answer's status line and headers together."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection, till the headers are there, between two pieces, and in all."""

    connect: float = 10.0
    headers: float = 30.0
    idle: float = 20.0
    total: float = 60.0


class TooSlow(Exception):
    """A limit of time has passed; the text says for what."""


class TooMuch(Exception):
    """A limit of size was reached; the text says of what."""


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """The usual way to connect."""
    return socket.create_connection((address, port), timeout=timeout)


def usual_context() -> ssl.SSLContext:
    """Certificates are verified by the system's own store, as its browsers do."""
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    return context


class Wire(io.RawIOBase):
    """A socket with limits. `until` is a time of the clock, `left` the bytes that may still come."""

    def __init__(self, sock: socket.socket, clock: Clock, idle: float, until: float) -> None:
        self._sock = sock
        self._clock = clock
        self._idle = idle
        self.until = until
        self.left = HEAD_LIMIT + _READ_AHEAD
        self.what = "headers"

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def makefile(self, mode: str, *more: Any) -> io.BufferedReader:
        """What `http.client` reads from."""
        return io.BufferedReader(self, _READ_AHEAD)

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase`. Raises TooSlow, TooMuch, OSError."""
        if self.left <= 0:
            raise TooMuch(self.what)
        count = self._patiently(self._sock.recv_into, buffer)
        self.left -= count
        return count

    def send(self, data: bytes) -> None:
        """Send everything. Raises TooSlow, OSError."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._patiently(self._sock.send, rest[:_AT_ONCE]) :]

    def secure(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Speak TLS from here on; the certificate must be the host's. Raises OSError (SSLError)."""
        self._sock.settimeout(max(0.001, min(seconds, self.until - self._clock())))
        self._sock = context.wrap_socket(self._sock, server_hostname=host)

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            super().close()
            with suppress(OSError):
                self._sock.close()

    def handed_out(self) -> socket.socket:
        """The socket, for who goes on with it; this is of no more use."""
        return socket.socket(fileno=self._sock.detach())

    def _patiently(self, act: Callable[[Any], int], data: Any) -> int:
        begun = self._clock()
        while True:
            now = self._clock()
            left = min(self.until - now, begun + self._idle - now)
            if left <= 0:
                raise TooSlow(self.what if now >= self.until else "a sign of life")
            self._sock.settimeout(min(left, _SLICE))
            with suppress(TimeoutError):
                return act(data)


class Answer(http.client.HTTPResponse):
    """An answer, interim ones (status 1xx) passed over."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def flush(self) -> None:
        """Nothing is written here. HTTPResponse's own raises once the connection under it is closed."""


class Line:
    """A connection on which one request is made."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def exchange(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        patience: Patience,
        until: float,
        most: int,
        clock: Clock = time.monotonic,
    ) -> Answer:
        """Send a request and read the answer's head; at most `most` bytes will come after it.

        Raises TooSlow, TooMuch, OSError, http.client.HTTPException.
        """
        self._wire.send(request_bytes(method, address, headers, body))
        self._wire.until = min(until, clock() + patience.headers)
        answer = begun(self._wire, method)
        self._wire.until, self._wire.left, self._wire.what = until, most, "the body"
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()


def begun(wire: Wire, method: str) -> Answer:
    """Read an answer's head."""
    answer = Answer(wire, method=method)  # type: ignore[arg-type]  # it only makes a file of it
    answer.begin()
    return answer


def request_bytes(method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """A request as it is sent. Raises ValueError for what would break its lines."""
    lines = [f"{method} {address} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any(set(line) & set("\r\n\0") for line in lines):
        raise ValueError("a line break in a request's headers")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head + (body or b"")


def opened(
    target: Target,
    addresses: Sequence[str],
    *,
    proxy: Proxy | None,
    context: Callable[[], ssl.SSLContext],
    connect: Connect,
    patience: Patience,
    until: float,
    clock: Clock,
) -> Line:
    """Connect, and speak TLS where the target's scheme wants it.

    Raises TooSlow, OSError, ProxyRefused.
    """
    wire = reached(
        target, addresses, proxy=proxy, connect=connect, patience=patience, until=until, clock=clock
    )
    try:
        if target.scheme == "https":
            wire.secure(context(), target.host, patience.connect)
    except BaseException:
        wire.close()
        raise
    return Line(wire)


def reached(
    target: Target,
    addresses: Sequence[str],
    *,
    proxy: Proxy | None,
    connect: Connect,
    patience: Patience,
    until: float,
    clock: Clock,
) -> Wire:
    """Connect to the first of the addresses that answers: the host's own, or those of its proxy.

    For `https` a proxy is told to make a tunnel. Raises TooSlow, OSError, ProxyRefused.
    """
    port = proxy.port if proxy is not None else target.port
    sock = _first(addresses, port, connect, min(until, clock() + patience.connect), clock)
    wire = Wire(sock, clock, patience.idle, until)
    try:
        if proxy is not None and target.scheme == "https":
            _tunnel(wire, target, proxy)
    except BaseException:
        wire.close()
        raise
    return wire


def _first(
    addresses: Sequence[str], port: int, connect: Connect, until: float, clock: Clock
) -> socket.socket:
    tried: OSError = OSError("no address")
    for place, address in enumerate(addresses):
        left = until - clock()
        if left <= 0:
            break
        try:
            # A silent address must not use up the time of the next.
            return connect(address, port, max(0.5, left / (len(addresses) - place)))
        except OSError as error:
            tried = error
    raise tried


class ProxyRefused(Exception):
    """The proxy answered something else than yes; the number is its status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _tunnel(wire: Wire, target: Target, proxy: Proxy) -> None:
    headers = {"Host": target.host_and_port}
    if proxy.authorisation:
        headers["Proxy-Authorization"] = proxy.authorisation
    wire.send(request_bytes("CONNECT", target.host_and_port, headers, None))
    answer = begun(wire, "CONNECT")
    if answer.status != 200:
        raise ProxyRefused(answer.status)
    # What was made to read the answer would close the connection at its own end.
    answer.fp.detach()
    answer.fp = None  # type: ignore[assignment]
    wire.left = HEAD_LIMIT + _READ_AHEAD
