from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import pytest

from autogpt.core.budget import Price
from autogpt.core.errors import ContextOverflow, LimitKind, OverLimit
from autogpt.core.messages import NO_USAGE, Completion, Message, Usage
from autogpt.models.endpoint import Endpoint
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.metered import Ledger, Metered
from autogpt.models.openai import OpenAIModel
from autogpt.models.tokens import Calibrated
from tests.loopback.openai_server import Cut, OpenAIServer, Reply

# A dollar for a thousand tokens of prompt, two for a thousand of reply.
PRICE = Price(Decimal(1000), Decimal(100), Decimal(2000))
PROMPT = [Message("user", "x" * 93)]  # 93 + 4 + 3: a hundred tokens when each character is one


class Answering:
    """A model that does what it is told, and remembers how long a reply was allowed."""

    def __init__(self, answer: Callable[[int], Completion]) -> None:
        self.allowed: list[int] = []
        self._answer = answer

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        self.allowed.append(reply_tokens)
        return self._answer(reply_tokens)


def told(prompt: int, cached: int, reply: int) -> Answering:
    return Answering(lambda allowed: Completion("y" * 10, usage=Usage(prompt, cached, reply, None)))


def failing(error: BaseException) -> Answering:
    def answer(allowed: int) -> Completion:
        raise error

    return Answering(answer)


def test_a_call_costs_what_the_provider_counted() -> None:
    ledger = Ledger(Decimal(10))
    completion = Metered(told(100, 50, 20), ledger, PRICE, len).complete(PROMPT, reply_tokens=1000)
    assert completion.usage == Usage(100, 50, 20, Decimal("0.095"))
    assert (ledger.spent, ledger.tokens, ledger.left) == (Decimal("0.095"), 120, Decimal("9.905"))


def test_what_is_not_told_is_estimated() -> None:
    ledger = Ledger(Decimal(10))
    completion = Metered(told(0, 0, 0), ledger, PRICE, len).complete(PROMPT, reply_tokens=1000)
    assert completion.usage == Usage(100, 0, 10, Decimal("0.12"))


def test_the_call_is_refused_before_it_is_made() -> None:
    model = told(1, 0, 1)
    ledger = Ledger(Decimal(1), spent=Decimal("0.95"))
    with pytest.raises(OverLimit) as caught:
        Metered(model, ledger, PRICE, len).complete(PROMPT, reply_tokens=1000)
    assert model.allowed == []
    assert (caught.value.kind, caught.value.spent, caught.value.allowed) == (
        LimitKind.BUDGET,
        Decimal("0.95"),
        Decimal(1),
    )
    assert caught.value.needed == Decimal("0.1") + Decimal("1.024")


def test_a_reply_that_no_longer_fits_is_shortened_but_not_below_the_least() -> None:
    model = told(100, 0, 10)
    Metered(model, Ledger(Decimal("1.3")), PRICE, len).complete(PROMPT, reply_tokens=4000)
    assert model.allowed == [600]
    with pytest.raises(OverLimit):
        Metered(model, Ledger(Decimal("1.1")), PRICE, len).complete(PROMPT, reply_tokens=4000)
    Metered(model, Ledger(Decimal("0.2")), PRICE, len).complete(PROMPT, reply_tokens=50)
    assert model.allowed == [600, 50]


def test_a_model_that_thinks_gets_room_for_it() -> None:
    model = told(100, 0, 10)
    Metered(model, Ledger(), PRICE, len, thinking_tokens=5000).complete(PROMPT, reply_tokens=1000)
    assert model.allowed == [6000]
    with pytest.raises(OverLimit):
        Metered(model, Ledger(Decimal(3)), PRICE, len, thinking_tokens=5000).complete(
            PROMPT, reply_tokens=1000
        )


def test_more_budget_lets_it_go_on() -> None:
    ledger = Ledger(Decimal("0.01"))
    metered = Metered(told(100, 0, 10), ledger, PRICE, len)
    with pytest.raises(OverLimit):
        metered.complete(PROMPT, reply_tokens=1000)
    ledger.extend(Decimal(5))
    metered.complete(PROMPT, reply_tokens=1000)
    assert ledger.budget == Decimal("5.01")


def test_without_a_budget_only_the_sum_is_kept() -> None:
    ledger = Ledger()
    Metered(told(10**6, 0, 10**6), ledger, PRICE, len).complete(PROMPT, reply_tokens=10**9)
    assert ledger.spent == Decimal(3000)
    assert ledger.left is None


def test_a_token_limit_holds() -> None:
    ledger = Ledger(token_limit=2000)
    metered = Metered(told(700, 0, 500), ledger, None, len)
    assert metered.complete(PROMPT, reply_tokens=1000).usage.cost is None
    with pytest.raises(OverLimit) as caught:
        Metered(told(700, 0, 500), ledger, PRICE, lambda text: 500).complete(PROMPT, reply_tokens=1000)
    assert caught.value.kind is LimitKind.TOKENS
    assert (caught.value.spent, caught.value.allowed) == (Decimal(1200), Decimal(2000))
    ledger.extend(Decimal(1000), LimitKind.TOKENS)
    metered.complete(PROMPT, reply_tokens=1000)
    assert (ledger.tokens, ledger.spent) == (2400, Decimal(0))


def test_an_unknown_price_makes_tokens_of_the_budget() -> None:
    ledger = Ledger(Decimal("0.01"))
    metered = Metered(told(100, 0, 300), ledger, None, len)
    metered.complete(PROMPT, reply_tokens=900)
    with pytest.raises(OverLimit) as caught:
        metered.complete(PROMPT, reply_tokens=900)
    assert caught.value.kind is LimitKind.TOKENS
    assert caught.value.allowed == Decimal(1000)
    ledger.extend(Decimal(1000), LimitKind.TOKENS)
    metered.complete(PROMPT, reply_tokens=900)


def test_a_resumed_run_starts_from_what_was_spent() -> None:
    ledger = Ledger(Decimal(2), spent=Decimal("1.5"), tokens=700)
    assert ledger.left == Decimal("0.5")
    assert ledger.tokens == 700


def cut(arrived: str) -> ModelFault:
    fault = ModelFault(Fault.CUT)
    fault.arrived = arrived
    return fault


@pytest.mark.parametrize(
    ("error", "spent"),
    [
        (cut("y" * 50), Decimal("0.2")),
        (ModelFault(Fault.TIMEOUT), Decimal("0.1")),
        (ModelFault(Fault.RATE_LIMIT, status=429), Decimal(0)),
        (ModelFault(Fault.SERVER, status=500), Decimal(0)),
        (ModelFault(Fault.REFUSED), Decimal(0)),
        (ContextOverflow(), Decimal(0)),
        (Cancelled("y" * 50), Decimal("0.2")),
        (KeyboardInterrupt(), Decimal("0.1")),
        (ZeroDivisionError(), Decimal("0.1")),
    ],
)
def test_a_failed_call_is_settled_with_care(error: BaseException, spent: Decimal) -> None:
    ledger = Ledger(Decimal(10))
    with pytest.raises(type(error)):
        Metered(failing(error), ledger, PRICE, len).complete(PROMPT, reply_tokens=1000)
    assert ledger.spent == spent
    assert ledger.left == 10 - spent
    if isinstance(error, (ModelFault, Cancelled)):
        assert error.usage.cost == spent


def test_the_measure_learns() -> None:
    measure = Calibrated(len)
    long = [Message("user", "x" * 993)]
    Metered(told(500, 0, 10), Ledger(), PRICE, measure).complete(long, reply_tokens=10)
    assert measure.factor == 0.5


@pytest.mark.parametrize(
    ("billed", "factor"),
    [
        (1000, 1.0),  # the server makes a grammar of the form
        (1400, 1.0),  # it bills the form with the prompt
        (1700, 1.3),  # it does, and the text was longer than estimated
    ],
)
def test_the_form_of_a_reply_is_reserved_and_not_taken_for_text(billed: int, factor: float) -> None:
    measure, model = Calibrated(len), told(billed, 0, 10)
    # Just enough for half of the reply, after text and form.
    metered = Metered(model, Ledger(Decimal("1.41")), PRICE, measure, form_tokens=400, least_reply=0)
    metered.complete([Message("user", "x" * 993)], reply_tokens=10, as_reply=True)
    assert model.allowed == [5]
    assert measure.factor == pytest.approx(factor)


def test_a_call_waits_for_others_that_may_turn_out_cheaper() -> None:
    """Two worst cases don't fit, two real costs do."""
    ledger = Ledger(Decimal(3))
    first = ledger.reserve(PRICE, 100, 1000)
    began = threading.Event()
    done: list[Completion] = []

    def second() -> None:
        began.set()
        done.append(Metered(told(100, 0, 10), ledger, PRICE, len).complete(PROMPT, reply_tokens=1000))

    thread = threading.Thread(target=second)
    thread.start()
    began.wait()
    assert not done
    ledger.settle(first, Usage(100, 0, 10, Decimal("0.12")))
    thread.join()
    assert len(done) == 1
    assert ledger.spent == Decimal("0.24")


def test_a_call_that_never_fits_does_not_wait_for_others() -> None:
    ledger = Ledger(Decimal(1), spent=Decimal("0.5"))
    ledger.reserve(PRICE, 10, 10)
    with pytest.raises(OverLimit):
        ledger.reserve(PRICE, 400, 1000)


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads take turns as often as they can, so that calls really overlap."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_sixteen_callers_on_one_ledger_never_overspend(capsys: pytest.CaptureFixture[str]) -> None:
    limit = Decimal(400)
    ledger = Ledger(limit)
    above: list[Decimal] = []
    meeting = threading.Barrier(2)
    arrivals = iter(range(1_000_000))
    calls: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)

        def answer(allowed: int) -> Completion:
            if next(arrivals) < 2:
                meeting.wait(30)  # two calls are surely under way at once
            sum(range(3000))  # long enough for others to come in between
            if chance.random() < 0.1:
                raise cut("y" * chance.randrange(allowed + 1))
            # Up to the worst case.
            return Completion(
                "", usage=Usage(100, chance.randrange(101), chance.randrange(allowed + 1), None)
            )

        metered = Metered(Answering(answer), ledger, PRICE, len)
        while True:
            try:
                metered.complete(PROMPT, reply_tokens=chance.randrange(1, 3000))
            except ModelFault:
                continue
            except OverLimit:
                return
            finally:
                calls.append(1)
                if ledger.spent > limit:
                    above.append(ledger.spent)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not above
    assert not meeting.broken
    assert ledger.spent <= limit
    assert ledger.left is not None
    assert ledger.spent + ledger.left == limit
    with capsys.disabled():
        sys.stdout.write(
            f"\nledger: 16 callers, {len(calls)} calls, spent {ledger.spent} of {limit} dollars, never above\n"
        )


@pytest.mark.real
def test_a_reply_cut_half_way_is_paid_for_as_far_as_it_came() -> None:
    ledger = Ledger(Decimal(10))
    with OpenAIServer([Cut(after=5, text="y" * 100, politely=True), Reply("fine")]) as server:
        model = OpenAIModel("m", Endpoint(server.url))
        metered = Metered(model, ledger, PRICE, len)
        with pytest.raises(ModelFault):
            metered.complete(PROMPT, reply_tokens=1000)
        assert ledger.spent == Decimal("0.1") + Decimal("0.1")
        usage = metered.complete(PROMPT, reply_tokens=1000).usage
        model.close()
    assert usage.prompt_tokens == len(server.requests[1].prompt) // 4
    assert usage.cost is not None
    assert ledger.spent == Decimal("0.2") + usage.cost


def test_nothing_used_costs_nothing() -> None:
    ledger = Ledger(Decimal(1))
    ledger.settle(ledger.reserve(PRICE, 1, 1), NO_USAGE)
    assert ledger.left == Decimal(1)
