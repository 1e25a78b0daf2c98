from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from autogpt.core.errors import ContextOverflow, LimitKind, OverLimit
from autogpt.core.messages import Completion, Message, Usage
from autogpt.models.endpoint import Endpoint, Patience
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.openai import OpenAIModel
from autogpt.models.retrying import Retrying
from tests.loopback.openai_server import (
    BAD_GATEWAY,
    HTML,
    OVERLOADED,
    RATE_LIMITED,
    SERVER_ERROR,
    TRUNCATED_JSON,
    UNAVAILABLE,
    Answer,
    Cut,
    OpenAIServer,
    Reply,
    Request,
    error,
)
from tests.models.watching import Watching

PROMPT = [Message("user", "hello")]


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Failing:
    """A model that raises the errors it was given, then answers."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.calls = 0

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return Completion("fine", usage=Usage(10, 0, 5, Decimal("0.5")))


def patient(
    model: Failing,
    clock: Clock,
    *,
    patience: float = 300,
    watcher: Watching | None = None,
    chance: float = 0.0,
) -> Retrying:
    return Retrying(
        model,
        watcher=watcher,
        patience=patience,
        clock=clock,
        wall_clock=lambda: 1_800_000_000.0,
        sleep=clock.sleep,
        chance=lambda: chance,
    )


def test_a_passing_fault_is_waited_out() -> None:
    clock, watching = Clock(), Watching()
    model = Failing(*(ModelFault(Fault.OVERLOADED, "busy") for _ in range(4)))
    assert patient(model, clock, watcher=watching).complete(PROMPT, reply_tokens=10).text == "fine"
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]
    assert watching.waits[0] == (0.5, "overloaded: busy")


def test_waits_have_jitter_and_a_longest() -> None:
    clock = Clock()
    model = Failing(*(ModelFault(Fault.RATE_LIMIT) for _ in range(12)))
    patient(model, clock, patience=10_000, chance=1.0).complete(PROMPT, reply_tokens=10)
    assert clock.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("0.25", 0.25),
        ("0", 0.0),
        ("-3", 0.0),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2027 08:00:30 -0000", 30.0),
        ("Thu, 14 Jan 2027 08:00:00 GMT", 0.0),
        ("soon", 0.5),
        ("nan", 0.5),
        ("inf", 0.5),
        ("", 0.5),
        ("99, 99 Foo", 0.5),
    ],
)
def test_a_provider_that_says_when_is_obeyed(asked: str, waited: float) -> None:
    clock = Clock()
    model = Failing(ModelFault(Fault.RATE_LIMIT, retry_after=asked))
    patient(model, clock).complete(PROMPT, reply_tokens=10)
    assert clock.slept == [waited]


def test_more_than_our_patience_is_not_waited_for() -> None:
    clock = Clock()
    model = Failing(ModelFault(Fault.RATE_LIMIT, "limited", retry_after="3600"))
    with pytest.raises(ModelFault, match="asks to wait 3600 s") as caught:
        patient(model, clock).complete(PROMPT, reply_tokens=10)
    assert clock.slept == []
    assert caught.value.fault is Fault.RATE_LIMIT


@pytest.mark.parametrize("fault", list(Fault))
def test_no_fault_is_tried_for_ever(fault: Fault) -> None:
    clock = Clock()
    model = Failing(*(ModelFault(fault, "again") for _ in range(1000)))
    with pytest.raises(ModelFault):
        patient(model, clock, patience=100_000).complete(PROMPT, reply_tokens=10)
    assert model.calls == min(ModelFault(fault).row.tries, 30)


def test_patience_bounds_all_waits_together() -> None:
    clock = Clock()
    model = Failing(*(ModelFault(Fault.RATE_LIMIT, "no") for _ in range(1000)))
    with pytest.raises(ModelFault, match=r"tried \d+ times in \d+ s"):
        patient(model, clock, patience=100).complete(PROMPT, reply_tokens=10)
    assert sum(clock.slept) <= 100


@pytest.mark.parametrize(
    "other",
    [
        ContextOverflow(4096),
        OverLimit(LimitKind.BUDGET, Decimal(1), Decimal(1), Decimal(1)),
        ZeroDivisionError(),
    ],
)
def test_what_is_no_fault_passes_at_once(other: Exception) -> None:
    clock = Clock()
    with pytest.raises(type(other)):
        patient(Failing(other), clock).complete(PROMPT, reply_tokens=10)
    assert clock.slept == []


def test_ctrl_c_during_a_wait_passes_at_once() -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    model = Failing(ModelFault(Fault.RATE_LIMIT))
    with pytest.raises(KeyboardInterrupt):
        Retrying(model, sleep=interrupted).complete(PROMPT, reply_tokens=10)
    assert model.calls == 1


def billed(error: ModelFault | Cancelled) -> ModelFault | Cancelled:
    error.usage = Usage(100, 0, 20, Decimal("0.25"))
    return error


def test_what_failed_calls_cost_is_not_lost() -> None:
    clock = Clock()
    model = Failing(billed(ModelFault(Fault.CUT)), billed(ModelFault(Fault.CUT)))
    usage = patient(model, clock).complete(PROMPT, reply_tokens=10).usage
    assert usage == Usage(210, 0, 45, Decimal("1.0"), other_tokens=200)
    assert usage.own_prompt_tokens == 10
    with pytest.raises(ModelFault) as fault:
        patient(Failing(*(billed(ModelFault(Fault.TIMEOUT)) for _ in range(9))), clock).complete(
            PROMPT, reply_tokens=10
        )
    assert fault.value.usage.cost == Decimal("1.0")
    with pytest.raises(Cancelled) as cancelled:
        patient(Failing(billed(ModelFault(Fault.CUT)), billed(Cancelled())), clock).complete(
            PROMPT, reply_tokens=10
        )
    assert cancelled.value.usage.cost == Decimal("0.50")


@pytest.mark.real
def test_retry_after_arrives_from_a_server() -> None:
    clock = Clock()
    answers: list[Answer] = [
        error(429, "slow down", retry_after="3"),
        error(503, "slow down", retry_after_ms="1500", retry_after="9"),
        "fine",
    ]
    with OpenAIServer(answers) as server:
        model = OpenAIModel("m", Endpoint(server.url))
        retrying = Retrying(model, sleep=clock.sleep, clock=clock, chance=lambda: 0.0)
        assert retrying.complete(PROMPT, reply_tokens=10).text == "fine"
        model.close()
    assert clock.slept == [3.0, 1.5]


STORM: Sequence[Callable[[], Answer]] = (
    lambda: RATE_LIMITED,
    lambda: error(429, "slow down", retry_after="2"),
    lambda: SERVER_ERROR,
    lambda: BAD_GATEWAY,
    lambda: UNAVAILABLE,
    lambda: OVERLOADED,
    lambda: HTML,
    lambda: TRUNCATED_JSON,
    lambda: Cut(),
    lambda: Cut(after=2),
    lambda: Cut(after=2, politely=True),
)


@pytest.mark.slow
@pytest.mark.real
def test_a_storm_of_faults_is_weathered(capsys: pytest.CaptureFixture[str]) -> None:
    """1 000 calls, one request in five failing in a random way: all are answered, in bounded tries."""
    chance = random.Random(5)

    def answer(request: Request) -> Answer:
        if chance.random() < 0.2:
            return chance.choice(STORM)()
        return Reply(f"reply to {request.messages[0]['content']}", pieces=3)

    clock = Clock()
    with OpenAIServer(answer) as server:
        model = OpenAIModel("m", Endpoint(server.url), patience=Patience(connect=5, idle=5, call=20))
        retrying = Retrying(model, sleep=clock.sleep, clock=clock, chance=chance.random)
        most = 0
        for number in range(1000):
            before = len(server.requests)
            text = retrying.complete([Message("user", str(number))], reply_tokens=100).text
            assert text == f"reply to {number}"
            most = max(most, len(server.requests) - before)
        model.close()
    failed = len(server.requests) - 1000
    assert failed > 150
    assert most <= 10
    with capsys.disabled():
        sys.stdout.write(f"\nfault storm: 1000 calls answered, {failed} failed requests, at most {most} tries for one call, "
              f"{sum(clock.slept):.0f} s of waits (simulated)\n")  # fmt: skip
