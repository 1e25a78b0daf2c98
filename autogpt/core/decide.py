"""What the agent does next: a pure question to the session.

No input or output, no clock, no randomness. `autogpt.core.loop` grants what is
asked for here.
"""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches

from autogpt.core import policy, progress, prompt, refusals
from autogpt.core.actions import Action, CommandSpec
from autogpt.core.compact import compact
from autogpt.core.effects import (
    Ask,
    AskForMore,
    Begin,
    Effect,
    Record,
    Review,
    Run,
    Stop,
    StopReason,
    Think,
)
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
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
from autogpt.core.limits import counted
from autogpt.core.session import Session
from autogpt.core.turns import ASK_USER, TASK_COMPLETE
from autogpt.core.unreachable import assert_never

UNFINISHED = (
    "This command was begun and nobody saw its end, so its outcome is unknown. "
    "It will not be run again by itself."
)
REVIEW_TOKENS = 300


def decide(session: Session) -> Effect:
    """The next effect."""
    match session.last:
        case Left():
            return Stop(StopReason.LEFT)
        case Stuck(why=why):
            kept = progress.is_kept_from_working(session.history)
            return Stop(StopReason.REFUSED if kept else StopReason.STUCK, why)
        case Ran(action=Action(command=command, args=args), ok=True) if command == TASK_COMPLETE:
            return Stop(StopReason.COMPLETE, str(args.get("reason", "")))
        case LimitMet() as met:
            return _at_limit(session, met)
        case Interrupted():
            return Ask(None) if session.setup.attended else Stop(StopReason.LEFT)
        case Begun(action=action):
            return Run(action)
        case ReviewAsked():
            return _review(session)
        case Authorised():
            return _authorised(session)
        case Reviewed(agrees=True):
            return _considered(session) if session.unfinished else _authorised(session)
        case (
            Replied()
            | RuleAdded()
            | Extended()
            | Failed()
            | Resumed()
            | Kept()
            | Overflowed(of_fast_model=True)
        ):
            return _considered(session)
        case Overflowed():
            return _think(session) if _system_fits(session) else Stop(StopReason.WINDOW, _TOO_SMALL)
        case None | Garbled() | Advised() | Denied() | Ran() | Reviewed() | Summarised() | Unknown():
            return _think(session)
        case unreachable:
            assert_never(unreachable)


_TOO_SMALL = "The model's window is too small for the list of commands."


def _think(session: Session) -> Effect:
    limit = _limit_met(session)
    if limit is not None:
        return Record(limit)
    judgement = progress.judge(session.history)
    if isinstance(judgement, progress.GiveUp):
        if session.setup.attended:
            return Ask(None, note=judgement.why)
        return Record(Stuck(judgement.why))
    notice = judgement.why if isinstance(judgement, progress.Tell) else ""
    return compact(session) or Think(prompt.next_command(session, notice), reply_tokens=session.window.reply)


def _considered(session: Session) -> Effect:
    """What to do about the pending action, if there is one: go on with it, or never mind."""
    action = session.pending
    if action is None or (session.unfinished and not session.setup.attended):
        # What was begun is not run again unless a person says so; the model was told.
        return _think(session)
    return _consider(session, action)


def _consider(session: Session, action: Action) -> Effect:
    """Whether the action that the model chose may run: refused, run, asked about, or denied."""
    spec = session.setup.spec(action.command)
    if spec is None:
        return Record(Denied(action, unknown_command(session, action.command), by="command list"))
    if why := progress.refuses(session.history, action):
        return Record(Denied(action, why, by="progress guard"))
    ruling = _ruling(session, action, spec)
    leaves = "" if ruling.verdict is policy.Verdict.DENY else session.leave.why_not(action, spec)
    if leaves:
        ruling = policy.Ruling(policy.Verdict.ASK, leaves, True, note=leaves)
    if session.unfinished and ruling.verdict is not policy.Verdict.DENY:
        return Ask(action, note=UNFINISHED)
    match ruling.verdict:
        case policy.Verdict.DENY:
            return Record(Denied(action, refusals.denied(ruling)))
        case policy.Verdict.ALLOW:
            harmless_alone = not session.setup.attended and not spec.touches
            # To ask whether to ask would be one question too many.
            asks_itself = session.setup.attended and action.command == ASK_USER
            if (
                session.setup.continuous
                or session.granted > 0
                or ruling.explicit
                or harmless_alone
                or asks_itself
            ):
                return _run(action, spec)
        case policy.Verdict.ASK:
            if not session.setup.attended:
                unasked = (
                    refusals.unasked_leaving(leaves) if leaves else refusals.unasked(action, spec, ruling)
                )
                return Record(Denied(action, unasked))
        case unreachable:
            assert_never(unreachable)
    if not session.setup.attended:
        return Record(Denied(action, refusals.not_continuous(action, spec)))
    # No rule that is added at the prompt changes what may leave, so none is offered there.
    rule = "" if leaves else policy.always_pattern(action, spec)
    return Ask(action, note=ruling.note, rule=rule, opens=policy.in_words(rule, spec))


def _ruling(session: Session, action: Action, spec: CommandSpec | None) -> policy.Ruling:
    """By the rules on the command, and on the files that it reads."""
    reader = session.setup.spec("read_file")
    return policy.ruling_with_reading(session.policy, action, spec, reader, outside=session.outside)


def _run(action: Action, spec: CommandSpec) -> Effect:
    # Only what changes the world is written down before it starts.
    return Run(action) if spec.reads_only else Begin(action)


def _authorised(session: Session) -> Effect:
    action = session.pending
    if action is None:
        return _think(session)
    spec = session.setup.spec(action.command)
    if spec is None or _ruling(session, action, spec).verdict is policy.Verdict.DENY:
        return _consider(session, action)
    return _run(action, spec)


def _review(session: Session) -> Effect:
    if session.thought is None:
        return _think(session)
    return Review(prompt.review(session, session.thought), reply_tokens=REVIEW_TOKENS)


def _limit_met(session: Session) -> LimitMet | None:
    limits = session.limits
    if limits.stop_after is not None and session.steps - session.steps_at_start >= limits.stop_after:
        done = Decimal(session.steps - session.steps_at_start)
        return LimitMet(LimitKind.STEPS, done, Decimal(limits.stop_after))
    if limits.steps is not None and session.steps >= limits.steps:
        return LimitMet(LimitKind.STEPS, Decimal(session.steps), Decimal(limits.steps))
    if limits.seconds is not None and session.elapsed >= limits.seconds:
        spent = Decimal(str(round(session.elapsed, 1)))
        return LimitMet(LimitKind.TIME, spent, Decimal(str(limits.seconds)))
    return None


def _at_limit(session: Session, met: LimitMet) -> Effect:
    steps = LimitKind.STEPS
    if (
        met.kind is steps
        and session.limits.stop_after is not None
        and met.allowed == session.limits.stop_after
    ):
        return Stop(StopReason.STEPS, f"Steps done, as you asked: {met.allowed}.")
    if session.setup.attended:
        return AskForMore(met.kind, str(met.spent), str(met.allowed))
    return Stop(StopReason.LIMIT, _how_to_raise(met, session))


def _how_to_raise(met: LimitMet, session: Session) -> str:
    match met.kind:
        case LimitKind.BUDGET:
            limit, option = f"The budget of ${met.allowed}", "--budget"
        case LimitKind.TOKENS:
            # Without a limit of tokens, it is the budget that held as one: a price is not known.
            option = "--budget" if session.limits.tokens is None else "--max-tokens"
            limit = f"The limit of {counted(int(met.allowed), 'token')}"
        case LimitKind.STEPS:
            limit, option = f"The limit of {counted(int(met.allowed), 'step')}", "--max-steps"
        case LimitKind.TIME:
            limit, option = f"The limit of {counted(float(met.allowed), 'second')}", "--max-time"
        case unreachable:
            assert_never(unreachable)
    return f"{limit} is reached. To go on, resume with a higher {option}."


def _system_fits(session: Session) -> bool:
    return session.system_size * session.scale + prompt.TAIL_TOKENS < session.window.prompt


def unknown_command(session: Session, name: str) -> str:
    """What the model is told of a command that there is not, with the nearest ones that there are."""
    names = [spec.name for spec in session.setup.commands]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"The commands are: {', '.join(names)}."
    return f"There is no command {name!r}. {hint}"
