"""A shell that goes on where the last command line left off: same folder, same exported variables.

Each command line is a command of the sandbox with limits and an end of its own. What it leaves
of state is written down at its end, in the sandbox's private `/tmp`, and read in by the next:
working folder, exported variables and, with bash, functions and aliases. Unlike in a terminal,
processes left in the background end with their line (`Sandbox.start` is for those), and a line
that is killed, or that replaces the shell by `exec`, leaves the state as it was before it.

Not on Windows, where each line starts afresh.
"""

from __future__ import annotations

import os
from itertools import count

from autogpt.sandboxes.port import Command, OnOutput, Outcome, Process, Sandbox

_BASH_OR_SH = 'if command -v bash >/dev/null 2>&1; then exec bash -c "$@"; else exec /bin/sh -c "$@"; fi'

_AROUND = """
__state=$TMPDIR/.shell-$1 __line=$2
shift 2
[ -n "${BASH_VERSION-}" ] && shopt -s expand_aliases
if [ -f "$__state" ]; then
    . "$__state" 2>/dev/null
    cd -- "$AUTOGPT_FOLDER" 2>/dev/null || echo "The folder $AUTOGPT_FOLDER is gone; this starts in the workspace." >&2
fi
unset AUTOGPT_FOLDER
__save() {
    AUTOGPT_FOLDER=$PWD
    export AUTOGPT_FOLDER
    { export -p; if [ -n "${BASH_VERSION-}" ]; then declare -f; alias -p; fi; } >"$__state.$$" 2>/dev/null &&
        command -p mv -f "$__state.$$" "$__state" 2>/dev/null
}
trap '__code=$?; __save; exit $__code' EXIT
eval "$__line"
"""
"""Reads the state in, runs the line, and writes the state down however the line ends."""

_numbers = count(1)


class Shell:
    """One shell in a sandbox, for one line at a time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._name = f"{os.getpid()}-{next(_numbers)}"

    def run(self, line: str, *, seconds: float | None = None, on_output: OnOutput | None = None) -> Outcome:
        """Run a command line and wait for its end, as `Sandbox.run` does."""
        return self._sandbox.run(Command(self._argv(line), seconds=seconds), on_output)

    def start(self, line: str) -> Process:
        """Start a command line that goes on, with the state that there is now."""
        return self._sandbox.start(Command(self._argv(line)))

    def _argv(self, line: str) -> tuple[str, ...]:
        if self._sandbox.name == "host" and os.name == "nt":
            return ("powershell", "-NoProfile", "-NonInteractive", "-Command", line)
        return ("/bin/sh", "-c", _BASH_OR_SH, "sh", _AROUND, "shell", self._name, line)
