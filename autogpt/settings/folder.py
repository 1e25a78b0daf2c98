"""What lies in the current folder under the program's own names: links, and instructions for the prompt.

Says what each would do (a `Claim`), and lets only that hold which the person accepted. A link that was
accepted is resolved here, once: everything else opens files without following any.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from autogpt.core.errors import UsageError
from autogpt.core.guidance import DEFAULT_GUIDANCE
from autogpt.settings.groups import Settings
from autogpt.settings.texts import followed, read_text, resolved
from autogpt.settings.trust import Accepts, Claim, Doubted, came_claim, link_claim, none_doubted, prompt_claim
from autogpt.settings.yaml_files import read_yaml

PROFILE, PROMPT, WORKSPACE = "run.ai_settings_file", "run.prompt_settings_file", "files.workspace_directory"
STATE = Path(".autogpt")
"""The folder of the program's own files, in the current folder: runs, history, bug reports."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The settings with what was accepted, and all claims.

    `blocked` says in a line why no agent can work here, empty where one can; `unusable` the same of
    the program's own files.
    """

    settings: Settings
    claims: tuple[Claim, ...]
    blocked: str = ""
    unusable: str = ""


def judged(
    settings: Settings, named: Container[str], accepts: Accepts, doubted: Doubted = none_doubted
) -> Judged:
    """Judge what lies in the current folder. `named` are the fields that the person themself set to a path."""
    claims: list[Claim] = []
    blocked = ""
    profile = _path(settings, PROFILE)
    if PROFILE not in named and doubted(profile) and (came := came_of(profile)):
        claims.append(came)
        settings = settings if accepts(came) else _passed_over(settings, PROFILE)
    for field in (PROFILE, PROMPT, WORKSPACE):
        path = _path(settings, field)
        leads_to = where_it_leads(path)
        if leads_to is None:
            continue
        claim = link_claim(str(path), str(leads_to))
        if field not in named:
            claims.append(claim)
        if field not in named and not accepts(claim):
            if field == WORKSPACE:
                blocked = f"{_not_followed(claim)}: name the folder with --workspace-directory."
            settings = _passed_over(settings, field)
        elif field != WORKSPACE:
            settings = _with_path(settings, field, leads_to)
    prompt = None if PROMPT in named else _instructions(_path(settings, PROMPT))
    if prompt is not None:
        claims.append(prompt)
        settings = settings if accepts(prompt) else _passed_over(settings, PROMPT)
    links = [link_claim(str(path), str(resolved(path))) for path in _own_folders() if path.is_symlink()]
    refused = [claim for claim in links if not accepts(claim)]
    unusable = f"{_not_followed(refused[0])}: take it away, or start in another folder." if refused else ""
    return Judged(settings, (*claims, *links), blocked, unusable)


def where_it_leads(path: Path) -> Path | None:
    """Where a name in the current folder leads by a link; None where it is what it seems to be."""
    real = resolved(path)
    straight = os.path.normpath(os.path.join(os.path.realpath(os.curdir), path))
    same = os.path.normcase(real) == os.path.normcase(straight)
    return None if same and not path.is_symlink() else real


def _own_folders() -> Iterable[Path]:
    yield STATE
    yield STATE / "runs"
    yield STATE / "memory"
    yield from _children(STATE / "memory")


def _children(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return []


def _instructions(path: Path) -> Claim | None:
    """What the file would have the model told. None where that is the default, or can't be read at all."""
    default = DEFAULT_GUIDANCE
    try:
        file = read_yaml(followed(path))  # only looked at: it is used as far as it is accepted
        if file is None:
            return None
        texts = {
            key: lines
            for key in ("constraints", "resources", "performance_evaluations")
            if (lines := file.texts(key)) is not None and lines != getattr(default, key)
        }
    except UsageError:
        return None  # whoever uses the file says what is wrong with it
    return prompt_claim(str(path), texts) if texts else None


def came_of(path: Path) -> Claim | None:
    """What a file of settings that came during a run holds, None if it isn't there."""
    try:
        text = read_text(followed(path))
    except UsageError:
        text = "?"  # whoever uses the file says what is wrong with it
    names = re.findall(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*[=:]", text or "", re.MULTILINE)
    return None if text is None else came_claim(path, dict.fromkeys(names), text)


def _path(settings: Settings, field: str) -> Path:
    group, _, name = field.partition(".")
    path: Path = getattr(getattr(settings, group), name)
    return path


def _with_path(settings: Settings, field: str, path: Path) -> Settings:
    group, _, name = field.partition(".")
    changed = dataclasses.replace(getattr(settings, group), **{name: path})
    return dataclasses.replace(settings, **{group: changed})


def _passed_over(settings: Settings, field: str) -> Settings:
    return dataclasses.replace(settings, passed_over=settings.passed_over | {field})


def _not_followed(claim: Claim) -> str:
    return f"This folder's files would {claim.words}, and links are not followed unasked"
