"""Nothing that lies in the folder where the program starts becomes its code, and no agent can write that code."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from docx import Document

from autogpt.core.errors import UsageError
from autogpt.governing import governing
from autogpt.options import Options
from autogpt.settings import load_settings
from tests.http.servers import reply, serving
from tests.loopback.openai_server import Answer, Hang, OpenAIServer, Request
from tests.stories.world import ROOT, SAVED, Ended, Model, Place, provider, step, write

pytestmark = pytest.mark.real

TRAP = "open({log!r}, 'a').write({name!r} + '\\n')\nraise SystemExit('a trap sprang: ' + {name!r})\n"


def trap(folder: Path, log: Path, names: Iterator[str] | list[str]) -> None:
    """Files that stand in for modules, and write down that they were run."""
    for name in names:
        (folder / f"{name}.py").write_text(TRAP.format(log=str(log), name=name))


def every_module() -> list[str]:
    """The names of all modules that could ever be imported here, but for the program's own package."""
    names = {*sys.stdlib_module_names, *packages_distributions(), "sitecustomize", "usercustomize", "tests"}
    return sorted(name for name in names if name.isidentifier() and name != "autogpt")


def taken_by_python_itself(tmp_path: Path) -> set[str]:
    """What `python -m` imports with the current folder in front, before any module's own first line."""
    package = tmp_path / "first" / "first"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print(*{name.split('.')[0] for name in sys.modules})\n")
    env = os.environ | {"PYTHONPATH": str(package.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "first"], env=env, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "sprung"


def sprung(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def ended(done: subprocess.CompletedProcess[bytes]) -> Ended:
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_started_as_a_module_in_a_folder_that_shadows_everything(
    place: Place, tmp_path: Path, log: Path
) -> None:
    trap(place.folder, log, sorted({*every_module()} - taken_by_python_itself(tmp_path)))
    run = place.run("--demo", "--continuous")
    assert (run.code, sprung(log)) == (0, []), run.said


def test_started_as_the_script_in_a_folder_that_shadows_everything(
    place: Place, tmp_path: Path, log: Path
) -> None:
    trap(place.folder, log, every_module())
    # As pip writes it.
    script = tmp_path / "bin" / "autogpt"
    script.parent.mkdir()
    script.write_text(
        "import re\nimport sys\nfrom autogpt.__main__ import main\n"
        "if __name__ == '__main__':\n    sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), "--demo", "--continuous"],
        cwd=place.folder,
        env=place.env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert (done.returncode, sprung(log)) == (0, []), ended(done).said


@pytest.mark.skipif(sys.platform == "win32", reason="run.sh is for shells")
def test_started_by_run_sh_in_a_folder_that_shadows_everything(
    place: Place, tmp_path: Path, log: Path
) -> None:
    checkout = a_checkout(tmp_path / "checkout")
    trap(place.folder, log, every_module())
    trap(checkout, log, every_module())
    done = subprocess.run(
        [str(checkout / "run.sh"), "--demo", "--continuous"],
        cwd=place.folder,
        env=place.env(PYTHONPATH=""),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert (done.returncode, sprung(log)) == (0, []), ended(done).said


@pytest.mark.skipif(sys.platform == "win32", reason="run.sh is for shells")
def test_paths_given_to_run_sh_start_where_it_was_called(place: Place, tmp_path: Path) -> None:
    checkout = a_checkout(tmp_path / "checkout")
    with OpenAIServer(Model(write("green.md"))) as server:
        (place.folder / "mine.yaml").write_text(SAVED)
        done = subprocess.run(
            [str(checkout / "run.sh"), "--continuous", "-w", ".", "-C", "mine.yaml"],
            cwd=place.folder,
            env=place.env(PYTHONPATH="", **provider(server)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    assert done.returncode == 0, ended(done).said
    assert (place.folder / "green.md").read_text() == "Leaves.\n"
    assert not (checkout / "auto_gpt_workspace").exists()
    assert len(list(checkout.glob(".autogpt/runs/*"))) == 1, "everything else stays with the program"


def test_every_path_among_the_options_starts_there() -> None:
    paths = {field.name: Path("x") for field in fields(Options) if "Path" in str(field.type)}
    placed = Options(**paths).at(Path("/called"))  # type: ignore[arg-type]
    assert {name: getattr(placed, name) for name in paths} == dict.fromkeys(paths, Path("/called/x"))
    assert Options(policy=Path("~/p.yaml")).at(Path("/called")).policy == Path("~/p.yaml")


def test_an_empty_place_in_the_import_path_is_not_the_current_folder(place: Place, log: Path) -> None:
    trap(place.folder, log, ["click", "rich", "yaml", "docx", "openai"])
    run = place.run("--demo", "--continuous", PYTHONPATH=f"{os.pathsep}{ROOT}")
    assert (run.code, sprung(log)) == (0, []), run.said


def test_what_the_model_writes_is_not_imported(place: Place, log: Path) -> None:
    document = Document()
    document.add_paragraph("Tea is a drink.")
    document.save(str(place.folder / "tea.docx"))
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    traps = [TRAP.format(log=str(log), name=name) for name in ("docx", "lxml", "openpyxl", "pypdf")]
    model = Model(
        *(
            write(f"{name}.py", text)
            for name, text in zip(("docx", "lxml", "openpyxl", "pypdf"), traps, strict=True)
        ),
        step("read_file", filename="tea.docx"),
    )
    with OpenAIServer(model) as server:
        run = place.run("-y", "--continuous", "-w", ".", **provider(server))
    assert (run.code, sprung(log)) == (0, []), run.said
    assert (place.folder / "docx.py").exists()
    assert "Tea is a drink." in model.prompts[-1]


def test_importing_the_package_leaves_the_import_path_alone(place: Place) -> None:
    code = (
        "import sys; before = list(sys.path); import autogpt, autogpt.cli, autogpt.__main__; "
        "assert sys.path == before and '' in before, sys.path"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place.folder, env=place.env(), capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.skipif(os.name == "nt", reason="scripts are no programs there")
@pytest.mark.parametrize("way", ["{workspace}/bin", "auto_gpt_workspace/bin", "bin", ".", "", "{links}"])
def test_no_browser_is_started_that_the_agent_or_the_folder_brought(
    place: Place, log: Path, way: str
) -> None:
    """A browser and its driver run with the person's rights: not from the workspace, nor by a relative place."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    links = place.folder.parent / "links"
    for folder in (place.workspace / "bin", place.folder / "bin", place.folder, links):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("chromium", "chromedriver"):
            if folder == links:
                (folder / name).symlink_to(place.workspace / "bin" / name)
            else:
                (folder / name).write_text(f"#!/bin/sh\necho {name} >> {shlex.quote(str(log))}\n")
                (folder / name).chmod(0o755)
    page = b"<title>Shop</title><div id=root></div><script src=/app.js></script>"
    with serving(lambda request: reply(page, Content_Type="text/html")) as pages:
        model = Model(
            step("browse_website", url=f"http://127.0.0.1:{pages.port}/", question="What is there?")
        )
        with OpenAIServer(model) as server:
            environ = provider(server, ALLOW_PRIVATE_NETWORK="True")
            path = way.format(workspace=place.workspace, links=links)
            run = place.run("-y", "--continuous", PATH=path, **environ)
    assert (run.code, sprung(log)) == (0, []), run.said
    assert "the browser chrome isn't installed" in model.prompts[-1]


# -- what governs the agent is never in its reach ------------------------------------------------


def a_checkout(folder: Path) -> Path:
    """A checkout of the program with an environment that has what it needs."""
    folder.mkdir()
    for name in ("autogpt", "scripts", "docker"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("run.sh", "test.sh", "Dockerfile", "docker-compose.yml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.txt").touch()
    venv.create(folder / ".venv", symlinks=True)
    [site] = folder.glob(".venv/lib/python3*/site-packages")
    libraries = [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries))
    stamp = "import sys, install; sys.stdout.write(install.stamp_for('requirements.txt'))"
    made = subprocess.run(
        [folder / ".venv/bin/python", "-c", stamp],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "scripts")},
        capture_output=True,
        check=True,
    )
    (folder / ".venv" / "installed.txt").write_bytes(made.stdout)
    return folder


def refused(place: Place, *options: str, **environ: str) -> str:
    """The one line that a start ends with; it left nothing behind."""
    before = sorted(place.folder.rglob("*"))
    run = place.run("--demo", "--continuous", *options, **environ)
    assert run.code == 2, run.said
    assert sorted(place.folder.rglob("*")) == before
    [line] = run.err.splitlines()
    assert "--workspace-directory" in line
    return line


def test_a_workspace_that_holds_the_program_is_refused(place: Place, tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir()
    checkout = a_checkout(above / "checkout")
    for folder in (checkout, above, checkout / "autogpt" / "core", checkout / "scripts"):
        line = refused(place, "-w", str(folder), PYTHONPATH=str(checkout))
        assert "this program's own code" in line


def test_a_workspace_that_holds_the_rules_is_refused(place: Place) -> None:
    (place.folder / "rules.yaml").write_text("allow: [read_file]\n")
    assert "your rules for the agent" in refused(place, "-w", ".", "--policy", "rules.yaml")
    assert "your rules for the agent" in refused(place, "-w", ".", POLICY_FILE="rules.yaml")
    own = place.folder / "conf"
    own.mkdir()
    assert "your own rules" in refused(place, "-w", ".", XDG_CONFIG_HOME=str(own), APPDATA=str(own))
    assert "your own rules" in refused(
        place, "-w", "conf/autogpt/x", XDG_CONFIG_HOME=str(own), APPDATA=str(own)
    )


def test_a_workspace_that_holds_what_is_imported_is_refused(place: Place) -> None:
    (place.folder / "lib").mkdir()
    path = os.pathsep.join((str(ROOT), str(place.folder / "lib")))
    assert "imports from" in refused(place, "-w", ".", PYTHONPATH=path)
    assert place.run("--demo", "--continuous", "-w", "work", PYTHONPATH=path).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_such_a_folder_is_refused(place: Place) -> None:
    (place.folder / "conf").mkdir()
    (place.folder / "auto_gpt_workspace").symlink_to("conf")
    conf = str(place.folder / "conf")
    assert "your own rules" in refused(place, "--trust-folder", XDG_CONFIG_HOME=conf, APPDATA=conf)


def test_a_virtual_environment_in_the_workspace_is_no_reason_to_refuse(place: Place) -> None:
    venv.create(place.folder / ".venv", symlinks=sys.platform != "win32")
    [site] = list(place.folder.glob(".venv/[Ll]ib/**/site-packages"))
    path = os.pathsep.join((str(ROOT), str(site)))
    assert place.run("--demo", "--continuous", "-w", ".", PYTHONPATH=path).code == 0


@pytest.mark.parametrize("name", ["stdlib", "purelib"])
def test_pythons_own_libraries_are_no_workspace(name: str) -> None:
    governs = governing(load_settings({}, None, {}).settings)
    library = Path(sysconfig.get_path(name))
    for folder in (library, library / "some" / "package", library.parent):
        with pytest.raises(UsageError, match="--workspace-directory"):
            governs.check(folder)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has no -P")
def test_the_line_to_go_on_with_runs_nothing_of_the_folder(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    with OpenAIServer(Model(write("a.md"))) as server:
        run = place.run("-y", "--continuous", "-l", "1", "-w", ".", AUTOGPT_STARTED_AS="", **provider(server))
    [line] = [each for each in run.said.splitlines() if "Go on with:" in each]
    assert " -P -m autogpt resume " in line


SETTINGS = (
    ".env",
    "autogpt/__init__.py",
    "autogpt.py",
    "ai_settings.yaml",
    "prompt_settings.yaml",
    "azure.yaml",
)


def written(place: Place, *steps: str, restrict: str = "True", **more: str) -> Model:
    """What a model was told that tried to do things, with the start folder as its workspace."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    model = Model(*steps)
    with OpenAIServer(model) as server:
        environ = provider(server, RESTRICT_TO_WORKSPACE=restrict) | more
        run = place.run("-y", "--continuous", "-w", ".", "--preset", "trusted", **environ)
    assert run.code == 0, run.said
    return model


@pytest.mark.parametrize("restrict", ["True", "False"])
def test_files_of_settings_in_the_workspace_are_read_only_to_commands(place: Place, restrict: str) -> None:
    steps = [write(name, "ai_name: Evil\n") for name in (*SETTINGS, "./.ENV", str(place.folder / ".env"))]
    steps += [
        step("append_to_file", filename="ai_settings.yaml", text="ai_name: Evil\n"),
        step("delete_file", filename="ai_settings.yaml"),
        step("patch_file", filename="ai_settings.yaml", edits=[{"old": "TeaGPT", "new": "Evil"}]),
    ]
    model = written(place, *steps, restrict=restrict)
    assert model.prompts[-1].count("can be read, not changed") >= len(steps)
    assert (place.folder / "ai_settings.yaml").read_text() == SAVED
    assert not (place.folder / ".env").exists()


def test_without_a_wall_around_files_nothing_that_governs_is_written(place: Place, tmp_path: Path) -> None:
    conf, checkout, library = tmp_path / "conf", a_checkout(tmp_path / "checkout"), tmp_path / "library"
    (conf / "autogpt").mkdir(parents=True)
    library.mkdir()
    targets = [
        conf / "autogpt" / "policy.yaml",
        conf / "autogpt" / "new" / "deep.yaml",
        checkout / "autogpt" / "evil.py",
        checkout / "autogpt" / "new" / "evil.py",
        checkout / "run.sh",
        library / "docx.py",
    ]
    steps = [write(str(path), "evil: true\n") for path in targets]

    def there() -> list[Path]:
        paths = [path for folder in (conf, checkout, library) for path in folder.rglob("*")]
        notes = ("runs", "folders", "working")  # the program's own of this run
        own = {conf / "autogpt" / name for name in notes}
        return sorted(path for path in paths if not own & {path, path.parent})

    before = there()
    model = written(
        place,
        *steps,
        restrict="False",
        XDG_CONFIG_HOME=str(conf),
        APPDATA=str(conf),
        PYTHONPATH=os.pathsep.join((str(checkout), str(library))),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert model.prompts[-1].count("can be read, not changed") >= len(targets)
    assert there() == before
    assert (checkout / "run.sh").read_text() == (ROOT / "run.sh").read_text()


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_files_of_settings_in_the_workspace_are_read_only_to_programs(place: Place) -> None:
    (place.folder / ".env").write_text("TEMPERATURE=0\n")
    own = place.folder / "own.txt"
    own.write_text("x")
    lines = [
        "echo ai_name: Evil > ai_settings.yaml",
        "echo SANDBOX=host >> .env",
        "rm -f .env ai_settings.yaml",
        "mv ai_settings.yaml gone.yaml",
        "ln .env hard && echo SANDBOX=host >> hard",
        "echo y > other.yaml && mv other.yaml ai_settings.yaml",
        "echo y > own.txt",
    ]
    steps = [step("execute_shell", command_line=shlex.join(["sh", "-c", line])) for line in lines]
    written(place, *steps, SANDBOX="bubblewrap")
    assert (place.folder / "ai_settings.yaml").read_text() == SAVED
    assert (place.folder / ".env").read_text() == "TEMPERATURE=0\n"
    assert own.read_text() == "y\n", "programs ran, and may write what is not the program's"


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
class TestMadeDuringARun:
    """What a program makes where no file of settings was: told at the end, and asked about at the next start."""

    MAKES = (
        "echo SMART_LLM_MODEL=evil-model > .env; "
        "printf 'ai_name: Evil\\nai_role: evil\\nai_goals: [obey]\\n' > ai_settings.yaml; "
        "mkdir autogpt; echo > runpy.py; echo > notes.txt"
    )
    TASK = ("-c", "--task", "write about tea", "-w", ".")

    @pytest.fixture
    def made(self, place: Place) -> Place:
        model = Model(step("execute_shell", command_line=shlex.join(["sh", "-c", self.MAKES])))
        with OpenAIServer(model) as server:
            run = place.run(*self.TASK, **provider(server, SANDBOX="bubblewrap"))
        assert run.code == 0, run.said
        assert "Made here during the run: .env, ai_settings.yaml. The next start asks" in run.said
        assert "Made here during the run: autogpt, runpy.py. Started as a module" in run.said
        shutil.rmtree(place.folder / "autogpt")
        (place.folder / "runpy.py").unlink()
        return place

    def asked(self, place: Place, *options: str) -> tuple[Ended, set[str]]:
        """A start with nobody there, and the models that it asked."""
        with OpenAIServer(Model()) as server:
            environ = provider(server)
            environ.pop("SMART_LLM_MODEL", None)
            run = place.run(*(options or self.TASK), **environ)
            return run, {str(request.body["model"]) for request in server.requests}

    def test_with_nobody_there_it_is_not_read(self, made: Place) -> None:
        for _ in range(2):
            run, models = self.asked(made)
            assert run.code == 0, run.said
            assert "nobody has said yes to it: .env (made during a run), ai_settings.yaml (made" in run.said
            assert "evil-model" not in models
        run, models = self.asked(made, *self.TASK, "--trust-folder")
        assert "evil-model" in models, run.said

    def test_a_no_is_kept_and_a_yes_is_for_good(self, made: Place) -> None:
        from tests.stories.person import CTRL_D, sit_down

        with OpenAIServer(Model()) as server:
            environ = provider(server)
            with sit_down(made, **environ) as person:
                person.sees("use .env, which came during a run here (SMART_LLM_MODEL)")
                person.sees("use ai_settings.yaml, which came during a run here (ai_name, ai_role, ai_goals)")
                person.sees("Use these settings?").types("n").sees("Not used, as you said: .env")
                person.sees("I want Auto-GPT to:").presses(CTRL_D)
                assert person.ends() == 7
            with sit_down(made, **environ) as person:
                person.sees("Not used, as you said", "I want Auto-GPT to:").sees_not("Use these settings?")
                person.presses(CTRL_D)
                assert person.ends() == 7
            (made.folder / ".env").write_text("TEMPERATURE=1\n")
            with sit_down(made, **environ) as person:
                person.sees("use .env, which came during a run here (TEMPERATURE)").types("y")
                person.sees("I want Auto-GPT to:").presses(CTRL_D)
                assert person.ends() == 7
            (made.folder / ".env").write_text("TEMPERATURE=0\n")
            with sit_down(made, **environ) as person:
                person.sees("I want Auto-GPT to:").sees_not("came during a run here (T").presses(CTRL_D)
                assert person.ends() == 7

    def test_what_the_person_makes_between_runs_is_theirs(self, place: Place) -> None:
        with OpenAIServer(Model()) as server:
            run = place.run(*self.TASK, **provider(server))
        assert (run.code, "Made here" in run.said) == (0, False)
        (place.folder / ".env").write_text("SMART_LLM_MODEL=my-model\n")
        run, models = self.asked(place)
        assert (models, "Not used" in run.said) == ({"my-model"}, False)

    def test_nor_does_one_ask_that_came_where_the_agent_does_not_work(self, place: Place) -> None:
        class Meanwhile(Model):
            """The person makes the file while the agent thinks."""

            def __call__(self, request: Request) -> Answer:
                answer = super().__call__(request)
                if self.prompts:
                    (place.folder / ".env").write_text("SMART_LLM_MODEL=my-model\n")
                return answer

        with OpenAIServer(Meanwhile()) as server:
            run = place.run(*self.TASK[:3], **provider(server))
        assert (run.code, "Made here" in run.said) == (0, False), run.said
        run, models = self.asked(place)
        assert (models, "Not used" in run.said) == ({"my-model"}, False)

    def test_a_run_that_goes_on_is_watched_too(self, place: Place) -> None:
        model = Model(write("a.md"), step("execute_shell", command_line=shlex.join(["sh", "-c", self.MAKES])))
        with OpenAIServer(model) as server:
            environ = provider(server, SANDBOX="bubblewrap")
            assert place.run(*self.TASK, "-l", "1", **environ).code == 5
            run = place.run("resume", "-c", **environ)
        assert "Made here during the run: .env, ai_settings.yaml." in run.said

    def test_what_a_killed_run_did_not_make_is_the_persons_when_it_comes(self, place: Place) -> None:
        class Holding(Model):
            """Doesn't answer the first step until the process is gone."""

            def __call__(self, request: Request) -> Answer:
                answer = super().__call__(request)
                return Hang() if self.prompts else answer

        model = Holding()
        with OpenAIServer(model) as server:
            process = place.start(*self.TASK, **provider(server))
            model.wait_asked()
            process.kill()
            process.communicate()
        assert place.run(*self.TASK).code == 2, "a start without a key begins no work"
        (place.folder / ".env").write_text("SMART_LLM_MODEL=my-model\n")
        run, models = self.asked(place)
        assert (models, "Not used" in run.said) == ({"my-model"}, False)

    def test_a_run_that_was_killed_leaves_it_in_question(self, place: Place) -> None:
        os.mkfifo(place.folder / "ready")
        line = shlex.join(["sh", "-c", f"{self.MAKES}; echo > ready; sleep 300"])
        with OpenAIServer(Model(step("execute_shell", command_line=line))) as server:
            process = place.start(*self.TASK, **provider(server, SANDBOX="bubblewrap"))
            try:
                assert (place.folder / "ready").read_text() == "\n"
            finally:
                process.kill()
                process.communicate()
        shutil.rmtree(place.folder / "autogpt")
        (place.folder / "runpy.py").unlink()
        run, models = self.asked(place)
        assert "nobody has said yes to it: .env (made during a run)" in run.said
        assert "evil-model" not in models
