"""Speaks in the background, in order, and never keeps anybody waiting.

One thread and a short queue: when the voice is behind, the oldest text that it hasn't begun is
left out. A voice that fails says so once, and the run goes on in silence. At the end what is being
said may be finished within a moment; then it is cut off.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from autogpt.voices.port import Voice, VoiceFailed
from autogpt.voices.words import speakable

WAITING = 2
"""Texts that wait at most, besides the one that is being said."""

FAREWELL = 1.5
"""Seconds that the end of a run waits for the voice."""


class Speaker:
    """Says texts with `voice`; `warn` is given the one line when it fails. Safe to share between threads."""

    def __init__(self, voice: Voice, redact: Callable[[str], str], warn: Callable[[str], None]) -> None:
        self._voice = voice
        self._redact = redact
        self._warn = warn
        self._waiting: deque[tuple[str, int]] = deque()
        self._changed = threading.Condition()
        self._silent = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def say(self, text: str, number: int = 1) -> None:
        """Say a text after those before it; returns at once. `number` 2 is the voice of sub-agents."""
        words = speakable(text, self._redact)
        if not words:
            return
        with self._changed:
            if self._silent or self._closing:
                return
            self._waiting.append((words, number))
            while len(self._waiting) > WAITING:
                self._waiting.popleft()
            if self._thread is None:
                self._thread = threading.Thread(target=self._speak, name="voice", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, seconds: float = FAREWELL) -> None:
        """Say what is left if that takes no longer than `seconds`, and fall silent."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        with self._changed:
            self._silent = True
            self._waiting.clear()
        self._voice.close()
        if thread is not None:
            thread.join(seconds)

    def _speak(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting or self._silent:
                    return
                words, number = self._waiting.popleft()
            try:
                self._voice.speak(words, number)
            except VoiceFailed as error:
                self._fail(str(error))
                return
            except Exception as error:  # a fault in a voice is no reason to end a run
                self._fail(f"{type(error).__name__}: {error}")
                return

    def _fail(self, why: str) -> None:
        with self._changed:
            stopped = self._silent
            self._silent = True
            self._waiting.clear()
        if not stopped:
            self._warn(f"The voice failed, so the run goes on in silence: {self._redact(why)[:300]}")
