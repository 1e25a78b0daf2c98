"""What governs the agent: each kind of it can't be changed, and no workspace holds it."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autogpt.core.errors import CommandError, UsageError
from autogpt.governing import Governing, governing
from autogpt.settings import load_settings
from autogpt.workspace import Workspace

ROOT = Path(__file__).parents[1]
CHECKOUT = [
    "autogpt",
    "autogpt/core",
    "run.sh",
    "scripts",
    "docker",
    "Dockerfile",
    "docker-compose.yml",
    "requirements.txt",
    "test.sh",
]
START_FOLDER = [
    ".env",
    "ai_settings.yaml",
    "prompt_settings.yaml",
    "azure.yaml",
    "autogpt",
    "autogpt.py",
    "collections",
    "collections.py",
    "importlib",
    "importlib.py",
    "pkgutil",
    "pkgutil.py",
    "runpy",
    "runpy.py",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The start folder."""
    start = tmp_path / "start"
    start.mkdir()
    monkeypatch.chdir(start)
    return start


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    conf = str(tmp_path / "conf")
    return {"XDG_CONFIG_HOME": conf, "APPDATA": conf, "POLICY_FILE": str(tmp_path / "rules/mine.yaml")}


@pytest.mark.parametrize("restrict", [True, False])
@pytest.mark.parametrize("name", START_FOLDER)
def test_files_of_the_start_folder_can_not_be_made_or_changed(
    folder: Path, environ: Mapping[str, str], name: str, restrict: bool
) -> None:
    governs = governing(load_settings(environ, None, {}).settings)
    workspace = Workspace(folder, restrict, read_only=governs.read_only)
    for spelt in (name, f"./{name}", name.upper(), str(folder / name), f"{name}/inside.py"):
        with pytest.raises(CommandError, match="can be read, not changed"):
            workspace.write_text(spelt, "x")
    assert list(folder.iterdir()) == []
    assert workspace.write_text(f"sub/{name}", "x").created


def test_each_other_kind_can_not_be_changed_wherever_it_lies(
    folder: Path, tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    monkeypatch.syspath_prepend(str(library))
    governs = governing(load_settings(environ, None, {}).settings)
    workspace = Workspace(folder, restrict=False, read_only=governs.read_only)
    for path in (
        library,
        Path(sysconfig.get_path("stdlib")).resolve(),
        Path(sys.executable).resolve(),
        tmp_path / "rules/mine.yaml",
        tmp_path / "conf/autogpt",
        tmp_path / "conf/autogpt/policy.yaml",
    ):
        with pytest.raises(CommandError, match="can be read, not changed"):
            workspace.canonical(str(path), changes=True)
        with pytest.raises(CommandError, match="can be read, not changed"):
            workspace.canonical(str(path / "new"), changes=True)
    assert workspace.canonical(str(tmp_path / "rules/other.yaml"), changes=True)
    # Here the checkout is on the import path as well.
    alone = Workspace(folder, restrict=False, read_only=replace(governs, libraries=()).read_only)
    for name in CHECKOUT:
        with pytest.raises(CommandError, match="can be read, not changed"):
            alone.canonical(str(ROOT / name), changes=True)


NOTHING = Governing((), (), Path("/nowhere/python"), None, None, ())


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("code", "this program's own code"),
        ("libraries", "which this program imports from"),
        ("interpreter", "the Python that runs this program"),
        ("rules", "your rules for the agent"),
        ("records", "where your own rules for the agent are kept"),
    ],
)
def test_no_workspace_holds_any_of_it(folder: Path, kind: str, what: str) -> None:
    inner = folder / "holds" / "it"
    inner.mkdir(parents=True)
    held = (inner,) if kind in ("code", "libraries") else inner
    governs = replace(NOTHING, **{kind: held})  # type: ignore[arg-type]
    for workspace in (folder, folder / "holds", inner, Path("holds"), Path("holds/../holds")):
        with pytest.raises(UsageError, match=what):
            governs.check(workspace)
    governs.check(folder / "beside")
    lies_in = kind in ("code", "records")
    for workspace in (inner / "deeper", inner / "deeper/still"):
        if lies_in:
            with pytest.raises(UsageError, match=what):
                governs.check(workspace)
        else:
            governs.check(workspace)


@pytest.mark.parametrize("name", ["stdlib", "purelib"])
def test_none_lies_among_pythons_libraries(name: str) -> None:
    for below in ("", "json"):
        with pytest.raises(UsageError, match="where Python's libraries are"):
            NOTHING.check(Path(sysconfig.get_path(name), below))


def test_what_a_virtual_environment_in_the_workspace_holds_is_no_reason(folder: Path) -> None:
    (folder / "env/bin").mkdir(parents=True)
    governs = replace(NOTHING, interpreter=folder / "env/bin/python", libraries=(folder / "env/lib",))
    with pytest.raises(UsageError):
        governs.check(folder)
    (folder / "env/pyvenv.cfg").touch()
    governs.check(folder)
    with pytest.raises(UsageError):
        replace(governs, libraries=(folder / "lib",)).check(folder)
