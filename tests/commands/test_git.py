"""Git in the workspace: real git, a real server by HTTPS on loopback, and repositories that set traps."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from autogpt.commands.command import commands_of
from autogpt.commands.git import GitCommands
from autogpt.commands.registry import Registry
from autogpt.core.actions import Action
from autogpt.core.events import Ran
from autogpt.core.policy import Policy, Preset, Verdict, ruling
from autogpt.core.run_by_others import SHUT_MARKS
from autogpt.http import Admission, Door
from autogpt.sandboxes import git as git_door
from autogpt.sandboxes import landlock
from autogpt.sandboxes.git import Author, Git, Login
from autogpt.settings.secret import Secret
from autogpt.workspace import Workspace
from tests.commands.conftest import StoppedClock
from tests.commands.git_server import backend, git, repository
from tests.http.servers import Request, Server, redirect, reply, serving

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("git") is None, reason="git isn't installed"),
]

HOST = "code.example"
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"

Call = Callable[..., Ran]


@dataclass
class Site:
    """A git server, the repositories that it serves, and what happens while it is asked."""

    root: Path
    server: Server
    during: list[Callable[[Request], bytes | None]]

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.server.port}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def site(tmp_path: Path, authority: trustme.CA) -> Iterator[Site]:
    root = tmp_path / "served"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, key_type=trustme.KeyType.ECDSA).configure_cert(context)
    during: list[Callable[[Request], bytes | None]] = []

    def happens(request: Request) -> bytes | None:
        for one in during:
            instead = one(request)
            if instead is not None:
                return instead
        return None

    with serving(backend(root, happens), context) as server:
        yield Site(root, server, during)


@pytest.fixture
def environ(tmp_path: Path, authority: trustme.CA) -> dict[str, str]:
    """The agent's environment, with a key in it and everything by which git can be led astray."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    trap = program(tmp_path, "from_environment")
    return {
        "PATH": os.environ["PATH"],
        "SSL_CERT_FILE": str(trusted),
        "OPENAI_API_KEY": "sk-not-for-git",
        "GIT_SSH_COMMAND": trap,
        "GIT_EXTERNAL_DIFF": trap,
        "GIT_EDITOR": trap,
        "GIT_ASKPASS": trap,
        "GIT_DIR": str(tmp_path),
        "GIT_PAGER": trap,
    }


def program(folder: Path, name: str) -> str:
    """A program that leaves a file named `ran-…` where anybody can see that it ran."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ntouch '{folder}/ran-{name}'\ncat\nexit 0\n")
    path.chmod(0o755)
    return str(path)


def ran(folder: Path) -> list[str]:
    """Programs that were started."""
    return sorted(path.name for path in folder.glob("ran-*"))


def family_of(workspace: Workspace, environ: dict[str, str], **more: Any) -> GitCommands:
    found = Git.find(environ, workspace.root)
    assert found is not None
    door = Door(admission=Admission(hosts=frozenset({HOST})), resolve=lambda host, port: ["127.0.0.1"])
    return GitCommands(workspace, found, door.tunnel, **more)


def caller(workspace: Workspace, environ: dict[str, str], **more: Any) -> Call:
    bugs: list[BaseException] = []
    family = family_of(workspace, environ, **more)
    registry = Registry([family], workspace=workspace, clock=StoppedClock(), on_bug=bugs.append)

    def run(command: str, **args: Any) -> Ran:
        done = registry.run(Action(command, args))
        assert not bugs
        return done

    return run


@pytest.fixture
def call(workspace: Workspace, environ: dict[str, str]) -> Call:
    return caller(workspace, environ)


# -- cloning -------------------------------------------------------------------------------------


def test_a_clone_has_the_last_commit_alone_and_says_what_is_in_it(
    workspace: Workspace, site: Site, call: Call
) -> None:
    repository(site.root / "tea", {"a.txt": "one"}, {"a.txt": "two", "src/b.py": "pass\n"})
    done = call("clone_repository", repository_url=f"{site.url}/tea", clone_path="tea")
    assert done.ok, done.result
    assert "a.txt" in done.result
    assert "src/" in done.result
    assert "its last commit" in done.result
    assert (workspace.root / "tea/a.txt").read_text() == "two"
    assert git(workspace.root / "tea", "rev-list", "--count", "HEAD").strip() == "1"
    assert call("git_status", path="tea").result.endswith("No file differs from the last commit.")


def test_the_whole_history_comes_when_it_is_asked_for(workspace: Workspace, site: Site, call: Call) -> None:
    repository(site.root / "tea", {"a": "1"}, {"a": "2"}, {"a": "3"})
    assert call("clone_repository", repository_url=f"{site.url}/tea/", depth=0).ok
    assert git(workspace.root / "tea", "rev-list", "--count", "HEAD").strip() == "3"


@pytest.mark.parametrize(("asked", "sent"), [(2, 10), (10, 10), (11, 100), (1_000, 1_000), (1_001, 0)])
def test_how_many_commits_are_asked_for_tells_the_server_little(
    workspace: Workspace, site: Site, call: Call, asked: int, sent: int
) -> None:
    repository(site.root / "tea", *({"a": str(number)} for number in range(12)))
    bodies: list[bytes] = []
    site.during.append(lambda request: bodies.append(request.body))
    done = call("clone_repository", repository_url=f"{site.url}/tea", depth=asked)
    assert (f"its last {sent} commits" if sent else "all its commits") in done.result
    sent_words = b"".join(bodies)
    assert (f"deepen {sent}".encode() in sent_words) if sent else (b"deepen" not in sent_words)
    assert sent == asked or str(asked).encode() + b"\n" not in sent_words
    count = int(git(workspace.root / "tea", "rev-list", "--count", "HEAD"))
    assert count == (min(sent, 12) if sent else 12)


def test_a_clone_starts_nothing_and_takes_no_submodules(
    workspace: Workspace, site: Site, call: Call, tmp_path: Path
) -> None:
    trap = program(tmp_path / "traps", "filter")
    other = repository(site.root / "other", {"x": "y"})
    tricky = repository(
        site.root / "tricky",
        {
            ".gitattributes": "* filter=x diff=x\n",
            ".lfsconfig": f'[filter "x"]\n smudge = {trap}\n',
            "a": "b",
        },
    )
    git(tricky, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "module")
    git(tricky, "commit", "--quiet", "-m", "a module")
    done = call("clone_repository", repository_url=f"{site.url}/tricky")
    assert done.ok, done.result
    assert "submodules were not cloned" in done.result
    assert list((workspace.root / "tricky/module").iterdir()) == []
    assert ran(tmp_path / "traps") == []
    assert not any((workspace.root / "tricky/.git/hooks").glob("*"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc", "only http"),
        ("ext::sh -c touch% /tmp/x", "only http"),
        ("--upload-pack=touch", "not a whole URL"),
        ("http://code.example/tea", "Only https"),
        ("https://user:secret@code.example/tea", "leave out"),
        ("https://127.0.0.1/tea", "is not reached"),
        ("https://0x7f.1/tea", "is not reached"),
        ("https://[::1]/tea", "is not reached"),
        ("https://169.254.169.254/latest", "is not reached"),
        ("https://localhost/tea", "is not reached"),
        ("https://elsewhere.example/tea", "is not reached"),
        ("https://code.example/tea?tab=readme", "a page"),
        ("", "not a whole URL"),
    ],
)
def test_where_a_clone_may_not_come_from(workspace: Workspace, call: Call, url: str, words: str) -> None:
    done = call("clone_repository", repository_url=url, clone_path="tea")
    assert not done.ok
    assert words in done.result
    assert not (workspace.root / "tea").exists()


@pytest.mark.parametrize(
    "written", ["git@{host}:ada/tea.git", "ssh://git@{host}/ada/tea.git", "{host}/ada/tea"]
)
def test_an_address_for_ssh_is_taken_as_https(call: Call, written: str) -> None:
    done = call("clone_repository", repository_url=written.format(host="127.0.0.1"))
    assert not done.ok
    assert "'127.0.0.1' is not reached" in done.result


@pytest.mark.parametrize("path", ["../tea", "/tmp/tea", ".", ".git", "a/../../tea"])
def test_a_clone_stays_in_the_workspace(workspace: Workspace, site: Site, call: Call, path: str) -> None:
    repository(site.root / "tea", {"a": "1"})
    done = call("clone_repository", repository_url=f"{site.url}/tea", clone_path=path)
    assert not done.ok
    assert list(workspace.root.iterdir()) == []


def test_a_clone_into_what_is_there_changes_nothing(workspace: Workspace, site: Site, call: Call) -> None:
    (workspace.root / "tea").mkdir()
    (workspace.root / "tea/mine.txt").write_text("mine")
    done = call("clone_repository", repository_url=f"{site.url}/tea", clone_path="tea")
    assert not done.ok
    assert "there already" in done.result
    assert (workspace.root / "tea/mine.txt").read_text() == "mine"
    assert site.server.requests == []


def test_redirects_are_not_followed_and_the_new_address_is_asked_for(
    workspace: Workspace, site: Site, call: Call
) -> None:
    site.during.append(lambda request: redirect("https://127.0.0.1:9/inside"))
    done = call("clone_repository", repository_url=f"{site.url}/tea")
    assert not done.ok
    assert "redirect" in done.result
    assert list(workspace.root.iterdir()) == []


def test_a_page_that_is_no_repository_is_not_taken_for_one(site: Site, call: Call) -> None:
    site.during.append(lambda request: reply(b"<html>welcome</html>"))
    assert "or there is none at this URL" in call("clone_repository", repository_url=f"{site.url}/tea").result


def test_a_repository_that_is_not_there_leaves_nothing(workspace: Workspace, site: Site, call: Call) -> None:
    done = call("clone_repository", repository_url=f"{site.url}/tea")
    assert not done.ok
    assert "not found" in done.result
    assert list(workspace.root.iterdir()) == []


def test_a_clone_that_takes_too_long_is_ended_and_leaves_nothing(
    workspace: Workspace, site: Site, environ: dict[str, str]
) -> None:
    over = threading.Event()

    def hangs(request: Request) -> None:
        over.wait(30)

    site.during.append(hangs)
    done = caller(workspace, environ, seconds=0.3)("clone_repository", repository_url=f"{site.url}/tea")
    over.set()
    assert not done.ok
    assert "longer than 0.3 seconds" in done.result
    assert list(workspace.root.iterdir()) == []


def test_the_token_reaches_its_site_and_nothing_else(
    workspace: Workspace, site: Site, environ: dict[str, str], tmp_path: Path
) -> None:
    repository(site.root / "tea", {"a": "1"})
    seen: list[bytes] = []

    def listed(request: Request) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(process.read_bytes())
            except OSError:
                continue

    site.during.append(listed)
    mine = Login("ada", Secret(TOKEN), ("https", HOST, site.server.port))
    done = caller(workspace, environ, login=mine)("clone_repository", repository_url=f"{site.url}/tea")
    assert done.ok, done.result
    assert all("authorization" in request.headers for request in site.server.requests)
    assert any(b"http-backend" in line or b"clone" in line for line in seen)
    basic = site.server.requests[0].headers["authorization"].split()[1]
    for secret in (TOKEN, basic):
        assert secret not in done.result
        assert not any(secret.encode() in line for line in seen)
        for path in workspace.root.rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes(), path
    others = Login("ada", Secret(TOKEN))
    site.server.requests.clear()
    again = caller(workspace, environ, login=others)
    assert again("clone_repository", repository_url=f"{site.url}/tea", clone_path="more").ok
    assert not any("authorization" in request.headers for request in site.server.requests)


def bomb(folder: Path, wide: int, deep: int, size: int = 1) -> Path:
    """A repository of a few objects whose files are `wide` to the power of `deep`."""
    repository(folder, {"a": "1"})
    (folder / "blob").write_bytes(b"\0" * size)
    made = f"100644 blob {git(folder, 'hash-object', '-w', 'blob').strip()}"
    for _ in range(deep):
        lines = "".join(f"{made}\t{name}\n" for name in range(wide))
        made = f"040000 tree {git(folder, 'mktree', given=lines).strip()}"
    commit = git(folder, "commit-tree", "-m", "all the same", made.split()[2]).strip()
    git(folder, "update-ref", "refs/heads/main", commit)
    return folder


@pytest.mark.parametrize(
    ("wide", "deep", "size", "words"),
    [(20, 7, 1, "more than 500,000 files"), (100, 2, 1_000_000, "more than 5 GB")],
)
def test_a_clone_that_would_fill_the_disk_is_weighed_before_it_is_unpacked(
    workspace: Workspace, site: Site, call: Call, wide: int, deep: int, size: int, words: str
) -> None:
    bomb(site.root / "bomb", wide, deep, size)
    done = call("clone_repository", repository_url=f"{site.url}/bomb")
    assert not done.ok
    assert words in done.result
    assert list(workspace.root.iterdir()) == []


def test_a_clone_that_is_too_much_for_the_network_is_broken_off(
    workspace: Workspace, site: Site, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autogpt.commands.git.MOST_FETCHED", 50_000)
    repository(site.root / "tea", {"noise": os.urandom(200_000).hex()})
    done = call("clone_repository", repository_url=f"{site.url}/tea")
    assert not done.ok
    assert "which is more than is taken" in done.result
    assert list(workspace.root.iterdir()) == []


def test_no_git_goes_another_way_than_through_the_door(
    workspace: Workspace, site: Site, environ: dict[str, str]
) -> None:
    """What the environment says of proxies is the door's business, and a name is looked up there alone."""
    repository(site.root / "tea", {"a": "1"})
    astray = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"), "http://127.0.0.1:9")
    run = caller(workspace, environ | astray | {"NO_PROXY": "*", "no_proxy": HOST})
    assert run("clone_repository", repository_url=f"{site.url}/tea").ok


def test_a_private_repository_is_said_to_be_private(workspace: Workspace, site: Site, call: Call) -> None:
    site.during.append(lambda request: reply(b"", "401 Unauthorized", WWW_Authenticate='Basic realm="git"'))
    done = call("clone_repository", repository_url=f"{site.url}/tea")
    assert not done.ok
    assert "GITHUB_API_KEY" in done.result


# -- what is there -------------------------------------------------------------------------------


@pytest.fixture
def tea(workspace: Workspace) -> Path:
    return repository(workspace.root / "tea", {"a.txt": "one\n", "b.txt": "same\n"})


def test_status_and_diff_and_commit_of_work_in_a_repository(tea: Path, call: Call) -> None:
    (tea / "a.txt").write_text("two\n")
    (tea / "new.txt").write_text("fresh\n")
    (tea / "b.txt").unlink()
    state = call("git_status", path="tea").result
    assert "on branch main" in state
    assert " M a.txt" in state
    assert " D b.txt" in state
    assert "?? new.txt" in state
    patch = call("git_diff", path="tea").result
    assert "-one\n+two" in patch
    assert "+fresh" in patch
    assert "-same" in patch
    assert "+two" not in call("git_diff", path="tea/new.txt").result
    done = call("git_commit", message="Two is better", path="tea")
    assert done.ok, done.result
    assert git(tea, "log", "-1", "--format=%s|%an|%ae").strip() == "Two is better|Auto-GPT|auto-gpt@localhost"
    assert git(tea, "status", "--porcelain") == ""
    assert git(tea, "fsck", "--strict") == ""
    assert call("git_status", path="tea").result.endswith("No file differs from the last commit.")


def test_a_change_in_the_moment_of_the_last_commit_is_seen(tea: Path, call: Call) -> None:
    """Same size, same time: git compares its index's time then, which a copy must keep."""
    moment = 1_700_000_000_000_000_000
    (tea / "a.txt").write_text("new\n")
    for path in (tea / "a.txt", tea / ".git/index"):
        os.utime(path, ns=(moment, moment))
    git(tea, "add", "a.txt")
    (tea / "a.txt").write_text("now\n")
    for path in (tea / "a.txt", tea / ".git/index"):
        os.utime(path, ns=(moment, moment))
    assert "+now" in call("git_diff", path="tea").result
    assert call("git_commit", message="now", path="tea").ok
    assert git(tea, "show", "HEAD:a.txt") == "now\n"


@pytest.mark.parametrize("files", [["tea/a.txt"], "tea/a.txt", '["tea/a.txt"]'])
def test_only_the_files_that_are_named_are_committed_and_what_was_staged_stays(
    tea: Path, call: Call, files: Any
) -> None:
    (tea / "a.txt").write_text("two\n")
    (tea / "b.txt").write_text("staged\n")
    git(tea, "add", "b.txt")
    assert call("git_commit", message="a", files=files).ok
    assert git(tea, "show", "--name-only", "--format=", "HEAD").split() == ["a.txt"]
    assert git(tea, "diff", "--cached", "--name-only").split() == ["b.txt"]


def test_the_first_commit_of_a_repository(workspace: Workspace, call: Call) -> None:
    folder = workspace.root / "fresh"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Grace")
    git(folder, "config", "user.email", "grace@example.com")
    (folder / "x").write_text("y")
    assert call("git_commit", message="begin", path="fresh").ok
    assert git(folder, "log", "--format=%an %s").strip() == "Grace begin"


def test_commits_carry_the_name_that_the_person_gave(
    workspace: Workspace, tea: Path, environ: dict[str, str]
) -> None:
    git(tea, "config", "user.name", "Somebody")
    git(tea, "config", "user.email", "somebody@example.com")
    (tea / "a.txt").write_text("two\n")
    run = caller(workspace, environ, author=Author("Grace Hopper"))
    assert run("git_commit", message="two", path="tea").ok
    assert (
        git(tea, "log", "-1", "--format=%an|%cn|%ae").strip()
        == "Grace Hopper|Grace Hopper|somebody@example.com"
    )


def test_the_agents_own_records_are_not_committed(workspace: Workspace, call: Call) -> None:
    repository(workspace.root, {"a.txt": "one\n"})
    records = workspace.root / ".autogpt/runs"
    records.mkdir(parents=True)
    (records / "journal.jsonl").write_text("{}")
    assert "autogpt" not in call("git_status").result
    assert "autogpt" not in call("git_diff").result
    (workspace.root / "a.txt").write_text("two\n")
    assert call("git_commit", message="two").ok
    assert git(workspace.root, "show", "--name-only", "--format=", "HEAD").split() == ["a.txt"]


@pytest.mark.parametrize(
    "ignore", ["", "!.autogpt\n!auto_gpt_scratch\n", ".autogpt/\nauto_gpt_scratch/\n", "*.txt\n"]
)
def test_the_agents_scratch_is_in_no_commit_whatever_the_repository_ignores(
    workspace: Workspace, call: Call, ignore: str
) -> None:
    repository(workspace.root, {"a.md": "one\n"})
    for name in (
        ".autogpt/runs/x",
        "auto_gpt_scratch/results/shell.txt",
        "auto_gpt_scratch/executed_code/a.py",
    ):
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / name).write_text("scratch")
    (workspace.root / ".gitignore").write_text(ignore + "\n")
    (workspace.root / "a.md").write_text("two\n")
    for done in (call("git_status"), call("git_diff"), call("git_commit", message="all")):
        assert done.ok, done.result
        assert "a.md" in done.result
        assert not any(one in done.result for one in ("runs/x", "results/", "executed_code/"))
    assert set(git(workspace.root, "ls-files").split()) == {".gitignore", "a.md"}


def test_the_scratch_tells_the_persons_own_git_to_leave_it_alone(workspace: Workspace, call: Call) -> None:
    repository(workspace.root, {"a.md": "one\n"})
    workspace.keep(workspace.in_scratch("results/x.txt"), "x")
    git(workspace.root, "add", "--all")
    assert git(workspace.root, "status", "--porcelain") == ""


KEYS = {
    ".env": "A=1", "config/.env.production": "x", "id_rsa": "x", "certs/server.pem": "x", "credentials.json": "{}",
    ".netrc": "machine x", ".npmrc": "//r.example/:_authToken=abc", "app.py": "KEY = 'sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2'",
    "notes.md": "-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64 + "\n-----END PRIVATE KEY-----\n", "PROD.ENV": "A=1",
}  # fmt: skip
PLAIN = {
    ".env.example": "A=", ".npmrc.md": "x", "sub/.npmrc": "save-exact=true\n", "credentials.py": "pass\n",
    "README.md": "Use Bearer YOUR_TOKEN, or postgres://user:password@localhost/db", "id_rsa.pub": "ssh-rsa AAAA",
    "environment.py": "x", "keys.md": "x", "monkey": "x",
}  # fmt: skip


def put(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_files_that_seem_to_hold_keys_are_left_out_and_said(tea: Path, call: Call) -> None:
    put(tea, KEYS | PLAIN)
    done = call("git_commit", message="all", path="tea")
    assert done.ok, done.result
    assert "Left out, for they seem to hold keys" in done.result
    committed = set(git(tea, "ls-tree", "-r", "--name-only", "HEAD").split())
    assert committed & set(KEYS) == set()
    assert set(PLAIN) <= committed
    objects = git(tea, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert all("sk-a1B2" not in git(tea, "cat-file", "-p", one) for one in objects)


def test_one_that_is_named_is_refused_until_it_is_named_as_one(tea: Path, call: Call) -> None:
    put(tea, {".env": "A=1", "b.txt": "b"})
    done = call("git_commit", message="x", path="tea", files=["tea/.env", "tea/b.txt"])
    assert not done.ok
    assert "name it in keys too" in done.result
    assert call("git_commit", message="x", path="tea", files=["tea/.env"], keys=["tea/.env"]).ok
    assert ".env" in git(tea, "ls-tree", "-r", "--name-only", "HEAD").split()


def test_a_plain_password_is_left_out_by_its_line_and_asked_about(
    workspace: Workspace, environ: dict[str, str], tea: Path, call: Call
) -> None:
    put(tea, {"app.ini": "[db]\nuser = tea\npassword = hunter2\n", "b.txt": "b"})
    done = call("git_commit", message="x", path="tea")
    assert "Left out, for they seem to hold keys or passwords: app.ini (line 3)." in done.result
    refused = call("git_commit", message="x", path="tea", files=["tea/app.ini"])
    assert "app.ini (line 3) seems to hold" in refused.result
    registry = Registry([family_of(workspace, environ)], workspace=workspace, clock=StoppedClock())
    with_keys = {"message": "x", "path": "tea", "keys": ["tea/app.ini"]}
    asked = registry.preview(Action("git_commit", with_keys))
    assert asked is not None
    assert asked.what == "commits 1 file: app.ini; app.ini (line 3) seems to hold keys or passwords"
    assert call("git_commit", **with_keys).ok
    put(tea, {"app.ini": "[db]\nuser = coffee\npassword = hunter2\n", "c.txt": "c"})
    assert "Left out" not in call("git_commit", message="it is out already", path="tea").result
    put(tea, {"app.ini": "[db]\nuser = coffee\npassword = hunter3\n", "d.txt": "d"})
    assert "app.ini (line 3)" in call("git_commit", message="another one", path="tea").result


@pytest.fixture
def registry(workspace: Workspace, environ: dict[str, str]) -> Registry:
    """One that asks and runs, as in a run."""
    family = family_of(workspace, environ, holds_secret=lambda text: "tea-and-biscuits" in text)
    return Registry([family], workspace=workspace, clock=StoppedClock())


def asked(registry: Registry, action: Action) -> str:
    preview = registry.preview(action)
    assert preview is not None
    return preview.fails or preview.what


def test_the_question_names_the_files_and_how_many_more_there_are(tea: Path, registry: Registry) -> None:
    everything = Action("git_commit", {"message": "x", "path": "tea"})
    put(tea, {"new.txt": "n", "a.txt": "two\n", ".env": "left out, so no part of the question"})
    (tea / "b.txt").unlink()
    assert asked(registry, everything) == "commits 3 files: a.txt, b.txt (deleted), new.txt"
    put(tea, {f"f{number:02}": "x" for number in range(12)})
    told = asked(registry, everything)
    assert told.startswith("commits 15 files: a.txt, b.txt (deleted), f00, ")
    assert told.endswith(", f07 and 5 more")


@pytest.mark.parametrize("change", ["content", "new", "gone", "link", "large", "key"])
def test_a_yes_counts_for_the_files_that_were_there(tea: Path, registry: Registry, change: str) -> None:
    everything = {"message": "x", "path": "tea", "keys": ["tea/.env"]}
    put(tea, {"c.txt": "as it was seen", ".env": "A=1", "large": "x" * 1_000_001})
    (tea / "led").symlink_to("a.txt")
    assert asked(registry, Action("git_commit", everything)).startswith("commits 4 files")
    changed = {"content": "c.txt", "new": "d.txt", "gone": "c.txt", "link": "led", "key": ".env"}.get(
        change, change
    )
    match change:
        case "gone":
            (tea / changed).unlink()
        case "link":
            (tea / changed).unlink()
            (tea / changed).symlink_to("b.txt")
        case "large":
            put(tea, {changed: "y" * 1_000_002})
        case _:
            put(tea, {changed: "otherwise"})
    head = git(tea, "rev-parse", "HEAD")
    refused = registry.run(Action("git_commit", everything))
    assert not refused.ok
    assert f"{changed} changed while the user was asked; nothing was committed. Look at it" in refused.result
    assert git(tea, "rev-parse", "HEAD") == head
    assert registry.run(Action("git_commit", everything)).ok, "it is said once"


def test_what_nobody_was_asked_about_is_not_compared(tea: Path, registry: Registry) -> None:
    one = Action("git_commit", {"message": "x", "files": ["tea/a.txt"]})
    put(tea, {"a.txt": "two"})
    asked(registry, one)
    put(tea, {"b.txt": "no part of it"})
    assert registry.run(one).ok
    asked(registry, Action("git_commit", {"message": "another", "path": "tea"}))
    put(tea, {"b.txt": "two", "c.txt": "new"})
    assert registry.run(Action("git_commit", {"message": "x", "path": "tea"})).ok


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32"])
def test_keys_are_found_in_whatever_encoding(tea: Path, registry: Registry, encoding: str) -> None:
    everything = Action("git_commit", {"message": "x", "path": "tea"})
    for name, text in {
        "app.py": KEYS["app.py"],
        "app.ini": "; für größere Städte\npassword = hunter2\n",
    }.items():
        (tea / name).write_bytes(text.encode(encoding))
    put(tea, {"c.txt": "c"})
    done = registry.run(everything)
    assert "app.ini (line 2), app.py (line 1). (Best" in done.result
    assert registry.run(Action("git_commit", {"message": "x", "path": "tea", "keys": ["tea/app.ini"]})).ok
    (tea / "app.ini").write_bytes("; für größere\n; Städte\npassword = hunter2\n".encode(encoding))
    again = registry.run(everything)
    assert again.ok, "the password is out already"
    assert "app.ini (" not in again.result


@pytest.mark.parametrize(
    "secret",
    ["sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2", "tea-and-biscuits", "see https://me:hunter22@code.example/x"],
)
def test_a_message_with_a_key_is_refused_without_a_question(
    tea: Path, registry: Registry, secret: str
) -> None:
    put(tea, {"a.txt": "two"})
    action = Action("git_commit", {"message": f"Use {secret}\n", "path": "tea"})
    head = git(tea, "rev-parse", "HEAD")
    preview = registry.preview(action)
    assert preview is not None
    assert "Say it without" in preview.fails
    assert "Say it without" in registry.run(action).result
    assert git(tea, "rev-parse", "HEAD") == head


def test_of_many_that_are_left_out_it_is_said_how_many_more(tea: Path, call: Call) -> None:
    put(tea, {f"{name}.pem": "x" for name in "cdefghi"} | {"a.txt": "two"})
    done = call("git_commit", message="x", path="tea")
    assert "passwords: c.pem, d.pem, e.pem, f.pem, g.pem and 2 more. (Best" in done.result
    for name in "cdefghi":
        repository(tea / f"r{name}", {"x": "1"})
    assert call("git_status", path="tea").result.endswith("rc/, rd/, re/, rf/, rg/ and 2 more")


def test_to_commit_keys_needs_the_persons_yes(workspace: Workspace, environ: dict[str, str]) -> None:
    (command,) = (one for one in commands_of(family_of(workspace, environ)) if one.spec.name == "git_commit")
    plain, with_keys = {"message": "x"}, {"message": "x", "keys": [".env"]}
    for args, verdict in (
        (plain, Verdict.ALLOW),
        ({**plain, "keys": []}, Verdict.ALLOW),
        (with_keys, Verdict.ASK),
    ):
        assert ruling(Policy(), Action("git_commit", args), command.spec).verdict is verdict
    assert (
        ruling(Policy(preset=Preset.TRUSTED), Action("git_commit", with_keys), command.spec).verdict
        is Verdict.ALLOW
    )


def test_keys_that_are_staged_or_tracked_are_left_as_they_are(tea: Path, call: Call) -> None:
    put(tea, {"old.pem": "one", "b.txt": "b"})
    git(tea, "add", "-f", "old.pem")
    git(tea, "commit", "--quiet", "-m", "a key")
    put(tea, {".gitignore": ".env\n", ".env": "A=1", "old.pem": "two"})
    git(tea, "add", "-f", ".env")
    done = call("git_commit", message="x", path="tea")
    assert done.ok, done.result
    assert git(tea, "show", "HEAD:old.pem") == "one"
    assert ".env" not in git(tea, "ls-tree", "-r", "--name-only", "HEAD").split()
    assert "A  .env" in git(tea, "status", "--porcelain")
    (tea / "old.pem").unlink()
    assert call("git_commit", message="the key is gone", path="tea").ok
    assert "old.pem" not in git(tea, "ls-tree", "-r", "--name-only", "HEAD").split()


def test_with_nothing_to_commit_nothing_is_committed(tea: Path, call: Call) -> None:
    before = git(tea, "rev-parse", "HEAD")
    done = call("git_commit", message="nothing", path="tea")
    assert not done.ok
    assert "nothing to commit" in done.result
    assert git(tea, "rev-parse", "HEAD") == before
    assert not (tea / ".git/index.lock").exists()


def test_while_another_git_works_nothing_is_committed(tea: Path, call: Call) -> None:
    (tea / ".git/index.lock").write_text("")
    (tea / "a.txt").write_text("two\n")
    done = call("git_commit", message="now", path="tea")
    assert not done.ok
    assert "Another git" in done.result
    assert (tea / ".git/index.lock").exists()


def test_names_that_git_quotes_or_takes_for_patterns(tea: Path, call: Call) -> None:
    for name in ("*.txt", ":(top)a", "茶.md", "two words", "-n"):
        (tea / name).write_text("x")
    done = call("git_commit", message="names", files=["tea/*.txt", "tea/-n", "tea/:(top)a"])
    assert done.ok, done.result
    committed = git(tea, "-c", "core.quotePath=false", "show", "--name-only", "--format=", "HEAD")
    assert sorted(committed.split("\n")[:-1]) == ["*.txt", "-n", ":(top)a"]


@pytest.mark.parametrize("message", ["", "  \n"])
def test_a_message_must_say_something(tea: Path, call: Call, message: str) -> None:
    assert "message is empty" in call("git_commit", message=message, path="tea").result


def test_where_there_is_no_repository_it_says_what_to_do(workspace: Workspace, call: Call) -> None:
    for command, args in (("git_status", {}), ("git_diff", {}), ("git_commit", {"message": "x"})):
        done = call(command, **args)
        assert not done.ok
        assert "no git repository here" in done.result


def test_a_repository_around_the_workspace_is_none_of_its_business(tmp_path: Path, call: Call) -> None:
    repository(tmp_path, {"outside.txt": "x"})
    assert "no git repository here" in call("git_status").result


# -- new repositories ----------------------------------------------------------------------------


def test_a_repository_is_made_and_gets_its_first_commits(workspace: Workspace, call: Call) -> None:
    (workspace.root / "a.txt").write_text("one\n")
    done = call("git_init")
    assert done.ok, done.result
    assert "new git repository of the workspace, on branch main" in done.result
    assert "no commit yet" in call("git_status").result
    assert call("git_commit", message="Begin").ok
    (workspace.root / "a.txt").write_text("two\n")
    assert call("git_commit", message="Go on").ok
    assert git(workspace.root, "log", "--format=%s", "main").split("\n")[:-1] == ["Go on", "Begin"]
    assert git(workspace.root, "status", "--porcelain") == ""
    assert git(workspace.root, "fsck") == ""


def test_a_repository_is_made_in_a_folder_that_is_there_or_not(workspace: Workspace, call: Call) -> None:
    (workspace.root / "there").mkdir()
    for path in ("there", "new/-n ew", "./茶"):
        done = call("git_init", path=path)
        assert done.ok, done.result
        (workspace.root / path / "x").write_text("y")
        assert call("git_commit", message="x", path=path).ok
    assert not (workspace.root / ".git").exists()


def test_a_new_repository_has_nothing_that_runs(
    workspace: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    """Not from a template of the person's or the environment's, and no settings but git's plainest."""
    template = tmp_path / "template"
    program(template / "hooks", "post-commit")
    (template / "config").write_text(f"[core]\n\tfsmonitor = {program(tmp_path / 'traps', 'fsmonitor')}\n")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {template}\n\tdefaultBranch = other\n")
    environ |= {
        "GIT_TEMPLATE_DIR": str(template),
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
    }
    call = caller(workspace, environ)
    assert call("git_init", path="x").ok
    made = workspace.root / "x/.git"
    assert {entry.name for entry in made.iterdir()} == {"HEAD", "config", "objects", "refs"}
    assert (made / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert "fsmonitor" not in (made / "config").read_text()
    (made.parent / "a").write_text("b")
    assert call("git_commit", message="a", path="x").ok
    assert ran(tmp_path / "traps") + ran(template / "hooks") == []


def test_where_there_is_a_repository_none_is_made(tea: Path, call: Call) -> None:
    before = git(tea, "rev-parse", "HEAD")
    done = call("git_init", path="tea")
    assert not done.ok
    assert "already" in done.result
    assert git(tea, "rev-parse", "HEAD") == before


@pytest.mark.parametrize("path", ["../x", "/tmp/x", ".git", "x/.git/y", ".autogpt", "file.txt"])
def test_a_repository_is_made_in_folders_of_the_workspace_alone(
    workspace: Workspace, call: Call, path: str
) -> None:
    (workspace.root / "file.txt").write_text("x")
    done = call("git_init", path=path)
    assert not done.ok
    assert not (workspace.root / ".git").exists()
    assert not (workspace.root / "x").exists()


def test_no_folder_becomes_a_repository_by_one_that_is_made_in_it(
    workspace: Workspace, site: Site, call: Call
) -> None:
    """With `objects` in it, the folder would be a repository, and the agent's own file its settings."""
    for name in ("HEAD", "refs/x", "config"):
        workspace.write_text(f"proj/{name}", "ref: refs/heads/main\n")
    for path in ("proj/objects", "proj/Objects/x"):
        for done in (
            call("git_init", path=path),
            call("clone_repository", repository_url=site.url, clone_path=path),
        ):
            assert "would be git's settings" in done.result
    assert sorted(entry.name for entry in (workspace.root / "proj").iterdir()) == ["HEAD", "config", "refs"]


@pytest.mark.parametrize("marks", [marks for marks in SHUT_MARKS if "HEAD" in marks])
def test_what_is_refused_as_a_repository_is_one_to_git(tmp_path: Path, marks: tuple[str, ...]) -> None:
    """Git obeys the settings of such a folder, so that none may be made."""
    trap, common = tmp_path / "trap", tmp_path / ("common" if "commondir" in marks else "bare")
    bare = tmp_path / "bare"
    for folder in (bare, common / "objects", common / "refs"):
        folder.mkdir(parents=True, exist_ok=True)
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    (bare / "commondir").write_text("../common\n") if "commondir" in marks else None
    (common / "config").write_text(f'[core]\n\tbare = true\n[alias]\n\tsprung = "!touch {trap}"\n')
    assert all((bare / mark).exists() for mark in marks)
    subprocess.run(["git", "sprung"], cwd=bare, check=True)
    assert trap.exists()


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
@pytest.mark.parametrize("kind", ["folder", "folder of its own", "link", "file"])
def test_a_git_that_leads_elsewhere_is_not_filled(
    workspace: Workspace, call: Call, tmp_path: Path, kind: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = workspace.root / "x"
    if kind == "folder":
        place.symlink_to(elsewhere)
    else:
        place.mkdir()
        if kind == "link":
            (place / ".git").symlink_to(elsewhere)
        elif kind == "file":
            (place / ".git").write_text(f"gitdir: {elsewhere}\n")
        else:
            (place / ".git").mkdir()
            (place / ".git/config").write_text("[core]\n")
    assert not call("git_init", path="x").ok
    assert list(elsewhere.iterdir()) == []


def test_whoever_keeps_repositories_hears_of_new_ones(
    workspace: Workspace, environ: dict[str, str], site: Site
) -> None:
    repository(site.root / "tea", {"a.txt": "one"})
    made: list[Path] = []
    call = caller(workspace, environ, on_made=made.append)
    assert call("git_init", path="x").ok
    assert call("clone_repository", repository_url=f"{site.url}/tea").ok
    assert not call("git_init", path="x").ok
    assert made == [workspace.root / "x/.git", workspace.root / "tea/.git"]


# -- traps ---------------------------------------------------------------------------------------

SETTINGS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "diff.external", "gpg.program",
    "credential.helper", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge", "filter.x.process",
    "merge.x.driver", "alias.status", "alias.add", "alias.commit-tree", "uploadpack.packObjectsHook", "core.gitProxy",
    "interactive.diffFilter", "sequence.editor", "pager.diff", "pager.status",
)  # fmt: skip


@pytest.fixture
def traps(tea: Path) -> Path:
    """The repository as somebody hostile left it. Its traps lie in the workspace, where git may start and write."""
    folder = tea.parent / "traps"
    for setting in SETTINGS:
        git(tea, "config", setting, program(folder, setting))
    git(tea, "config", "commit.gpgSign", "true")
    git(tea, "config", "filter.x.required", "true")
    more = tea.parent / "included"
    more.write_text(f"[core]\n\tfsmonitor = {program(folder, 'included')}\n")
    git(tea, "config", "include.path", str(more))
    (tea / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    hooks = tea / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("pre-commit", "post-commit", "commit-msg", "prepare-commit-msg", "reference-transaction",
                 "post-index-change", "fsmonitor-watchman", "pre-auto-gc", "update"):  # fmt: skip
        shutil.copy(program(folder, hook), hooks / hook)
    return folder


def found_git(workspace: Workspace, environ: dict[str, str]) -> Git:
    found = Git.find(environ, workspace.root)
    assert found is not None
    if not found.confined:
        pytest.skip("there is no Landlock here")
    return found


def test_git_reads_nothing_outside_of_the_workspace(
    workspace: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    """So a folder that is swapped for a link while git looks into it leads nowhere."""
    canary = tmp_path / "outside/canary"
    canary.parent.mkdir()
    canary.write_text("the canary")
    (workspace.root / "inside").write_text("x")
    (workspace.root / "link").symlink_to(canary.parent)
    git_here, home = found_git(workspace, environ), tmp_path / "home"
    home.mkdir()
    assert git_here._run(["hash-object", "inside"], workspace.root, home).code == 0
    for path in (canary, workspace.root / "link/canary"):
        said = git_here._run(["hash-object", str(path)], workspace.root, home)
        assert said.code
        assert "Permission denied" in said.errors


def test_git_writes_nothing_outside_of_the_workspace(
    workspace: Workspace, environ: dict[str, str], tmp_path: Path
) -> None:
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.mkdir()
    home.mkdir()
    (workspace.root / "link").symlink_to(outside)
    git_here = found_git(workspace, environ)
    for everywhere in (False, True):
        said = git_here._run(
            ["init", "--", str(workspace.root / "link")], workspace.root, home, everywhere=everywhere
        )
        assert said.code
    assert list(outside.iterdir()) == []


def test_where_git_is_not_held_no_program_goes_on_beside_it(
    workspace: Workspace, environ: dict[str, str], tea: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = [True]
    call = caller(workspace, environ, beside=lambda: goes_on[0])
    monkeypatch.setattr(Git, "confined", property(lambda git: False))
    calls = {"git_init": {"path": "new"}, "git_status": {}, "git_diff": {}, "git_commit": {"message": "x"}}
    for name, args in calls.items():
        done = call(name, **{"path": "tea", **args})
        assert not done.ok
        assert "stop_process" in done.result
    goes_on[0] = False
    assert call("git_status", path="tea").ok


class Counted:
    """A lock that tells of everyone who comes to it."""

    def __init__(self, came: threading.Semaphore) -> None:
        self._lock = threading.Lock()
        self._came = came

    def __enter__(self) -> None:
        self._came.release()
        self._lock.acquire()

    def __exit__(self, *why: object) -> None:
        self._lock.release()


def test_nobody_hears_that_git_is_not_held_before_that_was_tried(
    workspace: Workspace, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trial goes on until all others have either come to wait for it, or got an answer."""
    git_here = found_git(workspace, environ)
    others, came = 5, threading.Semaphore(0)
    answers: list[bool] = []
    held = landlock.held

    def ask() -> None:
        answers.append(git_here.confined)
        came.release()

    threads = [threading.Thread(target=ask) for _ in range(others)]

    def slow(*args: Any) -> Any:
        for thread in threads:
            thread.start()
        for _ in range(others + 1):  # the one that tries came to the lock too
            came.acquire(timeout=30)
        return held(*args)

    monkeypatch.setattr(git_door, "_tried", {})
    monkeypatch.setattr(git_door, "_trying", Counted(came), raising=False)
    monkeypatch.setattr(landlock, "held", slow)
    assert git_here.confined
    for thread in threads:
        thread.join()
    assert answers == [True] * others


def test_no_program_that_a_repository_names_is_started(traps: Path, tea: Path, call: Call) -> None:
    (tea / "a.txt").write_text("two\n")
    assert " M a.txt" in call("git_status", path="tea").result
    assert "+two" in call("git_diff", path="tea").result
    done = call("git_commit", message="still works", path="tea")
    assert done.ok, done.result
    assert ran(traps) == []
    assert git(tea, "log", "-1", "--format=%s").strip() == "still works"


def test_the_traps_do_spring_for_a_git_that_trusts(traps: Path, tea: Path) -> None:
    """Else the test above would prove nothing."""
    (tea / "a.txt").write_text("two\n")
    with suppress(subprocess.CalledProcessError):
        git(tea, "status")
    assert ran(traps) != []


class All(frozenset[str]):
    """All settings but those of some sections."""

    but: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        return bool(name) and not str(name).startswith(self.but)


def follow(monkeypatch: pytest.MonkeyPatch, *, but: tuple[str, ...]) -> None:
    """Have a repository's settings followed, as if git trusted it."""

    def written(settings: Mapping[str, str]) -> str:
        lines = []
        for name, value in settings.items():
            section, _, rest = name.partition(".")
            within, _, key = rest.rpartition(".")
            lines.append(f'[{section} "{within}"]' if within else f"[{section}]")
            lines.append(f"\t{key} = {git_door._quoted(value)}\n")
        return "\n".join(lines)

    kept = All()
    kept.but = but
    monkeypatch.setattr(git_door, "KEPT", kept)
    monkeypatch.setattr(git_door, "_written", written)


def sprung(traps: Path, tea: Path, call: Call) -> set[str]:
    """The traps that spring when all is done that looks into a repository; whether it works is another matter."""
    (tea / "a.txt").write_text("two\n")
    for command, args in (("git_status", {}), ("git_diff", {}), ("git_commit", {"message": "x"})):
        call(command, path="tea", **args)
    return {name.removeprefix("ran-") for name in ran(traps)}


def test_hooks_monitors_and_programs_that_show_differences_start_in_no_repository(
    traps: Path, tea: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were its settings followed, too: each wall holds by itself."""
    follow(monkeypatch, but=("include.", "filter."))
    assert sprung(traps, tea, call) == set()


def test_filters_start_in_no_repository_since_its_settings_are_not_followed(
    traps: Path, tea: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sprung(traps, tea, call) == set()
    follow(monkeypatch, but=("include.",))
    started = sprung(traps, tea, call)
    assert started
    assert all(name.startswith("filter.x.") for name in started)


def test_a_repositorys_settings_are_not_followed_whatever_else_holds(
    traps: Path, tea: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the moving of a branch looks into the repository itself, where hooks are."""
    monkeypatch.setattr(git_door, "HARDENED", {})
    assert sprung(traps, tea, call) == {"reference-transaction"}


def test_settings_in_files_that_a_repository_names_are_not_read(
    traps: Path, tea: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_door, "HARDENED", {})
    follow(monkeypatch, but=("include.", "filter."))
    started = sprung(traps, tea, call)
    assert "core.fsmonitor" in started
    assert "included" not in started


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("core.hooksPath", ("update-ref", "refs/heads/other", "HEAD")),
        ("core.fsmonitor", ("status",)),
        ("diff.external", ("diff",)),
        ("gpg.program", ("commit", "--allow-empty", "-S", "-m", "x")),
        ("credential.helper", ("credential", "fill")),
    ],
)
def test_each_guard_keeps_a_program_from_starting(
    workspace: Workspace,
    environ: dict[str, str],
    tmp_path: Path,
    tea: Path,
    monkeypatch: pytest.MonkeyPatch,
    guard: str,
    words: tuple[str, ...],
) -> None:
    """Also for a git that works on the repository itself; and without it the trap springs."""
    git_here = Git.find(environ, workspace.root)
    assert git_here is not None
    home = tmp_path / "home"
    home.mkdir()
    traps = tea.parent / "traps"
    trap = program(traps, "trap")
    if guard == "core.hooksPath":
        (tea / ".git/hooks").mkdir(exist_ok=True)
        shutil.copy(trap, tea / ".git/hooks/reference-transaction")
    else:
        git(tea, "config", guard, trap)
    (tea / "a.txt").write_text("two\n")
    here = ("--git-dir", str(tea / ".git"), "--work-tree", str(tea))
    people = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def started() -> list[str]:
        given = b"protocol=https\nhost=x.example\n\n"
        git_here._run([*here, *words], tea, home, people, given=given, everywhere=True)
        return ran(traps)

    assert started() == []
    monkeypatch.setattr(
        git_door, "HARDENED", {name: value for name, value in git_door.HARDENED.items() if name != guard}
    )
    assert started() == ["ran-trap"]


def test_what_is_missing_from_a_repository_is_not_fetched(tea: Path, site: Site, call: Call) -> None:
    """A partial clone: git gets what is missing from where the settings say, as soon as it is asked for it."""
    head = git(tea, "rev-parse", "HEAD").strip()
    (tea / ".git/objects" / head[:2] / head[2:]).unlink()
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"{site.url}/other"),
        ("http.curloptResolve", f"{HOST}:{site.server.port}:127.0.0.1"),
        ("protocol.https.allow", "always"),
        ("protocol.allow", "always"),
    ):
        git(tea, "config", name, value)
    for command, args in (("git_status", {}), ("git_diff", {}), ("git_commit", {"message": "x"})):
        assert not call(command, path="tea", **args).ok
    assert site.server.requests == []


@pytest.mark.parametrize(
    "setting", ["core.worktree", "core.hooksPath", "core.attributesFile", "core.excludesFile"]
)
def test_settings_that_lead_out_of_the_repository_are_not_followed(
    tea: Path, call: Call, tmp_path: Path, setting: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("canary")
    git(tea, "config", setting, str(outside))
    (tea / "a.txt").write_text("two\n")
    for command in ("git_status", "git_diff"):
        done = call(command, path="tea")
        assert done.ok
        assert "canary" not in done.result
        assert "secret.txt" not in done.result
        assert "a.txt" in done.result


def test_what_leads_elsewhere_is_refused_in_words(
    workspace: Workspace, tea: Path, call: Call, tmp_path: Path
) -> None:
    outside = repository(tmp_path / "outside", {"secret.txt": "canary"})
    borrowed = tea / ".git/objects/info/alternates"
    borrowed.parent.mkdir(exist_ok=True)
    borrowed.write_text(f"{outside}/.git/objects\n")
    assert "borrows" in call("git_status", path="tea").result
    for name in ("linked", "named"):
        folder = workspace.root / name
        folder.mkdir()
        if name == "linked":
            (folder / ".git").symlink_to(outside / ".git")
        else:
            (folder / ".git").write_text(f"gitdir: {outside}/.git\n")
        for command, args in (("git_status", {}), ("git_diff", {}), ("git_commit", {"message": "x"})):
            done = call(command, path=name, **args)
            assert not done.ok
            assert "canary" not in done.result
    assert git(outside, "rev-list", "--count", "HEAD").strip() == "1"


@pytest.mark.parametrize(
    "part", ["objects", "refs", "refs/heads", "reftable", "logs", "index", "config", "HEAD"]
)
def test_links_within_git_are_not_followed(tea: Path, call: Call, tmp_path: Path, part: str) -> None:
    place, outside = tea / ".git" / part, tmp_path / "outside"
    if part == "reftable":
        place.mkdir()
    place.rename(outside)
    place.symlink_to(outside)
    (tea / "a.txt").write_text("two\n")
    done = call("git_commit", message="x", path="tea")
    assert not done.ok
    assert "is not used" in done.result


def test_files_that_links_lead_to_are_not_read(tea: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("canary")
    (tea / "link").symlink_to(tmp_path / "secret.txt")
    assert "canary" not in call("git_diff", path="tea").result
    assert call("git_commit", message="a link", path="tea").ok
    assert "canary" not in git(tea, "show", "HEAD")


def test_a_damaged_repository_is_a_sentence(tea: Path, call: Call) -> None:
    for path in (tea / ".git/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"garbage")
    done = call("git_status", path="tea")
    assert not done.ok
    assert "Traceback" not in done.result


def test_git_in_the_workspace_is_not_the_git_that_is_used(workspace: Workspace, tmp_path: Path) -> None:
    program(workspace.root / "bin", "git")
    found = Git.find({"PATH": f"{workspace.root}/bin:{os.environ['PATH']}"}, workspace.root)
    assert found is not None
    assert not Path(found.program).is_relative_to(workspace.root)
    assert Git.find({"PATH": "."}, workspace.root) is None or os.path.isabs(found.program)


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_nor_is_one_that_a_folder_of_path_or_a_link_there_leads_to(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program(workspace.root / "bin", "git")
    own = tmp_path / "own"
    own.mkdir()
    (own / "git").symlink_to(made)
    monkeypatch.setattr(git_door, "SYSTEM_PATH", ())
    monkeypatch.chdir(workspace.root)
    for path in (".", "bin", "", str(own), str(workspace.root / "bin")):
        assert Git.find({"PATH": path}, workspace.root) is None, path
