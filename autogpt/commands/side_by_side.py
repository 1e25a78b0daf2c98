"""Several calls of a model at once, for one command.

All of them end when the person interrupts, when one fails for good, or when the budget is
met; what was spent by then is on the error, so that it reaches the run's record.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from autogpt.core.errors import CommandError, ContextOverflow
from autogpt.core.loop import usage_of
from autogpt.core.messages import NO_USAGE, Usage
from autogpt.models.cancelling import cancellable

MOST_AT_ONCE = 24

_T = TypeVar("_T")


def side_by_side(tasks: Sequence[Callable[[], _T]], most: int = MOST_AT_ONCE) -> list[_T | Exception]:
    """What each task gives, in their order: its result, or its CommandError or ContextOverflow.

    Results and errors may have a `usage`. Any other error ends all tasks and is raised.
    """
    waiting = queue.SimpleQueue[int]()
    for number in range(len(tasks)):
        waiting.put(number)
    ended = queue.SimpleQueue[tuple[int, object]]()
    cancelled = threading.Event()

    def work() -> None:
        with cancellable(cancelled):
            while not cancelled.is_set():
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    ended.put((number, tasks[number]()))
                except BaseException as error:
                    ended.put((number, error))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(most, len(tasks)))]
    outcomes: dict[int, object] = {}
    failed: BaseException | None = None
    try:
        for thread in threads:
            thread.start()
        while failed is None and len(outcomes) < len(tasks):
            failed = _next(ended, outcomes)
    except KeyboardInterrupt as interrupt:
        failed = interrupt
    if failed is None:
        return [cast("_T | Exception", outcomes[number]) for number in range(len(tasks))]
    cancelled.set()
    for thread in threads:
        thread.join()
    while not ended.empty():
        _next(ended, outcomes)
    billed = NO_USAGE
    for outcome in outcomes.values():
        billed = billed.plus(spent_on(outcome))
    if failed not in outcomes.values():
        billed = billed.plus(spent_on(failed))
    failed.usage = billed  # type: ignore[attr-defined]
    raise failed


def _next(ended: queue.SimpleQueue[tuple[int, object]], outcomes: dict[int, object]) -> BaseException | None:
    """Take down what ends next; an error that ends everything."""
    try:
        # In slices: on Windows Ctrl-C would wait with us.
        number, outcome = ended.get(timeout=0.2)
    except queue.Empty:
        return None
    outcomes[number] = outcome
    harmless = not isinstance(outcome, BaseException) or isinstance(outcome, CommandError | ContextOverflow)
    return None if harmless else cast("BaseException", outcome)


def spent_on(outcome: object) -> Usage:
    """What a result or an error says that it cost."""
    if isinstance(outcome, BaseException):
        return usage_of(outcome)
    usage = getattr(outcome, "usage", None)
    return usage if isinstance(usage, Usage) else NO_USAGE
