"""The JSON Schema of a reply, for servers that enforce one (`response_format`, strict mode).

It is written for the strict subset of OpenAI's structured outputs: every object
closed, every property required, no defaults, bounds or patterns. What a command
accepts beyond that is still checked when it is run. It does not say what the
arguments mean; the prompt does.

Source: OpenAI, "Structured model outputs", section "Supported schemas".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autogpt.core.actions import CommandSpec, JsonObject, Parameter

MAX_LEVELS = 10
MAX_PROPERTIES = 5000
MAX_ENUM_VALUES = 1000
MAX_NAME_CHARACTERS = 120_000
"""Limits of strict mode on a whole schema: nesting, properties, enum values, characters of their names."""

_SCALARS = frozenset({"string", "number", "integer", "boolean", "null"})


class _NotStrict(Exception):
    """Strict mode has no way to say this."""


def reply_schema(specs: Sequence[CommandSpec]) -> JsonObject | None:
    """The schema of a reply that calls one of the commands, or None where strict mode can't say it.

    It can't when a parameter takes an object with keys of its own choosing, any value
    at all, or a fixed mix of item types, or when the whole is over a limit; then the
    format must be asked for in the prompt alone.

    An optional argument is required here, but may be null: **a null for an optional
    argument means that it was left out**, and whoever runs the command must drop it.
    """
    if not specs:
        return None
    try:
        schema = _closed_object(
            {
                "thoughts": _closed_object(
                    {
                        "text": {"type": "string"},
                        "reasoning": {"type": "string"},
                        "plan": {"type": "array", "items": {"type": "string"}},
                        "criticism": {"type": "string"},
                        "speak": {"type": "string"},
                    }
                ),
                "command": {"anyOf": [_command(spec) for spec in specs]},
            }
        )
    except _NotStrict:
        return None
    return schema if _within_limits(schema) else None


def _command(spec: CommandSpec) -> dict[str, Any]:
    args = {parameter.name: _argument(parameter) for parameter in spec.parameters}
    return _closed_object({"name": {"type": "string", "enum": [spec.name]}, "args": _closed_object(args)})


def _argument(parameter: Parameter) -> dict[str, Any]:
    definitions = {**parameter.schema.get("$defs", {}), **parameter.schema.get("definitions", {})}
    schema = _strict(parameter.schema, definitions, MAX_LEVELS)
    return schema if parameter.required else _nullable(schema)


def _closed_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {
            "anyOf": [*schema["anyOf"], *([] if {"type": "null"} in schema["anyOf"] else [{"type": "null"}])]
        }
    if schema["type"] == "null":
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _strict(schema: Mapping[str, Any], definitions: Mapping[str, Any], levels: int) -> dict[str, Any]:
    """The schema with what strict mode takes of it."""
    if levels == 0:
        raise _NotStrict("nested too deep, or without end")
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).rsplit("/", 1)[-1])
        if target is None:
            raise _NotStrict("a reference to nowhere")
        return _strict(target, definitions, levels - 1)
    if len(schema.get("allOf", ())) == 1:
        return _strict(
            {**{k: v for k, v in schema.items() if k != "allOf"}, **schema["allOf"][0]}, definitions, levels
        )
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return {"anyOf": [_strict(choice, definitions, levels - 1) for choice in choices]}
    if "const" in schema:
        return _enum([schema["const"]])
    if "enum" in schema:
        return _enum(schema["enum"])
    match schema.get("type"):
        case list() as types if types:
            return {"anyOf": [_strict({**schema, "type": one}, definitions, levels - 1) for one in types]}
        case str() as kind if kind in _SCALARS:
            return {"type": kind}
        case "array" if isinstance(schema.get("items"), Mapping) and "prefixItems" not in schema:
            return {"type": "array", "items": _strict(schema["items"], definitions, levels - 1)}
        case "object":
            return _object(schema, definitions, levels)
    raise _NotStrict("any value at all")


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any], levels: int) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if not properties and schema.get("additionalProperties") is not False:
        raise _NotStrict("keys of its own choosing")
    if schema.get("additionalProperties") or schema.get("patternProperties"):
        raise _NotStrict("keys of its own choosing")
    required = schema.get("required", ())
    strict = {name: _strict(inner, definitions, levels - 1) for name, inner in properties.items()}
    return _closed_object(
        {name: inner if name in required else _nullable(inner) for name, inner in strict.items()}
    )


def _enum(values: Sequence[Any]) -> dict[str, Any]:
    """One type for each enum, as strict mode wants it."""
    by_type: dict[str, list[Any]] = {}
    for value in values:
        match value:
            case None:
                by_type["null"] = []
            case bool():
                by_type.setdefault("boolean", []).append(value)
            case int():
                by_type.setdefault("integer", []).append(value)
            case float():
                by_type.setdefault("number", []).append(value)
            case str():
                by_type.setdefault("string", []).append(value)
            case _:
                raise _NotStrict("an enum of objects")
    schemas = [{"type": kind, "enum": some} if some else {"type": kind} for kind, some in by_type.items()]
    if not schemas:
        raise _NotStrict("an enum without values")
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _within_limits(schema: dict[str, Any]) -> bool:
    properties = enum_values = characters = 0
    for inner, level in _walk(schema, 1):
        names = inner.get("properties", {})
        values = inner.get("enum", [])
        properties += len(names)
        enum_values += len(values)
        characters += sum(len(str(name)) for name in (*names, *values))
        if level > MAX_LEVELS:
            return False
    return (
        properties <= MAX_PROPERTIES and enum_values <= MAX_ENUM_VALUES and characters <= MAX_NAME_CHARACTERS
    )


def _walk(schema: dict[str, Any], level: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Every schema in it, with how many objects and lists deep it stands."""
    yield schema, level
    for choice in schema.get("anyOf", ()):
        yield from _walk(choice, level)
    for inner in schema.get("properties", {}).values():
        yield from _walk(inner, level + 1)
    if "items" in schema:
        yield from _walk(schema["items"], level + 1)
