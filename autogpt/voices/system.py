"""The machine's own voices, without the network: `say` on macOS, SAPI on Windows, eSpeak elsewhere.

These are what the library pyttsx3 wraps; as programs they can be ended in the middle of a word.
The text goes in by standard input.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autogpt.sandboxes.own_programs import OwnPrograms, ProgramFailed, find_program
from autogpt.voices.player import LONGEST_PLAYED, MOST_BYTES, POWERSHELL_OPTIONS
from autogpt.voices.port import VoiceFailed

_SAPI = (
    "[Console]::InputEncoding = [Text.Encoding]::UTF8; Add-Type -AssemblyName System.Speech; "
    "$s = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    "if ($env:AUTOGPT_VOICE -eq '2') { $v = $s.GetInstalledVoices(); "
    "if ($v.Count -gt 1) { $s.SelectVoice($v[1].VoiceInfo.Name) } }; "
    "$s.Speak([Console]::In.ReadToEnd())"
)

SECOND_OF_MACOS = "Samantha"


class SystemVoice:
    """Speaks with a program that speaks by itself: `say`, or Windows' SAPI."""

    def __init__(self, argv: Sequence[str], second: Sequence[str], environ: Mapping[str, str]) -> None:
        self._argv = (tuple(argv), tuple(second))
        self._programs = OwnPrograms(environ)

    @classmethod
    def macos(cls, environ: Mapping[str, str], place: Path) -> SystemVoice | None:
        """`say`, None where it isn't."""
        say = find_program(("say",), environ, place)
        return (
            None if say is None else cls((say, "-f", "-"), (say, "-v", SECOND_OF_MACOS, "-f", "-"), environ)
        )

    @classmethod
    def windows(cls, environ: Mapping[str, str], place: Path) -> SystemVoice | None:
        """SAPI by PowerShell, None where that isn't."""
        shell = find_program(("powershell",), environ, place)
        argv = (shell or "", *POWERSHELL_OPTIONS, _SAPI)
        return None if shell is None else cls(argv, argv, environ)

    def speak(self, text: str, number: int) -> None:
        """See `Voice.speak`."""
        argv = self._argv[0 if number == 1 else 1]
        try:
            self._programs.run(
                argv, given=text.encode(), seconds=LONGEST_PLAYED, environment={"AUTOGPT_VOICE": str(number)}
            )
        except ProgramFailed as error:
            raise VoiceFailed(str(error)) from error

    def close(self) -> None:
        """See `Voice.close`."""
        self._programs.close()


class Espeak:
    """A synthesis by eSpeak NG (`espeak-ng --stdin -w FILE`), which knows over a hundred languages."""

    def __init__(self, program: str, environ: Mapping[str, str], language: str = "en") -> None:
        self._program = program
        self._language = language
        self._programs = OwnPrograms(environ)

    @classmethod
    def find(cls, environ: Mapping[str, str], place: Path, language: str = "en") -> Espeak | None:
        """The program, None where it isn't installed."""
        program = find_program(("espeak-ng", "espeak"), environ, place)
        return None if program is None else cls(program, environ, language)

    def sound(self, text: str, number: int) -> bytes:
        """See `Synthesis.sound`: WAV."""
        voice = self._language if number == 1 else f"{self._language}+f3"
        with tempfile.TemporaryDirectory(prefix="autogpt-voice-") as folder:
            file = Path(folder, "sound.wav")
            try:
                argv = [self._program, "-v", voice, "-b", "1", "--stdin", "-w", str(file)]
                self._programs.run(argv, given=text.encode(), seconds=30.0)
                with file.open("rb") as made:
                    return made.read(MOST_BYTES)
            except (ProgramFailed, OSError) as error:
                raise VoiceFailed(str(error)) from error


def is_macos(platform: str = sys.platform) -> bool:
    """Whether this is a Mac."""
    return platform == "darwin"
