"""Events as a person sees them: pure, so that a live run and a replay look the same.

Everything that came from outside stands behind a gutter, bounded, with a count of what is hidden;
the action to be approved is shown from the parsed action itself, never from the model's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from autogpt.core.actions import Action, Thoughts
from autogpt.core.effects import Stop, StopReason
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
    Event,
    Extended,
    Failed,
    Garbled,
    Interrupted,
    Kept,
    Left,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Resumed,
    ReviewAsked,
    Reviewed,
    RuleAdded,
    Stuck,
    Summarised,
    Unknown,
)
from autogpt.core.profile import Profile
from autogpt.core.run_by_others import Grade, Made
from autogpt.core.unreachable import assert_never
from autogpt.terminal.harmless import count, one_line
from autogpt.terminal.lines import GUTTER, Line, Span, Tone, block, dollars, line

_MOST_ARGUMENTS = 30
_ACTION_CHARACTERS = 6000  # of all arguments together, about

Lines = tuple[Line, ...]


def event_lines(
    event: Event,
    *,
    agent: str = "",
    replaying: bool = False,
    written: str | None = None,
    asked: bool = False,
) -> Lines:
    """The lines for one event; `replaying` adds what the person saw by having done it.

    `written` is what a program wrote and the person has seen all of, just before. An action that is to
    be `asked` about is left out: the question shows it.
    """
    match event:
        case Replied(thoughts=thoughts, action=action):
            return (*_thoughts(thoughts, agent), *(() if asked else action_lines(action)))
        case Garbled(text=text, why=why):
            heading = _titled("UNREADABLE REPLY:", why, Tone.WARN)
            return (heading, *block(text, characters=600, rows=8)) if text.strip() else (heading,)
        case Authorised(steps=steps):
            return (line(_authorised(steps), Tone.DIM),) if replaying else ()
        case RuleAdded(pattern=pattern):
            return (line("ALWAYS ALLOWED IN THIS RUN:", Tone.LABEL), *block(pattern))
        case Advised(text=text):
            return (line("YOU:", Tone.LABEL), *block(text, characters=600, rows=8))
        case ReviewAsked():
            return (line("The model is asked to review its own thoughts.", Tone.DIM),)
        case Reviewed(verdict=verdict, agrees=agrees):
            tone = Tone.GOOD if agrees else Tone.WARN
            return (line(f"SELF-REVIEW: {'agrees' if agrees else 'objects'}", tone), *block(verdict))
        case Denied(action=action, why=why, by=by):
            return (_titled("NOT RUN:", f"{action.command} (by the {by})", Tone.WARN), *block(why))
        case Begun():
            return ()
        case Ran():
            return tuple(_ran(event, written))
        case Summarised(turns=turns):
            return (line(f"The oldest {_of(turns, 'step')} went into the running summary.", Tone.DIM),)
        case Overflowed(window=window):
            takes = f" of {count(window)} tokens" if window else ""
            return (line(f"The prompt was too long for the model's window{takes}; shortening it.", Tone.DIM),)
        case LimitMet():
            return (_limit(event),)
        case Extended(kind=kind, by=by):
            return (line(f"You allowed {_amount(kind, by)} more.", Tone.DIM),)
        case Stuck(why=why):
            return (line("NO PROGRESS: the agent goes in circles.", Tone.BAD), *block(why))
        case Interrupted():
            return (line("Interrupted.", Tone.WARN),)
        case Failed(why=why):
            # Live, the same line ends the program.
            return (line("THE PROVIDER FAILED:", Tone.BAD), *block(why)) if replaying else ()
        case Left():
            return (line("You left. The run can be resumed.", Tone.DIM),) if replaying else ()
        case Resumed():
            return (line("Resumed where it stopped.", Tone.DIM),)
        case Kept():
            return tuple(_kept(event))
        case Unknown(kind=kind):
            return (_titled("AN EVENT OF A NEWER VERSION:", kind, Tone.DIM),)
        case unreachable:
            assert_never(unreachable)


def action_lines(action: Action) -> Lines:
    """The action, literally: its command, then each argument on its own line, in the middle cut if it is long.

    For what runs without being asked about; what a person approves is shown by `autogpt.terminal.approval`.
    """
    heading = _titled("NEXT ACTION:", action.command, Tone.NAME)
    arguments = list(action.args.items())
    room = max(_ACTION_CHARACTERS // max(len(arguments), 1), 300)
    shown = [row for name, value in arguments[:_MOST_ARGUMENTS] for row in _argument(str(name), value, room)]
    if hidden := len(arguments) - _MOST_ARGUMENTS:
        shown += [line(f"… {count(hidden)} arguments more …", Tone.WARN, gutter="  ")] if hidden > 0 else []
    return (heading, *shown)


def executed_lines(made: Made) -> Lines:
    """What the run made or changed that other programs will execute, and where more of it may be."""
    told = {
        Grade.PRESENCE: (
            "MADE OR CHANGED, and acting by being there:",
            " Look at it before you open this folder with other programs.",
        ),
        Grade.PURPOSE: ("MADE OR CHANGED, and run by other programs:", ""),
    }
    lines = [
        line(
            f"{head} {_some(made.names[grade])}.{more}", Tone.WARN if grade is Grade.PRESENCE else Tone.PLAIN
        )
        for grade, (head, more) in told.items()
        if made.names.get(grade)
    ]
    if made.not_looked_into:
        lines.append(line(f"{_UNREAD} {_some(made.not_looked_into)}.", Tone.WARN))
    if not made.whole:
        lines.append(line(_TOO_MANY, Tone.WARN))
    return tuple(lines)


_UNREAD = "NOT LOOKED INTO, for they can't be read, for files that other programs run:"
_TOO_MANY = (
    "NOT ALL LOOKED AT: this folder holds more files than are searched for what other programs run. "
    "There may be more than is told here."
)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(name, longest=80) for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")


_MOST_NAMED = 60


def stop_lines(stop: Stop) -> Lines:
    """How the run ended."""
    tone = Tone.GOOD if stop.reason is StopReason.COMPLETE else Tone.WARN
    words = {
        StopReason.COMPLETE: "DONE.",
        StopReason.LEFT: "LEFT. The run is saved and can be resumed.",
        StopReason.STEPS: "STOPPED at the step limit. The run can be resumed.",
        StopReason.LIMIT: "STOPPED at a limit. The run can be resumed.",
        StopReason.REFUSED: "STOPPED: what the agent needs is not allowed.",
        StopReason.STUCK: "STOPPED: the agent made no progress.",
        StopReason.WINDOW: "STOPPED: the prompt does not fit the model.",
    }[stop.reason]
    return (line(words, tone), *(block(stop.text) if stop.text.strip() else ()))


def profile_lines(profile: Profile) -> Lines:
    """Who the agent is."""
    rows = [_titled("NAME:", profile.name, Tone.NAME), _titled("ROLE:", profile.role)]
    rows.append(line("GOALS:", Tone.LABEL))
    rows += [_inside(f"- {one_line(goal, longest=1000)}") for goal in profile.goals]
    rows.append(_titled("BUDGET:", "no limit" if profile.budget is None else dollars(profile.budget)))
    return tuple(rows)


def _thoughts(thoughts: Thoughts, agent: str) -> Iterator[Line]:
    if thoughts.text.strip():
        name = (Span(f" ({one_line(agent, longest=60)})", Tone.NAME),) if agent else ()
        yield Line((Span("THOUGHTS", Tone.LABEL), *name, Span(":", Tone.LABEL)))
        yield from block(thoughts.text)
    if thoughts.reasoning.strip():
        yield line("REASONING:", Tone.LABEL)
        yield from block(thoughts.reasoning)
    if plan := [step for step in thoughts.plan if step.strip()]:
        yield line("PLAN:", Tone.LABEL)
        yield from block("\n".join(f"- {step.strip().removeprefix('- ')}" for step in plan))
    if thoughts.criticism.strip():
        yield line("CRITICISM:", Tone.LABEL)
        yield from block(thoughts.criticism)


def _argument(name: str, value: Any, room: int) -> Iterator[Line]:
    label = Span(f"{one_line(name, longest=60)}: ", Tone.LABEL)
    text = literal(value)
    if "\n" not in text and len(text) <= min(room, 1000):
        yield Line((label, Span(text)), GUTTER)
    else:
        yield Line((label,), GUTTER)
        yield from block(text, gutter=GUTTER * 2, characters=room)


def literal(value: Any) -> str:
    """A text as it is, in quotes where its ends would not be seen; anything else as JSON."""
    if isinstance(value, str) and ("\n" in value or (value and value == value.strip())):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str, indent=2 if _is_deep(value) else None)
    except (RecursionError, ValueError) as error:
        return f"‹cannot be shown: {type(error).__name__}›"


def _is_deep(value: Any) -> bool:
    return isinstance(value, (dict, list)) and len(value) > 3


def _ran(event: Ran, written: str | None) -> Iterator[Line]:
    heading = ("RESULT:", Tone.GOOD) if event.ok else ("FAILED:", Tone.BAD)
    yield _titled(heading[0], event.action.command, heading[1])
    result = event.result.rstrip()
    if written and written.strip() and result.endswith(written.rstrip()):
        # The person has just seen it; what the program says of its end comes before it.
        result = result.removesuffix(written.rstrip()).rstrip()
        yield from block(result, characters=2000, rows=24) if result else ()
        yield line("(It wrote what stands above.)", Tone.DIM)
    else:
        yield from block(event.result if result else "(nothing)", characters=2000, rows=24)
    if event.full_result:
        yield _titled("WHOLE RESULT IN THE FILE:", event.full_result)


def _kept(event: Kept) -> Iterator[Line]:
    if event.text:
        yield line("Kept for the next time:", Tone.LABEL)
        yield from block(event.text, characters=6000, rows=100)
    if event.half:
        yield line("Not ended by Enter, so only kept for you to finish:", Tone.LABEL)
        yield from block(event.half)


def _limit(event: LimitMet) -> Line:
    name = {
        LimitKind.BUDGET: "budget",
        LimitKind.TOKENS: "token limit",
        LimitKind.STEPS: "step limit",
        LimitKind.TIME: "time limit",
    }[event.kind]
    spent, allowed = _amount(event.kind, event.spent), _amount(event.kind, event.allowed)
    needs = f"; the next step may need {_amount(event.kind, event.needed)}" if event.needed else ""
    return line(f"LIMIT: {spent} used; the {name} is {allowed}{needs}.", Tone.WARN)


def _amount(kind: LimitKind, amount: Decimal) -> str:
    match kind:
        case LimitKind.BUDGET:
            return dollars(amount)
        case LimitKind.TOKENS:
            return _of(int(amount), "token")
        case LimitKind.STEPS:
            return _of(int(amount), "step")
        case LimitKind.TIME:
            return duration(float(amount))
        case unreachable:
            assert_never(unreachable)


def duration(seconds: float) -> str:
    """`8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    big, small, names = (whole // 60, whole % 60, ("min", "s"))
    if whole >= 3600:
        big, small, names = (whole // 3600, whole % 3600 // 60, ("h", "min"))
    return f"{big} {names[0]}" + (f" {small} {names[1]}" if small else "")


def _authorised(steps: int) -> str:
    return "You let it go on." if steps < 1 else f"You allowed {_of(steps, 'step')}."


def _of(number: int, thing: str) -> str:
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"


def _titled(title: str, outside: str, tone: Tone = Tone.PLAIN) -> Line:
    label = Tone.LABEL if tone in (Tone.PLAIN, Tone.NAME) else tone
    return Line((Span(f"{title} ", label), Span(one_line(outside, longest=500), tone)))


def _inside(text: str) -> Line:
    return line(text, gutter=GUTTER)
