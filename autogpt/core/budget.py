"""What a model call costs, and the most that it could cost.

Pure arithmetic on decimal US dollars. The ledger that keeps a run within its
budget is in `autogpt.models.metered`; prices are in `autogpt.models.catalogue`.
It does not know of batch discounts, long-context surcharges or taxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from autogpt.core.messages import Usage

_PER = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one million tokens: fresh prompt, prompt read from the provider's cache, reply."""

    input: Decimal
    cached: Decimal
    output: Decimal


FREE = Price(Decimal(0), Decimal(0), Decimal(0))
"""A model on the person's own machine."""


def cost(price: Price, usage: Usage) -> Decimal:
    """What a call cost in US dollars. More cached tokens than prompt tokens are counted as all."""
    prompt = max(usage.prompt_tokens, 0)
    cached = min(max(usage.cached_tokens, 0), prompt)
    reply = max(usage.completion_tokens, 0)
    return ((prompt - cached) * price.input + cached * price.cached + reply * price.output) / _PER


def worst_case(price: Price, prompt_tokens: int, reply_tokens: int) -> Decimal:
    """The most that a call can cost in US dollars: nothing cached, the reply as long as allowed."""
    return (prompt_tokens * max(price.input, price.cached) + reply_tokens * price.output) / _PER


def affordable_reply(price: Price, prompt_tokens: int, left: Decimal) -> int | None:
    """How many reply tokens `left` dollars pay for after the prompt; `None` means any number.

    Zero when not even the prompt can be paid.
    """
    rest = left - worst_case(price, prompt_tokens, 0)
    if rest < 0:
        return 0
    if price.output <= 0:
        return None
    return int((rest * _PER / price.output).to_integral_value(ROUND_FLOOR))
