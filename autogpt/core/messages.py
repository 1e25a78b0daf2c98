"""What goes to a language model and what comes back. Plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

Role = Literal["system", "user", "assistant"]

Finish = Literal["stop", "length", "filter"]
"""Why a reply ended: by itself, at its length limit, or by the provider's content filter."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for a model that sees. `kind` is its media type. It never gets into the journal."""

    kind: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. Pictures come after its text, and only models that see take them."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()


NO_MESSAGE = Message("user", "")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counted them (or estimated, when it told none).

    `cached_tokens` is the part of `prompt_tokens` that was billed as cached.
    `cost` is in US dollars; `None` means that the model's price is unknown.
    `other_tokens` is the part of `prompt_tokens` that other calls took: tries that failed, embeddings.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    other_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and reply together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def own_prompt_tokens(self) -> int:
        """What the prompt of this call came to, however often it was sent and what else was billed."""
        return self.prompt_tokens - self.other_tokens

    def plus(self, other: Usage) -> Usage:
        """Both together; the cost is unknown where one is."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
            self.other_tokens + other.other_tokens,
        )

    def beside(self, others: Usage) -> Usage:
        """This call's usage with what other calls took, told apart from what its own prompt came to."""
        return replace(self.plus(others), other_tokens=self.other_tokens + others.prompt_tokens)


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole reply."""

    text: str
    finish: Finish = "stop"
    usage: Usage = NO_USAGE
    model: str = ""
