"""Events as JSON objects and back, driven by the events' own types.

An event is `{"event": <class name>, <its fields>}`. There is no table of events
here: encoders, decoders and the JSON Schema are built from the dataclasses, once
for each. Only the types of `autogpt.core.events` can come out of a file.

`decode` takes what a newer or an older version wrote: fields that it doesn't know
are ignored, missing ones get their default, and what it can't understand at all
becomes `Unknown`, which `encode` writes as it was.

What it does not promise: in free JSON (arguments of commands, the set-up of a
run) numbers that JSON doesn't have are written as the strings "NaN", "Infinity"
and "-Infinity", integers of thousands of digits in hexadecimal as strings, values
of other types as their text, and what is nested deeper than 100 levels is left out.
"""

from __future__ import annotations

import json
import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from autogpt import __version__
from autogpt.core.actions import Action, JsonObject
from autogpt.core.events import Event, Unknown
from autogpt.core.profile import Profile

FORMAT = 1
"""Raised when readers of the version before could no longer make sense of what is written."""

DEEPEST = 100

Redact = Callable[[str], str]
"""Takes secrets out of a text before it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of a journal, and of `--output json`: what the run is, and what going on needs.

    `created` is seconds since 1970. `setup` holds the settings of the run as free JSON.
    `version` is the program's; `id` and `created` are set by the store.
    """

    task: str
    profile: Profile
    workspace: str
    setup: JsonObject = field(default_factory=dict[str, Any])
    id: str = ""
    created: float = 0.0
    version: str = __version__
    format: int = FORMAT


class Unreadable(ValueError):
    """A JSON object is not what it should be."""


def verbatim(text: str) -> str:
    """Leave the text as it is: nothing is redacted."""
    return text


def encode(event: Event, redact: Redact = verbatim) -> dict[str, Any]:
    """The JSON object for an event, every text in it redacted."""
    if isinstance(event, Unknown):
        at = {"at": event.at} if event.at else {}
        return {"event": event.kind, **at, **_encode_free(event.data, redact)}
    kind: Any = type(event)
    return {"event": kind.__name__, **_codec(kind).encode(event, redact)}


def decode(data: Mapping[str, Any]) -> Event:
    """The event in a JSON object. Raises Unreadable for an object that is no event at all."""
    kind = data.get("event")
    if not isinstance(kind, str):
        raise Unreadable('there is no "event" with the name of an event')
    cls: Any = _kinds().get(kind)
    if cls is not None:
        try:
            return cast(Event, _codec(cls).decode(data))
        except Unreadable:
            pass
    rest = {name: value for name, value in data.items() if name != "event"}
    try:
        at = _decode_float(rest.get("at"))
    except Unreadable:
        return Unknown(kind, rest)
    return Unknown(kind, {name: value for name, value in rest.items() if name != "at" or not at}, at=at)


def encode_header(header: Header, redact: Redact = verbatim) -> dict[str, Any]:
    """The JSON object for a header, every text in it redacted."""
    return {"event": "Header", **_codec(Header).encode(header, redact)}


def decode_header(data: Mapping[str, Any]) -> Header:
    """The header in a JSON object. Raises Unreadable if it is none, or one of a newer format."""
    if data.get("event") != "Header":
        raise Unreadable("it does not begin with a header")
    version = data.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise Unreadable(f"it was written by a newer Auto-GPT (format {version}), so update the program")
    return cast(Header, _codec(Header).decode(data))


_write = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def dumps(data: Mapping[str, Any]) -> str:
    """An encoded event or header as one line of JSON in plain ASCII, without the newline.

    ASCII, because it goes through any terminal, pipe and code page unharmed, and because no
    control character, direction mark or lone surrogate from outside gets into the file.
    """
    return _write(data)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line: a header, an event, or an event of a newer version."""
    records: dict[str, type[Any]] = {"Header": Header, **_kinds()}
    definitions: dict[str, Any] = {}
    unfinished = list(records.values())
    while unfinished:
        cls = unfinished.pop()
        if cls.__name__ not in definitions:
            definitions[cls.__name__] = _record_schema(cls, named=cls.__name__ in records)
            unfinished += [inner for _, annotation in _fields(cls) for inner in _records_in(annotation)]
    newer = {
        "properties": {"event": {"type": "string", "not": {"enum": sorted(records)}}},
        "required": ["event"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of an Auto-GPT journal, format {FORMAT}",
        "type": "object",
        "oneOf": [*({"$ref": f"#/$defs/{name}"} for name in records), newer],
        "$defs": dict(sorted(definitions.items())),
    }


class _Codec(NamedTuple):
    """How values of a type are written, read and described.

    `decode` raises Unreadable for anything that `encode` would not have written.
    """

    encode: Callable[[Any, Redact], Any]
    decode: Callable[[Any], Any]
    schema: Mapping[str, Any]


@cache
def _kinds() -> dict[str, type[Any]]:
    """The events by their names in the journal."""
    return {cls.__name__: cls for cls in get_args(Event) if cls is not Unknown}


def _fields(cls: type[Any]) -> list[tuple[str, Any]]:
    hints = get_type_hints(cls)
    return [(each.name, hints[each.name]) for each in fields(cls)]


@cache
def _codec(annotation: Any) -> _Codec:
    if (simple := _SIMPLE.get(annotation)) is not None:
        return simple
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _record_codec(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum_codec(annotation)
    if origin in (Union, types.UnionType) and len(arguments) == 2 and arguments[1] is type(None):
        return _optional_codec(_codec(arguments[0]))
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return _tuple_codec(_codec(arguments[0]))
    if origin is Mapping:
        return _Codec(_encode_free, _expect(dict), {"type": "object"})
    raise TypeError(f"the journal has no way to write {annotation}")


def _records_in(annotation: Any) -> list[type[Any]]:
    """The dataclasses that a type mentions."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        return [annotation]
    return [cls for inner in get_args(annotation) for cls in _records_in(inner)]


def _record_codec(cls: type[Any]) -> _Codec:
    parts = [(name, _codec(annotation)) for name, annotation in _fields(cls)]
    encoders = [
        (name, _encode_command if (cls, name) == (Action, "command") else part.encode) for name, part in parts
    ]
    decoders = [(name, part.decode) for name, part in parts]
    needed = _needed(cls)

    def encode_record(value: Any, redact: Redact) -> dict[str, Any]:
        return {name: encode_part(getattr(value, name), redact) for name, encode_part in encoders}

    def decode_record(value: Any) -> Any:
        if not isinstance(value, dict) or not needed <= value.keys():
            raise Unreadable(f"this is no {cls.__name__}")
        return cls(**{name: decode_part(value[name]) for name, decode_part in decoders if name in value})

    return _Codec(encode_record, decode_record, {"$ref": f"#/$defs/{cls.__name__}"})


def _needed(cls: type[Any]) -> set[str]:
    """The fields without a default."""
    return {each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING}


def _record_schema(cls: type[Any], *, named: bool) -> dict[str, Any]:
    kind = {"event": {"const": cls.__name__}} if named else {}
    described: dict[str, Any] = {
        "type": "object",
        "properties": {**kind, **{name: _codec(annotation).schema for name, annotation in _fields(cls)}},
        "required": [*kind, *(name for name, _ in _fields(cls) if name in _needed(cls))],
    }
    if cls.__doc__:
        described["description"] = cls.__doc__.strip().splitlines()[0]
    return described


def _enum_codec(cls: type[Enum]) -> _Codec:
    def decode_enum(value: Any) -> Enum:
        try:
            return cls(value)
        except ValueError as error:
            raise Unreadable(str(error)) from error

    return _Codec(lambda value, _: value.value, decode_enum, {"enum": [each.value for each in cls]})


def _optional_codec(inner: _Codec) -> _Codec:
    return _Codec(
        lambda value, redact: None if value is None else inner.encode(value, redact),
        lambda value: None if value is None else inner.decode(value),
        {"anyOf": [inner.schema, {"type": "null"}]},
    )


def _tuple_codec(inner: _Codec) -> _Codec:
    read = _expect(list)
    return _Codec(
        lambda values, redact: [inner.encode(value, redact) for value in values],
        lambda values: tuple(inner.decode(value) for value in read(values)),
        {"type": "array", "items": inner.schema},
    )


def _expect(cls: type[Any]) -> Callable[[Any], Any]:
    def expected(value: Any) -> Any:
        # `True` is an `int` to Python
        if not isinstance(value, cls) or (isinstance(value, bool) and cls is not bool):
            raise Unreadable(f"{cls.__name__} expected")
        return value

    return expected


def _encode_float(value: float, _: Redact) -> float:
    return value if math.isfinite(value) else 0.0


def _decode_float(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) < 1e300:
        raise Unreadable("a number expected")
    return float(value)


def _decode_decimal(value: Any) -> Decimal:
    try:
        return Decimal(_expect(str)(value))
    except InvalidOperation as error:
        raise Unreadable("a decimal number in a string expected") from error


_COMMAND_NAME = re.compile("[A-Za-z][A-Za-z_]{0,63}")


def _encode_command(name: str, redact: Redact) -> str:
    """The name of a command stays even if a poor password is a part of it: else resume would fail."""
    return name if _COMMAND_NAME.fullmatch(name) else redact(name)


def _encode_free(value: Any, redact: Redact, depth: int = DEEPEST) -> Any:
    """A JSON value, every text in it redacted, made such that any JSON parser can read it."""
    if isinstance(value, str):
        return redact(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Python refuses to write or read integers of more than 4 300 digits
        return value if value.bit_length() < 14_000 else hex(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else "NaN" if value != value else f"{'-' * (value < 0)}Infinity"
    if isinstance(value, (Mapping, list, tuple)) and not depth:
        return "(nested too deeply to be kept)"
    if isinstance(value, Mapping):
        return {redact(str(key)): _encode_free(each, redact, depth - 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode_free(each, redact, depth - 1) for each in value]
    return redact(str(value))


def _encode_text(value: str, redact: Redact) -> str:
    return redact(value)


def _as_it_is(value: Any, _: Redact) -> Any:
    return value


_SIMPLE: Mapping[Any, _Codec] = {
    str: _Codec(_encode_text, _expect(str), {"type": "string"}),
    int: _Codec(_as_it_is, _expect(int), {"type": "integer"}),
    bool: _Codec(_as_it_is, _expect(bool), {"type": "boolean"}),
    float: _Codec(_encode_float, _decode_float, {"type": "number"}),
    Decimal: _Codec(
        lambda value, _: str(value),
        _decode_decimal,
        {"type": "string", "pattern": r"^[-+]?([0-9]+([.][0-9]+)?([Ee][-+]?[0-9]+)?|Infinity|NaN)$"},
    ),
}
