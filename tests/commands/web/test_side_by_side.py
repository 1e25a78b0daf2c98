"""Calls side by side: order, errors, and an interrupt that ends them all."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from autogpt.commands.side_by_side import MOST_AT_ONCE, side_by_side
from autogpt.core.budget import Price
from autogpt.core.errors import CommandError, ProviderError
from autogpt.core.loop import usage_of
from autogpt.core.messages import Message, Usage
from autogpt.models.cancelling import check, pause
from autogpt.models.endpoint import Endpoint
from autogpt.models.metered import Ledger, Metered
from autogpt.models.openai import OpenAIModel
from autogpt.models.retrying import Retrying
from autogpt.models.tokens import measure
from tests.loopback.openai_server import RATE_LIMITED, Hang, OpenAIServer, Request


def test_results_come_in_order_with_what_failed() -> None:
    def task(number: int) -> Callable[[], int]:
        def run() -> int:
            if number == 3:
                raise CommandError("three")
            return number

        return run

    outcomes = side_by_side([task(number) for number in range(60)])
    assert [number for number in outcomes if not isinstance(number, Exception)] == [*range(3), *range(4, 60)]
    assert str(outcomes[3]) == "three"


def test_no_tasks() -> None:
    assert side_by_side([]) == []


def test_not_too_many_at_once() -> None:
    lock = threading.Lock()
    running = most = 0

    def task() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1

    side_by_side([task] * 200, 3)
    assert 1 <= most <= 3
    assert MOST_AT_ONCE >= 20


def test_what_ends_all_cancels_the_others() -> None:
    started = threading.Event()

    def waits() -> None:
        started.set()
        while True:
            check()
            pause(60)

    def fails() -> None:
        started.wait(30)
        error = ProviderError("the provider is down")
        error.usage = Usage(5, 0, 5, Decimal("0.5"))  # type: ignore[attr-defined]
        raise error

    with pytest.raises(ProviderError, match="down") as raised:
        side_by_side([waits, waits, fails])
    assert usage_of(raised.value).cost == Decimal("0.5")


def test_outside_of_them_nothing_is_cancelled() -> None:
    check()
    pause(0)


@pytest.mark.real
def test_an_interrupt_ends_all_calls_and_tells_what_they_cost() -> None:
    """Real calls that begin to answer and never end; Ctrl-C comes once all of them are there."""
    ledger = Ledger(Decimal(100))
    lock = threading.Lock()
    there = 0

    def answer(request: Request) -> Hang:
        nonlocal there
        with lock:
            there += 1
            if there == 5:
                _thread.interrupt_main()
        return Hang(after=1)

    with OpenAIServer(answer) as server:
        model = OpenAIModel("gpt-4o", Endpoint(server.url, "k"))
        price = Price(Decimal(1), Decimal(1), Decimal(1))
        metered = Retrying(Metered(model, ledger, price, measure("gpt-4o")))
        calls = [lambda: metered.complete([Message("user", "hello")], reply_tokens=1_000)] * 5
        with pytest.raises(KeyboardInterrupt) as raised:
            side_by_side(calls)
        model.close()
    assert usage_of(raised.value).cost == ledger.spent > 0
    assert ledger.left == 100 - ledger.spent


@pytest.mark.real
def test_a_call_that_waits_to_be_made_again_ends_too() -> None:
    with OpenAIServer([RATE_LIMITED] * 9) as server:
        model = Retrying(
            OpenAIModel("gpt-4o", Endpoint(server.url, "k")), chance=lambda: 1.0, watcher=Interrupting()
        )
        with pytest.raises(KeyboardInterrupt):
            side_by_side([lambda: model.complete([Message("user", "hello")], reply_tokens=100)])


class Interrupting:
    """A watcher that interrupts once a call waits to be made again."""

    def call_started(self, what: str) -> None: ...

    def call_streamed(self, text: str) -> None: ...

    def call_waiting(self, seconds: float, why: str) -> None:
        _thread.interrupt_main()

    def call_ended(self) -> None: ...
