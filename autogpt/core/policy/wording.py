"""What a rule that allows something opens, in plain words made from the rule itself."""

from __future__ import annotations

from autogpt.core.actions import CommandSpec
from autogpt.core.policy.arguments import argument_kind
from autogpt.core.policy.patterns import Glob, Wild, parse_pattern, plain, spelt, written


def in_words(pattern: str, spec: CommandSpec) -> str:
    """One sentence for the person, "" for no pattern. Raises ValueError for what is no pattern."""
    if not pattern:
        return ""
    parsed = parse_pattern(pattern)
    command, bound = spelt(parsed.command), dict(parsed.args)
    free = [parameter.name for parameter in spec.parameters if parameter.name not in bound]
    if not bound:
        return f"It allows {command}, {'whatever its arguments are' if free else 'which has no arguments'}."
    if not free and all(map(plain, bound.values())):
        return f"It allows {command} with exactly these arguments, and with no others."
    conditions = [_condition(name, glob, spec) for name, glob in bound.items()]
    rest = f", whatever its {' and '.join(free)} {'is' if len(free) == 1 else 'are'}" if free else ""
    return f"It allows {command} where {' and '.join(conditions)}{rest}."


def _condition(name: str, glob: Glob, spec: CommandSpec) -> str:
    start = glob[:-1]
    if plain(glob):
        return f"its {name} is {written(spelt(glob))}"
    if glob[-1:] == (Wild.ANYTHING,) and start[-1:] == ("/",) and plain(start):
        match argument_kind(name, spec):
            case "path":
                return f"its {name} is anything in the folder {written(spelt(start))} or in folders below it"
            case "url":
                return f"its {name} is any address that begins with {written(spelt(start))}"
            case _:
                pass
    return f"its {name} is like {spelt(glob)} (* stands for anything, ? for one character)"
