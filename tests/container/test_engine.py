"""`scripts/engine.sh` starts an engine for tests, and leaves nothing of it behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.container.project import CHECKOUT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or os.getuid() != 0 or shutil.which("dockerd") is None,
        reason="an engine is started on Linux, by root, with dockerd installed",
    ),
]


def mentioning(word: str) -> list[str]:
    """Processes that have the word in their command line, and mounts that have it in theirs."""
    found = []
    for file in [*Path("/proc").glob("[0-9]*/cmdline"), Path("/proc/self/mounts")]:
        try:
            text = file.read_text(errors="replace")
        except OSError:  # it has ended
            continue
        found += [line for line in text.splitlines() if word in line]
    return found


def groups() -> set[Path]:
    return set(Path("/sys/fs/cgroup").glob("**/autogpt-tests-*"))


def links() -> set[str]:
    return set(os.listdir("/sys/class/net"))


@pytest.fixture
def environ() -> Iterator[dict[str, str]]:
    """An environment in which no engine answers yet."""
    folder = Path(f"/var/tmp/autogpt-engine-tested-{os.getpid()}")
    yield {
        **{name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")},
        "DOCKER_HOST": f"unix://{folder}/nobody",
        "AUTOGPT_TEST_ENGINE": str(folder),
    }
    if folder.exists():
        engine({"AUTOGPT_TEST_ENGINE": str(folder), "PATH": os.environ["PATH"]}, "stop")


def engine(environ: dict[str, str], verb: str) -> str:
    done = subprocess.run(
        ["bash", str(CHECKOUT / "scripts" / "engine.sh"), verb],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    if verb == "start" and not done.stdout:
        pytest.skip(done.stderr.strip())
    return done.stdout


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_an_engine_comes_and_goes_without_a_trace(environ: dict[str, str], killed: bool) -> None:
    folder = Path(environ["AUTOGPT_TEST_ENGINE"])
    groups_before, links_before = groups(), links()
    told = engine(environ, "start")
    assert told.startswith(f"export DOCKER_HOST='unix://{folder}/docker.sock' AUTOGPT_TEST_IMAGE=")
    assert engine(environ, "start") == told
    inside = environ | {"DOCKER_HOST": f"unix://{folder}/docker.sock"}
    exported = dict(word.split("=", 1) for word in told.split()[1:])
    image = exported["AUTOGPT_TEST_IMAGE"]
    engines = [inside]
    if "AUTOGPT_TEST_PODMAN" in exported:
        engines.append(environ | {"DOCKER_HOST": exported["AUTOGPT_TEST_PODMAN"].strip("'")})
    sleeping = f"{600 + os.getpid() / 10_000_000}"
    for one in engines:
        words = [
            "docker",
            "run",
            "--detach",
            "--network",
            "none",
            "--ulimit",
            "nofile=512",
            "--ulimit",
            "nproc=512",
        ]
        subprocess.run([*words, image, "sleep", sleeping], env=one, check=True, capture_output=True)
    assert mentioning(sleeping)
    assert groups() > groups_before
    assert links() == links_before
    if killed:
        for process in folder.glob("*.process"):
            os.kill(int(process.read_text()), signal.SIGKILL)
    engine(environ, "stop")
    assert not folder.exists()
    assert mentioning(folder.name) == []
    assert mentioning(sleeping) == []
    assert groups() == groups_before
    engine(environ, "stop")


def test_without_root_it_says_so_and_nothing_else(environ: dict[str, str]) -> None:
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-s", "start"],
        env=environ,
        input=(CHECKOUT / "scripts" / "engine.sh").read_text(encoding="utf-8"),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout == ""
    assert "only root can start one" in done.stderr
