"""A text that must not be shown.

It prints as `***` wherever Python turns values into text by itself (repr, str,
format, `json.dumps(default=str)`) and it can't be pickled. It does not protect
what `reveal` returned: call that only where the value leaves for its owner.
"""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds one secret text; equal to another `Secret` with the same text, and to nothing else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")
