"""Headless output: one JSON event a line on standard output, everything else on standard error.

The lines are plain ASCII (other characters as JSON escapes), so that they survive any encoding and
can be looked at in any terminal. What an event's JSON holds is the caller's affair.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from autogpt.core.errors import JournalError
from autogpt.core.events import Event

_beyond_ascii = re.compile("[^\x20-\x7e]")


class JsonLines:
    """Writes events as they happen, each flushed.

    When the reader is gone (`| head`), writing ends quietly and `closed` says so; a failure that
    loses output otherwise (a full disk) raises JournalError.
    """

    def __init__(self, encode: Callable[[Event], str], stream: TextIO) -> None:
        self._encode = encode
        self._stream = stream
        self.closed = False

    def event(self, event: Event) -> None:
        """Write one event."""
        self.write(self._encode(event))

    def write(self, json_text: str) -> None:
        """Write one JSON value that is encoded already."""
        if self.closed:
            return
        row = _beyond_ascii.sub(_escape, json_text.strip())
        try:
            self._stream.write(row + "\n")
            self._stream.flush()
        except OSError as error:
            self._end()
            if error.errno == errno.EPIPE or (os.name == "nt" and error.errno == errno.EINVAL):
                return
            raise JournalError(
                f"The events can't be written to standard output: {error.strerror}."
            ) from error

    def _end(self) -> None:
        self.closed = True
        if self._stream is sys.__stdout__:
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)


@contextmanager
def claimed_stdout() -> Iterator[TextIO]:
    """Standard output for one purpose alone: whatever else prints goes to standard error."""
    stdout = sys.stdout
    sys.stdout = sys.stderr
    try:
        yield stdout
    finally:
        sys.stdout = stdout


def _escape(found: re.Match[str]) -> str:
    """JSON has such characters only inside strings, and line ends only between tokens."""
    character = found[0]
    if character in "\n\r\t":
        return " "
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"
