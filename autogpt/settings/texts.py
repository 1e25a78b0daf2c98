"""Reading and writing the small text files that a person keeps: `.env` and YAML.

Every failure is a UsageError of one line that names the file. A link in a file's place is
neither read nor written through: who may follow it resolves it first (`resolved`). Nor is
anything waited for: a pipe or device is refused. Not for the files that the model names:
those go through the workspace.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import re
import stat
from pathlib import Path

from autogpt.core.errors import UsageError

LARGEST = 1_048_576
"""Bytes. No file that a person writes by hand comes near; it stops /dev/zero and mistaken paths."""

_KEY_SHAPES = re.compile(r"\b((sk|pk|rk|hf|gh[opsur]|github_pat|xox[abprs])[-_]|AIza|AKIA|eyJ)[\w-]{12,}")
_URL_USER = re.compile(r"(?<=//)[^/@\s]+(?=@)")


def visible(text: object, longest: int = 80) -> str:
    """The text in one line for a message: cut, control characters escaped, keys and URL users masked."""
    return _one_line(_URL_USER.sub("***", _KEY_SHAPES.sub("***", str(text)[: 10 * longest])), longest)


def visible_path(path: Path) -> str:
    """The path in one line for a message."""
    return _one_line(str(path), 200)


def _one_line(text: str, longest: int) -> str:
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)


def read_text(path: Path) -> str | None:
    """The file's text, in UTF-8 (or UTF-16 with its mark, as some Windows tools write); None if there is none.

    Raises UsageError when it can't be read, is too large, or is not text.
    """
    data = _read_bytes(path)
    if data is None:
        return None
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{visible_path(path)}, line {line}: this is not UTF-8 text; save the file as UTF-8."
        ) from None
    if (nul := text.find("\0")) >= 0:
        line = text.count("\n", 0, nul) + 1
        raise UsageError(f"{visible_path(path)}, line {line}: this is not a text file.")
    return text


def _read_bytes(path: Path) -> bytes | None:
    try:
        if path.is_symlink():
            raise UsageError(_is_link(path))
        with open(_opened(path), "rb") as file:
            data = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise UsageError(f"{visible_path(path)} is a folder where a file is expected.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{visible_path(path)} cannot be read: {reason(error)}.") from None
    if len(data) > LARGEST:
        raise UsageError(f"{visible_path(path)} is larger than 1 MB: is it the right file?")
    return data


def _opened(path: Path) -> int:
    """A descriptor of an ordinary file; nothing is waited for, and no link followed. Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError
    flags = sum(
        getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY")
    )
    descriptor = os.open(path, os.O_RDONLY | flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is a pipe or a device, not a file")
    return descriptor


def _is_link(path: Path) -> str:
    return f"{visible_path(path)} is a link to {visible_path(resolved(path))}, and links are not followed unasked."


def resolved(path: Path) -> Path:
    """Where a path leads, all links on the way followed."""
    return Path(os.path.realpath(path))


def followed(path: Path) -> Path:
    """The path itself, or where it leads if it is a link: for who may follow it, or only looks."""
    return resolved(path) if path.is_symlink() else path


def reason(error: OSError | ValueError) -> str:
    """What the operating system says of the error, without the path."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Replace the file as a whole: whoever reads it sees the old text or the new.

    Where a replacement is impossible but writing isn't (a single file mounted into a
    container, a folder without write permission) it is written in place.
    `private` makes a new file readable by its owner only. Raises UsageError.
    """
    data = text.encode("utf-8")
    if path.is_symlink():
        raise UsageError(_is_link(path))
    try:
        try:
            _replace(path, data, private)
        except OSError as error:
            in_place = (errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS)
            if error.errno not in in_place or not path.is_file():
                raise
            _overwrite(path, data)
    except (OSError, ValueError) as error:
        raise UsageError(f"{visible_path(path)} cannot be written: {reason(error)}.") from None


def _overwrite(target: Path, data: bytes) -> None:
    flags = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    with open(os.open(target, os.O_WRONLY | os.O_TRUNC | flags), "wb") as file:
        file.write(data)


def _replace(target: Path, data: bytes, private: bool) -> None:
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            with contextlib.suppress(OSError):
                temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
