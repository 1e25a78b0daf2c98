"""Whether a text is Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.syntax import fault_of


@pytest.mark.parametrize(
    "source", ["", "x = 1", "# é文\n", "'\\d'\n", "\ufeffx = 1\n", "match x:\n  case 1: pass\n"]
)
def test_valid(source: str) -> None:
    assert fault_of(source) is None


def test_a_fault_is_shown_with_its_line_and_place() -> None:
    assert str(fault_of("x = 1\nif x\n    y = 2\n")) == "line 2: expected ':'\n    if x\n        ^"
    assert str(fault_of("def f():\n\treturn (1,\n")).startswith(
        "line 2: '(' was never closed\n    return (1,"
    )
    long = fault_of("x = " + "a + " * 200 + "1 1 +" + " + b" * 200)
    assert long is not None
    assert max(map(len, str(long).splitlines())) < 210


@pytest.mark.parametrize("source", ["x = '\0'", "(" * 10_000, "-" * 100_000 + "1", "if 1:\n" * 200])
def test_what_python_refuses_otherwise_is_a_fault_too(source: str) -> None:
    assert fault_of(source) is not None


@given(st.text(max_size=60) | st.text(alphabet="()[]{}:=#'\"\\\n\t ifx1.", max_size=60))
def test_any_text_is_judged(source: str) -> None:
    fault = fault_of(source)
    assert fault is None or str(fault)
