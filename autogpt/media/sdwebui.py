"""Pictures by a Stable Diffusion web server (AUTOMATIC1111's and those like it), of the person's own.

Its interface (`/docs` of a server that was started with `--api`): POST to `/sdapi/v1/txt2img`,
answered with `{"images": [<base64>, …], …}`. Login is HTTP Basic (`--api-auth user:password`).
"""

from __future__ import annotations

import base64
import binascii
import json

from autogpt.core.errors import CommandError
from autogpt.http import Door
from autogpt.media.answers import checked, json_of

_WHO = "The Stable Diffusion server"
_MOST_BYTES = 40_000_000
_STEPS = 20
_GRID = 8
"""Sides are multiples of so many pixels."""


class StableDiffusion:
    """One server. `login` is `user:password`, empty where none is asked for."""

    def __init__(self, door: Door, url: str, login: str = "") -> None:
        self._door = door
        self._url = url.rstrip("/")
        self._login = login

    def image(self, prompt: str, size: int) -> bytes:
        """Make a picture. Raises CommandError."""
        side = max(64, size // _GRID * _GRID)
        body = {"prompt": prompt, "negative_prompt": "", "steps": _STEPS, "cfg_scale": 7.0}
        body |= {"width": side, "height": side, "n_iter": 1, "batch_size": 1}
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._login:
            words = base64.b64encode(self._login.encode()).decode("ascii")
            headers["authorization"] = f"Basic {words}"
        url = f"{self._url}/sdapi/v1/txt2img"
        response = self._door.request(
            "POST", url, headers=headers, body=json.dumps(body).encode(), limit=_MOST_BYTES
        )
        found = json_of(checked(response, _WHO).body)
        images = found.get("images") if isinstance(found, dict) else None
        first = images[0] if isinstance(images, list) and images else None
        try:
            if isinstance(first, str):
                # Some servers put `data:image/png;base64,` before it.
                return base64.b64decode(first.rpartition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            pass
        raise CommandError(f"{_WHO} answered without a picture. Is it started with --api?")
