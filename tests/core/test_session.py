"""The fold and the decision: total, deterministic, and never running what was not allowed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from autogpt.core import policy
from autogpt.core.actions import Action, CommandSpec, JsonObject, Parameter, Thoughts
from autogpt.core.decide import decide
from autogpt.core.effects import Ask, AskForMore, Begin, Effect, Record, Review, Run, Stop, Summarise, Think
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
    Event,
    Extended,
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
)
from autogpt.core.limits import Limits, window_of
from autogpt.core.messages import Usage
from autogpt.core.policy import Policy, Rule, Verdict
from autogpt.core.session import Session
from autogpt.journal.codec import decode, dumps, encode
from tests.core.world import setup, tokens
from tests.journal.strategies import events as any_events

slow = settings(max_examples=60, suppress_health_check=list(HealthCheck))

DENIED = Policy(rules=(Rule(Verdict.DENY, "write_to_file(filename=secret/*)", "a test"),))

actions = st.builds(
    Action,
    st.sampled_from(["write_to_file", "read_file", "task_complete", "do_nothing", "no_such_command"]),
    st.fixed_dictionaries(
        {}, optional={"filename": st.sampled_from(["a", "b", "secret/key"]), "text": st.text(max_size=5)}
    ),
)
decided = st.one_of(
    st.builds(Replied, st.builds(Thoughts, st.text(max_size=20)), actions),
    st.builds(Garbled, st.text(max_size=20), st.just("unreadable")),
    st.builds(Authorised, st.integers(0, 3)),
    st.builds(RuleAdded, st.sampled_from(["write_to_file", "*", "read_file(filename=a)"])),
    st.builds(Advised, st.text(max_size=20)),
    st.just(ReviewAsked()),
    st.builds(Reviewed, st.just("Yes"), st.booleans()),
    st.builds(Denied, actions, st.just("why")),
    st.builds(Begun, actions),
    st.builds(Ran, actions, st.booleans(), st.text(max_size=20), st.booleans()),
    st.builds(Summarised, st.text(max_size=50), st.integers(0, 5)),
    st.builds(Overflowed, st.none() | st.integers(500, 9000), st.booleans()),
    st.builds(Extended, st.sampled_from(LimitKind), st.decimals(0, 100, places=2)),
    st.sampled_from([Interrupted(), Left(), Resumed(), Stuck("circles"), Kept("more"), Kept("", "mo")]),
    st.builds(LimitMet, st.sampled_from(LimitKind), st.just(Decimal(1)), st.just(Decimal(1))),
)
"""Events that fit the commands and rules of these tests, in no order that could be."""

modes = st.fixed_dictionaries({"attended": st.booleans(), "continuous": st.booleans()})


def folded(session: Session, events: Sequence[Event]) -> Session:
    for event in events:
        session = session.after(event)
    return session


@slow
@given(st.lists(any_events, max_size=12), modes)
def test_no_sequence_of_events_breaks_the_fold_or_the_decision(events: list[Event], mode: JsonObject) -> None:
    session = Session.begin(setup(limits=Limits(steps=5), **mode))
    for event in events:
        session = session.after(_sane(event))
        decide(session)


def _sane(event: Event) -> Event:
    """The event with amounts of money as a provider or a person could name them."""
    changes: dict[str, Any] = {}
    for each in fields(event):
        value = getattr(event, each.name)
        if isinstance(value, Usage) and value.cost is not None:
            changes[each.name] = replace(value, cost=_amount(value.cost))
        elif isinstance(value, Decimal):
            changes[each.name] = _amount(value)
    return replace(event, **changes)


def _amount(number: Decimal) -> Decimal:
    return number if number.is_finite() and Decimal("1e-9") < abs(number) < 10**9 else Decimal(1)


@slow
@given(st.lists(any_events | decided, max_size=12), modes)
def test_a_journal_read_by_another_process_gives_an_equal_session(
    events: list[Event], mode: JsonObject
) -> None:
    start = Session.begin(setup(**mode))
    sane = [_sane(event) for event in events]
    read = [decode(json.loads(dumps(encode(event)))) for event in sane]
    assume(read == sane)
    assert folded(start, read) == folded(start, sane)


@settings(max_examples=200)
@given(st.lists(decided, max_size=10), modes)
def test_nothing_denied_or_unknown_is_run_whatever_happened(events: list[Event], mode: JsonObject) -> None:
    session = folded(Session.begin(setup(policy=DENIED, **mode)), events)
    effect = decide(session)
    if isinstance(effect, Run | Begin) and not isinstance(session.last, Begun):
        spec = session.setup.spec(effect.action.command)
        assert spec is not None
        assert policy.ruling(session.policy, effect.action, spec).verdict is not Verdict.DENY
        assert isinstance(effect, Begin) or spec.reads_only
        assert effect.action == session.pending


class Life:
    """Plays a run with a world that answers at random, and that kills and resumes it at random."""

    def __init__(self, session: Session, data: st.DataObject) -> None:
        self.session = session
        self.data = data
        self.journal: list[Event] = []
        self.allowed: Action | None = None
        self.told: list[Action] = []
        """Actions of which the person or the model learned that their outcome is unknown."""

    def happens(self, event: Event) -> None:
        self.journal.append(event)
        self.session = self.session.after(event)

    def answer(self, effect: Effect) -> Event:
        def draw(strategy: st.SearchStrategy[Any]) -> Event:
            event: Event = self.data.draw(strategy)
            return event

        match effect:
            case Think():
                return draw(
                    st.one_of(
                        st.builds(Replied, st.just(Thoughts("x")), actions),
                        st.builds(Garbled, st.just("?"), st.just("unreadable")),
                        st.builds(Overflowed, st.just(4000)),
                        st.sampled_from([Interrupted(), Advised("go on")]),
                    )
                )
            case Review():
                return draw(
                    st.one_of(
                        st.builds(Reviewed, st.just("hm"), st.booleans()),
                        st.just(LimitMet(LimitKind.BUDGET, *LIMIT)),
                        st.just(Overflowed(None, True)),
                    )
                )
            case Summarise(turns=turns):
                return Summarised("so far, so good", turns)
            case Ask():
                return draw(
                    st.sampled_from([Authorised(), Authorised(3), Advised("no"), ReviewAsked(), Left()])
                )
            case AskForMore(kind=kind):
                return draw(st.sampled_from([Extended(kind, LIMIT[0]), Left()]))
            case Begin(action=action):
                return Begun(action)
            case Run(action=action):
                return draw(
                    st.one_of(
                        st.builds(Ran, st.just(action), st.booleans(), st.just("result"), st.booleans()),
                        st.just(Interrupted()),
                    )
                )
            case Record(event=event):
                return event
            case Stop():
                return Resumed()


LIMIT = (Decimal(1), Decimal(1))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data(), modes)
def test_in_any_life_a_command_runs_only_when_allowed_and_written_down_and_never_twice_unasked(
    data: st.DataObject, mode: JsonObject
) -> None:
    begin = Session.begin(setup(policy=DENIED, window=window_of(3000), fast_window=window_of(3000), **mode))
    life = Life(begin, data)
    since_reply = 0
    asked = False
    for _ in range(25):
        effect = decide(life.session)
        if isinstance(effect, Run):
            spec = life.session.setup.spec(effect.action.command)
            assert spec is not None
            assert policy.ruling(life.session.policy, effect.action, spec).verdict is not Verdict.DENY
            if not spec.reads_only:
                assert life.journal[-1] == Begun(effect.action)
            if not mode["continuous"] and mode["attended"]:
                assert asked, "it ran without the person's yes"
        if isinstance(effect, Begin):
            # A world-changing action begins once for each time that the model chose it or the person said yes.
            assert since_reply == 0 or asked
            since_reply += 1
            if not mode["attended"]:
                assert since_reply == 1
        event = life.answer(effect)
        if isinstance(effect, Ask):
            asked = isinstance(event, Authorised | ReviewAsked)
        if isinstance(event, Authorised) and event.steps > 1:
            return  # several are allowed at once: another test's business
        if isinstance(event, Replied):
            since_reply, asked = 0, False
        life.happens(event)
        if data.draw(st.integers(0, 5)) == 0:  # kill -9, and resume
            again = begin
            for event in life.journal:
                again = again.after(event)
            life.session = again
            life.happens(Resumed())
            asked = False
            if life.session.unfinished:
                assert any("outcome is unknown" in turn.message.text for turn in life.session.turns[-3:])


def test_a_person_is_asked_again_before_an_unfinished_command_runs_after_a_detour() -> None:
    action = Action("write_to_file", {"filename": "a", "text": "x"})
    begin = folded(Session.begin(setup(continuous=True)), [Begun(action), Resumed()])
    detours: list[list[Event]] = [
        [ReviewAsked(), LimitMet(LimitKind.BUDGET, *LIMIT), Extended(LimitKind.BUDGET, LIMIT[0])],
        [ReviewAsked(), Reviewed("Yes", True)],
        [ReviewAsked(), Overflowed(None, True)],
    ]
    for detour in detours:
        effect = decide(folded(begin, detour))
        assert isinstance(effect, Ask)
        assert effect.action == action
        assert "unknown" in effect.note


def test_a_command_that_met_a_limit_half_way_is_not_run_again_by_itself() -> None:
    action = Action("write_to_file", {"filename": "a", "text": "x"})
    past: list[Event] = [Replied(Thoughts("x"), action), Begun(action), LimitMet(LimitKind.BUDGET, *LIMIT)]
    session = folded(Session.begin(setup(continuous=True)), [*past, Extended(LimitKind.BUDGET, LIMIT[0])])
    effect = decide(session)
    assert isinstance(effect, Ask)
    assert "unknown" in effect.note
    assert "outcome is unknown" in session.turns[-1].message.text
    alone = folded(Session.begin(setup(attended=False)), [*past, Resumed()])
    assert isinstance(decide(alone), Think)
    assert sum("outcome is unknown" in turn.message.text for turn in alone.turns) == 1


def test_a_review_of_no_action_allows_none() -> None:
    read = Replied(Thoughts("x"), Action("read_file", {"filename": "a"}))
    past: list[Event] = [read, Interrupted(), ReviewAsked(), Reviewed("Yes", True), read]
    assert isinstance(decide(folded(Session.begin(setup(continuous=False)), past)), Ask)


def test_a_rule_given_at_the_new_start_denies_what_was_begun_before() -> None:
    action = Action("write_to_file", {"filename": "secret/key", "text": "x"})
    session = folded(Session.begin(setup(policy=DENIED)), [Begun(action), Resumed()])
    assert isinstance(decide(session), Record)
    assert isinstance(decide(session.after(Authorised())), Record)


def test_the_model_is_told_of_a_read_that_the_person_interrupted() -> None:
    read = Replied(Thoughts("x"), Action("read_file", {"filename": "a"}))
    session = folded(Session.begin(setup()), [read, Interrupted()])
    assert "interrupted by the person" in session.turns[-1].message.text


def test_a_summary_is_kept_bounded_however_long_the_model_makes_it() -> None:
    session = Session.begin(setup(window=window_of(4000)))
    for number in range(5):
        session = session.after(Replied(Thoughts("x"), Action("read_file", {"filename": str(number)})))
        session = session.after(Summarised(session.recap.summary + "and then " * 50_000, 1))
    assert tokens(session.recap.summary) <= 4000 // 8


@pytest.mark.parametrize("told", [None, 3000, 8000, 9000])
def test_after_an_overflow_less_is_sent(told: int | None) -> None:
    session = Session.begin(setup())
    after = session.after(Overflowed(told))
    assert after.window.prompt / after.scale < session.window.prompt / session.scale
    if told is not None and told >= 8000:
        assert after.window == session.window  # the count was wrong, not the window


def test_in_a_smaller_window_the_commands_are_listed_without_descriptions() -> None:
    session = Session.begin(setup()).after(Overflowed(1000))
    assert "Read a file." not in session.system.text
    assert "read_file: args" in session.system.text
    assert session.system_size == tokens(session.system.text) + 4


ASKING = CommandSpec("ask_user", "Ask the user.", (Parameter("question"),), reads_only=True)
QUESTION = Action("ask_user", {"question": "Which host?"})


def test_a_question_to_the_person_is_not_asked_about_first() -> None:
    commands = (*setup().commands, ASKING)
    begun = Session.begin(setup(commands=commands, continuous=False), 1.0)
    asked = begun.after(Replied(Thoughts(), QUESTION, at=2.0))
    assert decide(asked) == Run(QUESTION)
    denied = setup(commands=commands, continuous=False, policy=Policy((Rule(Verdict.DENY, "ask_user"),)))
    assert isinstance(decide(Session.begin(denied).after(Replied(Thoughts(), QUESTION))), Record)
    alone = setup(commands=commands, continuous=False, attended=False)
    other = Session.begin(setup(commands=commands, continuous=False)).after(
        Replied(Thoughts(), Action("read_file", {"filename": "a"}))
    )
    assert isinstance(decide(other), Ask)
    assert decide(Session.begin(alone).after(Replied(Thoughts(), QUESTION))) == Run(QUESTION)


def test_an_answer_is_the_persons_word_and_their_time() -> None:
    begun = Session.begin(setup(commands=(*setup().commands, ASKING)), 1.0)
    asked = begun.after(Replied(Thoughts(), QUESTION, at=2.0))
    answered = asked.after(Ran(QUESTION, True, "use files.example.org, please", at=3600.0))
    assert answered.elapsed == asked.elapsed
    assert answered.known.is_given("https://files.example.org")
    assert [turn.word for turn in answered.turns if turn.word] == [
        "use files.example.org, please (asked by you: Which host?)"
    ]
    failed = asked.after(Ran(QUESTION, False, "evil.example.org", at=3.0))
    assert not failed.known.is_given("https://evil.example.org")
    other = Action("read_file", {"filename": "a"})
    read = begun.after(Replied(Thoughts(), other, at=2.0)).after(Ran(other, True, "evil.example.org", at=3.0))
    assert not read.known.is_given("https://evil.example.org")
    assert read.elapsed > asked.elapsed
