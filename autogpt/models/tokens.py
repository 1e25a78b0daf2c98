"""How many tokens a text is, without the provider's help.

Measured (Python 3.11, one process): loading tiktoken's `o200k_base`, the encoding
of every current OpenAI model, takes 0.3 to 0.5 s and 93 MB of memory;
`cl100k_base` 0.15 s and 58 MB; and both must first be fetched from the network.
That is half of the second in which a run should reach its first request and three
quarters of the memory that it should need, for one number. So tiktoken is not
used. Texts are *estimated* from the kinds of characters in them, a little high on
purpose, and a `Calibrated` measure corrects the estimate by what the provider
reports, which works the same for models whose encoding nobody publishes.

Not promised: that an estimate is never too low. `tests/models/test_tokens.py` holds
what both encodings really made of some fifty kinds of text: none of the code, data and
larger languages is too low; of languages in plain Latin letters some are (Dutch by 5 %,
Indonesian by 30 %, Swahili by half), and so is text at random (letters by two thirds). A
`Calibrated` measure makes up for that after one call, and a provider that says "too
long" is believed (`ContextOverflow`).
"""

from __future__ import annotations

import math
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence

from autogpt.core.messages import Message
from autogpt.models import catalogue

Measure = Callable[[str], int]
"""Text to tokens. Never raises."""

PER_MESSAGE = 4
"""Tokens around each message of a chat: the role and the separators."""

PER_PROMPT = 3
"""Tokens that open the reply."""

_ASCII_PIECE = re.compile(
    r" ?(?<![A-Za-z])[A-Z]?[a-z]{1,7}"  # how a word begins
    r"|[A-Z][a-z]{2,7}"  # a word inside camelCase
    r"|[A-Za-z]{1,2}"  # the rest of a long word, or of random letters
    r"|[0-9]{1,3}"
    r"| ?[!-/:-@\[-`{-~]{1,2}"  # punctuation
    r"| {2,32}|\n{1,8}|\t{1,4}|[\x00-\x20\x7f]"
)
"""Each match is about one token, of ASCII text."""

_SCRIPTS: tuple[tuple[re.Pattern[str], float, float], ...] = tuple(
    (re.compile(f"[{characters}]"), newer, older)
    for characters, newer, older in (
        ("\u0400-\u052f", 0.30, 0.48),  # Cyrillic
        ("\u0370-\u03ff\u0590-\u06ff", 0.50, 1.10),  # Greek, Hebrew, Arabic
        ("\u0900-\u0dff", 0.45, 1.30),  # the scripts of India
        ("\u0e00-\u0eff\u10a0-\u10ff", 0.65, 2.10),  # Thai, Lao, Georgian
        ("\u3000-\u30ff", 0.90, 1.20),  # kana and CJK punctuation
        ("\u3400-\u9fff\uf900-\ufaff\uff00-\uffef", 1.10, 1.80),  # Chinese characters
        ("\uac00-\ud7af", 0.65, 1.10),  # Hangul
        ("\u00a0-\u02ff\u1e00-\u1eff", 1.80, 2.40),  # Latin letters with accents, and what they break
        ("\u2000-\u2bff", 1.30, 1.60),  # typographic signs, arrows, boxes
    )
)
"""Characters of a script, and tokens for each: o200k_base, and cl100k_base, which stands for all others."""

_LONG_RUN = re.compile(r"[A-Za-z0-9+]{20,}")
_PER_CODED = 0.74
"""Tokens for each character of base64, digests and keys."""

_BYTES = 0.98
"""Tokens for each UTF-8 byte of the characters that are in no script above."""

_MARGIN = 1.04


def estimate(text: str, *, newer: bool = False) -> int:
    """About how many tokens a text is, rather too many than too few.

    `newer` is for models that read o200k_base, which packs other scripts than Latin
    twice as tight as the encodings before it.
    """
    rest = _LONG_RUN.sub(_drop_coded, text)
    total = (len(text) - len(rest)) * _PER_CODED
    if rest.isascii():
        return math.ceil((total + len(_ASCII_PIECE.findall(rest))) * _MARGIN)
    for characters, dense, sparse in _SCRIPTS:
        without = characters.sub("", rest)
        total += (len(rest) - len(without)) * (dense if newer else sparse)
        rest = without
    total += len(_ASCII_PIECE.findall(rest))
    ascii_bytes = len(rest.encode("ascii", "ignore"))
    total += (len(rest.encode("utf-8", "surrogatepass")) - ascii_bytes) * _BYTES
    return math.ceil(total * _MARGIN)


def _drop_coded(run: re.Match[str]) -> str:
    return "" if any(digit in run[0] for digit in "0123456789") else run[0]


PER_IMAGE = 2_500
"""Tokens of a picture. OpenAI's models take a picture as at most 1 536 patches, which the smaller ones count
as up to 1.62 tokens each; what was really billed is told with the reply."""


def measure(model: str) -> Calibrated:
    """A measure for texts that go to a model."""
    newer = catalogue.facts(model) is not None
    return Calibrated(lambda text: estimate(text, newer=newer))


def prompt_tokens(measure: Measure, messages: Sequence[Message]) -> int:
    """The tokens of a whole prompt."""
    return PER_PROMPT + sum(
        PER_MESSAGE + measure(message.text) + PER_IMAGE * len(message.images) for message in messages
    )


class Calibrated:
    """A measure that learns from what the provider counted. Safe to share between threads.

    The correction is the highest ratio of the last eight calls, rounded up to the
    next twentieth, so that it moves seldom: a prompt that is cut by a measure that
    changes at each step never finds itself in the provider's cache.
    """

    _LONG_ENOUGH = 200
    """Shorter prompts say little: what surrounds the messages weighs too much."""
    _BELIEVABLE = 0.4
    _REMEMBERED = 8192

    def __init__(self, plain: Measure = estimate) -> None:
        self._plain = plain
        self._ratios: deque[float] = deque(maxlen=8)
        self._factor = 1.0
        self._known: dict[tuple[int, int], int] = {}
        self._lock = threading.Lock()

    def __call__(self, text: str) -> int:
        """The tokens of a text, corrected."""
        return math.ceil(self.plain(text) * self._factor)

    @property
    def factor(self) -> float:
        """What estimates are multiplied with: between 0.4 and 4."""
        return self._factor

    def plain(self, text: str) -> int:
        """The tokens of a text, not corrected; remembered, since a prompt repeats most of the last."""
        key = (hash(text), len(text))
        tokens = self._known.get(key)
        if tokens is None:
            tokens = self._plain(text)
            with self._lock:
                if len(self._known) >= self._REMEMBERED:
                    self._known.clear()
                self._known[key] = tokens
        return tokens

    def observe(self, estimated: int, reported: int) -> None:
        """Learn from one call: its prompt by the measure `plain`, and by the provider.

        Far fewer tokens than estimated are not believed: some local servers silently cut
        a prompt down to their window, and report what was left.
        """
        if estimated < self._LONG_ENOUGH or reported < estimated * self._BELIEVABLE:
            return
        with self._lock:
            self._ratios.append(reported / estimated)
            twentieths = math.ceil(round(max(self._ratios) * 20, 6))
            self._factor = min(max(twentieths / 20, self._BELIEVABLE), 4.0)
