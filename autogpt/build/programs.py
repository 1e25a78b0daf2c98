"""Where the commands of a run start programs: chosen at its start, closed at its end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autogpt.commands.command import Command, commands_of
from autogpt.commands.shell_control import ShellControl
from autogpt.core.actions import Touch
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.container_engine import OnProgress
from autogpt.sandboxes.git import Git
from autogpt.sandboxes.port import MEBIBYTE, ProcessLimits, Sandbox
from autogpt.settings import Settings
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Programs:
    """A sandbox, None where no program may run.

    `line` tells the person which, and why. `reach` is what programs in it reach beyond the workspace
    and the sandbox, for the policy; `network` says whether requirements can be fetched. `git` is the
    machine's own, which runs in no sandbox.
    """

    sandbox: Sandbox | None = None
    line: str = ""
    reach: frozenset[Touch] = frozenset()
    network: bool = False
    git: Git | None = None

    @property
    def walled(self) -> bool:
        """Whether something stands between programs and the person's machine."""
        return Touch.HOST not in self.reach

    @property
    def resource(self) -> str:
        """What the model is told of them; empty where no program may run."""
        if self.sandbox is None:
            return ""
        where = "a sandbox, in which they see the workspace and a /tmp of their own"
        if not self.walled:
            where = "the user's own machine"
        return f"Programs run in {where}, {'with' if self.network else 'without'} the network."

    def close(self) -> None:
        """End every program and leave nothing of the sandbox."""
        if self.sandbox is not None:
            self.sandbox.close()


NO_PROGRAMS = Programs()
"""For runs in which nothing needs them."""


def programs(
    settings: Settings,
    place: Workspace,
    environ: Mapping[str, str],
    on_progress: OnProgress,
    *,
    sandboxed: bool = True,
    read_only: Iterable[Path] = (),
) -> Programs:
    """Choose and open a sandbox as the settings say. Raises UsageError when the one they name isn't there.

    `environ` is the agent's own environment, of which programs get next to nothing. Without
    `sandboxed` no sandbox is looked for. Programs in one may not change what is `read_only`.
    """
    git = Git.find(environ, place.root)
    if not sandboxed:
        return Programs(git=git)
    shell = settings.shell
    wish = Wish(
        sandbox=shell.sandbox,
        image=shell.sandbox_image,
        network=shell.sandbox_network,
        host_allowed=shell.execute_local_commands,
        limits=ProcessLimits(
            seconds=shell.sandbox_timeout,
            cpu_seconds=shell.sandbox_cpu_time,
            memory=shell.sandbox_memory * MEBIBYTE,
            processes=shell.sandbox_processes,
            file_size=shell.sandbox_file_size * MEBIBYTE,
            output=shell.sandbox_output * MEBIBYTE,
        ),
        read_only=tuple(read_only),
    )
    choice = choose(wish, place.root, environ, on_progress)
    if choice.sandbox is None:
        return Programs(line=choice.line, git=git)
    network = shell.sandbox_network or choice.sandbox.name == "host"
    reach = {Touch.NETWORK} if shell.sandbox_network else set()
    if not choice.walled:
        reach = {Touch.NETWORK, Touch.HOST}
    return Programs(choice.sandbox, choice.line, frozenset(reach), network, git)


def reaching(family: object, reach: frozenset[Touch]) -> Iterator[Command]:
    """A family whose commands that run programs are known to reach as far as programs do."""
    for command in commands_of(family):
        touches = command.spec.touches
        if {Touch.PROCESSES, Touch.FILES} <= touches:
            yield replace(command, spec=replace(command.spec, touches=touches | reach))
        else:
            yield command


def shell_control(settings: Settings) -> ShellControl:
    """Which programs a shell line may start."""
    shell = settings.shell
    if shell.control == "allowlist":
        return ShellControl(allowed=frozenset(shell.allowlist))
    return ShellControl(denied=frozenset(name.lower() for name in shell.denylist))


def is_windows(sandbox: Sandbox) -> bool:
    """Whether its shell is that of Windows."""
    return os.name == "nt" and sandbox.name == "host"
