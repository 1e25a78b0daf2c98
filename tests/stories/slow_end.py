"""Starts the program with programs that are slow to be tidied up: it waits for somebody at the FIFO at WAIT_AT."""

import os
import sys
from unittest.mock import patch

from autogpt import build, cli

if __name__ == "__main__":
    close = build.Programs.close

    def wait_and_close(self: build.Programs) -> None:
        with open(os.environ["WAIT_AT"], "rb") as fifo:
            fifo.read()
        close(self)

    sys.argv[0] = "autogpt"
    with patch.object(build.Programs, "close", wait_and_close):
        cli.main()
