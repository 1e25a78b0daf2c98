"""How well replies are read: `python -m benchmarks.replies`.

Measures, on the corpus of malformed replies in `tests/core/reply_corpus.py`, how
many whole ones are understood, how many truncated ones act, how many of 100 000
mutated ones crash the reader, and how long large and hostile ones take.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from autogpt.core.actions import Action
from autogpt.core.echoes import NOTHING_READ
from autogpt.core.reply import Reply, read_reply
from tests.core.reply_corpus import CORPUS, END, KNOWN, LIST, SCRIPT, UNDERSTOOD, Case, valid

MUTANTS = 100_000
LARGE_MUTANTS = 1_000
SEED = 20230330
_INSERTED = "{}[]()<>\"'`“”‘’\\,:;=#/*-+\n\t\0 \ufeff\ud83d😀aunx01" + END


def understood() -> int:
    """How many of the whole replies give exactly the action that a reader sees."""
    return sum(is_right(case) for case in UNDERSTOOD)


def is_right(case: Case) -> bool:
    reply = read_reply(case.text, known=case.known)
    if not isinstance(reply, Reply) or reply.action.command != case.command:
        return False
    # As text, so that 1, 1.0 and True differ, and the order of arguments counts.
    return repr(reply.action.args) == repr(case.args)


def truncations(case: Case, samples: int) -> Iterator[str]:
    """The reply cut at every place before its JSON is complete, or at `samples` and all the last 40 of them."""
    whole = case.complete_at if case.command is not None or END in case.marked else len(case.text)
    step = max(1, whole // samples)
    for length in sorted({*range(0, whole, step), *range(max(0, whole - 40), whole)}):
        yield case.text[:length]


def acting_truncations(samples: int) -> tuple[int, list[str]]:
    """How many truncated replies were tried, and those that gave an action."""
    tried = 0
    acting = []
    for case in CORPUS:
        for text in truncations(case, samples):
            tried += 1
            if isinstance(read_reply(text, known=case.known), Reply):
                acting.append(f"{case.name}: {text[-80:]!r}")
    return tried, acting


def mutants(count: int, seed: int) -> Iterator[str]:
    """Replies of the corpus with a few characters or pieces deleted, inserted, doubled, swapped or flipped."""
    chance = random.Random(seed)
    texts = [case.text for case in CORPUS if len(case.text) < 4000]
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 6)):
            text = _mutated(text, chance)
        yield text


def _mutated(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    size = chance.choice((1, 1, 1, 2, 5, 20, 100))
    piece, rest = text[at : at + size], text[at + size :]
    match chance.randrange(6):
        case 0:
            return text[:at] + rest
        case 1:
            return text[:at] + chance.choice(_INSERTED) * chance.choice((1, 1, 3)) + text[at:]
        case 2:
            return text[:at] + piece * 2 + rest
        case 3:
            return text[:at] + rest[:size] + piece + rest[size:]
        case 4:
            return text[:at] + "".join(chr(ord(char) ^ 1 << chance.randrange(7)) for char in piece) + rest
        case _:
            other = chance.choice(CORPUS).text
            return text[:at] + other[chance.randrange(len(other) + 1) :][:size] + rest


def crashes(count: int, seed: int = SEED) -> list[str]:
    """The mutants at which the reader raised, or gave a reply that no journal could hold."""
    crashed = []
    for text in mutants(count, seed):
        try:
            reply = read_reply(text, known=KNOWN)
            if isinstance(reply, Reply):
                json.dumps(reply.action.args, ensure_ascii=False, allow_nan=False).encode()
                repr(reply.thoughts).encode()
        except Exception as error:
            crashed.append(f"{error!r} at {text!r}")
    return crashed


@dataclass(frozen=True, slots=True)
class Large:
    """A large text; `limit` is what it may take, in milliseconds, on an ordinary machine."""

    name: str
    text: str
    acts: bool
    limit: float


def large_texts() -> Iterator[Large]:
    """Large replies, whole and malformed, and hostile texts."""
    program = SCRIPT * (100_000 // len(SCRIPT))
    whole = valid("write_to_file", filename="big.py", text=program)
    page = (
        '<p class="x">It is a <a href="https://example.org/">link</a> in a paragraph of some length.</p>\n'
        * 1000
    )
    yield Large("100 kB, valid", whole, True, 5)
    yield Large("100 kB, raw newlines", whole.replace("\\n", "\n"), True, 5)
    yield Large("100 kB, trailing comma", whole[:-1] + ",}", True, 5)
    yield Large(
        "100 kB, fenced, with prose and a comment",
        f"Here:\n```json\n{whole[:-1]}// done\n}}\n```\nBye.",
        True,
        5,
    )
    yield Large("100 kB, Python repr", repr(json.loads(whole)), True, 5)
    yield Large("100 kB, invalid escapes", whole.replace("\\\\d", "\\d")[:-1] + ",}", True, 5)
    yield Large("100 kB, quotes not escaped", valid("write_to_file", text="⏹").replace("⏹", page), True, 5)
    yield Large("100 kB, cut off", whole[:-9], False, 5)
    yield Large("100 kB of prose before", "It's a word, or 2. " * 5000 + LIST, True, 5)
    yield Large("10 MB, valid", valid("write_to_file", text=program * 100), True, 1000)
    yield Large("10 MB, trailing comma", valid("write_to_file", text=program * 100)[:-1] + ",}", True, 2000)
    yield Large("1 MB of {", "{" * 1_000_000, False, 1000)
    yield Large("1 MB of [", "[" * 1_000_000, False, 1000)
    yield Large('1 MB of {"a":', '{"a":' * 200_000, False, 1000)


HOSTILE = (
    *(
        '"{',
        '{"',
        "```",
        "\\",
        "<think>",
        "</think>",
        '{"a":[',
        "[{",
        "{}",
        "{a}",
        '"//',
        '"/*',
        "/*",
        "//",
        "#",
        " /**/",
    ),
    *('{"a": "//', '"a" ', '",', '", ', '","', '"a":', '{"a":1}"b":', "}", '{"a":"x" ', "<function=a>"),
    *(
        "<function=a></function>",
        "<parameter=a>",
        "</parameter>",
        '\\"',
        "\\'",
        "'",
        "“",
        "‘",
        "{'a':'",
        "{“a”:“",
    ),
    *(
        '{"a":`',
        '{"a":"""',
        '{"a":"\\',
        "~~~",
        "```python\n",
        "```json\n",
        "\n```",
        "Action: a Action Input: {}",
        "Action: ",
    ),
    *(
        "\ud83d",
        '{"a":"\\ud83d"}',
        '{"a":1}, ',
        '{"command":"a"}',
        '{"command":"a"} b ',
        '{"a":"b" "c"',
        '{"a":1,,',
    ),
    *(
        "{,",
        " ",
        "\n",
        "\0",
        '{"a":"{',
        '{"a": "{"b',
        "{'a': 'it's",
        '{"a":("b"',
        '{"command":"a(',
        '{"a": b ',
        '{"a":"b" + ',
    ),
    *(
        '{"a":" ":',
        '{"a":"",\n"',
        "to=<|message|>",
        '{"a":[" "" ,',
        "{{",
        "{ {",
        "{\\n",
        '{\\"',
        '"\\"{',
        '[{"a":1},',
    ),
    *("<think></think>", '{"a":{}},"b":{', "\\\\n", "[[", "{ ", "/*/", "(", "{'a'=>", "[\n'", '{"a":"\\\\'),
)
"""Pieces that, repeated, would make a careless reader slow."""


def hostile_texts(size: int) -> Iterator[tuple[str, str]]:
    """Each hostile piece repeated to `size` characters, alone, in an object, in a string in it, and after one."""
    for piece in HOSTILE:
        repeated = piece * (size // len(piece))
        yield piece, repeated
        yield f"{{… {piece}", '{"thoughts": {"text": "x"}, ' + repeated
        yield f'"… {piece}', '{"thoughts": {"text": "' + repeated
        yield f"{{}} {piece}", '{"command": "do_nothing"}' + repeated


def mutated_large(count: int, seed: int = SEED) -> Iterator[str]:
    """The large replies of about 100 kB, mutated as `mutants` does it."""
    chance = random.Random(seed)
    texts = [large.text for large in large_texts() if 90_000 < len(large.text) < 130_000]
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 6)):
            text = _mutated(text, chance)
        yield text


def milliseconds(text: str, rounds: int = 3) -> float:
    """The least processor time that reading a text took."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        read_reply(text, known=KNOWN)
        times.append(time.process_time() - started)
    return min(times) * 1000


def milliseconds_to_note(text: str) -> float:
    """The processor time that it takes to note a text from outside, for the copies of it that may come."""
    started = time.process_time()
    NOTHING_READ.after(Action("read_file"), None, text)
    return (time.process_time() - started) * 1000


def main() -> None:
    """Print the table."""
    _line("replies in the corpus, whole and understandable", f"{len(UNDERSTOOD)}")
    right = understood()
    _line("  understood, arguments exact", f"{right} ({right / len(UNDERSTOOD):.1%})")
    tried, acting = acting_truncations(samples=1500)
    _line("truncated replies", f"{tried:,}")
    _line("  that acted", f"{len(acting)}")
    _line("mutated replies", f"{MUTANTS:,}")
    _line("  that crashed the reader", f"{len(crashes(MUTANTS))}")
    for large in large_texts():
        _line(large.name, f"{milliseconds(large.text):.2f} ms")
    times = sorted(milliseconds(text) for text in mutated_large(LARGE_MUTANTS))
    _line(
        f"100 kB, {LARGE_MUTANTS:,} mutated ones: median, 99 in 100, slowest",
        f"{times[len(times) // 2]:.2f}, {times[len(times) * 99 // 100]:.2f}, {times[-1]:.2f} ms",
    )
    slowest, piece = max((milliseconds_to_note(text), piece) for piece, text in hostile_texts(100_000))
    _line("100 kB hostile from outside, noted: the slowest", f"{slowest:.0f} ms ({piece!r})")
    for size in (100_000, 200_000):
        slowest, piece = max((milliseconds(text, 1), piece) for piece, text in hostile_texts(size))
        _line(
            f"{size // 1000} kB hostile, the slowest of {4 * len(HOSTILE)}", f"{slowest:.0f} ms ({piece!r})"
        )


def _line(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:<48} {figure}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
