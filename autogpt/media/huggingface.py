"""Pictures and transcripts by Hugging Face's "HF Inference".

As its client has it (huggingface_hub, `inference/_providers/hf_inference.py`): POST to
`<address>/models/<model>`; for a picture `{"inputs": …, "parameters": …}`, answered with the
picture; for a transcript the recording itself, answered with `{"text": …}`. A model that sleeps
answers 503 with `{"error": …, "estimated_time": <seconds>}` while it is loaded: that is waited for.

Which models are served there changes; the person chooses one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from autogpt.core.errors import CommandError
from autogpt.http import Door, Response
from autogpt.media.answers import checked, json_of
from autogpt.media.kinds import Kind

URL = "https://router.huggingface.co/hf-inference"

LONGEST_LOADING = 180.0
"""Seconds that are waited for a model to be loaded, in all."""

_MOST_BYTES = 30_000_000
_WHO = "Hugging Face"


class HuggingFace:
    """One account. `token` may be empty for a server of the person's own."""

    def __init__(
        self,
        door: Door,
        url: str,
        token: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._door = door
        self._url = url.rstrip("/")
        self._token = token
        self._sleep = sleep
        self._say = say

    def image(self, model: str, prompt: str, size: int) -> bytes:
        """Make a picture. Raises CommandError."""
        body = {"inputs": prompt, "parameters": {"width": size, "height": size}}
        headers = {"content-type": "application/json", "accept": "image/png"}
        return self._asked(model, json.dumps(body).encode(), headers).body

    def transcript(self, model: str, data: bytes, kind: Kind) -> str:
        """Write down what a recording says. Raises CommandError."""
        headers = {"content-type": kind.media, "accept": "application/json"}
        found = json_of(self._asked(model, data, headers).body)
        text = found.get("text") if isinstance(found, dict) else None
        if not isinstance(text, str):
            raise CommandError(f"{_WHO} answered without a text. Try again later, or go on without.")
        return text.strip()

    def _asked(self, model: str, body: bytes, headers: Mapping[str, str]) -> Response:
        key = {"authorization": f"Bearer {self._token}"} if self._token else {}
        url = f"{self._url}/models/{quote(model, safe='/')}"
        left = LONGEST_LOADING
        while True:
            response = self._door.request(
                "POST", url, headers={**headers, **key}, body=body, limit=_MOST_BYTES
            )
            wait = _loading(response)
            if wait is None:
                return checked(response, _WHO)
            if wait > left:
                raise CommandError(
                    f"{_WHO} is still loading {model}; it asks for {wait:.0f} seconds more. Do something else first."
                )
            self._say(f"{_WHO} loads the model {model}: about {wait:.0f} s")
            self._sleep(wait)
            left -= wait


def _loading(response: Response) -> float | None:
    """Seconds until a model is there that is being loaded, None if it isn't that."""
    found = json_of(response.body) if response.status == 503 else None
    seconds = found.get("estimated_time") if isinstance(found, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e6:
        return None
    return max(1.0, float(seconds))
