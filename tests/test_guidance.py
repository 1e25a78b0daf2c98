from __future__ import annotations

from pathlib import Path

import pytest

from autogpt.core.errors import UsageError
from autogpt.core.guidance import DEFAULT_GUIDANCE
from autogpt.guidance import read_guidance


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prompt_settings.yaml"


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    guidance = read_guidance(file)
    assert guidance is DEFAULT_GUIDANCE
    for lines in (guidance.constraints, guidance.resources, guidance.performance_evaluations):
        assert lines
        assert all(line.endswith(".") and line.isprintable() for line in lines)


def test_a_missing_key_keeps_its_default(file: Path) -> None:
    file.write_text("constraints: [Be brief., 42]\nresources: []\nother: {}\n")
    guidance = read_guidance(file)
    assert guidance.constraints == ("Be brief.", "42")
    assert guidance.resources == ()
    assert guidance.performance_evaluations == DEFAULT_GUIDANCE.performance_evaluations


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\nconstraints: be good\n", "line 2: constraints: expected a list"),
        ("resources:\n- a\n- key: value\n", "line 3: resources: expected a text; one that contains a colon"),
        ("performance_evaluations:\n- [a]\n", "line 2: performance_evaluations: expected a text, not a list"),
        ("constraints:\n  - a\n - b\n", "line 3: not valid YAML"),
        ("a: b: c\n", "line 1: not valid YAML"),
        ("- a\n", "line 1: expected lines of the form"),
        ("a: !!python/object:os.system [x]\nb: \x07\n", "line 2: not valid YAML: a control character"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("? " * 2000, "too deep"),
    ],
)
def test_a_wrong_file_is_one_line_with_the_line(text: str, says: str, file: Path) -> None:
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_guidance(file)
    assert str(caught.value).startswith(str(file))
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_bomb_of_aliases_is_harmless(file: Path) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    file.write_text("\n".join(lines))
    assert read_guidance(file) == DEFAULT_GUIDANCE
