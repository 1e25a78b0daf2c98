"""The workspace door: what it lets through, what it refuses, and what a failure leaves behind."""

from __future__ import annotations

import os
import socket
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from autogpt.core.errors import CommandError, UsageError
from autogpt.workspace import Entry, Workspace
from autogpt.workspace.naming import own

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def tree(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@pytest.mark.parametrize(
    "name",
    [
        "a/b.txt",
        "./a/b.txt",
        "a//b.txt",
        "a/./b.txt",
        "a/c/../b.txt",
        "a\\b.txt",
        ".\\a\\b.txt",
        "/workspace/a/b.txt",
        "/auto_gpt_workspace/a/b.txt",
        "/app/auto_gpt_workspace/a/b.txt",
        "/mnt/data/a/b.txt",
        "auto_gpt_workspace/a/b.txt",
        "./auto_gpt_workspace/a/b.txt",
        "~/a/b.txt",
        "~\\a\\b.txt",
        "file:///workspace/a/b.txt",
        "../ws/a/b.txt",
        "{root}/a/b.txt",
        "file://{root}/a/b.txt",
        "file://localhost{root}/a/b.txt",
        "{root}/../ws/a/b.txt",
        "{rootless}/a/b.txt",
    ],
)
def test_names_that_models_invent_mean_the_file_they_mean(workspace: Workspace, name: str) -> None:
    root = str(workspace.root)
    name = name.format(root=root, rootless=root.lstrip("/"))
    assert workspace.write_text(name, "x").name == "a/b.txt"
    assert workspace.read_bytes(name) == b"x"
    assert workspace.canonical(name) == "a/b.txt"
    assert (workspace.root / "a" / "b.txt").read_text() == "x"


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "a/../../out.txt",
        "/etc/passwd",
        "/etc/../etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "file:///etc%2fpasswd",
        "..\\out.txt",
        "{root}/../out.txt",
        "{root}x/out.txt",
        "/workspace/../../out.txt",
        "~/../../out.txt",
        "auto_gpt_workspace/../../out.txt",
        "C:\\Windows\\system.ini",
        "c:/x",
        "file://host/share/x",
        "nul\x00byte",
        "../../../../../../../../../../etc/passwd",
    ],
)
def test_names_outside_are_refused_and_the_root_is_told(workspace: Workspace, name: str) -> None:
    (workspace.root.parent / "out.txt").write_text("canary")
    name = name.format(root=workspace.root)
    for use in (
        workspace.read_bytes,
        workspace.delete,
        workspace.entries,
        lambda n: workspace.write_text(n, "x"),
    ):
        with pytest.raises(CommandError) as caught:
            use(name)
        assert (
            str(workspace.root) in str(caught.value)
            or "NUL" in str(caught.value)
            or "machine" in str(caught.value)
        )
    assert (workspace.root.parent / "out.txt").read_text() == "canary"
    assert tree(workspace.root) == []


def test_a_real_folder_wins_over_the_invented_meaning(workspace: Workspace) -> None:
    (workspace.root / "auto_gpt_workspace").mkdir()
    assert workspace.write_text("auto_gpt_workspace/a.txt", "x").name == "auto_gpt_workspace/a.txt"


@posix
@pytest.mark.parametrize(
    "name", ["~", "a\\b", "new\nline", "sp ace", "q'u\"o", "文件.txt", "C:", "x:y", "-rf", "*", "CON"]
)
def test_odd_but_real_names_can_be_listed_and_read_back(workspace: Workspace, name: str) -> None:
    (workspace.root / name).write_text("x")
    (entry,) = workspace.entries()
    assert workspace.read_bytes(entry.name) == b"x"
    assert [found.name for found in workspace.walk()] == [entry.name]
    assert workspace.delete(entry.name).kind == "file"


@posix
def test_a_folder_called_home_does_not_make_a_walk_endless(workspace: Workspace) -> None:
    (workspace.root / "~" / "in").mkdir(parents=True)
    assert [entry.name for entry in workspace.walk()] == ["./~", "./~/in"]


@posix
def test_links_that_stay_inside_work_and_links_that_leave_do_not(workspace: Workspace) -> None:
    root, outside = workspace.root, workspace.root.parent / "outside"
    outside.mkdir()
    (outside / "canary").write_text("canary")
    workspace.write_text("real/a.txt", "one")
    (root / "in").symlink_to("real")
    (root / "in_absolute").symlink_to(root / "real")
    (root / "real" / "up").symlink_to("../real/a.txt")
    (root / "out").symlink_to("../outside")
    (root / "out_absolute").symlink_to(outside)
    (root / "out_file").symlink_to(outside / "canary")
    (root / "dangling_out").symlink_to(outside / "new")
    (root / "dangling_in").symlink_to("fresh.txt")
    (root / "loop").symlink_to("loop")
    (root / "back").symlink_to("../outside/../ws/real")

    assert workspace.read_bytes("in/a.txt") == b"one"
    assert workspace.read_bytes("in_absolute/up") == b"one"
    assert workspace.canonical("in/up") == "real/a.txt"
    assert workspace.canonical("in/new/file.txt") == "real/new/file.txt"
    assert workspace.write_text("in/up", "two").name == "real/a.txt"
    assert (root / "real" / "up").is_symlink()
    assert workspace.write_text("dangling_in", "x").name == "fresh.txt"
    for name in (
        "out/canary",
        "out_absolute/canary",
        "out_file",
        "dangling_out",
        "loop",
        "out",
        "back/a.txt",
    ):
        for use in (
            workspace.read_bytes,
            lambda n: workspace.write_text(n, "x"),
            lambda n: workspace.append_text(n, "x"),
        ):
            with pytest.raises(CommandError):
                use(name)
    for name in ("out/canary", "out_absolute/canary"):
        with pytest.raises(CommandError):
            workspace.delete(name)
    assert (outside / "canary").read_text() == "canary"
    assert tree(outside) == ["canary"]
    assert workspace.delete("out_file").kind == "link"
    assert workspace.delete("out").kind == "link"
    assert (outside / "canary").read_text() == "canary"


@posix
def test_a_link_put_in_after_the_check_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autogpt.workspace.walking import Folder

    workspace = Workspace(tmp_path / "ws")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("canary")
    real_status = Folder.status

    def swap_after(self: Folder, name: str) -> os.stat_result:
        status = real_status(self, name)
        target = workspace.root / name
        if target.is_dir() and not target.is_symlink():
            target.rename(tmp_path / f"away {len(tree(tmp_path))}")
            target.symlink_to(outside)
        elif target.is_file() and not target.is_symlink():
            target.unlink()
            target.symlink_to(outside / "a.txt")
        return status

    for name in ("folder/a.txt", "file.txt"):
        workspace.write_text(name, "mine")
        with monkeypatch.context() as patch:
            patch.setattr(Folder, "status", swap_after)
            with pytest.raises(CommandError):
                workspace.read_bytes(name)
    workspace.write_text("w.txt", "mine")
    workspace.write_text("g/a.txt", "mine")
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "status", swap_after)
        for name in ("w.txt", "g/a.txt"):
            try:
                workspace.write_text(name, "overwritten!")
                workspace.append_text(name, "appended!")
            except CommandError:
                pass
    assert (outside / "a.txt").read_text() == "canary"
    assert tree(outside) == ["a.txt"]


@posix
def test_special_files_are_never_opened(workspace: Workspace) -> None:
    os.mkfifo(workspace.root / "fifo")
    (workspace.root / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        where = os.getcwd()
        os.chdir(workspace.root)  # a socket's path may be only 108 bytes long
        try:
            server.bind("socket")
        finally:
            os.chdir(where)
        for name in ("fifo", "zero", "socket"):
            for use in (
                workspace.read_bytes,
                lambda n: workspace.write_text(n, "x"),
                lambda n: workspace.append_text(n, "x"),
            ):
                with pytest.raises(CommandError, match=r"pipe|link"):
                    use(name)
    free = Workspace(workspace.root, restrict=False)
    for name in ("/dev/zero", "/dev/tty", "zero"):
        with pytest.raises(CommandError, match="pipe"):
            free.read_bytes(name)
    assert {entry.kind for entry in workspace.entries()} == {"special", "link"}


@pytest.mark.parametrize(
    "name",
    [
        ".autogpt/runs/1/journal.jsonl",
        ".autogpt",
        ".AutoGPT/x",
        ".git/config",
        ".GIT/hooks/post-commit",
        "sub/.git/config",
        "sub/.Git",
        ".git./config",
        ".git /config",
        ".git::$INDEX_ALLOCATION/config",
        ".g\u200cit/config",
        "．git/config",
        "GIT~1/config",
        "AUTOGP~1/x",
        "a/.0123456789ab.autogpt-tmp",
    ],
)
@pytest.mark.parametrize("restrict", [True, False])
def test_the_programs_own_files_are_refused_before_they_exist(
    tmp_path: Path, name: str, restrict: bool
) -> None:
    workspace = Workspace(tmp_path / "ws", restrict)
    for use in (
        workspace.read_bytes,
        workspace.delete,
        lambda n: workspace.write_text(n, "x"),
        workspace.canonical,
    ):
        with pytest.raises(CommandError, match="belongs to the program"):
            use(name)
    assert tree(workspace.root) == []


@posix
def test_the_journal_cannot_be_reached_through_a_link(workspace: Workspace) -> None:
    journal = workspace.root / ".autogpt" / "j"
    journal.parent.mkdir()
    journal.write_text("facts")
    (workspace.root / "a").symlink_to(".autogpt")
    (workspace.root / "b").symlink_to(".autogpt/j")
    for name in ("a/j", "b"):
        with pytest.raises(CommandError, match="belongs to the program"):
            workspace.read_bytes(name)
        with pytest.raises(CommandError, match="belongs to the program"):
            workspace.write_text(name, "forged")
    assert [entry.name for entry in workspace.walk()] == ["a", "b"]
    assert journal.read_text() == "facts"


def test_names_like_the_own_ones_are_free() -> None:
    assert not any(map(own, [".gitignore", ".github", "git", "autogpt", ".autogpt.md", "git~", ".autogpts"]))


def test_unrestricted_reaches_everywhere_but_the_journal(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / ".autogpt" / "ws", restrict=False)
    other = tmp_path / "other" / "a.txt"
    assert workspace.write_text(str(other), "x").name == str(other)
    assert workspace.write_text("../../other/a.txt", "y").name == str(other)
    assert workspace.write_text("a.txt", "in").name == "a.txt"
    assert other.read_text() == "y"
    assert [entry.name for entry in workspace.walk()] == ["a.txt"]
    with pytest.raises(CommandError, match="belongs to the program"):
        workspace.read_bytes(str(tmp_path / ".autogpt" / "runs" / "x"))
    with pytest.raises(CommandError, match="own folder"):
        workspace.delete(".")
    with pytest.raises(CommandError, match="own folder"):
        workspace.delete(str(tmp_path))


def test_writing_is_counted_only_when_it_changes_something(workspace: Workspace) -> None:
    assert workspace.revision == 0
    first = workspace.write_text("a.txt", "one\n")
    again = workspace.write_text("a.txt", "one\n")
    other = workspace.write_text("a.txt", "two\n")
    assert [(w.created, w.changed) for w in (first, again, other)] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    assert workspace.revision == 2
    workspace.append_text("a.txt", "")
    assert workspace.revision == 2
    assert workspace.append_text("a.txt", "three\n").size == 10
    workspace.keep("results/x.txt", "kept")
    assert workspace.revision == 3
    workspace.delete("a.txt")
    assert workspace.revision == 4


@posix
def test_a_write_keeps_the_mode_and_breaks_hard_links(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("outside")
    outside.chmod(0o754)
    for name in ("w", "a"):
        os.link(outside, workspace.root / name)
    assert workspace.read_bytes("w") == b"outside"
    workspace.write_text("w", "new")
    workspace.append_text("a", " and more")
    assert outside.read_text() == "outside"
    assert (workspace.root / "a").read_text() == "outside and more"
    assert stat.S_IMODE((workspace.root / "w").stat().st_mode) == 0o754


def test_a_read_only_file_stays_as_it_is(workspace: Workspace) -> None:
    kept = workspace.root / "kept.txt"
    kept.write_text("kept")
    kept.chmod(0o444)
    with pytest.raises(CommandError, match="read-only"):
        workspace.write_text("kept.txt", "x")
    with pytest.raises(CommandError, match="read-only"):
        workspace.append_text("kept.txt", "x")
    assert kept.read_text() == "kept"
    kept.chmod(0o644)


@posix
def test_a_failed_write_leaves_the_old_content_and_nothing_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.write_text("a.txt", "old")

    def fail(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        workspace.write_text("a.txt", "new")
    with pytest.raises(KeyboardInterrupt):
        workspace.append_text("a.txt", "new")
    assert tree(workspace.root) == ["a.txt"]
    assert (workspace.root / "a.txt").read_text() == "old"


FULL_DISK = """
import resource, sys
from pathlib import Path
from autogpt.core.errors import CommandError
from autogpt.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
workspace.write_text("a.txt", "old")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for write in (workspace.write_text, workspace.append_text):
    try:
        write("a.txt", "x" * 5000)
    except CommandError as error:
        print(error)
"""


@posix
def test_a_full_disk_is_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "ws")], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("There is no room on the disk for 'a.txt'") == 2
    assert (tmp_path / "ws" / "a.txt").read_text() == "old"
    assert tree(tmp_path / "ws") == ["a.txt"]


KILLED = """
import os, signal, sys
from pathlib import Path
from autogpt.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
workspace.write_text("sub/a.txt", "old")
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
workspace.write_text("sub/a.txt", "new")
"""


@posix
def test_what_a_killed_write_left_is_swept_but_not_what_is_being_written(tmp_path: Path) -> None:
    from fcntl import LOCK_EX, flock

    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "ws")], check=False)
    workspace = Workspace(tmp_path / "ws")
    assert len(tree(workspace.root)) == 3
    assert workspace.read_bytes("sub/a.txt") == b"old"
    assert [entry.name for entry in workspace.walk()] == ["sub", "sub/a.txt"]
    busy = workspace.root / "sub" / ".busy.autogpt-tmp"
    with busy.open("w") as file:
        flock(file, LOCK_EX)
        assert workspace.sweep() == 1
        assert tree(workspace.root) == ["sub", "sub/.busy.autogpt-tmp", "sub/a.txt"]
    workspace.write_text("sub/b.txt", "the first write in a folder sweeps it too")
    assert tree(workspace.root) == ["sub", "sub/a.txt", "sub/b.txt"]


def test_errors_name_what_is_really_there(workspace: Workspace) -> None:
    workspace.write_text("reports/march.md", "x")
    with pytest.raises(CommandError, match=r"no 'report/march\.md'.*Nearest.*'reports/march\.md'"):
        workspace.read_bytes("report/march.md")
    with pytest.raises(CommandError, match=r"Nearest.*'reports/march\.md'"):
        workspace.read_bytes("march.md")
    with pytest.raises(CommandError, match="is a folder"):
        workspace.read_bytes("reports")
    with pytest.raises(CommandError, match="is a folder"):
        workspace.write_text("reports", "x")
    with pytest.raises(CommandError, match="is a file"):
        workspace.write_text("reports/march.md/x", "x")
    with pytest.raises(CommandError, match="folder with 1 entr"):
        workspace.delete("reports")
    with pytest.raises(CommandError, match="names a folder"):
        workspace.write_text("new/", "x")
    with pytest.raises(CommandError, match="is a folder"):
        workspace.write_text(".", "x")
    with pytest.raises(CommandError, match="holds 1 bytes, more than the 0"):
        workspace.read_bytes("reports/march.md", limit=0)


@posix
@pytest.mark.parametrize("name", ["x" * 300, "ä" * 200, "/".join("d" * 150), "bad\ud800name"])
def test_impossible_names_are_a_sentence(workspace: Workspace, name: str) -> None:
    with pytest.raises(CommandError) as caught:
        workspace.write_text(name, "x")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("blocked", ["file", "below a file"])
def test_a_root_that_cannot_be_made_is_one_line_for_the_person(tmp_path: Path, blocked: str) -> None:
    (tmp_path / "f").write_text("x")
    root = tmp_path / "f" if blocked == "file" else tmp_path / "f" / "ws"
    with pytest.raises(UsageError) as caught:
        Workspace(root)
    assert "\n" not in str(caught.value)
    assert str(root) in str(caught.value)


def test_a_root_that_went_away_is_a_sentence(workspace: Workspace) -> None:
    workspace.root.rmdir()
    with pytest.raises(CommandError, match="is gone"):
        workspace.write_text("a.txt", "x")


def test_look_tells_what_is_there(workspace: Workspace) -> None:
    workspace.write_text("d/a.txt", "four")
    assert workspace.look("d/a.txt") == Entry("d/a.txt", "file", 4)
    assert workspace.look("d") == Entry("d", "folder")
    assert workspace.look("d/none") is None
    assert workspace.look("d/a.txt/none") is None
    assert workspace.look(".") == Entry(".", "folder")


def test_half_surrogates_are_joined_or_replaced(workspace: Workspace) -> None:
    workspace.write_text("a.txt", "\ud83d\ude00 \ud83d!")
    assert workspace.read_bytes("a.txt").decode() == "😀 �!"


def test_the_fingerprint_sees_changes_and_not_the_same_again(workspace: Workspace) -> None:
    def touched(name: str, text: str) -> str:
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text)
        os.utime(path, ns=(before + 10**9, before + 10**9))
        return workspace.fingerprint()

    prints = [workspace.fingerprint(), touched("d/a", "one"), touched("d/a", "one"), touched("d/a", "two")]
    assert prints[1] == prints[2]
    assert len({*prints}) == 3
    now = prints[-1]
    assert touched(".autogpt/j", "x") == touched("__pycache__/a.pyc", "x") != ""
    assert touched(".git/index", "x") == workspace.fingerprint()
    assert touched(".git/logs/HEAD", "commit") != now


def test_threads_that_write_side_by_side_lose_nothing(workspace: Workspace) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(worker: int) -> None:
        for number in range(20):
            workspace.append_text("log.txt", f"{worker} {number}\n")
            workspace.write_text("state.txt", f"{worker} {number}\n" * 100)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(set(workspace.read_bytes("log.txt").splitlines())) == 160
    assert len(set(workspace.read_bytes("state.txt").splitlines())) == 1
    assert workspace.revision == 320
    assert tree(workspace.root) == ["log.txt", "state.txt"]


@pytest.mark.slow
def test_ten_thousand_files_are_walked_and_fingerprinted(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    for folder in range(10):
        (workspace.root / str(folder)).mkdir()
        for file in range(1000):
            (workspace.root / str(folder) / f"{file}.txt").touch()
    assert sum(entry.kind == "file" for entry in workspace.walk()) == 10_000
    assert workspace.fingerprint() == workspace.fingerprint()


def test_a_copy_of_a_long_file_is_kept_piece_by_piece(workspace: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "long"
    content = os.urandom(1000) * 2_500
    source.write_bytes(content)
    before = workspace.revision
    assert workspace.keep_copy("results/x.txt", source) == "results/x.txt"
    assert workspace.read_bytes("results/x.txt") == content
    assert workspace.revision == before
    with pytest.raises(CommandError):
        workspace.keep_copy("../x.txt", source)
    with pytest.raises(CommandError):
        workspace.keep_copy("y.txt", tmp_path / "missing")
    assert not workspace.exists("y.txt")


# -- names that read the same --------------------------------------------------------------------

DECOMPOSED = "re\u0301sume\u0301.txt"
COMPOSED = "r\u00e9sum\u00e9.txt"
SCREENSHOT = "Shot at 3.00\u202fPM.png"

reads_names_as_written = pytest.mark.skipif(
    sys.platform == "darwin", reason="the system itself takes both for one"
)


@reads_names_as_written
@pytest.mark.parametrize(
    ("there", "asked"),
    [
        (DECOMPOSED, COMPOSED),
        (COMPOSED, DECOMPOSED),
        (SCREENSHOT, "Shot at 3.00 PM.png"),
        ("a b.txt", "a\u00a0b.txt"),
        (f"{DECOMPOSED}/a\u202fb/x.txt", f"{COMPOSED}/a b/x.txt"),
    ],
)
def test_a_file_is_found_under_a_name_that_reads_the_same(
    workspace: Workspace, there: str, asked: str
) -> None:
    path = workspace.root / there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("old")
    assert workspace.read_bytes(asked) == b"old"
    assert workspace.canonical(asked) == there
    assert workspace.canonical(asked, follow_last=False) == there
    assert workspace.write_text(asked, "new").name == there
    assert workspace.append_text(asked, "er").name == there
    assert path.read_text() == "newer"
    assert [entry.name for entry in workspace.walk() if entry.kind == "file"] == [there]
    assert workspace.delete(asked).name == there


@reads_names_as_written
def test_the_exact_name_comes_first_and_of_several_none_is_guessed(workspace: Workspace) -> None:
    for name in (DECOMPOSED, COMPOSED):
        (workspace.root / name).write_text(name)
    for name in (DECOMPOSED, COMPOSED):
        assert workspace.read_bytes(name).decode() == name
        assert workspace.canonical(name) == name
    (workspace.root / "a\u00a0b").touch()
    (workspace.root / "a\u202fb").touch()
    assert not workspace.exists("a b")
    assert workspace.write_text("a b", "x").created
    # Capital letters, and letters that only look alike, are other names.
    (workspace.root / "\u00c9a.txt").touch()
    assert not workspace.exists("\u00e9a.txt")


@reads_names_as_written
@posix
def test_a_name_that_reads_the_same_leads_no_further_than_itself(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (workspace.root / "to\u202fout").symlink_to(tmp_path / "out")
    for name in ("to out/x", "to out"):
        with pytest.raises(CommandError):
            workspace.write_text(name, "x")
    assert not list((tmp_path / "out").iterdir())
    assert workspace.delete("to out").kind == "link"


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes there")
def test_what_is_attached_to_a_file_is_kept(workspace: Workspace) -> None:
    path = workspace.root / "a.txt"
    path.write_text("old")
    # user:1234:rw-, mask rw-, and nothing for the group and others (acl(5): tag, permissions, number).
    entries = [(1, 6, -1), (2, 6, 1234), (4, 0, -1), (16, 6, -1), (32, 0, -1)]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    try:
        os.setxattr(path, "user.note", b"mine")
        os.setxattr(path, "system.posix_acl_access", acl)
    except OSError:
        pytest.skip("the file system has no access lists")
    workspace.write_text("a.txt", "new")
    assert path.read_text() == "new"
    assert os.getxattr(path, "user.note") == b"mine"
    assert os.getxattr(path, "system.posix_acl_access") == acl


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes there")
def test_where_an_access_list_can_not_be_kept_the_group_gets_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bits of the mode are then the list's mask, which may be more than it had."""
    path = workspace.root / "a.txt"
    path.write_text("old")
    path.chmod(0o664)

    def refusing(file: int, name: str, value: bytes) -> None:
        raise PermissionError(name)

    monkeypatch.setattr(os, "listxattr", lambda file: ["system.posix_acl_access"])
    monkeypatch.setattr(os, "getxattr", lambda file, name: b"")
    monkeypatch.setattr(os, "setxattr", refusing)
    workspace.write_text("a.txt", "new")
    assert path.stat().st_mode & 0o777 == 0o604
    monkeypatch.setattr(os, "listxattr", lambda file: ["user.note"])
    path.chmod(0o664)
    workspace.write_text("a.txt", "newer")
    assert path.stat().st_mode & 0o777 == 0o664


@posix
def test_rights_of_a_file_are_kept_but_for_those_of_its_owner_to_run_it(workspace: Workspace) -> None:
    path = workspace.root / "run.sh"
    path.write_text("old")
    path.chmod(0o6755)
    workspace.write_text("run.sh", "new")
    assert path.stat().st_mode & 0o7777 == 0o755


@posix
def test_a_private_file_is_private_while_it_is_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workspace.root / "a.txt"
    path.write_text("old")
    path.chmod(0o600)
    seen: list[int] = []
    write = os.write

    def watching(descriptor: int, content: bytes) -> int:
        seen.append(os.fstat(descriptor).st_mode & 0o777)
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", watching)
    workspace.write_text("a.txt", "new")
    assert seen == [0o600]
