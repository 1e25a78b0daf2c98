"""The bundled demonstration: scripted replies that do real work with real commands.

Nothing here is a model: `script.yaml` holds what one could have answered, and the
program says so. Everything else (loop, commands, journal, budget) is the real thing.
"""

from __future__ import annotations

from pathlib import Path

SCRIPT = Path(__file__).with_name("script.yaml")
"""The replies, in the format of `autogpt.models.scripted`, and the profile that they play."""
