"""Requests to a program on this machine that speaks HTTP, over sockets that somebody hands out.

For the driver of a browser. Nothing of it can reach another machine: the sockets are the
caller's, and no redirect is followed. What comes back is bounded in size and time.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable

from autogpt.http.wire import Line, Patience, TooMuch, TooSlow, Wire


class Unanswered(Exception):
    """No whole answer came; the text says why."""


class LocalCalls:
    """`connect` gives a connected socket; `authority` is what the program takes for its own host and port.

    An answer may have `most` bytes.
    """

    def __init__(self, connect: Callable[[], socket.socket], authority: str, most: int) -> None:
        self._connect = connect
        self._authority = authority
        self._most = most

    def call(self, method: str, path: str, body: bytes | None, seconds: float) -> tuple[int, bytes]:
        """Status and body of an answer. Raises Unanswered."""
        until = time.monotonic() + seconds
        patience = Patience(seconds, seconds, seconds, seconds)
        try:
            wire = Wire(self._connect(), time.monotonic, seconds, until)
            line = Line(wire)
            try:
                headers = {
                    "Host": self._authority,
                    "Accept": "application/json",
                    "Content-Type": "application/json; charset=utf-8",
                    "Connection": "close",
                    "Content-Length": str(len(body or b"")),
                }
                answer = line.exchange(
                    method, path, headers, body, patience=patience, until=until, most=self._most
                )
                return answer.status, answer.read()
            finally:
                line.close()
        except (OSError, http.client.HTTPException, TooMuch, TooSlow) as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error
