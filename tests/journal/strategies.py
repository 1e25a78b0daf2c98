"""Events of every kind for property tests, built from the dataclasses, so that new kinds are covered."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from autogpt.core.events import Event, Unknown

KINDS: tuple[type[Any], ...] = tuple(cls for cls in get_args(Event) if cls is not Unknown)
NAMES = {cls.__name__ for cls in KINDS}

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(st.text(max_size=8), json_values, max_size=4)

_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    Decimal: st.decimals(allow_nan=False),
}


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if is_dataclass(annotation):
        return records(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return st.none() | _values(arguments[0])
    if get_origin(annotation) is tuple:
        return st.lists(_values(arguments[0]), max_size=3).map(tuple)
    assert get_origin(annotation) is Mapping
    return json_objects


def records(cls: Any) -> st.SearchStrategy[Any]:
    """Instances of a dataclass."""
    hints = get_type_hints(cls)
    return st.builds(cls, **{each.name: _values(hints[each.name]) for each in fields(cls)})


unknown = st.builds(
    Unknown,
    kind=st.text().filter(lambda kind: kind not in NAMES),
    data=json_objects.map(lambda data: {name: data[name] for name in data if name not in ("event", "at")}),
    at=_SIMPLE[float],
)

events: st.SearchStrategy[Event] = st.one_of([*(records(cls) for cls in KINDS), unknown])
