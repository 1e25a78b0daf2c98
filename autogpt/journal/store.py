"""All runs of a folder: start one, go on with one, look at one, list them.

Every run has a folder of its own, named by its id, with its journal; ids sort by
time. What it does not promise: that a journal is what this program wrote. A
folder of runs may come with someone else's files, so what `read` and `open`
return is data: it grants no rights.
"""

from __future__ import annotations

import difflib
import re
import secrets
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from autogpt.core.errors import JournalError, UsageError
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
    Event,
    Extended,
    Failed,
    Garbled,
    Interrupted,
    Kept,
    Left,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Resumed,
    ReviewAsked,
    Reviewed,
    RuleAdded,
    Stuck,
    Summarised,
    Unknown,
)
from autogpt.core.ports import Clock
from autogpt.core.unreachable import assert_never
from autogpt.journal import locks
from autogpt.journal.codec import Header, Redact, Unreadable, decode, decode_header
from autogpt.journal.file import NAME, Fault, Journal, Reading, begin, explained, mend, reading
from autogpt.journal.plausible import Implausible, check_event, check_header

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-z]+")

_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a journal holds. `notices` are lines that the person must see."""

    header: Header
    events: tuple[Event, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A recorded run, and its journal to go on with."""

    header: Header
    events: tuple[Event, ...]
    journal: Journal
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a list. `created` is seconds since 1970.

    `goal` is the task, or the first goal. `state` is "running", "done", "stopped: <why>",
    "interrupted" or "damaged". `steps` counts commands that ended. `cost` is in US dollars,
    None if the price of a call is not known.
    """

    id: str
    created: float
    goal: str
    state: str
    steps: int
    cost: Decimal | None


def random_token() -> str:
    """Three random characters, to tell runs of the same second apart."""
    return secrets.token_hex(2)[:3]


class RunStore:
    """The runs in a folder, which is made when the first run starts."""

    def __init__(
        self, root: Path, *, clock: Clock, redact: Redact, token: Callable[[], str] = random_token
    ) -> None:
        self._root = root
        self._clock = clock
        self._redact = redact
        self._token = token

    def create(self, header: Header, note: Callable[[str], object] = lambda run_id: None) -> Journal:
        """Start a run; its id and time are set here, and `note` is told the id before there is a journal.

        Raises JournalError.
        """
        now = self._clock.time()
        moment = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%d-%H%M%S")
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = self._new_folder(moment)
            try:
                lock = locks.take(folder / _LOCK)
                if lock is None:
                    raise _in_use(folder)
                try:
                    note(folder.name)
                    return begin(folder, replace(header, id=folder.name, created=now), self._redact, lock)
                except BaseException:
                    lock.release()
                    raise
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        except OSError as error:
            raise explained(error, self._root) from error

    def open(self, wanted: str | None = None) -> OpenedRun:
        """Go on with a run: the last one, or the one whose id begins with `wanted`.

        Raises UsageError if there is no such run, JournalError if it is in use or can't be read.
        """
        folder = self._find(wanted)
        try:
            lock = locks.take(folder / _LOCK)
        except OSError as error:
            raise explained(error, folder) from error
        if lock is None:
            raise _in_use(folder)
        try:
            with reading(folder) as lines:
                header, events = _load(folder, lines)
            side = mend(folder, lines)
            notices: tuple[str, ...] = ()
            if lines.fault is Fault.DAMAGE:
                notices = (f"{_damage(folder, events)} The original is kept in {side}.",)
            journal = Journal(folder, header, self._redact, lock, lines.end, lines.checksum)
            return OpenedRun(header, events, journal, notices)
        except OSError as error:
            lock.release()
            raise explained(error, folder / NAME) from error
        except BaseException:
            lock.release()
            raise

    def read(self, wanted: str | None = None) -> RecordedRun:
        """Look at a run without touching it; it may be in use. Raises as `open` does."""
        folder = self._find(wanted)
        with reading(folder) as lines:
            header, events = _load(folder, lines)
        notices = (_damage(folder, events),) if lines.fault is Fault.DAMAGE else ()
        return RecordedRun(header, events, notices)

    def read_plausible(self, wanted: str | None = None) -> RecordedRun:
        """The same; JournalError also where it says what could never be, which would break whatever reckons with it."""
        run = self.read(wanted)
        try:
            check_header(run.header)
            for event in run.events:
                check_event(event)
        except Implausible as error:
            raise JournalError(
                f"The journal of run {run.header.id} can't be used: {error}. It was changed or damaged."
            ) from None
        return run

    def runs(self) -> list[RunSummary]:
        """All runs, the oldest first, one event in memory at a time. Raises JournalError."""
        return [_summary(folder) for folder in self._folders()]

    def _new_folder(self, moment: str) -> Path:
        for _ in range(100):
            folder = self._root / f"{moment}-{self._token()}"
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                return folder
        raise JournalError(f"Too many runs start at once in {self._root}; try again in a second.")

    def _folders(self) -> list[Path]:
        try:
            return sorted(
                folder
                for folder in self._root.iterdir()
                if _ID.fullmatch(folder.name) and not folder.is_symlink() and _is_there(folder / NAME)
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise explained(error, self._root) from error

    def _find(self, wanted: str | None) -> Path:
        folders = {folder.name: folder for folder in self._folders()}
        if not folders:
            raise UsageError(f"There are no runs in {self._root} yet.")
        if wanted is None:
            return folders[max(folders)]
        if wanted in folders:
            return folders[wanted]
        matching = [name for name in folders if wanted and name.startswith(wanted)]
        if len(matching) == 1:
            return folders[matching[0]]
        if matching:
            raise UsageError(
                f"{len(matching)} runs begin with {wanted!r}, for example {matching[-1]}: give more of the id."
            )
        nearest = difflib.get_close_matches(wanted, folders, 1, cutoff=0) or [max(folders)]
        raise UsageError(
            f"There is no run {wanted!r}. The nearest is {nearest[0]}; the command `runs` lists all."
        )


def _is_there(path: Path) -> bool:
    """Also if it is a symbolic link to nowhere: then it is listed as damaged."""
    return path.exists() or path.is_symlink()


def _load(folder: Path, lines: Reading) -> tuple[Header, tuple[Event, ...]]:
    events = iter(lines)
    header = _header(folder, events)
    return header, tuple(decode(data) for data in events)


def _header(folder: Path, lines: Iterable[dict[str, object]]) -> Header:
    try:
        # The folder's name counts: an id from elsewhere could lead to another file.
        return replace(decode_header(next(iter(lines), {})), id=folder.name)
    except Unreadable as error:
        raise JournalError(
            f"The journal of run {folder.name} ({folder / NAME}) can't be used: {error}."
        ) from error


def _damage(folder: Path, events: tuple[Event, ...]) -> str:
    return (
        f"The journal of run {folder.name} is damaged after its event {len(events)}; "
        "what came before that is used."
    )


def _in_use(folder: Path) -> JournalError:
    process = locks.holder(folder / _LOCK)
    by = f" (process {process})" if process else ""
    return JournalError(f"Another process{by} is working on run {folder.name}: wait for it, or end it first.")


def _summary(folder: Path) -> RunSummary:
    header: Header | None = None
    state, steps = "interrupted", 0
    cost: Decimal | None = Decimal(0)
    try:
        with reading(folder) as lines:
            events = iter(lines)
            read = _header(folder, events)
            check_header(read)
            header = read
            for data in events:
                event = decode(data)
                check_event(event)
                state = _state_after(event, state)
                steps += isinstance(event, Ran | Garbled | Denied)
                usage = getattr(event, "usage", None)
                if usage is not None:
                    cost = None if cost is None or usage.cost is None else cost + usage.cost
        if lines.fault is Fault.DAMAGE:
            state = "damaged"
        elif locks.is_held(folder / _LOCK):
            state = "running"
    except (JournalError, Implausible):
        state = "damaged"
    if header is None:
        return RunSummary(folder.name, 0.0, "", state, steps, cost)
    goal = header.task or next(iter(header.profile.goals), header.profile.role)
    return RunSummary(folder.name, header.created, goal, state, steps, cost)


def _state_after(event: Event, before: str) -> str:
    """What a run is said to be if this is its last event."""
    match event:
        case Ran(ok=True) if event.action.command == "task_complete":
            return "done"
        case Stuck():
            return "stopped: no progress"
        case LimitMet(kind=kind):
            return f"stopped: {kind.value} limit"
        case Denied():
            return "stopped: refused"
        case Failed():
            return "stopped: provider"
        case Left():
            return "stopped: you left"
        case Unknown() | Kept():
            return before
        case (
            Replied()
            | Garbled()
            | Authorised()
            | RuleAdded()
            | Advised()
            | ReviewAsked()
            | Reviewed()
            | Begun()
            | Ran()
            | Summarised()
            | Overflowed()
            | Extended()
            | Interrupted()
            | Resumed()
        ):
            return "interrupted"
        case unreachable:
            assert_never(unreachable)
