"""What holds for every test: no way out of this machine, no trace of the person who runs them."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# A machine that is busy with other things is no reason to fail.
settings.register_profile("autogpt", deadline=None, print_blob=True)
settings.load_profile("autogpt")

PERSONAL = (
    "OPENAI_", "AZURE_", "SMART_", "FAST_", "FALLBACK_", "REDIS_", "PINECONE_", "MILVUS_", "WEAVIATE_", "GITHUB_",
    "GOOGLE_", "HUGGINGFACE_", "ELEVENLABS_", "TW_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "TIKTOKEN_CACHE_DIR",
)  # fmt: skip
"""Variables that would change what the program does, or take it to somebody's account."""


def is_loopback(address: object) -> bool:
    """Whether a socket's address stays on this machine (Unix sockets do)."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@pytest.fixture(scope="session", autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    """A connection elsewhere fails at once, and says which test meant to make it."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(original: Any) -> Any:
        def connecting(self: socket.socket, address: Any) -> Any:
            if not is_loopback(address):
                raise AssertionError(f"a test tried to connect to {address}")
            return original(self, address)

        return connecting

    def looking_up(host: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_loopback((name,)):
            try:
                ipaddress.ip_address(name.partition("%")[0])
            except ValueError:
                raise socket.gaierror(socket.EAI_NONAME, f"no names are looked up in tests: {name}") from None
        return look_up(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        patch.setattr(socket, "getaddrinfo", looking_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def signals_as_in_a_terminal() -> Iterator[None]:
    """Whoever runs the tests with `nohup`, or in the background, has some ignored, and children inherit it."""
    usual: dict[str, Any] = {
        "SIGINT": signal.default_int_handler,
        "SIGHUP": signal.SIG_DFL,
        "SIGTERM": signal.SIG_DFL,
        "SIGQUIT": signal.SIG_DFL,
    }
    before = {
        number: signal.signal(number, handler)
        for name, handler in usual.items()
        if (number := getattr(signal, name, None)) is not None
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def nobody_in_particular(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No keys, proxies or settings of the person's, and a home folder of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.upper().startswith(PERSONAL):
                patch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        yield
