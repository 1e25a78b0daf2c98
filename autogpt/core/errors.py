"""Who must hear of an error: the model, the person, or the developer.

`CommandError` goes to the model, which can adapt. `UserError` goes to the
person: one line on the terminal and an exit code. `ContextOverflow` and
`OverLimit` are answered by the loop itself. Anything else is a bug, and the
developer gets a traceback in the run's log.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum


class ExitCode(IntEnum):
    """What the process returns, so that scripts can tell the ways to end apart."""

    DONE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    NO_PROGRESS = 4
    LIMIT = 5
    PROVIDER = 6
    INTERRUPTED = 7


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence that names a command by which the model can go on. It is said where there is that command."""

    command: str
    text: str


class CommandError(Exception):
    """A command could not do what was asked; the text teaches the model what to do next.

    The text names no other family's command, for that may not exist in the run: `hints` do.
    """

    def __init__(self, text: str, *hints: Hint) -> None:
        super().__init__(text)
        self.hints = hints

    def told(self, commands: Container[str]) -> str:
        """The text, with the hints at these commands."""
        return " ".join([str(self), *(hint.text for hint in self.hints if hint.command in commands)])


TO_COPY = "  "
"""What a line of a `UserError` begins with that is a command: it is shown as one line, however wide the terminal is."""


class UserError(Exception):
    """One line for the person, that says what happened and what to do next; a command stands `TO_COPY` below it."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(UserError):
    """An option, setting or file of the person's is wrong."""

    exit_code = ExitCode.USAGE


class JournalError(UserError):
    """The record of the run cannot be written or read (a full disk, a lock, damage)."""

    exit_code = ExitCode.INTERRUPTED


class ProviderError(UserError):
    """The model's provider failed, and waiting longer will not help now.

    `of_account`: the key is refused or the credit is used up, which only the person can change.
    """

    exit_code = ExitCode.PROVIDER
    of_account = False


class ContextOverflow(Exception):
    """The provider says that the prompt is too long.

    `window` is the window in tokens that the provider named, if it named one.
    """

    def __init__(self, window: int | None = None) -> None:
        super().__init__(f"the prompt does not fit the model's window ({window or 'size not told'})")
        self.window = window


class LimitKind(str, Enum):
    """What a run may use up."""

    BUDGET = "budget"
    TOKENS = "tokens"
    STEPS = "steps"
    TIME = "time"


class OverLimit(Exception):
    """The next call could go over a limit, so it was not made.

    Amounts are US dollars for `BUDGET`, else tokens, steps or seconds.
    """

    def __init__(self, kind: LimitKind, spent: Decimal, allowed: Decimal, needed: Decimal) -> None:
        super().__init__(f"{kind.value}: spent {spent} of {allowed}, the next call may need {needed}")
        self.kind = kind
        self.spent = spent
        self.allowed = allowed
        self.needed = needed
