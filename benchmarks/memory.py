"""What a memory costs as it grows: `python -m benchmarks.memory`.

The local memory with 1 000, 10 000 and 100 000 texts of about 60 words, each with a vector of 1536
numbers as OpenAI's small model gives them; made up here, so that nothing is asked of a server. A page
of ten parts is added, and texts are found by words alone, and by words and meaning. Beside it what
Auto-GPT 0.3 did at each addition: write all texts and vectors anew, as JSON.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from autogpt.core.messages import NO_USAGE, Usage
from autogpt.memories.local import LocalMemory
from autogpt.memories.port import Entry

SIZES = (1_000, 10_000, 100_000)
DIMENSIONS = 1536
VECTORS = 1_000
"""Different ones."""

WORDS = 20_000
WORDS_OF_A_TEXT = 60
PARTS_OF_A_PAGE = 10
AT_ONCE = 500
ROUNDS = 21
MOST_REWRITTEN = 1_000
"""Texts with which a file is written anew; more take minutes."""

TARGETS = "At 100 000 texts at most: 20 ms to add a page of ten parts, 300 ms to find by words and meaning."


class Random:
    """An embedder with a store of made-up vectors, so that they cost no time."""

    space = "made up"

    def __init__(self) -> None:
        chance = random.Random(1)
        self._store = itertools.cycle(
            [[chance.random() - 0.5 for _ in range(DIMENSIONS)] for _ in range(VECTORS)]
        )

    def embed(self, texts: Sequence[str]) -> tuple[Sequence[Sequence[float]], Usage]:
        """A vector for each text."""
        return list(itertools.islice(self._store, len(texts))), NO_USAGE


def texts() -> Iterator[str]:
    """Texts whose words are as frequent as words are, without end."""
    chance = random.Random(2)
    words = [f"word{number}" for number in range(1, WORDS)]
    weights = [1 / number for number in range(1, WORDS)]
    while True:
        yield " ".join(chance.choices(words, weights, k=WORDS_OF_A_TEXT))


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of so many times."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def entries(made: Iterator[str], count: int) -> list[Entry]:
    """So many parts of one page."""
    return [Entry(next(made), f"https://site{hash(count) % 97}.example/", "page") for _ in range(count)]


def rewritten(folder: Path, size: int) -> float:
    """Milliseconds to write all texts and vectors anew."""
    made, embedder = texts(), Random()
    whole = {"texts": [next(made) for _ in range(size)], "embeddings": embedder.embed([""] * size)[0]}

    def work() -> None:
        (folder / "auto-gpt.json").write_text(json.dumps(whole))

    return milliseconds(work, 3)


def row(folder: Path, size: int) -> str:
    """One line of the table."""
    made = texts()
    with closing(LocalMemory(folder, Random(), most_entries=size + 10_000)) as memory:
        for _ in range(size // AT_ONCE):
            memory.add(entries(made, AT_ONCE))
        pages = iter([entries(made, PARTS_OF_A_PAGE) for _ in range(ROUNDS)])
        adding = milliseconds(lambda: memory.add(next(pages)))
        queries = iter([" ".join(next(made).split()[:8]) for _ in range(ROUNDS * 3)])
        both = milliseconds(lambda: memory.find(next(queries), 5))
    with closing(LocalMemory(folder)) as memory:
        by_words = milliseconds(lambda: memory.find(next(queries), 5))
        megabytes = memory.size().bytes / 1e6
    before = f"{rewritten(folder, size):,.0f} ms" if size <= MOST_REWRITTEN else "grows with it"
    return (
        f"| {size:,} | {adding:.1f} ms | {by_words:.1f} ms | {both:.1f} ms | {megabytes:,.0f} MB | {before} |"
    )


def main() -> None:
    """Print the table; numbers of texts as arguments to choose others."""
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    print(
        "| texts | a page of ten parts added | found by words | found by words and meaning | on disk "
        "| one text added by writing all anew as JSON |"
    )
    print("|---|---|---|---|---|---|")
    for size in sizes:
        with TemporaryDirectory() as name:
            print(row(Path(name), size), flush=True)
    print(f"\nMedians of {ROUNDS}; what a server takes to make vectors is left out.\n\n{TARGETS}")


if __name__ == "__main__":
    main()
