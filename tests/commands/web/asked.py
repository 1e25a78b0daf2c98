"""A fast model that answers by a function of the prompt, from many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal

from autogpt.core.messages import Completion, Finish, Message, Usage

COST = Decimal("0.01")
USAGE = Usage(100, 0, 10, COST)


class Fast:
    """Answers with what `answer` makes of the user's message; an exception is raised."""

    def __init__(
        self, answer: Callable[[str], str | Exception | Completion] = lambda prompt: "An answer."
    ) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self.prompts: list[str] = []
        self.systems: list[str] = []
        self.reply_tokens: list[int] = []

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        system, user = messages
        with self._lock:
            self.systems.append(system.text)
            self.prompts.append(user.text)
            self.reply_tokens.append(reply_tokens)
        answer = self._answer(user.text)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Completion):
            return answer
        finish: Finish = "stop"
        return Completion(answer, finish, USAGE)
