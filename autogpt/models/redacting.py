"""Keeps secrets out of what is sent to a model, and, with `--debug`, notes what was sent and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from autogpt.core.messages import Completion, Message
from autogpt.core.ports import Model

Note = Callable[[str, str], None]
"""Takes a heading and a text."""


class Redacting:
    """`ports.Model` whose messages have every known secret taken out."""

    def __init__(self, model: Model, redact: Callable[[str], str], note: Note | None = None) -> None:
        self._model = model
        self._redact = redact
        self._note = note
        self._clean: dict[str, str] = {}

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`."""
        clean = [self._cleaned(message) for message in messages]
        if self._note is not None:
            for message in clean:
                pictures = "".join(f"\n[{image.kind}, {len(image.data):,} bytes]" for image in message.images)
                self._note(f"to the model, {message.role}", message.text + pictures)
        completion = self._model.complete(clean, reply_tokens=reply_tokens, as_reply=as_reply)
        if self._note is not None:
            self._note("from the model", self._redact(completion.text))
        return completion

    def _cleaned(self, message: Message) -> Message:
        text = self._without_secrets(message.text)
        return message if text == message.text else replace(message, text=text)

    def _without_secrets(self, text: str) -> str:
        # Most of a prompt is the last one again.
        known = self._clean.get(text)
        if known is None:
            if len(self._clean) > 2000:
                self._clean.clear()
            known = self._clean[text] = self._redact(text)
        return known
