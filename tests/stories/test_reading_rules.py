"""What rules on `read_file` keep back is shown by no other command: whole runs, with real files and git."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import subprocess
import typing
from pathlib import Path
from typing import Any

import pytest

from autogpt import commands
from autogpt.commands.command import mark_of
from tests.endurance.diligent import TRIGGER
from tests.endurance.playing import play
from tests.loopback.openai_server import Answer, OpenAIServer, Request
from tests.stories.world import DONE, step

pytestmark = pytest.mark.real

HIDDEN = "the-hidden-word"
OPEN = "the-open-word"
RUN = ("-y", "--continuous", "--output", "json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "auto_gpt_workspace"
    for name in ("private/a.py", "private/deep/b.txt", "open.py", "private.txt"):
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {HIDDEN if name.startswith('private/') else OPEN}\n")
    (place / "link.py").symlink_to("private/a.py")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *words], cwd=place, check=True)
    for name in ("private/a.py", "private/deep/b.txt", "open.py"):
        with (place / name).open("a") as changed:
            changed.write(f"# again {HIDDEN if name.startswith('private/') else OPEN}\n")
    return tmp_path


def told(folder: Path, action: str, *options: str) -> tuple[dict[str, Any], str]:
    """The event that came of one action, and all that the models were sent."""
    replies = [action]
    sent: list[str] = []

    def model(request: Request) -> Answer:
        sent.append(json.dumps(request.messages))
        if TRIGGER not in request.messages[-1]["content"]:
            return "```python\nx = 1\n```"
        return replies.pop(0) if replies else DONE

    with OpenAIServer(model) as server:
        ended = play(folder, *RUN, *options, OPENAI_API_BASE_URL=server.url, FAST_LLM_MODEL="test-model")
    assert ended.code == 0, ended.err
    events = [json.loads(line) for line in ended.out.splitlines()]
    mine = [event for event in events if event["event"] in ("Ran", "Denied")]
    return mine[0], "\n".join(sent)


READERS = {
    "read_file": step("read_file", filename="private/a.py"),
    "through a link": step("read_file", filename="link.py"),
    "analyze_code": step("analyze_code", code="private/a.py"),
    "analyze_code, another spelling": step("analyze_code", code="./private//deep/../a.py"),
    "analyze_code, through a link": step("analyze_code", code="link.py"),
    "improve_code": step("improve_code", code="private/a.py", suggestions=["shorter"]),
    "write_tests": step("write_tests", code="private/a.py"),
    "patch_file": step(
        "patch_file",
        filename="private/a.py",
        edits=[{"search": "# the-hidden-wird\n# again nothing", "replace": "x"}],
    ),
    "search in a file": step("search_files", query="word", directory="private/a.py"),
    "search in a folder": step("search_files", query="word", directory="private"),
    "search": step("search_files", query="word"),
    "git_diff": step("git_diff"),
    "git_diff of a file": step("git_diff", path="private/a.py"),
    "git_diff of a folder": step("git_diff", path="private"),
}


@pytest.mark.parametrize(
    "rule",
    [("--deny", "read_file(filename=private/*)"), ("--ask", "read_file(filename=private/*)")],
    ids=["deny", "ask"],
)
@pytest.mark.parametrize("name", READERS)
def test_no_command_shows_what_may_not_be_read(folder: Path, name: str, rule: tuple[str, str]) -> None:
    event, sent = told(folder, READERS[name], *rule)
    assert HIDDEN not in sent
    if name in ("search", "git_diff"):
        assert OPEN in sent
    said = event.get("result", "") + event.get("why", "")
    assert "read_file" in said


@pytest.mark.parametrize("name", READERS)
def test_without_the_rule_each_of_them_shows_it(folder: Path, name: str) -> None:
    _, sent = told(folder, READERS[name])
    assert HIDDEN in sent


def test_a_rule_that_means_the_command_itself_counts_once(folder: Path) -> None:
    policy = folder / "policy.yaml"
    policy.write_text("rules:\n  - allow: search_files\n  - allow: task_complete\n  - ask: '*'\n")
    event, sent = told(folder, READERS["search"], "--policy", str(policy))
    assert event["event"] == "Ran"
    assert HIDDEN in sent


def test_an_exception_before_the_rule_holds_too(folder: Path) -> None:
    policy = folder / "policy.yaml"
    policy.write_text(
        "preset: default\nrules:\n  - allow: read_file(filename=private/deep/*)\n  - ask: read_file(filename=private/*)\n"
    )
    event, _ = told(folder, READERS["search"], "--policy", str(policy))
    assert "private/deep/b.txt" in event["result"]
    assert "private/a.py" not in event["result"]
    assert "1 that rules on read_file keep back" in event["result"]


def test_names_are_shown(folder: Path) -> None:
    event, _ = told(folder, step("list_files"), "--deny", "read_file(filename=private/*)")
    assert "private/a.py" in event["result"]


def test_code_that_is_no_name_of_a_file_is_not_judged_as_one(folder: Path) -> None:
    event, _ = told(
        folder, step("analyze_code", code="def f(x):\n    return x\n"), "--deny", "read_file(filename=*)"
    )
    assert event["event"] == "Ran"


NAMES_ALONE = {"list_files", "git_status"}
"""Commands that only read and show no text of a file."""


def test_every_command_that_reads_files_says_which() -> None:
    silent = set()
    for module in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        for family in vars(importlib.import_module(module.name)).values():
            if not inspect.isclass(family):
                continue
            for function in vars(family).values():
                declared = getattr(function, "__command__", None)
                if declared is None or not declared.reads_only or declared.reads or declared.walks:
                    continue
                hints = typing.get_type_hints(function, include_extras=True)
                if any(map(mark_of, hints.values())):
                    silent.add(function.__name__)
    assert silent == NAMES_ALONE
