"""The environment of commands: made anew from a few harmless names, never the agent's own.

No key, token or setting of the person's is in it, whatever its name, because nothing is
taken over that isn't listed here.
"""

from __future__ import annotations

from collections.abc import Mapping

TAKEN_OVER = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")
TAKEN_OVER_ON_WINDOWS = (
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMFILES", "PROGRAMDATA",
    "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
)  # fmt: skip


def clean(of_agent: Mapping[str, str], *, path: str, temporary: str, more: Mapping[str, str]) -> dict[str, str]:
    """A command's environment; `temporary` is its folder for passing files, and its home."""
    taken = {name: of_agent[name] for name in TAKEN_OVER if name in of_agent}
    return {
        "LANG": "C.UTF-8",
        **taken,
        "PATH": path,
        "HOME": temporary,
        "TMPDIR": temporary,
        "TERM": "dumb",
        # Output shall come as it is written, and the workspace stay free of compiled files.
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **more,
    }
