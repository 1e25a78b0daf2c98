"""Where edits go: properties, and the cases that models send."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autogpt.commands.matching import Ambiguous, Applied, Edit, Empty, Missing, patched

LINES = st.lists(st.text(alphabet="ab \t(é", max_size=6), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text)


def one(text: str, search: str, replace: str, **more: bool) -> str:
    """The text after an edit that must be possible."""
    result = patched(text, [Edit(search, replace, **more)])
    assert not result.failures
    return result.text


@given(st.data(), LINES, ENDS)
def test_what_stands_once_is_replaced_and_nothing_else(
    data: st.DataObject, lines: list[str], end: str
) -> None:
    text = end.join(lines)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    assume(end != "\r\n" or (text[start - 1 : start + 1] != end and text[stop - 1 : stop + 1] != end))
    search = text[start:stop]
    assume(search.strip())
    assume(len(re.findall(f"(?={re.escape(search)})", text)) == 1)
    new = data.draw(st.text(alphabet="xyz \n", max_size=8))
    result = patched(text, [Edit(search, new)])
    expected = text[:start] + new.replace("\n", end if end in text else "\n") + text[stop:]
    # An end that is written in the replaced part is kept; all are the same here.
    assert result.text == expected
    (applied,) = result.outcomes
    assert isinstance(applied, Applied)
    assert applied.manner == "exact"
    assert applied.new_line == len(lines_of(text[:start]))


@given(LINES, st.text(alphabet="ab \n", max_size=8), st.text(alphabet="ab \n", max_size=8), st.booleans())
def test_a_text_changes_only_where_an_edit_was_made(
    lines: list[str], search: str, new: str, whole: bool
) -> None:
    assume(search.strip())
    text = "\r\n".join(lines)
    result = patched(text, [Edit(search, new, whole_lines=whole)])
    (outcome,) = result.outcomes
    if not isinstance(outcome, Applied):
        assert result.text == text
        return
    before, after = lines_of(text), lines_of(result.text)
    untouched = outcome.old_line - 1
    assert after[:untouched] == before[:untouched]
    behind = len(before) - untouched - max(1, outcome.old_lines) - 1  # the next line may be drawn up to it
    if behind > 0:
        assert after[-behind:] == before[-behind:]
    assert "\r\n" in text or "\n" not in new.strip("\n") or "\r" not in result.text
    assert not re.search(r"(?<!\r)\n", result.text) or "\r\n" not in text


@given(LINES, ENDS, ENDS)
def test_an_edit_and_its_reverse_leave_the_text_as_it_was(lines: list[str], end: str, other: str) -> None:
    text = "".join(
        line + (end if number % 2 else other) for number, line in enumerate([*lines, "once(", "x"])
    )
    there = one(text, "once(", "ONCE")
    assert there != text
    assert one(there, "ONCE", "once(") == text


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["if a:", "b()", "", "c = 1"])), min_size=1, max_size=6
    ),
    st.sampled_from(["", "  ", "    ", "\t"]),
    st.sampled_from(["", "  ", "        "]),
)
def test_a_block_that_is_shifted_is_found_and_shifted_back(
    block: list[tuple[int, str]], real: str, sent: str
) -> None:
    assume(any(words for _, words in block))

    def written(shift: str, mark: str = "") -> str:
        return "".join(f"{shift}{'    ' * depth}{words}{mark}\n" if words else "\n" for depth, words in block)

    text = f"first\n{written(real)}last\n"
    result = patched(text, [Edit(written(sent), written(sent, "!"), whole_lines=True)])
    if isinstance(result.outcomes[0], Applied):
        core = written(real, "!").strip("\n")
        assert core in result.text
        assert result.text.replace(core, written(real).strip("\n")) == text
    else:
        assert isinstance(result.outcomes[0], Ambiguous)


@given(LINES, st.lists(st.tuples(st.text("ab \n", max_size=6), st.text("ab\n", max_size=4), st.booleans())))
def test_any_edits_on_any_text_give_an_outcome_each(
    lines: list[str], edits: list[tuple[str, str, bool]]
) -> None:
    result = patched(
        "\n".join(lines), [Edit(search, new, everywhere=everywhere) for search, new, everywhere in edits]
    )
    assert len(result.outcomes) == len(edits)
    count = len(lines_of(result.text))
    assert all(1 <= one.new_line <= count for one in result.outcomes if isinstance(one, Applied))


SOURCE = """\
def add(a, b):
    # the sum
    return a + b


class Sum:
    def add(self, a, b):
        if a:
            return a + b
        return b
"""


def test_a_text_in_several_places_is_in_none() -> None:
    result = patched(SOURCE, [Edit("return a + b", "return 0")])
    assert result.outcomes == (Ambiguous((3, 9), "exact"),)
    assert result.text == SOURCE


def test_whole_lines_are_no_parts_of_lines() -> None:
    text = "x = 10\nx = 1\n"
    assert one(text, "x = 1\n", "x = 2\n", whole_lines=True) == "x = 10\nx = 2\n"
    assert isinstance(patched(text, [Edit("x = 1", "")]).outcomes[0], Ambiguous)


def test_lines_are_removed_with_their_breaks() -> None:
    assert one("a\nb\nc\n", "b\n", "", whole_lines=True) == "a\nc\n"
    assert one("a\nb", "b\n", "", whole_lines=True) == "a\n"
    assert one("a\nb", "b\n", "B\n", whole_lines=True) == "a\nB"


@pytest.mark.parametrize(
    ("search", "new", "changed"),
    [
        ("if a:\n    return a + b", "if b:\n    return a", "        if b:\n            return a\n"),
        (
            "            if a:\n                return a + b",
            "            if b:\n                return a",
            "        if b:\n            return a\n",
        ),
        ("\n        if a:   \n            return a + b\n\n", "\n        pass\n", "        pass\n"),
        ("  if a:\n      return a + b\n", "\n", "\n"),
    ],
)
def test_indentation_is_shifted_as_a_block(search: str, new: str, changed: str) -> None:
    old = "        if a:\n            return a + b\n"
    assert one(SOURCE, search, new) == SOURCE.replace(old, changed)


def test_indentation_that_differs_within_the_block_is_no_match() -> None:
    assert isinstance(patched(SOURCE, [Edit("if a:\n  return a + b", "x")]).outcomes[0], Missing)
    # The new lines reach further left than the shift can be taken away.
    search = "            if a:\n                return a + b"
    assert isinstance(patched(SOURCE, [Edit(search, "return 1")]).outcomes[0], Missing)


def test_tabs_and_spaces_stand_for_each_other() -> None:
    tabs = "def f():\n\tif a:\n\t\treturn 1\n"
    assert (
        one(tabs, "    if a:\n        return 1", "    if a:\n        if b:\n            return 2")
        == "def f():\n\tif a:\n\t\tif b:\n\t\t\treturn 2\n"
    )
    spaces = "def f():\n  if a:\n    return 1\n"
    assert (
        one(spaces, "\tif a:\n\t\treturn 1", "\tif b:\n\t\treturn 2") == "def f():\n  if b:\n    return 2\n"
    )


def test_a_shifted_block_in_two_places_is_ambiguous() -> None:
    text = "  a()\n  b()\n\n    a()\n    b()\n"
    assert patched(text, [Edit("a()\nb()", "c()")]).outcomes == (Ambiguous((1, 4), "indentation"),)


def test_edits_follow_one_another_and_lines_are_numbered_as_they_are_at_the_end() -> None:
    result = patched("a\nb\nc\nd\n", [Edit("c", "C"), Edit("a\n", "1\n2\n3\n"), Edit("2\n", "")])
    assert result.text == "1\n3\nb\nC\nd\n"
    assert [(one.new_line, one.old_line) for one in result.outcomes if isinstance(one, Applied)] == [
        (4, 3),
        (1, 1),
        (2, 2),
    ]


def test_every_place_can_be_meant() -> None:
    assert one("aaa b a\r\na", "a", "x\ny", everywhere=True) == "x\r\nyx\r\nyx\r\ny b x\r\ny\r\nx\r\ny"
    assert one("a\n" * 200, "a\na\n", "b\n", everywhere=True, whole_lines=True) == "b\n" * 100


def test_each_line_end_is_kept() -> None:
    assert one("a\r\nb\nc\rd", "b", "B\nB") == "a\r\nB\nB\nc\rd"
    assert one("a\r\nb\nc\rd", "b\nc", "x\nx\nx") == "a\r\nx\nx\nx\rd"


def test_nothing_to_search_for() -> None:
    assert patched("a", [Edit(" \n", "b")]).outcomes == (Empty(),)
    assert one("", "", "new\n") == "new\n"


def test_the_nearest_lines_are_shown_with_the_first_difference() -> None:
    (missing,) = patched(SOURCE, [Edit("def add(a, b):\n    # the summ\n    return a+b\n", "x")]).outcomes
    assert missing == Missing(
        1,
        ("def add(a, b):", "    # the sum", "    return a + b"),
        "    # the summ",
        "    # the sum",
    )
    assert patched(SOURCE, [Edit("zzzzzzz", "return a + b")]).outcomes == (Missing(done_at=3),)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("ab" * 100 + "\n", "ba" * 99 + "c"),
        ("\n", "\n\nx"),
        ("1,2,3,4,5,6,7\n", "7,6,5,4,3,2,1"),
        ("a\n", "a\n" * 30 + "b"),
    ],
)
def test_a_search_in_vain_through_a_long_file_takes_little_time(text: str, search: str) -> None:
    before = time.process_time()
    (outcome,) = patched(text * 50_000, [Edit(search, "")]).outcomes
    assert isinstance(outcome, Missing)
    assert time.process_time() - before < 5


@settings(max_examples=50)
@given(st.text(alphabet="ab \t\r\n", max_size=60))
def test_line_ends_survive_an_edit_elsewhere(text: str) -> None:
    whole = f"{text}\nUNIQUE\n{text}"
    assert one(whole, "UNIQUE", "other") == f"{text}\nother\n{text}"
