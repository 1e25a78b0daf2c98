"""Files that others will execute: asked about by the preset `default`, and when text from outside was read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autogpt.core.actions import Action, CommandSpec, Parameter, Thoughts, Touch
from autogpt.core.decide import decide
from autogpt.core.effects import Ask, Begin, Record
from autogpt.core.events import Denied, Ran, Replied, Resumed, RuleAdded
from autogpt.core.policy import BY_THE_PERSON, Policy, Preset, Rule, Verdict, always_pattern, ruling
from autogpt.core.policy.executing import executed
from autogpt.core.run_by_others import Grade
from autogpt.core.session import Session
from tests.core.world import COMMANDS, setup

WRITE = COMMANDS[0]
READ = COMMANDS[1]
PARAMETERS = (Parameter("url"), Parameter("filename", {"format": "path"}))
DOWNLOAD = CommandSpec("download_file", "", PARAMETERS, touches=frozenset({Touch.FILES, Touch.FETCHING}))
BROWSE = CommandSpec(
    "browse_website", "", (Parameter("url"),), reads_only=True, touches=frozenset({Touch.NETWORK})
)
SHELL = CommandSpec("execute_shell", "", (Parameter("command_line"),), touches=frozenset({Touch.PROCESSES}))
RUN = CommandSpec(
    "execute_python_file", "", (Parameter("filename"),), touches=frozenset({Touch.FILES, Touch.PROCESSES})
)
RECALL = CommandSpec(
    "search_memory", "", (Parameter("query"),), reads_only=True, touches=frozenset({Touch.MEMORY})
)
NOTE = CommandSpec("memory_add", "", (Parameter("text"),), touches=frozenset({Touch.MEMORY}))
ALL = (*COMMANDS, DOWNLOAD, BROWSE, SHELL, RUN, RECALL, NOTE)


def session(*, attended: bool = False, policy: Policy | None = None) -> Session:
    return Session.begin(setup(commands=ALL, attended=attended, policy=policy or Policy()))


def wants(now: Session, spec: CommandSpec, **args: Any) -> Any:
    """What is decided when the model chooses a command."""
    return decide(now.after(Replied(Thoughts(), Action(spec.name, args))))


def after(now: Session, spec: CommandSpec, *, ok: bool = True, **args: Any) -> Session:
    """The session once a command has run."""
    return now.after(Ran(Action(spec.name, args), ok, "what came of it"))


def is_denied(effect: Any) -> bool:
    return isinstance(effect, Record) and isinstance(effect.event, Denied)


@pytest.mark.parametrize(
    "name", [".envrc", ".vscode/tasks.json", "lib/x.pth", "AGENTS.md", "sub/.HUSKY/pre-commit"]
)
def test_what_acts_by_being_there_is_denied_unattended_and_asked_about_else(name: str) -> None:
    denied = wants(session(), WRITE, filename=name, text="x")
    assert is_denied(denied)
    assert "nobody is there to ask" in denied.event.why
    asked = wants(session(attended=True), WRITE, filename=name, text="x")
    assert isinstance(asked, Ask)
    assert "because it is there" in asked.note
    assert asked.rule == f'write_to_file(filename="{name}")'


def test_a_small_project_is_made_without_a_question() -> None:
    now = session()
    for name in (
        "package.json",
        "Makefile",
        "src/index.js",
        "Dockerfile",
        ".github/workflows/ci.yml",
        "run.sh",
    ):
        assert isinstance(wants(now, WRITE, filename=name, text="x"), Begin)
        now = after(now, WRITE, filename=name, text="x")
        now = after(now, SHELL, command_line="make")
        now = after(now, READ, filename=name)
        now = after(now, NOTE, text="made it")


@pytest.mark.parametrize(
    ("spec", "args"),
    [
        (BROWSE, {"url": "https://x.example/"}),
        (DOWNLOAD, {"url": "https://x.example/a", "filename": "a"}),
        (RECALL, {"query": "x"}),
        (replace(SHELL, touches=SHELL.touches | {Touch.NETWORK}), {"command_line": "curl x"}),
    ],
)
def test_once_text_from_outside_was_read_what_is_run_on_purpose_is_asked_about(
    spec: CommandSpec, args: dict[str, Any]
) -> None:
    for ok in (True, False):
        begun = Session.begin(setup(commands=(WRITE, spec), attended=False))
        now = after(begun, spec, ok=ok, **args)
        assert is_denied(wants(now, WRITE, filename="Makefile", text="x"))
        assert is_denied(wants(now, WRITE, filename="tests/conftest.py", text="x"))
        assert isinstance(wants(now, WRITE, filename="notes.txt", text="x"), Begin)
        assert isinstance(wants(now, WRITE, filename="main.py", text="x"), Begin)


def test_it_stays_so_when_the_run_goes_on_later() -> None:
    action = Action("browse_website", {"url": "https://x.example/"})
    now = session().after(Replied(Thoughts(), action)).after(Ran(action, True, "a page")).after(Resumed())
    assert is_denied(wants(now.started_again(now.limits), WRITE, filename="Makefile", text="x"))


def test_a_download_brings_text_from_outside_itself() -> None:
    assert is_denied(wants(session(), DOWNLOAD, url="https://x.example/a", filename="Makefile"))
    assert isinstance(wants(session(), DOWNLOAD, url="https://x.example/a", filename="a.csv"), Begin)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sub\\.envrc", "sub\\.envrc"),
        (".github/./copilot-instructions.md", ".github/./copilot-instructions.md"),
        (".github//copilot-instructions.md", ".github//copilot-instructions.md"),
        (".git/config", ".git/config"),
        ("a/.AUTOGPT/x", "a/.AUTOGPT/x"),
        (["a.txt", ["b/.envrc"]], "b/.envrc"),
        (["Makefile", ".envrc"], ".envrc"),
        ([], None),
        (3, None),
    ],
)
def test_however_files_are_named(name: Any, told: str | None) -> None:
    found = executed(Action("write_to_file", {"filename": name, "text": ".envrc"}), WRITE, outside=True)
    assert (found and (found.path, found.grade)) == (told and (told, Grade.PRESENCE))


@pytest.mark.parametrize(
    ("touches", "asks"),
    [
        ({Touch.FILES}, False),
        ({Touch.FILES, Touch.NETWORK}, True),
        ({Touch.FILES, Touch.FETCHING}, True),
        ({Touch.FILES, Touch.FETCHING, Touch.PROCESSES}, False),
        ({Touch.FILES, Touch.FETCHING, Touch.HOST}, False),
        ({Touch.FETCHING}, False),
    ],
)
def test_what_a_command_touches_says_whether_its_files_are_looked_at(touches: set[Touch], asks: bool) -> None:
    action = Action("write_to_file", {"filename": "Makefile", "text": "x"})
    spec = replace(WRITE, touches=frozenset(touches))
    assert bool(executed(action, spec, outside=False)) is asks
    assert executed(action, replace(spec, reads_only=True), outside=True) is None


def test_programs_name_files_to_run_them() -> None:
    now = after(session(), BROWSE, url="https://x.example/")
    assert isinstance(wants(now, RUN, filename="setup.py"), Begin)
    assert isinstance(wants(now, RUN, filename="sitecustomize.py"), Begin)
    assert not is_denied(wants(now, READ, filename=".envrc"))


@pytest.mark.parametrize(
    ("preset", "verdict"),
    [(Preset.DEFAULT, Verdict.ASK), (Preset.CAUTIOUS, Verdict.ASK), (Preset.TRUSTED, Verdict.ALLOW)],
)
def test_what_the_presets_say(preset: Preset, verdict: Verdict) -> None:
    action = Action("write_to_file", {"filename": ".envrc", "text": "x"})
    assert ruling(Policy(preset=preset), action, WRITE).verdict is verdict


def test_a_rule_of_the_persons_own_decides() -> None:
    action = Action("write_to_file", {"filename": ".vscode/x.json", "text": "x"})
    for pattern in ("write_to_file(filename=.vscode/*)", "write_to_file"):
        assert (
            ruling(Policy((Rule(Verdict.ALLOW, pattern, "--allow"),)), action, WRITE).verdict is Verdict.ALLOW
        )
    assert ruling(Policy((Rule(Verdict.DENY, "write_to_file"),)), action, WRITE).verdict is Verdict.DENY


def test_always_for_one_file_of_a_folder_covers_no_other_that_is_executed() -> None:
    """The person saw a file in `src`, and agreed to the folder; not to what acts by itself there."""
    plain = Action("write_to_file", {"filename": "src/a.py", "text": "x"})
    pattern = always_pattern(plain, WRITE)
    assert "src/" in pattern
    now = session(attended=True).after(Replied(Thoughts(), plain)).after(RuleAdded(pattern))
    now = after(now, WRITE, **plain.args)
    assert isinstance(wants(now, WRITE, filename="src/b.py", text="x"), Begin)
    assert isinstance(wants(now, WRITE, filename="src/.envrc", text="x"), Ask)
    everything = Policy((Rule(Verdict.ALLOW, "write_to_file", BY_THE_PERSON),))
    assert isinstance(wants(session(attended=True, policy=everything), WRITE, filename="x.pth", text=""), Ask)


def test_always_for_such_a_file_covers_just_it() -> None:
    for name in ("src/.envrc", "src/Makefile"):
        action = Action("write_to_file", {"filename": name, "text": "x"})
        assert always_pattern(action, WRITE) == f'write_to_file(filename="{name}")'
    now = session(attended=True)
    asked = wants(now, WRITE, filename="src/.envrc", text="x")
    now = now.after(Replied(Thoughts(), Action("write_to_file", {"filename": "src/.envrc"})))
    now = after(now.after(RuleAdded(asked.rule)), WRITE, filename="src/.envrc", text="x")
    assert isinstance(wants(now, WRITE, filename="src/.envrc", text="y"), Begin)
    assert isinstance(wants(now, WRITE, filename="src/.npmrc", text="y"), Ask)


def test_steps_that_were_granted_ahead_do_not_cover_it() -> None:
    now = replace(session(attended=True), granted=5)
    assert isinstance(wants(now, WRITE, filename=".envrc", text="x"), Ask)
