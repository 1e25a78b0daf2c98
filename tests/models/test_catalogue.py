from datetime import date
from decimal import Decimal

import pytest

from autogpt.core.errors import UsageError
from autogpt.models import catalogue
from autogpt.models.catalogue import (
    DEFAULT_EMBEDDING,
    DEFAULT_FAST,
    DEFAULT_SMART,
    check_chat,
    facts,
    retired,
)

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("name", [DEFAULT_SMART, DEFAULT_FAST, DEFAULT_EMBEDDING])
def test_the_defaults_are_known_priced_and_not_about_to_be_retired(name: str) -> None:
    known = facts(name)
    assert known is not None
    assert known.price is not None
    assert known.window is not None
    assert not retired(name, date(2027, 12, 31))


def test_the_fast_default_is_the_cheapest_that_lasts() -> None:
    lasting = [
        known
        for name in catalogue._catalogue()
        if (known := facts(name)) and known.mode == "chat" and known.price and known.retired_on is None
    ]
    cheapest = min(lasting, key=lambda known: known.price.input if known.price else Decimal(0))
    assert cheapest.name == DEFAULT_FAST


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4",
        "gpt-3.5-turbo",
        "gpt-3.5-turbo-0301",
        "gpt-4-0314",
        "gpt-4-32k",
        "gpt-4-32k-0613",
        "openai/gpt-4",
    ],
)
def test_models_that_old_settings_name_are_retired(name: str) -> None:
    assert retired(name, TODAY)


@pytest.mark.parametrize(
    "name", ["llama3.3", "qwen/qwen3-32b", "gpt-99", "", "/", "-0613", "ft:", "gpt-oss-20b"]
)
def test_an_unknown_model_is_neither_known_nor_retired(name: str) -> None:
    assert facts(name) is None
    assert not retired(name, TODAY)
    check_chat(name)


def test_retirement_begins_on_its_day() -> None:
    assert not retired("gpt-4", date(2026, 10, 22))
    assert retired("gpt-4", date(2026, 10, 23))


def test_names_in_disguise() -> None:
    assert facts("azure/gpt-5.4") is not None
    dated = facts("gpt-5.4-2027-01-01")
    assert dated is not None
    assert dated.window == 1_050_000
    tuned = facts("ft:gpt-4.1-2025-04-14:acme::abc")
    assert tuned is not None
    assert tuned.price is None


@pytest.mark.parametrize("name", ["gpt-5.4-pro", "o1-pro", "text-embedding-3-small"])
def test_a_model_that_takes_no_chat_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]*choose gpt-6.1-sol[^\n]*$"):
        check_chat(name)


def test_every_entry_can_be_read() -> None:
    for name in catalogue._catalogue():
        known = facts(name)
        assert known is not None
        assert known.name == name
        if known.price is not None:
            assert known.price.cached <= known.price.input
