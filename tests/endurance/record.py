"""What a run left behind, and what must be true of it however often it was killed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from autogpt.core.actions import Action
from autogpt.core.errors import UserError
from autogpt.core.events import Begun, Event, Ran, Replied, Resumed
from autogpt.journal.codec import decode
from autogpt.journal.store import RunStore
from tests.endurance.diligent import expected


class _NoClock:
    def time(self) -> float:
        return 0.0


@dataclass
class Losses:
    """What was found wrong, in words, by kind."""

    steps_lost: list[str] = field(default_factory=list)
    run_twice: list[str] = field(default_factory=list)
    journals_damaged: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.steps_lost or self.run_twice or self.journals_damaged)


class Watch:
    """Looks at one run after each death of its process, and at the end."""

    def __init__(self, folder: Path, losses: Losses) -> None:
        self.folder = folder
        self.losses = losses
        self.events: tuple[Event, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether there is a run to go on with: killed early enough, a process leaves none."""
        return any(self.folder.glob(".autogpt/runs/*/journal.jsonl"))

    def after_a_death(self, shown: Sequence[str]) -> None:
        """`shown` are the lines of `--output json` that the process got out."""
        if not self.begun:
            if shown:
                self.losses.steps_lost.append("events were shown, and there is no journal")
            return
        events = self._read()
        if events[: len(self.events)] != self.events:
            self.losses.steps_lost.append("the journal no longer begins with what it held before")
        self.events = events
        written = Counter(map(repr, events))
        told = (json.loads(line) for line in shown)
        seen = Counter(repr(decode(line)) for line in told if line["event"] not in ("Header", "Stop"))
        for event in seen - written:
            self.losses.steps_lost.append(f"shown, but not in the journal: {event[:300]}")

    def at_the_end(self, steps: int) -> None:
        """The run has said that it is complete."""
        actions = Counter(event.action.key() for event in self.events if isinstance(event, Ran) and event.ok)
        for problem in repeated(self.events):
            self.losses.run_twice.append(problem)
        files = {
            path.relative_to(self.folder / "auto_gpt_workspace").as_posix(): path.read_text()
            for path in (self.folder / "auto_gpt_workspace").rglob("*")
            if path.is_file()
        }
        wanted = expected(steps)
        for name in sorted(files.keys() | wanted.keys()):
            lines, once = (Counter(of.get(name, "").splitlines()) for of in (files, wanted))
            for line in lines - once:
                self.losses.run_twice.append(f"{name} has {line!r} {lines[line]} times")
            for line in once - lines:
                self.losses.steps_lost.append(f"{name} has no {line!r}")
            if not lines - once and not once - lines and files.get(name) != wanted.get(name):
                self.losses.steps_lost.append(f"{name} is out of order")
        if not actions:
            self.losses.steps_lost.append("nothing was done")

    def _read(self) -> tuple[Event, ...]:
        store = RunStore(self.folder / ".autogpt" / "runs", clock=_NoClock(), redact=lambda text: text)
        try:
            run = store.read()
        except UserError as error:
            self.losses.journals_damaged.append(str(error))
            return self.events
        self.losses.journals_damaged += run.notices
        return run.events


def unknown_outcomes(events: Sequence[Event]) -> int:
    """How many commands were begun, and nobody saw their end."""
    return sum(isinstance(a, Begun) and isinstance(b, Resumed) for a, b in pairwise(events))


def repeated(events: Iterable[Event]) -> list[str]:
    """Actions that were started again without that the model, having been told, chose so."""
    problems: list[str] = []
    chosen: Action | None = None
    started = False
    unfinished: Action | None = None
    for event in events:
        match event:
            case Replied(action=action):
                if unfinished is not None and action.command != "read_file":
                    problems.append(f"the model was not told of the end of {unfinished.key()}")
                chosen, started, unfinished = action, False, None
            case Begun(action=action):
                if started or action != chosen:
                    problems.append(f"begun without being chosen anew: {action.key()}")
                started, unfinished = True, action
            case Ran(action=action):
                if unfinished is not None and action != unfinished:
                    problems.append(f"ended without being begun: {action.key()}")
                unfinished = None
            case Resumed():
                pass
            case _:
                pass
    return problems
