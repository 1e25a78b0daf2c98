"""A workbench for one sandbox of each kind: opening it, running code in it, looking for what it left."""

from __future__ import annotations

import glob
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from autogpt.core.errors import UsageError
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import MEBIBYTE, Command, Exited, OnOutput, Outcome, ProcessLimits, Sandbox

IMAGE = "AUTOGPT_TEST_IMAGE"
"""Names a local image with a shell and Python; `scripts/engine.sh` makes it."""
PODMAN = "AUTOGPT_TEST_PODMAN"
"""Podman's socket, made there too."""
MARK = "AUTOGPT_TEST_MARK"

SMALL = ProcessLimits(
    seconds=20,
    cpu_seconds=10,
    memory=96 * MEBIBYTE,
    processes=32,
    file_size=4 * MEBIBYTE,
    output=4 * MEBIBYTE,
)
"""Tight enough for a test to reach each, on a machine that others use too."""


@dataclass
class Bench:
    """Opens sandboxes of one kind in one workspace, and closes them."""

    kind: str
    place: Path
    mark: str = field(default_factory=lambda: secrets.token_hex(8))
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    _open: ExitStack = field(default_factory=ExitStack)
    _others: frozenset[str] = field(default_factory=lambda: frozenset(groups()))
    """Control groups that this process has already: of a browser that tests of the web share."""

    def __post_init__(self) -> None:
        if self.kind == "podman":
            self.environ["DOCKER_HOST"] = os.environ.get(PODMAN, "")

    @property
    def contained(self) -> bool:
        """Whether commands run in containers; Podman's socket speaks Docker's language."""
        return self.kind in ("docker", "podman")

    @property
    def is_there(self) -> bool:
        """Whether the tests have what this kind needs, as far as can be seen from the environment."""
        return not self.contained or (IMAGE in os.environ and (self.kind == "docker" or PODMAN in os.environ))

    def open(
        self, limits: ProcessLimits = SMALL, *, network: bool = False, place: Path | None = None
    ) -> Sandbox:
        """A sandbox; the test skips where this kind can't be had."""
        if not self.is_there:
            pytest.skip(
                f"no engine of that kind for tests: {IMAGE} or {PODMAN} isn't set (see scripts/engine.sh)"
            )
        wish = Wish(
            "docker" if self.contained else self.kind,
            image=os.environ.get(IMAGE, ""),
            network=network,
            host_allowed=True,
            limits=limits,
        )
        try:
            choice = choose(wish, place or self.place, self.environ, in_container=False)
        except UsageError as why:
            if IMAGE in os.environ or self.kind == "host":
                raise
            pytest.skip(str(why))
        assert choice.sandbox
        self._open.callback(choice.sandbox.close)
        return choice.sandbox

    def run(self, sandbox: Sandbox, *argv: str, on_output: OnOutput | None = None, **more: Any) -> Outcome:
        """Run a command that carries this bench's mark."""
        return sandbox.run(self.command(*argv, **more), on_output)

    def command(self, *argv: str, **more: Any) -> Command:
        """A command with the mark, by which what is left of it can be found."""
        return Command(argv, environment={MARK: self.mark}, **more)

    def python(self, sandbox: Sandbox, code: str, *arguments: str, **more: Any) -> Outcome:
        """Run Python code."""
        return self.run(sandbox, sandbox.python, "-c", code, *arguments, **more)

    def says(self, sandbox: Sandbox, code: str, *arguments: str) -> str:
        """What Python code prints; it must end well."""
        outcome = self.python(sandbox, code, *arguments)
        said = text(outcome)
        assert outcome.end == Exited(0), said
        return said.strip()

    def close(self) -> None:
        """Close everything, and see that nothing is left."""
        self._open.close()
        eventually(lambda: not self.left(), lambda: f"left behind: {self.left()}")

    def left(self) -> list[str]:
        """Processes, mounts, folders, control groups and containers of this bench that are still there."""
        found = [f"process {pid}" for pid in marked(self.mark)]
        mounts = Path("/proc/self/mounts")
        if mounts.exists():
            found += [line for line in mounts.read_text().splitlines() if str(self.place) in line]
        found += glob.glob(f"{tempfile.gettempdir()}/autogpt-sandbox-{os.getpid()}-*")
        found += [group for group in groups() if group not in self._others]
        found += [
            str(path) for path in self.place.glob(".[ag]*") if path.is_dir() and not any(path.iterdir())
        ]
        if self.contained and self.is_there:
            found += containers(self.environ)
        return found


def groups() -> list[str]:
    """Control groups of this very process."""
    return [
        group
        for pattern in ("/sys/fs/cgroup/*", "/sys/fs/cgroup/*/*", "/sys/fs/cgroup/*/*/*")
        for group in glob.glob(f"{pattern}/autogpt-{os.getpid()}-*")
    ]


def containers(environ: Mapping[str, str]) -> list[str]:
    """Containers of this very process."""
    from autogpt.sandboxes.container_engine import connect
    from autogpt.sandboxes.docker import LABEL, owner

    client = connect(environ)
    try:
        listed = client.api.containers(all=True, filters={"label": f"{LABEL}={owner()}"})
        return [f"container {one['Id']}" for one in listed]
    finally:
        client.close()


def marked(mark: str) -> Iterator[int]:
    """Processes that carry a mark in their environment or among their arguments."""
    if not sys.platform.startswith("linux"):
        return
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                process = Path("/proc", name)
                if mark.encode() in (process / "environ").read_bytes() + (process / "cmdline").read_bytes():
                    yield int(name)
            except OSError:
                continue


def text(outcome: Outcome) -> str:
    """All that was kept of the output."""
    return (outcome.output.head + outcome.output.tail).decode(errors="replace")


def eventually(holds: Callable[[], bool], otherwise: Callable[[], str], seconds: float = 5) -> None:
    """Wait until something holds, not longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(otherwise())
        time.sleep(0.02)
