"""Every memory that there is, made ready for the suite. A new one is a line in `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from autogpt.memories.local import LocalMemory
from autogpt.memories.port import Embedder, Memory

Open = Callable[[Path, Embedder | None], Memory]
"""Opens the memory that belongs to a folder, as often as one likes: it is always the same."""


def local(folder: Path, embedder: Embedder | None) -> Memory:
    return LocalMemory(folder / "memory", embedder)


BACKENDS: Mapping[str, Open] = {"local": local}
