"""The models of a run, each behind its meter, its retries and, if there is one, its fallback."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from autogpt.connect import ChosenModel, Demonstration, Provider, embedding_model
from autogpt.connect import chosen as choose_model
from autogpt.core.actions import JsonObject
from autogpt.core.limits import Window, window_of
from autogpt.core.ports import Model, Watcher
from autogpt.demo import SCRIPT
from autogpt.models.embeddings import OpenAIEmbeddings
from autogpt.models.endpoint import Patience
from autogpt.models.fallback import Fallback
from autogpt.models.media import OpenAIMedia
from autogpt.models.metered import THINKING_TOKENS, Ledger, Metered
from autogpt.models.openai import OpenAIModel
from autogpt.models.redacting import Note, Redacting
from autogpt.models.retrying import Retrying
from autogpt.models.scripted import ScriptedModel
from autogpt.models.tokens import Calibrated, measure
from autogpt.settings import Settings

DEMO_WINDOW = window_of(16_000)


@dataclass(frozen=True, slots=True)
class Reach:
    """How models are reached in one run. All of them are paid from one ledger and see no secret.

    Their connections are closed with `closing`.
    """

    settings: Settings
    source: Provider | Demonstration
    ledger: Ledger
    count: Calibrated
    redact: Callable[[str], str]
    closing: ExitStack
    watcher: Watcher | None = None
    debug: Note | None = None

    def smart(self, schema: JsonObject | None = None) -> Model:
        """The model that thinks; with a schema, its replies are held to it where the server can."""
        match self.source:
            case Demonstration(used=used):
                return self._clean(ScriptedModel.read(SCRIPT, after=used, watcher=self.watcher))
            case Provider() as provider:
                return self._clean(self._reached(provider, provider.smart, schema))

    def fast(self) -> Model:
        """The model that summarises and answers questions."""
        match self.source:
            case Demonstration():
                return self._clean(ScriptedModel([]))
            case Provider() as provider:
                return self._clean(self._reached(provider, provider.fast, None))

    def seeing(self, smart: Model) -> Model | None:
        """A model that takes pictures: the one that the settings name, else `smart` if it is known to see."""
        match self.source:
            case Demonstration():
                return None
            case Provider(smart=chosen) as provider:
                name = self.settings.images.describing_model
                if name is None or name == chosen.name:
                    return smart if chosen.sees or name is not None else None
                limit = self.settings.models.smart_token_limit
                return self._clean(
                    self._reached(provider, choose_model(name, provider.endpoint, limit), None)
                )

    def media(self) -> OpenAIMedia | None:
        """Pictures, transcripts and speech from where the models are."""
        match self.source:
            case Demonstration():
                return None
            case Provider(endpoint=endpoint):
                return OpenAIMedia(endpoint, self.ledger, watcher=self.watcher)

    def embeddings(self, warn: Callable[[str], None]) -> OpenAIEmbeddings | None:
        """Vectors of texts from where the models are; `warn` takes a line for the person."""
        match self.source:
            case Demonstration():
                return None
            case Provider(endpoint=endpoint):
                model = embedding_model(self.settings, endpoint)
                if model is None:
                    return None
                return OpenAIEmbeddings(endpoint, model, self.ledger, warn=warn, watcher=self.watcher)

    def _clean(self, model: Model) -> Model:
        return Redacting(model, self.redact, self.debug)

    def _reached(self, provider: Provider, chosen: ChosenModel, schema: JsonObject | None) -> Model:
        model = OpenAIModel(
            chosen.name,
            provider.endpoint,
            temperature=self.settings.models.temperature,
            reply_schema=schema,
            watcher=self.watcher,
            patience=_patience(self.settings.models.timeout),
        )
        self.closing.callback(model.close)
        metered = Metered(
            model,
            self.ledger,
            chosen.price,
            self.count,
            thinking_tokens=THINKING_TOKENS if chosen.reasoning else 0,
            form_tokens=0 if schema is None else self.count.plain(json.dumps(schema)),
        )
        tried = Retrying(metered, watcher=self.watcher, patience=self.settings.models.patience)
        spare = provider.fallback
        if spare is None or spare.name == chosen.name:
            return tried
        other = self._reached(replace(provider, fallback=None), spare, schema)
        return Fallback(tried, other, spare_name=spare.name, watcher=self.watcher)


def windows(source: Provider | Demonstration) -> tuple[Window, Window]:
    """The windows of the smart and the fast model."""
    match source:
        case Demonstration():
            return DEMO_WINDOW, DEMO_WINDOW
        case Provider():
            return source.smart.window, source.fast.window


def token_count(source: Provider | Demonstration) -> Calibrated:
    """What counts tokens for the smart model."""
    return measure(source.smart.name if isinstance(source, Provider) else "")


def in_words(source: Provider | Demonstration) -> str:
    """The models' names, for the person."""
    match source:
        case Demonstration():
            return "no model: the replies are scripted"
        case Provider():
            if source.smart.name == source.fast.name:
                return source.smart.name
            return f"{source.smart.name}, and {source.fast.name} for summaries"


def _patience(timeout: float) -> Patience:
    """So long between two pieces of an answer, and three times as long for one call in all."""
    return Patience(connect=min(timeout, Patience().connect), idle=timeout, call=3 * timeout)
