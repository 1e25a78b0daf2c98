"""What is shown before a person answers: whole, literal, and a page at a time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.core.actions import Action, Preview
from autogpt.terminal.approval import Approval, approval
from autogpt.terminal.console import Look
from autogpt.terminal.lines import Tone
from autogpt.terminal.pager import Pager
from autogpt.terminal.wrapping import cells
from tests.terminal.scenes import HOSTILE, in_memory

EVIL = "; rm -rf ~"


def shown(text: str, width: int = 80, name: str = "command_line") -> str:
    """What stands on a screen of this width, without gutters and breaks of rows."""
    console, written = in_memory(Look(terminal=True, width=width))
    console.show(approval(Action("execute_shell", {name: text})).must)
    assert all(cells(row) <= width for row in written().split("\n"))
    rows = written().split("\n")[1:]
    return "".join(
        row.removeprefix("│ ").removeprefix("┆ ").removeprefix("│ ").removeprefix("┆ ") for row in rows
    )


@pytest.mark.parametrize("width", [20, 80])
@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000 + EVIL,
        "\n".join(f"echo {n}" for n in range(299)) + EVIL + "\necho end",
        "https://example.org/" + "a" * 3_000 + EVIL,
        "好" * 3_000 + EVIL,
        "\n" * 3_000 + EVIL + "\n" * 3_000,
        (" " * 200 + "\n") * 2_000 + EVIL,
        "ls" + " " * 5_000 + EVIL,
        "ls" + "\t" * 5_000 + EVIL,
        "ls" + " \u3000" * 2_000 + EVIL,
        "Z" + "\u0351" * 500 + EVIL,
    ],
)
def test_nothing_is_hidden(text: str, width: int) -> None:
    seen = re.sub(r"\s", "", shown(text, width))
    assert EVIL.replace(" ", "") in seen
    assert "more" not in seen
    for run in re.findall(r"x{9,}|a{9,}|好{9,}", text):
        assert run in seen
    assert seen.count("U+0351") in (0, 496)


def test_many_empty_lines_are_counted_and_the_count_cannot_be_forged() -> None:
    lines = approval(Action("f", {"x": "a\n" + "\n" * 2_000 + "b\n… 9 empty lines …\n" + " \n" * 9})).must
    assert [each.text for each in lines] == [
        "NEXT ACTION: f",
        "│ x: ",
        "│ │ a",
        "    … 2 000 empty lines …",
        "│ │ b",
        "│ │ … 9 empty lines …",
        "    … 9 lines of blanks alone …",
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_terminal_obeys_or_does_not_draw_is_named(name: str) -> None:
    seen = shown(f"echo {HOSTILE[name]}\nls\r\n", name=HOSTILE[name])
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\u00ad]", seen)
    assert "ls\\x0d" in seen


def test_every_argument_is_shown_however_many() -> None:
    action = Action("f", {f"a{n}" * 50: [f"v{n}" * 300] for n in range(100)})
    texts = "\n".join(each.text for each in approval(action).must)
    assert all(f"a{n}" * 50 in texts and f"v{n}" * 300 in texts for n in range(100))


def test_rows_in_which_a_line_goes_on_are_marked() -> None:
    console, written = in_memory(Look(terminal=True, width=30))
    console.show(approval(Action("f", {"x": "# a comment that goes on and on\nrm y"})).must)
    assert written() == "NEXT ACTION: f\n│ x:\n│ │ # a comment that goes on\n│ │ ┆ and on\n│ │ rm y\n"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(10, 90), st.integers(1, 30))
def test_pages_together_are_the_whole(text: str, width: int, height: int) -> None:
    lines = approval(Action("f", {"x": text})).must
    at_once, whole = in_memory(Look(terminal=True, width=width))
    at_once.show(lines)
    console, written = in_memory(Look(terminal=True, width=width))
    pager = Pager(console, Approval(lines), lambda: height)
    pager.begin()
    pages = [written()]
    while not pager.ended:
        assert not pager.seen
        pager.turn()
        pages.append(written()[sum(map(len, pages)) :])
    assert pager.seen
    assert all(page.count("\n") <= height for page in pages)
    assert re.sub(r"[\s│┆]", "", written()) == re.sub(r"[\s│┆]", "", whole())


def test_a_window_that_is_resized_between_two_pages() -> None:
    room = iter((3, 50))
    console, written = in_memory(Look(terminal=True, width=40))
    lines = approval(Action("f", {"x": "\n".join(f"line {n}" for n in range(30))})).must
    pager = Pager(console, Approval(lines), lambda: next(room))
    pager.begin()
    assert "line 3" not in written()
    pager.turn()
    assert written().count("line ") == 30
    assert pager.seen


def test_where_there_is_no_window_all_is_printed() -> None:
    console, written = in_memory(Look())
    pager = Pager(console, approval(Action("f", {"x": "\n".join(map(str, range(5_000)))})), lambda: 0)
    pager.begin()
    assert pager.seen
    assert written().count("\n") == 5_002


def preview(*diff: str) -> Preview:
    return Preview("a.txt", "replaces 214 lines with 1 line", diff, frozenset({"text"}))


def test_a_difference_stands_for_the_content_and_for_nothing_else() -> None:
    action = Action("write_to_file", {"filename": "a.txt", "text": "secret", "mode": "x" * 5_000})
    made = approval(action, preview("@@ -1 +1 @@", "-old ", "+new", " same"))
    assert [each.text for each in made.must][:2] == ["NEXT ACTION: write_to_file", "│ filename: a.txt"]
    assert made.must[-1].text.endswith("x" * 5_000)
    assert "secret" not in str(made)
    assert [(each.text, each.spans[0].tone) for each in made.change[1:]] == [
        ("│ @@ -1 +1 @@", Tone.DIM),
        ("│ -old‹1 blank›", Tone.BAD),
        ("│ +new", Tone.GOOD),
        ("│  same", Tone.PLAIN),
    ]
    assert made.change[0].text == "  a.txt: replaces 214 lines with 1 line"
    assert not made.is_cut


def test_a_long_difference_shows_both_ends_and_how_much_is_between() -> None:
    made = approval(Action("f"), preview(*(f"+line {n}" for n in range(1_000))))
    texts = [each.text for each in made.change]
    assert made.is_cut
    assert (texts[1], texts[-1]) == ("│ +line 0", "│ +line 999")
    (gap,) = [text for text in texts if "between" in text]
    assert gap == "  … 880 lines between; v shows all …"
    assert len(made.whole_change) == 1_001
    few = approval(Action("f"), preview(*("+x" for _ in range(200))))
    assert not few.is_cut


def test_few_lines_that_are_endless_are_cut_too() -> None:
    made = approval(Action("f"), preview("+" + "x" * 500_000, "+y"))
    assert made.is_cut
    assert sum(len(each.text) for each in made.change) < 5_000
    assert sum(len(each.text) for each in made.whole_change) > 500_000


def test_a_blank_that_is_none_is_named_in_a_change_that_is_cut_too() -> None:
    rows = ("+x = 1\u00a0+ 2", *("+y" * 10 for _ in range(500)))
    cut = approval(Action("write_to_file", {}), Preview("f.py", "changes", rows, frozenset()))
    assert cut.is_cut
    assert "1‹U+00A0›+ 2" in cut.change[1].text
