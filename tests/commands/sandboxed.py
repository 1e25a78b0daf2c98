"""A sandbox in the workspace of a test, and a registry with families that use it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import ProcessLimits, Sandbox
from autogpt.workspace import Workspace


@contextmanager
def opened(
    workspace: Workspace, limits: ProcessLimits | None = None, *, kind: str = "auto"
) -> Iterator[Sandbox]:
    """Bubblewrap, or where it can't be had, this machine; no container engine is looked for."""
    wish = Wish(kind, host_allowed=True, limits=limits or ProcessLimits(seconds=30))
    choice = choose(wish, workspace.root, os.environ, in_container=True)
    assert choice.sandbox
    try:
        yield choice.sandbox
    finally:
        choice.sandbox.close()
