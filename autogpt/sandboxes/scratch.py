"""A sandbox's private folder: its `/tmp`, long outputs, small files of its own.

It is removed at the end; one that a killed agent left is removed by the next, together with the
placeholders that are noted in it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autogpt.sandboxes import tree
from autogpt.sandboxes.protected import take_away

PREFIX = "autogpt-sandbox-"
PLACEHOLDERS = "placeholders.json"
MASK = "mask"
"""An empty file, to be seen in place of what commands are not to reach."""


class Scratch:
    """A new folder that only its owner can look into.

    `after_a_kill` says that an agent which was killed had left one, so there may be more of it.
    """

    def __init__(self) -> None:
        self.after_a_kill = sweep(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")).resolve()
        self.temporary = self.folder / "tmp"
        self._output = self.folder / "output"
        for folder in (self.temporary, self._output):
            folder.mkdir(mode=0o700)
        (self.folder / MASK).touch(mode=0o400)
        self._outputs = 0

    def output(self, name: str) -> Path:
        """Where the whole output of a process goes."""
        return self._output / f"{name}.txt"

    def note_placeholders(self, paths: Sequence[Path]) -> None:
        """Write down what has to go with this folder."""
        (self.folder / PLACEHOLDERS).write_text(json.dumps([str(path) for path in paths]), encoding="utf-8")

    def close(self) -> None:
        """Remove it all."""
        remove(self.folder)


def sweep(folder: Path) -> bool:
    """Remove what agents of the same person that no longer run left in a folder; whether there was any."""
    found = False
    if os.name == "nt":
        return found  # to look whether a process is there isn't harmless on Windows
    for entry in list(os.scandir(folder)):
        named = re.fullmatch(rf"{PREFIX}(\d{{1,10}})-\w+", entry.name)
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if (
            named
            and stat.S_ISDIR(info.st_mode)
            and info.st_uid == os.getuid()
            and not tree.is_running(int(named[1]))
        ):
            found = True
            take_away(_placeholders(Path(entry.path)))
            remove(Path(entry.path))
    return found


def _placeholders(folder: Path) -> list[Path]:
    try:
        return [Path(path) for path in json.loads((folder / PLACEHOLDERS).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def remove(folder: Path) -> None:
    """Remove a tree however deep, whatever modes its folders were given; symlinks are not followed."""
    if os.name == "nt" or shutil.which("rm") is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    if _told("rm", "-rf", "--", str(folder)):
        _told("chmod", "-R", "u+rwX", "--", str(folder))
        _told("rm", "-rf", "--", str(folder))


def _told(*words: str) -> int:
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
