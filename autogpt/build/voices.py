"""The voice of `--speak`, as the settings and the machine have it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autogpt.build.media_families import door_to
from autogpt.core.errors import CommandError
from autogpt.core.messages import Usage
from autogpt.core.redact import Redactor
from autogpt.models.media import OpenAIMedia
from autogpt.settings import Settings
from autogpt.voices.online import ElevenLabs, GoogleVoice, StreamElements
from autogpt.voices.openai import OpenAIVoice
from autogpt.voices.player import Played, Player, names
from autogpt.voices.port import Synthesis, Voice
from autogpt.voices.speaker import Speaker
from autogpt.voices.system import Espeak, SystemVoice
from autogpt.workspace import Workspace


class NoVoice(Exception):
    """There is none; the text says why, for the person."""


@dataclass(frozen=True, slots=True)
class VoiceMeans:
    """What a voice is built from. `paid` is told what speaking costs; `warn` tells the person."""

    settings: Settings
    place: Workspace
    environ: Mapping[str, str]
    redact: Redactor
    media: OpenAIMedia | None
    paid: Callable[[Usage], None]
    warn: Callable[[str], None]


def speaker(means: VoiceMeans) -> Speaker | None:
    """What speaks in a run; None, and a line for the person, where nothing can."""
    try:
        return Speaker(_voice(means), means.redact, means.warn)
    except (NoVoice, CommandError) as why:
        means.warn(f"--speak: {why} Nothing is said.")
        return None


def provider_of(settings: Settings) -> str:
    """The voice that the settings choose; the older switches count where the newer one says nothing."""
    speech = settings.speech
    if speech.provider is not None:
        return speech.provider
    if speech.elevenlabs_api_key is not None:
        return "elevenlabs"
    if speech.use_mac_os_tts:
        return "macos"
    return "streamelements" if speech.use_brian_tts else "gtts"


def _voice(means: VoiceMeans) -> Voice:
    root = means.place.root
    match provider_of(means.settings):
        case "macos":
            say = SystemVoice.macos(means.environ, root)
            if say is None:
                raise NoVoice("macOS's voice is chosen, but there is no program `say` here.")
            return say
        case "offline":
            return _offline(means)
        case provider:
            return _played(_synthesis(means, provider), means, "mp3")


def _offline(means: VoiceMeans) -> Voice:
    root, environ = means.place.root, means.environ
    own: Voice | None = None
    if sys.platform == "darwin":
        own = SystemVoice.macos(environ, root)
    elif sys.platform == "win32":
        own = SystemVoice.windows(environ, root)
    if own is not None:
        return own
    espeak = Espeak.find(environ, root, means.settings.speech.language)
    if espeak is None:
        raise NoVoice("The machine's own voice is chosen, but eSpeak NG is not installed (espeak-ng).")
    return _played(espeak, means, "wav")


def _synthesis(means: VoiceMeans, provider: str) -> Synthesis:
    settings, speech = means.settings, means.settings.speech
    match provider:
        case "openai":
            if means.media is None:
                raise NoVoice("OpenAI's voice is chosen, but no OpenAI is connected.")
            voices = (speech.openai_voice_1, speech.openai_voice_2)
            return OpenAIVoice(means.media, speech.openai_model, voices, means.paid)
        case "elevenlabs":
            if speech.elevenlabs_api_key is None:
                raise NoVoice("ElevenLabs is chosen, but ELEVENLABS_API_KEY is not set.")
            return ElevenLabs(
                door_to(settings, speech.elevenlabs_url, means.redact.knows),
                speech.elevenlabs_api_key.reveal(),
                (speech.elevenlabs_voice_1_id or "antoni", speech.elevenlabs_voice_2_id or "bella"),
                speech.elevenlabs_model,
                speech.elevenlabs_url,
            )
        case "streamelements":
            door = door_to(settings, speech.streamelements_url, means.redact.knows)
            return StreamElements(door, speech.streamelements_url)
        case _:
            door = door_to(settings, speech.gtts_url, means.redact.knows)
            return GoogleVoice(door, speech.gtts_url, speech.language)


def _played(synthesis: Synthesis, means: VoiceMeans, ending: str) -> Voice:
    player = Player(means.environ, means.place.root)
    if not player.can_play(ending):
        raise NoVoice(f"There is no program here that plays sound: {names(ending)}.")
    return Played(synthesis, player)
