"""What a run spends beside its model calls (speaking) gets on its record with the next reply."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from autogpt.core.messages import NO_USAGE, Completion, Message, Usage
from autogpt.core.ports import Model


class Beside:
    """`ports.Model` that adds what was spent beside it to the usage of its next reply.

    The ledger knows of it already; events are what a resumed run reckons with. What is spent after
    the last reply of a run is not on the record.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._spent = NO_USAGE

    def spent(self, usage: Usage) -> None:
        """Add to what the next reply tells. From any thread."""
        with self._lock:
            self._spent = self._spent.plus(usage)

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`."""
        completion = self._model.complete(messages, reply_tokens=reply_tokens, as_reply=as_reply)
        with self._lock:
            spent, self._spent = self._spent, NO_USAGE
        return completion if spent == NO_USAGE else replace(completion, usage=completion.usage.beside(spent))
