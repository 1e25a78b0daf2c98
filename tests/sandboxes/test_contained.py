"""In a container of its own the agent's programs run under the container's wall, and don't get its key."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

IMAGE = os.environ.get("AUTOGPT_TEST_IMAGE", "")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not IMAGE, reason="no engine (see scripts/engine.sh)"),
]
CHECKOUT = Path(__file__).parents[2]

AGENT = """
import os, sys
sys.path.insert(0, '/app')
from pathlib import Path
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import Command
choice = choose(Wish(), Path('/work'), os.environ)
print(choice.sandbox.name, choice.walled, choice.line)
outcome = choice.sandbox.run(Command((choice.sandbox.python, '-c', sys.argv[1], str(os.getpid()))))
print((outcome.output.head + outcome.output.tail).decode())
choice.close()
print(os.listdir('/tmp'), os.listdir('/work'))
"""
PROGRAM = """
import os, sys
print('made' if open('made', 'w') else '', 'KEY' in os.environ)
for name in ('environ', 'mem', 'maps'):
    try: open(f'/proc/{sys.argv[1]}/{name}', 'rb').read(1); print('GOT', name)
    except OSError: print('refused')
print(b'KEY' in open(f'/proc/{os.getppid()}/environ', 'rb').read())
if os.fork() == 0:
    os.setsid(); import time; time.sleep(600)
"""


def test_a_container_without_root_is_enough(tmp_path: Path) -> None:
    place = tmp_path / "work"
    place.mkdir()
    place.chmod(0o777)
    words = ["docker", "run", "--rm", "--init", "--read-only", "--network", "none", "--cap-drop", "ALL"]
    words += [
        "--security-opt",
        "no-new-privileges",
        "--user",
        "12345:12345",
        "--tmpfs",
        "/tmp:exec,mode=1777",
    ]
    words += ["--env", "KEY=secret", "--volume", f"{CHECKOUT}:/app:ro", "--volume", f"{place}:/work"]
    done = subprocess.run(
        [*words, IMAGE, "python3", "-B", "-c", AGENT, PROGRAM], capture_output=True, text=True, timeout=60
    )
    chosen, *said = done.stdout.splitlines()
    assert chosen == "host True Programs run in the container that the agent is in, which is the wall.", (
        done.stderr
    )
    assert said[0] == "made False"
    assert said[1:5] == [*["refused"] * 3, "False"]
    assert said[-1] == "[] ['made']"
    assert done.returncode == 0
