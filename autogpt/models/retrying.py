"""Patience with a provider: which calls to make again, when, and when to stop.

What is worth another try is in the table in `errors`. Waits grow (1, 2, 4 … 60 s,
with jitter, so that many agents don't come back at once); a provider that says when
to come back is obeyed. All waits and calls of one completion together stay within
`patience`; a provider that asks for more than is left of it ends the call at once.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timezone
from email.utils import parsedate_to_datetime

from autogpt.core.messages import NO_USAGE, Completion, Message, Usage
from autogpt.core.ports import Model, Watcher
from autogpt.models.cancelling import pause
from autogpt.models.errors import Cancelled, Fault, ModelFault

DEFAULT_PATIENCE = 600.0
"""Seconds. A short outage passes within it; nobody waits for hours without knowing."""

_LONGEST_WAIT = 60.0
_MOST_TRIES = 30


class Retrying:
    """`ports.Model` that makes a call again where that may help.

    Raises ModelFault when it gives up; Ctrl-C during a wait passes at once. The usage of
    failed calls is added to that of the reply, or is on the error.
    """

    def __init__(
        self,
        model: Model,
        *,
        watcher: Watcher | None = None,
        patience: float = DEFAULT_PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = pause,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._watcher = watcher
        self._patience = patience
        self._clock = clock
        self._wall_clock = wall_clock
        self._sleep = sleep
        self._chance = chance

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`."""
        begun = self._clock()
        seen: Counter[Fault] = Counter()
        tries = 0
        billed = NO_USAGE
        while True:
            try:
                completion = self._model.complete(messages, reply_tokens=reply_tokens, as_reply=as_reply)
            except ModelFault as fault:
                billed = billed.plus(fault.usage)
                seen[fault.fault] += 1
                tries += 1
                why = fault_in_words(fault)
                wait = self._wait(fault, tries)
                spent = self._clock() - begun
                if seen[fault.fault] >= fault.row.tries or tries >= _MOST_TRIES:
                    raise _last(fault, tries, spent, billed) from fault
                if spent + wait > self._patience:
                    raise _last(fault, tries, spent, billed, asked=wait) from fault
            except Cancelled as cancelled:
                cancelled.usage = billed.plus(cancelled.usage)
                raise
            else:
                return replace(completion, usage=completion.usage.beside(billed))
            if self._watcher is not None:
                self._watcher.call_waiting(wait, why)
            self._sleep(wait)

    def _wait(self, fault: ModelFault, tries: int) -> float:
        asked = self._asked(fault.retry_after)
        if asked is not None:
            return asked + self._chance() * min(1.0, asked / 10)
        return float(min(_LONGEST_WAIT, 2.0 ** (tries - 1))) * (0.5 + self._chance() / 2)

    def _asked(self, retry_after: str | None) -> float | None:
        """Seconds from a Retry-After: a number of seconds, or a date (RFC 9110, 10.2.3)."""
        if retry_after is None:
            return None
        try:
            seconds = float(retry_after)
        except ValueError:
            try:
                date = parsedate_to_datetime(retry_after)
            except (ValueError, TypeError, IndexError):
                return None
            if date.tzinfo is None:
                date = date.replace(tzinfo=timezone.utc)
            seconds = date.timestamp() - self._wall_clock()
        return max(seconds, 0.0) if seconds == seconds and abs(seconds) < 1e9 else None


def fault_in_words(fault: ModelFault) -> str:
    """A few words for the person who waits."""
    return f"{fault.fault.value}: {fault.said.rstrip('.')}" if fault.said else fault.fault.value


def _last(
    fault: ModelFault, tries: int, seconds: float, billed: Usage, asked: float | None = None
) -> ModelFault:
    """The fault again, saying how long was tried."""
    said = fault.said if len(fault.said) < 220 else fault.said[:219] + "…"
    if asked is not None and fault.retry_after is not None:
        said += f" (it asks to wait {asked:.0f} s, longer than we may)"
    elif tries > 1:
        said += f" (tried {tries} times in {seconds:.0f} s)"
    last = ModelFault(
        fault.fault, said, status=fault.status, model=fault.model, retry_after=fault.retry_after
    )
    last.arrived = fault.arrived
    last.usage = billed
    return last
