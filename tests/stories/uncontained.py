"""Starts the program as if this machine were no container, so that nothing stands around what it runs."""

import sys
from unittest.mock import patch

from autogpt import cli

if __name__ == "__main__":
    sys.argv[0] = "autogpt"
    with patch("autogpt.sandboxes.choose.is_in_container", lambda _: False):
        cli.main()
