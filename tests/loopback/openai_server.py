"""A small server that speaks OpenAI's chat completions, and can misbehave on demand.

It follows the published format: plain and streamed answers, token usage with cached
tokens, `/v1/models`, Azure's `/openai/deployments/<name>/chat/completions`, and enough
of Ollama (`/api/tags`, `/api/version`) to be found as one. With `embeddings`, `/embeddings` as well. What it answers comes from a
list, used up in order, or from a function of the request.

    with OpenAIServer(["hello", RATE_LIMITED, Reply("bye", pieces=3)]) as server:
        ... OpenAIModel("m", Endpoint(server.url)) ...
        server.requests[0].messages

Nothing here sleeps: a fault that lasts (`Hang`, `Endless`) lasts until the client goes
away or the server is closed, and `Reply(gate=event)` waits for the test's event.

Tokens are counted as four characters each. Cached tokens are the longest common prefix
with an earlier prompt; `cache_step=128, cache_least=1024` counts them as OpenAI does.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. `body` is the decoded JSON, empty for a GET. `at`: `time.perf_counter()`."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    at: float

    @property
    def messages(self) -> list[dict[str, str]]:
        """The prompt."""
        messages: list[dict[str, str]] = self.body.get("messages", [])
        return messages

    @property
    def prompt(self) -> str:
        """The prompt as one text, the way its tokens are counted."""
        return "".join(f"<{message['role']}>{message['content']}" for message in self.messages)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the model.

    `pieces`: into how many a stream is cut. `usage`: given as it is; `False` leaves it
    out. `gate`: waited for before anything is sent; `gates`: one before each piece.
    `finish=None` and `done=False` leave out what ends a stream. `stream=False` answers
    with plain JSON though a stream was asked for; `True` the other way round.
    """

    text: str | None = ""
    finish: str | None = "stop"
    pieces: int = 4
    usage: bool | Mapping[str, Any] = True
    refusal: str | None = None
    model: str | None = None
    done: bool = True
    stream: bool | None = None
    gate: threading.Event | None = None
    gates: tuple[threading.Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """An error answer. `body` as JSON, or as it is if it is a string."""

    status: int
    body: Mapping[str, Any] | str | Sequence[Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes as an answer with status 200."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is reset: before the answer (`after=None`), or after so many pieces of the text.

    `politely` closes it as if all were well.
    """

    after: int | None = None
    text: str = "this reply will never be whole"
    politely: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer until the client goes away. `after` pieces of the text come first; then,
    with `comments`, only the comments that keep a stream alive, without end."""

    after: int | None = None
    text: str = "this reply stops in the middle"
    comments: bool = False


@dataclass(frozen=True, slots=True)
class Endless:
    """A stream that never ends."""

    text: str = "and so on "


def error(
    status: int, message: str, *, code: str | None = None, param: str | None = None, **headers: str
) -> Status:
    """An error in OpenAI's format; `retry_after="2"` becomes the header `retry-after`."""
    return Status(
        status,
        {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


RATE_LIMITED = error(429, "Rate limit reached for requests", code="rate_limit_exceeded")
NO_CREDIT = error(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    code="insufficient_quota",
)
WRONG_KEY = error(
    401, "Incorrect API key provided: sk-bad. You can find your API key at …", code="invalid_api_key"
)
NO_MODEL = error(
    404, "The model `gone` does not exist or you do not have access to it.", code="model_not_found"
)
OVERFLOW = error(
    400,
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 5000 tokens. "
    "Please reduce the length of the messages.",
    code="context_length_exceeded",
    param="messages",
)
SERVER_ERROR = error(500, "The server had an error while processing your request. Sorry about that!")
BAD_GATEWAY = Status(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
UNAVAILABLE = error(503, "The engine is currently overloaded, please try again later")
OVERLOADED = Status(529, {"error": {"type": "overloaded_error", "message": "Overloaded"}})
HTML = Raw(b"<!doctype html><html><title>Sign in</title><p>Welcome to our wireless network", "text/html")
TRUNCATED_JSON = Raw(b'{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assis')

Answer: TypeAlias = "str | Reply | Status | Raw | Cut | Hang | Endless"
Answers: TypeAlias = "Iterable[Answer] | Callable[[Request], Answer]"


class OpenAIServer:
    """The server; a context manager. `url` ends in `/v1`, `root` does not. `requests` are those for answers."""

    def __init__(
        self,
        answers: Answers = (),
        *,
        models: Sequence[str] = ("test-model",),
        refuses: Collection[str] = (),
        key: str | None = None,
        cache_step: int = 1,
        cache_least: int = 0,
        embeddings: Callable[[Request], Answer] | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.embedded: list[Request] = []
        self.embeddings = embeddings
        self.models = models
        self.refuses = refuses
        self.key = key
        self.closing = threading.Event()
        self.gone = threading.Semaphore(0)
        """Released each time that a client is found to have gone away during `Hang` or `Endless`."""
        self._answer = answers if callable(answers) else None
        self._answers = [] if callable(answers) else list(answers)
        self._cache_step = cache_step
        self._cache_least = cache_least
        self._prompts: list[str] = []
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def root(self) -> str:
        """The address without a path: Ollama's, or an Azure resource."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        """The base URL for OpenAI's client."""
        return f"{self.root}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._http.hang_up()
        self._thread.join()

    def answers_with(self, answer: Callable[[Request], Answer]) -> None:
        """Answer by another function from now on."""
        self._answer = answer

    def left(self) -> int:
        """How many answers of the list were not used."""
        return len(self._answers)

    def next_answer(self, request: Request) -> Answer:
        """Record a request and choose its answer."""
        with self._lock:
            self.requests.append(request)
            shown = (request.headers.get("authorization"), request.headers.get("api-key"))
            if self.key is not None and f"Bearer {self.key}" != shown[0] and self.key != shown[1]:
                return WRONG_KEY
            for name in self.refuses:
                if name in request.body:
                    return error(
                        400,
                        f"Unsupported parameter: '{name}' is not supported with this model.",
                        code="unsupported_parameter",
                        param=name,
                    )
            if self._answer is None:
                return (
                    self._answers.pop(0)
                    if self._answers
                    else error(400, "the server's script has no more answers")
                )
        return self._answer(request)

    def next_embedding(self, request: Request) -> Answer:
        """Record a request for embeddings and answer it."""
        assert self.embeddings is not None
        with self._lock:
            self.embedded.append(request)
        return self.embeddings(request)

    def usage(self, request: Request, reply: str) -> dict[str, Any]:
        """The usage of one call, as OpenAI reports it."""
        prompt = request.prompt
        with self._lock:
            cached = max((_common(prompt, earlier) for earlier in self._prompts), default=0)
            self._prompts.append(prompt)
            del self._prompts[:-_REMEMBERED]
        cached = cached // CHARACTERS_PER_TOKEN // self._cache_step * self._cache_step
        prompt_tokens = len(prompt) // CHARACTERS_PER_TOKEN
        completion_tokens = -(-len(reply) // CHARACTERS_PER_TOKEN)
        return {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": cached if cached >= self._cache_least else 0},
        }


def vectors(
    request: Request, vector: Callable[[str], Sequence[float]] = lambda text: [1.0, 0.0], **more: Any
) -> Raw:
    """Embeddings as OpenAI gives them: one for each text, with what it was billed."""
    texts = request.body["input"]
    data = [
        {"object": "embedding", "index": number, "embedding": list(vector(text))}
        for number, text in enumerate(texts)
    ]
    tokens = sum(map(len, texts)) // CHARACTERS_PER_TOKEN
    answer = {"object": "list", "data": data, "model": request.body["model"]}
    return Raw(
        json.dumps(answer | {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} | more).encode()
    )


_REMEMBERED = 64
_LINGER = "hh" if os.name == "nt" else "ii"


def _common(one: str, other: str) -> int:
    """The length of the longest common prefix."""
    if one.startswith(other):
        return len(other)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    owner: OpenAIServer

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    @property
    def owner(self) -> OpenAIServer:
        return self.server.owner

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        now = int(time.time())
        if path.endswith("/models"):
            data = [
                {"id": name, "object": "model", "created": now, "owned_by": "test"}
                for name in self.owner.models
            ]
            self._json(200, {"object": "list", "data": data})
        elif path == "/api/tags":
            self._json(
                200, {"models": [{"name": name, "model": name, "size": 1} for name in self.owner.models]}
            )
        elif path == "/api/version":
            self._json(200, {"version": "0.14.0"})
        else:
            self._json(404, {"error": {"message": f"no such page: {path}"}})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        raw = self.rfile.read(length)
        address = urlsplit(self.path)
        embeds = address.path.endswith("/embeddings") and self.owner.embeddings is not None
        if not embeds and not address.path.endswith("/chat/completions"):
            self._json(404, {"error": {"message": f"no such page: {address.path}"}})
            return
        request = Request(
            method="POST",
            path=address.path,
            query={name: values[0] for name, values in parse_qs(address.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(raw),
            at=time.perf_counter(),
        )
        answer = self.owner.next_embedding(request) if embeds else self.owner.next_answer(request)
        self._give(request, answer)
        if not self.wfile.closed:
            self.wfile.flush()

    def _give(self, request: Request, answer: Answer) -> None:
        match answer:
            case str():
                self._reply(request, Reply(answer))
            case Reply():
                self._reply(request, answer)
            case Status(status, body, headers):
                self._json(status, body, headers)
            case Raw(body, content_type):
                self._send(200, body, content_type, {})
            case Cut():
                self._cut(request, answer)
            case Hang():
                self._hang(request, answer)
            case Endless(text):
                self._begin_stream()
                piece = self._event(request, {"content": text}, None)
                while not self.owner.closing.is_set() and self._put(piece):
                    pass
                self.owner.gone.release()

    def _reply(self, request: Request, reply: Reply) -> None:
        for gate in (reply.gate,) if reply.gate else ():
            self._wait(gate)
        text = reply.text or ""
        usage: Any = self.owner.usage(request, text) if reply.usage is True else reply.usage
        streamed = bool(request.body.get("stream")) if reply.stream is None else reply.stream
        if not streamed:
            message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish}
            answer = self._object(request, "chat.completion", reply.model) | {"choices": [choice]}
            self._json(200, answer | ({"usage": usage} if usage else {}))
            return
        self._begin_stream()
        self._put(self._event(request, {"role": "assistant", "content": ""}, None, reply.model))
        for number, piece in enumerate(_cut_up(text, reply.pieces)):
            if number < len(reply.gates):
                self.wfile.flush()
                self._wait(reply.gates[number])
            self._put(self._event(request, {"content": piece}, None, reply.model))
        if reply.refusal is not None:
            self._put(self._event(request, {"refusal": reply.refusal}, None, reply.model))
        if reply.finish is not None:
            self._put(self._event(request, {}, reply.finish, reply.model))
        options = request.body.get("stream_options") or {}
        if usage and options.get("include_usage"):
            answer = self._object(request, "chat.completion.chunk", reply.model) | {
                "choices": [],
                "usage": usage,
            }
            self._put(b"data: " + json.dumps(answer, ensure_ascii=False).encode() + b"\n\n")
        if reply.done:
            self._put(b"data: [DONE]\n\n")
        self._end_stream()

    def _cut(self, request: Request, cut: Cut) -> None:
        if cut.after is not None:
            self._begin_stream()
            for piece in _cut_up(cut.text, 10)[: cut.after]:
                self._put(self._event(request, {"content": piece}, None))
            self.wfile.flush()
        self.close_connection = True
        if cut.politely:
            self._end_stream()
            self.wfile.flush()
        else:
            # Lingering for no time makes the system send a reset instead of a close.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
            self.rfile.close()
            self.wfile.close()
            self.connection.close()

    def _hang(self, request: Request, hang: Hang) -> None:
        if hang.after is not None or hang.comments:
            self._begin_stream()
            for piece in _cut_up(hang.text, 10)[: hang.after or 0]:
                self._put(self._event(request, {"content": piece}, None))
            self.wfile.flush()
        self.close_connection = True
        if hang.comments:
            while not self.owner.closing.is_set() and self._put(b": still there\n\n"):
                self.owner.closing.wait(0.01)
        else:
            # Returns when the client closes, or when the server hangs up.
            with contextlib.suppress(OSError):
                self.connection.recv(1)
        self.owner.gone.release()

    def _wait(self, gate: threading.Event) -> None:
        while not gate.wait(0.05) and not self.owner.closing.is_set():
            pass

    def _object(self, request: Request, kind: str, model: str | None) -> dict[str, Any]:
        name = model or request.body.get("model", "test-model")
        return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": name}

    def _event(
        self, request: Request, delta: Mapping[str, Any], finish: str | None, model: str | None = None
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        answer = self._object(request, "chat.completion.chunk", model) | {"choices": [choice]}
        return b"data: " + json.dumps(answer, ensure_ascii=False).encode() + b"\n\n"

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _put(self, data: bytes) -> bool:
        """One chunk; False when the client has gone away."""
        try:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            if data.startswith(b":"):
                self.wfile.flush()
        except OSError:
            return False
        return True

    def _end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def _json(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        if isinstance(body, str):
            self._send(status, body.encode(), "text/html", headers or {})
        else:
            self._send(status, json.dumps(body).encode(), "application/json", headers or {})

    def _send(self, status: int, body: bytes, content_type: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _cut_up(text: str, pieces: int) -> list[str]:
    """A text in so many pieces, as even as they come."""
    size = max(1, -(-len(text) // max(pieces, 1)))
    return [text[start : start + size] for start in range(0, len(text), size)]
