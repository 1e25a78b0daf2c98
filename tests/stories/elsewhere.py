"""Starts the program with Ollama's place at OLLAMA_AT, so that one that really runs here is not found."""

import os
import sys
from functools import partial
from unittest.mock import patch

from autogpt import cli
from autogpt.models.servers import running_ollama

if __name__ == "__main__":
    address = os.environ["OLLAMA_AT"]
    sys.argv[0] = "autogpt"
    with (
        patch("autogpt.connect.OLLAMA_URL", address),
        patch("autogpt.connect.running_ollama", partial(running_ollama, address)),
    ):
        cli.main()
