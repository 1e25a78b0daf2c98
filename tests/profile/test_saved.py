from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.errors import UsageError
from autogpt.core.profile import Profile
from autogpt.profile import Overrides, read_profile, write_profile

ORIGINAL = """\
ai_goals:
- Increase net worth
- 'Grow: the account'
ai_name: Entrepreneur-GPT
ai_role: an AI that runs businesses
api_budget: 0.0
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ai_settings.yaml"


def test_a_file_of_the_originals_is_read(file: Path) -> None:
    file.write_text(ORIGINAL)
    assert read_profile(file) == Profile(
        "Entrepreneur-GPT", "an AI that runs businesses", ("Increase net worth", "Grow: the account"), None
    )


def test_no_file_and_an_empty_one_are_no_profile(file: Path) -> None:
    assert read_profile(file) is None
    file.write_text("# nothing yet\n")
    assert read_profile(file) is None


def test_texts_stay_as_they_were_typed(file: Path) -> None:
    file.write_text(
        "ai_name: 007\nai_role: yes\nai_goals: [2024-10-21, 1.50, ' x ', '', null]\napi_budget: $2.50\n"
    )
    assert read_profile(file) == Profile("007", "yes", ("2024-10-21", "1.50", "x"), Decimal("2.50"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ai_name: A\nai_role: b\n", "ai_goals: missing"),
        ("ai_name: A\nai_role: b\nai_goals: []\n", "line 3: ai_goals: missing"),
        ("ai_name: A\nai_role: b\nai_goals:\n", "line 3: ai_goals: missing"),
        ("ai_name: A\nai_role: b\nai_goals: do it\n", "line 3: ai_goals: expected a list"),
        (
            "ai_name: A\nai_role: b\nai_goals:\n- Do it: now\n",
            "line 4: ai_goals: expected a text; one that contains a colon",
        ),
        ("ai_role: b\nai_goals: [c]\n", "ai_name: missing"),
        ("ai_name: A\nai_goals: [c]\n", "ai_role: missing"),
        ("ai_name: [A]\nai_role: b\nai_goals: [c]\n", "line 1: ai_name: expected a text, not a list"),
        (
            "ai_name: A\nai_role: b\nai_goals: [c]\napi_budget: -1\n",
            "line 4: api_budget: '-1'; expected an amount",
        ),
        ("ai_name: A\nai_role: b\nai_goals: [c]\napi_budget: .nan\n", "line 4: api_budget"),
        ("ai_name: A\nai_role: b\nai_goals: [c]\napi_budget: 1e20\n", "line 4: api_budget"),
        ("ai_name: A\nai_role: b\nai_goals: [c]\napi_budget: lots\n", "line 4: api_budget"),
        ("just text", "line 1: expected lines of the form"),
        ("<html>\n<body>: [\n", "not valid YAML"),
        ("ai_name: A\n\tai_role: b\n", "line 2: not valid YAML"),
        ("{", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_file_and_key(text: str, says: str, file: Path) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_profile(file)
    assert str(caught.value).startswith(str(file))
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_overrides_stand_before_the_file_and_may_complete_it(file: Path) -> None:
    file.write_text("ai_name: A\nai_goals: [c]\n")
    profile = read_profile(file, Overrides(role="b", goals=("d", "e")))
    assert profile == Profile("A", "b", ("d", "e"))


def test_a_rewrite_keeps_other_keys_as_they_were(file: Path) -> None:
    file.write_text(f"{ORIGINAL}mine:\n  date: 2024-10-21\n  on: yes\n  text: '007'\n  list: [1, 2]\n")
    before = yaml.safe_load(file.read_text())
    write_profile(file, Profile("N", "r", ("g",), Decimal("5")))
    after = yaml.safe_load(file.read_text())
    assert after == {
        "ai_name": "N",
        "ai_role": "r",
        "ai_goals": ["g"],
        "api_budget": 5.0,
        "mine": before["mine"],
    }
    assert list(file.parent.iterdir()) == [file]


def test_the_file_is_plain_yaml_in_utf8_that_the_original_reads(file: Path) -> None:
    profile = Profile("研究GPT", "一个研究助手", ("Größe: messen", "- dash", "yes"), Decimal("2.5"))
    write_profile(file, profile)
    assert "研究GPT" in file.read_text("utf-8")
    assert yaml.safe_load(file.read_text("utf-8")) == {
        "ai_name": profile.name,
        "ai_role": profile.role,
        "ai_goals": list(profile.goals),
        "api_budget": 2.5,
    }


def test_a_file_that_is_not_yaml_is_never_overwritten(file: Path) -> None:
    file.write_text("ai_name: [")
    with pytest.raises(UsageError):
        write_profile(file, Profile("N", "r", ("g",)))
    assert file.read_text() == "ai_name: ["


texts = st.text(min_size=1).map(str.strip).filter(bool)
budgets = st.none() | st.decimals(Decimal("0.01"), Decimal(1_000_000), places=2)


@settings(deadline=None)
@given(st.builds(Profile, texts, texts, st.lists(texts, min_size=1, max_size=5).map(tuple), budgets))
def test_what_is_written_is_read_again(profile: Profile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ai_settings.yaml"
        write_profile(file, profile)
        assert read_profile(file) == profile
        write_profile(file, profile)
        assert read_profile(file) == profile


yaml_like = st.text(st.sampled_from("ai_namerolegs:-[]{}\"'&*!|>%@#? \n\t0.é\x85\u202e"), max_size=80)


@settings(deadline=None)
@given(
    st.binary(max_size=100)
    | yaml_like.map(str.encode)
    | yaml_like.map(lambda t: f"ai_name: A\nai_goals: {t}".encode())
)
def test_any_file_is_a_profile_or_one_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ai_settings.yaml"
        file.write_bytes(data)
        try:
            profile = read_profile(file)
        except UsageError as error:
            message = str(error)
        else:
            message = "fine"
            assert profile is None or (profile.name and profile.role and profile.goals)
        assert message.isprintable()
