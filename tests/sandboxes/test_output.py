"""Keeping output: bounded, whole in a file, and in words."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autogpt.sandboxes.output import KEPT, Ends, Recording
from autogpt.sandboxes.port import (
    MEBIBYTE,
    Exited,
    Killed,
    Limit,
    Outcome,
    Output,
    ProcessLimits,
    Stopped,
)
from autogpt.sandboxes.wording import explain, text_of


@given(st.lists(st.binary(max_size=40)), st.sampled_from([2, 8, 20]))
def test_ends_are_the_ends(pieces: list[bytes], kept: int) -> None:
    ends = Ends(kept)
    for piece in pieces:
        ends.add(piece)
    whole = b"".join(pieces)
    assert ends.total == len(whole)
    assert bytes(ends.head) == whole[: kept // 2]
    assert ends.tail == whole[kept // 2 :][-(kept // 2) :]


def test_short_output_needs_no_file(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out", 1000)
    recording.add(b"short")
    assert recording.close() == Output(b"short", b"", 5)
    assert not (tmp_path / "out").exists()


def test_long_output_is_whole_in_the_file(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out", 10 * MEBIBYTE)
    pieces = [bytes([number % 256]) * 5000 for number in range(40)]
    for piece in pieces:
        recording.add(piece)
    output = recording.close()
    assert output.file
    assert output.file.read_bytes() == b"".join(pieces)
    assert output.left_out == 200_000 - KEPT


def test_a_file_that_cannot_be_written_loses_nothing_else(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "missing" / "out", 10 * MEBIBYTE)
    recording.add(b"x" * 200_000)
    output = recording.close()
    assert output.file is None
    assert output.total == 200_000


def test_unread_is_what_is_new(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "out", 1000)
    recording.add(b"one")
    assert recording.unread().head == b"one"
    assert recording.unread().total == 0
    recording.add(b"two")
    assert recording.unread().head == b"two"
    recording.close()


def test_the_text_is_cut_in_the_middle() -> None:
    cut = text_of(Output(b"a" * 50 + b"b" * 50, b"", 100), 20, "out.txt")
    assert cut == f"{'a' * 10}\n[… 80 bytes left out here; the whole is in out.txt …]\n{'b' * 10}"
    assert text_of(Output(b"all of it", b"", 9), 20) == "all of it"
    assert "1,000 bytes left out" in text_of(Output(b"head", b"tail", 1008), 100)


def test_the_text_never_cuts_a_character() -> None:
    word = "日本語".encode()
    assert "�" not in text_of(Output(word[:4], word[5:], 100))
    assert "�" not in text_of(Output(word[:8], word[4:], 100))
    assert text_of(Output(b"\xff\xfe", b"", 2)) == "��"


LIMITS = ProcessLimits(seconds=5, memory=64 * MEBIBYTE, processes=32)
NOTHING = Output(b"", b"", 0)


def test_every_limit_has_words_of_its_own() -> None:
    told = {explain(Outcome(Killed(limit), NOTHING, 1.0), LIMITS) for limit in Limit}
    hinted = {explain(Outcome(Exited(1), NOTHING, 1.0, frozenset({limit})), LIMITS) for limit in Limit}
    assert len(told) == len(hinted) == len(Limit)
    assert all(text.startswith("It was ended: it ") for text in told)
    assert all(text.startswith("Exit code 1. It ") for text in hinted)


def test_ordinary_ends() -> None:
    assert explain(Outcome(Exited(0), NOTHING, 1.0), LIMITS) == ""
    assert explain(Outcome(Exited(2), NOTHING, 1.0), LIMITS) == "Exit code 2."
    assert "SIGKILL" in explain(Outcome(Exited(137), NOTHING, 1.0), LIMITS)
    assert explain(Outcome(Stopped(), NOTHING, 1.0), LIMITS) == "It was stopped."
