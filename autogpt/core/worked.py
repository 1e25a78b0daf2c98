"""When agents worked, and in which folders: what changed there meanwhile may be an agent's, and not the person's.

A file counts as changed in a time if any of the times that the system keeps of it falls in there: when its
content or its name last changed, which no program can set, and when its content did, which stays as it was
where a person moves the file or copies it with its times.

Not promised: that a file is recognised whose times are both newer, as a plain copy's are, or a checkout's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

Span: TypeAlias = tuple[float, float]
"""From when to when, both included, in seconds since 1970."""

ALWAYS = float("inf")
_COARSEST = 2.0
"""Seconds: some file systems keep times in whole ones, or in every second one."""


@dataclass(frozen=True, slots=True)
class FolderId:
    """A folder: its path with links followed, "" for all folders, and the number that it keeps when it is moved, or 0."""

    path: str
    number: int = 0


EVERYWHERE = FolderId("")


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which an agent could change what is in a folder."""

    begin: float
    end: float
    folder: FolderId


@dataclass(frozen=True, slots=True)
class Worked:
    """All the times that are known of, ready to be asked about files."""

    by_path: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    by_number: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)

    @classmethod
    def during(cls, periods: Iterable[Period]) -> Worked:
        """In these periods, and at no other time."""
        by_path: dict[str, list[Span]] = {}
        by_number: dict[int, list[Span]] = {}
        for period in periods:
            span = (period.begin, period.end)
            by_path.setdefault(period.folder.path, []).append(span)
            if period.folder.number:
                by_number.setdefault(period.folder.number, []).append(span)
        return cls(
            {path: _joined(spans) for path, spans in by_path.items()},
            {number: _joined(spans) for number, spans in by_number.items()},
        )

    @classmethod
    def since(cls, begin: float) -> Worked:
        """From a moment on, everywhere."""
        return cls.during([Period(begin, ALWAYS, EVERYWHERE)])

    def covers(self, moments: Iterable[float], folders: Iterable[FolderId]) -> bool:
        """Whether an agent could have changed, at one of these moments, what lies in all of these folders."""
        spans = [self.by_path.get("", ())]
        for folder in folders:
            spans += self.by_path.get(folder.path, ()), self.by_number.get(folder.number, ())
        return any(_meets(one, moment) for moment in moments for one in spans if one)


def thinned(periods: Iterable[Period], most: int) -> list[Period]:
    """At most so many periods that hold all moments of the given ones, unless there are more folders than that.

    Those of a folder that lie closest together are joined first; the folders that were worked in last are kept.
    """
    by_folder: dict[FolderId, list[Span]] = {}
    for period in periods:
        by_folder.setdefault(period.folder, []).append((period.begin, period.end))
    spans = {folder: _joined(found) for folder, found in by_folder.items()}
    newest = sorted(spans, key=lambda folder: spans[folder][-1][1])[-most:]
    too_many = sum(len(spans[folder]) for folder in newest) - most
    if too_many > 0:
        gaps = sorted(after[0] - one[1] for folder in newest for one, after in pairwise(spans[folder]))
        spans = {folder: _joined(spans[folder], gaps[too_many - 1]) for folder in newest}
    return [Period(begin, end, folder) for folder in newest for begin, end in spans[folder]]


def _joined(spans: Iterable[Span], gap: float = 0.0) -> tuple[Span, ...]:
    """The same moments in spans one after the other; with a `gap`, also those in between that are no longer."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _meets(spans: tuple[Span, ...], moment: float) -> bool:
    last = moment + _COARSEST if moment == int(moment) else moment
    at = bisect_right(spans, (last, ALWAYS)) - 1
    return at >= 0 and spans[at][1] >= moment
