"""What a file name written by a model means, judged by its text alone.

Turns names such as `./a.txt`, `/workspace/a.txt`, `auto_gpt_workspace/a.txt`,
`~/a.txt`, `file:///…` and `reports\\a.txt` into the parts of an absolute path,
and says which names are the program's own. It looks at no file; that a path
stays inside also when symbolic links are followed is shown by `walking`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from autogpt.core.errors import CommandError
from autogpt.core.run_by_others import folded, is_own

Parts = tuple[str, ...]

TEMPORARY = ".autogpt-tmp"
"""How the names of half-written files end; nobody else may use such names."""

MAX_DEPTH = 100
"""Folders in one name; deeper ones would also use up file descriptors."""

_DEFAULT_ROOT = "auto_gpt_workspace"
_INVENTED_ROOTS: tuple[Parts, ...] = (
    ("workspace",),
    (_DEFAULT_ROOT,),
    ("app", _DEFAULT_ROOT),
    ("app", "workspace"),
    ("mnt", "data"),
)

_DRIVE = re.compile(r"([A-Za-z]:)(/?)")
_WINDOWS_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE
)
_WINDOWS_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Root:
    """The workspace's folder as names are judged against it.

    `path` is canonical; `spellings` are other absolute paths that the person used for it.
    `home` is the person's home folder. `windows` chooses the rules for names.
    """

    path: PurePath
    spellings: tuple[PurePath, ...]
    home: PurePath
    windows: bool


def own(part: str) -> bool:
    """Whether a path with this part belongs to the program (journal, git's internals, half-written files).

    Every spelling counts that some file system takes for the same name: see `autogpt.core.run_by_others`.
    """
    return is_own(part) or folded(part).endswith(TEMPORARY)


def absolute(
    name: str, root: Root, *, restrict: bool, is_there: Callable[[Parts], bool]
) -> tuple[str, Parts]:
    """The absolute path that `name` means: its anchor (`/`, `C:\\`) and its parts below that.

    `is_there` says whether a path below the root exists; it settles names that could mean two things.
    Raises CommandError for names that can be no file's.
    """
    if "\x00" in name:
        raise CommandError("A file name can't hold a NUL character. Give a plain name such as 'notes.txt'.")
    inside = _below_anchor(root.path)
    literal = not root.windows and "\\" in name and is_there(tuple(name.split("/")))
    anchor, text, from_anchor = _to_path(name, root, restrict=restrict, literal=literal)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text == "~" or text.startswith("~/"):
        parts = _from_home(parts[1:], root, restrict=restrict)
    elif from_anchor:
        parts = _from_anchor(parts, root, restrict=restrict) if anchor == root.path.anchor else parts
    else:
        parts = [*inside, *_from_root(parts, root, is_there)]
    resolved = _without_dots(parts)
    if len(resolved) - len(inside) > MAX_DEPTH:
        raise CommandError(
            f"The name has {len(resolved)} folders in it; at most {MAX_DEPTH} are possible. Use a shorter one."
        )
    if root.windows:
        for part in resolved:
            _check_windows_part(part)
    return anchor, resolved


def _to_path(name: str, root: Root, *, restrict: bool, literal: bool) -> tuple[str, str, bool]:
    """The anchor, the name with forward slashes and without scheme and drive, and whether it is absolute."""
    anchor = root.path.anchor
    if literal:  # a file whose name really has a backslash in it
        return anchor, name, False
    text = name
    if text[:7].lower() == "file://":
        url = urlsplit(text.replace("\\", "/"))
        if url.netloc not in ("", "localhost"):
            raise CommandError(f"{name!r} is on another machine. Only files in the workspace can be used.")
        # '?' and '#' in a file's name come unescaped from most models.
        text = unquote(text.replace("\\", "/")[7 + len(url.netloc) :])
        if "\x00" in text:
            raise CommandError("A file name can't hold a NUL character.")
        if _DRIVE.match(text[1:]):
            text = text[1:]
    text = text.replace("\\", "/")
    if root.windows and text.startswith("//"):
        raise CommandError(f"{name!r} is a network or device path. Only files in the workspace can be used.")
    drive = _DRIVE.match(text)
    if drive and (root.windows or drive.group(2)):
        own_drive = root.windows and drive.group(1).lower() == root.path.drive.lower()
        elsewhere = root.windows and not restrict
        if not drive.group(2) or not (own_drive or elsewhere):
            raise CommandError(
                f"{name!r} is outside the workspace, which is {root.path}. "
                "Give a name relative to it, such as 'notes.txt'."
            )
        if not own_drive:
            anchor = drive.group(1) + "\\"
        text = text[2:]
    return anchor, text, text.startswith("/")


def _from_home(parts: list[str], root: Root, *, restrict: bool) -> list[str]:
    """`~/x`: the person's home if that is inside or allowed, else the agent's home is the workspace."""
    at_home = [*_below_anchor(root.home), *parts]
    if not restrict or _starts_with(at_home, _below_anchor(root.path), root):
        return at_home
    return [*_below_anchor(root.path), *parts]


def _from_anchor(parts: list[str], root: Root, *, restrict: bool) -> list[str]:
    inside = _below_anchor(root.path)
    for spelling in (root.path, *root.spellings):
        below = _below_anchor(spelling)
        if _starts_with(parts, below, root):
            return [*inside, *parts[len(below) :]]
    if restrict:
        if not parts:  # to a model "/" is where its files are
            return inside
        for invented in _INVENTED_ROOTS:
            if tuple(parts[: len(invented)]) == invented:
                return [*inside, *parts[len(invented) :]]
    return parts


def _from_root(parts: list[str], root: Root, is_there: Callable[[Parts], bool]) -> list[str]:
    """A relative name without the workspace's own name in front, unless that is really there."""
    if not parts or is_there(tuple(parts[:1])):
        return parts
    for spelling in (root.path, *root.spellings):
        # The root's own absolute path that lost its first slash would make a nested copy of it.
        below = _below_anchor(spelling)
        if len(below) > 1 and _starts_with(parts, below, root):
            return parts[len(below) :]
    names = {_DEFAULT_ROOT}
    if "workspace" in root.path.name.lower():
        names.add(root.path.name)
    return parts[1:] if parts[0] in names else parts


def _without_dots(parts: list[str]) -> Parts:
    kept: list[str] = []
    for part in parts:
        if part != "..":
            kept.append(part)
        elif kept:
            kept.pop()
    return tuple(kept)


def spelled(parts: Parts) -> str:
    """A path below the root as a name that means just that path."""
    name = "/".join(parts)
    if not name:
        return "."
    return f"./{name}" if name.startswith("~") or _DRIVE.match(name) else name


def _below_anchor(path: PurePath) -> list[str]:
    return list(path.parts[1:] if path.anchor else path.parts)


def _starts_with(parts: list[str], start: list[str], root: Root) -> bool:
    head = parts[: len(start)]
    if root.windows:
        return [part.casefold() for part in head] == [part.casefold() for part in start]
    return head == start


def _check_windows_part(part: str) -> None:
    """Raise if Windows would take the name for a device, a stream, or another name."""
    if _WINDOWS_DEVICE.fullmatch(part.rstrip(". ")):
        raise CommandError(f"{part!r} is the name of a device on Windows. Use another name.")
    if _WINDOWS_FORBIDDEN.search(part) or part != part.rstrip(". "):
        raise CommandError(
            f"{part!r} can't be a file's name on Windows: none of < > : \" | ? * and no dot or space at its end."
        )
