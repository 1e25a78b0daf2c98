"""What real tools say about code: Python's own parser here, ruff and pytest in the sandbox.

Tools see copies in a temporary folder of the sandbox, with settings of our own, so that neither
the workspace's settings nor its files of the same names count. pytest imports the code that
it collects tests for, which is why it runs only there. A tool that isn't in the sandbox is passed over.
"""

from __future__ import annotations

import base64
import json
import shlex
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from autogpt.core.errors import CommandError
from autogpt.sandboxes.port import Command, Exited, Sandbox
from autogpt.sandboxes.wording import explain, text_of

_MISSING = 69
"""What the program below exits with when the tool isn't there (EX_UNAVAILABLE of sysexits.h)."""

_PROGRAM = f"""\
import base64, importlib.util, json, os, pathlib, subprocess, sys, tempfile, zlib
order = json.loads(zlib.decompress(base64.b64decode(sys.argv[1])))
if importlib.util.find_spec(order["tool"]) is None:
    sys.exit({_MISSING})
with tempfile.TemporaryDirectory() as folder:
    for name, text in order["files"].items():
        pathlib.Path(folder, name).write_bytes(text.encode("utf-8", "replace"))
    words = [word.replace("{{}}", folder) for word in order["words"]]
    done = subprocess.run(
        [sys.executable, "-I", "-m", order["tool"], *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    said = done.stdout.decode("utf-8", "replace")
    for name in (os.path.relpath(folder), folder):
        said = said.replace(name + os.sep, "")
    sys.stdout.buffer.write(said.encode("utf-8", "replace"))
sys.exit(done.returncode)
"""

_LONGEST_ORDER = 100_000
"""Bytes of one argument; Linux takes 131 072 (MAX_ARG_STRLEN in execve(2))."""

_SECONDS = 30.0
_RULES = "E4,E7,E9,F,B,PLE,PLW"
_SHOWN = 6_000
"""Characters of a tool's findings that are passed on."""

_NO_TESTS = 5
"""pytest's exit code when it found no tests (`pytest.ExitCode`)."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a tool found: `clean` says nothing to complain of."""

    clean: bool
    text: str


class Tools:
    """Tools in a sandbox, or none."""

    def __init__(self, sandbox: Sandbox | None) -> None:
        self._sandbox = sandbox

    def ruff(self, code: str) -> Findings | None:
        """What ruff finds in Python code; None if it can't be asked."""
        return self._run(
            "ruff",
            {"code.py": code},
            ("check", "--isolated", "--no-cache", "--quiet", f"--select={_RULES}", "--output-format=concise"),
            "{}/code.py",
        )

    def collect(self, tests: str, more: Mapping[str, str]) -> Findings | None:
        """Whether pytest finds tests in the text, without running them; None if it can't be asked.

        Modules of the workspace can be imported, and `more` files beside the tests.
        """
        if self._sandbox is None:
            return None
        places = f"pythonpath={shlex.quote(self._sandbox.workspace)} {{}}"
        words = (
            "--collect-only",
            "--quiet",
            "--no-header",
            "--tb=short",
            "-p",
            "no:cacheprovider",
            "--color=no",
        )
        return self._run(
            "pytest",
            {**more, "test_written.py": tests, "pytest.ini": "[pytest]\n"},
            (*words, "--rootdir={}", "--confcutdir={}", "-o", places),
            "{}/test_written.py",
            no_tests=_NO_TESTS,
        )

    def _run(
        self, tool: str, files: Mapping[str, str], words: tuple[str, ...], target: str, no_tests: int = -1
    ) -> Findings | None:
        order = json.dumps({"tool": tool, "files": files, "words": [*words, target]})
        packed = base64.b64encode(zlib.compress(order.encode("utf-8", "replace"))).decode()
        if self._sandbox is None or len(packed) > _LONGEST_ORDER:
            return None
        seconds = min(_SECONDS, self._sandbox.limits.seconds)
        try:
            outcome = self._sandbox.run(
                Command(
                    (self._sandbox.python, "-I", "-c", _PROGRAM, packed),
                    environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                    seconds=seconds,
                )
            )
        except CommandError:
            return None
        if outcome.end == Exited(_MISSING):
            return None
        text = text_of(outcome.output, _SHOWN).strip()
        if not isinstance(outcome.end, Exited):
            return Findings(False, f"{explain(outcome, self._sandbox.limits, seconds)}\n{text}".strip())
        if outcome.end.code == no_tests:
            return Findings(False, "It found no test: no function whose name begins with test_.")
        return Findings(outcome.end.code == 0, text)
