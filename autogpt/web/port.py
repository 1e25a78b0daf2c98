"""The port between commands that read the web and a browser that runs a page's scripts.

An adapter is one session for one run. It reaches the network only through
checks as strict as the http door's. It does not judge what a page says: that
is data for whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Loaded:
    """A page as it stands after its scripts have run: the final URL, its title, its HTML."""

    url: str
    title: str
    html: str


class Browser(Protocol):
    """Loads pages, their scripts included."""

    def load(self, url: str) -> Loaded:
        """Load `url` and wait until it is settled.

        Raises CommandError, in words for the model, when it can't.
        """
        ...

    def close(self) -> None:
        """End the session and everything that it started. Calling it twice does no harm."""
        ...
