"""Every event survives the journal; what other versions wrote is never lost; the schema is true."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from autogpt.core.actions import Action, Thoughts
from autogpt.core.errors import LimitKind
from autogpt.core.events import Begun, Denied, Left, LimitMet, Ran, Replied, Unknown
from autogpt.core.messages import Usage
from autogpt.core.redact import Redactor
from autogpt.journal.codec import (
    FORMAT,
    Header,
    Unreadable,
    decode,
    decode_header,
    dumps,
    encode,
    encode_header,
    schema,
)
from tests.journal.facts import HEADER
from tests.journal.strategies import KINDS, events, json_objects, json_values, records

VALIDATOR = Draft202012Validator(schema())


def through(data: Any) -> Any:
    """What comes out of a file or a pipe."""
    return json.loads(dumps(data))


@given(events)
def test_every_event_round_trips(event: Any) -> None:
    assert decode(through(encode(event))) == event


@given(events)
def test_the_schema_describes_every_event(event: Any) -> None:
    VALIDATOR.validate(through(encode(event)))


@given(records(Header))
def test_every_header_round_trips_and_fits_the_schema(header: Header) -> None:
    data = through(encode_header(header))
    VALIDATOR.validate(data)
    if header.format > FORMAT:
        with pytest.raises(Unreadable, match="newer"):
            decode_header(data)
    else:
        assert decode_header(data) == header


def test_the_schema_is_a_schema_and_refuses_what_is_not_written() -> None:
    Draft202012Validator.check_schema(schema())
    good = encode(LimitMet(LimitKind.BUDGET, Decimal(1), Decimal(2)))
    for change in ({"kind": "luck"}, {"spent": 1.5}, {"at": "now"}, {"event": 5}):
        assert not VALIDATOR.is_valid(good | change)
    assert not VALIDATOR.is_valid({"event": "Begun", "at": 0.0})
    assert VALIDATOR.is_valid(good | {"new": 1})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_no_field_has_a_name_that_the_format_uses(kind: Any) -> None:
    assert not {"event", "sum"} & {each.name for each in fields(kind)}


def test_the_form_of_an_event() -> None:
    action = Action("read_file", {"filename": "a"})
    event = Replied(Thoughts("t", plan=("p", "q")), action, Usage(3, 2, 1, Decimal("0.10")), at=1.5)
    assert dumps(encode(event)) == (
        '{"event":"Replied","at":1.5,'
        '"thoughts":{"text":"t","reasoning":"","plan":["p","q"],"criticism":"","speak":""},'
        '"action":{"command":"read_file","args":{"filename":"a"}},'
        '"usage":{"prompt_tokens":3,"cached_tokens":2,"completion_tokens":1,"cost":"0.10","other_tokens":0}}'
    )


def test_fields_of_newer_versions_are_ignored_and_missing_ones_get_their_default() -> None:
    data = {"event": "Ran", "action": {"command": "x", "new": 1}, "ok": True, "result": "r", "mood": "good"}
    assert decode(data) == Ran(Action("x"), True, "r")


@pytest.mark.parametrize(
    "data",
    [
        {"event": "Dreamt", "of": ["sheep"], "at": 2.5},
        {"event": "Dreamt", "at": "yesterday"},
        {"event": "Dreamt", "at": True},
        {"event": "Dreamt", "at": 0},
        {"event": "Dreamt", "at": None, "sum": 1},
        {"event": "LimitMet", "kind": "luck", "spent": "1", "allowed": "2", "needed": "0", "at": 1.0},
        {"event": "LimitMet", "kind": "budget", "spent": "much", "allowed": "2"},
        {"event": "LimitMet", "kind": "budget", "spent": 1, "allowed": "2"},
        {"event": "Authorised", "steps": True},
        {"event": "Ran", "action": {"args": {}}, "ok": True, "result": "no command"},
        {"event": "Ran", "action": {"command": "x", "args": []}, "ok": True, "result": ""},
        {"event": "Ran", "action": "x", "ok": 1, "result": ""},
        {"event": "Replied", "thoughts": {"plan": "a"}, "action": {"command": "x"}},
        {"event": "Overflowed", "window": 2.5},
        {"event": "Header", "task": "a header in the middle"},
        {"event": "Unknown", "kind": "x"},
        {"event": "Fact"},
        {"event": "__class__", "kind": "os.system"},
        {"event": ""},
    ],
)
def test_what_cannot_be_understood_is_kept_and_written_back_unchanged(data: dict[str, Any]) -> None:
    event = decode(data)
    assert isinstance(event, Unknown)
    assert through(encode(event)) == data


@given(st.sampled_from(sorted(cls.__name__ for cls in KINDS)), json_objects, st.data())
def test_no_object_with_a_name_crashes_the_reader(
    kind: str, rest: dict[str, Any], data: st.DataObject
) -> None:
    names = [each.name for cls in KINDS for each in fields(cls) if cls.__name__ == kind]
    known = {name: data.draw(json_values) for name in names if data.draw(st.booleans())}
    whole = {**rest, **known, "event": kind}
    event = decode(whole)
    assert decode(through(encode(event))) == event
    if isinstance(event, Unknown):
        assert through(encode(event)) == through(whole)


@pytest.mark.parametrize("data", [{}, {"event": 3}, {"event": None}, {"kind": "Ran"}])
def test_an_object_without_a_name_is_no_event(data: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        decode(data)


def test_an_event_is_no_header() -> None:
    with pytest.raises(Unreadable):
        decode_header(encode(Left()))
    with pytest.raises(Unreadable):
        decode_header({"event": "Header", "format": 1})


def test_arguments_become_strict_json_whatever_they_are() -> None:
    deep: Any = "end"
    for _ in range(5000):
        deep = [deep]
    args = {
        "nan": float("nan"),
        "infinite": [float("inf"), -float("inf")],
        "huge": 10**5000,
        "surrogate": "\ud83d",
        "tuple": (1, {2: None}),
        "set": {3},
        "deep": deep,
    }
    line = dumps(encode(Begun(Action("x", args))))
    line.encode("ascii")
    event = decode(json.loads(line, parse_constant=pytest.fail))
    assert isinstance(event, Begun)
    kept = dict(event.action.args)
    assert str(kept.pop("deep")).count("[") == 99
    assert kept == {
        "nan": "NaN",
        "infinite": ["Infinity", "-Infinity"],
        "huge": hex(10**5000),
        "surrogate": "\ud83d",
        "tuple": [1, {"2": None}],
        "set": "{3}",
    }


def test_a_time_that_is_no_number_is_not_known() -> None:
    assert decode(through(encode(Left(at=float("nan"))))) == Left()


def test_no_control_or_direction_character_gets_into_a_line() -> None:
    line = dumps(encode(Denied(Action("x"), "\x1b[2J\u202e\u200b\x9b\r\n\x00")))
    assert line.isascii()
    assert line.isprintable()


def test_secrets_are_taken_out_of_every_text() -> None:
    redact = Redactor(["hunter2"])
    secret = "my hunter2!"
    thoughts = Thoughts(secret, secret, (secret,), secret, secret)
    event = Replied(thoughts, Action("x", {secret: [secret, {"a": (secret,)}], "n": 1}))
    for line in (
        dumps(encode(event, redact)),
        dumps(encode(Ran(Action(secret), False, secret, full_result=secret), redact)),
        dumps(encode(Unknown("New", {secret: [secret]}), redact)),
        dumps(
            encode_header(
                Header(task=secret, profile=HEADER.profile, workspace=secret, setup={"k": secret}), redact
            )
        ),
    ):
        assert "hunter2" not in line
        assert "***" in line


def test_a_poor_password_does_not_break_the_form_of_the_journal() -> None:
    """A password such as "python" or "result" blots out text, but no command, field or event."""
    redact = Redactor(["python", "result", "action", "policy", "budget"])
    event = Ran(Action("execute_python_file"), True, "python result")
    assert decode(through(encode(event, redact))) == Ran(Action("execute_python_file"), True, "*** ***")
    limit = LimitMet(LimitKind.BUDGET, Decimal(1), Decimal(2))
    assert decode(through(encode(limit, redact))) == limit


DOCS = Path(__file__).parents[2] / "docs" / "journal.md"


def test_the_documentation_names_every_event_and_field() -> None:
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| `")]
    documented = {row.split("`")[1]: row for row in rows}
    for cls in KINDS:
        for each in fields(cls):
            assert each.name == "at" or f"`{each.name}`" in documented[cls.__name__]


def test_the_examples_of_the_documentation_are_true() -> None:
    lines = [json.loads(line) for line in DOCS.read_text("utf-8").splitlines() if line.startswith('{"event"')]
    assert len(lines) >= 4
    for line in lines:
        VALIDATOR.validate(line)
        line.pop("sum", None)
        if line["event"] == "Header":
            assert encode_header(decode_header(line)) == line
        else:
            assert not isinstance(decode(line), Unknown)
            assert encode(decode(line)) == line
