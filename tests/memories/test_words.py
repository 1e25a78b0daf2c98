"""Words for the index: any text, in time."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from autogpt.memories.words import MOST_ASKED, asked, indexed


def test_scripts_without_blanks_are_split() -> None:
    assert indexed("喝绿茶") == "喝 绿 茶 喝绿 绿茶"
    assert asked("喝绿茶") == ["喝绿", "绿茶"]
    assert asked("茶") == ["茶"]
    assert indexed("v2版本") == "v2 版 本 版本"


def test_case_accents_and_widths_are_one() -> None:
    assert asked("CAFÉ Ｃａｆé café naïve") == ["cafe", "naive"]
    assert asked("Straße STRASSE") == ["strasse"]
    assert asked("ё Ё е") == ["е"]


def test_punctuation_never_gets_into_a_query() -> None:
    assert asked('"a" OR (b*) NEAR:c_d -e') == ["a", "or", "b", "near", "c", "d", "e"]
    assert asked("") == asked("!?") == []


@given(st.text())
def test_what_is_indexed_is_found_by_itself(text: str) -> None:
    words = indexed(text).split(" ")
    assert set(asked(text)) <= set(words)
    assert len(asked(text)) <= MOST_ASKED


def test_long_texts_take_their_time_only() -> None:
    for text in ("a" * 200_000, "茶" * 200_000, "हि" * 100_000, "a b " * 50_000, "\u0301" * 200_000):
        begun = time.perf_counter()
        indexed(text)
        asked(text)
        assert time.perf_counter() - begun < 3
