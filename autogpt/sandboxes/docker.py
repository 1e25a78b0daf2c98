"""Commands in containers of Docker, or of Podman where it speaks Docker's language.

Holds: another system's files instead of this one's, and those read-only; the workspace at its
own path (`/workspace` on Windows), what `protected` names in it read-only; an own `/tmp`; own
namespaces, no network unless it is allowed; no capabilities, none to be gained, a filter of
system calls (ours, where the engine takes one); the caller's number inside, so that files belong to
the person; limits on time, CPU, memory, processes, file size, output.

A container stays warm for the next command; one that something had to be killed in is thrown
away. Commands side by side have a container each, and one loopback network together. All of
them end with the agent, however it ends: their first process reads from a stream that the
engine closes when the agent is gone.

Does not hold: holes in the kernel or the engine; how much is written in many files. The
engine must be on this machine, for it is to show this machine's workspace.
"""

from __future__ import annotations

import os
import platform
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from autogpt.core.errors import CommandError
from autogpt.sandboxes import environment, tree, weighing
from autogpt.sandboxes.child import Child
from autogpt.sandboxes.container_engine import Engine, EngineMissing, engine_errors
from autogpt.sandboxes.packages import SEEN_AT
from autogpt.sandboxes.port import Command, Limit, ProcessLimits
from autogpt.sandboxes.protected import Held
from autogpt.sandboxes.scratch import MASK, Scratch

LABEL = "autogpt.sandbox"
"""On every container; its value is the machine, user and process that it belongs to."""

ENDS_WITH_ITS_INPUT = "exec 3<&0; cat <&3 >/dev/null & wait $!"
"""The first process: waits for the end of its input, and takes in orphans meanwhile."""
ITS_OWN = 3
"""Processes in a container that are not the command's: the first one and its reader, and the command's shell."""
RUN_AND_CLEAR = """\
exec 2>/dev/null
read -r go
[ "$1" ] || exec </dev/null
ulimit -S -t $2; ulimit -H -t $3; ulimit -f $4; ulimit -c 0
shift 4
trap : TERM
("$@") 2>&1
code=$?
kill -9 -1
exit $code
"""
"""Runs a command within limits of its own, then ends what it left behind; the first process is another user's.

It waits for a line first, since Podman loses what is said before it has begun to listen: by then it has.
Podman without root leaves such limits out. Asked to end, the shell outlives the command, for with it
ends what is heard of the command's last words.
"""
GO = b"\n"
FILE_BLOCK = 512
"""Bytes in a unit of `ulimit -f`, as POSIX has it."""
NOBODY = "65534:65534"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
KILLED = 128 + 9
OOM_COUNTS = "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null"
"""Where the kernel says how many processes it ended for their memory: control groups in version 2, and in 1."""


class DockerLauncher:
    """Starts commands in warm containers; the image is there.

    `reach` gives a client of the engine. It is called when the first command comes: until then, and
    for a run without commands, nothing of the client is even imported.
    """

    name = "docker"
    python = "python3"
    refuses_set_ids = False
    """Not for sure: an engine passes over calls of the filter's that its library doesn't know yet."""

    def __init__(
        self,
        reach: Callable[[], Any],
        place: Path,
        limits: ProcessLimits,
        scratch: Scratch,
        *,
        image: str,
        network: bool,
        protected: Callable[[], tuple[Held, ...]],
        environ: Mapping[str, str],
        packages: Path | None = None,
    ) -> None:
        self.packages = SEEN_AT if packages else None
        self._packages = packages
        self.workspace = "/workspace" if os.name == "nt" else str(place)
        self._reach = reach
        self._client: Any = None
        self._place = place
        self.limits = limits
        self._scratch = scratch
        self._image = image
        self._network = network
        self._protected = protected
        self._environ = environ
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[Box] = []
        self._all: list[Box] = []
        self._made: set[str] = set()
        self._opening = threading.Lock()
        self._engine = Engine(user="", is_podman=False)
        self._filter: str | None = None

    @property
    def user(self) -> str:
        """By whose number files belong to the person, in containers."""
        return self._engine.user

    @property
    def _api(self) -> Any:
        """The engine, reached and tidied up at the first call. Raises CommandError."""
        with self._opening:
            if self._client is None:
                try:
                    client = self._reach()
                except EngineMissing as why:
                    raise CommandError(f"Programs can't be run just now: {why}.") from None
                try:
                    with engine_errors():
                        self._engine = Engine.of(client.api.info(), client.api.version())
                        self._filter = self._engine.filter(self._scratch.folder)
                        _sweep(client.api)
                except BaseException:
                    client.close()
                    raise
                self._client = client
            return self._client.api

    def tidy(self) -> None:
        """Remove what killed agents left in the engine now, before there is a command."""
        with suppress(CommandError):
            _ = self._api

    def launch(self, command: Command) -> Child:
        """Start a command in a container of its own for the time."""
        with engine_errors():
            box = self._new_box(installs=True) if command.installs else self._take()
            try:
                return self._launched(box, command)
            except BaseException:
                self._throw_away(box)
                raise

    def _launched(self, box: Box, command: Command) -> Child:
        assert command.folder
        folder = command.folder.relative_to(self._place).as_posix()
        api = self._api
        cpu, blocks = self.limits.cpu_seconds, self.limits.file_size // FILE_BLOCK
        numbers = ("stdin" if command.stdin else "", str(cpu), str(cpu + 1), str(blocks))
        created = api.exec_create(
            box.id,
            ["/bin/sh", "-c", RUN_AND_CLEAR, "sh", *numbers, *command.argv],
            stdin=True,
            user=self.user,
            workdir=self.workspace if folder == "." else f"{self.workspace}/{folder}",
            environment=environment.clean(
                self._environ, path=SYSTEM_PATH, temporary="/tmp", more=command.environment
            ),
        )
        stream = api.exec_start(created["Id"], socket=True)
        send(stream, GO)
        return DockerChild(self, api, box, created["Id"], stream)

    def _take(self) -> Box:
        """An idle container that still runs, or a new one."""
        while True:
            with self._lock:
                if self._closed:
                    raise CommandError("The sandbox is closed: the run is ending.")
                box = self._idle.pop() if self._idle else None
            if box is None:
                return self._new_box()
            if box.protects == self._protected() and box.is_running():
                return box
            self._throw_away(box)

    def _new_box(self, *, installs: bool = False) -> Box:
        import docker.errors

        while True:
            with self._lock:
                neighbour = next((box for box in self._all if not box.dead), None)
            try:
                return self._started(neighbour, installs=installs)
            except docker.errors.APIError:
                if neighbour is None or not neighbour.dead:
                    raise  # else it was killed meanwhile, and its network has gone with it

    def _started(self, neighbour: Box | None, *, installs: bool) -> Box:
        protected = self._protected()
        made = self._create(neighbour.id if neighbour else None, protected, installs=installs)
        box = Box(self._api, made, protected, once=installs)
        with self._lock:
            self._all.append(box)
            self._made.add(made)
        try:
            box.start()
        except BaseException:
            self._throw_away(box)
            raise
        return box

    def _create(self, neighbour: str | None, protected: tuple[Held, ...], *, installs: bool) -> str:
        """A container; side by side with another, it shares that one's network."""
        from docker.types import Ulimit

        api = self._api
        limits = self.limits
        shown = self._shown(protected, installs=installs)
        alone = "bridge" if self._network else "none"
        configuration = api.create_host_config(
            auto_remove=True,
            cap_drop=["ALL"],
            mem_limit=limits.memory,
            memswap_limit=limits.memory,
            mounts=[one for one in shown if not isinstance(one, str)],
            binds=[one for one in shown if isinstance(one, str)],
            network_mode=f"container:{neighbour}" if neighbour else alone,
            pids_limit=limits.processes + 4,
            read_only=True,
            shm_size=limits.memory // 2,
            ulimits=[
                Ulimit(name="cpu", soft=limits.cpu_seconds, hard=limits.cpu_seconds + 1),
                Ulimit(name="fsize", soft=limits.file_size, hard=limits.file_size),
                Ulimit(name="core", soft=0, hard=0),
                *self._engine.ulimits(),
            ],
        )
        created = api.create_container(
            self._image,
            ["-c", ENDS_WITH_ITS_INPUT],
            entrypoint="/bin/sh",
            stdin_open=True,
            user=NOBODY,
            working_dir="/",
            labels={LABEL: owner()},
            host_config=configuration | self._engine.options(self._filter, neighbour),
        )
        return str(created["Id"])

    def _shown(self, protected: tuple[Held, ...], *, installs: bool) -> list[Any]:
        """What a container sees of this machine, the outer before the inner."""
        from docker.types import Mount

        bind = self._engine.bind
        shown = [bind(self._place, self.workspace, read_only=installs)]
        shown += [
            bind(
                self._scratch.folder / MASK if held.masked else held.path,
                f"{self.workspace}/{held.path.relative_to(self._place).as_posix()}",
                read_only=not held.writable or installs,
            )
            for held in protected
            if held.path.exists()
        ]
        if installs:
            shown.append(Mount("/tmp", None, type="tmpfs", tmpfs_mode=0o1777))
        else:
            shown.append(bind(self._scratch.temporary, "/tmp", read_only=False))
        if self._packages:
            shown.append(bind(self._packages, SEEN_AT, read_only=not installs))
        return shown

    def give_back(self, box: Box) -> None:
        """The command in it has ended, and left nothing."""
        with self._lock:
            if not self._closed and not box.dead and not box.once:
                self._idle.append(box)
                return
        self._throw_away(box)

    def _throw_away(self, box: Box) -> None:
        box.kill()
        with self._lock, suppress(ValueError):
            self._all.remove(box)

    def close(self) -> None:
        """Remove all containers."""
        with self._lock:
            self._closed = True
            boxes, self._all, self._idle = self._all, [], []
        for box in reversed(boxes):  # those that share a network before the one whose it is
            box.kill()
        if self._client is not None:
            with suppress(CommandError), engine_errors():
                _see_them_gone(self._client.api, self._made_and_left, seconds=10)
            self._client.close()

    def _made_and_left(self) -> set[str]:
        listed = self._client.api.containers(all=True, filters={"label": f"{LABEL}={owner()}"})
        return self._made.intersection(found["Id"] for found in listed)


class Box:
    """One container, from its creation to its removal; `once` says that it takes one command.

    `protects` is what is read-only in it.
    """

    def __init__(self, api: Any, id: str, protects: tuple[Held, ...], *, once: bool) -> None:
        self.id = id
        self.protects = protects
        self.once = once
        self.dead = False
        self._api = api
        self._input: Any = None
        self._unheld = 0

    def start(self) -> None:
        """Start it, its input held open."""
        self._input = self._api.attach_socket(self.id, {"stdin": 1, "stream": 1})
        self._api.start(self.id)
        made = self._api.inspect_container(self.id)
        if not (made["HostConfig"].get("Memory") and made["HostConfig"].get("PidsLimit")):
            # Engines without root can't hold these on some systems, and Podman doesn't say so.
            self._unheld = int(made["State"]["Pid"])

    def overstepped(self, limits: ProcessLimits) -> Limit | None:
        """A limit that its processes are beyond and the engine doesn't hold, as far as they can be seen."""
        if not self._unheld or not tree.runs(self._unheld, ENDS_WITH_ITS_INPUT):
            return None
        return weighing.overstepped(tree.namespace(self._unheld), limits, uncounted=ITS_OWN)

    def is_running(self) -> bool:
        """Whether it can take a command."""
        import docker.errors

        if self.dead:
            return False
        try:
            return bool(self._api.inspect_container(self.id)["State"]["Running"])
        except docker.errors.NotFound:
            return False

    def kill(self) -> None:
        """End everything in it; the engine removes it. Never raises."""
        import docker.errors

        if self.dead:
            return
        self.dead = True
        with suppress(CommandError), engine_errors():
            try:
                self._api.remove_container(self.id, force=True, v=True)
            except docker.errors.APIError:  # Podman keeps one while others share its network
                self._api.kill(self.id)
        close(self._input)

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended a process in it for its memory; engines don't all tell it."""
        asked = self._api.exec_create(self.id, ["/bin/sh", "-c", OOM_COUNTS], user=NOBODY)
        return re.search(rb"^oom_kill [1-9]", self._api.exec_start(asked["Id"]), re.MULTILINE) is not None


class DockerChild:
    """A command in a container that is its own until it ends."""

    def __init__(self, launcher: DockerLauncher, api: Any, box: Box, exec_id: str, stream: Any) -> None:
        from docker.utils import socket as streams

        self._launcher = launcher
        self._api = api
        self._box = box
        self._exec = exec_id
        self._stream = stream
        self._frames = streams.frames_iter(stream, tty=False)  # type: ignore[no-untyped-call]
        self._ended = threading.Event()
        self._killed = False
        self._code: int | None = None

    def read(self) -> bytes:
        """More output; its end is the end of the command, whose shell keeps it open."""
        with suppress(OSError, ValueError):
            for _, data in self._frames:
                if data:
                    return bytes(data)
        self._ended.set()
        return b""

    def write(self, data: bytes) -> None:
        """To its standard input."""
        if self._ended.is_set():
            raise BrokenPipeError
        send(self._stream, data)

    def wait(self, seconds: float) -> int | None:
        """Its exit code. Raises CommandError when the engine has gone."""
        import docker.errors

        if self._killed:
            return KILLED
        if self._code is None and self._ended.wait(max(seconds, 0)):
            with engine_errors():
                deadline = time.monotonic() + max(seconds, 1)
                while self._code is None and time.monotonic() < deadline:
                    try:
                        found = self._api.exec_inspect(self._exec)
                    except docker.errors.NotFound:  # somebody took the container away
                        return KILLED
                    if found["Running"]:
                        time.sleep(0.005)
                    else:
                        self._code = int(found["ExitCode"])
        return self._code

    def overstepped(self) -> Limit | None:
        """The engine holds the limits, mostly."""
        return self._box.overstepped(self._launcher.limits)

    def terminate(self) -> None:
        """Ask all its processes to end."""
        with suppress(CommandError), engine_errors():
            asked = self._api.exec_create(
                self._box.id, ["/bin/sh", "-c", "kill -TERM -1"], user=self._launcher.user
            )
            self._api.exec_start(asked["Id"], detach=True)

    def kill(self) -> None:
        """End the container, unless the command has ended by itself."""
        if self._code is None and not self._killed:
            self._killed = True
            # First, for the engine doesn't end a command while it is stuck on sending its output.
            with suppress(OSError, ValueError, AttributeError):
                getattr(self._stream, "_sock", self._stream).shutdown(2)
            self._box.kill()

    def release(self) -> frozenset[Limit]:
        """Give the container back for the next command if it can be trusted to be clean."""
        close(self._stream)
        if self._killed or self._code is None:
            self._launcher.give_back(self._box)
            return frozenset()
        with suppress(CommandError), engine_errors():
            if self._code == KILLED:
                met = self._box.ran_out_of_memory()
                self._box.kill()
                self._launcher.give_back(self._box)
                return frozenset({Limit.MEMORY} if met else ())
        self._launcher.give_back(self._box)
        return frozenset()


def send(stream: Any, data: bytes) -> None:
    """Write to a stream of the client's: what it gives out is a view that can't be written to."""
    getattr(stream, "_sock", stream).sendall(data)


def close(stream: Any) -> None:
    """Close a stream of the client's: what it gives out is a view that doesn't close its socket."""
    for part in (stream, getattr(stream, "_sock", None), getattr(stream, "_response", None)):
        if part is not None:
            with suppress(OSError, ValueError):
                part.close()


def owner() -> str:
    """This machine, user and process."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return f"{platform.node()}:{user}:{os.getpid()}"


def _sweep(api: Any) -> None:
    """Remove what agents of this machine and user that no longer run left."""
    if os.name != "nt":
        _see_them_gone(api, lambda: _of_dead_agents(api), seconds=3)


def _of_dead_agents(api: Any) -> set[str]:
    left = set()
    for found in api.containers(all=True, filters={"label": LABEL}):
        whose = re.fullmatch(r"(.*:)(\d+)", found["Labels"].get(LABEL, ""))
        mine = whose and whose[1] == owner().rpartition(":")[0] + ":"
        if whose and mine and not tree.is_running(int(whose[2])):
            left.add(found["Id"])
    return left


def _see_them_gone(api: Any, left: Callable[[], set[str]], *, seconds: float) -> None:
    """Removal goes on after it was asked for; Podman sometimes gives it up, or refuses while others share
    a container's network: ask again, not for ever."""
    deadline = time.monotonic() + seconds
    while (ids := left()) and time.monotonic() < deadline:
        for id in ids:
            with suppress(CommandError), engine_errors():
                api.remove_container(id, force=True, v=True)
        time.sleep(0.02)
