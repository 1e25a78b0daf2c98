"""Looking at runs that were: the list of them, and one shown again. No model, no commands."""

from __future__ import annotations

import time

from autogpt import build
from autogpt.core.errors import ExitCode
from autogpt.journal.codec import dumps, encode, encode_header
from autogpt.journal.store import RunSummary
from autogpt.options import Options
from autogpt.stage import STATE, nothing_begun, stage
from autogpt.terminal.display import Display
from autogpt.terminal.jsonl import JsonLines
from autogpt.terminal.lines import Tone, dollars
from autogpt.terminal.render import profile_lines


def list_runs() -> ExitCode:
    """Show all runs, the oldest first."""
    with stage(Options(), acting=False) as here:
        with nothing_begun():
            summaries = build.run_store(here.settings, STATE).runs()
        if not summaries:
            here.say_to_copy(f"There are no runs here yet. Start one with: {here.started_as}")
        for summary in summaries:
            here.console.say(_line(summary))
            if goal := " ".join(summary.goal.split()):
                here.console.say(f"    {goal[:300]}", Tone.DIM)
    return ExitCode.DONE


def replay(run_id: str | None, output: str) -> ExitCode:
    """Show one run again, event by event."""
    with stage(Options(output=output), acting=False) as here:
        with nothing_begun():
            past = build.run_store(here.settings, STATE).read_plausible(run_id)
        for notice in past.notices:
            here.warn(notice)
        if here.events_to is not None:
            lines = JsonLines(lambda event: dumps(encode(event)), here.events_to)
            lines.write(dumps(encode_header(past.header)))
            for event in past.events:
                lines.event(event)
            return ExitCode.DONE
        here.console.show(profile_lines(past.header.profile))
        display = Display(here.console, agent=past.header.profile.name, replaying=True)
        for event in past.events:
            display.event(event)
    return ExitCode.DONE


def _line(summary: RunSummary) -> str:
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.created)) if summary.created else "?"
    steps = f"{summary.steps} step{'' if summary.steps == 1 else 's'}"
    cost = "price unknown" if summary.cost is None else dollars(summary.cost)
    return f"{summary.id}  {started}  {summary.state}  {steps}  {cost}"
