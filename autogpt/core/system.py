"""The system prompt: who the agent is, what it may call and how it must answer.

Identical in every call of a run, so that the provider's prompt cache hits.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from autogpt.core.actions import CommandSpec
from autogpt.core.messages import Message
from autogpt.core.setup import Setup
from autogpt.core.turns import clip

LARGEST_SHARE = 0.5
"""Above this share of the prompt's tokens the commands are listed more shortly."""


class Listing(Enum):
    """How much is said of each command."""

    DESCRIBED = "what it does, and all arguments"
    ARGUMENTS = "all arguments"
    LEAST = "the arguments that it needs"


CHARACTERS_OF_A_GOAL = 250
"""For each thousand tokens of the prompt: the most that one goal, the role or the task may take."""

REPLY_FORMAT = """\
{
    "thoughts": {
        "text": "thought",
        "reasoning": "reasoning",
        "plan": "- short bulleted\\n- list that conveys\\n- long-term plan",
        "criticism": "constructive self-criticism",
        "speak": "thoughts summary to say to user"
    },
    "command": {"name": "command name", "args": {"arg name": "value"}}
}"""

INDEPENDENCE = (
    "Your decisions must always be made independently without seeking user assistance. "
    "Play to your strengths as an LLM and pursue simple strategies with no legal complications."
)


def system_message(setup: Setup) -> Message:
    """The system prompt of a run; with short command lines where the window is small."""
    text = ""
    for listing in Listing:
        text = system_text(setup, listing)
        if setup.measure(text) <= setup.window.prompt * LARGEST_SHARE:
            break
    return Message("system", text)


def system_text(setup: Setup, listing: Listing) -> str:
    """The system prompt's text."""
    profile, guidance = setup.profile, setup.guidance
    longest = max(200, setup.window.prompt * CHARACTERS_OF_A_GOAL // 1000)
    parts = [
        f"You are {clip(profile.name, 100)}, {clip(profile.role, longest)}\n{INDEPENDENCE}",
        *([f"The user's task, in their own words: {clip(profile.task, longest)}"] if profile.task else []),
        "GOALS:\n\n" + _numbered(clip(goal, longest) for goal in profile.goals),
        "Constraints:\n" + _numbered(guidance.constraints),
        "Commands:\n" + _numbered(command_line(spec, listing) for spec in setup.commands),
        "Resources:\n" + _numbered((*guidance.resources, *setup.resources)),
        "Performance Evaluation:\n" + _numbered(guidance.performance_evaluations),
        "Respond only with one JSON object in the format described below, and nothing else.\n"
        f"Response Format:\n{REPLY_FORMAT}",
    ]
    return "\n\n".join(parts)


def command_line(spec: CommandSpec, listing: Listing = Listing.DESCRIBED) -> str:
    """A command as the prompt lists it: `name: description, args: "arg": "<arg>"`."""
    shown = [p for p in spec.parameters if p.required or listing is not Listing.LEAST]
    args = ", ".join(f'"{p.name}": "<{p.name if p.required else "optional"}>"' for p in shown)
    description = f"{spec.description.strip().rstrip('.')}, " if listing is Listing.DESCRIBED else ""
    return f"{spec.name}: {description}{f'args: {args}' if args else 'no args'}"


def _numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
