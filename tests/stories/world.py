"""A place to run the whole program in: a folder, an environment, a provider, and someone who watches.

The program is a process of its own, started as a person or a script starts it. `Place.run` is a
script: pipes and an exit code. `Place.sit_down` is a person: a real pseudo-terminal, read through
a terminal emulator, so that what a test sees is what stands on the screen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.loopback.openai_server import Answer, OpenAIServer, Request

ROOT = Path(__file__).parents[2]
KEY = "sk-story-0123456789abcdefABCDEF0123"
"""Looks real enough to be searched for where it must not be."""

PROFILE = """\
Name: TeaGPT
Description: an agent that writes short, exact notes about tea
Goals:
- Write a note on green tea to green.md
- Write a note on black tea to black.md
"""

SAVED = """\
ai_name: TeaGPT
ai_role: an agent that writes short, exact notes about tea
ai_goals:
- Write a note on green tea to green.md
- Write a note on black tea to black.md
api_budget: 0.0
"""


def step(command: str, thought: str = "I take the next step.", **args: Any) -> str:
    """A model's reply that calls a command."""
    thoughts = {
        "text": thought,
        "reasoning": "The goals ask for it.",
        "plan": "- write\n- check\n- finish",
        "criticism": "I should keep it short.",
        "speak": "On with it.",
    }
    return json.dumps({"thoughts": thoughts, "command": {"name": command, "args": args}})


def write(name: str, text: str = "Leaves.\n") -> str:
    """A reply that writes a file."""
    return step("write_to_file", f"I write {name}.", filename=name, text=text)


DONE = step("task_complete", "It is done.", reason="Both notes are written.")


class Model:
    """Answers for a provider: the profile, the steps in their order, the verdicts on itself.

    A model that has no steps left completes the task.
    """

    def __init__(
        self,
        *steps: Answer,
        profile: Answer = PROFILE,
        reviews: Sequence[Answer] = (),
        summary: Answer = "Nothing of note.",
    ) -> None:
        self._steps = list(steps)
        self._profile = profile
        self._reviews = list(reviews)
        self._summary = summary
        self._lock = threading.Lock()
        self._asked = threading.Semaphore(0)
        self.prompts: list[str] = []
        """The prompts of the steps."""

    def wait_asked(self) -> None:
        """Wait for the next request for a step; each is waited for once."""
        assert self._asked.acquire(timeout=60), "the model was not asked"

    def __call__(self, request: Request) -> Answer:
        with self._lock:
            text = request.prompt
            if "You prepare the work of an autonomous agent" in text:
                return self._profile
            if "Determine which next command" in text:
                self.prompts.append(text)
                self._asked.release()
                return self._steps.pop(0) if self._steps else DONE
            if self._reviews:
                return self._reviews.pop(0)
            return self._summary


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err

    def events(self) -> list[dict[str, Any]]:
        """The lines of `--output json`."""
        return [json.loads(line) for line in self.out.splitlines()]

    def kinds(self) -> list[str]:
        """The names of its events."""
        return [str(event["event"]) for event in self.events()]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to start the program in, and the environment that it gets."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """Where the agent's files are."""
        return self.folder / "auto_gpt_workspace"

    def env(self, **more: str) -> dict[str, str]:
        """The whole environment of the program; nothing of the person's who runs the tests."""
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        ours = {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "AUTOGPT_STARTED_AS": "autogpt",
            "PYTHONPATH": str(ROOT),
            # The person's own engine is left alone; tests of programs name another.
            "DOCKER_HOST": f"unix://{home}/no-engine.sock",
        }
        return kept | ours | dict(self.environ) | more

    def run(self, *options: str, stdin: str | None = None, module: str = "autogpt", **environ: str) -> Ended:
        """Start the program without a terminal and wait for its end."""
        done = subprocess.run(
            command(*options, module=module),
            cwd=self.folder,
            env=self.env(**environ),
            input=(stdin or "").encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ended(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    def start(self, *options: str, **environ: str) -> subprocess.Popen[bytes]:
        """The same without waiting."""
        return subprocess.Popen(
            command(*options),
            cwd=self.folder,
            env=self.env(**environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def journals(self) -> list[Path]:
        """The journals of all runs here, the oldest first."""
        return sorted(self.folder.glob(".autogpt/runs/*/journal.jsonl"))

    def recorded(self) -> list[dict[str, Any]]:
        """The lines of the last run's journal."""
        return [json.loads(line) for line in self.journals()[-1].read_text().splitlines()]

    def kinds(self) -> list[str]:
        """The names of the last run's events."""
        return [str(event["event"]) for event in self.recorded()]

    def leaks(self, secret: str) -> list[Path]:
        """The files here, `.env` apart, that hold a text that must be in none."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.name != ".env")
        return [path for path in files if secret.encode() in path.read_bytes()]


def command(*options: str, module: str = "autogpt") -> list[str]:
    """How the program is started."""
    return [sys.executable, "-m", module, *options]


def provider(server: OpenAIServer, **more: str) -> dict[str, str]:
    """The environment that leads to a server."""
    return {"OPENAI_API_BASE_URL": server.url, "OPENAI_API_KEY": KEY} | more
