"""A git server on loopback, by HTTPS: git's own `http-backend` behind the tests' server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from tests.http.servers import Handler, Request

PLAIN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(folder: Path, *words: str, given: str = "") -> str:
    """The tests' own git, which is not the one that is tested."""
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **PLAIN},
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def repository(folder: Path, *contents: dict[str, str]) -> Path:
    """A repository with a commit for each of `contents`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for number, files in enumerate(contents, 1):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"Commit {number}")
    return folder


def backend(root: Path, during: Callable[[Request], bytes | None] = lambda request: None) -> Handler:
    """Serves the repositories below `root`; what `during` answers goes out instead."""

    def handle(request: Request) -> bytes:
        instead = during(request)
        if instead is not None:
            return instead
        method, address, _ = request.line.split(" ")
        path, _, query = address.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            **PLAIN,
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=request.body, env=environment, capture_output=True, check=False
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        status, lines = "200 OK", []
        for line in head.decode("latin-1").split("\r\n"):
            if line.lower().startswith("status:"):
                status = line.partition(":")[2].strip()
            else:
                lines.append(line)
        lines += [f"Content-Length: {len(body)}", "Connection: close"]
        return f"HTTP/1.1 {status}\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    return handle
