"""`ai_settings.yaml`: the profile on disk, in Auto-GPT's format.

Keys: `ai_name`, `ai_role`, `ai_goals` (a list), `api_budget` (US dollars; 0 or
nothing means no limit). Other keys in the file are kept when it is rewritten;
comments are not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.core.errors import UsageError
from autogpt.core.profile import Profile
from autogpt.settings.kinds import MOST_DOLLARS, dollars
from autogpt.settings.texts import read_text, visible, visible_path, write_text
from autogpt.settings.yaml_files import YamlFile, read_yaml

if TYPE_CHECKING:
    from yaml import Node

_KEYS = ("ai_name", "ai_role", "ai_goals", "api_budget", "ai_task")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says of the profile (`--ai-name`, `--ai-role`, `--ai-goal`); empty means nothing."""

    name: str = ""
    role: str = ""
    goals: tuple[str, ...] = ()

    def over(self, profile: Profile) -> Profile:
        """The profile with what is given here in its place."""
        return replace(
            profile,
            name=self.name or profile.name,
            role=self.role or profile.role,
            goals=self.goals or profile.goals,
            task="" if self.goals else profile.task,
        )

    @property
    def complete(self) -> bool:
        """Whether they make a profile by themselves."""
        return bool(self.name and self.role and self.goals)


NO_OVERRIDES = Overrides()


def read_profile(path: Path, overrides: Overrides = NO_OVERRIDES) -> Profile | None:
    """The file's profile with the overrides over it; None when there is no file, or an empty one.

    Raises UsageError, naming the file and the key, for anything else that is not a whole profile.
    """
    file = read_yaml(path)
    if file is None or file.root is None:
        return None
    found = Profile(
        name=_text(file, "ai_name"),
        role=_text(file, "ai_role"),
        goals=file.texts("ai_goals") or (),
        budget=_budget(file),
        task=_text(file, "ai_task"),
    )
    profile = overrides.over(found)
    if not profile.name:
        raise file.wrong("ai_name", "missing: what the agent is called")
    if not profile.role:
        raise file.wrong("ai_role", "missing: what the agent is, in a sentence")
    if not profile.goals:
        raise file.wrong("ai_goals", "missing: a list of one to five goals, each on a line after a dash")
    return profile


def _text(file: YamlFile, key: str) -> str:
    return (file.text(key) or "").strip()


def _budget(file: YamlFile) -> Decimal | None:
    text = _text(file, "api_budget")
    try:
        return dollars(text) or None if text else None
    except ValueError:
        expected = f"expected an amount in US dollars, 0 for no limit, up to {MOST_DOLLARS:,}"
        raise file.wrong("api_budget", f"{visible(text)!r}; {expected}") from None


def write_profile(path: Path, profile: Profile) -> None:
    """Write the file as a whole, with the keys of the old one that aren't the profile's.

    Raises UsageError when it can't be written, or when there is a file that can't be read.
    """
    import yaml

    old = read_yaml(path)
    pairs = [(_string(key), value) for key, value in _nodes(profile)]
    pairs += old.others(_KEYS) if old else []
    root = yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=False)
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=100)
    write_text(path, text)


def _nodes(profile: Profile) -> tuple[tuple[str, Node], ...]:
    import yaml

    goals = [_string(goal) for goal in profile.goals]
    amount = format(profile.budget or Decimal(0), "f")
    amount = amount if "." in amount else f"{amount}.0"
    task = (("ai_task", _string(profile.task)),) if profile.task else ()
    return (
        ("ai_name", _string(profile.name)),
        ("ai_role", _string(profile.role)),
        ("ai_goals", yaml.SequenceNode("tag:yaml.org,2002:seq", goals, flow_style=False)),
        ("api_budget", yaml.ScalarNode("tag:yaml.org,2002:float", amount)),
        *task,
    )


def _string(text: str) -> Node:
    import yaml

    # Unquoted, PyYAML writes some line separators so that they are read back as spaces.
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


def set_aside(path: Path) -> Path:
    """Copy the file to its `previous` name, and say which that is. Raises UsageError.

    What is there already goes for it only where it was worked out from a task; what somebody wrote stays.
    """
    text = read_text(path)
    if text is None:
        raise UsageError(f"There is no {visible_path(path)}.")
    aside = path.with_name(f"{path.stem}.previous{path.suffix}")
    number = 1
    while os.path.lexists(aside) and not _may_go_for(text, aside):
        number += 1
        aside = path.with_name(f"{path.stem}.previous-{number}{path.suffix}")
    write_text(aside, text)
    return aside


def _may_go_for(text: str, kept: Path) -> bool:
    try:
        file = read_yaml(kept)
        return read_text(kept) == text or (file is not None and bool(_text(file, "ai_task")))
    except UsageError:
        return False
