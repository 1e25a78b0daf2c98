"""What the program is told from outside, as one frozen value in groups.

Each field is filled from one variable of `autogpt.settings.variables`; the names
of the models are as the person wrote them, or None for the program's own choice.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

from autogpt.core.budget import Price
from autogpt.settings.azure import AzureSettings
from autogpt.settings.secret import Secret


class Models(str, Enum):
    """Which of the two models are used, for everything."""

    BOTH = "both"
    FAST_ONLY = "fast only"
    SMART_ONLY = "smart only"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The language models. Limits are in tokens; None leaves the choice to the model's own window.

    A price of None is looked up. `timeout` and `patience` are in seconds: of silence in a call,
    and of trying again.
    """

    api_key: Secret | None
    base_url: str | None
    organization: str | None
    use_azure: bool
    azure_config_file: Path
    smart: str | None
    fast: str | None
    fallback: str | None
    smart_token_limit: int | None
    fast_token_limit: int | None
    smart_price: Price | None
    fast_price: Price | None
    timeout: float
    patience: float
    temperature: float
    embedding_model: str | None
    embedding_tokenizer: str
    embedding_token_limit: int
    openai_functions: bool
    used: Models = Models.BOTH


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a run goes and what it may cost. `api_budget` is in US dollars; None means no limit."""

    api_budget: Decimal | None
    authorise_key: str
    exit_key: str
    ai_settings_file: Path
    prompt_settings_file: Path
    policy_file: Path | None
    plain_output: bool
    chat_messages_enabled: bool
    disabled_command_categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileSettings:
    """The workspace."""

    workspace_directory: Path
    restrict_to_workspace: bool


@dataclass(frozen=True, slots=True)
class ShellSettings:
    """Processes that the model may start, and what holds them.

    Times are in seconds, sizes in megabytes (1024 × 1024 bytes).
    """

    execute_local_commands: bool
    control: str
    allowlist: tuple[str, ...]
    denylist: tuple[str, ...]
    sandbox: str
    sandbox_image: str
    sandbox_network: bool
    sandbox_timeout: float
    sandbox_cpu_time: int
    sandbox_memory: int
    sandbox_processes: int
    sandbox_file_size: int
    sandbox_output: int


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """Plugins."""

    directory: Path
    config_file: Path
    allowlist: tuple[str, ...]
    denylist: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Requests, browser and search. `chunk_tokens` bounds a piece of a page, in tokens.

    `allowed_hosts` are names or addresses that may be private, each with or without a port;
    `download_limit` is in megabytes.
    """

    browser: str
    headless: bool
    user_agent: str | None
    chunk_tokens: int
    allow_private_network: bool
    allowed_hosts: tuple[str, ...]
    allow_downloads: bool
    download_limit: int
    http_proxy: str | None
    https_proxy: str | None
    all_proxy: str | None
    no_proxy: tuple[str, ...]
    spacy_language_model: str | None
    search_providers: tuple[str, ...]
    google_search_url: str
    google_api_key: Secret | None
    custom_search_engine_id: str | None


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """Which memory keeps what the agent learns, and where it is."""

    backend: str
    index: str
    redis_host: str
    redis_port: int
    redis_password: Secret | None
    wipe_redis_on_start: bool
    pinecone_api_key: Secret | None
    pinecone_env: str | None
    weaviate_host: str | None
    weaviate_port: int | None
    weaviate_protocol: str
    weaviate_username: str | None
    weaviate_password: Secret | None
    weaviate_api_key: Secret | None
    weaviate_embedded_path: Path | None
    use_weaviate_embedded: bool
    milvus_addr: str
    milvus_username: str | None
    milvus_password: Secret | None
    milvus_collection: str
    milvus_secure: bool


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Making pictures and looking at them. `size` is the length of a side in pixels."""

    provider: str | None
    size: int
    openai_model: str
    huggingface_image_model: str
    sd_webui_url: str
    sd_webui_auth: Secret | None
    describing_model: str | None


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """Speaking and listening. A `provider` of None is chosen from the older switches."""

    provider: str | None
    language: str
    elevenlabs_api_key: Secret | None
    elevenlabs_voice_1_id: str | None
    elevenlabs_voice_2_id: str | None
    elevenlabs_model: str
    openai_model: str
    openai_voice_1: str
    openai_voice_2: str
    use_mac_os_tts: bool
    use_brian_tts: bool
    gtts_url: str
    elevenlabs_url: str
    streamelements_url: str
    audio_to_text_provider: str | None
    huggingface_audio_to_text_model: str | None
    openai_audio_to_text_model: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Accounts with other services."""

    huggingface_api_token: Secret | None
    huggingface_url: str
    github_username: str | None
    github_api_key: Secret | None
    git_author_name: str | None
    git_author_email: str | None
    twitter_consumer_key: Secret | None
    twitter_consumer_secret: Secret | None
    twitter_access_token: Secret | None
    twitter_access_token_secret: Secret | None
    twitter_api_url: str
    email_smtp_host: str | None
    email_smtp_port: int
    email_smtp_security: str | None
    email_address: str | None
    email_user: str | None
    email_password: Secret | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything.

    `azure` is there when Azure is used. `configuration_folder` is the person's own
    (it need not exist), None where the system names none; it is never taken from a
    file in the current folder. `known_secrets` are the values of all secret
    variables found, also of those that another source overrode. `passed_over` are
    the fields whose file is there and not to be read: the person did not accept it.
    `budget_is_folders` says that API_BUDGET stands in the current folder's `.env`.
    """

    models: ModelSettings
    run: RunSettings
    files: FileSettings
    shell: ShellSettings
    plugins: PluginSettings
    web: WebSettings
    memory: MemorySettings
    images: ImageSettings
    speech: SpeechSettings
    accounts: AccountSettings
    azure: AzureSettings | None
    configuration_folder: Path | None
    known_secrets: tuple[Secret, ...]
    passed_over: frozenset[str] = frozenset()
    budget_is_folders: bool = False

    def only(self, used: Models) -> Settings:
        """The same settings with one model used for everything (`--gpt3only`, `--gpt4only`)."""
        return dataclasses.replace(self, models=dataclasses.replace(self.models, used=used))

    def all_secrets(self) -> tuple[Secret, ...]:
        """What must never be shown; short ones too, so a redactor chooses what it can replace."""
        return self.known_secrets
