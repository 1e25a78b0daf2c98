"""What a JSON value that a model sent asks for: thoughts, and the calls of commands in it.

Besides the format that the prompt asks for, models fall back on the shapes they
were trained on: OpenAI's function and tool calls, LangChain's `action` /
`action_input`, ReAct, MCP and JSON-RPC, the arguments beside the name instead of
under `args`, arguments as a JSON string, `command` as a string or a call. All are
read here. Arguments are never changed; an argument list without names is refused,
since a name would be a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autogpt.core.actions import Action, Thoughts
from autogpt.core.tolerant_json import LeftOpen, Malformed, Reading, read_arguments, read_value


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something that is meant as a call, but can't be run; `why` is for the model."""

    why: str


Call = Action | Unclear

# Keys are compared without case, underscores, hyphens and spaces.
_CALL_KEYS = (
    "command",
    "functioncall",
    "toolcall",
    "usetool",
    "tooluse",
    "nextcommand",
    "nextaction",
    "action",
    "tool",
    "function",
    "ability",
    "toolcalls",
    "tooluses",
    "commands",
    "actions",
)
_PLAIN_NAME_KEYS = (
    "name",
    "commandname",
    "toolname",
    "functionname",
    "actionname",
    "abilityname",
    "recipientname",
)
_NAME_KEYS = (*_PLAIN_NAME_KEYS, "command", "tool", "action", "function", "method")
_ARGS_KEYS = (
    "args",
    "arguments",
    "parameters",
    "params",
    "input",
    "inputs",
    "kwargs",
    "actioninput",
    "toolinput",
    "commandinput",
    "commandargs",
    "commandarguments",
    "commandparameters",
    "toolargs",
    "toolarguments",
    "toolparameters",
    "actionargs",
    "actionarguments",
    "functionargs",
    "functionarguments",
    "argument",
)
_ENVELOPE_KEYS = (
    "response",
    "reply",
    "output",
    "result",
    "message",
    "content",
    "assistant",
    "answer",
    "json",
    "data",
)
_NOT_ARGUMENTS = frozenset({"type", "id", "index", "callid", "toolcallid", "jsonrpc", "role", "status"})
DECISIVE_KEYS = frozenset(_CALL_KEYS + _NAME_KEYS + _ARGS_KEYS)
"""Keys that must not stand twice in an object with different values."""

_THOUGHT_KEYS = {
    "text": ("text", "thought", "thoughts", "thinking"),
    "reasoning": ("reasoning", "reason", "rationale"),
    "plan": ("plan", "plans", "steps"),
    "criticism": ("criticism", "selfcriticism", "constructiveselfcriticism", "critique"),
    "speak": ("speak", "say", "speech"),
}
_ALL_THOUGHT_KEYS = frozenset(key for keys in _THOUGHT_KEYS.values() for key in keys)

_MAX_ENVELOPES = 3
_MAX_CALLS = 100

_NAME = re.compile(r"[^\W\d][\w.:/-]{0,120}")
_CALL = re.compile(r"\s*([^\W\d][\w.:/\\-]{0,120})\s*(?=[({])")
_NOT_LETTERS = re.compile(r"[\s_-]+")
_BULLET = re.compile(r"\s*(?:[-*•–]|\(?\d{1,3}[.)])\s+")


def keys_that_clash(value: Any) -> Iterator[str]:
    """Decisive keys of a reply, or of its command, that stand twice but for their spelling."""
    if isinstance(value, dict):
        by_key = _by_folded_key(value)
        if len(by_key) < len(value):
            yield from (k for k, v in value.items() if folded(k) in DECISIVE_KEYS and by_key[folded(k)] != v)
        if isinstance(inside := by_key.get("command"), dict):
            yield from keys_that_clash(inside)


def folded(key: str) -> str:
    """A key as it is compared."""
    return _NOT_LETTERS.sub("", key).lower()


def calls_in(value: Any, known: Collection[str], named: str = "") -> list[Call]:
    """The calls that a value asks for, in order; `named` is the command that stands around it."""
    calls = list(_calls(value, known, _MAX_ENVELOPES))
    if not calls and named and isinstance(value, dict):
        return [_call_of(named, value, known)]
    return calls


def wholes_in(value: Any, envelopes: int = _MAX_ENVELOPES) -> Iterator[Any]:
    """A value, and what is a reply by itself in it: the items of a list, what an envelope holds."""
    yield value
    if not envelopes:
        return
    match value:
        case list():
            inner: Iterable[Any] = value[:_MAX_CALLS]
        case dict():
            inner = _envelopes(_by_folded_key(value))
        case _:
            return
    for one in inner:
        if isinstance(one, dict | list):
            yield from wholes_in(one, envelopes - 1)


def thoughts_in(value: Any) -> Thoughts:
    """The thoughts in a value, as far as there are any."""
    if isinstance(value, list):
        return next((thoughts for item in value if (thoughts := thoughts_in(item)) != Thoughts()), Thoughts())
    if not isinstance(value, dict):
        return Thoughts()
    by_key = _by_folded_key(value)
    source = by_key.get("thoughts", by_key.get("thought"))
    match source:
        case dict():
            return _thoughts(_by_folded_key(source))
        case list() if source and isinstance(source[0], dict):
            return _thoughts(_by_folded_key(source[0]))
    thoughts = _thoughts(by_key) if source is not None or by_key.keys() & _ALL_THOUGHT_KEYS else Thoughts()
    if thoughts == Thoughts():
        for inside in _envelopes(by_key):
            if (thoughts := thoughts_in(inside)) != Thoughts():
                break
    return thoughts


# --- Calls --------------------------------------------------------------------


def _calls(value: Any, known: Collection[str], envelopes: int) -> Iterator[Call]:
    match value:
        case list():
            for item in value[:_MAX_CALLS]:
                yield from _calls(item, known, envelopes)
        case dict():
            yield from _calls_of_object(value, known, envelopes)


def _calls_of_object(value: dict[str, Any], known: Collection[str], envelopes: int) -> Iterator[Call]:
    by_key = _by_folded_key(value)
    named = _first(by_key, _PLAIN_NAME_KEYS)
    if named and "command" not in by_key and ("thoughts" in by_key or _first(by_key, _ARGS_KEYS)):
        yield _call_from_parts(by_key, value, known)
        return
    if calls := _calls_under_keys(by_key, value, known):
        yield from calls
        return
    if len(value) == 1 and known:
        ((name, args),) = value.items()
        if _resolved(name, known) in known and isinstance(args, dict):
            yield _call_of(name, args, known)
            return
    if "method" in by_key and "params" in by_key:
        yield _call_from_parts(by_key, value, known)
        return
    thoughts = by_key.get("thoughts")
    if isinstance(thoughts, dict) and _by_folded_key(thoughts).keys() & {"command", "action", "toolcall"}:
        yield from _calls_of_object(thoughts, known, 0)
        return
    if envelopes:
        for inside in _envelopes(by_key):
            yield from _calls(inside, known, envelopes - 1)


def _calls_under_keys(by_key: Mapping[str, Any], whole: dict[str, Any], known: Collection[str]) -> list[Call]:
    """The calls under `command`, `action` and the like; of several such keys, those of a known command.

    So `{"action": "execute_shell", "command": "ls"}` is a call of `execute_shell`.
    """
    under = [
        list(_calls_under(by_key[key], key, by_key, whole, known)) for key in _CALL_KEYS if key in by_key
    ]
    acting = [calls for calls in under if any(isinstance(call, Action) for call in calls)]
    right = [
        calls for calls in acting if all(isinstance(call, Unclear) or call.command in known for call in calls)
    ]
    if any(calls[0] != right[0][0] for calls in right):
        return [Unclear("Your reply names different commands under different keys; send one")]
    return next(iter(right or acting or under), [])


def _calls_under(
    value: Any, key: str, by_key: Mapping[str, Any], whole: dict[str, Any], known: Collection[str]
) -> Iterator[Call]:
    """The calls that stand under a key such as `command`."""
    match value:
        case dict():
            yield _call_from_object(value, by_key, known)
        case list():
            for item in value[:_MAX_CALLS]:
                if isinstance(item, dict):
                    yield _call_from_object(item, {}, known)
                else:
                    yield from _calls_under(item, key, {}, {}, known)
        case str():
            yield _call_from_text(value, key, by_key, whole, known)
        case None:
            yield Unclear(f'"{key}" is null: it must name the command to run')
        case _:
            yield Unclear(f'"{key}" is {json.dumps(value)}: it must hold the name of a command')


def _call_from_object(value: dict[str, Any], around: Mapping[str, Any], known: Collection[str]) -> Call:
    by_key = _by_folded_key(value)
    name_key = _first(by_key, _NAME_KEYS)
    if not name_key:
        if len(value) == 1:
            ((name, args),) = value.items()
            if isinstance(args, dict | None) and _NAME.fullmatch(name):
                return _call_of(name, args, known)
        return Unclear('"command" has no "name"')
    inside = by_key[name_key]
    if isinstance(inside, dict):
        return _call_from_object(inside, by_key, known)
    if not _first(by_key, _ARGS_KEYS) and (args_key := _first(around, _ARGS_KEYS)):
        return _call_of(inside, around[args_key], known)
    return _call_from_parts(by_key, value, known)


def _call_from_parts(by_key: Mapping[str, Any], whole: Mapping[str, Any], known: Collection[str]) -> Call:
    """A name and arguments that stand side by side, or the arguments right beside the name."""
    name_key = _first(by_key, _NAME_KEYS)
    name = by_key[name_key]
    args_key = _first({key: value for key, value in by_key.items() if key != name_key}, _ARGS_KEYS)
    args = by_key.get(args_key) if args_key else None
    if args in (None, {}, [], ""):
        args = _arguments_beside(by_key, whole, {name_key, args_key}) or args
        if not args and isinstance(name, str) and _CALL.match(name):
            return _call_as_written(name, known)
    return _call_of(name, args, known)


def _call_from_text(
    text: str, key: str, by_key: Mapping[str, Any], whole: dict[str, Any], known: Collection[str]
) -> Call:
    """`"command": "list_files"`, with arguments after it, beside it, or none."""
    args_key = _first(by_key, _ARGS_KEYS)
    if args_key and by_key[args_key] not in (None, {}, [], ""):
        return _call_of(text, by_key[args_key], known)
    if _CALL.match(text):
        return _call_as_written(text, known)
    return _call_of(text, _arguments_beside(by_key, whole, {key, args_key}, at_top=True), known)


def _arguments_beside(
    by_key: Mapping[str, Any], whole: Mapping[str, Any], other: Collection[str], at_top: bool = False
) -> dict[str, Any]:
    """The arguments that stand beside a name; of a reply's own members, none is one."""
    beside = {*_NOT_ARGUMENTS, *other}
    if "thoughts" in by_key:
        beside |= {"thoughts", "reasoning", "plan", "criticism", "speak"}
    elif at_top:
        beside |= _ALL_THOUGHT_KEYS
    return {key: value for key, value in whole.items() if folded(key) not in beside}


def _call_as_written(text: str, known: Collection[str]) -> Call:
    """`list_files(directory=".")`, `list_files({"directory": "."})` or `list_files {"directory": "."}`."""
    match = _CALL.match(text)
    assert match is not None, "the caller has looked"
    name, at = match[1], match.end()
    body = text[at:].strip()
    if body.replace(" ", "") == "()":
        return _call_of(name, {}, known)
    try:
        if body.startswith("{"):
            return _call_of(name, _whole(read_value(body, 0), body), known)
        inside = body[1:].lstrip()
        if inside.startswith("{"):
            return _call_of(name, _whole(read_value(inside, 0), inside, ")"), known)
        return _call_of(name, _whole(read_arguments(body, 0), body), known)
    except LeftOpen:
        return Unclear(f"the call {_short(text)} is cut off")
    except Malformed:
        return Unclear(f'the arguments in {_short(text)} must stand under "args", each with its name')


def _whole(reading: Reading, text: str, then: str = "") -> Any:
    rest = text[reading.end :].strip()
    if rest != then:
        if not rest:
            raise LeftOpen("a call")
        raise Malformed("text follows the arguments", text, reading.end)
    return reading.value


def _call_of(name: Any, args: Any, known: Collection[str]) -> Call:
    if not isinstance(name, str):
        return Unclear(f"the name of the command is {json.dumps(name)}, which is not a name")
    resolved = _resolved(name, known)
    if not _NAME.fullmatch(resolved):
        if not resolved:
            return Unclear("the name of the command is empty")
        return Unclear(f"the name of the command is {_short(name)}, which is not a name")
    arguments = _arguments(args)
    return arguments if isinstance(arguments, Unclear) else Action(resolved, arguments)


def _arguments(args: Any) -> dict[str, Any] | Unclear:
    match args:
        case None | "" | []:
            return {}
        case dict():
            return args
        case str():
            return _arguments_from_text(args)
        case list():
            return _arguments_from_list(args)
        case _:
            return Unclear(f'"args" is {_short(args)}: it must be an object with the name of each argument')


def _arguments_from_text(text: str) -> dict[str, Any] | Unclear:
    body = text.strip()
    if body in ("", "{}", "null", "None"):
        return {}
    if body.startswith("{"):
        try:
            value = _whole(read_value(body, 0), body)
        except LeftOpen:
            return Unclear('"args" is a string with JSON that is cut off: send "args" as an object')
        except Malformed as error:
            return Unclear(f'"args" is a string with JSON that can\'t be read ({error.why}): send an object')
        if isinstance(value, dict):
            return value
    return Unclear(f'"args" is {_short(text)}: it must be an object with the name of each argument')


def _arguments_from_list(items: list[Any]) -> dict[str, Any] | Unclear:
    """`[{"name": "a", "value": 1}, …]` or `[{"a": 1}, {"b": 2}]`, each argument once."""
    args: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, dict):
            return Unclear(f'"args" is the list {_short(items)}: it must be an object with names')
        if item.keys() == {"name", "value"} and isinstance(item["name"], str):
            item = {item["name"]: item["value"]}
        if args.keys() & item.keys():
            return Unclear('"args" is a list that gives an argument twice: it must be an object')
        args.update(item)
    return args


def _resolved(name: str, known: Collection[str]) -> str:
    """The name without what models wrap around names; spelt as a known one when it is that one."""
    plain = name.strip().strip("`'\"*").replace("\\_", "_").strip()
    plain = re.sub(r"\s*\(\s*\)$", "", plain)
    if plain in known:
        return plain
    for form in (plain, re.split(r"[.:/]", plain)[-1]):
        same = [candidate for candidate in known if folded(candidate) == folded(form)]
        if len(same) == 1 and form:
            return same[0]
    return plain


# --- Thoughts -----------------------------------------------------------------


def _thoughts(by_key: Mapping[str, Any]) -> Thoughts:
    def part(name: str) -> Any:
        key = _first(by_key, _THOUGHT_KEYS[name])
        return by_key[key] if key else None

    return Thoughts(
        text=_text(part("text")),
        reasoning=_text(part("reasoning")),
        plan=_plan(part("plan")),
        criticism=_text(part("criticism")),
        speak=_text(part("speak")),
    )


def _plan(plan: Any) -> tuple[str, ...]:
    match plan:
        case None:
            return ()
        case str():
            lines = plan.splitlines()
        case list():
            lines = [_text(item) for item in plan]
        case dict():
            lines = [_text(item) for item in plan.values()]
        case _:
            lines = [_text(plan)]
    return tuple(line for line in (_BULLET.sub("", line, count=1).strip() for line in lines) if line)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return "\n".join(value)
        case dict() if value and all(isinstance(item, str | int) for item in value.values()):
            return ": ".join(str(item) for item in value.values())
        case _:
            return json.dumps(value, ensure_ascii=False)


# --- Keys ---------------------------------------------------------------------


def _by_folded_key(value: Mapping[str, Any]) -> dict[str, Any]:
    return {folded(key): item for key, item in value.items()}


def _first(by_key: Mapping[str, Any], keys: Collection[str]) -> str:
    return next((key for key in keys if key in by_key), "")


def _envelopes(by_key: Mapping[str, Any]) -> Iterator[Any]:
    """What stands under `response`, `message` and the like, also as a string of JSON."""
    for key in _ENVELOPE_KEYS:
        match by_key.get(key):
            case (dict() | list()) as inside:
                yield inside
            case str() as text if text.strip().startswith("{"):
                try:
                    yield _whole(read_value(text.strip(), 0), text.strip())
                except (LeftOpen, Malformed):
                    continue


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"
