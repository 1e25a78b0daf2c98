"""Money: no call is made that the budget could not pay for.

Before a call its worst case is *reserved*: the whole prompt at the full price and the
longest reply that is allowed. After it the reservation is *settled* with what was
used. All agents and commands of a run share one `Ledger`, so together they can't spend
more than the budget, as long as the prompt was not longer than it was measured to be.

Where the price of a model is not known, its cost is `None` (unknown, not nothing) and
tokens are limited instead: to the token limit, or, if only a budget was given, to
100 000 tokens for each dollar of it (as if they cost 10 dollars a million).

Decided here:

- A reply that no longer fits is shortened, down to `least_reply` tokens (512), before
  the call is refused: the last steps before the limit are worth having, and a reply
  that gets cut off is never acted upon. Models that think get `thinking_tokens` on top
  of what was asked for, since they would otherwise use the reply up with thinking; at
  least a quarter of that must fit as well, or the call would be paid for nothing.
- When it would fit if calls that are under way turn out cheaper than their worst case,
  the call waits for them.
- A call that failed after the provider had begun is settled with the whole prompt and
  what had arrived, though it may have been billed less; one that was refused, with nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from autogpt.core.budget import Price, affordable_reply, cost, worst_case
from autogpt.core.errors import ContextOverflow, LimitKind, OverLimit
from autogpt.core.messages import NO_USAGE, Completion, Message, Usage
from autogpt.core.ports import Model
from autogpt.models import cancelling
from autogpt.models.errors import Cancelled, ModelFault
from autogpt.models.tokens import Calibrated, Measure, prompt_tokens

UNPRICED_TOKENS_PER_DOLLAR = 100_000
LEAST_REPLY = 512

THINKING_TOKENS = 8_000
"""Room to think for a model whose facts say `reasoning`. A step of an agent seldom takes more;
OpenAI advises 25 000 for hard problems, which would hold back three times as much of the budget."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is held back for a call that is under way. `cost` is `None` for an unknown price."""

    reply_tokens: int
    tokens: int
    cost: Decimal | None


class Ledger:
    """What a run has spent and may spend. Safe to share between threads.

    `budget` in US dollars and `token_limit` may be `None`: no limit. `unpriced_tokens` are
    those of models without a known price.
    """

    def __init__(
        self,
        budget: Decimal | None = None,
        *,
        token_limit: int | None = None,
        spent: Decimal = Decimal(0),
        tokens: int = 0,
        unpriced_tokens: int = 0,
    ) -> None:
        self._budget = budget
        self._token_limit = token_limit
        self._more_unpriced = 0
        self._spent = spent
        self._tokens = tokens
        self._unpriced_tokens = unpriced_tokens
        self._held: list[Reservation] = []
        self._changed = threading.Condition()

    def restore(
        self,
        budget: Decimal | None,
        token_limit: int | None,
        *,
        spent: Decimal,
        tokens: int,
        unpriced_tokens: int,
    ) -> None:
        """Take up where a run stood that is begun or resumed. Before the first call."""
        with self._changed:
            self._budget, self._token_limit = budget, token_limit
            self._spent, self._tokens, self._unpriced_tokens = spent, tokens, unpriced_tokens

    @property
    def budget(self) -> Decimal | None:
        """The limit in US dollars, as extended so far."""
        return self._budget

    @property
    def spent(self) -> Decimal:
        """US dollars, as far as prices are known."""
        return self._spent

    @property
    def tokens(self) -> int:
        """Tokens used, prompts and replies together."""
        return self._tokens

    @property
    def left(self) -> Decimal | None:
        """US dollars that are neither spent nor held for a call under way; `None` without a budget."""
        with self._changed:
            return (
                None
                if self._budget is None
                else max(self._budget - self._spent - self._held_cost(), Decimal(0))
            )

    def reserve(
        self, price: Price | None, prompt: int, reply_tokens: int, least_reply: int = LEAST_REPLY
    ) -> Reservation:
        """Hold what a call could use; the reply may come out shorter than asked for.

        Raises OverLimit when not even the least reply fits. Waits for calls under way that
        may give something back, so never call it while holding a reservation.
        """
        least = min(least_reply, reply_tokens)
        with self._changed:
            while True:
                most = self._fitting(price, prompt, reply_tokens, holding=True)
                if most < reply_tokens and self._held:
                    alone = self._fitting(price, prompt, reply_tokens, holding=False)
                    if alone >= least:
                        cancelling.check()
                        # Not without a time-out: on Windows Ctrl-C would wait with us.
                        self._changed.wait(0.2)
                        continue
                if most < least:
                    raise self._over(price, prompt, least)
                worst = None if price is None else worst_case(price, prompt, most)
                reservation = Reservation(most, prompt + most, worst)
                self._held.append(reservation)
                return reservation

    def hold(self, worst: Decimal | None) -> Reservation:
        """Hold dollars for a call that is not billed by tokens; `None` is an unknown price, and holds nothing.

        Raises OverLimit when they are not there.
        """
        with self._changed:
            left = None if self._budget is None else self._budget - self._spent - self._held_cost()
            if left is not None and worst is not None and worst > left:
                raise OverLimit(LimitKind.BUDGET, self._spent, self._budget or Decimal(0), worst)
            reservation = Reservation(0, 0, worst or Decimal(0))
            self._held.append(reservation)
            return reservation

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Give back what was held, and count what was used."""
        with self._changed:
            # By identity: two calls may well hold the same amounts.
            self._held = [held for held in self._held if held is not reservation]
            self._tokens += usage.tokens
            if usage.cost is None:
                self._unpriced_tokens += usage.tokens
            else:
                self._spent += usage.cost
            self._changed.notify_all()

    def extend(self, amount: Decimal, kind: LimitKind = LimitKind.BUDGET) -> None:
        """Allow so many dollars or tokens more. Other kinds of limits are not kept here."""
        with self._changed:
            if kind is LimitKind.BUDGET and self._budget is not None:
                self._budget += amount
            elif kind is LimitKind.TOKENS:
                if self._token_limit is None:
                    self._more_unpriced += int(amount)
                else:
                    self._token_limit += int(amount)
            self._changed.notify_all()

    def _fitting(self, price: Price | None, prompt: int, reply_tokens: int, *, holding: bool) -> int:
        """The longest reply that fits, up to `reply_tokens`; negative when the prompt doesn't."""
        most = reply_tokens
        if self._budget is not None and price is not None:
            left = self._budget - self._spent - (self._held_cost() if holding else 0)
            payable = affordable_reply(price, prompt, left)
            most = most if payable is None else min(most, payable)
        for limit, used, held in self._token_limits(price):
            most = min(most, limit - used - (held if holding else 0) - prompt)
        return most

    def _token_limits(self, price: Price | None) -> list[tuple[int, int, int]]:
        """The token limits that hold for a call: limit, used, held."""
        if self._token_limit is not None:
            return [(self._token_limit, self._tokens, sum(held.tokens for held in self._held))]
        if price is None and self._budget is not None:
            held = sum(held.tokens for held in self._held if held.cost is None)
            limit = int(self._budget * UNPRICED_TOKENS_PER_DOLLAR) + self._more_unpriced
            return [(limit, self._unpriced_tokens, held)]
        return []

    def _held_cost(self) -> Decimal:
        return sum((held.cost for held in self._held if held.cost is not None), Decimal(0))

    def _over(self, price: Price | None, prompt: int, least: int) -> OverLimit:
        for limit, used, _held in self._token_limits(price):
            if used + prompt + least > limit:
                return OverLimit(LimitKind.TOKENS, Decimal(used), Decimal(limit), Decimal(prompt + least))
        needed = Decimal(0) if price is None else worst_case(price, prompt, least)
        return OverLimit(LimitKind.BUDGET, self._spent, self._budget or Decimal(0), needed)


class Metered:
    """`ports.Model` that is paid from a ledger. Raises OverLimit before a call that could be too much.

    It also fills in the usage: its cost, and estimated tokens where the server told none.
    A `Calibrated` measure learns from what the server told.

    `form_tokens` are those of the schema that `as_reply` calls are held to: some servers bill it
    with the prompt, others make a grammar of it, and none says which. It is always reserved.
    """

    def __init__(
        self,
        model: Model,
        ledger: Ledger,
        price: Price | None,
        measure: Measure,
        *,
        thinking_tokens: int = 0,
        least_reply: int = LEAST_REPLY,
        form_tokens: int = 0,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._price = price
        self._measure = measure
        self._thinking_tokens = thinking_tokens
        self._least_reply = least_reply + thinking_tokens // 4
        self._form_tokens = form_tokens

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """See `ports.Model.complete`."""
        form = self._form_tokens if as_reply else 0
        prompt = prompt_tokens(self._measure, messages) + form
        wanted = reply_tokens + self._thinking_tokens
        reservation = self._ledger.reserve(self._price, prompt, wanted, self._least_reply)
        usage = self._priced(Usage(prompt_tokens=prompt))
        try:
            completion = self._model.complete(
                messages, reply_tokens=reservation.reply_tokens, as_reply=as_reply
            )
            usage = self._usage(completion, messages, form)
            return replace(completion, usage=usage)
        except ContextOverflow:
            usage = NO_USAGE
            raise
        except ModelFault as fault:
            usage = self._failed(prompt, fault.arrived) if fault.begun else NO_USAGE
            fault.usage = usage
            raise
        except Cancelled as cancelled:
            usage = self._failed(prompt, cancelled.arrived)
            cancelled.usage = usage
            raise
        finally:
            self._ledger.settle(reservation, usage)

    def _usage(self, completion: Completion, messages: Sequence[Message], form: int) -> Usage:
        told = completion.usage
        if told.prompt_tokens <= 0:
            prompt = prompt_tokens(self._measure, messages)
            return self._priced(Usage(prompt, 0, told.completion_tokens or self._measure(completion.text)))
        if isinstance(self._measure, Calibrated) and not any(message.images for message in messages):
            plain = prompt_tokens(self._measure.plain, messages)
            # What is more than the text may be the form, which is reserved for itself.
            text = max(min(told.prompt_tokens, plain), told.prompt_tokens - form)
            self._measure.observe(plain, text)
        return self._priced(told)

    def _failed(self, prompt: int, arrived: str) -> Usage:
        return self._priced(Usage(prompt_tokens=prompt, completion_tokens=self._measure(arrived)))

    def _priced(self, usage: Usage) -> Usage:
        return replace(usage, cost=None if self._price is None else cost(self._price, usage))
