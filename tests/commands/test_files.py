"""What the file commands do and say."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autogpt.commands.ignoring import ignored, rules_of
from autogpt.workspace import Workspace
from tests.commands.conftest import Call
from tests.test_documents import SENTENCES, make_docx, make_pdf, make_xlsx, page_of_text, png

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def test_writing_says_what_was_written(call: Call, workspace: Workspace) -> None:
    first = call("write_to_file", filename="reports/a.md", text="one\ntwo\n")
    assert (first.ok, first.changed, first.result) == (True, True, "Wrote 2 lines (8 bytes) to reports/a.md.")
    again = call("write_to_file", filename="/workspace/reports/a.md", text="one\ntwo\n")
    assert (again.changed, again.result) == (
        False,
        "reports/a.md holds exactly this text already; nothing was changed.",
    )
    other = call("write_file", filename="reports/a.md", text="x" * 3400)
    assert other.result == "Replaced reports/a.md: 1 line (3.4 kB)."
    assert (
        call("append_to_file", filename="new.txt", text="é").result
        == "Added 1 line to new.txt, which now holds 2 bytes."
    )
    assert not call("append_to_file", filename="new.txt", text="").changed


def test_what_is_written_comes_back_as_it_is(call: Call) -> None:
    for text in ("plain", "a\r\nb\n", "\ufefftext", "文字 🙂\n\n", "\t'\"`\\", " "):
        call("write_to_file", filename="a.txt", text=text)
        assert call("read_file", filename="a.txt").result == text.removeprefix("\ufeff")


@pytest.mark.parametrize("name", ["sp ace.txt", "q'u\"o`te.txt", "new\nline.txt", "文件.txt", "-x", "a,b"])
def test_odd_names_are_listed_so_that_they_can_be_told_apart(call: Call, name: str) -> None:
    if os.name == "nt":
        pytest.skip("not possible there")
    call("write_to_file", filename=name, text="x")
    listing = call("list_files").result
    assert len(listing.split("\n")) == 2
    assert call("read_file", filename=name).result == "x"
    assert call("search_files", query="x").result.count("\n") == 1


@pytest.mark.parametrize(
    "encoding", ["gb18030", "latin-1", "shift_jis", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"]
)
def test_appending_keeps_the_encoding_of_a_file(call: Call, workspace: Workspace, encoding: str) -> None:
    text = SENTENCES[encoding] + "\n"
    (workspace.root / "a.txt").write_bytes(text.encode(encoding))
    read = call("read_file", filename="a.txt").result
    assert read.partition("\n[The file is written in ")[0] == text
    assert call("append_to_file", filename="a.txt", text=text).ok
    assert (workspace.root / "a.txt").read_bytes().decode(encoding) == text * 2


def test_appending_what_the_encoding_lacks_is_refused(call: Call, workspace: Workspace) -> None:
    (workspace.root / "a.txt").write_bytes(SENTENCES["latin-1"].encode("latin-1"))
    ran = call("append_to_file", filename="a.txt", text="文字")
    assert not ran.ok
    assert "cp1252, which has no '文'" in ran.result


def test_documents_are_read_as_text(call: Call, workspace: Workspace) -> None:
    for name, content, said in (
        ("a.pdf", make_pdf([page_of_text(["Hello PDF"])]), "Hello PDF"),
        ("a.docx", make_docx(), "# Quarterly report"),
        ("a.xlsx", make_xlsx(), 'Region,"Sum, net"'),
    ):
        workspace.write_bytes(name, content)
        assert said in call("read_file", filename=name).result
        assert call("read_file", filename=name, start_line=1, end_line=1).result.startswith(
            "Lines 1 to 1 of "
        )
    workspace.write_bytes("a.png", png())
    assert call("read_file", filename="a.png").result == (
        "'a.png' is a PNG image, 640 × 480 pixels (29 bytes), not text: there is nothing to read in it."
    )


def test_html_is_read_as_text_and_by_lines_as_source(call: Call) -> None:
    call("write_to_file", filename="a.html", text="<html>\n<p>Hello\n</html>\n")
    assert call("read_file", filename="a.html").result.startswith("Hello\n[This is the readable text")
    assert (
        call("read_file", filename="a.html", start_line=2).result
        == "Lines 2 to 3 of 3 of a.html:\n<p>Hello\n</html>"
    )


def test_reading_parts(call: Call) -> None:
    call("write_to_file", filename="a.txt", text="".join(f"line {n}\n" for n in range(1, 11)))
    assert (
        call("read_file", filename="a.txt", start_line=3, end_line=4).result
        == "Lines 3 to 4 of 10 of a.txt:\nline 3\nline 4"
    )
    assert call("read_file", filename="a.txt", start_line="9", end_line=99).result.endswith("line 9\nline 10")
    assert call("read_file", filename="a.txt", end_line=1).result.endswith(":\nline 1")
    assert call("read_file", filename="a.txt", start_line=0, end_line=1).result.endswith(":\nline 1")
    assert call("read_file", filename="a.txt", start_line=None, end_line=None).result.startswith("line 1\n")
    for wrong in ({"start_line": 11}, {"start_line": -3}, {"start_line": 5, "end_line": 4}):
        assert not call("read_file", filename="a.txt", **wrong).ok


def test_reading_what_cannot_be_read_says_why(call: Call) -> None:
    call("write_to_file", filename="reports/march.md", text="x")
    call("write_to_file", filename="empty.txt", text="")
    assert call("read_file", filename="reports").result == (
        "reports is a folder with 1 entry: march.md. Name a file in it, or use list_files."
    )
    assert (
        "Nearest names that exist: 'reports/march.md'" in call("read_file", filename="report/march.md").result
    )
    assert call("read_file", filename="empty.txt").result == "empty.txt is empty."
    assert "is outside the workspace" in call("read_file", filename="/etc/passwd").result


def test_a_big_file_is_read_by_parts(
    call: Call, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.commands import files

    monkeypatch.setattr(files, "_BIG_FILE", 1000)
    (workspace.root / "big.log").write_text(
        "".join(f"line {n}\n" for n in range(1, 5001)) + "x" * 300_000 + "\nend\n"
    )
    result = call("read_file", filename="big.log", start_line=4999, end_line=5002).result
    assert result.startswith("Lines 4999 to 5002 of big.log (")
    assert [len(line) for line in result.split("\n")[1:]] == [9, 9, 2000, 3]
    assert not call("read_file", filename="big.log", start_line=9999, end_line=9999).ok
    (workspace.root / "big.bin").write_bytes(bytes(range(256)) * 10)
    assert "not plain text" in call("read_file", filename="big.bin").result


@posix
def test_endless_and_blocking_files_are_refused(call: Call, workspace: Workspace) -> None:
    (workspace.root / "zero").symlink_to("/dev/zero")
    os.mkfifo(workspace.root / "fifo")
    for name in ("zero", "fifo"):
        for command, args in (
            ("read_file", {}),
            ("append_to_file", {"text": "x"}),
            ("write_to_file", {"text": "x"}),
        ):
            assert not call(command, filename=name, **args).ok
    assert "fifo  (special)" in call("list_files").result
    assert "was not found in 0 files" in call("search_files", query="x").result


def test_listing(call: Call) -> None:
    assert call("list_files").result == "There are no files in the workspace."
    for name, text in (("b.py", "x" * 1500), ("src/a.py", "x"), ("src/deep/c.md", "")):
        call("write_to_file", filename=name, text=text)
    assert call("list_files").result.split("\n") == [
        "3 files (1.5 kB) and 2 folders in the workspace:",
        "b.py  1.5 kB",
        "src/",
        "src/a.py  1 byte",
        "src/deep/",
        "src/deep/c.md  0 bytes",
    ]
    for everything in ("/", ".", "", "./", "/workspace", "auto_gpt_workspace"):
        assert call("list_files", directory=everything).result.startswith("3 files")
    assert call("list_files", pattern="*.py").result.split("\n")[1:] == ["b.py  1.5 kB", "src/a.py  1 byte"]
    assert call("list_files", directory="src", pattern="deep/*").result.split("\n")[1:] == [
        "src/deep/c.md  0 bytes"
    ]
    assert call("list_files", pattern="src/**/*.md").result.split("\n")[1:] == ["src/deep/c.md  0 bytes"]
    assert call("list_files", directory="b.py").result == "b.py is a file of 1.5 kB."
    assert "Nearest names that exist: 'src'" in call("list_files", directory="scr").result


def test_listing_leaves_out_what_is_ignored_and_says_so(call: Call) -> None:
    for name in (
        "a.log",
        "keep.log",
        "build/x",
        "src/build/y",
        "src/z.tmp",
        "src/z.py",
        "node_modules/m/i.js",
    ):
        call("write_to_file", filename=name, text="needle")
    call("write_to_file", filename=".gitignore", text="# c\n*.log\n!keep.log\n/build/\n")
    call("write_to_file", filename="src/.gitignore", text="*.tmp\n")
    lines = call("list_files").result.split("\n")
    assert lines[1:] == [
        ".gitignore  28 bytes",
        "keep.log  6 bytes",
        "node_modules/",
        "src/",
        "src/.gitignore  6 bytes",
        "src/build/",
        "src/build/y  6 bytes",
        "src/z.py  6 bytes",
        "Left out: 3 entries that .gitignore names.",
        "Not looked into: node_modules/.",
    ]
    assert call("search_files", query="NEEDLE").result.startswith(
        "3 matching lines in 3 of 5 files in the workspace."
    )
    assert "src/z.py" in call("list_files", directory="src").result
    assert "z.tmp" not in call("list_files", directory="src").result


@pytest.mark.slow
def test_ten_thousand_files_are_summed_up_in_time(
    call: Call, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.commands import listing as listings
    from autogpt.commands import searching

    monkeypatch.setattr(listings, "_MOST_SECONDS", 600)
    monkeypatch.setattr(searching, "SEARCH_SECONDS", 600)
    for folder in range(4):
        (workspace.root / f"d{folder}").mkdir()
        for file in range(2500):
            (workspace.root / f"d{folder}" / f"{file}.txt").touch()
    (workspace.root / "d1" / "found.md").write_text("needle")
    started = time.process_time()
    listing = call("list_files").result.split("\n")
    assert listing[0] == "10,001 files (6 bytes) and 4 folders in the workspace:"
    assert listing[1:3] == ["d0/  2,500 files, 0 bytes", "d1/  2,501 files, 6 bytes"]
    assert len(listing) == 5
    assert len(call("list_files", directory="d0").result.split("\n")) == 302
    assert "d1/found.md:1: needle" in call("search_files", query="needle").result
    assert "'d1/found.md'" in call("read_file", filename="found.md").result
    assert time.process_time() - started < 30


def test_searching(call: Call, workspace: Workspace) -> None:
    call(
        "write_to_file", filename="a.txt", text="one\nTwo two\nthree [x]\n" + "y" * 5000 + "two" + "z" * 5000
    )
    call("write_to_file", filename="b/c.py", text="two\n")
    (workspace.root / "gbk.txt").write_bytes(SENTENCES["gb18030"].encode("gb18030"))
    (workspace.root / "bin").write_bytes(b"\0two\0")
    result = call("search_files", query="two").result.split("\n")
    assert result[0] == "3 matching lines in 2 of 3 files in the workspace (1 not text left out)."
    assert result[1] == "a.txt:2: Two two"
    assert result[2].startswith("a.txt:4: …yyy")
    assert len(result[2]) < 230
    assert result[3] == "b/c.py:1: two"
    assert "a.txt:3: three [x]" in call("search_files", query="[x]").result
    assert call("search_files", query=r"^t\w+ \[", regex=True).result.endswith("a.txt:3: three [x]")
    assert "gbk.txt:1" in call("search_files", query="公园").result
    assert "1 of 1 file in b" in call("search_files", query="two", directory="b").result
    assert "1 of 1 file" in call("search_files", query="two", pattern="*.py").result
    assert "1 of 1 file in a.txt" in call("search_files", query="three", directory="a.txt").result
    assert "was not found in 3 files" in call("search_files", query="four").result
    assert not call("search_files", query="(", regex=True).ok
    assert not call("search_files", query="").ok


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_long_file_is_searched_to_its_end(
    call: Call, workspace: Workspace, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.commands import files

    monkeypatch.setattr(files, "_PIECE", 50_000)
    lines = [f"{number},公园,{number * 7}" for number in range(1, 200_001)]
    (workspace.root / "big.csv").write_bytes("\n".join(lines).encode(encoding))  # 5 MB
    for query, line in (
        ("公园,700\n"[:-1], 100),
        ("199999,", 199_999),
        ("公园,1400000", 200_000),
        ("1,公园,7", 1),
    ):
        assert f"big.csv:{line}: {lines[line - 1]}" in call("search_files", query=query).result
    assert "big.csv:200000: " in call("search_files", query="^200000,.*0$", regex=True).result
    many = call("search_files", query="公园").result
    assert many.startswith("20 matching lines in 1 of 1 file")
    assert "big.csv: more matches are not shown" in many


def test_hostile_queries_take_no_time(call: Call) -> None:
    call("write_to_file", filename="a.txt", text="a" * 3_000_000 + "\nİSTANBUL ẞ")
    started = time.process_time()
    assert "was not found" in call("search_files", query="a" * 5_000 + "b").result
    assert "a.txt:2: İSTANBUL ẞ" in call("search_files", query="stanbul").result
    assert not call("list_files", pattern="*a" * 1_000).ok
    assert time.process_time() - started < 5


def test_many_matches_are_bounded(call: Call) -> None:
    for number in range(8):
        call("write_to_file", filename=f"{number}.txt", text="x\n" * 1000)
    result = call("search_files", query="x").result
    assert result.count("\n") < 120
    assert "The search stopped at 100 matches" in result
    assert "0.txt: more matches are not shown" in result


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a|a)*b", r"(.*)*x", r"(a{1,300}){1,300}b"])
def test_expressions_that_would_run_for_years_are_stopped(
    call: Call, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.commands import searching

    monkeypatch.setattr(searching, "_PATTERN_SECONDS", 0.1)
    for number in range(20):
        call("write_to_file", filename=f"{number}.txt", text="a" * 5000 + "!")
    started = time.process_time()
    assert call("search_files", query=pattern, regex=True).ok
    assert time.process_time() - started < 5


@pytest.mark.parametrize("pattern", ["a{99999}{99999}", "(" * 400, "x" * 1000, "(?P<n>a)(?P<n", "[[:x:]"])
def test_expressions_that_are_none_are_said_to_be_none(call: Call, pattern: str) -> None:
    call("write_to_file", filename="a.txt", text="aaa")
    assert not call("search_files", query=pattern, regex=True).ok


def test_deleting(call: Call, workspace: Workspace) -> None:
    call("write_to_file", filename="d/a.txt", text="xx")
    assert "only an empty one can be deleted" in call("delete_file", filename="d").result
    assert call("delete_file", filename="d/a.txt").result == "Deleted the file d/a.txt (2 bytes)."
    gone = call("delete_file", filename="d/")
    assert (gone.changed, gone.result) == (True, "Deleted the empty folder d.")
    assert not call("delete_file", filename="d").ok
    assert not call("delete_file", filename="/").ok
    assert workspace.root.is_dir()


@pytest.mark.parametrize(
    ("lines", "path", "folder", "expected"),
    [
        ("*.log", "a/b.log", False, True),
        ("/x", "x", False, True),
        ("/x", "a/x", False, False),
        ("a/b", "a/b", False, True),
        ("a/b", "c/a/b", False, False),
        ("x/", "x", False, False),
        ("x/", "x", True, True),
        ("**/x", "a/b/x", False, True),
        ("a/**", "a/b/c", False, True),
        ("a/**/z", "a/z", False, True),
        ("a/**/z", "a/b/c/z", False, True),
        ("*.py\n!k.py", "k.py", False, False),
        ("!k.py\n*.py", "k.py", False, True),
        (r"\#x", "#x", False, True),
        (r"\!x", "!x", False, True),
        ("[ab].c", "b.c", False, True),
        ("[^ab].c", "b.c", False, False),
        ("a?c", "a/c", False, False),
        ("[", "[", False, True),
        ("# x\n\n", "x", False, False),
    ],
)
def test_gitignore_rules(lines: str, path: str, folder: bool, expected: bool) -> None:
    assert ignored(tuple(path.split("/")), folder, rules_of(lines, ())) is expected


def test_hostile_ignore_files_cost_little() -> None:
    rules = rules_of("\n".join(["*a" * 100 + "b", "**/" * 40 + "x"] * 50), ())
    started = time.process_time()
    assert not ignored(("a" * 250,) * 20, False, rules)
    assert time.process_time() - started < 3


def test_nothing_but_the_workspace_opens_files() -> None:
    source = (Path(__file__).parents[2] / "autogpt" / "commands").glob("*.py")
    assert not [path.name for path in source if " open(" in path.read_text(encoding="utf-8")]
