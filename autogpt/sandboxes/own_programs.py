"""Programs of the machine's own that the program itself uses: a player of sounds, a voice.

Not for anything that a model writes: what runs is one of a few names that stand in our code, found
on the person's PATH but never in the workspace, with arguments of ours. Text goes in by standard
input, never as an argument and never through a shell. Nothing shields the machine from them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TAKEN_OVER = frozenset(
    {
        "HOME", "USER", "LOGNAME", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY",
        "DBUS_SESSION_BUS_ADDRESS", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "TEMP", "TMP",
        "PROGRAMFILES", "PROGRAMDATA", "COMMONPROGRAMFILES", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "PSMODULEPATH",
    }
)  # fmt: skip
TAKEN_OVER_BEGINNINGS = ("XDG_", "PULSE_", "PIPEWIRE_", "ALSA_", "SDL_AUDIO", "AUDIO")
"""What they get of the agent's environment: the way to the sound. Keys are not in it."""


class ProgramFailed(Exception):
    """It could not be started, ended with an error, or took too long; the text says which."""


def find_program(names: Iterable[str], environ: Mapping[str, str], place: Path | None) -> str | None:
    """The absolute path of the first of the programs that is there, none in the workspace `place`."""

    def is_agents(path: str) -> bool:
        return place is not None and Path(path).resolve().is_relative_to(place.resolve())

    folders = [
        folder
        for folder in environ.get("PATH", os.defpath).split(os.pathsep)
        if os.path.isabs(folder) and not is_agents(folder)
    ]
    for name in names:
        found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
        # On Windows the current folder is looked into as well.
        if (
            found
            and str(Path(found).parent) in {str(Path(folder)) for folder in folders}
            and not is_agents(found)
        ):
            return found
    return None


class OwnPrograms:
    """Runs such programs, one after the other, and ends the one that runs when it is closed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value for name, value in environ.items() if _is_taken_over(name)}
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._closed = False

    def run(
        self,
        argv: Sequence[str],
        *,
        given: bytes = b"",
        seconds: float,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run a program to its end. Raises ProgramFailed."""
        name = Path(argv[0]).name
        with self._lock:
            if self._closed:
                raise ProgramFailed(f"{name} was stopped")
            try:
                process = self._running = subprocess.Popen(
                    list(argv),
                    env={**self._environ, **(environment or {})},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    # Ctrl-C is the agent's, not theirs.
                    start_new_session=os.name != "nt",
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise ProgramFailed(f"{name} could not be started: {error.strerror}") from error
        try:
            _, said = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"{name} did not end within {seconds:.0f} s") from None
        finally:
            _end(process)
            with self._lock:
                self._running = None
        if process.returncode:
            words = " ".join(said.decode("utf-8", "replace").split())[-200:]
            raise ProgramFailed(f"{name} ended with code {process.returncode}{': ' + words if words else ''}")

    def close(self) -> None:
        """End what runs, and start nothing more."""
        with self._lock:
            self._closed = True
            if self._running is not None:
                with suppress(OSError):
                    self._running.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(OSError):
            process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)


def _is_taken_over(name: str) -> bool:
    return name.upper() in TAKEN_OVER or name.upper().startswith(TAKEN_OVER_BEGINNINGS)
