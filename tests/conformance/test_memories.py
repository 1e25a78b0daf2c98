"""What every memory does, whichever keeps it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from autogpt.memories.port import Entry, Memory
from tests.conformance.memories import BACKENDS
from tests.memories.meanings import COST, Meanings

Open = Callable[..., Memory]

GREEN = Entry("Green leaves are steeped at eighty degrees.", "https://tea.example/green", "page")
BLACK = Entry("Black leaves want boiling water.", "https://tea.example/black", "page")
BOATS = Entry("The vessel left the harbour at noon.", "https://boats.example/", "page")
NOTE = Entry("Ask the captain for the invoice number 4711.")
CHINESE = Entry("绿茶要用八十度的水冲泡三分钟。", "https://cha.example/", "page")


@pytest.fixture(params=BACKENDS)
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the memory of this test, with or without an embedder, any number of times."""
    with ExitStack() as closing:

        def opened(embedder: Meanings | None = None) -> Memory:
            made = BACKENDS[request.param](tmp_path, embedder)
            closing.callback(made.close)
            return made

        yield opened


def texts(memory: Memory, query: str, most: int = 5) -> list[str]:
    return [one.entry.text for one in memory.find(query, most).found]


def test_what_was_added_is_found_with_its_source_kind_and_time(memory: Open) -> None:
    before = time.time() - 2
    one = memory()
    assert one.add([GREEN, BOATS, NOTE]).new == 3
    found = one.find("steeped at which degrees?", 5).found
    assert [each.entry for each in found] == [GREEN]
    assert before <= found[0].at <= time.time() + 2
    assert one.find("invoice", 5).found[0].entry == NOTE


def test_nothing_is_found_in_an_empty_memory(memory: Open) -> None:
    assert memory().find("anything", 5).found == ()
    assert memory(Meanings()).find("anything", 5).found == ()


def test_it_is_there_after_a_restart(memory: Open) -> None:
    first = memory()
    first.add([GREEN])
    first.close()
    first.close()
    assert texts(memory(), "leaves") == [GREEN.text]


def test_the_same_text_of_the_same_source_is_kept_once(memory: Open) -> None:
    one = memory()
    assert one.add([GREEN, GREEN, BLACK]).new == 2
    assert one.add([GREEN]).new == 0
    elsewhere = Entry(GREEN.text, "https://other.example/", "page")
    assert memory().add([elsewhere, BLACK]).new == 1
    assert len(texts(one, "steeped")) == 2


def test_blank_texts_are_not_kept(memory: Open) -> None:
    assert memory().add([Entry("  \n "), Entry("")]).new == 0


def test_the_best_come_first_and_no_more_than_asked_for(memory: Open) -> None:
    one = memory()
    one.add([Entry(f"A line on boats, number {number}.") for number in range(30)])
    one.add([Entry("Boats, boats, boats: sails, oars and keels.")])
    assert texts(one, "boats with sails and keels", 3)[0].startswith("Boats, boats")
    assert len(texts(one, "boats", 3)) == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("茶", CHINESE),
        ("绿茶怎么冲泡", CHINESE),
        ("ＧＲＥＥＮ", GREEN),
        ("STEEPS", GREEN),
        ("cafe a paris", Entry("Le café à Paris.")),
        ("東京の天気", Entry("東京では天気がよい。")),
        ("ชาเขียว", Entry("ชาเขียวร้อน")),
        ("हिन्दी", Entry("यह हिन्दी है")),
        ("Äpfel", Entry("Apfel und ÄPFEL")),
        ("4711", NOTE),
    ],
)
def test_words_are_found_in_any_language(memory: Open, query: str, expected: Entry) -> None:
    one = memory()
    one.add([GREEN, BOATS, NOTE, CHINESE, expected])
    assert texts(one, query)[:1] == [expected.text]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        'a" OR "b',
        "NEAR(a b)",
        "text:boats*",
        "-- ; DROP TABLE",
        "\x00",
        "\ud800",
        "(" * 500,
        "ж" * 90_000,
    ],
)
def test_no_query_is_an_error(memory: Open, query: str) -> None:
    one = memory(Meanings())
    one.add([GREEN])
    one.find(query, 5)


def test_texts_that_no_file_likes_are_kept_all_the_same(memory: Open) -> None:
    one = memory()
    assert one.add([Entry("half \ud83d of a pair \x00 and NUL", "https://\udcff.example/", "page")]).new == 1
    assert texts(one, "pair")[0].startswith("half ")


def test_texts_are_bounded(memory: Open) -> None:
    one = memory()
    one.add([Entry("long " * 100_000, "https://example.com/" + "x" * 100_000, "page")])
    (found,) = one.find("long", 1).found
    assert 1_000 <= len(found.entry.text) <= 20_000
    assert len(found.entry.source) <= 5_000


# -- meaning -----------------------------------------------------------------------------------------


def test_meaning_finds_what_words_do_not(memory: Open) -> None:
    one = memory(Meanings())
    assert one.add([GREEN, BLACK, BOATS]).usage == COST
    finding = one.find("how to brew an infusion", 2)
    assert {each.entry for each in finding.found} == {GREEN, BLACK}
    assert finding.usage == COST
    assert texts(memory(), "how to brew an infusion") == []


def test_words_and_meaning_together_decide(memory: Open) -> None:
    one = memory(Meanings())
    one.add([GREEN, BLACK, BOATS, NOTE])
    assert texts(one, "tea at eighty degrees", 1) == [GREEN.text]
    assert NOTE.text in texts(one, "4711 tea", 3)


def test_nothing_is_embedded_twice(memory: Open) -> None:
    meanings = Meanings()
    one = memory(meanings)
    one.add([GREEN, BLACK])
    one.add([GREEN, BOATS])
    assert meanings.asked == [[GREEN.text, BLACK.text], [BOATS.text]]
    assert one.add([GREEN]).usage.cost == 0


def test_vectors_of_another_model_are_never_compared(memory: Open) -> None:
    memory(Meanings("one model")).add([GREEN, BLACK])
    other = memory(Meanings("another"))
    assert texts(other, "how to brew an infusion") == []
    assert texts(other, "steeped") == [GREEN.text]
    other.add([BOATS])
    assert texts(other, "where do ships sail") == [BOATS.text]


def test_vectors_of_another_size_are_never_compared(memory: Open) -> None:
    memory(Meanings(size=4)).add([GREEN])
    wider = memory(Meanings(size=7))
    wider.add([BOATS])
    assert texts(wider, "ships and sails", 1) == [BOATS.text]
    assert texts(wider, "steeped")[0] == GREEN.text


def test_a_text_that_had_no_vector_gets_one_when_it_comes_again(memory: Open) -> None:
    one = memory(Meanings(able=False))
    assert one.add([GREEN]).new == 1
    assert texts(one, "infusion") == []
    able = memory(Meanings())
    assert able.add([GREEN]).new == 0
    assert texts(able, "infusion") == [GREEN.text]


def test_without_vectors_words_do(memory: Open) -> None:
    meanings = Meanings()
    one = memory(meanings)
    one.add([GREEN, BOATS])
    meanings.able = False
    assert texts(one, "steeped leaves") == [GREEN.text]
    assert one.add([NOTE]).new == 1


class Useless(Meanings):
    """Gives vectors that are none."""

    def _vector(self, text: str) -> list[float]:
        return {"nan": [float("nan")] * 4, "zero": [0.0] * 4, "inf": [float("inf"), 0, 0, 0]}.get(
            text, [] if text == "empty" else [1.0, 0.0, 0.0, 0.0]
        )


@pytest.mark.parametrize("text", ["nan", "zero", "inf", "empty"])
def test_a_vector_that_is_none_harms_nothing(memory: Open, text: str) -> None:
    one = memory(Useless())
    assert one.add([Entry(text)]).new == 1
    assert texts(one, text)[0] == text
    one.add([Entry("good")])
    assert texts(one, "else") == ["good"]


# -- several -----------------------------------------------------------------------------------------


def test_two_at_once_see_what_the_other_keeps(memory: Open) -> None:
    one, other = memory(Meanings()), memory(Meanings())
    one.add([GREEN])
    other.add([BOATS])
    one.add([BLACK])
    for each in (one, other):
        assert set(texts(each, "infusion", 2)) == {GREEN.text, BLACK.text}
        assert texts(each, "ship", 1) == [BOATS.text]


def test_threads_may_share_one(memory: Open) -> None:
    one = memory(Meanings())
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                one.add([Entry(f"thread {number} turn {turn} on tea")])
                one.find(f"thread {number}", 3)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(texts(one, "tea", 50)) == 20
