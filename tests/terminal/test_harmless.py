"""No text may come out that a terminal obeys, that hides, or that can't be seen."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autogpt.terminal.harmless import count, exact, harmless, one_line

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt that no category tells.
IGNORABLE = {
    0x034F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x3164,
    0xFFA0,
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
}
# Category Cf, yet drawn: Arabic, Syriac and Kaithi number and verse signs.
DRAWN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
IN_PLACE = {"\u200c", "\u200d", "\ufe0e", "\ufe0f"}


def is_dangerous(character: str) -> bool:
    code = ord(character)
    if character in "\n\t" or code in DRAWN:
        return False
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        or code in IGNORABLE
        or 0xE0000 <= code <= 0xE0FFF
        or code & 0xFFFE == 0xFFFE
        or 0xFDD0 <= code <= 0xFDEF
    )


def may_go(character: str) -> bool:
    """Not assigned, or of the block of Egyptian controls, which grew in later versions of Unicode."""
    return unicodedata.category(character) == "Cn" or 0x13430 <= ord(character) <= 0x1345F


HOSTILE = st.sampled_from(
    [
        "\x1b[2J", "\x1b]52;c;aGk=\x07", "\x1b]8;;http://x\x1b\\", "\x9b31m", "\r", "\r\n", "\b\b", "\x00", "\x7f",
        "\u202e", "\u2066", "\u200b", "\u200d", "\u200c", "\ufe0f", "\ufe0e", "\U000e0041", "\U000e0100", "\ud800",
        "\u2028", "\u0301", "\u0301" * 9, "\u094d", "क", "ی", "م", "👩", "❤", "1", "\u20e3", " " * 50, "\t" * 9,
        "\n" * 9, "\n \n", "\n\t", "a" * 70, "\u3000" * 30, "\u00a0", "‹", "\U0001e8d0",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.text(max_size=20), HOSTILE), max_size=12).map("".join)


BLANK_LOOKING = "\u00a0\u115f\u1160\u1680\u2000\u2003\u200a\u202f\u205f\u2800\u3000\u3164\uffa0\U00013441\U00016fe4\U0001d159"


@pytest.mark.parametrize("blank", BLANK_LOOKING)
def test_what_looks_like_a_blank_is_named_where_something_is_approved(blank: str) -> None:
    named = f"‹U+{ord(blank):04X}›"
    assert exact(f"rm{blank}-rf") == f"rm{named}-rf"
    assert exact(exact(f"a{blank}")) == exact(f"a{blank}")
    told = exact(f"a{blank * 41}b")
    assert told in (f"a‹41 times U+{ord(blank):04X}›b", f"a{named * 41}b")


def test_a_blank_and_a_tab_are_drawn_and_prose_keeps_its_own() -> None:
    assert exact("a b\tc") == "a b\tc"
    assert harmless("10\u00a0km\u3000") == "10\u00a0km\u3000"


@pytest.mark.slow
def test_every_code_point_is_judged_as_the_unicode_database_does() -> None:
    wrong = []
    for start in range(0, sys.maxunicode + 1, 0x1000):
        # Planes 4 to 13 are empty and 15 and 16 private: a sample of them will do.
        few = 0x40000 <= start < 0xE0000 or start >= 0xE1000
        characters = [chr(code) for code in range(start, start + 0x1000, 61 if few else 1) if code != 0x0A]
        rows = harmless("\n".join(f"x{character}x" for character in characters)).split("\n")
        for character, row in zip(characters, rows, strict=True):
            kept = row == f"x{character}x"
            if kept == is_dangerous(character) and (kept or not may_go(character)):
                wrong.append(f"{ord(character):04X}")
    assert wrong == []


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_nothing_dangerous_comes_out(text: str) -> None:
    for shown in (harmless(text), harmless(text, longest_line=60), one_line(text)):
        assert not [c for c in shown if is_dangerous(c) and c not in IN_PLACE]
        for at, character in enumerate(shown):
            if character in IN_PLACE:  # only right behind a letter or a picture
                assert at > 0
                assert unicodedata.category(shown[at - 1]) in ("Lo", "So", "Mn", "Sk", "Po", "Nd", "Sm", "Cn")
        assert shown.encode() or not text


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    for longest in (60, 2000):
        once = harmless(text, longest_line=longest)
        assert harmless(once, longest_line=longest) == once


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_lines_are_bounded_and_one_line_is_one_line(text: str) -> None:
    assert all(len(row) <= 60 for row in harmless(text, longest_line=60).split("\n"))
    assert "\n" not in one_line(text)
    assert len(one_line(text)) <= 200


@pytest.mark.parametrize(
    "text",
    [
        "plain\ntext\twith tabs",
        "Ångström façade — “quotes” …",
        "Привет, мир; Ελλάδα; 汉字 ひらがな 한국어",
        "עברית שָׁלוֹם; العربية",
        "می‌خواهم",  # the joiner that Persian needs
        "क्‍ष श्री ประเทศไทย བོད",
        "ක්‍රියා",
        "👩‍👩‍👧 ❤️ 👍🏽 1️⃣ 🇩🇪 ©️ 👩‍⚕️",
        "    def f():\n\n\n        return 1",
        "e\u0301a\u0300",
    ],
)
def test_honest_text_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("safe\rrm -rf /", "safe\\x0drm -rf /"),
        ("a\r\nb", "a\nb"),
        ("abc\b\b\bxyz", "abc\\x08\\x08\\x08xyz"),
        ("\u202egnp.exe", "‹U+202E›gnp.exe"),
        ("pass\u200bword", "pass‹U+200B›word"),
        ("tag\U000e0041\U000e0042", "tag‹U+E0041›‹U+E0042›"),
        ("a\ufe0f\U000e0101", "a‹U+FE0F›‹U+E0101›"),
        ("👍\ufe0f\ufe01\ufe02", "👍\ufe0f‹U+FE01›‹U+FE02›"),
        ("👩\u200d\u200d👩", "👩‹U+200D›‹U+200D›👩"),
        ("a\u200db", "a‹U+200D›b"),
        ("x\ud83dy", "x‹U+D83D›y"),
        ("\u0301a", "‹U+0301›a"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4 + "‹46 accents›"),
        ("grep x" + " " * 3412 + "; rm -rf ~", "grep x‹3 412 spaces›; rm -rf ~"),
        ("a" + "\u3000 \t" * 20 + "b", "a‹60 spaces›b"),
        ("a" + "\n \t" * 100 + "\nb", "a\n‹100 empty lines›\nb"),
    ],
)  # fmt: skip
def test_tricks_become_visible(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_a_long_line_shows_its_head_and_its_tail() -> None:
    shown = harmless("a" * 5000 + "; rm -rf ~")
    assert shown.startswith("aaaa")
    assert shown.endswith("; rm -rf ~")
    hidden = 5010 - len(shown) + len("‹3 050 characters more›")
    assert f"‹{count(hidden)} characters more›" in shown


@pytest.mark.parametrize(
    "piece", ["\x1b", "\u200b", "e" + "\u0301" * 9, " " * 40 + "x", "\n\n\n\n\n\n\nx", "汉", "👩\u200d"]
)
def test_the_time_is_linear(piece: str) -> None:
    """Ten times the text takes about ten times as long, not a hundred times."""
    harmless(piece * 10)

    def seconds(text: str) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            harmless(text)
            times.append(time.process_time() - start)
        return min(times)

    short, long = (piece * (size // len(piece)) for size in (10_000, 100_000))
    assert seconds(long) < 40 * seconds(short) + 0.01
