"""The commands that there are, and running one of them. A first, small set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autogpt.core.actions import Action, CommandSpec, Parameter, Touch
from autogpt.core.events import Ran
from autogpt.workspace import Workspace

FILES = frozenset({Touch.FILES})
P = Parameter


class Registry:
    """Runs actions in a workspace."""

    def __init__(self, families: Sequence[object], *, workspace: Workspace, **_: Any) -> None:
        self._workspace = workspace
        self.specs = (
            CommandSpec("write_to_file", "Write text to a file.", (P("filename"), P("text")), touches=FILES),
            CommandSpec("append_to_file", "Append to a file.", (P("filename"), P("text")), touches=FILES),
            CommandSpec("read_file", "Read a file.", (P("filename"),), reads_only=True, touches=FILES),
            CommandSpec("list_files", "List a folder.", (P("directory"),), reads_only=True, touches=FILES),
            CommandSpec("do_nothing", "Do nothing.", reads_only=True),
            CommandSpec("task_complete", "Say that it is done.", (P("reason"),), reads_only=True),
        )

    def canonical(self, action: Action) -> Action:
        """The action under the command's own names."""
        return action

    def run(self, action: Action) -> Ran:
        """Run one action."""
        before = self._workspace.revision
        try:
            result, ok = self._result(action.command, action.args), True
        except Exception as error:
            result, ok = str(error), False
        return Ran(action, ok, result, self._workspace.revision != before)

    def _result(self, command: str, args: Any) -> str:
        match command:
            case "write_to_file":
                self._workspace.write_text(args["filename"], args["text"])
                return f"Wrote {args['filename']}."
            case "append_to_file":
                self._workspace.append_text(args["filename"], args["text"])
                return f"Appended to {args['filename']}."
            case "read_file":
                return self._workspace.read_bytes(args["filename"]).decode()
            case "list_files":
                return "\n".join(entry.name for entry in self._workspace.entries(args["directory"]))
            case _:
                return "Done."
