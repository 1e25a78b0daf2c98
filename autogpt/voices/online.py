"""Voices of providers that are reached by the http door: Google Translate's, ElevenLabs, StreamElements.

What is said goes to the provider; secrets are out of it before it gets here.

- **gtts** is named after the library gTTS, whose request it makes (gTTS 2.5.4, `gtts/tts.py`): a form
  field `f.req` to Google Translate's `batchexecute`, answered with lines of which one holds the MP3
  in base64, for at most 100 characters at a time. The library itself is not used: it brings a
  `requests` session of its own, which goes past the door, doesn't verify certificates, and holds
  click back at 8.1. Google doesn't publish this interface, so it can end any day.
- **ElevenLabs**: POST `/v1/text-to-speech/<voice>` (its API reference, "Create speech").
- **StreamElements**: GET `/kappa/v2/speech?voice=…&text=…`, as Auto-GPT made it. It is not published,
  and has refused requests without an account since the end of 2025.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from autogpt.core.errors import CommandError
from autogpt.http import Door, Response
from autogpt.voices.player import MOST_BYTES
from autogpt.voices.port import VoiceFailed
from autogpt.voices.words import pieces

GOOGLE_URL = "https://translate.google.com"
ELEVENLABS_URL = "https://api.elevenlabs.io"
STREAMELEMENTS_URL = "https://api.streamelements.com"

_GOOGLE_PIECE = 100
_GOOGLE_SOUND = re.compile(rb'jQ1olc","\[\\"([A-Za-z0-9+/=]*)\\"\]')

ELEVENLABS_VOICES: Mapping[str, str] = {
    "rachel": "21m00Tcm4TlvDq8ikWAM",
    "domi": "AZnzlk1XvdvUeBnXmlld",
    "bella": "EXAVITQu4vr4xnSDxMaL",
    "antoni": "ErXwobaYiN019PkySvjV",
    "elli": "MF3mGyEYCl7XYWbV9V6O",
    "josh": "TxGEqnHWrfWFTfGW9XjX",
    "arnold": "VR6AewLTigWG4xSOukaG",
    "adam": "pNInz6obpgDQGcFmaJgB",
    "sam": "yoZ06aMxZJJ28mfd3POQ",
}
"""Names that Auto-GPT took in place of an id."""


@dataclass(frozen=True, slots=True)
class GoogleVoice:
    """Google Translate's voice. It has one; the second speaks slowly."""

    door: Door
    url: str = GOOGLE_URL
    language: str = "en"

    def sound(self, text: str, number: int) -> bytes:
        """See `Synthesis.sound`: MP3."""
        return b"".join(self._piece(piece, slow=number != 1) for piece in pieces(text, _GOOGLE_PIECE))

    def _piece(self, text: str, *, slow: bool) -> bytes:
        parameter = json.dumps([text, self.language, True if slow else None, "null"], separators=(",", ":"))
        call = json.dumps([[["jQ1olc", parameter, None, "generic"]]], separators=(",", ":"))
        response = _asked(
            self.door,
            "POST",
            f"{self.url.rstrip('/')}/_/TranslateWebserverUi/data/batchexecute",
            {
                "content-type": "application/x-www-form-urlencoded;charset=utf-8",
                "referer": "http://translate.google.com/",
            },
            f"f.req={quote(call)}&".encode("ascii"),
        )
        found = _GOOGLE_SOUND.search(response.body)
        try:
            if found is not None and (sound := base64.b64decode(found[1], validate=True)):
                return sound
        except binascii.Error:
            pass
        raise VoiceFailed(f"Google Translate sent no sound (language {self.language!r})")


@dataclass(frozen=True, slots=True)
class ElevenLabs:
    """An account at ElevenLabs. `voices` are the ids, or old names, of the first and the second voice."""

    door: Door
    key: str = field(repr=False)
    voices: tuple[str, str]
    model: str
    url: str = ELEVENLABS_URL

    def sound(self, text: str, number: int) -> bytes:
        """See `Synthesis.sound`: MP3."""
        voice = self.voices[0 if number == 1 else 1]
        voice = ELEVENLABS_VOICES.get(voice.lower(), voice)
        body = json.dumps({"text": text, "model_id": self.model}).encode()
        return _asked(
            self.door,
            "POST",
            f"{self.url.rstrip('/')}/v1/text-to-speech/{quote(voice, safe='')}?output_format=mp3_44100_128",
            {"xi-api-key": self.key, "content-type": "application/json", "accept": "audio/mpeg"},
            body,
        ).body


@dataclass(frozen=True, slots=True)
class StreamElements:
    """StreamElements' voices: Brian, and Joanna as the second."""

    door: Door
    url: str = STREAMELEMENTS_URL

    def sound(self, text: str, number: int) -> bytes:
        """See `Synthesis.sound`: MP3."""
        query = urlencode({"voice": "Brian" if number == 1 else "Joanna", "text": text}, quote_via=quote)
        url = f"{self.url.rstrip('/')}/kappa/v2/speech?{query}"
        return _asked(self.door, "GET", url, {"accept": "audio/mpeg"}, None).body


def _asked(door: Door, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
    try:
        response = door.request(method, url, headers=headers, body=body, limit=MOST_BYTES)
    except CommandError as error:
        raise VoiceFailed(str(error)) from error
    if response.status >= 400:
        raise VoiceFailed(
            f"{response.url.partition('?')[0]} answered with status {response.status}{_said(response)}"
        )
    return response


def _said(response: Response) -> str:
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return ""
    for name in ("detail", "message", "error"):
        value = found.get(name) if isinstance(found, dict) else None
        value = value.get("message") if isinstance(value, dict) else value
        if isinstance(value, str):
            return f": {' '.join(value.split())[:200]}"
    return ""
