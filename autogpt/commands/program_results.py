"""What came of a program, in words for the model; a long output whole in a file of the workspace.

An output that fits in memory is given whole (the registry shortens and saves it); of a longer one
head and tail are given, and the whole is copied piece by piece. What the program wrote
is decoded as UTF-8, and what isn't, replaced.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path

from autogpt.commands.registry import RESULTS
from autogpt.commands.wording import named
from autogpt.core.errors import CommandError
from autogpt.sandboxes.port import Exited, Outcome, Output, ProcessLimits
from autogpt.sandboxes.wording import explain, text_of
from autogpt.workspace import Workspace

SHOWN = 10_000
"""Bytes that are given of a long output unless somebody says otherwise."""

_UNREACHED = re.compile(
    rb"ould not resolve host|emporary failure in name resolution|ame or service not known|ame does not resolve"
    rb"|nodename nor servname|etwork is unreachable|ENETUNREACH|EAI_AGAIN|ENOTFOUND"
)
_NO_NETWORK = (
    "Programs have no network here (the person can set SANDBOX_NETWORK=True): do it without, or get what is needed by "
    "the commands that reach the web."
)

_MARKER = 200
"""Bytes of the line that says what is left out, at most."""

_ALL = 1 << 30
"""More characters than an output in memory can have."""


class ProgramResults:
    """`shown` is about how many bytes are given of an output that is too long to be given whole.

    `network` says whether programs have one.
    """

    def __init__(self, workspace: Workspace, shown: int, *, network: bool) -> None:
        self._workspace = workspace
        self._shown = shown
        self._network = network

    def told(
        self, command: str, outcome: Outcome, limits: ProcessLimits, *, before: str = "", hint: str = ""
    ) -> str:
        """The result of a program that ended well. Raises CommandError with the same of one that didn't.

        `before` comes first in any case; `hint` after the reason why it failed.
        """
        how = explain(outcome, limits)
        if (
            not self._network
            and outcome.end != Exited(0)
            and _UNREACHED.search(outcome.output.tail or outcome.output.head)
        ):
            hint = f"{hint} {_NO_NETWORK}".strip()
        output = self.text(command, outcome.output)
        if outcome.made:
            made = ", ".join(map(self._named, outcome.made[:5]))
            hint = f"{hint} It made {made}; programs outside the sandbox take orders from there.".strip()
        if not output.strip():
            output = "It wrote nothing." if how else "It ended well and wrote nothing."
        said = "\n".join(part for part in (before, " ".join(filter(None, (how, hint))), output) if part)
        if outcome.end == Exited(0):
            return said
        raise CommandError(said)

    def text(self, command: str, output: Output) -> str:
        """What a program wrote."""
        if not output.left_out:
            return text_of(output, _ALL)
        whole = self._kept(command, output)
        text = text_of(output, self._shown, whole)
        size = len(text.encode("utf-8", "replace"))
        return text if size <= self._shown + _MARKER else text_of(output, self._shown**2 // size, whole)

    def _named(self, path: Path) -> str:
        inside = path.is_relative_to(self._workspace.root)
        return named(path.relative_to(self._workspace.root).as_posix() if inside else str(path))

    def _kept(self, command: str, output: Output) -> str | None:
        """Copy the whole output; its name is the same for the same output. None if it can't be had."""
        if output.file is None:
            return None
        digest = blake2b(output.head + output.tail + b"%d" % output.total, digest_size=5).hexdigest()
        try:
            name = self._workspace.in_scratch(f"{RESULTS}/{command}-{digest}.txt")
            there = self._workspace.look(name)
            if there is not None and there.size == output.total:
                return there.name
            return self._workspace.keep_copy(name, output.file)
        except CommandError:
            return None
