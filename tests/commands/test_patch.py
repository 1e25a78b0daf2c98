"""`patch_file`, called as a model calls it."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest

from autogpt.commands.edits import edits_of
from autogpt.commands.matching import Edit
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.errors import CommandError
from autogpt.core.events import Ran
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock

BLOCK = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
SOURCE = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"


@pytest.fixture
def registry(workspace: Workspace, bugs: list[BaseException]) -> Registry:
    return Registry([PatchCommands(workspace)], workspace=workspace, clock=StoppedClock(), on_bug=bugs.append)


def patch(workspace: Workspace, registry: Registry, content: bytes, *edits: Any) -> tuple[Ran, bytes]:
    """What comes of patching a file that holds this content."""
    workspace.write_bytes("a.py", content)
    ran = registry.run(
        Action("patch_file", {"filename": "a.py", "edits": edits[0] if len(edits) == 1 else list(edits)})
    )
    return ran, workspace.read_bytes("a.py")


@pytest.mark.parametrize(
    "sent",
    [
        [{"search": "old\n", "replace": "new\n"}],
        {"search": "old\n", "replace": "new\n"},
        {"edits": [{"search": "old\n", "replace": "new\n"}]},
        [{"old_string": "old\n", "new_string": "new\n", "reason": "because"}],
        [{"find": ["old", ""], "replacement": ["new", ""]}],
        json.dumps([{"search": "old\n", "replace": "new\n"}]),
        '{"search": "old\n", "replace": "new\n"}',
    ],
)
def test_objects_are_understood(sent: Any) -> None:
    assert edits_of(sent) == (Edit("old\n", "new\n"),)


@pytest.mark.parametrize(
    "sent",
    [
        BLOCK,
        [BLOCK],
        f"Here is the change:\n```python\n{BLOCK}```\n",
        BLOCK.replace("\n", "\r\n"),
        BLOCK.replace("<<<<<<<", "<<<<<").replace(">>>>>>> REPLACE", ">>>>> UPDATED"),
    ],
)
def test_blocks_are_understood(sent: Any) -> None:
    assert edits_of(sent) == (Edit("old\n", "new\n", whole_lines=True),)


def test_blocks_with_empty_parts() -> None:
    assert edits_of("<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE") == (Edit("", "", whole_lines=True),)
    assert len(edits_of(BLOCK * 3)) == 3


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "There are no edits"),
        ("", "holds no block"),
        ("just some words", "holds no block"),
        ([1], "neither an object nor a text"),
        (3, "neither a list nor a text"),
        ([{"search": "x"}], "no text 'replace'; it has 'search'"),
        ([{"replace": "x"}], "no text 'search'"),
        ([{"search": 3, "replace": "x"}], "no text 'search'"),
        (BLOCK + BLOCK[:-20], "Block 2 of the edits isn't closed"),
        (BLOCK.replace("=======\n", ""), "has no line ======="),
        (BLOCK.replace("new", "======="), "has two lines ======="),
        (BLOCK.replace("new", "<<<<<<< SEARCH"), "isn't closed before the next begins"),
        (">>>>>>> REPLACE", "ends without having begun"),
        ([{"search": "a", "replace": "b"}] * 201, "These are 201 edits"),
        ("[" * 100_000, "holds no block"),
    ],
)
def test_what_are_no_edits_is_told(sent: Any, said: str) -> None:
    with pytest.raises(CommandError) as error:
        edits_of(sent)
    assert said in str(error.value)


def test_the_result_says_which_lines_changed(workspace: Workspace, registry: Registry) -> None:
    ran, now = patch(workspace, registry, SOURCE.encode(), {"search": "return 1", "replace": "return 3"})
    assert (ran.ok, ran.changed, ran.result) == (True, True, "Changed a.py: line 2 is changed.")
    assert now == SOURCE.replace("1", "3").encode()
    ran, _ = patch(
        workspace,
        registry,
        SOURCE.encode(),
        {"search": "return 2\n", "replace": "return 5\n"},
        {"search": "def f():\n    return 1\n", "replace": "def f():\n    # one\n    # more\n    return 1\n"},
        {"search": "\n\n\ndef g", "replace": "\ndef g"},
        {"search": "return ", "replace": "yield ", "all": True},
    )
    assert ran.result.splitlines() == [
        "Made 4 edits in a.py; lines are numbered as they are now:",
        "1. line 6 is changed",
        "2. 2 lines became lines 1 to 4",
        "3. 4 lines became lines 4 to 5",
        "4. replaced in 2 places, the first in line 4",
    ]


def test_a_tolerant_match_is_told(workspace: Workspace, registry: Registry) -> None:
    ran, now = patch(workspace, registry, SOURCE.encode(), {"search": "def g():\nreturn 2", "replace": "x"})
    assert not ran.ok
    ran, now = patch(
        workspace,
        registry,
        SOURCE.encode(),
        {"search": "  def g():\n      return 2", "replace": "  def h():\n      pass"},
    )
    assert ran.result == (
        "Changed a.py: lines 5 to 6 are changed "
        "(search was indented otherwise; the new lines were indented as the file is)."
    )
    assert now.endswith(b"\n\ndef h():\n    pass\n")


def test_all_edits_or_none(workspace: Workspace, registry: Registry) -> None:
    ran, now = patch(
        workspace,
        registry,
        SOURCE.encode(),
        {"search": "return 1", "replace": "return 3"},
        {"search": "def", "replace": "x"},
        {"search": "", "replace": "x"},
        {"search": "return 7 + 7", "replace": "return 8"},
    )
    assert (ran.ok, ran.changed, now) == (False, False, SOURCE.encode())
    assert ran.result.splitlines() == [
        "3 of 4 edits can't be made, so nothing was changed in a.py; correct them and send all of them again.",
        "Edit 2: The search text fits in several places, in lines 1, 5. Add lines before or after to search and "
        'replace until it fits in one only, or put "all": true in the edit to change each.',
        "Edit 3: search has no text in it, so there is no place for the new text. Give lines of the file as search, and "
        "the same lines together with the new ones as replace.",
        "Edit 4: The search text is not in the file. Nearest is line 2:",
        "2|     return 3",
        "The first difference: search has 'return 7 + 7', the file '    return 3'.",
        "Copy the lines into search exactly as they are in the file (without the numbers).",
        "(Lines are numbered as if the edits before had been made.)",
    ]


def test_an_edit_that_was_made_before_is_told(workspace: Workspace, registry: Registry) -> None:
    edit = {"search": "def f():", "replace": "def first() -> int:"}
    _, now = patch(workspace, registry, SOURCE.encode(), edit)
    ran, _ = patch(workspace, registry, now, edit)
    assert not ran.ok
    assert "The text of replace is there already, in line 1: perhaps the edit was made before." in ran.result


def test_an_edit_that_changes_nothing_is_told(workspace: Workspace, registry: Registry) -> None:
    ran, _ = patch(workspace, registry, SOURCE.encode(), {"search": "return 1", "replace": "return 1"})
    assert (ran.changed, ran.result) == (
        False,
        "The edits leave a.py as it is: search and replace are the same.",
    )


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "cp1252"),
        (b"", "cp1251"),
        (b"", "gb18030"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_mark_and_line_ends_are_kept(
    workspace: Workspace, registry: Registry, mark: bytes, encoding: str, end: str
) -> None:
    words = {
        "cp1252": "Käse größer über",
        "cp1251": "Привет, мир, как дела",
        "gb18030": "你好世界，今天天气很好",
    }
    text = f"first{end}{words.get(encoding, 'Füße 文字 🙂')}{end}one{end}two{end}last"
    ran, now = patch(
        workspace, registry, mark + text.encode(encoding), {"search": "one\ntwo", "replace": "1\n2\n3"}
    )
    assert ran.ok, ran.result
    assert now == mark + text.replace(f"one{end}two", f"1{end}2{end}3").encode(encoding)


def test_letters_that_the_encoding_has_not_are_told(workspace: Workspace, registry: Registry) -> None:
    before = "Käse, größer, über alle Maßen schön\n".encode("cp1252")
    ran, now = patch(workspace, registry, before, {"search": "alle", "replace": "文字"})
    assert "is written in cp1252, which has no '文'; nothing was changed" in ran.result
    assert now == before


def test_what_is_no_text_or_is_not_there(workspace: Workspace, registry: Registry) -> None:
    edit = {"search": "a", "replace": "b"}
    ran, _ = patch(workspace, registry, b"\0\1\2\3" * 50, edit)
    assert ran.result.startswith(
        "a.py is binary data (200 bytes): text put into it would destroy it, so nothing was changed."
    )
    ran = registry.run(Action("patch_file", {"filename": "b.py", "edits": [edit]}))
    assert "There is no 'b.py'" in ran.result
    assert "a.py" in ran.result
    ran = registry.run(Action("patch_file", {"filename": "../b.py", "edits": [edit]}))
    assert "outside the workspace" in ran.result
    workspace.write_text("empty.txt", "")
    ran = registry.run(
        Action("patch_file", {"filename": "empty.txt", "edits": [{"search": "", "replace": "x\n"}]})
    )
    assert ran.ok
    assert workspace.read_bytes("empty.txt") == b"x\n"


def test_a_half_of_a_surrogate_pair_harms_nothing(workspace: Workspace, registry: Registry) -> None:
    ran, now = patch(workspace, registry, b"a b\n", {"search": "b", "replace": "\ud83d\ude42\ud83d"})
    assert ran.ok
    assert now == "a 🙂\ufffd\n".encode()


def test_python_that_gets_broken_is_told(workspace: Workspace, registry: Registry) -> None:
    ran, now = patch(workspace, registry, SOURCE.encode(), {"search": "def g():", "replace": "def g(:"})
    assert now.count(b"def g(:") == 1
    assert (
        "But a.py is no longer valid Python; line 5: invalid syntax\n    def g(:\n          ^" in ran.result
    )
    ran, _ = patch(workspace, registry, b"def g(:\n", {"search": "g", "replace": "h"})
    assert "valid" not in ran.result


def test_other_names_and_forms_reach_it(workspace: Workspace, registry: Registry) -> None:
    workspace.write_text("a.txt", "old\n")
    action = registry.canonical(Action("edit_file", {"path": "./a.txt", "edits": BLOCK}))
    assert action == Action("patch_file", {"filename": "a.txt", "edits": BLOCK})
    assert registry.run(action).ok
    assert workspace.read_bytes("a.txt") == b"new\n"
