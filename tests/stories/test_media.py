"""Whole runs that speak, ask the person, make pictures, look at them and write to others."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.http.servers import reply, serving
from tests.loopback.openai_server import Answer, OpenAIServer, Request
from tests.media.samples import base64_of, png, program, url_of
from tests.stories.person import CTRL_C, Person, seated
from tests.stories.world import DONE, KEY, Model, Place, command, provider, step, write

pytestmark = pytest.mark.real

UNCONTAINED = "tests.stories.uncontained"


@contextmanager
def outside(place: Place, model: Model, *options: str, **environ: str) -> Iterator[Person]:
    """A person at a machine that is no container."""
    with (
        OpenAIServer(model) as server,
        Person(place, command(*options, module=UNCONTAINED), provider(server, **environ)) as person,
    ):
        yield person


def sounds(place: Place) -> dict[str, str]:
    """A player that writes down what it would play, and an eSpeak that writes its text as a sound."""
    own = place.folder.parent / "own"
    program(own, "paplay", f'cat "$1" >> "{place.folder.parent}/heard"')
    espeak = 'for last; do :; done; printf "RIFF....WAVE" > "$last"; cat >> "$last"; echo >> "$last"'
    program(own, "espeak-ng", espeak)
    return {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}", "TEXT_TO_SPEECH_PROVIDER": "offline"}


def heard(place: Place) -> str:
    file = place.folder.parent / "heard"
    return file.read_text() if file.exists() else ""


@pytest.mark.slow
def test_what_the_agent_has_to_say_is_said_aloud(place: Place) -> None:
    model = Model(write("a.md"), DONE)
    with outside(place, model, "--speak", "--task", "tea", **sounds(place)) as person:
        person.answers("Run write_to_file?", "y")
        person.answers("Run task_complete?", "y")
        person.sees("DONE.")
        assert person.ends() == 0
        assert "voice" not in person.screen
    assert heard(place) == "RIFF....WAVEOn with it.\n" * 2


@pytest.mark.slow
def test_a_voice_that_fails_is_said_once_and_nothing_else_is_different(place: Place) -> None:
    environ = sounds(place)
    program(place.folder.parent / "own", "espeak-ng", "echo no voice here >&2; exit 1")
    model = Model(write("a.md"), write("b.md"), DONE)
    with outside(place, model, "--speak", "--task", "tea", **environ) as person:
        person.answers("Run write_to_file?", "y")
        person.answers("Run write_to_file?", "y")
        person.answers("Run task_complete?", "y")
        person.sees("DONE.")
        assert person.ends() == 0
        assert person.screen.count("goes on in silence") == 1
        assert "no voice here" in person.screen
    assert heard(place) == ""


def test_where_nobody_hears_it_the_voice_is_off_with_one_line(place: Place) -> None:
    with OpenAIServer(Model(write("a.md"), DONE)) as server:
        environ = provider(server, **sounds(place))
        ended = place.run("--speak", "--task", "tea", "-c", **environ)
        assert ended.code == 0
        assert ended.said.count("--speak:") == 1
        assert "nobody sits at a terminal" in ended.said
    with seated(
        place, Model(DONE), "--speak", "--task", "tea", AUTOGPT_CONTAINER="1", **sounds(place)
    ) as person:
        person.sees("--speak: there is no sound in a container.")
        person.answers("Run task_complete?", "y")
        assert person.ends() == 0
    assert heard(place) == ""


def test_a_voice_that_is_not_set_up_is_told_how_to_be(place: Place) -> None:
    environ = {"TEXT_TO_SPEECH_PROVIDER": "elevenlabs"}
    with outside(place, Model(DONE), "--speak", "--task", "tea", **environ) as person:
        person.sees("--speak: ElevenLabs is chosen, but ELEVENLABS_API_KEY is not set. Nothing is said.")
        person.answers("Run task_complete?", "y")
        assert person.ends() == 0


def test_the_agent_asks_and_the_person_answers(place: Place) -> None:
    model = Model(step("ask_user", question="Green or black?"), DONE)
    with seated(place, model, "--task", "tea") as person:
        person.sees("THE AGENT ASKS:", "Green or black?").is_asked("Your answer goes to the agent").types("y")
        person.answers("Run task_complete?", "y")
        assert person.ends() == 0
    assert "The user answers your question: y" in model.prompts[-1]


def test_ctrl_c_at_the_agents_question_is_as_at_every_other(place: Place) -> None:
    model = Model(step("ask_user", question="Green or black?"), DONE)
    with seated(place, model, "--task", "tea", "-c") as person:
        person.is_asked("Your answer goes to the agent").presses(CTRL_C)
        person.sees("Ctrl-C again leaves").is_asked("Your answer goes").types("green, please")
        person.sees("RESULT: ask_user", "green, please", "DONE.")
        assert person.ends() == 0
    model = Model(step("ask_user", question="Green or black?"), DONE)
    with seated(place, model, "--task", "tea", "-y", "-c") as person:
        person.is_asked("Your answer goes to the agent").presses(CTRL_C)
        person.sees("Ctrl-C again").is_asked("Your answer goes").presses(CTRL_C)
        person.sees("Go on with: autogpt resume")
        assert person.ends() == 7


def test_nobody_is_asked_where_nobody_is(place: Place) -> None:
    model = Model(step("ask_user", question="Green or black?"), DONE)
    with OpenAIServer(model) as server:
        assert place.run("--task", "tea", "-c", **provider(server)).code == 0
    assert "There is no command 'ask_user'" in model.prompts[-1]
    assert "ask_user:" not in model.prompts[0]


def test_a_picture_is_made_and_shown(place: Place) -> None:
    answer = json.dumps({"images": [base64_of(png())]}).encode()
    name = "images/a-cup-of-tea"

    with serving(lambda request: reply(answer)) as painter:
        environ = {
            "IMAGE_PROVIDER": "sdwebui",
            "SD_WEBUI_URL": url_of(painter),
            "DESCRIBE_IMAGE_MODEL": "model-that-sees",
            "TERM": "xterm-kitty",
        }
        model = Model(step("generate_image", prompt="a cup of tea"), DONE)
        with seated(place, model, "--task", "tea", **environ) as person:
            person.answers("Run generate_image?", "y")
            person.sees("RESULT: generate_image", "Saved a PNG picture", name)
            person.answers("Run task_complete?", "y")
            assert person.ends() == 0
            drawn = b"\x1b_Ga=T,f=100,r=16,q=2,m=0;" + base64.b64encode(png()) + b"\x1b\\"
            assert drawn in person.raw
    assert "describe_image:" in model.prompts[0]
    (file,) = (place.workspace / "images").iterdir()
    assert file.read_bytes() == png()


def test_a_picture_is_never_in_the_journal(place: Place) -> None:
    place.workspace.mkdir()
    (place.workspace / "a.png").write_bytes(png())
    model = Model(
        step("describe_image", filename="a.png", question="Which colour?"), DONE, summary="A red one."
    )

    def answer(request: Request) -> Answer:
        contents = [message["content"] for message in request.messages]
        return "A red one." if any(isinstance(content, list) for content in contents) else model(request)

    with OpenAIServer(answer) as server:
        ended = place.run(
            "--task", "tea", "-c", "--debug", **provider(server, DESCRIBE_IMAGE_MODEL="model-that-sees")
        )
    assert ended.code == 0
    assert "A red one." in model.prompts[-1]
    assert place.leaks(base64_of(png())) == []
    assert [request.body["model"] for request in server.requests].count("model-that-sees") == 1


def test_a_mail_is_shown_whole_and_never_sent_by_itself(place: Place) -> None:
    body = "".join(f"line {number}\n" for number in range(120))
    mail = step("send_email", to="ann@example.com", subject="Tea", body=body)
    environ = {"EMAIL_SMTP_HOST": "127.0.0.1", "EMAIL_SMTP_PORT": "9", "EMAIL_ADDRESS": "me@example.com"}
    with OpenAIServer(Model(mail, DONE)) as server:
        ended = place.run("--task", "tea", "-c", **provider(server, **environ))
    assert "NOT RUN: send_email" in ended.said
    with seated(place, Model(mail, DONE), "--task", "tea", "-y", "-c", **environ) as person:
        person.sees("to: ann@example.com", "subject: Tea", *(f"line {number}" for number in range(120)))
        person.answers("Run send_email?", "please don't")
        person.sees("DONE.")
        assert person.ends() == 0
    assert place.leaks(KEY) == []


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"EMAIL_ADDRESS": "me", "EMAIL_SMTP_HOST": "h"}, "EMAIL_ADDRESS: 'me' is not a mail address"),
        (
            {
                "EMAIL_ADDRESS": "me@example.com",
                "EMAIL_SMTP_HOST": "mail.example",
                "EMAIL_SMTP_SECURITY": "none",
            },
            "EMAIL_SMTP_SECURITY=none is for a mail server on this machine only",
        ),
    ],
)
def test_a_mail_account_that_can_not_be_used_is_an_error_of_usage(
    place: Place, environ: dict[str, str], said: str
) -> None:
    with OpenAIServer(Model(DONE)) as server:
        ended = place.run("--task", "tea", "-c", **provider(server, **environ))
    assert (ended.code, said in ended.err) == (2, True), ended.said
