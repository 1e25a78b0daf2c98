"""Commands that run programs, or ask about code with the help of programs: made where these can run."""

from __future__ import annotations

from collections.abc import Iterator

from autogpt.build.disabled import GIT, disabled
from autogpt.build.means import Means
from autogpt.build.programs import is_windows, reaching, shell_control
from autogpt.commands.bounding import BYTES_PER_TOKEN
from autogpt.commands.code import CodeCommands
from autogpt.commands.command import Command
from autogpt.commands.execution import ExecutionCommands
from autogpt.commands.git import GitCommands
from autogpt.commands.shell import ShellCommands
from autogpt.sandboxes.git import Author, Login
from autogpt.sandboxes.port import Sandbox


def execution_commands(means: Means) -> Iterator[Command]:
    if sandbox := means.programs.sandbox:
        family = ExecutionCommands(
            means.place,
            sandbox,
            network=means.programs.network,
            shown=_shown(means),
            on_output=means.on_output,
            seen=means.seen,
        )
        yield from reaching(family, means.programs.reach)


def shell_commands(means: Means) -> Iterator[Command]:
    if sandbox := means.programs.sandbox:
        family = ShellCommands(
            means.place,
            sandbox,
            control=shell_control(means.settings),
            shown=_shown(means),
            on_output=means.on_output,
            windows=is_windows(sandbox),
            network=means.programs.network,
            git=means.programs.git is not None and not GIT & disabled(means.settings),
        )
        yield from reaching(family, means.programs.reach)


def code_commands(means: Means) -> Iterator[Command]:
    family = CodeCommands(means.smart, means.place, means.window, means.measure, means.programs.sandbox)
    yield from reaching(family, means.programs.reach)


def git_commands(means: Means) -> Iterator[GitCommands]:
    if means.programs.git is not None:
        sandbox = means.programs.sandbox
        accounts = means.settings.accounts
        login = None
        if accounts.github_api_key is not None:
            login = Login(accounts.github_username or "x-access-token", accounts.github_api_key)
        yield GitCommands(
            means.place,
            means.programs.git,
            means.door.tunnel,
            login,
            author=Author(accounts.git_author_name, accounts.git_author_email),
            on_progress=means.on_output,
            on_made=(lambda folder: None) if sandbox is None else sandbox.protect,
            readable=means.readable,
            holds_secret=means.holds_secret,
            beside=lambda: means.programs.walled and sandbox is not None and _going(sandbox),
        )


def _going(sandbox: Sandbox) -> bool:
    return any(process.wait(0) is None for process in sandbox.processes())


def _shown(means: Means) -> int:
    """Bytes of a long output, so that the result fits with the sentences around it."""
    return max(_LEAST_SHOWN, means.result_tokens * BYTES_PER_TOKEN - _SENTENCES)


_LEAST_SHOWN, _SENTENCES = 400, 900
"""Bytes."""
