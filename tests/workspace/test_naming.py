"""Names by Windows' rules, which can be judged on any system."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.errors import CommandError
from autogpt.workspace.naming import Parts, Root, absolute

WINDOWS = Root(PureWindowsPath("C:\\Users\\me\\ws"), (), PureWindowsPath("C:\\Users\\me"), windows=True)
POSIX = Root(
    PurePosixPath("/private/tmp/ws"), (PurePosixPath("/tmp/ws"),), PurePosixPath("/home/me"), windows=False
)


def nothing_there(parts: Parts) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("a\\b.txt", "a/b.txt"),
        ("C:\\Users\\me\\ws\\a.txt", "a.txt"),
        ("c:/users/ME/WS/a.txt", "a.txt"),
        ("file:///C:/Users/me/ws/a.txt", "a.txt"),
        ("/workspace/a.txt", "a.txt"),
        ("/Users/me/ws/a.txt", "a.txt"),
        ("~\\a.txt", "a.txt"),
        ("~\\ws\\a.txt", "a.txt"),
        ("\\", ""),
        (".gitignore", ".gitignore"),
        ("console.txt", "console.txt"),
    ],
)
def test_windows_names_inside(name: str, below: str) -> None:
    anchor, parts = absolute(name, WINDOWS, restrict=True, is_there=nothing_there)
    assert anchor == "C:\\"
    assert [part.casefold() for part in parts[:3]] == ["users", "me", "ws"]
    assert "/".join(parts[3:]) == below


@pytest.mark.parametrize(
    "name",
    [
        "CON",
        "con.txt",
        "sub/NUL",
        "COM1.log",
        "LPT¹",
        "a:b",
        "a.txt::$DATA",
        "a?",
        'a"b',
        "a|b",
        "trailing.",
        "trailing ",
        "aux .txt",
        "D:\\x",
        "C:x",
        "\\\\server\\share\\x",
        "\\\\?\\C:\\Users\\me\\ws\\a.txt",
        "\\\\.\\PhysicalDrive0",
        "//server/share",
        "new\nline",
    ],
)
def test_windows_names_that_are_refused(name: str) -> None:
    with pytest.raises(CommandError):
        absolute(name, WINDOWS, restrict=True, is_there=nothing_there)


def test_another_drive_is_reached_only_unrestricted() -> None:
    found = absolute("D:\\data\\x", WINDOWS, restrict=False, is_there=nothing_there)
    assert found == ("D:\\", ("data", "x"))


def test_the_persons_spelling_of_the_root_counts() -> None:
    for name in ("/tmp/ws/a.txt", "/private/tmp/ws/a.txt", "tmp/ws/a.txt", "private/tmp/ws/a.txt"):
        assert absolute(name, POSIX, restrict=True, is_there=nothing_there) == (
            "/",
            ("private", "tmp", "ws", "a.txt"),
        )


@given(st.text(max_size=40), st.booleans(), st.sampled_from([WINDOWS, POSIX]))
def test_any_text_is_a_path_or_a_sentence(name: str, restrict: bool, root: Root) -> None:
    try:
        _, parts = absolute(name, root, restrict=restrict, is_there=nothing_there)
    except CommandError:
        return
    assert not set(parts) & {"", ".", ".."}
    assert not any("/" in part for part in parts)
