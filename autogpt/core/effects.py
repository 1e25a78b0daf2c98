"""What the agent wants next: wishes in the imperative, made by `decide`, granted by `perform`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from autogpt.core.actions import Action, Preview
from autogpt.core.errors import ExitCode, LimitKind
from autogpt.core.events import Denied, LimitMet, Stuck
from autogpt.core.messages import Message
from autogpt.core.unreachable import assert_never


@dataclass(frozen=True, slots=True)
class Think:
    """Ask the model for the next thoughts and action; `reply_tokens` bounds the reply."""

    messages: tuple[Message, ...]
    reply_tokens: int


@dataclass(frozen=True, slots=True)
class Review:
    """Ask the model to judge its own last thoughts."""

    messages: tuple[Message, ...]
    reply_tokens: int


@dataclass(frozen=True, slots=True)
class Summarise:
    """Ask the fast model to fold the oldest `turns` turns into the running summary."""

    messages: tuple[Message, ...]
    reply_tokens: int
    turns: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the person what to do: with an action to approve, or, with none, how to go on.

    `note` is a line that the person must see first (an unknown outcome, a loop).
    `rule` is what "always" would add to the policy, shown before it is added; `opens` says in plain
    words what it allows. `preview` is what the action would do to a file; `perform` puts it in.
    """

    action: Action | None
    note: str = ""
    rule: str = ""
    opens: str = ""
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class AskForMore:
    """A limit is met and a person is there: ask for more of it."""

    kind: LimitKind
    spent: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Write down that the action is about to run."""

    action: Action


@dataclass(frozen=True, slots=True)
class Run:
    """Run the action."""

    action: Action


@dataclass(frozen=True, slots=True)
class Record:
    """Write down a fact that follows from the others (a denial, a limit met, no progress)."""

    event: Denied | LimitMet | Stuck


class StopReason(str, Enum):
    """Why a run ended."""

    COMPLETE = "complete"
    LEFT = "left"
    STEPS = "step limit"
    LIMIT = "limit"
    REFUSED = "refused"
    STUCK = "stuck"
    WINDOW = "window too small"

    @property
    def exit_code(self) -> ExitCode:
        """The process's exit code for this ending."""
        match self:
            case StopReason.COMPLETE:
                return ExitCode.DONE
            case StopReason.LEFT:
                return ExitCode.INTERRUPTED
            case StopReason.STEPS | StopReason.LIMIT:
                return ExitCode.LIMIT
            case StopReason.REFUSED:
                return ExitCode.REFUSED
            case StopReason.WINDOW:
                return ExitCode.PROVIDER
            case StopReason.STUCK:
                return ExitCode.NO_PROGRESS
            case unreachable:
                assert_never(unreachable)


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run; words that the person typed meanwhile hold a `COMPLETE` back."""

    reason: StopReason
    text: str = ""


Effect = Think | Review | Summarise | Ask | AskForMore | Begin | Run | Record | Stop
