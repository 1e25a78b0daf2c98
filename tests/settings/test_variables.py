from __future__ import annotations

import dataclasses
from typing import get_args, get_type_hints

from autogpt.settings import load_settings
from autogpt.settings.groups import Settings
from autogpt.settings.variables import VARIABLES, UsedFrom

INVENTORY = """
OPENAI_API_KEY TEMPERATURE USE_AZURE FAST_LLM_MODEL SMART_LLM_MODEL FAST_TOKEN_LIMIT SMART_TOKEN_LIMIT
EMBEDDING_MODEL EMBEDDING_TOKENIZER EMBEDDING_TOKEN_LIMIT FAST_LLM SMART_LLM OPENAI_API_BASE_URL
OPENAI_ORGANIZATION OPENAI_FUNCTIONS AZURE_CONFIG_FILE AUTHORISE_COMMAND_KEY EXIT_KEY AI_SETTINGS_FILE
EXECUTE_LOCAL_COMMANDS RESTRICT_TO_WORKSPACE CHAT_MESSAGES_ENABLED PLUGINS_DIR ALLOWLISTED_PLUGINS
DENYLISTED_PLUGINS PLUGINS_CONFIG_FILE PROMPT_SETTINGS_FILE PLAIN_OUTPUT DISABLED_COMMAND_CATEGORIES
SHELL_COMMAND_CONTROL SHELL_ALLOWLIST SHELL_DENYLIST BROWSE_CHUNK_MAX_LENGTH BROWSE_SPACY_LANGUAGE_MODEL
USER_AGENT USE_WEB_BROWSER HEADLESS_BROWSER GOOGLE_API_KEY CUSTOM_SEARCH_ENGINE_ID MEMORY_BACKEND MEMORY_INDEX
REDIS_HOST REDIS_PORT REDIS_PASSWORD WIPE_REDIS_ON_START PINECONE_API_KEY PINECONE_ENV WEAVIATE_HOST
WEAVIATE_PORT WEAVIATE_PROTOCOL WEAVIATE_USERNAME WEAVIATE_PASSWORD WEAVIATE_API_KEY WEAVIATE_EMBEDDED_PATH
USE_WEAVIATE_EMBEDDED MILVUS_ADDR MILVUS_USERNAME MILVUS_PASSWORD MILVUS_COLLECTION MILVUS_SECURE IMAGE_PROVIDER
IMAGE_SIZE HUGGINGFACE_API_TOKEN HUGGINGFACE_IMAGE_MODEL HUGGINGFACE_AUDIO_TO_TEXT_MODEL SD_WEBUI_URL
SD_WEBUI_AUTH ELEVENLABS_API_KEY ELEVENLABS_VOICE_1_ID ELEVENLABS_VOICE_2_ID USE_MAC_OS_TTS USE_BRIAN_TTS
GITHUB_USERNAME GITHUB_API_KEY TW_CONSUMER_KEY TW_CONSUMER_SECRET TW_ACCESS_TOKEN TW_ACCESS_TOKEN_SECRET
TEXT_TO_SPEECH_PROVIDER POLICY_FILE API_BUDGET FALLBACK_LLM_MODEL OPENAI_API_BASE SANDBOX SANDBOX_IMAGE
SANDBOX_NETWORK SANDBOX_TIMEOUT SANDBOX_CPU_TIME SANDBOX_MEMORY SANDBOX_PROCESSES SANDBOX_FILE_SIZE SANDBOX_OUTPUT
"""
"""The variables of Auto-GPT 0.3, of 0.4.4, and this program's own."""


def test_every_variable_of_the_original_is_known() -> None:
    known = [name for variable in VARIABLES for name in variable.names]
    assert set(INVENTORY.split()) <= set(known)
    assert len(known) == len(set(known))


def test_every_field_is_filled_by_exactly_one_variable() -> None:
    groups = {name: hint for name, hint in get_type_hints(Settings).items() if dataclasses.is_dataclass(hint)}
    fields = {
        f"{group}.{field.name}"
        for group, kind in groups.items()
        for field in dataclasses.fields(kind)
        if f"{group}.{field.name}" != "models.used"
    }
    assert sorted(variable.field for variable in VARIABLES) == sorted(fields)


def test_defaults_and_examples_have_the_type_that_the_field_declares() -> None:
    settings = load_settings({}, None, {}).settings
    for variable in VARIABLES:
        group, _, name = variable.field.partition(".")
        hint = get_type_hints(type(getattr(settings, group)))[name]
        types = tuple(
            getattr(t, "__origin__", t) for t in (get_args(hint) if type(None) in get_args(hint) else (hint,))
        )
        types = tuple(getattr(t, "__origin__", None) or t for t in types)
        assert isinstance(getattr(getattr(settings, group), name), types), variable.name
        text = (variable.default or variable.example).strip('"')
        if not text.startswith("your-") or variable.secret:
            assert isinstance(variable.kind.parse(text), types), variable.name


def test_every_variable_is_explained() -> None:
    for variable in VARIABLES:
        assert variable.meaning.endswith("."), variable.name
        assert variable.default or variable.example, variable.name
        assert variable.used_from in UsedFrom
        assert not (variable.secret and variable.default), variable.name
