"""A command is a plain typed method; its signature and docstring are its schema.

Schemas of simple types are made by hand, so that pydantic (which takes long to
import) is needed only when a command is called, or has a type out of the common.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar

from autogpt.core.actions import CommandSpec, Parameter, Preview, Touch
from autogpt.core.messages import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class InWorkspace:
    """Marks a parameter that names a file or folder of the workspace; `follows`: what a link leads to."""

    follows: bool = True


Filename = Annotated[str, InWorkspace()]
"""The type of a parameter that names a file or folder: policies then judge its one true spelling."""

EntryName = Annotated[str, InWorkspace(follows=False)]
"""The same where a link itself is meant, not what it leads to."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """Marks a parameter that holds what a file is to hold: see `Parameter.content`."""


Content = Annotated[str, FileContent()]
"""The type of a text that a file is to hold."""


@dataclass(frozen=True, slots=True, eq=False)  # types with marks must be hashable
class Shape:
    """Marks a parameter with the one JSON Schema that is asked for, where its type takes other forms too.

    A server that holds replies to a schema needs one without "any value at all".
    """

    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asks:
    """Marks a parameter that needs the person's yes where it is given: what the command does then, as a verb."""

    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command gives back when it has more to say than a text.

    `usage` covers the model calls that the command made. `source` names the workspace file whose
    lines from `first_line` on the text is; of a text without `source` that is too long for the
    model, the whole is saved. `given` are the addresses that the web gave, of those that the text holds.
    """

    text: str
    usage: Usage = NO_USAGE
    source: str | None = None
    first_line: int = 1
    given: frozenset[str] = frozenset()


Readable = Callable[[str, str], bool]
"""Says of a command's name and a file's whether the person's rules let it look into the file without asking."""


def everything_is_readable(command: str, filename: str) -> bool:
    """Where there are no rules."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """A command ready to be called. `types` are the parameters' Python types; without one, any value passes.

    `preview` takes the same arguments, changes nothing, and says what the call would do to a file. `foresees`
    takes them too, and raises CommandError where the call could only fail, as far as can be told beforehand.
    """

    spec: CommandSpec
    call: Callable[..., str | Outcome]
    types: Mapping[str, Any] = field(default_factory=dict)
    preview: Callable[..., Preview] | None = None
    foresees: Callable[..., None] | None = None


@dataclass(frozen=True, slots=True)
class _Declaration:
    aliases: tuple[str, ...]
    reads_only: bool
    touches: frozenset[Touch]
    reads: tuple[str, ...]
    walks: tuple[str, ...]
    preview: str = ""
    foresees: str = ""
    """The names of the methods that do so."""


_Function = TypeVar("_Function", bound=Callable[..., str | Outcome])
_Preview = TypeVar("_Preview", bound=Callable[..., Preview])
_Foresight = TypeVar("_Foresight", bound=Callable[..., None])
_Mark = TypeVar("_Mark")
_MARK = "__command__"


def command(
    *,
    aliases: tuple[str, ...] = (),
    reads_only: bool = False,
    touches: Iterable[Touch] = (),
    reads: tuple[str, ...] = (),
    walks: tuple[str, ...] = (),
) -> Callable[[_Function], _Function]:
    """Make a method or function a command, called by its name or one of its aliases.

    The first paragraph of its docstring is what the model is told. `reads_only` commands change
    nothing and may be run again after a crash; `touches` says what the command reaches. `reads` and
    `walks` name the parameters of files and folders whose text it shows: see `CommandSpec`.
    """
    declaration = _Declaration(aliases, reads_only, frozenset(touches), reads, walks)

    def mark(function: _Function) -> _Function:
        setattr(function, _MARK, declaration)
        return function

    return mark


def previews(function: Callable[..., str | Outcome]) -> Callable[[_Preview], _Preview]:
    """Make a method of the same class the one that says what a command would do to a file."""

    def mark(method: _Preview) -> _Preview:
        declaration: _Declaration = getattr(function, _MARK)
        setattr(function, _MARK, replace(declaration, preview=method.__name__))
        return method

    return mark


def foresees(function: Callable[..., str | Outcome]) -> Callable[[_Foresight], _Foresight]:
    """Make a method of the same class the one that raises CommandError where a command could only fail."""

    def mark(method: _Foresight) -> _Foresight:
        declaration: _Declaration = getattr(function, _MARK)
        setattr(function, _MARK, replace(declaration, foresees=method.__name__))
        return method

    return mark


def commands_of(family: object) -> Iterator[Command]:
    """The commands of a family: its decorated methods in the order of the class, itself if it is one."""
    if isinstance(family, Command):
        yield family
        return
    if isinstance(getattr(family, _MARK, None), _Declaration):
        yield _built(typing.cast("Callable[..., str | Outcome]", family))
        return
    names: dict[str, None] = {}
    for part in reversed(type(family).__mro__):
        names.update(dict.fromkeys(vars(part)))
    for name in names:
        if isinstance(getattr(getattr(type(family), name, None), _MARK, None), _Declaration):
            yield _built(getattr(family, name))


def _built(call: Callable[..., str | Outcome]) -> Command:
    declaration: _Declaration = getattr(call, _MARK)
    function = inspect.unwrap(getattr(call, "__func__", call))
    hints = typing.get_type_hints(function, include_extras=True)
    parameters, kinds = [], {}
    for name, parameter in inspect.signature(call).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise TypeError(f"command {call.__name__}: parameter {name!r} must be one that is passed by name")
        if name not in hints:
            raise TypeError(f"command {call.__name__}: parameter {name!r} needs a type")
        required = parameter.default is parameter.empty
        schema = dict(schema_of(hints[name]))
        if not required and parameter.default is not None:
            schema["default"] = parameter.default
        asks = _marked(hints[name], Asks)
        content = is_content(hints[name])
        parameters.append(Parameter(name, schema, required, asks.why if asks else "", content))
        kinds[name] = hints[name]
    if unknown := {*declaration.reads, *declaration.walks} - {parameter.name for parameter in parameters}:
        raise TypeError(f"command {call.__name__} has no parameter {', '.join(sorted(unknown))}")
    paragraph = (inspect.getdoc(call) or "").partition("\n\n")[0]
    if not paragraph:
        raise TypeError(f"command {call.__name__} needs a docstring: the model is told its first paragraph")
    spec = CommandSpec(
        name=call.__name__,
        description=" ".join(paragraph.split()),
        parameters=tuple(parameters),
        aliases=declaration.aliases,
        reads_only=declaration.reads_only,
        touches=declaration.touches,
        reads=declaration.reads,
        walks=declaration.walks,
    )
    preview, foresight = (
        getattr(getattr(call, "__self__", None), name) if name else None
        for name in (declaration.preview, declaration.foresees)
    )
    return Command(spec, call, kinds, preview, foresight)


_SIMPLE: Mapping[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def schema_of(kind: Any) -> Mapping[str, Any]:
    """The JSON Schema of a parameter's Python type; an optional one's is that of the value."""
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if kind is Any:
        return {}
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    for mark in inner[1:] if origin is Annotated else ():
        if isinstance(mark, Shape):
            return mark.schema
    if origin is Annotated:
        plain = mark_of(kind) or is_content(kind) or _marked(kind, Asks)
        return schema_of(inner[0]) if plain else _schema_by_pydantic(kind)
    if origin in (typing.Union, types.UnionType):
        # An optional argument is left out, so that the model needn't know of null.
        schemas = [schema_of(one) for one in inner if one is not type(None)]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    if origin is Literal:
        return {"enum": list(inner)}
    if (kind is list or origin in (list, tuple)) and (not inner or origin is list):
        return {"type": "array", **({"items": schema_of(inner[0])} if inner else {})}
    if kind is dict or origin is dict:
        return {"type": "object"}
    return _schema_by_pydantic(kind)


def mark_of(kind: Any) -> InWorkspace | None:
    """What a parameter's type says of a file or folder of the workspace that it names; None if it names none."""
    return _marked(kind, InWorkspace)


def is_content(kind: Any) -> bool:
    """Whether a parameter's type says that it holds what a file is to hold."""
    return _marked(kind, FileContent) is not None


def _marked(kind: Any, mark: type[_Mark]) -> _Mark | None:
    """The mark that a parameter's type carries, or one of the types that it may be."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next(filter(None, (_marked(one, mark) for one in typing.get_args(kind))), None)
    marks = typing.get_args(kind)[1:] if typing.get_origin(kind) is Annotated else ()
    return next((one for one in marks if isinstance(one, mark)), None)


def _schema_by_pydantic(kind: Any) -> Mapping[str, Any]:
    from pydantic import TypeAdapter

    schema: Mapping[str, Any] = TypeAdapter(kind).json_schema()
    return schema
