"""Starting a run, or going on with one: from what the person typed to the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from autogpt import build, connect
from autogpt.connect import Demonstration, Provider
from autogpt.core.errors import ExitCode, UsageError
from autogpt.core.limits import Limits
from autogpt.core.messages import Completion, Message
from autogpt.core.ports import Model
from autogpt.core.profile import Profile
from autogpt.demo import SCRIPT
from autogpt.governing import Governing, governing
from autogpt.journal.codec import Header
from autogpt.journal.store import OpenedRun
from autogpt.kept_words import words_kept
from autogpt.known_runs import remember_run
from autogpt.made_meanwhile import watched
from autogpt.models import light_import
from autogpt.options import Options
from autogpt.play import Begun, play
from autogpt.profile import Asked, Overrides, choose_profile, read_profile
from autogpt.rights import began_here, given_limits, in_workspace_of, limits_json, read_rules
from autogpt.settings import Settings
from autogpt.settings.folder import PROFILE
from autogpt.settings.texts import visible_path
from autogpt.settings.trust import budget_claim
from autogpt.settings.trust_record import Said
from autogpt.stage import STATE, Stage, make_state_folder, nothing_begun, stage
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.render import profile_lines
from autogpt.terminal.status import TerminalWatcher, fetching
from autogpt.working_times import FOLDER, WorkingTime
from autogpt.workspace import Workspace


def new_run(options: Options) -> ExitCode:
    """Start a new run."""
    with stage(options, working=True) as here, ExitStack() as closing:
        governs = governing(here.settings)
        governs.check(here.settings.files.workspace_directory)
        connected = _connected(here, demo=options.demo)
        if connected is None:
            return ExitCode.INTERRUPTED
        here, source = connected
        rules = read_rules(here, source)
        make_state_folder()
        place = build.workspace(here.settings, governs.read_only)
        watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
        programs = closing.enter_context(_programs(here, source, place, governs))
        profile, spent = _profile(here, source, watcher)
        if profile is None:
            return ExitCode.INTERRUPTED
        limits = given_limits(here, Limits(budget=_budget(here.settings, profile)))
        header = Header(
            task=profile.task or "; ".join(profile.goals),
            profile=profile,
            workspace=str(place.root),
            setup={
                "demo": isinstance(source, Demonstration),
                "spent_before": str(spent),
                "limits": limits_json(limits),
            },
        )
        with nothing_begun():
            # Noted first: a process that is killed in between leaves no run that nobody knows.
            known = partial(
                remember_run, here.settings.configuration_folder, workspace=place.root, records=STATE
            )
            created = build.run_store(here.settings, STATE).create(header, known)
        with (
            _at_work(here, place) as at_work,
            created as journal,
            words_kept(here, journal),
            watched(here, place.root),
            closing.pop_all(),
        ):
            begun = Begun(journal.header, (), journal, at_work.worked)
            return play(here, source, rules, place, programs, begun, watcher)


def resume(run_id: str | None, options: Options) -> ExitCode:
    """Go on with a run where it stopped."""
    with stage(options, working=True) as here:
        with nothing_begun():
            past = build.run_store(here.settings, STATE).read_plausible(run_id)
        there = in_workspace_of(here, past.header)
        if there is None:
            return ExitCode.INTERRUPTED
        governs = governing(there.settings)
        governs.check(there.settings.files.workspace_directory)
        ready = _asked_first(there, past.header)
        if ready is None:
            return ExitCode.INTERRUPTED
        with nothing_begun():
            opened = build.run_store(ready.settings, STATE).open(past.header.id)
        if opened.header != past.header:
            opened.journal.close()
            raise UsageError(f"The journal of run {past.header.id} was changed just now: try again.")
        with opened.journal as journal:
            for notice in opened.notices:
                ready.warn(notice)
            demo = bool(opened.header.setup.get("demo"))
            connected = _connected(ready, demo=demo or ready.options.demo)
            if connected is None:
                return ExitCode.INTERRUPTED
            here, source = connected
            rules = read_rules(here, source)
            place = build.workspace(here.settings, governs.read_only)
            place.sweep()
            watcher = TerminalWatcher(here.console, interrupts=here.interrupts)
            known = began_here(here, opened.header)
            with (
                _at_work(here, place, opened) as at_work,
                words_kept(here, journal),
                watched(here, place.root),
                _programs(here, source, place, governs) as programs,
            ):
                begun = Begun(opened.header, tuple(opened.events), journal, at_work.worked, known)
                return play(here, source, rules, place, programs, begun, watcher)


@contextmanager
def _programs(
    here: Stage, source: Provider | Demonstration, place: Workspace, governs: Governing
) -> Iterator[build.Programs]:
    """Where programs run, until the end of the block. Raises UsageError."""
    if isinstance(source, Demonstration):
        yield build.NO_PROGRAMS
        return
    with fetching(here.console) as on_progress:
        programs = build.programs(
            here.settings,
            place,
            here.environ,
            on_progress,
            sandboxed=build.needs_sandbox(here.settings),
            read_only=governs.read_only,
        )
    try:
        yield programs
    finally:
        # A Ctrl-C in here must not tear the tidying up; what was asked for comes after it.
        with here.interrupts.shielded(deliver=False):
            programs.close()


@contextmanager
def _at_work(here: Stage, place: Workspace, before: OpenedRun | None = None) -> Iterator[WorkingTime]:
    """Note for later runs, until the end of the block, that the agent is at work; `before` is the run if it goes on."""
    kept = [folder / FOLDER for folder in (here.settings.configuration_folder, STATE.absolute()) if folder]
    if before is None:
        at_work = WorkingTime(kept, place)
    else:
        past = [event.at for event in before.events if event.at]
        at_work = WorkingTime(kept, place, past=past, created=before.header.created)
    try:
        at_work.begin()
        yield at_work
    finally:
        with here.interrupts.shielded(deliver=False):
            at_work.end()


def _asked_first(here: Stage, header: Header) -> Stage | None:
    """Ask who answers before the journal is opened: a key that is typed now must not get into it."""
    if here.options.demo or connect.has_provider(here.settings):
        return here
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
        chosen = connect.choose(here.settings, here.questions, here.env_file)
        if chosen is None:
            return None
        if isinstance(chosen, Demonstration):
            return here, chosen
        typed = chosen.models.api_key if chosen.models.api_key != here.settings.models.api_key else None
        here.keep_written(typed, chosen.models.base_url)
        here = replace(here, settings=chosen)
    light_import.preload()
    return here, connect.provider(here.settings, date.today(), here.warn)


def _budget(settings: Settings, profile: Profile) -> Decimal | None:
    """What a new run may cost: a folder's own setting doesn't raise what the profile says."""
    said = settings.run.api_budget
    if settings.budget_is_folders and said and profile.budget:
        return min(said, profile.budget)
    return said or profile.budget


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
        passed_over=PROFILE in here.settings.passed_over,
        known=here.record.profile(file) is not None,
    )
    budget = given_limits(here, Limits()).budget
    questions = here.questions if here.attended else None
    with ExitStack() as closing:
        model, ledger = build.thinker(here.settings, source, budget, watcher, closing)
        held = _held_budget(here, asked)
        profile = choose_profile(asked, _Meanwhile(model, here.keyboard), questions)
    if asked.required and asked.task is not None:
        here.warn(f"--task is what counts: the profile in {visible_path(file)} is not used.")
    if profile is not None and held is not None and profile.budget != held:
        profile = replace(profile, budget=held)
    elif profile is not None and questions is not None:
        _keep_profile(here, asked)
    return profile, ledger.spent


def _held_budget(here: Stage, asked: Asked) -> Decimal | None:
    """The budget that the person set, where the profile was given a higher one that they have not seen."""
    said = here.record.profile(asked.file)
    seen = here.attended and asked.reprompt
    if said is None or said.budget is None or seen or asked.required or asked.task or asked.passed_over:
        return None
    saved = read_profile(asked.file, asked.overrides)
    if saved is None or (saved.budget is not None and saved.budget <= said.budget):
        return None
    claim = budget_claim(str(asked.file), said.budget, saved.budget)
    here.asks_about([claim])
    if here.accepts(claim):
        return None
    here.warn(
        f"The budget is ${said.budget}, as you set it: nobody has said yes to the higher one in {asked.file}. "
        "Start once at a terminal, or give --trust-folder or --budget."
    )
    return said.budget


def _keep_profile(here: Stage, asked: Asked) -> None:
    """Remember the budget that the person saw, or typed."""
    if asked.required or asked.task is not None or asked.passed_over:
        return
    try:
        saved = read_profile(asked.file)
    except UsageError:
        return
    said = here.record.profile(asked.file)
    if saved is not None and (said is None or said.budget != saved.budget):
        here.record.keep({}, {asked.file: Said(saved.budget)})


class _Meanwhile:
    """A model, and what is typed while it thinks: that is for the agent, and answers no question after it."""

    def __init__(self, model: Model, keyboard: Keyboard) -> None:
        self._model = model
        self._keyboard = keyboard

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        """As the model itself."""
        try:
            return self._model.complete(messages, reply_tokens=reply_tokens, as_reply=as_reply)
        finally:
            self._keyboard.put_aside()


def read_profile_of_demo() -> Profile:
    """The profile that the demonstration's script plays."""
    profile = read_profile(SCRIPT)
    assert profile is not None
    return profile
