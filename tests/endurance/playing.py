"""The whole program in this process: real command line, settings, client, journal and files.

Only time is not real where it would be waited for: retries sleep on a clock of their own,
and a server that says nothing is given up soon.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autogpt import cli
from autogpt.build import reach
from autogpt.models.endpoint import Patience
from autogpt.models.retrying import Retrying
from tests.endurance.diligent import PROFILE
from tests.endurance.storm import Waiting

KEY = "sk-endurance-0123456789abcdefABCDEF01"


@dataclass(frozen=True)
class Ended:
    """How a start of the program ended."""

    code: int
    out: str
    err: str


def play(folder: Path, *options: str, **environment: str) -> Ended:
    """Start the program in a folder, with nobody there, and wait for its end."""
    if not (folder / "ai_settings.yaml").exists():
        (folder / "ai_settings.yaml").write_text(PROFILE)
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with _in(folder, environment), redirect_stdout(out), redirect_stderr(err):
        sys.argv[:] = ["autogpt", *options]
        sys.stdin = io.StringIO()
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Ended(code, out.getvalue(), err.getvalue())


@contextmanager
def impatient(waiting: Waiting, chance: Any = None) -> Iterator[None]:
    """Retries that wait on that clock, and silence that is given up after a moment."""
    given = {} if chance is None else {"chance": chance}
    ours = {
        "Retrying": partial(Retrying, clock=waiting.time, sleep=waiting.sleep, **given),
        "_patience": lambda timeout: Patience(connect=5.0, idle=0.25, call=30.0),
    }
    before = {name: getattr(reach, name) for name in ours}
    try:
        for name, value in ours.items():
            setattr(reach, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(reach, name, value)


@contextmanager
def _in(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    before = os.getcwd(), dict(os.environ), sys.argv[:], sys.stdin
    os.chdir(folder)
    os.environ["OPENAI_API_KEY"] = KEY
    os.environ["SMART_LLM_MODEL"] = "test-model"
    os.environ.update(environment)
    try:
        yield
    finally:
        os.chdir(before[0])
        os.environ.clear()
        os.environ.update(before[1])
        sys.argv[:], sys.stdin = before[2], before[3]
