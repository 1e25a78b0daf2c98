"""The loop: decide, perform, remember. `perform` is the only function here that touches the world.

The loop yields each event and the session after it; who drives it writes the
event down before it asks for the next. It promises not to start a command that
changes the world before its `Begun` was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autogpt.core.actions import Action
from autogpt.core.decide import decide
from autogpt.core.effects import (
    Ask,
    AskForMore,
    Begin,
    Effect,
    Record,
    Review,
    Run,
    Stop,
    StopReason,
    Summarise,
    Think,
)
from autogpt.core.errors import ContextOverflow, OverLimit, ProviderError
from autogpt.core.events import (
    Advised,
    Begun,
    Event,
    Extended,
    Failed,
    Garbled,
    Interrupted,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Reviewed,
    Summarised,
)
from autogpt.core.messages import NO_USAGE, Completion, Usage
from autogpt.core.ports import Ports
from autogpt.core.reply import Unreadable, read_reply
from autogpt.core.session import Session
from autogpt.core.template_signs import mended
from autogpt.core.turns import TASK_COMPLETE
from autogpt.core.unreachable import assert_never


def run(session: Session, ports: Ports) -> Iterator[tuple[Event | Stop, Session]]:
    """Go on from `session` until a `Stop`, which comes last. ProviderError passes, told by a `Failed`."""
    while True:
        failure: ProviderError | None = None
        event: Event | Stop
        try:
            event = _performed(decide(session), session, ports)
        except ProviderError as error:
            failure, event = error, Failed(str(error), usage_of(error))
        if isinstance(event, Stop):
            yield event, session
            return
        event = replace(event, at=ports.clock.time())
        session = session.after(event)
        yield event, session
        if failure is not None:
            raise failure


def _heard(effect: Effect, ports: Ports) -> Event | None:
    """What the person typed meanwhile, handed on before the model thinks again or ends the run."""
    match effect:
        case Think() | Stop(reason=StopReason.COMPLETE):
            said = ports.user.said()
        case Begin(action=action) | Run(action=action) if action.command == TASK_COMPLETE:
            said = ports.user.said()
        case _:
            return None
    return Advised(said) if said else None


def _performed(effect: Effect, session: Session, ports: Ports) -> Event | Stop:
    try:
        if (heard := _heard(effect, ports)) is not None:
            return heard
        return effect if isinstance(effect, Stop) else perform(effect, session, ports)
    except KeyboardInterrupt as interrupt:
        return Interrupted(usage_of(interrupt))
    except OverLimit as limit:
        return LimitMet(limit.kind, limit.spent, limit.allowed, limit.needed)


def usage_of(error: BaseException) -> Usage:
    """What a model call that ended in an error was billed, where the model says so."""
    usage = getattr(error, "usage", None)
    return usage if isinstance(usage, Usage) else NO_USAGE


def perform(effect: Effect, session: Session, ports: Ports) -> Event:
    """Do what is wished; the event says what came of it."""
    match effect:
        case Think(messages=messages, reply_tokens=tokens):
            try:
                completion = ports.model.complete(messages, reply_tokens=tokens, as_reply=True)
            except ContextOverflow as overflow:
                return Overflowed(overflow.window)
            return understood(completion, session, ports)
        case Review(messages=messages, reply_tokens=tokens):
            try:
                completion = ports.fast_model.complete(messages, reply_tokens=tokens)
            except ContextOverflow as overflow:
                return Overflowed(overflow.window, of_fast_model=True)
            agrees = completion.text.strip().lower().startswith("y")
            return Reviewed(completion.text.strip(), agrees, completion.usage)
        case Summarise():
            return _summarised(effect, session, ports)
        case Ask(action=Action() as action):
            preview = ports.commands.preview(action)
            if preview is not None and preview.fails:  # the same as if it were run, without a question
                return Ran(action, False, preview.fails)
            return ports.user.authorise(replace(effect, preview=preview))
        case Ask():
            return ports.user.authorise(effect)
        case AskForMore(kind=kind):
            answer = ports.user.extend(effect)
            if not isinstance(answer, Extended):
                return answer
            ports.allowance.extend(answer.by, kind)
            return answer
        case Begin(action=action):
            return Begun(action)
        case Run(action=action):
            if ports.outgoing is not None:
                ports.outgoing.begin(session.leave)
            try:
                return ports.commands.run(action)
            except ContextOverflow:
                return Ran(action, False, "The text was too long for the model that this command asks.")
        case Record(event=event):
            return event
        case Stop():
            raise AssertionError("a stop is not performed")
        case unreachable:
            assert_never(unreachable)


def understood(completion: Completion, session: Session, ports: Ports) -> Replied | Garbled:
    """The reply as an event: what the model wants done, or why nothing may be done."""
    known = [spec.name for spec in session.setup.commands]
    reply = read_reply(completion.text, completion.finish, known, session.copyable)
    if isinstance(reply, Unreadable):
        return Garbled(completion.text, reply.why, completion.usage)
    return Replied(reply.thoughts, ports.commands.canonical(reply.action), completion.usage)


LEAST_FAST_WINDOW = 1000
"""Tokens. A model that can't read that much is not asked for summaries any more."""


def _summarised(effect: Summarise, session: Session, ports: Ports) -> Summarised | Overflowed:
    before = session.recap.summary
    try:
        completion = ports.fast_model.complete(effect.messages, reply_tokens=effect.reply_tokens)
    except ContextOverflow as overflow:
        if session.fast_window.tokens >= LEAST_FAST_WINDOW:
            return Overflowed(overflow.window, of_fast_model=True)
        # The facts about the steps are kept anyway; only the model's view of them is missing.
        return Summarised(before, effect.turns)
    text = "" if completion.finish == "filter" else mended(completion.text.strip())
    return Summarised(text or before, effect.turns, completion.usage)
