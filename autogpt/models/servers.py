"""Which models an OpenAI-compatible server has, and whether Ollama runs on this machine.

One short request each, without the `openai` client. Never raises: a server that
does not answer in time, or answers something else, has no models.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

OLLAMA_URL = "http://127.0.0.1:11434/v1"
"""Where Ollama listens unless told otherwise (https://docs.ollama.com/faq)."""

_MOST_BYTES = 2_000_000


def served_models(base_url: str, key: str = "", *, seconds: float = 3.0) -> tuple[str, ...]:
    """The names in the server's list of models (`GET /models`), those for embeddings left out."""
    return tuple(name for name in _all(base_url, key, seconds) if not _embeds(name))


def embedding_models(base_url: str, key: str = "", *, seconds: float = 3.0) -> tuple[str, ...]:
    """The names in the server's list of models that say that they make embeddings."""
    return tuple(name for name in _all(base_url, key, seconds) if _embeds(name))


def _embeds(name: str) -> bool:
    return "embed" in name.lower()


def _all(base_url: str, key: str, seconds: float) -> tuple[str, ...]:
    parts = urlsplit(base_url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        connection = connect(parts.hostname or "", parts.port, timeout=seconds)
        try:
            connection.request("GET", parts.path.rstrip("/") + "/models", headers=headers)
            response = connection.getresponse()
            body = response.read(_MOST_BYTES)
        finally:
            connection.close()
        return _names(json.loads(body)) if response.status == 200 else ()
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return ()


def running_ollama(url: str = OLLAMA_URL) -> tuple[str, ...]:
    """The models of an Ollama on this machine; empty when none runs."""
    return served_models(url, seconds=0.5)


def _names(answer: Any) -> tuple[str, ...]:
    entries = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        return ()
    names = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return tuple(name for name in names if isinstance(name, str) and name)
