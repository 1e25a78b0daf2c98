from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.budget import FREE, Price, affordable_reply, cost, worst_case
from autogpt.core.messages import Usage

PRICE = Price(Decimal("2"), Decimal("0.1"), Decimal("10"))

tokens = st.integers(0, 10_000_000)
dollars = st.decimals(0, 200, places=3)
prices = st.builds(Price, dollars, dollars, dollars)


def test_cached_tokens_cost_the_cached_price() -> None:
    usage = Usage(prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=100_000)
    assert cost(PRICE, usage) == Decimal("1.2") + Decimal("0.04") + Decimal("1")


def test_more_cached_than_sent_is_counted_as_all() -> None:
    assert cost(PRICE, Usage(prompt_tokens=1_000_000, cached_tokens=9_000_000)) == Decimal("0.1")


def test_a_model_of_ones_own_costs_nothing() -> None:
    assert cost(FREE, Usage(10**9, 0, 10**9)) == 0
    assert affordable_reply(FREE, 10**9, Decimal(0)) is None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(prices, tokens, tokens, tokens)
def test_no_call_costs_more_than_its_worst_case(price: Price, prompt: int, cached: int, reply: int) -> None:
    assert cost(price, Usage(prompt, cached, reply)) <= worst_case(price, prompt, reply)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(prices, tokens, dollars)
def test_what_is_affordable_fits_and_one_token_more_does_not(
    price: Price, prompt: int, left: Decimal
) -> None:
    reply = affordable_reply(price, prompt, left)
    if reply is None:
        assert price.output == 0
        return
    if reply > 0:
        assert worst_case(price, prompt, reply) <= left
    assert worst_case(price, prompt, reply + 1) > left
