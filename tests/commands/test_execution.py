"""Python in the sandbox: what runs, what doesn't, and what the model is told."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autogpt.commands.execution import ExecutionCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action, Preview, Touch
from autogpt.core.events import Ran
from autogpt.sandboxes.port import MEBIBYTE, ProcessLimits, Sandbox
from autogpt.terminal.approval import approval
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
    family = ExecutionCommands(workspace, sandbox, on_output=seen.append, **more)
    registry = Registry(
        [family, FileCommands(workspace)], workspace=workspace, clock=StoppedClock(), on_bug=bugs.append
    )

    def run(command: str, **args: Any) -> Ran:
        ran = registry.run(Action(command, args))
        assert not bugs
        return ran

    return run


@pytest.fixture
def call(workspace: Workspace, sandbox: Sandbox, seen: list[str]) -> Call:
    return caller(workspace, sandbox, seen)


def test_a_file_runs_with_its_arguments(call: Call, workspace: Workspace, seen: list[str]) -> None:
    workspace.write_text(
        "pkg/show.py", "import os, sys\nprint(sys.argv[1:], os.getcwd())\nopen('made.txt', 'w')\n"
    )
    for args in ("a 'b c' --d=é", ["a", "b c", "--d=é"], '["a", "b c", "--d=é"]'):
        ran = call("execute_python_file", filename="./pkg/show.py", args=args)
        assert (ran.ok, ran.result.strip()) == (True, f"['a', 'b c', '--d=é'] {workspace.root}")
    assert "".join(seen).count("['a', 'b c', '--d=é']") == 3
    assert workspace.exists("made.txt")


def test_what_would_run_is_shown_whole_and_a_yes_is_for_that(workspace: Workspace, sandbox: Sandbox) -> None:
    registry = Registry([ExecutionCommands(workspace, sandbox)], workspace=workspace, clock=StoppedClock())
    source = "".join(f"print({number})\n" for number in range(300))
    workspace.write_text("p.py", source)
    action = registry.canonical(Action("execute_python_file", {"filename": "p.py"}))
    preview = registry.preview(action)
    assert preview == Preview("p.py", "runs 300 lines", runs=source)
    shown = "\n".join(row.text for row in approval(action, preview).must)
    assert all(f"print({number})" in shown for number in range(300))
    workspace.write_text("p.py", "print('evil')\n")
    refused = registry.run(action)
    assert not refused.ok
    assert (
        "was changed by the user or a program while the user was asked, so nothing was run" in refused.result
    )
    assert registry.run(action).result.strip() == "evil"


def test_code_imports_what_lies_in_the_workspace(call: Call, workspace: Workspace) -> None:
    workspace.write_text("teas/__init__.py", "KINDS = ['green']\n")
    workspace.write_text("water.py", "HEAT = 80\n")
    ran = call("execute_python_code", code="import teas, water\nprint(teas.KINDS, water.HEAT)")
    assert (ran.ok, ran.result.strip()) == (True, "['green'] 80")


def test_a_change_by_the_program_is_seen(call: Call) -> None:
    assert call("execute_python_code", code="open('a', 'w').write('1')", basename="x").changed
    assert not call("execute_python_code", code="open('a', 'w').write('1')", basename="x").changed


@pytest.mark.parametrize(
    ("basename", "kept"),
    [
        ("a.py", "a.py"),
        ("hello", "hello.py"),
        ("../../main.py", "main.py"),
        ("/etc/passwd", "passwd.py"),
        ("..\\..\\x.py", "x.py"),
        ("..", "code.py"),
        (".git", "git.py"),
        (".git/hooks/x", "x.py"),
        ("", "code.py"),
        ("a b\n'\".PY", "a_b.py"),
        ("文字.py", "文字.py"),
        ("x" * 300, "x" * 60 + ".py"),
        ("a\0b", "a_b.py"),
    ],
)
def test_code_is_kept_under_a_name_that_stays(
    call: Call, workspace: Workspace, basename: str, kept: str
) -> None:
    ran = call("execute_python_code", code="print(6 * 7)", basename=basename)
    assert ran.ok, ran.result
    assert [entry.name for entry in workspace.walk()] == [
        "auto_gpt_scratch",
        "auto_gpt_scratch/.gitignore",
        "auto_gpt_scratch/executed_code",
        f"auto_gpt_scratch/executed_code/{kept}",
    ]
    assert ran.result.endswith("42\n")


def test_code_in_a_folder_that_leads_out_is_refused(call: Call, workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / "auto_gpt_scratch").symlink_to(tmp_path)
    ran = call("execute_python_code", code="print(1)", basename="x.py")
    assert "leads out of the workspace, through the link 'auto_gpt_scratch': nothing there" in ran.result
    assert not (tmp_path / "x.py").exists()


def test_code_in_a_fence(call: Call) -> None:
    assert call("run_python", code="```python\nprint('hi')\n```").result == "hi\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"print(1)", "a.txt is no .py file"),
        ("empty.py", b" \n", "empty.py is empty: there is nothing to run in it."),
        ("binary.py", b"\x7fELF\0\0\0", "holds binary data (7 bytes), not Python source."),
        ("folder.py/x", b"x", "folder.py is a folder. Name the .py file in it"),
        (
            "wrong.py",
            b"print(1)\nif x\n  y\n",
            "wrong.py is not valid Python: line 2: expected ':'\n    if x\n        ^",
        ),
    ],
)
def test_what_can_not_be_run(call: Call, workspace: Workspace, name: str, content: bytes, said: str) -> None:
    workspace.write_bytes(name, content)
    ran = call("execute_python_file", filename=name.split("/")[0])
    assert not ran.ok
    assert said in ran.result


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"filename": "missing.py"}, "There is no 'missing.py' in the workspace"),
        ({"filename": "../out.py"}, "outside the workspace"),
        (
            {"filename": "a.py", "args": "'open"},
            "The args can't be read as a command line: No closing quotation",
        ),
        ({"filename": "a.py", "args": "x" * 200_000}, "The args are too long"),
    ],
)
def test_arguments_that_are_wrong(call: Call, workspace: Workspace, args: dict[str, Any], said: str) -> None:
    workspace.write_text("a.py", "print(1)")
    ran = call("execute_python_file", **args)
    assert not ran.ok
    assert said in ran.result


def test_nothing_to_run(call: Call) -> None:
    assert call("execute_python_code", code=" \n").result == "There is no code. Give the Python code to run."


def test_a_failure_is_told_with_what_was_written(call: Call) -> None:
    ran = call("execute_python_code", code="print('before', flush=True)\n1 / 0\n", basename="x.py")
    assert not ran.ok
    assert ran.result.startswith("Exit code 1.\nbefore\nTraceback")
    assert ran.result.rstrip().endswith("ZeroDivisionError: division by zero")
    ran = call("execute_python_code", code="raise SystemExit(3)", basename="x.py")
    assert ran.result == "Exit code 3.\nIt wrote nothing."
    assert (
        call("execute_python_code", code="pass", basename="x.py").result == "It ended well and wrote nothing."
    )


def test_a_symlink_inside_runs_what_it_leads_to(call: Call, workspace: Workspace) -> None:
    workspace.write_text("real/a.py", "print(__file__)")
    (workspace.root / "link.py").symlink_to("real/a.py")
    assert call("execute_python_file", filename="link.py").result.strip().endswith("real/a.py")


def test_odd_names_run(call: Call, workspace: Workspace) -> None:
    for name in ("a b.py", "quo'te\".py", "new\nline.py", "文字.py", "-c.py", "$(x).py"):
        workspace.write_text(name, "print('ran')")
        assert call("execute_python_file", filename=name).result == "ran\n", name


def test_the_environment_holds_no_key(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, seen: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("GITHUB_API_KEY", "ghp_canary")
    with opened(workspace) as sandbox:
        ran = caller(workspace, sandbox, seen)(
            "execute_python_code", code="import os; print(dict(os.environ))"
        )
    assert ran.ok
    assert "canary" not in ran.result


def test_each_limit_has_its_sentence(workspace: Workspace, seen: list[str]) -> None:
    limits = ProcessLimits(seconds=1, memory=200 * MEBIBYTE, file_size=MEBIBYTE, output=MEBIBYTE)
    with opened(workspace, limits) as sandbox:
        call = caller(workspace, sandbox, seen)
        for code, said in (
            (
                "while True: pass",
                "It was ended: it ran longer than the 1 second that a command has. Look for an endless loop",
            ),
            ("x = b'x' * 10**9", "limit on memory: a command has 200 MB"),
            (
                "while True: print('x' * 10000)",
                "It was ended: it wrote more than the 1 MB of output that a command may.",
            ),
        ):
            ran = call("execute_python_code", code=code)
            assert not ran.ok
            assert said in ran.result or "used more than the 200 MB of memory" in ran.result
        ran = call("execute_python_code", code="open('big', 'wb').write(b'x' * 3 * 2**20)")
        assert "1 MB" in ran.result


def test_a_long_output_is_shown_by_its_ends_and_kept_whole(workspace: Workspace, seen: list[str]) -> None:
    with opened(workspace) as sandbox:
        call = caller(workspace, sandbox, seen, shown=2_000)
        code = "for n in range(200_000): print('line', n)\n"
        ran = call("execute_python_code", code=code)
        assert ran.result.startswith("line 0\nline 1\n")
        assert ran.result.rstrip().endswith("line 199999")
        assert len(ran.result) < 2_200
        name = ran.result.partition("the whole is in ")[2].partition(" ")[0]
        assert name.startswith("auto_gpt_scratch/results/execute_python_code-")
        whole = workspace.read_bytes(name).decode()
        assert whole == "".join(f"line {n}\n" for n in range(200_000))
        assert "".join(seen) == whole
        # The same again is no change.
        again = call("execute_python_code", code=code)
        assert (again.result, again.changed) == (ran.result, False)
        assert "line 150000" in call("read_file", filename=name, start_line=150_001, end_line=150_001).result


def test_what_is_no_text_harms_nothing(call: Call) -> None:
    ran = call("execute_python_code", code="import os; os.write(1, bytes(range(256)))")
    assert ran.ok
    assert "\0" not in ran.result
    assert "ABC" in ran.result


def test_a_secret_in_the_output_is_the_registrys_business_and_ansi_passes(call: Call) -> None:
    assert call("execute_python_code", code="print('\\x1b[31mred')").result == "\x1b[31mred\n"


def test_reading_input_finds_none(call: Call) -> None:
    assert "EOFError" in call("execute_python_code", code="input()").result


# -- requirements --------------------------------------------------------------------------------

HEADER = (
    '# /// script\n# dependencies = ["{}"]\n# ///\nimport autogpt_test_demo\nprint(autogpt_test_demo.SAYS)\n'
)


def wheel(folder: Path) -> Path:
    """A package, made by hand."""
    path = folder / "autogpt_test_demo-1.0-py3-none-any.whl"
    info = "autogpt_test_demo-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("autogpt_test_demo.py", "SAYS = 'installed'\n")
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: autogpt-test-demo\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")
    return path


def test_requirements_are_named_when_there_is_no_network(call: Call, workspace: Workspace) -> None:
    ran = call("execute_python_code", code=HEADER.format("autogpt-test-demo"))
    assert not ran.ok
    assert (
        "requirements in its header are not installed, since programs have no network (SANDBOX_NETWORK"
        in ran.result
    )
    ran = call("execute_python_code", code='# /// script\n# dependencies = ["x"]\n# ///\nprint(1)\n')
    assert ran.result == "1\n"


@pytest.mark.slow
def test_requirements_are_installed_once(workspace: Workspace, seen: list[str], tmp_path: Path) -> None:
    made = wheel(workspace.root)
    with opened(workspace) as sandbox:
        # The wheel is a file, so that no network is needed to try it out.
        call = caller(workspace, sandbox, seen, network=True)
        if not has_installer():
            pytest.skip("neither uv nor pip is there")
        code = HEADER.format(f"autogpt-test-demo @ {made.as_uri()}")
        assert call("execute_python_code", code=code).result == "installed\n"
        made.unlink()
        assert call("execute_python_code", code=code).result == "installed\n"
        ran = call("execute_python_code", code=HEADER.format("autogpt-test-missing @ file:///nowhere.whl"))
        assert not ran.ok
        assert ran.result.startswith(
            "Nothing was run, for its requirements (autogpt-test-missing @ file:///nowhere.whl) could"
        )


def has_installer() -> bool:
    from importlib.util import find_spec
    from shutil import which

    return bool(
        find_spec("pip") or which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.defpath]))
    )


def test_what_it_touches(workspace: Workspace, sandbox: Sandbox) -> None:
    registry = Registry([ExecutionCommands(workspace, sandbox)], workspace=workspace, clock=StoppedClock())
    assert all(Touch.PROCESSES in spec.touches and not spec.reads_only for spec in registry.specs)
