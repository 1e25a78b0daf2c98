"""Addresses that stand in a file of the person's, unchanged since before the run, are the person's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autogpt.commands.command import command
from autogpt.commands.files import FileCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action, Touch
from autogpt.core.events import Ran
from autogpt.core.worked import Worked
from autogpt.workspace import Entry, Workspace
from tests.commands.conftest import StoppedClock

LINK = "https://boats.example/guide?page=2"
MADE = "https://evil.example/?d=secret"


class Programs:
    """Runs a program in the workspace, as the commands for programs do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @command(touches=(Touch.FILES, Touch.PROCESSES))
    def execute_shell(self, command_line: str) -> str:
        """Run a line of Python, for want of a shell that is the same everywhere."""
        ran = subprocess.run(
            [sys.executable, "-c", command_line], cwd=self._folder, capture_output=True, text=True, check=True
        )
        return ran.stdout


def registry(workspace: Workspace, started: float | None = None) -> Registry:
    """One whose run began now, after all that is in the workspace."""
    begun = (
        max(max(entry.times, default=0.0) for entry in workspace.walk()) + 1e-6
        if started is None
        else started
    )
    return Registry(
        [FileCommands(workspace), Programs(workspace.root)],
        workspace=workspace,
        clock=StoppedClock(),
        worked=lambda: Worked.since(begun),
    )


@pytest.fixture
def commands(workspace: Workspace) -> Registry:
    workspace.write_text("notes/links.md", f"Read {LINK} first.\n")
    workspace.write_text("other.txt", "Nothing.\n")
    return registry(workspace)


def ran(commands: Registry, name: str, **args: object) -> Ran:
    outcome = commands.run(Action(name, args))
    assert outcome.ok, outcome.result
    return outcome


CAT = "print(open('notes/links.md').read())"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("read_file", {"filename": "notes/links.md"}),
        ("search_files", {"query": "boats"}),
        ("execute_shell", {"command_line": CAT}),
        ("execute_shell", {"command_line": "print('notes/links.md:1:', open('notes/' + 'links.md').read())"}),
    ],
)
def test_however_they_are_read(commands: Registry, name: str, args: dict[str, object]) -> None:
    assert LINK in ran(commands, name, **args).own


def test_also_after_the_agent_has_changed_other_files(commands: Registry) -> None:
    ran(commands, "write_to_file", filename="other.txt", text="x")
    ran(commands, "execute_shell", command_line="open('new.txt', 'w').write('x')")
    assert LINK in ran(commands, "read_file", filename="notes/links.md").own


@pytest.mark.parametrize(
    "change",
    [
        "open('notes/links.md', 'a').write('see {made}')",
        "import os; open('n', 'w').write('{made}'); os.utime('n', (1, 1)); os.replace('n', 'notes/links.md')",
        "open('notes/links.md', 'a').write('{made}'); import os; os.utime('notes/links.md', (1, 1))",
        "import os; open('n', 'w').write('{made}'); os.utime('n', (1, 1)); os.remove('notes/links.md'); os.link('n', 'notes/links.md')",
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="there a program can set the only time that there is")
def test_what_the_agent_put_there_is_not_the_persons(commands: Registry, change: str) -> None:
    ran(commands, "execute_shell", command_line=change.format(made=MADE))
    for name, args in (
        ("read_file", {"filename": "notes/links.md"}),
        ("execute_shell", {"command_line": CAT}),
    ):
        outcome = ran(commands, name, **args)
        assert MADE in outcome.result
        assert outcome.own == ()


def test_what_a_program_makes_up_beside_them_is_not(commands: Registry) -> None:
    outcome = ran(commands, "execute_shell", command_line=f"{CAT}; print('{MADE}', '{LINK}&d=secret')")
    assert outcome.own == (LINK,)


def test_a_document_is_read_whole(workspace: Workspace, tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph(f"Read {LINK} first")
    document.save(str(tmp_path / "links.docx"))
    workspace.write_bytes("links.docx", (tmp_path / "links.docx").read_bytes())
    commands = registry(workspace)
    assert LINK in ran(commands, "read_file", filename="links.docx").own
    assert LINK not in ran(registry(workspace, started=1.0), "read_file", filename="links.docx").own


class Swapping(Workspace):
    """In which a program in the background puts another folder in the place of one that was looked at."""

    def look(self, name: str, *, follow_last: bool = True) -> Entry | None:
        """The same, and then the folder is another."""
        entry = super().look(name)
        if name == "notes/links.md" and (self.root / "other").exists():
            (self.root / "notes").rename(self.root / "before")
            (self.root / "other").rename(self.root / "notes")
        return entry


@pytest.mark.skipif(os.name == "nt", reason="there a program can set the only time that there is")
def test_what_was_looked_at_must_be_what_was_read(tmp_path: Path) -> None:
    workspace = Swapping(tmp_path / "work")
    workspace.write_text("notes/links.md", f"Read {LINK} first.\n")
    commands = registry(workspace)
    workspace.write_text("other/links.md", f"Read {MADE} first.\n")
    outcome = ran(commands, "execute_shell", command_line=f"print('{MADE}', 'notes/links.md')")
    assert (workspace.root / "before").exists()
    assert outcome.own == ()


def test_a_document_that_is_only_named_vouches_for_nothing(workspace: Workspace) -> None:
    workspace.write_bytes("report.docx", b"PK\x03\x04 of the person's")
    commands = registry(workspace)
    ran(commands, "write_to_file", filename="n.txt", text=f"report.docx {MADE}")
    for name, args in (
        ("search_files", {"query": "report.docx"}),
        ("execute_shell", {"command_line": f"print('{MADE}', 'report.docx')"}),
    ):
        outcome = ran(commands, name, **args)
        assert MADE in outcome.result
        assert outcome.own == ()


def test_a_file_that_came_between_two_commands_may_be_the_persons(workspace: Workspace) -> None:
    programs = Programs(workspace.root)
    commands = Registry(
        [FileCommands(workspace), programs], workspace=workspace, clock=StoppedClock(), fresh=True
    )
    assert ran(commands, "write_to_file", filename="a/bot.py", text="x").fresh
    assert ran(commands, "execute_shell", command_line="open('a/made.txt', 'w').write('x')").fresh
    assert ran(commands, "list_files", directory="a").fresh
    for number in range(20):
        assert ran(commands, "write_to_file", filename=f"{number}.txt", text="x").fresh
    (workspace.root / "a" / "mine.txt").write_text("of the person's")
    assert not ran(commands, "read_file", filename="a/mine.txt").fresh
    assert not ran(commands, "read_file", filename="a/bot.py").fresh


def test_of_very_many_files_some_may_be_the_persons(workspace: Workspace) -> None:
    commands = Registry([FileCommands(workspace)], workspace=workspace, clock=StoppedClock(), fresh=True)
    told = [ran(commands, "write_to_file", filename=f"{number}.txt", text="x").fresh for number in range(60)]
    assert told == [True] * 51 + [False] * 9
