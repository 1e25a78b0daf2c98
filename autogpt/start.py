"""Starting a run, or going on with one: from what the person typed to the exit code."""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from autogpt import build, connect, ending
from autogpt.connect import Demonstration, Provider
from autogpt.core.effects import Stop, StopReason
from autogpt.core.errors import ExitCode, UsageError, UserError
from autogpt.core.events import Advised, Event, Garbled, Ran, Replied, Resumed
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits
from autogpt.core.policy import Policy, Preset, option_rules, unreachable_rules
from autogpt.core.ports import User
from autogpt.core.profile import Profile
from autogpt.core.session import Session
from autogpt.demo import SCRIPT
from autogpt.drive import drive, ends_step, status_of
from autogpt.guidance import read_guidance
from autogpt.journal.codec import Header, decode, dumps, encode, encode_header
from autogpt.journal.file import Journal
from autogpt.models import light_import
from autogpt.options import Options
from autogpt.policy_file import default_policy_path, read_policy
from autogpt.profile import Asked, Overrides, choose_profile, read_profile
from autogpt.stage import ENV_FILE, STATE, Stage, make_state_folder, nothing_begun, stage
from autogpt.terminal.answers import Keys
from autogpt.terminal.display import Display
from autogpt.terminal.jsonl import JsonLines
from autogpt.terminal.lines import Tone
from autogpt.terminal.person import TerminalUser, UnattendedUser
from autogpt.terminal.render import profile_lines
from autogpt.terminal.status import TerminalWatcher
from autogpt.workspace import Workspace

CONTINUOUS_WARNING = (
    "CONTINUOUS MODE: commands run without asking you. The agent may do what you would not have "
    "allowed, and every step costs money. Set --budget and --continuous-limit, and watch it; "
    "Ctrl-C stops it after the step. You run it at your own risk."
)
DEMO_NOTICE = (
    "DEMONSTRATION: no model is asked. The replies are scripted; the commands, the files, the "
    "questions and the record of the run are real."
)
NOBODY_ASKS = (
    "Nobody is there to approve commands: give --continuous, or allow some with --allow or --policy."
)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the person's files and options say about how the agent works."""

    policy: Policy
    guidance: Guidance


@dataclass(frozen=True, slots=True)
class _Begun:
    """A run that is open for writing: its header, what happened so far, and its journal."""

    header: Header
    past: tuple[Event, ...]
    journal: Journal


def new_run(options: Options) -> ExitCode:
    """Start a new run."""
    with stage(options) as here:
        connected = _connected(here, demo=options.demo)
        if connected is None:
            return ExitCode.INTERRUPTED
        here, source = connected
        rules = _rules(here, source)
        make_state_folder()
        place = build.workspace(here.settings)
        watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
        profile, spent = _profile(here, source, watcher)
        if profile is None:
            return ExitCode.INTERRUPTED
        limits = _given_limits(here, Limits(budget=here.settings.run.api_budget or profile.budget))
        header = Header(
            task=profile.task or "; ".join(profile.goals),
            profile=profile,
            workspace=str(place.root),
            setup={
                "demo": isinstance(source, Demonstration),
                "spent_before": str(spent),
                "limits": _limits_json(limits),
            },
        )
        with nothing_begun():
            created = build.run_store(here.settings, STATE).create(header)
        with created as journal:
            begun = _Begun(journal.header, (), journal)
            return _go(here, source, rules, place, begun, watcher)


def resume(run_id: str | None, options: Options) -> ExitCode:
    """Go on with a run where it stopped."""
    with stage(options) as here:
        ready = _asked_first(here, run_id)
        if ready is None:
            return ExitCode.INTERRUPTED
        with nothing_begun():
            opened = build.run_store(ready.settings, STATE).open(run_id)
        with opened.journal as journal:
            for notice in opened.notices:
                ready.warn(notice)
            demo = bool(opened.header.setup.get("demo"))
            connected = _connected(ready, demo=demo or ready.options.demo)
            if connected is None:
                return ExitCode.INTERRUPTED
            here, source = connected
            rules = _rules(here, source)
            place = build.workspace(here.settings)
            _check_workspace(here, place, opened.header)
            place.sweep()
            watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
            past = tuple(opened.events)
            return _go(here, source, rules, place, _Begun(opened.header, past, journal), watcher)


def _go(
    here: Stage,
    source: Provider | Demonstration,
    rules: _Rules,
    place: Workspace,
    begun: _Begun,
    watcher: TerminalWatcher,
) -> ExitCode:
    header, profile = begun.header, begun.header.profile
    # Without a person there, a demonstration would only refuse its own commands.
    continuous = here.options.continuous or (isinstance(source, Demonstration) and not here.attended)
    display = Display(here.console, agent=profile.name)
    user: User = UnattendedUser()
    if here.attended:
        keys = Keys(here.settings.run.authorise_key, here.settings.run.exit_key)
        user = TerminalUser(display, here.keyboard, keys=keys, interrupts=here.interrupts)
    mode = build.Mode(
        profile=profile,
        guidance=rules.guidance,
        policy=replace(rules.policy, root=str(place.root)),
        limits=_limits_of(header),
        continuous=continuous,
        attended=here.attended,
        spent_before=Decimal(str(header.setup.get("spent_before", "0"))),
        started=header.created,
    )
    if isinstance(source, Demonstration):
        source = replace(source, used=sum(isinstance(event, Replied | Garbled) for event in begun.past))
        here.warn(DEMO_NOTICE)
    run_folder = STATE / "runs" / header.id
    lines = _json_lines(here, header)
    with ExitStack() as stack:
        debug = stack.enter_context(_debug_log(run_folder)) if here.options.debug else None
        agent = build.agent(here.settings, source, mode, place, user, watcher, stack, debug=debug)
        stack.callback(watcher.close)
        for warning in unreachable_rules(rules.policy, agent.session.setup.commands):
            here.warn(warning)
        session = agent.session
        for event in begun.past:
            session = session.after(event)
        advised: Advised | None = None
        if isinstance(session.last, Ran) and session.last.action.command == "task_complete":
            advised = _after_the_end(here)
            if advised is None:
                if lines is not None:
                    _write_stop(lines, StopReason.COMPLETE.value, "", ExitCode.DONE)
                return ExitCode.DONE
        session = session.started_again(_given_limits(here, session.limits))
        _introduce(here, agent, header, continuous, place, resumed=bool(begun.past))

        def record(event: Event) -> None:
            begun.journal.append(event)

        redact = build.redactor(here.settings)

        def show(event: Event, now: Session) -> None:
            if lines is not None:
                lines.event(event)
            # With nobody there, what is shown ends up in somebody's log.
            display.event(event if here.attended else decode(encode(event, redact)))
            if ends_step(event):
                display.status(status_of(now))

        # Always, whatever came last: it ends the rights that were given in the process before.
        again = (Resumed(at=time.time()), advised) if begun.past else ()
        for fact in again:
            if fact is not None:
                session = session.after(fact)
                record(fact)
                show(fact, session)
        if begun.past and session.pending is not None and not session.unfinished:
            display.action(session.pending)
        try:
            stop = drive(session, agent.ports(session), record, show, here.interrupts)
        except BaseException as error:
            return _broken_off(here, error, header, lines)
        return _stopped(here, display, stop, header, lines)


def _stopped(here: Stage, display: Display, stop: Stop, header: Header, lines: JsonLines | None) -> ExitCode:
    if not here.attended:
        stop = replace(stop, text=build.redactor(here.settings)(stop.text))
    if lines is not None:
        _write_stop(lines, stop.reason.value, stop.text, stop.reason.exit_code)
    if stop.reason is StopReason.COMPLETE:
        display.stop(replace(stop, text=""))  # the result of task_complete has just been shown
    else:
        display.stop(stop)
        here.say(_how_to_go_on(header, here.options))
    return stop.reason.exit_code


def _check_workspace(here: Stage, place: Workspace, header: Header) -> None:
    """Where the agent may work is said by the person, never by a file that is there."""
    before = Path(header.workspace)
    if here.options.workspace_directory is None and before != place.root and before.exists():
        raise UsageError(
            f"This run worked in {before}, and the workspace is now {place.root}: "
            "say which one to use with --workspace-directory."
        )


BROKEN_OFF = {ExitCode.BUG: "bug", ExitCode.PROVIDER: "provider", ExitCode.INTERRUPTED: "interrupted"}


def _broken_off(here: Stage, error: BaseException, header: Header, lines: JsonLines | None) -> ExitCode:
    """The end of a run that did not stop by itself: the error first, then how to go on."""
    redact = build.redactor(here.settings)
    code = ending.told(error, redact)
    if lines is not None:
        text = redact(str(error)) if isinstance(error, UserError) else ""
        _write_stop(lines, BROKEN_OFF.get(code, "error"), text, code)
    here.say(_how_to_go_on(header, here.options))
    return code


def _write_stop(lines: JsonLines, reason: str, text: str, code: ExitCode) -> None:
    """The last line of `--output json`; it is not in the journal, for a run may go on."""
    lines.write(json.dumps({"event": "Stop", "reason": reason, "text": text, "exit_code": int(code)}))


def _how_to_go_on(header: Header, options: Options) -> str:
    """The command, with what a run does not keep: who goes on as it says must not lose a rule."""
    words = ["autogpt", "resume", header.id]
    if options.continuous:
        words.append("--continuous")
    if options.workspace_directory is not None:
        words += ["--workspace-directory", str(options.workspace_directory)]
    if options.policy is not None:
        words += ["--policy", str(options.policy)]
    if options.preset is not None:
        words += ["--preset", options.preset]
    for name, rules in (("--allow", options.allow), ("--ask", options.ask), ("--deny", options.deny)):
        words += [word for rule in rules for word in (name, rule)]
    return f"Go on with: {shlex.join(words)}"


def _after_the_end(here: Stage) -> Advised | None:
    here.say("This run has reached its end.")
    more = here.questions.ask_line("What should it do next? (Enter leaves)") if here.attended else None
    return Advised(more, at=time.time()) if more else None


def _introduce(
    here: Stage, agent: build.Agent, header: Header, continuous: bool, place: Workspace, *, resumed: bool
) -> None:
    if resumed:
        here.console.show(profile_lines(header.profile))
    here.console.say(f"Run {header.id} · {agent.models} · workspace {place.root}", Tone.DIM)
    if continuous and not header.setup.get("demo"):
        here.warn(CONTINUOUS_WARNING)


def _asked_first(here: Stage, run_id: str | None) -> Stage | None:
    """Ask who answers before the journal is opened: a key that is typed now must not get into it."""
    if here.options.demo or connect.has_provider(here.settings):
        return here
    with nothing_begun():
        header = build.run_store(here.settings, STATE).read(run_id).header
    if header.setup.get("demo"):
        return here
    connected = _connected(here, demo=False)
    if connected is not None and isinstance(connected[1], Demonstration):
        return replace(here, options=replace(here.options, demo=True))
    return connected and connected[0]


def _connected(here: Stage, *, demo: bool) -> tuple[Stage, Provider | Demonstration] | None:
    """Who answers, and the settings with what the person said about it; `None` when they leave."""
    if demo:
        return here, Demonstration()
    if not connect.has_provider(here.settings):
        if not here.attended:
            raise UsageError(connect.NO_MODEL)
        chosen = connect.choose(here.settings, here.questions, ENV_FILE)
        if chosen is None:
            return None
        if isinstance(chosen, Demonstration):
            return here, chosen
        here = replace(here, settings=chosen)
    light_import.preload()
    return here, connect.provider(here.settings, date.today(), here.warn)


def _rules(here: Stage, source: Provider | Demonstration) -> _Rules:
    named, file = here.options.prompt_settings, here.settings.run.prompt_settings_file
    if named is not None and not file.exists():
        raise UsageError(f"There is no file {named}: give --prompt-settings an existing one.")
    policy = _policy(here)
    alone = not here.attended and not here.options.continuous and not isinstance(source, Demonstration)
    if alone and not policy.rules:
        raise UsageError(NOBODY_ASKS)
    return _Rules(policy, read_guidance(file))


def _policy(here: Stage) -> Policy:
    """What may run: the command line's rules before the policy file's; `--preset` over the file's."""
    policy, options = _policy_of_file(here), here.options
    try:
        rules = option_rules(options.allow, options.ask, options.deny)
    except ValueError as error:
        raise UsageError(str(error)) from None
    preset = Preset(options.preset) if options.preset else policy.preset
    return replace(policy, rules=(*rules, *policy.rules), preset=preset)


def _policy_of_file(here: Stage) -> Policy:
    named, folder = here.settings.run.policy_file, here.settings.configuration_folder
    path = named or (default_policy_path(folder.parent) if folder else None)
    if path is None or (named is None and not path.exists()):
        return Policy()
    policy, warnings = read_policy(path)
    for warning in warnings:
        here.warn(warning)
    return policy


def _profile(
    here: Stage, source: Provider | Demonstration, watcher: TerminalWatcher
) -> tuple[Profile | None, Decimal]:
    """The profile, and what making it cost in US dollars."""
    if isinstance(source, Demonstration):
        played = read_profile_of_demo()
        here.console.show(profile_lines(played))
        return played, Decimal(0)
    options, file = here.options, here.settings.run.ai_settings_file
    asked = Asked(
        file=file,
        required=options.ai_settings is not None,
        reprompt=not (options.skip_reprompt or options.ai_settings is not None),
        task=options.task,
        overrides=Overrides(options.ai_name or "", options.ai_role or "", options.ai_goals),
    )
    model, ledger = build.thinker(here.settings, source, _given_limits(here, Limits()).budget, watcher)
    questions = here.questions if here.attended else None
    profile = choose_profile(asked, model, questions)
    return profile, ledger.spent


def read_profile_of_demo() -> Profile:
    """The profile that the demonstration's script plays."""
    profile = read_profile(SCRIPT)
    assert profile is not None
    return profile


def _given_limits(here: Stage, before: Limits) -> Limits:
    """The limits with those replaced that are given for this start.

    API_BUDGET is for runs without a budget: one that was given to a run, or raised in it, stays.
    """
    options = here.options
    return Limits(
        budget=options.budget or before.budget or here.settings.run.api_budget,
        tokens=options.max_tokens or before.tokens,
        steps=options.max_steps or before.steps,
        seconds=options.max_time or before.seconds,
        stop_after=options.continuous_limit,
    )


def _limits_of(header: Header) -> Limits:
    before: Mapping[str, Any] = header.setup.get("limits") or {}
    budget = before.get("budget")
    return Limits(
        budget=None if budget is None else Decimal(str(budget)),
        tokens=before.get("tokens"),
        steps=before.get("steps"),
        seconds=before.get("seconds"),
    )


def _limits_json(limits: Limits) -> dict[str, Any]:
    return {
        "budget": None if limits.budget is None else str(limits.budget),
        "tokens": limits.tokens,
        "steps": limits.steps,
        "seconds": limits.seconds,
    }


def _json_lines(here: Stage, header: Header) -> JsonLines | None:
    if here.events_to is None:
        return None
    redact = build.redactor(here.settings)
    lines = JsonLines(lambda event: dumps(encode(event, redact)), here.events_to)
    lines.write(dumps(encode_header(header, redact)))
    return lines


@contextmanager
def _debug_log(folder: Path) -> Iterator[Callable[[str, str], None]]:
    """`--debug`: what went to the model and what came back; secrets are taken out before it gets here."""
    descriptor = os.open(folder / "debug.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:

        def note(heading: str, text: str) -> None:
            file.write(f"--- {time.strftime('%H:%M:%S')} {heading}\n{text}\n")
            file.flush()

        yield note
