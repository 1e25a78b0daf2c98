"""What the system says went wrong with a file, in words that help the model on."""

from __future__ import annotations

from errno import EDQUOT, EFBIG, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOSPC, ENOTDIR, ENOTEMPTY, EROFS
from pathlib import PurePath

from autogpt.workspace.walking import NotAFile

_BY_NUMBER = {
    ENOTDIR: "A part of {name} that should be a folder is a file. Use another name.",
    ELOOP: "{name} leads round in symbolic links. Name the file itself.",
    ENOTEMPTY: "{name} is a folder that isn't empty. Delete the files in it one by one.",
    EROFS: "{name} is on a read-only disk; nothing can be written there.",
    ENAMETOOLONG: "The name {name} is too long. Use at most 80 characters.",
    EMFILE: "Too many files are open just now. Try again.",
    ENFILE: "Too many files are open just now. Try again.",
}
_NO_ROOM = (
    "There is no room on the disk for {name}: nothing was written, and what was there is as before. "
    "Write less, or delete files that are no longer needed."
)


def outside(name: str, root: object) -> str:
    """Why a name that leads out of the workspace is refused, and what to write instead."""
    last = PurePath(name.replace("\\", "/")).name.strip(".") or "notes.txt"
    return (
        f"{name!r} is outside the workspace, which is {root}. Only files in it can be used: "
        f"give a name relative to it, such as {last!r}."
    )


def led_out(name: str, link: str, root: object) -> str:
    """The same of a name that leads out through a symbolic link; `link` is the link's, "" where it isn't known."""
    if PurePath(name) == PurePath(link or "."):
        how = "is a link that leads out of the workspace"
    else:
        how = f"leads out of the workspace, through {f'the link {link!r}' if link else 'a link'}"
    return (
        f"{name!r} {how}: nothing there can be read, listed or written. "
        f"Use a file or folder that lies in the workspace itself ({root})."
    )


def in_words(error: Exception, name: str, *, writing: bool) -> str:
    """An error of the system (but for a missing file) as a sentence."""
    shown = repr(name if len(name) <= 100 else name[:100] + "…")
    match error:
        case NotAFile():
            return f"{shown} is no plain file but a pipe, a device or a socket; it is never opened."
        case UnicodeError():
            return f"{shown} holds characters that no file name can have. Use another name."
        case IsADirectoryError():
            return f"{shown} is a folder. Name a file."
        case PermissionError() if writing:
            return f"{shown} can't be written: it is read-only here. Use another name."
        case PermissionError():
            return f"{shown} can't be used: the system doesn't permit it."
        case OSError(errno=number) if number in (ENOSPC, EDQUOT, EFBIG):
            return _NO_ROOM.format(name=shown)
        case OSError(errno=number) if number in _BY_NUMBER:
            return _BY_NUMBER[number].format(name=shown)
        case OSError(strerror=str(why)):
            return f"{shown} can't be used: {why}."
    return f"{shown} can't be used: {error}."
