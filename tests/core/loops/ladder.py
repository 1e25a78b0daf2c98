"""A stubborn agent on the ladder: it follows its script whatever it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from autogpt.core.events import Denied, Event, Ran
from autogpt.core.progress import WINDOW, Fine, GiveUp, Step, Tell, judge, refuses, step_of

LONGEST = 1000
"""Steps after which a script that nobody stops is cut off."""


@dataclass(frozen=True, slots=True)
class Script:
    """What an agent does, step by step; for a circle, within how many repeats it must be stopped."""

    name: str
    events: Callable[[], Iterator[Event]]
    within: int = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script fared.

    `repeats` counts the action that was asked for most often, with one scripted result.
    """

    steps: int
    repeats: int
    told: int
    refused: int
    stopped: str
    first_told: str = ""


def climb(events: Iterable[Event]) -> Outcome:
    """Do as the loop does: refuse, run, judge; stop where the guard gives up."""
    history: tuple[Step, ...] = ()
    asked: Counter[str] = Counter()
    told = refused = steps = 0
    first_told = ""
    for event in islice(events, LONGEST):
        steps += 1
        asked[_turn(event)] += 1
        if isinstance(event, Ran) and (why := refuses(history, event.action)):
            event = Denied(event.action, why, by="progress guard")
            refused += 1
        step = step_of(event)
        assert step is not None
        history = (*history, step)[-WINDOW:]
        match judge(history):
            case GiveUp(why):
                return Outcome(steps, max(asked.values()), told, refused, why, first_told)
            case Tell(why):
                told += 1
                first_told = first_told or why
            case Fine():
                pass
    return Outcome(steps, max(asked.values(), default=0), told, refused, "", first_told)


def _turn(event: Event) -> str:
    """Equal for turns that repeat one another. In a stream each step is one more of its kind."""
    step = step_of(event)
    assert step is not None
    return step.command if step.command == "do_nothing" else f"{step.kind} {step.action} {step.timeless}"
