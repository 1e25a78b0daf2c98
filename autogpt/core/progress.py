"""Is the agent going in circles? Judged on facts, never on what the model says of itself.

The fact that counts: the same action with the same result, although nothing in
the workspace has changed. A ladder answers it: tell the model, refuse that very
action, then give up (ask the person; with nobody there, stop). Streams of
unreadable replies, and of actions of which none succeeds, end too.

Everything else is work and is left alone: other arguments, other results, a
change in the workspace, or something new learned every other step.

Results that differ only in clock times wear the patience out more slowly, and
so do, much more slowly, results that differ only in whole numbers and actions
that change files but look the same each time: those are often honest polling or
"process the next one". What this does not promise: to notice an agent that does
new but pointless things. Limits on money, steps and time end those.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Literal

from autogpt.core.actions import Action
from autogpt.core.events import Advised, Denied, Event, Garbled, Ran

WINDOW = 120
"""How many of the last steps are worth keeping for `judge` and `refuses`."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn came to.

    `action`, `result`, `timeless` and `numberless` are digests, "" where there was
    nothing. The last three are of the result: as it is (but for run times and
    addresses in memory), without clock times, and without whole numbers as well.
    `label` names the action for a reader. `by` is who denied it.
    """

    kind: Literal["ran", "garbled", "denied", "advised"]
    action: str = ""
    command: str = ""
    ok: bool = False
    result: str = ""
    changed: bool = False
    timeless: str = ""
    numberless: str = ""
    label: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Fine:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Tell:
    """The model should hear `why` before its next reply."""

    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Telling did not help. `why` is for the person."""

    why: str


Judgement = Fine | Tell | GiveUp

BY_POLICY = "policy"


def step_of(event: Event) -> Step | None:
    """The step that an event ends, if it ends one."""
    match event:
        case Ran(action=action, ok=ok, result=result, changed=changed):
            exact, timeless, numberless = _likenesses(result)
            return Step(
                "ran",
                _identity(action),
                action.command,
                ok,
                exact,
                changed,
                timeless,
                numberless,
                label(action),
            )
        case Denied(action=action, by=by):
            return Step("denied", _identity(action), action.command, label=label(action), by=by)
        case Garbled():
            return Step("garbled")
        case Advised():
            return Step("advised")
        case _:
            return None


def judge(history: Sequence[Step]) -> Judgement:
    """What to do after the last step of the history, oldest step first."""
    steps = _since_advice(history)
    if not steps:
        return Fine()
    last = steps[-1]
    if last.kind == "garbled":
        return _judge_garbled(steps)
    told: Tell | None = None
    for kind in _kinds_of_repetition(steps, last.action, last.command):
        circle = _circle(steps, last.action, last.command, kind)
        if circle is None or not circle.holds:
            continue
        if circle.attempts >= GIVE_UP_ATTEMPTS and circle.repeated >= kind.give_up:
            return GiveUp(
                f"It goes in circles: {last.label} was tried {circle.attempts} times, {kind.to_person}."
            )
        if told is None and circle.attempts >= MIN_ATTEMPTS and circle.repeated >= kind.tell:
            told = Tell(_advice(circle, last, kind))
    if not last.ok:
        fruitless = _judge_fruitless(steps)
        if isinstance(fruitless, GiveUp) or told is None:
            return fruitless
    return told or Fine()


def refuses(history: Sequence[Step], action: Action) -> str | None:
    """Why this very action must not be run again now, said to the model; None if it may be."""
    steps = _since_advice(history)
    identity = _identity(action)
    for kind in _kinds_of_repetition(steps, identity, action.command):
        circle = _circle(steps, identity, action.command, kind)
        if circle and circle.holds and circle.ran >= MIN_ATTEMPTS and circle.repeated >= kind.refuse:
            return (
                f"{label(action)} was not run: it has already been run {circle.ran} times, {kind.to_model}. "
                f"{INSTEAD}"
            )
    return None


def is_kept_from_working(history: Sequence[Step]) -> bool:
    """Whether it is the policy that an agent fails at: it denied at least half of the last attempts."""
    last = history[-GIVE_UP_ATTEMPTS:]
    return sum(step.by == BY_POLICY for step in last) * 2 >= len(last) > 0


# --- the same again -------------------------------------------------------------------------

MIN_ATTEMPTS = 4
"""Three times the same is an honest retry or a slow poll; the fourth is told."""

GIVE_UP_ATTEMPTS = 6

IDLE = frozenset({"do_nothing"})
"""Commands that do nothing, whatever reason they are given."""

IDLE_KEY = ("do_nothing", "")

REPLACING = frozenset({"write_to_file", "write_file", "create_file", "delete_file", "remove_file"})
"""Commands that leave a file in a state that their arguments alone decide.

When such an action is repeated and changes something again, something else undid
it in between: to and fro, not forward.
"""

INSTEAD = (
    "Use what you already know, or go another way: a different command, different arguments, or change "
    "something first. If you are waiting for something, do other work meanwhile, or use one command that "
    "waits. If the task is done, or cannot be done, say so with task_complete."
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One meaning of "the same again", and the patience with it in repeated steps.

    `sameness` gives what must be equal beside the action; `moves_on` says whether a
    step that changed the workspace put everything before it out of account, given
    how often its like was seen.
    """

    sameness: Callable[[Step], str]
    moves_on: Callable[[Step, int], bool]
    tell: int
    refuse: int
    give_up: int
    to_model: str
    to_person: str


def _state_is_new(step: Step, seen: int) -> bool:
    return seen == 1 or (step.ok and step.command not in REPLACING)


def _step_is_new(step: Step, seen: int) -> bool:
    return seen == 1


EXACT = _Kind(
    sameness=attrgetter("result"),
    moves_on=_state_is_new,
    tell=4,
    refuse=4,
    give_up=6,
    to_model="with the same outcome each time and no new state of the workspace in between",
    to_person="with the same outcome each time and no new state of the workspace in between",
)
TIMES_DIFFER = _Kind(
    sameness=attrgetter("timeless"),
    moves_on=_state_is_new,
    tell=8,
    refuse=10,
    give_up=12,
    to_model="with results that differ only in the time of day or the date, and nothing changed in the workspace",
    to_person="with results that differ only in the time, and nothing changed in the workspace",
)
LOOKS_ALIKE = _Kind(
    sameness=attrgetter("numberless"),
    moves_on=_step_is_new,
    tell=60,
    refuse=90,
    give_up=92,
    to_model=(
        "with results that are alike but for numbers. If each run does a part of the work, do the rest "
        "at once with a script that loops; if you are polling, use one command that waits for the end"
    ),
    to_person="with results that are alike but for numbers",
)


@dataclass(frozen=True, slots=True)
class _Circle:
    """How often one action came to the same.

    `ran` and `attempts` (denials counted too) are of the action; `repeated` counts the
    steps of the span from its first run on that were not new, `new` the others.
    `between` are the steps from the last occurrence but one to the last.
    """

    ran: int
    attempts: int
    repeated: int
    new: int
    between: tuple[Step, ...]

    @property
    def holds(self) -> bool:
        """False where something new was learned at least every other time: that is work."""
        return 2 * self.new <= self.attempts - 1


def _kinds_of_repetition(steps: Sequence[Step], action: str, command: str) -> tuple[_Kind, ...]:
    """The kinds worth looking at; none for an action that is not often in the history."""
    if command in IDLE:
        times = sum(1 for step in steps if step.command in IDLE)
    else:
        times = sum(1 for step in steps if step.action == action)
    if times < MIN_ATTEMPTS:
        return ()
    return tuple(kind for kind in (EXACT, TIMES_DIFFER, LOOKS_ALIKE) if len(steps) >= kind.tell)


def _circle(steps: Sequence[Step], action: str, command: str, kind: _Kind) -> _Circle | None:
    """What the history says of one action, since the last step that moved things on."""
    # Written for speed: this runs up to three times at every step.
    sameness = kind.sameness
    keys = [
        IDLE_KEY
        if step.command in IDLE
        else (step.action, sameness(step) if step.kind == "ran" else step.kind)
        for step in steps
    ]
    start = _start(steps, keys, kind)
    denied = IDLE_KEY if command in IDLE else (action, "denied")
    own = denied
    for index in range(len(steps) - 1, start - 1, -1):
        if steps[index].kind == "ran" and (steps[index].action == action or keys[index] == denied):
            own = keys[index]
            break
    here = [index for index in range(start, len(keys)) if keys[index] == own or keys[index] == denied]
    if not here:
        return None
    first = here[0]
    seen = Counter(keys[first:])
    new = 0
    if len(seen) > 1:
        new = sum(
            1
            for index in range(first, len(keys))
            if seen[keys[index]] == 1 and steps[index].kind == "ran" and steps[index].command not in IDLE
        )
    return _Circle(
        ran=sum(1 for index in here if steps[index].kind == "ran"),
        attempts=len(here),
        repeated=len(keys) - first - new,
        new=new,
        between=tuple(steps[here[-2] + 1 : here[-1] + 1]) if len(here) > 1 else (),
    )


def _start(steps: Sequence[Step], keys: Sequence[tuple[str, str]], kind: _Kind) -> int:
    """Where to count from: at the last step that moved things on, itself the first of its like."""
    seen: Counter[tuple[str, str]] | None = None
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].changed:
            seen = seen or Counter(keys)
            if kind.moves_on(steps[index], seen[keys[index]]):
                return index
    return 0


def _advice(circle: _Circle, last: Step, kind: _Kind) -> str:
    if circle.ran == 0:
        return (
            f"You have asked for {last.label} {circle.attempts} times, and each time it was refused. "
            f"It will not be allowed by asking again. {INSTEAD}"
        )
    text = f"You are going in circles: you have asked for {last.label} {circle.attempts} times, {kind.to_model}. "
    round_trip = [step.label for step in circle.between if step.label]
    if 1 < len(round_trip) <= 8:
        text += f"The steps that you repeat: {', '.join(round_trip)}. "
    if circle.repeated >= kind.refuse:
        text += "If you ask for it again now, it will be refused. "
    return text + INSTEAD


# --- nothing succeeds -----------------------------------------------------------------------

TELL_GARBLED, GIVE_UP_GARBLED = 3, 6
TELL_FRUITLESS, GIVE_UP_FRUITLESS = 6, 12


def _judge_garbled(steps: Sequence[Step]) -> Judgement:
    count = 0
    for step in reversed(steps):
        if step.kind != "garbled":
            break
        count += 1
    if count >= GIVE_UP_GARBLED:
        return GiveUp(f"{count} replies of the model in a row could not be read.")
    if count >= TELL_GARBLED:
        return Tell(
            f"Your last {count} replies could not be read, so nothing was done. Answer with one JSON object "
            "in the format above and nothing else: no prose, no code fence. Keep it short, so that it is not "
            "cut off; write a long text in several parts."
        )
    return _judge_fruitless(steps)


def _judge_fruitless(steps: Sequence[Step]) -> Judgement:
    """A stream of different actions, or unreadable replies, of which none succeeds."""
    seen = Counter((step.action, step.result) for step in steps if step.kind == "ran")
    count = 0
    for step in reversed(steps):
        if step.kind == "ran" and step.ok:
            if step.command not in IDLE and (step.changed or seen[step.action, step.result] == 1):
                break
            continue  # known already, so it neither helps nor hurts
        count += 1
    if count >= GIVE_UP_FRUITLESS:
        return GiveUp(f"Nothing works: {count} attempts in a row failed, were refused or could not be read.")
    if count >= TELL_FRUITLESS:
        return Tell(
            f"Your last {count} attempts all failed or were refused. Do not try yet another variation. Step back: "
            "read the errors above, check what there really is, use only commands "
            "from the list, and choose another way. If it cannot be done, say so with task_complete."
        )
    return Fine()


def _since_advice(history: Sequence[Step]) -> Sequence[Step]:
    """What the person says to the agent starts the count anew."""
    for index in range(len(history) - 1, -1, -1):
        if history[index].kind == "advised":
            return history[index + 1 :]
    return history


# --- from events to steps -------------------------------------------------------------------


def label(action: Action) -> str:
    """An action in one short line, for the model and the person to recognise."""
    args = ", ".join(f"{name}={_short(value)}" for name, value in action.args.items())
    return f"{action.command}({args if len(args) <= 200 else args[:199] + '…'})"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _identity(action: Action) -> str:
    """A digest that is equal for actions that differ only in blanks around a value or a leading `./`."""
    plain = {name: _plain(value) for name, value in action.args.items()}
    return _digest(Action(action.command, plain).key())


def _plain(value: Any) -> Any:
    if isinstance(value, str) and len(value) <= 300 and "\n" not in value:
        value = value.strip()
        while value.startswith("./") and len(value) > 2:
            value = value[2:]
    elif isinstance(value, Mapping):
        value = dict(value)
    return value


NORMALISED_AT_MOST = 50_000
"""Characters. Longer results must be equal as they are to count as the same."""

_RUN_TIMES = re.compile(
    r"\b(?:in|took|after|elapsed:?|real|user|sys) {0,2}\d+\.\d+ ?(?:s|ms|us|µs|secs?|seconds?)\b"
    r"|\b0x[0-9a-fA-F]{6,16}\b"
)
_CLOCK_TIMES = re.compile(
    r"\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[APap][Mm])?\b"
    r"|\b1\d{9}(?:\d{3})?(?:\.\d+)?\b"  # seconds or milliseconds since 1970
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b,?"
    r"|\b(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,4}\b"
)
# Parts of a whole (12 %, 3/10) and measured values (0.25) say that something moves: they stay.
_WHOLE_NUMBERS = re.compile(r"(?<![\d./,])\d+(?![\d]|[.,/]\d| ?%)")


def _likenesses(result: str) -> tuple[str, str, str]:
    """Digests of a result: as it is, without clock times, without whole numbers as well."""
    if len(result) > NORMALISED_AT_MOST:
        digest = _digest(result)
        return digest, digest, digest
    exact = _RUN_TIMES.sub("#", result)
    timeless = _CLOCK_TIMES.sub("#", exact)
    return _digest(exact), _digest(timeless), _digest(_WHOLE_NUMBERS.sub("#", timeless))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
