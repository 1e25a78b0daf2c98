"""What happened: frozen facts in the past tense, and the only source of a session.

Every event is written to the journal before it is shown. Field names are the
journal's format (docs/journal.md); a reader ignores fields that it doesn't know.
`at` is seconds since 1970, set where the event is made; 0 means not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from autogpt.core.actions import Action, JsonObject, Thoughts
from autogpt.core.errors import LimitKind
from autogpt.core.messages import NO_USAGE, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all events have."""

    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Replied(Fact):
    """The model chose an action."""

    thoughts: Thoughts
    action: Action
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Garbled(Fact):
    """The model's reply could not be read, or was cut off; nothing may be run from it."""

    text: str
    why: str
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Authorised(Fact):
    """The person allowed the pending action, and `steps - 1` more without asking."""

    steps: int = 1


@dataclass(frozen=True, slots=True)
class RuleAdded(Fact):
    """The person allowed every action that `pattern` matches, for the rest of the run."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Advised(Fact):
    """The person said something to the agent. It clears what was pending."""

    text: str


@dataclass(frozen=True, slots=True)
class ReviewAsked(Fact):
    """The person asked the model to review its own thoughts."""


@dataclass(frozen=True, slots=True)
class Reviewed(Fact):
    """The model's verdict on its own thoughts; `agrees` means that the action may be run."""

    verdict: str
    agrees: bool
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Denied(Fact):
    """An action was not run, and why: a rule of the policy, or the progress guard."""

    action: Action
    why: str
    by: str = "policy"


@dataclass(frozen=True, slots=True)
class Begun(Fact):
    """A command that changes the world is about to start. On disk before it starts."""

    action: Action


@dataclass(frozen=True, slots=True)
class Ran(Fact):
    """A command ended. `changed` says whether the workspace differs from before it.

    `usage` covers the model calls that the command itself made.
    `full_result` names the workspace file with the whole result when `result` was cut.
    `seen` has a digest of each file that the model came to know by it, "" for one that is gone.
    Of the addresses in the result, `own` stand in files of the person's that are unchanged since
    before the run, and `made` are not the web's although it was asked. `led` are the ways, "FROM TO",
    on which servers led what could carry something away to another site. `inside`: it came from the
    person's own network. `packages` are what manifests of the person's that were read, unchanged since
    before the run, call packages. `fresh`: the workspace held nothing when the program started, and there
    is nothing else of the person's that commands on files or programs could have read.
    """

    action: Action
    ok: bool
    result: str
    changed: bool = False
    usage: Usage = NO_USAGE
    full_result: str | None = None
    seen: JsonObject = field(default_factory=dict[str, Any])
    own: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    inside: bool = False
    packages: tuple[str, ...] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Summarised(Fact):
    """The oldest `turns` turns were folded into the running summary."""

    summary: str
    turns: int
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Overflowed(Fact):
    """The provider said that the prompt was too long; `window` is what it named, in tokens.

    `of_fast_model`: it was a prompt to the model that summarises and reviews.
    """

    window: int | None = None
    of_fast_model: bool = False


@dataclass(frozen=True, slots=True)
class LimitMet(Fact):
    """A limit stopped the next step. Amounts: US dollars for the budget, else a count or seconds."""

    kind: LimitKind
    spent: Decimal
    allowed: Decimal
    needed: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Extended(Fact):
    """The person raised a limit by so much (dollars, tokens, steps or seconds)."""

    kind: LimitKind
    by: Decimal


@dataclass(frozen=True, slots=True)
class Stuck(Fact):
    """The progress guard gave up: the agent goes in circles."""

    why: str


@dataclass(frozen=True, slots=True)
class Interrupted(Fact):
    """The person pressed Ctrl-C. `usage` is what the cancelled model call had cost by then."""

    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Failed(Fact):
    """The model's provider failed for good, and the run stopped; it can be resumed."""

    why: str
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Left(Fact):
    """The person left; the run can be resumed."""


@dataclass(frozen=True, slots=True)
class Resumed(Fact):
    """A run that had stopped went on in a new process."""


@dataclass(frozen=True, slots=True)
class Kept(Fact):
    """The person had typed something that the agent wasn't told before the run stopped: it is told next time.

    `half` is a line that they had begun and not ended by Enter; it is not for the agent.
    """

    text: str
    half: str = ""


@dataclass(frozen=True, slots=True)
class Unknown(Fact):
    """An event written by a newer version: kept as it is, and passed over."""

    kind: str
    data: JsonObject = field(default_factory=dict[str, Any])


Event = (
    Replied
    | Garbled
    | Authorised
    | RuleAdded
    | Advised
    | ReviewAsked
    | Reviewed
    | Denied
    | Begun
    | Ran
    | Summarised
    | Overflowed
    | LimitMet
    | Extended
    | Stuck
    | Interrupted
    | Failed
    | Left
    | Resumed
    | Kept
    | Unknown
)
