"""Commands that run Python in the sandbox. Nothing here runs without one."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import PurePath

from autogpt.commands.command import Filename, command, previews
from autogpt.commands.fences import fenced
from autogpt.commands.program_results import SHOWN, ProgramResults
from autogpt.commands.requirements import INSTALL, requirements_of
from autogpt.commands.seen import Seen
from autogpt.commands.syntax import fault_of
from autogpt.commands.wording import bytes_of, lines_of, named
from autogpt.core.actions import Preview, Touch
from autogpt.core.errors import CommandError
from autogpt.core.run_by_others import judged
from autogpt.documents import decode
from autogpt.sandboxes.port import Command, Exited, OnOutput, Sandbox
from autogpt.sandboxes.wording import explain
from autogpt.workspace import Workspace

EXECUTED = "executed_code"
"""The folder of the agent's scratch in which code is kept that was given as text."""

_TOUCHES = (Touch.FILES, Touch.PROCESSES)
_BIGGEST = 5_000_000
_TO_RUN = "(to be run)"
"""Stands for the change in a question about running a file."""

_MOST_ARGUMENTS = 100_000
"""Characters; systems take 128 kB in one argument and 2 MB in all."""


class ExecutionCommands:
    """Python programs in `sandbox`. `on_output` is given what they write, as it comes.

    `network` says whether the sandbox has one, for requirements to be installed. `shown` bounds what the
    model is given of a very long output, in bytes.
    """

    def __init__(
        self,
        workspace: Workspace,
        sandbox: Sandbox,
        *,
        network: bool = False,
        shown: int = SHOWN,
        on_output: OnOutput | None = None,
        seen: Seen | None = None,
    ) -> None:
        self._workspace = workspace
        self._seen = seen or Seen()
        self._sandbox = sandbox
        self._network = network
        self._results = ProgramResults(workspace, shown, network=network)
        self._on_output = on_output

    @command(
        aliases=("run_python_file", "execute_file", "run_python_script", "python"),
        touches=_TOUCHES,
        reads=("filename",),
    )
    def execute_python_file(self, filename: Filename, args: list[str] | str = "") -> str:
        """Run a Python file in the sandbox and get what it writes; args are its arguments, as on a command line."""
        source, _ = self._source(filename)
        self._seen.check_shown(
            filename, _TO_RUN, source.encode("utf-8", "surrogatepass"), None, "nothing was run"
        )
        return self._run("execute_python_file", filename, _words(args))

    @previews(execute_python_file)
    def _would_run(self, filename: str, args: list[str] | str = "") -> Preview:
        source, _ = self._source(filename)
        self._seen.note_shown(filename, _TO_RUN, source.encode("utf-8", "surrogatepass"))
        return Preview(filename, f"runs {lines_of(source)}", runs=source)

    @command(aliases=("run_python_code", "execute_code", "run_python", "run_code"), touches=_TOUCHES)
    def execute_python_code(self, code: str, basename: str = "code.py") -> str:
        """Run Python code in the sandbox and get what it writes (print what you need); it is kept in auto_gpt_scratch/executed_code."""
        if code.strip().startswith(("```", "~~~")):
            code = fenced(code.strip(), outermost=True)[0].text
        if not code.strip():
            raise CommandError("There is no code. Give the Python code to run.")
        kept = self._workspace.write_text(self._workspace.in_scratch(f"{EXECUTED}/{_safe(basename)}"), code)
        before = "" if kept.name.endswith(f"/{basename}") else f"The code was kept as {named(kept.name)}."
        # As if it lay in the workspace's own folder, from where its modules are imported.
        return self._run("execute_python_code", kept.name, (), before, imports=(self._sandbox.workspace,))

    # -- how -------------------------------------------------------------------------------------

    def _run(
        self,
        name: str,
        filename: str,
        words: tuple[str, ...],
        before: str = "",
        imports: tuple[str, ...] = (),
    ) -> str:
        source, path = self._source(filename)
        hint = ""
        if wanted := requirements_of(source):
            if self._network:
                imports = (*imports, self._installed(wanted))
            else:
                hint = (
                    "The requirements in its header are not installed, since programs have no network "
                    "(SANDBOX_NETWORK=True allows it)."
                )
        separator = ";" if os.name == "nt" and self._sandbox.name == "host" else ":"
        imports = tuple(place for place in imports if separator not in place)
        places = {"PYTHONPATH": separator.join(imports)} if imports else {}
        outcome = self._sandbox.run(
            Command((self._sandbox.python, path, *words), environment=places), self._on_output
        )
        if b"ModuleNotFoundError" not in outcome.output.head + outcome.output.tail:
            hint = ""
        return self._results.told(name, outcome, self._sandbox.limits, before=before, hint=hint)

    def _source(self, filename: str) -> tuple[str, str]:
        """What a Python file holds, and its path in the sandbox. Raises CommandError for what can't be run."""
        entry = self._workspace.look(filename)
        if entry is None:
            self._workspace.read_bytes(filename, 1)  # raises, and names what is nearest
            raise CommandError(f"{named(filename)} went away.")
        if entry.kind == "folder":
            raise CommandError(f"{named(entry.name)} is a folder. Name the .py file in it that is to be run.")
        if not entry.name.lower().endswith((".py", ".pyw")):
            raise CommandError(
                f"{named(entry.name)} is no .py file, and only Python files can be run by this command."
            )
        canonical = self._workspace.canonical(filename)
        if PurePath(canonical).is_absolute():
            raise CommandError(
                f"{named(canonical)} is outside the workspace, which is all that programs see."
            )
        content = self._workspace.read_bytes(filename, _BIGGEST)
        if not content.strip():
            raise CommandError(f"{named(entry.name)} is empty: there is nothing to run in it.")
        if b"\0" in content:
            raise CommandError(
                f"{named(entry.name)} holds binary data ({bytes_of(len(content))}), not Python source."
            )
        source, _ = decode(content, entry.name)
        if self._same_python() and (fault := fault_of(source)):
            raise CommandError(f"Nothing was run, for {named(entry.name)} is not valid Python: {fault}")
        separator = "\\" if "\\" in self._sandbox.workspace else "/"
        return source, separator.join([self._sandbox.workspace, *canonical.split("/")])

    def _same_python(self) -> bool:
        """Whether the sandbox's Python understands what ours does; else it must judge itself.

        It reads the whole file before it runs any of it, so nothing is lost.
        """
        return self._sandbox.name != "docker"

    def _installed(self, wanted: tuple[str, ...]) -> str:
        """Where in the sandbox the requirements are. Raises CommandError when they can't be installed.

        What can't be kept, because it must be built, is installed for the run.
        """
        for folder in [kept, ""] if (kept := self._sandbox.packages) else [""]:
            words = (self._sandbox.python, "-I", "-c", INSTALL, folder, *wanted)
            outcome = self._sandbox.run(Command(words, installs=bool(folder)), self._on_output)
            said = (outcome.output.head + outcome.output.tail).decode("utf-8", "replace")
            if outcome.end == Exited(0) and "PLACE=" in said:
                return said.rpartition("PLACE=")[2]
        why = explain(outcome, self._sandbox.limits)
        raise CommandError(
            f"Nothing was run, for its requirements ({', '.join(wanted)}) could not be installed. {why}\n"
            f"{said[-4_000:].strip()}"
        )


def _words(args: list[str] | str) -> tuple[str, ...]:
    """Arguments as a list. Raises CommandError for a line that can't be split, or is too long."""
    if isinstance(args, str):
        try:
            words = tuple(shlex.split(args))
        except ValueError as error:
            raise CommandError(
                f"The args can't be read as a command line: {error}. Close each quote, or give a list of texts."
            ) from error
    else:
        words = tuple(args)
    if sum(map(len, words)) > _MOST_ARGUMENTS:
        raise CommandError(
            f"The args are too long: at most {_MOST_ARGUMENTS:,} characters. Write the data to a file and name that."
        )
    return words


def _safe(basename: str) -> str:
    """A file's name, of harmless characters alone, for code that is kept."""
    last = re.split(r"[/\\]", basename.strip())[-1]
    stem = last[:-3] if last.lower().endswith(".py") else last
    kept = "".join(_harmless(stem)).strip("._-")[:60] or "code"
    return f"{kept}.py" if judged([f"{kept}.py"]) is None else f"code_{kept}.py"


def _harmless(name: str) -> Iterator[str]:
    for letter in name:
        yield letter if letter.isalnum() or letter in "._-" else "_"
