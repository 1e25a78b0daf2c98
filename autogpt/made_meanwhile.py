"""Files that come into the folder where the program starts while an agent works there.

What is there is read-only to programs in a sandbox; what isn't they can make, where that folder is the
workspace (`-w .`). So the files of settings that came are told at the end, and the next start asks
before it reads them; what Python would run in the program's place can only be told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autogpt.governing import TAKEN_FOR_CODE
from autogpt.settings.texts import resolved, visible
from autogpt.stage import ENV_FILE, Stage


@contextmanager
def watched(here: Stage, workspace: Path) -> Iterator[None]:
    """Watch the folder until the end of the block. A process that is killed in it leaves the names in question."""
    read = _absent(workspace, (ENV_FILE, here.settings.run.ai_settings_file))
    run = _absent(workspace, TAKEN_FOR_CODE)
    here.record.doubt(read)
    try:
        yield
    finally:
        came = [path for path in read if os.path.lexists(path)]
        here.record.doubt(came)
        here.record.trust_absent()
        code = [path for path in run if os.path.lexists(path)]
        if came:
            here.warn(f"Made here during the run: {_listed(came)}. The next start asks before it is used.")
        if code:
            here.warn(
                f"Made here during the run: {_listed(code)}. Started as a module in this folder, Python would run that in "
                "place of Auto-GPT: take it away."
            )


def _absent(workspace: Path, paths: Iterable[Path]) -> list[Path]:
    return [
        path
        for path in paths
        if resolved(path).is_relative_to(resolved(workspace)) and not os.path.lexists(path)
    ]


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(visible(str(path)) for path in paths)
