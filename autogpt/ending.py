"""How the program ends when something went wrong: one line for the person, and the exit code.

A traceback is for the developer: it goes to a file, and the line says to which.
"""

from __future__ import annotations

import errno
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from autogpt.core.errors import TO_COPY, ContextOverflow, ExitCode, OverLimit, UserError
from autogpt.core.redact import Redactor
from autogpt.terminal.harmless import one_line, verbatim
from autogpt.terminal.interrupts import Leaving
from autogpt.terminal.wrapping import rows_of

RUNS = Path(".autogpt")
_NARROWEST = 12  # columns in which words are kept together
_FURTHER = "  "
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def told(error: BaseException, redact: Callable[[str], str] | None = None) -> ExitCode:
    """Tell the person of the error on standard error, its secrets taken out; the exit code for it."""
    match error:
        case UserError():
            say((redact or _redactor())(str(error)))
            return error.exit_code
        case Leaving():
            return ExitCode.INTERRUPTED
        case KeyboardInterrupt():
            say("Interrupted.")
            return ExitCode.INTERRUPTED
        case BrokenPipeError():
            return ExitCode.INTERRUPTED
        case OSError() if error.errno in _FULL:
            say(f"Nothing more can be written: {error.strerror}.")
            return ExitCode.INTERRUPTED
        case OverLimit():
            say(f"A limit was met: {error}.")
            return ExitCode.LIMIT
        case ContextOverflow():
            say("The model's window is too small for this prompt.")
            return ExitCode.PROVIDER
        case SystemExit():
            raise error
        case _:
            return _bug(error, redact or _redactor())


def _bug(error: BaseException, redact: Callable[[str], str]) -> ExitCode:
    text = redact("".join(traceback.format_exception(error)))
    place = _kept(text)
    where = f" The details are in {place}." if place else f"\n{text}"
    say(f"That is a bug in Auto-GPT ({type(error).__name__}: {redact(str(error))[:200]}).{where}")
    return ExitCode.BUG


def _redactor() -> Redactor:
    """Takes secrets out of what people send around; if the settings can't be read, what looks like a key."""
    try:
        from autogpt.stage import secrets

        return Redactor(secrets())
    except Exception:
        return Redactor()


def _kept(text: str) -> Path | None:
    path = RUNS / time.strftime("bug-%Y%m%d-%H%M%S.txt")
    try:
        RUNS.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # never through a link
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path


def say(text: str) -> None:
    """Write to standard error by the plainest means there are: the console may be what broke."""
    stream = sys.stderr
    try:
        columns = _columns(stream)
        rows = (row for part in text.splitlines() for row in _rows(part, columns))
        encoding = stream.encoding or "ascii"
        stream.write("\n".join(rows).encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except (OSError, ValueError, AttributeError):
        return


def _columns(stream: TextIO) -> int:
    """How wide the terminal is; 0 where there is none, and a line is a line."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def _rows(line: str, columns: int) -> list[str]:
    if line.startswith(TO_COPY):
        return [verbatim(line)]
    line = one_line(line, longest=2000)
    first, *further = rows_of(line, columns - len(_FURTHER)) if columns > _NARROWEST else [line]
    return [first, *(_FURTHER + row for row in further)]
