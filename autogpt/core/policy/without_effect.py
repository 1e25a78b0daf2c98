"""Rules that can never decide anything: misspelt ones, and those behind others."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from autogpt.core.actions import CommandSpec
from autogpt.core.policy.arguments import argument_kind, parameter_schemas
from autogpt.core.policy.matching import names
from autogpt.core.policy.patterns import EVERYTHING, includes, parse_pattern, plain, spelt
from autogpt.core.policy.rules import Policy, Rule, Verdict
from autogpt.core.policy.urls import split_url_glob


def unreachable_rules(policy: Policy, specs: Sequence[CommandSpec]) -> list[str]:
    """A warning for each rule that can never decide anything, or not what it seems to, with the reason."""
    warnings = []
    for index, rule in enumerate(policy.rules):
        misspelt = _misspelt(rule, specs)
        if misspelt and rule.verdict is not Verdict.ALLOW and _is_anything(rule):
            # What a deny or an ask may mean is read widely, so this one stops every call.
            warnings.append(f"{rule} holds for every call: {misspelt}")
        elif reason := misspelt or _shadow(rule, policy.rules[:index], policy.rules):
            warnings.append(f"{rule} never has an effect: {reason}")
    return warnings


def _is_anything(rule: Rule) -> bool:
    pattern = parse_pattern(rule.pattern)
    return bool(pattern.args) and all(glob == EVERYTHING for _, glob in pattern.args)


def _misspelt(rule: Rule, specs: Sequence[CommandSpec]) -> str:
    pattern = parse_pattern(rule.pattern)
    meant = [spec for spec in specs if names(rule.verdict, pattern.command, spec)]
    if not meant:
        known = [name for spec in specs for name in (spec.name, *spec.aliases)]
        return "there is no such command" + _nearest(spelt(pattern.command), known)
    for name, glob in pattern.args:
        takers = [spec for spec in meant if not spec.parameters or name in parameter_schemas(spec)]
        if not takers:
            known = [parameter.name for spec in meant for parameter in spec.parameters]
            return f"{meant[0].name} has no argument {name}" + _nearest(name, known)
        kinds = {argument_kind(name, spec) for spec in takers}
        if kinds == {"path"} and ".." in spelt(glob).split("/"):
            return f"paths are compared after .. is resolved, so {name} cannot match one that contains it"
        if (
            kinds == {"url"}
            and rule.verdict is Verdict.ALLOW
            and glob != EVERYTHING
            and split_url_glob(glob) is None
        ):
            return f"what it allows for {name} must begin with https:// or http://"
    return ""


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shadow(rule: Rule, earlier: Sequence[Rule], everyone: Sequence[Rule]) -> str:
    denials = [other for other in everyone if other.verdict is Verdict.DENY]
    if rule.verdict is Verdict.DENY:
        before = [other for other in earlier if other.verdict is Verdict.DENY]
    else:
        before = [*denials, *earlier]
    for other in before:
        if _covers(other, rule):
            return f"the rule `{other}` decides first"
    return ""


def _covers(broad: Rule, narrow: Rule) -> bool:
    """Whether the first rule surely matches whatever the second does; False where that is not certain."""
    first, second = parse_pattern(broad.pattern), parse_pattern(narrow.pattern)
    if broad.verdict is Verdict.ALLOW:
        # `allow` matches narrowly, so only the plainest cases are certain.
        if narrow.verdict is Verdict.ALLOW:
            own = dict(second.args)
            same = all(own.get(name) == glob for name, glob in first.args)
            return same and includes(first.command, second.command)
        same = first.command == second.command and plain(first.command)
        return not first.args and (same or first.command == EVERYTHING)
    own = dict(second.args)
    return includes(first.command, second.command) and all(
        glob == EVERYTHING or (name in own and includes(glob, own[name])) for name, glob in first.args
    )
