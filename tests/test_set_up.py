"""`run.sh` on fresh, half-made and broken checkouts, with a small stand-in for the program.

The stand-in and the library that it needs (a wheel made here) keep the network out
of it; the shell scripts, pip and the virtual environments are real.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.skipif(sys.platform == "win32", reason="run.sh is for shells"),
]

PROGRAM = """
import os, signal, sys
import greeting
print("arguments", sys.argv[1:], "in", os.path.basename(os.getcwd()), "read", repr(sys.stdin.read()), greeting.TEXT)
if "wait" in sys.argv:
    print("waiting", flush=True)
    signal.pause()
if "how" in sys.argv:
    print(os.environ["AUTOGPT_STARTED_AS"])
sys.exit(5)
"""


def write_library(folder: Path, version: str) -> str:
    """Make a wheel; return its line for a requirements file."""
    wheel = folder / f"greeting-{version}-py3-none-any.whl"
    info = f"greeting-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("greeting.py", f"TEXT = 'greeting {version}'\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return f"greeting=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "a checkout, with spaces"
    (folder / "scripts").mkdir(parents=True)
    for name in ("run.sh", "scripts/install.sh", "scripts/install.py", "scripts/start.py"):
        shutil.copy(CHECKOUT / name, folder / name)
    (folder / "autogpt").mkdir()
    (folder / "autogpt" / "__main__.py").write_text(PROGRAM)
    (folder / "requirements.txt").write_text(write_library(folder, "1.0"))
    return folder


def environment(checkout: Path, **more: str) -> dict[str, str]:
    """Pip finds the wheel beside the checkout's files, and nothing else."""
    settings = {
        "PYTHON": sys.executable,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": checkout.as_uri(),
        "PIP_USER": "1",
    }
    return os.environ | settings | {"PYTHONPATH": "/nowhere"} | more


def start(checkout: Path, *options: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "run.sh"), *options],
        cwd=checkout.parent,
        env=environment(checkout, **more),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_first_start_installs_and_the_next_ones_are_quiet(checkout: Path) -> None:
    first = start(checkout, "--task", "two words", "", typed="typed\n")
    expected = f"arguments ['--task', 'two words', ''] in {checkout.name} read 'typed\\n' greeting 1.0\n"
    assert first.stdout == expected
    assert first.returncode == 5
    assert first.stderr.splitlines()[0].startswith("Setting up Auto-GPT in .venv")
    assert first.stderr.splitlines()[1].startswith("Ready after")
    assert list((checkout / "autogpt" / "__pycache__").iterdir())

    second = start(checkout)
    assert (second.returncode, second.stderr) == (5, "")

    (checkout / "requirements.txt").write_text(write_library(checkout, "2.0"))
    third = start(checkout)
    assert third.stdout.endswith("greeting 2.0\n")
    assert third.stderr.startswith("Bringing .venv up to date")

    # What a new version of the system's Python, or a copied checkout, leaves behind.
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    assert start(checkout).stdout.endswith("greeting 2.0\n")

    # An installation that did not reach its end.
    (checkout / ".venv" / "installed.txt").unlink()
    (next(checkout.glob(".venv/lib/python3*/site-packages")) / "greeting.py").write_text("half = ")
    assert start(checkout).stdout.endswith("greeting 2.0\n")


def test_the_program_knows_what_to_type_to_start_it(checkout: Path) -> None:
    *_, said = start(checkout, "how").stdout.splitlines()
    assert shlex.split(said) == [str(checkout / "run.sh")]


def test_signals_reach_the_program(checkout: Path) -> None:
    start(checkout)
    with subprocess.Popen(
        [str(checkout / "run.sh"), "wait"],
        env=environment(checkout),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "waiting\n":
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_two_first_starts_at_once_end_well(checkout: Path) -> None:
    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(checkout / "run.sh")],
            env=environment(checkout),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with begin() as one, begin() as other:
        endings = [process.communicate(timeout=120) for process in (one, other)]
    assert [out.endswith("greeting 1.0\n") for out, _ in endings] == [True, True]
    assert sum(err.count("Setting up") for _, err in endings) == 1


def test_what_cannot_be_installed_is_one_clear_line(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("greeting==1.0 --hash=sha256:" + "0" * 64 + "\n")
    outcome = start(checkout)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    line = outcome.stderr.splitlines()[-1]
    assert line.startswith("Installing failed: ")
    assert ".venv/install.log" in line
    assert len(outcome.stderr.splitlines()) == 2
    assert not (checkout / ".venv" / "installed.txt").exists()


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "thesis.txt").write_text("years of work")
    outcome = start(checkout)
    assert outcome.returncode == 1
    assert "is not a virtual environment. Move it away" in outcome.stderr
    assert (checkout / ".venv" / "thesis.txt").read_text() == "years of work"


def test_without_a_new_enough_python_it_says_what_to_type(checkout: Path) -> None:
    old = checkout / "old python"
    old.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.8.10 ;; *) exit 1 ;; esac\n')
    old.chmod(0o755)
    outcome = start(checkout, PYTHON=str(old))
    assert outcome.returncode == 1
    assert "needs Python 3.10 or newer, and here is: Python 3.8.10. Type: " in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
