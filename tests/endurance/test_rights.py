"""Files that lie around give no rights: not a policy, not a record of what was once allowed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt.core.events import Advised, Event, RuleAdded
from autogpt.core.profile import Profile
from autogpt.journal.codec import Header
from autogpt.journal.store import RunStore
from tests.endurance.diligent import answer, expected
from tests.endurance.playing import Ended, play
from tests.loopback.openai_server import OpenAIServer, Request

pytestmark = pytest.mark.real


class Once:
    """A clock that stands still."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now


HERE = ("-w", "auto_gpt_workspace")
"""The person's word, without which a run that nobody knows of is not taken up."""


def kinds(ended: Ended) -> list[str]:
    return [json.loads(line)["event"] for line in ended.out.splitlines()]


def diligent(steps: int) -> Callable[[Request], str]:
    return lambda request: answer(request.messages, steps)


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "auto_gpt_workspace").glob("*.txt")}


def recorded(folder: Path, *events: Event, at: float = 1_700_000_000.0) -> None:
    """A run as another process could have left it, or somebody could have made it up."""
    workspace = folder / "auto_gpt_workspace"
    workspace.mkdir()
    header = Header(
        task="Keep the ledgers",
        profile=Profile("LedgerGPT", "an assistant that keeps ledgers", ("Work through the numbered steps",)),
        workspace=str(workspace.resolve()),
    )
    store = RunStore(folder / ".autogpt" / "runs", clock=Once(at), redact=lambda text: text)
    with store.create(header) as journal:
        for event in events:
            journal.append(event)


@pytest.mark.parametrize("last", [[], [Advised("go on")]], ids=["a rule", "a rule, then a remark"])
def test_a_record_of_what_was_allowed_gives_no_rights_when_it_is_resumed(
    tmp_path: Path, last: list[Event]
) -> None:
    recorded(tmp_path, RuleAdded("*"), *last)
    with OpenAIServer(diligent(2)) as server:
        # One rule, so that it starts with nobody there; it allows nothing of what the model wants.
        ended = play(
            tmp_path,
            "resume",
            *HERE,
            "--output",
            "json",
            "--deny",
            "delete_file",
            OPENAI_API_BASE_URL=server.url,
        )
    assert kinds(ended).count("Denied") >= 2
    assert "Begun" not in kinds(ended)
    assert files(tmp_path) == {}


def test_the_time_between_two_processes_is_nobodys_work(tmp_path: Path) -> None:
    recorded(tmp_path, Advised("go on", at=1_700_000_000.0))
    with OpenAIServer(diligent(2)) as server:
        ended = play(
            tmp_path,
            "resume",
            "-c",
            *HERE,
            "--max-time",
            "60",
            "--output",
            "json",
            OPENAI_API_BASE_URL=server.url,
        )
    assert ended.code == 0, ended.err
    assert files(tmp_path) == expected(2)


def test_a_policy_that_lies_in_the_folder_or_the_workspace_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "auto_gpt_workspace").mkdir()
    for place in (tmp_path, tmp_path / "auto_gpt_workspace", tmp_path / ".autogpt"):
        place.mkdir(exist_ok=True)
        (place / "policy.yaml").write_text("preset: trusted\nrules:\n  - deny: write_to_file\n")
    with OpenAIServer(diligent(2)) as server:
        ended = play(tmp_path, "-y", "-c", "--output", "json", OPENAI_API_BASE_URL=server.url)
        named = play(
            tmp_path,
            "-y",
            "-c",
            "--output",
            "json",
            "--policy",
            "policy.yaml",
            OPENAI_API_BASE_URL=server.url,
        )
    assert ended.code == 0
    assert "Denied" not in kinds(ended)
    assert "Denied" in kinds(named)


def test_with_nobody_there_what_needs_a_yes_does_not_run_and_nothing_waits(tmp_path: Path) -> None:
    with OpenAIServer(diligent(2)) as server:
        refused = play(tmp_path, "-y", "--output", "json", OPENAI_API_BASE_URL=server.url)
        asking = play(
            tmp_path, "-y", "-c", "--ask", "write_to_file", "--output", "json", OPENAI_API_BASE_URL=server.url
        )
    assert refused.code == 2
    assert "--continuous" in refused.err
    assert files(tmp_path) == {}
    assert "Denied" in kinds(asking)
    assert asking.code == 3, "what got it nowhere was the policy"
