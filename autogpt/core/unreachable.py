"""Says to the type checker that a branch cannot be reached.

The standard library's own `typing.assert_never` came with Python 3.11.
"""

from typing import NoReturn


def assert_never(value: NoReturn) -> NoReturn:
    """Fail loudly if a value that the types rule out arrives all the same."""
    raise AssertionError(f"unexpected value: {value!r}")
