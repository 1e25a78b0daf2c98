"""Container engines: where one answers, what it is like, and having an image there.

Docker, and Podman where it speaks Docker's language; only on this machine, for the engine is to
show this machine's workspace. Nothing is started here.
"""

from __future__ import annotations

import os
import platform
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from autogpt.core.errors import CommandError
from autogpt.sandboxes import seccomp
from autogpt.sandboxes.engine_socket import status

UNIX = "unix://"
ANSWERS_WITHIN = 5
"""Seconds in which an engine must say that it is there."""
CALL_SECONDS = 60
ODD_IN_PODMAN = re.compile(r'[,"\r\n]')
"""It makes mounts into a line of comma-separated values, without quoting (seen in 4.3)."""

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


@dataclass(frozen=True, slots=True)
class Engine:
    """What an engine is like.

    `user` is the number inside by which files belong to the person; `own_numbers` says that an engine
    without root must be told to keep the person's number; `labels`, that it may label files for SELinux;
    `machine`, whose system calls are filtered, "" where it can't filter any.
    """

    user: str
    is_podman: bool
    own_numbers: bool = False
    labels: bool = False
    machine: str = ""

    @classmethod
    def of(cls, info: Mapping[str, Any], version: Mapping[str, Any]) -> Engine:
        """From what the engine says of itself: the answers to /info and /version."""
        security = " ".join(info.get("SecurityOptions") or ())
        user = f"{os.getuid()}:{os.getgid()}" if hasattr(os, "getuid") else "1000:1000"
        podman = any("Podman" in str(part.get("Name")) for part in version.get("Components") or ())
        rootless = "name=rootless" in security or bool(info.get("Rootless"))  # the latter is Podman's word
        return cls(
            user="0:0" if rootless and not podman else user,  # there 0 is the person, seen from outside
            is_podman=podman,
            own_numbers=rootless and podman,
            labels=podman or "name=selinux" in security,  # Podman doesn't tell
            machine=_machine(info) if podman or "name=seccomp" in security else "",
        )

    def filter(self, folder: Path) -> str | None:
        """A filter of system calls in the engine's words, None for the engine's own.

        The engines' own let programs set set-user-id bits, and Podman's lets them make namespaces. Docker takes the
        filter itself, Podman the path of a file, which is made in a folder that programs don't see.
        """
        filtered = seccomp.profile(self.machine)
        if filtered is None or not self.is_podman:
            return filtered
        kept = folder / "seccomp.json"
        kept.write_text(filtered, encoding="utf-8")
        return str(kept)

    def options(self, filtered: str | None, neighbour: str | None) -> dict[str, Any]:
        """Options of a container, in the words of the API, for the client refuses Podman's.

        `neighbour` is the container whose network it shares.
        """
        security = ["no-new-privileges:true"]
        if self.labels:
            # Its labels would shut the workspace out, and relabelling a person's files is worse.
            security.append("label=disable")
        options: dict[str, Any] = {"SecurityOpt": security}
        if self.own_numbers:
            options["UsernsMode"] = f"container:{neighbour}" if neighbour else "keep-id"
        if filtered:
            security.append(f"seccomp={filtered}")
        return options

    def ulimits(self) -> list[Any]:
        """Limits of every container, beside those that the settings say."""
        if not self.is_podman or self.own_numbers or platform.system() != "Linux":
            return []
        import resource

        from docker.types import Ulimit

        # Those that the agent itself has: as root, Podman asks for more than a root with few rights may set.
        found = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
        own = {name: resource.getrlimit(number) for name, number in found.items()}
        return [Ulimit(name=name, soft=soft, hard=hard) for name, (soft, hard) in own.items()]

    def bind(self, source: Path, target: str, *, read_only: bool) -> Any:
        """A folder or file shown in a container: a mount, or for Podman sometimes its older words for it.

        Raises CommandError when the engine can't be told the path.
        """
        from docker.types import Mount

        if not self.is_podman or not ODD_IN_PODMAN.search(f"{source}{target}"):
            return Mount(target, str(source), type="bind", read_only=read_only)
        if ":" in f"{source}{target}":
            raise CommandError(
                f"Podman can't show programs a path with a colon together with a comma, quote or line break, as in "
                f"{str(source)!r}. Renaming the folder helps, or SANDBOX=bubblewrap."
            )
        return f"{source}:{target}:{'ro' if read_only else 'rw'}"


def _machine(info: Mapping[str, Any]) -> str:
    """The machine that the engine runs on, as `platform.machine()` names it on Linux."""
    named = str(info.get("Architecture") or platform.machine())
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(named, named)
