"""The command that writes down what a recording says."""

from __future__ import annotations

from collections.abc import Callable

from autogpt.commands.command import Filename, Outcome, command
from autogpt.commands.wording import named
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError, Hint
from autogpt.core.messages import Usage
from autogpt.media.kinds import Kind, audio_kind
from autogpt.workspace import Workspace

Transcribe = Callable[[bytes, Kind], tuple[str, Usage]]
"""Writes down what a recording says; and what that cost. Raises CommandError."""

MOST_BYTES = 25_000_000
"""Bytes of a recording; OpenAI takes no larger ones."""


class AudioCommands:
    """Sends recordings of the workspace to `transcribe`. What they say is data from outside."""

    def __init__(self, workspace: Workspace, transcribe: Transcribe) -> None:
        self._workspace = workspace
        self._transcribe = transcribe

    @command(
        aliases=("transcribe_audio", "speech_to_text", "read_audio", "transcribe"),
        reads_only=True,
        touches=(Touch.FILES, Touch.NETWORK, Touch.MONEY),
        reads=("filename",),
    )
    def read_audio_from_file(self, filename: Filename) -> Outcome:
        """Get what is said in a recording (MP3, WAV, FLAC, Ogg, M4A, WebM) as text."""
        data = self._workspace.read_bytes(filename, MOST_BYTES)
        if not data:
            raise CommandError(f"{named(filename)} is empty.")
        kind = audio_kind(data)
        if kind is None:
            raise CommandError(
                f"{named(filename)} is no MP3, WAV, FLAC, Ogg, M4A or WebM recording.",
                Hint("read_file", "read_file says what it is."),
            )
        text, usage = self._transcribe(data, kind)
        if not text:
            return Outcome(f"Nothing is said in {named(filename)}, or it could not be understood.", usage)
        return Outcome(f"{named(filename)} says:\n{text}", usage)
