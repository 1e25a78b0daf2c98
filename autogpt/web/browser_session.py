"""One session of a browser: its driver started beside the agent, Selenium talking to it.

Selenium's own ways of starting drivers (and of downloading them) are not used: the driver is
started where `autogpt.sandboxes.companion` has a place for it, and spoken to over sockets of
that place. Importing Selenium takes a third of a second, so it is done here when a session
starts.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from autogpt.http import Door
from autogpt.http.local import LocalCalls, Unanswered
from autogpt.http.relay import Relay
from autogpt.sandboxes.companion import Companion, NotStarted, Wanted, companion
from autogpt.web.browser_kinds import Manner, Programs, is_shut_in, options
from autogpt.web.browser_scripts import FAILED_AT, SCROLL, STATE, WHOLE

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions
    from selenium.webdriver.remote.webdriver import WebDriver

EMPTY = "about:blank"
ERROR = "chrome-error:"
BEFORE = (EMPTY, "data:,")
"""Where a browser is when no page has come: after the last, and at its start."""
_MOST_ANSWER = 40_000_000
"""Bytes of a driver's answer."""
_DRIVER = 15.0
_BROWSER = 60.0
_QUESTION = 8.0
_WHOLE = 25.0
_MARGIN = 5.0
"""Seconds: for the driver to listen, for the browser to be there, for a short question to a page, for all of
its text; and more than the driver takes by itself, after which nothing is expected of it any more."""
_ERROR_PAGE = re.compile(r"about:(?:neterror|certerror)\?\S*?\bu=([^&\s]+)")
_RETRY = 0.02


class Broken(Exception):
    """The session is of no more use."""


class Failed(Exception):
    """The browser says that something could not be done; the session can go on."""


@dataclass(slots=True)
class Clock:
    """How many seconds the next answer may take."""

    seconds: float


@dataclass(frozen=True, slots=True)
class State:
    """How a page is doing. `changes` counts since the page was first asked; `status` is 0 if unknown."""

    ready: str = "loading"
    changes: int = -1
    status: int = 0
    height: int = 0
    window: int = 0
    scripts: int = 0
    fetched: int = 0


class Session:
    """A browser with one window. Not safe to use from several threads."""

    def __init__(self, place: Companion, relay: Relay, driver: WebDriver, clock: Clock, page: float) -> None:
        self.relay = relay
        self._place = place
        self._driver = driver
        self._clock = clock
        self._page = page
        self._window = driver.current_window_handle

    def open(self, url: str) -> None:
        """Go to a page; returns when its text is there, or its time is up. Raises Failed, Broken."""
        from selenium.common.exceptions import TimeoutException

        try:
            self._asked(lambda driver: driver.get(url), self._page + _MARGIN)
        except Failed as error:
            if not isinstance(error.__cause__, TimeoutException):
                raise

    def url(self) -> str:
        """Where it is. Raises Failed, Broken."""
        return str(self._asked(lambda driver: driver.current_url))

    def failed_at(self, said: str) -> str:
        """The address that could not be opened, "" if that can't be told. Raises Broken."""
        try:
            at = self.url()
        except Failed:
            at = ""
        for text in (at, said):  # Firefox's error page has it in its own address
            if found := _ERROR_PAGE.search(text):
                return unquote(found[1])
        if at.startswith(ERROR):
            with suppress(Failed):
                at = str(self._asked(lambda driver: driver.execute_script(FAILED_AT)))[:8_000] or at
        return at

    def state(self) -> State:
        """How the page is doing; as if nothing were there where it can't be asked just now. Raises Broken."""
        try:
            said = self._asked(lambda driver: driver.execute_script(STATE))
            ready, *numbers = said
            return State(str(ready), *(int(number) for number in numbers))
        except (Failed, TypeError, ValueError, OverflowError):
            return State()  # between two pages, or the page forges answers

    def scroll(self) -> None:
        """To the end of the page. Raises Broken."""
        with suppress(Failed):
            self._asked(lambda driver: driver.execute_script(SCROLL))

    def whole(self, most: int) -> tuple[str, str, str]:
        """URL, title and at most so many characters of HTML. Raises Failed, Broken."""
        said = self._asked(lambda driver: driver.execute_script(WHOLE, most), _WHOLE)
        if not (isinstance(said, list) and len(said) == 3 and all(isinstance(part, str) for part in said)):
            raise Failed("the page gives no text")
        return said[0][:8_000], said[1][:1_000], said[2][:most]

    def empty(self) -> None:
        """Close other windows and leave the page. Raises Failed, Broken."""

        def leave(driver: WebDriver) -> None:
            others = [window for window in driver.window_handles if window != self._window]
            for window in others:
                driver.switch_to.window(window)
                driver.close()
            if others:
                driver.switch_to.window(self._window)
            driver.get(EMPTY)

        self._asked(leave)

    def close(self) -> None:
        """End browser and driver, by force: there is nothing that they should save."""
        self.relay.close()
        self._place.close()

    def _asked(self, what: Callable[[WebDriver], Any], seconds: float = _QUESTION) -> Any:
        from selenium.common.exceptions import (
            InvalidSessionIdException,
            NoSuchWindowException,
            UnexpectedAlertPresentException,
            WebDriverException,
        )

        self._clock.seconds = seconds
        for attempt in range(3):
            try:
                return what(self._driver)
            except UnexpectedAlertPresentException as error:  # it was dismissed
                if attempt == 2:
                    raise Failed("the page shows dialogs without end") from error
            except (InvalidSessionIdException, NoSuchWindowException, Unanswered) as error:
                raise Broken(str(error)) from error
            except WebDriverException as error:
                if is_fatal(error.msg or ""):
                    raise Broken(str(error.msg)) from error
                raise Failed(str(error.msg)) from error
        raise AssertionError


_FATAL = ("crashed", "not reachable", "disconnected", "script timeout", "renderer", "decode response", "died")


def is_fatal(message: str) -> bool:
    """Whether what a driver says means that its browser won't go on."""
    return any(word in message.lower() for word in _FATAL) and "page load" not in message.lower()


def started(
    found: Programs,
    door: Door,
    *,
    headless: bool,
    user_agent: str | None,
    environ: Mapping[str, str],
    wall: bool,
    page: float,
    on_unwalled: Callable[[], None],
) -> Session:
    """Start a browser, behind a wall if wanted and possible; `page` is how many seconds a page may take.

    `on_unwalled` is called when it runs without the wall that there is. Raises NotStarted, Failed, Broken.
    """
    wanted = Wanted(found.shown, window=not headless, environ=environ, more=found.environment)
    place = companion(wanted, wall=wall and is_shut_in(found.kind))
    try:
        return _begun(place, found, door, headless=headless, user_agent=user_agent, page=page)
    except (NotStarted, Failed, Broken):
        place.close()
        if not place.walled:
            raise
    except BaseException:
        place.close()
        raise
    # Some builds (snap) need more of the system than there is behind the wall.
    place = companion(wanted, wall=False)
    try:
        session = _begun(place, found, door, headless=headless, user_agent=user_agent, page=page)
    except BaseException:
        place.close()
        raise
    on_unwalled()
    return session


def _begun(
    place: Companion, found: Programs, door: Door, *, headless: bool, user_agent: str | None, page: float
) -> Session:
    relay = Relay(place.listener, door, serves=place.owns)
    try:
        place.start(found.driver_words(place.own_port))
        manner = Manner(
            port=place.port,
            headless=headless,
            isolated=place.can_isolate,
            in_memory=place.walled,
            user_agent=user_agent,
        )
        calls = LocalCalls(place.connect, f"127.0.0.1:{place.own_port}", _MOST_ANSWER)
        _wait_for(calls)
        clock = Clock(_BROWSER)
        driver = _driver(calls, options(found, manner), page, clock)
        try:
            return Session(place, relay, driver, clock, page)
        except Unanswered as error:
            raise Broken(str(error)) from error
    except BaseException:
        relay.close()
        raise


def _wait_for(calls: LocalCalls) -> None:
    until = time.monotonic() + _DRIVER
    while True:
        try:
            if calls.call("GET", "/status", None, 5)[0] == 200:
                return
        except Unanswered as error:
            gone = isinstance(error.__cause__, (BrokenPipeError, ConnectionAbortedError))
            if gone or time.monotonic() > until:
                raise NotStarted(f"its driver doesn't answer: {error}") from None
        time.sleep(_RETRY)


def _driver(calls: LocalCalls, wanted: ArgOptions, page: float, clock: Clock) -> WebDriver:
    """Raises Failed, Broken."""
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.remote.client_config import ClientConfig
    from selenium.webdriver.remote.remote_connection import RemoteConnection
    from selenium.webdriver.remote.webdriver import WebDriver

    class Connection(RemoteConnection):
        """Selenium's, with the requests made by `calls`."""

        def _request(self, method: str, url: str, body: str | None = None) -> dict[str, Any]:
            path = "/" + url.split("/", 3)[3]
            data = body.encode("utf-8") if body and method == "POST" else None
            status, answer = calls.call(method, path, data, clock.seconds)
            text = answer.decode("utf-8", "replace")
            if status >= 400:
                return {"status": status, "value": text.strip()}
            try:
                said = json.loads(text)
            except (ValueError, RecursionError):
                raise Unanswered("the driver's answer is no JSON") from None
            return said if isinstance(said, dict) else {"value": said}

    connection = Connection(client_config=ClientConfig("http://driver.invalid", keep_alive=False))
    try:
        driver = WebDriver(command_executor=connection, options=wanted)
        driver.set_page_load_timeout(page)
        driver.set_script_timeout(_WHOLE)
    except Unanswered as error:
        raise Broken(str(error)) from error
    except WebDriverException as error:
        raise Failed(str(error.msg)) from error
    return driver
