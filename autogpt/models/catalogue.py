"""What is known of OpenAI's models: windows, prices, what they take, when they retire.

The figures are in `catalogue.json`, with their source and date. They age: a
price is what was published on that date, and a model that is not listed is
simply not known (`None`), never an error. Other providers' models are not here.

Why these defaults (prices in US dollars for 1M tokens, prompt / cached / reply):

- smart: `gpt-6.1-sol`, 2.00 / 0.10 / 10.00. Of the full-size models it has the
  cheapest cached prompt, and most of an agent's prompt is cached. The next size
  up (`gpt-6-astra`) costs five times as much and its cached prompt ten times.
- fast: `gpt-6-luna`, 0.10 / 0.01 / 0.50, the cheapest model that is not about to
  be retired, with the same window. It summarises and reads pages.
- embedding: `text-embedding-3-small`, 0.02.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from autogpt.core.budget import Price
from autogpt.core.errors import UsageError

DEFAULT_SMART = "gpt-6.1-sol"
DEFAULT_FAST = "gpt-6-luna"
DEFAULT_EMBEDDING = "text-embedding-3-small"

Mode = Literal["chat", "responses", "embedding"]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """`window` is the longest prompt and `max_output` the longest reply, in tokens.

    `json_schema`: takes a JSON Schema as `response_format`. `reasoning`: thinks
    before it answers, which is billed as reply; refuses `temperature`. `sees`: takes pictures.
    `None` means not known.
    """

    name: str
    mode: Mode
    window: int | None
    max_output: int | None
    price: Price | None
    retired_on: date | None
    json_schema: bool
    reasoning: bool
    sees: bool = False


_SUFFIX = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4}|32k|16k|vision-preview|preview|latest)$")


def facts(name: str) -> ModelFacts | None:
    """What is known of a model.

    `openai/gpt-5.4` is read as `gpt-5.4`; `ft:gpt-4.1:acme::id` as `gpt-4.1` without
    a price, since tuned models cost more; a dated version that is not listed as the
    model without the date. A server of the person's own may use these names for other
    models: then the facts do not hold.
    """
    models = _catalogue()
    plain = name.strip().rsplit("/", 1)[-1]
    tuned = plain.startswith("ft:")
    if tuned:
        plain = plain.split(":")[1]
    while plain not in models:
        shorter = _SUFFIX.sub("", plain)
        if shorter == plain:
            return None
        plain = shorter
    return _read(name.strip(), models[plain], priced=not tuned)


def retired(name: str, today: date) -> bool:
    """Whether OpenAI has withdrawn the model by that day. Unknown models are not retired."""
    known = facts(name)
    return known is not None and known.retired_on is not None and known.retired_on <= today


def check_chat(name: str) -> None:
    """Raise UsageError, one line, for a model that is known not to take chat completions."""
    known = facts(name)
    if known is None or known.mode == "chat":
        return
    what = "makes embeddings" if known.mode == "embedding" else "only answers OpenAI's Responses API"
    raise UsageError(
        f"the model {name} {what} and cannot drive the agent: choose {DEFAULT_SMART}, for example"
    )


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    models: dict[str, dict[str, Any]] = json.loads(text)["models"]
    return models


def _read(name: str, entry: dict[str, Any], *, priced: bool) -> ModelFacts:
    retired_on = entry.get("retired_on")
    return ModelFacts(
        name=name,
        mode=entry["mode"],
        window=entry.get("window"),
        max_output=entry.get("max_output"),
        price=_price(entry) if priced else None,
        retired_on=date.fromisoformat(retired_on) if retired_on else None,
        json_schema=entry.get("json_schema", False),
        reasoning=entry.get("reasoning", False),
        sees=entry.get("sees", False),
    )


def _price(entry: dict[str, Any]) -> Price | None:
    dollars = entry.get("usd_per_1M")
    if dollars is None:
        return None
    fresh, cached, reply = dollars
    return Price(Decimal(fresh), Decimal(cached if cached is not None else fresh), Decimal(reply))
