"""Nothing of the person's is overwritten unnoticed: what they changed, what is no text, how a text is written."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from autogpt.commands.command import commands_of
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.commands.seen import Seen
from autogpt.core.actions import Action
from autogpt.core.events import Ran
from autogpt.core.redact import Redactor
from autogpt.workspace import Workspace
from tests.commands.conftest import Call, StoppedClock
from tests.test_documents import SENTENCES, make_docx, make_pdf, make_xlsx, page_of_text, png


def life(workspace: Workspace, kept: dict[str, Any] | None = None) -> Callable[..., Ran]:
    """The file commands of one process, which knows of files what events kept of an earlier one."""
    seen = Seen()
    seen.restore(kept or {})
    families = [FileCommands(workspace, seen), PatchCommands(workspace, seen)]
    registry = Registry(families, workspace=workspace, clock=StoppedClock(), seen=seen)
    return lambda command, **args: registry.run(registry.canonical(Action(command, args)))


# -- changed by others ---------------------------------------------------------------------------


def test_what_the_person_changed_after_it_was_read_is_not_overwritten_unnoticed(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "user.txt"
    file.write_text("one\ntwo\nthree\n")
    call("read_file", filename="user.txt")
    file.write_text("one\nTWO, by me\nthree\n")
    refused = call("write_to_file", filename="user.txt", text="1\n2\n3\n")
    assert (refused.ok, refused.changed) == (False, False)
    assert refused.result == (
        "user.txt has changed since you last read or wrote it, by the user or a program, so nothing was written. "
        "What has changed (- as you knew it, + as it is now):\n one\n-two\n+TWO, by me\n three\n"
        "Take that into account; what you give now replaces it, whatever it holds."
    )
    assert file.read_text() == "one\nTWO, by me\nthree\n"
    assert call("write_to_file", filename="./user.txt", text="1\n2\n3\n").ok
    assert file.read_text() == "1\n2\n3\n"


def test_each_change_is_told_and_reading_again_is_knowing(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    call("write_to_file", filename="a.txt", text="first")  # what it wrote itself, it knows
    assert call("write_to_file", filename="a.txt", text="second").ok
    file.write_text("a program's")
    assert not call("write_to_file", filename="a.txt", text="third").ok
    file.write_text("a program's, again")
    assert not call("write_to_file", filename="a.txt", text="third").ok
    file.write_text("the user's")
    call("read_file", filename="a.txt", start_line=1, end_line=1)
    assert call("write_to_file", filename="a.txt", text="third").ok
    file.touch()  # no change in what it holds
    assert call("write_to_file", filename="a.txt", text="fourth").ok
    # What is there already needs no word, however it came there.
    file.write_text("fifth")
    assert "exactly this text already" in call("write_to_file", filename="a.txt", text="fifth").result
    file.unlink()
    assert call("write_to_file", filename="a.txt", text="sixth").ok


def test_a_changed_file_is_not_deleted_unnoticed(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    call("write_to_file", filename="a.txt", text="old\n")
    file.write_text("new\n")
    refused = call("delete_file", filename="a.txt")
    assert not refused.ok
    assert "so it was not deleted" in refused.result
    assert "-old\n+new\n" in refused.result
    assert file.exists()
    assert call("delete_file", filename="a.txt").ok
    file.write_text("another file of that name")
    assert call("delete_file", filename="a.txt").ok  # of which the model knows nothing


def test_a_file_that_was_never_read_is_replaced_with_a_word(workspace: Workspace) -> None:
    call = life(workspace)
    (workspace.root / "a.txt").write_text("x\n" * 214)
    ran = call("write_to_file", filename="a.txt", text="new")
    assert ran.result == (
        "Replaced a.txt: 1 line (3 bytes). It held 214 lines (428 bytes) that you had not read."
    )
    assert "had not read" not in call("write_to_file", filename="a.txt", text="newer").result
    (workspace.root / "empty.txt").touch()
    assert "had not read" not in call("write_to_file", filename="empty.txt", text="newer").result


def test_appending_and_patching_neither_lose_nor_hide_what_others_changed(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    for command, args in (
        ("append_to_file", {"text": "more\n"}),
        ("patch_file", {"edits": [{"search": "two", "replace": "2"}]}),
    ):
        call("write_to_file", filename="a.txt", text="one\ntwo\n")
        assert call(command, filename="a.txt", **args).ok
        assert call("write_to_file", filename="a.txt", text="one\ntwo\n").ok  # it knew all of it
        file.write_text("ONE\ntwo\n")
        changed = call(command, filename="a.txt", **args)
        assert changed.ok
        assert ("have changed since you last read it" in changed.result) is (command == "patch_file")
        assert "+ONE" in call("write_to_file", filename="a.txt", text="x").result
        file.unlink()


def test_what_is_known_outlives_the_process(workspace: Workspace) -> None:
    file = workspace.root / "a.txt"
    kept: dict[str, Any] = {}
    first = life(workspace)
    for ran in (
        first("write_to_file", filename="a.txt", text="one\n"),
        first("write_to_file", filename="b.txt", text="x"),
        first("read_file", filename="a.txt"),
        first("delete_file", filename="b.txt"),
    ):
        kept |= ran.seen
    assert set(kept) == {"a.txt", "b.txt"}
    assert kept["b.txt"] == ""
    assert life(workspace, kept)("write_to_file", filename="a.txt", text="two\n").ok
    refused = life(workspace, kept)("write_to_file", filename="a.txt", text="three\n")
    assert not refused.ok
    assert "It holds 1 line (4 bytes) now; read it to see them." in refused.result
    assert life(workspace, kept | dict(refused.seen))("write_to_file", filename="a.txt", text="three\n").ok
    assert file.read_text() == "three\n"
    # A forged record breaks nothing.
    assert life(workspace, {"a.txt": 5, "": None})("write_to_file", filename="a.txt", text="four\n").ok


def test_what_has_changed_is_told_within_bounds(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    for new, said in (
        ("y" * 5_000 + "\n" + "x\n" * 9_000, "yyy…"),
        ("".join(f"{number}\n" for number in range(90_000)), "more lines of the difference"),
        ("-- old\n", "+-- old"),
        ("x\r\n" * 10, "Only line ends or the encoding differ."),
    ):
        call("write_to_file", filename="a.txt", text="x\n" * 10)
        file.write_bytes(new.encode())
        refused = call("delete_file", filename="a.txt")
        assert not refused.ok
        assert said in refused.result
        assert len(refused.result) < 5_000
        file.unlink()
    call("write_to_file", filename="a.txt", text="x\n")
    file.write_bytes(png())
    assert "It is a PNG image" in call("delete_file", filename="a.txt").result


# -- no text -------------------------------------------------------------------------------------


def database(folder: Path) -> bytes:
    path = folder / "made.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table notes (text)")
    connection.close()
    return path.read_bytes()


def archive() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("a.txt", "a")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("doc.docx", "a DOCX document"),
        ("table.xlsx", "an XLSX document"),
        ("paper.pdf", "a PDF document"),
        ("picture.png", "a PNG image"),
        ("photo.jpg", "a JPEG image"),
        ("all.zip", "a zip archive"),
        ("notes.sqlite", "an SQLite database"),
        ("data", "binary data"),
        ("old.doc", "a document in an old Microsoft Office format"),
    ],
)
def test_text_is_never_put_into_what_is_no_text(
    workspace: Workspace, tmp_path: Path, name: str, what: str
) -> None:
    contents = {
        "doc.docx": make_docx(),
        "table.xlsx": make_xlsx(),
        "paper.pdf": make_pdf([page_of_text(["Hello PDF"])]),
        "picture.png": png(),
        "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)),
        "all.zip": archive(),
        "notes.sqlite": database(tmp_path),
        "data": bytes(range(256)) * 10,
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }
    call = life(workspace)
    for filename in (name, "by_content.txt"):
        file = workspace.root / filename
        file.write_bytes(contents[name])
        call("read_file", filename=filename)
        for command, args in (
            ("write_to_file", {"text": "# Head\n"}),
            ("append_to_file", {"text": "more\n"}),
            ("patch_file", {"edits": [{"search": "e", "replace": "f"}]}),
        ):
            refused = call(command, filename=filename, **args)
            assert (refused.ok, refused.changed) == (False, False)
            assert f"{filename} is {what}" in refused.result
            assert "Write the text to another file, such as " in refused.result
            assert file.read_bytes() == contents[name]
        # It can be given up, in so many words.
        assert call("delete_file", filename=filename).ok
    if name == "doc.docx":
        (workspace.root / name).write_bytes(make_docx())
        assert "python-docx" in call("write_to_file", filename=name, text="x").result


def test_a_page_or_a_document_in_rtf_is_not_replaced_by_what_was_read_of_it(workspace: Workspace) -> None:
    call = life(workspace)
    for name, content, new in (
        ("a.html", "<html><body><p>Hello</p></body></html>", "<p>Hello again</p>"),
        ("a.rtf", "{\\rtf1 Hello}", "{\\rtf1 Hello again}"),
    ):
        (workspace.root / name).write_text(content)
        call("read_file", filename=name)
        refused = call("write_to_file", filename=name, text="# Hello\n")
        assert not refused.ok
        assert (workspace.root / name).read_text() == content
        assert call("write_to_file", filename=name, text=new).ok


def test_a_new_file_is_what_its_name_says(call: Call, workspace: Workspace) -> None:
    for name in ("report.pdf", "Report.DOCX", "d/table.xlsx", "chart.png", "all.zip", "notes.sqlite"):
        for command in ("write_to_file", "append_to_file"):
            refused = call(command, filename=name, text="# Head\n")
            assert not refused.ok
            assert "would be a plain text with the name of" in refused.result
            assert not workspace.exists(name)
    assert "such as report.md" in call("write_to_file", filename="report.pdf", text="x").result
    for name, text in (
        ("hand-made.pdf", "%PDF-1.4\n1 0 obj\n"),
        ("placeholder.png", ""),
        ("drawing.svg", "<svg/>"),
        ("letter.doc", "{\\rtf1 Hello}"),
        ("table.csv", "a,b\n"),
        (".gitignore", "*.pdf\n"),
        ("noname", "x"),
    ):
        assert call("write_to_file", filename=name, text=text).ok


def test_a_text_with_a_stray_zero_byte_is_a_text(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.log"
    file.write_bytes("first line, déjà\nwith a \0 in it\nlast line\n".encode())
    assert "first line, déjà" in call("read_file", filename="a.log").result
    assert "a.log:3: last line" in call("search_files", query="last").result
    assert call("append_to_file", filename="a.log", text="more\n").ok
    assert call("patch_file", filename="a.log", edits=[{"search": "first", "replace": "1st"}]).ok
    assert file.read_bytes() == "1st line, déjà\nwith a \0 in it\nlast line\nmore\n".encode()


# -- as it was written ---------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "latin-1", "utf-32"]
)
def test_encoding_mark_and_line_ends_stay(workspace: Workspace, encoding: str, newline: str) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    line = SENTENCES.get(encoding, SENTENCES["utf-16"])

    def written(*lines: str) -> bytes:
        return "".join(one + newline for one in lines).encode(encoding)

    file.write_bytes(written(line, line))
    assert call("append_to_file", filename="a.txt", text=f"{line}\n").ok
    assert file.read_bytes() == written(line, line, line)
    ran = call("write_to_file", filename="a.txt", text=f"{line}\nx\n")
    assert file.read_bytes() == written(line, "x")
    assert ("as before" in ran.result) is not (encoding == "utf-8" and newline == "\n")
    assert ("Windows line ends" in ran.result) is (newline == "\r\n")
    assert call("patch_file", filename="a.txt", edits=[{"search": "x", "replace": "y\nz"}]).ok
    assert file.read_bytes() == written(line, "y", "z")


def test_what_an_encoding_lacks_is_written_in_another_and_said(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    file.write_bytes(SENTENCES["latin-1"].encode("latin-1"))
    ran = call("write_to_file", filename="a.txt", text="文字\n")
    assert "It was in cp1252, which has no '文'; it is UTF-8 now." in ran.result
    assert file.read_text("utf-8") == "文字\n"


def test_mixed_line_ends_and_those_that_are_given_stay_as_they_are(workspace: Workspace) -> None:
    call, file = life(workspace), workspace.root / "a.txt"
    file.write_bytes(b"a\r\nb\n")
    call("write_to_file", filename="a.txt", text="1\n2\n")
    assert file.read_bytes() == b"1\n2\n"
    call("write_to_file", filename="a.txt", text="1\r\n2\r\n")
    call("write_to_file", filename="a.txt", text="1\r\n2\n3\n")
    assert file.read_bytes() == b"1\r\n2\n3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
def test_what_is_added_begins_on_a_line_of_its_own(workspace: Workspace, encoding: str) -> None:
    call, file = life(workspace), workspace.root / "a.csv"
    text = "1,安娜在公园里读书\n2,bob"
    file.write_bytes(text.encode(encoding))
    ran = call("append_to_file", filename="a.csv", text="3,cid")
    assert "Added 1 line to a.csv on a new line, which now holds" in ran.result
    call("append_to_file", filename="a.csv", text="\n4,dan\n")
    again = call("append_to_file", filename="a.csv", text="5,eve\n")
    assert "new line" not in again.result
    assert file.read_bytes().decode(encoding) == text + "\n3,cid\n4,dan\n5,eve\n"


def test_a_long_file_is_added_to_in_its_own_encoding(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.commands import files

    monkeypatch.setattr(files, "BIGGEST", 100_000)
    call, file = life(workspace), workspace.root / "a.csv"
    text = "é" + "x,y\n" + "1,déjà\n" * 300_000 + "2,bob"  # 1 000 000 bytes end within a letter
    file.write_bytes(text.encode())
    assert call("append_to_file", filename="a.csv", text="3,à\n").ok
    assert file.read_text("utf-8") == text + "\n3,à\n"
    ran = call("write_to_file", filename="a.csv", text="x")
    assert "of which you have not read all" in ran.result


def test_every_command_that_changes_a_file_by_its_name_is_held_to_this(workspace: Workspace) -> None:
    """A new one belongs into these tests."""
    families = [FileCommands(workspace), PatchCommands(workspace)]
    changing = {
        command.spec.name
        for family in families
        for command in commands_of(family)
        if not command.spec.reads_only
    }
    assert changing == {"write_to_file", "append_to_file", "delete_file", "patch_file"}


HELD = "TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789\nPORT=80\n# *** of my own ***\nNAME=***\n"


def masking(workspace: Workspace, command: str, **args: object) -> Ran:
    """What came of a command on settings.ini, in which a token is masked to the model."""
    registry = Registry(
        [FileCommands(workspace), PatchCommands(workspace)],
        workspace=workspace,
        clock=StoppedClock(),
        redactor=Redactor([]),
    )
    return registry.run(registry.canonical(Action(command, {"filename": "settings.ini", **args})))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("write_to_file", {"text": "TOKEN=***\nPORT=8080\n"}),
        ("write_to_file", {"text": "PORT=8080\n  token = '***'\n"}),
        ("write_to_file", {"text": 'export TOKEN="***"  # as before\n'}),
        ("append_to_file", {"text": "TOKEN: ***\n"}),
        ("patch_file", {"edits": [{"search": "TOKEN=***\nPORT=80", "replace": "TOKEN=***\nPORT=8080"}]}),
        ("patch_file", {"edits": [{"search": "PORT=80", "replace": "PORT=81\nTOKEN=***"}]}),
        ("patch_file", {"edits": json.dumps([{"search": "PORT=80", "replace": "PORT=81\nTOKEN=***"}])}),
    ],
)
def test_the_mask_of_a_secret_is_not_written_in_its_place(
    workspace: Workspace, command: str, args: dict[str, object], encoding: str
) -> None:
    file = workspace.root / "settings.ini"
    file.write_text(HELD, encoding)
    ran = masking(workspace, command, **args)
    assert not ran.ok
    assert "stands for a secret" in ran.result
    assert file.read_text(encoding) == HELD


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("write_to_file", {"text": "# *** of my own ***\nNAME=***\n"}),
        ("write_to_file", {"text": "PORT=81\nPASSWORD=***\n"}),
        ("append_to_file", {"text": "**bold** and ***both***\n"}),
        ("patch_file", {"edits": [{"search": "NAME=***", "replace": "NAME=tea"}]}),
    ],
)
def test_stars_that_stand_for_no_secret_are_written(
    workspace: Workspace, command: str, args: dict[str, object]
) -> None:
    (workspace.root / "settings.ini").write_text(HELD)
    ran = masking(workspace, command, **args)
    assert ran.ok, ran.result


def test_a_notebook_is_replaced_by_a_notebook_alone(call: Call, workspace: Workspace) -> None:
    cells = '{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}'
    assert call("write_to_file", filename="a.ipynb", text=cells).ok
    read = call("read_file", filename="a.ipynb")
    assert read.result.startswith("# Cell 1 (code)\n1\n")
    assert "give start_line to read its source" in read.result
    assert call("read_file", filename="a.ipynb", start_line=1).result.endswith(cells)
    refused = call("write_to_file", filename="a.ipynb", text="# Cell 1 (code)\n2\n")
    assert "a.ipynb is a notebook" in refused.result
    assert workspace.read_bytes("a.ipynb").decode() == cells
    assert call("write_to_file", filename="a.ipynb", text=cells.replace('"1"', '"2"')).ok


@pytest.mark.parametrize(
    ("encoding", "text", "lacking"),
    [
        ("cp1252", "Grüße aus München, schöne Straße\n", "漢"),
        ("utf-16", "Größe und Straße\n", ""),
        ("utf-16-le", "Hello there, all of you\n", ""),
        ("cp1251", "Привет, мир и все остальные\n", "漢"),
        ("cp932", "日本語のテキストです\n", "ß"),
    ],
)
def test_the_model_is_told_the_encoding_and_changes_keep_it(
    workspace: Workspace, encoding: str, text: str, lacking: str
) -> None:
    call = life(workspace)
    workspace.write_bytes("a.txt", text.encode(encoding))
    told = "utf-16-le" if encoding == "utf-16" else encoding
    for part in ({}, {"start_line": 1}):
        said = call("read_file", filename="a.txt", **part).result
        assert said.endswith(f"\n[The file is written in {told}; changes to it keep that.]")
    word = text.split()[-1]
    assert call("append_to_file", filename="a.txt", text=f"{word}!\n").ok
    assert call("patch_file", filename="a.txt", edits=[{"search": f"{word}!", "replace": f"{word}?"}]).ok
    assert workspace.read_bytes("a.txt").decode(encoding) == f"{text}{word}?\n"
    before = workspace.read_bytes("a.txt")
    if lacking:
        edit = [{"search": f"{word}?", "replace": lacking}]
        for refused in (
            call("append_to_file", filename="a.txt", text=lacking),
            call("patch_file", filename="a.txt", edits=edit),
        ):
            assert f"is written in {told}, which has no {lacking!r}" in refused.result
            assert "write_to_file" in refused.result
        assert workspace.read_bytes("a.txt") == before


def test_of_utf_8_nothing_is_said(call: Call, workspace: Workspace) -> None:
    for content in ("Größe\n".encode(), b"\xef\xbb\xbfa\r\nb\r\n", b"plain\n", b""):
        workspace.write_bytes("a.txt", content)
        assert "is written in" not in call("read_file", filename="a.txt").result
