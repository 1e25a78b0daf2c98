"""Commands for a shell in the sandbox, and for programs that go on in the background.

Each line runs in a shell of its own, so that limits hold for it and everything that it started ends
with it. What a terminal would keep is carried on to the next: the folder that the line ended in and its
exported variables, not functions, aliases and other variables. They are kept in the sandbox, where
only its programs can get at them. On Windows itself nothing is kept.
"""

from __future__ import annotations

import re

from autogpt.commands.command import command
from autogpt.commands.program_results import SHOWN, ProgramResults
from autogpt.commands.shell_control import ShellControl
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError
from autogpt.sandboxes.port import Command, OnOutput, Output, Process, Sandbox, Stopped
from autogpt.sandboxes.wording import explain
from autogpt.workspace import Workspace

_TOUCHES = (Touch.FILES, Touch.PROCESSES)
_LONGEST_LINE = 100_000
"""Characters; Linux takes 131 072 bytes in one argument."""

_LONGEST_WAIT = 60.0

_ANY_SHELL = """\
if command -v bash >/dev/null 2>&1; then exec bash -c "$0" bash "$@"; fi
exec sh -c "$0" sh "$@"
"""

_STATE = (
    '__line=$1; __home=$2; shift 2; __state="${TMPDIR:-/tmp}/.shell-state"; '
    'if [ -f "$__state" ]; then . "$__state"; __old=${OLDPWD-}; '
    'if cd -- "$PWD" 2>/dev/null; then OLDPWD=$__old; '
    'else echo "[The folder of the shell is gone; it is in the workspace again.]" >&2; cd -- "$__home"; fi; '
    "unset __old; fi; "
)
"""Takes up where the last line ended. One line, so that the shell numbers the lines of what it is given."""

_ONCE = _STATE + 'unset __state __home; eval "$__line"'

_KEPT = (
    _STATE + "__keep() { __code=$?; "
    'if [ -z "${__kept-}" ]; then __kept=1; '
    '{ export PWD OLDPWD; export -p; } >"$__state.$$" 2>/dev/null && mv -f "$__state.$$" "$__state" 2>/dev/null; fi; '
    'return "$__code"; }; trap __keep EXIT; eval "$__line"; __keep; exit "$?"'
)
"""Runs a line and notes where it ended, also when the line itself leaves the shell."""


class ShellCommands:
    """Shell lines in `sandbox`. `on_output` is given what they write, as it comes.

    `shown` bounds what the model is given of a very long output, in bytes. `windows` says that
    the sandbox is a Windows machine itself, `git` that there are commands for git, `network` that
    programs have one.
    """

    def __init__(
        self,
        workspace: Workspace,
        sandbox: Sandbox,
        *,
        control: ShellControl | None = None,
        shown: int = SHOWN,
        on_output: OnOutput | None = None,
        windows: bool = False,
        git: bool = False,
        network: bool = True,
    ) -> None:
        self._sandbox = sandbox
        self._control = control or ShellControl()
        self._results = ProgramResults(workspace, shown, network=network)
        self._on_output = on_output
        self._windows = windows
        self._git = git

    @command(
        aliases=(
            "shell",
            "run_shell",
            "run_shell_command",
            "bash",
            "execute_bash",
            "execute_command",
            "terminal",
        ),
        touches=_TOUCHES,
    )
    def execute_shell(self, command_line: str) -> str:
        """Run a line in a shell in the sandbox and get what it writes; folder and exported variables are kept for the next line. Nothing can be typed in."""
        outcome = self._sandbox.run(self._shell(command_line, _KEPT), self._on_output)
        hint = _GIT_HINT if self._git and _git_failed(outcome.output) else ""
        return self._results.told("execute_shell", outcome, self._sandbox.limits, hint=hint)

    @command(
        aliases=("start_process", "run_in_background", "execute_shell_background"),
        touches=_TOUCHES,
    )
    def execute_shell_popen(self, command_line: str) -> str:
        """Start a shell line that goes on in the background, such as a server; gives an id for read_process and stop_process."""
        process = self._sandbox.start(self._shell(command_line, _ONCE))
        outcome = process.wait(0.2)  # what can't start says so at once
        if outcome is None:
            return (
                f"Started; its id is {process.id}. read_process shows what it writes, stop_process ends it; it ends "
                "at the end of the run at the latest."
            )
        return f"{process.id} has ended already.\n{self._read(process)}"

    @command(aliases=("process_output", "get_process_output"), reads_only=True)
    def read_process(self, id: str, seconds: float = 0.0) -> str:
        """Get what a background process wrote since the last call and whether it still runs; waits up to so many seconds for its end."""
        process = self._process(id)
        process.wait(min(max(seconds, 0.0), _LONGEST_WAIT))
        return self._read(process)

    @command(aliases=("kill_process", "end_process", "terminate_process"), touches=(Touch.PROCESSES,))
    def stop_process(self, id: str) -> str:
        """End a background process and all that it started; gives the last that it wrote."""
        process = self._process(id)
        if process.wait(0) is None:
            process.stop()
        return self._read(process)

    @command(aliases=("processes", "ps"), reads_only=True)
    def list_processes(self) -> str:
        """List the background processes with their ids."""
        return self._list() or "No process was started in the background."

    # -- how -------------------------------------------------------------------------------------

    def _shell(self, line: str, script: str) -> Command:
        if not line.strip():
            raise CommandError("The line is empty. Give the command that the shell is to run.")
        if len(line.encode("utf-8", "replace")) > _LONGEST_LINE:
            raise CommandError(
                f"The line is too long: at most {_LONGEST_LINE:,} bytes. Write a script to a file, and run that."
            )
        self._control.check(line)
        if self._windows:
            # The system's shell reads quotes in its own way, so the line reaches it unquoted.
            return Command(
                ("cmd", "/d", "/v:off", "/c", "%AUTOGPT_LINE%"), environment={"AUTOGPT_LINE": line}
            )
        return Command(("/bin/sh", "-c", _ANY_SHELL, script, line, self._sandbox.workspace))

    def _process(self, id: str) -> Process:
        wanted = id.strip().lower()
        for process in self._sandbox.processes():
            if wanted in (process.id, process.id.lstrip("p")):
                return process
        there = self._list()
        raise CommandError(
            f"There is no process {id!r}. "
            + (f"These were started:\n{there}" if there else "None was started.")
        )

    def _list(self) -> str:
        return "\n".join(
            f"{process.id}  {self._state(process)}  {_line_of(process.command)}"
            for process in self._sandbox.processes()
        )

    def _read(self, process: Process) -> str:
        # First the state, so that the last output is not missed when it ends in between.
        state = self._state(process)
        output: Output = process.read()
        text = self._results.text(f"process-{process.id}", output)
        return f"{process.id} {state}.\n{text if text.strip() else 'It wrote nothing more.'}"

    def _state(self, process: Process) -> str:
        outcome = process.wait(0)
        if outcome is None:
            return "is running"
        if isinstance(outcome.end, Stopped):
            return "was stopped"
        how = explain(outcome, self._sandbox.limits)
        return f"has ended ({how.rstrip('.')})" if how else "has ended well"


_GIT_HINT = (
    "Programs have no git here, or may only read this .git: use git_init, git_status, git_diff, git_commit and "
    "clone_repository."
)
_READ_ONLY = re.compile(rb"/\.git/.*: Read-only file system|\bgit: (?:command )?not found")


def _git_failed(output: Output) -> bool:
    """Whether git said that it can't write in a repository, or the shell that there is none."""
    return _READ_ONLY.search(output.head + output.tail) is not None


def _line_of(started: Command) -> str:
    line = started.environment.get("AUTOGPT_LINE") or started.argv[min(4, len(started.argv) - 1)]
    shown = " ".join(line.split())
    return shown if len(shown) <= 100 else shown[:100] + "…"
