"""What the person's answers mean."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.errors import LimitKind, UsageError
from autogpt.terminal.answers import (
    Again,
    Always,
    Keys,
    Leave,
    Meaning,
    Review,
    Words,
    Yes,
    amount_of,
    meaning_of,
)


@pytest.mark.parametrize("text", ["y", "Y", " y ", "yes", "YES", "ｙ", "y\t"])
def test_yes(text: str) -> None:
    assert meaning_of(text, Keys()) == Yes(1)


@pytest.mark.parametrize(
    "text", ["y -3", "y-3", "y - 3", "Y -3", "yes -3", "y –3", "y −3", "ｙ　－３", " y  -  3 "]
)
def test_yes_to_several(text: str) -> None:
    assert meaning_of(text, Keys()) == Yes(3)


@pytest.mark.parametrize(
    "text", ["y -0", "y -x", "y -", "y --3", "y -3.5", "y -9999999", "y -٣x", "y 3", "y3", "no"]
)
def test_half_right_answers_are_asked_again_with_a_reason(text: str) -> None:
    meaning = meaning_of(text, Keys())
    assert isinstance(meaning, Again)
    assert meaning.why


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Again()),
        ("  \t ", Again()),
        ("\n", Again()),
        ("n", Leave()),
        ("N ", Leave()),
        ("s", Review()),
        ("A", Always()),
        ("yes please also sort it", Words("yes please also sort it")),
        ("y - but only the first", Words("y - but only the first")),
        ("y-axis labels are wrong", Words("y-axis labels are wrong")),
        ("yep", Words("yep")),
        ("y\ny", Words("y\ny")),
        ("no, use sqlite", Words("no, use sqlite")),
        ("y" + " " * 200 + "x", Words("y" + " " * 200 + "x")),
        ("不", Words("不")),
    ],
)
def test_other_answers(text: str, meaning: Meaning) -> None:
    assert meaning_of(text, Keys()) == meaning


def test_the_persons_own_keys() -> None:
    keys = Keys(authorise="OK", leave="q")
    assert meaning_of("ok", keys) == Yes(1)
    assert meaning_of("ok -4", keys) == Yes(4)
    assert meaning_of("q", keys) == Leave()
    assert meaning_of("y", keys) == Words("y")
    assert meaning_of("yes", keys) == Words("yes")
    assert meaning_of("n", keys) == Words("n")
    assert meaning_of("s", Keys(authorise="s")) == Yes(1)


@pytest.mark.parametrize(("yes", "no"), [("y", "Y "), ("", "n"), ("y", "  ")])
def test_keys_that_cannot_work(yes: str, no: str) -> None:
    with pytest.raises(UsageError, match="AUTHORISE_COMMAND_KEY"):
        Keys(yes, no)


@given(st.text(max_size=30))
def test_only_the_exact_forms_are_a_yes(text: str) -> None:
    meaning = meaning_of(text, Keys())
    if isinstance(meaning, Yes):
        assert set(text.casefold()) - set(" \t\n\r") <= set("yes-0123456789") or not text.isascii()
        assert 1 <= meaning.steps <= 999_999


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("0.50", LimitKind.BUDGET, "0.50"),
        ("$2", LimitKind.BUDGET, "2"),
        ("2 $", LimitKind.BUDGET, "2"),
        ("0,5", LimitKind.BUDGET, "0.5"),
        ("10", LimitKind.STEPS, "10"),
        ("50k", LimitKind.TOKENS, "50000"),
        ("50 000", LimitKind.TOKENS, "50000"),
        ("90s", LimitKind.TIME, "90"),
        ("10", LimitKind.TIME, "600"),
        ("2h", LimitKind.TIME, "7200"),
        ("0.5h", LimitKind.TIME, "1800"),
    ],
)
def test_amounts(text: str, kind: LimitKind, amount: str) -> None:
    assert amount_of(text, kind) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "y", "-1", "0", "nan", "inf", "1e9", "1,000", "9999999999", "99999999999", "$", "1.2.3", "٣", "1/2"],
)
@pytest.mark.parametrize("kind", LimitKind)
def test_what_is_no_amount(text: str, kind: LimitKind) -> None:
    assert amount_of(text, kind) is None


def test_steps_and_tokens_are_whole() -> None:
    assert amount_of("1.5", LimitKind.STEPS) is None
    assert amount_of("0.0001k", LimitKind.TOKENS) is None
