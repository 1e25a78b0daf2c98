"""Which families of commands there are in a run. One whose needs aren't met is not built,
and the model never hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from autogpt.commands.browse import BrowseCommands
from autogpt.commands.control import ControlCommands
from autogpt.commands.download import DownloadCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.web_search import SearchCommands
from autogpt.core.limits import Measure, Window
from autogpt.core.ports import Model
from autogpt.http import Admission, Door, Proxies, allowed_hosts
from autogpt.settings import Settings
from autogpt.web.port import Browser
from autogpt.web.search import ENGINES, Engine, Google, Provider
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Means:
    """What commands are built from.

    `smart` and `fast` answer what commands ask; they are paid from the run's ledger. What must be
    closed when the run ends is entered into `closing`; `progress` shows a line that replaces itself.
    """

    settings: Settings
    place: Workspace
    smart: Model
    fast: Model
    window: Window
    fast_window: Window
    measure: Measure
    door: Door
    attended: bool
    closing: ExitStack
    progress: Callable[[str], None] = lambda words: None


_FILES = frozenset({"files", "file_operations"})
_WEB = frozenset({"web"})

_FAMILIES: Sequence[tuple[frozenset[str], Callable[[Means], object | None]]] = (
    (_FILES, lambda means: FileCommands(means.place)),
    (_FILES | {"patch"}, lambda means: PatchCommands(means.place)),
    (_WEB | {"browse", "web_selenium", "web_playwright", "web_requests"}, lambda means: _browse(means)),
    (_WEB | {"search", "google_search", "web_search"}, lambda means: _search(means)),
    (_WEB | {"download", "files", "file_operations"}, lambda means: _download(means)),
    (frozenset(), lambda means: ControlCommands()),
)
"""Names by which DISABLED_COMMAND_CATEGORIES turns a family off, and what makes it: None when it can't be."""


def families(means: Means) -> list[object]:
    """The families that the settings allow and whose needs are met."""
    disabled = {name.rsplit(".", 1)[-1].lower() for name in means.settings.run.disabled_command_categories}
    made = (make(means) for names, make in _FAMILIES if not names & disabled)
    return [family for family in made if family is not None]


def _browse(means: Means) -> BrowseCommands:
    tokens = means.settings.web.chunk_tokens
    return BrowseCommands(
        means.door, means.fast, means.fast_window, means.measure, tokens, browser=_browser(means)
    )


def _browser(means: Means) -> Browser | None:
    """What runs the scripts of pages, one for the whole run."""
    return None


def _search(means: Means) -> SearchCommands | None:
    providers = [
        provider for name in means.settings.web.search_providers if (provider := _provider(means, name))
    ]
    return SearchCommands(providers) if providers else None


def _provider(means: Means, name: str) -> Provider | None:
    web = means.settings.web
    if name in ENGINES:
        return Engine(means.door, name)
    if web.google_api_key is None or web.custom_search_engine_id is None:
        return None
    return Google(means.door, web.google_api_key.reveal(), web.custom_search_engine_id, web.google_search_url)


def _download(means: Means) -> DownloadCommands | None:
    web = means.settings.web
    if not web.allow_downloads:
        return None
    return DownloadCommands(means.door, means.place, web.download_limit * 1_000_000, means.progress)


def door(settings: Settings, holds_secret: Callable[[str], bool]) -> Door:
    """The way to the web that the settings allow."""
    web = settings.web
    return Door(
        admission=Admission(web.allow_private_network, allowed_hosts(web.allowed_hosts)),
        proxies=Proxies(web.http_proxy or web.all_proxy, web.https_proxy or web.all_proxy, web.no_proxy),
        user_agent=web.user_agent,
        holds_secret=holds_secret,
    )
