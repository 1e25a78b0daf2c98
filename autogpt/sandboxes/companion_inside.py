"""Stands between the agent and a program that serves it, inside the wall if there is one.

Started as a process of its own. Over one socket, the lifeline, it hands the agent what only
it can make: a socket that listens where the program is, and connections to the program. When
the lifeline closes, because the agent closed it or died, all that descends from this process
is killed and its folder removed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import sys
import time

from autogpt.sandboxes import tree

PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
HERE = "127.0.0.1"
_ORDER = 65_536


def main() -> None:
    """Arguments: the lifeline's descriptor, the folder to remove at the end ("" for none)."""
    lifeline = socket.socket(fileno=int(sys.argv[1]))
    folder = sys.argv[2]
    lifeline.set_inheritable(False)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    woken, waking = os.pipe()
    for end in (woken, waking):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    for unheard in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(unheard, signal.SIG_IGN)
    try:
        port = _introduced(lifeline)
        order = _order(lifeline)
        if order:
            child = _started(json.loads(order), folder)
            lifeline.sendall(b"s")
            _serve(lifeline, woken, child, port)
    finally:
        _end(folder)
        os._exit(0)


def _introduced(lifeline: socket.socket) -> int:
    """Hand over the socket that listens; the port that is free for the program."""
    with socket.create_server((HERE, 0), backlog=256) as listener:
        with socket.create_server((HERE, 0)) as reserved:
            port: int = reserved.getsockname()[1]
        hello = {"port": listener.getsockname()[1], "own_port": port, "can_isolate": _can_isolate()}
        socket.send_fds(lifeline, [json.dumps(hello).encode()], [listener.fileno()])
    return port


def _order(lifeline: socket.socket) -> bytes:
    """The program and its arguments, a line; empty where the agent went away instead."""
    order = b""
    while not order.endswith(b"\n"):
        piece = lifeline.recv(_ORDER)
        if not piece:
            return b""
        order += piece
    return order


def _can_isolate() -> bool:
    """Whether a program may make user namespaces, of which browsers make their own sandbox."""
    if not sys.platform.startswith("linux"):
        return True
    child = os.fork()
    if child == 0:
        os._exit(0 if os.getuid() != 0 and ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def _started(argv: list[str], folder: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        if folder:
            os.chdir(folder)
        os.execv(argv[0], argv)
    finally:
        os._exit(127)


def _serve(lifeline: socket.socket, woken: int, child: int, port: int) -> None:
    """Connect whenever the agent asks for it, until it or the program has gone."""
    watched: list[socket.socket | int] = [lifeline, woken]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
            if _has_ended(child):
                return
        if lifeline in ready:
            asked = lifeline.recv(1)
            if not asked:
                return
            try:
                with socket.create_connection((HERE, port), timeout=5) as connection:
                    if connection.getsockname() == connection.getpeername():
                        raise ConnectionRefusedError  # it met itself, for nobody listens there yet
                    connection.settimeout(None)
                    socket.send_fds(lifeline, [b"y"], [connection.fileno()])
            except OSError:
                lifeline.sendall(b"n")


def _has_ended(child: int) -> bool:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False
        if pid == child:
            return True


def _end(folder: str) -> None:
    tree.end(os.getpid(), itself=False)
    deadline = time.monotonic() + 5
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
