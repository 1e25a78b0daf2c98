"""What every way of starting has in common: settings, terminal, signals, where runs are kept."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from autogpt.core.errors import JournalError, UsageError
from autogpt.options import Options
from autogpt.settings import Loaded, Models, Settings, load_settings
from autogpt.terminal.console import Console, look_of
from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.jsonl import claimed_stdout
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.lines import Tone
from autogpt.terminal.questions import Questions
from autogpt.terminal.typeahead import TypeAhead

ENV_FILE = Path(".env")
STATE = Path(".autogpt")
"""The folder of the program's own files, in the current folder: runs, history, bug reports."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`trusted_to_file` names what only a file that nobody else writes may say: see `Loaded`.

    `events_to` is standard output when events go there as JSON, else `None`.

    `attended` says that a person sits at the terminal; `questions` asks them. `environ` is the
    process's environment.
    """

    options: Options
    settings: Settings
    console: Console
    keyboard: Keyboard
    questions: Questions
    interrupts: Interrupts
    attended: bool
    events_to: TextIO | None
    environ: Mapping[str, str]
    trusted_to_file: tuple[str, ...] = ()

    @property
    def started_as(self) -> str:
        """What the person types to start the program, for a shell."""
        named = self.environ.get("AUTOGPT_STARTED_AS", "").strip()
        if named:
            return named
        if Path(sys.argv[0]).stem == "autogpt":
            return "autogpt"
        return f"{shlex.quote(sys.orig_argv[0])} -m autogpt"

    def say(self, text: str) -> None:
        """A line for the person."""
        self.console.say(text)

    def warn(self, text: str) -> None:
        """A line that the person should not miss."""
        self.console.say(text, Tone.WARN)


@contextmanager
def stage(options: Options, *, acting: bool = True, working: bool = False) -> Iterator[Stage]:
    """Set the stage, and clear it at the end, whichever way that comes. Raises UsageError.

    Where no agent is to act, nothing is said of what the settings mean for one. Where an agent is to be
    `working`, what is typed is for the agent until the end, and never for who reads the terminal next.
    """
    with ExitStack() as stack:
        _check_folder()
        interrupts = stack.enter_context(Interrupts())
        options = options.at(_called_from(os.environ))
        ahead = stack.enter_context(TypeAhead(sys.stdin, interrupts)) if working else None
        events_to = stack.enter_context(claimed_stdout()) if options.output == "json" else None
        loaded = load_settings(os.environ, ENV_FILE, _overrides(options))
        settings = _with_models(loaded.settings, options)
        stream = sys.stderr if events_to is not None else sys.stdout
        plain = options.plain or settings.run.plain_output
        console = Console(stream, look_of(stream, os.environ, plain=plain), os.environ)
        stack.callback(console.close)
        keyboard = Keyboard(console, sys.stdin, history=STATE / "history", interrupts=interrupts, ahead=ahead)
        made = Stage(
            options=options,
            settings=settings,
            console=console,
            keyboard=keyboard,
            questions=Questions(console, keyboard),
            interrupts=interrupts,
            attended=_is_terminal(sys.stdin) and events_to is None,
            events_to=events_to,
            environ=os.environ,
            trusted_to_file=loaded.widened_by_file + loaded.sent_by_file,
        )
        if acting:
            _tell(made, loaded)
        if working:
            stack.callback(_tell_left, made)
        yield made


def _called_from(environ: Mapping[str, str]) -> Path:
    """Where paths given as options start: where run.sh was called, which starts the program elsewhere."""
    named = Path(environ.get("AUTOGPT_CALLED_FROM", ""))
    return named if named.is_absolute() else Path()


def _tell_left(here: Stage) -> None:
    with here.interrupts.shielded(deliver=False):
        here.keyboard.tell_left()


def _check_folder() -> None:
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(
            f"The folder that this was started in is gone ({error.strerror}): go to another."
        ) from None


def _tell(here: Stage, loaded: Loaded) -> None:
    for notice in loaded.notices:
        here.warn(notice)
    if loaded.widened_by_file:
        names = ", ".join(loaded.widened_by_file)
        here.warn(f"Your .env file gives the agent more than it has by default: {names}.")
    for option in here.options.later():
        here.warn(f"{option} is known, but its part of the program has not come yet: it has no effect.")


@contextmanager
def nothing_begun() -> Iterator[None]:
    """A journal that fails before a run begins or goes on leaves nothing to resume: an error of usage.

    Scripts that resume at exit code 7 would otherwise do so for ever.
    """
    try:
        yield
    except JournalError as error:
        raise UsageError(str(error)) from None


def secrets() -> list[str]:
    """The person's secrets, for what is written when there is no stage any more. Raises UsageError."""
    settings = load_settings(os.environ, ENV_FILE, {}).settings
    return [secret.reveal() for secret in settings.all_secrets()]


def make_state_folder() -> Path:
    """The folder for the program's own files, for its owner only. Raises UsageError."""
    try:
        STATE.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {STATE} can't be made here ({error.strerror}): start in a folder that you can write."
        ) from None
    return STATE


def _overrides(options: Options) -> dict[str, str]:
    given = {
        "WORKSPACE_DIRECTORY": options.workspace_directory,
        "AI_SETTINGS_FILE": options.ai_settings,
        "PROMPT_SETTINGS_FILE": options.prompt_settings,
        "POLICY_FILE": options.policy,
        "USE_WEB_BROWSER": options.browser_name,
        "MEMORY_BACKEND": options.use_memory,
        "ALLOW_DOWNLOADS": True if options.allow_downloads else None,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def _with_models(settings: Settings, options: Options) -> Settings:
    if options.gpt3only:
        return settings.only(Models.FAST_ONLY)
    if options.gpt4only:
        return settings.only(Models.SMART_ONLY)
    return settings


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (OSError, ValueError):
        return False
