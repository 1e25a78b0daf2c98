"""Which runs began on this account, where, and in which workspace: what a journal says of itself proves nothing.

Each run has a file of its own in the person's configuration folder, so several processes never wait for
one another, and damage to one file is damage to one run. Only the newest are kept. What it does not promise:
a run whose file can't be written, or is gone, is not known, and is not taken up while nobody is there to ask.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

MOST = 2000
"""Runs that are kept in mind."""

_FOLDER = "runs"
_LONGEST = 100_000  # bytes of two paths


def remember_run(configuration: Path | None, run_id: str, workspace: Path, records: Path) -> bool:
    """Note that a run began in a workspace, its journal being in `records`; False where that can't be noted."""
    if configuration is None:
        return False
    folder = configuration / _FOLDER
    try:
        configuration.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(folder):
            return False
        where = _where(str(workspace), records)
        _put(folder, _name(run_id, where), where)
    except OSError:
        return False
    with suppress(OSError):
        _forget_oldest(folder)
    return True


def is_known_run(configuration: Path | None, run_id: str, workspace: str, records: Path) -> bool:
    """Whether the run of that id began in that workspace, as this account noted it; a copied journal's didn't."""
    if configuration is None:
        return False
    folder, where = configuration / _FOLDER, _where(workspace, records)
    try:
        if not _is_private(folder):
            return False
        return _noted(folder / _name(run_id, where)) == _encoded(where)
    except OSError:
        return False


def _noted(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(_LONGEST)


def moved_to(configuration: Path | None, run_id: str, before: str, records: Path) -> str | None:
    """The workspace that the person last named for a run whose own, `before`, is gone; None where they named none."""
    if configuration is None:
        return None
    folder = configuration / _FOLDER
    named: list[tuple[int, str]] = []
    with suppress(OSError):
        if not _is_private(folder):
            return None
        for name in os.listdir(folder):
            if not name.startswith(f"{run_id}-"):
                continue
            with suppress(OSError, ValueError):
                workspace = _noted(folder / name).decode("utf-8", "surrogatepass").rpartition("\n")[0]
                if workspace != before and is_known_run(configuration, run_id, workspace, records):
                    named.append((os.lstat(folder / name).st_mtime_ns, workspace))
    return max(named)[1] if named else None


def _where(workspace: str, records: Path) -> str:
    return f"{workspace}\n{os.path.realpath(records)}"


def _name(run_id: str, where: str) -> str:
    return f"{run_id}-{sha256(_encoded(where)).hexdigest()[:16]}"


def _encoded(where: str) -> bytes:
    return where.encode("utf-8", "surrogatepass")


def _put(folder: Path, name: str, where: str) -> None:
    """The file is there with all that it holds, or not at all."""
    unfinished = folder / f".{secrets.token_hex(6)}"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(_encoded(where))
        os.replace(unfinished, folder / name)
    finally:
        unfinished.unlink(missing_ok=True)


def _forget_oldest(folder: Path) -> None:
    # Their names begin with the time. One that begins with a dot may be being written.
    names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    for name in names[:-MOST]:
        (folder / name).unlink(missing_ok=True)


def _is_private(folder: Path) -> bool:
    """A folder of ours that nobody else can write in."""
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        return False
    return sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & 0o022)
