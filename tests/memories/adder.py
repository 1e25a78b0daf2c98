"""A process that adds to a memory until it is killed; it says what was kept, one number a line.

python -m tests.memories.adder FOLDER NAME
"""

from __future__ import annotations

import sys
from pathlib import Path

from autogpt.memories.local import LocalMemory
from autogpt.memories.port import Entry
from tests.memories.meanings import Meanings

AT_ONCE = 3


def entries(name: str, turn: int) -> list[Entry]:
    """What is added in one turn."""
    return [Entry(f"{name} turn {turn} line {line} on tea and boats") for line in range(AT_ONCE)]


def main() -> None:
    """Add for ever."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    memory = LocalMemory(folder, Meanings())
    turn = 0
    while True:
        memory.add(entries(name, turn))
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()
        turn += 1


if __name__ == "__main__":
    main()
