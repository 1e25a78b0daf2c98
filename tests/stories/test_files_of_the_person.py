"""The person's files in whole runs: what they changed meanwhile, and links, outlive an agent that knows neither."""

from __future__ import annotations

import os

import pytest

from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import SAVED, Ended, Model, Place, provider, step, write

pytestmark = pytest.mark.real


def played(place: Place, model: Model, *options: str) -> Ended:
    with OpenAIServer(model) as server:
        return place.run(*options, **provider(server))


def results(place: Place) -> list[tuple[bool, str]]:
    return [(event["ok"], event["result"]) for event in place.recorded() if event["event"] == "Ran"]


def test_what_the_person_changed_while_a_run_had_stopped_is_not_overwritten_unnoticed(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    edit = step("patch_file", filename="a.md", edits=[{"search": "one", "replace": "1"}])
    model = Model(write("a.md", "one\n"), edit, write("a.md", "1\n2\n"), write("b.md", "b\n"))
    assert played(place, model, "-y", "-c", "-l", "4").code == 5
    assert all(ok for ok, _ in results(place)), results(place)
    (place.workspace / "a.md").write_text("mine\n")
    model = Model(*[write(name, "more\n") for name in ("b.md", "a.md", "a.md")])
    assert played(place, model, "resume", "-c", "-l", "2").code == 5
    assert (place.workspace / "b.md").read_text() == "more\n"
    assert (place.workspace / "a.md").read_text() == "mine\n"
    ok, said = results(place)[-1]
    assert not ok
    assert "a.md has changed since you last read or wrote it" in said
    # It was told, in whatever process.
    assert played(place, model, "resume", "-c").code == 0
    assert (place.workspace / "a.md").read_text() == "more\n"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_that_is_deleted_is_what_was_asked_about_and_what_goes(place: Place) -> None:
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    (place.workspace / "data").mkdir(parents=True)
    (place.workspace / "data" / "important.csv").write_text("1,ann\n")
    (place.workspace / "latest.csv").symlink_to("data/important.csv")
    model = Model(step("delete_file", filename="latest.csv"), write("latest.csv", "new\n"))
    assert played(place, model, "-y", "-c", "--deny", "delete_file(filename=data/*)").code == 0
    assert (place.workspace / "data" / "important.csv").read_text() == "1,ann\n"
    assert (place.workspace / "latest.csv").read_text() == "new\n"
    assert not (place.workspace / "latest.csv").is_symlink()
