"""Settings -> everything, wired. The only place that constructs.

Nothing here decides; it only says which implementation stands behind each port.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.connect import ChosenModel, Demonstration, Provider
from autogpt.core.actions import CommandSpec, JsonObject
from autogpt.core.errors import UsageError
from autogpt.core.guidance import Guidance
from autogpt.core.limits import Limits, Window, window_of
from autogpt.core.policy import Policy
from autogpt.core.ports import Model, Ports, User, Watcher
from autogpt.core.profile import Profile
from autogpt.core.prompt import TAIL_TOKENS
from autogpt.core.redact import Redactor
from autogpt.core.reply_schema import reply_schema
from autogpt.core.session import Session
from autogpt.core.setup import Setup
from autogpt.demo import SCRIPT
from autogpt.journal.store import RunStore
from autogpt.models.fallback import Fallback
from autogpt.models.metered import THINKING_TOKENS, Ledger, Metered
from autogpt.models.openai import OpenAIModel, Patience
from autogpt.models.redacting import Redacting
from autogpt.models.retrying import Retrying
from autogpt.models.scripted import ScriptedModel
from autogpt.models.tokens import Calibrated, measure
from autogpt.settings import Settings
from autogpt.workspace import Workspace

DEMO_WINDOW = window_of(16_000)

RESULT_SHARE = 4
"""A result may take one part in so many of the prompt."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run is to be done, apart from what the settings say. `started`: seconds since 1970."""

    profile: Profile
    guidance: Guidance
    policy: Policy
    limits: Limits
    continuous: bool
    attended: bool
    spent_before: Decimal = Decimal(0)
    started: float = 0.0


@dataclass(frozen=True, slots=True)
class Agent:
    """A run, ready to go: an empty session, and a way to make its ports once the past is known."""

    session: Session
    ports: Callable[[Session], Ports]
    models: str
    """The models' names, for the person."""


def redactor(settings: Settings) -> Redactor:
    """What keeps the person's secrets out of everything that is written or sent."""
    return Redactor(secret.reveal() for secret in settings.all_secrets())


def run_store(settings: Settings, state: Path) -> RunStore:
    """The runs of the current folder, kept under `state`."""
    return RunStore(state / "runs", clock=_Clock(), redact=redactor(settings))


def workspace(settings: Settings) -> Workspace:
    """The folder that the agent works in. Raises UsageError when it can't be used."""
    files = settings.files
    return Workspace(files.workspace_directory, restrict=files.restrict_to_workspace)


def agent(
    settings: Settings,
    source: Provider | Demonstration,
    mode: Mode,
    place: Workspace,
    user: User,
    watcher: Watcher | None,
    on_bug: Callable[[BaseException], None] | None = None,
    debug: Callable[[str, str], None] | None = None,
) -> Agent:
    """Build an agent. Raises UsageError when its prompt can't fit the model's window."""
    redact = redactor(settings)
    smart_window, fast_window = _windows(source)
    registry = Registry(
        _families(settings, place),
        workspace=place,
        clock=_Clock(),
        result_tokens=smart_window.prompt // RESULT_SHARE,
        redactor=redact,
        on_bug=on_bug,
    )
    count = _measure(source)
    setup = Setup(
        profile=mode.profile,
        guidance=mode.guidance,
        commands=registry.specs,
        policy=mode.policy,
        limits=mode.limits,
        window=smart_window,
        fast_window=fast_window,
        measure=count.plain,
        continuous=mode.continuous,
        attended=mode.attended,
        spent_before=mode.spent_before,
    )
    session = Session.begin(setup, mode.started)
    _check_window(session, smart_window)

    def ports(past: Session) -> Ports:
        ledger = Ledger(
            past.limits.budget,
            token_limit=past.limits.tokens,
            spent=past.spent,
            tokens=past.tokens,
            unpriced_tokens=past.tokens if past.unpriced else 0,
        )
        smart, fast = _models(settings, source, registry.specs, ledger, count, watcher)
        return Ports(
            Redacting(smart, redact, debug), Redacting(fast, redact, debug), user, registry, ledger, _Clock()
        )

    return Agent(session, ports, _in_words(source))


def thinker(
    settings: Settings, source: Provider, budget: Decimal | None, watcher: Watcher | None
) -> tuple[Model, Ledger]:
    """The smart model alone, to work out a profile before there is a run; its ledger says what that cost."""
    ledger = Ledger(budget)
    count = _measure(source)
    model = _reached(settings, source, source.smart, None, ledger, count, watcher)
    return Redacting(model, redactor(settings)), ledger


class _Clock:
    def time(self) -> float:
        return time.time()


def _families(settings: Settings, place: Workspace) -> Sequence[object]:
    disabled = {name.rsplit(".", 1)[-1].lower() for name in settings.run.disabled_command_categories}
    families: Sequence[tuple[frozenset[str], Callable[[], object]]] = (
        (frozenset({"files", "file_operations"}), lambda: FileCommands(place)),
        (frozenset({"files", "file_operations", "patch"}), lambda: PatchCommands(place)),
        (frozenset(), ControlCommands),
    )
    return [make() for names, make in families if not names & disabled]


def _windows(source: Provider | Demonstration) -> tuple[Window, Window]:
    if isinstance(source, Demonstration):
        return DEMO_WINDOW, DEMO_WINDOW
    return source.smart.window, source.fast.window


def _measure(source: Provider | Demonstration) -> Calibrated:
    return measure("" if isinstance(source, Demonstration) else source.smart.name)


def _check_window(session: Session, window: Window) -> None:
    needed = session.system_size + TAIL_TOKENS
    if needed > window.prompt * 0.8:
        raise UsageError(
            f"The model's window of {window.tokens} tokens is too small: the agent's instructions "
            f"alone are {needed}. Use a model with a larger one, or raise SMART_TOKEN_LIMIT."
        )


def _models(
    settings: Settings,
    source: Provider | Demonstration,
    specs: Sequence[CommandSpec],
    ledger: Ledger,
    count: Calibrated,
    watcher: Watcher | None,
) -> tuple[Model, Model]:
    if isinstance(source, Demonstration):
        return ScriptedModel.read(SCRIPT, after=source.used, watcher=watcher), ScriptedModel([])
    schema = reply_schema(specs)
    smart = _reached(settings, source, source.smart, schema, ledger, count, watcher)
    if source.fast == source.smart:
        return smart, smart
    return smart, _reached(settings, source, source.fast, None, ledger, count, watcher)


def _reached(
    settings: Settings,
    source: Provider,
    chosen: ChosenModel,
    schema: JsonObject | None,
    ledger: Ledger,
    count: Calibrated,
    watcher: Watcher | None,
) -> Model:
    """A model behind its meter, its retries and, if there is one, its fallback."""
    model = OpenAIModel(
        chosen.name,
        source.endpoint,
        temperature=settings.models.temperature,
        reply_schema=schema,
        watcher=watcher,
        patience=_patience(settings.models.timeout),
    )
    thinking = THINKING_TOKENS if chosen.reasoning else 0
    metered = Metered(model, ledger, chosen.price, count, thinking_tokens=thinking)
    tried = Retrying(metered, watcher=watcher, patience=settings.models.patience)
    spare = source.fallback
    if spare is None or spare.name == chosen.name:
        return tried
    other = _reached(settings, replace(source, fallback=None), spare, schema, ledger, count, watcher)
    return Fallback(tried, other, spare_name=spare.name, watcher=watcher)


def _patience(timeout: float) -> Patience:
    """So long between two pieces of an answer, and three times as long for one call in all."""
    return Patience(connect=min(timeout, Patience().connect), idle=timeout, call=3 * timeout)


def _in_words(source: Provider | Demonstration) -> str:
    if isinstance(source, Demonstration):
        return "no model: the replies are scripted"
    if source.smart.name == source.fast.name:
        return source.smart.name
    return f"{source.smart.name}, and {source.fast.name} for summaries"
