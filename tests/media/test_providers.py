"""Hugging Face and Stable Diffusion against servers on loopback, in the formats that they publish.

Hugging Face: its own client, huggingface_hub `inference/_providers/hf_inference.py`, and the 503 of
a model that is being loaded. Stable Diffusion: `/docs` of AUTOMATIC1111's web server.
"""

from __future__ import annotations

import json

import pytest

from autogpt.core.errors import CommandError
from autogpt.http import Admission, Door
from autogpt.media.huggingface import LONGEST_LOADING, HuggingFace
from autogpt.media.kinds import WAV, audio_kind, image_kind
from autogpt.media.sdwebui import StableDiffusion
from tests.http.servers import Request, reply, serving
from tests.media.samples import MP3, base64_of, door_to, png, url_of, wav

LOADING = reply(
    json.dumps({"error": "Model x/y is currently loading", "estimated_time": 20.0}).encode(),
    "503 Service Unavailable",
    Content_Type="application/json",
)


def test_a_picture_is_asked_for_by_its_model_with_the_token_in_a_header() -> None:
    with serving(lambda request: reply(png(), Content_Type="image/png")) as server:
        account = HuggingFace(door_to(server), url_of(server) + "/hf-inference/", "hf_token")
        assert account.image("maker/model-1", "a red square", 512) == png()
    (request,) = server.requests
    assert request.line == "POST /hf-inference/models/maker/model-1 HTTP/1.1"
    assert request.headers["authorization"] == "Bearer hf_token"
    assert json.loads(request.body) == {
        "inputs": "a red square",
        "parameters": {"width": 512, "height": 512},
    }


def test_a_model_that_is_loaded_is_waited_for_as_long_as_it_says() -> None:
    answers = [LOADING, LOADING, reply(png())]
    slept: list[float] = []
    said: list[str] = []
    with serving(lambda request: answers.pop(0)) as server:
        account = HuggingFace(door_to(server), url_of(server), "t", sleep=slept.append, say=said.append)
        assert account.image("x/y", "anything", 64) == png()
    assert slept == [20.0, 20.0]
    assert "loads the model x/y" in said[0]


def test_nobody_waits_for_a_model_for_ever() -> None:
    slept: list[float] = []
    with serving(lambda request: LOADING) as server:
        account = HuggingFace(door_to(server), url_of(server), "t", sleep=slept.append)
        with pytest.raises(CommandError, match="still loading x/y"):
            account.image("x/y", "anything", 64)
    assert sum(slept) <= LONGEST_LOADING


@pytest.mark.parametrize("estimate", ["soon", None, -1, True, 1e300])
def test_an_estimate_that_is_none_is_an_error_like_any_other(estimate: object) -> None:
    body = json.dumps({"error": "down for repairs", "estimated_time": estimate}).encode()
    with serving(lambda request: reply(body, "503 Service Unavailable")) as server:
        account = HuggingFace(door_to(server), url_of(server), "t", sleep=lambda seconds: None)
        with pytest.raises(CommandError, match="down for repairs"):
            account.image("x/y", "anything", 64)
    assert len(server.requests) == 1


def test_a_recording_is_sent_as_it_is() -> None:
    with serving(lambda request: reply(b'{"text": " Hello there. "}')) as server:
        account = HuggingFace(door_to(server), url_of(server), "t")
        assert account.transcript("openai/whisper-large-v3", wav(), WAV) == "Hello there."
    (request,) = server.requests
    assert (request.headers["content-type"], request.body) == ("audio/wav", wav())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("401 Unauthorized", "Only the person can change that"),
        ("402 Payment Required", "Only the person can change that"),
        ("404 Not Found", "does not have this model"),
        ("429 Too Many Requests", "fewer requests"),
        ("500 Internal Server Error", "Try again later"),
        ("422 Unprocessable Entity", "does not take this request"),
    ],
)
def test_what_a_provider_refuses_is_said_with_its_own_words(status: str, said: str) -> None:
    def refuse(request: Request) -> bytes:
        return reply(b'{"error": "the model has\\nleft the building"}', status)

    with serving(refuse) as server:
        account = HuggingFace(door_to(server), url_of(server), "t")
        with pytest.raises(CommandError, match=said) as caught:
            account.transcript("x/y", wav(), WAV)
    assert "the model has left the building" in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"text": 3}', b"<html>", b"[" * 100_000])
def test_an_answer_without_a_text_is_said_to_be_one(body: bytes) -> None:
    with (
        serving(lambda request: reply(body)) as server,
        pytest.raises(CommandError, match="without a text"),
    ):
        HuggingFace(door_to(server), url_of(server), "t").transcript("x/y", wav(), WAV)


def test_a_stable_diffusion_server_makes_a_picture_behind_its_login() -> None:
    answer = json.dumps({"images": [base64_of(png())], "parameters": {}, "info": ""}).encode()
    with serving(lambda request: reply(answer, Content_Type="application/json")) as server:
        made = StableDiffusion(door_to(server), url_of(server), "ann:secret").image("a fox", 500)
    assert made == png()
    (request,) = server.requests
    assert request.line == "POST /sdapi/v1/txt2img HTTP/1.1"
    assert request.headers["authorization"] == "Basic " + base64_of(b"ann:secret")
    sent = json.loads(request.body)
    assert (sent["prompt"], sent["width"], sent["height"]) == ("a fox", 496, 496)


@pytest.mark.parametrize("body", [b"{}", b'{"images": []}', b'{"images": ["no base64!"]}', b"null"])
def test_a_stable_diffusion_server_without_a_picture_is_said_to_be_one(body: bytes) -> None:
    with (
        serving(lambda request: reply(body)) as server,
        pytest.raises(CommandError, match="without a picture"),
    ):
        StableDiffusion(door_to(server), url_of(server)).image("a fox", 512)


def test_a_provider_is_not_followed_to_another_address_of_this_machine() -> None:
    with serving(lambda request: reply(b"secret")) as inner:

        def away(request: Request) -> bytes:
            return reply(b"", "303 See Other", Location=url_of(inner))

        with serving(away) as server, pytest.raises(CommandError, match="is not reached"):
            StableDiffusion(door_to(server), url_of(server)).image("a fox", 512)
    assert inner.requests == []


def test_kinds_are_told_by_the_first_bytes() -> None:
    pictures = {"PNG": png(), "JPEG": b"\xff\xd8\xff\xe0", "GIF": b"GIF89a..", "WebP": b"RIFF....WEBP"}
    for name, data in pictures.items():
        kind = image_kind(data)
        assert kind is not None
        assert kind.name == name
        assert audio_kind(data) is None
    recordings = {
        "WAV": wav(),
        "MP3": MP3,
        "FLAC": b"fLaC\0",
        "Ogg": b"OggS\0",
        "MP4": b"\0\0\0\x20ftypM4A ",
        "WebM": b"\x1aE\xdf\xa3",
    }
    for name, data in recordings.items():
        kind = audio_kind(data)
        assert kind is not None
        assert kind.name == name
        assert image_kind(data) is None
    for nothing in (b"", b"<html>", b"\x89PNG\r\n\x1a\n", b"RIFF", b"text \xff\xfb", b"%PDF-1.7"):
        assert image_kind(nothing) is None
        assert audio_kind(nothing) is None


@pytest.mark.parametrize("hidden", [b"sk-live-1", b"sk%2Dlive-1"])
def test_a_recording_with_a_secret_in_it_is_not_sent(hidden: bytes) -> None:
    with serving(lambda request: reply(b'{"text": ""}')) as server:
        admission = Admission(hosts=frozenset({f"127.0.0.1:{server.port}"}))
        door = Door(admission=admission, holds_secret=lambda text: "sk-live-1" in text)
        account = HuggingFace(door, url_of(server), "t")
        with pytest.raises(CommandError, match="secrets"):
            account.transcript("x/y", b"RIFF....WAVE" + hidden, WAV)
        if b"%" not in hidden:
            with pytest.raises(CommandError, match="secrets"):
                account.transcript("x/y", wav() + b"\xff" + hidden, WAV)
    assert server.requests == []
