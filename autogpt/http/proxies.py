"""The person's proxies, as HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name them.

Their meaning is curl's. A proxy looks names up by itself, so what its answer is can't be
checked here: a name that leads to a private address at the proxy's end is the proxy's to
refuse. Literal addresses and names of private networks are still refused here, and so is
a name that stands for a private address when it is looked up from here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from urllib.parse import unquote, urlsplit

from autogpt.core.errors import CommandError
from autogpt.http.addresses import judged
from autogpt.http.urls import Target


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is. `authorisation` is for it alone."""

    host: str
    port: int
    authorisation: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The settings as they are written; None where there is none."""

    http: str | None = field(default=None, repr=False)
    https: str | None = field(default=None, repr=False)
    exceptions: Sequence[str] = ()

    def proxy_for(self, target: Target) -> Proxy | None:
        """The proxy that a request goes through. Raises CommandError for a kind that can't be used."""
        written = self.http if target.scheme == "http" else self.https
        if not written or _is_here(target) or any(_excepts(entry, target) for entry in self.exceptions):
            return None
        return _proxy(written)


def _is_here(target: Target) -> bool:
    """A proxy's `localhost` is not ours."""
    if target.address is not None:
        return judged(target.address).what.startswith("this machine")
    return target.host == "localhost" or target.host.endswith(".localhost")


def _excepts(entry: str, target: Target) -> bool:
    entry = entry.strip().lower()
    if entry == "*":
        return True
    host, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and ":" not in host.strip("[]"):
        if int(port[:6]) != target.port:
            return False
        entry = host
    entry = entry.strip("[]").removeprefix("*").strip(".")
    if target.address is not None:
        try:
            return target.address in ip_network(entry, strict=False)
        except (ValueError, TypeError):
            return False
    return bool(entry) and (target.host == entry or target.host.endswith(f".{entry}"))


def _proxy(written: str) -> Proxy:
    text = written if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", written) else f"http://{written}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "http":
        raise CommandError(
            "The person's proxy setting can't be used for this: only proxies with addresses such as "
            "http://proxy:3128 can. Tell the person; HTTP_PROXY and HTTPS_PROXY (or ALL_PROXY) set it."
        )
    authorisation = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorisation = "Basic " + base64.b64encode(pair.encode("utf-8")).decode("ascii")
    return Proxy(host, port or 80, authorisation)
