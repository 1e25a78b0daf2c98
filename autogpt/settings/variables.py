"""Every variable that the program knows, each declared once.

From this table come reading and checking (`load`), `.env.template` and
`docs/settings.md` (`pages`). Names and defaults follow Auto-GPT 0.3, with the
additions of 0.4; where an old default no longer exists, the program chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from autogpt.settings.kinds import (
    BUDGET,
    KEY,
    LIST,
    NAME,
    PASSWORD,
    PATH,
    PORT,
    PRICE,
    PROXY,
    TEXT,
    TOKENS,
    URL,
    YES_OR_NO,
    Kind,
    list_of,
    number,
    one_of,
    whole,
)


class Section(str, Enum):
    """A heading of the template and of the page; the order is theirs."""

    PROVIDER = "Language model: provider"
    MODELS = "Language model: models"
    RUN = "The run"
    FILES = "Files"
    SHELL = "Shell"
    SANDBOX = "Sandbox"
    PLUGINS = "Plugins"
    WEB = "Web"
    MEMORY = "Memory"
    IMAGES = "Images"
    SPEECH = "Speech and audio"
    ACCOUNTS = "Accounts"


class UsedFrom(str, Enum):
    """Whether setting the variable has an effect in this version."""

    NOW = "now"
    LATER = "later"
    """Known and checked; the part of the program that uses it comes later."""
    NO_MORE = "no more"
    """Known, so that an old file stays valid; nothing uses it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`field` is the place in `Settings`; `default` is in the variable's own text form, empty for unset.

    `other_names` are read too, after `name`. `widens` marks those that can give the
    agent more rights, or send the key elsewhere, than it would have without them.
    """

    name: str
    field: str
    kind: Kind
    section: Section
    meaning: str
    default: str = ""
    example: str = ""
    other_names: tuple[str, ...] = ()
    used_from: UsedFrom = UsedFrom.NOW
    widens: bool = False

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return self.kind.secret

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the one to use first."""
        return (self.name, *self.other_names)


NOW, LATER, NO_MORE = UsedFrom.NOW, UsedFrom.LATER, UsedFrom.NO_MORE

_PROVIDER = (
    Variable(
        "OPENAI_API_KEY",
        "models.api_key",
        KEY,
        Section.PROVIDER,
        "Your key, from https://platform.openai.com/api-keys. A local server needs none.",
        example="your-openai-api-key",
    ),
    Variable(
        "OPENAI_API_BASE_URL",
        "models.base_url",
        URL,
        Section.PROVIDER,
        "Address of an OpenAI-compatible server (Ollama, llama.cpp, vLLM, LM Studio …) to use instead of "
        "OpenAI's. Your key is sent to it.",
        example="http://localhost:11434/v1",
        other_names=("OPENAI_API_BASE", "OPENAI_BASE_URL"),
    ),
    Variable(
        "OPENAI_ORGANIZATION",
        "models.organization",
        NAME,
        Section.PROVIDER,
        "The organisation that calls are billed to, if you belong to several.",
        example="your-openai-organization",
        other_names=("OPENAI_ORG_ID",),
    ),
    Variable(
        "USE_AZURE",
        "models.use_azure",
        YES_OR_NO,
        Section.PROVIDER,
        "Use Azure OpenAI, as AZURE_CONFIG_FILE says. OPENAI_API_KEY is then the key of that resource.",
        "False",
    ),
    Variable(
        "AZURE_CONFIG_FILE",
        "models.azure_config_file",
        PATH,
        Section.PROVIDER,
        "Azure's address, version and deployments; see azure.yaml.template.",
        "azure.yaml",
        widens=True,
    ),
)

_MODELS = (
    Variable(
        "SMART_LLM_MODEL",
        "models.smart",
        NAME,
        Section.MODELS,
        "The model that thinks. Unset: the program's choice. A retired model is replaced, with a line that "
        "says so.",
        example="your-smart-model",
        other_names=("SMART_LLM",),
    ),
    Variable(
        "FAST_LLM_MODEL",
        "models.fast",
        NAME,
        Section.MODELS,
        "The cheaper model, for summaries and small questions. Unset: the program's choice.",
        example="your-fast-model",
        other_names=("FAST_LLM",),
    ),
    Variable(
        "FALLBACK_LLM_MODEL",
        "models.fallback",
        NAME,
        Section.MODELS,
        "The model to go on with when one of the others is withdrawn in the middle of a run. Unset: none.",
        example="your-fallback-model",
        other_names=("FALLBACK_LLM",),
    ),
    Variable(
        "SMART_TOKEN_LIMIT",
        "models.smart_token_limit",
        TOKENS,
        Section.MODELS,
        "Tokens of prompt and reply together for the smart model. Unset: what its window allows.",
        example="16000",
    ),
    Variable(
        "FAST_TOKEN_LIMIT",
        "models.fast_token_limit",
        TOKENS,
        Section.MODELS,
        "The same for the fast model.",
        example="16000",
    ),
    Variable(
        "SMART_LLM_PRICE",
        "models.smart_price",
        PRICE,
        Section.MODELS,
        "What the smart model costs, so that a budget can be kept. Unset: OpenAI's price as far as it is "
        "known, and nothing for a model on this machine. Where no price is known, a budget allows 100 000 "
        "tokens for each dollar of it.",
        example="0.50/1.50",
    ),
    Variable(
        "FAST_LLM_PRICE",
        "models.fast_price",
        PRICE,
        Section.MODELS,
        "The same for the fast model.",
        example="0.10/0.40",
    ),
    Variable(
        "LLM_TIMEOUT",
        "models.timeout",
        number(0.1, 86_400),
        Section.MODELS,
        "Seconds that a server may stay silent before a call is given up. A large model on a slow machine "
        "can need more before its first word.",
        "300",
    ),
    Variable(
        "LLM_PATIENCE",
        "models.patience",
        number(0, 86_400),
        Section.MODELS,
        "Seconds for which a failing call is tried again before the run stops with exit code 6.",
        "600",
    ),
    Variable(
        "TEMPERATURE",
        "models.temperature",
        number(0, 2),
        Section.MODELS,
        "How freely the model chooses its words. Models that take no temperature are not sent one.",
        "0",
    ),
    Variable(
        "EMBEDDING_MODEL",
        "models.embedding_model",
        NAME,
        Section.MODELS,
        "The model that turns texts into vectors for the memory. Unset: OpenAI's text-embedding-3-small, the one in azure.yaml, or what a server on this machine has; with a server elsewhere, none.",
        example="text-embedding-3-small",
    ),
    Variable(
        "EMBEDDING_TOKENIZER",
        "models.embedding_tokenizer",
        NAME,
        Section.MODELS,
        "The encoding by which that model's tokens are estimated: o200k_base is known, all others count alike.",
        "cl100k_base",
    ),
    Variable(
        "EMBEDDING_TOKEN_LIMIT",
        "models.embedding_token_limit",
        whole(1, 10_000_000),
        Section.MODELS,
        "The longest text, in tokens, that is sent to that model in one piece.",
        "8191",
    ),
    Variable(
        "OPENAI_FUNCTIONS",
        "models.openai_functions",
        YES_OR_NO,
        Section.MODELS,
        "Structured replies are asked for wherever the server can give them.",
        "False",
        used_from=NO_MORE,
    ),
)

_RUN = (
    Variable(
        "API_BUDGET",
        "run.api_budget",
        BUDGET,
        Section.RUN,
        "What a run may cost, in US dollars. Unset: what the profile says, or no limit.",
        example="5.00",
    ),
    Variable(
        "AUTHORISE_COMMAND_KEY",
        "run.authorise_key",
        NAME,
        Section.RUN,
        "What you type to let a command run.",
        "y",
    ),
    Variable(
        "EXIT_KEY",
        "run.exit_key",
        NAME,
        Section.RUN,
        "What you type to leave.",
        "n",
    ),
    Variable(
        "AI_SETTINGS_FILE",
        "run.ai_settings_file",
        PATH,
        Section.RUN,
        "Where the agent's name, role, goals and budget are kept.",
        "ai_settings.yaml",
    ),
    Variable(
        "PROMPT_SETTINGS_FILE",
        "run.prompt_settings_file",
        PATH,
        Section.RUN,
        "Constraints, resources and evaluation lines of your own for the prompt.",
        "prompt_settings.yaml",
    ),
    Variable(
        "POLICY_FILE",
        "run.policy_file",
        PATH,
        Section.RUN,
        "What the agent may do without asking. Unset: policy.yaml in your configuration folder, if it is there.",
        example="/home/you/policy.yaml",
        widens=True,
    ),
    Variable(
        "PLAIN_OUTPUT",
        "run.plain_output",
        YES_OR_NO,
        Section.RUN,
        "Plain lines on the terminal: no spinner, nothing redrawn.",
        "False",
    ),
    Variable(
        "DISABLED_COMMAND_CATEGORIES",
        "run.disabled_command_categories",
        LIST,
        Section.RUN,
        "Families of commands that the agent is not given, separated by commas: files, patch, execution, "
        "shell, git, code, web, browse, search, download; execute_code is execution and shell.",
        example="execution,shell",
    ),
    Variable(
        "CHAT_MESSAGES_ENABLED",
        "run.chat_messages_enabled",
        YES_OR_NO,
        Section.RUN,
        "Let plugins carry messages to you and from you.",
        "False",
        used_from=LATER,
    ),
)

_FILES = (
    Variable(
        "WORKSPACE_DIRECTORY",
        "files.workspace_directory",
        PATH,
        Section.FILES,
        "The folder that the agent works in; it is made if it isn't there.",
        "auto_gpt_workspace",
        widens=True,
    ),
    Variable(
        "RESTRICT_TO_WORKSPACE",
        "files.restrict_to_workspace",
        YES_OR_NO,
        Section.FILES,
        "Keep the agent's file commands inside that folder.",
        "True",
        widens=True,
    ),
)

_SHELL = (
    Variable(
        "EXECUTE_LOCAL_COMMANDS",
        "shell.execute_local_commands",
        YES_OR_NO,
        Section.SHELL,
        "Let the agent run programs on this machine itself, with your rights, where there is no sandbox.",
        "False",
        widens=True,
    ),
    Variable(
        "SHELL_COMMAND_CONTROL",
        "shell.control",
        one_of("denylist", "allowlist"),
        Section.SHELL,
        "Which of the next two lists decides over shell commands. It is no wall: the sandbox is.",
        "denylist",
        widens=True,
    ),
    Variable(
        "SHELL_DENYLIST",
        "shell.denylist",
        LIST,
        Section.SHELL,
        "Programs that may not be started, separated by commas.",
        "sudo,su",
        other_names=("DENY_COMMANDS",),
        widens=True,
    ),
    Variable(
        "SHELL_ALLOWLIST",
        "shell.allowlist",
        LIST,
        Section.SHELL,
        "The only programs that may be started, separated by commas.",
        example="cat,git,grep,ls",
        other_names=("ALLOW_COMMANDS",),
        widens=True,
    ),
)

_SANDBOX = (
    Variable(
        "SANDBOX",
        "shell.sandbox",
        one_of("auto", "docker", "bubblewrap", "host", podman="docker", bwrap="bubblewrap", local="host"),
        Section.SANDBOX,
        "What holds the programs that the agent runs. auto: containers where an engine (Docker, Podman) answers, "
        "else bubblewrap where it works, else none. host is this machine itself, with your rights; it needs "
        "EXECUTE_LOCAL_COMMANDS=True.",
        "auto",
        widens=True,
    ),
    Variable(
        "SANDBOX_IMAGE",
        "shell.sandbox_image",
        NAME,
        Section.SANDBOX,
        "The image of the containers; it needs a shell and python3. It is fetched when it isn't there.",
        "python:3-alpine",
        widens=True,
    ),
    Variable(
        "SANDBOX_NETWORK",
        "shell.sandbox_network",
        YES_OR_NO,
        Section.SANDBOX,
        "Let programs in a sandbox reach the network: the internet, your local network, and with bubblewrap this "
        "machine's own services.",
        "False",
        widens=True,
    ),
    Variable(
        "SANDBOX_TIMEOUT",
        "shell.sandbox_timeout",
        number(1, 86_400),
        Section.SANDBOX,
        "Seconds that a program may run while the agent waits for it.",
        "120",
    ),
    Variable(
        "SANDBOX_CPU_TIME",
        "shell.sandbox_cpu_time",
        whole(1, 864_000),
        Section.SANDBOX,
        "Seconds of processor time for each process.",
        "300",
    ),
    Variable(
        "SANDBOX_MEMORY",
        "shell.sandbox_memory",
        whole(16, 16_000_000),
        Section.SANDBOX,
        "Megabytes of memory for a program and all that it starts together.",
        "2048",
    ),
    Variable(
        "SANDBOX_PROCESSES",
        "shell.sandbox_processes",
        whole(1, 100_000),
        Section.SANDBOX,
        "Processes that a program may have running at once, threads counted.",
        "256",
    ),
    Variable(
        "SANDBOX_FILE_SIZE",
        "shell.sandbox_file_size",
        whole(1, 16_000_000),
        Section.SANDBOX,
        "Megabytes of the largest file that a program may write.",
        "1024",
    ),
    Variable(
        "SANDBOX_OUTPUT",
        "shell.sandbox_output",
        whole(1, 1_000_000),
        Section.SANDBOX,
        "Megabytes of output after which a program is ended.",
        "256",
    ),
)

_PLUGINS = (
    Variable(
        "PLUGINS_DIR",
        "plugins.directory",
        PATH,
        Section.PLUGINS,
        "Where plugins are kept.",
        "plugins",
        used_from=LATER,
        widens=True,
    ),
    Variable(
        "PLUGINS_CONFIG_FILE",
        "plugins.config_file",
        PATH,
        Section.PLUGINS,
        "Which plugins are on, and their own settings.",
        "plugins_config.yaml",
        used_from=LATER,
        widens=True,
    ),
    Variable(
        "ALLOWLISTED_PLUGINS",
        "plugins.allowlist",
        LIST,
        Section.PLUGINS,
        "Plugins that are loaded without asking, separated by commas.",
        example="AutoGPTExamplePlugin",
        used_from=LATER,
        widens=True,
    ),
    Variable(
        "DENYLISTED_PLUGINS",
        "plugins.denylist",
        LIST,
        Section.PLUGINS,
        "Plugins that are never loaded, separated by commas.",
        example="AutoGPTExamplePlugin",
        used_from=LATER,
    ),
)

_WEB = (
    Variable(
        "USE_WEB_BROWSER",
        "web.browser",
        one_of("chrome", "firefox", "edge", "safari", chromium="chrome"),
        Section.WEB,
        "The browser that opens pages which need one; it and its driver must be installed.",
        "chrome",
    ),
    Variable(
        "HEADLESS_BROWSER",
        "web.headless",
        YES_OR_NO,
        Section.WEB,
        "Keep the browser's window hidden. A window is shown without the wall around the browser.",
        "True",
    ),
    Variable(
        "USER_AGENT",
        "web.user_agent",
        TEXT,
        Section.WEB,
        "How requests to web pages introduce themselves. Unset: as a program, by its name.",
        example='"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"',
    ),
    Variable(
        "BROWSE_CHUNK_MAX_LENGTH",
        "web.chunk_tokens",
        whole(100, 10_000_000),
        Section.WEB,
        "The length, in tokens, of the pieces in which a long page is read.",
        "3000",
    ),
    Variable(
        "ALLOW_PRIVATE_NETWORK",
        "web.allow_private_network",
        YES_OR_NO,
        Section.WEB,
        "Let the agent's requests reach this machine and its network, not only the internet.",
        "False",
        widens=True,
    ),
    Variable(
        "ALLOWED_HOSTS",
        "web.allowed_hosts",
        LIST,
        Section.WEB,
        "Single hosts of this machine or its network that the agent's requests may reach as well: exact names "
        "or addresses, each with or without a port. Hosts of the internet need not be named.",
        example="localhost:8080,192.168.1.5",
        widens=True,
    ),
    Variable(
        "ALLOW_DOWNLOADS",
        "web.allow_downloads",
        YES_OR_NO,
        Section.WEB,
        "Let the agent download files into its workspace, as --allow-downloads does.",
        "False",
        widens=True,
    ),
    Variable(
        "DOWNLOAD_LIMIT",
        "web.download_limit",
        whole(1, 1_000_000),
        Section.WEB,
        "The largest file that it may download, in megabytes.",
        "500",
    ),
    Variable(
        "HTTP_PROXY",
        "web.http_proxy",
        PROXY,
        Section.WEB,
        "The proxy for requests to http:// addresses. The proxy looks names up by itself, so that not all of them "
        "can be checked here: see docs/web.md.",
        example="http://proxy.example:3128",
        other_names=("http_proxy",),
        widens=True,
    ),
    Variable(
        "HTTPS_PROXY",
        "web.https_proxy",
        PROXY,
        Section.WEB,
        "The proxy for requests to https:// addresses.",
        example="http://proxy.example:3128",
        other_names=("https_proxy",),
        widens=True,
    ),
    Variable(
        "ALL_PROXY",
        "web.all_proxy",
        PROXY,
        Section.WEB,
        "The proxy for requests that neither of the two above is for.",
        example="http://proxy.example:3128",
        other_names=("all_proxy",),
        widens=True,
    ),
    Variable(
        "NO_PROXY",
        "web.no_proxy",
        LIST,
        Section.WEB,
        "Hosts that are reached without a proxy: names (those below them are meant too), addresses, networks, "
        "or * for all.",
        example="localhost,.corp.example,10.0.0.0/8",
        other_names=("no_proxy",),
    ),
    Variable(
        "BROWSE_SPACY_LANGUAGE_MODEL",
        "web.spacy_language_model",
        NAME,
        Section.WEB,
        "Pages are cut into pieces without a language model of their own.",
        "en_core_web_sm",
        used_from=NO_MORE,
    ),
    Variable(
        "SEARCH_PROVIDERS",
        "web.search_providers",
        list_of("google", "duckduckgo", "brave", "mojeek", "startpage", "yahoo", "wikipedia"),
        Section.WEB,
        "The search engines, in the order in which they are asked until one answers; google only with its key.",
        "google,duckduckgo,brave,mojeek,startpage,yahoo,wikipedia",
    ),
    Variable(
        "GOOGLE_API_KEY",
        "web.google_api_key",
        KEY,
        Section.WEB,
        "A Google API key, to search with Google instead of DuckDuckGo.",
        example="your-google-api-key",
    ),
    Variable(
        "CUSTOM_SEARCH_ENGINE_ID",
        "web.custom_search_engine_id",
        NAME,
        Section.WEB,
        "The Google search engine that goes with that key.",
        example="your-custom-search-engine-id",
        other_names=("GOOGLE_CUSTOM_SEARCH_ENGINE_ID",),
    ),
    Variable(
        "GOOGLE_SEARCH_URL",
        "web.google_search_url",
        URL,
        Section.WEB,
        "Where Google's Custom Search is asked.",
        "https://www.googleapis.com/customsearch/v1",
        widens=True,
    ),
)

_MEMORY = (
    Variable(
        "MEMORY_BACKEND",
        "memory.backend",
        one_of(
            "local",
            "redis",
            "pinecone",
            "milvus",
            "weaviate",
            "no_memory",
            none="no_memory",
            json_file="local",
        ),
        Section.MEMORY,
        "What keeps what the agent reads and notes, from run to run. Until redis, pinecone, milvus and weaviate come, local is used in their place.",
        "local",
    ),
    Variable(
        "MEMORY_INDEX",
        "memory.index",
        NAME,
        Section.MEMORY,
        "The name of the memory: of its folder, index or collection.",
        "auto-gpt",
    ),
    Variable(
        "REDIS_HOST", "memory.redis_host", NAME, Section.MEMORY, "Redis: host.", "localhost", used_from=LATER
    ),
    Variable(
        "REDIS_PORT", "memory.redis_port", PORT, Section.MEMORY, "Redis: port.", "6379", used_from=LATER
    ),
    Variable(
        "REDIS_PASSWORD",
        "memory.redis_password",
        PASSWORD,
        Section.MEMORY,
        "Redis: password.",
        example="your-redis-password",
        used_from=LATER,
    ),
    Variable(
        "WIPE_REDIS_ON_START",
        "memory.wipe_redis_on_start",
        YES_OR_NO,
        Section.MEMORY,
        "Redis: forget everything at each start.",
        "True",
        used_from=LATER,
    ),
    Variable(
        "PINECONE_API_KEY",
        "memory.pinecone_api_key",
        KEY,
        Section.MEMORY,
        "Pinecone: key.",
        example="your-pinecone-api-key",
        used_from=LATER,
    ),
    Variable(
        "PINECONE_ENV",
        "memory.pinecone_env",
        NAME,
        Section.MEMORY,
        "Pinecone: region.",
        example="your-pinecone-region",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_HOST",
        "memory.weaviate_host",
        NAME,
        Section.MEMORY,
        "Weaviate: host.",
        example="127.0.0.1",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_PORT",
        "memory.weaviate_port",
        PORT,
        Section.MEMORY,
        "Weaviate: port.",
        example="8080",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_PROTOCOL",
        "memory.weaviate_protocol",
        one_of("http", "https"),
        Section.MEMORY,
        "Weaviate: protocol.",
        "http",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_USERNAME",
        "memory.weaviate_username",
        TEXT,
        Section.MEMORY,
        "Weaviate: user.",
        example="your-weaviate-username",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_PASSWORD",
        "memory.weaviate_password",
        PASSWORD,
        Section.MEMORY,
        "Weaviate: password.",
        example="your-weaviate-password",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_API_KEY",
        "memory.weaviate_api_key",
        KEY,
        Section.MEMORY,
        "Weaviate: key, where it wants one instead of a password.",
        example="your-weaviate-api-key",
        used_from=LATER,
    ),
    Variable(
        "USE_WEAVIATE_EMBEDDED",
        "memory.use_weaviate_embedded",
        YES_OR_NO,
        Section.MEMORY,
        "Weaviate: start one inside the program.",
        "False",
        used_from=LATER,
    ),
    Variable(
        "WEAVIATE_EMBEDDED_PATH",
        "memory.weaviate_embedded_path",
        PATH,
        Section.MEMORY,
        "Weaviate: where the embedded one keeps its data.",
        example="/home/you/.local/share/weaviate",
        used_from=LATER,
    ),
    Variable(
        "MILVUS_ADDR",
        "memory.milvus_addr",
        NAME,
        Section.MEMORY,
        "Milvus: host and port, or the address of a Zilliz cloud.",
        "localhost:19530",
        used_from=LATER,
    ),
    Variable(
        "MILVUS_USERNAME",
        "memory.milvus_username",
        TEXT,
        Section.MEMORY,
        "Milvus: user.",
        example="your-milvus-username",
        used_from=LATER,
    ),
    Variable(
        "MILVUS_PASSWORD",
        "memory.milvus_password",
        PASSWORD,
        Section.MEMORY,
        "Milvus: password.",
        example="your-milvus-password",
        used_from=LATER,
    ),
    Variable(
        "MILVUS_COLLECTION",
        "memory.milvus_collection",
        NAME,
        Section.MEMORY,
        "Milvus: collection.",
        "autogpt",
        used_from=LATER,
    ),
    Variable(
        "MILVUS_SECURE",
        "memory.milvus_secure",
        YES_OR_NO,
        Section.MEMORY,
        "Milvus: encrypt the connection.",
        "False",
        used_from=LATER,
    ),
)

_IMAGES = (
    Variable(
        "IMAGE_PROVIDER",
        "images.provider",
        one_of("dalle", "huggingface", "sdwebui", openai="dalle", sd_webui="sdwebui"),
        Section.IMAGES,
        "What makes pictures: OpenAI (dalle), Hugging Face, or a Stable Diffusion web server. Unset: OpenAI, where the models are OpenAI's.",
        example="dalle",
    ),
    Variable(
        "IMAGE_SIZE",
        "images.size",
        whole(64, 4_096),
        Section.IMAGES,
        "Length of a picture's side in pixels. OpenAI's models make none below 1024.",
        "256",
    ),
    Variable(
        "OPENAI_IMAGE_MODEL",
        "images.openai_model",
        NAME,
        Section.IMAGES,
        "OpenAI: the model that makes pictures.",
        "gpt-image-2.5-flare",
    ),
    Variable(
        "HUGGINGFACE_IMAGE_MODEL",
        "images.huggingface_image_model",
        NAME,
        Section.IMAGES,
        "Hugging Face: the model that makes pictures. Which are served there changes.",
        "CompVis/stable-diffusion-v1-4",
    ),
    Variable(
        "SD_WEBUI_URL",
        "images.sd_webui_url",
        URL,
        Section.IMAGES,
        "Stable Diffusion web server: address. Pictures are asked for there, also on this machine or its network.",
        "http://localhost:7860",
        widens=True,
    ),
    Variable(
        "SD_WEBUI_AUTH",
        "images.sd_webui_auth",
        PASSWORD,
        Section.IMAGES,
        "Stable Diffusion web server: user and password, as user:password.",
        example="your-username:your-password",
    ),
    Variable(
        "DESCRIBE_IMAGE_MODEL",
        "images.describing_model",
        NAME,
        Section.IMAGES,
        "The model that looks at pictures, at the same provider. Unset: the smart model, if it is known to see.",
        example="your-model-that-sees",
    ),
)

_SPEECH = (
    Variable(
        "TEXT_TO_SPEECH_PROVIDER",
        "speech.provider",
        one_of(
            "gtts",
            "macos",
            "elevenlabs",
            "streamelements",
            "openai",
            "offline",
            pyttsx3="offline",
            espeak="offline",
        ),
        Section.SPEECH,
        "The voice that --speak speaks with; offline is the machine's own. Unset: ElevenLabs with a key, else what the two switches below say, else gtts.",
        example="gtts",
    ),
    Variable(
        "SPEECH_LANGUAGE",
        "speech.language",
        NAME,
        Section.SPEECH,
        "The language that gtts and eSpeak speak, as a code such as en, de or pt.",
        "en",
    ),
    Variable(
        "ELEVENLABS_API_KEY",
        "speech.elevenlabs_api_key",
        KEY,
        Section.SPEECH,
        "ElevenLabs: key.",
        example="your-elevenlabs-api-key",
    ),
    Variable(
        "ELEVENLABS_VOICE_1_ID",
        "speech.elevenlabs_voice_1_id",
        NAME,
        Section.SPEECH,
        "ElevenLabs: the agent's voice.",
        example="your-voice-id-1",
        other_names=("ELEVENLABS_VOICE_ID",),
    ),
    Variable(
        "ELEVENLABS_VOICE_2_ID",
        "speech.elevenlabs_voice_2_id",
        NAME,
        Section.SPEECH,
        "ElevenLabs: the voice of agents that the agent starts.",
        example="your-voice-id-2",
    ),
    Variable(
        "ELEVENLABS_MODEL",
        "speech.elevenlabs_model",
        NAME,
        Section.SPEECH,
        "ElevenLabs: the model.",
        "eleven_multilingual_v2",
    ),
    Variable(
        "OPENAI_SPEECH_MODEL",
        "speech.openai_model",
        NAME,
        Section.SPEECH,
        "OpenAI: the model that speaks.",
        "gpt-4o-mini-tts",
    ),
    Variable(
        "OPENAI_VOICE_1",
        "speech.openai_voice_1",
        NAME,
        Section.SPEECH,
        "OpenAI: the agent's voice.",
        "alloy",
    ),
    Variable(
        "OPENAI_VOICE_2",
        "speech.openai_voice_2",
        NAME,
        Section.SPEECH,
        "OpenAI: the voice of agents that the agent starts.",
        "onyx",
    ),
    Variable(
        "USE_MAC_OS_TTS",
        "speech.use_mac_os_tts",
        YES_OR_NO,
        Section.SPEECH,
        "Speak with macOS's own voice.",
        "False",
    ),
    Variable(
        "USE_BRIAN_TTS",
        "speech.use_brian_tts",
        YES_OR_NO,
        Section.SPEECH,
        "Speak with StreamElements' voice Brian.",
        "False",
    ),
    Variable(
        "GTTS_URL",
        "speech.gtts_url",
        URL,
        Section.SPEECH,
        "Google Translate's voice: address.",
        "https://translate.google.com",
        widens=True,
    ),
    Variable(
        "ELEVENLABS_URL",
        "speech.elevenlabs_url",
        URL,
        Section.SPEECH,
        "ElevenLabs: address. The key is sent to it.",
        "https://api.elevenlabs.io",
        widens=True,
    ),
    Variable(
        "STREAMELEMENTS_URL",
        "speech.streamelements_url",
        URL,
        Section.SPEECH,
        "StreamElements: address.",
        "https://api.streamelements.com",
        widens=True,
    ),
    Variable(
        "AUDIO_TO_TEXT_PROVIDER",
        "speech.audio_to_text_provider",
        one_of("huggingface", "openai"),
        Section.SPEECH,
        "What writes down recordings. Unset: Hugging Face, where its token and model are set, else OpenAI, where the models are OpenAI's.",
        example="huggingface",
    ),
    Variable(
        "HUGGINGFACE_AUDIO_TO_TEXT_MODEL",
        "speech.huggingface_audio_to_text_model",
        NAME,
        Section.SPEECH,
        "Hugging Face: the model that writes down what a recording says.",
        example="openai/whisper-large-v3",
    ),
    Variable(
        "OPENAI_AUDIO_TO_TEXT_MODEL",
        "speech.openai_audio_to_text_model",
        NAME,
        Section.SPEECH,
        "OpenAI: the model that writes down what a recording says.",
        "gpt-transcribe",
    ),
)

_ACCOUNTS = (
    Variable(
        "HUGGINGFACE_API_TOKEN",
        "accounts.huggingface_api_token",
        KEY,
        Section.ACCOUNTS,
        "Hugging Face: token, for pictures and recordings.",
        example="your-huggingface-api-token",
    ),
    Variable(
        "HUGGINGFACE_URL",
        "accounts.huggingface_url",
        URL,
        Section.ACCOUNTS,
        "Hugging Face: address of its inference, or of a server of your own. The token is sent to it.",
        "https://router.huggingface.co/hf-inference",
        widens=True,
    ),
    Variable(
        "GITHUB_USERNAME",
        "accounts.github_username",
        NAME,
        Section.ACCOUNTS,
        "GitHub: user, for cloning repositories.",
        example="your-github-username",
    ),
    Variable(
        "GITHUB_API_KEY",
        "accounts.github_api_key",
        KEY,
        Section.ACCOUNTS,
        "GitHub: token.",
        example="your-github-token",
    ),
    Variable(
        "GIT_AUTHOR_NAME",
        "accounts.git_author_name",
        TEXT,
        Section.ACCOUNTS,
        "Git: whose name commits carry; else the repository's user.name, else Auto-GPT.",
        example="Ada Lovelace",
    ),
    Variable(
        "GIT_AUTHOR_EMAIL",
        "accounts.git_author_email",
        NAME,
        Section.ACCOUNTS,
        "Git: the address on commits; else the repository's user.email, else auto-gpt@localhost.",
        example="ada@example.com",
    ),
    Variable(
        "TW_CONSUMER_KEY",
        "accounts.twitter_consumer_key",
        KEY,
        Section.ACCOUNTS,
        "Twitter: consumer key. The agent can tweet once all four are set; it asks you each time.",
        example="your-consumer-key",
    ),
    Variable(
        "TW_CONSUMER_SECRET",
        "accounts.twitter_consumer_secret",
        KEY,
        Section.ACCOUNTS,
        "Twitter: consumer secret.",
        example="your-consumer-secret",
    ),
    Variable(
        "TW_ACCESS_TOKEN",
        "accounts.twitter_access_token",
        KEY,
        Section.ACCOUNTS,
        "Twitter: access token.",
        example="your-access-token",
    ),
    Variable(
        "TW_ACCESS_TOKEN_SECRET",
        "accounts.twitter_access_token_secret",
        KEY,
        Section.ACCOUNTS,
        "Twitter: access token secret.",
        example="your-access-token-secret",
    ),
    Variable(
        "TWITTER_API_URL",
        "accounts.twitter_api_url",
        URL,
        Section.ACCOUNTS,
        "Twitter: address of a gateway to send tweets through. They stay signed for Twitter's own.",
        "https://api.twitter.com",
        widens=True,
    ),
    Variable(
        "EMAIL_SMTP_HOST",
        "accounts.email_smtp_host",
        NAME,
        Section.ACCOUNTS,
        "Mail: the server that sends yours. The agent can send mail once this and EMAIL_ADDRESS are set; it asks you each time.",
        example="smtp.example.com",
        widens=True,
    ),
    Variable(
        "EMAIL_SMTP_PORT",
        "accounts.email_smtp_port",
        PORT,
        Section.ACCOUNTS,
        "Mail: port.",
        "587",
    ),
    Variable(
        "EMAIL_SMTP_SECURITY",
        "accounts.email_smtp_security",
        one_of("starttls", "tls", "none", ssl="tls"),
        Section.ACCOUNTS,
        "Mail: encryption. none is for a server on this machine only. Unset: tls on port 465, else starttls.",
        example="starttls",
    ),
    Variable(
        "EMAIL_ADDRESS",
        "accounts.email_address",
        NAME,
        Section.ACCOUNTS,
        "Mail: your address, from which it is sent.",
        example="you@example.com",
    ),
    Variable(
        "EMAIL_USER",
        "accounts.email_user",
        TEXT,
        Section.ACCOUNTS,
        "Mail: the name to log in with. Unset: your address, if there is a password.",
        example="your-user-name",
    ),
    Variable(
        "EMAIL_PASSWORD",
        "accounts.email_password",
        PASSWORD,
        Section.ACCOUNTS,
        "Mail: password, for many providers one made for this program alone.",
        example="your-email-password",
    ),
)

VARIABLES: tuple[Variable, ...] = (
    *_PROVIDER,
    *_MODELS,
    *_RUN,
    *_FILES,
    *_SHELL,
    *_SANDBOX,
    *_PLUGINS,
    *_WEB,
    *_MEMORY,
    *_IMAGES,
    *_SPEECH,
    *_ACCOUNTS,
)
