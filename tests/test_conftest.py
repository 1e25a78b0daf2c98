"""What `conftest.py` promises to the other tests."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest


def test_no_connection_leaves_this_machine() -> None:
    with socket.socket() as elsewhere, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        elsewhere.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.org", 80))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_no_key_and_no_home_of_a_person(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert not [name for name in os.environ if name.startswith("OPENAI_")]
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
