"""Talks to OpenAI, Azure and every server that speaks OpenAI's chat completions.

The `openai` client makes the requests: keys, addresses, proxies, certificates. Its
retries are switched off (they are in `retrying`), and the answer is read here, since
servers differ in more ways than its types allow: a stream though none was asked for,
plain JSON though a stream was, null content, no usage, no last line.

Sent is what the model is known to take. What a server refuses by name
(`temperature`, `max_tokens`, `response_format`, `stream_options`, system messages) is
left out or replaced, the call is made again, and this is remembered for the model.

Each call runs on a thread of its own and this one waits for pieces, so that Ctrl-C
and the deadline work at every moment (while a name is resolved, while the server
thinks, on Windows) and close the connection at once: a local server stops generating.

Not promised: that a server bills nothing for a call that was cut short, or that it
keeps to the length that was asked for. A reply that is far too long is cut off here.
"""

from __future__ import annotations

import base64
import json
import queue
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from autogpt.core.actions import JsonObject
from autogpt.core.errors import ContextOverflow
from autogpt.core.messages import Completion, Finish, Message, Usage
from autogpt.core.ports import Watcher
from autogpt.models import cancelling, catalogue, light_import
from autogpt.models.errors import Cancelled, Fault, ModelFault, from_answer, from_connection, without_markup

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send calls. `key` may be empty for servers that want none; it is never shown."""

    base_url: str = OPENAI_URL
    key: str = field(default="", repr=False)
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class AzureEndpoint:
    """A resource at Azure. `deployments` maps models to deployments; a model not in it is its own."""

    base_url: str
    api_version: str
    key: str = field(default="", repr=False)
    deployments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, between two pieces of an answer, and for one call in all."""

    connect: float = 20.0
    idle: float = 300.0
    call: float = 900.0


@dataclass(frozen=True, slots=True)
class Accepts:
    """What a model takes, as far as is known."""

    temperature: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    reply_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    stream: bool = True
    stream_options: bool = True
    system: bool = True
    most_reply_tokens: int | None = None


def known_to_accept(name: str) -> Accepts:
    """What to begin with: the facts for a known model, else what nearly all servers take."""
    known = catalogue.facts(name)
    if known is None:
        return Accepts()
    return Accepts(
        temperature=not known.reasoning,
        limit="max_completion_tokens",
        reply_format="json_schema" if known.json_schema else "json_object",
        most_reply_tokens=known.max_output,
    )


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
        patience: Patience = Patience(),
    ) -> None:
        catalogue.check_chat(name)
        self.name = name
        self.accepts = known_to_accept(name)
        self._endpoint = endpoint
        self._temperature = temperature
        self._reply_schema = reply_schema
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
        while self._idle:
            self._idle.pop().close()

    def _body(
        self, messages: Sequence[Message], reply_tokens: int, as_reply: bool, accepts: Accepts
    ) -> dict[str, Any]:
        model = self.name
        if isinstance(self._endpoint, AzureEndpoint):
            model = self._endpoint.deployments.get(model, model)
        most = accepts.most_reply_tokens
        body: dict[str, Any] = {
            "model": model,
            "messages": [
                {"role": message.role, "content": content_of(message)}
                for message in (messages if accepts.system else without_system(messages))
            ],
            accepts.limit: reply_tokens if most is None else min(reply_tokens, most),
        }
        if accepts.temperature and self._temperature is not None:
            body["temperature"] = self._temperature
        if as_reply and self._reply_schema is not None:
            if accepts.reply_format == "json_schema":
                body["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "reply",
                        "schema": self._reply_schema,
                        "strict": is_strict(self._reply_schema),
                    },
                }
            elif accepts.reply_format == "json_object":
                body["response_format"] = {"type": "json_object"}
        if accepts.stream:
            body["stream"] = True
            if accepts.stream_options:
                body["stream_options"] = {"include_usage": True}
        return body

    def _call(self, body: dict[str, Any], reply_tokens: int) -> Completion:
        line = self._idle.pop() if self._idle else _Line(self._endpoint, self._patience)
        pieces: queue.SimpleQueue[str | _Ended] = queue.SimpleQueue()
        worker = threading.Thread(target=line.call, args=(body, pieces), name="model call", daemon=True)
        arrived = _Arrived(most=max(_SHORTEST_BOUND, reply_tokens * _CHARACTERS_PER_TOKEN))
        keep = False
        try:
            worker.start()
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
                worker.join(_DRAIN_SECONDS)
            if keep and line.free and not worker.is_alive():
                self._idle.append(line)
            else:
                line.abort()

    def _wait(self, pieces: queue.SimpleQueue[str | _Ended], arrived: _Arrived) -> _Ended | None:
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
            if isinstance(piece, _Ended):
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


def content_of(message: Message) -> str | list[dict[str, Any]]:
    """A message's content: its text, and with pictures a list of parts, the pictures as data URLs.

    The format is that of OpenAI's chat completions, "Image inputs".
    """
    if not message.images:
        return message.text
    pictures = [
        f"data:{image.kind};base64,{base64.b64encode(image.data).decode('ascii')}" for image in message.images
    ]
    return [
        {"type": "text", "text": message.text},
        *({"type": "image_url", "image_url": {"url": picture}} for picture in pictures),
    ]


NOT_TOLD = Usage(cost=None)
"""The server did not say what was used."""

_CHARACTERS_PER_TOKEN = 16
_SHORTEST_BOUND = 20_000
"""A reply of more characters than these two allow is cut off: the server does not keep to the limit."""

_DRAIN_SECONDS = 0.05
"""How long to wait for the last bytes of an answer, so that the next call finds the connection free."""

_RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""The socket option `linger`, on, for no time at all."""

_MOST_ADAPTATIONS = 8

_MOST_BYTES = 64_000_000
_MOST_ERROR_BYTES = 1_000_000


class _Malformed(Exception):
    """The server's answer is no chat completion."""


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


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a call ended: with an error, or with what the last lines of the answer said."""

    error: Exception | None = None
    finish: Finish = "stop"
    usage: Usage = NOT_TOLD
    model: str = ""


class _Line:
    """A client with a connection of its own, used by one call at a time, so that it can be cut."""

    def __init__(self, endpoint: Endpoint | AzureEndpoint, patience: Patience) -> None:
        self._socket: socket.socket | None = None
        self._cut = False
        self._ended = False
        openai = light_import.openai()
        self._stream_class = openai.Stream[object]
        self._client = client(openai, endpoint, patience, self.trace)

    def call(self, body: dict[str, Any], pieces: queue.SimpleQueue[str | _Ended]) -> None:
        """Make one call; put the pieces of the reply, then how it ended."""
        reading = _Reading(pieces)
        self._ended = False
        try:
            stream = self._client.post(
                "/chat/completions",
                body=body,
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
                pieces.put(_Ended(error=error))
        # Whoever comes second, this or `abort`, closes.
        self._ended = True
        if self._cut:
            self.close()

    @property
    def free(self) -> bool:
        """Whether another call can be made on it, once the last has ended."""
        return not self._cut

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
        with suppress(Exception):
            self._client.close()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Called by the HTTP library as it works; tells which socket is in use."""
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
        # Closing must go on, or the socket stays open until it is collected.
        if self._cut and name.endswith(".started") and "close" not in name:
            raise ConnectionAbortedError("the call was cancelled")


class _Reading:
    """Reads the bytes of an answer, whatever its content type says: events, or one JSON object."""

    def __init__(self, pieces: queue.SimpleQueue[str | _Ended]) -> None:
        self.told = False
        self._pieces = pieces
        self._finish: Finish | None = None
        self._usage = NOT_TOLD
        self._model = ""
        self._events = 0
        self._refused = False
        self._other: list[bytes] = []

    def all(self, chunks: Iterator[bytes]) -> None:
        """Read to the end, so that the connection can be used again. Raises what breaks the answer."""
        try:
            for line in _lines(chunks):
                self._line(line)
        except Exception:
            if self._finish is None:
                raise
        if self.told:
            return
        if self._other and self._finish is None:
            self._whole(b"\n".join(self._other))
        if self._finish is None:
            if not self._events:
                raise _Malformed("an empty answer")
            raise ConnectionResetError("the reply broke off")
        self._tell()

    def _line(self, line: bytes) -> None:
        name, colon, value = line.partition(b":")
        if colon and name == b"data":
            data = value.strip()
            if data == b"[DONE]":
                if self._events:
                    self._finish = self._finish or "stop"
                    self._tell()
            elif data:
                self._events += 1
                self._object(_json(data))
        elif line and not (colon and name in (b"", b"event", b"id", b"retry")):
            self._other.append(line)

    def _whole(self, body: bytes) -> None:
        if body.lstrip()[:1] not in (b"{", b"["):
            raise _Malformed(body[:5_000].decode("utf-8", "replace"))
        self._object(_json(body))
        if self._events == 0 and self._finish is None:
            raise _Malformed("JSON, but no chat completion")

    def _object(self, answer: object) -> None:
        if not isinstance(answer, dict):
            raise _Malformed("JSON, but no chat completion")
        if answer.get("error"):
            raise _ErrorInAnswer(answer)
        model = answer.get("model")
        if isinstance(model, str):
            self._model = model[:200]
        if isinstance(answer.get("usage"), dict):
            self._usage = read_usage(answer["usage"])
        choices = answer.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, dict):
            self._choice(choice)

    def _choice(self, choice: dict[str, Any]) -> None:
        message = choice.get("delta") or choice.get("message")
        if isinstance(message, dict):
            refusal = _text(message.get("refusal"))
            self._refused = self._refused or bool(refusal)
            text = _text(message.get("content")) + refusal
            if text and not self.told:
                self._pieces.put(text)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish = _FINISHES.get(reason, "stop")
        elif "message" in choice and self._finish is None:
            self._finish = "stop"
        if self._refused and self._finish == "stop":
            self._finish = "filter"

    def _tell(self) -> None:
        if not self.told:
            self.told = True
            self._pieces.put(_Ended(finish=self._finish or "stop", usage=self._usage, model=self._model))


_FINISHES: Mapping[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filter",
    "safety": "filter",
    "error": "length",
}


class _ErrorInAnswer(Exception):
    """The answer, or an event in it, is an error object though the status was 200."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__("an error in the answer")
        self.body = body


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Split at newlines only: JSON may hold other line separators as they are."""
    held: list[bytes] = []
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > _MOST_BYTES:
            raise _Malformed("the answer does not end")
        first, *others = chunk.split(b"\n")
        held.append(first)
        for other in others:
            yield b"".join(held).rstrip(b"\r")
            held = [other]
    yield b"".join(held).strip()


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"JSON that breaks off or is damaged ({str(error)[:80]})") from None


def _text(content: object) -> str:
    """The text of a message's content: a string, null, or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return ""


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Token counts as OpenAI names them, or DeepSeek (`prompt_cache_hit_tokens`)."""
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        cached_tokens=_count(cached if cached is not None else usage.get("prompt_cache_hit_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cost=None,
    )


def _count(value: object) -> int:
    return (
        max(int(value), 0) if isinstance(value, (int, float)) and value == value and abs(value) < 1e12 else 0
    )


def client(
    openai: Any,
    endpoint: Endpoint | AzureEndpoint,
    patience: Patience,
    trace: Callable[[str, Mapping[str, Any]], None],
    most: int | None = None,
) -> Any:
    """OpenAI's client for an endpoint, without retries of its own.

    `trace` is called by the HTTP library as it works, and ends a call by raising. `most` bounds the
    bytes of an answer.
    """
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        """A body that the client reads whole."""

        def __init__(self, stream: Any, most: int) -> None:
            self._stream = stream
            self._most = most

        def __iter__(self) -> Iterator[bytes]:
            total = 0
            for chunk in self._stream:
                total += len(chunk)
                if total > self._most:
                    return
                yield chunk

        def close(self) -> None:
            self._stream.close()

    def watch_request(request: Any) -> None:
        request.extensions["trace"] = trace

    def bound_error(response: Any) -> None:
        if response.status_code >= 300:
            response.stream = Bounded(response.stream, _MOST_ERROR_BYTES)
        elif most is not None:
            response.stream = Bounded(response.stream, most)

    local = is_local(endpoint.base_url)
    # No proxy stands between this machine and itself; and over plain HTTP to it there is no
    # certificate to check, so that the certificates (30 ms) need not be loaded.
    http = httpx2.Client(
        timeout=httpx2.Timeout(patience.idle, connect=patience.connect, pool=patience.connect),
        follow_redirects=not local,
        trust_env=not local,
        verify=not (local and endpoint.base_url.lower().startswith("http://")),
        event_hooks={"request": [watch_request], "response": [bound_error]},
    )
    key = endpoint.key or "no-key"
    if isinstance(endpoint, AzureEndpoint):
        return openai.AzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_version=endpoint.api_version,
            api_key=key,
            max_retries=0,
            http_client=http,
        )
    made = openai.OpenAI(base_url=endpoint.base_url, api_key=key, max_retries=0, http_client=http)
    made.organization = endpoint.organization  # and not what the environment says
    return made


def is_local(url: str) -> bool:
    """Whether an address is on this machine, by its name."""
    host = (urlsplit(url).hostname or "").lower()
    return host in ("localhost", "::1") or host.startswith("127.")


def read_error(error: Exception, model: str) -> ModelFault | ContextOverflow:
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        response: Any = getattr(error, "response", None)
        body = getattr(error, "body", None) or (response.text if response is not None else "")
        return from_answer(status, body, response.headers if response is not None else {}, model)
    if isinstance(error, _ErrorInAnswer):
        return from_answer(None, error.body, {}, model)
    if isinstance(error, _Malformed):
        return ModelFault(Fault.MALFORMED, without_markup(str(error)), model=model)
    return from_connection(error, model)


_SYSTEM_REFUSED = re.compile(
    r"system (role|message|prompt)s? .{0,30}(not|only|unsupported|must)|(role|roles) must alternate"
    r"|only user(,| and) assistant|unsupported role",
    re.IGNORECASE,
)
_MOST_TOKENS = re.compile(
    r"(?:at most|less than or equal to|maximum(?: value)? (?:is|of)|<=)\s*(\d+)", re.IGNORECASE
)


def adapt(accepts: Accepts, body: Mapping[str, Any], fault: ModelFault) -> Accepts | None:
    """What the model takes after it refused a request, or `None` if that is not what is wrong.

    Raises nothing; the caller bounds how often it asks.
    """
    if (
        fault.fault in (Fault.BAD_REQUEST, Fault.SERVER)
        and accepts.system
        and _SYSTEM_REFUSED.search(fault.said)
    ):
        return replace(accepts, system=False)
    if fault.fault is not Fault.BAD_REQUEST or fault.status not in (400, 415, 422):
        return None
    match _refused_parameter(body, fault):
        case "temperature":
            return replace(accepts, temperature=False)
        case "max_tokens" | "max_completion_tokens" as sent:
            most = _MOST_TOKENS.search(fault.said)
            if most is not None and 0 < int(most[1]) < body[sent]:
                return replace(accepts, most_reply_tokens=int(most[1]))
            if sent == "max_tokens" and accepts.limit == "max_tokens":
                return replace(accepts, limit="max_completion_tokens")
            if sent == "max_completion_tokens" and "max_tokens" in fault.said:
                return replace(accepts, limit="max_tokens")
            return None
        case "response_format":
            simpler = body["response_format"]["type"] == "json_schema"
            return replace(accepts, reply_format="json_object" if simpler else "none")
        case "stream_options":
            return replace(accepts, stream_options=False)
        case "stream":
            return replace(accepts, stream=False)
        case _:
            return None


_NAMES: Mapping[str, str] = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_completion_tokens",
    "response_format": "response_format",
    "json_schema": "response_format",
    "json_object": "response_format",
    "structured output": "response_format",
    "grammar": "response_format",
    "stream_options": "stream_options",
    "include_usage": "stream_options",
    "stream": "stream",
    "streaming": "stream",
}


def _refused_parameter(body: Mapping[str, Any], fault: ModelFault) -> str | None:
    """The parameter that a refusal names first, of those that were sent."""
    evidence = f"{fault.parameter or ''} {fault.said}".lower()
    found = [
        (match.start(), parameter)
        for name, parameter in _NAMES.items()
        if parameter in body and (match := re.search(rf"(?<![a-z_]){name}s?(?![a-z_])", evidence))
    ]
    return min(found)[1] if found else None


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The same prompt for a model whose template knows only user and assistant, in turns."""
    turns: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        if turns and turns[-1].role == role:
            both = (*turns[-1].images, *message.images)
            turns[-1] = Message(role, f"{turns[-1].text}\n\n{message.text}", both)
        else:
            turns.append(replace(message, role=role))
    return turns


def is_strict(schema: object) -> bool:
    """Whether a JSON Schema keeps to what OpenAI enforces strictly: closed objects, all required."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "object":
            properties = schema.get("properties", {})
            if schema.get("additionalProperties") is not False:
                return False
            if set(schema.get("required", ())) != set(properties):
                return False
        return all(is_strict(value) for value in schema.values())
    if isinstance(schema, list):
        return all(is_strict(value) for value in schema)
    return True
