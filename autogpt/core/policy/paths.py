"""Paths as they compare: by their letters alone, nothing is looked up on a disk."""

from __future__ import annotations

from functools import lru_cache

from autogpt.core.policy.patterns import EVERYTHING, Glob, Wild, fold


def relative(text: str, root: str) -> str:
    """A path with `.`, `..` and `//` resolved by its letters alone, relative to the root where it is below it."""
    windows = root[1:2] == ":" or root.startswith("\\\\")
    if windows:
        text, root = text.replace("\\", "/"), root.replace("\\", "/")
    path = resolved(text)
    above = resolved(root) if root else ""
    start = path[: len(above)]
    if not above or (start.lower() != above.lower() if windows else start != above):
        return path
    below = path[len(above) :]
    return below[1:] if below.startswith("/") else path if below else "."


def resolved(path: str) -> str:
    start = "/" if path.startswith("/") else ""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".." or not start:
            parts.append(part)
    return start + "/".join(parts) or "."


def climbs(path: str) -> bool:
    return path == ".." or path.startswith("../")


def is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:2] == ":"


def fold_path(path: str) -> str:
    """A path as `deny` sees it: with what Windows drops from names (trailing dots and blanks, streams)."""
    parts = []
    for index, part in enumerate(resolved(fold(path).strip()).split("/")):
        drive = index == 0 and len(part) == 2 and part[1] == ":"
        plain = part if drive else part.partition(":")[0].rstrip(" .")
        parts.append(plain or part)
    return "/".join(parts)


@lru_cache(maxsize=4096)
def path_globs(glob: Glob) -> tuple[Glob, ...]:
    """A glob over paths with `.` and `//` taken out; `reports/` means the folder and all in it."""
    parts: list[list[str | Wild]] = [[]]
    for token in glob:
        if token == "/":
            parts.append([])
        else:
            parts[-1].append(token)
    absolute = len(parts) > 1 and not parts[0]
    folder = len(parts) > 1 and not parts[-1]
    kept = [part for part in parts if part and part != ["."]]
    joined: list[str | Wild] = ["/"] if absolute else []
    for index, part in enumerate(kept):
        joined += ["/", *part] if index else part
    plain: Glob = tuple(joined) or (".",)
    if not folder:
        return (plain,)
    below: Glob = (
        EVERYTHING if plain == (".",) else (*plain, *(() if plain == ("/",) else ("/",)), Wild.ANYTHING)
    )
    return (plain, below)
