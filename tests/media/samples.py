"""The smallest pictures and recordings that are what they say."""

from __future__ import annotations

import base64
import io
import struct
import wave
import zlib
from pathlib import Path

from autogpt.http import Admission, Door
from tests.http.servers import Server


def png(colour: tuple[int, int, int] = (200, 30, 30), side: int = 2) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(colour) * side for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def wav(seconds: float = 0.05) -> bytes:
    """Silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * int(8000 * seconds))
    return file.getvalue()


MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x00" + bytes(413)
"""A tag and a frame of silence."""


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def door_to(server: Server) -> Door:
    """A door that reaches one server on loopback and nothing else of this machine."""
    return Door(admission=Admission(hosts=frozenset({f"127.0.0.1:{server.port}"})))


def url_of(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def program(folder: Path, name: str, script: str) -> Path:
    """A program for the PATH: a shell script."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file
