"""Commands that reach the web, and the one door through which they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autogpt.build.means import Means
from autogpt.commands.browse import BrowseCommands
from autogpt.commands.download import DownloadCommands
from autogpt.commands.outgoing import Outgoing
from autogpt.commands.web_search import SearchCommands
from autogpt.http import Admission, Door, Patience, Proxies, allowed_hosts
from autogpt.http.door import USUAL_PATIENCE
from autogpt.settings import Settings
from autogpt.web.browser import WebBrowser, Wish
from autogpt.web.port import Browser
from autogpt.web.search import ENGINES, Engine, Google, Provider


def browse_commands(means: Means) -> Iterator[BrowseCommands]:
    tokens = means.settings.web.chunk_tokens
    yield BrowseCommands(
        means.door,
        means.fast,
        means.fast_window,
        means.measure,
        tokens,
        browser=_browser(means),
        remembering=means.remembering,
    )


def _browser(means: Means) -> Browser:
    """What runs the scripts of pages, one for the whole run; it is started when the first page needs it."""
    web = means.settings.web
    wish = Wish(
        kind=web.browser,
        headless=web.headless,
        user_agent=web.user_agent,
        private_network=web.allow_private_network,
        environ=means.environ,
        place=means.place.root,
    )
    browser = WebBrowser(wish, means.door, warn=means.person.warn)
    means.closing.callback(browser.close)
    return browser


def search_commands(means: Means) -> Iterator[SearchCommands]:
    providers = [
        provider for name in means.settings.web.search_providers if (provider := _provider(means, name))
    ]
    if providers:
        yield SearchCommands(providers)


def _provider(means: Means, name: str) -> Provider | None:
    web = means.settings.web
    if name in ENGINES:
        return Engine(means.door, name)
    if web.google_api_key is None or web.custom_search_engine_id is None:
        return None
    return Google(means.door, web.google_api_key.reveal(), web.custom_search_engine_id, web.google_search_url)


def download_commands(means: Means) -> Iterator[DownloadCommands]:
    web = means.settings.web
    if web.allow_downloads:
        limit = web.download_limit * 1_000_000
        yield DownloadCommands(means.door, means.place, limit, means.progress, means.seen)


def door(
    settings: Settings,
    holds_secret: Callable[[str], bool],
    also: frozenset[str] = frozenset(),
    patience: Patience = USUAL_PATIENCE,
    outgoing: Outgoing | None = None,
) -> Door:
    """The way to the web that the settings allow; `also` are hosts that may be private, with their ports.

    `outgoing` judges where servers lead; without it they may lead anywhere.
    """
    outgoing = outgoing or Outgoing()
    web = settings.web
    return Door(
        admission=Admission(web.allow_private_network, allowed_hosts(web.allowed_hosts) | also),
        proxies=Proxies(web.http_proxy or web.all_proxy, web.https_proxy or web.all_proxy, web.no_proxy),
        user_agent=web.user_agent,
        holds_secret=holds_secret,
        led=outgoing.led,
        reached_inside=outgoing.reached_inside,
        patience=patience,
    )
