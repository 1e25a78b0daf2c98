"""Shows a run: its events, its status, its end. The person's view of it, beside the journal's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autogpt.core.actions import Action
from autogpt.core.effects import Stop
from autogpt.core.events import Begun, Event, Replied
from autogpt.core.run_by_others import Grade
from autogpt.terminal.console import Console
from autogpt.terminal.programs import ProgramOutput
from autogpt.terminal.render import action_lines, event_lines, executed_lines, stop_lines
from autogpt.terminal.status import Status, status_line


class Display:
    """One run on one console. `programs` is to be given what programs write, as it comes.

    It remembers which action is the last thing shown, so that a question about another one (after
    a resume, or when sub-agents spoke in between) shows that one first.
    """

    def __init__(
        self,
        console: Console,
        *,
        agent: str = "",
        replaying: bool = False,
        redact: Callable[[str], str] = lambda text: text,
    ) -> None:
        self.console = console
        self.programs = ProgramOutput(console, redact)
        self._agent = agent
        self._replaying = replaying
        self._action: Action | None = None

    def event(self, event: Event) -> None:
        """Show what happened."""
        written: str | None = None
        if isinstance(event, Begun) and not self._replaying:
            self.programs.begin(event.action.command)
        else:
            written = self.programs.end()
        if lines := event_lines(event, agent=self._agent, replaying=self._replaying, written=written):
            self.console.show(lines)
            self._action = event.action if isinstance(event, Replied) else None

    def action(self, action: Action) -> None:
        """Show an action, unless it is the very one that was shown last."""
        if self._action is not action:
            self.console.show(action_lines(action))
            self._action = action

    def status(self, status: Status) -> None:
        """Show where the run stands, on a terminal only."""
        if self.console.look.live:
            self.console.show([status_line(status)])

    def executed(self, made: Mapping[Grade, Sequence[str]]) -> None:
        """Show what the run made that other programs will execute; nothing where there is none."""
        if lines := executed_lines(made):
            self.console.show(lines)

    def stop(self, stop: Stop) -> None:
        """Show how the run ended."""
        self.console.show(stop_lines(stop))
