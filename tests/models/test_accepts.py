"""What is learnt from the words in which servers refuse a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autogpt.models.accepts import Accepts, adapt
from autogpt.models.errors import Fault, ModelFault

SIMPLER = {"reply_format": "json_object"}


@pytest.mark.parametrize(
    ("message", "param", "change"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens",
            {"limit": "max_completion_tokens"},
        ),
        (
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value "
            "is supported.",
            "temperature",
            {"temperature": False},
        ),
        (
            "max_tokens is too large: 100. This model supports at most 64 tokens.",
            None,
            {"most_reply_tokens": 64},
        ),
        ("'response_format' of type 'json_schema' is not supported", None, SIMPLER),
        ("Invalid schema for response_format 'reply': …", None, SIMPLER),
        ("This model does not support structured outputs", None, SIMPLER),
        ("failed to parse grammar", None, SIMPLER),
        ("Extra inputs are not permitted: stream_options", None, {"stream_options": False}),
        ("Unrecognized request argument supplied: stream_options", None, {"stream_options": False}),
        ("System role not supported", None, {"system": False}),
        ("Conversation roles must alternate user/assistant/user/assistant/...", None, {"system": False}),
        ("The provided JSON schema contains features not supported by xgrammar.", None, SIMPLER),
        ("something else is wrong", None, SIMPLER),
    ],
)
def test_refusals_in_words(message: str, param: str | None, change: dict[str, Any] | None) -> None:
    body = {
        "temperature": 0,
        "max_tokens": 100,
        "response_format": {"type": "json_schema"},
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    fault = ModelFault(Fault.BAD_REQUEST, message, status=400, parameter=param)
    expected = None if change is None else replace(Accepts(), **change)
    assert adapt(Accepts(), body, fault) == expected


def test_what_is_not_understood_takes_the_format_away_and_then_is_what_it_is() -> None:
    fault = ModelFault(Fault.BAD_REQUEST, "something else is wrong", status=400)
    simple = Accepts(reply_format="json_object")
    assert adapt(simple, {"response_format": {"type": "json_object"}}, fault) == Accepts(reply_format="none")
    assert adapt(Accepts(reply_format="none"), {}, fault) is None


def test_a_server_that_fails_at_the_grammar_gets_a_simpler_format() -> None:
    body = {"response_format": {"type": "json_schema"}}
    fault = ModelFault(Fault.SERVER, "Failed to initialize samplers: failed to parse grammar", status=500)
    assert adapt(Accepts(), body, fault) == Accepts(reply_format="json_object")
    assert adapt(Accepts(), body, ModelFault(Fault.SERVER, "out of memory", status=500)) is None
    assert adapt(Accepts(), {}, fault) is None
