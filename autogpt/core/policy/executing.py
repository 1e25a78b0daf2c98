"""Which file that others will execute an action would make or change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.policy.arguments import argument_kind
from autogpt.core.run_by_others import Grade, judged

_PROGRAMS = frozenset({Touch.PROCESSES, Touch.HOST})
_FROM_OUTSIDE = frozenset({Touch.NETWORK, Touch.FETCHING})


@dataclass(frozen=True, slots=True)
class Executed:
    """A file, as the action names it, and how it comes to be executed."""

    path: str
    grade: Grade

    @property
    def why(self) -> str:
        """The reason to ask, for the person and the model."""
        if self.grade is Grade.PURPOSE:
            return f"{self.path!r} is run by other programs, and text from outside was read in this run"
        return f"{self.path!r} is run or obeyed by other programs because it is there"

    @property
    def instead(self) -> str:
        """Where text can be put without a question."""
        last = self.path.replace("\\", "/").rstrip("/").rpartition("/")[2]
        name = f"proposed-{last.lstrip('.')}.txt"
        return f"What it is to hold can go into a file that nothing runs, such as {name!r}."


def executed(action: Action, spec: CommandSpec, *, outside: bool) -> Executed | None:
    """The file because of which an action should be asked about, None if there is none.

    `outside` says whether text from outside was read in the run; what a command gets from there itself is
    such text. Programs name files to run or read them, and change what they like: they are not judged here.
    """
    if spec.reads_only or Touch.FILES not in spec.touches or spec.touches & _PROGRAMS:
        return None
    outside = outside or bool(spec.touches & _FROM_OUTSIDE)
    found = None
    for path in _paths(action, spec):
        grade = _grade(path)
        if grade in (Grade.PRESENCE, Grade.REFUSED):
            return Executed(path, Grade.PRESENCE)
        if grade is Grade.PURPOSE and outside:
            found = found or Executed(path, grade)
    return found


def _grade(path: str) -> Grade | None:
    found = judged([part for part in path.replace("\\", "/").split("/") if part not in ("", ".")])
    return None if found is None else found.grade


def _paths(action: Action, spec: CommandSpec) -> Iterator[str]:
    for name, value in action.args.items():
        if argument_kind(name, spec) == "path":
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
