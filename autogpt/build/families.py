"""Which families of commands there are in a run.

One whose needs aren't met is not built, and the model never hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from autogpt.build.disabled import GIT, disabled
from autogpt.build.means import Means
from autogpt.build.media_families import (
    asking_commands,
    audio_commands,
    image_commands,
    mail_commands,
    seeing_commands,
    tweet_commands,
)
from autogpt.build.program_families import code_commands, execution_commands, git_commands, shell_commands
from autogpt.build.web_families import browse_commands, download_commands, search_commands
from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.memory import MemoryCommands
from autogpt.commands.patch import PatchCommands
from autogpt.core.actions import CommandSpec, Touch
from autogpt.settings import Settings

_FILES = frozenset({"files", "file_operations"})
_EXECUTION = frozenset({"execution", "execute_code"})
_SHELL = frozenset({"shell", "execute_code"})
_CODE = frozenset({"code", "analyze_code", "improve_code", "write_tests"})
_WEB = frozenset({"web"})
_MEMORY = frozenset({"memory"})

_FAMILIES: Sequence[tuple[frozenset[str], Callable[[Means], Iterable[object]]]] = (
    (
        _FILES,
        lambda means: [FileCommands(means.place, means.seen, readable=means.readable)],
    ),
    (_FILES | {"patch"}, lambda means: [PatchCommands(means.place, means.seen)]),
    (_EXECUTION, execution_commands),
    (_SHELL, shell_commands),
    (GIT, git_commands),
    (_CODE, code_commands),
    (_WEB | {"browse", "web_selenium", "web_playwright", "web_requests"}, browse_commands),
    (_WEB | {"search", "google_search", "web_search"}, search_commands),
    (_WEB | _FILES | {"download"}, download_commands),
    (_MEMORY, lambda means: _memory_commands(means)),
    (frozenset({"images", "image_gen"}), image_commands),
    (frozenset({"images", "describe_image"}), seeing_commands),
    (frozenset({"audio", "audio_text"}), audio_commands),
    (frozenset({"messages", "twitter"}), tweet_commands),
    (frozenset({"messages", "email"}), mail_commands),
    (frozenset({"ask_user", "user_interaction"}), asking_commands),
    (frozenset(), lambda means: [ControlCommands()]),
)
"""Names by which DISABLED_COMMAND_CATEGORIES turns a family off, and what makes it: nothing when it can't be."""


def _memory_commands(means: Means) -> list[object]:
    return [MemoryCommands(means.remembering, means.outgoing.source_of)] if means.remembering else []


def families(means: Means) -> list[object]:
    """The families that the settings allow and whose needs are met."""
    off = disabled(means.settings)
    return [made for names, make in _FAMILIES if not names & off for made in make(means)]


def needs_sandbox(settings: Settings) -> bool:
    """Whether there are to be commands that are nothing without a sandbox."""
    return not all(names & disabled(settings) for names in (_EXECUTION, _SHELL))


def has_memory(settings: Settings) -> bool:
    """Whether texts are to be kept: not where the commands that find them are turned off."""
    return settings.memory.backend != "no_memory" and not _MEMORY & disabled(settings)


def resources(means: Means, specs: Sequence[CommandSpec]) -> tuple[str, ...]:
    """What there is in this run, in sentences for the model."""
    web = any(
        spec.reads_only and Touch.NETWORK in spec.touches and Touch.MONEY not in spec.touches
        for spec in specs
    )
    lines = (WEB if web else "", means.programs.resource)
    return tuple(line for line in lines if line)


WEB = "The web, for searches and for reading pages."
