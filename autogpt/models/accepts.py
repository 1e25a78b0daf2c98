"""What a model takes: known beforehand, or learnt from what its server refuses.

Not promised: that every refusal is understood. One that isn't stays the fault that it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from autogpt.models import catalogue
from autogpt.models.errors import Fault, ModelFault


@dataclass(frozen=True, slots=True)
class Accepts:
    """What a model takes, as far as is known."""

    temperature: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    reply_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    stream: bool = True
    stream_options: bool = True
    system: bool = True
    most_reply_tokens: int | None = None


def known_to_accept(name: str) -> Accepts:
    """What to begin with: the facts for a known model, else what nearly all servers take."""
    known = catalogue.facts(name)
    if known is None:
        return Accepts()
    return Accepts(
        temperature=not known.reasoning,
        limit="max_completion_tokens",
        reply_format="json_schema" if known.json_schema else "json_object",
        most_reply_tokens=known.max_output,
    )


_SYSTEM_REFUSED = re.compile(
    r"system (role|message|prompt)s? .{0,30}(not|only|unsupported|must)|(role|roles) must alternate"
    r"|only user(,| and) assistant|unsupported role",
    re.IGNORECASE,
)
_GRAMMAR = re.compile(r"grammar|schema|sampler|guided|response.?format", re.IGNORECASE)
"""What servers of one's own say when they fail at making a grammar of a schema."""

_MOST_TOKENS = re.compile(
    r"(?:at most|less than or equal to|maximum(?: value)? (?:is|of)|<=)\s*(\d+)", re.IGNORECASE
)


def adapt(accepts: Accepts, body: Mapping[str, Any], fault: ModelFault) -> Accepts | None:
    """What the model takes after it refused a request, or `None` if that is not what is wrong.

    Raises nothing; the caller bounds how often it asks.
    """
    if (
        fault.fault in (Fault.BAD_REQUEST, Fault.SERVER)
        and accepts.system
        and _SYSTEM_REFUSED.search(fault.said)
    ):
        return replace(accepts, system=False)
    if fault.fault is Fault.SERVER and "response_format" in body and _GRAMMAR.search(fault.said):
        return _with_simpler_format(accepts)
    if fault.fault is not Fault.BAD_REQUEST or fault.status not in (400, 415, 422):
        return None
    match _refused_parameter(body, fault):
        case "temperature":
            return replace(accepts, temperature=False)
        case "max_tokens" | "max_completion_tokens" as sent:
            most = _MOST_TOKENS.search(fault.said)
            if most is not None and 0 < int(most[1]) < body[sent]:
                return replace(accepts, most_reply_tokens=int(most[1]))
            if sent == "max_tokens" and accepts.limit == "max_tokens":
                return replace(accepts, limit="max_completion_tokens")
            if sent == "max_completion_tokens" and "max_tokens" in fault.said:
                return replace(accepts, limit="max_tokens")
            return None
        case "response_format":
            return _with_simpler_format(accepts)
        case "stream_options":
            return replace(accepts, stream_options=False)
        case "stream":
            return replace(accepts, stream=False)
        case _:
            # Servers word it in many ways that their makers' grammar can't hold a schema, and the
            # schema is what is most unusual in a request: it goes before the run does.
            return _with_simpler_format(accepts) if "response_format" in body else None


def _with_simpler_format(accepts: Accepts) -> Accepts:
    return replace(accepts, reply_format="json_object" if accepts.reply_format == "json_schema" else "none")


_NAMES: Mapping[str, str] = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_completion_tokens",
    "response_format": "response_format",
    "json_schema": "response_format",
    "json_object": "response_format",
    "structured output": "response_format",
    "grammar": "response_format",
    "stream_options": "stream_options",
    "include_usage": "stream_options",
    "stream": "stream",
    "streaming": "stream",
}


def _refused_parameter(body: Mapping[str, Any], fault: ModelFault) -> str | None:
    """The parameter that a refusal names first, of those that were sent."""
    evidence = f"{fault.parameter or ''} {fault.said}".lower()
    found = [
        (match.start(), parameter)
        for name, parameter in _NAMES.items()
        if parameter in body and (match := re.search(rf"(?<![a-z_]){name}s?(?![a-z_])", evidence))
    ]
    return min(found)[1] if found else None
