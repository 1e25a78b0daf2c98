"""What governs the agent, and so must stay out of its reach: code, rules, records, settings.

A workspace that holds what the program runs or obeys is refused. The small files of settings of the
folder where it starts may lie in a workspace (`-w .`): they are read-only there, to file commands and
to programs in a sandbox. Programs on the machine itself, without a sandbox, nobody can hold.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import autogpt
from autogpt.core.errors import UsageError
from autogpt.rights import policy_path
from autogpt.settings import Settings
from autogpt.stage import ENV_FILE

_OF_A_CHECKOUT = (
    "run.sh",
    "scripts",
    "docker",
    "Dockerfile",
    "docker-compose.yml",
    "requirements.txt",
    "test.sh",
)
"""What starts, installs or builds the program from its checkout."""

_BEFORE_THE_PROGRAM = ("autogpt", "collections", "importlib", "pkgutil", "runpy")
TAKEN_FOR_CODE = tuple(Path(name + ending) for name in _BEFORE_THE_PROGRAM for ending in ("", ".py"))
"""What `python -m autogpt` could run before or instead of the program, in the folder where it starts."""


@dataclass(frozen=True, slots=True)
class Governing:
    """Paths with all links followed; what they hold counts too.

    `code` is the program's own; `libraries` what it imports, `interpreter` what runs it; `rules` the
    policy in use; `records` the person's configuration folder; `settings` files of the start folder.
    """

    code: tuple[Path, ...]
    libraries: tuple[Path, ...]
    interpreter: Path
    rules: Path | None
    records: Path | None
    settings: tuple[Path, ...]

    @property
    def read_only(self) -> tuple[Path, ...]:
        """All that no command may change, wherever it lies."""
        ruling = [path for path in (self.rules, self.records) if path is not None]
        return (*self.code, *self.libraries, self.interpreter, *ruling, *self.settings)

    def check(self, workspace: Path) -> None:
        """Refuse a workspace that holds what must be out of the agent's reach, or lies in it.

        To be called before anybody is asked anything. Raises UsageError.
        """
        folder = Path(os.path.realpath(workspace.expanduser()))
        for path, what in self._out_of_reach():
            if path.is_relative_to(folder) and not _in_environment(path, folder):
                raise UsageError(
                    f"The workspace {folder} holds {path}, {what}, and the agent could change that itself: "
                    "choose a folder further inside with --workspace-directory."
                )
        for path, what in self._never_worked_in():
            if folder.is_relative_to(path):
                raise UsageError(
                    f"The workspace {folder} lies in {path}, {what}, and the agent could change that itself: "
                    "choose another folder with --workspace-directory."
                )

    def _out_of_reach(self) -> Iterator[tuple[Path, str]]:
        yield from self._never_worked_in()
        if self.rules is not None:
            yield self.rules, "your rules for the agent"
        yield self.interpreter, "the Python that runs this program"
        for path in self.libraries:
            yield path, "which this program imports from"

    def _never_worked_in(self) -> Iterator[tuple[Path, str]]:
        if self.records is not None:
            yield self.records, "where your own rules for the agent are kept"
        for path in self.code:
            yield path, "which is this program's own code"
        for name in ("stdlib", "purelib"):
            yield _real(sysconfig.get_path(name)), "where Python's libraries are"


def governing(settings: Settings) -> Governing:
    """What governs a run with these settings that starts in the current folder."""
    package = _real(os.path.dirname(autogpt.__file__))
    checkout = package.parent
    is_checkout = all((checkout / name).exists() for name in _OF_A_CHECKOUT)
    rules, records = policy_path(settings), settings.configuration_folder
    run, models = settings.run, settings.models
    named = (
        ENV_FILE,
        run.ai_settings_file,
        run.prompt_settings_file,
        models.azure_config_file,
        *TAKEN_FOR_CODE,
    )
    return Governing(
        code=(package, *(map(_real, (checkout / name for name in _OF_A_CHECKOUT)) if is_checkout else ())),
        libraries=tuple(_real(entry) for entry in dict.fromkeys(sys.path) if entry),
        interpreter=_real(sys.executable),
        rules=rules and _real(rules),
        records=records and _real(records),
        settings=tuple(map(_real, named)),
    )


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _in_environment(path: Path, folder: Path) -> bool:
    """Whether a virtual environment inside the folder holds the path: nothing in one can be changed."""
    between = (parent for parent in path.parents if folder in parent.parents)
    return any((parent / "pyvenv.cfg").is_file() for parent in between)
