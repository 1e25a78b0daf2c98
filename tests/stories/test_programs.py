"""The agent's hands: it writes a program, runs it, works in a shell, leaves something running, and tidies up."""

from __future__ import annotations

import os
import signal
from contextlib import closing, suppress
from pathlib import Path

import pytest
from docker.errors import NotFound

from autogpt.core.errors import UsageError
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.container_engine import connect
from autogpt.sandboxes.docker import LABEL
from tests.conformance.sandboxes import IMAGE, PODMAN, eventually, marked
from tests.loopback.openai_server import OpenAIServer
from tests.stories.person import CTRL_C, Person, seated, sit_down
from tests.stories.world import DONE, SAVED, Model, Place, command, provider, step

pytestmark = [pytest.mark.real, pytest.mark.slow]


class Machine:
    """Where one kind of sandbox is to be had, and what programs left on it."""

    def __init__(self, kind: str, place: Place) -> None:
        variable = {"docker": "DOCKER_HOST", "podman": PODMAN}.get(kind, "")
        if variable and not {variable, IMAGE} <= set(os.environ):
            pytest.skip(f"{variable} and {IMAGE} aren't set (see scripts/engine.sh)")
        self.engine = os.environ.get(variable, "")
        self.place = place
        self.temporary = place.folder.parent / "tmp"
        self.temporary.mkdir()
        (place.folder / "ai_settings.yaml").write_text(SAVED)

    def settings(self, **more: str) -> dict[str, str]:
        """The environment in which the program finds the sandbox."""
        found = {"TMPDIR": str(self.temporary), "SANDBOX": "bubblewrap"}
        if self.engine:
            found |= {"SANDBOX": "docker", "DOCKER_HOST": self.engine, "SANDBOX_IMAGE": os.environ[IMAGE]}
        return found | more

    def running(self) -> list[int]:
        """Processes that were started in this place."""
        return list(marked(str(self.place.folder)))

    def left(self) -> list[str]:
        """Everything of this place that is still there, its own files apart."""
        found = [f"process {pid}" for pid in self.running()]
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        found += [line for line in mounts if str(self.place.folder) in line]
        found += [str(path) for path in self.temporary.iterdir()]
        found += [str(path) for path in self.place.workspace.glob(".[ag]*")]
        return found + self.containers()

    def containers(self) -> list[str]:
        """Those that have this place's workspace."""
        if not self.engine:
            return []
        sources = {}
        with closing(connect({"DOCKER_HOST": self.engine})) as client:
            for one in client.api.containers(all=True, filters={"label": LABEL}):
                with suppress(NotFound):
                    mounts = client.api.inspect_container(one["Id"])["Mounts"]
                    sources[one["Id"]] = [mount["Source"] for mount in mounts]
        return [f"container {id}" for id, places in sources.items() if str(self.place.workspace) in places]

    def is_clean(self) -> None:
        """Nothing is left, at the latest after a moment."""
        eventually(lambda: not self.left(), lambda: f"left behind: {self.left()}", 10)


@pytest.fixture(params=["bubblewrap", "docker", "podman"])
def machine(request: pytest.FixtureRequest, place: Place) -> Machine:
    made = Machine(request.param, place)
    if not made.engine:
        try:
            choose(Wish("bubblewrap"), place.folder, {}).close()
        except UsageError as why:
            pytest.skip(str(why))
    return made


COUNT = "import os, sys\nprint('counting', *sys.argv[1:])\nprint('key:', os.environ.get('OPENAI_API_KEY'))\n"
LOOP = """\
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    time.sleep(600)
print('looping', flush=True)
while True: pass
"""


def test_from_a_program_to_a_server_in_the_background(machine: Machine) -> None:
    model = Model(
        step("write_to_file", filename="count.py", text=COUNT),
        step("execute_python_file", filename="count.py", args="to three"),
        step("execute_shell", command_line="mkdir sub && cd sub && export GREETING='hello there'"),
        step("execute_shell", command_line='echo "$GREETING from ${PWD##*/}"; false'),
        step("execute_shell_popen", command_line="while :; do echo beat; sleep 0.1; done"),
        step("read_process", id="p4", seconds=0.5),
        step("list_processes"),
        step("stop_process", id="p4"),
        step("read_process", id="p4"),
        DONE,
    )
    with seated(machine.place, model, "-y", "-c", **machine.settings()) as person:
        where = "in containers" if machine.engine else "in bubblewrap"
        person.sees(f"Programs run {where}", "without the network")
        person.sees("NEXT ACTION: execute_python_file", "│ counting to three", "│ key: None")
        person.sees("RESULT: execute_python_file", "(It wrote what stands above.)")
        person.sees("RESULT: execute_shell", "│ It ended well and wrote nothing.")
        person.sees("│ hello there from sub", "FAILED: execute_shell", "│ Exit code 1.")
        person.sees("RESULT: execute_shell_popen", "its id is p4")
        person.sees("RESULT: read_process", "│ p4 is running.", "│ beat")
        person.sees("RESULT: list_processes", "p4 is running while :;")
        person.sees("RESULT: stop_process", "│ p4 was stopped.", "RESULT: read_process", "DONE.")
        assert person.ends() == 0
    assert "counting to three" in model.prompts[2]
    assert sorted(path.name for path in machine.place.workspace.iterdir()) == ["count.py", "sub"]
    machine.is_clean()


def test_ctrl_c_ends_an_endless_loop_with_all_its_children(machine: Machine) -> None:
    model = Model(step("execute_python_code", code=LOOP, basename="loop.py"))
    with seated(machine.place, model, "-y", "-c", **machine.settings()) as person:
        person.sees("│ looping").presses(CTRL_C).sees("Interrupted.")
        person.is_asked("Type something for the agent")
        eventually(
            lambda: not [pid for pid in machine.running() if _runs(pid, "loop.py")], lambda: "the loop lives"
        )
        person.types("no more loops").sees("DONE.")
        assert person.ends() == 0
    assert "no more loops" in model.prompts[1]
    assert "interrupted" in model.prompts[1]
    machine.is_clean()


def _runs(pid: int, name: str) -> bool:
    try:
        return name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("way", ["SIGTERM", "SIGKILL", "close"])
def test_whatever_ends_the_agent_ends_its_programs(machine: Machine, way: str) -> None:
    model = Model(
        step("execute_shell_popen", command_line="while :; do sleep 1; done # background"),
        step("execute_python_code", code=LOOP, basename="loop.py"),
    )
    with OpenAIServer(model) as server:
        settings = provider(server, **machine.settings())
        with sit_down(machine.place, "-y", "-c", **settings) as person:
            person.sees("│ looping")
            _ended(person, way)
        eventually(lambda: not machine.running(), lambda: f"left behind: {machine.left()}", 20)
        if way == "SIGKILL":  # what such an end leaves goes at the next start
            assert machine.left()
            assert machine.place.run("resume", "-c", **settings).code == 0
    machine.is_clean()


def _ended(person: Person, way: str) -> None:
    if way == "close":
        person.hangs_up()
    else:
        person.kills(getattr(signal, way))
    assert person.ends() == (-signal.SIGKILL if way == "SIGKILL" else 7)


NASTY = {
    "a program that ends when it is asked to, but not at once": (
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(600)",
        "It was ended: it ran longer than the 2 seconds that a command has.",
    ),
    "a memory bomb": (
        "kept = []\nwhile True: kept.append(bytearray(b'x') * (10 << 20))",
        "96 MB",
    ),
    "a fork bomb": (
        "import os, time\nfor _ in range(7):\n    try: os.fork()\n    except OSError: break\ntime.sleep(8)",
        "It was ended: it ",
    ),
    "a disk filler": (
        "file = open('big', 'wb', 0)\nwhile True: file.write(b'x' * (1 << 20))",
        "It met the limit on the size of a file",
    ),
    "endless lines": (
        "while True: print('x' * 100_000, end='')",
        "It was ended: it wrote more than the 4 MB of output",
    ),
    "a daemon": (LOOP.replace("while True: pass", "print('left')"), "looping\nleft"),
    "binary": ("import os; os.write(1, bytes(range(256)) + b'\\x1b]0;title\\x07')", "ABC"),
    "a reader": ("print(input())", "EOFError"),
    "a syntax error": ("print(1)\nif x\n", "line 2"),
}
TIGHT = {
    "SANDBOX_TIMEOUT": "2",
    "SANDBOX_MEMORY": "96",
    "SANDBOX_PROCESSES": "32",
    "SANDBOX_FILE_SIZE": "4",
    "SANDBOX_OUTPUT": "4",
}


def test_nasty_programs_are_a_sentence_each(machine: Machine) -> None:
    model = Model(*(step("execute_python_code", code=code) for code, _ in NASTY.values()))
    with OpenAIServer(model) as server:
        ended = machine.place.run("-c", **provider(server, **machine.settings(**TIGHT)))
    assert ended.code == 0, ended.said
    results = [event["result"] for event in machine.place.recorded() if event["event"] == "Ran"]
    for (name, (_, said)), result in zip(NASTY.items(), results, strict=False):
        assert said in result, f"{name}: {result}"
    assert "\x1b" not in ended.said
    machine.is_clean()


def test_a_sandbox_that_is_not_there_is_an_error_and_nothing_begins(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    with OpenAIServer(Model()) as server:
        ended = place.run("-c", **provider(server, SANDBOX="docker"))
        assert ended.code == 2
        assert ended.err.startswith("SANDBOX=docker, but no container engine is running at unix://")
        assert ended.err.count("\n") == 1
        assert place.journals() == []
        ended = place.run("-c", module=UNCONTAINED, **provider(server, SANDBOX="host"))
        assert ended.code == 2
        assert "EXECUTE_LOCAL_COMMANDS=True" in ended.err


UNCONTAINED = "tests.stories.uncontained"
UNWALLED = {"SANDBOX": "host", "EXECUTE_LOCAL_COMMANDS": "True"}
"""Settings that let programs run on the machine itself."""


HI = step("execute_python_code", code="print('hi')")


def test_outside_a_sandbox_somebody_is_asked(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    with OpenAIServer(Model(HI, HI)) as server:
        program = command("-y", "-c", module=UNCONTAINED)
        with Person(place, program, provider(server, **UNWALLED)) as person:
            person.sees("Programs run on this machine itself, with your rights")
            person.answers("Run execute_python_code?", "y").sees("RESULT: execute_python_code")
            person.answers("Run execute_python_code?", "n")
            assert person.ends() == 7


def test_outside_a_sandbox_with_nobody_there_it_is_not_run(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    with OpenAIServer(Model(HI)) as server:
        ended = place.run("-c", module=UNCONTAINED, **provider(server, **UNWALLED))
        assert "runs outside the sandbox" in ended.out
    with OpenAIServer(Model(HI)) as server:
        settings = provider(server, **UNWALLED)
        ended = place.run("-c", "--preset", "trusted", module=UNCONTAINED, **settings)
        assert "│ hi" in ended.out


def test_where_programs_are_not_wanted_there_is_no_command_and_no_sandbox(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    model = Model()
    with OpenAIServer(model) as server:
        off = {"DISABLED_COMMAND_CATEGORIES": "autogpt.commands.execute_code"}
        ended = place.run("-c", **provider(server, SANDBOX="docker", **off))
    assert ended.code == 0
    assert "execute_" not in model.prompts[0]
    assert "Programs run" not in ended.said
