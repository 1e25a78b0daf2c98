from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.core.errors import ProviderError, UsageError
from autogpt.core.messages import Completion, Message
from autogpt.core.profile import Profile
from autogpt.models.errors import Fault, ModelFault
from autogpt.profile import Asked, Overrides, choose_profile, profile_of_task, read_profile, write_profile

REPLY = "Name: PoetGPT\nDescription: a poet\nGoals:\n- Write a poem to poem.txt"
POET = Profile("PoetGPT", "a poet", ("Write a poem to poem.txt",), task="write a poem")
SAVED = Profile("OldGPT", "an old hand", ("Do the old thing",), Decimal("2.5"))


@dataclass
class Person:
    """Gives the answers in order; out of answers, leaves. A bool answers yes or no."""

    answers: list[str | bool | None] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def ask_line(self, prompt: str, default: str = "") -> str | None:
        self.seen.append(prompt)
        answer = self.answers.pop(0) if self.answers else None
        assert answer is None or isinstance(answer, str), f"asked for a line: {prompt}"
        return answer if answer is None else answer or default

    def ask_yes_no(self, prompt: str, default: bool | None = None) -> bool | None:
        self.seen.append(prompt)
        answer = self.answers.pop(0) if self.answers else None
        assert answer is None or isinstance(answer, bool), f"asked yes or no: {prompt}"
        return answer

    def say(self, text: str) -> None:
        self.seen.append(text)

    @property
    def text(self) -> str:
        return "\n".join(self.seen)


@dataclass
class Model:
    answer: str | Exception = REPLY
    calls: int = 0

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return Completion(self.answer)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path / "ai_settings.yaml")


def test_a_task_is_worked_out_by_the_model_shown_and_saved(asked: Asked) -> None:
    person = Person(["write a poem"])
    assert choose_profile(asked, Model(), person) == POET
    assert person.answers == []
    assert "I want Auto-GPT to:" in person.seen
    assert "Write a poem to poem.txt" in person.text
    assert read_profile(asked.file) == POET


def test_an_empty_task_is_asked_for_again(asked: Asked) -> None:
    person = Person(["", "   ", "write a poem"])
    assert choose_profile(asked, Model(), person) == POET
    assert person.seen.count("I want Auto-GPT to:") == 3


@pytest.mark.parametrize("typed", ["exit", " Quit "])
def test_who_types_a_word_for_leaving_leaves(typed: str, asked: Asked) -> None:
    model = Model()
    assert choose_profile(asked, model, Person([typed, "write a poem"])) is None
    assert model.calls == 0


@pytest.mark.parametrize("typed", ["help", "?", " HELP "])
def test_who_asks_for_help_sees_an_example(typed: str, asked: Asked) -> None:
    person = Person([typed, "help me write a poem"])
    profile = choose_profile(asked, Model(), person)
    assert profile is not None
    assert profile.task == "help me write a poem"
    assert "For example: find out what changed" in person.text
    assert "empty" not in person.text


@pytest.mark.parametrize("typed", ["--manual", " --MANUAL "])
def test_by_hand_at_once(typed: str, asked: Asked) -> None:
    model = Model()
    person = Person([typed, "HandGPT", "a hand", "one", "two", "", "lots", "-1", "$3"])
    expected = Profile("HandGPT", "a hand", ("one", "two"), Decimal(3))
    assert choose_profile(asked, model, person) == expected
    assert person.answers == []
    assert model.calls == 0
    assert read_profile(asked.file) == expected


def test_by_hand_everything_has_a_default(asked: Asked) -> None:
    profile = choose_profile(asked, None, Person(["--manual", "", "", "", ""]))
    assert profile
    assert profile.name
    assert profile.role
    assert profile.goals
    assert profile.budget is None


def test_by_hand_five_goals_end_the_list(asked: Asked) -> None:
    profile = choose_profile(asked, None, Person(["--manual", "", "", "1", "2", "3", "4", "5", "0"]))
    assert profile
    assert profile.goals == ("1", "2", "3", "4", "5")
    assert profile.budget is None


@pytest.mark.parametrize("model", [None, Model("no idea"), Model(ProviderError("down"))])
def test_without_a_usable_answer_it_goes_by_hand_from_the_task(model: Model | None, asked: Asked) -> None:
    person = Person(["write a poem", "", "", "", ""])
    assert choose_profile(asked, model, person) == profile_of_task("write a poem")
    assert sum("by hand" in line for line in person.seen) == 1


def test_a_refused_key_ends_the_asking(asked: Asked) -> None:
    with pytest.raises(ModelFault):
        choose_profile(asked, Model(ModelFault(Fault.WRONG_KEY)), Person(["write a poem"]))


@pytest.mark.parametrize(
    "answers",
    [
        [],
        ["--manual"],
        ["--manual", "a"],
        ["--manual", "a", "b"],
        ["--manual", "a", "b", "c"],
        ["--manual", "a", "b", ""],
    ],
)
def test_who_leaves_half_way_leaves_nothing(answers: list[str | bool | None], asked: Asked) -> None:
    assert choose_profile(asked, Model(), Person(answers)) is None
    assert list(asked.file.parent.iterdir()) == []


def test_a_profile_that_the_person_never_saw_is_no_last_time(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    person = Person([True])
    assert choose_profile(asked, Model(), person) == SAVED
    assert person.seen[0].endswith("ai_settings.yaml describes OldGPT:")
    assert "Last time" not in person.text


def test_welcome_back(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    model, person = Model(), Person([True])
    assert choose_profile(replace(asked, known=True), model, person) == SAVED
    assert model.calls == 0
    for shown in ("Welcome back", "OldGPT", "an old hand", "Do the old thing", "$2.5"):
        assert shown in person.text
    assert choose_profile(asked, model, Person([])) is None


def test_a_new_profile_keeps_the_old_one_aside_and_the_files_other_keys(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    asked.file.write_text(f"{asked.file.read_text()}mine: 1\n")
    person = Person([False, "write a poem"])
    assert choose_profile(asked, Model(), person) == POET
    assert read_profile(asked.file) == POET
    assert "mine: 1" in asked.file.read_text()
    aside = asked.file.with_name("ai_settings.previous.yaml")
    assert read_profile(aside) == SAVED
    assert str(aside) in person.text


def test_what_somebody_wrote_is_not_lost_however_often_it_is_made_anew(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    written = asked.file.read_text()
    for _ in range(4):
        assert choose_profile(asked, Model(), Person([False, "write a poem"])) == POET
    kept = {path.name: path.read_text() for path in asked.file.parent.glob("*previous*")}
    assert sorted(kept) == ["ai_settings.previous-2.yaml", "ai_settings.previous.yaml"]
    assert kept["ai_settings.previous.yaml"] == written
    assert "ai_task: write a poem" in kept["ai_settings.previous-2.yaml"]
    asked.file.write_text(written)
    person = Person([False, "write a poem"])
    choose_profile(asked, Model(), person)
    assert "kept in" in person.text
    assert asked.file.with_name("ai_settings.previous.yaml").read_text() == written
    assert len(list(asked.file.parent.glob("*previous*"))) == 2
    asked.file.with_name("ai_settings.previous-2.yaml").write_text("not: [a profile")
    asked.file.write_text(f"{written}# another\n")
    choose_profile(asked, Model(), Person([False, "write a poem"]))
    assert asked.file.with_name("ai_settings.previous-2.yaml").read_text() == "not: [a profile"
    assert asked.file.with_name("ai_settings.previous-3.yaml").read_text() == f"{written}# another\n"
    asked.file.write_text(written)
    choose_profile(asked, Model(), Person([False, "write a poem"]))
    assert len(list(asked.file.parent.glob("*previous*"))) == 3


def test_without_reprompt_the_saved_profile_is_used(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    assert choose_profile(replace(asked, reprompt=False), None, Person()) == SAVED
    assert choose_profile(asked, None, None) == SAVED


def test_a_required_file_must_be_there_and_whole(asked: Asked) -> None:
    required = replace(asked, required=True, reprompt=False)
    with pytest.raises(UsageError, match=r"^There is no profile in .*ai_settings\.yaml"):
        choose_profile(required, Model(), Person(["x"]))
    for questions in (Person(), None):
        with pytest.raises(UsageError, match=r"^There is no profile in .*ai_settings\.yaml"):
            choose_profile(replace(required, task="write a poem"), Model(), questions)
    asked.file.write_text("ai_name: x\n")
    with pytest.raises(UsageError, match="ai_role: missing"):
        choose_profile(required, Model(), Person(["x"]))


def test_overrides_stand_before_all_else(asked: Asked) -> None:
    named = replace(asked, overrides=Overrides(name="N"))
    assert choose_profile(named, Model(), Person(["write a poem"])) == replace(POET, name="N")
    complete = replace(asked, file=asked.file.with_name("no"), overrides=Overrides("N", "r", ("g",)))
    for person in (None, Person()):
        assert choose_profile(complete, None, person) == Profile("N", "r", ("g",))
    write_profile(asked.file, SAVED)
    assert choose_profile(replace(asked, overrides=Overrides(goals=("g",))), None, None) == replace(
        SAVED, goals=("g",)
    )
    assert read_profile(asked.file) == SAVED


@pytest.mark.parametrize("model", [None, Model("no idea"), Model(ProviderError("down"))])
def test_headless_a_task_is_enough(model: Model | None, asked: Asked) -> None:
    profile = choose_profile(replace(asked, task="write a poem"), model, None)
    assert profile == Profile("Auto-GPT", "an AI that does this task: write a poem", ("write a poem",))


def test_a_given_task_is_for_this_run_only(asked: Asked) -> None:
    write_profile(asked.file, SAVED)
    for person in (None, Person()):
        assert choose_profile(replace(asked, task="write a poem"), Model(), person) == POET
    assert read_profile(asked.file) == SAVED


def test_headless_with_nothing_to_do_is_one_line(asked: Asked) -> None:
    with pytest.raises(UsageError, match="--task"):
        choose_profile(asked, Model(), None)
    with pytest.raises(UsageError, match="task is empty"):
        choose_profile(replace(asked, task=" \n"), Model(), None)


@pytest.mark.skipif(os.name == "nt", reason="needs a folder that can't be written")
def test_a_profile_that_cannot_be_saved_still_runs(tmp_path: Path) -> None:
    person = Person(["write a poem"])
    assert choose_profile(Asked(tmp_path / "no" / "ai_settings.yaml"), Model(), person) == POET
    assert "cannot be written" in person.text
