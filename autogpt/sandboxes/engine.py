"""The sandbox that is the same whatever starts the processes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.sandboxes.child import Launcher
from autogpt.sandboxes.disk import Disk
from autogpt.sandboxes.port import Command, OnOutput, Outcome, Process, ProcessLimits
from autogpt.sandboxes.protected import Protected
from autogpt.sandboxes.running import RunningProcess
from autogpt.sandboxes.scratch import Scratch
from autogpt.sandboxes.set_ids import SetIds

MOST_STARTED = 16
"""Processes that may go on side by side."""


class ProcessSandbox:
    """Runs commands by a launcher. Safe to use from several threads."""

    def __init__(
        self, launcher: Launcher, place: Path, limits: ProcessLimits, scratch: Scratch, protected: Protected
    ) -> None:
        self._launcher = launcher
        self._place = place
        self._limits = limits
        self._scratch = scratch
        self._protected = protected
        self._set_ids = None if launcher.refuses_set_ids else SetIds(place)
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._closed = False
        self._waited_for: set[RunningProcess] = set()
        self._started: list[RunningProcess] = []

    @property
    def name(self) -> str:
        """Which sandbox it is."""
        return self._launcher.name

    @property
    def limits(self) -> ProcessLimits:
        """What holds for each command."""
        return self._limits

    @property
    def python(self) -> str:
        """The Python in it."""
        return self._launcher.python

    @property
    def workspace(self) -> str:
        """The workspace's path in it."""
        return self._launcher.workspace

    @property
    def packages(self) -> str | None:
        """Where installed packages are kept, in it."""
        return self._launcher.packages

    def run(self, command: Command, on_output: OnOutput | None = None) -> Outcome:
        """Run a command and wait for its end."""
        command = self._checked(command)
        process = self._launched(command)
        try:
            with self._lock:
                self._waited_for.add(process)
            if self._closed:
                process.stop_soon()
            seconds = self._limits.seconds if command.seconds is None else command.seconds
            outcome = process.watch(seconds, on_output)
        finally:
            process.kill()
            self._strip()
            with self._lock:
                self._waited_for.discard(process)
        return replace(outcome, made=self._protected.new())

    def start(self, command: Command) -> Process:
        """Start a command that goes on."""
        command = self._checked(command)
        running = [process for process in self._started if process.wait(0) is None]
        if len(running) >= MOST_STARTED:
            raise CommandError(
                f"{MOST_STARTED} processes are running already: stop one first ({', '.join(one.id for one in running)})."
            )
        # The thread that starts a process must live as long as it does: Linux ends the
        # process with the thread when it was told to end it with its parent.
        begun: list[RunningProcess | BaseException] = []
        ready = threading.Event()

        def live() -> None:
            try:
                process = self._launched(command)
            except BaseException as error:
                begun.append(error)
                ready.set()
                return
            with self._lock:
                self._started.append(process)
            begun.append(process)
            ready.set()
            with suppress(CommandError):  # its engine has gone, and it with it
                process.watch(command.seconds, None)
            self._strip()

        threading.Thread(target=live, name=f"watches {command.argv[0]}", daemon=True).start()
        ready.wait()
        match begun[0]:
            case RunningProcess() as process:
                if self._closed:
                    process.stop()
                return process
            case error:
                raise error

    def protect(self, path: Path) -> None:
        """Make a folder read-only to commands from now on, unless one goes on that could put a link in its way."""
        with self._lock:
            going = bool(self._waited_for) or any(process.wait(0) is None for process in self._started)
        self._protected.add(path, held=not going)

    def processes(self) -> Sequence[Process]:
        """What `start` started."""
        with self._lock:
            return tuple(self._started)

    def close(self) -> None:
        """End everything and leave nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            going = [*self._started, *self._waited_for]
        for process in going:
            process.stop_soon()
        for process in going:
            process.wait(10)
        self._strip()
        self._launcher.close()
        self._protected.close()
        self._scratch.close()

    def _strip(self) -> None:
        if self._set_ids is not None:
            self._set_ids.strip()

    def _checked(self, command: Command) -> Command:
        if self._closed:
            raise CommandError("The sandbox is closed: the run is ending.")
        if not command.argv or any("\0" in word for word in (*command.argv, *command.environment.values())):
            raise CommandError("A command needs a program, and can't hold NUL characters.")
        folder = (command.folder or self._place).resolve()
        if not folder.is_relative_to(self._place):
            raise CommandError("Commands start in the workspace or in a folder of it.")
        if not folder.is_dir():
            raise CommandError(
                f"There is no folder {folder.relative_to(self._place).as_posix()!r} in the workspace."
            )
        return replace(command, folder=folder)

    def _launched(self, command: Command) -> RunningProcess:
        id = f"p{next(self._numbers)}"
        _ = self._protected.paths  # what is there before the first command
        if self._set_ids is not None:
            self._set_ids.remember()
        disk = Disk((self._place, self._scratch.folder), self._limits.free_disk)
        child = self._launcher.launch(command)
        return RunningProcess(id, command, child, self._limits, self._scratch.output(id), disk)
