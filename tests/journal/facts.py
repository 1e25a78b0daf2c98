"""A store, a header and some events for tests."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from autogpt.core.actions import Action, Thoughts
from autogpt.core.events import Advised, Authorised, Begun, Event, Ran, Replied, Resumed, Unknown
from autogpt.core.messages import Usage
from autogpt.core.profile import Profile
from autogpt.journal.codec import Header, Redact, verbatim
from autogpt.journal.store import RunStore


class FixedClock:
    """A clock that a test sets."""

    def __init__(self, now: float = 1_795_271_101.0) -> None:
        self.now = now

    def time(self) -> float:
        return self.now


HEADER = Header(
    task="Write a poem about rain",
    profile=Profile("PoetGPT", "a poet", ("Write a poem", "Save it"), Decimal("1.50")),
    workspace="/home/me/auto_gpt_workspace",
    setup={"continuous": False, "smart_model": "gpt-5"},
)


def store(root: Path, redact: Redact = verbatim) -> RunStore:
    """A store with a fixed clock and counted tokens."""
    tokens = (f"{number:03x}" for number in range(4096))
    return RunStore(root, clock=FixedClock(), redact=redact, token=lambda: next(tokens))


def step(number: int, size: int = 30) -> tuple[Event, ...]:
    """The events of one step that writes a file."""
    action = Action("write_to_file", {"filename": f"{number}.txt", "text": "x" * size})
    thoughts = Thoughts(
        f"Step {number}: “write”.", "It must be there.", ("write", "check"), "None.", "I write."
    )
    return (
        Replied(thoughts, action, Usage(4000, 3800, 120, Decimal("0.00125")), at=1_795_271_102.5 + number),
        Begun(action, at=1_795_271_103.0 + number),
        Ran(action, True, f"Wrote {size} characters.", changed=True, at=1_795_271_103.25 + number),
    )


SOME_EVENTS: tuple[Event, ...] = (
    *step(1),
    Authorised(3),
    Unknown("Dreamt", {"of": ["sheep", 3]}, at=5.0),
    Advised("日本語 \U0001f600 \x1b[31m\n"),
    *step(2),
    Resumed(at=9.0),
)
