"""Long texts in pieces, in any language, whatever they are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autogpt.models.tokens import measure
from autogpt.web.chunks import chunks

COUNT = measure("").plain


@pytest.mark.parametrize(
    ("sentence", "end"),
    [
        ("The boat left at 3.15 p.m. on Monday. ", "."),
        ("Wirklich? Ja! So steht es da. ", "."),
        ("これは文です。次の文はここにあります！", "！。"),
        ("这是一个句子。这是另一个句子？", "？"),
        ("यह एक वाक्य है। यह दूसरा है। ", "।"),
        ("هذه جملة طويلة عن السفن؟ نعم هي كذلك. ", "."),
        ("Սա նախադասություն է։ ", "։"),
        ("ይህ አረፍተ ነገር ነው። ", "።"),
        ("这是「引用」。", "。"),
    ],
)
def test_pieces_end_where_sentences_end(sentence: str, end: str) -> None:
    pieces = chunks(sentence * 400, 200, COUNT)
    assert len(pieces) > 3
    assert all(piece[-1] in f"{end}?？!" or piece.endswith("p.m.") for piece in pieces)


def test_paragraphs_come_before_sentences() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "It has sentences. " * 20 for number in range(30))
    assert all(piece.startswith("Paragraph") for piece in chunks(text, 300, COUNT))


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "漢" * 20_000, "🚢" * 5_000, "word " * 20_000, "1234567890,\n" * 5_000]
)
def test_what_has_no_sentences_is_cut_hard(text: str) -> None:
    pieces = chunks(text, 100, COUNT)
    assert max(map(COUNT, pieces)) <= 100
    assert "".join("".join(pieces).split()) == "".join(text.split())
    # Not many more pieces than there must be.
    assert len(pieces) <= 4 * COUNT(text) // 100 + 2


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\u3000"])
def test_nothing_gives_no_pieces(text: str) -> None:
    assert chunks(text, 100, COUNT) == []


def test_a_short_text_is_one_piece() -> None:
    assert chunks("  One. Two.\n", 100, COUNT) == ["One. Two."]


@given(some.text(max_size=400), some.integers(1, 50))
def test_nothing_is_lost_and_it_never_fails(text: str, most: int) -> None:
    pieces = chunks(text, most, COUNT)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in pieces)
    assert all(len(piece) == 1 or COUNT(piece) <= most for piece in pieces)


def test_a_measure_that_counts_too_much_is_survived() -> None:
    assert chunks("abc", 1, lambda text: 1_000) == ["a", "b", "c"]
