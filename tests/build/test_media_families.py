"""Which commands and voices there are, by what the person set up. Nothing is reached here."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from autogpt import build
from autogpt.build.means import Person
from autogpt.build.media_families import door_to
from autogpt.build.voices import VoiceMeans, provider_of, speaker
from autogpt.connect import Demonstration, Provider, provider
from autogpt.core.errors import CommandError
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits
from autogpt.core.policy import Policy
from autogpt.core.profile import Profile
from autogpt.core.redact import Redactor
from autogpt.models.endpoint import Endpoint
from autogpt.models.media import OpenAIMedia
from autogpt.models.metered import Ledger
from autogpt.settings import Settings, load_settings
from autogpt.terminal.person import UnattendedUser
from autogpt.workspace import Workspace
from tests.media.samples import program

OURS = {
    "generate_image",
    "describe_image",
    "read_audio_from_file",
    "send_tweet",
    "send_email",
    "ask_user",
}
OPENAI = {"OPENAI_API_KEY": "sk-build-0123456789"}
LOCAL = {"OPENAI_API_BASE_URL": "http://127.0.0.1:9/v1", "SMART_LLM_MODEL": "gpt-4.1"}
TWITTER = {
    name: f"value-of-{name.lower()}"
    for name in ("TW_CONSUMER_KEY", "TW_CONSUMER_SECRET", "TW_ACCESS_TOKEN", "TW_ACCESS_TOKEN_SECRET")
}
MAIL = {"EMAIL_SMTP_HOST": "smtp.example.com", "EMAIL_ADDRESS": "me@example.com"}
HUGGING_FACE = {"HUGGINGFACE_API_TOKEN": "hf_0123456789"}
LISTENING = {"HUGGINGFACE_AUDIO_TO_TEXT_MODEL": "openai/whisper-large-v3"}


def settings(**environ: str) -> Settings:
    return load_settings(environ, Path("no such file"), {}).settings


def commands(
    tmp_path: Path, environ: dict[str, str], person: Person = build.NOBODY, *, demo: bool = False
) -> set[str]:
    """Those of ours that a run has."""
    made = settings(**environ)
    source: Provider | Demonstration = (
        Demonstration() if demo else provider(made, date(2026, 11, 21), lambda line: None)
    )
    mode = build.Mode(
        Profile("A", "b", ("c",)), Guidance(), Policy(), Limits(), continuous=True, attended=False
    )
    with ExitStack() as closing:
        place = Workspace(tmp_path / "place")
        agent = build.agent(made, source, mode, place, UnattendedUser(), None, closing, person=person)
        return {spec.name for spec in agent.session.setup.commands} & OURS


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (OPENAI, {"generate_image", "describe_image", "read_audio_from_file"}),
        (OPENAI | {"SMART_LLM_MODEL": "gpt-9-unheard-of"}, {"generate_image", "read_audio_from_file"}),
        (LOCAL, set[str]()),
        (LOCAL | {"IMAGE_PROVIDER": "dalle"}, {"generate_image"}),
        (LOCAL | {"IMAGE_PROVIDER": "sdwebui"}, {"generate_image"}),
        (LOCAL | {"IMAGE_PROVIDER": "huggingface"}, set[str]()),
        (LOCAL | {"IMAGE_PROVIDER": "huggingface"} | HUGGING_FACE, {"generate_image"}),
        (LOCAL | {"IMAGE_PROVIDER": "huggingface", "HUGGINGFACE_URL": "http://10.0.0.1"}, {"generate_image"}),
        (LOCAL | HUGGING_FACE | LISTENING, {"read_audio_from_file"}),
        (LOCAL | {"AUDIO_TO_TEXT_PROVIDER": "openai"}, {"read_audio_from_file"}),
        (LOCAL | {"AUDIO_TO_TEXT_PROVIDER": "huggingface"}, set[str]()),
        (LOCAL | {"DESCRIBE_IMAGE_MODEL": "llava"}, {"describe_image"}),
        (LOCAL | {"DESCRIBE_IMAGE_MODEL": "gpt-4.1"}, {"describe_image"}),
        (LOCAL | TWITTER, {"send_tweet"}),
        (LOCAL | dict(list(TWITTER.items())[:3]), set[str]()),
        (LOCAL | MAIL, {"send_email"}),
        (LOCAL | {"EMAIL_ADDRESS": "me@example.com"}, set[str]()),
        (
            OPENAI
            | TWITTER
            | MAIL
            | {"DISABLED_COMMAND_CATEGORIES": "autogpt.commands.image_gen,messages,audio"},
            {"describe_image"},
        ),
    ],
)
def test_there_is_what_was_set_up(environ: dict[str, str], expected: set[str], tmp_path: Path) -> None:
    assert commands(tmp_path, environ) == expected


def test_a_person_can_be_asked_and_a_demonstration_costs_nothing(tmp_path: Path) -> None:
    assert commands(tmp_path, LOCAL, Person(ask=lambda question: "yes")) == {"ask_user"}
    assert commands(tmp_path, OPENAI, demo=True) == set()


def test_keys_for_twitter_without_its_library_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autogpt.build.media_families.find_spec", lambda name: None)
    warned: list[str] = []
    assert commands(tmp_path, LOCAL | TWITTER, Person(warn=warned.append)) == set()
    assert "-m pip install tweepy" in warned[0]


def test_a_private_provider_is_reached_and_nothing_else_because_of_it() -> None:
    made = settings(SD_WEBUI_URL="http://127.0.0.1:9")
    door = door_to(made, made.images.sd_webui_url, lambda text: False)
    with pytest.raises(CommandError, match="refuses connections"):
        door.get("http://127.0.0.1:9/sdapi/v1/txt2img")
    for other in ("http://127.0.0.1:10/", "http://localhost:9/", "http://169.254.169.254/"):
        with pytest.raises(CommandError, match="is not reached"):
            door.get(other)


def voice_means(
    tmp_path: Path, warned: list[str], path: str, media: OpenAIMedia | None = None, **environ: str
) -> Any:
    place = Workspace(tmp_path / "place")
    return VoiceMeans(
        settings(**environ), place, {"PATH": path}, Redactor(), media, lambda usage: None, warned.append
    )


@pytest.mark.parametrize(
    ("environ", "chosen"),
    [
        ({}, "gtts"),
        ({"USE_MAC_OS_TTS": "True"}, "macos"),
        ({"USE_BRIAN_TTS": "True"}, "streamelements"),
        ({"ELEVENLABS_API_KEY": "xi-1", "USE_MAC_OS_TTS": "True"}, "elevenlabs"),
        ({"TEXT_TO_SPEECH_PROVIDER": "gtts", "ELEVENLABS_API_KEY": "xi-1"}, "gtts"),
        ({"TEXT_TO_SPEECH_PROVIDER": "pyttsx3"}, "offline"),
        ({"TEXT_TO_SPEECH_PROVIDER": "espeak"}, "offline"),
    ],
)
def test_the_older_switches_still_choose_a_voice(environ: dict[str, str], chosen: str) -> None:
    assert provider_of(settings(**environ)) == chosen


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
@pytest.mark.parametrize("voice", ["gtts", "elevenlabs", "streamelements", "openai", "macos", "offline"])
def test_every_voice_is_made_where_its_needs_are_met(voice: str, tmp_path: Path) -> None:
    own, warned = tmp_path / "own", list[str]()
    for name in ("mpg123", "aplay", "say", "espeak-ng"):
        program(own, name, "exit 0")
    media = OpenAIMedia(Endpoint(key="sk-1"), Ledger(Decimal(1)))
    means = voice_means(
        tmp_path, warned, str(own), media, TEXT_TO_SPEECH_PROVIDER=voice, ELEVENLABS_API_KEY="xi-1"
    )
    made = speaker(means)
    assert made is not None, warned
    made.close()
    assert warned == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has a voice of its own")
@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("gtts", "no program here that plays sound"),
        ("elevenlabs", "ELEVENLABS_API_KEY is not set"),
        ("openai", "no OpenAI is connected"),
        ("macos", "no program `say`"),
    ],
)
def test_a_voice_whose_needs_are_not_met_is_one_line(voice: str, said: str, tmp_path: Path) -> None:
    warned: list[str] = []
    assert speaker(voice_means(tmp_path, warned, "", TEXT_TO_SPEECH_PROVIDER=voice)) is None
    (line,) = warned
    assert line.startswith("--speak: ")
    assert said in line
