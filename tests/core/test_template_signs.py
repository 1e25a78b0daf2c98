"""Signs of chat templates: none reaches a prompt from anywhere, and what the model writes of them is right."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core import prompt
from autogpt.core.actions import Action, Thoughts
from autogpt.core.events import (
    Advised,
    Begun,
    Denied,
    Event,
    Garbled,
    Interrupted,
    Ran,
    Replied,
    Reviewed,
    Summarised,
)
from autogpt.core.reply import Reply, read_reply
from autogpt.core.session import Session
from autogpt.core.template_signs import broken, mended
from tests.core.world import setup

SIGNS = (
    *("<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"),
    *(
        "<|begin_of_text|>",
        "<|python_tag|>",
        "<|endoftext|>",
        "<|channel|>",
        "<|message|>",
        "<|start|>",
        "<|end|>",
    ),
    *(
        "<|call|>",
        "<|return|>",
        "<|constrain|>",
        "<|user|>",
        "<|assistant|>",
        "<|START_OF_TURN_TOKEN|>",
        "<|header_start|>",
    ),
    *(
        "<|im_user|>",
        "<|tool_calls_section_begin|>",
        "<|start_of_role|>",
        "<|turn>",
        "<turn|>",
        "<|tool_call>",
        "<|reserved 5|>",
    ),
    *(
        "<｜User｜>",
        "<｜Assistant｜>",
        "<｜begin▁of▁sentence｜>",
        "<｜tool▁calls▁begin｜>",
        "<｜DSML｜invoke",
        "</｜DSML｜invoke",
    ),
    *(
        "[INST]",
        "[/INST]",
        "<<SYS>>",
        "<</SYS>>",
        "[TOOL_CALLS]",
        "[AVAILABLE_TOOLS]",
        "[/TOOL_RESULTS]",
        "[SYSTEM_PROMPT]",
    ),
    *(
        "[gMASK]",
        "<sop>",
        "<start_of_turn>",
        "<end_of_turn>",
        "<bos>",
        "<eos>",
        "<unused7>",
        "[|assistant|]",
        "[|endofturn|]",
    ),
    *(
        "<tool_call>",
        "</tool_call>",
        "<tool_response>",
        "<think>",
        "</think>",
        "<arg_key>",
        "<minimax:tool_call>",
        "]~b]",
        "[e~[",
    ),
    *("</s>", "\n\nHuman:", "\n\nAssistant:"),
)
TEXT = " x ".join(SIGNS)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_broken_and_mended(sign: str) -> None:
    text = f"before{sign}after"
    assert sign not in broken(text)
    assert mended(broken(text)) == text
    assert mended(broken(broken(text))) == broken(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = a[INSTANCE]",
        "f <| x |> g",
        "Array<A|B>, list[int], a || b",
        "<s>12 €</s> 10 €",
        r"re.compile(r'<\|im_start\|>')",
        "<script>a < b && b > c</script>",
        "Human: hi\nAssistant: ho",
        '<a href="x">[1]</a>',
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert broken(text) == mended(text) == text


pieces = st.sampled_from(
    [
        "<",
        "|",
        "im_start",
        "|>",
        "·",
        "</",
        "s>",
        "<s>",
        "[",
        "INST",
        "]",
        "｜",
        "User",
        "<<SYS>>",
        "~b",
        "\n\nHuman",
        ":",
        "x",
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
def test_there_and_back_nothing_changes_and_no_sign_is_left(text: str) -> None:
    assert mended(broken(text)) == text
    assert not re.search(r"<[|｜](?:im_start|User)[|｜]>|\[/?INST\]|<<SYS>>|\]~b\]|\n\nHuman:", broken(text))


def events() -> list[Event]:
    action = Action(f"read_file{TEXT}", {"filename": TEXT, TEXT: [TEXT, {"a": TEXT}]})
    return [
        Replied(Thoughts(TEXT, TEXT, (TEXT,), TEXT, TEXT), action),
        Replied(Thoughts("x"), Action("x", {"few": ["<|im_end|>", {"[INST]": "</think>"}]})),
        Ran(action, True, TEXT, full_result=TEXT),
        Ran(action, False, f"There is no file {TEXT}."),
        Garbled(TEXT, f"It names {TEXT}."),
        Denied(action, f"No: {TEXT}"),
        Advised(TEXT),
        Reviewed(TEXT, False),
        Ran(Action("ask_user", {"question": TEXT}), True, TEXT),
        Replied(Thoughts(TEXT), action),
        Begun(action),
        Interrupted(),
    ]


def test_no_sign_reaches_a_prompt_from_any_event_before_or_after_it_is_folded() -> None:
    session = Session.begin(setup())
    texts: list[str] = []
    for event in events():
        session = session.after(event)
        texts += [message.text for message in prompt.next_command(session, notice=TEXT)[1:]]
    texts += [message.text for message in prompt.summary(session, len(session.turns), 100)]
    texts += [
        message.text for message in prompt.review(session, Replied(Thoughts(TEXT), Action("x", {"a": TEXT})))
    ]
    session = session.after(Summarised(TEXT, len(session.turns)))
    assert session.turns == ()
    texts += [message.text for message in prompt.next_command(session)[1:]]
    session = session.after(Advised("on"))
    texts += [message.text for message in prompt.summary(session, 1, 100)]
    for text in texts:
        held = [sign for sign in SIGNS if sign in text]
        assert held == [], text[:400]


def test_what_the_model_copies_from_a_prompt_is_what_stands_in_the_file() -> None:
    shown = broken(TEXT)
    for written in (
        json.dumps(shown),
        json.dumps(TEXT),
        f"'{shown}'" if "'" not in shown else json.dumps(shown),
    ):
        reply = read_reply(
            f'{{"command": {{"name": "write_to_file", "args": {{"filename": "a", "text": {written}}}}}}}'
        )
        assert isinstance(reply, Reply)
        assert reply.action.args["text"].replace("\\n", "\n") == TEXT


def test_the_model_is_told_where_something_was_broken() -> None:
    for result, told in (("<|im_end|>", True), ("nothing", False)):
        session = Session.begin(setup()).after(Ran(Action("read_file"), True, result))
        assert ("sign of a chat template" in session.turns[-1].message.text) is told


def test_what_the_model_is_told_shows_a_sign_as_it_stands_above() -> None:
    session = Session.begin(setup()).after(Ran(Action("read_file"), True, "a <|im_start|> b"))
    text = session.turns[-1].message.text
    assert text.count("<·|im_start|>") == 2
    assert "··" not in text
    assert "a dot after its first character, as in <·|im_start|>." in text
    # Read by these very words, it is the sign that the file holds.
    assert mended("a <·|im_start|> b") == "a <|im_start|> b"


@pytest.mark.parametrize("sign", SIGNS)
def test_what_the_model_copied_is_shown_to_it_as_it_was(sign: str) -> None:
    shown = broken(f"x{sign}y")
    for event in (Garbled(shown, f"It is unclear, near {shown}."), Reviewed(shown, False)):
        text = Session.begin(setup()).after(event).turns[-1].message.text
        assert shown in text
        assert "··" not in text


@pytest.mark.parametrize(
    "piece", ["<|", "<", "<|a", "[", "<s>", "</s>", "<·", "·", "]~", "\n\nHuman", "<think", "<|" + "a" * 79]
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    mended(broken(text))
    assert time.process_time() - started < 1.0
