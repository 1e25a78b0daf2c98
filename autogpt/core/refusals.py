"""What the model is told of an action that is refused by policy: why, what to do instead, what the person can do."""

from __future__ import annotations

from autogpt.core.actions import Action, CommandSpec
from autogpt.core.policy import Ruling, always_pattern

_LONGEST_RULE = 160
"""Characters of a rule that is told; nobody would type a longer one."""

_LEFT = "do the rest without it and say at the end what is left to the person"


def denied(ruling: Ruling) -> str:
    """A rule denies it, or its arguments can't be judged."""
    if not ruling.explicit:
        return f"{_sentence(ruling.why)} Send fewer and simpler ones."
    return (
        f"{_sentence(ruling.why)} That holds for the whole run: go another way, or {_LEFT}, who can change "
        "the rule."
    )


def unasked(action: Action, spec: CommandSpec, ruling: Ruling) -> str:
    """A person would have to be asked about it, and nobody is there."""
    can = "change the rule" if ruling.explicit else _allow_it(action, spec)
    instead = f"{ruling.instead} Or {_LEFT}" if ruling.instead else _LEFT.capitalize()
    return f"{_nobody(ruling.why)} {instead}, who can {can}."


def unasked_leaving(why: str) -> str:
    """The same of what could carry something private away; `why` says what to do instead."""
    return f"{_nobody(why)} Or {_LEFT}."


def not_continuous(action: Action, spec: CommandSpec) -> str:
    """The person wants to see each step, and nobody is there."""
    return (
        f"Nobody is there to ask, and the run is not continuous. Only what a rule allows is run: {_LEFT}, who can "
        f"{_allow_it(action, spec)} or start the run with --continuous."
    )


def _nobody(why: str) -> str:
    return f"It needs a person's yes, and nobody is there to ask: {_sentence(why)}"


def _allow_it(action: Action, spec: CommandSpec) -> str:
    rule = always_pattern(action, spec)
    fits = 0 < len(rule) <= _LONGEST_RULE and rule.isprintable() and "'" not in rule
    return f"allow it with --allow '{rule}'" if fits else "allow it by a rule"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
