"""Packages that are kept from run to run: the installer writes them, programs only read them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autogpt.commands.execution import ExecutionCommands
from autogpt.sandboxes import choose, packages
from autogpt.sandboxes.port import ProcessLimits
from autogpt.workspace import Workspace
from tests.commands.test_execution import HEADER, has_installer, wheel
from tests.conformance.sandboxes import Bench, text

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux's"),
]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are kept, as if there were a network to fetch them from."""
    monkeypatch.setattr(
        choose._Maker,
        "_packages",
        lambda _, kind: packages.folder({"XDG_CACHE_HOME": str(tmp_path / "cache")}, kind),
    )
    return tmp_path / "cache" / "autogpt" / "packages"


@pytest.mark.parametrize("bench", ["bubblewrap", "docker", "podman"], indirect=True)
def test_only_the_installer_writes_there(bench: Bench, cache: Path) -> None:
    box = bench.open()
    assert box.packages == "/packages"
    bench.says(box, "open('/tmp/mine', 'w').write('left by a program')")
    installer = (
        "import os\n"
        "open('/packages/kept', 'w').write('kept')\n"
        "print(os.path.exists('/tmp/mine'), open('given').read())\n"
        "try: open('made', 'w')\nexcept OSError as error: print('refused')\n"
    )
    (bench.place / "given").write_text("given")
    assert text(bench.python(box, installer, installs=True)) == "False given\nrefused\n"
    assert (cache / ("docker" if bench.contained else bench.kind) / "kept").read_text() == "kept"
    program = (
        "import os\nprint(open('/packages/kept').read())\n"
        "for attempt in (lambda: open('/packages/kept', 'w'), lambda: os.remove('/packages/kept'),\n"
        "                lambda: open('/packages/new', 'w'), lambda: os.link('/packages/kept', '/tmp/kept')):\n"
        "    try: print(attempt())\n    except OSError: print('refused')\n"
    )
    assert bench.says(box, program).split() == ["kept", *["refused"] * 4]
    box.close()
    assert bench.says(bench.open(), "print(open('/packages/kept').read())") == "kept"


@pytest.mark.parametrize("bench", ["host"], indirect=True)
def test_where_programs_could_change_it_nothing_is_kept(bench: Bench, cache: Path) -> None:
    assert bench.open().packages is None
    assert not cache.exists()


@pytest.mark.slow
@pytest.mark.parametrize("bench", ["bubblewrap"], indirect=True)
def test_what_one_run_installed_the_next_one_has(bench: Bench, cache: Path) -> None:
    if not has_installer():
        pytest.skip("neither uv nor pip is there")
    made = wheel(bench.place)
    code = HEADER.format(f"autogpt-test-demo @ {made.as_uri()}")
    for _ in range(2):
        box = bench.open(ProcessLimits(seconds=60))
        family = ExecutionCommands(Workspace(bench.place), box, network=True)
        assert family.execute_python_code(code) == "installed\n"
        box.close()
        made.unlink(missing_ok=True)
    assert len(list(cache.glob("bubblewrap/requirements-*"))) == 1


def test_old_ones_go(tmp_path: Path) -> None:
    made = packages.folder({"HOME": str(tmp_path)}, "docker")
    assert made == tmp_path / ".cache" / "autogpt" / "packages" / "docker"
    for name in ("old", "new"):
        (made / name).mkdir()
    os.utime(made / "old", (1, 1))
    packages.folder({"HOME": str(tmp_path)}, "docker")
    assert [path.name for path in made.iterdir()] == ["new"]
    assert packages.folder({}, "docker") is None
    assert packages.folder({"XDG_CACHE_HOME": "relative"}, "docker") is None
