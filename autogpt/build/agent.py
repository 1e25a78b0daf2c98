"""A run, ready to go: its session, its ports, and what they are made of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.build.families import families, has_memory, resources
from autogpt.build.means import NOBODY, Means, Person
from autogpt.build.memories import memory
from autogpt.build.programs import NO_PROGRAMS, Programs
from autogpt.build.reach import Reach, in_words, token_count, windows
from autogpt.build.web_families import door
from autogpt.commands.command import Readable
from autogpt.commands.outgoing import Outgoing
from autogpt.commands.registry import Registry
from autogpt.commands.remembering import Remembering
from autogpt.commands.seen import Seen
from autogpt.connect import Demonstration, Provider
from autogpt.core.actions import CommandSpec
from autogpt.core.errors import UsageError
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits, Window
from autogpt.core.policy import Policy, may_read
from autogpt.core.ports import Model, Ports, User, Watcher
from autogpt.core.profile import Profile
from autogpt.core.prompt import TAIL_TOKENS
from autogpt.core.redact import Redactor
from autogpt.core.reply_schema import reply_schema
from autogpt.core.session import Session
from autogpt.core.setup import Setup
from autogpt.core.worked import Worked
from autogpt.journal.store import RunStore
from autogpt.models.beside import Beside
from autogpt.models.metered import Ledger
from autogpt.models.redacting import Note
from autogpt.sandboxes.port import OnOutput
from autogpt.settings import Settings
from autogpt.workspace import Workspace

if TYPE_CHECKING:
    from autogpt.voices.speaker import Speaker

RESULT_SHARE = 4
"""A result may take one part in so many of the prompt."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run is to be done, apart from what the settings say.

    `started`: seconds since 1970. `worked`: when agents worked, this one too.
    """

    profile: Profile
    guidance: Guidance
    policy: Policy
    limits: Limits
    continuous: bool
    attended: bool
    spent_before: Decimal = Decimal(0)
    started: float = 0.0
    worked: Callable[[], Worked] = lambda: Worked.since(0)


@dataclass(frozen=True, slots=True)
class Agent:
    """A run, ready to go: an empty session, and a way to make its ports once the past is known."""

    session: Session
    ports: Callable[[Session], Ports]
    models: str
    """The models' names, for the person."""
    speaker: Callable[[], Speaker | None]
    """Makes what speaks; None, with a line for the person, where nothing can. To be closed by who calls it."""


def redactor(settings: Settings) -> Redactor:
    """What keeps the person's secrets out of everything that is written or sent."""
    return Redactor(secret.reveal() for secret in settings.all_secrets())


def run_store(settings: Settings, state: Path) -> RunStore:
    """The runs of the current folder, kept under `state`."""
    return RunStore(state / "runs", clock=_Clock(), redact=redactor(settings))


def workspace(settings: Settings, read_only: Iterable[Path] = ()) -> Workspace:
    """The folder that the agent works in, in which nothing changes what is `read_only`.

    Raises UsageError when it can't be used.
    """
    files = settings.files
    return Workspace(files.workspace_directory, files.restrict_to_workspace, read_only=read_only)


def agent(
    settings: Settings,
    source: Provider | Demonstration,
    mode: Mode,
    place: Workspace,
    user: User,
    watcher: Watcher | None,
    closing: ExitStack,
    programs: Programs = NO_PROGRAMS,
    on_output: OnOutput = lambda _: None,
    person: Person = NOBODY,
    environ: Mapping[str, str] | None = None,
    on_bug: Callable[[BaseException], None] | None = None,
    debug: Note | None = None,
    state: Path | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> Agent:
    """Build an agent. Raises UsageError when its prompt can't fit the model's window.

    What it holds open is closed with `closing`, but for `programs`, which its caller closes. `environ`
    is the process's environment, for programs of the machine's own that speak, play and show pages.
    `state` is the folder of the program's own files, in which the memory is; without it there is none.
    """
    redact = redactor(settings)
    smart_window, fast_window = windows(source)
    reach = Reach(settings, source, Ledger(), token_count(source), redact, closing, watcher, debug)
    smart = reach.smart()
    openai_media = reach.media()
    fast = smart if isinstance(source, Provider) and source.fast == source.smart else reach.fast()
    result_tokens = smart_window.prompt // RESULT_SHARE
    remembering: Remembering | None = None
    if state is not None and has_memory(settings):
        kept = memory(settings, state, person.warn, reach.embeddings(person.warn))
        closing.callback(kept.close)
        remembering = Remembering(kept, redact, reach.count.plain, result_tokens, person.warn)
    seen = Seen()
    outgoing = Outgoing()
    means = Means(
        settings=settings,
        place=place,
        seen=seen,
        smart=smart,
        fast=fast,
        window=smart_window,
        fast_window=fast_window,
        measure=reach.count.plain,
        result_tokens=result_tokens,
        door=door(settings, redact.knows, outgoing=outgoing),
        outgoing=outgoing,
        programs=programs,
        on_output=on_output,
        holds_secret=redact.knows,
        seeing=reach.seeing(smart),
        media=openai_media,
        remembering=remembering,
        person=person,
        environ=environ or {},
        attended=mode.attended,
        closing=closing,
        progress=progress,
        readable=lambda command, name: readable(command, name),
    )
    registry = Registry(
        families(means),
        workspace=place,
        clock=_Clock(),
        seen=seen,
        result_tokens=result_tokens,
        redactor=redact,
        on_bug=on_bug,
        outgoing=outgoing,
        worked=mode.worked,
        fresh=is_fresh(place, programs),
    )
    readable = _readable(mode.policy, registry.specs)
    setup = Setup(
        profile=mode.profile,
        guidance=mode.guidance,
        commands=registry.specs,
        policy=mode.policy,
        limits=mode.limits,
        window=smart_window,
        fast_window=fast_window,
        measure=reach.count.plain,
        resources=resources(means, registry.specs),
        continuous=mode.continuous,
        attended=mode.attended,
        spent_before=mode.spent_before,
    )
    session = Session.begin(setup, mode.started)
    _check_window(session, smart_window)
    thinking = Beside(reach.smart(reply_schema(registry.specs)))

    def ports(past: Session) -> Ports:
        seen.restore(past.seen)
        reach.ledger.restore(
            past.limits.budget,
            past.limits.tokens,
            spent=past.spent,
            tokens=past.tokens,
            unpriced_tokens=past.tokens if past.unpriced else 0,
        )
        return Ports(thinking, fast, user, registry, reach.ledger, _Clock(), outgoing)

    def speaks() -> Speaker | None:
        from autogpt.build.voices import VoiceMeans, speaker

        return speaker(
            VoiceMeans(settings, place, environ or {}, redact, openai_media, thinking.spent, person.warn)
        )

    return Agent(session, ports, in_words(source), speaks)


def thinker(
    settings: Settings,
    source: Provider,
    budget: Decimal | None,
    watcher: Watcher | None,
    closing: ExitStack,
) -> tuple[Model, Ledger]:
    """The smart model alone, to work out a profile before there is a run; its ledger says what that cost."""
    ledger = Ledger(budget)
    reach = Reach(settings, source, ledger, token_count(source), redactor(settings), closing, watcher)
    return reach.smart(), ledger


class _Clock:
    def time(self) -> float:
        return time.time()


def is_fresh(place: Workspace, programs: Programs) -> bool:
    """Whether commands on files and programs reach nothing that was there before."""
    return place.restrict and programs.walled and not programs.network and place.outline(0) == frozenset()


def _readable(policy: Policy, specs: Sequence[CommandSpec]) -> Readable:
    by_name = {spec.name: spec for spec in specs}
    return lambda command, name: may_read(policy, name, by_name[command], by_name.get("read_file"))


def _check_window(session: Session, window: Window) -> None:
    needed = session.system_size + TAIL_TOKENS
    if needed > window.prompt * 0.8:
        raise UsageError(
            f"The model's window of {window.tokens} tokens is too small: the agent's instructions "
            f"alone are {needed}. Use a model with a larger one, or raise SMART_TOKEN_LIMIT."
        )
