"""Values that stand in a template for the person's own, and so mean "not set"."""

from __future__ import annotations

import re

_PLACEHOLDER = re.compile(
    r"your-[a-z0-9:._-]*|<[^<>]*>|api-version-for-azure|[a-z0-9]+-deployment-id-for-azure", re.IGNORECASE
)


def is_placeholder(text: str) -> bool:
    """Whether the text is a template's stand-in: `your-openai-api-key`, `<your key>`."""
    return _PLACEHOLDER.fullmatch(text) is not None
