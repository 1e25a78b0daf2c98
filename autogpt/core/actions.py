"""Commands that the model may call, and one call of one (an action)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

JsonObject = Mapping[str, Any]
"""A JSON object as Python values: str, int, float, bool, None, list, dict."""


class Touch(str, Enum):
    """What a command reaches beyond the agent itself; policy and resume look at this."""

    FILES = "files"
    NETWORK = "network"
    FETCHING = "fetching"
    """Gets files from the web into the workspace, and sends nothing but their addresses."""
    PROCESSES = "processes"
    MONEY = "money"
    OUTSIDE = "outside"
    """Speaks to other people under the person's name: a tweet, a mail."""
    MEMORY = "memory"
    """What is kept in texts from run to run, for the agent alone."""
    HOST = "host"
    """Runs outside any sandbox, on the person's own machine."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command. `schema` is its JSON Schema.

    `asks` says what the argument does that needs the person's yes, where it does anything of the kind.
    `content` says that it is what a file is to hold: of that a person may be shown the difference that
    it makes. Everything else is executed, sent or obeyed, and is shown whole to whoever is asked.
    """

    name: str
    schema: JsonObject = field(default_factory=dict)
    required: bool = True
    asks: str = ""
    content: bool = False


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command as the model, the policy and resume see it.

    `reads_only` commands may be run again after a crash without asking. `reads` has the arguments that name
    files whose text the command shows or hands on, `walks` those that name folders whose files it goes through
    for their text: rules on `read_file` hold for them.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    reads_only: bool = False
    touches: frozenset[Touch] = frozenset()
    reads: tuple[str, ...] = ()
    walks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One call of one command, as the model asked for it."""

    command: str
    args: JsonObject = field(default_factory=dict)

    def key(self) -> str:
        """A canonical text: equal for equal actions, whatever the order of the arguments."""
        return f"{self.command}{json.dumps(self.args, sort_keys=True, ensure_ascii=False, default=str)}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would do to a file as it is now, for the person who is asked.

    `what` says it in a few words ("replaces 214 lines with 61"); `diff` is a unified diff, each line
    without its end. `shows` names the arguments that the diff stands for. `runs` is what the file holds
    that would be executed. `fails` is why the action can only fail, in words for the model: then nobody
    needs to be asked.
    """

    file: str
    what: str
    diff: tuple[str, ...] = ()
    shows: frozenset[str] = frozenset()
    runs: str = ""
    fails: str = ""


@dataclass(frozen=True, slots=True)
class Thoughts:
    """What the model says it thinks; every part may be empty."""

    text: str = ""
    reasoning: str = ""
    plan: tuple[str, ...] = ()
    criticism: str = ""
    speak: str = ""
