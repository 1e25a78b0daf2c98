"""Whether a rule matches an action: narrowly to allow it, widely to ask or to deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autogpt.core.actions import Action, CommandSpec
from autogpt.core.policy.arguments import ArgumentKind, argument_kind, as_text, parameter_schemas
from autogpt.core.policy.paths import climbs, fold_path, is_absolute, path_globs, relative
from autogpt.core.policy.patterns import (
    Glob,
    Pattern,
    Wild,
    fold,
    fold_glob,
    glob_matches,
    parse_pattern,
    plain,
    spelt,
)
from autogpt.core.policy.rules import Rule, Verdict
from autogpt.core.policy.urls import allows_url


@dataclass(frozen=True, slots=True)
class Call:
    """An action made ready for matching: arguments as texts, with the defaults of those left out.

    `texts` holds for each argument the texts that must all match an `allow`;
    `leaves` those of which one is enough for a `deny`.
    """

    command: str
    spec: CommandSpec | None
    root: str
    texts: Mapping[str, tuple[str, ...]]
    leaves: Mapping[str, tuple[str, ...]]
    undeclared: frozenset[str]

    @classmethod
    def of(cls, action: Action, spec: CommandSpec | None, root: str) -> Call:
        schemas = parameter_schemas(spec)
        values: dict[str, Any] = {
            name: schema["default"] for name, schema in schemas.items() if schema.get("default") is not None
        }
        values.update(action.args)
        texts: dict[str, tuple[str, ...]] = {}
        leaves: dict[str, tuple[str, ...]] = {}
        for name, value in values.items():
            whole = as_text(value)
            items = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
            texts[name] = tuple(value) if items else (whole,)
            leaves[name] = (whole, *_leaves(value))
        undeclared = frozenset(values) - frozenset(schemas) if spec else frozenset[str]()
        return cls(action.command, spec, root, texts, leaves, undeclared)


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value


def matches(rule: Rule, call: Call) -> bool:
    pattern = parse_pattern(rule.pattern)
    if rule.verdict is Verdict.ALLOW:
        return _allows(pattern, call)
    return _stops(rule.verdict, pattern, call)


def names(verdict: Verdict, command: Glob, spec: CommandSpec) -> bool:
    """Whether a rule means a command."""
    if verdict is Verdict.ALLOW:
        # A glob means the names that the person sees listed; an alias must be written out.
        return glob_matches(command, spec.name) or (plain(command) and spelt(command) in spec.aliases)
    folded = fold_glob(command)
    return any(glob_matches(folded, fold(name)) for name in (spec.name, *spec.aliases))


def _allows(pattern: Pattern, call: Call) -> bool:
    """Narrow: only what the person can have meant."""
    if call.spec is None or not names(Verdict.ALLOW, pattern.command, call.spec):
        return False
    if pattern.args and call.undeclared - {name for name, _ in pattern.args}:
        return False
    for name, glob in pattern.args:
        if call.spec.parameters and name not in parameter_schemas(call.spec):
            return False
        kind = argument_kind(name, call.spec)
        if _is(glob, call.leaves.get(name, ("",))[0]):
            continue
        if not all(_allows_text(glob, text, kind, call.root) for text in call.texts.get(name, ("",))):
            return False
    return True


def _is(glob: Glob, text: str) -> bool:
    return len(glob) == len(text) and glob == tuple(text)


def _allows_text(glob: Glob, text: str, kind: ArgumentKind, root: str) -> bool:
    if _is(glob, text):
        return True
    match kind:
        case "path":
            path = relative(text, root)
            globs = path_globs(glob)
            if climbs(path) or (is_absolute(path) and isinstance(globs[0][0], Wild)):
                return False
            return any(glob_matches(alternative, path, "path") for alternative in globs)
        case "url":
            return allows_url(glob, text)
        case "shell":
            return glob_matches(glob, text, "shell")
        case "text":
            # It may be a path under a name that is not known here.
            return glob_matches(glob, text) and (
                "/" not in glob or any(glob_matches(one, relative(text, root)) for one in path_globs(glob))
            )


def _stops(verdict: Verdict, pattern: Pattern, call: Call) -> bool:
    """Wide: whatever the person may have meant."""
    named = glob_matches(fold_glob(pattern.command), fold(call.command))
    if not named and not (call.spec and names(verdict, pattern.command, call.spec)):
        return False
    for name, glob in pattern.args:
        kind = argument_kind(name, call.spec)
        texts = call.leaves.get(name, ("",))
        # An argument that is not declared may be a misspelling that is understood later.
        texts = (*texts, *(text for other in call.undeclared for text in call.leaves[other]))
        if not any(_stops_text(glob, text, kind, call.root) for text in texts):
            return False
    return True


def _stops_text(glob: Glob, text: str, kind: ArgumentKind, root: str) -> bool:
    if _is(glob, text):
        return True
    folded_glob = fold_glob(glob)
    if kind != "path":
        folded = fold(text)
        if glob_matches(glob, text) or any(
            glob_matches(folded_glob, one) for one in (folded, folded.strip())
        ):
            return True
        if kind != "text":
            return False
    slashes = text.replace("\\", "/")
    paths = {
        relative(text, root),
        fold_path(slashes),
        fold_path(relative(slashes, root.replace("\\", "/"))),
    }
    for alternative in (*path_globs(glob), *path_globs(folded_glob)):
        for path in paths:
            if glob_matches(alternative, path):
                return True
            # What folder the workspace is seen under is not known here, so each end of the path counts.
            if (is_absolute(path) or climbs(path)) and glob_matches((Wild.ANYTHING, "/", *alternative), path):
                return True
    return False
