"""Commands on the machine itself, under a supervisor; only where that is allowed.

That is where the person said so, or where the machine is a container, which then is the wall.

Holds: a clean environment, limits on time, CPU, memory, processes, file size and output, no
privileges gained by starting a program, an end of the whole tree. On macOS memory and the
number of processes are watched, not held; on Windows only time and output are.

Does not hold: a command can read and write what the agent's user can, reach the network and
other processes, and change what is protected elsewhere (`.git` and the like).
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.sandboxes import cgroups, environment, tree
from autogpt.sandboxes.child import Child
from autogpt.sandboxes.piped import PipedChild
from autogpt.sandboxes.port import Command, ProcessLimits

PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from autogpt.sandboxes.supervisor import main; main()"
)
PACKAGE_FOLDER = str(Path(__file__).resolve().parents[2])
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
PR_SET_DUMPABLE = 4
MARK = "AUTOGPT_PROCESS"
"""Names a command in its environment, to find what is left of it when it killed its supervisor."""


class HostLauncher:
    """Starts commands on this machine. `environ` is the agent's environment."""

    name = "host"
    refuses_set_ids = False
    packages: str | None = None
    """Programs could change what is kept, so nothing is."""

    def __init__(
        self, place: Path, limits: ProcessLimits, temporary: Path, environ: Mapping[str, str]
    ) -> None:
        self.python = sys.executable
        self.workspace = str(place)
        self._limits = limits
        self._temporary = temporary
        self._environ = environ
        self._groups = cgroups.available(limits) if sys.platform.startswith("linux") else None
        _hide_own_memory()

    def launch(self, command: Command) -> Child:
        """Start a command."""
        if os.name == "nt":
            return self._launch_on_windows(command)
        lifeline, held = os.pipe()
        mark = secrets.token_hex(8)
        group = self._groups.new() if self._groups else None
        try:
            popen = subprocess.Popen(
                [
                    *(group.enter if group else ()),
                    *(sys.executable, "-I", "-S", "-B", "-c", PROGRAM, PACKAGE_FOLDER),
                    *(str(lifeline), self._rlimits()),
                    *command.argv,
                ],
                cwd=command.folder,
                env=self._clean(command, mark),
                stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[lifeline],
                start_new_session=True,
            )
        except OSError as error:
            os.close(held)
            if group:
                group.let_go()
            raise CommandError(f"{command.argv[0]!r} could not be started: {error.strerror}.") from None
        finally:
            os.close(lifeline)

        def release(code: int | None) -> None:
            os.close(held)
            if group:
                group.kill()
            elif code is None or code < 0:
                _end_strays(mark)

        def end(pid: int) -> None:
            tree.end(pid, itself=True)
            if group:
                group.kill()

        return PipedChild(
            popen,
            self._limits,
            group,
            uncounted=0,
            terminate=lambda pid: tree.send(tree.descendants(pid), signal.SIGTERM),
            end=end,
            release=release,
        )

    def _clean(self, command: Command, mark: str) -> dict[str, str]:
        more = {**command.environment, MARK: mark}
        return environment.clean(self._environ, path=self._path(), temporary=str(self._temporary), more=more)

    def _path(self) -> str:
        own = str(Path(sys.executable).parent)
        return os.pathsep.join([own, self._environ.get("PATH") or SYSTEM_PATH])

    def _rlimits(self) -> str:
        limits = self._limits
        held = {"CPU": limits.cpu_seconds, "FSIZE": limits.file_size, "CORE": 0}
        if not self._groups:
            held["DATA"] = limits.memory
        return ",".join(f"{name}={number}" for name, number in held.items())

    def _launch_on_windows(self, command: Command) -> Child:
        taken = {
            name: self._environ[name] for name in environment.TAKEN_OVER_ON_WINDOWS if name in self._environ
        }
        home = str(self._temporary)
        more = {**taken, "TEMP": home, "TMP": home, "USERPROFILE": home, **command.environment}
        try:
            popen = subprocess.Popen(
                command.argv,
                cwd=command.folder,
                env=environment.clean(self._environ, path=self._path(), temporary=home, more=more),
                stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise CommandError(f"{command.argv[0]!r} could not be started: {error.strerror}.") from None
        return PipedChild(
            popen, self._limits, None, uncounted=0, terminate=lambda _: None, end=end_on_windows
        )

    def close(self) -> None:
        """Take away what held them."""
        if self._groups:
            self._groups.close()


def _end_strays(mark: str) -> None:
    """End processes that carry a mark, wherever in the tree they are."""
    wanted = f"{MARK}={mark}".encode()
    for name in os.listdir("/proc") if sys.platform.startswith("linux") else ():
        with suppress(OSError):
            if name.isdigit() and wanted in Path("/proc", name, "environ").read_bytes().split(b"\0"):
                os.kill(int(name), signal.SIGKILL)


def end_on_windows(pid: int) -> None:
    """End a process with all that it started."""
    if subprocess.run(
        ["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False
    ).returncode:
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)


def _hide_own_memory() -> None:
    """Keep processes of the same user out of this one's memory and environment, where the keys are.

    See PR_SET_DUMPABLE in prctl(2). The superuser's processes get in all the same.
    """
    if sys.platform.startswith("linux"):
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
