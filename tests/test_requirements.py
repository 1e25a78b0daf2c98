"""The locked requirements hold what `pyproject.toml` asks for, and nothing of the machine they were made on."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parent.parent
PYTHONS = ("3.10.0", "3.11.0", "3.12.0", "3.13.0")
SYSTEMS = (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))


def wanted(*extras: str) -> list[Requirement]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def entries(name: str) -> list[str]:
    """A locked file's entries: one string for a library, its hashes included."""
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if not line.lstrip().startswith("#")]
    return [line for line in lines if line.strip()]


def locked(name: str) -> list[Requirement]:
    return [Requirement(entry.partition("--hash")[0]) for entry in entries(name)]


@pytest.mark.parametrize(("name", "extras"), [("requirements.txt", ()), ("requirements-dev.txt", ("dev",))])
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: str(system[0]))
def test_every_requirement_is_locked_within_its_range(
    name: str, extras: tuple[str, ...], python: str, system: tuple[str, str]
) -> None:
    machine = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": system[0],
        "os_name": system[1],
    }
    pins: dict[str, str] = {}
    for pin in locked(name):
        if pin.marker is None or pin.marker.evaluate(machine):
            key = canonicalize_name(pin.name)
            assert key not in pins, f"{key} is locked twice for {machine}"
            pins[key] = str(pin.specifier).removeprefix("==")
    for requirement in wanted(*extras):
        if requirement.marker is not None and not requirement.marker.evaluate(machine):
            continue
        version = pins.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not in {name}: run scripts/lock.sh"
        assert requirement.specifier.contains(version), (
            f"{requirement}, but {name} has {version}: run scripts/lock.sh"
        )


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_file_is_known_by_its_hash_alone(name: str) -> None:
    for entry in entries(name):
        assert re.match(r"[a-z0-9._-]+==[^ ]+ ", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry[:80]
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(
        r"https?:|file:|index-url|find-links|(?<![a-z])/", text.replace("scripts/lock.sh", "")
    )


def test_the_tests_run_with_the_versions_that_the_program_runs_with() -> None:
    """On whatever machine: what the tests add may bring a library to more of them, not another version."""
    for_tests = {(pin.name, str(pin.specifier)) for pin in locked("requirements-dev.txt")}
    assert {(pin.name, str(pin.specifier)) for pin in locked("requirements.txt")} <= for_tests


COME_WITH = {"httpx": "openai", "httpx2": "openai", "httpcore2": "openai", "requests": "tweepy"}
"""Parts of a library that is named, and bound to its version."""


def test_what_the_program_imports_is_named_among_its_dependencies() -> None:
    """And the other way round: nothing is named that no module uses."""
    imported: set[str] = set()
    for path in (CHECKOUT / "autogpt").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    imported |= {alias.name.partition(".")[0] for alias in names}
                case ast.ImportFrom(module=str(module), level=0):
                    imported.add(module.partition(".")[0])
    libraries = imported - sys.stdlib_module_names - {"autogpt"}
    distributions = packages_distributions()
    used = {
        canonicalize_name(COME_WITH.get(library) or distributions.get(library, [library])[0])
        for library in libraries
    }
    named = {canonicalize_name(requirement.name) for requirement in wanted("twitter")}
    assert used - named == set()
    if (CHECKOUT / "autogpt" / "build.py").exists():
        assert named - used == set()
