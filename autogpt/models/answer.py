"""Reads what a server answers to a request for a chat completion, piece by piece.

Servers differ in more ways than the `openai` client's types allow: a stream though none was asked
for, plain JSON though a stream was, null content, no usage, no last line.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autogpt.core.errors import ContextOverflow
from autogpt.core.messages import Finish, Usage
from autogpt.models.errors import Fault, ModelFault, from_answer, from_connection, without_markup

NOT_TOLD = Usage(cost=None)
"""The server did not say what was used."""
_MOST_BYTES = 64_000_000
_FINISHES: Mapping[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filter",
    "safety": "filter",
    "error": "length",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: with an error, or with what the last lines of the answer said."""

    error: Exception | None = None
    finish: Finish = "stop"
    usage: Usage = NOT_TOLD
    model: str = ""


class _Malformed(Exception):
    """The server's answer is no chat completion."""


class _ErrorInAnswer(Exception):
    """The answer, or an event in it, is an error object though the status was 200."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__("an error in the answer")
        self.body = body


class Reading:
    """Reads the bytes of an answer, whatever its content type says: events, or one JSON object."""

    def __init__(self, pieces: queue.SimpleQueue[str | Ended]) -> None:
        self.told = False
        self._pieces = pieces
        self._finish: Finish | None = None
        self._usage = NOT_TOLD
        self._model = ""
        self._events = 0
        self._refused = False
        self._other: list[bytes] = []
        self._text: list[str] = []

    def all(self, chunks: Iterator[bytes]) -> None:
        """Read to the end, so that the connection can be used again. Raises what breaks the answer."""
        try:
            for lines in _lines(chunks):
                self._arrived(lines)
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

    def _arrived(self, lines: Sequence[bytes]) -> None:
        """What came together is told together: each telling wakes another thread."""
        try:
            for line in lines:
                self._line(line)
        finally:
            self._tell_text()

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
                self._text.append(text)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish = _FINISHES.get(reason, "stop")
        elif "message" in choice and self._finish is None:
            self._finish = "stop"
        if self._refused and self._finish == "stop":
            self._finish = "filter"

    def _tell(self) -> None:
        self._tell_text()
        if not self.told:
            self.told = True
            self._pieces.put(Ended(finish=self._finish or "stop", usage=self._usage, model=self._model))

    def _tell_text(self) -> None:
        if self._text:
            self._pieces.put("".join(self._text))
            self._text.clear()


def _lines(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The lines that each chunk completes. Split at newlines only: JSON may hold other line separators as they are."""
    held: list[bytes] = []
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > _MOST_BYTES:
            raise _Malformed("the answer does not end")
        first, *others = chunk.split(b"\n")
        if others:
            whole = [b"".join([*held, first]), *others[:-1]]
            held = [others[-1]]
            yield [line.rstrip(b"\r") for line in whole]
        else:
            held.append(first)
    yield [b"".join(held).strip()]


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
