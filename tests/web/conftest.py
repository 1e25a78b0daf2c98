"""The door's world of names and servers, and browsers that are started once for the tests that may share them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from autogpt.core.errors import CommandError
from autogpt.http import Admission, Door
from autogpt.web.browser import Patience, WebBrowser, Wish
from autogpt.web.browser_kinds import programs
from tests.http.conftest import authority, certified, serve, trusting, world  # noqa: F401
from tests.http.servers import PUBLIC, Handler, Server, World, serving
from tests.web.site import path_with_geckodriver

AGENT = "Mozilla/5.0 (test) Agent/1.0"
PATIENCE = Patience(page=12, settled=5)


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PATH with the drivers."""
    return path_with_geckodriver(tmp_path_factory.mktemp("drivers"))


@pytest.fixture(scope="session")
def shared_world() -> World:
    return World()


@pytest.fixture
def put(shared_world: World) -> Iterator[Callable[..., Server]]:
    """Put a server into the browsers' world: `put(handler, "example.com")`."""
    with ExitStack() as stack:
        names: list[str] = []

        def one(handler: Handler, name: str = "example.com", port: int = 80, address: str = PUBLIC) -> Server:
            server = stack.enter_context(serving(handler))
            shared_world.put(server, name, port, address)
            names.append(name)
            return server

        try:
            yield one
        finally:
            for name in names:
                shared_world.names.pop(name, None)
            shared_world.at.clear()
            shared_world.connected.clear()


def launch(kind: str, door: Door, path: str, **named: object) -> WebBrowser:
    """A browser, not started yet; skips where it isn't installed."""
    try:
        programs(kind, path)
    except CommandError as missing:
        pytest.skip(str(missing))
    wish = Wish(kind, user_agent=AGENT, environ={"PATH": path}, **named)  # type: ignore[arg-type]
    return WebBrowser(wish, door, patience=PATIENCE)


@pytest.fixture(scope="session", params=["chrome", "firefox"])
def browser(request: pytest.FixtureRequest, shared_world: World, path: str) -> Iterator[WebBrowser]:
    """A browser of each kind, started once."""
    made = launch(request.param, shared_world.door(admission=Admission(private_network=True)), path)
    yield made
    made.close()


@pytest.fixture
def drivers(tmp_path: Path) -> Path:
    return tmp_path
