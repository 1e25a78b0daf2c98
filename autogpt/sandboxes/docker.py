"""Commands in containers of Docker, or of Podman where it speaks Docker's language.

Holds: another system's files instead of this one's, and those read-only; the workspace at its
own path (`/workspace` on Windows), what `protected` names in it read-only; an own `/tmp`; own
namespaces, no network unless it is allowed; no capabilities, none to be gained, the engine's
filter of system calls; the caller's number inside, so that files belong to the person; limits
on time, CPU, memory, processes, file size, output.

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
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from autogpt.core.errors import CommandError
from autogpt.sandboxes import environment, tree
from autogpt.sandboxes.child import Child
from autogpt.sandboxes.engine_socket import status
from autogpt.sandboxes.packages import SEEN_AT
from autogpt.sandboxes.port import Command, Limit, ProcessLimits
from autogpt.sandboxes.protected import Held

LABEL = "autogpt.sandbox"
"""On every container; its value is the machine, user and process that it belongs to."""

ENDS_WITH_ITS_INPUT = "exec 3<&0; cat <&3 >/dev/null & wait $!"
"""The first process: waits for the end of its input, and takes in orphans meanwhile."""
RUN_AND_CLEAR = 'exec 2>&1; "$@"; code=$?; kill -9 -1 2>/dev/null; exit $code'
"""Runs a command, then ends what it left behind; the first process is another user's."""
NOBODY = "65534:65534"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
UNIX = "unix://"
ANSWERS_WITHIN = 5
"""Seconds in which an engine must say that it is there."""
CALL_SECONDS = 60
KILLED = 128 + 9

OnProgress = Callable[[str, float], None]
"""Is told what is being fetched, and which share of it (0 to 1) is here."""


class EngineMissing(Exception):
    """No engine that can be used; the text says why, for the person."""


def connect(environ: Mapping[str, str]) -> Any:
    """A client of the first engine that answers: DOCKER_HOST's, or one at a usual place.

    Raises EngineMissing.
    """
    why = ""
    for host in _hosts(environ):
        try:
            return _client(host, environ)
        except EngineMissing as problem:
            why = why or str(problem)
    raise EngineMissing(why)


def look(environ: Mapping[str, str], image: str) -> str | None:
    """The address of the engine that `connect` would take, if it has the image: found out in no time.

    None where only the client can tell, or the image has to be fetched. Raises EngineMissing.
    """
    why = ""
    for host in _hosts(environ):
        if not host.startswith(UNIX):
            return None
        try:
            path = host.removeprefix(UNIX)
            if status(path, "/_ping", ANSWERS_WITHIN) == 200:
                is_here = status(path, f"/images/{quote(image, safe='/:@')}/json", ANSWERS_WITHIN) == 200
                return host if is_here else None
            problem = "it is there, but not ready"
        except OSError as error:
            problem = error.strerror or str(error)
        why = why or f"the container engine at {host} doesn't answer: {problem}"
    raise EngineMissing(why)


def _hosts(environ: Mapping[str, str]) -> list[str]:
    """Where an engine can be. Raises EngineMissing when there is no such place."""
    named = environ.get("DOCKER_HOST")
    if named and not _on_this_machine(named):
        raise EngineMissing(
            f"the engine at {named} (DOCKER_HOST) is on another machine, which can't see the workspace"
        )
    hosts = [host for host in ([named] if named else _usual_hosts(environ)) if _is_there(host)]
    if not hosts:
        where = f" at {named} (DOCKER_HOST)" if named else ""
        raise EngineMissing(f"no container engine is running{where}")
    return hosts


def _client(host: str, environ: Mapping[str, str]) -> Any:
    import docker

    client = None
    try:
        with engine_errors():
            settings = {**environ, "DOCKER_HOST": host}
            client = docker.from_env(environment=settings, timeout=ANSWERS_WITHIN, version="auto")
            client.ping()
            client.api.timeout = CALL_SECONDS
            return client
    except CommandError as problem:
        if client:
            client.close()
        raise EngineMissing(f"the container engine at {host} doesn't answer: {problem}") from None


def _on_this_machine(host: str) -> bool:
    parts = urlsplit(host)
    return parts.scheme in ("unix", "npipe", "") or parts.hostname in ("localhost", "127.0.0.1", "::1")


def _usual_hosts(environ: Mapping[str, str]) -> Iterator[str]:
    if os.name == "nt":
        yield "npipe:////./pipe/docker_engine"
        return
    home, runtime = environ.get("HOME"), environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield "unix:///var/run/docker.sock"
    yield f"unix://{runtime}/docker.sock"
    if home:
        yield f"unix://{home}/.docker/run/docker.sock"
        yield f"unix://{home}/.colima/default/docker.sock"
    yield f"unix://{runtime}/podman/podman.sock"
    if os.getuid() == 0:
        yield "unix:///run/podman/podman.sock"


def _is_there(host: str) -> bool:
    if not host.startswith(UNIX):
        return True
    try:
        return stat.S_ISSOCK(os.stat(host.removeprefix(UNIX)).st_mode)
    except OSError:
        return False


@contextmanager
def engine_errors() -> Iterator[None]:
    """Whatever the client raises, as a CommandError."""
    import docker.errors

    try:
        yield
    except docker.errors.APIError as error:
        raise CommandError(f"The container engine refused: {_one_line(error.explanation or error)}") from None
    except (docker.errors.DockerException, OSError) as error:  # those of requests are OSErrors
        raise _gone(error) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "urllib3":
            raise
        raise _gone(error) from None


def _gone(error: Exception) -> CommandError:
    return CommandError(
        f"The container engine doesn't answer (any more), so programs can't be run just now ({_one_line(error)})."
    )


def _one_line(error: object) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else f"{text[:300]} …"


def fetch_image(client: Any, image: str, on_progress: OnProgress | None) -> None:
    """Have the image, from a registry if need be. Raises EngineMissing."""
    import docker.errors

    try:
        with engine_errors():
            try:
                client.api.inspect_image(image)
                return
            except docker.errors.ImageNotFound:
                pass
            if on_progress:
                on_progress(f"Fetching {image}", 0.0)
            name, tag = _name_and_tag(image)
            _follow(client.api.pull(name, tag=tag, stream=True, decode=True), image, on_progress)
            client.api.inspect_image(image)
    except CommandError as problem:
        raise EngineMissing(f"the image {image} isn't here and couldn't be fetched: {problem}") from None


def _name_and_tag(image: str) -> tuple[str, str | None]:
    """`python:3-alpine` in two; a digest stays with the name; without a tag, the newest."""
    if "@" in image:
        return image, None
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "latest")


def _follow(steps: Iterable[Mapping[str, Any]], image: str, on_progress: OnProgress | None) -> None:
    layers: dict[str, tuple[int, int]] = {}
    for step in steps:
        if "error" in step:
            raise CommandError(_one_line(step["error"]))
        detail = step.get("progressDetail") or {}
        if step.get("status") == "Downloading" and detail.get("total"):
            layers[str(step.get("id"))] = (int(detail["current"]), int(detail["total"]))
        if on_progress and layers:
            here, all_of_it = (sum(numbers) for numbers in zip(*layers.values(), strict=True))
            on_progress(f"Fetching {image}", here / all_of_it)


class DockerLauncher:
    """Starts commands in warm containers; the image is there.

    `reach` gives a client of the engine. It is called when the first command comes: until then, and
    for a run without commands, nothing of the client is even imported.
    """

    name = "docker"
    python = "python3"

    def __init__(
        self,
        reach: Callable[[], Any],
        place: Path,
        limits: ProcessLimits,
        temporary: Path,
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
        self._limits = limits
        self._temporary = temporary
        self._image = image
        self._network = network
        self._protected = protected
        self._environ = environ
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[Box] = []
        self._all: list[Box] = []
        self._opening = threading.Lock()
        self._options: dict[str, Any] = {}
        self.user = ""

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
                        self._options, self.user = _of_engine(client.api.info(), client.api.version())
                        _sweep(client.api)
                except BaseException:
                    client.close()
                    raise
                self._client = client
            return self._client.api

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
        created = api.exec_create(
            box.id,
            ["/bin/sh", "-c", RUN_AND_CLEAR, "sh", *command.argv],
            stdin=command.stdin,
            user=self.user,
            workdir=self.workspace if folder == "." else f"{self.workspace}/{folder}",
            environment=environment.clean(
                self._environ, path=SYSTEM_PATH, temporary="/tmp", more=command.environment
            ),
        )
        stream = api.exec_start(created["Id"], socket=True)
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
        with self._lock:
            others = [box for box in self._all if not box.dead]
        protected = self._protected()
        made = self._create(others[0].id if others else None, protected, installs=installs)
        box = Box(self._api, made, protected, once=installs)
        with self._lock:
            self._all.append(box)
        try:
            box.start()
        except BaseException:
            self._throw_away(box)
            raise
        return box

    def _create(self, neighbour: str | None, protected: tuple[Held, ...], *, installs: bool) -> str:
        """A container; side by side with another, it shares that one's network."""
        from docker.types import Mount, Ulimit

        api = self._api
        limits = self._limits
        mounts = [Mount(self.workspace, str(self._place), type="bind", read_only=installs)]
        mounts += [
            Mount(
                f"{self.workspace}/{held.path.relative_to(self._place).as_posix()}",
                str(held.path),
                type="bind",
                read_only=not held.writable or installs,
            )
            for held in protected
            if held.path.exists()
        ]
        if installs:
            mounts.append(Mount("/tmp", None, type="tmpfs", tmpfs_mode=0o1777))
        else:
            mounts.append(Mount("/tmp", str(self._temporary), type="bind"))
        if self._packages:
            mounts.append(Mount(SEEN_AT, str(self._packages), type="bind", read_only=not installs))
        alone = "bridge" if self._network else "none"
        configuration = api.create_host_config(
            auto_remove=True,
            cap_drop=["ALL"],
            mem_limit=limits.memory,
            memswap_limit=limits.memory,
            mounts=mounts,
            network_mode=f"container:{neighbour}" if neighbour else alone,
            pids_limit=limits.processes + 4,
            read_only=True,
            shm_size=limits.memory // 2,
            ulimits=[
                Ulimit(name="cpu", soft=limits.cpu_seconds, hard=limits.cpu_seconds + 1),
                Ulimit(name="fsize", soft=limits.file_size, hard=limits.file_size),
                Ulimit(name="core", soft=0, hard=0),
            ],
            **self._options,
        )
        created = api.create_container(
            self._image,
            ["-c", ENDS_WITH_ITS_INPUT],
            entrypoint="/bin/sh",
            stdin_open=True,
            user=NOBODY,
            working_dir="/",
            labels={LABEL: owner()},
            host_config=configuration,
        )
        return str(created["Id"])

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
        for box in boxes:
            box.kill()
        with suppress(CommandError), engine_errors():
            for box in boxes:
                box.wait_until_gone()
        if self._client is not None:
            self._client.close()


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

    def start(self) -> None:
        """Start it, its input held open."""
        self._input = self._api.attach_socket(self.id, {"stdin": 1, "stream": 1})
        self._api.start(self.id)

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
        if self.dead:
            return
        self.dead = True
        with suppress(CommandError), engine_errors():
            self._api.remove_container(self.id, force=True, v=True)
        close(self._input)

    def wait_until_gone(self) -> None:
        """Removal goes on after it was asked for; wait for its end, not for ever."""
        import docker.errors

        deadline = time.monotonic() + 10
        with suppress(docker.errors.NotFound):
            while time.monotonic() < deadline:
                self._api.inspect_container(self.id)
                time.sleep(0.02)

    def ran_out_of_memory(self, since: float) -> bool:
        """Whether the kernel ended a process in it for its memory since a time."""
        events = self._api.events(
            since=int(since),
            until=int(time.time()) + 1,
            filters={"container": self.id, "event": "oom"},
            decode=True,
        )
        try:
            return any(True for _ in events)
        finally:
            events.close()


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
        self._started = time.time()
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
        getattr(self._stream, "_sock", self._stream).sendall(data)

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
        """The engine holds the limits."""
        return None

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
                met = self._box.ran_out_of_memory(self._started)
                self._box.kill()
                self._launcher.give_back(self._box)
                return frozenset({Limit.MEMORY} if met else ())
        self._launcher.give_back(self._box)
        return frozenset()


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
    if os.name == "nt":
        return
    for found in api.containers(all=True, filters={"label": LABEL}):
        whose = re.fullmatch(r"(.*:)(\d+)", found["Labels"].get(LABEL, ""))
        mine = whose and whose[1] == owner().rpartition(":")[0] + ":"
        if whose and mine and not tree.is_running(int(whose[2])):
            with suppress(CommandError), engine_errors():
                api.remove_container(found["Id"], force=True, v=True)


def _of_engine(info: Mapping[str, Any], version: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Options that depend on the engine, and the user by whose number files belong to the person."""
    security = " ".join(info.get("SecurityOptions") or ())
    options: dict[str, Any] = {"security_opt": ["no-new-privileges:true"]}
    if "name=selinux" in security:
        # Its labels would shut the workspace out, and relabelling a person's files is worse.
        options["security_opt"].append("label=disable")
    user = f"{os.getuid()}:{os.getgid()}" if hasattr(os, "getuid") else "1000:1000"
    podman = any("Podman" in str(part.get("Name")) for part in version.get("Components") or ())
    if "name=rootless" in security and podman:
        options["userns_mode"] = "keep-id"
    elif "name=rootless" in security:
        user = "0:0"  # the person, seen from outside
    return options, user
