"""The house rules: which room may know which, and what each library's one home is.

Rooms and their order stand in `pyproject.toml` (import-linter). The rules here read
the sources without importing them, so a module that does not exist yet breaks
nothing, and every complaint names file, line and rule.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "autogpt"

HOMES = {
    "openai": {"models"},
    "httpx": {"models"},
    "httpx2": {"models"},
    "httpcore2": {"models"},
    "rich": {"terminal"},
    "prompt_toolkit": {"terminal"},
    "charset_normalizer": {"documents", "workspace"},
    "lxml": {"documents", "web"},
    "ddgs": {"web"},
    "docker": {"sandboxes"},
    "idna": {"http"},
    "brotli": {"http"},
    "numpy": {"memories"},
    "truststore": {"http", "mail"},
    "tweepy": {"commands"},
    "requests": {"commands"},
    "selenium": {"web"},
    "pypdf": {"documents"},
    "docx": {"documents"},
    "openpyxl": {"documents"},
    "pydantic": {"commands"},
    "regex": {"commands"},
    "click": {"cli"},
    "dotenv": {"settings"},
    "yaml": {"settings", "profile", "policy_file", "models"},
}
"""The rooms that may import a library; one that is missing here may not be imported at all."""

DOORS = {
    "subprocess": {"sandboxes"},
    "multiprocessing": {"sandboxes"},
    "pty": {"sandboxes"},
    "socket": {"http", "models", "sandboxes", "mail"},
    "ssl": {"http", "models", "mail"},
    "http.client": {"http", "models"},
    "urllib.request": {"http", "models"},
    "ftplib": set[str](),
    "smtplib": {"mail"},
    "pickle": set[str](),
    "marshal": set[str](),
    "shelve": set[str](),
    "sqlite3": {"memories"},
}
"""Ways out of the process, and who may use them. Nobody unpickles anything."""

IMPURE = {
    "asyncio", "glob", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform", "random",
    "secrets", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time",
    "uuid", "urllib.request", "http",
}  # fmt: skip
"""Parts of the standard library that the core has no business with."""

FILE_CALLS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "makedirs"}
ROOMS_WITHOUT_FILES = {"core", "commands", "documents", "http", "web"}
"""These get at files through the workspace only."""

VAGUE_NAMES = {"utils", "util", "manager", "managers", "helper", "helpers", "base", "common", "misc"}


@dataclass(frozen=True)
class Source:
    """One module of the package, parsed."""

    path: Path
    room: str
    tree: ast.Module

    def at(self, node: ast.AST, complaint: str) -> str:
        line = getattr(node, "lineno", 1)
        return f"{self.path.relative_to(CHECKOUT)}:{line}: {complaint}"


@cache
def sources() -> tuple[Source, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found.append(Source(path, first, ast.parse(path.read_text(encoding="utf-8"), str(path))))
    return tuple(found)


def imports(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Every absolute import in a module, wherever it stands, as a dotted name."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node, alias.name
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    yield node, f"{module}.{alias.name}"


def calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every call, by its dotted name as written (`os.environ.get`, `.read_text` on anything)."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def is_within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def report(complaints: list[str]) -> None:
    if complaints:
        pytest.fail("\n".join(["", *complaints]), pytrace=False)


def test_a_module_imports_only_from_rooms_it_may_know() -> None:
    """Run in a process of its own: import-linter keeps its configuration in globals."""
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(cache_dir=None))"
    command = [sys.executable, "-c", code]
    outcome = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    if outcome.returncode != 0:
        pytest.fail(f"\n{outcome.stdout}{outcome.stderr}", pytrace=False)


def test_the_core_is_pure() -> None:
    complaints = []
    for source in sources():
        if source.room != "core":
            continue
        for node, name in imports(source):
            top = name.partition(".")[0]
            if any(is_within(name, module) for module in IMPURE) or (
                top != "autogpt" and top not in sys.stdlib_module_names
            ):
                complaints.append(
                    source.at(node, f"the core imports {name}; it knows no world and no library")
                )
        for call, name in calls(source):
            if name.rpartition(".")[2] in {"now", "today", "utcnow"}:
                complaints.append(
                    source.at(call, f"the core looks at the clock ({name}); take the time as a value")
                )
    report(complaints)


def test_every_library_has_its_home() -> None:
    complaints = []
    for source in sources():
        for node, name in imports(source):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top == "autogpt":
                continue
            homes = HOMES.get(top, set())
            if source.room not in homes:
                where = " or ".join(sorted(homes)) or "no room (add it to HOMES and to docs/design.md)"
                complaints.append(source.at(node, f"imports {top}, whose home is {where}"))
    report(complaints)


def test_processes_and_sockets_are_started_in_their_doors_only() -> None:
    complaints = []
    for source in sources():
        for node, name in imports(source):
            for module, rooms in DOORS.items():
                if is_within(name, module) and source.room not in rooms:
                    where = " or ".join(sorted(rooms)) or "no room"
                    complaints.append(source.at(node, f"imports {name}, which is for {where}"))
        for call, name in calls(source):
            starts = name.startswith(
                ("os.system", "os.popen", "os.exec", "os.spawn", "os.posix_spawn", "os.fork")
            )
            if starts and source.room != "sandboxes":
                complaints.append(source.at(call, f"calls {name}; processes are started by the sandboxes"))
    report(complaints)


def test_files_are_opened_through_the_workspace() -> None:
    complaints = []
    for source in sources():
        if source.room not in ROOMS_WITHOUT_FILES:
            continue
        for call, name in calls(source):
            receiver, _, method = name.rpartition(".")
            if method == "open" and receiver not in {"", "io", "os"} and "path" not in receiver.lower():
                continue  # some other thing that can be opened
            if method in FILE_CALLS and "workspace" not in receiver.lower():
                complaints.append(
                    source.at(call, f"calls {name}(); {source.room} reaches files by the workspace")
                )
    report(complaints)


def test_only_the_terminal_prints_and_asks() -> None:
    report(
        [
            source.at(call, f"calls {name}(); only the terminal shows and asks")
            for source in sources()
            for call, name in calls(source)
            if name in {"print", "input", "breakpoint", "pprint.pprint", "click.prompt", "click.confirm"}
            and source.room != "terminal"
        ]
    )


def test_the_environment_is_taken_in_one_place() -> None:
    """`autogpt.stage` hands it to the settings as a value; nobody else looks at it."""
    complaints = []
    for source in sources():
        if source.room == "stage":
            continue
        for node in ast.walk(source.tree):
            name = dotted(node)
            if name in {"os.environ", "os.getenv", "os.environb", "os.putenv"}:
                complaints.append(source.at(node, f"reads {name}; take the value from the settings"))
        for node, name in imports(source):
            if name in {"os.environ", "os.getenv"}:
                complaints.append(source.at(node, f"imports {name}; take the value from the settings"))
    report(complaints)


def test_nothing_evaluates_text_as_code() -> None:
    report(
        [
            source.at(call, f"calls {name}()")
            for source in sources()
            for call, name in calls(source)
            if name
            in {"eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
        ]
    )


def test_processes_are_never_started_through_a_shell() -> None:
    starters = {"run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"}
    report(
        [
            source.at(call, "passes shell=True; give the words of the command as a list")
            for source in sources()
            for call, name in calls(source)
            if name.rpartition(".")[2] in starters
            for argument in call.keywords
            if argument.arg == "shell"
            and not (isinstance(argument.value, ast.Constant) and argument.value.value is False)
        ]
    )


def test_every_module_says_what_it_does() -> None:
    report(
        [
            source.at(source.tree, "has no docstring")
            for source in sources()
            if not ast.get_docstring(source.tree, clean=False)
        ]
    )


def test_names_of_modules_mean_something() -> None:
    report(
        [
            source.at(source.tree, f"is called {part}: say what is in it")
            for source in sources()
            for part in source.path.relative_to(PACKAGE).with_suffix("").parts
            if part.strip("_") in VAGUE_NAMES
        ]
    )


def test_nothing_is_caught_without_a_name() -> None:
    """A bare `except:` also swallows Ctrl-C and the end of the process."""
    report(
        [
            source.at(node, "a bare `except:`")
            for source in sources()
            for node in ast.walk(source.tree)
            if isinstance(node, ast.ExceptHandler) and node.type is None
        ]
    )
