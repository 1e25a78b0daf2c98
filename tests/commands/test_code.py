"""Commands that ask the model about code: with a scripted model, without and with real tools."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from autogpt.commands.checking import Findings, Tools
from autogpt.commands.code import CodeCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.errors import LimitKind, OverLimit, ProviderError
from autogpt.core.events import Ran
from autogpt.core.limits import window_of
from autogpt.core.messages import Usage
from autogpt.models.scripted import ScriptedModel
from autogpt.models.tokens import estimate
from autogpt.sandboxes.choose import Wish, choose
from autogpt.sandboxes.port import Sandbox
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock

GOOD = "def add(a, b):\n    return a + b\n"
TESTS = "from module_under_test import add\n\n\ndef test_sum():\n    assert add(1, 2) == 3\n"

Asked = Callable[..., tuple[Ran, ScriptedModel]]


@pytest.fixture
def ask(workspace: Workspace, bugs: list[BaseException]) -> Asked:
    """Run a command against a model with these replies, all of which must be asked for."""

    def run(
        command: str,
        *replies: str | Mapping[str, Any],
        sandbox: Sandbox | None = None,
        window: int = 8_000,
        **args: Any,
    ) -> tuple[Ran, ScriptedModel]:
        model = ScriptedModel(replies)
        family = CodeCommands(model, workspace, window_of(window), estimate, sandbox)
        registry = Registry([family], workspace=workspace, clock=StoppedClock(), on_bug=bugs.append)
        ran = registry.run(Action(command, args))
        assert not bugs
        model.assert_complete()
        return ran, model

    return run


def prompt(model: ScriptedModel, call: int = -1) -> str:
    """All that was sent to the model in a call."""
    return "\n".join(message.text for message in model.calls[call].messages)


def test_analysing_stands_on_what_the_parser_says(ask: Asked) -> None:
    ran, model = ask("analyze_code", "1. Line 1 lacks a colon.\n", code="def f()\n    pass\n")
    assert (ran.ok, ran.result) == (True, "1. Line 1 lacks a colon.\n\n[Looked at by: Python's parser.]")
    assert "Python's parser: line 1: expected ':'\n    def f()\n           ^" in prompt(model)
    assert ran.usage.prompt_tokens > 0
    assert ran.usage.cost == Decimal(0)


def test_evaluate_code_is_another_name(ask: Asked) -> None:
    ran, model = ask("evaluate_code", "Fine.", code=GOOD)
    assert ran.ok
    assert "the syntax is valid" in prompt(model)


def test_a_file_can_be_named(ask: Asked, workspace: Workspace) -> None:
    workspace.write_text("pkg/m.py", GOOD)
    for name in ("pkg/m.py", "./pkg/m.py", " pkg/m.py\n"):
        ran, model = ask("analyze_code", "Fine.", code=name)
        assert ran.ok
        assert f"from the file 'pkg/m.py':\n```\n{GOOD}```" in prompt(model)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("  \n", "There is no code"),
        ("missing.py", "There is no 'missing.py' in the workspace"),
        ("../out.py", "outside the workspace"),
        ("pkg", "pkg is a folder"),
        ("empty.py", "empty.py is empty"),
        ("binary.py", "binary data, not text"),
    ],
)
def test_what_is_no_code(ask: Asked, workspace: Workspace, code: str, said: str) -> None:
    workspace.write_text("pkg/m.py", GOOD)
    workspace.write_text("empty.py", " \n")
    workspace.write_bytes("binary.py", bytes(range(256)) * 4)
    for command in ("analyze_code", "write_tests"):
        ran, _ = ask(command, code=code)
        assert not ran.ok
        assert said in ran.result


def test_short_code_is_not_taken_for_a_file(ask: Asked) -> None:
    for code in ("x = 1", "print(1)", "import os"):
        ran, model = ask("analyze_code", "Fine.", code=code)
        assert ran.ok
        assert f"The code:\n```\n{code}\n```" in prompt(model)


def test_code_in_a_fence_is_taken_out_of_it(ask: Asked) -> None:
    _, model = ask("analyze_code", "Fine.", code="```js\nlet x = 1;\n```\n")
    assert "The code:\n```js\nlet x = 1;\n```" in prompt(model)
    assert "no tool for this language" in prompt(model)
    doc = 'def f():\n    """Like this:\n\n    ```\n    f()\n    ```\n    """\n'
    _, model = ask("analyze_code", "Fine.", code=doc)
    assert f"````\n{doc}````" in prompt(model)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"```python\n{GOOD}```",
        f"Here you are:\n\n```python\n{GOOD}```\n\nI changed the name.",
        f"First:\n```\npip install x\n```\nthen:\n```py\n{GOOD}```",
        f"```python\n{GOOD}",
    ],
)
def test_improved_code_comes_out_of_its_fences(ask: Asked, answer: str) -> None:
    ran, model = ask("improve_code", answer, code="def add(a,b): return a+b", suggestions=["- space it"])
    assert (ran.ok, ran.result.strip()) == (True, GOOD.strip())
    assert "Suggestions to carry out:\n- space it" in prompt(model)


def test_code_that_holds_fences_comes_out_whole(ask: Asked) -> None:
    code = 'DOC = """\n```\nf()\n```\n"""\n'
    ran, _ = ask("improve_code", f"```python\n{code}```", code=code, suggestions="none\n\n")
    assert ran.result.strip() == code.strip()


def test_an_answer_that_is_not_python_is_asked_for_again_once(ask: Asked) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    bad = {"reply": "```python\ndef f(:\n```", "usage": usage}
    good = {"reply": f"```python\n{GOOD}```", "usage": usage}
    ran, model = ask("improve_code", bad, good, code=GOOD, suggestions=["better"])
    assert (ran.ok, ran.result) == (True, GOOD)
    assert ran.usage == Usage(200, 0, 20)
    assert [message.role for message in model.calls[1].messages] == ["system", "user", "assistant", "user"]
    assert "can't be used as it is:\n\nline 1: invalid syntax\n    def f(:\n          ^" in prompt(model)
    ran, _ = ask("improve_code", bad, bad, code=GOOD, suggestions=["better"])
    assert not ran.ok
    assert "asked twice wrote code that is not valid: line 1" in ran.result
    assert ran.usage == Usage(200, 0, 20)


def test_an_empty_answer_is_asked_for_again(ask: Asked) -> None:
    ran, _ = ask("improve_code", "", f"```\n{GOOD}```", code=GOOD, suggestions="x")
    assert ran.ok
    ran, _ = ask("analyze_code", " ", code=GOOD)
    assert (ran.ok, ran.result) == (False, "The model that was asked answered nothing. Try again.")


def test_other_languages_are_not_held_to_python(ask: Asked, workspace: Workspace) -> None:
    workspace.write_text("a.js", "let x = 1\n")
    ran, _ = ask("improve_code", "```js\nlet x = 1;\n```", code="a.js", suggestions=["semicolons"])
    assert (ran.ok, ran.result) == (True, "let x = 1;\n")
    ran, _ = ask(
        "improve_code", "```javascript\nlet x = 1;\n```", code="let x = 1", suggestions=["semicolons"]
    )
    assert ran.ok
    ran, _ = ask("write_tests", code="a.js")
    assert ran.result == "a.js is not Python; tests can be written for Python only."


def test_suggestions_are_needed(ask: Asked) -> None:
    ran, _ = ask("improve_code", code=GOOD, suggestions=[])
    assert "There are no suggestions." in ran.result


def test_an_answer_that_was_cut_off_is_not_used(ask: Asked) -> None:
    cut = {"reply": f"```python\n{GOOD}", "finish": "length"}
    for command, more in (("improve_code", {"suggestions": "x"}), ("write_tests", {})):
        ran, _ = ask(command, cut, code=GOOD, **more)
        assert not ran.ok
        assert "The answer was cut off" in ran.result
        assert ran.usage.tokens > 0


def test_what_the_provider_holds_back_is_told(ask: Asked) -> None:
    ran, _ = ask("analyze_code", {"reply": "", "finish": "filter"}, code=GOOD)
    assert not ran.ok
    assert "content filter" in ran.result


def test_code_that_is_too_long_is_refused_before_it_costs(ask: Asked) -> None:
    long = "x = 1\n" * 4_000
    ran, model = ask("analyze_code", code=long)
    assert not ran.ok
    assert "Give a part of it, such as one function or class." in ran.result
    assert "and the model can take about 5,740 for this" in ran.result
    assert not model.calls
    ran, model = ask("improve_code", code="x = 1\n" * 800, suggestions=["x"])
    assert not ran.ok
    assert not model.calls
    ran, _ = ask("analyze_code", {"error": "context_overflow"}, code=GOOD)
    assert "too long for the model" in ran.result


def test_what_was_paid_is_told_when_asking_again_fails(ask: Asked, workspace: Workspace) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    bad = {"reply": "def f(:", "usage": usage}
    for error in ("context_overflow", "no_credit"):
        ran, _ = ask("improve_code", bad, {"error": error}, code=GOOD, suggestions=["x"])
        assert not ran.ok
        assert "could not be asked again" in ran.result
        assert ran.usage == Usage(100, 0, 10)

    class Broke(ScriptedModel):
        def complete(self, *args: Any, **more: Any) -> Any:
            if self.calls:
                raise OverLimit(LimitKind.BUDGET, Decimal(1), Decimal(1), Decimal(1))
            return super().complete(*args, **more)

    class Interrupted(ScriptedModel):
        def complete(self, *args: Any, **more: Any) -> Any:
            if self.calls:
                raise KeyboardInterrupt
            return super().complete(*args, **more)

    args = {"code": GOOD, "suggestions": ["x"]}
    family = CodeCommands(Broke([bad]), workspace, window_of(8_000), estimate)
    registry = Registry([family], workspace=workspace, clock=StoppedClock())
    assert registry.run(Action("improve_code", args)).usage == Usage(100, 0, 10)
    family = CodeCommands(Interrupted([bad]), workspace, window_of(8_000), estimate)
    registry = Registry([family], workspace=workspace, clock=StoppedClock())
    with pytest.raises(KeyboardInterrupt) as interrupt:
        registry.run(Action("improve_code", args))
    assert getattr(interrupt.value, "usage", None) == Usage(100, 0, 10)


def test_a_failing_provider_and_a_limit_pass_at_the_first_question(ask: Asked) -> None:
    with pytest.raises(ProviderError):
        ask("analyze_code", {"error": "no_credit"}, code=GOOD)


def test_tests_are_written_and_parsed(ask: Asked, workspace: Workspace) -> None:
    ran, model = ask("write_tests", f"```python\n{TESTS}```", code=GOOD, focus=["sums", "big numbers"])
    note = "[The tests import the code as module_under_test: save it as module_under_test.py, or change the import.]"
    assert (ran.ok, ran.result) == (True, f"{TESTS}\n\n{note}")
    assert "Focus of the tests:\n- sums\n- big numbers" in prompt(model)
    assert "import the code as the module module_under_test" in prompt(model)
    workspace.write_text("pkg/m.py", GOOD)
    ran, model = ask("write_tests", "def test(:", TESTS, code="pkg/m.py")
    assert (ran.ok, ran.result.strip()) == (True, TESTS.strip())
    assert "import the code as the module pkg.m." in prompt(model)
    workspace.write_text("my-code.py", GOOD)
    _, model = ask("write_tests", TESTS, code="my-code.py")
    assert "the file 'my-code.py', which can't be imported by name" in prompt(model)


def test_tests_for_broken_code_are_not_asked_for(ask: Asked) -> None:
    ran, _ = ask("write_tests", code="def f(:\n    pass\n")
    assert ran.result.startswith("Tests can't be written for code that is no valid Python: line 1")


# -- with real tools -----------------------------------------------------------------------------


@pytest.fixture
def sandbox(workspace: Workspace) -> Iterator[Sandbox]:
    """Bubblewrap, or where there is none, this machine."""
    wish = Wish("auto")
    choice = choose(wish, workspace.root, os.environ, in_container=True)
    assert choice.sandbox
    yield choice.sandbox
    choice.sandbox.close()


@pytest.mark.real
def test_ruff_and_pytest_are_asked(ask: Asked, sandbox: Sandbox, workspace: Workspace) -> None:
    ran, model = ask(
        "analyze_code", "Mend it.", sandbox=sandbox, code="import os\n\ndef f(x=[]):\n    return undefined\n"
    )
    assert ran.result == "Mend it.\n\n[Looked at by: Python's parser, ruff.]"
    assert "code.py:1:8: F401 [*] `os` imported but unused\n" in prompt(model)
    assert "code.py:4:12: F821 Undefined name `undefined`" in prompt(model)

    ran, _ = ask("write_tests", f"```python\n{TESTS}```", sandbox=sandbox, code=GOOD)
    assert "can't collect" not in ran.result

    wrong = TESTS.replace("import add", "import subtract")
    ran, model = ask("write_tests", wrong, f"```python\n{TESTS}```", sandbox=sandbox, code=GOOD)
    assert "cannot import name 'subtract' from 'module_under_test'" in prompt(model)
    assert "can't collect" not in ran.result
    ran, _ = ask("write_tests", wrong, wrong, sandbox=sandbox, code=GOOD)
    assert ran.ok
    assert "[pytest can't collect these tests: " in ran.result


@pytest.mark.real
def test_tools_find_the_workspace_and_none_of_its_settings(sandbox: Sandbox, workspace: Workspace) -> None:
    workspace.write_text("pkg/m.py", GOOD)
    workspace.write_text("ruff.toml", 'lint.ignore = ["F821"]\n')
    for name in ("conftest.py", "ruff.py", "pytest.py", "json.py"):
        workspace.write_text(name, "raise SystemExit('taken over')\n")
    workspace.write_text("pytest.ini", "[pytest]\naddopts = --nonsense\n")
    tools = Tools(sandbox)
    assert tools.ruff("undefined\n") == Findings(
        False,
        "code.py:1:1: B018 Found useless expression. Either assign it to a variable or remove it.\n"
        "code.py:1:1: F821 Undefined name `undefined`",
    )
    assert tools.ruff("x = 1\n") == Findings(True, "")
    found = tools.collect("from pkg.m import add\n\n\ndef test_a():\n    assert add(1, 1) == 2\n", {})
    assert found is not None
    assert found.clean, found.text
    assert tools.collect("x = 1\n", {}) == Findings(
        False, "It found no test: no function whose name begins with test_."
    )
    # Only code that can hardly be packed is too long to be passed on.
    assert tools.ruff("#" + os.urandom(200_000).hex()) is None
    assert sorted(entry.name for entry in workspace.entries()) == [
        "conftest.py", "json.py", "pkg", "pytest.ini", "pytest.py", "ruff.py", "ruff.toml",
    ]  # fmt: skip


@pytest.mark.real
def test_tests_that_never_end_at_import_are_ended(workspace: Workspace) -> None:
    from autogpt.sandboxes.port import ProcessLimits

    wish = Wish("auto", limits=ProcessLimits(seconds=3))
    choice = choose(wish, workspace.root, os.environ, in_container=True)
    assert choice.sandbox
    try:
        found = Tools(choice.sandbox).collect("while True: pass\n", {})
    finally:
        choice.sandbox.close()
    assert found is not None
    assert "ran longer than the 3 seconds" in found.text
