"""URLs, read strictly: what is understood here is exactly what is then connected to.

Whatever two readers could read differently (user names, backslashes, an address in an
unusual notation) is refused or brought into one form, so that no check looks at another
host than the one that gets the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin

from autogpt.core.errors import CommandError, Hint
from autogpt.http.addresses import Address, literal

LONGEST = 8_000
"""Characters of a URL; servers take little more."""

_PARTS = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_UNFIT = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` is ASCII in small letters, an address in its usual notation.

    `path` holds the query as well; `fragment` is never sent.
    """

    scheme: str
    host: str
    port: int
    path: str
    fragment: str = ""
    address: Address | None = None

    @property
    def authority(self) -> str:
        """Host and port as the Host header wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """Host and port, the port always said."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials belong to."""
        return self.scheme, self.host, self.port

    @property
    def sent(self) -> str:
        """The URL without its fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def url(self) -> str:
        """The whole URL in its one form."""
        return f"{self.sent}#{self.fragment}" if self.fragment else self.sent


def parse(url: str) -> Target:
    """Take a URL apart. Raises CommandError, in words that teach, for anything but http and https."""
    text = url.strip()
    if len(text) > LONGEST:
        raise CommandError(
            f"The URL has {len(text):,} characters; at most {LONGEST:,} are taken. Shorten its query."
        )
    found = _PARTS.fullmatch(text)
    if found is None or _CONTROLS.search(text):
        raise _not_a_url(text)
    scheme, authority, path, fragment = found.groups()
    if "@" in authority:
        raise CommandError(
            f"{_shown(text)} has a user name before its host. URLs with user names or passwords in them are "
            "not opened: leave out what stands before the @."
        )
    split = _AUTHORITY.fullmatch(authority)
    if split is None or not split.group(1):
        raise _not_a_url(text)
    scheme = scheme.lower()
    port = int(split.group(2)[:6]) if split.group(2) else _PORTS[scheme]
    if not 1 <= port <= 65_535:
        raise CommandError(f"{_shown(text)} has no possible port. Ports are 1 to 65535; leave it out.")
    host, address = host_of(split.group(1))
    if not path.startswith("/"):
        path = f"/{path}"
    return Target(scheme, host, port, _encoded(path), _encoded(fragment or ""), address)


def host_of(text: str) -> tuple[str, Address | None]:
    """A host in its one form, and the address if it is one. Raises CommandError."""
    try:
        name = _ascii(text)
        address = literal(name)
        if address is not None:
            return str(address), address
        if len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split(".")):
            return name, None
    except ValueError:
        pass
    raise CommandError(f"{_shown(text)} is not a host's name. Check how it is spelt.")


def _ascii(text: str) -> str:
    """A host in small ASCII letters, without a dot at its end. Raises ValueError."""
    if text.startswith("["):
        return text
    if not text.isascii():
        import idna

        if len(text) > 253:
            raise ValueError(text)
        text = idna.encode(text, uts46=True).decode("ascii")
    return text.lower().removesuffix(".")


def followed(base: Target, location: str) -> Target:
    """Where a redirect leads. Raises CommandError."""
    # Headers are read as Latin-1, but what is not ASCII in them is UTF-8 in practice.
    text = location.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    start = re.split("[?#]", text, maxsplit=1)[0]
    try:
        text = start.replace("\\", "/") + text[len(start) :]  # as browsers do
        target = parse(urljoin(base.sent, text))
    except (CommandError, ValueError) as error:
        raise CommandError(
            f"{_shown(base.url)} redirects to {_shown(text)}, which can't be opened. ({error})"
        ) from error
    return target if target.fragment else replace(target, fragment=base.fragment)


def _encoded(part: str) -> str:
    return _UNFIT.sub(lambda sign: quote(sign[0], safe="", errors="replace"), part)


def _not_a_url(text: str) -> CommandError:
    scheme = _SCHEME.match(text)
    known = scheme is not None and scheme[1].lower() in ("http", "https")
    if scheme and not known and not re.match(r"[^:]*:[0-9]+(?:[/?#]|$)", text):
        return CommandError(
            f"{_shown(text)} can't be opened: only http:// and https:// URLs are.",
            Hint("read_file", "Files in the workspace are read with read_file."),
        )
    return CommandError(
        f"{_shown(text)} is not a whole URL. Write it as https://example.com/page, with its host."
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 200 else f"{text[:200]}…")
