"""The shell in the sandbox, and programs in the background."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autogpt.commands.registry import Registry
from autogpt.commands.shell import _KEPT, _ONCE, ShellCommands
from autogpt.commands.shell_control import ShellControl
from autogpt.core.actions import Action, Touch
from autogpt.core.events import Ran
from autogpt.sandboxes.port import ProcessLimits, Sandbox
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock
from tests.commands.sandboxed import opened

pytestmark = pytest.mark.real

Call = Callable[..., Ran]


@pytest.fixture
def seen() -> list[str]:
    """What was passed on to the terminal."""
    return []


@pytest.fixture
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    with opened(workspace) as sandbox:
        yield sandbox


def caller(workspace: Workspace, sandbox: Sandbox, seen: list[str], **more: Any) -> Call:
    bugs: list[BaseException] = []
    family = ShellCommands(workspace, sandbox, on_output=seen.append, **more)
    registry = Registry([family], workspace=workspace, clock=StoppedClock(), on_bug=bugs.append)

    def run(command: str, *line: str, **args: Any) -> Ran:
        ran = registry.run(Action(command, {"command_line": line[0]} if line else args))
        assert not bugs
        return ran

    return run


@pytest.fixture
def call(workspace: Workspace, sandbox: Sandbox, seen: list[str]) -> Call:
    return caller(workspace, sandbox, seen)


def test_folder_and_exported_variables_are_kept(call: Call, workspace: Workspace, seen: list[str]) -> None:
    (workspace.root / "a 'b").mkdir()
    ran = call("execute_shell", "cd \"a 'b\"; export X=\"1 '2\n3\" Y='$HOME `x`'; Z=4")
    assert (ran.ok, ran.result) == (True, "It ended well and wrote nothing.")
    ran = call("execute_shell", 'pwd; echo "[$X][$Y][$Z]"; cd - >/dev/null; pwd')
    assert ran.result == f"{workspace.root}/a 'b\n[1 '2\n3][$HOME `x`][]\n{workspace.root}\n"
    assert "".join(seen) == ran.result
    assert call("bash", 'unset X; cd "a \'b"; exit 3').result == "Exit code 3.\nIt wrote nothing."
    assert call("shell", 'pwd; echo "[${X-none}]"').result == f"{workspace.root}/a 'b\n[none]\n"
    call("execute_shell", "cd ..; false")
    assert call("execute_shell", "pwd").result == f"{workspace.root}\n"


def test_a_line_that_fails_is_a_failure(call: Call) -> None:
    ran = call("execute_shell", "echo before; nosuchprogram")
    assert not ran.ok
    assert ran.result.startswith(
        "Exit code 127: there is no such program, or it could not be started.\nbefore\n"
    )
    ran = call("execute_shell", "echo 'open")
    assert not ran.ok
    assert "unexpected EOF" in ran.result or "Unterminated" in ran.result


def test_a_folder_that_is_gone(call: Call, workspace: Workspace) -> None:
    call("execute_shell", "mkdir d; cd d")
    shutil.rmtree(workspace.root / "d")
    ran = call("execute_shell", "pwd")
    assert (
        ran.result == f"[The folder of the shell is gone; it is in the workspace again.]\n{workspace.root}\n"
    )


def test_a_line_that_is_ended_leaves_a_state_that_can_be_used(workspace: Workspace, seen: list[str]) -> None:
    with opened(workspace, ProcessLimits(seconds=1)) as sandbox:
        call = caller(workspace, sandbox, seen)
        call("execute_shell", "export X=1")
        ran = call("execute_shell", "export X=2; sleep 60")
        assert "It was ended: it ran longer than the 1 second that" in ran.result
        # Where the shell was asked to end and did, what it had done until then counts.
        assert call("execute_shell", "echo $X").result in ("1\n", "2\n")


@pytest.mark.parametrize("shell", ["bash", "dash", "busybox"])
def test_the_state_is_kept_by_any_shell(shell: str, tmp_path: Path) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} isn't there")
    words = [found, "sh"] if shell == "busybox" else [found]
    (tmp_path / "tmp").mkdir()
    home = tmp_path / "home"
    (home / "sub dir").mkdir(parents=True)

    def run(line: str, script: str = _KEPT) -> tuple[int, str]:
        done = subprocess.run(
            [*words, "-c", script, "sh", line, str(home)],
            cwd=home,
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
        )
        return done.returncode, done.stdout

    assert run("cd 'sub dir'; export X='a\"b\n'\\''c' && exit 4") == (4, "")
    assert run('pwd; printf "%s" "$X"; echo "$#"') == (0, f"{home}/sub dir\na\"b\n'c0\n")
    assert run("cd ..; export X=2", _ONCE) == (0, "")  # in the background nothing is kept
    assert run("set -eu; echo $X; false; echo no") == (1, "a\"b 'c\n")
    assert run("trap 'echo own' EXIT; cd ..") == (0, "own\n")
    assert run("pwd; readonly R=1; export R; exit 0") == (0, f"{home}\n")
    assert run("echo $R; exec echo replaced") == (0, "1\nreplaced\n")
    code, said = run("if then")
    assert code != 0
    assert "rror" in said
    assert re.search(r"\b1:|line [01]:", said)  # busybox counts from 0
    assert run("export X=1; kill -9 $$")[0] == -9
    assert run("echo $X") == (0, "a\"b 'c\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (" ", "The line is empty"),
        ("x" * 100_001, "The line is too long: at most 100,000 bytes. Write a script"),
    ],
)
def test_lines_that_are_none(call: Call, line: str, said: str) -> None:
    for command in ("execute_shell", "execute_shell_popen"):
        assert said in call(command, line).result


def test_denied_programs_are_not_started(workspace: Workspace, sandbox: Sandbox) -> None:
    call = caller(workspace, sandbox, [], control=ShellControl(denied=frozenset({"touch"})))
    for command in ("execute_shell", "execute_shell_popen"):
        assert "list of denied programs" in call(command, "cd /; touch x").result
    assert not workspace.exists("x")


def test_a_program_in_the_background(call: Call, workspace: Workspace) -> None:
    call("execute_shell", "mkdir d; cd d; export X=1")
    # It answers when it finds a file: no time is waited for.
    ran = call(
        "execute_shell_popen",
        "echo begun $X; while ! [ -e go ]; do sleep 0.02; done; echo done; cd /; export X=2",
    )
    assert ran.ok
    id = ran.result.partition("its id is ")[2].partition(".")[0]
    assert call("list_processes").result == (
        f"{id}  is running  echo begun $X; while ! [ -e go ]; do sleep 0.02; done; echo done; cd /; export X=2"
    )
    assert call("read_process", id=id).result == f"{id} is running.\nbegun 1\n"
    assert call("read_process", id=id).result == f"{id} is running.\nIt wrote nothing more."
    workspace.write_text("d/go", "")
    assert call("read_process", id=id.upper(), seconds=30).result == f"{id} has ended well.\ndone\n"
    assert call("execute_shell", "echo $X; pwd").result == f"1\n{workspace.root}/d\n"
    assert call("stop_process", id=id).result == f"{id} has ended well.\nIt wrote nothing more."


def test_a_program_is_stopped_with_all_that_it_started(call: Call, workspace: Workspace) -> None:
    ran = call(
        "execute_shell_popen",
        "trap '' TERM; (trap '' TERM; while :; do sleep 0.01; date +%N > beat; done) & echo up; wait",
    )
    id = ran.result.partition("its id is ")[2].partition(".")[0]
    assert f"{id} was stopped." in call("stop_process", id=id).result
    before = workspace.read_bytes("beat") if workspace.exists("beat") else b""
    assert call("execute_shell", "sleep 0.1").ok
    assert (workspace.read_bytes("beat") if workspace.exists("beat") else b"") == before


def test_a_program_that_ends_at_once_says_so(call: Call) -> None:
    ran = call("execute_shell_popen", "echo hm; exit 7")
    assert ran.result.startswith("p1 has ended already.\np1 has ended (Exit code 7).\nhm\n")
    ran = call("read_process", id="nope")
    assert (
        ran.result
        == "There is no process 'nope'. These were started:\np1  has ended (Exit code 7)  echo hm; exit 7"
    )


def test_nothing_in_the_background(call: Call) -> None:
    assert call("list_processes").result == "No process was started in the background."
    assert call("stop_process", id="p1").result == "There is no process 'p1'. None was started."


def test_much_output_in_the_background_is_bounded(call: Call) -> None:
    ran = call("execute_shell_popen", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end")
    id = re.search(r"\bp\d+\b", ran.result)
    assert id is not None
    said = ran.result + call("read_process", id=id[0], seconds=30).result
    assert "bytes left out here" in said
    assert len(said) < 11_000


def test_what_it_touches(workspace: Workspace, sandbox: Sandbox) -> None:
    registry = Registry([ShellCommands(workspace, sandbox)], workspace=workspace, clock=StoppedClock())
    touches = {spec.name: spec.touches for spec in registry.specs}
    for name in ("execute_shell", "execute_shell_popen", "stop_process"):
        assert Touch.PROCESSES in touches[name]


def test_on_windows_the_line_reaches_the_system_shell_unquoted(
    workspace: Workspace, sandbox: Sandbox
) -> None:
    command = ShellCommands(workspace, sandbox, windows=True)._shell('echo "a" & dir', _KEPT)
    assert command.argv == ("cmd", "/d", "/v:off", "/c", "%AUTOGPT_LINE%")
    assert command.environment == {"AUTOGPT_LINE": 'echo "a" & dir'}


@pytest.mark.skipif(shutil.which("git") is None, reason="git isn't installed")
def test_who_tries_git_where_it_cant_write_is_told_of_the_commands(
    workspace: Workspace, sandbox: Sandbox, seen: list[str]
) -> None:
    call = caller(workspace, sandbox, seen, git=True)
    if sandbox.name == "bubblewrap":
        for line in ("git init", "git init . && git add ."):
            assert "use git_init" in call("execute_shell", line).result
    assert "use git_init" in call("execute_shell", "PATH=/nowhere; git status").result
    assert "git_init" not in call("execute_shell", "echo 'no git here'; false").result
    without = caller(workspace, sandbox, seen)
    assert "git_init" not in without("execute_shell", "PATH=/nowhere; git status").result


def test_who_wants_the_network_is_told_that_there_is_none(
    workspace: Workspace, sandbox: Sandbox, seen: list[str]
) -> None:
    line = "echo 'fatal: Could not resolve host: example.com' >&2; exit 6"
    without, having = (caller(workspace, sandbox, seen, network=network) for network in (False, True))
    assert "Programs have no network here" in without("execute_shell", line).result
    assert "no network" not in without("execute_shell", "exit 6").result
    assert "no network" not in without("execute_shell", f"({line}); true").result
    assert "no network" not in having("execute_shell", line).result
    if sandbox.name == "bubblewrap":
        code = "import urllib.request as u; u.urlopen('http://example.com')"
        assert "Programs have no network" in without("execute_shell", f'python3 -c "{code}"').result
