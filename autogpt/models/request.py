"""The body of a request for a chat completion: OpenAI's format, with what a model is known to take.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from autogpt.core.actions import JsonObject
from autogpt.core.messages import Message
from autogpt.core.unreachable import assert_never
from autogpt.models.accepts import Accepts


class ReplyForm:
    """The JSON Schema that replies are held to, encoded once: it is large, and goes with every request."""

    def __init__(self, schema: JsonObject) -> None:
        named = {"name": "reply", "schema": schema, "strict": is_strict(schema)}
        self.asked: JsonObject = {"type": "json_schema", "json_schema": named}
        self.encoded = _json(self.asked)


def request_body(
    model: str,
    messages: Sequence[Message],
    accepts: Accepts,
    *,
    reply_tokens: int,
    temperature: float | None,
    form: ReplyForm | None,
) -> dict[str, Any]:
    """What is sent, as JSON. `model` is the name by which the server knows it; `form` makes it reply in JSON."""
    most = accepts.most_reply_tokens
    body: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": message.role, "content": content_of(message)}
            for message in (messages if accepts.system else without_system(messages))
        ],
        accepts.limit: reply_tokens if most is None else min(reply_tokens, most),
    }
    if accepts.temperature and temperature is not None:
        body["temperature"] = temperature
    if form is not None:
        match accepts.reply_format:
            case "json_schema":
                body["response_format"] = form.asked
            case "json_object":
                body["response_format"] = {"type": "json_object"}
            case "none":
                pass
            case unreachable:
                assert_never(unreachable)
    if accepts.stream:
        body["stream"] = True
        if accepts.stream_options:
            body["stream_options"] = {"include_usage": True}
    return body


def encoded(body: Mapping[str, Any], form: ReplyForm | None) -> bytes:
    """The body as it is sent, with the form as it was encoded before."""
    if form is None or body.get("response_format") is not form.asked:
        return _bytes(_json(body))
    rest = _json({name: value for name, value in body.items() if name != "response_format"})
    return _bytes(f'{rest[:-1]},"response_format":{form.encoded}}}')


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half a character that some file held must not end the run


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def content_of(message: Message) -> str | list[dict[str, Any]]:
    """A message's content: its text, and with pictures a list of parts, the pictures as data URLs.

    The format is that of OpenAI's chat completions, "Image inputs".
    """
    if not message.images:
        return message.text
    pictures = [
        f"data:{image.kind};base64,{base64.b64encode(image.data).decode('ascii')}" for image in message.images
    ]
    return [
        {"type": "text", "text": message.text},
        *({"type": "image_url", "image_url": {"url": picture}} for picture in pictures),
    ]


def without_system(messages: Sequence[Message]) -> list[Message]:
    """The same prompt for a model whose template knows only user and assistant, in turns."""
    turns: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        if turns and turns[-1].role == role:
            both = (*turns[-1].images, *message.images)
            turns[-1] = Message(role, f"{turns[-1].text}\n\n{message.text}", both)
        else:
            turns.append(replace(message, role=role))
    return turns


def is_strict(schema: object) -> bool:
    """Whether a JSON Schema keeps to what OpenAI enforces strictly: closed objects, all required."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "object":
            properties = schema.get("properties", {})
            if schema.get("additionalProperties") is not False:
                return False
            if set(schema.get("required", ())) != set(properties):
                return False
        return all(is_strict(value) for value in schema.values())
    if isinstance(schema, list):
        return all(is_strict(value) for value in schema)
    return True
