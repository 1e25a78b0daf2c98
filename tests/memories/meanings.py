"""An embedder whose vectors say which of a few subjects a text is about, and what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from autogpt.core.messages import NO_USAGE, Usage

SUBJECTS: Mapping[str, Sequence[str]] = {
    "tea": ("tea", "brew", "steep", "leaves", "infusion", "茶"),
    "boats": ("boat", "sail", "harbour", "vessel", "ship"),
    "money": ("price", "cost", "euro", "cheap", "expensive"),
}
COST = Usage(prompt_tokens=10, cost=Decimal("0.001"))


class Meanings:
    """`ports.Embedder`. With `able` false it gives nothing; `size` is the number of dimensions."""

    def __init__(self, space: str = "subjects", *, size: int = 4, able: bool = True) -> None:
        self.space = space
        self.able = able
        self.asked: list[list[str]] = []
        self._size = size

    def embed(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[float]], Usage]:
        """A vector for each text."""
        self.asked.append(list(texts))
        return ([self._vector(text) for text in texts], COST) if self.able else ((), NO_USAGE)

    def _vector(self, text: str) -> list[float]:
        words = text.casefold()
        found = [float(sum(words.count(word) for word in subject)) for subject in SUBJECTS.values()]
        return [*found, 0.01, *[0.0] * self._size][: self._size]
