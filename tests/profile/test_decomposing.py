from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.errors import ContextOverflow, LimitKind, OverLimit, ProviderError
from autogpt.core.messages import Completion, Message
from autogpt.core.profile import Profile
from autogpt.models.errors import Fault, ModelFault
from autogpt.profile import decompose, profile_of_task, read_decomposition
from autogpt.profile.decomposing import _SYSTEM, NoProfile


@dataclass
class OneAnswer:
    """A model with one answer, or one failure."""

    answer: Completion | Exception
    asked: list[tuple[Message, ...]] = field(default_factory=list)

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        self.asked.append(tuple(messages))
        assert not as_reply
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


EXPECTED = Profile("PaperGPT", "an analyst that compares prices.", ("Find prices.", "Write prices.md"))

PLAIN = (
    "Name: PaperGPT\nDescription: an analyst that compares prices.\nGoals:\n- Find prices.\n- Write prices.md"
)


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\n\n"),
        f"Sure! Here is the profile:\n\n{PLAIN}\n\nLet me know if you need anything else: I am here.",
        f"```\n{PLAIN}\n```",
        f"```text\n{PLAIN}\n```\nDone.",
        f"<think>\nName: no\nGoals:\n- none\n</think>\n\n{PLAIN}",
        PLAIN.replace("- ", "* "),
        PLAIN.replace("- ", "• "),
        PLAIN.replace("- ", "– "),
        PLAIN.replace("- ", "  - "),
        PLAIN.replace("- Find", "1. Find").replace("- Write", "2. Write"),
        PLAIN.replace("- Find", "1) Find").replace("- Write", "2) Write"),
        PLAIN.replace("- Find", "(1) Find").replace("- Write", "(2) Write"),
        PLAIN.replace("- Find", "Goal 1: Find").replace("- Write", "Goal 2: Write"),
        PLAIN.replace("- Find", "- **Goal 1:** Find").replace("- Write", "- **Goal 2:** Write"),
        PLAIN.replace("- ", ""),
        PLAIN.replace("- Find prices.", "- **Find prices.**"),
        PLAIN.replace("Name:", "**Name:**")
        .replace("Description:", "**Description:**")
        .replace("Goals:", "**Goals:**"),
        PLAIN.replace("Name:", "**Name**:")
        .replace("Description:", "**Description**:")
        .replace("Goals:", "**Goals**:"),
        PLAIN.replace("Name: PaperGPT", "**Name: PaperGPT**"),
        PLAIN.replace("Name: ", "### Name\n")
        .replace("Description: ", "### Description\n")
        .replace("Goals:", "### Goals"),
        PLAIN.replace("Name: ", "# Name:\n").replace("Description: ", "# Description:\n"),
        "1. **Name:** PaperGPT\n2. **Description:** an analyst that compares prices.\n3. **Goals:**\n"
        "   - Find prices.\n   - Write prices.md",
        PLAIN.replace("Name:", "AI Name:").replace("Description:", "AI Role:").replace("Goals:", "AI Goals:"),
        PLAIN.replace("Name:", "name:").replace("Description:", "ROLE :").replace("Goals:", "goals :"),
        PLAIN.replace("PaperGPT", '"PaperGPT"'),
        PLAIN.replace("PaperGPT", "<PaperGPT>"),
        PLAIN.replace(":", "："),
        "Name: PaperGPT\nDescription: an analyst that\n  compares prices.\nGoals:\n- Find\n  prices.\n- Write prices.md",
        "Goals:\n- Find prices.\n- Write prices.md\n\nName: PaperGPT\nDescription: an analyst that compares prices.",
        "Name: PaperGPT\nDescription: an analyst that compares prices.\nGoals: - Find prices. - Write prices.md",
        f"{PLAIN}\n\nName: OtherGPT\nDescription: another\nGoals:\n- Other",
        '{"name": "PaperGPT", "description": "an analyst that compares prices.", "goals": ["Find prices.", "Write prices.md"]}',
        '```json\n{"ai_name": "PaperGPT", "ai_role": "an analyst that compares prices.", "ai_goals": ["Find prices.",'
        ' "Write prices.md"]}\n```',
        "Nombre: PaperGPT\nDescripción: an analyst that compares prices.\nObjetivos:\n- Find prices.\n- Write prices.md",
        "名称：PaperGPT\n描述：an analyst that compares prices.\n目标：\n1、Find prices.\n2、Write prices.md",
        "Voici le profil :\n\n**Nom :** PaperGPT\n\n**Rôle :** an analyst that compares prices.\n\n**Buts :**\n\n"
        "* Find prices.\n* Write prices.md\n\nBonne chance !",
    ],
)
def test_answers_of_many_shapes_are_read(reply: str) -> None:
    assert read_decomposition(reply) == EXPECTED


def test_the_prompts_own_example_is_in_the_format_that_is_read() -> None:
    example = read_decomposition(_SYSTEM.partition("Example")[2])
    assert example
    assert example.name == "SupplierGPT"
    assert len(example.goals) == 3


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I'm sorry, but I can't help with that.",
        "Name: PaperGPT",
        "Name: PaperGPT\nDescription: x",
        "Name: PaperGPT\nDescription: x\nGoals:",
        "Name:\nDescription: x\nGoals:\n- a",
        "Description: x\nGoals:\n- a",
        "Here: is\nsome: prose\nand a list that is not one.",
        f"Name: {'x' * 200}\nDescription: x\nGoals:\n- a",
        "<html><body>502 Bad Gateway: try again</body></html>",
        '{"name": 3, "goals": {}}',
        '{"name": "A", "goals": ["b"',
        "[" * 30_000,
    ],
)
def test_an_answer_without_a_profile_in_it_gives_none(reply: str) -> None:
    assert read_decomposition(reply) is None


def test_five_goals_at_most_and_names_are_left_alone() -> None:
    profile = read_decomposition("Name: Bob\nRole: r\nGoals:\n" + "".join(f"- goal {i}\n" for i in range(9)))
    assert profile == Profile("Bob", "r", tuple(f"goal {i}" for i in range(5)))


@pytest.mark.parametrize(
    "goal",
    [
        "Fix `__init__.py` and *.csv under _private",
        "Cut costs by 5 - 10 %: see report.md",
        "Write \"hello\" and 'bye'",
        "Spend at most 3.5 million",
        "Visit https://example.org/a_b*c",
    ],
)
def test_a_goals_text_is_kept_exactly(goal: str) -> None:
    profile = read_decomposition(f"Name: A\nRole: r\nGoals:\n- {goal}\n1. second")
    assert profile
    assert profile.goals == (goal, "second")


def test_deeper_items_belong_to_the_one_above() -> None:
    profile = read_decomposition("Name: A\nRole: r\nGoals:\n- one\n    - x\n    - y\n- two")
    assert profile
    assert profile.goals == ("one; x; y", "two")


def test_control_characters_do_not_reach_the_profile() -> None:
    profile = read_decomposition("Name: A\x1b[2J\nRole: r\x07\nGoals:\n- a\x00b\ud800")
    assert profile == Profile("A[2J", "r", ("ab",))


@settings(deadline=None)
@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(["Name:", "Goals:", "Role: ", "- a", "1. b", "\n", "\n\n", "**", "  ", "x: y"])
    ).map("\n".join)
)
def test_any_answer_gives_a_profile_or_none(reply: str) -> None:
    profile = read_decomposition(reply)
    assert profile is None or (profile.name and profile.role and 1 <= len(profile.goals) <= 5)


@pytest.mark.parametrize("piece", ["*", "- ", "Name:", " ", "<think>", "**a ", '"a ', "a:", "{", "1. ", "_"])
def test_a_flood_is_read_quickly(piece: str) -> None:
    assert read_decomposition(piece * 1_000_000) is None
    assert read_decomposition(f"Name: {piece * 5_000}\nRole: x\nGoals:\n- {piece * 5_000}") is None


def test_the_model_is_asked_once_with_the_task() -> None:
    model = OneAnswer(Completion(PLAIN))
    assert decompose("compare paper prices", model) == EXPECTED
    ((system, user),) = model.asked
    assert (system.role, user.role) == ("system", "user")
    assert "Name: " in system.text
    assert "compare paper prices" in user.text


def test_an_enormous_task_still_makes_a_small_prompt() -> None:
    model = OneAnswer(Completion(PLAIN))
    decompose("x" * 300_000, model)
    assert sum(len(message.text) for message in model.asked[0]) < 30_000


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Completion("no"), "can't be read"),
        (Completion(PLAIN, finish="length"), "can't be read"),
        (Completion(PLAIN, finish="filter"), "can't be read"),
        (
            ProviderError("nothing answers there: start the server"),
            "nothing answers there: start the server.",
        ),
        (ContextOverflow(100), "window is too small"),
        (OverLimit(LimitKind.BUDGET, Decimal(0), Decimal("0.01"), Decimal(1)), "budget is too small"),
    ],
)
def test_no_usable_answer_gives_the_reason(answer: Completion | Exception, why: str) -> None:
    made = decompose("x", OneAnswer(answer))
    assert isinstance(made, NoProfile)
    assert why in made.why


def test_a_refused_key_is_passed_on() -> None:
    with pytest.raises(ModelFault):
        decompose("x", OneAnswer(ModelFault(Fault.WRONG_KEY)))


def test_a_plain_profile_of_a_task() -> None:
    assert profile_of_task(" write\na poem ") == Profile(
        "Auto-GPT", "an AI that does this task: write a poem", ("write\na poem",)
    )
    assert len(profile_of_task("x" * 10_000).role) < 350
