"""Which families of commands the person turned off."""

from __future__ import annotations

from autogpt.settings import Settings

GIT = frozenset({"git", "git_operations"})
"""By these names git's is."""


def disabled(settings: Settings) -> set[str]:
    """The names in DISABLED_COMMAND_CATEGORIES, without the modules that older versions wrote before them."""
    return {name.rsplit(".", 1)[-1].lower() for name in settings.run.disabled_command_categories}
