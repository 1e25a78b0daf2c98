"""What each way of starting processes hands over, and the one sandbox that is built on it."""

from __future__ import annotations

from typing import Protocol

from autogpt.sandboxes.port import Command, Limit


class Child(Protocol):
    """A started command with all that it starts. Only its watcher calls it, `read` apart."""

    def read(self) -> bytes:
        """More output; waits for it; empty at its end."""
        ...

    def write(self, data: bytes) -> None:
        """To its standard input. Raises OSError."""
        ...

    def wait(self, seconds: float) -> int | None:
        """Its exit code, 128 + n for signal n; None if it still runs after so many seconds."""
        ...

    def overstepped(self) -> Limit | None:
        """A limit that the processes are beyond just now, if somebody must look for it."""
        ...

    def terminate(self) -> None:
        """Ask all its processes to end."""
        ...

    def kill(self) -> None:
        """End all its processes. Never raises; may be called again."""
        ...

    def release(self) -> frozenset[Limit]:
        """After its end: end what it left behind, free what was held for it; the limits it met."""
        ...


class Launcher(Protocol):
    """A way of starting processes."""

    @property
    def name(self) -> str:
        """`docker`, `bubblewrap` or `host`."""
        ...

    @property
    def python(self) -> str:
        """The Python in it."""
        ...

    @property
    def workspace(self) -> str:
        """The workspace's path in it."""
        ...

    @property
    def packages(self) -> str | None:
        """Where installed packages are kept, in it."""
        ...

    @property
    def refuses_set_ids(self) -> bool:
        """Whether no command can set a file's set-user-id or set-group-id bit."""
        ...

    def launch(self, command: Command) -> Child:
        """Start a command; its folder is set and in the workspace. Raises CommandError."""
        ...

    def close(self) -> None:
        """After the end of all children: leave nothing."""
        ...
