"""Commands for git repositories in the workspace: begin, clone, status, diff, commit.

Through the door to git, which starts nothing that a repository names. Nothing is ever pushed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

from autogpt.commands.command import (
    Asks,
    Filename,
    Readable,
    command,
    everything_is_readable,
    foresees,
    previews,
)
from autogpt.commands.keys import where_keys_are
from autogpt.commands.wording import named
from autogpt.core.actions import Preview, Touch
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.http import Target, Tunnel, parse
from autogpt.sandboxes.git import NOBODY, Author, Git, Login, Progress, Repository
from autogpt.workspace import Workspace

CLONE_SECONDS = 600.0
MOST_FETCHED = 2_000_000_000
"""Bytes that a clone may take from the network."""

_READS = (Touch.FILES,)
_COMMITS = (Touch.FILES, Touch.PROCESSES)
_CLONES = (Touch.FILES, Touch.FETCHING)

_LIKE_SSH = re.compile(r"(?:ssh://)?(?:[\w.-]+@)([\w.-]+)[:/](?!\d+/)(.+)")
_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+/[\w./~-]+")
_MOST_SHOWN = 20
_MOST_WITHHELD = 1_000
"""Files that git is told to leave out, each by a word of its own."""

_EMPTY = "It holds no file: the repository is empty, or there is none at this URL; check how it is spelt."
"""To git, any page that isn't missing is an empty repository."""
_LONGEST_MESSAGE = 20_000
_BIGGEST_READ = 1_000_000
_MOST_READ = 50_000_000
"""Bytes of one file, and of all, up to which what is committed is looked through for keys."""

Keys = Annotated[list[str] | None, Asks("commits files that seem to hold keys or passwords")]

OpenTunnel = Callable[[str, int], AbstractContextManager[Tunnel]]
"""A way to a URL's host, if it may be reached: see `autogpt.http.Door.tunnel`."""


class GitCommands:
    """Git by `git`, reaching hosts through `tunnel`.

    `login` goes to its own site alone; commits are `author`'s; `on_progress` is given what git says while it
    clones, and `on_made` the git folder of each repository that is new. `beside` says whether a program of the
    sandbox's goes on, which could lead a git that isn't confined out of the workspace. `readable` says of a
    command and a file whether it may look into it without asking.
    """

    def __init__(
        self,
        workspace: Workspace,
        git: Git,
        tunnel: OpenTunnel,
        login: Login | None = None,
        *,
        author: Author = NOBODY,
        on_progress: Progress | None = None,
        on_made: Callable[[Path], None] = lambda folder: None,
        beside: Callable[[], bool] = lambda: False,
        seconds: float = CLONE_SECONDS,
        readable: Readable = everything_is_readable,
    ) -> None:
        self._workspace = workspace
        self._git = git
        self._login = login
        self._tunnel = tunnel
        self._author = author
        self._on_progress = on_progress
        self._on_made = on_made
        self._beside = beside
        self._seconds = seconds
        self._readable = readable

    @command(aliases=("git_clone", "clone", "clone_repo"), touches=_CLONES)
    def clone_repository(
        self, repository_url: str, clone_path: Filename | None = None, depth: int = 1
    ) -> str:
        """Clone a git repository from an https URL into a new folder of the workspace; depth is how many commits of its history to get, 0 for all."""
        repository, name, target = self._wanted(repository_url, clone_path, depth)
        self._clone(repository, target, depth)
        inside = self._workspace.entries(name)
        shown = [named(one.last) + ("/" if one.kind == "folder" else "") for one in inside[:_MOST_SHOWN]]
        more = f" and {len(inside) - _MOST_SHOWN:,} more" if len(inside) > _MOST_SHOWN else ""
        holds = f"It holds {', '.join(shown)}{more}." if shown else _EMPTY
        modules = (
            " Its submodules were not cloned." if any(one.last == ".gitmodules" for one in inside) else ""
        )
        what = (
            "its last commit" if depth == 1 else f"its last {depth} commits" if depth else "all its commits"
        )
        return f"Cloned {repository.url} ({what}) into {named(self._workspace.canonical(name))}. {holds}{modules}"

    @foresees(clone_repository)
    def _check_clone(self, repository_url: str, clone_path: str | None = None, depth: int = 1) -> None:
        self._wanted(repository_url, clone_path, depth)

    def _wanted(self, repository_url: str, clone_path: str | None, depth: int) -> tuple[Target, str, Path]:
        """What is to be cloned, the folder's name, and where that is. Raises CommandError where that can't be."""
        if depth < 0:
            raise CommandError("depth is a number of commits, or 0 for the whole history.")
        repository = self._target(repository_url)
        name = clone_path or _name_of(repository)
        entry = self._workspace.look(name)
        if entry is not None and (entry.kind != "folder" or self._workspace.entries(name)):
            raise CommandError(
                f"{named(entry.name)} is there already, and not an empty folder. Give a clone_path that isn't there."
            )
        target = self._located(name, changes=True)
        if target == self._workspace.root:
            raise CommandError("The workspace itself can't be a clone. Give a clone_path in it.")
        self._workspace.check_writable(f"{name.rstrip('/')}/.gitignore")
        return repository, name, target

    @command(aliases=("init_repository", "create_repository"), touches=_COMMITS)
    def git_init(self, path: Filename = ".") -> str:
        """Make a new git repository of the workspace, or of the folder at path."""
        folder = self._new_place(path)
        self._git.begin(folder)
        self._on_made(folder / ".git")
        where = "the workspace" if folder == self._workspace.root else named(self._workspace.canonical(path))
        return f"Made a new git repository of {where}, on branch main. git_commit makes its first commit."

    @foresees(git_init)
    def _check_init(self, path: str = ".") -> None:
        self._new_place(path)

    def _new_place(self, path: str) -> Path:
        """Where a new repository is to be. Raises CommandError where there can't be one."""
        folder = self._located(path, changes=True)
        entry = self._workspace.look(path or ".")
        if entry is not None and entry.kind != "folder":
            raise CommandError(
                f"{named(entry.name)} is a {entry.kind}. Name a folder, or one that isn't there."
            )
        self._workspace.check_writable(f"{(path or '.').rstrip('/')}/.gitignore")
        return folder

    @command(reads_only=True, touches=_READS)
    def git_status(self, path: Filename = ".") -> str:
        """Show which files differ from the last commit in the repository at path."""
        with self._git.repository(self._located(path), self._workspace.root) as repository:
            differing = repository.status()
            where = self._state(repository)
            left_out = _left_out(repository)
        if not differing.strip():
            return f"{where} No file differs from the last commit.{left_out}"
        return f"{where} What differs (M changed, A added, D deleted, R renamed, ?? new):\n{differing.rstrip()}{left_out}"

    @command(reads_only=True, touches=_READS, walks=("path",))
    def git_diff(self, path: Filename = ".") -> str:
        """Show what differs from the last commit as a patch, new files too, in the file or folder at path."""
        place = self._located(path)
        folder = place if self._is_folder(path) else place.parent
        with self._git.repository(folder, self._workspace.root) as repository:
            paths = _within(place, repository.root)
            withheld = [name for name in repository.differing(paths) if not self._shows(repository, name)]
            if len(withheld) > _MOST_WITHHELD:
                raise CommandError(
                    f"Rules on read_file keep back {len(withheld):,} of the files that differ. Name one file or folder."
                )
            note = f"\n{counted(len(withheld), 'file')} left out, by rules on read_file." if withheld else ""
            shown = repository.diff(paths, withheld)
            return (shown or f"{self._state(repository)} Nothing differs from the last commit.") + note

    @command(touches=_COMMITS)
    def git_commit(
        self, message: str, files: list[str] | None = None, path: Filename = ".", keys: Keys = None
    ) -> str:
        """Commit what differs from the last commit in the repository at path: everything, or only files; files that seem to hold keys or passwords are left out, unless keys names them too."""
        if not message.strip():
            raise CommandError("The message is empty. Say in a line what the commit changes.")
        if len(message) > _LONGEST_MESSAGE:
            raise CommandError(f"The message is too long: at most {_LONGEST_MESSAGE:,} characters.")
        with self._to_commit(files, path, keys) as (repository, paths, wanted):
            found = self._with_keys(repository, paths)
            secret = {name: where for name, where in found.items() if name not in wanted}
            if named_ones := {name: secret[name] for name in sorted(set(secret).intersection(paths))}:
                raise CommandError(
                    f"Nothing was committed, for {_places(named_ones)} seems to hold keys or passwords. Leave it out; "
                    "or name it in keys too, then the person is asked."
                )
            kept = (
                f"\nLeft out, for they seem to hold keys or passwords: {_places(secret)}. (Best named in .gitignore; to "
                "commit one, name it in keys: then the person is asked.)"
            )
            try:
                made = repository.commit(message, paths, list(secret))
            except CommandError as error:
                if not secret:
                    raise
                raise CommandError(f"{error}{kept}") from None
            return f"Committed{self._on(repository)}: {made}{_left_out(repository)}{kept if secret else ''}"

    @previews(git_commit)
    def _would_commit(
        self, message: str, files: list[str] | None = None, path: str = ".", keys: list[str] | None = None
    ) -> Preview:
        with self._to_commit(files, path, keys) as (repository, paths, wanted):
            secret = self._with_keys(repository, paths)
            agreed = {name: where for name, where in secret.items() if name in wanted}
            count = len(repository.differing(paths)) - len(secret) + len(agreed)
        seems = f", of which {_places(agreed)} seems to hold keys or passwords" if agreed else ""
        return Preview("", f"commits {counted(count, 'file')}{seems}")

    # -- how -------------------------------------------------------------------------------------

    @contextmanager
    def _to_commit(
        self, files: list[str] | None, path: str, keys: list[str] | None
    ) -> Iterator[tuple[Repository, list[str], list[str]]]:
        """The repository of a commit, the paths in it that are to be committed, if not all, and what may hold keys."""
        places = [self._located(name) for name in files or ()]
        agreed = [self._located(name) for name in keys or ()]
        if files is not None and not places:
            raise CommandError("The list of files is empty. Leave it out to commit everything that differs.")
        folder = self._located(path)
        if path == "." and places and self._git_root_missing(folder):
            folder = places[0].parent
        with self._git.repository(folder, self._workspace.root, self._author) as repository:
            paths = [one for place in places for one in _within(place, repository.root)]
            yield repository, paths, [one for place in agreed for one in _within(place, repository.root)]

    def _with_keys(self, repository: Repository, paths: list[str]) -> dict[str, str]:
        """The files of a commit that seem to hold keys, and where; of very many, the last by their names alone."""
        found, left = {}, _MOST_READ

        def text() -> str:
            nonlocal left
            place = (repository.root / name).relative_to(self._workspace.root).as_posix()
            if left <= 0:
                return ""
            try:
                content = self._workspace.read_bytes(f"./{place}", _BIGGEST_READ)
            except CommandError:
                return ""
            left -= len(content)
            return content.decode("utf-8", "replace")

        for name in repository.differing(paths, there=True):
            where = where_keys_are(name, text, partial(repository.committed, name))
            if where is not None:
                found[name] = where
        return found

    def _clone(self, repository: Target, target: Path, depth: int) -> None:
        with self._tunnel(repository.url, MOST_FETCHED) as tunnel:
            try:
                self._git.clone(
                    repository.url,
                    target,
                    proxy=tunnel.url,
                    depth=depth,
                    login=self._login if self._login and self._login.origin == repository.origin else None,
                    seconds=self._seconds,
                    on_progress=self._on_progress,
                )
            except CommandError as error:
                # What git says of a broken connection is less than what is known here.
                raise tunnel.failure or error from None
        self._on_made(target / ".git")

    def _target(self, given: str) -> Target:
        """The repository that was meant. Raises CommandError for one that may not be cloned."""
        url = given.strip()
        if like_ssh := _LIKE_SSH.fullmatch(url):
            url = f"https://{like_ssh[1]}/{like_ssh[2].lstrip('/')}"
        elif _WITHOUT_SCHEME.fullmatch(url):
            url = f"https://{url}"
        target = parse(url)
        example = "Give one such as https://github.com/owner/name."
        if target.scheme != "https":
            raise CommandError(f"Only https URLs can be cloned, not {given!r}. {example}")
        if target.fragment or "?" in target.path:
            raise CommandError(f"{given!r} is the URL of a page, not of a repository. {example}")
        return target

    def _located(self, name: str, *, changes: bool = False) -> Path:
        """Where git is to work. Raises CommandError where it can't be safe there just now."""
        if self._beside() and not self._git.confined:
            raise CommandError(
                "Git works only while no program goes on in the background: end those first (list_processes, "
                "stop_process)."
            )
        return self._workspace.locate(name or ".", changes=changes)

    def _is_folder(self, name: str) -> bool:
        entry = self._workspace.look(name or ".")
        return entry is not None and entry.kind == "folder"

    def _git_root_missing(self, folder: Path) -> bool:
        try:
            with self._git.repository(folder, self._workspace.root):
                return False
        except CommandError:
            return True

    def _shows(self, repository: Repository, name: str) -> bool:
        try:
            inside = (repository.root / name).relative_to(self._workspace.root).as_posix()
        except ValueError:
            return False
        return self._readable("git_diff", inside)

    def _state(self, repository: Repository) -> str:
        where = "The workspace" if repository.root == self._workspace.root else self._named(repository)
        branch = f"on branch {repository.branch}" if repository.branch else "on no branch"
        return f"{where} is {branch}, at {repository.head[:12] or 'no commit yet'}."

    def _on(self, repository: Repository) -> str:
        where = "" if repository.root == self._workspace.root else f" in {self._named(repository)}"
        return where + (f" on {repository.branch}" if repository.branch else "")

    def _named(self, repository: Repository) -> str:
        return named(repository.root.relative_to(self._workspace.root).as_posix())


def _within(place: Path, root: Path) -> list[str]:
    """A path as the repository names it; nothing for the whole of it. Raises CommandError for one outside."""
    if place == root or root.is_relative_to(place):
        return []
    if not place.is_relative_to(root):
        raise CommandError(f"{named(place.name)} is not in the repository at {named(root.name)}.")
    return [place.relative_to(root).as_posix()]


def _places(files: Mapping[str, str]) -> str:
    """Files, and where in them."""
    shown = [named(name) + (f" ({where})" if where else "") for name, where in files.items()]
    return ", ".join(shown[:5]) + (", …" if len(shown) > 5 else "")


def _left_out(repository: Repository) -> str:
    if not repository.nested:
        return ""
    names = ", ".join(named(name) + "/" for name in repository.nested[:5])
    return f"\nLeft out, as repositories of their own: {names}{', …' if len(repository.nested) > 5 else ''}"


def _name_of(repository: Target) -> str:
    """A folder's name for a clone."""
    last = repository.path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return re.sub(r"[^\w.-]", "_", last).strip("._-")[:80] or "repository"
