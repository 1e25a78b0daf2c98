"""The memory of a folder, by the settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autogpt.memories.local import LocalMemory, folder_of
from autogpt.memories.port import Embedder
from autogpt.settings import Settings

COMES_LATER = frozenset({"redis", "pinecone", "milvus", "weaviate"})
"""Backends that are known and not there yet."""


def memory(
    settings: Settings,
    state: Path,
    warn: Callable[[str], None] = lambda line: None,
    embedder: Embedder | None = None,
) -> LocalMemory:
    """The memory below `state`, the folder of the program's own files. Nothing is opened yet."""
    return LocalMemory(folder_of(state, settings.memory.index), embedder, warn=warn)


def memory_notice(settings: Settings) -> str:
    """A line for the person where the memory is not the one that they chose; else empty."""
    backend = settings.memory.backend
    if backend not in COMES_LATER:
        return ""
    return (
        f"MEMORY_BACKEND={backend}: that part of the program comes later. Until then the local memory is used; "
        "nothing is sent to or read from the other."
    )
