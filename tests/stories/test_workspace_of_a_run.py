"""Where a run goes on is said by the person, never by a file that lies there or by the run's own record."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import SAVED, Ended, Model, Place, provider, write

pytestmark = pytest.mark.real


@pytest.fixture
def stopped(place: Place) -> Place:
    """With a run that stopped after one step in the usual workspace, and another folder beside it."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    assert played(place, Model(write("a.md")), "-y", "-c", "-l", "1").code == 5
    (place.folder / "other").mkdir()
    return place


def played(place: Place, model: Model, *options: str, **environ: str) -> Ended:
    with OpenAIServer(model) as server:
        return place.run(*options, **provider(server), **environ)


def refused(ended: Ended, model: Model, before: Path, now: Path) -> None:
    """One line that says what to do; the model was not asked, and nothing was written anywhere."""
    assert ended.code == 2, ended.said
    assert ended.err.splitlines()[-1].endswith(
        f"This run worked in {before}, and the workspace is now {now}: "
        "say which one to use with --workspace-directory."
    )
    assert model.prompts == []
    assert not (before / "b.md").exists()
    assert not (now / "b.md").exists()


def test_a_setting_that_names_another_folder_does_not_move_a_run(stopped: Place) -> None:
    model, other = Model(write("b.md")), stopped.folder / "other"
    lines = len(stopped.recorded())
    for environ, dotenv in (({"WORKSPACE_DIRECTORY": "other"}, ""), ({}, "WORKSPACE_DIRECTORY=other\n")):
        (stopped.folder / ".env").write_text(dotenv)
        refused(played(stopped, model, "resume", "-c", **environ), model, stopped.workspace, other)
        assert len(stopped.recorded()) == lines


def test_a_record_that_names_another_folder_does_not_move_a_run(stopped: Place) -> None:
    """Who can write a record must not be able to send the agent anywhere."""
    (journal,) = stopped.journals()
    forged, checksum, other = "", "", stopped.folder / "other"
    for line in map(json.loads, journal.read_text().splitlines()):
        if line["event"] == "Header":
            line["workspace"] = str(other)
        del line["sum"]
        body = json.dumps(line, separators=(",", ":"))
        checksum = sha256((checksum + body).encode()).hexdigest()[:16]
        forged += f'{body[:-1]},"sum":"{checksum}"}}\n'
    journal.write_text(forged)
    model = Model(write("b.md"))
    refused(played(stopped, model, "resume", "-c"), model, other, stopped.workspace)


@pytest.mark.parametrize("folder", ["other", "auto_gpt_workspace"])
def test_the_person_says_which_folder_it_is(stopped: Place, folder: str) -> None:
    ended = played(
        stopped, Model(write("b.md")), "resume", "-c", "-w", folder, WORKSPACE_DIRECTORY="somewhere/else"
    )
    assert ended.code == 0, ended.said
    assert (stopped.folder / folder / "b.md").exists()
    assert not (stopped.folder / "somewhere").exists()


def test_the_same_folder_goes_on_under_any_name(stopped: Place) -> None:
    (stopped.folder / "link").symlink_to(stopped.workspace, target_is_directory=True)
    for number, name in enumerate((".//auto_gpt_workspace/", "link", str(stopped.workspace))):
        model = Model(write(f"{number}.md"))
        assert played(stopped, model, "resume", "-c", "-l", "1", WORKSPACE_DIRECTORY=name).code == 5
        assert (stopped.workspace / f"{number}.md").exists()
