"""A checkout as a person has it, with the image built, and what they would type in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]
import pytest

CHECKOUT = Path(__file__).parents[2]
NEEDED = (
    "Dockerfile",
    ".dockerignore",
    "docker-compose.yml",
    "requirements.txt",
    "autogpt",
    "docker",
    "agent",
)

USER, GROUP = 1234, 2345
"""Neither root nor the image's own."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with the checkout's files, one with the agent's home, and the engine.

    The agent's home is the mounted folder `agent`, which belongs to `USER`.
    """

    folder: Path
    environ: dict[str, str]
    compose: tuple[str, ...]

    @property
    def home(self) -> Path:
        """The folder that is mounted."""
        return self.folder / "agent"

    @property
    def workspace(self) -> Path:
        """The agent's files."""
        return self.home / "auto_gpt_workspace"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder, with nobody at the terminal; its output is text."""
        return subprocess.run(
            arguments,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
        )

    def docker(self, *arguments: str) -> str:
        """What a docker command prints; it must succeed."""
        done = self.command("docker", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def agent(self, *options: str, run: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """`docker-compose run --rm auto-gpt OPTIONS`, in a pipe. `run`: options of `run` itself."""
        return self.command(*self.compose, "run", "--rm", "-T", *run, "auto-gpt", *options)

    def python(self, code: str, *run: str) -> str:
        """What the image's Python prints for this code, started as compose starts the agent."""
        entry = ("--entrypoint", "/opt/autogpt/bin/python")
        done = self.agent("-I", "-c", code, run=(*entry, *run))
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def terminal(self, *options: str, **environ: str) -> Iterator[Any]:
        """The same as `agent` on a pseudo-terminal of 100 columns; ended at the end, whatever happens."""
        program, *rest = self.compose
        child: Any = pexpect.spawn(
            program,
            [*rest, "run", "--rm", "auto-gpt", *options],
            cwd=str(self.folder),
            env=self.environ | {"TERM": "xterm-256color", "CI": ""} | environ,
            dimensions=(40, 100),
            timeout=60,
            encoding="utf-8",
        )
        child.delaybeforesend = None
        try:
            yield child
        finally:
            child.close(force=True)

    def containers(self) -> list[str]:
        """The project's containers that there still are."""
        label = f"label=com.docker.compose.project={self.environ['COMPOSE_PROJECT_NAME']}"
        return self.docker("ps", "--all", "--quiet", "--filter", label).split()


def engine_environ() -> Iterator[dict[str, str]]:
    """What tells programs of the engine: of the one that is set up, or of one started for these tests.

    Skips where there is none and none can be started.
    """
    if "DOCKER_HOST" in os.environ and "AUTOGPT_TEST_IMAGE" in os.environ:
        yield {name: os.environ[name] for name in ("DOCKER_HOST", "AUTOGPT_TEST_IMAGE")}
        return
    script = str(CHECKOUT / "scripts" / "engine.sh")
    environ = os.environ | {"AUTOGPT_TEST_ENGINE": f"/var/tmp/autogpt-engine-{os.getpid()}"}
    try:
        done = subprocess.run(
            ["bash", script, "start"], env=environ, capture_output=True, text=True, timeout=240
        )
        words = done.stdout.replace("'", "").split()[1:]
        if done.returncode != 0 or not words:
            pytest.skip(done.stderr.strip() or "there is no container engine")
        yield dict(word.split("=", 1) for word in words)
    finally:
        subprocess.run(["bash", script, "stop"], env=environ, check=True, capture_output=True, timeout=60)


def wheels() -> Path:
    """The folder with the wheels that the image is made with; skips where they aren't there."""
    # Only looked for: a test downloads nothing.
    known_by = hashlib.sha256((CHECKOUT / "requirements.txt").read_bytes()).hexdigest()[:12]
    found = list((CHECKOUT / ".venv-test").glob(f"wheels-*-{known_by}"))
    if not found:
        pytest.skip("there are no wheels to make the image with: run bash scripts/engine.sh wheels")
    return found[0]


def compose_command() -> tuple[str, ...]:
    """Whichever compose is there; skips where none is."""
    for command in (("docker-compose",), ("docker", "compose")):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version"], capture_output=True, timeout=60)
            if done.returncode == 0:
                return command
    pytest.skip("neither docker-compose nor docker compose is installed")


def checked_out(folder: Path) -> None:
    """Copy what the image is made of into a new folder, with the modes that a careful person's umask gives."""
    folder.mkdir()
    for name in NEEDED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    shutil.copytree(wheels(), folder / "wheels")
    shutil.rmtree(folder / "agent")
    (folder / "agent").mkdir(mode=0o700)
    os.chown(folder / "agent", USER, GROUP)
