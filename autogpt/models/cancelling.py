"""Model calls on other threads end with the one that asked for them.

Ctrl-C reaches the main thread alone. A thread that works for it calls its model within
`cancellable(event)`; once the event is set, whatever waits there raises KeyboardInterrupt
within a fifth of a second, as if Ctrl-C had come to that thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_cancelled: ContextVar[threading.Event | None] = ContextVar("_cancelled", default=None)


@contextmanager
def cancellable(event: threading.Event) -> Iterator[None]:
    """Let what this thread waits for end when the event is set."""
    token = _cancelled.set(event)
    try:
        yield
    finally:
        _cancelled.reset(token)


def check() -> None:
    """Raise KeyboardInterrupt if this thread's work is no longer wanted."""
    event = _cancelled.get()
    if event is not None and event.is_set():
        raise KeyboardInterrupt


def pause(seconds: float) -> None:
    """Sleep, unless this thread's work is no longer wanted; then raise KeyboardInterrupt."""
    event = _cancelled.get()
    if event is None:
        time.sleep(seconds)
    elif event.wait(seconds):
        raise KeyboardInterrupt
