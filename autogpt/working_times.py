"""When runs of this account worked, and in which folders: kept, so that a later run knows what one may have changed.

It is kept twice, in the person's configuration folder and with the runs' records: of the two, a container
keeps only the second, and only the first knows of runs that began in other folders, or whose records are gone.
A run at work has a file of its own, which is written anew every few seconds, so that also of one that was
killed it is known until when it could change anything. At its end its time goes into the list of all.

Not promised: what is in neither place is not known. Of very many runs the shortest breaks between them count
as work, and of more folders than are kept, those that were worked in longest ago are forgotten.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autogpt.core.errors import UsageError
from autogpt.core.worked import ALWAYS, EVERYWHERE, FolderId, Period, Worked, thinned
from autogpt.journal import locks
from autogpt.settings.texts import LARGEST, read_text, write_text
from autogpt.workspace import Workspace, folder_id

FOLDER = "working"
"""The folder, in either place."""

BEAT = 15.0
"""Seconds from one note of a run at work to the next."""

MOST = 4000
"""Times that are kept."""

_LIST = "times.json"
_FORMAT = 1
_KILLED = 4 * BEAT
"""Seconds that a run may have gone on, or a program of it, after its last note."""

_GIVEN_UP = 86_400.0
"""Seconds after its last note from which on a run is held to have been killed; if it was only halted, it notes itself again."""

_COARSE = 0.02
"""Seconds by which the clock of files may lag behind that of programs."""

_JITTER = 0.001
"""Seconds between two looks at two clocks."""


class WorkingTime:
    """The time in which this process works in a workspace, from `begin` to `end`, and the times of runs before.

    `places` are where times are kept. When a run goes on, `past` are moments at which it worked before, and
    `created` is when it began: where one of those is not among the times that were kept, all since then counts as
    its work. Times are in seconds since 1970.
    """

    def __init__(
        self,
        places: Iterable[Path],
        workspace: Workspace,
        *,
        past: Sequence[float] = (),
        created: float = 0.0,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = tuple(places)
        self._root = folder_id(workspace.root)
        self._reach = self._root if workspace.restrict else EVERYWHERE
        self._past = past
        self._created = created
        self._clock = clock
        self._steady = steady
        self._name = f"{secrets.token_hex(8)}.json"
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._began = self._lead = self._least_lead = self._end = 0.0
        self._earlier: list[Period] | None = None
        self._worked: tuple[float, Worked] | None = None

    def begin(self) -> None:
        """From now on the agent may change files. Where that can't be noted, later runs don't know it."""
        self._began = self._steady()
        self._lead = self._least_lead = self._clock() - self._began
        self.note()
        threading.Thread(target=self._noting, name="notes that it works", daemon=True).start()

    def end(self) -> None:
        """From now on it doesn't."""
        self._over.set()
        with self._lock:
            self._look_at_clock()
            for place in self._places:
                with suppress(OSError, UsageError):
                    _settle(place, self._name, self._period(), now=self._clock())

    def note(self) -> None:
        """Write down that the agent is still at work."""
        with self._lock:
            if self._over.is_set():
                return
            self._look_at_clock()
            for place in self._places:
                with suppress(OSError, UsageError):
                    place.mkdir(mode=0o700, parents=True, exist_ok=True)
                    write_text(place / self._name, _written([self._period()], ended=False), private=True)

    def worked(self) -> Worked:
        """When agents worked where, with this one, that works everywhere until its end."""
        with self._lock:
            self._look_at_clock()
            if self._earlier is None:
                self._earlier = [period for place in self._places for period in _kept(place)]
            begin = self._begin
            if self._worked is None or self._worked[0] != begin:
                known = Worked.during(self._earlier)
                if not all(known.covers([moment], [self._root]) for moment in self._past):
                    begin = min(begin, self._created)
                now = Period(begin, ALWAYS, EVERYWHERE)
                self._worked = self._begin, Worked.during([*self._earlier, now])
            return self._worked[1]

    def _noting(self) -> None:
        while not self._over.wait(BEAT):
            self.note()

    def _look_at_clock(self) -> None:
        """A clock that was set back makes what is new look as if it had been there before."""
        now, steady = self._clock(), self._steady()
        self._end = max(self._end, now, steady + self._lead)
        self._lead = now - steady
        if self._lead < self._least_lead - _JITTER:
            self._least_lead = self._lead

    @property
    def _begin(self) -> float:
        return self._began + self._least_lead - _COARSE

    def _period(self) -> Period:
        return Period(self._begin, self._end, self._reach)


def _kept(place: Path) -> list[Period]:
    """All that is kept there."""
    # The list comes last: what is put into it meanwhile is not missed.
    running = [period for name in _running(place) for period, _ in _read(place / name)]
    return running + [period for period, _ in _read(place / _LIST)]


def _settle(place: Path, name: str, period: Period, *, now: float) -> None:
    """Put a time into the list, with those of runs that have ended. Raises OSError and UsageError."""
    lock = locks.take(place / "lock")
    if lock is None:
        # Whoever comes next does it.
        write_text(place / name, _written([period], ended=True), private=True)
        return
    try:
        over = [name]
        periods = [period, *(period for period, _ in _read(place / _LIST))]
        for other in _running(place):
            if other == name:
                continue
            found = _read(place / other)
            if found and all(ended or period.end < now - _GIVEN_UP for period, ended in found):
                over.append(other)
                periods += (period for period, _ in found)
        write_text(place / _LIST, _listed(periods), private=True)
        for other in over:
            (place / other).unlink(missing_ok=True)
    finally:
        lock.release()


def _listed(periods: Sequence[Period]) -> str:
    """A list that can be read again."""
    most = MOST
    while len(text := _written(thinned(periods, most), ended=True)) > LARGEST:
        most //= 2
    return text


def _running(place: Path) -> list[str]:
    try:
        return [name for name in os.listdir(place) if name.endswith(".json") and name != _LIST]
    except OSError:
        return []


def _written(periods: Iterable[Period], *, ended: bool) -> str:
    folders: dict[FolderId, list[tuple[float, float]]] = {}
    for period in periods:
        folders.setdefault(period.folder, []).append((period.begin, period.end))
    listed = [
        {"folder": folder.path, "number": folder.number, "times": times} for folder, times in folders.items()
    ]
    return json.dumps({"format": _FORMAT, "ended": ended, "folders": listed}) + "\n"


def _read(path: Path) -> list[tuple[Period, bool]]:
    """The times in a file, each with whether it has ended; none where it is damaged, for there is another place."""
    try:
        kept: Any = json.loads(read_text(path) or "{}")
        if kept["format"] != _FORMAT:
            return []
        return list(_periods(kept))
    except (UsageError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return []


def _periods(kept: Any) -> Iterator[tuple[Period, bool]]:
    ended = kept["ended"] is True
    for each in kept["folders"]:
        folder = FolderId(str(each["folder"]), int(each["number"]))
        for begin, end in each["times"]:
            until = float(end) + (0.0 if ended else _KILLED)
            if float(begin) <= until < ALWAYS:
                yield Period(float(begin), until, folder), ended
