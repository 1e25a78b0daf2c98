"""Python packages that programs asked for, kept from run to run.

Only the program's own installer writes here, in a command that has nothing of the run's `/tmp`
and can't write to the workspace; it runs no code of what it installs. The programs of the model
see the folder read-only, so none can put anything into it for the next run. The machine itself
takes nothing from it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from autogpt.sandboxes.scratch import remove

SEEN_AT = "/packages"
"""Where it is in a sandbox."""
KEPT_FOR = 30 * 86_400
"""Seconds."""


def folder(environ: Mapping[str, str], kind: str) -> Path | None:
    """The person's folder for one kind of sandbox, made and tidied up; None where there can be none."""
    cache = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME", ""), ".cache")
    if os.name == "nt" or not os.path.isabs(cache):
        return None
    place = Path(cache, "autogpt", "packages", kind)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for kept in place.iterdir():
            if kept.stat(follow_symlinks=False).st_mtime < time.time() - KEPT_FOR:
                remove(kept)
    except OSError:
        return None
    return place
