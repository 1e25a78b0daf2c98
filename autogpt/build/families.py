"""Which families of commands there are in a run. One whose needs aren't met is not built,
and the model never hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from autogpt.build import media
from autogpt.build.programs import Programs, is_windows, reaching, shell_control
from autogpt.commands.asking import Ask
from autogpt.commands.bounding import BYTES_PER_TOKEN
from autogpt.commands.code import CodeCommands
from autogpt.commands.command import Command
from autogpt.commands.control import ControlCommands
from autogpt.commands.execution import ExecutionCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.git import GitCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.shell import ShellCommands
from autogpt.core.limits import Measure, Window
from autogpt.core.ports import Model
from autogpt.http import Admission, Door, Proxies, allowed_hosts
from autogpt.models.media import OpenAIMedia
from autogpt.sandboxes.git import Login
from autogpt.sandboxes.port import OnOutput
from autogpt.settings import Settings
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Person:
    """What the person can do for a command. `ask` is None where nobody is there to answer.

    `picture` shows one, `say` and `warn` a line.
    """

    ask: Ask | None = None
    picture: Callable[[bytes], None] = lambda data: None
    say: Callable[[str], None] = lambda line: None
    warn: Callable[[str], None] = lambda line: None


NOBODY = Person()


@dataclass(frozen=True, slots=True)
class Means:
    """What commands are built from.

    `smart` and `fast` answer what commands ask; they are paid from the run's ledger. `result_tokens`
    is what a result may take of the prompt. `programs` says where programs run, and `on_output` is
    given what they write, for the person. `seeing` is a model that takes pictures, `media` makes
    pictures and the like with OpenAI; None where there is none. What must be closed when the run ends is entered into
    `closing`.
    """

    settings: Settings
    place: Workspace
    smart: Model
    fast: Model
    window: Window
    fast_window: Window
    measure: Measure
    result_tokens: int
    door: Door
    programs: Programs
    on_output: OnOutput
    holds_secret: Callable[[str], bool]
    seeing: Model | None
    media: OpenAIMedia | None
    person: Person
    attended: bool
    closing: ExitStack


def _execution(means: Means) -> Iterator[Command]:
    if sandbox := means.programs.sandbox:
        family = ExecutionCommands(
            means.place,
            sandbox,
            network=means.programs.network,
            shown=_shown(means),
            on_output=means.on_output,
        )
        yield from reaching(family, means.programs.reach)


def _shell(means: Means) -> Iterator[Command]:
    if sandbox := means.programs.sandbox:
        family = ShellCommands(
            means.place,
            sandbox,
            control=shell_control(means.settings),
            shown=_shown(means),
            on_output=means.on_output,
            windows=is_windows(sandbox),
        )
        yield from reaching(family, means.programs.reach)


def _code(means: Means) -> Iterator[Command]:
    family = CodeCommands(means.smart, means.place, means.window, means.measure, means.programs.sandbox)
    yield from reaching(family, means.programs.reach)


def _git(means: Means) -> Iterator[GitCommands]:
    if means.programs.git is not None:
        accounts = means.settings.accounts
        login = None
        if accounts.github_api_key is not None:
            login = Login(accounts.github_username or "x-access-token", accounts.github_api_key)
        yield GitCommands(
            means.place, means.programs.git, means.door.located, login, on_progress=means.on_output
        )


def _shown(means: Means) -> int:
    """Bytes of a long output, so that the result fits with the sentences around it."""
    return max(_LEAST_SHOWN, means.result_tokens * BYTES_PER_TOKEN - _SENTENCES)


_LEAST_SHOWN, _SENTENCES = 400, 900
"""Bytes."""

_FILES = frozenset({"files", "file_operations"})
_EXECUTION = frozenset({"execution", "execute_code"})
_SHELL = frozenset({"shell", "execute_code"})
_GIT = frozenset({"git", "git_operations"})
_CODE = frozenset({"code", "analyze_code", "improve_code", "write_tests"})

_FAMILIES: Sequence[tuple[frozenset[str], Callable[[Means], Iterable[object]]]] = (
    (_FILES, lambda means: [FileCommands(means.place, sees=means.seeing is not None)]),
    (_FILES | {"patch"}, lambda means: [PatchCommands(means.place)]),
    (_EXECUTION, _execution),
    (_SHELL, _shell),
    (_GIT, _git),
    (_CODE, _code),
    (frozenset({"images", "image_gen"}), media.images),
    (frozenset({"images", "describe_image"}), media.seeing),
    (frozenset({"audio", "audio_text"}), media.audio),
    (frozenset({"messages", "twitter"}), media.tweets),
    (frozenset({"messages", "email"}), media.mail),
    (frozenset({"ask_user", "user_interaction"}), media.asking),
    (frozenset(), lambda means: [ControlCommands()]),
)
"""Names by which DISABLED_COMMAND_CATEGORIES turns a family off, and what makes it: nothing when it can't be."""


def families(means: Means) -> list[object]:
    """The families that the settings allow and whose needs are met."""
    disabled = _disabled(means.settings)
    return [made for names, make in _FAMILIES if not names & disabled for made in make(means)]


def runs_programs(settings: Settings) -> bool:
    """Whether there are to be commands that start programs."""
    return not all(names & _disabled(settings) for names in (_EXECUTION, _SHELL, _GIT))


def _disabled(settings: Settings) -> set[str]:
    return {name.rsplit(".", 1)[-1].lower() for name in settings.run.disabled_command_categories}


def door(settings: Settings, holds_secret: Callable[[str], bool]) -> Door:
    """The way to the web that the settings allow."""
    web = settings.web
    return Door(
        admission=Admission(web.allow_private_network, allowed_hosts(web.allowed_hosts)),
        proxies=Proxies(web.http_proxy or web.all_proxy, web.https_proxy or web.all_proxy, web.no_proxy),
        user_agent=web.user_agent,
        holds_secret=holds_secret,
    )
