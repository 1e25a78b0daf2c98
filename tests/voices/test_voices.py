"""Voices: providers against servers on loopback, and programs of the machine's own for real."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import threading
import wave
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from autogpt.core.messages import Usage
from autogpt.http import Door
from autogpt.models.endpoint import Endpoint
from autogpt.models.media import OpenAIMedia
from autogpt.models.metered import Ledger
from autogpt.sandboxes.own_programs import OwnPrograms, ProgramFailed, find_program
from autogpt.voices.online import ElevenLabs, GoogleVoice, StreamElements
from autogpt.voices.openai import OpenAIVoice
from autogpt.voices.player import Played, Player, ending_of
from autogpt.voices.port import Synthesis, VoiceFailed
from autogpt.voices.system import Espeak, SystemVoice
from tests.http.servers import Request, reply, serving
from tests.media.samples import MP3, base64_of, door_to, program, url_of, wav

posix = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")


# -- providers -----------------------------------------------------------------------------------


def google(request: Request) -> bytes:
    """As Google Translate answers gTTS: lines of which one holds the sound."""
    line = f'[["wrb.fr","jQ1olc","[\\"{base64_of(MP3)}\\"]",null,null,null,"generic"],["di",42]]'
    return reply(f")]}}'\n\n1234\n{line}\n25\n[]\n".encode(), Content_Type="application/json; charset=utf-8")


def test_gtts_speaks_in_pieces_of_a_hundred_characters() -> None:
    text = "One sentence of some length stands here. " * 5 + "Ünïcode & more"
    with serving(google) as server:
        assert GoogleVoice(door_to(server), url_of(server), "de").sound(text, 1) == MP3 * len(server.requests)
    spoken = []
    for request in server.requests:
        assert request.line == "POST /_/TranslateWebserverUi/data/batchexecute HTTP/1.1"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded;charset=utf-8"
        ((name, kind, *rest),) = json.loads(
            unquote(request.body.decode().removeprefix("f.req=").rstrip("&"))
        )[0]
        said, language, slow, last = json.loads(kind)
        assert (name, rest, language, slow, last) == ("jQ1olc", [None, "generic"], "de", None, "null")
        assert len(said) <= 100
        spoken.append(said)
    assert " ".join(spoken) == text


@pytest.mark.parametrize(
    "answer",
    [
        reply(b")]}'\n\n[]"),
        reply(b'jQ1olc","[\\"AAA\\"]'),
        reply(b'jQ1olc","[\\"\\"]'),
        reply(b"busy", "429 Too Many Requests"),
        reply(b"", "500 No"),
    ],
)
def test_gtts_without_sound_is_a_failure(answer: bytes) -> None:
    with serving(lambda request: answer) as server, pytest.raises(VoiceFailed):
        GoogleVoice(door_to(server), url_of(server)).sound("hello", 1)


def test_elevenlabs_speaks_with_two_voices() -> None:
    with serving(lambda request: reply(MP3, Content_Type="audio/mpeg")) as server:
        voice = ElevenLabs(door_to(server), "xi-key-1", ("Antoni", "../own id"), "model-1", url_of(server))
        assert (voice.sound("Hello.", 1), voice.sound("Hello.", 2)) == (MP3, MP3)
    first, second = server.requests
    assert first.line == "POST /v1/text-to-speech/ErXwobaYiN019PkySvjV?output_format=mp3_44100_128 HTTP/1.1"
    assert second.path.startswith("/v1/text-to-speech/..%2Fown%20id?")
    assert first.headers["xi-api-key"] == "xi-key-1"
    assert json.loads(first.body) == {"text": "Hello.", "model_id": "model-1"}
    assert "xi-key-1" not in repr(voice)


def test_streamelements_speaks() -> None:
    with serving(lambda request: reply(MP3, Content_Type="audio/mpeg")) as server:
        assert StreamElements(door_to(server), url_of(server)).sound("Hello & good-bye?", 1) == MP3
    parts = urlsplit(server.requests[0].path)
    assert parts.path == "/kappa/v2/speech"
    assert parse_qs(parts.query) == {"voice": ["Brian"], "text": ["Hello & good-bye?"]}


@pytest.mark.parametrize("which", ["elevenlabs", "streamelements"])
def test_a_provider_that_refuses_is_told_in_its_words_and_without_keys(which: str) -> None:
    refusal = reply(b'{"detail": {"message": "quota exceeded"}}', "401 Unauthorized")
    with serving(lambda request: refusal) as server:
        voices: Mapping[str, Synthesis] = {
            "elevenlabs": ElevenLabs(door_to(server), "xi-key-1", ("a", "b"), "m", url_of(server)),
            "streamelements": StreamElements(door_to(server), url_of(server)),
        }
        with pytest.raises(VoiceFailed, match="status 401: quota exceeded") as caught:
            voices[which].sound("hello world", 1)
    assert "xi-key-1" not in str(caught.value)
    assert "hello" not in str(caught.value)


def test_a_voice_never_reaches_this_machine_by_itself() -> None:
    door = Door(resolve=lambda host, port: ["127.0.0.1"])
    with pytest.raises(VoiceFailed, match="is not reached"):
        GoogleVoice(door).sound("hello", 1)


def test_openais_voice_is_paid_and_told() -> None:
    paid: list[Usage] = []
    with serving(lambda request: reply(MP3, Content_Type="audio/mpeg")) as server:
        media = OpenAIMedia(Endpoint(f"{url_of(server)}/v1", "sk-1"), Ledger(Decimal(1)))
        voice = OpenAIVoice(media, "tts-1", ("alloy", "onyx"), paid.append)
        assert voice.sound("Hello.", 2) == MP3
    assert json.loads(server.requests[0].body)["voice"] == "onyx"
    assert [usage.cost for usage in paid] == [Decimal(0)]


# -- programs ------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("start", [".", "place", "elsewhere"])
def test_a_program_is_found_on_the_path_but_never_in_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    place, own = tmp_path / "place", tmp_path / "own"
    place.mkdir()
    for folder in (tmp_path / "elsewhere/place/bin", tmp_path / "elsewhere"):
        folder.mkdir(parents=True, exist_ok=True)
        program(folder, "afplay", "exit 0")
    monkeypatch.chdir(tmp_path / start)
    program(place / "bin", "afplay", "exit 0")
    program(own, "aplay", "exit 0")
    (own / "paplay").symlink_to(place / "bin" / "afplay")
    environ = {"PATH": os.pathsep.join(["", ".", "place/bin", str(place / "bin"), str(own)])}
    assert find_program(("afplay",), environ, place) is None
    assert find_program(("paplay",), environ, place) is None
    assert find_program(("afplay", "aplay"), environ, place) == str(own / "aplay")
    assert find_program(("aplay",), {"PATH": ""}, place) is None


@posix
def test_a_program_gets_no_keys_and_its_text_by_standard_input(tmp_path: Path) -> None:
    echo = program(tmp_path, "voice", f'cat > "{tmp_path}/said"; env > "{tmp_path}/env"')
    environ = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "sk-1", "PULSE_SERVER": "x", "SECRET": "y"}
    OwnPrograms(environ).run([str(echo)], given=b"-v $(id) `id`; x", seconds=20)
    assert (tmp_path / "said").read_bytes() == b"-v $(id) `id`; x"
    names = set(re.findall(r"^(\w+)=", (tmp_path / "env").read_text(), re.MULTILINE))
    assert "PULSE_SERVER" in names
    assert not names & {"OPENAI_API_KEY", "SECRET"}


@posix
def test_a_program_that_fails_or_hangs_is_told(tmp_path: Path) -> None:
    programs = OwnPrograms({"PATH": os.environ["PATH"]})
    with pytest.raises(ProgramFailed, match="ended with code 3: no device"):
        programs.run([str(program(tmp_path, "bad", "echo no device >&2; exit 3"))], seconds=20)
    with pytest.raises(ProgramFailed, match="did not end within"):
        programs.run([str(program(tmp_path, "slow", "exec sleep 60"))], seconds=0.2)
    with pytest.raises(ProgramFailed, match="could not be started"):
        programs.run([str(tmp_path / "gone")], seconds=20)


@posix
def test_a_program_is_ended_when_it_is_closed(tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    slow = program(tmp_path, "slow", f'echo > "{started}"; exec sleep 60')
    programs = OwnPrograms({"PATH": os.environ["PATH"]})
    failed: list[Exception] = []

    def run() -> None:
        try:
            programs.run([str(slow)], seconds=60)
        except ProgramFailed as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    started.read_text()  # waits until it runs
    programs.close()
    thread.join(20)
    assert not thread.is_alive()
    assert "ended with code -9" in str(failed[0])
    with pytest.raises(ProgramFailed, match="was stopped"):
        programs.run([str(slow)], seconds=60)


@posix
def test_a_sound_is_played_from_a_file_that_is_gone_afterwards(tmp_path: Path) -> None:
    own, log = tmp_path / "own", tmp_path / "log"
    script = f'for last; do :; done; echo "$@" >> "{log}"; ls -l "$last" >> "{log}"; cat "$last" > "{tmp_path}/heard"'
    program(own, "mpg123", script)
    program(own, "aplay", script)
    player = Player({"PATH": f"{own}:{os.environ['PATH']}"}, tmp_path / "place", "linux")
    assert player.can_play("mp3")
    assert player.can_play("wav")
    for sound, options in ((MP3, "-q"), (wav(), "-q")):
        player.play(sound)
        assert (tmp_path / "heard").read_bytes() == sound
        shown, listed = log.read_text().splitlines()[-2:]
        assert shown.startswith(f"{options} ")
        assert listed.startswith("-rw-")
        assert not Path(shown.split()[-1]).exists()


def test_what_is_no_sound_is_not_played(tmp_path: Path) -> None:
    player = Player({"PATH": ""}, tmp_path, "linux")
    for data in (b"", b"<html>", b"RIFF....AVI "):
        assert ending_of(data) is None
        with pytest.raises(VoiceFailed, match="is no sound"):
            player.play(data)
    with pytest.raises(VoiceFailed, match="no program here that plays MP3: install one of"):
        player.play(MP3)
    with pytest.raises(VoiceFailed, match="no program here that plays WAV"):
        player.play(wav())


@posix
def test_macos_speaks_by_say(tmp_path: Path) -> None:
    own = tmp_path / "own"
    program(own, "say", f'echo "$@" >> "{tmp_path}/args"; cat >> "{tmp_path}/said"')
    environ = {"PATH": f"{own}:{os.environ['PATH']}"}
    voice = SystemVoice.macos(environ, tmp_path / "place")
    assert voice is not None
    voice.speak("-o /etc/passwd $(id)", 1)
    voice.speak("two", 2)
    voice.close()
    assert (tmp_path / "said").read_text() == "-o /etc/passwd $(id)two"
    assert (tmp_path / "args").read_text().splitlines() == ["-f -", "-v Samantha -f -"]
    assert SystemVoice.macos({"PATH": ""}, tmp_path) is None


needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@pytest.mark.real
@needs_espeak
def test_espeak_really_speaks(tmp_path: Path) -> None:
    espeak = Espeak.find(os.environ, tmp_path, "en")
    assert espeak is not None
    lengths: list[float] = []
    for text in ("Hello.", "Hello, this is a much longer sentence that is said by the machine itself."):
        first, second = (espeak.sound(text, number) for number in (1, 2))
        assert first != second
        with wave.open(io.BytesIO(first)) as file:
            lengths.append(file.getnframes() / file.getframerate())
            assert any(file.readframes(file.getnframes()))
    assert 0.2 < lengths[0] < 2 < lengths[1] < 20


@pytest.mark.real
@needs_espeak
def test_text_for_espeak_is_only_text(tmp_path: Path) -> None:
    espeak = Espeak.find(os.environ, tmp_path, "en")
    assert espeak is not None
    hostile = f"-w {tmp_path}/out.wav $(touch {tmp_path}/run) <audio src='/etc/passwd'/>"
    assert ending_of(espeak.sound(hostile, 1)) == "wav"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.real
@needs_espeak
def test_espeak_in_a_language_that_it_lacks_fails(tmp_path: Path) -> None:
    espeak = Espeak.find(os.environ, tmp_path, "xx-none")
    assert espeak is not None
    with pytest.raises(VoiceFailed):
        espeak.sound("hello", 1)


@pytest.mark.real
@needs_espeak
@posix
def test_espeak_is_heard_by_the_player(tmp_path: Path) -> None:
    own = tmp_path / "own"
    program(own, "paplay", f'cat "$1" > "{tmp_path}/heard"')
    environ = {"PATH": f"{own}:{os.environ['PATH']}"}
    espeak = Espeak.find(environ, tmp_path / "place")
    assert espeak is not None
    voice = Played(espeak, Player(environ, tmp_path / "place", sys.platform))
    voice.speak("Hello there.", 1)
    voice.close()
    assert ending_of((tmp_path / "heard").read_bytes()) == "wav"
