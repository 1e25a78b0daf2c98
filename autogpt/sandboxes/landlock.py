"""Landlock: which files a program may open, whatever path it takes to them.

Since Linux 5.13 a thread can give up rights for good, for itself and every program that it starts (landlock(7)).
What counts is the folder that is opened, not how it is written: a link, or a folder that somebody swaps for a
link at the right moment, leads nowhere else. It shields from nothing but that: names of files can still be
seen, and sockets and processes are reached as before.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The system calls, numbered alike on all machines."""
_VERSION, _BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
_LEAST_VERSION = 2
"""The first, of Linux 5.13, forbids all renaming from folder to folder; the second came with 5.19."""

_EXECUTE, _READ_FILE, _READ_FOLDER = 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_FILES = _EXECUTE | _READ_FILE | 1 << 1 | 1 << 14 | 1 << 15
"""Running, reading, writing, truncating and ioctl: what can be done with a file itself."""
_BITS = {2: 14, 3: 15, 4: 15}
"""How many kinds of access a version knows; from the fifth on, sixteen."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be read, and what may be read and written: folders with all that is in them, or files."""

    readable: Sequence[Path]
    writable: Sequence[Path]


@cache
def version() -> int:
    """The kernel's version of Landlock, 0 where there is none that is of use."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        found = int(_call(_CREATE, None, 0, _VERSION))
    except OSError:
        return 0
    return found if found >= _LEAST_VERSION else 0


def held(reach: Reach, work: Callable[[], T]) -> T:
    """What `work` gives, in a thread that reaches no other files. Raises what it raises, and OSError."""
    came: list[T] = []
    failed: list[BaseException] = []

    def live() -> None:
        try:
            _restrict(reach)
            came.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=live, name="held to its files")
    thread.start()
    try:
        thread.join()
    except BaseException:  # Ctrl-C: what was begun is done before anybody tidies up
        thread.join()
        raise
    if failed:
        raise failed[0]
    return came[0]


def _restrict(reach: Reach) -> None:
    """Hold this thread to what it may reach."""
    everything = (1 << _BITS.get(version(), 16)) - 1
    ruleset = _call(_CREATE, struct.pack("=Q", everything), 8, 0)
    try:
        for paths, access in ((reach.readable, _READ), (reach.writable, everything)):
            for path in paths:
                _add(ruleset, path, access & everything)
        _libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _add(ruleset: int, path: Path, access: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            access &= _OF_FILES
        _call(_ADD, ruleset, _BENEATH, struct.pack("=Qi", access, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: Any) -> int:
    import ctypes

    said = int(_libc().syscall(number, *arguments))
    if said < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return said


@cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None, use_errno=True)
