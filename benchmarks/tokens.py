"""Counts tokens the way a provider does, and how much of a prompt it has in its cache.

With tiktoken and its encoding on disk the count is exact for OpenAI's newer models;
else it is a quarter of the characters, and `name` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

MESSAGE = 4
"""Tokens that mark the beginning and end of a message."""

Messages = Sequence[tuple[str, str]]


class Counter:
    """Counts texts, each only once."""

    def __init__(self) -> None:
        self.name, self._split = best_splitter()
        self._known: dict[str, int] = {}

    def text(self, text: str) -> int:
        """Tokens of a text."""
        if text not in self._known:
            self._known[text] = len(self._split(text))
        return self._known[text]

    def prompt(self, messages: Messages) -> int:
        """Tokens of a prompt."""
        return sum(MESSAGE + self.text(text) for _, text in messages)

    def prefix(self, before: Messages, now: Messages) -> int:
        """Tokens at the beginning of `now` that are the same as at the beginning of `before`."""
        same = 0
        for (role, text), (role_before, text_before) in zip(now, before, strict=False):
            if role != role_before:
                break
            if text != text_before:
                same += common(self._split(text), self._split(text_before))
                break
            same += MESSAGE + self.text(text)
        return same


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """The length of the common beginning."""
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def best_splitter() -> tuple[str, Callable[[str], Sequence[object]]]:
    """A name for the table, and a function from a text to its tokens."""
    try:
        import tiktoken

        encoding = tiktoken.get_encoding("o200k_base")
    except Exception:
        return "a quarter of the characters", lambda text: [text[i : i + 4] for i in range(0, len(text), 4)]
    return "tiktoken, o200k_base", encoding.encode_ordinary
