"""What the person reads of a rule before "always" adds it is what the rule opens, for every command."""

from __future__ import annotations

from typing import Any

import pytest

from autogpt.core.actions import Action, CommandSpec, Parameter
from autogpt.core.effects import Ask
from autogpt.core.events import Authorised, RuleAdded
from autogpt.core.policy import Policy, Preset, Rule, Verdict, always_pattern, argument_kind, in_words, ruling
from autogpt.terminal.console import Look
from autogpt.terminal.display import Display
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.person import TerminalUser
from tests.commands.test_reply_schema import specs
from tests.terminal.scenes import in_memory
from tests.terminal.test_person import Lines


def value(parameter: Parameter, spec: CommandSpec, number: int) -> Any:
    """Some value; another number gives one in another folder, on another site, or another text."""
    match argument_kind(parameter.name, spec), parameter.schema.get("type"):
        case _, "integer" | "number":
            return number
        case _, "boolean":
            return bool(number % 2)
        case _, "array":
            return [f"a{number}"]
        case "path", _:
            return f"folder{number}/file.txt"
        case "url", _:
            return f"https://site{number}.example/page"
        case _:
            return f"words {number}"


def action_of(spec: CommandSpec) -> Action:
    return Action(spec.name, {one.name: value(one, spec, 1) for one in spec.parameters})


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.name)
def test_the_words_say_what_the_rule_opens(spec: CommandSpec) -> None:
    action = action_of(spec)
    pattern = always_pattern(action, spec)
    assert pattern
    words = in_words(pattern, spec)
    policy = Policy(preset=Preset.CAUTIOUS, rules=(Rule(Verdict.ALLOW, pattern),))

    def allowed(**changed: Any) -> bool:
        given = ruling(policy, Action(spec.name, {**action.args, **changed}), spec)
        return given.explicit and given.verdict is Verdict.ALLOW

    assert allowed()
    assert words.startswith(f"It allows {spec.name}")
    for one in spec.parameters:
        is_free = "whatever its arguments" in words or f" {one.name} " in words.partition("whatever its")[2]
        assert allowed(**{one.name: value(one, spec, 2)}) is is_free, (one.name, words)
    for told, other, opens in (
        ("anything in the folder", "folder1/deeper/other.txt", True),
        ("anything in the folder", "folder10/file.txt", False),
        ("any address that begins with", "https://site1.example/other?x=1", True),
        ("any address that begins with", "https://site1.example.evil.example/page", False),
        ("any address that begins with", "http://site1.example/page", False),
    ):
        for one in spec.parameters:
            if f"its {one.name} is {told}" in words:
                assert allowed(**{one.name: other}) is opens, (words, other)


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.name)
def test_what_is_shown_is_what_is_added(spec: CommandSpec) -> None:
    action = action_of(spec)
    pattern = always_pattern(action, spec)
    words = in_words(pattern, spec)
    console, written = in_memory(Look())
    user = TerminalUser(Display(console), Keyboard(console, Lines("a\ny\n")), now=lambda: 7.0)
    answer = user.authorise(Ask(action, rule=pattern, opens=words))
    assert isinstance(answer, RuleAdded | Authorised)
    assert isinstance(answer, RuleAdded)
    told = written().partition("Always allow in this run:\n")[2].split("\n")
    assert told[:2] == [f"│ {words}", f"│ {answer.pattern}"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", ""),
        (
            'write_to_file(filename="a.txt")',
            'It allows write_to_file where its filename is "a.txt", whatever its text is.',
        ),
        ("do_nothing", "It allows do_nothing, which has no arguments."),
        ("read_file", "It allows read_file, whatever its arguments are."),
        (
            'write_to_file(filename="reports/*")',
            'It allows write_to_file where its filename is anything in the folder "reports/" or in folders '
            "below it, whatever its text is.",
        ),
        (
            'write_to_file(filename="a\\u{202e}b*")',
            "It allows write_to_file where its filename is like a\u202eb* (* stands for anything, ? for one "
            "character), whatever its text is.",
        ),
        (
            'execute_shell(command_line="ls -l")',
            "It allows execute_shell with exactly these arguments, and with no others.",
        ),
    ],
)
def test_the_words(pattern: str, words: str) -> None:
    by_name = {spec.name: spec for spec in specs()}
    assert in_words(pattern, by_name.get(pattern.partition("(")[0], by_name["do_nothing"])) == words
