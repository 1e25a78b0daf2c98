"""Starting a run, or going on with one: from what the person typed to the exit code."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from autogpt import build, connect
from autogpt.connect import Demonstration, Provider
from autogpt.core.effects import Stop, StopReason
from autogpt.core.errors import ExitCode, ProviderError, UsageError
from autogpt.core.events import Advised, Event, Garbled, Ran, Replied, Resumed
from autogpt.core.limits import Limits
from autogpt.core.policy import Policy, Preset, option_rules, unreachable_rules
from autogpt.core.ports import User
from autogpt.core.profile import Profile
from autogpt.core.session import Session
from autogpt.demo import SCRIPT
from autogpt.drive import drive, ends_step, status_of
from autogpt.guidance import read_guidance
from autogpt.journal.codec import Header, dumps, encode, encode_header
from autogpt.journal.file import Journal
from autogpt.models import light_import
from autogpt.options import Options
from autogpt.policy_file import default_policy_path, read_policy
from autogpt.profile import Asked, Overrides, choose_profile, read_profile
from autogpt.stage import ENV_FILE, STATE, Stage, make_state_folder, stage
from autogpt.terminal.answers import Keys
from autogpt.terminal.display import Display
from autogpt.terminal.interrupts import Leaving
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
        policy = _policy(here)
        _check_attended(here, policy)
        make_state_folder()
        place = build.workspace(here.settings)
        watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
        profile, spent = _profile(here, source, watcher)
        if profile is None:
            return ExitCode.INTERRUPTED
        limits = _given_limits(here, Limits(budget=profile.budget))
        header = Header(
            task=profile.task or " ".join(profile.goals),
            profile=profile,
            workspace=str(place.root),
            setup={
                "demo": isinstance(source, Demonstration),
                "spent_before": str(spent),
                "limits": _limits_json(limits),
            },
        )
        store = build.run_store(here.settings, STATE)
        with store.create(header) as journal:
            begun = _Begun(journal.header, (), journal)
            return _go(here, source, policy, place, begun, watcher)


def resume(run_id: str | None, options: Options) -> ExitCode:
    """Go on with a run where it stopped."""
    with stage(options) as here:
        ready = _asked_first(here, run_id)
        if ready is None:
            return ExitCode.INTERRUPTED
        opened = build.run_store(ready.settings, STATE).open(run_id)
        with opened.journal as journal:
            for notice in opened.notices:
                ready.warn(notice)
            demo = bool(opened.header.setup.get("demo"))
            connected = _connected(ready, demo=demo or ready.options.demo)
            if connected is None:
                return ExitCode.INTERRUPTED
            here, source = connected
            policy = _policy(here)
            _check_attended(here, policy)
            place = build.workspace(here.settings)
            _check_workspace(here, place, opened.header)
            place.sweep()
            watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
            past = tuple(opened.events)
            return _go(here, source, policy, place, _Begun(opened.header, past, journal), watcher)


def _go(
    here: Stage,
    source: Provider | Demonstration,
    policy: Policy,
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
        guidance=read_guidance(here.settings.run.prompt_settings_file),
        policy=replace(policy, root=str(place.root)),
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
    with ExitStack() as stack:
        debug = stack.enter_context(_debug_log(run_folder)) if here.options.debug else None
        agent = build.agent(here.settings, source, mode, place, user, watcher, debug=debug)
        stack.callback(watcher.close)
        for warning in unreachable_rules(policy, agent.session.setup.commands):
            here.warn(warning)
        session = agent.session
        for event in begun.past:
            session = session.after(event)
        if isinstance(session.last, Ran) and session.last.action.command == "task_complete":
            session, answered = _after_the_end(here, session, begun.journal)
            if not answered:
                return ExitCode.DONE
        session = session.started_again(_given_limits(here, session.limits))
        _introduce(here, agent, header, continuous, place, resumed=bool(begun.past))
        lines = _json_lines(here, header)

        def record(event: Event) -> None:
            begun.journal.append(event)

        def show(event: Event, now: Session) -> None:
            if lines is not None:
                lines.event(event)
            display.event(event)
            if ends_step(event):
                display.status(status_of(now))

        if begun.past and not isinstance(session.last, Advised):
            resumed = Resumed(at=time.time())
            session = session.after(resumed)
            record(resumed)
            show(resumed, session)
        try:
            stop = drive(session, agent.ports(session), record, show, here.interrupts)
        except (ProviderError, Leaving, KeyboardInterrupt):
            here.warn(_how_to_go_on(header, here.options))
            raise
        return _stopped(here, display, stop, header, lines)


def _stopped(here: Stage, display: Display, stop: Stop, header: Header, lines: JsonLines | None) -> ExitCode:
    if lines is not None:
        lines.write(json.dumps({"event": "Stop", "reason": stop.reason.value, "text": stop.text,
                                "exit_code": int(stop.reason.exit_code)}))  # fmt: skip
    display.stop(stop)
    if stop.reason is not StopReason.COMPLETE:
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


def _how_to_go_on(header: Header, options: Options) -> str:
    more = " --continuous" if options.continuous else ""
    if options.workspace_directory is not None:
        more += f" -w {options.workspace_directory}"
    return f"Go on with: autogpt resume {header.id}{more}"


def _after_the_end(here: Stage, session: Session, journal: Journal) -> tuple[Session, bool]:
    here.say("This run has reached its end.")
    if not here.attended:
        return session, False
    more = here.questions.ask_line("What should it do next? (Enter leaves)")
    if not more:
        return session, False
    advised = Advised(more, at=time.time())
    journal.append(advised)
    return session.after(advised), True


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


def _check_attended(here: Stage, policy: Policy) -> None:
    alone = not here.attended and not here.options.continuous and not here.options.demo
    if alone and not policy.rules:
        raise UsageError(NOBODY_ASKS)


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
    """The limits with those replaced that are given for this start."""
    options = here.options
    return Limits(
        budget=options.budget or here.settings.run.api_budget or before.budget,
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
