"""Starts the program with files that are slow to write: each waits for somebody at the FIFO at WAIT_AT.

Who opens the FIFO for writing knows from then on that a command is running.
"""

import os
import select
import sys
from unittest.mock import patch

from autogpt import cli
from autogpt.workspace import Workspace

if __name__ == "__main__":
    write_bytes = Workspace.write_bytes

    def wait_and_write(self: Workspace, filename: str, content: bytes) -> object:
        with open(os.environ["WAIT_AT"], "rb") as fifo:
            # Not one long read: a signal that came just before it would not be heard.
            while not select.select([fifo], [], [], 0.1)[0]:
                pass
        return write_bytes(self, filename, content)

    sys.argv[0] = "autogpt"
    with patch.object(Workspace, "write_bytes", wait_and_write):
        cli.main()
