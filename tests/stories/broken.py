"""Starts a program with a bug in it: the screen can't show that a command was run."""

import sys
from unittest.mock import patch

from autogpt import cli

if __name__ == "__main__":
    sys.argv[0] = "autogpt"
    with patch("autogpt.terminal.render._ran", side_effect=ZeroDivisionError("a bug")):
        cli.main()
