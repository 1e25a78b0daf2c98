"""Commands for files in the workspace."""

from autogpt.workspace import Workspace


class FileCommands:
    """Reading and writing files."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
