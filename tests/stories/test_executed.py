"""What other programs will execute: asked about before it is made, and told at the end of the run, by whatever means."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import SAVED, Ended, Model, Place, provider, step, write

pytestmark = pytest.mark.real

ALONE = ("-c", "--output", "json")
BY_PRESENCE = "acting by being there"
ON_PURPOSE = "run by other programs"


@pytest.fixture
def ready(place: Place) -> Place:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    return place


def played(place: Place, *steps: str, options: tuple[str, ...] = (), **environ: str) -> Ended:
    """One run that nobody attends."""
    with OpenAIServer(Model(*steps)) as server:
        return place.run(*options, *ALONE, **provider(server, **environ))


def told(ended: Ended) -> dict[str, object] | None:
    """What the last line says of it."""
    found: dict[str, object] | None = ended.events()[-1].get("run_by_others")
    return found


def test_a_small_project_is_made_without_a_question_and_told_of(ready: Place) -> None:
    ended = played(
        ready, write("app/package.json", "{}"), write("app/Makefile", "all:\n"), write("app/main.js", "1")
    )
    assert ended.code == 0, ended.said
    assert "Denied" not in ended.kinds()
    assert told(ended) == {"on_purpose": ["app/Makefile", "app/package.json"]}
    assert f"{ON_PURPOSE}: app/Makefile, app/package.json." in ended.err
    assert BY_PRESENCE not in ended.err


def test_what_acts_by_being_there_is_not_made_when_nobody_is_there(ready: Place) -> None:
    ended = played(ready, write(".envrc", "id"), write("x/.VSCODE/tasks.json", "{}"), write("a.txt", "a"))
    assert ended.kinds().count("Denied") == 2
    assert [path.name for path in ready.workspace.iterdir()] == ["a.txt"]
    assert told(ended) is None
    assert BY_PRESENCE not in ended.err
    assert ON_PURPOSE not in ended.err


def test_the_model_is_told_the_way_on_and_takes_it(ready: Place) -> None:
    model = Model(write("AGENTS.md", "Be kind."), write("proposed-AGENTS.md.txt", "Be kind."))
    with OpenAIServer(model) as server:
        ended = ready.run(*ALONE, **provider(server))
    assert ended.code == 0, ended.said
    assert "such as 'proposed-AGENTS.md.txt'" in model.prompts[1]
    assert "say at the end what is left to the person" in model.prompts[1]
    assert [path.name for path in ready.workspace.iterdir()] == ["proposed-AGENTS.md.txt"]


def test_who_allows_it_is_told_of_it_at_the_end(ready: Place) -> None:
    rule = ("--allow", "write_to_file(filename=.envrc)")
    ended = played(ready, write(".envrc", "id"), options=rule)
    assert told(ended) == {"by_presence": [".envrc"]}
    assert f"{BY_PRESENCE}: .envrc. Look at it" in ended.err


def test_many_names_hide_none(ready: Place) -> None:
    names = [f"a{number:02}/.envrc" for number in range(20)]
    steps = (*(write(name, "id") for name in names), write("z/.npmrc", "x=y"), write("Makefile", "all:\n"))
    ended = played(ready, *steps, options=("--allow", "write_to_file"))
    assert ended.code == 0, ended.said
    assert f"{BY_PRESENCE}: {', '.join(names)}, z/.npmrc. Look at it" in " ".join(ended.err.split())
    assert ended.err.index(BY_PRESENCE) < ended.err.index(ON_PURPOSE)


def test_that_not_all_could_be_looked_at_is_said(ready: Place) -> None:
    ready.workspace.mkdir()
    for number in range(20_100):
        (ready.workspace / f"file-{number}").touch()
    ended = played(ready, write("Makefile", "all:\n"), write("z/Makefile", "all:\n"))
    assert told(ended) == {"on_purpose": ["Makefile"], "incomplete": True}
    assert f"{ON_PURPOSE}: Makefile." in ended.err
    assert "holds more files than are searched" in " ".join(ended.err.split())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_that_cannot_be_read_is_told(ready: Place) -> None:
    (ready.workspace / "half").mkdir(parents=True)
    (ready.workspace / "half").chmod(0o311)
    ended = played(ready, write("half/.npmrc", "x=y"), options=("--allow", "write_to_file"))
    assert told(ended) == {"not_looked_into": ["half/"]}
    assert "can't be read, for files that other programs run: half/." in " ".join(ended.err.split())


def test_only_what_was_made_or_changed_is_told(ready: Place) -> None:
    ready.workspace.mkdir()
    for name in ("Makefile", "setup.py", "tox.ini", "conftest.py"):
        (ready.workspace / name).write_text("before")
    gone = step("delete_file", filename="conftest.py")
    ended = played(ready, write("Makefile", "after"), write("tox.ini", "before"), gone)
    assert told(ended) == {"on_purpose": ["Makefile"]}


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap isn't installed")
def test_what_programs_make_is_told_too(ready: Place) -> None:
    line = "mkdir -p .vscode sub node_modules/a && echo {} > .vscode/tasks.json && echo x > sub/lib.pth && echo > run.sh"
    ended = played(
        ready, step("execute_shell", command_line=line), SANDBOX="bubblewrap", EXECUTE_LOCAL_COMMANDS=""
    )
    assert ended.code == 0, ended.said
    assert told(ended) == {
        "by_presence": [".vscode/", "sub/lib.pth"],
        "on_purpose": ["node_modules/", "run.sh"],
    }


def test_a_run_that_goes_on_later_tells_of_all_of_it(ready: Place) -> None:
    first = played(ready, write("Makefile", "all:\n"), write("b.txt", "b"), options=("--max-steps", "1"))
    assert told(first) == {"on_purpose": ["Makefile"]}
    with OpenAIServer(Model(write("tox.ini", "x"))) as server:
        second = ready.run("resume", *ALONE, "--max-steps", "9", **provider(server))
    assert told(second) == {"on_purpose": ["Makefile", "tox.ini"]}
