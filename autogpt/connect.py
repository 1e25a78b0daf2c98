"""Who answers: OpenAI, Azure, a server of the person's own, or the demonstration's script.

Decides from the settings, and asks the person where they leave it open. It makes
no model call; `autogpt.build` makes the models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from autogpt.core.budget import FREE, Price
from autogpt.core.errors import UsageError
from autogpt.core.limits import Window, window_of
from autogpt.models import catalogue
from autogpt.models.embeddings import EmbeddingModel
from autogpt.models.endpoint import AzureEndpoint, Endpoint, is_local
from autogpt.models.servers import OLLAMA_URL, running_ollama, served_models
from autogpt.settings import Models, Secret, Settings, close_to_others, set_in_env_file, set_there
from autogpt.settings.kinds import KEY, URL
from autogpt.settings.placeholders import is_placeholder
from autogpt.settings.variables import LARGEST_WINDOW
from autogpt.terminal.answers import is_leaving

UNKNOWN_WINDOW = 8_192
OLLAMA_WINDOW = 4_096
"""What Ollama gives a model unless told otherwise; it cuts longer prompts silently."""

KEYS_PAGE = "https://platform.openai.com/api-keys"

NO_MODEL = (
    "Auto-GPT needs a language model: set OPENAI_API_KEY in .env "
    f"(a key from {KEYS_PAGE}), or OPENAI_API_BASE_URL for a server of your own "
    "(Ollama, llama.cpp, vLLM, LM Studio), or try --demo, which needs neither."
)

NO_KEY = (
    "That can't be a key: OpenAI's begin with sk- and are one long word of letters, digits and signs. "
    "Paste yours; Enter alone goes back, Ctrl-D leaves."
)
_SHORTEST_KEY = 8  # characters


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model by name; `price` is `None` where it is not known, `sees` false."""

    name: str
    window: Window
    price: Price | None
    reasoning: bool = False
    sees: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the calls go, and to which models."""

    endpoint: Endpoint | AzureEndpoint
    smart: ChosenModel
    fast: ChosenModel
    fallback: ChosenModel | None = None


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The bundled script, of which the first `used` replies were given before."""

    used: int = 0


class Questions(Protocol):
    """What is needed of the terminal. `None` is no answer."""

    def ask_line(self, prompt: str, default: str = "") -> str | None: ...

    def ask_yes_no(self, prompt: str, default: bool | None = None) -> bool | None: ...

    def ask_secret(self, prompt: str) -> str | None: ...

    def say(self, text: str) -> None: ...


def provider(
    settings: Settings, today: date, say: Callable[[str], None], *, ollama: bool = False
) -> Provider:
    """The provider that the settings name. `say` takes lines for the person.

    Raises UsageError when they name none that can be used.
    """
    endpoint = _endpoint(settings)
    smart, fast = _names(settings, endpoint, today, say)
    models = settings.models
    smart_price, fast_price = models.smart_price, models.fast_price
    if smart == fast:
        smart_price, fast_price = smart_price or fast_price, fast_price or smart_price
    if models.used is Models.FAST_ONLY:
        smart, smart_price = fast, fast_price
    elif models.used is Models.SMART_ONLY:
        fast, fast_price = smart, smart_price
    limits = models.smart_token_limit, models.fast_token_limit
    fast_limit = limits[1] if fast != smart else limits[1] or limits[0]
    return Provider(
        endpoint,
        _priced(chosen(smart, endpoint, limits[0], ollama=ollama), smart_price),
        _priced(chosen(fast, endpoint, fast_limit, ollama=ollama), fast_price),
        chosen(models.fallback, endpoint, limits[0], ollama=ollama) if models.fallback else None,
    )


def _priced(model: ChosenModel, told: Price | None) -> ChosenModel:
    """What the person says of a price counts more than what is published."""
    return model if told is None else replace(model, price=told)


def choose(settings: Settings, questions: Questions, env_file: Path) -> Settings | Demonstration | None:
    """Ask the person who should answer; `None` when they leave.

    The settings come back with the answer in them; it is written to `env_file` if they want that.
    """
    ollama = running_ollama()
    local = (
        f"use Ollama on this machine ({ollama[0]})" if ollama else "use a server of your own, such as Ollama"
    )
    questions.say("Auto-GPT needs a language model. You can:")
    questions.say(f"  1  use OpenAI, with a key from {KEYS_PAGE}")
    questions.say(f"  2  {local}")
    questions.say("  3  see a demonstration: scripted replies, real commands, no key, no network")
    while (answer := _line(questions, "1, 2 or 3?")) is not None:
        match answer.strip():
            case "1":
                now = _with_key(settings, questions, env_file)
            case "2":
                now = _with_server(settings, questions, env_file, ollama)
            case "3":
                return Demonstration()
            case text if text.startswith("sk-") and (key := _key_in(text)) is not None:
                now = _keep_key(settings, key, questions, env_file)
            case _:
                questions.say("Please type 1, 2 or 3; Ctrl-D leaves.")
                continue
        if now is None or has_provider(now):
            return now
    return None


def _line(questions: Questions, prompt: str, default: str = "") -> str | None:
    answer = questions.ask_line(prompt, default)
    return None if answer is None or is_leaving(answer) else answer


def has_provider(settings: Settings) -> bool:
    """Whether the settings name someone who could answer."""
    models = settings.models
    return bool(models.api_key or models.base_url or models.use_azure)


def chosen(
    name: str, endpoint: Endpoint | AzureEndpoint, limit: int | None, *, ollama: bool = False
) -> ChosenModel:
    """A model with what is known of it there. A person's own server may use known names otherwise."""
    own = _is_own(endpoint)
    known = None if own else catalogue.facts(name)
    if known is not None and known.window is not None:
        tokens = min(limit or LARGEST_WINDOW, known.window)
        return ChosenModel(name, window_of(tokens), known.price, known.reasoning, known.sees)
    default = OLLAMA_WINDOW if ollama or ":11434" in endpoint.base_url else UNKNOWN_WINDOW
    price = FREE if own and is_local(endpoint.base_url) else None
    return ChosenModel(name, window_of(limit or default), price)


def _is_own(endpoint: Endpoint | AzureEndpoint) -> bool:
    return isinstance(endpoint, Endpoint) and endpoint.base_url != Endpoint().base_url


def embedding_model(settings: Settings, endpoint: Endpoint | AzureEndpoint) -> EmbeddingModel | None:
    """What makes vectors of texts there; None where nothing does, or it would have to be named.

    A server on this machine is asked for its own, when the first text is kept.
    """
    models = settings.models
    name, limit = models.embedding_model, models.embedding_token_limit
    deployed = name
    if isinstance(endpoint, AzureEndpoint) and settings.azure is not None:
        azure = settings.azure
        name = name or next((model for model, _ in azure.deployments if _embeds(model)), azure.embedding)
        deployed = azure.deployment(name, "embedding")
    elif is_local(endpoint.base_url):
        return EmbeddingModel(name or "", name or "", FREE, limit, models.embedding_tokenizer)
    elif not _is_own(endpoint):
        name = deployed = name or catalogue.DEFAULT_EMBEDDING
    if not name or not deployed:
        return None
    known = None if _is_own(endpoint) else catalogue.facts(name)
    price = None if known is None else known.price
    limit = min(limit, known.window or limit) if known is not None else limit
    return EmbeddingModel(name, deployed, price, limit, models.embedding_tokenizer)


def _embeds(model: str) -> bool:
    known = catalogue.facts(model)
    return known is not None and known.mode == "embedding"


def _endpoint(settings: Settings) -> Endpoint | AzureEndpoint:
    models, azure = settings.models, settings.azure
    key = models.api_key.reveal() if models.api_key else ""
    if azure is not None:
        if not key:
            raise UsageError(
                "USE_AZURE is on, but OPENAI_API_KEY is not set: it is the key of your resource."
            )
        deployments = dict(azure.deployments)
        for name, deployment in ((models.smart, azure.smart), (models.fast, azure.fast)):
            if name and deployment:
                deployments[name] = deployment
        return AzureEndpoint(azure.api_base, azure.api_version, key, deployments)
    if models.base_url:
        return Endpoint(models.base_url, key, models.organization)
    if not key:
        raise UsageError(NO_MODEL)
    return Endpoint(key=key, organization=models.organization)


def _names(
    settings: Settings, endpoint: Endpoint | AzureEndpoint, today: date, say: Callable[[str], None]
) -> tuple[str, str]:
    models = settings.models
    if isinstance(endpoint, AzureEndpoint) and settings.azure is not None:
        smart = models.smart or settings.azure.smart or catalogue.DEFAULT_SMART
        return smart, models.fast or settings.azure.fast or smart
    if models.base_url:
        smart = models.smart or models.fast or _served(endpoint)
        return smart, models.fast or smart
    return (
        _not_retired("SMART_LLM_MODEL", models.smart, catalogue.DEFAULT_SMART, today, say),
        _not_retired("FAST_LLM_MODEL", models.fast, catalogue.DEFAULT_FAST, today, say),
    )


def _served(endpoint: Endpoint | AzureEndpoint) -> str:
    names = served_models(endpoint.base_url, endpoint.key)
    if not names:
        raise UsageError(
            f"The server at {endpoint.base_url} does not say which models it has: "
            "is it running? If it is, name one with SMART_LLM_MODEL."
        )
    return names[0]


def _not_retired(
    variable: str, name: str | None, default: str, today: date, say: Callable[[str], None]
) -> str:
    if name is None:
        return default
    if not catalogue.retired(name, today):
        return name
    say(f"{variable}: {name} is no longer offered by OpenAI; {default} is used instead.")
    return default


def _with_key(settings: Settings, questions: Questions, env_file: Path) -> Settings | None:
    while (text := questions.ask_secret("Your OpenAI key (it is not shown):")) is not None:
        if not text.strip():
            questions.say("Nothing was typed. What is pasted is not shown, but it is there.")
            return settings
        if (key := _key_in(text)) is not None:
            return _keep_key(settings, key, questions, env_file)
        questions.say(NO_KEY)
    return None


def _key_in(text: str) -> Secret | None:
    """The key that was typed; None for what certainly is none, as keys of other forms than OpenAI's are used too."""
    text = text.strip()
    certainly_none = (
        "://" in text
        or text.casefold().startswith(("www.", "openai_api_key"))
        or (len(text) < _SHORTEST_KEY and not text.startswith("sk-"))
    )
    try:
        return None if certainly_none else KEY.parse(text)
    except ValueError:
        return None


def _keep_key(settings: Settings, key: Secret, questions: Questions, env_file: Path) -> Settings:
    _offer_to_write(questions, env_file, {"OPENAI_API_KEY": key.reveal()})
    return replace(
        settings,
        models=replace(settings.models, api_key=key),
        known_secrets=(*settings.known_secrets, key),
    )


def _with_server(
    settings: Settings, questions: Questions, env_file: Path, ollama: tuple[str, ...]
) -> Settings | None:
    url, names = OLLAMA_URL, ollama
    if not ollama:
        answer = _line(questions, "Its address:", OLLAMA_URL)
        if answer is None:
            return None
        url = answer.strip()
        try:
            URL.parse(url)
        except ValueError:
            questions.say(f"That is not {URL.expects}, such as {OLLAMA_URL}.")
            return settings
        url, names = _asked(url)
        if not names:
            questions.say(f"No server with models answers at {url}: is it running?")
            return settings
    name = _one_of(questions, names)
    if name is None:
        return None
    _offer_to_write(
        questions, env_file, {"OPENAI_API_BASE_URL": url, "SMART_LLM_MODEL": name, "FAST_LLM_MODEL": name}
    )
    return replace(settings, models=replace(settings.models, base_url=url, smart=name, fast=name))


def _asked(url: str) -> tuple[str, tuple[str, ...]]:
    """The server's models, and the address at which it told them: many leave out the `/v1`."""
    longer = f"{url.rstrip('/')}/v1"
    if not (names := served_models(url)) and (others := served_models(longer)):
        return longer, others
    return url, names


def _one_of(questions: Questions, names: tuple[str, ...]) -> str | None:
    if len(names) == 1:
        return names[0]
    questions.say(f"Its models: {', '.join(names[:30])}")
    while (answer := _line(questions, "Which model?", names[0])) is not None:
        if answer.strip() in names:
            return answer.strip()
        questions.say("Please type one of these names.")
    return None


def _offer_to_write(questions: Questions, env_file: Path, values: dict[str, str]) -> None:
    try:
        there = {name for name in values if (held := set_there(env_file, name)) and not is_placeholder(held)}
    except UsageError:
        there = set()
    asked = f"Keep this in {env_file.name} for the next time?"
    if there:
        asked = f"Keep this in {env_file.name}, in place of the {' and '.join(sorted(there))} that is there?"
    if not questions.ask_yes_no(asked, not there):
        return
    if "OPENAI_API_KEY" in values and close_to_others(env_file):
        questions.say(
            f"Others on this machine could read {env_file.name}; for your key's sake only you can now."
        )
    try:
        for name, value in values.items():
            set_in_env_file(env_file, name, value)
    except UsageError as error:
        questions.say(f"{error} It holds for this run only.")
    except ValueError:
        questions.say(f"That can't be written to {env_file.name}; it holds for this run only.")
    else:
        questions.say(f"Written to {env_file.name}.")
