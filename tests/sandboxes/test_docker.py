"""The engine's side: one that goes away half-way, fetching an image, what depends on the engine."""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from autogpt.core.errors import CommandError, UsageError
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.container_engine import Engine, EngineMissing, _name_and_tag, connect, look
from autogpt.sandboxes.docker import LABEL, DockerLauncher, owner
from autogpt.sandboxes.port import Command, Exited, Sandbox
from autogpt.sandboxes.scratch import PREFIX
from tests.conformance.sandboxes import containers, eventually

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tests speak over Unix sockets")

IMAGE = os.environ.get("AUTOGPT_TEST_IMAGE", "")
needs_engine = pytest.mark.skipif(not IMAGE, reason="no engine (see scripts/engine.sh)")


class Line:
    """A socket that leads to the engine, until it is cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self.host = f"unix://{path}"
        self._engine = engine.removeprefix("unix://")
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
                far.connect(self._engine)
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


@pytest.fixture(params=["DOCKER_HOST", "AUTOGPT_TEST_PODMAN"])
def host(request: pytest.FixtureRequest) -> str:
    """The address of an engine: Docker's, then Podman's."""
    if request.param not in os.environ:
        pytest.skip(f"{request.param} isn't set (see scripts/engine.sh)")
    return os.environ[request.param]


@pytest.fixture
def line(tmp_path_factory: pytest.TempPathFactory, host: str) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("s") / "engine.sock", host)
    yield made
    made.cut()


def opened(place: Path, host: str) -> Sandbox:
    choice = choose(Wish("docker", image=IMAGE), place, {"DOCKER_HOST": host}, in_container=False)
    assert choice.sandbox
    return choice.sandbox


@needs_engine
@pytest.mark.real
class TestGone:
    @pytest.fixture(autouse=True)
    def nothing_is_left(self, host: str) -> Iterator[None]:
        yield
        eventually(lambda: not containers({"DOCKER_HOST": host}), lambda: "containers are left")

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_an_engine_that_goes_away_half_way(self, tmp_path: Path, host: str, line: Line) -> None:
        box = opened(tmp_path, line.host)
        running = box.start(Command(("sleep", "60")))
        with pytest.raises(CommandError, match="doesn't answer"):
            box.run(Command(("sh", "-c", "echo up; sleep 60")), on_output=lambda _: line.cut())
        assert running.wait(10)
        with pytest.raises(CommandError, match="doesn't answer"):
            box.run(Command(("true",)))
        box.close()
        gc.collect()  # the client forgets to close sockets that can't connect
        # Without the agent they end, and Podman sometimes keeps one whose network another shared.
        for left in containers({"DOCKER_HOST": host}):
            subprocess.run(
                ["docker", "--host", host, "rm", "-f", left.split()[1]], check=False, capture_output=True
            )

    def test_a_container_that_was_taken_away_is_replaced(self, tmp_path: Path, host: str) -> None:
        box = opened(tmp_path, host)
        remove = ["docker", "--host", host, "rm", "-f"]
        try:
            name = box.run(Command(("cat", "/proc/sys/kernel/hostname"))).output.head.decode().strip()
            subprocess.run([*remove, name], check=True, capture_output=True)
            assert box.run(Command(("true",))).end == Exited(0)

            def take_away(name: str) -> None:
                subprocess.run([*remove, name.strip()], check=False, capture_output=True)

            taken = box.run(
                Command(("sh", "-c", "cat /proc/sys/kernel/hostname; sleep 60")), on_output=take_away
            )
            assert taken.end == Exited(137)
            assert taken.seconds < 30
            assert box.run(Command(("true",))).end == Exited(0)
        finally:
            box.close()

    def test_what_a_killed_agent_left_goes_when_the_next_one_starts(
        self, tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before any command: its folder says that there was one. Podman removes a network's owner last."""
        dead = subprocess.Popen(["true"])
        dead.wait()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        (tmp_path / f"{PREFIX}{dead.pid}-x").mkdir()
        with closing(connect({"DOCKER_HOST": host})) as client:
            label = {LABEL: owner().rpartition(":")[0] + f":{dead.pid}"}

            def left(network: str) -> str:
                shared = client.api.create_host_config(network_mode=network)
                return str(client.api.create_container(IMAGE, "true", labels=label, host_config=shared)["Id"])

            first = left("none")
            second = left(f"container:{first}")
            place = tmp_path / "workspace"
            place.mkdir()
            opened(place, host).close()
            there = {one["Id"] for one in client.api.containers(all=True)}
        assert not there & {first, second}

    def test_a_neighbour_that_dies_while_a_container_is_made(
        self, tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The new one was to share its network; it gets one of its own."""
        box = opened(tmp_path, host)
        create = DockerLauncher._create
        asked: list[str | None] = []

        def late(self: DockerLauncher, neighbour: str | None, *rest: Any, **more: Any) -> str:
            asked.append(neighbour)
            for other in self._all if neighbour else ():
                other.kill()
            return create(self, neighbour, *rest, **more)

        monkeypatch.setattr(DockerLauncher, "_create", late)
        try:
            first = box.start(Command(("sleep", "60")))
            assert box.run(Command(("sleep", "0"))).end == Exited(0)
            assert [neighbour is None for neighbour in asked] == [True, False, True]
            assert first.wait(10)
        finally:
            box.close()


class SmallEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """As much of an engine as fetching an image takes."""

    daemon_threads = True

    def __init__(self, path: Path, pull: list[dict[str, Any]]) -> None:
        self.pull = pull
        self.fetched = False
        super().__init__(str(path), Answers)


class Answers(BaseHTTPRequestHandler):
    server: SmallEngine
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
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallEngine]:
    with SmallEngine(tmp_path_factory.mktemp("s") / "engine.sock", []) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def layer(name: str, current: int, total: int) -> dict[str, Any]:
    return {"status": "Downloading", "id": name, "progressDetail": {"current": current, "total": total}}


def test_fetching_an_image_shows_how_far_it_is(tmp_path: Path, engine: SmallEngine) -> None:
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


def test_an_image_that_cannot_be_fetched(tmp_path: Path, engine: SmallEngine) -> None:
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

    def test_an_image_that_is_there_or_not(self, engine: SmallEngine) -> None:
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

    def test_nothing_is_imported_for_it(self, engine: SmallEngine) -> None:
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


class TestWhatAnEngineIsLike:
    DOCKER: ClassVar = {"Components": [{"Name": "Engine"}]}
    PODMAN: ClassVar = {"Components": [{"Name": "Podman Engine"}]}
    ROOTLESS: ClassVar = {"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]}
    ME = f"{os.getuid()}:{os.getgid()}"

    def test_docker_as_root(self, tmp_path: Path) -> None:
        engine = Engine.of({}, self.DOCKER)
        assert engine.user == self.ME
        assert engine.filter(tmp_path) is None
        assert engine.options(None, None) == {"SecurityOpt": ["no-new-privileges:true"]}
        assert engine.ulimits() == []
        assert list(tmp_path.iterdir()) == []

    def test_engines_without_root_map_the_person_differently(self, tmp_path: Path) -> None:
        assert Engine.of(self.ROOTLESS, self.DOCKER).user == "0:0"
        for said in (self.ROOTLESS, {"Rootless": True}):
            podman = Engine.of(said, self.PODMAN)
            assert podman.user == self.ME
            assert podman.options(None, None)["UsernsMode"] == "keep-id"
            assert podman.options(None, "first")["UsernsMode"] == "container:first"
        assert "UsernsMode" not in Engine.of({"Rootless": False}, self.PODMAN).options(None, None)

    def test_labels_are_left_alone(self, tmp_path: Path) -> None:
        for engine in (
            Engine.of({"SecurityOptions": ["name=selinux"]}, self.DOCKER),
            Engine.of({}, self.PODMAN),  # which doesn't tell
        ):
            assert "label=disable" in engine.options(None, None)["SecurityOpt"]

    @pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
    def test_podman_is_given_a_filter(
        self, machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(platform, "machine", lambda: machine)
        podman = Engine.of({}, self.PODMAN)
        given = podman.options(podman.filter(tmp_path), None)["SecurityOpt"]
        assert given == ["no-new-privileges:true", "label=disable", f"seccomp={tmp_path}/seccomp.json"]
        kept = json.loads((tmp_path / "seccomp.json").read_text())
        refused = {name for rule in kept["syscalls"] if "args" not in rule for name in rule["names"]}
        assert {"unshare", "setns", "mount", "bpf", "keyctl", "clone3"} <= refused
        assert kept["architectures"] == [f"SCMP_ARCH_{machine.upper()}"]

    def test_docker_is_given_the_same_where_it_filters_and_for_its_own_machine(self, tmp_path: Path) -> None:
        """Its machine needn't be this one: it can be a virtual one."""
        docker = Engine.of(
            {"SecurityOptions": ["name=seccomp,profile=builtin"], "Architecture": "aarch64"}, self.DOCKER
        )
        filtered = docker.filter(tmp_path)
        assert filtered is not None
        assert json.loads(filtered)["architectures"] == ["SCMP_ARCH_AARCH64"]
        assert docker.options(filtered, None)["SecurityOpt"] == [
            "no-new-privileges:true",
            f"seccomp={filtered}",
        ]
        assert Engine.of({"SecurityOptions": []}, self.DOCKER).filter(tmp_path) is None
        assert list(tmp_path.iterdir()) == []

    def test_the_filter_lets_no_file_run_with_its_owners_rights(self, tmp_path: Path) -> None:
        podman = Engine.of({"Architecture": "amd64"}, self.PODMAN)
        kept = json.loads(Path(str(podman.filter(tmp_path))).read_text())
        judged = {name for rule in kept["syscalls"] if "args" in rule for name in rule["names"]}
        assert judged == {
            "chmod", "clone", "creat", "fchmod", "fchmodat", "fchmodat2", "mknod", "mknodat", "open", "openat", "socket",
        }  # fmt: skip

    def test_on_other_machines_it_has_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(platform, "machine", lambda: "riscv64")
        assert Engine.of({}, self.PODMAN).filter(tmp_path) is None

    def test_podman_is_given_the_limits_that_the_agent_has(self) -> None:
        own = resource.getrlimit(resource.RLIMIT_NOFILE)
        given = {one["Name"]: (one["Soft"], one["Hard"]) for one in Engine.of({}, self.PODMAN).ulimits()}
        assert given["nofile"] == own
        assert set(given) == {"nofile", "nproc"}
        assert Engine.of({"Rootless": True}, self.PODMAN).ulimits() == []

    @pytest.mark.parametrize(
        "name", ["plain", "a:b", "with space", "it's", "中文", 'quo"ted', "a,b", "two\nlines"]
    )
    def test_paths_are_told_as_the_engine_takes_them(self, name: str) -> None:
        source = Path("/w", name)
        for engine in (Engine.of({}, self.DOCKER), Engine.of({}, self.PODMAN)):
            told = engine.bind(source, f"{source}", read_only=True)
            if engine.is_podman and set(name) & set(',"\n'):
                assert told == f"{source}:{source}:ro"
            else:
                assert (told["Source"], told["Target"], told["ReadOnly"]) == (str(source), str(source), True)

    def test_what_podman_cannot_be_told(self) -> None:
        odd = Path("/w/a:b,c")
        assert Engine.of({}, self.DOCKER).bind(odd, str(odd), read_only=False)["Source"] == str(odd)
        with pytest.raises(CommandError, match=r"colon together with a comma.*'/w/a:b,c'"):
            Engine.of({}, self.PODMAN).bind(odd, str(odd), read_only=False)
