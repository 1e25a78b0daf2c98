"""Commands for the memory: finding what was read and noted, in this run and before, and noting more.

Pages get into the memory when they are read (`browse`).
"""

from __future__ import annotations

from collections.abc import Callable

from autogpt.commands.command import Outcome, command
from autogpt.commands.remembering import Remembering
from autogpt.core.actions import Touch
from autogpt.core.errors import CommandError

LONGEST_NOTE = 4_000
"""Characters. What is longer is a text, and belongs in a file."""

_TOUCHES = (Touch.MEMORY,)


class MemoryCommands:
    """Finds and keeps by `remembering`. `source_of` says where a text comes from that stands in one from outside."""

    def __init__(self, remembering: Remembering, source_of: Callable[[str], str] = lambda text: "") -> None:
        self._remembering = remembering
        self._source_of = source_of

    @command(
        aliases=(
            "memory_search",
            "query_memory",
            "memory_query",
            "recall",
            "recall_memory",
            "retrieve_memory",
            "search_memories",
            "get_memory",
            "read_memory",
            "memory_get",
        ),
        reads_only=True,
        touches=_TOUCHES,
    )
    def search_memory(self, query: str) -> Outcome:
        """Find texts of pages read before, and your notes."""
        if not query.strip():
            raise CommandError("The query is empty. Say in a few words what you look for.")
        recalled = self._remembering.recall(query)
        return Outcome(recalled.text, recalled.usage)

    @command(
        aliases=(
            "add_memory",
            "add_to_memory",
            "remember",
            "memorize",
            "memorise",
            "save_memory",
            "save_to_memory",
            "store_memory",
            "store_in_memory",
            "memory_save",
            "memory_store",
            "write_memory",
        ),
        touches=_TOUCHES,
    )
    def memory_add(self, text: str) -> Outcome:
        """Keep a note for later."""
        if not text.strip():
            raise CommandError("The note is empty.")
        if len(text) > LONGEST_NOTE:
            raise CommandError(
                f"The note has {len(text):,} characters; a note has at most {LONGEST_NOTE:,}. It was not kept: "
                "shorten it, or write it to a file."
            )
        source = self._source_of(text)
        redacted, usage = self._remembering.note(text, source)
        said = f"Noted as what {source} says: its words are not yours" if source else "Noted"
        return Outcome(f"{said}, without the secret in it." if redacted else f"{said}.", usage)
