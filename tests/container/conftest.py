"""One image for all tests of this folder, and a fresh home of the agent's for each."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.container.project import GROUP, USER, Project, checked_out, compose_command, engine_environ


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """Variables that lead programs to a container engine; skips where there is none."""
    if not sys.platform.startswith("linux"):
        pytest.skip("containers are tested on Linux")
    yield from engine_environ()


@pytest.fixture(scope="session")
def built(engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The checkout in a folder with a space in its name, with the image built by compose."""
    name = f"autogpttest{os.getpid()}"
    image = f"{name}:latest"
    environ = os.environ | engine | {
        "COMPOSE_PROJECT_NAME": name,
        "AUTOGPT_IMAGE": image,
        "AGENT_UID": str(USER),
        "AGENT_GID": str(GROUP),
        "BASE_IMAGE": engine["AUTOGPT_TEST_IMAGE"],
        "SYSTEM_PACKAGES": "",  # no network in there to fetch them from
        "PIP_OPTIONS": "--no-index",
        "DOCKER_BUILDKIT": "0",
        "COMPOSE_DOCKER_CLI_BUILD": "0",
    }  # fmt: skip
    project = Project(tmp_path_factory.mktemp("container") / "a check out", environ, compose_command())
    checked_out(project.folder)
    (project.folder / ".env").write_text("OPENAI_API_KEY=sk-canary-beside-compose\n")
    (project.home / ".env").write_text("GITHUB_API_KEY=canary-at-home\n")
    # One at a time: whoever comes second finds the layers there.
    with (tmp_path_factory.getbasetemp().parent / "image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = project.command(*project.compose, "build", "auto-gpt")
    assert done.returncode == 0, done.stdout + done.stderr
    try:
        yield project
    finally:
        project.command("docker", "rmi", image)


@pytest.fixture
def project(built: Project) -> Iterator[Project]:
    """The same with an empty home of the agent's; at the end no container or network is left of it."""
    empty(built)
    try:
        yield built
        left = built.containers()
    finally:
        built.command(*built.compose, "down", "--volumes", "--remove-orphans")
        for container in built.containers():
            built.command("docker", "rm", "--force", container)
    assert left == []


def empty(built: Project) -> None:
    """A home as it is right after the checkout."""
    (built.folder / ".env").unlink(missing_ok=True)
    shutil.rmtree(built.home)
    built.home.mkdir(mode=0o700)
    os.chown(built.home, USER, GROUP)
