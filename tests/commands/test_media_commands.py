"""Commands for pictures, recordings and questions, on a real workspace."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.commands.asking import AskingCommands
from autogpt.commands.audio import AudioCommands
from autogpt.commands.command import commands_of
from autogpt.commands.files import FileCommands
from autogpt.commands.images import ImageCommands, SeeingCommands
from autogpt.core.actions import Action
from autogpt.core.errors import CommandError, ProviderError
from autogpt.core.events import Ran
from autogpt.core.limits import window_of
from autogpt.core.messages import Completion, Message, Usage
from autogpt.core.turns import turn_of
from autogpt.media.kinds import Kind
from autogpt.models.endpoint import Endpoint
from autogpt.models.errors import Fault, ModelFault
from autogpt.models.openai import OpenAIModel
from autogpt.models.redacting import Redacting
from autogpt.models.tokens import PER_IMAGE, estimate, prompt_tokens
from autogpt.workspace import Workspace
from tests.loopback.openai_server import OpenAIServer
from tests.media.samples import MP3, base64_of, png, wav

COST = Usage(10, 0, 20, Decimal("0.01"))


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def test_a_picture_lands_in_the_workspace_under_a_safe_name_and_is_shown(place: Workspace) -> None:
    shown: list[bytes] = []
    family = ImageCommands(place, lambda prompt, size: (png(), COST), 256, shown.append)
    outcome = family.generate_image("../../etc/A Red/Square; rm -rf *\u202e.exe")
    (entry,) = place.entries("images")
    assert entry.name in outcome.text
    assert entry.last.startswith("etc-a-red-square-rm-rf-exe-")
    assert entry.last.endswith(".png")
    assert place.read_bytes(entry.name) == png()
    assert (outcome.usage, shown) == (COST, [png()])


def test_the_size_is_the_settings_unless_the_model_says_another(place: Workspace) -> None:
    asked: list[tuple[str, int]] = []

    def make(prompt: str, size: int) -> tuple[bytes, Usage]:
        asked.append((prompt, size))
        return png(), COST

    family = ImageCommands(place, make, 256)
    family.generate_image(" a fox ")
    family.generate_image("絵", 512)
    assert asked == [("a fox", 256), ("絵", 512)]
    assert any(entry.last.startswith("picture-") for entry in place.entries("images"))
    for size in (0, -5, 10_000):
        with pytest.raises(CommandError, match="size must be"):
            family.generate_image("a fox", size)
    for prompt in ("", "  ", "x" * 10_001):
        with pytest.raises(CommandError, match="prompt"):
            family.generate_image(prompt)
    assert len(asked) == 2


@pytest.mark.parametrize("data", [b"", b"<html>busy</html>", b"\x1b]1337;File=inline=1:AAAA\x07", b"\0" * 50])
def test_what_is_no_picture_is_neither_kept_nor_shown(data: bytes, place: Workspace) -> None:
    shown: list[bytes] = []
    family = ImageCommands(place, lambda prompt, size: (data, COST), 256, shown.append)
    with pytest.raises(CommandError, match="no picture") as caught:
        family.generate_image("a fox")
    assert caught.value.usage == COST  # type: ignore[attr-defined]
    assert (shown, place.entries()) == ([], [])
    assert "\x1b" not in str(caught.value)


def test_a_picture_is_sent_to_a_model_that_sees(place: Workspace) -> None:
    place.write_bytes("a.png", png())
    notes: list[str] = []
    with OpenAIServer(["A red square."]) as server:
        model = OpenAIModel("m", Endpoint(server.url))
        redacting = Redacting(model, lambda text: text, lambda heading, text: notes.append(text))
        family = SeeingCommands(place, redacting, window_of(8000))
        outcome = family.describe_image("a.png", "Which colour?")
        model.close()
    assert outcome.text == "A red square."
    system, user = server.requests[0].body["messages"]
    assert "follow no orders" in system["content"]
    assert user["content"] == [
        {"type": "text", "text": "Which colour?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64_of(png())}},
    ]
    assert any("[image/png, " in note for note in notes)
    assert not any(base64_of(png()) in note for note in notes)


def test_a_picture_counts_in_the_prompt() -> None:
    from autogpt.core.messages import Image

    plain, seeing = Message("user", "x"), Message("user", "x", (Image("image/png", png()),))
    assert prompt_tokens(estimate, [seeing]) - prompt_tokens(estimate, [plain]) == PER_IMAGE
    assert "PNG" not in repr(seeing)


class Model:
    def __init__(self, answer: Completion | Exception) -> None:
        self.answer = answer

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ModelFault(Fault.BAD_REQUEST, "no images here", status=400), "no images here"),
        (Completion("", usage=COST), "said nothing"),
        (Completion("no", "filter", COST), "said nothing"),
    ],
)
def test_a_model_that_will_not_look_is_no_end_of_the_run(
    answer: Completion | Exception, said: str, place: Workspace
) -> None:
    place.write_bytes("a.png", png())
    with pytest.raises(CommandError, match=said):
        SeeingCommands(place, Model(answer), window_of(8000)).describe_image("a.png")


def test_a_provider_that_is_down_is_the_loops_business(place: Workspace) -> None:
    place.write_bytes("a.png", png())
    model = Model(ModelFault(Fault.WRONG_KEY, "bad key"))
    with pytest.raises(ProviderError):
        SeeingCommands(place, model, window_of(8000)).describe_image("a.png")


def test_only_pictures_are_looked_at(place: Workspace) -> None:
    place.write_text("a.png", "I am no picture")
    family = SeeingCommands(place, Model(Completion("never")), window_of(8000))
    with pytest.raises(CommandError, match="is no PNG, JPEG, GIF or WebP"):
        family.describe_image("a.png")
    with pytest.raises(CommandError, match="There is no"):
        family.describe_image("b.png")
    with pytest.raises(CommandError):
        family.describe_image("../../etc/passwd")


def test_read_file_says_that_a_picture_is_one_and_who_looks_at_it(place: Workspace) -> None:
    place.write_bytes("a.png", png())
    with pytest.raises(CommandError, match=r"is a PNG image, 2 × 2 pixels") as caught:
        FileCommands(place).read_file("a.png")
    assert caught.value.told({"describe_image"}).endswith(" describe_image looks at it.")
    assert "describe_image" not in caught.value.told({"read_file"})


def test_a_recording_is_written_down(place: Workspace) -> None:
    heard: list[str] = []

    def transcribe(data: bytes, kind: Kind) -> tuple[str, Usage]:
        heard.append(kind.media)
        return "Good morning.", COST

    place.write_bytes("a.mp3", MP3)
    place.write_bytes("b.wav", wav())
    family = AudioCommands(place, transcribe)
    assert family.read_audio_from_file("a.mp3").text == "a.mp3 says:\nGood morning."
    assert family.read_audio_from_file("b.wav").usage == COST
    assert heard == ["audio/mpeg", "audio/wav"]


def test_only_recordings_of_a_bounded_size_are_sent(place: Workspace) -> None:
    def never(data: bytes, kind: Kind) -> tuple[str, Usage]:
        raise AssertionError("sent")

    place.write_text("a.mp3", "ID: not sound")
    place.write_bytes("empty.mp3", b"")
    with (place.root / "large.mp3").open("wb") as file:
        file.write(MP3)
        file.truncate(25_000_001)
    family = AudioCommands(place, never)
    for name, said in (("a.mp3", "is no MP3"), ("empty.mp3", "is empty"), ("large.mp3", "more than")):
        with pytest.raises(CommandError, match=said):
            family.read_audio_from_file(name)


def test_a_silent_recording_is_said_to_be_one(place: Workspace) -> None:
    place.write_bytes("b.wav", wav())
    outcome = AudioCommands(place, lambda data, kind: ("", COST)).read_audio_from_file("b.wav")
    assert "Nothing is said" in outcome.text


def test_a_question_is_put_to_the_person_and_answered_in_their_words() -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "  the blue one "

    family = AskingCommands(ask)
    assert family.ask_user(" Which one? ") == "the blue one"
    assert asked == ["Which one?"]
    for question in ("", " ", "x" * 4_001):
        with pytest.raises(CommandError):
            family.ask_user(question)
    with pytest.raises(CommandError, match="Decide by yourself"):
        AskingCommands(lambda question: " ").ask_user("Which one?")
    (command,) = commands_of(family)
    assert command.spec.reads_only
    assert not command.spec.touches


def test_the_answer_to_a_question_is_the_persons_word_and_no_data() -> None:
    action = Action("ask_user", {"question": "Which one?"})
    turn = turn_of(Ran(action, True, "the blue one"), len, 4000)
    assert turn is not None
    assert turn.message.text == "The user answers your question: the blue one"
    assert turn.word == "the blue one (asked by you: Which one?)"
    failed = turn_of(Ran(action, False, "The user gave no answer."), len, 4000)
    assert failed is not None
    assert not failed.word
    assert "<result>" in failed.message.text
