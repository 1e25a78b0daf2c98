"""What a run may use up, and the model's window. Amounts only: who holds them to it is elsewhere.

Money and tokens are held to their limit by the ledger, before each call
(`autogpt.models.metered`); steps and time by `autogpt.core.decide`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from autogpt.core.errors import LimitKind
from autogpt.core.unreachable import assert_never

Measure = Callable[[str], int]
"""The number of tokens that a text comes to; an estimate will do."""


def counted(number: float, noun: str, plural: str = "") -> str:
    """So many of something; without a `plural`, it ends in s."""
    return f"1 {noun}" if number == 1 else f"{number:,.15g} {plural or noun + 's'}"


@dataclass(frozen=True, slots=True)
class Limits:
    """`None` is no limit. `stop_after` ends the run after that many steps without asking for more."""

    budget: Decimal | None = None
    tokens: int | None = None
    steps: int | None = None
    seconds: float | None = None
    stop_after: int | None = None

    def extended(self, kind: LimitKind, by: Decimal) -> Limits:
        """The same limits with one of them raised; a limit that isn't set stays off."""
        match kind:
            case LimitKind.BUDGET:
                return replace(self, budget=None if self.budget is None else self.budget + by)
            case LimitKind.TOKENS:
                return replace(self, tokens=None if self.tokens is None else self.tokens + int(by))
            case LimitKind.STEPS:
                return replace(self, steps=None if self.steps is None else self.steps + int(by))
            case LimitKind.TIME:
                return replace(self, seconds=None if self.seconds is None else self.seconds + float(by))
            case unreachable:
                assert_never(unreachable)


@dataclass(frozen=True, slots=True)
class Window:
    """A model's window in tokens, prompt and reply together, and what of it is kept for the reply."""

    tokens: int
    reply: int

    @property
    def prompt(self) -> int:
        """What a prompt may come to. A fiftieth is left free, since counts are estimates."""
        return max(1, self.tokens - self.reply - self.tokens // 50)

    def shrunk(self, told: int | None) -> Window:
        """The window after the provider refused a prompt: what it told, else a quarter less."""
        tokens = told if told is not None and told < self.tokens else self.tokens * 3 // 4
        return window_of(tokens, self.reply)


REPLY_SHARE = 5
MOST_REPLY_TOKENS = 16_000


def window_of(tokens: int, most_reply: int = MOST_REPLY_TOKENS) -> Window:
    """A window with a fifth of it, and at most `most_reply` tokens, kept for the reply."""
    return Window(tokens, max(1, min(most_reply, tokens // REPLY_SHARE)))
