"""What one run remembers of the web: pages it has seen, and when it last asked each host."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

USUAL_LIFETIME = 300.0
LONGEST_LIFETIME = 3_600.0
"""Seconds for which an answer is used again: where the server doesn't say, and however it says."""

_MOST_BYTES = 30_000_000


class _Sized(Protocol):
    @property
    def body(self) -> bytes: ...


_Kept = TypeVar("_Kept", bound=_Sized)


def lifetime(headers: Mapping[str, str]) -> float:
    """Seconds for which an answer may be used again, by its headers (RFC 9111); 0 for not at all."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(store|cache)\b", control) or headers.get("vary", "").strip() == "*":
        return 0.0
    if "no-cache" in headers.get("pragma", "").lower() and not control:
        return 0.0
    said = re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,9})", control)
    seconds = float(said[1]) if said else USUAL_LIFETIME
    age = headers.get("age", "")
    return min(LONGEST_LIFETIME, seconds - (float(age[:9]) if age[:9].isdecimal() else 0.0))


@dataclass(frozen=True, slots=True)
class _Entry(Generic[_Kept]):
    answer: _Kept
    until: float


class Cache(Generic[_Kept]):
    """Answers by their URL, those not used for longest given up first. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float], most_bytes: int = _MOST_BYTES) -> None:
        self._clock = clock
        self._most = most_bytes
        self._entries: OrderedDict[object, _Entry[_Kept]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: object) -> _Kept | None:
        """The answer that is kept, if it still may be used."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.until <= self._clock():
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry.answer

    def put(self, key: object, answer: _Kept, seconds: float) -> None:
        """Keep an answer for so long."""
        if seconds <= 0 or len(answer.body) > self._most // 4:
            return
        with self._lock:
            if key in self._entries:
                self._drop(key)
            self._entries[key] = _Entry(answer, self._clock() + seconds)
            self._bytes += len(answer.body)
            while self._bytes > self._most or len(self._entries) > 1_000:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: object) -> None:
        self._bytes -= len(self._entries.pop(key).answer.body)


class Spacing:
    """Leaves a while between two requests to the same host. Safe to share between threads."""

    def __init__(self, interval: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Wait for the host's next turn."""
        with self._lock:
            now = self._clock()
            if len(self._next) > 1_000:
                self._next = {known: turn for known, turn in self._next.items() if turn > now}
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + self._interval
        if turn > now:
            self._sleep(turn - now)
