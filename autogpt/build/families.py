"""Which families of commands there are in a run. One whose needs aren't met is not built,
and the model never hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.core.limits import Measure, Window
from autogpt.core.ports import Model
from autogpt.http import Admission, Door, Proxies, allowed_hosts
from autogpt.settings import Settings
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Means:
    """What commands are built from.

    `smart` and `fast` answer what commands ask; they are paid from the run's ledger. What must be
    closed when the run ends is entered into `closing`.
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


_FILES = frozenset({"files", "file_operations"})

_FAMILIES: Sequence[tuple[frozenset[str], Callable[[Means], object | None]]] = (
    (_FILES, lambda means: FileCommands(means.place)),
    (_FILES | {"patch"}, lambda means: PatchCommands(means.place)),
    (frozenset(), lambda means: ControlCommands()),
)
"""Names by which DISABLED_COMMAND_CATEGORIES turns a family off, and what makes it: None when it can't be."""


def families(means: Means) -> list[object]:
    """The families that the settings allow and whose needs are met."""
    disabled = {name.rsplit(".", 1)[-1].lower() for name in means.settings.run.disabled_command_categories}
    made = (make(means) for names, make in _FAMILIES if not names & disabled)
    return [family for family in made if family is not None]


def door(settings: Settings, holds_secret: Callable[[str], bool]) -> Door:
    """The way to the web that the settings allow."""
    web = settings.web
    return Door(
        admission=Admission(web.allow_private_network, allowed_hosts(web.allowed_hosts)),
        proxies=Proxies(web.http_proxy or web.all_proxy, web.https_proxy or web.all_proxy, web.no_proxy),
        user_agent=web.user_agent,
        holds_secret=holds_secret,
    )
