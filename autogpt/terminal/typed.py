"""What the person typed while nothing asked: read from the terminal without waiting for it.

POSIX: whole lines come from the terminal in its usual line mode; a half-typed one is taken by
leaving that mode for a moment. Windows: the console's key presses. Anything that is not a terminal,
or not ours to read (a job in the background), gives nothing. A terminal in line mode keeps at most
4095 bytes of a line: `cut` says that one was as long as that.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

# ECMA-48 5.4 and 5.6: control sequences, strings such as titles, keys of the keypad; else ESC itself.
_escape = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|O[ -~])?")
_control = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MOST = 1_000_000  # bytes taken at once
_LINE_LIMIT = 4095  # N_TTY_BUF_SIZE - 1, drivers/tty/n_tty.c
_SILENCE = 0.02  # seconds without a byte: a paste, or a character of several bytes, has come whole
_MOST_ENDS = 20  # ends of file (Ctrl-D) in a row; a terminal that went away says nothing else


@dataclass(frozen=True, slots=True)
class Typed:
    """Whole lines, and the beginning of one that was not ended yet."""

    lines: tuple[str, ...] = ()
    rest: str = ""
    cut: bool = False


NOTHING = Typed()


def joined(first: Typed, then: Typed) -> Typed:
    """What was typed first, and what was typed then, perhaps in the same line."""
    rows = [*then.lines, then.rest]
    rows[0] = first.rest + rows[0]
    *lines, rest = [*first.lines, *rows]
    return Typed(tuple(lines), rest, first.cut or then.cut)


def take_typed(stdin: TextIO | None, *, half: bool) -> Typed:
    """Take what is there now; `half` also takes a line that is not ended yet."""
    try:
        return _take(stdin.fileno(), half) if stdin is not None and stdin.isatty() else NOTHING
    except (OSError, ValueError):
        return NOTHING


def flush_typed(stdin: TextIO | None) -> None:
    """Throw away what is there now, so that who reads the terminal next does not find it."""
    try:
        if stdin is not None and stdin.isatty():
            _flush(stdin.fileno())
    except (OSError, ValueError):
        return


def split_typed(data: bytes | str, *, cut: bool = False) -> Typed:
    """Lines from what was typed."""
    text = clean(data)
    *lines, rest = text.split("\n")
    return Typed(tuple(lines), rest, cut)


def clean(data: bytes | str) -> str:
    """What a person typed, as text that can be sent anywhere: no half characters, no controls.

    Arrow keys, and colours in what was pasted, come as escape sequences, and go whole.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape" if _is_escaped(data) else "replace")
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return _control.sub("", _escape.sub("", text))


def _is_escaped(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


if sys.platform == "win32":

    def _take(fd: int, half: bool) -> Typed:
        import msvcrt

        keys: list[str] = []
        while msvcrt.kbhit() and len(keys) < _MOST:
            key = msvcrt.getwch()
            if key in ("\x00", "\xe0"):
                msvcrt.getwch()  # an arrow or a function key comes as two
            elif key == "\b":
                del keys[-1:]
            else:
                keys.append(key)
        return split_typed("".join(keys))

    def _flush(fd: int) -> None:
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()

    def is_ours(fd: int) -> bool:
        """A console has no jobs in the background."""
        return True

else:

    def is_ours(fd: int) -> bool:
        """Whether the terminal is this process's to use: a background job would be stopped for it."""
        return os.tcgetpgrp(fd) == os.getpgrp()

    def _flush(fd: int) -> None:
        import termios

        if is_ours(fd):
            try:
                termios.tcflush(fd, termios.TCIFLUSH)
            except termios.error as error:
                raise OSError(str(error)) from error

    def _take(fd: int, half: bool) -> Typed:
        if not is_ours(fd):
            return NOTHING
        whole, rest = _waiting(fd), b""
        if half:
            with _key_by_key(fd):
                rest = _waiting(fd)
        return split_typed(whole + rest, cut=any(len(row) >= _LINE_LIMIT - 1 for row in whole.split(b"\n")))

    def _waiting(fd: int) -> bytes:
        """All that is there, and what comes right behind it. An end of file typed while nobody asked means nothing."""
        import select

        data, ends = b"", 0
        while len(data) < _MOST and ends < _MOST_ENDS:
            if not select.select([fd], [], [], _SILENCE if data else 0)[0]:
                break
            piece = os.read(fd, 65536)
            ends = 0 if piece else ends + 1
            data += piece
        return data

    @contextmanager
    def _key_by_key(fd: int) -> Iterator[None]:
        """Without line mode, so that a half-typed line can be read."""
        import termios

        before = termios.tcgetattr(fd)
        now = termios.tcgetattr(fd)
        now[3] &= ~termios.ICANON
        now[6][termios.VMIN], now[6][termios.VTIME] = 0, 0
        try:
            termios.tcsetattr(fd, termios.TCSANOW, now)
            yield
        except termios.error as error:
            raise OSError(str(error)) from error
        finally:
            termios.tcsetattr(fd, termios.TCSANOW, before)
