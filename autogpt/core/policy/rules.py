"""Rules and what holds where none matches, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from autogpt.core.policy.patterns import parse_pattern

BY_THE_PERSON = "you, in this run"
"""Where a rule comes from that was added at the prompt."""


class Verdict(str, Enum):
    """What is to happen with an action."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Preset(str, Enum):
    """What happens with an action that no rule matches."""

    CAUTIOUS = "cautious"
    """Reading files in the workspace is allowed; everything else is asked."""

    DEFAULT = "default"
    """What stays in the workspace and the sandbox, and reading the web, is allowed."""

    TRUSTED = "trusted"
    """Every known command is allowed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `origin` says where it was written: `policy.yaml:12`, `--allow`, `you, in this run`.

    Raises ValueError for a pattern that cannot be read.
    """

    verdict: Verdict
    pattern: str
    origin: str = ""

    def __post_init__(self) -> None:
        parse_pattern(self.pattern)

    def __str__(self) -> str:
        where = f"{self.origin}: " if self.origin else ""
        return f"{where}{self.verdict.value} {self.pattern}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in their order, and what holds where none matches.

    `root` is the workspace's absolute path, if known: absolute paths below it then
    compare as relative ones. A Windows path there (`C:\\...`) makes backslashes count
    as separators.
    """

    rules: tuple[Rule, ...] = ()
    preset: Preset = Preset.DEFAULT
    root: str = ""

    def with_rule(self, rule: Rule) -> Policy:
        """This policy with a rule that comes before all others."""
        return replace(self, rules=(rule, *self.rules))


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and its reason, in words for the person and the model.

    `explicit` is true where a rule decided, false where the preset did. `note` is what the person must be told
    beside the action itself, when asked about it. `instead` is a sentence for the model on what needs no question.
    """

    verdict: Verdict
    why: str
    explicit: bool
    note: str = ""
    instead: str = ""


def option_rules(allow: Iterable[str], ask: Iterable[str], deny: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of `--allow`, `--ask` and `--deny`. Where two match, the more careful one counts.

    Raises ValueError with the option's name.
    """
    given = ((Verdict.DENY, deny), (Verdict.ASK, ask), (Verdict.ALLOW, allow))
    rules = []
    for verdict, patterns in given:
        for pattern in patterns:
            try:
                rules.append(Rule(verdict, pattern, f"--{verdict.value}"))
            except ValueError as error:
                raise ValueError(f"--{verdict.value} {pattern}: {error}") from None
    return tuple(rules)
