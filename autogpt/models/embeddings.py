"""Vectors of texts, by the embeddings of OpenAI, Azure and compatible servers, paid from the run's ledger.

The format is that of OpenAI's API reference ("Create embeddings"); vectors come as lists of numbers,
which every server gives. Texts are sent many at once, each cut to what the model takes. That a memory
has no vectors is no reason to fail: whatever goes wrong, there are none, the person is told why, once,
and for the rest of the run nothing more is asked.

Not promised: that a text is cut exactly where the model's window ends. Tokens are estimated; a server
that finds a text too long is sent shorter ones from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from autogpt.core.budget import Price, cost
from autogpt.core.errors import ContextOverflow, OverLimit
from autogpt.core.messages import NO_USAGE, Usage
from autogpt.core.ports import Watcher
from autogpt.models import cancelling
from autogpt.models.calling import Caller, tried
from autogpt.models.endpoint import OPENAI_URL, AzureEndpoint, Endpoint, Patience
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.metered import Ledger
from autogpt.models.retrying import fault_in_words
from autogpt.models.servers import embedding_models
from autogpt.models.tokens import estimate

MOST_TEXTS = 32
"""Texts in one call: what the smallest servers take by default."""

MOST_OF_OPENAI = 256
"""Texts in one call to OpenAI or Azure, which take 2048: so a whole page is one call."""

MOST_TOKENS = 100_000
"""Tokens in one call; OpenAI takes 300 000."""

PATIENCE = Patience(connect=10.0, idle=30.0, call=60.0)
_AGAIN = frozenset(
    {
        Fault.RATE_LIMIT,
        Fault.OVERLOADED,
        Fault.SERVER,
        Fault.REFUSED,
        Fault.NO_HOST,
        Fault.CUT,
        Fault.TIMEOUT,
    }
)
_MOST_HALVINGS = 4
_NEWER = "o200k_base"


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model for embeddings. `deployed` is what it is called where it is asked, `token_limit` the longest text.

    An empty `name` stands for whichever the server has.
    """

    name: str
    deployed: str
    price: Price | None
    token_limit: int
    encoding: str = "cl100k_base"


class OpenAIEmbeddings:
    """Embeds texts by `model`. Safe to share between threads. `warn` takes a line for the person."""

    def __init__(
        self,
        endpoint: Endpoint | AzureEndpoint,
        model: EmbeddingModel,
        ledger: Ledger,
        *,
        warn: Callable[[str], None],
        watcher: Watcher | None = None,
        patience: Patience = PATIENCE,
        sleep: Callable[[float], None] = cancelling.pause,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._ledger = ledger
        self._warn = warn
        self._watcher = watcher
        self._sleep = sleep
        self._caller = Caller(endpoint, watcher=watcher, patience=patience)
        self._limit = model.token_limit
        self._published = isinstance(endpoint, AzureEndpoint) or endpoint.base_url == OPENAI_URL
        self._off = False
        self._lock = threading.Lock()

    @property
    def space(self) -> str:
        """Which vectors can be compared; empty where there are none. Asks a server of the person's own what it has."""
        with self._lock:
            if not self._off and not self._model.name:
                names = embedding_models(self._endpoint.base_url, self._endpoint.key)
                self._off = not names
                if names:
                    self._model = replace(self._model, name=names[0], deployed=names[0])
            if self._off:
                return ""
            if self._model.price is None and self._ledger.budget is not None:
                self._stop(f"the price of {self._model.name} is not known, and the run has a budget")
                return ""
        return self._model.name if self._published else f"{self._model.name} at {self._endpoint.base_url}"

    def embed(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[float]], Usage]:
        """A vector for each text, or none at all; and what it cost. Raises only Cancelled, for Ctrl-C."""
        usage = NO_USAGE
        vectors: list[list[float]] = []
        if not self.space:
            return (), usage
        try:
            while len(vectors) < len(texts):
                made, spent = self._batch(texts[len(vectors) :])
                usage = usage.plus(spent)
                vectors += made
        except _Failed as failed:
            with self._lock:
                self._stop(failed.why)
            return (), usage.plus(failed.usage)
        except OverLimit:  # the next step will meet the limit, where it can be told
            return (), usage
        except Cancelled as cancelled:
            cancelled.usage = usage.plus(cancelled.usage)
            raise
        return vectors, usage

    def _stop(self, why: str) -> None:
        if not self._off:
            self._off = True
            self._warn(f"The memory finds by words only in this run: {why}.")

    def _batch(self, texts: Sequence[str]) -> tuple[list[list[float]], Usage]:
        """Vectors of the first texts, as many as go into one call. Raises _Failed."""
        billed = NO_USAGE
        for _ in range(_MOST_HALVINGS):
            batch, tokens = self._fitting(texts)
            spent: list[Usage] = []
            try:
                vectors = tried(
                    partial(self._once, batch, tokens, spent),
                    _AGAIN,
                    watcher=self._watcher,
                    sleep=self._sleep,
                )
                return vectors, billed.plus(_sum(spent))
            except ContextOverflow:
                self._limit = max(16, self._limit // 2)
            except ModelFault as fault:
                raise _Failed(self._in_words(fault), billed.plus(_sum(spent))) from fault
            except Cancelled as cancelled:
                cancelled.usage = billed.plus(_sum(spent))
                raise
            billed = billed.plus(_sum(spent))
        raise _Failed(f"{self._model.name} finds every text too long", billed)

    def _fitting(self, texts: Sequence[str]) -> tuple[list[str], int]:
        """The first texts, each cut to the limit, and their tokens together."""
        batch: list[str] = []
        total = 0
        for text in texts[: MOST_OF_OPENAI if self._published else MOST_TEXTS]:
            short, tokens = self._cut(text)
            if batch and total + tokens > MOST_TOKENS:
                break
            batch.append(short)
            total += tokens
        return batch, total

    def _cut(self, text: str) -> tuple[str, int]:
        text = text.strip() or "."  # OpenAI refuses empty ones
        tokens = self._count(text)
        while tokens > self._limit and len(text) > 1:
            text = text[: max(1, min(len(text) * 9 // 10, len(text) * self._limit // tokens))]
            tokens = self._count(text)
        return text, tokens

    def _count(self, text: str) -> int:
        return estimate(text, newer=self._model.encoding == _NEWER)

    def _once(self, batch: list[str], tokens: int, spent: list[Usage]) -> list[list[float]]:
        """One call, paid for. Raises ModelFault, ContextOverflow, OverLimit, Cancelled."""
        held = self._ledger.reserve(self._model.price, tokens, 1, 1)
        usage = self._priced(Usage(prompt_tokens=tokens))
        try:
            body = {"model": self._model.deployed, "input": batch}

            def call(openai: Any) -> object:
                return openai.post("/embeddings", body=body, cast_to=object)

            answer = self._caller.once(self._model.name, call)
            usage = self._priced(Usage(prompt_tokens=_told(answer) or tokens))
            return _vectors(answer, len(batch), self._model.name)
        except ContextOverflow:
            usage = NO_USAGE
            raise
        except ModelFault as fault:
            if not fault.begun:
                usage = NO_USAGE
            raise
        finally:
            self._ledger.settle(held, usage)
            spent.append(usage)

    def _priced(self, usage: Usage) -> Usage:
        price = self._model.price
        return replace(usage, cost=None if price is None else cost(price, usage))

    def _in_words(self, fault: ModelFault) -> str:
        said = fault_in_words(fault)
        key = self._endpoint.key
        return f"{self._model.name} makes no embeddings ({said.replace(key, '***') if key else said})"


class _Failed(Exception):
    """There are no vectors, and there won't be any in this run. `why` is for the person."""

    def __init__(self, why: str, usage: Usage) -> None:
        super().__init__(why)
        self.why = why
        self.usage = usage


def _sum(spent: Sequence[Usage]) -> Usage:
    total = Usage(cost=Decimal(0))
    for usage in spent:
        total = total.plus(usage)
    return total


def _told(answer: object) -> int:
    """The tokens that the server counted, 0 if it doesn't say."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    count = usage.get("prompt_tokens") or usage.get("total_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) and 0 < count < 10**9 else 0


def _vectors(answer: object, count: int, model: str) -> list[list[float]]:
    """The vectors in the order of the texts. Raises ModelFault for anything but one for each."""
    data = answer.get("data") if isinstance(answer, dict) else None
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    numbered = {_place(row, place): row.get("embedding") for place, row in enumerate(rows)}
    vectors = [numbered.get(place) for place in range(count)]
    made = [
        vector
        for vector in vectors
        if isinstance(vector, list) and vector and all(isinstance(number, int | float) for number in vector)
    ]
    if len(rows) != count or len(made) != count:
        raise ModelFault(Fault.MALFORMED, f"{len(made)} vectors for {count} texts", model=model)
    return made


def _place(row: dict[Any, Any], place: int) -> int:
    """The number of the text that a vector is of; where none is told, they come in order."""
    told = row.get("index")
    return told if isinstance(told, int) else place
