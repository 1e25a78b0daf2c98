"""From the arguments that a model sent to those that a command takes, or a sentence that teaches.

Names that models invent are taken for what they can only mean, values are
converted where nothing is guessed, and everything else is said plainly: what
was sent, what is expected, an example.
"""

from __future__ import annotations

import json
import math
import re
import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from autogpt.commands.command import Command
from autogpt.core.actions import CommandSpec, Parameter
from autogpt.core.errors import CommandError
from autogpt.core.tolerant_json import LeftOpen, Malformed, read_value

_SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "filename file file_path filepath path file_name name fname target_file target destination dest",
        "directory dir folder path directory_path dir_path folder_path directory_name folder_name dirname root",
        "text content contents data body file_content file_contents file_text string",
        "query search search_query search_term search_text pattern term keyword keywords q text string regex",
        "pattern glob mask file_pattern include",
        "reason message result summary answer response text conclusion final_answer output",
        "url link uri website web_page webpage page site address href page_url",
        "question query prompt instruction instructions",
        "command_line command cmd cmdline shell_command shell",
        "code source source_code python_code script program",
        "start_line start first_line line_start from_line begin begin_line",
        "end_line end last_line line_end to_line stop",
        "tweet_text tweet text message content status",
        "text note memory fact information",
        "repository_url repo_url url repository repo",
        "clone_path path directory folder destination target",
        "prompt description text",
        "key id agent_id agent_key agent name",
        "task goal objective",
    )
)
_NAMELESS = frozenset({"input", "arg", "argument", "args", "value", "param", "parameter"})
_WRAPPERS = frozenset({"args", "arguments", "parameters", "params", "kwargs", "input"})
_NOTHING = ("", "null", "none")
_LONGEST_SHOWN = 200


def taken(command: Command, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments to call the command with. Raises CommandError with what was wrong with `sent`."""
    named = _named(command.spec, _unwrapped(command.spec, sent))
    values: dict[str, Any] = {}
    for parameter in command.spec.parameters:
        if parameter.name not in named or (
            named[parameter.name] is None and not _takes_null(command, parameter)
        ):
            if parameter.required:
                raise _wrong(command.spec, sent, f"{parameter.name!r} is missing.")
            continue
        kind, sent_value = command.types.get(parameter.name, Any), named[parameter.name]
        if not parameter.required and (sent_value is None or _says_nothing(kind, sent_value)):
            continue
        try:
            values[parameter.name] = _value(kind, sent_value)
        except ValueError as error:
            raise _wrong(command.spec, sent, f"{parameter.name!r} {error}.") from error
    return values


def _takes_null(command: Command, parameter: Parameter) -> bool:
    kind = command.types.get(parameter.name, Any)
    return kind is Any or type(None) in typing.get_args(kind)


# -- names ---------------------------------------------------------------------------------------


def snake(name: str) -> str:
    """`fileName`, `File-Name`, "file name" → `file_name`."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip(" \t\r\n'\"`"))
    return re.sub(r"[\s\-./]+", "_", spread).strip("_").lower()


def _unwrapped(spec: CommandSpec, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments in an object of their own, as in `{"args": {"filename": …}}`, are taken out of it."""
    known = {parameter.name for parameter in spec.parameters}
    if len(sent) == 1:
        (name, inner), *_ = sent.items()
        if name not in known and snake(name) in _WRAPPERS and isinstance(inner, Mapping):
            return inner
    return sent


def _named(spec: CommandSpec, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent under the command's own names. Raises CommandError for names that mean nothing here."""
    known = {parameter.name: parameter for parameter in spec.parameters}
    if not known:
        return {}  # a reason given for doing nothing does no harm
    named: dict[str, Any] = {}
    strange: dict[str, Any] = {}
    for name, value in sent.items():
        right = name if name in known else snake(str(name))
        if right in known and right not in named:
            named[right] = value
        elif value is not None:
            strange[str(name)] = value
    for name, value in list(strange.items()):
        free = [parameter for parameter in known if parameter not in named]
        meant = [parameter for parameter in free if _may_mean(snake(name), parameter)]
        if len(meant) > 1:
            meant = [parameter for parameter in meant if known[parameter].required]
        if not meant and len(known) == 1 == len(sent) and snake(name) in _NAMELESS:
            meant = free
        if len(meant) == 1:
            named[meant[0]] = value
            del strange[name]
    if strange:
        names = ", ".join(map(repr, strange))
        raise _wrong(spec, sent, f"It has no argument {names}.")
    return named


def _may_mean(sent: str, parameter: str) -> bool:
    return any(sent in group and parameter in group for group in _SYNONYMS)


# -- values --------------------------------------------------------------------------------------


def _value(kind: Any, value: Any) -> Any:
    """The value as the parameter's type. Raises ValueError with what is expected instead."""
    kind = _bare(kind)
    if kind is Any:
        return value
    if kind is str:
        return _as_text(value)
    if isinstance(value, str) and kind in (int, float, bool):
        value = value.strip()
    elif _is_list(kind):
        value = _as_list(kind, value)
    elif isinstance(value, str) and _is_container(kind):
        value = _from_json(value)
    elif isinstance(value, bool) and kind in (int, float):
        raise ValueError(f"must be a number, not {json.dumps(value)}")
    elif isinstance(value, str) and (inner := _list_beside_text(kind)):
        listed = _from_json(value, strictly=True)
        value = listed if isinstance(listed, list) and _fits(inner, listed) else value
    valid = _validated(kind, value)
    if isinstance(valid, float) and not math.isfinite(valid):
        raise ValueError(f"must be a number, not {_short(value)}")
    return valid


def _bare(kind: Any) -> Any:
    """The type without its marks, and without None where that is the only other possibility."""
    if typing.get_origin(kind) is Annotated and typing.get_args(kind)[0] is str:
        return str
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        others = [one for one in typing.get_args(kind) if one is not type(None)]
        if len(others) == 1:
            return _bare(others[0])
    return kind


def _as_text(value: Any) -> str:
    """A number as it is written, an object as JSON: what a model means that writes a JSON file."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, indent=2)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ValueError("must be a text in quotes, not a list")


def _is_container(kind: Any) -> bool:
    return kind in (list, dict) or typing.get_origin(kind) in (list, dict, tuple, set)


def _says_nothing(kind: Any, value: Any) -> bool:
    """Whether a text where a number, or yes or no, may be left out means that it is."""
    return isinstance(value, str) and _bare(kind) in (int, float, bool) and value.strip().lower() in _NOTHING


def _is_list(kind: Any) -> bool:
    return kind is list or typing.get_origin(kind) is list


def _list_beside_text(kind: Any) -> Any:
    """Of a type that takes a list or a text, the list's; None for any other."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return None
    inner = [one for one in typing.get_args(kind) if one is not type(None)]
    return next(filter(_is_list, inner), None) if str in inner and len(inner) == 2 else None


def _fits(kind: Any, value: Any) -> bool:
    try:
        _validated(kind, value)
    except ValueError:
        return False
    return True


def _as_list(kind: Any, value: Any) -> Any:
    """One value where a list is wanted is a list of one, and a list that is written out in a text is that list.

    Raises ValueError for a text that could be several values, or a list that can't be read.
    """
    items = _bare((typing.get_args(kind) or (Any,))[0])
    read = _from_json(value) if isinstance(value, str) else value
    if isinstance(read, list):
        return read
    objects = items is dict or typing.get_origin(items) is dict
    if isinstance(read, Mapping) and objects:
        return [read]
    if not isinstance(value, str):
        return [_value(items, value)] if type(value) in (int, float) else value
    text = (read if isinstance(read, str) else value).strip()
    if not text or text.lower() in _NOTHING or text[0] in "[{(" or re.search(r"[\n,;]", text):
        raise ValueError(
            f"must be {_expected(kind)}, not {_short(value)}: each item by itself, as in {_list_of(text)}"
        )
    return [_value(items, text)]


def _list_of(text: str) -> str:
    """How a text is written as a list, for an example."""
    parts = [part.strip(" \t'\"`[](){}") for part in re.split(r"[\n,;]", text)][:3]
    return _short([_cut(part) for part in parts if part.lower() not in _NOTHING] or ["…"])


def _from_json(text: str, *, strictly: bool = False) -> Any:
    """A value that is written out in a text, as JSON or nearly so; the text itself if it isn't.

    What has no quotes after its bracket, such as `[id]`, may be a name.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    whole = text.strip()
    if strictly or whole[:1] not in ("[", "{") or whole[1:].lstrip()[:1] not in ("'", '"', "{", "["):
        return text
    try:
        reading = read_value(whole, 0)
    except (LeftOpen, Malformed):
        return text
    return reading.value if reading.end == len(whole) and not reading.repeated else text


def _validated(kind: Any, value: Any) -> Any:
    from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError

    try:
        adapter = TypeAdapter(kind, config=ConfigDict(coerce_numbers_to_str=True))
    except PydanticUserError:  # types with a configuration of their own
        adapter = TypeAdapter(kind)
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"must be {_expected(kind)}, not {_short(value)}") from error


def _expected(kind: Any) -> str:
    words = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        list: "a list",
        dict: "an object",
    }
    if kind in words:
        return words[kind]
    if typing.get_origin(kind) is Literal:
        return "one of " + ", ".join(json.dumps(one, ensure_ascii=False) for one in typing.get_args(kind))
    if typing.get_origin(kind) is list:
        return "a list of texts" if typing.get_args(kind) == (str,) else "a list"
    return "an object" if typing.get_origin(kind) is dict else "of the right kind"


# -- what to say ---------------------------------------------------------------------------------


def usage_of(spec: CommandSpec) -> str:
    """How a command is called, as JSON with an example for each required argument."""
    required = (parameter for parameter in spec.parameters if parameter.required)
    example = {
        parameter.name: "notes.txt" if parameter.name == "filename" else _example(parameter.schema)
        for parameter in required
    }
    return json.dumps({"name": spec.name, "args": example}, ensure_ascii=False)


def _example(schema: Mapping[str, Any]) -> Any:
    """A value of a form, with no more in it than there must be."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type", "string"):
        case "array":
            return [_example(schema.get("items", {}))]
        case "object":
            inner = schema.get("properties", {})
            return {name: _example(inner.get(name, {})) for name in schema.get("required", ())}
        case kind:
            return {"integer": 1, "number": 1.5, "boolean": True}.get(str(kind), "…")


def _wrong(spec: CommandSpec, sent: Mapping[str, Any], what: str) -> CommandError:
    optional = [parameter.name for parameter in spec.parameters if not parameter.required]
    also = f" (optional: {', '.join(optional)})" if optional else ""
    return CommandError(
        f"Wrong arguments for {spec.name}: {what} You sent {_short(dict(sent))}. Expected: {usage_of(spec)}{also}."
    )


def _short(value: Any) -> str:
    """A value as JSON, long texts in it and all of it shortened."""
    if isinstance(value, Mapping):
        value = {name: _cut(one) for name, one in list(value.items())[:20]}
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 3 * _LONGEST_SHOWN else text[: 3 * _LONGEST_SHOWN] + "…"


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return f"{value[:_LONGEST_SHOWN]}… ({len(value):,} characters)"
    return value
