"""The command line: options and subcommands. It only reads them; `autogpt.start` does the work.

Nothing but click is imported until a command runs, so that `--help` is quick.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from autogpt import __version__
from autogpt.core.errors import ExitCode
from autogpt.core.profile import MOST_GOALS
from autogpt.options import Options

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)


class Dollars(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """An amount of US dollars above nothing."""

    name = "dollars"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(str(value).strip().removeprefix("$"))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount of dollars, such as 2.50.", param, ctx)
        if not amount.is_finite() or not 0 < amount <= 1_000_000:
            self.fail(f"{value} is out of range: an amount above 0 and up to 1000000.", param, ctx)
        return amount


_SECONDS = {"s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Seconds, or a number with s, m or h behind it."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip().lower()
        number, unit = (text[:-1], text[-1]) if text[-1:] in _SECONDS else (text, "s")
        try:
            seconds = float(number) * _SECONDS[unit]
        except ValueError:
            self.fail(f"{value!r} is not a time, such as 90, 30m or 2h.", param, ctx)
        if not 0 < seconds < 10 * 365 * 86400:
            self.fail(f"{value} is out of range.", param, ctx)
        return seconds


COUNT = click.IntRange(min=1)

_OPTIONS: list[Callable[[F], F]] = [
    click.option("-c", "--continuous", is_flag=True, help="Run without asking before each command. Read the warning."),
    click.option("-l", "--continuous-limit", type=COUNT, metavar="N", help="Stop after N steps (with --continuous)."),
    click.option("--task", metavar="TEXT", help="The task, instead of asking for it. Name, role and goals are made from it."),
    click.option("--demo", is_flag=True, help="A demonstration: scripted replies, real commands; no key, no network."),
    click.option("-y", "--skip-reprompt", is_flag=True, help="Go on with the saved profile without asking."),
    click.option("-C", "--ai-settings", type=FILE, metavar="FILE", help="The profile to use (implies -y). Default: ai_settings.yaml."),
    click.option("-P", "--prompt-settings", type=FILE, metavar="FILE", help="Constraints, resources and evaluations of the prompt. Default: prompt_settings.yaml."),
    click.option("--ai-name", metavar="TEXT", help="The agent's name, instead of the profile's."),
    click.option("--ai-role", metavar="TEXT", help="The agent's role, instead of the profile's."),
    click.option("--ai-goal", "ai_goals", multiple=True, metavar="TEXT", help="A goal, instead of the profile's; may be given up to five times."),
    click.option("--gpt3only", is_flag=True, help="Use the fast model for everything."),
    click.option("--gpt4only", is_flag=True, help="Use the smart model for everything."),
    click.option("-w", "--workspace-directory", type=FILE, metavar="DIR", help="Where the agent's files are. Default: auto_gpt_workspace."),
    click.option("--budget", type=Dollars(), help="The most that the run may cost, in US dollars."),
    click.option("--max-tokens", type=COUNT, metavar="N", help="The most tokens that the run may use."),
    click.option("--max-steps", type=COUNT, metavar="N", help="The most steps that the run may take."),
    click.option("--max-time", type=Duration(), help="The longest that the run may work: 90, 30m, 2h. Waiting for you doesn't count."),
    click.option("--policy", type=FILE, metavar="FILE", help="A file of rules: what may run, what is asked about, what is denied."),
    click.option("--preset", type=click.Choice(["cautious", "default", "trusted"]), help="What holds where no rule matches."),
    click.option("--allow", multiple=True, metavar="RULE", help="Allow without asking, e.g. 'write_to_file(filename=reports/*)'. Repeatable."),
    click.option("--ask", multiple=True, metavar="RULE", help="Ask before, even in continuous mode. Counts before --allow. Repeatable."),
    click.option("--deny", multiple=True, metavar="RULE", help="Never run. Wins over every other rule. Repeatable."),
    click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: one event a line on stdout, all else on stderr."),
    click.option("--plain", is_flag=True, help="No colours, no moving parts."),
    click.option("--debug", is_flag=True, help="Write each prompt and reply to debug.log in the run's folder."),
    click.option("-m", "--use-memory", metavar="TYPE", help="What keeps what the agent reads and notes: local or no_memory."),
    click.option("--speak", is_flag=True, help="Say the agent's thoughts aloud."),
    click.option("-b", "--browser-name", metavar="NAME", help="The browser for pages that need one: chrome, firefox, edge or safari."),
    click.option("--allow-downloads", is_flag=True, help="Let the agent download files into its workspace."),
    click.option("--trust-folder", is_flag=True, help="Use what this folder's files would otherwise be asked about. With nobody there: for this start."),
    click.option("--skip-news", is_flag=True, help="Accepted for compatibility: there is no news to skip."),
    click.option("--install-plugin-deps", is_flag=True, help="Install what plugins need (comes later)."),
]  # fmt: skip


def run_options(command: F) -> F:
    """The options that a new run and a resumed one have in common."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class Group(click.Group):
    """Errors of usage end in one line and exit code 2; the original's spelling of options works."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            ctx.fail(
                f"There is no command {args[0]!r}: there are {', '.join(self.commands)}. "
                'A task is given with --task "…".'
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@run_options
@click.version_option(__version__, prog_name="autogpt")
@click.pass_context
def cli(ctx: click.Context, /, **given: Any) -> None:
    """Auto-GPT takes a task, sets itself a name, a role and goals, and works on them by itself.

    Without a command it asks for a task, or offers to go on with the last profile.
    Before each command it asks you: y runs it, y -N runs N, n leaves, s lets it review
    its own thoughts, a allows that kind of command from then on, and anything else is
    feedback. Ctrl-C stops it after the step.

    Exit codes: 0 done, 1 a bug, 2 usage, 3 refused by policy, 4 no progress,
    5 limit or budget, 6 the model's provider, 7 interrupted and resumable.
    """
    if ctx.invoked_subcommand is None:
        from autogpt import start

        ctx.exit(start.new_run(_options(ctx, given)))
    elif any(ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE for name in given):
        ctx.fail(f"Options go behind the command: autogpt {ctx.invoked_subcommand} [OPTIONS].")


@cli.command()
@click.pass_context
def runs(ctx: click.Context) -> None:
    """List the runs: goal, state, steps, cost."""
    from autogpt import past_runs

    ctx.exit(past_runs.list_runs())


@cli.command()
@click.argument("run_id", metavar="[ID]", required=False)
@run_options
@click.pass_context
def resume(ctx: click.Context, /, run_id: str | None, **given: Any) -> None:
    """Go on with a run exactly where it stopped; without ID with the last one."""
    from autogpt import start

    ctx.exit(start.resume(run_id, _options(ctx, given)))


@cli.command()
@click.argument("run_id", metavar="[ID]", required=False)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: one event a line.")
@click.pass_context
def replay(ctx: click.Context, run_id: str | None, output: str) -> None:
    """Show a run again, without model or commands."""
    from autogpt import past_runs

    ctx.exit(past_runs.replay(run_id, output))


@cli.group(name="memory")
def memory_group() -> None:
    """Look at what the agent keeps from run to run, or wipe it."""


@memory_group.command(name="list")
@click.option("-n", "--number", type=COUNT, default=20, show_default=True, metavar="N", help="How many.")
@click.pass_context
def list_memory(ctx: click.Context, number: int) -> None:
    """List the texts that were kept last."""
    from autogpt import remembered

    ctx.exit(remembered.list_texts(number))


@memory_group.command(name="search")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-n", "--number", type=COUNT, default=5, show_default=True, metavar="N", help="How many at most."
)
@click.pass_context
def search_memory(ctx: click.Context, words: tuple[str, ...], number: int) -> None:
    """Find texts by their words."""
    from autogpt import remembered

    ctx.exit(remembered.search(_as_typed(" ".join(words)), number))


@memory_group.command(name="wipe")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_context
def wipe_memory(ctx: click.Context, yes: bool) -> None:
    """Forget everything that the memory holds."""
    from autogpt import remembered

    ctx.exit(remembered.wipe(sure=yes))


def _options(ctx: click.Context, given: dict[str, Any]) -> Options:
    if given["continuous_limit"] is not None and not given["continuous"]:
        ctx.fail("--continuous-limit goes with --continuous.")
    if len(given["ai_goals"]) > MOST_GOALS:
        ctx.fail(f"--ai-goal may be given up to {MOST_GOALS} times.")
    if given["gpt3only"] and given["gpt4only"]:
        ctx.fail("--gpt3only and --gpt4only exclude each other.")
    return Options(**{name: _as_typed(value) for name, value in given.items()})


def _as_typed(value: Any) -> Any:
    """Text as UTF-8, where the locale is a poorer one and left what it couldn't read in single bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return tuple(map(_as_typed, value)) if isinstance(value, tuple) else value


def _open_closed_streams() -> None:
    """Let closed standard streams (`>&-`) lead nowhere: the next file to be opened would take their place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  as long as the process


def _empty_streams() -> None:
    """Write what is still held back; where that can't be (a full disk), the interpreter must not try it again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _say_wrong(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    command = f"{context.info_name} " if context and context.parent else ""
    from autogpt import ending

    ending.say(f"{error.format_message()} ({command}--help lists the options)")


def end_at_once(code: str | int | None) -> None:
    """Where a person sits at the terminal, end the process without taking it apart piece by piece.

    That takes a fifth of a second, in which what they still type would be read by their shell. Nothing
    is left to be done but what is registered for the end; elsewhere this returns.
    """
    try:
        at_terminal = sys.stdin.isatty()
    except (OSError, ValueError, AttributeError):
        return
    if at_terminal and isinstance(code, int):
        # Private, but the one way to have these functions run before the interpreter ends by itself.
        atexit._run_exitfuncs()
        _empty_streams()
        os._exit(code)


def main() -> None:
    """Run the command line; the process's exit code says how it ended."""
    _open_closed_streams()
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        _say_wrong(error)
        code = ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        code = ExitCode.INTERRUPTED
    except BaseException as error:
        from autogpt import ending

        code = ending.told(error)
    _empty_streams()
    sys.exit(int(code or 0))
