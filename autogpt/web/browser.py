"""A real browser, driven by Selenium: pages as they stand once their scripts have run.

Started at the first page, one session for a run, ended with it. It has a profile of its own
that is thrown away, stores no passwords, takes no downloads and no extensions, is asked for
nothing (dialogs are dismissed, permissions denied, pop-ups closed), and sees the web only
through a relay that applies the http door's checks, and only while a page is loaded: between
two pages it shows an empty one. Where bubblewrap works, browser and driver have no network
of their own at all and see nothing of the person's files; elsewhere the browser is told to
use the relay for everything, and does.

Pages are waited for until their scripts and the network are quiet, within bounds, and scrolled a
little for what loads late. Text of frames of the same origin and of open shadow trees is part of
the page's.

Not promised: that a page which refuses robots lets this one in; that all of a page without end
is read; anything about what a page says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autogpt.core.errors import CommandError, Hint
from autogpt.http import Door, Visit, parse
from autogpt.http.wording import refused
from autogpt.sandboxes.companion import NotStarted
from autogpt.web.browser_kinds import is_here, is_shut_in, programs
from autogpt.web.browser_session import BEFORE, ERROR, Broken, Failed, Session, State, started
from autogpt.web.port import Loaded

MOST_HTML = 3_000_000
"""Characters of a page that are taken; the rest is cut off."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for the first text of a page, for it to settle in all, without a change to count as settled,
    and for a test for robots to let it through. `scrolls` is how often it is scrolled down."""

    page: float = 20.0
    settled: float = 8.0
    quiet: float = 0.2
    challenge: float = 8.0
    scrolls: int = 3


USUAL_PATIENCE = Patience()
_LOOK = 0.03
"""Seconds between two looks at a page that settles."""
_LOOKS = 4
"""At so many looks in a row, at the least, nothing has changed in a page that counts as settled."""
_CHALLENGED = frozenset({403, 429, 503})
_ENOUGH_SCROLLED = 60_000
"""Pixels; a page that long has shown enough."""


UNWALLED = (
    "The browser {kind} does not start in bubblewrap, so it runs with your rights and its own sandbox alone; "
    "docs/browser.md says what that means."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which browser, as the settings say. `private_network` is ALLOW_PRIVATE_NETWORK; `environ` the agent's.

    `place` is the workspace, from which no program is started. Without `wall` bubblewrap is not used, even where
    it works.
    """

    kind: str = "chrome"
    headless: bool = True
    user_agent: str | None = None
    private_network: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    place: Path | None = None
    wall: bool = True


class WebBrowser:
    """Loads pages, one at a time. Safe to use from several threads. See `autogpt.web.port.Browser`.

    `warn` is given a line for the person.
    """

    def __init__(
        self,
        wish: Wish,
        door: Door,
        *,
        patience: Patience = USUAL_PATIENCE,
        most: int = MOST_HTML,
        warn: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._warn = warn
        self._wish = wish
        self._door = door
        self._patience = patience
        self._most = most
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._closed = False

    def load(self, url: str) -> Loaded:
        """Load a page and wait until it is settled. Raises CommandError."""
        visit = self._door.visit(url)
        with self._lock:
            session = self._running()
            try:
                with session.relay.serving(visit):
                    return _Loading(session, visit, self._patience, self._most).result()
            except Broken as error:
                self._end()
                raise CommandError(
                    f"The browser gave up on {visit.start.url[:200]}: the page keeps it busy without end, or crashed it. "
                    "Use another source."
                ) from error
            except KeyboardInterrupt:
                self._end()  # it is in the middle of something, and nobody waits for that
                raise
            finally:
                if self._session is session:
                    self._emptied(session)

    def close(self) -> None:
        """End the browser with all that it started."""
        with self._lock:
            self._closed = True
            self._end()

    def _running(self) -> Session:
        if self._closed:
            raise CommandError("The browser is closed: the run is ending.")
        if self._session is None:
            self._session = self._started()
        return self._session

    def _started(self) -> Session:
        wish = self._wish
        if not is_here(wish.kind):
            raise CommandError(
                f"USE_WEB_BROWSER={wish.kind}, which there is on macOS only; the person can choose chrome or firefox."
            )
        if not (is_shut_in(wish.kind) or wish.private_network):
            raise CommandError(
                "Safari can't be kept out of the person's own network, so it is used with ALLOW_PRIVATE_NETWORK=True "
                "only; the person can set that, or choose chrome or firefox with USE_WEB_BROWSER."
            )
        found = programs(wish.kind, wish.environ.get("PATH"), wish.place)
        try:
            return started(
                found,
                self._door,
                headless=wish.headless,
                user_agent=wish.user_agent,
                environ=wish.environ,
                wall=wish.wall,
                page=self._patience.page,
                on_unwalled=lambda: self._warn(UNWALLED.format(kind=wish.kind)),
            )
        except (NotStarted, Broken, Failed) as error:
            raise CommandError(
                f"The browser {wish.kind} could not be started ({str(error).splitlines()[0][:300]}). Browser and driver "
                f"must be of the same version: {found.browser} and {found.driver}. Tell the person."
            ) from error

    def _emptied(self, session: Session) -> None:
        try:
            session.empty()
        except (Broken, Failed):
            self._end()

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


class _Loading:
    """One page on its way."""

    def __init__(self, session: Session, visit: Visit, patience: Patience, most: int) -> None:
        self._session = session
        self._visit = visit
        self._patience = patience
        self._most = most
        self._until = time.monotonic() + patience.page + patience.settled

    def result(self) -> Loaded:
        """The page. Raises CommandError, Broken."""
        try:
            self._session.open(self._visit.start.url)
            state = self._shown()
            url, title, html = self._session.whole(self._most)
            if url.startswith(ERROR):
                raise self._problem("an error page", state.status, self._session.failed_at(""))
        except Failed as error:
            raise self._problem(str(error), url=self._session.failed_at(str(error))) from error
        if state.status >= 400 or not url.startswith(("http://", "https://")):
            raise self._problem("", state.status, url)
        return Loaded(url, title, html)

    def _shown(self) -> State:
        """The page once it is settled and let through."""
        state = self._settled()
        if state.status in _CHALLENGED and state.scripts:
            until = min(self._until, time.monotonic() + self._patience.challenge)
            while state.status in _CHALLENGED and time.monotonic() < until:
                time.sleep(_LOOK)
                state = self._session.state()
            state = self._settled()
        return state

    def _settled(self) -> State:
        """Wait until page and network have been quiet for a while, or time is up; scroll when they are half-way."""
        quiet, scrolls, seen = self._patience.quiet, self._patience.scrolls, 0
        until = min(self._until, time.monotonic() + self._patience.settled)
        last, looked, calm = self._session.state(), time.monotonic(), 0.0
        while looked < until:
            if last.ready == "complete" and self._session.relay.is_quiet(calm):
                more = last.window < last.height < _ENOUGH_SCROLLED and last.height > seen and scrolls > 0
                if calm >= quiet / 2 and more:
                    seen, scrolls = last.height, scrolls - 1
                    self._session.scroll()
                    calm = quiet / 2
                elif calm >= quiet:
                    break
            time.sleep(_LOOK)
            state, now = self._session.state(), time.monotonic()
            # On a busy machine a look takes long, and the page's own work does too: it counts as a short one.
            calm = min(quiet, calm + min(now - looked, quiet / _LOOKS)) if state == last else 0.0
            last, looked = state, now
        return last

    def _problem(self, said: str, status: int = 0, url: str = "") -> CommandError:
        """Why there is no page, in words for the model."""
        problems = self._session.relay.problems()
        for address in (url, self._visit.start.url):
            with suppress(CommandError):
                if found := problems.get(parse(address).host_and_port):
                    return CommandError(found)
        shown = self._visit.start.url[:200]
        if status >= 400:
            return CommandError(refused(status, url))
        if "ERR_CERT" in said or "insecure certificate" in said.lower() or "nssFailure" in said:
            return CommandError(
                f"The certificate of {self._visit.start.host!r} can't be trusted, so the page was not opened. Use another source."
            )
        if "ERR_ABORTED" in said or "NS_BINDING_ABORTED" in said or url in BEFORE:
            return CommandError(
                f"{shown} holds a file and not a page, and the browser takes no downloads.",
                Hint("download_file", "download_file gets it."),
            )
        if not said and not url.startswith(("http://", "https://")):
            return CommandError(f"{shown} leads to no page of the web ({url[:100]}). Use another source.")
        return CommandError(
            f"The browser could not open {shown} ({_first_line(said)}). Check the URL, or use another source."
        )


def _first_line(said: str) -> str:
    return (said.splitlines() or ["no answer"])[0][:200]
