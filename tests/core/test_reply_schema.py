"""The schema says what the reader reads, and only what strict mode takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autogpt.core.actions import CommandSpec, JsonObject, Parameter
from autogpt.core.reply_schema import MAX_ENUM_VALUES, MAX_PROPERTIES, reply_schema

ALLOWED_KEYWORDS = {"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"}


def spec(*parameters: Parameter, name: str = "x") -> CommandSpec:
    return CommandSpec(name, "Does x.", parameters)


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        yield from schemas(inner)
    if "items" in schema:
        yield from schemas(schema["items"])


def argument(schema: JsonObject, required: bool = True) -> Any:
    whole = reply_schema([spec(Parameter("a", schema, required))])
    assert whole is not None
    return whole["properties"]["command"]["anyOf"][0]["properties"]["args"]["properties"]["a"]


POINT = {
    "type": "object",
    "title": "Point",
    "properties": {"x": {"type": "integer", "minimum": 0}, "y": {"type": "integer", "default": 0}},
    "required": ["x"],
}


def test_a_reply_is_thoughts_and_one_of_the_commands() -> None:
    schema = reply_schema(
        [spec(name="list_files"), spec(Parameter("reason", {"type": "string"}), name="task_complete")]
    )
    assert schema is not None
    assert list(schema["properties"]) == ["thoughts", "command"]
    assert set(schema["properties"]["thoughts"]["properties"]) == {
        "text",
        "reasoning",
        "plan",
        "criticism",
        "speak",
    }
    listing, complete = schema["properties"]["command"]["anyOf"]
    assert listing["properties"] == {
        "name": {"type": "string", "enum": ["list_files"]},
        "args": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    }
    assert complete["properties"]["args"]["properties"] == {"reason": {"type": "string"}}


def test_only_what_strict_mode_takes_is_used_and_all_objects_are_closed() -> None:
    parameters = (
        Parameter(
            "name", {"type": "string", "minLength": 1, "pattern": "^a", "title": "Name", "format": "uri"}
        ),
        Parameter("count", {"type": "integer", "default": 3, "maximum": 9}, required=False),
        Parameter("points", {"type": "array", "items": POINT, "minItems": 1}),
        Parameter("mode", {"enum": ["r", "w", None]}, required=False),
        Parameter("at", {"$ref": "#/$defs/Point", "$defs": {"Point": POINT}}),
        Parameter("either", {"oneOf": [{"type": "string"}, {"const": 1}]}),
        Parameter("one", {"allOf": [POINT], "default": None}),
        Parameter("maybe", {"type": ["string", "null"]}),
    )
    schema = reply_schema([spec(*parameters)])
    assert schema is not None
    for inner in schemas(schema):
        assert inner.keys() <= ALLOWED_KEYWORDS
        assert "anyOf" in inner or isinstance(inner["type"], str)
        if inner.get("type") == "object":
            assert inner["additionalProperties"] is False
            assert inner["required"] == list(inner["properties"])


@pytest.mark.parametrize(
    ("schema", "required", "strict"),
    [
        ({"type": "string"}, True, {"type": "string"}),
        ({"type": "string"}, False, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            False,
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
        ),
        ({"enum": ["r", "w"]}, False, {"anyOf": [{"type": "string", "enum": ["r", "w"]}, {"type": "null"}]}),
        ({"type": "null"}, False, {"type": "null"}),
        (
            {"enum": [1, "a"]},
            True,
            {"anyOf": [{"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a"]}]},
        ),
    ],
)
def test_an_optional_argument_may_be_null(schema: JsonObject, required: bool, strict: JsonObject) -> None:
    assert argument(schema, required) == strict


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "array"},
        {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}},
        {"type": "array", "items": {"type": "object"}},
        {"anyOf": [{"type": "string"}, {"type": "object"}]},
        {"enum": []},
        {"enum": [{"a": 1}]},
        {"$ref": "#/$defs/Nowhere"},
        {
            "$ref": "#/$defs/Tree",
            "$defs": {
                "Tree": {
                    "type": "object",
                    "properties": {"of": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
                }
            },
        },
        {"enum": [str(number) for number in range(MAX_ENUM_VALUES + 1)]},
        {
            "type": "object",
            "properties": {str(number): {"type": "string"} for number in range(MAX_PROPERTIES + 1)},
        },
    ],
)
def test_what_strict_mode_cannot_say_gives_none(schema: JsonObject) -> None:
    assert reply_schema([spec(Parameter("a", schema))]) is None


def test_no_commands_give_none() -> None:
    assert reply_schema([]) is None
