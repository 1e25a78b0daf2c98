"""What the core needs of the world. Each port has one to three methods.

Implementations live in the doors and edges (`autogpt.models`, `autogpt.terminal`,
`autogpt.commands`); `autogpt.build` chooses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from autogpt.core.actions import Action, Preview
from autogpt.core.effects import Ask, AskForMore
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Extended,
    Left,
    Ran,
    ReviewAsked,
    RuleAdded,
)
from autogpt.core.leaving import Leave
from autogpt.core.messages import Completion, Message

Answer = Authorised | RuleAdded | Advised | ReviewAsked | Left


class Model(Protocol):
    """A language model."""

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """Answer a prompt with at most `reply_tokens` tokens.

        `as_reply` asks for the agent's reply format, enforced by the server where it can.
        Raises ContextOverflow, OverLimit, ProviderError; KeyboardInterrupt cancels the call.
        """
        ...


class User(Protocol):
    """The person, if there is one."""

    def authorise(self, question: Ask) -> Answer:
        """Ask; wait for the answer. A missing answer is never a yes."""
        ...

    def extend(self, question: AskForMore) -> Extended | Left:
        """Ask for more of what has run out."""
        ...

    def said(self) -> str | None:
        """What the person typed since the last call while the agent worked, if anything."""
        ...


class Commands(Protocol):
    """What the model may call."""

    def canonical(self, action: Action) -> Action:
        """The action under the command's own name and argument names, its values coerced.

        Policy, prompt and person see this form, so that no synonym slips past a rule.
        An action that can't be understood comes back unchanged.
        """
        ...

    def preview(self, action: Action) -> Preview | None:
        """What the action would do to a file as it is now, or why it can only fail; None where that can't be told.

        Changes nothing and never raises.
        """
        ...

    def run(self, action: Action) -> Ran:
        """Run one action. Never raises CommandError: a failure is `Ran(ok=False)`.

        KeyboardInterrupt ends the command and its processes, and passes.
        """
        ...


class Outgoing(Protocol):
    """What judges, while a command runs, where servers lead it."""

    def begin(self, leave: Leave) -> None:
        """A command is about to run, and this is what may leave."""
        ...


class Allowance(Protocol):
    """What holds the model calls to their limits."""

    def extend(self, amount: Decimal, kind: LimitKind) -> None:
        """Allow so much more (dollars or tokens; other kinds are not its business)."""
        ...


class Clock(Protocol):
    """The time."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...


class Watcher(Protocol):
    """Sees model calls as they go on, so that the person sees that something is happening."""

    def call_started(self, what: str) -> None:
        """A call begins; `what` names the model, in words for the person."""
        ...

    def call_streamed(self, text: str) -> None:
        """A piece of the reply arrived."""
        ...

    def call_waiting(self, seconds: float, why: str) -> None:
        """The call failed and is tried again after `seconds`."""
        ...

    def call_ended(self) -> None:
        """The call is over, whichever way."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a running agent reaches."""

    model: Model
    fast_model: Model
    user: User
    commands: Commands
    allowance: Allowance
    clock: Clock
    outgoing: Outgoing | None = None
