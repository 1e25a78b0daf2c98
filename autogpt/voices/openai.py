"""OpenAI's voices, by the same client, key and ledger as the models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autogpt.core.errors import CommandError, OverLimit
from autogpt.core.messages import Usage
from autogpt.models.media import OpenAIMedia
from autogpt.voices.port import VoiceFailed


@dataclass(frozen=True, slots=True)
class OpenAIVoice:
    """A model and its two voices. `paid` is told what each text cost, so that it gets on the run's record."""

    media: OpenAIMedia
    model: str
    voices: tuple[str, str]
    paid: Callable[[Usage], None] = lambda usage: None

    def sound(self, text: str, number: int) -> bytes:
        """See `Synthesis.sound`: MP3."""
        try:
            spoken = self.media.speech(self.model, self.voices[0 if number == 1 else 1], text)
        except CommandError as error:
            self.paid(getattr(error, "usage", Usage()))
            raise VoiceFailed(str(error)) from error
        except OverLimit as limit:
            raise VoiceFailed("the budget has nothing left for speaking") from limit
        self.paid(spoken.usage)
        return spoken.data
