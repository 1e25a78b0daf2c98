"""The JSON Schema of a reply. Not written yet: replies are asked for in words alone."""

from __future__ import annotations

from collections.abc import Sequence

from autogpt.core.actions import CommandSpec, JsonObject


def reply_schema(specs: Sequence[CommandSpec]) -> JsonObject | None:
    """The schema, or `None` where there is none."""
    return None
