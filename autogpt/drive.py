"""Drives a session to its end: each event is written down before it is shown.

The one place where the loop, the journal and the screen meet. Errors of the
provider and of the journal pass through; what was written stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from autogpt.core.actions import Action
from autogpt.core.decide import decide
from autogpt.core.effects import Ask, Stop
from autogpt.core.events import Event, Interrupted, Ran
from autogpt.core.loop import run
from autogpt.core.ports import Ports
from autogpt.core.session import Session
from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.status import Status

Record = Callable[[Event], None]
Show = Callable[[Event, Session], None]


def drive(session: Session, ports: Ports, record: Record, show: Show, interrupts: Interrupts) -> Stop:
    """Go on from `session` until it stops. A signal never tears what is being written."""
    interrupted = False
    while True:
        try:
            for happened, now in _from(session, ports, interrupted=interrupted):
                if isinstance(happened, Stop):
                    return happened
                # A Ctrl-C in here waits until the loop can answer it: at the next question or model call.
                with interrupts.shielded(deliver=False):
                    record(happened)
                    session, interrupted = now, False
                    show(happened, now)
                if not isinstance(happened, Interrupted):  # the question that follows is still part of it
                    interrupts.new_step()
        except KeyboardInterrupt:
            # It came between two steps, where the loop was thinking: go on from what is written.
            interrupted = True


def _from(session: Session, ports: Ports, *, interrupted: bool) -> Iterator[tuple[Event | Stop, Session]]:
    if interrupted:
        event = Interrupted(at=ports.clock.time())
        session = session.after(event)
        yield event, session
    yield from run(session, ports)


def status_of(session: Session) -> Status:
    """What the status line says of a session."""
    budget = session.limits.budget
    return Status(
        step=session.steps,
        cost=None if session.unpriced else session.spent,
        tokens=session.tokens,
        budget_left=None if budget is None else max(Decimal(0), budget - session.spent),
    )


def is_asked_about(session: Session) -> bool:
    """Whether the person is asked next whether the pending action may run: the question shows it."""
    match session.setup.attended and decide(session):
        case Ask(action=Action()):
            return True
        case _:
            return False


def ends_step(event: Event) -> bool:
    """Whether the status is worth showing after this event."""
    return isinstance(event, Ran)
