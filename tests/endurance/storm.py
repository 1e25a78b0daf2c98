"""What a provider can do to one request in five, and a count of what the client made of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate

from tests.endurance.diligent import answer
from tests.loopback.openai_server import (
    BAD_GATEWAY,
    HTML,
    OVERLOADED,
    RATE_LIMITED,
    SERVER_ERROR,
    TRUNCATED_JSON,
    UNAVAILABLE,
    Answer,
    Cut,
    Hang,
    Raw,
    Reply,
    Request,
    Status,
    error,
)


def _limited(retry_after: str) -> Answer:
    return error(429, "Rate limit reached for requests", code="rate_limit_exceeded", retry_after=retry_after)


def _in_stream(message: str) -> Answer:
    line = json.dumps({"error": {"message": message, "type": "server_error"}})
    return Raw(f"data: {line}\n\n".encode(), "text/event-stream")


_WHOLE = Raw(b'{"object": "list", "data": []}')
_NO_CHOICES = Raw(b'{"id": "x", "object": "chat.completion", "choices": []}')

FAULTS: dict[str, Callable[[random.Random, str], Answer]] = {
    "429": lambda chance, text: RATE_LIMITED,
    "429, Retry-After: 1": lambda chance, text: _limited("1"),
    "429, Retry-After: 0": lambda chance, text: _limited("0"),
    "429, Retry-After: 45": lambda chance, text: _limited("45"),
    "429, Retry-After a date": lambda chance, text: _limited(formatdate(usegmt=True)),
    "429, Retry-After nonsense": lambda chance, text: _limited("soon"),
    "500": lambda chance, text: SERVER_ERROR,
    "500 without a body": lambda chance, text: Status(500, ""),
    "502 with a page": lambda chance, text: BAD_GATEWAY,
    "503": lambda chance, text: UNAVAILABLE,
    "503, Retry-After: 3": lambda chance, text: error(503, "overloaded", retry_after="3"),
    "504": lambda chance, text: Status(504, "<html>504 Gateway Time-out</html>"),
    "529": lambda chance, text: OVERLOADED,
    "reset before the answer": lambda chance, text: Cut(),
    "closed before the answer": lambda chance, text: Cut(politely=True),
    "reset in the middle": lambda chance, text: Cut(after=chance.randint(1, 9), text=text),
    "ended in the middle": lambda chance, text: Cut(after=chance.randint(1, 9), text=text, politely=True),
    "no last lines": lambda chance, text: Reply(text, finish=None, done=False),
    "an error in the stream": lambda chance, text: _in_stream("The server had an error"),
    "truncated JSON": lambda chance, text: TRUNCATED_JSON,
    "a web page": lambda chance, text: HTML,
    "an empty answer": lambda chance, text: Raw(b""),
    "binary": lambda chance, text: Raw(bytes(chance.randrange(256) for _ in range(2000)), "application/gzip"),
    "JSON of something else": lambda chance, text: _WHOLE,
    "no choices": lambda chance, text: _NO_CHOICES,
    "cut off at its length": lambda chance, text: Reply(text[: len(text) * 2 // 3], finish="length"),
    "cut off, but said to be whole": lambda chance, text: Reply(text[: len(text) * 2 // 3]),
    "filtered": lambda chance, text: Reply(text[:10], finish="content_filter"),
    "an empty reply": lambda chance, text: Reply(""),
    "prose": lambda chance, text: Reply("Certainly! I will take the next step now."),
    "silence": lambda chance, text: Hang(),
    "silence in the middle": lambda chance, text: Hang(after=3, text=text),
}
"""What can happen, by name, given the reply that it hits."""

SLOW = {"silence", "silence in the middle"}
"""Real time passes until these are given up, so they come more seldom."""


@dataclass
class Storm:
    """A server's answers: those of the diligent model, with one in so many hit by a fault."""

    steps: int
    seed: int
    share: float = 0.2
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    in_a_row: int = 0
    most_in_a_row: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def __call__(self, request: Request) -> Answer:
        self.requests += 1
        text = answer(request.messages, self.steps)
        if self._chance.random() >= self.share:
            self.in_a_row = 0
            return text
        self.in_a_row += 1
        self.most_in_a_row = max(self.most_in_a_row, self.in_a_row)
        kind = self._chance.choice(list(FAULTS))
        if kind in SLOW and self._chance.random() < 0.8:
            kind = "429"
        self.faults[kind] += 1
        return FAULTS[kind](self._chance, text)


@dataclass
class Waiting:
    """A clock that only the retries move; it notes what they waited for."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
