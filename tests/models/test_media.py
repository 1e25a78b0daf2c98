"""OpenAI's pictures, transcripts and speech: the real client against a server on loopback.

Formats are those of OpenAI's API reference ("Create image", "Create transcription", "Create
speech"), as `openai.types` has them.
"""

from __future__ import annotations

import json
import queue
import threading
from decimal import Decimal
from typing import Any

import pytest

from autogpt.core.errors import CommandError, LimitKind, OverLimit
from autogpt.core.messages import Usage
from autogpt.models import media as media_module
from autogpt.models.beside import Beside
from autogpt.models.endpoint import Endpoint, Patience
from autogpt.models.media import OpenAIMedia
from autogpt.models.metered import Ledger
from autogpt.models.scripted import ScriptedModel
from tests.http.servers import Handler, Request, Server, reply, serving
from tests.media.samples import MP3, base64_of, png, url_of, wav

KEY = "sk-media-0123456789"
IMAGE = {
    "created": 1,
    "data": [{"b64_json": base64_of(png())}],
    "output_format": "png",
    "usage": {
        "input_tokens": 20,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 20},
        "output_tokens": 1000,
        "total_tokens": 1020,
    },
}


def as_json(body: object, status: str = "200 OK", **headers: str) -> bytes:
    return reply(json.dumps(body).encode(), status, Content_Type="application/json", **headers)


def media_at(server: Server, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, **more: Any) -> OpenAIMedia:
    """As if the server were OpenAI's own, so that its prices hold."""
    url = f"{url_of(server)}/v1"
    monkeypatch.setattr(media_module, "OPENAI_URL", url)
    made = OpenAIMedia(Endpoint(url, KEY), ledger, sleep=lambda seconds: None, **more)
    made._free = False
    return made


def test_a_picture_is_made_priced_and_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(Decimal(1))
    with serving(lambda request: as_json(IMAGE)) as server:
        made = media_at(server, ledger, monkeypatch).image("gpt-image-2.5-flare", "a red square", 256)
    assert made.data == png()
    (request,) = server.requests
    assert request.line == "POST /v1/images/generations HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(request.body) == {
        "model": "gpt-image-2.5-flare",
        "prompt": "a red square",
        "n": 1,
        "size": "1024x1024",
        "quality": "medium",
        "output_format": "png",
    }
    assert made.usage == Usage(20, 0, 1000, Decimal("0.0301"))
    assert (ledger.spent, ledger.tokens, ledger.left) == (Decimal("0.0301"), 1020, Decimal("0.9699"))


def test_a_picture_that_the_budget_could_not_pay_for_is_not_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = Ledger(Decimal("0.05"))
    with serving(lambda request: as_json(IMAGE)) as server:
        media = media_at(server, ledger, monkeypatch)
        with pytest.raises(OverLimit) as caught:
            media.image("gpt-image-2.5-flare", "a red square", 256)
    assert caught.value.kind is LimitKind.BUDGET
    assert server.requests == []
    assert ledger.left == Decimal("0.05")


def test_a_model_without_a_price_costs_something_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    with serving(lambda request: as_json(IMAGE)) as server:
        media = media_at(server, ledger, monkeypatch)
        assert media.image("gpt-image-9", "x", 256).usage.cost is None
        assert media.image("gpt-image-2-2026-04-21", "x", 256).usage.cost == Decimal("0.0301")


def test_a_server_on_this_machine_is_free_and_asked_for_the_size_that_is_wanted() -> None:
    ledger = Ledger(Decimal("0.01"))
    answer = {"created": 1, "data": [{"b64_json": base64_of(png())}]}
    with serving(lambda request: as_json(answer)) as server:
        made = OpenAIMedia(Endpoint(f"{url_of(server)}/v1"), ledger).image("sd-local", "x", 512)
    assert made.usage.cost == 0
    sent = json.loads(server.requests[0].body)
    assert (sent["size"], sent["response_format"]) == ("512x512", "b64_json")
    assert ledger.left == Decimal("0.01")


@pytest.mark.parametrize(
    "answer",
    [{}, {"data": []}, {"data": [{"url": "http://x"}]}, {"data": [{"b64_json": "no base64!"}]}, [], "text"],
)
def test_an_answer_without_a_picture_is_an_error_that_says_what_it_cost(
    answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda request: as_json(answer)) as server:
        media = media_at(server, Ledger(), monkeypatch)
        with pytest.raises(CommandError, match="without a picture") as caught:
            media.image("gpt-image-2", "x", 256)
    assert caught.value.usage.cost is None  # type: ignore[attr-defined]


def refusal(status: str, message: str, code: str, **headers: str) -> bytes:
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return as_json(body, status, **headers)


def test_a_rate_limit_is_waited_for_and_nothing_else_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = refusal("429 Too Many Requests", "Rate limit reached", "rate_limit_exceeded", Retry_After="1")
    answers = [limited, limited, as_json(IMAGE)]
    with serving(lambda request: answers.pop(0)) as server:
        ledger = Ledger(Decimal(1))
        assert media_at(server, ledger, monkeypatch).image("gpt-image-2", "x", 256).data == png()
        assert ledger.spent == Decimal("0.0301")
    broken = refusal("500 Internal Server Error", f"it burns, says {KEY}", "server_error")
    with serving(lambda request: broken) as server:
        media = media_at(server, Ledger(), monkeypatch)
        with pytest.raises(CommandError, match="did not answer") as caught:
            media.image("gpt-image-2", "x", 256)
    assert len(server.requests) == 1
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refusal("401 Unauthorized", "Incorrect API key", "invalid_api_key"), "Only the person"),
        (
            refusal("429 Too Many Requests", "You exceeded your quota", "insufficient_quota"),
            "Only the person",
        ),
        (refusal("404 Not Found", "The model does not exist", "model_not_found"), "Only the person"),
        (
            refusal(
                "400 Bad Request", "Your request was rejected by the safety system", "moderation_blocked"
            ),
            "rejected by the safety system",
        ),
        (reply(b"<html>Sign in</html>", Content_Type="text/html"), "without a picture|did not answer"),
    ],
)
def test_what_fails_is_said_and_costs_nothing_that_was_not_begun(
    answer: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(Decimal(1))
    with serving(lambda request: answer) as server:
        media = media_at(server, ledger, monkeypatch)
        with pytest.raises(CommandError, match=said):
            media.image("gpt-image-2", "x", 256)
    assert ledger.left == 1


def test_ctrl_c_ends_a_call_and_cuts_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, gone = threading.Event(), threading.Event()

    def hang(request: Request) -> bytes:
        asked.set()
        assert gone.wait(20)
        return b""

    class Pressed:
        """A watcher that stands for the person: Ctrl-C once the server was asked."""

        def call_started(self, what: str) -> None: ...
        def call_streamed(self, text: str) -> None: ...
        def call_waiting(self, seconds: float, why: str) -> None: ...
        def call_ended(self) -> None:
            gone.set()

    class Interrupting(queue.SimpleQueue[Any]):
        def get(self, *args: Any, **named: Any) -> Any:
            assert asked.wait(20)
            raise KeyboardInterrupt

    ledger = Ledger(Decimal(1))
    with serving(hang) as server:
        media = media_at(server, ledger, monkeypatch, watcher=Pressed())
        monkeypatch.setattr("autogpt.models.calling.queue.SimpleQueue", Interrupting)
        with pytest.raises(KeyboardInterrupt) as caught:
            media.image("gpt-image-2", "x", 256)
    assert caught.value.usage.cost is None  # type: ignore[attr-defined]
    assert ledger.left == 1


def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def hang(request: Request) -> bytes:
        done.wait(20)
        return b""

    with serving(hang) as server:
        media = media_at(server, Ledger(), monkeypatch, patience=Patience(5.0, 5.0, 0.3))
        with pytest.raises(CommandError, match="no answer after"):
            media.image("gpt-image-2", "x", 256)
        done.set()


def transcribing(usage: object) -> Handler:
    return lambda request: as_json({"text": " Hello. ", "usage": usage})


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("gpt-transcribe", {"type": "duration", "seconds": 9.2}, Decimal("0.00075")),
        ("whisper-1", {"type": "duration", "seconds": 60}, Decimal("0.006")),
        (
            "gpt-4o-transcribe",
            {"type": "tokens", "input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100},
            Decimal("0.0035"),
        ),
        ("gpt-transcribe", {"type": "tokens", "input_tokens": 10, "output_tokens": 1}, None),
        ("gpt-transcribe", None, None),
        ("whisper-9", {"type": "duration", "seconds": 60}, None),
    ],
)
def test_a_recording_is_written_down_and_priced(
    model: str, usage: object, cost: Decimal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(Decimal(1))
    with serving(transcribing(usage)) as server:
        made = media_at(server, ledger, monkeypatch).transcript(model, "recording.wav", wav())
    assert made.text == "Hello."
    assert made.usage.cost == cost
    assert ledger.spent == (cost or 0)
    (request,) = server.requests
    assert request.line == "POST /v1/audio/transcriptions HTTP/1.1"
    assert request.headers["content-type"].startswith("multipart/form-data")
    for part in (wav(), b'filename="recording.wav"', model.encode()):
        assert part in request.body


def test_a_text_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(Decimal(1))
    with serving(lambda request: reply(MP3, Content_Type="audio/mpeg")) as server:
        spoken = media_at(server, ledger, monkeypatch).speech("tts-1", "alloy", "Hello there.")
    assert spoken.data == MP3
    assert (spoken.usage.cost, ledger.spent) == (Decimal("0.00018"), Decimal("0.00018"))
    (request,) = server.requests
    assert request.line == "POST /v1/audio/speech HTTP/1.1"
    assert json.loads(request.body) == {
        "model": "tts-1",
        "voice": "alloy",
        "input": "Hello there.",
        "response_format": "mp3",
    }


def test_a_text_that_the_budget_could_not_pay_for_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda request: reply(MP3)) as server:
        media = media_at(server, Ledger(Decimal("0.0001")), monkeypatch)
        with pytest.raises(OverLimit):
            media.speech("tts-1", "alloy", "Hello there.")
    assert server.requests == []


def test_what_was_spent_beside_is_told_with_the_next_reply_once() -> None:
    model = Beside(ScriptedModel(["one", "two"]))
    model.spent(Usage(cost=Decimal("0.1")))
    model.spent(Usage(cost=Decimal("0.2")))
    first = model.complete([], reply_tokens=10).usage.cost
    second = model.complete([], reply_tokens=10).usage.cost
    assert first is not None
    assert second is not None
    assert first - second == Decimal("0.3")
