"""Runs the agent as a person would, against the scripted server, and says what came of it.

For Linux and macOS: the peak of a process's memory is asked of the system when it ends.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CHECKOUT = Path(__file__).parent.parent

PROFILE = """\
ai_name: SurveyGPT
ai_role: an assistant that surveys places and writes short entries about them
ai_goals:
- Write an entry for each subject, in folders of twenty entries
- Check every entry after it was written
- Collect the findings in a report
api_budget: 0.0
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the server. Times in seconds of the monotonic clock."""

    arrived: float
    sent: float
    is_step: bool
    messages: tuple[tuple[str, str], ...]
    reply: str


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the agent cost. `started` is when its process was started."""

    calls: tuple[Call, ...]
    started: float
    wall: float
    peak_megabytes: float
    exit_code: int


class RunFailed(Exception):
    """The agent did not do the steps it was asked for; the text ends with what it said."""


def command(*options: str) -> list[str]:
    """The command line of the agent."""
    return [sys.executable, "-m", "autogpt", *options]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Nothing of the person's but where programs and token encodings are."""
    kept = {
        name: os.environ[name] for name in ("PATH", "TIKTOKEN_CACHE_DIR", "SYSTEMROOT") if name in os.environ
    }
    ours = {
        "HOME": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "LANG": "C.UTF-8",
        # The person's own engine is left alone.
        "DOCKER_HOST": f"unix://{home}/no-engine.sock",
    }
    return kept | ours | settings


@contextmanager
def server(record: Path) -> Iterator[int]:
    """The scripted server, in a process of its own; gives its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(record)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def run(steps: int, **settings: str) -> Run:
    """Let the agent take so many steps in a folder of its own. Raises RunFailed."""
    with TemporaryDirectory(prefix="autogpt-benchmark-") as folder:
        home, record, output = (Path(folder) / name for name in ("home", "requests.jsonl", "output.txt"))
        home.mkdir()
        (home / "survey.yaml").write_text(PROFILE, encoding="utf-8")
        with server(record) as port, output.open("w") as said:
            process_environment = environment(
                home,
                OPENAI_API_KEY="benchmark",
                OPENAI_API_BASE_URL=f"http://127.0.0.1:{port}/v1",
                SMART_LLM_MODEL="scripted-smart",
                FAST_LLM_MODEL="scripted-fast",
                **settings,
            )
            options = ("--ai-settings", "survey.yaml", "--continuous", "--continuous-limit", str(steps))
            started = time.monotonic()
            process = subprocess.Popen(
                command(*options),
                cwd=home,
                env=process_environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        calls = tuple(read_record(record))
        done = sum(call.is_step for call in calls)
        if done != steps:
            tail = output.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RunFailed(f"{done} of {steps} steps, exit code {process.returncode}:\n{tail}")
        kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
        return Run(calls, started, wall, kilobytes / 1024, process.returncode)


def read_record(path: Path) -> Iterator[Call]:
    """The requests that the server wrote down."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            call: dict[str, Any] = json.loads(line)
            call["messages"] = tuple((message["role"], message["content"]) for message in call["messages"])
            yield Call(**call)
