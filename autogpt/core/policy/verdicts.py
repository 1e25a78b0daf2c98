"""Whether an action may be run, and why: the rules first, then the preset."""

from __future__ import annotations

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.policy.arguments import argument_kind
from autogpt.core.policy.executing import executed
from autogpt.core.policy.matching import Call, matches
from autogpt.core.policy.patterns import Glob, Wild, parse_pattern
from autogpt.core.policy.rules import BY_THE_PERSON, Policy, Preset, Rule, Ruling, Verdict
from autogpt.core.policy.urls import allows_url, split_url_glob


def ruling(policy: Policy, action: Action, spec: CommandSpec | None, *, outside: bool = False) -> Ruling:
    """Whether an action may be run. `spec` is the command's, None where there is no such command.

    `outside` says whether text from outside was read in the run.
    """
    try:
        call = Call.of(action, spec, policy.root)
    except (RecursionError, ValueError):
        return Ruling(Verdict.DENY, "its arguments cannot be read, so no rule can be applied to them", False)
    for rule in policy.rules:
        if rule.verdict is Verdict.DENY and matches(rule, call):
            return _by_rule(rule)
    if spec is None:
        return Ruling(Verdict.ASK, f"there is no command {action.command!r} that rules could know", False)
    made = executed(action, spec, outside=outside)
    for rule in policy.rules:
        if rule.verdict is not Verdict.DENY and matches(rule, call) and not (made and _is_too_wide(rule)):
            return _by_rule(rule)
    if made and policy.preset is Preset.DEFAULT:
        why = f"{made.why}, so the person must be asked (preset `{policy.preset.value}`)"
        instead = made.instead if any(one.content for one in spec.parameters) else ""
        return Ruling(Verdict.ASK, why, False, note=f"{made.why}.", instead=instead)
    asking = next((one for one in spec.parameters if one.asks and action.args.get(one.name)), None)
    if asking and policy.preset is Preset.DEFAULT:
        why = f"{spec.name} {asking.asks}, so the person must be asked (preset `{policy.preset.value}`)"
        without = f"Without {asking.name} it needs no yes."
        return Ruling(Verdict.ASK, why, False, note=f"It {asking.asks}.", instead=without)
    return _by_preset(policy.preset, spec)


def _is_too_wide(rule: Rule) -> bool:
    """Whether a rule that was added at the prompt, for other files, would cover one that others execute."""
    globs = [glob for _, glob in parse_pattern(rule.pattern).args]
    named = bool(globs) and not any(isinstance(token, Wild) for glob in globs for token in glob)
    return rule.verdict is Verdict.ALLOW and rule.origin == BY_THE_PERSON and not named


def _by_rule(rule: Rule) -> Ruling:
    match rule.verdict:
        case Verdict.ALLOW:
            does = "allows this"
        case Verdict.ASK:
            does = "says that the person must be asked"
        case Verdict.DENY:
            does = "denies this"
    where = f" ({rule.origin})" if rule.origin else ""
    return Ruling(rule.verdict, f"the rule `{rule.verdict.value} {rule.pattern}`{where} {does}", True)


def names_address(policy: Policy, url: str, *, but: str = "") -> bool:
    """Whether a rule that allows something names this address by its host; rules from `but` don't count."""
    for rule in policy.rules:
        if rule.verdict is not Verdict.ALLOW or (but and rule.origin == but):
            continue
        for name, glob in parse_pattern(rule.pattern).args:
            parts = split_url_glob(glob) if argument_kind(name, None) == "url" else None
            if parts and _is_host(parts[1]) and allows_url(glob, url):
                return True
    return False


def _is_host(host: Glob) -> bool:
    """Whether a glob names whom a host belongs to: its last two labels as they are, or all of it."""
    labels = "".join(one if isinstance(one, str) else "*" for one in _without_port(host)).split(".")
    return not any("*" in label for label in labels[-2:])


def _without_port(host: Glob) -> Glob:
    """A host's glob alone; an address of IPv6 keeps its brackets."""
    start = host.index("]") if host[:1] == ("[",) and "]" in host else 0
    return host[: host.index(":", start)] if ":" in host[start:] else host


SENSITIVE = {
    Touch.MONEY: "spends money",
    Touch.OUTSIDE: "speaks to others under the person's name",
    Touch.HOST: "runs outside the sandbox",
}
"""What only a rule or the preset `trusted` allows without asking."""


_ORDINARY = {Touch.FILES, Touch.MEMORY, Touch.PROCESSES, Touch.NETWORK, Touch.FETCHING}


def _by_preset(preset: Preset, spec: CommandSpec) -> Ruling:
    def says(verdict: Verdict, reason: str) -> Ruling:
        return Ruling(verdict, f"{spec.name} {reason} (preset `{preset.value}`)", False)

    match preset:
        case Preset.TRUSTED:
            return says(Verdict.ALLOW, "is allowed like every command")
        case Preset.CAUTIOUS:
            if spec.reads_only and spec.touches <= {Touch.FILES}:
                return says(Verdict.ALLOW, "only reads files in the workspace")
            if spec.reads_only and spec.touches <= {Touch.FILES, Touch.MEMORY}:
                return says(Verdict.ALLOW, "only reads what the agent keeps")
            return says(
                Verdict.ASK, "does more than read files in the workspace, so the person must be asked"
            )
        case Preset.DEFAULT:
            for touch, what in SENSITIVE.items():
                if touch in spec.touches:
                    return says(Verdict.ASK, f"{what}, so the person must be asked")
            if Touch.NETWORK in spec.touches and not spec.reads_only:
                return says(Verdict.ASK, "does more than read from the network, so the person must be asked")
            if spec.touches <= _ORDINARY:
                return says(Verdict.ALLOW, "stays within the workspace, the sandbox and reading the web")
            return says(
                Verdict.ASK, "touches something that the preset does not know, so the person must be asked"
            )
