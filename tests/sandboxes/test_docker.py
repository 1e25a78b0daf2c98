"""The engine's side: one that goes away half-way, fetching an image, what depends on the engine."""

from __future__ import annotations

import gc
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from autogpt.core.errors import CommandError, UsageError
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.docker import EngineMissing, _name_and_tag, _of_engine, look
from autogpt.sandboxes.port import Command, Exited, Sandbox

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tests speak over Unix sockets")

IMAGE = os.environ.get("AUTOGPT_TEST_IMAGE", "")
needs_engine = pytest.mark.skipif(not IMAGE, reason="no engine (see scripts/engine.sh)")


class Line:
    """A socket that leads to the engine, until it is cut."""

    def __init__(self, path: Path) -> None:
        self.host = f"unix://{path}"
        self._ends: list[socket.socket] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._server.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
                self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("s") / "engine.sock")
    yield made
    made.cut()


def opened(place: Path, host: str) -> Sandbox:
    choice = choose(Wish("docker", image=IMAGE), place, {"DOCKER_HOST": host}, in_container=False)
    assert choice.sandbox
    return choice.sandbox


@needs_engine
@pytest.mark.real
class TestGone:
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_an_engine_that_goes_away_half_way(self, tmp_path: Path, line: Line) -> None:
        box = opened(tmp_path, line.host)
        running = box.start(Command(("sleep", "60")))
        with pytest.raises(CommandError, match="doesn't answer"):
            box.run(Command(("sh", "-c", "echo up; sleep 60")), on_output=lambda _: line.cut())
        assert running.wait(10)
        with pytest.raises(CommandError, match="doesn't answer"):
            box.run(Command(("true",)))
        box.close()
        gc.collect()  # the client forgets to close sockets that can't connect

    def test_a_container_that_was_taken_away_is_replaced(self, tmp_path: Path) -> None:
        box = opened(tmp_path, os.environ["DOCKER_HOST"])
        try:
            name = box.run(Command(("cat", "/proc/sys/kernel/hostname"))).output.head.decode().strip()
            subprocess.run(["docker", "rm", "-f", name], check=True, capture_output=True)
            assert box.run(Command(("true",))).end == Exited(0)

            def take_away(name: str) -> None:
                subprocess.run(["docker", "rm", "-f", name.strip()], check=False, capture_output=True)

            taken = box.run(
                Command(("sh", "-c", "cat /proc/sys/kernel/hostname; sleep 60")), on_output=take_away
            )
            assert taken.end == Exited(137)
            assert taken.seconds < 30
            assert box.run(Command(("true",))).end == Exited(0)
        finally:
            box.close()


class Engine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """As much of an engine as fetching an image takes."""

    daemon_threads = True

    def __init__(self, path: Path, pull: list[dict[str, Any]]) -> None:
        self.pull = pull
        self.fetched = False
        super().__init__(str(path), Answers)


class Answers(BaseHTTPRequestHandler):
    server: Engine
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "engine"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.endswith("/json") and not self.server.fetched:
            self.answer(404, {"message": "No such image"})
        elif "/containers/json" in self.path:
            self.answer(200, [])
        else:
            self.answer(200, {"ApiVersion": "1.41", "Components": [], "SecurityOptions": []})

    def do_POST(self) -> None:
        self.server.fetched = "error" not in self.server.pull[-1]
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for step in self.server.pull:
            data = json.dumps(step).encode() + b"\r\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("s") / "engine.sock", []) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def layer(name: str, current: int, total: int) -> dict[str, Any]:
    return {"status": "Downloading", "id": name, "progressDetail": {"current": current, "total": total}}


def test_fetching_an_image_shows_how_far_it_is(tmp_path: Path, engine: Engine) -> None:
    engine.pull = [{"status": "Pulling"}, layer("a", 50, 100), layer("b", 0, 300), layer("b", 300, 300)]
    shown: list[tuple[str, float]] = []
    choice = choose(
        Wish("docker", image="python:3-alpine"),
        tmp_path,
        {"DOCKER_HOST": f"unix://{engine.server_address}"},
        lambda what, share: shown.append((what, share)),
        in_container=False,
    )
    assert choice.sandbox
    choice.sandbox.close()
    assert shown == [("Fetching python:3-alpine", share) for share in (0.0, 0.5, 0.125, 0.875)]


def test_an_image_that_cannot_be_fetched(tmp_path: Path, engine: Engine) -> None:
    engine.pull = [{"status": "Pulling"}, {"error": "manifest\nunknown"}]
    with pytest.raises(UsageError, match=r"couldn't be fetched: manifest unknown\. Set"):
        choose(
            Wish("docker", image="no/such"),
            tmp_path,
            {"DOCKER_HOST": f"unix://{engine.server_address}"},
            in_container=False,
        )
    assert list(tmp_path.iterdir()) == []


class TestLooking:
    """Whether an engine is there and has the image, found out without its client."""

    def test_an_image_that_is_there_or_not(self, engine: Engine) -> None:
        environ = {"DOCKER_HOST": f"unix://{engine.server_address}"}
        assert look(environ, "python:3-alpine") is None
        engine.fetched = True
        assert look(environ, "python:3-alpine") == environ["DOCKER_HOST"]

    @pytest.mark.parametrize("said", [b"", b"HTTP/1.1 500 Internal\r\n\r\n", b"x" * 10_000, b"SSH-2.0\r\n"])
    def test_something_else_that_listens_there(
        self, said: bytes, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("s") / "engine.sock"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()

            def answer() -> None:
                near = server.accept()[0]
                near.recv(4096)
                near.sendall(said)
                near.close()

            thread = threading.Thread(target=answer)
            thread.start()
            with pytest.raises(EngineMissing, match="doesn't answer"):
                look({"DOCKER_HOST": f"unix://{path}"}, "x")
            thread.join()

    def test_nobody_listens_any_more(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        path = tmp_path_factory.mktemp("s") / "engine.sock"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
        with pytest.raises(EngineMissing, match="Connection refused"):
            look({"DOCKER_HOST": f"unix://{path}"}, "x")

    def test_nothing_is_imported_for_it(self, engine: Engine) -> None:
        engine.fetched = True
        code = (
            "import sys\nfrom autogpt.sandboxes.choose import Wish, choose\nfrom pathlib import Path\n"
            "choice = choose(Wish('docker'), Path(sys.argv[1]), {'DOCKER_HOST': sys.argv[2]}, in_container=False)\n"
            "print(choice.line, 'docker' in sys.modules)\nchoice.close()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, ".", f"unix://{engine.server_address}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "Programs run in containers (python:3-alpine), without the network. False\n"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3-alpine", ("python", "3-alpine")),
        ("python", ("python", "latest")),
        ("localhost:5000/python", ("localhost:5000/python", "latest")),
        ("localhost:5000/python:3", ("localhost:5000/python", "3")),
        ("python@sha256:abc", ("python@sha256:abc", None)),
    ],
)
def test_names_of_images(image: str, expected: tuple[str, str | None]) -> None:
    assert _name_and_tag(image) == expected


def test_engines_without_root_map_the_person_differently() -> None:
    docker, podman = {"Components": [{"Name": "Engine"}]}, {"Components": [{"Name": "Podman Engine"}]}
    rootless = {"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]}
    me = f"{os.getuid()}:{os.getgid()}"
    assert _of_engine({}, docker) == ({"security_opt": ["no-new-privileges:true"]}, me)
    assert _of_engine(rootless, docker)[1] == "0:0"
    options, user = _of_engine(rootless, podman)
    assert (options["userns_mode"], user) == ("keep-id", me)
    assert "label=disable" in _of_engine({"SecurityOptions": ["name=selinux"]}, docker)[0]["security_opt"]
