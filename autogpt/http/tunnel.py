"""A way to one host for a program that speaks HTTPS by itself, such as git.

The program takes this for its proxy: it listens on loopback, wants a password that is made for it,
and passes bytes on to one host and port alone, over connections that the door has made and judged. What
passes is TLS between the program and the host, and isn't looked into.

It does not promise that the program goes this way and no other: that is for who starts it to see to.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from autogpt.core.errors import CommandError
from autogpt.http.urls import Target

_HEAD_LIMIT = 16_384  # bytes
_HEAD_SECONDS = 10.0
_MOST_CONNECTIONS = 16
_PIECE = 65_536
_TICK = 0.2
_USER = "autogpt"


class Tunnel:
    """Open from when it is made until it is closed. `dial` connects to `target`, and may raise CommandError.

    From the host at most `most` bytes are taken in all; what comes after breaks the connection.
    """

    def __init__(self, target: Target, dial: Callable[[], socket.socket], most: int) -> None:
        self.failure: CommandError | None = None
        """Why something could not be passed on, if so."""
        self._target = target
        self._dial = dial
        self._most = most
        self._came = 0
        self._password = secrets.token_urlsafe(24)
        self._closed = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_TICK)  # on some systems closing it wakes nobody
        self._start(self._accept)

    @property
    def url(self) -> str:
        """The proxy's URL, with its password; it is a secret as long as the tunnel is open."""
        return f"http://{_USER}:{self._password}@127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Break all connections."""
        with self._lock:
            self._closed = True
            still = list(self._open)
        for one in still:
            _break(one)
        # No thread is started once `_closed` is seen; each ends as its sockets break.
        for thread in self._threads:
            thread.join(5)

    # -- in threads of its own -------------------------------------------------------------------

    def _start(self, work: Callable[..., None], *more: object) -> None:
        thread = threading.Thread(target=work, args=more, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with self._listener:
            while not self._closed:
                with suppress(TimeoutError, OSError):
                    client, _ = self._listener.accept()
                    if self._keep(client):
                        self._start(self._serve, client)

    def _keep(self, one: socket.socket) -> bool:
        """Whether a socket may stay open; else it is closed."""
        with self._lock:
            if not self._closed and len(self._open) < 2 * _MOST_CONNECTIONS:
                self._open.append(one)
                return True
        one.close()
        return False

    def _drop(self, one: socket.socket) -> None:
        _break(one)
        with self._lock, suppress(ValueError):
            self._open.remove(one)

    def _serve(self, client: socket.socket) -> None:
        try:
            with suppress(OSError):
                client.settimeout(_HEAD_SECONDS)
                status = self._refusal(_head(client))
                host = None if status else self._dialled()
                if host is None:
                    client.sendall(f"HTTP/1.1 {status or '502 Bad Gateway'}\r\n\r\n".encode("ascii"))
                elif self._keep(host):
                    self._join(client, host)
        finally:
            self._drop(client)

    def _join(self, client: socket.socket, host: socket.socket) -> None:
        try:
            client.settimeout(None)
            host.settimeout(None)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._pass_back, args=(host, client), daemon=True)
            back.start()
            _pass(client, host)
            back.join()
        finally:
            self._drop(host)

    def _refusal(self, head: str) -> str:
        """The status by which a request is turned away; empty if it is let through."""
        line, *headers = head.split("\r\n")
        expected = "Basic " + base64.b64encode(f"{_USER}:{self._password}".encode()).decode()
        given = ""
        for header in headers:
            name, _, value = header.partition(":")
            if name.strip().lower() == "proxy-authorization":
                given = value.strip()
        if not hmac.compare_digest(given.encode(), expected.encode()):
            return '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="tunnel"'
        words = line.split(" ")
        if len(words) != 3 or words[0] != "CONNECT" or words[1].lower() != self._target.host_and_port:
            return "403 Forbidden"
        return ""

    def _dialled(self) -> socket.socket | None:
        try:
            return self._dial()
        except CommandError as error:
            self.failure = error
            return None

    def _pass_back(self, host: socket.socket, client: socket.socket) -> None:
        _pass(host, client, self._count)
        if self.failure is not None:
            _break(client)

    def _count(self, came: int) -> bool:
        """Whether so many bytes more may come."""
        with self._lock:
            self._came += came
            if self._came <= self._most:
                return True
        self.failure = CommandError(
            f"More than {self._most / 1e9:,.1f} GB came from {self._target.host!r}, which is more than is taken."
        )
        return False


def _head(client: socket.socket) -> str:
    """A request's lines. Raises OSError for what is none."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(1)  # nothing of what follows it
        if not piece or len(head) > _HEAD_LIMIT:
            raise ConnectionError("no request")
        head += piece
    return head.decode("latin-1")


def _pass(source: socket.socket, target: socket.socket, let: Callable[[int], bool] | None = None) -> None:
    """Pass bytes on until there are no more, or `let` says no."""
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            if let is not None and not let(len(piece)):
                break
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _break(one: socket.socket) -> None:
    """End a connection, also for a thread that waits for it."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()
