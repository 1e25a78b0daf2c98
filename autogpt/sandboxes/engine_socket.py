"""Asks an engine's socket a short question, without its client, which takes long to import.

Only enough HTTP for a status: no body is read, nothing is kept open.
"""

from __future__ import annotations

import socket

LONGEST_LINE = 4096


def status(path: str, question: str, seconds: float) -> int:
    """The status with which what listens at a Unix socket answers a GET. Raises OSError when it doesn't."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(seconds)
        line.connect(path)
        line.sendall(f"GET {question} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        said = b""
        while b"\r\n" not in said and len(said) < LONGEST_LINE:
            piece = line.recv(LONGEST_LINE)
            if not piece:
                break
            said += piece
    words = said.split(b"\r\n")[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise ConnectionError("it doesn't speak HTTP")
    return int(words[1])
