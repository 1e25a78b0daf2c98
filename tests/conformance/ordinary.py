"""A program for an ordinary user, who opens a sandbox and prints what holds in it.

    python -m tests.conformance.ordinary bubblewrap WORKSPACE
    python -m tests.conformance.ordinary podman WORKSPACE IMAGE.tar

The second one starts Podman without root first, in the user's own home; it ends with the user's
process namespace.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import MEBIBYTE, Command, Outcome, ProcessLimits

LIMITS = ProcessLimits(seconds=60, cpu_seconds=5, memory=96 * MEBIBYTE, processes=32, file_size=MEBIBYTE)
IMAGE = "autogpt-test-image"
UNUSABLE = 77

WHO = "import os; print(os.getuid(), os.getgid()); open('made', 'w').close()"
RIGHTS = "print({line.split()[1] for line in open('/proc/self/status') if line[:3] == 'Cap'})"
NAMESPACES = "import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))"
FILE = (
    "open('big', 'wb', 0).write(b'x' * (2 << 20)); import os; print(os.stat('big').st_size); os.remove('big')"
)
LOOP = "while True: pass"
BOMB = (
    "import os, time\nfor _ in range(100):\n    if os.fork() == 0: time.sleep(3); os._exit(0)\ntime.sleep(3)"
)
SERVE = (
    "import socket; server = socket.create_server(('127.0.0.1', 8765)); print('up', flush=True); "
    "server.accept()[0].sendall(b'served')"
)
ASK = "import socket; print(socket.create_connection(('127.0.0.1', 8765)).recv(6).decode())"
HOG = "import time; kept = [bytearray(b'x') * (10 << 20) for _ in range(40)]; time.sleep(5)"
EXPECTED = [
    "4321 4321",
    "{'0000000000000000'}",
    "-1",
    str(MEBIBYTE),
    "cpu",
    "processes",
    "served",
    "memory",
    "['made']",
]
"""What is printed for the user 4321 where every wall stands and every limit holds."""


def start_podman(archive: str) -> dict[str, str]:
    """The environment in which it is found, the image in it. Ends the program where it can't be had."""
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    socket = f"unix://{runtime}/podman.sock"
    for words in (
        ["podman", "load", "--quiet", "--input", archive],
        ["podman", "run", "--rm", "--network", "none", IMAGE, "cat", "/dev/null"],
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"{' '.join(words)}: {done.stderr.strip()[-300:]}")
            raise SystemExit(UNUSABLE)
    subprocess.Popen(
        ["podman", "system", "service", "--time=0", socket],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (runtime / "podman.sock").exists():
        time.sleep(0.05)
    return {"DOCKER_HOST": socket}


def found(kind: str, place: Path, *archive: str) -> list[str]:
    """What holds, a line each."""
    environ = start_podman(*archive) if archive else {}
    wish = Wish("docker" if archive else kind, image=IMAGE, limits=LIMITS)
    box = choose(wish, place, environ, in_container=False).sandbox
    assert box

    def run(code: str) -> Outcome:
        return box.run(Command((box.python, "-c", code)))

    def says(code: str) -> str:
        output = run(code).output
        return (output.head + output.tail).decode().strip()

    def meets(code: str) -> str:
        return " ".join(sorted(limit.value for limit in run(code).met))

    lines = [says(code) for code in (WHO, RIGHTS, NAMESPACES, FILE)]
    lines += [meets(LOOP), meets(BOMB)]
    server = box.start(Command((box.python, "-c", SERVE)))
    while not server.read().total:
        time.sleep(0.01)
    lines += [says(ASK), meets(HOG)]
    box.close()
    return [*lines, str(os.listdir(place))]


if __name__ == "__main__":
    sys.stdout.write("\n".join(found(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])))
