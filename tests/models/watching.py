"""Watchers for tests."""

from __future__ import annotations

from collections.abc import Callable


class Watching:
    """Records what a `ports.Watcher` sees; `on_piece` is called with each piece."""

    def __init__(self, on_piece: Callable[[str], None] | None = None) -> None:
        self.started: list[str] = []
        self.pieces: list[str] = []
        self.waits: list[tuple[float, str]] = []
        self.ended = 0
        self._on_piece = on_piece

    def call_started(self, what: str) -> None:
        self.started.append(what)

    def call_streamed(self, text: str) -> None:
        self.pieces.append(text)
        if self._on_piece is not None:
            self._on_piece(text)

    def call_waiting(self, seconds: float, why: str) -> None:
        self.waits.append((seconds, why))

    def call_ended(self) -> None:
        self.ended += 1
