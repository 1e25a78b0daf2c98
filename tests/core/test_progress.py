from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.actions import Action, Thoughts
from autogpt.core.errors import LimitKind
from autogpt.core.events import Advised, Authorised, Denied, Event, Extended, Garbled, Ran, Replied
from autogpt.core.progress import (
    WINDOW,
    Fine,
    GiveUp,
    Judgement,
    Step,
    Tell,
    judge,
    label,
    refuses,
    step_of,
)
from benchmarks.loops import slowest_call, table
from tests.core.loops.batches import BATCHES
from tests.core.loops.circles import CIRCLES, PATIENT, READ, WRITE_SAME, ran, read, write
from tests.core.loops.ladder import Script, climb


def name(script: Script) -> str:
    return script.name


def steps(*events: Event) -> list[Step]:
    made = [step_of(event) for event in events]
    assert None not in made
    return [step for step in made if step is not None]


@pytest.mark.parametrize("script", [*CIRCLES, *PATIENT], ids=name)
def test_a_circle_is_stopped(script: Script) -> None:
    outcome = climb(script.events())
    assert outcome.stopped, "nobody stopped it"
    assert outcome.repeats <= script.within


@pytest.mark.parametrize("script", PATIENT, ids=name)
def test_what_could_be_honest_is_given_time(script: Script) -> None:
    assert climb(script.events()).steps > 6


@pytest.mark.parametrize("script", [*CIRCLES, *PATIENT], ids=name)
def test_the_model_is_told_before_it_is_stopped(script: Script) -> None:
    outcome = climb(script.events())
    assert outcome.told >= 2
    assert len(outcome.first_told) > 80


@pytest.mark.parametrize("script", BATCHES, ids=name)
def test_honest_work_is_never_disturbed(script: Script) -> None:
    outcome = climb(script.events())
    assert (outcome.told, outcome.refused, outcome.stopped) == (0, 0, ""), outcome.first_told


def test_there_are_at_least_thirty_of_each_and_the_figures_are_printed() -> None:
    assert len({script.name for script in CIRCLES}) >= 30
    assert len({script.name for script in BATCHES}) >= 30
    figures = table()
    print(figures)  # noqa: T201 - shown with -s
    assert f"circles stopped within 6 repeats: {len(CIRCLES)} of {len(CIRCLES)}" in figures
    assert f"honest work disturbed: 0 of {len(BATCHES)}" in figures


def test_a_judgement_is_quick() -> None:
    """0.2 ms is meant; the bound leaves room for a machine that is busy with something else."""
    assert slowest_call() < 0.002


def test_the_first_three_times_pass_the_fourth_is_told_the_fifth_refused_the_sixth_ends_it() -> None:
    judged: list[Judgement] = [judge(steps(*[READ] * times)) for times in range(1, 5)]
    assert judged[:3] == [Fine(), Fine(), Fine()]
    assert isinstance(judged[3], Tell)
    assert refuses(steps(*[READ] * 3), READ.action) is None
    why = refuses(steps(*[READ] * 4), READ.action)
    assert why is not None
    denied = Denied(READ.action, why, by="progress guard")
    assert isinstance(judge(steps(*[READ] * 4, denied)), Tell)
    assert isinstance(judge(steps(*[READ] * 4, denied, denied)), GiveUp)


def test_the_advice_names_the_action_how_often_and_what_to_do_instead() -> None:
    told = judge(steps(*[READ] * 4))
    assert isinstance(told, Tell)
    for part in ('read_file(filename="main.py")', "4 times", "refused", "different command", "task_complete"):
        assert part in told.why


def test_the_advice_for_a_longer_circle_lists_its_steps() -> None:
    told = judge(steps(*[READ, WRITE_SAME] * 4))
    assert isinstance(told, Tell)
    assert "read_file(" in told.why
    assert "write_to_file(" in told.why


def test_only_the_repeated_action_is_refused() -> None:
    history = steps(*[READ] * 4)
    assert refuses(history, READ.action)
    assert refuses(history, Action("read_file", {"filename": "other.py"})) is None
    assert refuses(history, Action("list_files", {"filename": "main.py"})) is None


@pytest.mark.parametrize(
    "way_out", [Advised("try again"), write("new"), ran("list_files", "new.txt", changed=True)]
)
def test_a_word_of_the_person_or_a_change_makes_the_action_possible_again(way_out: Event) -> None:
    history = steps(*[READ] * 4, way_out)
    assert refuses(history, READ.action) is None
    assert judge([*history, *steps(READ)]) == Fine()


def test_new_work_after_a_refusal_is_not_judged() -> None:
    denied = Denied(READ.action, "again", by="progress guard")
    assert judge(steps(*[READ] * 4, denied, read(1))) == Fine()


def test_a_policy_that_denies_is_not_spoken_over() -> None:
    action = Action("send_tweet", {"tweet_text": "hi"})
    history = steps(*[Denied(action, "not allowed")] * 5)
    assert refuses(history, action) is None
    told = judge(history)
    assert isinstance(told, Tell)
    assert "not be allowed by asking again" in told.why


def test_the_same_result_counts_even_where_it_changes_caches_if_it_failed() -> None:
    crash = ran("execute_python_file", "NameError", ok=False, changed=True, filename="m.py")
    assert isinstance(judge(steps(*[crash] * 4)), Tell)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 failed in 0.03s", "1 failed in 1.27s"),
        ("<T object at 0x7f3a10c0>", "<T object at 0x7f3a20d8>"),
        ("took 1.5 seconds", "took 2.5 seconds"),
    ],
)
def test_run_times_and_addresses_are_no_news(one: str, other: str) -> None:
    first, second = steps(ran("x", one), ran("x", other))
    assert first.result == second.result


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-05-01 12:00:01 idle", "2024-05-02 23:59:59 idle"),
        ("2024-05-01T12:00:01.123Z", "2024-05-01T12:00:02.456Z"),
        ("at 9:05 pm", "at 11:45 am"),
        ("since 1714560000", "since 1714569999.25"),
        ("Mon, 06 May 2024", "Tue, 07 May 2024"),
    ],
)
def test_clock_times_are_little_news(one: str, other: str) -> None:
    first, second = steps(ran("x", one), ran("x", other))
    assert first.result != second.result
    assert first.timeless == second.timeless


def test_whole_numbers_are_news_of_a_kind() -> None:
    first, second = steps(ran("x", "line 17"), ran("x", "line 18"))
    assert first.timeless != second.timeless
    assert first.numberless == second.numberless


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12% done", "13% done"),
        ("12 % done", "13 % done"),
        ("3/100", "4/100"),
        ("loss 0.25", "loss 0.24"),
        ("version 1.2.3", "version 1.2.4"),
        ("1,204 rows", "1,205 rows"),
        ("a", "b"),
        ("line", "line\nline"),
    ],
)
def test_shares_and_measures_are_real_news(one: str, other: str) -> None:
    first, second = steps(ran("x", one), ran("x", other))
    assert first.numberless != second.numberless


def test_a_huge_result_is_compared_as_it_is() -> None:
    first, second = steps(ran("x", "a" * 60_000 + "12:00"), ran("x", "a" * 60_000 + "12:01"))
    assert first.numberless == first.result != second.result


@pytest.mark.parametrize(
    "event",
    [
        Replied(Thoughts(), Action("x")),
        Authorised(),
        Extended(LimitKind.STEPS, Decimal(1)),
    ],
)
def test_other_events_are_no_steps(event: Event) -> None:
    assert step_of(event) is None


def test_a_label_is_short_whatever_the_arguments() -> None:
    long = Action("write_to_file", {f"argument{n}": "x" * 10_000 for n in range(50)})
    assert len(label(long)) < 250
    assert label(Action("x", {"text": "a\nb\x1b"})) == 'x(text="a\\nb\\u001b")'


def test_an_empty_history_is_fine() -> None:
    assert judge([]) == Fine()
    assert refuses([], Action("x")) is None


actions = st.builds(
    Action,
    st.sampled_from(["read_file", "write_to_file", "do_nothing", ""]),
    st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 2) | st.text(max_size=3), max_size=2),
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Ran, actions, st.booleans(), st.text(max_size=3), st.booleans()),
    st.builds(Denied, actions, st.just("no")),
    st.builds(Garbled, st.text(max_size=3), st.just("no JSON")),
    st.builds(Advised, st.text(max_size=3)),
)


@given(st.lists(events, max_size=WINDOW))
def test_any_history_is_judged(past: list[Event]) -> None:
    history = steps(*past)
    assert isinstance(judge(history), Fine | Tell | GiveUp)
    for step, event in zip(history, past, strict=True):
        if isinstance(event, Ran):
            assert step.command == event.action.command
            refuses(history, event.action)


@given(st.lists(events, max_size=40), actions)
def test_whatever_happened_the_persons_word_starts_anew(past: list[Event], action: Action) -> None:
    history = steps(*past, Advised("go on"))
    assert judge(history) == Fine()
    assert refuses(history, action) is None


@given(st.lists(st.tuples(st.text(max_size=5), st.booleans()), max_size=60))
def test_actions_that_succeed_and_differ_are_never_disturbed(results: list[tuple[str, bool]]) -> None:
    history = steps(
        *[ran("work", result, changed=changed, number=n) for n, (result, changed) in enumerate(results)]
    )
    assert all(judge(history[:end]) == Fine() for end in range(len(history) + 1))


@given(st.lists(events, max_size=30), st.sampled_from(CIRCLES))
def test_a_circle_is_stopped_whatever_came_before(past: list[Event], script: Script) -> None:
    outcome = climb([*past, *_first(script, 200)])
    assert outcome.stopped


def _first(script: Script, number: int) -> list[Event]:
    events = script.events()
    return [next(events) for _ in range(number)]
