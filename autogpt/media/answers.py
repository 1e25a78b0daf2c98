"""What providers of pictures, sound and text answer when they don't give what was asked for."""

from __future__ import annotations

import json

from autogpt.core.errors import CommandError
from autogpt.http import Response

_LONGEST = 300


def checked(response: Response, who: str) -> Response:
    """The same answer. Raises CommandError, with what the provider says, for a status of 400 or more."""
    if response.status < 400:
        return response
    said = said_by(response)
    told = f" It says: {said}" if said else ""
    match response.status:
        case 401 | 402 | 403:
            why = f"{who} refuses (status {response.status}): the key, its rights or its credit."
            raise CommandError(f"{why}{told} Only the person can change that: go on without.")
        case 404 | 410:
            raise CommandError(f"{who} does not have this model or address (status {response.status}).{told}")
        case 429:
            raise CommandError(f"{who} asks for fewer requests (status 429).{told} Do something else first.")
        case status if status >= 500:
            raise CommandError(
                f"{who} has failed (status {status}).{told} Try again later, or go on without."
            )
        case status:
            raise CommandError(f"{who} does not take this request (status {status}).{told}")


def said_by(response: Response) -> str:
    """What an error answer says, in one line; empty if it is a page or nothing."""
    found = json_of(response.body)
    if isinstance(found, dict):
        for name in ("error", "detail", "message", "title"):
            value = found.get(name)
            if isinstance(value, dict):
                value = value.get("message")
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())[:_LONGEST]
    return ""


def json_of(body: bytes) -> object:
    """The JSON in an answer, None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
