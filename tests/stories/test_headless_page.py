"""The examples of docs/headless.md run, as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autogpt.core.effects import StopReason
from autogpt.play import BROKEN_OFF
from tests.loopback.openai_server import SERVER_ERROR, OpenAIServer
from tests.stories.world import KEY, ROOT, Ended, Model, Place, provider, step, write

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt", reason="the examples are for POSIX shells"),
]

PAGE = (ROOT / "docs" / "headless.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    """The block of code that follows `<!-- run: name -->`."""
    found = re.search(rf"<!-- run: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def installed(place: Place) -> Place:
    """With an `autogpt` on the PATH of whoever's home this is."""
    program = place.folder.parent / "home" / ".local" / "bin" / "autogpt"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m autogpt "$@"\n')
    program.chmod(0o755)
    return place


def run(place: Place, *program: str, **environ: str) -> Ended:
    env = place.env(**environ)
    env["PATH"] = (
        f"{env['HOME']}/.local/bin{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    )
    done = subprocess.run(program, cwd=place.folder, env=env, capture_output=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


DIGEST = step("write_to_file", filename="digest.md", text="All is new.\n")


def cron(place: Place, model: Model, **environ: str) -> Ended:
    """The job, with its key in `.env`, started from elsewhere as cron does."""
    script = place.folder / "run"
    script.write_text(example("cron"))
    script.chmod(0o755)
    with OpenAIServer(model, key=KEY) as server:
        settings = provider(server)
        (place.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        env = place.env(PAUSE="0", **environ)
        done = subprocess.run([str(script)], cwd="/", env=env, capture_output=True, timeout=120, check=False)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


class TestCron:
    def test_a_good_night_prints_nothing(self, installed: Place) -> None:
        assert cron(installed, Model(DIGEST)) == Ended(0, "", "")
        assert (installed.workspace / "digest.md").read_text() == "All is new.\n"
        assert "RESULT: write_to_file" in (installed.folder / "digest.log").read_text()

    def test_a_provider_that_fails_for_a_while_is_waited_for(self, installed: Place) -> None:
        model = Model(DIGEST, SERVER_ERROR, SERVER_ERROR)
        assert cron(installed, model, LLM_PATIENCE="0") == Ended(0, "", "")
        assert len(installed.journals()) == 1
        assert installed.kinds().count("Resumed") == 2

    def test_a_bad_night_is_reported(self, installed: Place) -> None:
        ended = cron(installed, Model(*[SERVER_ERROR] * 20), LLM_PATIENCE="0")
        assert (ended.code, ended.err) == (6, "")
        assert ended.out.startswith("The digest ended with exit code 6:\n")
        assert "server error (500)" in ended.out

    def test_what_cannot_be_mended_by_going_on_is_not_tried_again(self, installed: Place) -> None:
        model = Model(*[step("delete_file", filename=f"{number}.md") for number in range(20)])
        ended = cron(installed, model)
        assert ended.code == 3
        assert len(installed.journals()) == 1
        assert "Resumed" not in installed.kinds()


class TestCi:
    @staticmethod
    def script() -> str:
        steps = yaml.safe_load(example("ci"))["jobs"]["notes"]["steps"]
        return str(next(each["run"] for each in steps if "name" in each))

    def ci(self, place: Place, model: Model) -> Ended:
        commit = (
            "git init -q && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m 'Tea is hot'"
        )
        assert run(place, "bash", "-c", commit).code == 0
        with OpenAIServer(model) as server:
            return run(place, "bash", "-eo", "pipefail", "-c", self.script(), **provider(server))

    def test_the_notes_are_written_and_the_events_kept(self, installed: Place) -> None:
        model = Model(
            step("read_file", filename="changes.txt"), step("write_to_file", filename="notes.md", text="Hot.")
        )
        ended = self.ci(installed, model)
        assert (ended.code, ended.out) == (0, "complete\n")
        assert "Tea is hot" in model.prompts[1]
        assert (installed.folder / "notes" / "notes.md").read_text() == "Hot."
        events = (installed.folder / "events.jsonl").read_text().splitlines()
        assert [json.loads(line)["event"] for line in events] == [
            *("Header", "Replied", "Ran", "Replied", "Begun", "Ran", "Replied", "Ran", "Stop")
        ]

    def test_nothing_else_is_allowed(self, installed: Place) -> None:
        steps = [write("other.md"), step("delete_file", filename="changes.txt")] * 10
        ended = self.ci(installed, Model(*steps))
        assert (ended.code, ended.out) == (3, "refused\n")
        assert [path.name for path in (installed.folder / "notes").iterdir()] == ["changes.txt"]


def test_the_reader_of_events(installed: Place) -> None:
    ended = run(installed, sys.executable, "-c", example("python"))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("write_to_file ran\nread_file ran\n")
    assert ended.out.endswith("task_complete ran\ncomplete, exit code 0\n")


@pytest.mark.parametrize("number", range(2))
def test_the_single_lines(installed: Place, number: int) -> None:
    line = re.findall(r"```sh\n(autogpt .*)\n```", PAGE)[number]
    installed.workspace.mkdir()
    (installed.workspace / "report.txt").write_text("It rained.")
    steps = (
        step("read_file", filename="report.txt"),
        step("write_to_file", filename="summary.txt", text="Rain."),
        write("more.md"),
    )
    with OpenAIServer(Model(*steps)) as server:
        assert run(installed, "sh", "-c", line, **provider(server)).code == 0
    made = {"summary.txt", "report.txt"} | ({"more.md"} if "--continuous" in line else set())
    assert {path.name for path in installed.workspace.iterdir()} == made


def test_every_reason_on_the_page_is_one_and_every_one_is_on_the_page() -> None:
    listed = re.search(r"The reasons are\s(.*?)\.\n", PAGE, re.DOTALL)
    assert listed is not None
    reasons = {reason.value for reason in StopReason} | set(BROKEN_OFF.values()) | {"error"}
    assert set(re.findall(r"`([^`]+)`", listed[1])) == reasons
