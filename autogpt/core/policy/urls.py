"""URLs as they compare: scheme, host and the rest each for itself."""

from __future__ import annotations

import re

from autogpt.core.policy.patterns import EVERYTHING, Glob, Wild, glob_matches

URL = re.compile(r"(https?)://([A-Za-z0-9.\-_:\[\]]+)((?:[/?#][^\s\\]*)?)")


_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|$)", re.IGNORECASE)


def allows_url(glob: Glob, text: str) -> bool:
    """Scheme, host and the rest compare each for itself, so that `*` cannot reach from one into the next."""
    if glob == EVERYTHING:
        return True
    parts = split_url_glob(glob)
    found = URL.fullmatch(text)
    if parts is None or found is None or _DOTS.search(text, found.end(2)) or not text.isprintable():
        return False
    scheme, host, rest = parts
    return (
        scheme == tuple(found.group(1))
        and glob_matches(host, found.group(2).lower())
        and glob_matches(rest, found.group(3) or "/")
    )


def split_url_glob(glob: Glob) -> tuple[Glob, Glob, Glob] | None:
    for scheme in ("https", "http"):
        start = tuple(f"{scheme}://")
        if glob[: len(start)] == start:
            after = glob[len(start) :]
            end = after.index("/") if "/" in after else len(after)
            host = tuple(token if isinstance(token, Wild) else token.lower() for token in after[:end])
            return tuple(scheme), host, after[end:] or ("/",)
    return None
