"""Bodies as they were before they were compressed, in pieces, with an end to every bomb."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

ACCEPTED = "gzip, deflate, br"
"""What a request says it can read. Servers that like others better send one of these instead."""

_PIECE = 65_536
_MOST_LAYERS = 2
_MOST_MEMBERS = 20_000
"""Each takes as long as much more data would; files for genetics have one for 64 kB."""

RATIO = 500
"""How many times larger than it came a body may be, once it is over a megabyte. Log files come to
a hundred, deflate's very best is a thousand, Brotli's half a million."""
_SMALL = 1_000_000


class Undecodable(Exception):
    """The body is damaged or compressed in a way that is not known; the text completes "it …"."""


class Bomb(Exception):
    """The body grows without measure when it is decompressed."""


class _Zlib:
    """gzip of any number of members, or deflate with or without its zlib wrapping."""

    def __init__(self, coding: str) -> None:
        self._gzip = coding == "gzip"
        self._waiting = b""
        self._current: Any = None  # zlib has no public type for it
        self._members = 0
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes of the next piece. Raises Undecodable."""
        self._waiting += data
        while self._waiting and not self._over:
            if self._current is None and not self._started():
                return
            yield from self._inflated()
            if self._current.eof:
                self._waiting, self._current = self._current.unused_data, None
                self._over = not self._gzip

    def _started(self) -> bool:
        """Begin a member once its first two bytes are there, by which one knows what it is."""
        start = self._waiting[:2]
        if len(start) < 2:
            return False
        if self._gzip and start != b"\x1f\x8b":
            if not self._members:
                raise Undecodable("is not compressed as it says")
            self._over = True  # some servers pad
            return False
        if self._members == _MOST_MEMBERS:
            raise Undecodable("is cut into too many pieces")
        wrapped = start[0] & 0x0F == 8 and int.from_bytes(start, "big") % 31 == 0
        self._current = zlib.decompressobj(31 if self._gzip else 15 if wrapped else -15)
        self._members += 1
        return True

    def _inflated(self) -> Iterator[bytes]:
        piece = bytes(_PIECE)
        while len(piece) == _PIECE or (self._waiting and not self._current.eof):
            try:
                piece = self._current.decompress(self._waiting, _PIECE)
            except zlib.error as error:
                raise Undecodable("is damaged") from error
            self._waiting = self._current.unconsumed_tail
            yield piece

    def finish(self) -> None:
        """Raise Undecodable if something is missing."""
        if self._current is not None:
            raise Undecodable("ended too early")


class _Brotli:
    """A Brotli stream (RFC 7932)."""

    def __init__(self) -> None:
        import brotli  # type: ignore[import-untyped,unused-ignore]

        self._state = brotli.Decompressor()
        self._begun = False
        self._error: type[Exception] = brotli.error

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes of the next piece. Raises Undecodable."""
        self._begun = True
        piece = self._more(data)
        # What a few bytes stand for comes out bit by bit, also when all of them have been taken in.
        while piece or not self._state.can_accept_more_data():
            yield piece
            piece = b"" if self._state.is_finished() else self._more(b"")

    def _more(self, data: bytes) -> bytes:
        try:
            return bytes(self._state.process(data, output_buffer_limit=_PIECE))
        except self._error as error:
            raise Undecodable("is damaged") from error

    def finish(self) -> None:
        """Raise Undecodable if something is missing."""
        if self._begun and not self._state.is_finished():
            raise Undecodable("ended too early")


def codings_of(header: str) -> tuple[str, ...]:
    """What a Content-Encoding header names, in the order in which it was applied. Raises Undecodable."""
    names = [name.strip().lower() for name in header.split(",")]
    codings = tuple(name.removeprefix("x-") for name in names if name not in ("", "identity"))
    for coding in codings:
        if coding not in ("gzip", "deflate", "br"):
            raise Undecodable(f"is compressed as {coding[:20]!r}, which was not asked for")
    if len(codings) > _MOST_LAYERS:
        raise Undecodable(f"is compressed {len(codings)} times over")
    return codings


def decoded(pieces: Iterator[bytes], codings: Sequence[str]) -> Iterator[bytes]:
    """The pieces decompressed, each of bounded size. Raises Undecodable, Bomb."""
    for coding in reversed(codings):
        pieces = _undone(pieces, _Brotli() if coding == "br" else _Zlib(coding))
    return pieces


def _undone(pieces: Iterator[bytes], decompressor: _Zlib | _Brotli) -> Iterator[bytes]:
    taken = given = 0
    for piece in pieces:
        taken += len(piece)
        for larger in decompressor.feed(piece):
            given += len(larger)
            if given > _SMALL and given > taken * RATIO:
                raise Bomb
            if larger:
                yield larger
    decompressor.finish()
