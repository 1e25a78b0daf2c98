from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.core.errors import ContextOverflow, ProviderError, UsageError
from autogpt.core.messages import Message, Usage
from autogpt.models.errors import Fault, ModelFault
from autogpt.models.scripted import Call, Scripted, ScriptedModel
from tests.models.watching import Watching

PROMPT = [Message("user", "hello")]

SCRIPT = """
replies:
  - |
    Name: DemoGPT
    Goals:
    - one
  - thoughts: {text: I will write, plan: "- write"}
    command: {name: write_to_file, args: {filename: a.txt, text: "naïve — 世界"}}
  - reply: cut off
    finish: length
    usage: {prompt_tokens: 50, cached_tokens: 40, completion_tokens: 2}
"""


def test_a_script_from_a_file_is_given_in_order(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(SCRIPT, encoding="utf-8")
    model = ScriptedModel.read(path)
    assert model.complete(PROMPT, reply_tokens=10).text == "Name: DemoGPT\nGoals:\n- one\n"
    reply = model.complete(PROMPT, reply_tokens=20, as_reply=True)
    assert json.loads(reply.text)["command"]["args"]["text"] == "naïve — 世界"
    assert reply.usage.prompt_tokens > 0
    last = model.complete(PROMPT, reply_tokens=30)
    assert (last.text, last.finish, last.usage) == ("cut off", "length", Usage(50, 40, 2, Decimal(0)))
    assert model.calls[1] == Call(tuple(PROMPT), 20, True)
    model.assert_complete()
    with pytest.raises(ProviderError, match="no more replies"):
        model.complete(PROMPT, reply_tokens=10)


def test_json_will_do_as_well(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('\ufeff["one", {"command": {"name": "do_nothing", "args": {}}}]', encoding="utf-8")
    model = ScriptedModel.read(path)
    assert model.complete(PROMPT, reply_tokens=10).text == "one"


def test_leftovers_fail() -> None:
    with pytest.raises(AssertionError, match="1 of 1"):
        ScriptedModel(["one"]).assert_complete()


def test_errors_can_be_scripted() -> None:
    model = ScriptedModel(
        [{"error": "rate_limit"}, {"error": "context_overflow", "window": 4096}, "then fine"]
    )
    with pytest.raises(ModelFault) as fault:
        model.complete(PROMPT, reply_tokens=10)
    assert fault.value.fault is Fault.RATE_LIMIT
    with pytest.raises(ContextOverflow) as overflow:
        model.complete(PROMPT, reply_tokens=10)
    assert overflow.value.window == 4096
    assert model.complete(PROMPT, reply_tokens=10).text == "then fine"


def test_a_watcher_sees_the_reply_come() -> None:
    watching = Watching()
    ScriptedModel(["one\ntwo"], watcher=watching).complete(PROMPT, reply_tokens=10)
    assert (watching.started, watching.pieces, watching.ended) == (["scripted"], ["one\n", "two"], 1)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("s.yaml", "a: [", "is not YAML"),
        ("s.json", "[", "is not JSON"),
        ("s.yaml", "just text", "not a list"),
        ("s.yaml", "- 5", "neither a text nor a mapping"),
        ("s.yaml", "- {error: nonsense}", "unknown error"),
        ("s.yaml", "- {reply: x, finish: whenever}", "unknown way"),
        ("s.yaml", "- {command: 2026-11-21}", "quotes around dates"),
        ("s.yaml", "", "not a list"),
    ],
)
def test_a_script_that_cannot_be_meant_is_refused_in_one_line(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=why) as caught:
        ScriptedModel.read(path)
    assert "\n" not in str(caught.value)


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        ScriptedModel.read(tmp_path / "none.yaml")


def test_a_mapping_with_reply_among_other_keys_is_a_reply_itself() -> None:
    mapping: Scripted = {"reply": "x", "thoughts": {}}
    assert json.loads(ScriptedModel([mapping]).complete(PROMPT, reply_tokens=10).text) == mapping
