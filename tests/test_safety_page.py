"""Each claim of docs/safety.md names tests, and they exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PAGE = (CHECKOUT / "docs" / "safety.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)))


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_page_names_exists(name: str) -> None:
    file, _, function = name.partition("::")
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert any(each.startswith("test_") for each in found)
    assert not function or function in found


def test_each_part_says_what_is_protected_what_is_not_and_what_shows_it() -> None:
    parts = PAGE.split("\n## ")[2:]
    assert len(parts) >= 8
    for part in parts:
        assert "\nProtected: " in part, part[:40]
        assert "\n**Not protected:**" in part, part[:40]
        assert "\nShown by `" in part, part[:40]


@pytest.mark.parametrize("module", re.findall(r"`python -m (benchmarks\.\w+)`", PAGE))
def test_a_benchmark_that_the_page_names_exists(module: str) -> None:
    place = CHECKOUT / module.replace(".", "/")
    assert place.with_suffix(".py").exists() or (place / "__main__.py").exists()
