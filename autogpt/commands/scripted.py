"""A stand-in for the commands that plays results from a script and notes the calls; for tests and plugins."""

from __future__ import annotations

from collections.abc import Iterable

from autogpt.core.actions import Action
from autogpt.core.events import Ran


class ScriptedCommands:
    """Gives the results of a script one by one: a text is a success, a `Ran` is given back with the action
    put in, and an exception is raised.

    As a context manager it fails at the end when results are left over.
    """

    def __init__(self, results: Iterable[str | Ran | BaseException]) -> None:
        self._results = list(results)
        self.calls: list[Action] = []

    def canonical(self, action: Action) -> Action:
        """The action as it is: a script knows no synonyms."""
        return action

    def preview(self, action: Action) -> None:
        """Nothing: a script touches no file."""

    def run(self, action: Action) -> Ran:
        """Note the action and give the next result. Raises AssertionError when there is none."""
        self.calls.append(action)
        if not self._results:
            raise AssertionError(f"the script has no result left for {action.key()}")
        match self._results.pop(0):
            case BaseException() as error:
                raise error
            case Ran() as ran:
                return Ran(
                    action,
                    ran.ok,
                    ran.result,
                    changed=ran.changed,
                    usage=ran.usage,
                    full_result=ran.full_result,
                    at=ran.at,
                )
            case text:
                return Ran(action, True, text)

    def assert_complete(self) -> None:
        """Raise AssertionError when results are left over."""
        if self._results:
            raise AssertionError(
                f"{len(self._results)} scripted results were not asked for: {self._results!r}"
            )

    def __enter__(self) -> ScriptedCommands:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.assert_complete()
