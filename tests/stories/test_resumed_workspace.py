"""Where a run goes on that is resumed: where it worked, and nowhere that only a file says."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autogpt.journal import locks
from autogpt.journal.codec import Header, verbatim
from autogpt.journal.file import begin
from tests.journal.facts import store
from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import SAVED, Ended, Model, Place, provider, write

pytestmark = pytest.mark.real
CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def ready(place: Place) -> Place:
    """With a profile, so that nothing needs to be asked."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    return place


def played(place: Place, model: Model, *options: str, **environ: str) -> Ended:
    """One run with a provider that answers as the model does."""
    with OpenAIServer(model) as server:
        return place.run(*options, **provider(server, **environ))


class TestWorkspaceOfAResumedRun:
    """A run goes on where it worked, and nothing that lies around can lead it elsewhere."""

    @pytest.fixture
    def stopped(self, ready: Place) -> Place:
        model = Model(write("a.md"))
        assert played(ready, model, "-y", "-c", "-l", "1", "-w", "proj").code == 5
        return ready

    @staticmethod
    def held(place: Place) -> dict[str, bytes]:
        root = place.folder.parent
        return {str(path): path.read_bytes() if path.is_file() else b"" for path in root.rglob("*")}

    @staticmethod
    def refused(place: Place, *options: str, **environ: str) -> str:
        before = TestWorkspaceOfAResumedRun.held(place)
        ended = place.run("resume", *options, **environ)
        assert ended.code == 2, ended.said
        assert len(ended.err.splitlines()) == 1 + (" resume " in ended.err)  # the command to type
        assert TestWorkspaceOfAResumedRun.held(place) == before
        return ended.err

    def test_its_own_whatever_the_settings_say_today(self, stopped: Place) -> None:
        ended = played(stopped, Model(write("b.md")), "resume", "-c", WORKSPACE_DIRECTORY="elsewhere")
        assert ended.code == 0, ended.said
        assert sorted(path.name for path in (stopped.folder / "proj").iterdir()) == ["a.md", "b.md"]
        assert not (stopped.folder / "elsewhere").exists()
        assert not stopped.workspace.exists()

    def test_it_is_gone(self, stopped: Place) -> None:
        (stopped.folder / "proj").rename(stopped.folder / "moved")
        told = self.refused(stopped, "-c")
        assert "is gone. If it was moved, say where it is:\n  autogpt resume" in told
        assert told.endswith(" --continuous -w FOLDER\n")
        assert "There is no folder" in self.refused(stopped, "-c", "-w", "moed")
        ended = played(stopped, Model(write("b.md")), "resume", "-c", "-w", "moved")
        assert ended.code == 0
        assert f"It goes on in {stopped.folder / 'moved'}, as you say." in ended.out
        assert (stopped.folder / "moved" / "b.md").exists()

    def test_it_is_a_link_now(self, stopped: Place) -> None:
        (stopped.folder / "proj").rename(stopped.folder / "moved")
        (stopped.folder / "proj").symlink_to("moved")
        assert "is now a link" in self.refused(stopped, "-c")

    def test_a_run_that_came_with_a_folder_chooses_nothing(self, stopped: Place) -> None:
        clone = Place(stopped.folder.parent / "clone")
        shutil.copytree(stopped.folder, clone.folder)
        assert "not known to have begun" not in played(stopped, Model(), "resume", "-c").said
        told = self.refused(clone, "-c", HOME=str(stopped.folder.parent / "other"))
        assert "is not known to have begun on this account" in told
        assert f"-w {stopped.folder / 'proj'}" in told

    def test_one_that_lies_about_where_it_worked(self, stopped: Place) -> None:
        precious = stopped.folder.parent / "precious"
        precious.mkdir()
        journal = stopped.journals()[-1]
        opened = store(stopped.folder / ".autogpt/runs").read()
        journal.unlink()
        forged = replace(opened.header, workspace=str(precious))
        begin_again(journal.parent, forged)
        assert "is not known to have begun" in self.refused(stopped, "-c")

    def test_in_the_container_what_is_mounted_is_trusted(self, stopped: Place) -> None:
        own = str(stopped.folder)
        ended = played(stopped, Model(), "resume", "-c", HOME="/nowhere", AUTOGPT_OWN_FOLDER=own)
        assert ended.code == 0, ended.said

    @pytest.mark.parametrize("folder", ["other", "auto_gpt_workspace"])
    def test_the_command_line_says_which_folder_it_is(self, stopped: Place, folder: str) -> None:
        (stopped.folder / folder).mkdir(exist_ok=True)
        ended = played(
            stopped, Model(write("b.md")), "resume", "-c", "-w", folder, WORKSPACE_DIRECTORY="somewhere/else"
        )
        assert ended.code == 0, ended.said
        assert (stopped.folder / folder / "b.md").exists()
        assert not (stopped.folder / "somewhere").exists()

    def test_damage_to_the_list_is_no_trust(self, stopped: Place) -> None:
        noted = list((stopped.folder.parent / "home/.config/autogpt/runs").iterdir())
        assert [path.stat().st_mode & 0o777 for path in noted] == [0o600]
        noted[0].write_text("/")
        assert "is not known to have begun" in self.refused(stopped, "-c")


def begin_again(folder: Path, header: Header) -> None:
    lock = locks.take(folder / "lock")
    assert lock is not None
    begin(folder, header, verbatim, lock).close()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
class TestByHand:
    def test_the_usual_one_is_not_asked_about(self, ready: Place) -> None:
        from tests.stories.person import sit_down

        with OpenAIServer(Model(write("a.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees(f"workspace {ready.workspace}", "DONE.").sees_not("Go on there?")
                assert person.ends() == 0

    def test_another_one_is(self, ready: Place) -> None:
        from tests.stories.person import sit_down

        with OpenAIServer(Model(write("a.md"), write("b.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", "-w", "proj", **provider(server)).code == 5
            before = TestWorkspaceOfAResumedRun.held(ready)
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees("This run works in", "/proj, and not in").sees("Go on there? [y/n]").types("n")
                assert person.ends() == 7
            assert TestWorkspaceOfAResumedRun.held(ready) == before
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees("Go on there?").types("y").sees("b.md", "DONE.")
                assert person.ends() == 0
        assert (ready.folder / "proj" / "b.md").exists()

    def test_it_is_gone(self, ready: Place) -> None:
        from tests.stories.person import sit_down

        with OpenAIServer(Model(write("a.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            shutil.rmtree(ready.workspace)
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees("is gone. If it was moved, say where it is: autogpt resume", "-w FOLDER")
                assert person.ends() == 2
        assert not ready.workspace.exists()

    def test_where_it_was_moved_to_is_asked_about_once(self, ready: Place) -> None:
        from tests.stories.person import sit_down

        steps = [write(f"{name}.md") for name in "abcd"]
        with OpenAIServer(Model(*steps)) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            ready.workspace.rename(ready.folder / "new place")
            before = TestWorkspaceOfAResumedRun.held(ready)
            named = ("resume", "-c", "-l", "1", "-w", "new place")
            with sit_down(ready, *named, **provider(server)) as person:
                person.sees("This run worked in", "and not in", "Go on there, this time and the next?").types(
                    "n"
                )
                assert person.ends() == 7
            assert TestWorkspaceOfAResumedRun.held(ready) == before
            with sit_down(ready, *named, **provider(server)) as person:
                person.sees("Go on there, this time and the next?").types("y").sees("Go on with:")
                assert person.ends() == 5
            with sit_down(ready, "resume", "-c", "-l", "1", **provider(server)) as person:
                person.sees("new place", "Go on with:").sees_not("Go on there")
                assert person.ends() == 5
            assert ready.run("resume", "-c", "-l", "1", **provider(server)).code == 5
        names = sorted(path.name for path in (ready.folder / "new place").iterdir())
        assert names == ["a.md", "b.md", "c.md", "d.md"]
        assert not ready.workspace.exists()

    @pytest.mark.parametrize("answer", ["n", CTRL_C, CTRL_D])
    def test_one_that_is_not_in_the_list_is_asked_about(self, ready: Place, answer: str) -> None:
        from tests.stories.person import sit_down

        with OpenAIServer(Model(write("a.md"), write("b.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            shutil.rmtree(ready.folder.parent / "home/.config/autogpt/runs")
            before = TestWorkspaceOfAResumedRun.held(ready)
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees("is not known to have begun on this account", "Go on there? [y/n]")
                person.presses(answer + "\r" if answer == "n" else answer)
                assert person.ends() == 7
            assert TestWorkspaceOfAResumedRun.held(ready) == before
            assert len(server.requests) == 1
            with sit_down(ready, "resume", "-c", "-l", "1", **provider(server)) as person:
                person.sees("Go on there?").types("y").sees("b.md")
                assert person.ends() == 5
            assert (ready.workspace / "b.md").exists()
            with sit_down(ready, "resume", "-c", **provider(server)) as person:
                person.sees("DONE.").sees_not("Go on there?")
                assert person.ends() == 0

    @pytest.mark.parametrize("own", ["API_BUDGET", "profile"])
    @pytest.mark.parametrize("forged", ["1000", None])
    def test_a_record_from_elsewhere_raises_no_budget(
        self, ready: Place, own: str, forged: str | None
    ) -> None:
        """The lower one holds, and the yes to its workspace is no yes to its budget the next time either."""
        from tests.stories.person import sit_down

        more = {"API_BUDGET": "2.00"} if own == "API_BUDGET" else {}
        profile = ready.folder / "ai_settings.yaml"
        if own == "profile":
            profile.write_text(SAVED.replace("api_budget: 0.0", "api_budget: 2.0"))
        with OpenAIServer(Model(write("a.md"), write("b.md"), write("c.md"))) as server:
            with sit_down(ready, "-c", "-l", "1", **provider(server, **more)) as person:
                person.sees("Go on with this profile?").types("y").sees("a.md", "Go on with:")
                assert person.ends() == 5
            self.forge(ready, forged)
            if own == "profile":
                profile.write_text(SAVED.replace("api_budget: 0.0", "api_budget: 1000.0"))
            for name in ("b.md", "c.md"):
                with sit_down(ready, "resume", "-c", "-l", "1", **provider(server, **more)) as person:
                    person.sees("not known to have begun").sees("Go on there?").types("y")
                    person.sees("The budget is $2.00, and not", name, "Go on with:")
                    assert person.ends() == 5

    def test_a_yes_to_one_that_costs_no_more_is_kept(self, ready: Place) -> None:
        from tests.stories.person import sit_down

        model = Model(write("a.md"), write("b.md"), write("c.md"))
        with OpenAIServer(model) as server:
            environ = provider(server, API_BUDGET="2.00")
            assert ready.run("-y", "-c", "-l", "1", **environ).code == 5
            self.forge(ready, "2.00")
            named = ready.run("resume", "-c", "-l", "1", "-w", "auto_gpt_workspace", **environ)
            assert named.code == 5, named.said
            assert "nobody is there to ask" in ready.run("resume", "-c", **environ).err
            with sit_down(ready, "resume", "-c", "-l", "1", **environ) as person:
                person.sees("not known to have begun").sees("Go on there?").types("y").sees(
                    "c.md", "Go on with:"
                )
                assert person.ends() == 5
            assert ready.run("resume", "-c", **environ).code == 0

    def test_nor_does_one_that_is_taken_up_with_nobody_there(self, ready: Place) -> None:
        with OpenAIServer(Model(write("a.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            self.forge(ready, "1000")
            environ = provider(server, API_BUDGET="2.00")
            ended = ready.run("resume", "-c", "-w", "auto_gpt_workspace", **environ)
            assert (ended.code, "The budget is $2.00, and not $1000.00" in ended.said) == (0, True), (
                ended.said
            )
            self.forge(ready, "1000")
            more = ready.run("resume", "-c", "-w", "auto_gpt_workspace", "--budget", "3", **environ)
            assert "This run may cost $3.00" in more.said

    @staticmethod
    def forge(place: Place, budget: str | None) -> None:
        """Put a record in the place of the run's own that nobody on this account began."""
        journal = place.journals()[-1]
        opened = store(place.folder / ".autogpt/runs").read()
        folder = journal.parent
        new = folder.with_name(folder.name[:-1] + ("0" if folder.name[-1] != "0" else "1"))
        folder.rename(new)
        (new / journal.name).unlink()
        setup = {**opened.header.setup, "limits": {"budget": budget}}
        begin_again(new, replace(opened.header, id=new.name, setup=setup))
