"""A sandbox's private folder: its `/tmp`, long outputs, small files of its own.

It is removed at the end; one that a killed agent left is removed by the next.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from autogpt.sandboxes import tree

PREFIX = "autogpt-sandbox-"


class Scratch:
    """A new folder that only its owner can look into."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
        self.temporary = self.folder / "tmp"
        self._output = self.folder / "output"
        for folder in (self.temporary, self._output):
            folder.mkdir(mode=0o700)
        self._outputs = 0

    def output(self, name: str) -> Path:
        """Where the whole output of a process goes."""
        return self._output / f"{name}.txt"

    def close(self) -> None:
        """Remove it all."""
        remove(self.folder)


def sweep(folder: Path) -> None:
    """Remove what agents of the same person that no longer run left in a folder."""
    if os.name == "nt":
        return  # to look whether a process is there isn't harmless on Windows
    for entry in list(os.scandir(folder)):
        named = re.fullmatch(rf"{PREFIX}(\d{{1,10}})-\w+", entry.name)
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if named and stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid() and not tree.is_running(int(named[1])):
            remove(Path(entry.path))


def remove(folder: Path) -> None:
    """Remove a tree however deep, whatever modes its folders were given; symlinks are not followed."""
    if os.name == "nt":
        shutil.rmtree(folder, ignore_errors=True)
        return
    if _told("rm", "-rf", "--", str(folder)):
        _told("chmod", "-R", "u+rwX", "--", str(folder))
        _told("rm", "-rf", "--", str(folder))


def _told(*words: str) -> int:
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
