"""The rule that "always" adds at the prompt: no wider than the kind of action that the person sees."""

from __future__ import annotations

from typing import Any

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.policy.arguments import argument_kind, as_text, parameter_schemas
from autogpt.core.policy.executing import executed
from autogpt.core.policy.matching import Call, matches
from autogpt.core.policy.paths import climbs, resolved
from autogpt.core.policy.patterns import parse_pattern, written
from autogpt.core.policy.rules import Rule, Verdict
from autogpt.core.policy.urls import URL
from autogpt.core.policy.verdicts import SENSITIVE

LONGEST_ALWAYS = 1_000
"""Characters. A rule that is longer cannot be read before it is agreed to, so it is not offered."""


def always_pattern(action: Action, spec: CommandSpec | None) -> str:
    """The pattern of the rule that "always" adds for an action, or "" where none can be offered.

    Not wider than the kind of action that the person sees:

    - spends money, speaks to others, runs outside the sandbox, or runs a process: exactly
      these arguments, and no others;
    - only reads files: the command with any arguments;
    - reads the web: the same site;
    - writes files: the same folder, or at the top of the workspace the same file;
      what deletes, removes or moves, and what others will execute: the same file;
    - anything else: exactly these arguments.
    """
    if spec is None:
        return ""
    try:
        pattern = _always(action, spec)
        parse_pattern(pattern)
    except (RecursionError, ValueError):
        return ""
    rule = Rule(Verdict.ALLOW, pattern)
    if len(pattern) > LONGEST_ALWAYS or not matches(rule, Call.of(action, spec, "")):
        return ""
    return pattern


def _always(action: Action, spec: CommandSpec) -> str:
    exactly = spec.touches & (SENSITIVE.keys() | {Touch.PROCESSES})
    if exactly:
        return _exact(action, spec)
    if spec.touches & {Touch.NETWORK, Touch.FETCHING}:
        site = _same_site(action, spec) if spec.reads_only else ""
        return site or _exact(action, spec)
    if spec.reads_only:
        return spec.name
    if spec.touches == {Touch.FILES}:
        return _same_folders(action, spec) or _exact(action, spec)
    return _exact(action, spec)


def _exact(action: Action, spec: CommandSpec) -> str:
    """All arguments, those left out as well: `name=""` where there is no default."""
    values: dict[str, Any] = {
        name: "" if schema.get("default") is None else schema["default"]
        for name, schema in parameter_schemas(spec).items()
    }
    values.update(action.args)
    if not values:
        return spec.name
    args = ", ".join(f"{name}={written(as_text(value))}" for name, value in values.items())
    return f"{spec.name}({args})"


def _same_site(action: Action, spec: CommandSpec) -> str:
    urls = {name: text for name, text in action.args.items() if argument_kind(name, spec) == "url"}
    if not urls:
        return spec.name  # a search, say: it names no place of its own
    args = []
    for name, url in urls.items():
        found = URL.fullmatch(url) if isinstance(url, str) else None
        if found is None or not found.group(2).isascii():
            return ""
        site = written(f"{found.group(1)}://{found.group(2).lower()}/")
        args.append(f'{name}={site[:-1]}*"')
    return f"{spec.name}({', '.join(args)})"


def _same_folders(action: Action, spec: CommandSpec) -> str:
    paths = {name: text for name, text in action.args.items() if argument_kind(name, spec) == "path"}
    runs = executed(action, spec, outside=True) is not None
    destroys = spec.name.startswith(("delete", "remove", "move", "rename"))
    args = []
    for name, text in paths.items():
        if not isinstance(text, str):
            return ""
        path = resolved(text)
        folder, slash, _ = path.rpartition("/")
        if destroys or runs or not folder or path.startswith("/") or climbs(path) or "\\" in path:
            args.append(f"{name}={written(text)}")
        else:
            args.append(f'{name}={written(folder + slash)[:-1]}*"')
    return f"{spec.name}({', '.join(args)})" if args else ""
