"""One run, played: introduced, driven with each event written down and shown, and its end told."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path

from autogpt import build, ending
from autogpt.connect import Demonstration, Provider
from autogpt.core.effects import Stop, StopReason
from autogpt.core.errors import ExitCode, UsageError, UserError
from autogpt.core.events import Advised, Event, Extended, Garbled, Ran, Replied, Resumed
from autogpt.core.events import Begun as CommandBegun
from autogpt.core.limits import Limits
from autogpt.core.policy import unreachable_rules
from autogpt.core.ports import User
from autogpt.core.redact import Redactor
from autogpt.core.run_by_others import Grade, Made
from autogpt.core.session import Session
from autogpt.core.worked import Worked
from autogpt.drive import Show, drive, ends_step, is_asked_about, status_of
from autogpt.journal.codec import Header, decode, dumps, encode, encode_header
from autogpt.journal.file import Journal
from autogpt.journal.plausible import limits_of, spent_before
from autogpt.kept_words import keep_words, words_from_before
from autogpt.models.metered import UNPRICED_TOKENS_PER_DOLLAR
from autogpt.rights import Rules, given_limits, limits_of_unknown, remember_accepted
from autogpt.sandboxes.choose import is_in_container
from autogpt.stage import STATE, Stage
from autogpt.terminal.answers import Keys, Leave, Words, is_leaving, meaning_of
from autogpt.terminal.display import Display
from autogpt.terminal.harmless import count
from autogpt.terminal.jsonl import JsonLines
from autogpt.terminal.lines import Tone, block, dollars
from autogpt.terminal.person import TerminalUser, UnattendedUser
from autogpt.terminal.render import profile_lines
from autogpt.terminal.status import TerminalWatcher
from autogpt.voices.speaker import Speaker
from autogpt.workspace import Workspace
from autogpt.workspace.executed import Things, changed

CONTINUOUS_WARNING = (
    "CONTINUOUS MODE: commands run without asking you. The agent may do what you would not have "
    "allowed, and every step costs money. Set --budget and --continuous-limit, and watch it; "
    "Ctrl-C stops it after the step. You run it at your own risk."
)
DEMO_NOTICE = (
    "DEMONSTRATION: no model is asked. The replies are scripted; the commands, the files, the "
    "questions and the record of the run are real."
)
_IN_JSON = {Grade.PRESENCE: "by_presence", Grade.PURPOSE: "on_purpose"}
EXECUTED_BEFORE = "executed_before.json"
"""The file of a run that holds what other programs would execute before it began."""

BROKEN_OFF = {ExitCode.BUG: "bug", ExitCode.PROVIDER: "provider", ExitCode.INTERRUPTED: "interrupted"}


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that is open for writing: its header, what happened so far, its journal, when agents `worked`.

    `known`: it is known to have begun on this account.
    """

    header: Header
    past: tuple[Event, ...]
    journal: Journal
    worked: Callable[[], Worked]
    known: bool = True


@dataclass(frozen=True, slots=True)
class _Screen:
    """Where a run is shown: to the person, and as JSON if that was asked for."""

    here: Stage
    display: Display
    lines: JsonLines | None
    redact: Redactor
    made: Callable[[], Made] = Made
    """What the run made or changed that other programs will execute."""

    def show(self, event: Event, now: Session) -> None:
        """An event, once it is written down."""
        self.event(event, asked=isinstance(event, Replied) and is_asked_about(now))
        if ends_step(event):
            self.display.status(status_of(now))

    def event(self, event: Event, *, asked: bool = False) -> None:
        """The same, without where the run stands now; `asked` says that a question comes next."""
        if self.lines is not None:
            self.lines.event(event)
        # With nobody there, what is shown ends up in somebody's log.
        shown = event if self.here.attended else decode(encode(event, self.redact))
        self.display.event(shown, asked=asked)

    def stop(self, reason: str, text: str, code: ExitCode) -> Made:
        """The last line of `--output json`; it is not in the journal, for a run may go on.

        Gives what others will execute, for the person.
        """
        made = self.made()
        if self.lines is not None:
            told = {"event": "Stop", "reason": reason, "text": text, "exit_code": int(code)}
            executed = _in_json(made)
            self.lines.write(json.dumps(told | ({"run_by_others": executed} if executed else {})))
        return made


def play(
    here: Stage,
    source: Provider | Demonstration,
    rules: Rules,
    place: Workspace,
    programs: build.Programs,
    begun: Begun,
    watcher: TerminalWatcher,
) -> ExitCode:
    """Go on with a run until it stops. What it was told before is folded in first."""
    header = begun.header
    mode = _mode(here, source, rules, place, begun)
    if isinstance(source, Demonstration):
        source = replace(source, used=sum(isinstance(event, Replied | Garbled) for event in begun.past))
        here.warn(DEMO_NOTICE)
    executed = _Executed(place, STATE / "runs" / header.id)
    screen = replace(_screen(here, header), made=executed.made)

    extended: list[Extended] = []

    def record(event: Event) -> None:
        if isinstance(event, CommandBegun):
            executed.wait()
        begun.journal.append(event)
        if isinstance(event, Extended):
            extended.append(event)

    with ExitStack() as closing:
        debug = closing.enter_context(_debug_log(STATE / "runs" / header.id)) if here.options.debug else None
        user = _user(here, screen.display)
        agent = build.agent(
            here.settings,
            source,
            mode,
            place,
            user,
            watcher,
            closing,
            programs=programs,
            on_output=screen.display.programs.write,
            person=_person(here, user),
            environ=here.environ,
            progress=here.console.live,
            debug=debug,
            state=STATE,
        )
        closing.callback(watcher.close)
        for warning in unreachable_rules(rules.policy, agent.session.setup.commands):
            here.warn(warning)
        session = agent.session
        for event in begun.past:
            session = session.after(event)
        advised: Advised | None = None
        if _is_complete(session):
            advised = _after_the_end(here)
            if advised is None:
                screen.stop(StopReason.COMPLETE.value, "", ExitCode.DONE)
                return ExitCode.DONE
        recorded = session.limits
        session = session.started_again(_limits(here, begun, recorded))
        _introduce(here, agent, header, mode.continuous, place, programs, session, resumed=bool(begun.past))
        if unpriced := _unpriced(source, session.limits):
            here.warn(unpriced)
        if begun.past:
            session = _taken_up(session, begun.journal, screen, advised)
            _tell_kept(here, begun.past)
        show = _told(screen, _speaker(here, agent, closing))
        try:
            try:
                stop = drive(session, agent.ports(session), record, show, here.interrupts)
            finally:
                keep_words(here, begun.journal, screen.event, user)
        except BaseException as error:
            return _broken_off(screen, error, _how_to_go_on(here, header, recorded, extended))
        return _stopped(screen, stop, _how_to_go_on(here, header, recorded, extended))


def _mode(
    here: Stage, source: Provider | Demonstration, rules: Rules, place: Workspace, begun: Begun
) -> build.Mode:
    header = begun.header
    return build.Mode(
        profile=header.profile,
        guidance=rules.guidance,
        policy=replace(rules.policy, root=str(place.root)),
        limits=limits_of(header),
        # Without a person there, a demonstration would only refuse its own commands.
        continuous=here.options.continuous or (isinstance(source, Demonstration) and not here.attended),
        attended=here.attended,
        spent_before=spent_before(header),
        started=header.created,
        worked=begun.worked,
    )


def _limits(here: Stage, begun: Begun, before: Limits) -> Limits:
    """The limits of this start; what a record says that may be somebody else's raises none of the person's."""
    own = before if begun.known else limits_of_unknown(here, before)
    given = given_limits(here, own)
    if own == before:
        # Else the record would count the next time.
        if not begun.known:
            remember_accepted(here, begun.header)
    elif given.budget == own.budget:
        said = "no limit" if before.budget is None else dollars(before.budget)
        here.warn(
            f"The budget is {dollars(own.budget or Decimal(0))}, and not {said}, as the record of this run says: it "
            "is not known to have begun on this account. --budget sets another."
        )
    return given


def _user(here: Stage, display: Display) -> User:
    if not here.attended:
        return UnattendedUser()
    return TerminalUser(display, here.keyboard, keys=_keys(here), interrupts=here.interrupts)


def _keys(here: Stage) -> Keys:
    return Keys(here.settings.run.authorise_key, here.settings.run.exit_key)


def _person(here: Stage, user: User) -> build.Person:
    """What the person can do for commands: answer and look, where one is there."""
    if not isinstance(user, TerminalUser):
        return build.Person(say=here.say, warn=here.warn)
    return build.Person(user.answer, here.console.picture, here.say, here.warn)


def _speaker(here: Stage, agent: build.Agent, closing: ExitStack) -> Speaker | None:
    """The voice of `--speak`, which falls silent with `closing`; None, with a line, where none is heard."""
    if not here.options.speak:
        return None
    if not here.attended:
        here.warn("--speak: nobody sits at a terminal to hear it. Nothing is said.")
        return None
    if is_in_container(here.environ):
        here.warn("--speak: there is no sound in a container. Nothing is said.")
        return None
    speaker = agent.speaker()
    if speaker is not None:
        closing.callback(_fall_silent, here, speaker)
    return speaker


def _fall_silent(here: Stage, speaker: Speaker) -> None:
    # A Ctrl-C in here must not leave a player behind.
    with here.interrupts.shielded(deliver=False):
        speaker.close()


def _told(screen: _Screen, speaker: Speaker | None) -> Show:
    """Shows events, and says aloud what the model has to say with each reply."""
    if speaker is None:
        return screen.show

    def show(event: Event, now: Session) -> None:
        screen.show(event, now)
        if isinstance(event, Replied):
            speaker.say(event.thoughts.speak)

    return show


def _screen(here: Stage, header: Header) -> _Screen:
    redact = build.redactor(here.settings)
    lines: JsonLines | None = None
    if here.events_to is not None:
        lines = JsonLines(lambda event: dumps(encode(event, redact)), here.events_to)
        lines.write(dumps(encode_header(header, redact)))
    return _Screen(here, Display(here.console, agent=header.profile.name, redact=redact), lines, redact)


def _in_json(made: Made) -> dict[str, object]:
    """What others will execute, for `--output json`; what may have been missed is told only where it may."""
    told: dict[str, object] = {
        word: list(made.names[grade]) for grade, word in _IN_JSON.items() if grade in made.names
    }
    if made.not_looked_into:
        told["not_looked_into"] = list(made.not_looked_into)
    return told if made.whole else told | {"incomplete": True}


class _Executed:
    """What in a workspace other programs will execute, against what it was before the run's first start.

    That is looked up beside the start, which waits for nothing; `wait` for it before anything is changed.
    """

    def __init__(self, place: Workspace, folder: Path) -> None:
        self._place = place
        self._kept = folder / EXECUTED_BEFORE
        self._before = Things()
        self._looking = threading.Thread(target=self._look, name="looks at what others execute", daemon=True)
        self._looking.start()

    def _look(self) -> None:
        with suppress(OSError, ValueError, TypeError):
            known = json.loads(self._kept.read_text("utf-8"))
            if isinstance(known, dict):
                # Runs of before have the names alone.
                self._before = Things(**known) if "known" in known else Things(known)
                return
        self._before = self._place.executed_by_others()
        with suppress(OSError):
            self._kept.write_text(json.dumps(asdict(self._before)), "utf-8")

    def wait(self) -> None:
        """Until it is known what there was before."""
        self._looking.join()

    def made(self) -> Made:
        """What was made or changed since then."""
        self.wait()
        return changed(self._before, self._place.executed_by_others())


def _is_complete(session: Session) -> bool:
    return isinstance(session.last, Ran) and session.last.action.command == "task_complete"


def _after_the_end(here: Stage) -> Advised | None:
    here.say("This run has reached its end.")
    keys = _keys(here)
    while here.attended and (more := here.questions.ask_line("What should it do next? (Enter leaves)")):
        match meaning_of(more, keys):
            case Words(text) if not is_leaving(text):
                return Advised(text, at=time.time())
            case Words() | Leave():
                return None
            case _ if more.strip().casefold() == "no":
                return None
        here.say("Say in words what it should do next.")
    return None


def _introduce(
    here: Stage,
    agent: build.Agent,
    header: Header,
    continuous: bool,
    place: Workspace,
    programs: build.Programs,
    session: Session,
    *,
    resumed: bool,
) -> None:
    if resumed:
        here.console.show(profile_lines(header.profile))
    budget = session.limits.budget
    if budget is not None and budget != header.profile.budget:
        here.console.say(f"This run may cost {dollars(budget)}.", Tone.DIM)
    here.console.say(f"Run {header.id} · {agent.models} · workspace {place.root}", Tone.DIM)
    if programs.line:
        here.console.say(programs.line, Tone.DIM if programs.walled else Tone.WARN)
    if later := build.memory_notice(here.settings):
        here.warn(later)
    if continuous and not header.setup.get("demo"):
        here.warn(CONTINUOUS_WARNING)


def _unpriced(source: Provider | Demonstration, limits: Limits) -> str:
    """What holds in place of a budget where a price is not known; empty where all are."""
    if isinstance(source, Demonstration) or limits.budget is None:
        return ""
    models = dict.fromkeys(model.name for model in (source.smart, source.fast) if model.price is None)
    if not models:
        return ""
    tokens = limits.tokens or int(limits.budget * UNPRICED_TOKENS_PER_DOLLAR)
    return (
        f"What {' and '.join(models)} costs is not known, so {count(tokens)} tokens hold in place of the "
        f"budget of ${limits.budget}. SMART_LLM_PRICE and FAST_LLM_PRICE tell the prices."
    )


def _taken_up(session: Session, journal: Journal, screen: _Screen, advised: Advised | None) -> Session:
    """The session as it goes on in this process: the rights that were given in the one before end."""
    for fact in (Resumed(at=time.time()), advised):
        if fact is not None:
            session = session.after(fact)
            journal.append(fact)
            screen.show(fact, session)
    if session.pending is not None and not session.unfinished and not is_asked_about(session):
        screen.display.action(session.pending)
    return session


def _tell_kept(here: Stage, past: tuple[Event, ...]) -> None:
    """Say what the agent is told now of what was typed at the end of the last time."""
    before = words_from_before(past)
    if before is None:
        return
    if before.text:
        here.console.say("What you typed last time reaches the agent at its next step:", Tone.LABEL)
        here.console.show(block(before.text))
    if here.attended:
        here.keyboard.begin_with(before.half)


def _stopped(screen: _Screen, stop: Stop, go_on: str) -> ExitCode:
    here = screen.here
    if not here.attended:
        stop = replace(stop, text=screen.redact(stop.text))
    made = screen.stop(stop.reason.value, stop.text, stop.reason.exit_code)
    if stop.reason is StopReason.COMPLETE:
        screen.display.stop(replace(stop, text=""))  # the result of task_complete has just been shown
    else:
        screen.display.stop(stop)
    screen.display.executed(made)
    if stop.reason is not StopReason.COMPLETE:
        here.say_to_copy(go_on)
    return stop.reason.exit_code


def _broken_off(screen: _Screen, error: BaseException, go_on: str) -> ExitCode:
    """The end of a run that did not stop by itself: the error first, then how to go on."""
    code = ending.told(error, screen.redact)
    text = screen.redact(str(error)) if isinstance(error, UserError) else ""
    screen.display.executed(screen.stop(BROKEN_OFF.get(code, "error"), text, code))
    screen.here.say_to_copy(go_on)
    return code


def _how_to_go_on(here: Stage, header: Header, recorded: Limits, extended: Sequence[Extended]) -> str:
    """The command, with what a run does not keep: who goes on as it says must not lose a rule or a limit.

    `recorded` are the limits that the journal told at the start, `extended` what was allowed since then.
    """
    options, given = here.options, given_limits(here, recorded)
    for each in extended:
        recorded, given = recorded.extended(each.kind, each.by), given.extended(each.kind, each.by)
    options = replace(
        options,
        demo=options.demo and not header.setup.get("demo"),
        budget=given.budget if options.budget and given.budget != recorded.budget else None,
        max_tokens=given.tokens if options.max_tokens and given.tokens != recorded.tokens else None,
        max_steps=given.steps if options.max_steps and given.steps != recorded.steps else None,
        max_time=given.seconds if options.max_time and given.seconds != recorded.seconds else None,
    )
    return f"Go on with: {here.resumed_by(header.id, options)}"


@contextmanager
def _debug_log(folder: Path) -> Iterator[Callable[[str, str], None]]:
    """`--debug`: what went to the model and what came back; secrets are taken out before it gets here."""
    never_through_a_link = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | never_through_a_link
    try:
        descriptor = os.open(folder / "debug.log", flags, 0o600)
    except OSError as error:
        raise UsageError(f"{folder / 'debug.log'} can't be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:

        def note(heading: str, text: str) -> None:
            file.write(f"--- {time.strftime('%H:%M:%S')} {heading}\n{text}\n")
            file.flush()

        yield note
