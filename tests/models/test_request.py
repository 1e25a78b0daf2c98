"""What is sent to a server, as bytes."""

from __future__ import annotations

import json

import pytest

from autogpt.core.messages import Message
from autogpt.models.accepts import Accepts
from autogpt.models.request import ReplyForm, encoded, request_body

SCHEMA = {
    "type": "object",
    "properties": {"é": {"type": "string"}},
    "required": ["é"],
    "additionalProperties": False,
}
FORM = ReplyForm(SCHEMA)


@pytest.mark.parametrize("form", [None, FORM])
@pytest.mark.parametrize(
    "accepts", [Accepts(), Accepts(reply_format="json_object"), Accepts(reply_format="none")]
)
def test_the_bytes_are_the_body(form: ReplyForm | None, accepts: Accepts) -> None:
    messages = [Message("user", 'grün "绿"')]
    body = request_body("m", messages, accepts, reply_tokens=5, temperature=1.0, form=form)
    assert json.loads(encoded(body, form)) == body
    sent = body.get("response_format", {}).get("type", "none")
    assert sent == ("none" if form is None else accepts.reply_format)


def test_half_a_character_is_sent_as_a_question_mark() -> None:
    body = request_body(
        "m", [Message("user", "a\ud800b")], Accepts(), reply_tokens=5, temperature=None, form=FORM
    )
    assert json.loads(encoded(body, FORM))["messages"][0]["content"] == "a?b"
