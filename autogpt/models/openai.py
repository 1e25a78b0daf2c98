"""Talks to OpenAI, Azure and every server that speaks OpenAI's chat completions.

The `openai` client makes the requests: keys, addresses, proxies, certificates. Sent is what
the model is known to take. What a server refuses by name (`temperature`, `max_tokens`,
`response_format`, `stream_options`, system messages) is left out or replaced, the call is
made again, and this is remembered for the model.

Each call runs on its connection's thread and this one waits for pieces, so that Ctrl-C
and the deadline work at every moment (while a name is resolved, while the server
thinks, on Windows) and close the connection at once: a local server stops generating.

Not promised: that a server bills nothing for a call that was cut short, or that it
keeps to the length that was asked for. A reply that is far too long is cut off here.
"""

from __future__ import annotations

import queue
import socket
import struct
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from autogpt.core.actions import JsonObject
from autogpt.core.messages import Completion, Message
from autogpt.core.ports import Watcher
from autogpt.models import cancelling, catalogue, light_import
from autogpt.models.accepts import Accepts, adapt, known_to_accept
from autogpt.models.answer import NOT_TOLD, Ended, Reading, read_error
from autogpt.models.endpoint import USUAL_PATIENCE, AzureEndpoint, Endpoint, Patience, client
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.request import ReplyForm, encoded, request_body

_CHARACTERS_PER_TOKEN = 16
_SHORTEST_BOUND = 20_000
"""A reply of more characters than these two allow is cut off: the server does not keep to the limit."""
_DRAIN_SECONDS = 0.05
"""How long the next call waits for the last bytes of an answer, so that it finds the connection free."""
_RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""The socket option `linger`, on, for no time at all."""
_MOST_ADAPTATIONS = 8


class OpenAIModel:
    """`ports.Model` over the chat completions of a server. Safe to share between threads.

    `reply_schema` is the JSON Schema of the agent's reply, for `as_reply` calls.
    Raises ModelFault (a ProviderError), ContextOverflow, and Cancelled for Ctrl-C.
    """

    def __init__(
        self,
        name: str,
        endpoint: Endpoint | AzureEndpoint,
        *,
        temperature: float | None = None,
        reply_schema: JsonObject | None = None,
        watcher: Watcher | None = None,
        patience: Patience = USUAL_PATIENCE,
    ) -> None:
        catalogue.check_chat(name)
        self.name = name
        self.accepts = known_to_accept(name)
        self._endpoint = endpoint
        self._temperature = temperature
        self._form = None if reply_schema is None else ReplyForm(reply_schema)
        self._watcher = watcher
        self._patience = patience
        self._idle: list[_Line] = []

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`. The usage is zero, its cost `None`, when the server tells none."""
        if self._watcher is not None:
            self._watcher.call_started(self.name)
        try:
            for _ in range(_MOST_ADAPTATIONS):
                accepts = self.accepts
                body = self._body(messages, reply_tokens, as_reply, accepts)
                try:
                    return self._call(body, reply_tokens)
                except ModelFault as fault:
                    adapted = adapt(accepts, body, fault)
                    if adapted is None:
                        raise
                    self.accepts = adapted
            return self._call(body, reply_tokens)
        finally:
            if self._watcher is not None:
                self._watcher.call_ended()

    def close(self) -> None:
        """Close the connections that are kept open between calls."""
        while line := self._idle_line():
            if line.is_free():
                line.close()
            else:
                line.abort()

    def _body(
        self, messages: Sequence[Message], reply_tokens: int, as_reply: bool, accepts: Accepts
    ) -> dict[str, Any]:
        model = self.name
        if isinstance(self._endpoint, AzureEndpoint):
            model = self._endpoint.deployments.get(model, model)
        return request_body(
            model,
            messages,
            accepts,
            reply_tokens=reply_tokens,
            temperature=self._temperature,
            form=self._form if as_reply else None,
        )

    def _call(self, body: dict[str, Any], reply_tokens: int) -> Completion:
        line = self._free_line()
        pieces: queue.SimpleQueue[str | Ended] = queue.SimpleQueue()
        # Azure's client takes the deployment for the address out of the body.
        azure = isinstance(self._endpoint, AzureEndpoint)
        sent = {"body": body} if azure else {"content": encoded(body, self._form)}
        arrived = _Arrived(most=max(_SHORTEST_BOUND, reply_tokens * _CHARACTERS_PER_TOKEN))
        keep = False
        try:
            line.start(sent, pieces)
            ended = self._wait(pieces, arrived)
            if ended is None:  # far too long, and cut off here
                return Completion(arrived.text(), "length", NOT_TOLD, self.name)
            if ended.error is not None:
                raise self._fault(ended.error)
            keep = True
            return Completion(arrived.text(), ended.finish, ended.usage, ended.model or self.name)
        except ModelFault as fault:
            fault.arrived = arrived.text()
            raise
        except KeyboardInterrupt:
            raise Cancelled(arrived.text()) from None
        finally:
            if keep:
                self._idle.append(line)
            else:
                line.abort()

    def _free_line(self) -> _Line:
        while line := self._idle_line():
            if line.is_free():
                return line
            line.abort()
        return _Line(self._endpoint, self._patience)

    def _idle_line(self) -> _Line | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _wait(self, pieces: queue.SimpleQueue[str | Ended], arrived: _Arrived) -> Ended | None:
        deadline = time.monotonic() + self._patience.call
        while True:
            cancelling.check()
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                said = f"the reply had not ended after {self._patience.call:g} s"
                raise ModelFault(Fault.TIMEOUT, said, model=self.name)
            try:
                # Short waits, because on Windows a long one can't be interrupted.
                piece = pieces.get(timeout=min(remaining, 0.2))
            except queue.Empty:
                continue
            if isinstance(piece, Ended):
                return piece
            if not arrived.add(piece):
                return None
            if self._watcher is not None:
                self._watcher.call_streamed(piece)

    def _fault(self, error: Exception) -> Exception:
        fault = read_error(error, self.name)
        key = self._endpoint.key
        if isinstance(fault, ModelFault) and key and key in fault.said:
            fault = ModelFault(
                fault.fault,
                fault.said.replace(key, "***"),
                status=fault.status,
                model=fault.model,
                retry_after=fault.retry_after,
                parameter=fault.parameter,
            )
        return fault


class _Arrived:
    """The reply so far, bounded."""

    def __init__(self, most: int) -> None:
        self._pieces: list[str] = []
        self._left = most

    def add(self, piece: str) -> bool:
        """Add a piece; False when it is too much, and cut."""
        self._pieces.append(piece[: self._left])
        self._left -= len(piece)
        return self._left >= 0

    def text(self) -> str:
        return "".join(self._pieces)


_Calls = queue.SimpleQueue[Callable[[], None] | None]


def _make(calls: _Calls) -> None:
    """Make the calls of a line, on its thread. Between them nothing here holds the line, so it can be collected."""
    while call := calls.get():
        call()
        del call


class _Line:
    """A client with a connection of its own, used by one call at a time, so that it can be cut."""

    def __init__(self, endpoint: Endpoint | AzureEndpoint, patience: Patience) -> None:
        self._socket: socket.socket | None = None
        self._cut = False
        self._ended = False
        self._calls: _Calls = queue.SimpleQueue()
        self._has_thread = False
        self._at_rest = threading.Event()
        openai = light_import.openai()
        self._stream_class = openai.Stream[object]
        self._client = client(openai, endpoint, patience, self.trace)

    def start(self, sent: Mapping[str, Any], pieces: queue.SimpleQueue[str | Ended]) -> None:
        """Make one call, on the line's thread; it puts the pieces of the reply, then how it ended."""
        self._ended = False
        self._at_rest.clear()
        self._calls.put(partial(self._call, sent, pieces))
        if not self._has_thread:
            self._has_thread = True
            # Kept for the next call: to start one for each took half a millisecond.
            weakref.finalize(self, self._calls.put, None)
            threading.Thread(target=_make, args=(self._calls,), name="model calls", daemon=True).start()

    def _call(self, sent: Mapping[str, Any], pieces: queue.SimpleQueue[str | Ended]) -> None:
        reading = Reading(pieces)
        try:
            stream = self._client.post(
                "/chat/completions",
                **sent,
                cast_to=object,
                stream=True,
                stream_cls=self._stream_class,
            )
            try:
                reading.all(self._until_cut(stream.response.iter_bytes()))
            finally:
                stream.response.close()
        except Exception as error:
            self._cut = True
            if not reading.told:
                pieces.put(Ended(error=error))
        # Whoever comes second, this or `abort`, closes.
        self._ended = True
        if self._cut:
            self.close()
        self._at_rest.set()

    def is_free(self) -> bool:
        """Whether another call can be made on it; the last bytes of the one before are waited for, a little."""
        return self._at_rest.wait(_DRAIN_SECONDS) and not self._cut

    def _until_cut(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            # A socket that was shut down still gives what the server goes on sending.
            if self._cut:
                raise ConnectionAbortedError("the call was cancelled")
            yield chunk

    def abort(self) -> None:
        """Cut the connection, from another thread."""
        self._cut = True
        if self._socket is not None:
            with suppress(OSError):
                # A plain close would leave a server that is sending fast to wait for a minute.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
                # Not SSLSocket's own: that one changes what the other thread is reading with.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        if self._ended:
            self.close()

    def close(self) -> None:
        """Close the connection, and let the thread end."""
        self._calls.put(None)
        with suppress(Exception):
            self._client.close()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Called by the HTTP library as it works; tells which socket is in use."""
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
        # Closing must go on, or the socket stays open until it is collected.
        if self._cut and name.endswith(".started") and "close" not in name:
            raise ConnectionAbortedError("the call was cancelled")
