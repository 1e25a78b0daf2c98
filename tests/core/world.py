"""A small world for tests of the core: scripted ports that record what was asked of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from autogpt.core.actions import Action, CommandSpec, Parameter, Touch
from autogpt.core.effects import Ask, AskForMore, Stop
from autogpt.core.errors import LimitKind
from autogpt.core.events import Authorised, Event, Extended, Left, Ran
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits, window_of
from autogpt.core.loop import run
from autogpt.core.messages import Completion, Message, Usage
from autogpt.core.policy import Policy
from autogpt.core.ports import Answer, Ports
from autogpt.core.profile import Profile
from autogpt.core.session import Session
from autogpt.core.setup import Setup

FILES = frozenset({Touch.FILES})

COMMANDS = (
    CommandSpec(
        "write_to_file",
        "Write text to a file, replacing what it held.",
        (Parameter("filename"), Parameter("text")),
        touches=FILES,
    ),
    CommandSpec("read_file", "Read a file.", (Parameter("filename"),), reads_only=True, touches=FILES),
    CommandSpec("task_complete", "Say that the task is done.", (Parameter("reason"),), reads_only=True),
    CommandSpec("do_nothing", "Do nothing.", reads_only=True),
)


def tokens(text: str) -> int:
    """A token is four characters here."""
    return len(text) // 4


def setup(**changes: Any) -> Setup:
    """A setup like a small real one."""
    values: dict[str, Any] = {
        "profile": Profile("TestGPT", "an agent that is tested", ("Write a file", "Read it again")),
        "guidance": Guidance(),
        "commands": COMMANDS,
        "policy": Policy(),
        "limits": Limits(),
        "window": window_of(8000),
        "fast_window": window_of(8000),
        "measure": tokens,
        "continuous": True,
        "attended": True,
    }
    return Setup(**(values | changes))


def reply(command: str, thought: str = "I go on.", plan: str = "- go on", **args: Any) -> str:
    """A model's reply in the right format."""
    thoughts = {"text": thought, "reasoning": "", "plan": plan, "criticism": "", "speak": thought}
    return json.dumps({"thoughts": thoughts, "command": {"name": command, "args": args}})


DONE = reply("task_complete", reason="all done")


@dataclass
class FakeModel:
    """Answers from a list of texts, completions or exceptions; then completes the task."""

    replies: list[str | Completion | BaseException] = field(default_factory=list)
    cost: Decimal = Decimal("0.01")
    prompts: list[tuple[Message, ...]] = field(default_factory=list)

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        self.prompts.append(tuple(messages))
        answer = self.replies.pop(0) if self.replies else DONE
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Completion):
            return answer
        size = sum(tokens(message.text) + 4 for message in messages)
        return Completion(answer, usage=Usage(size, 0, tokens(answer), self.cost))


@dataclass
class FakeCommands:
    """Runs every action by `answer`, and records it."""

    answer: Callable[[Action], Ran] = field(default=lambda action: Ran(action, True, "done", True))
    ran: list[Action] = field(default_factory=list)

    def canonical(self, action: Action) -> Action:
        return action

    def preview(self, action: Action) -> None:
        return None

    def run(self, action: Action) -> Ran:
        self.ran.append(action)
        return self.answer(action)


@dataclass
class FakeUser:
    """Answers from a list; leaves when it is empty."""

    answers: list[Answer | Extended] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    asked: list[Ask | AskForMore] = field(default_factory=list)

    def authorise(self, question: Ask) -> Answer:
        self.asked.append(question)
        answer = self.answers.pop(0) if self.answers else Left()
        assert not isinstance(answer, Extended)
        return answer

    def extend(self, question: AskForMore) -> Extended | Left:
        self.asked.append(question)
        answer = self.answers.pop(0) if self.answers else Left()
        assert isinstance(answer, Extended | Left)
        return answer

    def said(self) -> str | None:
        return self.words.pop(0) if self.words else None


@dataclass
class FakeAllowance:
    extended: list[tuple[LimitKind, Decimal]] = field(default_factory=list)

    def extend(self, amount: Decimal, kind: LimitKind) -> None:
        self.extended.append((kind, amount))


@dataclass
class FakeClock:
    """Each look at it is a second later."""

    now: float = 1_800_000_000.0

    def time(self) -> float:
        self.now += 1
        return self.now


@dataclass
class World:
    """Ports and what came of running in them."""

    model: FakeModel = field(default_factory=FakeModel)
    fast_model: FakeModel = field(default_factory=lambda: FakeModel(["I did several things."] * 1000))
    user: FakeUser = field(default_factory=FakeUser)
    commands: FakeCommands = field(default_factory=FakeCommands)
    allowance: FakeAllowance = field(default_factory=FakeAllowance)
    clock: FakeClock = field(default_factory=FakeClock)

    def ports(self) -> Ports:
        return Ports(self.model, self.fast_model, self.user, self.commands, self.allowance, self.clock)

    def play(self, session: Session, most: int = 10_000) -> tuple[list[Event], Stop, Session]:
        """Run to the end; fails when it takes more than `most` events."""
        events: list[Event] = []
        for event, after in run(session, self.ports()):
            if isinstance(event, Stop):
                return events, event, after
            events.append(event)
            assert len(events) < most, "the loop does not end"
        raise AssertionError("the loop ended without a stop")


def world(*replies: str | Completion | BaseException, answers: Iterable[Answer | Extended] = ()) -> World:
    """A world whose model says these replies, and whose person gives these answers."""
    return World(model=FakeModel(list(replies)), user=FakeUser(list(answers)))


def kinds(events: Iterable[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


YES = Authorised()
