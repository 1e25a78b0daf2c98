"""An ordinary user has the same walls and limits as root, whom the other tests are mostly run by."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.ordinary import EXPECTED, UNUSABLE
from tests.conformance.sandboxes import IMAGE

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or os.getuid() != 0 or not shutil.which("setpriv"),
        reason="for root of Linux, who can become an ordinary user",
    ),
]

CHECKOUT = Path(__file__).parents[2]
PYTHON = "/usr/bin/python3"
USER = 4321
BECOME = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
IN_NAMESPACES = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--mount-proc",
]
"""Whatever is started in there ends with the first process, and mounts are seen by nobody else."""


@pytest.fixture
def home() -> Iterator[Path]:
    """The user's; Podman refuses long names."""
    folder = Path(tempfile.mkdtemp(prefix="podman", dir="/var/tmp"))
    for name in ("run", "workspace"):
        (folder / name).mkdir(mode=0o700)
        os.chown(folder / name, USER, USER)
    os.chown(folder, USER, USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{CHECKOUT}:{sysconfig.get_path('purelib')}",
        "TMPDIR": str(home / "run"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


def printed(words: list[str], home: Path) -> list[str]:
    """What the program prints; the test skips where an ordinary user can't run it."""
    check = [PYTHON, "-c", "import autogpt.core, docker, sys; print(sys.version_info[:2])"]
    able = subprocess.run(
        [*BECOME, *check], cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )
    if able.stdout.strip() != str(sys.version_info[:2]):
        pytest.skip("an ordinary user can't read this checkout, or the system's Python is another version")
    done = subprocess.run(
        words, cwd=home, env=environment(home), capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode == UNUSABLE:
        pytest.skip(f"Podman without root doesn't work here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_bubblewrap(home: Path) -> None:
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    place = home / "workspace"
    words = [*BECOME, PYTHON, "-m", "tests.conformance.ordinary", "bubblewrap", str(place)]
    assert printed(words, home) == EXPECTED
    assert (place / "made").stat().st_uid == USER


def test_podman_without_root(home: Path) -> None:
    if missing := [name for name in ("podman", "newuidmap", "unshare") if not shutil.which(name)]:
        pytest.skip(f"{missing[0]} is not installed")
    if not Path("/etc/subuid").exists() or not Path("/etc/subgid").exists():
        pytest.skip("no user has numbers of his own here (/etc/subuid)")
    if IMAGE not in os.environ:
        pytest.skip(f"no image for tests: {IMAGE} isn't set (see scripts/engine.sh)")
    archive = home / "image.tar"
    subprocess.run(["docker", "save", "--output", str(archive), os.environ[IMAGE]], check=True)
    archive.chmod(0o644)
    # The user, and the numbers that are the user's own: in no file but those that this namespace sees.
    for name, line in {
        "passwd": f"walker:x:{USER}:{USER}::{home}:/bin/sh",
        "group": f"walker:x:{USER}:",
        "subuid": "walker:200000:65536",
        "subgid": "walker:200000:65536",
    }.items():
        (home / name).write_text(f"{Path('/etc', name).read_text()}{line}\n")
    config = home / ".config" / "containers" / "containers.conf"
    config.parent.mkdir(parents=True)
    runtime = "runc" if shutil.which("runc") else "crun"
    config.write_text(
        f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "{runtime}"\n'
    )
    mount = (
        'for name in passwd group subuid subgid; do mount --bind "$HOME/$name" "/etc/$name"; done; exec "$@"'
    )
    program = [PYTHON, "-m", "tests.conformance.ordinary", "podman", str(home / "workspace"), str(archive)]
    assert printed([*IN_NAMESPACES, "sh", "-ec", mount, "sh", *BECOME, *program], home) == EXPECTED
    assert (home / "workspace" / "made").stat().st_uid == USER
