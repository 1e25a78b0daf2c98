"""A world of names and servers, and certificates of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import trustme

from tests.http.servers import PUBLIC, Handler, Server, World, serving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def serve(world: World) -> Iterator[Callable[..., Server]]:
    """Put a server into the world: `serve(handler, "example.com")`."""
    with ExitStack() as stack:

        def put(
            handler: Handler,
            name: str = "example.com",
            port: int = 80,
            address: str = PUBLIC,
            context: ssl.SSLContext | None = None,
        ) -> Server:
            server = stack.enter_context(serving(handler, context))
            world.put(server, name, port, address)
            return server

        yield put


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> Callable[[], ssl.SSLContext]:
    """Contexts of clients that trust the authority."""

    def context() -> ssl.SSLContext:
        made = ssl.create_default_context()
        authority.configure_trust(made)
        return made

    return context


@pytest.fixture(scope="session")
def certified(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """Contexts of servers with a certificate for some names."""

    def context(*names: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA).configure_cert(made)
        return made

    return context
