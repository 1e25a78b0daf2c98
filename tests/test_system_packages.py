"""`test.sh` installs the programs that tests and scripts call: found in their sources, compared with its list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent

ALWAYS_THERE = frozenset(
    {
        "apt-get", "bash", "cat", "chmod", "cp", "dash", "env", "find", "grep", "head", "id", "ln", "ls", "mkdir",
        "mount", "mv", "rm", "rmdir", "setpriv", "sh", "sleep", "stat", "touch", "true", "unshare",
    }
)  # fmt: skip
"""What every Debian has: its essential packages, and apt."""

PACKAGES = {
    "busybox": "busybox",
    "bwrap": "bubblewrap",
    "catatonit": "catatonit",
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    "conmon": "podman",
    "crun": "podman",
    "docker": "docker.io",
    "docker-compose": "docker-compose",
    "dockerd": "docker.io",
    "espeak-ng": "espeak-ng",
    "firefox-esr": "firefox-esr",
    "git": "git",
    "ip": "iproute2",
    "newuidmap": "uidmap",
    "podman": "podman",
    "python3": "python3-venv",
    "runc": "docker.io",
}
"""The package of Debian's that a program comes with, itself or by what it depends on."""

ELSEWHERE = {
    "cmd": "Windows' own, in a test for Windows",
    "geckodriver": "Debian has no package of it; what needs it skips",
    "uv": "the tests' own environment has it",
}

_CALLS = frozenset({"run", "Popen", "check_output", "check_call", "call"})


def calls(source: str) -> Iterator[str]:
    """The programs that a Python module looks for or starts by name."""
    tree = ast.parse(source)
    bound = dict(_bound(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == "--init":
            yield "catatonit"  # by which Podman keeps that promise
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        of_subprocess = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "subprocess"
        first = node.args[0]
        if name == "which":
            yield from _names(first, bound)
        elif name in _CALLS and of_subprocess and isinstance(first, ast.List | ast.Tuple) and first.elts:
            yield from _names(first.elts[0], bound)


def _names(node: ast.expr, bound: dict[str, list[str]]) -> Iterable[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    while isinstance(node, ast.Subscript):
        node = node.value
    return bound.get(node.id, []) if isinstance(node, ast.Name) else []


def _bound(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Names that stand for several texts in turn: of loops, and of parametrised tests."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            yield node.target.id, _texts(node.iter)
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("parametrize")
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value), _texts(node.args[1])


def _texts(node: ast.expr) -> list[str]:
    """The texts of a list; of lists in it, the first."""
    elements = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else []
    firsts = [one.elts[0] if isinstance(one, ast.Tuple | ast.List) and one.elts else one for one in elements]
    return [one.value for one in firsts if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def asked_for(script: str) -> Iterator[str]:
    """The programs that a shell script looks for."""
    loops = dict(re.findall(r"for (\w+) in ([\w -]+); do", script))
    for word in re.findall(r'command -v "?(\$?[\w-]+)', script):
        yield from loops.get(word[1:], "").split() if word.startswith("$") else [word]


def installed() -> set[str]:
    found = re.search(r'^system_packages="([^"]*)"', (CHECKOUT / "test.sh").read_text("utf-8"), re.MULTILINE)
    assert found
    return set(found[1].split())


def wanted() -> dict[str, str]:
    """Each program that is called, and a file that calls it."""
    programs: dict[str, str] = {}
    for folder in ("tests", "scripts", "benchmarks"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            programs |= dict.fromkeys(calls(path.read_text("utf-8")), str(path))
        for path in sorted((CHECKOUT / folder).rglob("*.sh")):
            programs |= dict.fromkeys(asked_for(path.read_text("utf-8")), str(path))
    if re.search(r"^\s+init: true", (CHECKOUT / "docker-compose.yml").read_text("utf-8"), re.MULTILINE):
        programs["catatonit"] = "docker-compose.yml"
    return programs


def test_every_program_that_tests_call_is_installed_for_them() -> None:
    there = installed()
    for program, where in wanted().items():
        if program in ALWAYS_THERE or program in ELSEWHERE:
            continue
        assert program in PACKAGES, f"{where} calls {program}: put it in the tables here, and in test.sh"
        assert PACKAGES[program] in there, f"{where} calls {program}, but test.sh doesn't install it"


def test_calls_are_found_however_they_are_written() -> None:
    source = """
import shutil, subprocess
from shutil import which
subprocess.run(["one", "--x"])
subprocess.Popen(("two", name))
shutil.which("three", path="/bin") or which("four")
missing = [name for name in ("five", "six") if not shutil.which(name)]
for command in (("seven",), ("eight", "x")):
    shutil.which(command[0])
@pytest.mark.parametrize("shell", ["nine", "ten"])
def test(shell): shutil.which(shell)
words = ["podman", "run", "--init"]
"""
    numbers = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
    assert set(calls(source)) == numbers | {"catatonit"}
    script = (
        'for program in one two; do\n command -v "$program"\ndone\ncommand -v three || x=$(command -v four)\n'
    )
    assert set(asked_for(script)) == {"one", "two", "three", "four"}
    assert {"podman", "catatonit", "git", "ip"} <= set(wanted())
