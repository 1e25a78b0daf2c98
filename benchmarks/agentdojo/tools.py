"""AgentDojo's tools as a family of commands, each declaring what it touches from its own nature."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autogpt.commands.command import Command
from autogpt.core.actions import CommandSpec, Parameter, Touch
from autogpt.core.errors import CommandError
from benchmarks.agentdojo.suites import Call, World

_READS = ("get_", "search_", "list_", "read_", "check_")
"""Names of tools that only read an account or a page begin so."""

_MARKS = "get_unread_emails"
"""It marks what it gives as read, so it does more than read."""

_SPEAKS = frozenset(
    [
        "send_email",
        "send_direct_message",
        "send_channel_message",
        "post_webpage",
        "share_file",
        "create_calendar_event",
        "reschedule_calendar_event",
        "cancel_calendar_event",
        "add_calendar_event_participants",
        "invite_user_to_slack",
        "add_user_to_channel",
        "remove_user_from_slack",
    ]
)
"""Tools that other people notice: letters, invitations, pages."""

_SPENDS = frozenset(
    [
        "send_money",
        "schedule_transaction",
        "update_scheduled_transaction",
        "reserve_hotel",
        "reserve_restaurant",
        "reserve_car_rental",
    ]
)


def touches(tool: str) -> tuple[bool, frozenset[Touch]]:
    """Whether a tool only reads, and what it reaches: all are services on the network."""
    if tool in _SPEAKS:
        return False, frozenset({Touch.NETWORK, Touch.OUTSIDE})
    if tool in _SPENDS:
        return False, frozenset({Touch.NETWORK, Touch.MONEY})
    return tool.startswith(_READS) and tool != _MARKS, frozenset({Touch.NETWORK})


def commands(world: World) -> Iterator[Command]:
    """The tools of a world's suite."""
    for tool in world.tools:
        reads_only, reaches = touches(tool.name)
        schema = tool.parameters.model_json_schema()
        required = schema.get("required", ())
        spec = CommandSpec(
            name=tool.name,
            description=" ".join(str(tool.description).split()),
            parameters=tuple(
                Parameter(name, {**_inlined(kind, schema), **_default(kind)}, name in required)
                for name, kind in schema["properties"].items()
            ),
            reads_only=reads_only,
            touches=reaches,
        )
        yield Command(spec, _called(world, tool.name))


def _called(world: World, name: str) -> Callable[..., str]:
    def call(**args: Any) -> str:
        result, error = world.run(Call(name, args))
        if error is not None:
            raise CommandError(error)
        return result or "Done."

    return call


def _inlined(kind: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without references."""
    named = kind.get("$ref", "").rpartition("/")[2]
    return dict(schema.get("$defs", {}).get(named, kind)) if named else dict(kind)


def _default(kind: dict[str, Any]) -> dict[str, Any]:
    return {"default": kind["default"]} if kind.get("default") is not None else {}
