"""A person at a terminal: every answer that they can give, right or wrong, and every way to leave."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autogpt.connect import KEYS_PAGE
from autogpt.models import catalogue
from tests.loopback.openai_server import OpenAIServer, Reply
from tests.stories.person import CTRL_C, CTRL_D, Person, seated, sit_down
from tests.stories.world import DONE, KEY, SAVED, Model, Place, command, provider, step, write

pytestmark = pytest.mark.real


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds a reply back until the test opens it; open at the end, whichever way that comes."""
    event = threading.Event()
    yield event
    event.set()


def saved_profile(place: Place, name: str = "ai_settings.yaml") -> Path:
    file = place.folder / name
    file.write_text(SAVED)
    return file


def test_from_a_task_to_its_end(place: Place) -> None:
    model = Model(write("green.md"), write("black.md"), step("list_files", directory="."), DONE)
    with seated(place, model) as person:
        person.sees("I want Auto-GPT to:").types("write two notes about tea")
        person.sees("Name:   TeaGPT", "1. Write a note on green tea", "Saved to ai_settings.yaml.")
        person.sees(
            "THOUGHTS (TeaGPT):", "│ I write green.md.", "REASONING:", "PLAN:", "│ - write", "CRITICISM:"
        )
        person.sees(
            "NEXT ACTION: write_to_file", "│ filename: green.md", "green.md: new file, 1 line", "│ +Leaves."
        )
        person.answers("Run write_to_file?", "y")
        person.sees("RESULT: write_to_file", "step 1 · $0.00", "filename: black.md")
        person.answers("Run write_to_file?", "y -2")
        person.sees(
            "RESULT: write_to_file", "step 2", "NEXT ACTION: list_files", "RESULT: list_files", "step 3"
        )
        person.answers("Run task_complete?", "y")
        person.sees("RESULT: task_complete", "│ Both notes are written.", "DONE.")
        assert person.ends() == 0
        assert person.screen.count("Run write_to_file?") == 2
        assert "Run list_files?" not in person.screen
    assert sorted(path.name for path in place.workspace.iterdir()) == ["black.md", "green.md"]
    assert (place.folder / "ai_settings.yaml").read_text() == f"{SAVED}ai_task: write two notes about tea\n"
    assert place.leaks(KEY) == []


def test_feedback_goes_to_the_agent_and_the_command_does_not_run(place: Place) -> None:
    saved_profile(place)
    model = Model(write("green.md"), write("white.md"))
    with seated(place, model, "-y") as person:
        person.answers("Run write_to_file?", "make it white tea instead, please")
        person.sees("YOU:", "│ make it white tea instead, please", "filename: white.md")
        person.answers("Run write_to_file?", "y").answers("Run task_complete?", "y")
        assert person.ends() == 0
    assert "make it white tea instead, please" in model.prompts[1]
    assert not (place.workspace / "green.md").exists()
    assert (place.workspace / "white.md").read_text() == "Leaves.\n"


def test_the_model_reviews_itself(place: Place) -> None:
    saved_profile(place)
    verdicts = ["No. Nobody asked for red tea; begin with green.", "Yes, that follows the goals."]
    model = Model(write("red.md"), write("green.md"), reviews=verdicts)
    with seated(place, model, "-y") as person:
        person.answers("Run write_to_file?", "s")
        person.sees("SELF-REVIEW: objects", "│ No. Nobody asked for red tea", "filename: green.md")
        person.answers("Run write_to_file?", "s")
        person.sees("SELF-REVIEW: agrees", "RESULT: write_to_file").answers("Run task_complete?", "y")
        assert person.ends() == 0
    assert "Nobody asked for red tea" in model.prompts[1]
    assert [path.name for path in place.workspace.iterdir()] == ["green.md"]


def test_always_shows_the_rule_before_it_adds_it(place: Place) -> None:
    saved_profile(place)
    model = Model(write("notes/a.md"), write("notes/b.md"), write("elsewhere.md"))
    with seated(place, model, "-y") as person:
        person.answers("Run write_to_file?", "a")
        person.sees("Always allow in this run:", "│ write_to_file(").answers("adds this rule", "q")
        person.sees("The rule was not added.")
        person.answers("Run write_to_file?", "a").answers("adds this rule", "y")
        person.sees(
            "ALWAYS ALLOWED IN THIS RUN:", "RESULT: write_to_file", "notes/b.md", "RESULT: write_to_file"
        )
        person.sees("elsewhere.md").answers("Run write_to_file?", "n")
        assert person.ends() == 7
    assert sorted(path.name for path in (place.workspace / "notes").iterdir()) == ["a.md", "b.md"]
    assert not (place.workspace / "elsewhere.md").exists()


def test_what_is_no_answer_is_asked_again_and_never_a_yes(place: Place) -> None:
    saved_profile(place)
    with (
        OpenAIServer(Model(write("green.md"))) as server,
        sit_down(place, "-y", **provider(server)) as person,
    ):
        for wrong, said in {
            "": "",
            "   ": "",
            "y -": "After y - comes a number",
            "y -0": "After y - comes a number",
            "y -x": "After y - comes a number",
            "y 3": "To run several steps, type y -N",
            "no": "n leaves. To have something else done, say what.",
        }.items():
            person.answers("Run write_to_file?", wrong).sees(said)
        person.is_asked("Run write_to_file?")
        assert not (place.workspace / "green.md").exists()
        person.types("ｙ").answers("Run task_complete?", "N")
        assert person.ends() == 7
    assert "Advised" not in place.kinds()


def test_leaving_with_n_and_going_on(place: Place) -> None:
    saved_profile(place)
    model = Model(write("green.md"), write("black.md"))
    with OpenAIServer(model) as server:
        with sit_down(place, "-y", **provider(server)) as person:
            person.answers("Run write_to_file?", "y").sees("black.md").answers("Run write_to_file?", "n")
            person.sees("LEFT. The run is saved and can be resumed.", "Go on with: autogpt resume")
            assert person.ends() == 7
        assert place.run("runs").out.count("stopped: you left  1 step  $0.00") == 1
        with sit_down(place, "resume", **provider(server)) as person:
            person.sees(
                "NAME: TeaGPT",
                "GOALS:",
                "Resumed where it stopped.",
                "NEXT ACTION: write_to_file",
                "black.md",
            )
            person.answers("Run write_to_file?", "y").answers("Run task_complete?", "y").sees("DONE.")
            assert person.ends() == 0
    assert len(model.prompts) == 3
    assert place.kinds().count("Ran") == 3
    assert sorted(path.name for path in place.workspace.iterdir()) == ["black.md", "green.md"]


def test_a_finished_run_can_be_given_more_to_do(place: Place) -> None:
    saved_profile(place)
    model = Model(DONE, write("white.md"))
    with OpenAIServer(model) as server:
        assert place.run("-y", "-c", **provider(server)).code == 0
        with sit_down(place, "resume", **provider(server)) as person:
            person.sees("This run has reached its end.", "What should it do next?").types(
                "and one on white tea"
            )
            person.sees("white.md").answers("Run write_to_file?", "y").answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert "and one on white tea" in model.prompts[1]
        for typed, keys in (
            ("", {}),
            ("n", {}),
            (" N ", {}),
            ("no", {}),
            ("exit", {}),
            ("Quit", {}),
            ("halt", {"EXIT_KEY": "halt"}),
        ):
            with sit_down(place, "resume", **provider(server, **keys)) as person:
                person.sees("What should it do next?").types("y").sees(
                    "Say in words", "What should it do next?"
                )
                person.types(typed)
                assert person.ends() == 0
        assert len(model.prompts) == 3


class TestProfile:
    def test_welcome_back_and_on(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model()) as person:
            person.sees("ai_settings.yaml describes TeaGPT:", "Go on with this profile?").types("maybe")
            person.sees("Please type y or n.", "Go on with this profile?").sees_not("Welcome back").types("y")
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0
        with seated(place, Model()) as person:
            person.sees("Welcome back! Last time I was TeaGPT:", "Go on with this profile?").types("y")
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0

    def test_welcome_back_and_something_new(self, place: Place) -> None:
        saved_profile(place)
        new = "Name: SoupGPT\nDescription: a cook\nGoals:\n- Write a recipe to soup.md\n"
        with seated(place, Model(profile=new)) as person:
            person.sees("Go on with this profile?").types("n").sees("I want Auto-GPT to:").types(
                "cook a soup"
            )
            person.sees(
                "SoupGPT",
                "The old profile is kept in ai_settings.previous.yaml.",
                "Saved to ai_settings.yaml",
            )
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert "SoupGPT" in (place.folder / "ai_settings.yaml").read_text()
        assert (place.folder / "ai_settings.previous.yaml").read_text() == SAVED

    def test_by_hand(self, place: Place) -> None:
        with seated(place, Model()) as person:
            person.sees("I want Auto-GPT to:").types("").sees("That was empty.", "I want Auto-GPT to:")
            person.types("--manual").sees("Name of your AI:").types("SoupGPT")
            person.sees("SoupGPT is:").types("a cook")
            person.sees("Goal 1:").types("Write a recipe").sees("Goal 2:").types("")
            person.sees("Budget in US dollars").types("lots").sees("That is not an amount.")
            person.sees("Budget in US dollars").types("2.50").sees("Saved to ai_settings.yaml")
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0
        written = "ai_name: SoupGPT\nai_role: a cook\nai_goals:\n- Write a recipe\napi_budget: 2.50\n"
        assert (place.folder / "ai_settings.yaml").read_text() == written

    def test_a_model_that_makes_no_profile_leads_to_making_it_by_hand(self, place: Place) -> None:
        with seated(place, Model(profile="I am sorry, I can't.")) as person:
            person.sees("I want Auto-GPT to:").types("cook a soup")
            person.sees("can't be read as a profile. So let us set it up by hand").sees(
                "Name of your AI:"
            ).types("")
            # What Enter would take can be read first.
            person.sees("Auto-GPT is: [an AI that does this task: cook a soup]").types("").sees(
                "Goal 1:"
            ).types("").sees("Budget").types("")
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert "- cook a soup" in (place.folder / "ai_settings.yaml").read_text()

    def test_a_server_that_does_not_answer_is_told_before_anything_is_typed_by_hand(
        self, place: Place
    ) -> None:
        nowhere = {"OPENAI_API_BASE_URL": "http://127.0.0.1:9/v1", "SMART_LLM_MODEL": "x"}
        with sit_down(place, **nowhere, LLM_PATIENCE="0.1") as person:
            person.sees("I want Auto-GPT to:").types("cook a soup")
            person.sees("nothing answers there: start the server", "by hand").sees("Name of your AI:")
            person.presses(CTRL_D)
            assert person.ends() == 7

    def test_the_profile_of_a_file_is_used_without_asking(self, place: Place) -> None:
        saved_profile(place, "other.yaml")
        with (
            OpenAIServer(Model()) as server,
            sit_down(place, "-C", "other.yaml", **provider(server)) as person,
        ):
            person.sees("THOUGHTS (TeaGPT)").answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert not (place.folder / "ai_settings.yaml").exists()

    def test_a_task_given_as_an_option_leaves_the_saved_profile_alone(self, place: Place) -> None:
        file = saved_profile(place)
        new = "Name: SoupGPT\nDescription: a cook\nGoals:\n- Write a recipe to soup.md\n"
        with seated(place, Model(profile=new), "--task", "cook") as person:
            person.sees("SoupGPT").answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert file.read_text() == SAVED
        assert "  cook" in place.run("runs").out

    @pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
    def test_leaving_at_the_first_question(self, place: Place, key: str) -> None:
        with seated(place, Model()) as person:
            person.sees("I want Auto-GPT to:").presses(key)
            assert person.ends() == 7
        assert not (place.folder / "ai_settings.yaml").exists()


class TestContinuous:
    def test_it_warns_and_does_not_ask(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(write("green.md")), "-y", "--continuous") as person:
            person.sees("CONTINUOUS MODE: commands run without asking you.", "RESULT: write_to_file", "DONE.")
            assert person.ends() == 0
            person.sees_not("Run write_to_file?")

    def test_it_stops_after_so_many_steps(self, place: Place) -> None:
        saved_profile(place)
        model = Model(write("a.md"), write("b.md"), write("c.md"))
        with OpenAIServer(model) as server:
            with sit_down(place, "-y", "-c", "-l", "2", **provider(server)) as person:
                person.sees("STOPPED at the step limit.", "Steps done, as you asked: 2.", "Go on with:")
                assert person.ends() == 5
            assert not (place.workspace / "c.md").exists()
            with sit_down(place, "resume", "-c", "-l", "2", **provider(server)) as person:
                person.sees("Resumed where it stopped.", "c.md", "DONE.")
                assert person.ends() == 0

    def test_what_was_asked_about_is_shown_again_when_it_runs(self, place: Place) -> None:
        saved_profile(place)
        with OpenAIServer(Model(write("a.md"))) as server:
            with sit_down(place, "-y", **provider(server)) as person:
                person.answers("Run write_to_file?", "n")
                assert person.ends() == 7
            with sit_down(place, "resume", "-c", **provider(server)) as person:
                person.sees("Resumed where it stopped.", "NEXT ACTION: write_to_file", "filename: a.md")
                person.sees("RESULT: write_to_file", "DONE.")
                assert person.ends() == 0
                assert person.screen.count("NEXT ACTION: write_to_file") == 1

    def test_a_rule_asks_even_there(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(write("a.md")), "-y", "-c", "--ask", "write_to_file") as person:
            person.answers("Run write_to_file?", "y").sees("RESULT: write_to_file", "DONE.")
            assert person.ends() == 0

    def test_a_budget_that_is_met_is_asked_about(self, place: Place) -> None:
        saved_profile(place)
        price = {"SMART_LLM_PRICE": "1/2", "SMART_TOKEN_LIMIT": "4000"}
        with OpenAIServer(Model(write("a.md"))) as server:
            options = ("-y", "-c", "--budget", "0.001")
            with sit_down(place, *options, **provider(server, **price)) as person:
                person.sees("LIMIT: $0.00 used; the budget is $0.0010").answers("How much more?", "much")
                person.sees("That is not an amount.").answers("How much more?", "$1")
                person.sees("You allowed $1.00 more.", "RESULT: write_to_file", "left", "DONE.")
                assert person.ends() == 0


class TestInterrupting:
    def test_ctrl_c_while_the_model_thinks(self, place: Place, gate: threading.Event) -> None:
        saved_profile(place)
        model = Model(Reply(write("green.md"), gate=gate), write("black.md"))
        with seated(place, model, "-y", "-c") as person:
            model.wait_asked()
            person.presses(CTRL_C).sees("Interrupted.").answers(
                "Type something for the agent", "only black tea"
            )
            person.sees("│ only black tea", "black.md", "RESULT: write_to_file", "DONE.")
            assert person.ends() == 0
        assert "only black tea" in model.prompts[1]
        assert [path.name for path in place.workspace.iterdir()] == ["black.md"]

    def test_ctrl_c_takes_back_what_was_granted(self, place: Place, gate: threading.Event) -> None:
        saved_profile(place)
        model = Model(write("a.md"), Reply(write("b.md"), gate=gate), write("c.md"))
        with seated(place, model, "-y") as person:
            person.answers("Run write_to_file?", "y -9").sees("RESULT: write_to_file")
            model.wait_asked()
            model.wait_asked()
            person.presses(CTRL_C).sees("Interrupted.").answers("Type something for the agent", "")
            person.sees("c.md").answers("Run write_to_file?", "n")
            assert person.ends() == 7
        assert [path.name for path in place.workspace.iterdir()] == ["a.md"]

    def test_ctrl_c_twice_leaves(self, place: Place, gate: threading.Event) -> None:
        saved_profile(place)
        model = Model(Reply(write("green.md"), gate=gate))
        with OpenAIServer(model) as server:
            with sit_down(place, "-y", **provider(server)) as person:
                model.wait_asked()
                person.presses(CTRL_C).is_asked("n or Ctrl-C to leave").presses(CTRL_C)
                person.sees("LEFT. The run is saved").sees_not("Ctrl-C again")
                assert person.ends() == 7
            assert place.kinds()[-2:] == ["Interrupted", "Left"]
            with sit_down(place, "resume", **provider(server)) as person:
                person.answers("Run task_complete?", "y")
                assert person.ends() == 0

    def test_ctrl_c_twice_without_waiting_for_the_question_leaves(
        self, place: Place, gate: threading.Event
    ) -> None:
        saved_profile(place)
        model = Model(Reply(write("green.md"), gate=gate))
        with seated(place, model, "-y") as person:
            model.wait_asked()
            person.presses(CTRL_C).sees("Interrupted.").presses(CTRL_C).sees("Go on with: autogpt resume")
            assert person.ends() == 7
        assert "Interrupted" in place.kinds()

    def test_ctrl_c_twice_at_a_question_leaves(self, place: Place) -> None:
        saved_profile(place)
        with OpenAIServer(Model(write("green.md"))) as server:
            with sit_down(place, "-y", **provider(server)) as person:
                person.is_asked("Run write_to_file?").presses(CTRL_C)
                person.sees("Ctrl-C again, or n, leaves").is_asked("Run write_to_file?").presses(CTRL_C)
                person.sees("LEFT. The run is saved")
                assert person.ends() == 7
            with sit_down(place, "resume", **provider(server)) as person:
                person.sees("filename: green.md").answers("Run write_to_file?", "y")
                person.answers("Run task_complete?", "y")
                assert person.ends() == 0
        assert (place.workspace / "green.md").exists()

    def test_what_is_taken_back_by_ctrl_c_is_kept_nowhere(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(write("green.md")), "-y") as person:
            person.is_asked("Run write_to_file?").presses("the word is oolong").sees("is oolong")
            person.presses(CTRL_C).sees("Ctrl-C again").answers("Run write_to_file?", "n")
            assert person.ends() == 7
        assert place.leaks("oolong") == []

    def test_ctrl_d_leaves(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(write("green.md")), "-y") as person:
            person.is_asked("Run write_to_file?").presses(CTRL_D).sees("LEFT. The run is saved")
            assert person.ends() == 7

    def test_a_line_typed_while_it_thinks_reaches_the_next_prompt(
        self, place: Place, gate: threading.Event
    ) -> None:
        saved_profile(place)
        model = Model(Reply(write("green.md"), gate=gate), write("black.md"))
        with seated(place, model, "-y", "-c") as person:
            model.wait_asked()
            person.types("and mention oolong").sees("and mention oolong")
            gate.set()
            person.sees("What you typed reaches the agent at its next step.", "DONE.")
            assert person.ends() == 0
        assert "and mention oolong" not in model.prompts[0]
        assert "and mention oolong" in model.prompts[1]

    def test_a_yes_typed_before_the_question_answers_nothing(
        self, place: Place, gate: threading.Event
    ) -> None:
        saved_profile(place)
        model = Model(Reply(write("green.md"), gate=gate))
        with seated(place, model, "-y") as person:
            model.wait_asked()
            person.types("y").sees("y")
            gate.set()
            person.sees("Typed before there was a question, so not taken: y").answers(
                "Run write_to_file?", "n"
            )
            assert person.ends() == 7
        assert not (place.workspace / "green.md").exists()


class TestDuringAStep:
    """While a command runs. How it ended nobody knows, and it is never silently run again."""

    @pytest.fixture
    def fifo(self, place: Place) -> Path:
        saved_profile(place)
        path = place.folder.parent / "fifo"
        os.mkfifo(path)
        return path

    @staticmethod
    def start(place: Place, server: OpenAIServer, fifo: Path, *options: str) -> Person:
        environ = provider(server, WAIT_AT=str(fifo))
        return Person(place, command(*options, module="tests.stories.slow"), environ)

    def test_ctrl_c_stops_it_and_asks(self, place: Place, fifo: Path) -> None:
        model = Model(write("a.md"), step("list_files", directory="."))
        with OpenAIServer(model) as server:
            with self.start(place, server, fifo, "-y", "-c") as person, open(fifo, "wb"):
                person.presses(CTRL_C).sees("Interrupted.").answers("Type something for the agent", "")
                person.sees("RESULT: list_files", "DONE.")
                assert person.ends() == 0
            assert len(model.prompts) == 3
        assert "Command write_to_file was interrupted" in model.prompts[1]
        assert "its outcome is unknown" in model.prompts[1]
        assert not (place.workspace / "a.md").exists()

    def test_ctrl_c_twice_leaves_and_loses_no_step(self, place: Place, fifo: Path) -> None:
        with OpenAIServer(Model(write("a.md"))) as server:
            with self.start(place, server, fifo, "-y", "-c") as person, open(fifo, "wb"):
                person.presses(CTRL_C).is_asked("Ctrl-C to leave").presses(CTRL_C)
                person.sees("LEFT. The run is saved", "Go on with: autogpt resume")
                assert person.ends() == 7
            assert place.kinds()[-3:] == ["Begun", "Interrupted", "Left"]
            with sit_down(place, "resume", "-c", **provider(server)) as person:
                person.sees("DONE.")
                assert person.ends() == 0
            assert "its outcome is unknown" in server.requests[-1].prompt

    @pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "SIGKILL", "close"])
    def test_told_to_end_it_asks_before_it_runs_again(self, place: Place, fifo: Path, way: str) -> None:
        model = Model(write("a.md"))
        with OpenAIServer(model) as server:
            with self.start(place, server, fifo, "-y", "-c") as person, open(fifo, "wb"):
                _leaves_by(person, way)
                assert person.ends() == (-signal.SIGKILL if way == "SIGKILL" else 7)
            assert not (place.workspace / "a.md").exists()
            with sit_down(place, "resume", "-c", **provider(server)) as person:
                person.sees("Resumed where it stopped.", "so its outcome is unknown", "filename: a.md")
                person.answers("Run write_to_file?", "y").sees("RESULT: write_to_file", "DONE.")
                assert person.ends() == 0
        assert (place.workspace / "a.md").exists()

    def test_unattended_the_model_is_told_of_it(self, place: Place, fifo: Path) -> None:
        model = Model(write("a.md"))
        with OpenAIServer(model) as server:
            with self.start(place, server, fifo, "-y", "-c") as person, open(fifo, "wb"):
                person.kills(signal.SIGKILL)
                person.ends()
            ended = place.run("resume", "-c", **provider(server))
        assert ended.code == 0
        assert "its outcome is unknown" in model.prompts[1]
        assert not (place.workspace / "a.md").exists()


def _leaves_by(person: Person, way: str) -> None:
    if way == "close":
        person.hangs_up()
    else:
        person.kills(signal.Signals[way])


class TestEndings:
    @pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "close"])
    def test_told_to_end_while_the_model_thinks(self, place: Place, gate: threading.Event, way: str) -> None:
        saved_profile(place)
        model = Model(write("a.md"), Reply(write("b.md"), gate=gate), write("c.md"))
        with OpenAIServer(model) as server:
            with sit_down(place, "-y", "-c", **provider(server)) as person:
                person.sees("RESULT: write_to_file")
                model.wait_asked()
                model.wait_asked()
                _leaves_by(person, way)
                assert person.ends() == 7
                assert way == "close" or "Go on with: autogpt resume" in person.screen
            with sit_down(place, "resume", "-c", **provider(server)) as person:
                person.sees("Resumed where it stopped.", "c.md", "DONE.")
                assert person.ends() == 0
        assert sorted(path.name for path in place.workspace.iterdir()) == ["a.md", "c.md"]

    @pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "close"])
    def test_told_to_end_at_a_question(self, place: Place, way: str) -> None:
        saved_profile(place)
        with OpenAIServer(Model(write("a.md"))) as server:
            with sit_down(place, "-y", **provider(server)) as person:
                person.is_asked("Run write_to_file?")
                _leaves_by(person, way)
                assert person.ends() == 7
            with sit_down(place, "resume", **provider(server)) as person:
                person.answers("Run write_to_file?", "y").answers("Run task_complete?", "y")
                assert person.ends() == 0
        assert [path.name for path in place.workspace.iterdir()] == ["a.md"]

    @pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "close"])
    def test_told_to_end_at_the_first_question(self, place: Place, way: str) -> None:
        with seated(place, Model()) as person:
            person.sees("I want Auto-GPT to:")
            _leaves_by(person, way)
            assert person.ends() == 7


class TestNoKey:
    """Nothing is set: what are the choices, and does each lead somewhere?"""

    def start(self, place: Place, ollama: str = "http://127.0.0.1:9/v1", *options: str) -> Person:
        program = command(*options, module="tests.stories.elsewhere")
        return Person(place, program, {"OLLAMA_AT": ollama})

    def test_the_choices_and_the_demonstration(self, place: Place) -> None:
        with self.start(place) as person:
            person.sees(
                "Auto-GPT needs a language model. You can:", f"1 use OpenAI, with a key from {KEYS_PAGE}"
            )
            person.sees("2 use a server of your own, such as Ollama", "3 see a demonstration", "1, 2 or 3?")
            person.types("what?").sees("Please type 1, 2 or 3; Ctrl-D leaves.", "1, 2 or 3?").types("3")
            person.sees("NAME: BirdGPT", "DEMONSTRATION: no model is asked.")
            person.answers("Run write_to_file?", "y").sees("RESULT: write_to_file").answers(
                "Run read_file?", "n"
            )
            assert person.ends() == 7
        assert (place.workspace / "birds" / "counts.csv").exists()

    def test_a_key_is_written_to_the_env_file_and_never_shown(self, place: Place) -> None:
        with self.start(place) as person:
            person.sees("1, 2 or 3?").types("1").sees("Your OpenAI key (it is not shown):").types(KEY)
            person.sees("Keep this in .env for the next time?").types("y").sees("Written to .env.")
            person.sees("I want Auto-GPT to:").presses(CTRL_D)
            assert person.ends() == 7
            assert KEY.encode() not in person.raw
        assert (place.folder / ".env").read_text() == f"OPENAI_API_KEY='{KEY}'\n"
        assert (place.folder / ".env").stat().st_mode & 0o077 == 0
        assert place.leaks(KEY) == []

    def test_what_can_be_no_key_is_asked_for_again_and_kept_nowhere(self, place: Place) -> None:
        with self.start(place) as person:
            person.sees("1, 2 or 3?").types("1")
            for typed in ("write about oolong", "help", "https://oolong.example/v1"):
                person.sees("Your OpenAI key (it is not shown):").types(typed)
                person.sees("That can't be a key: OpenAI's begin with sk-", "Ctrl-D leaves.")
            person.sees("Your OpenAI key").types("").sees("1, 2 or 3?").types("1")
            person.sees("Your OpenAI key").types(KEY).sees("Keep this in .env").types("n")
            person.sees("I want Auto-GPT to:").presses(CTRL_D)
            assert person.ends() == 7
            person.sees_not("oolong")
        assert place.leaks("oolong") == []

    @pytest.mark.parametrize("way", [CTRL_C, CTRL_D])
    def test_leaving_at_the_key_leaves_nothing(self, place: Place, way: str) -> None:
        with self.start(place) as person:
            person.sees("1, 2 or 3?").types("1").sees("Your OpenAI key (it is not shown):").presses(way)
            assert person.ends() == 7
            person.sees_not("Traceback")
        assert not (place.folder / ".env").exists()
        assert place.journals() == []

    def test_a_key_typed_here_is_the_persons_whatever_stands_beside_it_later(self, place: Place) -> None:
        with self.start(place) as person:
            person.sees("1, 2 or 3?").types("1").sees("Your OpenAI key (it is not shown):").types(KEY)
            person.sees("Keep this in .env for the next time?").types("y").sees("Written to .env.")
            person.sees("I want Auto-GPT to:").presses(CTRL_D)
            assert person.ends() == 7
        env = place.folder / ".env"
        saved_profile(place)
        env.write_text(env.read_text() + "OPENAI_API_BASE_URL=https://oolong.example/v1\n")
        with sit_down(place, "-y") as person:
            person.sees("They would now:", "your OPENAI_API_KEY (which you typed here)")
            person.sees("oolong.example", "Use these settings?").presses(CTRL_C)
            assert person.ends() == 7
        # A key that came with the folder is not theirs.
        env.write_text(env.read_text().replace(KEY, "sk-theirs-0123456789abcdef"))
        with sit_down(place, "-y") as person:
            person.sees("oolong.example", "Use these settings?").sees_not("OPENAI_API_KEY").presses(CTRL_C)
            assert person.ends() == 7

    def test_a_key_typed_at_the_choice_is_not_remembered(self, place: Place) -> None:
        with self.start(place) as person:
            person.sees("1, 2 or 3?").types(KEY).sees("Keep this in .env for the next time?").types("n")
            person.sees("I want Auto-GPT to:").presses(CTRL_D)
            assert person.ends() == 7
        assert place.leaks(KEY) == []

    def test_an_ollama_that_runs_is_found(self, place: Place) -> None:
        with OpenAIServer(Model(), models=("llama-4", "qwen")) as server:
            with self.start(place, server.url) as person:
                person.sees("2 use Ollama on this machine (llama-4)", "1, 2 or 3?").types("2")
                person.sees("Its models: llama-4, qwen", "Which model?").types("")
                person.sees("Keep this in .env for the next time?").types("").sees("Written to .env.")
                person.sees("I want Auto-GPT to:").types("write about tea").answers("Run task_complete?", "y")
                assert person.ends() == 0
            assert {request.body["model"] for request in server.requests} == {"llama-4"}
        written = (place.folder / ".env").read_text()
        assert written.splitlines() == [
            f"OPENAI_API_BASE_URL='{server.url}'",
            "SMART_LLM_MODEL='llama-4'",
            "FAST_LLM_MODEL='llama-4'",
        ]

    def test_an_address_that_nobody_answers_is_asked_again(self, place: Place) -> None:
        with OpenAIServer(Model()) as server, self.start(place) as person:
            person.sees("1, 2 or 3?").types("2").sees("Its address:").types("localhost")
            person.sees("That is not an address", "1, 2 or 3?").types("2").sees("Its address:").types("")
            person.sees("No server with models answers", "1, 2 or 3?").types("2").sees("Its address:")
            person.types(server.root).sees("Keep this in .env").types("n").sees("I want Auto-GPT to:")
            person.types("write about tea").answers("Run task_complete?", "y")
            assert person.ends() == 0
        assert not (place.folder / ".env").exists()

    def test_resuming_without_a_key_asks_first(self, place: Place) -> None:
        saved_profile(place)
        with OpenAIServer(Model(write("a.md"), write("b.md"))) as server:
            assert place.run("-y", "-c", "-l", "1", **provider(server)).code == 5
            with self.start(place, server.url, "resume") as person:
                person.sees("2 use Ollama on this machine").types("2").sees("Keep this in .env").types("n")
                person.sees("Resumed where it stopped.", "b.md").answers("Run write_to_file?", "n")
                assert person.ends() == 7

    def test_a_retired_model_is_told_of_at_once(self, place: Place) -> None:
        with sit_down(place, OPENAI_API_KEY=KEY, SMART_LLM_MODEL="gpt-4-0314") as person:
            person.sees(
                f"SMART_LLM_MODEL: gpt-4-0314 is no longer offered by OpenAI; {catalogue.DEFAULT_SMART} is used"
            )
            person.sees("I want Auto-GPT to:").presses(CTRL_D)
            assert person.ends() == 7


class TestWindows:
    """What it looks like where there is little room, or no colour."""

    @pytest.mark.parametrize("columns", [40, 20])
    def test_in_a_narrow_window_every_row_of_outside_text_keeps_its_gutter(
        self, place: Place, columns: int
    ) -> None:
        saved_profile(place)
        long = "Tea is a drink that is made from the leaves of a bush. " * 4
        with OpenAIServer(Model(step("write_to_file", long, filename="tea.md", text=long))) as server:
            person = Person(place, command("-y"), provider(server), columns=columns)
            with person:
                person.is_asked("Run write_to_file?")
                rows = person.screen[
                    person.screen.index("THOUGHTS") : person.screen.index("Run write")
                ].splitlines()
                labels = ("THOUGHTS", "REASONING", "PLAN", "CRITICISM", "NEXT ACTION", "  ")
                assert all(row.startswith(("│", *labels)) for row in rows), person.screen
                person.types("n")
                assert person.ends() == 7

    def test_a_dumb_terminal_gets_plain_lines(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(write("green.md")), "-y", TERM="dumb") as person:
            person.answers("Run write_to_file?", "y").answers("Run task_complete?", "y").sees("DONE.")
            assert person.ends() == 0
            assert b"\x1b" not in person.raw

    def test_no_colour_where_none_is_wanted(self, place: Place) -> None:
        saved_profile(place)
        with seated(place, Model(), "-y", "-c", NO_COLOR="1") as person:
            person.sees("DONE.")
            assert person.ends() == 0
            assert b"\x1b[3" not in person.raw
            assert b"\x1b[1;3" not in person.raw

    def test_without_utf_8_it_reads_as_well(self, place: Place) -> None:
        saved_profile(place)
        model = Model(write("green.md", "Grüner Tee, 绿茶\n"))
        environ = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        with seated(place, model, "-y", **environ) as person:
            person.sees("| filename: green.md").answers("Run write_to_file?", "y").answers(
                "Run task_complete?", "y"
            )
            assert person.ends() == 0
            assert person.raw.isascii()
        assert (place.workspace / "green.md").read_text("utf-8") == "Grüner Tee, 绿茶\n"
