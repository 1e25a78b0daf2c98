"""Every command can be called in a reply that a server holds to a schema."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import autogpt.commands
from autogpt.commands.command import commands_of
from autogpt.core.actions import CommandSpec
from autogpt.core.reply_schema import reply_schema
from autogpt.models.request import is_strict


def specs() -> list[CommandSpec]:
    found: dict[str, CommandSpec] = {}
    for module in pkgutil.iter_modules(autogpt.commands.__path__):
        room = importlib.import_module(f"autogpt.commands.{module.name}")
        for name, family in inspect.getmembers(room, inspect.isclass):
            if name.endswith("Commands") and family.__module__ == room.__name__:
                for one in commands_of(object.__new__(family)):
                    found[one.spec.name] = one.spec
    return list(found.values())


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.name)
def test_a_command_can_be_said_in_strict_mode(spec: CommandSpec) -> None:
    """One that can't be takes the schema away from all the others."""
    assert reply_schema([spec]) is not None


def test_all_of_them_together_are_within_the_limits_of_strict_mode() -> None:
    assert len(specs()) > 25
    assert is_strict(reply_schema(specs()))
    assert reply_schema(specs()) is not None
