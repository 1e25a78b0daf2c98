"""Code in fences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.fences import Fenced, fenced, in_fence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no fence\n`code`\n", []),
        ("```python\nx = 1\n```", [Fenced("x = 1\n", "python")]),
        ("Here:\r\n\r\n  ~~~~ c++ title\r\nint x;\r\n~~~\r\n~~~~\r\nDone.", [Fenced("int x;\n~~~\n", "c++")]),
        ("```\na\n```\nand\n```js\nb\n```", [Fenced("a\n", ""), Fenced("b\n", "js")]),
        ("```python\nnever closed", [Fenced("never closed\n", "python")]),
        ("``` not `a` fence\n", []),
    ],
)
def test_fences_are_found(text: str, found: list[Fenced]) -> None:
    assert fenced(text) == found


def test_the_outermost_fence_reaches_to_the_last_end() -> None:
    text = "```python\n'''\n```\nshell\n```\n'''\n```\nbye"
    assert fenced(text, outermost=True) == [Fenced("'''\n```\nshell\n```\n'''\n", "python")]


@given(st.text(alphabet="`~ab \n", max_size=40))
def test_what_is_put_in_a_fence_comes_out_of_it(text: str) -> None:
    (out,) = fenced(in_fence(text, "python"))
    assert out == Fenced(text.rstrip("\n") + "\n", "python")
