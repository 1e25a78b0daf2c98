"""Plays a sound with the player that the machine has: its own program, started without a shell.

The sound goes through a temporary file that only its owner can read and that is gone afterwards.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autogpt.sandboxes.own_programs import OwnPrograms, ProgramFailed, find_program
from autogpt.voices.port import Synthesis, VoiceFailed

LONGEST_PLAYED = 120.0
"""Seconds."""

MOST_BYTES = 10_000_000

_PLAYERS: Mapping[str, Sequence[str]] = {
    "afplay": (),
    "mpg123": ("-q",),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
    "mpv": ("--no-video", "--really-quiet", "--no-config"),
    "pw-play": (),
    "paplay": (),
    "aplay": ("-q",),
}
"""Programs and their options; the file comes last."""

_ORDER = {
    "mp3": ("afplay", "mpg123", "ffplay", "mpv", "pw-play", "paplay"),
    "wav": ("afplay", "paplay", "pw-play", "aplay", "ffplay", "mpv"),
}
"""Which to try for a kind of sound. pw-play and paplay read MP3 where their libsndfile is 1.1 or newer."""

_POWERSHELL = (
    "Add-Type -AssemblyName PresentationCore; $p = New-Object System.Windows.Media.MediaPlayer; "
    "$p.Open([uri]$env:AUTOGPT_SOUND); "
    "for ($i = 0; $i -lt 100 -and -not $p.NaturalDuration.HasTimeSpan; $i++) { Start-Sleep -Milliseconds 50 }; "
    "if (-not $p.NaturalDuration.HasTimeSpan) { exit 1 }; $p.Play(); "
    "Start-Sleep -Milliseconds ([int]$p.NaturalDuration.TimeSpan.TotalMilliseconds + 300)"
)
POWERSHELL_OPTIONS = ("-NoProfile", "-NonInteractive", "-Command")
"""The script is ours and fixed; what it works on comes by its environment or standard input."""


class Player:
    """Plays MP3 and WAV. `place` is the workspace, whose programs are not used."""

    def __init__(self, environ: Mapping[str, str], place: Path, platform: str = sys.platform) -> None:
        self._environ = environ
        self._place = place
        self._windows = platform == "win32"
        self._programs = OwnPrograms(environ)

    def can_play(self, ending: str) -> bool:
        """Whether there is a player for `mp3` or `wav`."""
        return self._found(ending) is not None

    def play(self, sound: bytes) -> None:
        """Play a sound to its end. Raises VoiceFailed."""
        ending = ending_of(sound)
        if ending is None:
            raise VoiceFailed(f"what came is no sound ({len(sound):,} bytes)")
        found = self._found(ending)
        if found is None:
            raise VoiceFailed(f"there is no program here that plays {ending.upper()}: {names(ending)}")
        with tempfile.TemporaryDirectory(prefix="autogpt-voice-") as folder:
            file = Path(folder, f"sound.{ending}")
            file.write_bytes(sound)
            try:
                if self._windows:
                    environment = {"AUTOGPT_SOUND": str(file)}
                    self._programs.run(found, seconds=LONGEST_PLAYED, environment=environment)
                else:
                    self._programs.run([*found, str(file)], seconds=LONGEST_PLAYED)
            except ProgramFailed as error:
                raise VoiceFailed(str(error)) from error

    def close(self) -> None:
        """Stop playing."""
        self._programs.close()

    def _found(self, ending: str) -> list[str] | None:
        if self._windows:
            shell = find_program(("powershell", "pwsh"), self._environ, self._place)
            return None if shell is None else [shell, *POWERSHELL_OPTIONS, _POWERSHELL]
        for name in _ORDER[ending]:
            program = find_program((name,), self._environ, self._place)
            if program is not None:
                return [program, *_PLAYERS[name]]
        return None


@dataclass(frozen=True, slots=True)
class Played:
    """A voice out of a synthesis and a player."""

    synthesis: Synthesis
    player: Player

    def speak(self, text: str, number: int) -> None:
        """See `Voice.speak`."""
        self.player.play(self.synthesis.sound(text, number))

    def close(self) -> None:
        """See `Voice.close`."""
        self.player.close()


def names(ending: str) -> str:
    """The players for a kind of sound, for the person."""
    return f"install one of {', '.join(_ORDER[ending])}"


def ending_of(sound: bytes) -> str | None:
    """`mp3` or `wav` by the first bytes, None for anything else."""
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        return "wav"
    if sound.startswith(b"ID3") or (len(sound) > 2 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0):
        return "mp3"
    return None
