"""The loop from end to end, in a scripted world."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from autogpt.core.actions import Action, Thoughts
from autogpt.core.effects import Ask, AskForMore, Stop, StopReason
from autogpt.core.errors import ContextOverflow, ExitCode, LimitKind, OverLimit, ProviderError
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Event,
    Extended,
    Failed,
    Garbled,
    Kept,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Resumed,
    ReviewAsked,
    Reviewed,
    RuleAdded,
    Stuck,
)
from autogpt.core.limits import Limits
from autogpt.core.loop import run
from autogpt.core.messages import Completion, Usage
from autogpt.core.session import Session
from tests.core.world import DONE, YES, FakeCommands, FakeModel, kinds, reply, setup, world

WRITE = reply("write_to_file", filename="a.txt", text="hello")
READ = reply("read_file", filename="a.txt")


def writes(count: int) -> list[str]:
    return [reply("write_to_file", filename=f"{number}.txt", text="hello") for number in range(count)]


def test_a_continuous_run_writes_ahead_and_ends_when_the_model_says_so() -> None:
    w = world(WRITE, READ, DONE)
    events, stop, session = w.play(Session.begin(setup(attended=False)))
    assert kinds(events) == ["Replied", "Begun", "Ran", "Replied", "Ran", "Replied", "Ran"]
    assert stop.reason is StopReason.COMPLETE
    assert stop.reason.exit_code is ExitCode.DONE
    assert stop.text == "all done"
    assert session.steps == 3
    assert session.spent == Decimal("0.03")


def test_step_by_step_asks_before_each_action() -> None:
    w = world(WRITE, READ, answers=[YES])
    events, stop, _ = w.play(Session.begin(setup(continuous=False)))
    assert kinds(events) == ["Replied", "Authorised", "Begun", "Ran", "Replied", "Left"]
    assert stop.reason is StopReason.LEFT
    assert [q.action.command for q in w.user.asked if isinstance(q, Ask) and q.action] == [
        "write_to_file",
        "read_file",
    ]


def test_y_minus_n_runs_so_many_without_asking() -> None:
    w = world(WRITE, READ, WRITE, READ, answers=[Authorised(3)])
    w.play(Session.begin(setup(continuous=False)))
    assert len(w.commands.ran) == 3
    assert len(w.user.asked) == 2


def test_a_garbled_reply_runs_nothing_and_clears_what_was_pending() -> None:
    w = world(WRITE, "no json here", DONE)
    events, _, _ = w.play(Session.begin(setup()))
    assert [a.command for a in w.commands.ran] == ["write_to_file", "task_complete"]
    assert "Garbled" in kinds(events)
    told = w.model.prompts[2][-1].text
    assert "could not be used" in told
    assert "no json here" in told


def test_feedback_replaces_the_pending_action() -> None:
    w = world(WRITE, DONE, answers=[Advised("use another name"), YES])
    w.play(Session.begin(setup(continuous=False)))
    assert [a.command for a in w.commands.ran] == ["task_complete"]
    assert "use another name" in w.model.prompts[1][-1].text


def test_words_typed_meanwhile_reach_the_model_at_the_next_step() -> None:
    w = world(WRITE, DONE)
    w.user.words = ["", "please hurry"]
    events, _, _ = w.play(Session.begin(setup()))
    assert Advised("please hurry") in [replace(e, at=0.0) for e in events if isinstance(e, Advised)]
    assert "please hurry" in w.model.prompts[1][-1].text


@pytest.mark.parametrize(("verdict", "ran"), [("Yes, go on.", 1), ("It repeats itself. Read first.", 0)])
def test_a_review_runs_the_action_or_becomes_feedback(verdict: str, ran: int) -> None:
    w = world(WRITE, answers=[ReviewAsked()])
    w.fast_model.replies = [verdict]
    events, _, _ = w.play(Session.begin(setup(continuous=False)))
    assert [e.agrees for e in events if isinstance(e, Reviewed)] == [bool(ran)]
    assert len([a for a in w.commands.ran if a.command == "write_to_file"]) == ran
    if not ran:
        assert verdict in w.model.prompts[1][-1].text


def test_an_unknown_command_is_never_run_and_the_model_learns_the_nearest() -> None:
    w = world(reply("write_files", filename="a"), DONE)
    events, _, _ = w.play(Session.begin(setup()))
    assert kinds(events)[:2] == ["Replied", "Denied"]
    assert "write_to_file" in w.model.prompts[1][-1].text


def test_overflow_compacts_and_goes_on() -> None:
    w = world(*writes(40), ContextOverflow(2000), DONE)
    events, stop, session = w.play(Session.begin(setup()))
    assert stop.reason is StopReason.COMPLETE
    assert "Overflowed" in kinds(events)
    assert "Summarised" in kinds(events)
    assert session.window.tokens == 2000


def test_a_provider_that_never_accepts_a_prompt_ends_the_run() -> None:
    w = world(*[ContextOverflow() for _ in range(200)])
    events, stop, _ = w.play(Session.begin(setup()))
    assert stop.reason is StopReason.WINDOW
    assert stop.reason.exit_code is ExitCode.PROVIDER
    assert all(isinstance(e, Overflowed) for e in events)


def test_an_interrupted_model_call_asks_and_goes_on() -> None:
    w = world(KeyboardInterrupt(), DONE, answers=[Authorised(0)])
    events, stop, _ = w.play(Session.begin(setup()))
    assert kinds(events)[:2] == ["Interrupted", "Authorised"]
    assert stop.reason is StopReason.COMPLETE


def test_an_interrupted_command_is_not_repeated_and_the_model_is_told() -> None:
    def interrupted(action: Action) -> Ran:
        if action.command == "write_to_file":
            raise KeyboardInterrupt
        return Ran(action, True, "ok")

    w = world(WRITE, DONE, answers=[Advised("go on")])
    w.commands = FakeCommands(interrupted)
    w.play(Session.begin(setup()))
    assert [a.command for a in w.commands.ran] == ["write_to_file", "task_complete"]
    text = "\n".join(m.text for m in w.model.prompts[1])
    assert "outcome is unknown" in text


def test_stop_after_ends_without_asking_for_more() -> None:
    w = world(*writes(9))
    _, stop, session = w.play(Session.begin(setup(limits=Limits(stop_after=3))))
    assert stop.reason is StopReason.STEPS
    assert stop.reason.exit_code is ExitCode.LIMIT
    assert session.steps == 3


def test_at_a_limit_a_person_is_asked_for_more() -> None:
    w = world(*writes(9), answers=[Extended(LimitKind.STEPS, Decimal(2))])
    _, stop, session = w.play(Session.begin(setup(limits=Limits(steps=3))))
    assert session.steps == 5
    assert stop.reason is StopReason.LEFT
    assert all(isinstance(q, AskForMore) for q in w.user.asked)
    assert w.allowance.extended == [(LimitKind.STEPS, Decimal(2))]


def test_at_a_limit_an_unattended_run_stops() -> None:
    over = OverLimit(LimitKind.BUDGET, Decimal("0.9"), Decimal(1), Decimal("0.2"))
    w = world(WRITE, over)
    events, stop, _ = w.play(Session.begin(setup(attended=False)))
    assert isinstance(events[-1], LimitMet)
    assert stop.reason.exit_code is ExitCode.LIMIT


def test_wall_time_counts_work_and_not_the_persons_thinking() -> None:
    w = world(WRITE, WRITE, answers=[YES, YES])
    events, _, session = w.play(Session.begin(setup(continuous=False)))
    # A second each for: the two replies after the first event, two Begun, two Ran.
    assert session.elapsed == len([e for e in events if isinstance(e, Begun | Ran | Replied)]) - 1


def test_provider_errors_pass_and_are_told_first() -> None:
    refused = ProviderError("the key was refused")
    refused.usage = Usage(100, 0, 10, Decimal("0.5"))  # type: ignore[attr-defined]
    w = world(WRITE, refused)
    seen: list[Event | Stop] = []
    session = Session.begin(setup())
    with pytest.raises(ProviderError):
        for event, after in run(session, w.ports()):
            seen.append(event)
            session = after
    assert isinstance(seen[-1], Failed)
    assert session.spent == Decimal("0.51")
    events, _, _ = world(DONE).play(session.after(Resumed()))
    assert kinds(events) == ["Replied", "Ran"]


def test_what_a_cancelled_call_cost_is_counted() -> None:
    cancelled = KeyboardInterrupt()
    cancelled.usage = Usage(100, 0, 10, Decimal("0.25"))  # type: ignore[attr-defined]
    _, _, session = world(cancelled, answers=[Authorised(0)]).play(Session.begin(setup()))
    assert session.spent == Decimal("0.26")


def test_a_lost_command_is_never_silently_run_again() -> None:
    """Whatever the run was doing, what was begun is asked about, or told to the model."""
    before: list[Event] = []
    w = world(WRITE, DONE)
    for event, _ in run(Session.begin(setup()), w.ports()):
        before.append(event)  # type: ignore[arg-type]
        if isinstance(event, Begun):
            break

    session = Session.begin(setup())
    for event in [*before, Resumed()]:
        session = session.after(event)
    attended = world(DONE, answers=[Advised("no, leave it")])
    _, _, _ = attended.play(session)
    question = attended.user.asked[0]
    assert isinstance(question, Ask)
    assert question.action == Action("write_to_file", {"filename": "a.txt", "text": "hello"})
    assert "unknown" in question.note
    assert [a.command for a in attended.commands.ran] == ["task_complete"]

    session = Session.begin(setup(attended=False))
    for event in [*before, Resumed()]:
        session = session.after(event)
    alone = world(DONE)
    alone.play(session)
    assert [a.command for a in alone.commands.ran] == ["task_complete"]
    assert "outcome is unknown" in "\n".join(m.text for m in alone.model.prompts[0])


def test_a_lost_command_runs_again_when_the_person_says_so() -> None:
    session = Session.begin(setup(continuous=False))
    action = Action("write_to_file", {"filename": "a.txt", "text": "x"})
    for event in (Begun(action), Resumed()):
        session = session.after(event)
    w = world(answers=[YES])
    events, _, _ = w.play(session)
    assert kinds(events)[:3] == ["Authorised", "Begun", "Ran"]


def test_resuming_asks_again_for_what_was_allowed_but_not_begun() -> None:
    w = world(WRITE, answers=[Authorised(5)])
    allowed = next(
        after
        for event, after in run(Session.begin(setup(continuous=False)), w.ports())
        if isinstance(event, Authorised)
    )
    again = world(answers=[])
    events, _, _ = again.play(allowed.after(Resumed()))
    assert kinds(events) == ["Left"]
    assert again.commands.ran == []


def test_unattended_step_by_step_denies_instead_of_waiting() -> None:
    w = world(WRITE, WRITE, DONE)
    events, _, _ = w.play(Session.begin(setup(continuous=False, attended=False)), most=500)
    assert "Denied" in kinds(events)
    assert [a.command for a in w.commands.ran] == ["task_complete"]
    assert w.user.asked == []


def test_an_empty_reply_never_acts() -> None:
    w = world(Completion(""), Completion(WRITE[:-3], finish="length"), DONE)
    events, _, _ = w.play(Session.begin(setup()))
    assert [type(e) for e in events[:2]] == [Garbled, Garbled]
    assert [a.command for a in w.commands.ran] == ["task_complete"]


def test_rights_given_at_the_prompt_end_with_the_program() -> None:
    """A journal is a file in the current folder: being there must not allow anything."""
    session = Session.begin(setup(continuous=False))
    for event in (RuleAdded("*"), Resumed()):
        session = session.after(event)
    w = world(WRITE, answers=[])
    w.play(session)
    assert w.commands.ran == []
    assert len(w.user.asked) == 1


def test_an_action_that_lost_a_secret_to_the_record_is_thought_again() -> None:
    action = Action("write_to_file", {"filename": "a.txt", "text": "key=***"})
    session = Session.begin(setup())
    for event in (Replied(Thoughts("x"), action), Resumed()):
        session = session.after(event)
    w = world(DONE)
    w.play(session)
    assert [a.command for a in w.commands.ran] == ["task_complete"]


def prompted(model: FakeModel, number: int) -> str:
    return "\n".join(message.text for message in model.prompts[number])


@pytest.mark.parametrize("continuous", [True, False])
def test_words_typed_meanwhile_hold_the_end_of_the_task_back(continuous: bool) -> None:
    w = world(DONE, DONE, answers=[YES, YES])
    spoken = iter([None, "and the other one", None, None, None])
    w.user.said = lambda: next(spoken)  # type: ignore[method-assign]
    events, stop, _ = w.play(Session.begin(setup(continuous=continuous)))
    asked = [] if continuous else ["Authorised"]
    assert kinds(events) == ["Replied", *asked, "Advised", "Replied", *asked, "Ran"]
    assert stop.reason is StopReason.COMPLETE
    assert "Feedback from the user: and the other one" in prompted(w.model, 1)


def test_words_typed_while_the_task_is_completed_hold_it_back_too() -> None:
    w = world(DONE, DONE)
    spoken = iter([None, None, "and the other one", None, None, None])
    w.user.said = lambda: next(spoken)  # type: ignore[method-assign]
    events, stop, _ = w.play(Session.begin(setup()))
    assert kinds(events) == ["Replied", "Ran", "Advised", "Replied", "Ran"]
    assert stop.reason is StopReason.COMPLETE


@pytest.mark.parametrize(
    "last", [Failed("no"), LimitMet(LimitKind.STEPS, Decimal(1), Decimal(1)), Stuck("circles")]
)
def test_what_was_kept_is_told_once_when_the_run_goes_on(last: Event) -> None:
    w = world(DONE)
    session = Session.begin(setup(attended=False))
    for event in (last, Kept("use less sugar"), Kept("", half="and"), Kept("and no milk"), Resumed()):
        session = session.after(event)
    events, stop, _ = w.play(session)
    assert kinds(events) == ["Replied", "Ran"]
    assert stop.reason is StopReason.COMPLETE
    prompt = prompted(w.model, 0)
    assert prompt.count("Feedback from the user") == 2
    assert prompt.index("Feedback from the user: use less sugar") < prompt.index(
        "Feedback from the user: and no milk"
    )


def test_what_was_kept_goes_before_an_action_that_was_not_begun() -> None:
    w = world(DONE)
    session = Session.begin(setup(attended=False))
    action = Action("write_to_file", {"filename": "a", "text": "x"})
    for event in (Replied(Thoughts("x"), action), Kept("not that one"), Resumed()):
        session = session.after(event)
    w.play(session)
    assert [done.command for done in w.commands.ran] == ["task_complete"]


def test_what_was_kept_does_not_hide_that_an_action_was_begun() -> None:
    action = Action("write_to_file", {"filename": "a", "text": "x"})
    session = Session.begin(setup(attended=False))
    for event in (Replied(Thoughts("x"), action), Begun(action), Kept("and then?"), Resumed()):
        session = session.after(event)
    assert session.unfinished
    assert any("its outcome is unknown" in turn.message.text for turn in session.turns)
