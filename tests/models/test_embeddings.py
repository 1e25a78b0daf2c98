"""Embeddings: the real client against a server on loopback, the ledger, and whatever goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from autogpt.core.budget import FREE, Price
from autogpt.core.messages import NO_USAGE
from autogpt.models import embeddings as module
from autogpt.models.cancelling import cancellable
from autogpt.models.embeddings import MOST_TEXTS, EmbeddingModel, OpenAIEmbeddings
from autogpt.models.endpoint import AzureEndpoint, Endpoint, Patience
from autogpt.models.metered import Ledger
from autogpt.models.tokens import estimate
from tests.loopback.openai_server import (
    HTML,
    NO_CREDIT,
    NO_MODEL,
    RATE_LIMITED,
    SERVER_ERROR,
    TRUNCATED_JSON,
    WRONG_KEY,
    Answer,
    Cut,
    Hang,
    OpenAIServer,
    Raw,
    Request,
    error,
    vectors,
)

KEY = "sk-embed-0123456789abcdef"
PRICE = Price(Decimal("0.02"), Decimal("0.02"), Decimal(0))
SMALL = EmbeddingModel("text-embedding-3-small", "text-embedding-3-small", PRICE, 8191)


class Bench:
    """Embeddings at a server, what the person is told, and what is waited."""

    def __init__(
        self,
        server: OpenAIServer,
        model: EmbeddingModel = SMALL,
        ledger: Ledger | None = None,
        **more: Any,
    ) -> None:
        self.ledger = ledger or Ledger()
        self.told: list[str] = []
        self.waited: list[float] = []
        self.made = OpenAIEmbeddings(
            more.pop("endpoint", Endpoint(server.url, KEY)),
            model,
            self.ledger,
            warn=self.told.append,
            sleep=self.waited.append,
            **more,
        )


def answering(*answers: Answer) -> Callable[[Request], Answer]:
    """Those in their order, then vectors."""
    left = list(answers)
    return lambda request: left.pop(0) if left else vectors(request)


def test_texts_become_vectors_in_their_order_and_are_paid() -> None:
    def turned(request: Request) -> Answer:
        data = [
            {"index": 1, "embedding": [0, 1]},
            {"index": 0, "embedding": [1, 0.5]},
        ]
        return vectors(request, data=data)

    with OpenAIServer(embeddings=turned) as server:
        bench = Bench(server, ledger=Ledger(Decimal(1)))
        found, usage = bench.made.embed(["x" * 400, "y" * 400])
    assert found == [[1, 0.5], [0, 1]]
    assert usage.prompt_tokens == 200
    assert usage.cost == Decimal("0.000004")
    assert bench.ledger.spent == usage.cost
    assert bench.ledger.left == 1 - usage.cost
    (request,) = server.embedded
    assert dict(request.body) == {"model": "text-embedding-3-small", "input": ["x" * 400, "y" * 400]}
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert bench.told == []


def test_many_texts_are_sent_many_at_once() -> None:
    with OpenAIServer(embeddings=answering()) as server:
        found, usage = Bench(server).made.embed([f"text {number}" for number in range(MOST_TEXTS * 2 + 1)])
    assert len(found) == MOST_TEXTS * 2 + 1
    assert [len(request.body["input"]) for request in server.embedded] == [MOST_TEXTS, MOST_TEXTS, 1]
    assert usage.cost is not None


def test_a_whole_page_is_one_call_to_azure() -> None:
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, endpoint=AzureEndpoint(server.root, "2024-10-21", KEY))
        assert len(bench.made.embed([f"text {number}" for number in range(200)])[0]) == 200
    assert len(server.embedded) == 1


def test_long_texts_are_sent_in_several_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TOKENS", 100)
    with OpenAIServer(embeddings=answering()) as server:
        found, _ = Bench(server).made.embed(["some words " * 30] * 4 + ["short"] * 3)
    assert len(found) == 7
    assert len(server.embedded) > 2


def test_texts_over_the_limit_are_cut_and_blank_ones_are_not_sent_empty() -> None:
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, EmbeddingModel("m", "m", FREE, 50))
        bench.made.embed(["many words in a row " * 500, "茶" * 3_000, "", "short"])
    sent = server.embedded[0].body["input"]
    assert [estimate(text) <= 50 for text in sent] == [True] * 4
    assert sent[0].startswith("many words in a row many")
    assert len(sent[1]) > 10
    assert sent[2].strip()
    assert sent[3] == "short"


def test_a_server_that_takes_less_than_it_said_is_sent_less() -> None:
    too_long = error(
        400, "This model's maximum context length is 512 tokens, however you requested 600 tokens"
    )

    def small(request: Request) -> Answer:
        return too_long if max(map(len, request.body["input"])) > 300 else vectors(request)

    with OpenAIServer(embeddings=small) as server:
        bench = Bench(server, EmbeddingModel("m", "m", FREE, 200))
        assert len(bench.made.embed(["many words in a row " * 50])[0]) == 1
        calls = len(server.embedded)
        assert len(bench.made.embed(["other words in a row " * 50])[0]) == 1
        assert len(server.embedded) == calls + 1
    assert bench.told == []


def test_a_server_that_finds_everything_too_long_is_given_up() -> None:
    too_long = error(400, "input is too long")
    with OpenAIServer(embeddings=lambda request: too_long) as server:
        bench = Bench(server)
        assert bench.made.embed(["x"])[0] == ()
        assert 2 <= len(server.embedded) <= 10
    assert len(bench.told) == 1


@pytest.mark.parametrize("fault", [RATE_LIMITED, SERVER_ERROR, Cut()])
def test_a_passing_fault_is_tried_again(fault: Answer) -> None:
    with OpenAIServer(embeddings=answering(fault, fault)) as server:
        bench = Bench(server)
        assert len(bench.made.embed(["x"])[0]) == 1
        assert len(server.embedded) == 3
    assert len(bench.waited) == 2
    assert bench.told == []


@pytest.mark.parametrize(
    "fault",
    [
        WRONG_KEY,
        NO_CREDIT,
        NO_MODEL,
        error(404, "page not found"),
        error(400, "encoding_format is wrong"),
        error(501, "this server does not support embeddings. Start it with `--embeddings`"),
        error(429, "slow down", retry_after="3600"),
        SERVER_ERROR,
        HTML,
        TRUNCATED_JSON,
        Raw(b"{}"),
        Raw(b"[]"),
        Raw(b'{"data": 5}'),
        Raw(b'{"data": [5]}'),
        Raw(b'{"data": [{"embedding": "AACAPw=="}]}'),
        Raw(b'{"data": [{"embedding": [null]}]}'),
        Raw(b'{"data": [{"embedding": []}]}'),
        Raw(b'{"data": [{"index": 7, "embedding": [1]}]}'),
        Raw(b'{"data": [{"index": [], "embedding": ["1"]}]}'),
        Raw(b'{"data": [{"embedding": [1]}, {"embedding": [1]}]}'),
    ],
)
def test_what_lasts_is_told_once_and_nothing_more_is_asked(fault: Answer) -> None:
    with OpenAIServer(embeddings=lambda request: fault) as server:
        bench = Bench(server)
        assert bench.made.embed(["x"])[0] == ()
        asked = len(server.embedded)
        assert bench.made.embed(["y"]) == ((), NO_USAGE)
        assert bench.made.space == ""
        assert len(server.embedded) == asked
    (line,) = bench.told
    assert "finds by words only" in line
    assert "\n" not in line
    assert KEY not in line


def test_a_server_that_is_gone_is_told_once() -> None:
    with OpenAIServer() as server:
        bench = Bench(server)
    assert bench.made.embed(["x"])[0] == ()
    assert len(bench.told) == 1
    assert len(bench.waited) == 2


def test_a_server_that_hangs_is_given_up() -> None:
    with OpenAIServer(embeddings=lambda request: Hang()) as server:
        bench = Bench(server, patience=Patience(5.0, 5.0, 0.2))
        assert bench.made.embed(["x"])[0] == ()
    assert "no answer" in bench.told[0]
    assert bench.ledger.tokens > 0  # it may have been billed


def test_what_failed_half_way_is_on_the_record() -> None:
    with OpenAIServer(embeddings=answering(Raw(b'{"data": 5}'))) as server:
        bench = Bench(server, ledger=Ledger(Decimal(1)))
        _, usage = bench.made.embed(["x" * 100])
    assert usage.cost == bench.ledger.spent
    assert usage.tokens == bench.ledger.tokens > 0


# -- money -------------------------------------------------------------------------------------------


def test_nothing_is_asked_that_the_budget_could_not_pay() -> None:
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, ledger=Ledger(Decimal("0.0000001")))
        assert bench.made.embed(["many words " * 100]) == ((), NO_USAGE)
        assert server.embedded == []
        bench.ledger.extend(Decimal(1))
        assert len(bench.made.embed(["many words " * 100])[0]) == 1
    assert bench.told == []


def test_an_unknown_price_under_a_budget_is_not_paid() -> None:
    unknown = EmbeddingModel("mine", "mine", None, 8191)
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, unknown, Ledger(Decimal(5)))
        assert bench.made.space == ""
        assert bench.made.embed(["x"]) == ((), NO_USAGE)
        assert server.embedded == []
        assert len(bench.told) == 1
        assert "price of mine is not known" in bench.told[0]
        without = Bench(server, unknown)
        found, usage = without.made.embed(["x"])
    assert len(found) == 1
    assert usage.cost is None


def test_a_token_limit_holds() -> None:
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, EmbeddingModel("m", "m", FREE, 8191), Ledger(token_limit=10))
        assert bench.made.embed(["many words " * 100]) == ((), NO_USAGE)
    assert server.embedded == []


# -- where -------------------------------------------------------------------------------------------


def test_azure_is_asked_by_the_deployment() -> None:
    model = EmbeddingModel("text-embedding-3-small", "my-embeddings", PRICE, 8191)
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, model, endpoint=AzureEndpoint(server.root, "2024-10-21", KEY))
        assert len(bench.made.embed(["x"])[0]) == 1
    (request,) = server.embedded
    assert request.path == "/openai/deployments/my-embeddings/embeddings"
    assert request.headers["api-key"] == KEY
    assert bench.made.space == "text-embedding-3-small"


def test_a_server_is_asked_what_it_has() -> None:
    nameless = EmbeddingModel("", "", FREE, 8191)
    with OpenAIServer(embeddings=answering(), models=("llama", "nomic-embed-text")) as server:
        bench = Bench(server, nameless)
        assert len(bench.made.embed(["x"])[0]) == 1
        assert server.embedded[0].body["model"] == "nomic-embed-text"
        assert bench.made.space == f"nomic-embed-text at {server.url}"
    with OpenAIServer(embeddings=answering()) as server:
        bench = Bench(server, nameless)
        assert bench.made.space == ""
        assert bench.made.embed(["x"]) == ((), NO_USAGE)
    assert bench.told == []


def test_ctrl_c_ends_a_call() -> None:
    asked = threading.Event()

    def hang(request: Request) -> Answer:
        asked.set()
        return Hang()

    class Pressed:
        """A watcher that interrupts as soon as the call is under way."""

        def call_started(self, model: str) -> None: ...
        def call_streamed(self, text: str) -> None: ...
        def call_waiting(self, seconds: float, why: str) -> None: ...
        def call_ended(self) -> None: ...

    cancelled = threading.Event()
    with OpenAIServer(embeddings=hang) as server, cancellable(cancelled):
        bench = Bench(server, ledger=Ledger(Decimal(1)), watcher=Pressed())

        def press() -> None:
            asked.wait(20)
            cancelled.set()

        presser = threading.Thread(target=press)
        presser.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            bench.made.embed(["x" * 100])
        presser.join()
    assert caught.value.usage.cost == bench.ledger.spent > 0  # type: ignore[attr-defined]
    assert bench.told == []
