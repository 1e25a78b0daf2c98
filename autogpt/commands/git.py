"""Commands for git repositories in the workspace: begin, clone, status, diff, commit.

Through the door to git, which starts nothing that a repository names. Nothing is ever pushed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
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
from autogpt.documents import encoding_of
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
_MOST_NAMED, _MOST_IN_QUESTION = 5, 10
"""Files that a sentence names, and the question before a commit, before it says how many more there are."""
_MOST_WITHHELD = 1_000
"""Files that git is told to leave out, each by a word of its own."""

_EMPTY = "It holds no file: the repository is empty, or there is none at this URL; check how it is spelt."
"""To git, any page that isn't missing is an empty repository."""
_LONGEST_MESSAGE = 20_000
_BIGGEST_READ = 1_000_000
_MOST_READ = 50_000_000
"""Bytes of one file, and of all, up to which what is committed is looked through for keys."""

Keys = Annotated[list[str] | None, Asks("commits files that seem to hold keys or passwords")]

_DEPTHS = (1, 10, 100, 1_000)
"""Commits of a history that servers are asked for, if not for all: a number that the model chose would tell them something."""

OpenTunnel = Callable[[str, int], AbstractContextManager[Tunnel]]
"""A way to a URL's host, if it may be reached: see `autogpt.http.Door.tunnel`."""


@dataclass(frozen=True, slots=True)
class _Commit:
    """What is to be committed: `paths` of a repository, all if there are none, without what is `withheld`.

    Files that are withheld or `agreed` to by name seem to hold keys; the values say where in them.
    """

    repository: Repository
    paths: list[str]
    withheld: Mapping[str, str]
    agreed: Mapping[str, str]


class GitCommands:
    """Git by `git`, reaching hosts through `tunnel`.

    `login` goes to its own site alone; commits are `author`'s; `on_progress` is given what git says while it
    clones, and `on_made` the git folder of each repository that is new. `beside` says whether a program of the
    sandbox's goes on, which could lead a git that isn't confined out of the workspace. `readable` says of a
    command and a file whether it may look into it without asking; `holds_secret` knows the program's own secrets.
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
        holds_secret: Callable[[str], bool] = lambda text: False,
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
        self._holds_secret = holds_secret
        self._asked: tuple[object, Mapping[str, str]] | None = None

    @command(aliases=("git_clone", "clone", "clone_repo"), touches=_CLONES)
    def clone_repository(
        self, repository_url: str, clone_path: Filename | None = None, depth: int = 1
    ) -> str:
        """Clone a git repository from an https URL into a new folder of the workspace; depth is how many commits of its history to get (1, 10, 100 or 1000: the next larger one is taken), 0 for all."""
        repository, name, target = self._wanted(repository_url, clone_path, depth)
        depth = next((known for known in _DEPTHS if 0 < depth <= known), 0)
        self._clone(repository, target, depth)
        inside = self._workspace.entries(name)
        shown = [named(one.last) + ("/" if one.kind == "folder" else "") for one in inside]
        holds = f"It holds {_listed(shown, _MOST_SHOWN)}." if shown else _EMPTY
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
        with self._to_commit(message, files, path, keys) as commit:
            self._check_asked((message, files, path, keys), commit)
            kept = (
                f"\nLeft out, for they seem to hold keys or passwords: {_places(commit.withheld)}. (Best named in "
                ".gitignore; to commit one, name it in keys: then the person is asked.)"
            )
            try:
                made = commit.repository.commit(message, commit.paths, list(commit.withheld))
            except CommandError as error:
                if not commit.withheld:
                    raise
                raise CommandError(f"{error}{kept}") from None
            left_out = f"{_left_out(commit.repository)}{kept if commit.withheld else ''}"
            return f"Committed{self._on(commit.repository)}: {made}{left_out}"

    @previews(git_commit)
    def _would_commit(
        self, message: str, files: list[str] | None = None, path: str = ".", keys: list[str] | None = None
    ) -> Preview:
        with self._to_commit(message, files, path, keys) as commit:
            states = self._states(commit)
        self._asked = (message, files, path, keys), states
        shown = [named(name) + ("" if state else " (deleted)") for name, state in states.items()]
        names = f": {_listed(shown, _MOST_IN_QUESTION)}" if shown else ""
        agreed = commit.agreed
        seems = f"; {_places(agreed, _MOST_IN_QUESTION)} seems to hold keys or passwords" if agreed else ""
        return Preview("", f"commits {counted(len(shown), 'file')}{names}{seems}")

    # -- how -------------------------------------------------------------------------------------

    @contextmanager
    def _to_commit(
        self, message: str, files: list[str] | None, path: str, keys: list[str] | None
    ) -> Iterator[_Commit]:
        """What is to be committed. Raises CommandError where nothing can be."""
        self._check_message(message)
        places = [self._located(name) for name in files or ()]
        agreed = [self._located(name) for name in keys or ()]
        if files is not None and not places:
            raise CommandError("The list of files is empty. Leave it out to commit everything that differs.")
        folder = self._located(path)
        if path == "." and places and self._git_root_missing(folder):
            folder = places[0].parent
        with self._git.repository(folder, self._workspace.root, self._author) as repository:
            paths = [one for place in places for one in _within(place, repository.root)]
            wanted = {one for place in agreed for one in _within(place, repository.root)}
            found = self._with_keys(repository, paths)
            withheld = {name: where for name, where in found.items() if name not in wanted}
            if refused := {name: withheld[name] for name in sorted(set(withheld).intersection(paths))}:
                raise CommandError(
                    f"Nothing was committed, for {_places(refused)} seems to hold keys or passwords. Leave it out; "
                    "or name it in keys too, then the person is asked."
                )
            seen = {name: where for name, where in found.items() if name in wanted}
            yield _Commit(repository, paths, withheld, seen)

    def _check_message(self, message: str) -> None:
        """Raise CommandError for a message that no commit should have."""
        if not message.strip():
            raise CommandError("The message is empty. Say in a line what the commit changes.")
        if len(message) > _LONGEST_MESSAGE:
            raise CommandError(f"The message is too long: at most {_LONGEST_MESSAGE:,} characters.")
        if self._holds_secret(message) or where_keys_are("message", lambda: message, lambda: "") is not None:
            raise CommandError(
                "The message seems to hold a key or a password, so nothing was committed. Say it without."
            )

    def _check_asked(self, change: object, commit: _Commit) -> None:
        """Raise CommandError when the files are no longer what they were when the person was asked, if they were."""
        (asked, then), self._asked = self._asked or (None, {}), None
        if asked != change:
            return
        now = self._states(commit)
        if changed := [named(name) for name in sorted({*then, *now}) if then.get(name) != now.get(name)]:
            raise CommandError(
                f"{_listed(changed, _MOST_NAMED)} changed while the user was asked; nothing was committed. Look at it, "
                "and give the command again; or name in files only those that are meant."
            )

    def _states(self, commit: _Commit) -> dict[str, str]:
        """What tells whether the files of a commit are the same still; "" for one that is deleted.

        Very large ones, and those after very many bytes, are judged by their size and times.
        """
        states, left = {}, _MOST_READ
        for name in commit.repository.differing(commit.paths):
            if name in commit.withheld:
                continue
            place = self._in_workspace(commit.repository, name)
            try:
                entry = self._workspace.look(place, follow_last=False)
                if entry is None:
                    states[name] = ""
                elif entry.kind == "file" and entry.size <= min(left, _BIGGEST_READ):
                    content = self._workspace.read_bytes(place, _BIGGEST_READ)
                    left -= len(content)
                    states[name] = blake2b(content, digest_size=16).hexdigest()
                else:
                    states[name] = f"{entry.kind} {entry.size} {entry.target} {entry.times}"
            except CommandError:
                states[name] = "can't be read"
        return states

    def _with_keys(self, repository: Repository, paths: list[str]) -> dict[str, str]:
        """The files of a commit that seem to hold keys, and where; of very many, the last by their names alone."""
        found, left = {}, _MOST_READ

        def text() -> str:
            nonlocal left
            if left <= 0:
                return ""
            try:
                content = self._workspace.read_bytes(self._in_workspace(repository, name), _BIGGEST_READ)
            except CommandError:
                return ""
            left -= len(content)
            return content.decode(encoding_of(content) or "utf-8", "replace")

        def before() -> str:
            # Of UTF-16 this leaves what is plain ASCII.
            return repository.committed(name).replace("\0", "")

        for name in repository.differing(paths, there=True):
            where = where_keys_are(name, text, before)
            if where is not None:
                found[name] = where
        return found

    def _in_workspace(self, repository: Repository, name: str) -> str:
        """A file of a repository as the workspace names it."""
        return f"./{(repository.root / name).relative_to(self._workspace.root).as_posix()}"

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


def _places(files: Mapping[str, str], most: int = _MOST_NAMED) -> str:
    """Files, and where in them."""
    return _listed([named(name) + (f" ({where})" if where else "") for name, where in files.items()], most)


def _listed(names: Sequence[str], most: int) -> str:
    """Names, and of many how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _left_out(repository: Repository) -> str:
    if not repository.nested:
        return ""
    names = _listed([f"{named(name)}/" for name in repository.nested], _MOST_NAMED)
    return f"\nLeft out, as repositories of their own: {names}"


def _name_of(repository: Target) -> str:
    """A folder's name for a clone."""
    last = repository.path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    return re.sub(r"[^\w.-]", "_", last).strip("._-")[:80] or "repository"
