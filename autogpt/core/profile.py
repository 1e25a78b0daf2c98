"""Who the agent is in a run: name, role, goals and budget."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MOST_GOALS = 5
"""As many as a model is asked for, and a person."""


@dataclass(frozen=True, slots=True)
class Profile:
    """`budget` is in US dollars; `None` means no limit. At most five goals are meant.

    `task` is what the person typed, where the rest was worked out from it: goals are
    a model's words, and may have lost a detail.
    """

    name: str
    role: str
    goals: tuple[str, ...]
    budget: Decimal | None = None
    task: str = ""
