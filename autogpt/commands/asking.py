"""The command by which the agent asks the person something. It exists only where a person is there."""

from __future__ import annotations

from collections.abc import Callable

from autogpt.commands.command import command
from autogpt.core.errors import CommandError

Ask = Callable[[str], str]
"""Shows a question and waits for the person's words; empty if they only pressed Enter."""

LONGEST = 4_000
"""Characters of a question."""


class AskingCommands:
    """Asks by `ask`. The answer is the person's own words: the core keeps them as such."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    @command(aliases=("ask_human", "ask_person", "ask_for_help", "request_input"), reads_only=True)
    def ask_user(self, question: str) -> str:
        """Ask the user something that only they can know or decide, and wait for their answer."""
        words = question.strip()
        if not words:
            raise CommandError("The question is empty. Say what you want to know.")
        if len(words) > LONGEST:
            raise CommandError(f"The question has {len(words):,} characters; ask it in at most {LONGEST:,}.")
        answer = self._ask(words).strip()
        if not answer:
            raise CommandError("The user gave no answer. Decide by yourself, and don't ask this again.")
        return answer
