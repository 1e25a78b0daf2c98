"""What a voice does, and how it fails."""

from __future__ import annotations

from typing import Protocol


class VoiceFailed(Exception):
    """It could not speak; the text is a short reason for the person."""


class Voice(Protocol):
    """Speaks. Called from one thread, one text after the other."""

    def speak(self, text: str, number: int) -> None:
        """Say a text to its end, with voice 1 (the agent) or 2 (agents that it starts). Raises VoiceFailed."""
        ...

    def close(self) -> None:
        """Fall silent at once, also in the middle of a text. Called from another thread."""
        ...


class Synthesis(Protocol):
    """Makes sound out of text."""

    def sound(self, text: str, number: int) -> bytes:
        """A text as MP3 or WAV. Raises VoiceFailed."""
        ...
