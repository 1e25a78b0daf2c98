"""In a window of 40 columns no word of the program's own is broken in the middle.

`sees` takes any white space between words, and none within them.
"""

from __future__ import annotations

import shlex
import shutil
import sys

import pytest

from tests.loopback.openai_server import OpenAIServer
from tests.stories.world import KEY, SAVED, Model, Place, command, provider, write

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")]
COLUMNS = 40
CTRL_C = "\x03"


def test_the_first_run(place: Place) -> None:
    from tests.stories.person import Person

    environ = {"OLLAMA_AT": "http://127.0.0.1:9/v1"}
    program = command(module="tests.stories.elsewhere")
    with Person(place, program, environ, COLUMNS) as person:
        person.sees("1 use OpenAI, with a key from https://platform.openai.com/api-keys")
        person.sees("3 see a demonstration: scripted replies, real commands, no key, no network")
        person.sees("1, 2 or 3?").types("1").sees("Your OpenAI key (it is not shown):").types("help")
        person.sees("That can't be a key: OpenAI's begin with sk- and are one long word of letters, digits")
        person.sees("Your OpenAI key (it is not shown):").types(KEY)
        person.sees("Keep this in .env for the next time? [Y/n]").types("y").sees("Written to .env.")
        person.sees("Say what you want done, in a sentence or more; or --manual to set name, role")
        person.sees("I want Auto-GPT to:").presses(CTRL_C)
        assert person.ends() == 7


def test_the_question_for_the_key_in_a_narrower_one(place: Place) -> None:
    from tests.stories.person import Person

    program = command(module="tests.stories.elsewhere")
    with Person(place, program, {"OLLAMA_AT": "http://127.0.0.1:9/v1"}, 30) as person:
        person.sees("1, 2 or 3?").types("1").sees("Your OpenAI key (it is not shown):").presses(CTRL_C)
        assert person.ends() == 7


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_questions_thoughts_and_the_end(place: Place, plain: tuple[str, ...]) -> None:
    from tests.stories.person import Person

    (place.folder / "ai_settings.yaml").write_text(SAVED)
    (place.folder / ".env").write_text("RESTRICT_TO_WORKSPACE=False\n")
    thought = "I write down what everybody should know of leaves that are kept green and dried at once."
    model = Model(write("green.md").replace("I write green.md.", thought))
    with OpenAIServer(model) as server:
        with Person(place, command(*plain), provider(server), COLUMNS) as person:
            person.sees("Use these settings? If you don't know who made these files, say no. [y/N]").types(
                "n"
            )
            person.sees("Go on with this profile? (n makes a new one) [y/n]").types("y")
            person.sees(*thought.split()).is_asked("or say what to do instead").presses(CTRL_C)
            person.sees("Ctrl-C again, or n, leaves; the run can be resumed.")
            person.is_asked("or say what to do instead").types("n")
            person.sees("LEFT. The run is saved and can be resumed.", "Go on with: autogpt resume")
            assert person.ends() == 7
        shutil.rmtree(place.workspace)
        with Person(place, command("resume", *plain), provider(server), COLUMNS) as person:
            person.sees("is gone. If it was moved, say where it is: autogpt resume", "-w FOLDER")
            assert person.ends() == 2


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_a_command_to_copy_is_one_line(place: Place, plain: tuple[str, ...]) -> None:
    from tests.stories.person import Person

    rules = [
        *plain,
        "--deny",
        f"write_to_file(filename=b{' ' * 50}c.md)",
        "--deny",
        "fetch_url(url=*" + "é" * 3900 + ")",
    ]
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    with OpenAIServer(Model(write("green.md"))) as server:
        with Person(place, command("-y", *rules), provider(server), COLUMNS, 1000) as person:
            person.is_asked("or say what to do instead").types("n")
            assert person.ends() == 7
        assert copied(person.raw, "Go on with: autogpt ")[2:] == rules
        shutil.rmtree(place.workspace)
        with Person(place, command("resume", *rules), provider(server), COLUMNS, 1000) as person:
            assert person.ends() == 2
        assert copied(person.raw, "\n  autogpt ")[2:] == [*rules, "-w", "FOLDER"]


def copied(written: bytes, after: str) -> list[str]:
    """The words of the command in a terminal's line, as whoever copies that line has them."""
    return shlex.split(written.decode().partition(after)[2].partition("\r\n")[0])


def test_what_is_wrong_with_the_command_line(place: Place) -> None:
    from tests.stories.person import Person

    with Person(place, command("write a poem"), {}, COLUMNS) as person:
        person.sees(
            "There is no command 'write a poem': there are runs, resume, replay, memory. A task is given"
        )
        person.sees("(--help lists the options)")
        assert person.ends() == 2
