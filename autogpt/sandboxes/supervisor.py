"""Stands between the agent and a command that runs on the machine itself.

Started as a process of its own. It limits the command, sees it end, and then ends all that
descends from it: on Linux also what made itself a session of its own and lost its parents,
for that falls to this process. If the agent dies, the pipe from it closes, and all ends.

It shields from nothing: a command with the same rights can kill it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from typing import Any

from autogpt.sandboxes import tree

PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CANNOT_START = 127


def main() -> None:
    """Arguments: the lifeline's descriptor, limits (`name=number` with commas), then the command."""
    lifeline, limits, *argv = sys.argv[1:]
    os.set_inheritable(int(lifeline), False)
    libc = _libc()
    if libc:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    woken, waking = os.pipe()
    for end in (woken, waking):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    # Ctrl-C is the agent's business; politeness is for the command.
    for unheard in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(unheard, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        _become(argv, limits, libc)
    os.close(0)
    code = _watch(child, int(lifeline), woken)
    tree.end(os.getpid(), itself=False)
    os._exit(code)


def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _watch(child: int, lifeline: int, woken: int) -> int:
    """Wait for the child's end, or the agent's; the exit code to pass on."""
    while True:
        ready, _, _ = select.select([lifeline, woken], [], [])
        if lifeline in ready:
            tree.end(os.getpid(), itself=False)
            return 128 + signal.SIGKILL
        with contextlib.suppress(BlockingIOError):
            os.read(woken, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return CANNOT_START
            if pid == 0:
                break
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


def _become(argv: list[str], limits: str, libc: Any) -> None:
    """In the child: be limited, then be the command."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        limit(limits)
        if libc:
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        os.execvp(argv[0], argv)
    except OSError as error:
        os.write(2, f"{argv[0]}: {os.strerror(error.errno or 0)}\n".encode())
    finally:
        os._exit(CANNOT_START)


def limit(limits: str) -> None:
    """Set what the system lets this process use: `CPU=300,FSIZE=1024`; never more than it has."""
    import resource

    for part in filter(None, limits.split(",")):
        name, _, number = part.partition("=")
        kind = getattr(resource, f"RLIMIT_{name}")
        soft, hard = int(number), int(number) + (name == "CPU")
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        # macOS refuses some of them; the others hold.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (soft, hard))
