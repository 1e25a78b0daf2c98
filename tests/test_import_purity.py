"""Importing a module of the package does nothing.

Every room is imported in a clean process that watches for files written,
directories made, sockets, processes and threads started, and the environment read;
afterwards none of the heavy libraries may be there. What the imports of the
standard library and of light libraries do on their own account is not held
against the room, but what they do to the world is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "autogpt"

HEAVY = (
    "bs4", "charset_normalizer", "ddgs", "docker", "docx", "httpx", "httpx2", "lxml", "numpy", "openai",
    "openpyxl", "prompt_toolkit", "pydantic", "pypdf", "redis", "requests", "rich", "selenium", "sqlite3", "tiktoken",
    "yaml",
)  # fmt: skip
"""Libraries that are imported when they are used, not before: together they take seconds."""

WATCH = """
import importlib, json, os, sys, threading

sys.path.insert(0, os.getcwd())
modules, heavy = json.loads(sys.argv[1])
seen = []
watching = True
ACTS = (
    "socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.putenv", "os.unsetenv",
    "shutil.", "tempfile.", "sqlite3.", "urllib.", "builtins.input",
)

def audit(event, arguments):
    if not watching:
        return
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        seen.append(f"opens {arguments[0]!r} for writing")
    elif event.startswith(ACTS) and event != "socket.gethostname":
        seen.append(f"{event}{arguments!r}")

class Environment(type(os.environ)):
    def __getitem__(self, key):
        frame = sys._getframe(1)
        while frame.f_globals.get("__name__") in ("os", "collections.abc", "_collections_abc"):
            frame = frame.f_back
        if frame.f_globals.get("__name__", "").partition(".")[0] == "autogpt":
            seen.append(f"reads the variable {key} in {frame.f_globals['__name__']}")
        return super().__getitem__(key)

os.environ.__class__ = Environment
streams = sys.stdin, sys.stdout, sys.stderr
directory = os.getcwd()
sys.addaudithook(audit)
for module in modules:
    importlib.import_module(module)
if threading.active_count() > 1:
    seen.append(f"starts threads: {threading.enumerate()}")
if os.getcwd() != directory:
    seen.append("changes the working directory")
if (sys.stdin, sys.stdout, sys.stderr) != streams:
    seen.append("replaces a standard stream")
seen += [f"pulls in {name}" for name in heavy if name in sys.modules]
watching = False
print(json.dumps(seen))
"""


def modules_by_room() -> dict[str, list[str]]:
    """Every module of the package but the ones that run the program, by the room it is in."""
    rooms: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(CHECKOUT).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        rooms.setdefault(parts[1].replace("__init__", "autogpt"), []).append(name)
    return rooms


ROOMS = modules_by_room()


def watched_import(modules: list[str], folder: Path) -> list[str]:
    """What the modules did while they were imported, in words."""
    outcome = subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error", "-c", WATCH, json.dumps([modules, HEAVY])],
        cwd=folder,
        env={"PATH": os.defpath, "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if outcome.returncode != 0 or outcome.stderr:
        pytest.fail(f"\n{outcome.stderr}", pytrace=False)
    deeds: list[str] = json.loads(outcome.stdout)
    return deeds


@pytest.mark.parametrize("room", ROOMS)
def test_importing_a_room_does_nothing(room: str) -> None:
    deeds = watched_import(ROOMS[room], CHECKOUT)
    assert deeds == []


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    (tmp_path / "autogpt.py").write_text(
        "import os, socket, subprocess, sys, threading, yaml\n"
        "open('left', 'w').close()\n"
        "os.getenv('HOME'); os.environ.get('HOME')\n"
        "socket.socket().close()\n"
        "subprocess.run([sys.executable, '-c', ''])\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    deeds = watched_import(["autogpt"], tmp_path)
    text = "\n".join(deeds)
    for expected in (
        "'left' for writing",
        "variable HOME",
        "socket.",
        "subprocess.Popen",
        "threads",
        "in yaml",
    ):
        assert expected in text
