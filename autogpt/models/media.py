"""Pictures, transcripts and speech by OpenAI's own interfaces, paid from the run's ledger.

The same client, key and address as for the models; formats as in OpenAI's API reference
("Create image", "Create transcription", "Create speech"), as the `openai` client has them.
A call is made again only where the provider can't have begun: a picture is never paid for twice by us.

Prices are those published when the table below was written. What isn't in it, and what a server
of the person's own asks for, is unknown (`cost` None), not nothing; a server on this machine is
free. Speech is priced by its characters: OpenAI bills seconds, and doesn't say how many they were.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from autogpt.core.budget import FREE, Price, cost
from autogpt.core.errors import CommandError, ContextOverflow
from autogpt.core.messages import Usage
from autogpt.core.ports import Watcher
from autogpt.models.calling import Caller, tried
from autogpt.models.endpoint import OPENAI_URL, AzureEndpoint, Endpoint, Patience, is_local
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.metered import Ledger
from autogpt.models.tokens import estimate

PRICES_READ_ON = "2026-11-21"
"""From the model list of the PyPI package litellm 1.109.1 (MIT licence), which names OpenAI's price page."""

IMAGE_PRICES: Mapping[str, Price] = {
    "gpt-image-1-mini": Price(Decimal("2.0"), Decimal("0.2"), Decimal("8.0")),
    "gpt-image-1.5": Price(Decimal("5.0"), Decimal("1.25"), Decimal("32.0")),
    "gpt-image-2": Price(Decimal("5.0"), Decimal("1.25"), Decimal("30.0")),
    "gpt-image-2.5-flare": Price(Decimal("5.0"), Decimal("1.25"), Decimal("30.0")),
    "gpt-image-2.5-sunburst": Price(Decimal("5.0"), Decimal("1.25"), Decimal("30.0")),
}
"""US dollars for 1M tokens of prompt, cached prompt, and picture."""

TRANSCRIPT_PRICES: Mapping[str, Decimal] = {
    "gpt-transcribe": Decimal("0.000075"),
    "gpt-4o-transcribe": Decimal("0.0001"),
    "gpt-4o-mini-transcribe": Decimal("0.00005"),
    "whisper-1": Decimal("0.0001"),
}
"""US dollars for a second of the recording."""

TRANSCRIPT_TOKEN_PRICES: Mapping[str, Price] = {
    "gpt-4o-transcribe": Price(Decimal("2.5"), Decimal("2.5"), Decimal("10.0")),
    "gpt-4o-mini-transcribe": Price(Decimal("1.25"), Decimal("1.25"), Decimal("5.0")),
}
"""US dollars for 1M tokens of sound and of text, for models that tell tokens."""

SPEECH_PRICES: Mapping[str, Decimal] = {
    "tts-1": Decimal("0.000015"),
    "tts-1-hd": Decimal("0.00003"),
    "gpt-4o-mini-tts": Decimal("0.000026"),
}
"""US dollars for a character. That of gpt-4o-mini-tts, 0.00025 for a second and 0.0000006 for a token,
is reckoned with ten characters a second, slower than it speaks."""

MOST_AUDIO = 25_000_000
"""Bytes of a recording that OpenAI takes ("Speech to text", file uploads)."""

_MOST_IMAGE_TOKENS = 7_000
"""A large picture of high quality came to 6 240 tokens with gpt-image-1."""

_LEAST_BYTES_A_SECOND = 1_000
"""A recording of speech is hardly ever packed tighter than 8 kbit/s."""

_USUAL_PATIENCE = Patience(idle=300.0, call=400.0)
_SAFE_TO_REPEAT = frozenset({Fault.RATE_LIMIT, Fault.OVERLOADED, Fault.REFUSED, Fault.NO_HOST})


@dataclass(frozen=True, slots=True)
class MadeImage:
    """A picture as it came, not yet looked at."""

    data: bytes
    usage: Usage


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recording says."""

    text: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as sound: MP3."""

    data: bytes
    usage: Usage


class OpenAIMedia:
    """Makes pictures, transcripts and speech. Safe to share between threads.

    Every method raises CommandError, with the `usage` of what failed, and OverLimit before a call
    that the budget could not pay for.
    """

    def __init__(
        self,
        endpoint: Endpoint | AzureEndpoint,
        ledger: Ledger,
        *,
        watcher: Watcher | None = None,
        patience: Patience = _USUAL_PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._ledger = ledger
        self._watcher = watcher
        self._sleep = sleep
        self._caller = Caller(endpoint, watcher=watcher, patience=patience)
        self.is_openais = isinstance(endpoint, Endpoint) and endpoint.base_url == OPENAI_URL
        self._published = self.is_openais or isinstance(endpoint, AzureEndpoint)
        self._free = isinstance(endpoint, Endpoint) and is_local(endpoint.base_url)

    def image(self, model: str, prompt: str, size: int) -> MadeImage:
        """Make one picture, `size` pixels wide and high where the model has such a size."""
        price = FREE if self._free else self._known(IMAGE_PRICES, model)
        tokens = estimate(prompt, newer=True)
        held = self._ledger.reserve(price, tokens, _MOST_IMAGE_TOKENS, _MOST_IMAGE_TOKENS)
        usage = Usage(cost=Decimal(0))
        try:
            given: dict[str, Any] = {"size": f"{size}x{size}", "response_format": "b64_json"}
            if model.startswith(("gpt-image", "chatgpt-image")):  # they take no response_format
                given = {"size": "1024x1024", "quality": "medium", "output_format": "png"}
            body = {"model": self._deployed(model), "prompt": prompt, "n": 1, **given}

            def call(openai: Any) -> object:
                return openai.post("/images/generations", body=body, cast_to=object)

            answer = self._called(model, call)
            usage = _image_usage(answer, price)
            return MadeImage(_image_data(answer, usage), usage)
        finally:
            self._ledger.settle(held, usage)

    def transcript(self, model: str, name: str, data: bytes) -> Transcript:
        """Write down what a recording says; its format is read off its name's ending."""
        price = Decimal(0) if self._free else self._known(TRANSCRIPT_PRICES, model)
        seconds = max(1, len(data) // _LEAST_BYTES_A_SECOND)
        settle = self._hold(None if price is None else price * seconds)
        usage = Usage(cost=Decimal(0))
        try:

            def call(openai: Any) -> object:
                made = openai.audio.transcriptions.create(
                    file=(name, data), model=self._deployed(model), response_format="json"
                )
                return made.model_dump() if hasattr(made, "model_dump") else made

            answer = self._called(model, call)
            by_token = self._known(TRANSCRIPT_TOKEN_PRICES, model)
            usage = Usage() if self._free else _transcript_usage(answer, price, by_token)
            text = answer.get("text") if isinstance(answer, dict) else None
            if not isinstance(text, str):
                raise _failed("The transcription service answered without a text. Try again later.", usage)
            return Transcript(text.strip(), usage)
        finally:
            settle(usage)

    def speech(self, model: str, voice: str, text: str) -> Spoken:
        """Say a text."""
        price = Decimal(0) if self._free else self._known(SPEECH_PRICES, model)
        worst = None if price is None else price * len(text)
        settle = self._hold(worst)
        usage = Usage(cost=Decimal(0))
        try:

            def call(openai: Any) -> object:
                return openai.audio.speech.create(
                    model=self._deployed(model), voice=voice, input=text, response_format="mp3"
                ).content

            answer = self._called(model, call)
            usage = Usage(cost=worst)
            return Spoken(answer if isinstance(answer, bytes) else b"", usage)
        finally:
            settle(usage)

    # -- money -----------------------------------------------------------------------------------

    def _known(self, prices: Mapping[str, Any], model: str) -> Any:
        """A published price: of the model, or of the one that it is a dated version of."""
        if not self._published:
            return None
        if model in prices:
            return prices[model]
        undated = model[:-11] if model[-11:-10] == "-" and model[-10:-6].isdecimal() else model
        return prices.get(undated)

    def _hold(self, worst: Decimal | None) -> Callable[[Usage], None]:
        """Hold back an amount of dollars; what comes back settles it. Raises OverLimit."""
        held = self._ledger.hold(worst)
        return lambda usage: self._ledger.settle(held, usage)

    # -- calling ---------------------------------------------------------------------------------

    def _deployed(self, model: str) -> str:
        if isinstance(self._endpoint, AzureEndpoint):
            return self._endpoint.deployments.get(model, model)
        return model

    def _called(self, model: str, call: Callable[[Any], object]) -> object:
        """Make a call, again where that can do no harm. Raises CommandError."""
        try:
            return tried(
                lambda: self._caller.once(model, call),
                _SAFE_TO_REPEAT,
                watcher=self._watcher,
                sleep=self._sleep,
            )
        except ContextOverflow as overflow:
            fault = ModelFault(Fault.TOO_LARGE, str(overflow), model=model)
            raise _failed(_in_words(fault, model, self._endpoint.key), Usage()) from overflow
        except ModelFault as fault:
            unknown = Usage(cost=None) if fault.begun and not self._free else Usage()
            raise _failed(_in_words(fault, model, self._endpoint.key), unknown) from fault
        except Cancelled as cancelled:
            cancelled.usage = Usage() if self._free else Usage(cost=None)
            raise


def _failed(text: str, usage: Usage) -> CommandError:
    error = CommandError(text)
    error.usage = usage  # type: ignore[attr-defined]
    return error


def _in_words(fault: ModelFault, model: str, key: str) -> str:
    said = fault.said.replace(key, "***") if key else fault.said
    told = f" It says: {said}" if said else ""
    match fault.fault:
        case Fault.FILTERED:
            return f"The provider's content filter refused this.{told} Put it in other words."
        case Fault.BAD_REQUEST | Fault.TOO_LARGE:
            return f"{model} does not take this request.{told}"
        case Fault.NO_CREDIT | Fault.WRONG_KEY | Fault.FORBIDDEN | Fault.NO_MODEL:
            return f"{model} can't be used ({fault.fault.value}).{told} Only the person can change that: go on without."
        case _:
            return f"{model} did not answer ({fault.fault.value}).{told} Go on without, or try again later."


def _image_usage(answer: object, price: Price | None) -> Usage:
    told = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(told, dict):
        return Usage(cost=Decimal(0) if price == FREE else None)
    usage = Usage(_count(told.get("input_tokens")), 0, _count(told.get("output_tokens")))
    return replace(usage, cost=None if price is None else cost(price, usage))


def _transcript_usage(answer: object, by_second: Decimal | None, by_token: Price | None) -> Usage:
    """What it came to, by the seconds or the tokens that are told."""
    told = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(told, dict):
        return Usage(cost=None)
    if told.get("type") == "duration" and by_second is not None:
        return Usage(cost=by_second * _count(told.get("seconds")))
    usage = Usage(_count(told.get("input_tokens")), 0, _count(told.get("output_tokens")))
    return replace(usage, cost=cost(by_token, usage) if by_token is not None and usage.tokens else None)


def _count(value: object) -> int:
    """A count that is told, rounded up; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return 0
    return int(-(-value // 1))


def _image_data(answer: object, usage: Usage) -> bytes:
    data = answer.get("data") if isinstance(answer, dict) else None
    first = data[0] if isinstance(data, list) and data else None
    text = first.get("b64_json") if isinstance(first, dict) else None
    try:
        if isinstance(text, str):
            return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise _failed("The image service answered without a picture. Try again, or go on without.", usage)
