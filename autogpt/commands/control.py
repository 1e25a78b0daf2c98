"""Commands by which the model steers the run itself."""

from __future__ import annotations

from autogpt.commands.command import command


class ControlCommands:
    """To finish, and to wait. The loop looks at the names; there is nothing to do here."""

    @command(
        aliases=(
            "goals_accomplished",
            "finish",
            "finished",
            "done",
            "complete",
            "completed",
            "complete_task",
            "end",
            "exit",
            "quit",
            "stop",
            "shutdown",
            "shut_down",
            "terminate",
        ),
        reads_only=True,
    )
    def task_complete(self, reason: str = "all goals are reached") -> str:
        """Say that the task is complete, with the reason or the final answer; this ends the run."""
        return reason

    @command(aliases=("no_op", "noop", "nothing", "none", "wait"), reads_only=True)
    def do_nothing(self) -> str:
        """Do nothing in this step."""
        return "Nothing was done."
