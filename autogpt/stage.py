"""What every way of starting has in common: settings, terminal, signals, where runs are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from autogpt.core.errors import JournalError, UsageError
from autogpt.core.redact import Redactor
from autogpt.options import Options, as_typed
from autogpt.settings import Loaded, Models, Secret, Settings, TrustRecord, load_settings
from autogpt.settings.folder import STATE as _STATE
from autogpt.settings.load import configuration_folder, home_of
from autogpt.settings.texts import resolved
from autogpt.settings.trust import Accepts, Claim, everything, typed_key_claim
from autogpt.terminal.console import Console, look_of
from autogpt.terminal.harmless import one_line
from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.jsonl import claimed_stdout
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.lines import Tone
from autogpt.terminal.questions import Questions
from autogpt.terminal.typeahead import TypeAhead

ENV_FILE = Path(".env")
STATE = _STATE
"""The folder of the program's own files, in the current folder: runs, history, bug reports."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`events_to` is standard output when events go there as JSON, else `None`.

    `attended` says that a person sits at the terminal; `questions` asks them. `environ` is the
    process's environment, `env_file` where `.env` is. `accepts` says what of the folder's own files
    holds, and `record` keeps what the person says of them.
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
    env_file: Path
    record: TrustRecord
    accepts: Accepts

    @property
    def started_as(self) -> str:
        """What the person types to start the program, for a shell."""
        named = self.environ.get("AUTOGPT_STARTED_AS", "").strip()
        if named:
            return named
        if Path(sys.argv[0]).stem == "autogpt":
            return "autogpt"
        # -P: a package of this name that lies in the folder by then must not run in the program's place.
        safely = " -P" if sys.version_info >= (3, 11) and not _runs_from_here() else ""
        return f"{self._typed([sys.orig_argv[0]])}{safely} -m autogpt"

    def resumed_by(self, run_id: str, options: Options, *more: str) -> str:
        """What the person types to go on with a run and lose none of what they asked for."""
        redact = Redactor(secret.reveal() for secret in self.settings.all_secrets())
        words = (redact(word) for word in (*options.to_go_on(), *more))
        return f"{self.started_as} {self._typed(['resume', run_id, *words])}"

    def _typed(self, words: Iterable[str]) -> str:
        return as_typed(words, encoding=self.console.stream.encoding or "utf-8")

    def say(self, text: str) -> None:
        """A line for the person."""
        self.console.say(text)

    def say_to_copy(self, text: str) -> None:
        """A line with a command for the person, which they can copy as one."""
        self.console.say_to_copy(text)

    def asks_about(self, claims: Iterable[Claim]) -> bool:
        """Ask the person what they were not asked yet of this; whether there was anything to ask.

        Raises KeyboardInterrupt when they leave.
        """
        new = [claim for claim in claims if claim.askable and self._is_new(claim)]
        if not new or not self.attended:
            return False
        yes = self.options.trust_folder or self.questions.ask_trust(
            [claim.words for claim in new], again=self.record.knows_folder
        )
        if yes is None:
            raise KeyboardInterrupt
        if not self.record.keep(dict.fromkeys(new, yes)):
            self.warn("Your answer can't be kept in your configuration folder: it holds for this start.")
        return True

    def keep_written(self, key: Secret | None, address: str | None) -> None:
        """Remember that key and address in `.env` are those that the person gave, and the program wrote there."""
        if key is not None:
            self.record.keep({typed_key_claim("OPENAI_API_KEY", key.reveal()): True})
        now = load_settings(
            self.environ, ENV_FILE, _overrides(self.options), self.accepts, self.record.is_doubted
        )
        written = [claim for claim in now.refused if address and claim.is_address(address)]
        if written:
            self.record.keep(dict.fromkeys(written, True))

    def _is_new(self, claim: Claim) -> bool:
        kept = self.record.answer(claim)
        return kept is not True if self.options.trust_folder else kept is None and not self.accepts(claim)

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
        record = TrustRecord(configuration_folder(os.environ, home_of(os.environ)), Path.cwd())
        if working:
            record.trust_absent()
        accepts = _accepts(options, os.environ, record)
        loaded = load_settings(os.environ, ENV_FILE, _overrides(options), accepts, record.is_doubted)
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
            env_file=loaded.env_file or ENV_FILE,
            record=record,
            accepts=accepts,
        )
        if acting:
            made, loaded = _judged(made, loaded)
            _tell(made, loaded)
        if working:
            stack.callback(_tell_left, made)
        if why := loaded.unusable or (loaded.blocked if acting else ""):
            raise UsageError(why)
        yield made


def _called_from(environ: Mapping[str, str]) -> Path:
    """Where paths given as options start: where run.sh was called, which starts the program elsewhere."""
    named = Path(environ.get("AUTOGPT_CALLED_FROM", ""))
    return named if named.is_absolute() else Path()


def _tell_left(here: Stage) -> None:
    with here.interrupts.shielded(deliver=False):
        here.keyboard.tell_left()


def _accepts(options: Options, environ: Mapping[str, str], record: TrustRecord) -> Accepts:
    """What of the current folder's files holds without a question."""
    if _is_programs_own(environ):
        place = load_settings(environ, ENV_FILE, _overrides(options), everything).settings.files
        # What the agent could have written itself is judged like anybody's.
        if not Path.cwd().resolve().is_relative_to(resolved(place.workspace_directory.expanduser())):
            return everything
    if options.trust_folder:
        return lambda claim: claim.askable
    return record.accepts


def _is_programs_own(environ: Mapping[str, str]) -> bool:
    """Whether this is the checkout that the program runs from, or the folder that its container named."""
    return _runs_from_here() or is_named_by_container(environ)


def _runs_from_here() -> bool:
    return Path.cwd().resolve() == Path(__file__).resolve().parents[1]


def is_named_by_container(environ: Mapping[str, str]) -> bool:
    """Whether this is the folder that the program's container was given: what was mounted is the person's word.

    No file can say so: the variable is the image's own.
    """
    named = Path(environ.get("AUTOGPT_OWN_FOLDER", ""))
    return named.is_absolute() and Path.cwd().resolve() == resolved(named)


_ROUNDS = 3
"""Times that what was accepted can bring up something new, such as the links in a folder behind a link."""


def _judged(here: Stage, loaded: Loaded) -> tuple[Stage, Loaded]:
    """The stage with what the person accepts of the folder's files, once they were asked."""
    for _ in range(_ROUNDS):
        if not here.asks_about(loaded.claims):
            break
        loaded = load_settings(
            here.environ, ENV_FILE, _overrides(here.options), here.accepts, here.record.is_doubted
        )
    settings = _with_models(loaded.settings, here.options)
    return replace(here, settings=settings, env_file=loaded.env_file or ENV_FILE), loaded


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
    if held := [claim.name for claim in loaded.claims if here.accepts(claim)]:
        here.console.say(f"Set by this folder's files: {_listed(held)}.", Tone.DIM)
    if refused := _refused(here, loaded.refused):
        here.warn(refused)
    for option in here.options.later():
        here.warn(f"{option} is known, but its part of the program has not come yet: it has no effect.")


def _refused(here: Stage, claims: Iterable[Claim]) -> str:
    """The line that says what of the folder's files is not used, and what would let it count."""
    asked = [claim.name for claim in claims if claim.askable]
    never = [claim.name for claim in claims if not claim.askable]
    parts: list[str] = []
    if asked and here.attended:
        parts.append(f"Not used, as you said: {_listed(asked)} (--trust-folder takes that back).")
    elif asked:
        parts.append(
            f"Not used, as nobody has said yes to it: {_listed(asked)}. Start once at a terminal, or give --trust-folder."
        )
    if never:
        parts.append(
            f"Not used: {_listed(never)}, for in a folder that isn't Auto-GPT's own that counts only in the "
            "environment or on the command line."
        )
    return " ".join(parts)


def _listed(names: Iterable[str]) -> str:
    return one_line(", ".join(names), longest=1000)


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
    ignored = STATE / ".gitignore"
    with suppress(OSError):  # a convenience
        if not ignored.exists():
            ignored.write_text("# What the agent did and read is in here.\n*\n", "utf-8")
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
