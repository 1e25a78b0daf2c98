"""Whole runs against a server that really refuses prompts that are too long."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from autogpt.terminal.person import UnattendedUser
from tests.endurance.diligent import TRIGGER, answer, expected
from tests.endurance.playing import Ended, play
from tests.loopback.openai_server import Answer, OpenAIServer, Reply, Request, error

pytestmark = pytest.mark.real

RUN = ("-y", "--continuous", "--output", "json")

Count = Callable[[str], int]


def quarter(text: str) -> int:
    return -(-len(text) // 4)


def dense(text: str) -> int:
    """A tokenizer that makes twice as much of everything."""
    return -(-len(text) // 2)


class Strict:
    """A server with a window: more than `window` tokens, prompt and reply together, are refused."""

    def __init__(
        self, window: int, reply: Callable[[Request], Answer], count: Count = quarter, *, tells: bool = True
    ) -> None:
        self.window, self.reply, self.count, self.tells = window, reply, count, tells
        self.accepted: list[Request] = []
        self.refused = 0

    def __call__(self, request: Request) -> Answer:
        prompt = self.count(request.prompt)
        wanted = request.body.get("max_tokens") or request.body.get("max_completion_tokens") or 0
        if prompt + wanted > self.window:
            self.refused += 1
            if not self.tells:
                return error(400, "Please reduce the length of the messages.", code="context_length_exceeded")
            return error(
                400,
                f"This model's maximum context length is {self.window} tokens. However, you requested "
                f"{prompt + wanted} tokens ({prompt} in the messages, {wanted} in the completion). "
                "Please reduce the length of the messages or completion.",
                code="context_length_exceeded",
                param="messages",
            )
        self.accepted.append(request)
        answered = self.reply(request)
        if isinstance(answered, str):
            usage = {"prompt_tokens": prompt, "completion_tokens": self.count(answered), "total_tokens": 0}
            return Reply(answered, usage=usage)
        return answered


def script(*replies: str) -> Callable[[Request], Answer]:
    """These replies, then the end; whatever is no request for a step gets a summary."""
    left = list(replies)

    def reply(request: Request) -> Answer:
        if TRIGGER not in request.messages[-1]["content"]:
            return "I did what stands in the list."
        return left.pop(0) if left else do("task_complete", reason="done")

    return reply


def do(command: str, thought: str = "On with it.", plan: str = "- reach the moon", **args: Any) -> str:
    thoughts = {"text": thought, "reasoning": "", "plan": plan, "criticism": "", "speak": ""}
    return json.dumps({"thoughts": thoughts, "command": {"name": command, "args": args}})


def workspace(folder: Path) -> Path:
    place = folder / "auto_gpt_workspace"
    place.mkdir()
    return place


def no_prompt_too_long(server: Strict, ended: Ended, refusals: int = 0) -> None:
    assert ended.code == 0, ended.err[-1500:]
    assert server.refused <= refusals
    assert all(TRIGGER in request.messages[-1]["content"][-200:] or "summary" in request.prompt.lower()
               for request in server.accepted)  # fmt: skip


@pytest.mark.parametrize("window", [2000, 2500, 4000, 16_000])
@pytest.mark.parametrize("count", [quarter, dense])
def test_results_of_5_mb_and_replies_of_100_kb_fit_every_window(
    tmp_path: Path, window: int, count: Count
) -> None:
    place = workspace(tmp_path)
    (place / "huge.txt").write_text("All work and no play makes a long line of text.\n" * 104_000)
    (place / "one-line.txt").write_text("x" * 5_000_000)
    (place / "chinese.txt").write_text("这是一个很长的句子。" * 150_000)
    server = Strict(
        # What the dense one counts, nobody could know before its first answer.
        window * 2 if count is dense else window,
        script(
            do("read_file", filename="huge.txt"),
            do("read_file", filename="one-line.txt"),
            do("read_file", filename="chinese.txt"),
            "I would rather tell a story. " * 3500,
            do("write_to_file", filename="long.txt", text="y" * 100_000, thought="z" * 20_000),
            do("write_to_file", filename="长.txt", text="长" * 30_000, plan="- 计划\n" * 5_000),
            *[
                do("read_file", filename="huge.txt", start_line=n, end_line=n + 400)
                for n in range(1, 9000, 600)
            ],
        ),
        count,
    )
    with OpenAIServer(server) as served:
        ended = play(
            tmp_path, *RUN, OPENAI_API_BASE_URL=served.url,
            SMART_TOKEN_LIMIT=str(server.window), FAST_TOKEN_LIMIT=str(server.window),
        )  # fmt: skip
    no_prompt_too_long(server, ended, refusals=6 if count is dense else 0)
    steps = [line for line in ended.out.splitlines() if json.loads(line)["event"] == "Ran"]
    assert len(steps) >= 19
    # Those replies were far longer than was asked for: they are cut off, and never act.
    assert not (place / "long.txt").exists()


@pytest.mark.parametrize("real", [2500, 3100, 6000])
@pytest.mark.parametrize("tells", [True, False])
def test_a_provider_with_a_smaller_window_than_configured_is_believed(
    tmp_path: Path, real: int, tells: bool
) -> None:
    """Sixty steps of the diligent model: it only finishes if its list of what was done is never lost."""
    server = Strict(real, lambda request: answer(request.messages, 60), tells=tells)
    with OpenAIServer(server) as served:
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=served.url, SMART_TOKEN_LIMIT="16000")
    no_prompt_too_long(server, ended, refusals=4 if tells else 20)
    files = {path.name: path.read_text() for path in (tmp_path / "auto_gpt_workspace").iterdir()}
    assert files == expected(60)


def test_goals_plan_deeds_and_words_are_in_every_prompt_after_many_compactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Talkative(UnattendedUser):
        """A person who says little, then pastes 300 kB, then says a word again."""

        words: Sequence[str | None] = (
            None,
            "never touch budget.xls",
            "paste " * 50_000,
            None,
            "write in French",
        )

        def __init__(self) -> None:
            self.left = list(self.words)

        def said(self) -> str | None:
            return self.left.pop(0) if self.left else None

    monkeypatch.setattr("autogpt.play.UnattendedUser", Talkative)
    place = workspace(tmp_path)
    (place / "notes.txt").write_text("note after note\n" * 500)
    server = Strict(
        3000, script(*[do("read_file", filename="notes.txt", start_line=n) for n in range(1, 90)])
    )
    with OpenAIServer(server) as served:
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=served.url, SMART_TOKEN_LIMIT="3000")
    no_prompt_too_long(server, ended)
    kinds = [json.loads(line)["event"] for line in ended.out.splitlines()]
    assert kinds.count("Summarised") > 10
    asked = [request.prompt for request in server.accepted if TRIGGER in request.prompt]
    for prompt in asked[10:]:
        assert "Work through the numbered steps" in prompt
        assert "never touch budget.xls" in prompt
        assert "write in French" in prompt
        assert "reach the moon" in prompt
    counts = [
        int(found[1]) for prompt in asked if (found := re.search(r"What you have done \((\d+) steps", prompt))
    ]
    assert counts == sorted(counts)
    assert counts[-1] > 80


def test_a_window_too_small_for_the_list_of_commands_is_said_in_one_line(tmp_path: Path) -> None:
    server = Strict(700, script())
    with OpenAIServer(server) as served:
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=served.url, SMART_TOKEN_LIMIT="8000")
    assert ended.code == 6
    assert server.accepted == []
    assert server.refused <= 3
    assert "Traceback" not in ended.err
    assert "too small" in ended.err
