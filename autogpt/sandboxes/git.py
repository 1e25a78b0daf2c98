"""The door to git, which works outside any sandbox, on repositories that nobody vouches for.

A repository's settings can name programs (fsmonitor, hooks, filters, diff drivers, helpers for
credentials, ssh) which git then starts with the person's rights. So git never works with a repository's
own settings: status, diff and commit use a private git folder made for the one call, with settings of
ours and the few harmless ones of the repository's (`KEPT`), its objects, and a copy of its index. Only its
references are looked up, and written at the end of a commit, in the repository itself, with hooks
off. Nested repositories are left out. Git gets an environment of its own, no settings of the person's or the
system's, no prompt, no pager, no editor, no signing, and no network; for cloning https alone, without
redirects, through a proxy that leads to one host. What is cloned is weighed before it is unpacked.

A program in the background can swap a folder for a link at the very moment that git looks into it. On Linux
with Landlock git reads and writes nothing outside of the workspace for all that (a clone writes
nothing there). Where there is no Landlock (`confined`), that is not promised, and who uses this
must see to it that no such program runs.

Not promised: that git sees a repository as it was at one moment while a program changes it; large files of
git-lfs, which stay pointers; submodules, partial clones and repositories that borrow objects from others.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Protocol

from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.core.scratch import SCRATCH
from autogpt.sandboxes import landlock
from autogpt.sandboxes.own_programs import find_program
from autogpt.sandboxes.scratch import remove

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin", "/opt/local/bin")
TAKEN_OVER = ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR")
"""What git gets of the agent's environment: whose certificates count, and what Windows programs need."""

HARDENED: Mapping[str, str] = {
    "core.askPass": "",
    "core.editor": "false",
    "core.fsmonitor": "false",
    "core.gitProxy": "",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "core.untrackedCache": "false",
    "commit.gpgSign": "false",
    "credential.helper": "",
    "diff.external": "",
    "diff.ignoreSubmodules": "all",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "gpg.program": "false",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "120",
    "http.proxyAuthMethod": "basic",
    "http.sslVerify": "true",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
}
"""Settings that win over any repository's; see git-config(1)."""

KEPT = frozenset(
    {
        "core.autocrlf", "core.eol", "core.filemode", "core.ignorecase", "core.precomposeunicode",
        "core.repositoryformatversion", "core.symlinks", "extensions.objectformat", "user.email", "user.name",
    }
)  # fmt: skip
"""Settings of a repository that are followed: they say how files are written, and start nothing."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
_SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd"),
    *("/dev/urandom", "/dev/zero", "/proc/self", "/proc/meminfo", "/proc/cpuinfo"),
)
"""What git reads of the machine, besides itself, to work on files."""
_NOWHERE = (Path(os.devnull),)

_OWN = (".autogpt", SCRATCH)
"""Folders of the agent's own at the top of a repository, which are no part of anybody's work."""

_MOST_OUTPUT = 2_000_000
_MOST_FOLDERS = 100_000

_TICK = 0.1
LEAST_SPACE = 256 * 1024 * 1024
"""Bytes that git leaves free on the disk."""

MOST_MEMORY = 4 * 1024**3
"""Bytes of address space that each git may have, where the system can hold it to that (Linux)."""

MOST_FILES = 500_000
MOST_UNPACKED = 5_000_000_000
"""Files, and bytes in them, that a clone may have: a small one can be made to unpack to billions."""

Progress = Callable[[str], None]
"""Is given what git says while it works, as it comes."""


class Credential(Protocol):
    """Something secret; `reveal` is called only when the process that needs it is started."""

    def reveal(self) -> str:
        """The secret itself."""
        ...


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks one site, and nobody else, for repositories. `origin` is scheme, host and port."""

    user: str
    token: Credential
    origin: tuple[str, str, int] = ("https", "github.com", 443)

    def settings(self) -> dict[str, str]:
        """For git's environment, where one process and its children see it."""
        words = base64.b64encode(f"{self.user}:{self.token.reveal()}".encode()).decode()
        scheme, host, port = self.origin
        return {f"http.{scheme}://{host}:{port}/.extraHeader": f"Authorization: Basic {words}"}


@dataclass(frozen=True, slots=True)
class Author:
    """Whose commits they are to be; what is None a repository's settings may say."""

    name: str | None = None
    email: str | None = None


NOBODY = Author()


@dataclass(frozen=True, slots=True)
class Said:
    """What git answered."""

    code: int
    output: str
    errors: str
    cut: bool = False

    @property
    def why(self) -> str:
        """The reason why it failed, in git's words, the last lines of them."""
        lines = [line for line in re.split(r"[\r\n]+", self.errors) if line.strip()]
        return "\n".join(lines[-8:])[-2_000:] or f"exit code {self.code}"


@dataclass(frozen=True, slots=True)
class Git:
    """Git, hardened. `program` is its absolute path, `environ` the agent's environment, `place` the workspace."""

    program: str
    environ: Mapping[str, str]
    place: Path

    @classmethod
    def find(cls, environ: Mapping[str, str], place: Path) -> Git | None:
        """The machine's git, None if there is none; never one in the workspace `place`."""
        path = os.pathsep.join((*SYSTEM_PATH, environ.get("PATH", "")))
        found = find_program(("git",), {"PATH": path}, place)
        return cls(found, environ, place.resolve()) if found else None

    @property
    def confined(self) -> bool:
        """Whether git is kept in the workspace, whatever a program there does at the same time."""
        return _is_confined(self)

    # -- clone -----------------------------------------------------------------------------------

    def clone(
        self,
        url: str,
        target: Path,
        *,
        proxy: str,
        depth: int,
        login: Login | None = None,
        seconds: float,
        on_progress: Progress | None = None,
    ) -> None:
        """Clone an https URL into `target`, which must not be there or be an empty folder; a failure leaves nothing there.

        `depth` 0 means the whole history. Git reaches the host through `proxy` and in no other way. Raises
        CommandError.
        """
        settings = {"http.proxy": proxy, **({} if login is None else login.settings())}
        words = [
            "clone",
            "--progress",
            "--template=",
            "--no-checkout",
            "--no-recurse-submodules",
            "--no-local",
            "--origin=origin",
        ]
        if depth:
            words += [f"--depth={depth}", "--single-branch", "--no-tags"]
        target.parent.mkdir(parents=True, exist_ok=True)
        with _private_folder() as home:
            watch = _Watch(target.parent, seconds, on_progress)
            try:
                said = self._run(
                    [*words, "--", url, str(target)],
                    target.parent,
                    home,
                    {"GIT_ALLOW_PROTOCOL": "https"},
                    settings,
                    watch=watch,
                    everywhere=True,
                )
                if said.code:
                    raise CommandError(f"The repository could not be cloned. {_explained(said)}")
                self._check_out(target, home, watch)
            except BaseException:
                remove(target)
                raise

    def _check_out(self, target: Path, home: Path, watch: _Watch) -> None:
        """Write a new clone's files, unless they are too many. Raises CommandError."""
        here = ("--git-dir", str(target / ".git"), "--work-tree", str(target))
        head = self._run([*here, "rev-parse", "--verify", "--quiet", "HEAD"], target, home)
        if head.code:
            return  # there is no commit
        weight = _Weight()
        listing = replace(watch, on_output=weight.add, on_progress=None)
        said = self._run(
            [*here, "ls-tree", "-r", "-l", "-z", "--full-tree", "HEAD"], target, home, watch=listing
        )
        if why := weight.too_much(shutil.disk_usage(target).free):
            raise CommandError(f"The repository was not cloned: {why}")
        if not said.code:
            said = self._run([*here, "read-tree", "--reset", "-u", "-v", "HEAD"], target, home, watch=watch)
        if said.code:
            raise CommandError(f"What was cloned can't be unpacked: {said.why}")

    def begin(self, folder: Path) -> None:
        """Make a new repository of a folder, which is made if it isn't there. Raises CommandError.

        No template: neither hooks nor anybody's settings. Its first branch is `main`.
        """
        _check_free(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"The folder could not be made: {error.strerror}.") from error
        with _private_folder() as home:
            said = self._run(
                ["-c", "init.defaultBranch=main", "init", "--quiet", "--template=", "--", str(folder)],
                folder,
                home,
            )
        if said.code:
            raise CommandError(f"No repository could be made: {said.why}")

    # -- repositories ----------------------------------------------------------------------------

    @contextmanager
    def repository(self, folder: Path, place: Path, author: Author = NOBODY) -> Iterator[Repository]:
        """Open the repository that holds a folder of the workspace `place`, for one command.

        Raises CommandError when there is none, or none that can be used.
        """
        root = _root(folder, place)
        _check(root)
        with _private_folder() as home:
            yield Repository._open(self, root, home, author)

    def _run(
        self,
        words: Sequence[str],
        folder: Path,
        home: Path,
        environment: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        *,
        given: bytes | None = None,
        watch: _Watch | None = None,
        everywhere: bool = False,
    ) -> Said:
        """Run git. One that reads `everywhere` still writes in the workspace alone: for certificates, and what a
        repository's settings include, can be anywhere."""
        watch = watch or _Watch(folder, 60.0)
        options = [part for name, value in HARDENED.items() for part in ("-c", f"{name}={value}")]

        begun: list[subprocess.Popen[bytes]] = []

        def start() -> subprocess.Popen[bytes]:
            begun.append(
                subprocess.Popen(
                    [self.program, "--no-pager", *options, *words],
                    cwd=folder,
                    env={**self._environment(home, settings or {}), **(environment or {})},
                    stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=os.name != "nt",
                )
            )
            return begun[0]

        try:
            process = landlock.held(self._reach(home, everywhere), start) if self.confined else start()
        except OSError as error:
            raise CommandError(f"git could not be started: {error.strerror}.") from error
        except BaseException:
            for one in begun:
                one.kill()
                one.wait()
            raise
        _hold_memory(process.pid)
        return _Running(process, watch).ended(given)

    def _reach(self, home: Path, everywhere: bool) -> landlock.Reach:
        """The files that one git gets at."""
        own = Path(self.program).resolve().parent.parent  # with the programs that it consists of
        system = (*map(Path, _SYSTEM), *map(Path, _SYSTEM_FILES), *([own] if own.parent != own else []))
        return landlock.Reach(
            readable=(Path("/"),) if everywhere else system, writable=(self.place, home, *_NOWHERE)
        )

    def _environment(self, home: Path, settings: Mapping[str, str]) -> dict[str, str]:
        taken = {name: self.environ[name] for name in TAKEN_OVER if self.environ.get(name)}
        if "SSL_CERT_FILE" in taken:  # which not every git looks at
            taken.setdefault("GIT_SSL_CAINFO", taken["SSL_CERT_FILE"])
        numbered: dict[str, str] = {}
        for number, (name, value) in enumerate(settings.items()):
            numbered |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
        return {
            **taken,
            "PATH": os.pathsep.join([str(Path(self.program).parent), *SYSTEM_PATH]),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "TMPDIR": str(home),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "GIT_ALLOW_PROTOCOL": "",  # none, whatever a repository's settings say is missing from it
            "GIT_ASKPASS": "",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_EDITOR": "false",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "SSH_ASKPASS": "",
            **numbered,
        }


_tried: dict[str, bool] = {}
_trying = threading.Lock()


def _is_confined(git: Git) -> bool:
    """Whether there is Landlock, and this git can live with it; looked at once for each program.

    Who asks while that is being found out waits for the answer.
    """
    with _trying:
        if git.program not in _tried:
            _tried[git.program] = bool(landlock.version()) and _lives_in_landlock(git)
        return _tried[git.program]


def _lives_in_landlock(git: Git) -> bool:
    with _private_folder() as home:
        words = [git.program, "hash-object", "-t", "tree", "--stdin"]
        environment = git._environment(home, {})
        try:
            said = landlock.held(
                git._reach(home, False),
                lambda: subprocess.run(
                    words,
                    cwd=home,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                ),
            )
        except OSError:
            return False
        return said.returncode == 0


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository, through a private git folder; made by `Git.repository`."""

    git: Git
    root: Path
    private: Path
    head: str
    """The commit that is checked out, empty if there is none yet."""
    branch: str
    """The branch, empty if none is checked out."""
    nested: tuple[str, ...] = ()
    """Folders in it that are repositories of their own, and left out."""
    user: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def _open(cls, git: Git, root: Path, home: Path, author: Author) -> Repository:
        real, private = root / ".git", home / "git"
        kept = _kept(git, real, home)
        here = ("--git-dir", str(real))
        branch = git._run([*here, "symbolic-ref", "--quiet", "--short", "HEAD"], root, home, everywhere=True)
        head = git._run(
            [*here, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"], root, home, everywhere=True
        )
        if head.code and (head.errors.strip() or branch.code):
            raise CommandError(f"The repository can't be read: {head.why}")
        for part in ("objects", "refs", "info"):
            (private / part).mkdir(parents=True)
        commit = head.output.strip()
        (private / "HEAD").write_text(f"{commit or 'ref: refs/heads/none'}\n", "utf-8")
        (private / "config").write_text(_written(kept), "utf-8")
        for part in ("index", "shallow", "info/exclude"):
            _copy(real / part, private / part)
        with (private / "info/exclude").open("a", encoding="utf-8") as ignored:
            ignored.writelines(f"\n/{name}/\n" for name in _OWN)
        wanted = {"user.name": author.name, "user.email": author.email}
        user = {name: said for name, given in wanted.items() if (said := given or kept.get(name))}
        return cls(git, root, private, commit, branch.output.strip(), tuple(_nested(root)), user)

    def status(self) -> str:
        """What differs from the last commit, a line for each file: two letters and the name (git-status(1))."""
        options = ("--porcelain=v1", "--untracked-files=all", "--ignore-submodules=all")
        return self._do("status", *options, *self._chosen(()))

    def differing(self, paths: Sequence[str] = (), *, there: bool = False) -> list[str]:
        """The files that differ from the last commit, of a renamed one both names; or only those that are `there`.

        Raises CommandError when they are too many.
        """
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
        said = self._do("status", *options, *self._chosen(paths), cut=False)
        names = [line[3:] for line in said.split("\0") if line]
        return [name for name in names if not there or os.path.lexists(self.root / name)]

    def committed(self, name: str) -> str:
        """What a file holds in the last commit; "" where it isn't in it."""
        try:
            return self._do("cat-file", "blob", f"{self.head}:{name}", cut=False) if self.head else ""
        except CommandError:
            return ""

    def diff(self, paths: Sequence[str] = (), without: Sequence[str] = ()) -> str:
        """What differs from the last commit as a patch, new files too; only in `paths`, if any are given."""
        chosen = self._chosen(paths, without)
        self._do("add", "--intent-to-add", *chosen)
        against = self.head or self._do("hash-object", "-t", "tree", "--stdin", given=b"").strip()
        options = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all")
        return self._do("diff", *options, against, *chosen)

    def commit(self, message: str, paths: Sequence[str] = (), without: Sequence[str] = ()) -> str:
        """Commit what differs, or only what does in `paths`, and nothing of the files `without`.

        Gives the commit's number and what changed. Raises CommandError when nothing differs. What was staged for other paths stays staged.
        """
        with self._index_locked() as lock:
            tree = self._tree(paths, without)
            before = self._do("rev-parse", f"{self.head}^{{tree}}").strip() if self.head else ""
            if tree == before or (not before and not self._do("ls-tree", tree)):
                raise CommandError("There is nothing to commit: no file differs from the last commit.")
            parents = ("-p", self.head) if self.head else ()
            text = message.encode("utf-8", "replace")
            made = self._do("commit-tree", tree, *parents, "-F", "-", given=text, keep=True).strip()
            self._point_to(made, message)
            _copy(self.private / "index", lock)
            os.replace(lock, self.root / ".git" / "index")
        shown = self._do("diff-tree", "--root", "--no-commit-id", "--stat", "--no-ext-diff", "-r", made)
        return f"{made[:12]}\n{shown}"

    def _tree(self, paths: Sequence[str], without: Sequence[str]) -> str:
        """Write the tree of the next commit, and leave the index as it is to be after it."""
        index, whole = self.private / "index", self.private / "whole"
        if paths or without:
            # What is staged elsewhere is no part of the commit, but is kept.
            _copy(index, whole)
            self._do("read-tree", self.head or "--empty")
        self._do("add", "--all", *self._chosen(paths, without), keep=True)
        tree = self._do("write-tree", keep=True).strip()
        if whole.exists():
            os.replace(whole, index)
            self._do("add", "--all", *self._chosen(paths, without), keep=True)
        return tree

    def _point_to(self, commit: str, message: str) -> None:
        """Move the branch, or HEAD, on to a commit; refuses when somebody else moved it meanwhile."""
        first = message.strip().partition("\n")[0][:200]
        kind = "commit" if self.head else "commit (initial)"
        said = self.git._run(
            [
                *("--git-dir", str(self.root / ".git"), "update-ref", "--create-reflog"),
                *("-m", f"{kind}: {first}", "HEAD", commit, self.head or "0" * len(commit)),
            ],
            self.root,
            self.private.parent,
            environment=self._people(),
            everywhere=True,
        )
        if said.code:
            raise CommandError(f"The commit could not be put on the branch: {said.why}")

    def _chosen(self, paths: Sequence[str], without: Sequence[str] = ()) -> list[str]:
        """Pathspecs without the agent's own folders, and the nested repositories, which git would look into."""
        wanted = [f":(top,literal){path}" for path in paths] or [":(top)"]
        own = [name for name in _OWN if os.path.lexists(self.root / name)]
        others = [*self.nested, *self._unignored([*own, *without])]
        return ["--", *wanted, *(f":(top,exclude,literal){path}" for path in others)]

    def _unignored(self, names: Sequence[str]) -> list[str]:
        """Those that git would add; to have it leave out one that it ignores is an error to it."""
        if not names:
            return []
        given = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
        ignored = self._do("check-ignore", "-z", "--stdin", given=given, none=1).split("\0")
        return [name for name in names if name not in ignored]

    def _do(
        self, *words: str, given: bytes | None = None, keep: bool = False, cut: bool = True, none: int = 0
    ) -> str:
        """What git says; with `keep` objects that it makes are the repository's, else they go with the call.

        Unless it may be `cut`, too much is an error. `none` is the exit code by which it says that there is nothing.
        """
        real = str(self.root / ".git" / "objects")
        objects = {"GIT_OBJECT_DIRECTORY": real}
        if not keep:
            objects = {
                "GIT_OBJECT_DIRECTORY": str(self.private / "objects"),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(real),
            }
        said = self.git._run(
            words,
            self.root,
            self.private.parent,
            environment={
                **self._people(),
                **objects,
                "GIT_DIR": str(self.private),
                "GIT_WORK_TREE": str(self.root),
                "GIT_INDEX_FILE": str(self.private / "index"),
            },
            given=given,
        )
        if said.code not in (0, none):
            raise CommandError(f"git {words[0]} failed: {said.why}")
        if said.cut and not cut:
            raise CommandError(
                "Too many files differ to look at each. Name files, or leave folders out by .gitignore."
            )
        return f"{said.output}\n[The rest is left out.]" if said.cut else said.output

    def _people(self) -> dict[str, str]:
        name = self.user.get("user.name", "Auto-GPT")
        mail = self.user.get("user.email", "auto-gpt@localhost")
        return {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", name), ("EMAIL", mail))
        }

    @contextmanager
    def _index_locked(self) -> Iterator[Path]:
        """Hold git's own lock on the index; the file is there to be filled and renamed, and goes if it wasn't."""
        lock = self.root / ".git" / "index.lock"
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        except FileExistsError:
            raise CommandError(
                "Another git works in this repository just now (.git/index.lock is there). Try again later."
            ) from None
        except OSError as error:
            raise CommandError(f"The repository can't be written: {error.strerror}.") from error
        try:
            yield lock
        finally:
            lock.unlink(missing_ok=True)


# -- what a repository may be --------------------------------------------------------------------


def _root(folder: Path, place: Path) -> Path:
    """The innermost folder of the workspace, from `folder` up, that is a repository. Raises CommandError."""
    for candidate in (folder, *folder.parents):
        if not candidate.is_relative_to(place):
            break
        with suppress(FileNotFoundError, NotADirectoryError):
            mode = (candidate / ".git").lstat().st_mode
            if not stat.S_ISDIR(mode):
                raise CommandError(
                    "This folder's .git is not a folder but leads elsewhere (a submodule, a worktree, a link): "
                    "it is not used."
                )
            if any((candidate / ".git").iterdir()):  # an empty one only holds the name
                return candidate
    raise CommandError(
        "There is no git repository here. git_init makes one, clone_repository gets one, or name a folder that "
        "is in one."
    )


def _check_free(folder: Path) -> None:
    """Raise CommandError where no new repository can be. An empty `.git` only holds the name."""
    git = folder / ".git"
    with suppress(FileNotFoundError, NotADirectoryError):
        if not stat.S_ISDIR(git.lstat().st_mode) or any(git.iterdir()):
            raise CommandError(
                "There is a .git in this folder already. git_status tells what can be done with it; for a new "
                "repository name another folder."
            )


def _check(root: Path) -> None:
    """Raise CommandError where git would be led out of the repository, or be kept waiting."""
    git = root / ".git"
    for part in ("HEAD", "config", "config.worktree", "index", "packed-refs", "shallow", "info/exclude"):
        with suppress(FileNotFoundError, NotADirectoryError):
            if not stat.S_ISREG((git / part).lstat().st_mode):
                raise _unusable(f".git/{part} is no plain file")
    if not (git / "HEAD").exists():
        raise _unusable(".git/HEAD is missing")
    for part in ("commondir", "objects/info/alternates", "objects/info/http-alternates"):
        if os.path.lexists(git / part):
            raise _unusable(f"it borrows from another repository (.git/{part})")
    waiting = [git / part for part in ("info", "logs", "objects", "refs", "reftable")]
    for looked, folder in enumerate(waiting):
        if os.path.islink(folder):
            raise _unusable(f"{folder.relative_to(root).as_posix()} is a link")
        if looked > _MOST_FOLDERS:
            raise _unusable("it has too many folders in .git")
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    raise _unusable(f"{Path(entry.path).relative_to(root).as_posix()} is no plain file")


def _unusable(why: str) -> CommandError:
    return CommandError(
        f"This repository is not used, for {why}. The shell in the sandbox may do what is wanted."
    )


def _nested(root: Path) -> Iterator[str]:
    """Folders in a repository that are repositories themselves. Raises CommandError when there is too much to see."""
    waiting = [root]
    for looked, folder in enumerate(waiting):
        if looked > _MOST_FOLDERS:
            raise _unusable(f"it has more than {_MOST_FOLDERS:,} folders")
        with suppress(OSError), os.scandir(folder) as entries:
            here = sorted(entries, key=lambda entry: entry.name)
            if folder != root and any(entry.name.lower() == ".git" for entry in here):
                yield folder.relative_to(root).as_posix()
                continue
            waiting += [
                Path(entry.path)
                for entry in here
                if entry.is_dir(follow_symlinks=False) and entry.name.lower() != ".git"
            ]


def _kept(git: Git, real: Path, home: Path) -> dict[str, str]:
    """The harmless settings of a repository."""
    said = git._run(
        ["config", "--file", str(real / "config"), "--no-includes", "--null", "--list"], home, home
    )
    if said.code:
        return {}
    pairs = (entry.partition("\n") for entry in said.output.split("\0"))
    return {name: value for name, _, value in pairs if name in KEPT}


def _written(settings: Mapping[str, str]) -> str:
    """Settings as git's file holds them."""
    lines = []
    for name, value in settings.items():
        section, _, key = name.partition(".")
        lines.append(f"[{section}]\n\t{key} = {_quoted(value)}\n")
    return "".join(lines)


def _quoted(value: str) -> str:
    """A value in quotes, as git reads it in its settings and in lists of paths."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _copy(source: Path, target: Path) -> None:
    """Copy a plain file if it is there, with its time; a link is not followed.

    Git takes a file that changed after its index was written for one to look into: an index that seems
    younger would hide changes.
    """
    try:
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "rb") as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        status = os.fstat(descriptor)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


@contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder that only this user can look into, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="autogpt-git-")).resolve()
    try:
        yield folder
    finally:
        remove(folder)


# -- one run of git ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Watch:
    """How long git may run, where it must leave room on the disk, and who hears of its progress.

    `on_output` takes what git puts out, instead of its being kept, and says whether there is to be more.
    """

    disk: Path
    seconds: float
    on_progress: Progress | None = None
    on_output: Callable[[bytes], bool] | None = None


class _Weight:
    """How much `ls-tree -r -l -z` lists."""

    def __init__(self) -> None:
        self.files = 0
        self.size = 0
        self._rest = b""

    def add(self, piece: bytes) -> bool:
        """Count a piece of the list; whether it is worth going on."""
        *entries, self._rest = (self._rest + piece).split(b"\0")
        for entry in entries:
            size = entry.partition(b"\t")[0].rpartition(b" ")[2]
            self.files += 1
            self.size += int(size) if size.isdigit() else 0
        return self.files <= MOST_FILES and self.size <= MOST_UNPACKED

    def too_much(self, free: int) -> str:
        """Why that is too much for a disk with so many bytes free; empty if it isn't."""
        if self.files > MOST_FILES:
            return f"it would unpack to more than {MOST_FILES:,} files."
        if self.size > MOST_UNPACKED:
            return f"it would unpack to more than {MOST_UNPACKED / 1e9:,.0f} GB."
        if self.size + LEAST_SPACE > free:
            return (
                f"it would unpack to {self.size / 1e6:,.0f} MB, and the disk has {free / 1e6:,.0f} MB left."
            )
        return ""


class _Running:
    """A started git: its output read by threads, bounded; ended with all that it started, whatever happens."""

    def __init__(self, process: subprocess.Popen[bytes], watch: _Watch) -> None:
        self._process = process
        self._watch = watch
        self._kept: dict[str, bytearray] = {"output": bytearray(), "errors": bytearray()}
        self._cut = False
        self._enough = threading.Event()

    def ended(self, given: bytes | None) -> Said:
        """Wait for its end. Raises CommandError when it takes too long or fills the disk."""
        process = self._process
        assert process.stdout
        assert process.stderr
        readers = [
            threading.Thread(target=self._read, args=(process.stdout, "output", None), daemon=True),
            threading.Thread(
                target=self._read, args=(process.stderr, "errors", self._watch.on_progress), daemon=True
            ),
        ]
        for reader in readers:
            reader.start()
        try:
            if process.stdin:
                with suppress(BrokenPipeError), process.stdin:
                    process.stdin.write(given or b"")
            self._wait()
        finally:
            self._end()
            for reader in readers:
                reader.join(10)
            process.stdout.close()
            process.stderr.close()
        output, errors = (bytes(self._kept[name]).decode("utf-8", "replace") for name in ("output", "errors"))
        return Said(process.returncode, output, errors, self._cut)

    def _read(self, stream: IO[bytes], name: str, on_progress: Progress | None) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), 65_536):
                kept = self._kept[name]
                if name == "output" and self._watch.on_output is not None:
                    if not self._watch.on_output(piece):
                        self._enough.set()
                        return
                elif name == "errors":
                    kept += piece
                    del kept[:-_MOST_OUTPUT]
                elif len(kept) < _MOST_OUTPUT:
                    kept += piece[: _MOST_OUTPUT - len(kept)]
                else:
                    self._cut = True
                if on_progress is not None:
                    on_progress(piece.decode("utf-8", "replace"))

    def _wait(self) -> None:
        deadline = time.monotonic() + self._watch.seconds
        while True:
            try:
                self._process.wait(_TICK)
                return
            except subprocess.TimeoutExpired:
                if self._enough.is_set():
                    return
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"git was ended: it took longer than {counted(self._watch.seconds, 'second')}."
                    ) from None
                if shutil.disk_usage(self._watch.disk).free < LEAST_SPACE:
                    raise CommandError("git was ended: there is hardly any room left on the disk.") from None

    def _end(self) -> None:
        """End it and what it started, if it hasn't ended by itself."""
        if self._process.poll() is not None:
            return
        if os.name == "nt":
            self._process.kill()
        else:
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _hold_memory(process: int) -> None:
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            hard = resource.prlimit(process, resource.RLIMIT_AS)[1]
            most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY)
            resource.prlimit(process, resource.RLIMIT_AS, (most, most))


def _explained(said: Said) -> str:
    """Why a clone failed, in git's words, and what may be done."""
    why = said.why
    if (
        "could not read Username" in why
        or "Authentication failed" in why
        or "terminal prompts disabled" in why
    ):
        return (
            "It is not there, or private: GITHUB_USERNAME and GITHUB_API_KEY are used for github.com, if they are set."
            f"\n{why}"
        )
    if "redirect" in why.lower():
        return f"It is elsewhere now, and redirects are not followed: give its new URL.\n{why}"
    return why
