"""What a run may do and use up: the person's rules, limits and workspace, from options and files.

Nothing that lies in the workspace or the current folder can widen them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from autogpt.connect import Demonstration, Provider
from autogpt.core.errors import UsageError
from autogpt.core.guidance import DEFAULT_GUIDANCE, Guidance
from autogpt.core.limits import Limits
from autogpt.core.policy import Policy, Preset, option_rules
from autogpt.guidance import read_guidance
from autogpt.journal.codec import Header
from autogpt.policy_file import default_policy_path, read_policy
from autogpt.settings.folder import PROMPT
from autogpt.stage import Stage
from autogpt.workspace import Workspace

NOBODY_ASKS = (
    "Nobody is there to approve commands: give --continuous, or allow some with --allow or --policy."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person's files and options say about how the agent works."""

    policy: Policy
    guidance: Guidance


def read_rules(here: Stage, source: Provider | Demonstration) -> Rules:
    """What the person's files and options say. Raises UsageError."""
    named, file = here.options.prompt_settings, here.settings.run.prompt_settings_file
    if named is not None and not file.exists():
        raise UsageError(f"There is no file {named}: give --prompt-settings an existing one.")
    policy = _policy(here)
    alone = not here.attended and not here.options.continuous and not isinstance(source, Demonstration)
    if alone and not policy.rules:
        raise UsageError(NOBODY_ASKS)
    guidance = DEFAULT_GUIDANCE if PROMPT in here.settings.passed_over else read_guidance(file)
    return Rules(policy, guidance)


def _policy(here: Stage) -> Policy:
    """What may run: the command line's rules before the policy file's; `--preset` over the file's."""
    policy, options = _policy_of_file(here), here.options
    try:
        rules = option_rules(options.allow, options.ask, options.deny)
    except ValueError as error:
        raise UsageError(str(error)) from None
    preset = Preset(options.preset) if options.preset else policy.preset
    return replace(policy, rules=(*rules, *policy.rules), preset=preset)


def _policy_of_file(here: Stage) -> Policy:
    named, folder = here.settings.run.policy_file, here.settings.configuration_folder
    path = named or (default_policy_path(folder.parent) if folder else None)
    if path is None or (named is None and not path.exists()):
        return Policy()
    policy, warnings = read_policy(path)
    for warning in warnings:
        here.warn(warning)
    return policy


def check_workspace(here: Stage, place: Workspace, header: Header) -> None:
    """Where the agent may work is said by the person, never by a file that is there."""
    before = Path(header.workspace)
    if here.options.workspace_directory is None and before != place.root and before.exists():
        raise UsageError(
            f"This run worked in {before}, and the workspace is now {place.root}: "
            "say which one to use with --workspace-directory."
        )


def check_own_files(here: Stage) -> None:
    """What the agent itself can write may not say what it is allowed. Raises UsageError.

    What lies in the current folder is judged when it is read: see `autogpt.settings.trust`.
    """
    workspace = os.path.realpath(here.settings.files.workspace_directory.expanduser())
    folder = here.settings.configuration_folder
    if folder is not None and _holds(workspace, folder):
        raise UsageError(
            f"The workspace {workspace} holds {folder}, where your own rules for the agent are kept, and it "
            "could write them itself: choose a folder further inside with --workspace-directory."
        )


def _holds(folder: str, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(folder)


def given_limits(here: Stage, before: Limits) -> Limits:
    """The limits with those replaced that are given for this start.

    API_BUDGET is for runs without a budget: one that was given to a run, or raised in it, stays.
    """
    options = here.options
    return Limits(
        budget=options.budget or before.budget or here.settings.run.api_budget,
        tokens=options.max_tokens or before.tokens,
        steps=options.max_steps or before.steps,
        seconds=options.max_time or before.seconds,
        stop_after=options.continuous_limit,
    )


def limits_of(header: Header) -> Limits:
    """The limits that a run began with."""
    before: Mapping[str, Any] = header.setup.get("limits") or {}
    budget = before.get("budget")
    return Limits(
        budget=None if budget is None else Decimal(str(budget)),
        tokens=before.get("tokens"),
        steps=before.get("steps"),
        seconds=before.get("seconds"),
    )


def limits_json(limits: Limits) -> dict[str, Any]:
    """The limits as a run's header keeps them."""
    return {
        "budget": None if limits.budget is None else str(limits.budget),
        "tokens": limits.tokens,
        "steps": limits.steps,
        "seconds": limits.seconds,
    }
