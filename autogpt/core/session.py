"""The session: everything the agent knows, as a fold over what happened.

`after` is the only way to get a new session from an old one. There is no other
state: the same events give the same session, in this process or the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from autogpt.core.actions import Action, CommandSpec, JsonObject, Touch
from autogpt.core.echoes import NOTHING_READ, Outside
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
    Event,
    Extended,
    Failed,
    Garbled,
    Interrupted,
    Kept,
    Left,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Resumed,
    ReviewAsked,
    Reviewed,
    RuleAdded,
    Stuck,
    Summarised,
    Unknown,
)
from autogpt.core.leaving import NOTHING_KNOWN, Known, Leave, queries_of, urls_of
from autogpt.core.limits import Limits, Window
from autogpt.core.messages import NO_MESSAGE, Message, Usage
from autogpt.core.policy import BY_THE_PERSON, Policy, Rule, Verdict, names_address
from autogpt.core.progress import WINDOW, Step, step_of
from autogpt.core.recap import NOTHING_FOLDED, SUMMARY_SHARE, Recap
from autogpt.core.redact import MARK
from autogpt.core.setup import Setup
from autogpt.core.system import system_message
from autogpt.core.turns import ASK_USER, MESSAGE_OVERHEAD, Turn, clip_to_tokens, turn_of, unknown_outcome
from autogpt.core.unreachable import assert_never

NOT_ENDED = "It was interrupted by the person, so there is no result."
NOT_KEPT = (
    "The program started anew before it could, and what was a secret in it, or looked like one, is not kept. "
    "Give the command again if it is still needed."
)

SCALE_BOUNDS = (0.5, 3.0)
NEWEST_SCALE_SHARE = 0.3
HIGHEST_RISE = 1.3


def _own_words(setup: Setup) -> tuple[str, ...]:
    """What the person said at the start."""
    if setup.said is not None:
        return setup.said
    return setup.profile.role, *setup.profile.goals, setup.profile.task


def _brings_text(spec: CommandSpec | None) -> bool:
    """Whether what a command gives back was written by others; a memory holds pages of other runs."""
    if spec is None:
        return False
    return bool(spec.touches & _OUTSIDE) or (spec.reads_only and Touch.MEMORY in spec.touches)


_OUTSIDE = frozenset({Touch.NETWORK, Touch.FETCHING})


@dataclass(frozen=True, slots=True)
class Session:
    """A run at one moment. Money in US dollars; `elapsed` in seconds, waiting for the person left out.

    `pending` is the action that the model chose and that has not been run, refused or replaced;
    `begun` says that it was started; `unfinished` that nobody saw its end, because the program ended.
    `thought` is the model's last reply. `granted` counts the actions that may run without asking;
    `approved`: the person said yes to the pending one itself.
    `steps` counts what the model tried: commands run or refused, replies that could not be read.
    `unpriced` says that some call's price was unknown, so that `spent` is a lower bound.
    `scale` is what the provider counts for a token of our measure.
    `seen` has a digest of each file that the model knows.
    `known` is what was read and asked for: see `core.leaving`.
    `outside` says that text from outside was read: from the web, by programs with a network, from the memory.
    `copyable` is what was read as far as a reply could copy it: see `core.echoes`.
    """

    setup: Setup
    system: Message
    system_size: int
    limits: Limits
    policy: Policy
    window: Window
    fast_window: Window
    last: Event | None = None
    pending: Action | None = None
    begun: bool = False
    thought: Replied | None = None
    unfinished: bool = False
    granted: int = 0
    approved: bool = False
    steps: int = 0
    steps_at_start: int = 0
    spent: Decimal = Decimal(0)
    unpriced: bool = False
    tokens: int = 0
    elapsed: float = 0.0
    now: float = 0.0
    scale: float = 1.0
    recap: Recap = NOTHING_FOLDED
    recap_message: Message = NO_MESSAGE
    recap_size: int = 0
    turns: tuple[Turn, ...] = ()
    history: tuple[Step, ...] = ()
    seen: JsonObject = field(default_factory=dict[str, Any])
    known: Known = NOTHING_KNOWN
    outside: bool = False
    copyable: Outside = NOTHING_READ

    @classmethod
    def begin(cls, setup: Setup, now: float = 0.0) -> Session:
        """A session in which nothing has happened. `now` is its start, in seconds since 1970."""
        system = system_message(setup)
        session = cls(
            setup,
            system,
            setup.measure(system.text) + MESSAGE_OVERHEAD,
            limits=setup.limits,
            policy=setup.policy,
            window=setup.window,
            fast_window=setup.fast_window,
            spent=setup.spent_before,
            now=now,
            known=setup.known.told(_own_words(setup)),
        )
        return session._recapped(session.recap)

    def after(self, event: Event) -> Session:
        """The session once `event` has happened."""
        return self._timed(event)._folded(event)

    def started_again(self, limits: Limits) -> Session:
        """The same session under the limits of a new start; `stop_after` counts from here."""
        return replace(self, limits=limits, steps_at_start=self.steps)

    @property
    def prompt_size(self) -> int:
        """What the next prompt comes to, in the provider's tokens, its last lines left out."""
        ours = self.system_size + self.recap_size + sum(turn.size for turn in self.turns)
        return int(ours * self.scale)

    def _folded(self, event: Event) -> Session:
        session = replace(self, last=event)
        match event:
            case Replied(action=action, usage=usage):
                replied = session._scaled(usage)._told(event)._paid(usage)._cleared()
                return replace(replied, pending=action, thought=event)
            case Garbled(usage=usage):
                return session._scaled(usage)._told(event)._paid(usage)._stepped(event)
            case Authorised(steps=steps):
                if self.pending is None:  # "go on": with nothing to allow, nothing is granted
                    return replace(session, granted=0, history=())
                return replace(session, granted=max(1, steps), approved=True)
            case RuleAdded(pattern=pattern):
                return session._ruled(pattern)
            case Advised():
                return session._advised(event)._cleared()
            case Kept(text=text):
                return session._kept(Advised(text)) if text else self
            case Reviewed(agrees=agrees, usage=usage):
                paid = session._paid(usage)._told(event)
                if not agrees:
                    return paid._cleared()
                # With nothing to allow, nothing is granted.
                return paid if self.pending is None else replace(paid, granted=1)
            case Denied():
                return session._told(event)._stepped(event)
            case Begun(action=action):
                return replace(
                    session, pending=action, begun=True, unfinished=False, known=self._asked_for(action)
                )
            case Ran(action=action, usage=usage):
                ran = session._paid(usage)._told(event)._stepped(event)
                spec = self.setup.spec(action.command)
                outside = self.outside or _brings_text(spec)
                seen = {**self.seen, **event.seen} if event.seen else self.seen
                ran = replace(ran, seen=seen, known=self._learnt(event), outside=outside)
                ran = replace(ran, granted=max(0, self.granted - 1))
                if action.command == ASK_USER:  # the person's own words
                    return ran
                return replace(ran, copyable=self.copyable.after(action, spec, event.result))
            case Summarised(summary=summary, turns=count, usage=usage):
                longest = self._shared_tokens // SUMMARY_SHARE
                kept = clip_to_tokens(summary, longest, self.setup.measure)
                folded = self.recap.folded(self.turns[:count], kept)
                return replace(session._paid(usage), turns=self.turns[count:])._recapped(folded)
            case Overflowed(window=told, of_fast_model=True):
                return replace(session, fast_window=self.fast_window.shrunk(told))
            case Overflowed(window=told):
                return session._overflowed(told)
            case Extended(kind=kind, by=by):
                return replace(session, limits=self.limits.extended(kind, by))
            case Interrupted(usage=usage):
                uncertain = session._paid(usage)._uncertain("by the person")
                if self.pending is not None and not self.begun:
                    uncertain = uncertain._told(Denied(self.pending, NOT_ENDED))
                return replace(uncertain._cleared(), granted=0)
            case Failed(usage=usage):
                return session._paid(usage)
            case Resumed():
                return session._uncertain("the program ended")._again(self.last)
            case LimitMet():
                # A command that asks a model may meet it half-way, when it has changed something.
                uncertain = session._uncertain("a limit was met")
                return replace(uncertain, begun=False, unfinished=self.begun or self.unfinished)
            case ReviewAsked() | Stuck() | Left():
                return session
            case Unknown():
                return self
            case unreachable:
                assert_never(unreachable)

    # -- what was read and asked for -------------------------------------------------------------

    @property
    def leave(self) -> Leave:
        """What may leave now."""
        return Leave(self.known, self._is_exempt)

    def _is_exempt(self, url: str) -> bool:
        # A rule that was added at the prompt says what needs no question, not what may be carried away.
        return names_address(self.policy, url, but=BY_THE_PERSON)

    def _heard(self, text: str) -> Known:
        known = self.known.after_word()
        return known.told([text]) if self.setup.said is None else known

    def _asked_for(self, action: Action) -> Known:
        spec = self.setup.spec(action.command)
        if spec is None:
            return self.known
        urls = [url for _, url in urls_of(action, spec)]
        return self.known.after_asking(
            urls, queries_of(action, spec), self._is_exempt, approved=self.approved
        )

    def _learnt(self, ran: Ran) -> Known:
        action, spec = ran.action, self.setup.spec(ran.action.command)
        if action.command == ASK_USER and ran.ok:
            return self._heard(ran.result)
        # What changes the world was asked for when it began.
        known = self._asked_for(action) if spec is not None and not self.begun else self.known
        known = known.after_leading(ran.led) if ran.led else known
        return known.after(action, spec, ran)

    def _timed(self, event: Event) -> Session:
        match event:
            case (
                Authorised()
                | RuleAdded()
                | Advised()
                | ReviewAsked()
                | Extended()
                | Left()
                | Resumed()
                | Kept()
            ):
                waited = True
            case Ran(action=action):
                waited = action.command == ASK_USER
            case _:
                waited = False
        if not event.at:
            return self
        passed = 0.0 if waited or not self.now else max(0.0, event.at - self.now)
        return replace(self, now=event.at, elapsed=self.elapsed + passed)

    def _paid(self, usage: Usage) -> Session:
        if usage.cost is None:
            return replace(self, tokens=self.tokens + usage.tokens, unpriced=True)
        return replace(self, tokens=self.tokens + usage.tokens, spent=self.spent + usage.cost)

    def _scaled(self, usage: Usage) -> Session:
        estimated = self.prompt_size / self.scale
        counted = usage.own_prompt_tokens
        if counted <= 0 or not estimated:
            return self
        ratio = min(max(counted / estimated, SCALE_BOUNDS[0]), SCALE_BOUNDS[1])
        # Too low a scale overflows, too high a one compacts early and shortens the recap: rise fast,
        # fall slowly, but don't believe one wrong count.
        if ratio > self.scale:
            return replace(self, scale=min(ratio, self.scale * HIGHEST_RISE))
        return replace(self, scale=self.scale + NEWEST_SCALE_SHARE * (ratio - self.scale))

    def _ruled(self, pattern: str) -> Session:
        try:
            rule = Rule(Verdict.ALLOW, pattern, BY_THE_PERSON)
        except ValueError:
            return self  # written by another version: what can't be read gives no right
        return replace(self, policy=self.policy.with_rule(rule))

    def _advised(self, advice: Advised) -> Session:
        return replace(self._told(advice)._remembered(advice), granted=0, known=self._heard(advice.text))

    def _kept(self, advice: Advised) -> Session:
        """What was typed at the end is advice; only that a command was begun must not be forgotten for it."""
        advised = self._advised(advice)
        return advised if self.begun or self.unfinished else advised._cleared()

    def _told(self, event: Event) -> Session:
        turn = turn_of(event, self.setup.measure, self._shared_tokens)
        return self if turn is None else replace(self, turns=(*self.turns, turn))

    def _stepped(self, event: Event) -> Session:
        return replace(self._remembered(event)._cleared(), steps=self.steps + 1)

    def _remembered(self, event: Event) -> Session:
        step = step_of(event)
        if step is None:
            return self
        return replace(self, history=(*self.history, step)[-WINDOW:])

    def _cleared(self) -> Session:
        return replace(self, pending=None, approved=False, begun=False, unfinished=False)

    def _uncertain(self, why: str) -> Session:
        if self.pending is None or not self.begun:
            return self
        turn = unknown_outcome(self.pending, self.setup.measure, why)
        return replace(self, turns=(*self.turns, turn), steps=self.steps + 1)

    def _overflowed(self, told: int | None) -> Session:
        if told is not None and told >= self.window.tokens and self.scale < SCALE_BOUNDS[1]:
            # The window is as large as we thought, so it is our count that is too low.
            scale = min(self.scale * HIGHEST_RISE, SCALE_BOUNDS[1])
            return replace(self, scale=scale)._recapped(self.recap)
        window = self.window.shrunk(told)
        system = system_message(replace(self.setup, window=window))
        size = self.setup.measure(system.text) + MESSAGE_OVERHEAD
        return replace(self, window=window, system=system, system_size=size)._recapped(self.recap)

    def _again(self, before: Event | None) -> Session:
        # What was begun is never silently run again: it goes back to the person, or to the model.
        again = replace(
            self,
            begun=False,
            unfinished=self.begun or self.unfinished,
            history=() if isinstance(before, Stuck) else self.history,
            # Rights come from the person who starts the program, never from a file that is there.
            granted=0,
            approved=False,
            policy=self.setup.policy,
        )
        if self.pending is not None and MARK in self.pending.key():
            # The record may have lost a secret here; what is run must be what was asked for.
            return (again if again.unfinished else again._told(Denied(self.pending, NOT_KEPT)))._cleared()
        return again

    def _recapped(self, recap: Recap) -> Session:
        text = recap.text(self.setup.measure, self._shared_tokens)
        size = self.setup.measure(text) + MESSAGE_OVERHEAD
        return replace(self, recap=recap, recap_message=Message("user", text), recap_size=size)

    @property
    def _shared_tokens(self) -> int:
        """What recap and turns take their shares of: the prompt, but less where the system prompt fills it."""
        whole = int(self.window.prompt / self.scale)
        return max(1, whole // 10, min(whole, 2 * (whole - self.system_size)))
