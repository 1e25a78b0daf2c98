"""Each event is written before it is shown, and a Ctrl-C at any moment asks instead of ending the run."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from autogpt.core.effects import Ask, Stop, StopReason
from autogpt.core.events import Advised, Event
from autogpt.core.session import Session
from autogpt.drive import drive
from autogpt.terminal.interrupts import Interrupts
from tests.core.world import DONE, FakeClock, World, kinds, reply, setup, world

WRITE = reply("write_to_file", filename="a.txt", text="hello")


def driven(w: World, during: Callable[[Event], None] = lambda event: None) -> tuple[list[Event], Stop]:
    """What was written down; what was shown is the same, and comes later."""
    written: list[Event] = []
    shown: list[Event] = []

    def record(event: Event) -> None:
        during(event)
        written.append(event)

    def show(event: Event, now: Session) -> None:
        shown.append(event)
        assert shown == written

    with Interrupts() as interrupts:
        stop = drive(Session.begin(setup()), w.ports(), record, show, interrupts)
    assert shown == written
    return written, stop


def test_what_happened_is_written_before_it_is_shown() -> None:
    written, stop = driven(world(WRITE, DONE))
    assert kinds(written) == ["Replied", "Begun", "Ran", "Replied", "Ran"]
    assert stop.reason is StopReason.COMPLETE


@pytest.mark.parametrize("look", range(1, 6))
def test_ctrl_c_between_two_steps_asks(look: int) -> None:
    """The clock is looked at where the loop has an event in its hands that is not written yet."""

    class Interrupting(FakeClock):
        looks = 0

        def time(self) -> float:
            self.looks += 1
            if self.looks == look:
                signal.raise_signal(signal.SIGINT)
            return super().time()

    w = world(WRITE, DONE, DONE, DONE, answers=[Advised("go on")])
    w.clock = Interrupting()
    written, stop = driven(w)
    assert stop.reason is StopReason.COMPLETE
    assert [question.action for question in w.user.asked if isinstance(question, Ask)] == [None]
    assert kinds(written).count("Interrupted") == 1
    writes = [action for action in w.commands.ran if action.command == "write_to_file"]
    assert len(writes) <= 1
    if writes and "Ran" not in kinds(written[: kinds(written).index("Interrupted")]):
        assert "outcome is unknown" in "\n".join(m.text for m in w.model.prompts[-1])


@pytest.mark.parametrize("kind", ["Replied", "Begun", "Ran"])
def test_ctrl_c_while_an_event_is_written_does_not_tear_it_and_asks(kind: str) -> None:
    pressed: list[Event] = []

    def during(event: Event) -> None:
        if type(event).__name__ == kind and not pressed:
            pressed.append(event)
            signal.raise_signal(signal.SIGINT)

    w = world(WRITE, DONE)
    with Interrupts() as interrupts:
        written: list[Event] = []

        class Person:
            """Raises what was kept back where the terminal does."""

            def __init__(self) -> None:
                self.asked: list[Ask] = []

            def said(self) -> str | None:
                interrupts.raise_pending()
                return None

            def authorise(self, question: Ask) -> Advised:
                self.asked.append(question)
                return Advised("go on")

            def extend(self, question: object) -> None:
                raise AssertionError(question)

        person = Person()
        w.user = person  # type: ignore[assignment]

        def record(event: Event) -> None:
            during(event)
            written.append(event)

        stop = drive(Session.begin(setup()), w.ports(), record, lambda event, now: None, interrupts)
    assert stop.reason is StopReason.COMPLETE
    assert pressed[0] in written
    assert [question.action for question in person.asked] == [None]
    assert len([action for action in w.commands.ran if action.command == "write_to_file"]) == 1


def test_the_question_after_ctrl_c_belongs_to_its_step() -> None:
    brought: list[bool] = []
    with Interrupts() as interrupts:

        class Person:
            def said(self) -> str | None:
                interrupts.raise_pending()
                return None

            def authorise(self, question: Ask) -> Advised:
                brought.append(interrupts.question_begins())
                return Advised("go on")

            def extend(self, question: object) -> None:
                raise AssertionError(question)

        w = world(WRITE, DONE)
        w.user = Person()  # type: ignore[assignment]
        pressed: list[Event] = []

        def record(event: Event) -> None:
            if not pressed:
                pressed.append(event)
                signal.raise_signal(signal.SIGINT)

        drive(Session.begin(setup()), w.ports(), record, lambda event, now: None, interrupts)
    assert brought == [True]
