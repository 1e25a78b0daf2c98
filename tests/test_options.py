"""Whoever goes on with a run as its last line says loses nothing of what they asked for."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from autogpt.cli import cli, resume
from autogpt.options import Options, as_typed
from autogpt.terminal.harmless import verbatim

GIVEN: dict[str, Any] = {
    "continuous": True,
    "continuous_limit": 7,
    "demo": True,
    "ai_settings": Path("the profile.yaml"),
    "prompt_settings": Path("p'rompt.yaml"),
    "gpt3only": True,
    "gpt4only": True,
    "workspace_directory": Path("over there"),
    "budget": Decimal("1E+2"),
    "max_tokens": 90_000,
    "max_steps": 12,
    "max_time": 5400.5,
    "policy": Path("rules.yaml"),
    "preset": "cautious",
    "allow": ("write_to_file(filename=a b*)", "do_nothing"),
    "ask": ("delete_file",),
    "deny": ("execute_shell(*$HOME*)",),
    "output": "json",
    "plain": True,
    "debug": True,
    "speak": True,
    "use_memory": "no_memory",
    "browser_name": "firefox",
    "allow_downloads": True,
    "trust_folder": True,
}
RECORDED = {"task", "ai_name", "ai_role", "ai_goals", "skip_reprompt"}
"""They make the profile, which is in the run's record."""
WITHOUT_EFFECT = {"skip_news", "install_plugin_deps"}


def test_every_option_is_given_again_or_recorded() -> None:
    named = {field.name for field in fields(Options)}
    assert named == GIVEN.keys() | RECORDED | WITHOUT_EFFECT
    assert named == {parameter.name for parameter in cli.params if isinstance(parameter, click.Option)} - {
        "version",
        "help",
    }


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_given_again_is_read_as_it_was(name: str) -> None:
    words = Options(**{name: GIVEN[name]}).to_go_on()
    assert words
    read = resume.make_context("resume", shlex.split(as_typed(words, windows=False))).params
    assert read[name] == GIVEN[name]


def test_what_was_not_given_is_not_in_the_line() -> None:
    assert Options().to_go_on() == ()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    "word", ["a\nb", "it's\t\\1", "caf\u00a0e\u0301", "\u28001", "\u202e1", "\udcff1", "\U0001f375", "…"]
)
def test_what_would_not_be_shown_as_it_is_comes_out_of_a_shell_as_it_was(word: str) -> None:
    for encoding in ("utf-8", "ascii"):
        typed = as_typed([word], windows=False, encoding=encoding)
        assert typed.encode(encoding).decode(encoding).isprintable()
        assert verbatim(typed) == typed
        said = subprocess.run(["bash", "-c", f"printf %s {typed}"], capture_output=True, check=True).stdout
        assert os.fsdecode(said) == word


def test_cmd_and_powershell_have_other_quotes_than_a_shell() -> None:
    words = ["resume", "--deny", "write_to_file(filename=b c.md)"]
    assert as_typed(words, windows=True) == 'resume --deny "write_to_file(filename=b c.md)"'
    odd = [
        r"C:\Program Files\python.exe",
        r"C:\new place" + "\\",
        "a&b",
        'say "hi"',
        "f(x=*)",
        "",
        r"C:\here",
    ]
    assert as_typed(odd, windows=True) == (
        r""""C:\Program Files\python.exe" "C:\new place\\" "a&b" "say \"hi\"" "f(x=*)" "" C:\here"""
    )
    assert as_typed(words, windows=False) == "resume --deny 'write_to_file(filename=b c.md)'"
