"""Where calls go, how long they may take, and the `openai` client for that place.

The client's own retries are switched off: they are in `retrying`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

OPENAI_URL = "https://api.openai.com/v1"
_MOST_ERROR_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send calls. `key` may be empty for servers that want none; it is never shown."""

    base_url: str = OPENAI_URL
    key: str = field(default="", repr=False)
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class AzureEndpoint:
    """A resource at Azure. `deployments` maps models to deployments; a model not in it is its own."""

    base_url: str
    api_version: str
    key: str = field(default="", repr=False)
    deployments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, between two pieces of an answer, and for one call in all."""

    connect: float = 20.0
    idle: float = 300.0
    call: float = 900.0


USUAL_PATIENCE = Patience()


def client(
    openai: Any,
    endpoint: Endpoint | AzureEndpoint,
    patience: Patience,
    trace: Callable[[str, Mapping[str, Any]], None],
    most: int | None = None,
) -> Any:
    """OpenAI's client for an endpoint, without retries of its own.

    `trace` is called by the HTTP library as it works, and ends a call by raising. `most` bounds the
    bytes of an answer.
    """
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        """A body that the client reads whole."""

        def __init__(self, stream: Any, most: int) -> None:
            self._stream = stream
            self._most = most

        def __iter__(self) -> Iterator[bytes]:
            total = 0
            for chunk in self._stream:
                total += len(chunk)
                if total > self._most:
                    return
                yield chunk

        def close(self) -> None:
            self._stream.close()

    def watch_request(request: Any) -> None:
        request.extensions["trace"] = trace

    def bound_error(response: Any) -> None:
        if response.status_code >= 300:
            response.stream = Bounded(response.stream, _MOST_ERROR_BYTES)
        elif most is not None:
            response.stream = Bounded(response.stream, most)

    local = is_local(endpoint.base_url)
    # No proxy stands between this machine and itself; and over plain HTTP to it there is no
    # certificate to check, so that the certificates (30 ms) need not be loaded.
    http = httpx2.Client(
        timeout=httpx2.Timeout(patience.idle, connect=patience.connect, pool=patience.connect),
        follow_redirects=not local,
        trust_env=not local,
        verify=not (local and endpoint.base_url.lower().startswith("http://")),
        event_hooks={"request": [watch_request], "response": [bound_error]},
    )
    key = endpoint.key or "no-key"
    if isinstance(endpoint, AzureEndpoint):
        return openai.AzureOpenAI(
            azure_endpoint=endpoint.base_url,
            api_version=endpoint.api_version,
            api_key=key,
            max_retries=0,
            http_client=http,
        )
    made = openai.OpenAI(base_url=endpoint.base_url, api_key=key, max_retries=0, http_client=http)
    made.organization = endpoint.organization  # and not what the environment says
    return made


def is_local(url: str) -> bool:
    """Whether an address is on this machine, by its name."""
    host = (urlsplit(url).hostname or "").lower()
    return host in ("localhost", "::1") or host.startswith("127.")
