"""Chooses the sandbox: the one that the person named, or the strongest that works here.

`auto` takes Docker where an engine answers, else bubblewrap where it works, else this machine
itself if the person allowed it or if it is a container, else none. Inside a container no
engine is looked for: one that answers there belongs to the outside, and shows its files. What
was named and can't be had is an error, never a silent weaker one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from autogpt.core.errors import CommandError, UsageError
from autogpt.sandboxes import packages
from autogpt.sandboxes.child import Launcher
from autogpt.sandboxes.container_engine import EngineMissing, OnProgress, connect, fetch_image, look
from autogpt.sandboxes.engine import ProcessSandbox
from autogpt.sandboxes.port import ProcessLimits, Sandbox
from autogpt.sandboxes.protected import Protected
from autogpt.sandboxes.scratch import Scratch

IMAGE = "python:3-alpine"
NAMES = ("auto", "docker", "bubblewrap", "host")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the settings say: `sandbox` is one of `NAMES`, `host_allowed` is EXECUTE_LOCAL_COMMANDS.

    `read_only` are files and folders that programs may not change where they lie in the workspace.
    """

    sandbox: str = "auto"
    image: str = IMAGE
    network: bool = False
    host_allowed: bool = False
    limits: ProcessLimits = field(default_factory=ProcessLimits)
    read_only: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The sandbox, None where no program may run; and a line for the person: which, and why.

    `walled` is false where programs run with the person's rights on the machine itself.
    """

    sandbox: Sandbox | None
    line: str
    walled: bool = True

    def close(self) -> None:
        """Close the sandbox, if there is one."""
        if self.sandbox is not None:
            self.sandbox.close()


def choose(
    wish: Wish,
    place: Path,
    environ: Mapping[str, str],
    on_progress: OnProgress | None = None,
    *,
    in_container: bool | None = None,
) -> Choice:
    """Open a sandbox for the workspace `place`. `environ` is the agent's environment.

    `in_container` says whether the agent itself runs in one; None looks. Raises UsageError when what
    was named can't be had.
    """
    contained = is_in_container(environ) if in_container is None else in_container
    maker = _Maker(wish, place.resolve(), environ, on_progress)
    match wish.sandbox:
        case "docker":
            return maker.named(maker.docker)
        case "bubblewrap":
            return maker.named(maker.bubblewrap)
        case "host":
            if not (contained or wish.host_allowed):
                raise UsageError(
                    "SANDBOX=host lets programs run on this machine itself, with your rights: set "
                    "EXECUTE_LOCAL_COMMANDS=True too if you mean it, or choose SANDBOX=auto."
                )
            return maker.named(lambda: maker.host("SANDBOX=host", contained=contained))
        case _:
            return maker.strongest(contained=contained)


def is_in_container(environ: Mapping[str, str]) -> bool:
    """Whether this process runs in a container: as its engine marks it, or its image says (AUTOGPT_CONTAINER).

    Those of Toolbx and Distrobox don't count: they share the person's home, and are no wall.
    """
    if os.path.exists("/run/.toolboxenv") or environ.get("DISTROBOX_ENTER_PATH"):
        return False
    if environ.get("AUTOGPT_CONTAINER") == "1":
        return True
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return True
    try:
        first = Path("/proc/1/environ").read_bytes()
    except OSError:
        return False
    return b"container=" in first


class _Missing(Exception):
    """One of the sandboxes can't be had; the text says why."""


class _Maker:
    def __init__(
        self, wish: Wish, place: Path, environ: Mapping[str, str], on_progress: OnProgress | None
    ) -> None:
        self._wish = wish
        self._place = place
        self._environ = environ
        self._on_progress = on_progress

    def named(self, make: Callable[[], Choice]) -> Choice:
        try:
            return make()
        except _Missing as why:
            raise UsageError(
                f"SANDBOX={self._wish.sandbox}, but {why}. Set that right, or choose another SANDBOX."
            ) from None

    def strongest(self, *, contained: bool) -> Choice:
        why_not = []
        for make in (self.bubblewrap,) if contained else (self.docker, self.bubblewrap):
            try:
                choice = make()
            except _Missing as why:
                why_not.append(str(why))
            else:
                reason = f" ({'; '.join(why_not)})" if why_not else ""
                return Choice(choice.sandbox, f"{choice.line.removesuffix('.')}{reason}.")
        reasons = "; ".join(dict.fromkeys(why_not))
        if contained or self._wish.host_allowed:
            try:
                return self.host(f"EXECUTE_LOCAL_COMMANDS=True; {reasons}", contained=contained)
            except _Missing as why:
                return Choice(None, f"The agent can't run programs: {why}.")
        return Choice(
            None,
            f"The agent can't run programs: {reasons}. Start a container engine or install bubblewrap; or let it use "
            "this machine itself, with your rights, by EXECUTE_LOCAL_COMMANDS=True.",
        )

    def docker(self) -> Choice:
        from autogpt.sandboxes.docker import DockerLauncher

        wish, environ = self._wish, self._environ
        try:
            if host := look(environ, wish.image):
                environ = {**environ, "DOCKER_HOST": host}
            else:
                with closing(connect(environ)) as client:
                    fetch_image(client, wish.image, self._on_progress)
        except EngineMissing as why:
            raise _Missing(str(why).rstrip(".")) from None

        def launcher(scratch: Scratch, protected: Protected) -> Launcher:
            started = DockerLauncher(
                lambda: connect(environ),
                self._place,
                wish.limits,
                scratch,
                image=wish.image,
                network=wish.network,
                protected=lambda: protected.held,
                environ=self._environ,
                packages=self._packages("docker"),
            )
            if scratch.after_a_kill:
                started.tidy()
            return started

        sandbox = self._opened(launcher, hold=True)
        return Choice(sandbox, f"Programs run in containers ({wish.image}), {self._network()}.")

    def bubblewrap(self) -> Choice:
        from autogpt.sandboxes.bubblewrap import BubblewrapLauncher

        def launcher(scratch: Scratch, protected: Protected) -> Launcher:
            return BubblewrapLauncher(
                self._place,
                self._wish.limits,
                scratch.folder,
                network=self._wish.network,
                protected=lambda: protected.held,
                environ=self._environ,
                packages=self._packages("bubblewrap"),
            )

        return Choice(self._opened(launcher, hold=True), f"Programs run in bubblewrap, {self._network()}.")

    def host(self, why: str, *, contained: bool) -> Choice:
        from autogpt.sandboxes.host import HostLauncher

        def launcher(scratch: Scratch, protected: Protected) -> Launcher:
            return HostLauncher(self._place, self._wish.limits, scratch.temporary, self._environ)

        sandbox = self._opened(launcher, hold=False)
        if contained:
            return Choice(sandbox, "Programs run in the container that the agent is in, which is the wall.")
        return Choice(
            sandbox,
            f"Programs run on this machine itself, with your rights and its network ({why}).",
            walled=False,
        )

    def _packages(self, kind: str) -> Path | None:
        """Nothing can be installed without a network, so nothing is kept."""
        return packages.folder(self._environ, kind) if self._wish.network else None

    def _network(self) -> str:
        return "with the network" if self._wish.network else "without the network"

    def _opened(self, launcher: Callable[[Scratch, Protected], Launcher], *, hold: bool) -> Sandbox:
        try:
            scratch = Scratch()
        except OSError as why:
            raise _Missing(f"no temporary files can be made ({why.strerror})") from None
        protected = Protected(
            self._place, hold=hold, read_only=self._wish.read_only, note=scratch.note_placeholders
        )
        try:
            started = launcher(scratch, protected)
        except (CommandError, OSError) as why:
            protected.close()
            scratch.close()
            raise _Missing(str(why).rstrip(".")) from None
        except BaseException:
            protected.close()
            scratch.close()
            raise
        return ProcessSandbox(started, self._place, self._wish.limits, scratch, protected)
