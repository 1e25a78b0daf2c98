"""What is fixed for a whole run: who the agent is, what it may call, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from autogpt.core.actions import CommandSpec
from autogpt.core.guidance import Guidance
from autogpt.core.leaving import NOTHING_KNOWN, Known
from autogpt.core.limits import Limits, Measure, Window
from autogpt.core.policy import Policy
from autogpt.core.profile import Profile


@dataclass(frozen=True, slots=True)
class Setup:
    """`resources` are what there is in this run, beside what the guidance names. `continuous`: run without asking. `attended`: a person is there and can be asked.

    `spent_before` is what it cost, in US dollars, to work out the profile.
    `said` are the person's own words, in which hosts may be named; None where the profile is the
    person's. `known` is what was read before this run began, by who started it.
    `window` is the thinking model's, `fast_window` the one of the model that summarises.
    """

    profile: Profile
    guidance: Guidance
    commands: tuple[CommandSpec, ...]
    policy: Policy
    limits: Limits
    window: Window
    fast_window: Window
    measure: Measure
    resources: tuple[str, ...] = ()
    continuous: bool = False
    attended: bool = True
    spent_before: Decimal = Decimal(0)
    said: tuple[str, ...] | None = None
    known: Known = NOTHING_KNOWN

    def spec(self, command: str) -> CommandSpec | None:
        """The command of that name."""
        return next((spec for spec in self.commands if spec.name == command), None)
