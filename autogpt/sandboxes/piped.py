"""A child of this very process, with a pipe for its output: what bubblewrap and the host have in common."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable
from typing import IO

from autogpt.sandboxes import tree, weighing
from autogpt.sandboxes.cgroups import Cgroup
from autogpt.sandboxes.port import Limit, ProcessLimits

PIECE = 256 * 1024


class PipedChild:
    """`uncounted` are the processes of the sandbox itself; `end` ends the tree under a process."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        limits: ProcessLimits,
        cgroup: Cgroup | None,
        *,
        uncounted: int,
        terminate: Callable[[int], None],
        end: Callable[[int], None],
        release: Callable[[int | None], None] = lambda _: None,
    ) -> None:
        self._popen = popen
        self._limits = limits
        self._cgroup = cgroup
        self._uncounted = uncounted
        self._terminate = terminate
        self._end = end
        self._release = release
        assert popen.stdout
        self._output: IO[bytes] = popen.stdout

    def read(self) -> bytes:
        """More output."""
        data = os.read(self._output.fileno(), PIECE)
        if not data:
            self._output.close()
        return data

    def write(self, data: bytes) -> None:
        """To its standard input."""
        if not self._popen.stdin:
            raise ValueError("standard input is closed")
        self._popen.stdin.write(data)
        self._popen.stdin.flush()

    def wait(self, seconds: float) -> int | None:
        """Its exit code."""
        if seconds <= 0:
            code = self._popen.poll()
        else:
            try:
                code = self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
        return 128 - code if code is not None and code < 0 else code

    def overstepped(self) -> Limit | None:
        """Where no control group holds the tree, count and weigh it."""
        if self._cgroup or os.name == "nt":
            return None
        pids = tree.descendants(self._popen.pid)
        return weighing.overstepped(pids, self._limits, uncounted=self._uncounted)

    def terminate(self) -> None:
        """Ask all its processes to end."""
        if self._popen.poll() is None:
            self._terminate(self._popen.pid)

    def kill(self) -> None:
        """End all its processes."""
        if self._popen.poll() is None:
            self._end(self._popen.pid)

    def release(self) -> frozenset[Limit]:
        """Free everything."""
        self._release(self._popen.poll())
        if self._popen.stdin:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()
        if not self._cgroup:
            return frozenset()
        met = self._cgroup.met()
        self._cgroup.let_go()
        return met
