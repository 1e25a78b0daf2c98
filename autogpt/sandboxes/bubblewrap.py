"""Commands in bubblewrap (`bwrap`), on Linux without a container engine.

Holds: the system's programs and libraries read-only and nothing else of it (no home, no other
folders, no engine's socket); the workspace at its own path, what `protected` names in it
read-only; an own `/tmp`, `/dev`, `/proc`, and own namespaces of processes, users, IPC, names
and, unless the network is allowed, network; no capabilities, none to be gained, no further
user namespaces, few dangerous system calls; no set-user-id bits; sockets that were in the workspace
are masked; not the superuser's number inside, while files
belong to the person outside; limits on time, CPU, memory, processes, file size, output.

Does not hold: holes in the kernel; how much is written in many files; with the network
allowed, the machine's own services and abstract sockets are reached too.
"""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from autogpt.core.errors import CommandError
from autogpt.sandboxes import cgroups, environment, seccomp, tree
from autogpt.sandboxes.child import Child
from autogpt.sandboxes.packages import SEEN_AT
from autogpt.sandboxes.piped import PipedChild
from autogpt.sandboxes.port import Command, ProcessLimits
from autogpt.sandboxes.protected import Held
from autogpt.sandboxes.scratch import MASK

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
ETC_FILES = (
    "ld.so.cache", "locale.alias", "localtime", "magic", "mime.types", "os-release", "protocols", "services",
    "ssl/openssl.cnf", "timezone",
)  # fmt: skip
ETC_FILES_OF_NETWORK = ("gai.conf", "host.conf", "hosts", "nsswitch.conf", "resolv.conf")
ETC_FOLDERS = ("alternatives", "crypto-policies")
ETC_FOLDERS_OF_NETWORK = ("ca-certificates", "pki/ca-trust", "pki/tls", "ssl/certs")
PYTHON_PARTS = ("bin", "include", "lib", "lib64", "libexec", "share", "pyvenv.cfg")
"""What a folder that holds a Python and nothing else has in it."""

ORDINARY_USER = 1000
"""The number that the superuser gets inside."""
FIRST_WITH_COUNTED_NAMESPACES = (5, 14)
"""From this Linux on RLIMIT_NPROC counts a user namespace's own processes, not all of the user's."""
CANNOT_START = 127


class BubblewrapLauncher:
    """Starts commands in a bubblewrap of their own each. Raises OSError when it can't work here."""

    name = "bubblewrap"

    def __init__(
        self,
        place: Path,
        limits: ProcessLimits,
        scratch: Path,
        *,
        network: bool,
        protected: Callable[[], tuple[Held, ...]],
        environ: Mapping[str, str],
        packages: Path | None = None,
    ) -> None:
        found = shutil.which("bwrap", path=SYSTEM_PATH)
        if not found or not sys.platform.startswith("linux"):
            raise FileNotFoundError("bubblewrap (the program bwrap) isn't installed")
        self.python = sys.executable
        self.workspace = str(place)
        self.packages = SEEN_AT if packages else None
        self._packages = packages
        self._bwrap = found
        self._limits = limits
        self._temporary = scratch / "tmp"
        self._etc = scratch / "etc"
        self._mask = scratch / MASK
        self._mask.touch()
        self._etc_folders = [
            Path("/etc", name)
            for name in (*ETC_FOLDERS, *(ETC_FOLDERS_OF_NETWORK if network else ()))
            if Path("/etc", name).is_dir()
        ]
        _make_etc(self._etc, self._etc_folders, network)
        self._pythons = python_folders()
        self._network = network
        self._protected: Callable[[], tuple[Held, ...]] = tuple  # nothing while it only tries
        self._environ = environ
        self._groups = cgroups.available(limits)
        self._prlimit = shutil.which("prlimit", path=SYSTEM_PATH)
        self._filter = seccomp.program(platform.machine())
        self.refuses_set_ids = self._filter is not None
        self._options: tuple[str, ...] = ("--disable-userns",)
        self._sized = True
        self._enter: tuple[str, ...] = ()
        self._kept: list[int] = []
        try:
            self._probe(place)
        except BaseException:
            self.close()
            raise
        self._protected = protected

    def _probe(self, place: Path) -> None:
        """See whether it works here, without what older versions don't know."""
        why = self._try(place)
        if why and "disable-userns" in why:  # before 0.8; the filter of system calls forbids them too
            self._options = ()
            why = self._try(place)
        if why and "--size" in why:  # before 0.7
            self._sized = False
            why = self._try(place)
        if why:
            raise PermissionError(f"bubblewrap can't make its namespaces here ({why})")
        if not self._network:
            self._share_loopback(place)

    def _share_loopback(self, place: Path) -> None:
        """Make one network without a way out for all commands, so that one can serve another.

        Where that can't be, each has one of its own.
        """
        nsenter = shutil.which("nsenter", path=SYSTEM_PATH)
        if not nsenter:
            return
        try:
            self._kept = _namespaces(self._bwrap)
        except OSError:
            return
        net, user = (f"/proc/{os.getpid()}/fd/{kept}" for kept in self._kept)
        # The superuser needn't enter the user namespace, and had better not.
        owner = (f"--user={user}", "--preserve-credentials") if os.getuid() else ()
        self._enter = (nsenter, *owner, f"--net={net}", "--")
        if self._try(place):
            self._enter = ()

    def _try(self, place: Path) -> str | None:
        """Why it doesn't work, None if it does."""
        child = self.launch(Command((self.python, "-I", "-S", "-c", "print('works')"), folder=place))
        said = b""
        while piece := child.read():
            said += piece
        code = child.wait(10)
        child.kill()
        child.release()
        text = said.decode(errors="replace").strip()
        return None if code == 0 and text == "works" else text[-300:] or f"exit code {code}"

    def launch(self, command: Command) -> Child:
        """Start a command."""
        group = self._groups.new() if self._groups else None
        given = _pipe_holding(self._filter) if self._filter else None
        try:
            popen = subprocess.Popen(
                [
                    *(group.enter if group else ()),
                    *self._enter,
                    self._bwrap,
                    *self._arguments(command, given),
                ],
                env={},
                cwd="/",
                stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[given] if given is not None else [],
                start_new_session=True,
            )
        except OSError as error:
            if group:
                group.let_go()
            raise CommandError(f"The sandbox could not be started: {error.strerror}.") from None
        finally:
            if given is not None:
                os.close(given)
        return PipedChild(popen, self._limits, group, uncounted=2, terminate=_terminate, end=_end)

    def _arguments(self, command: Command, given: int | None) -> Iterator[str]:
        yield from ("--unshare-all", "--unshare-user", *self._options)
        if self._network or self._enter:
            yield "--share-net"
        if os.getuid() == 0:
            yield from ("--uid", str(ORDINARY_USER), "--gid", str(ORDINARY_USER))
        yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "sandbox")
        if given is not None:
            yield from ("--seccomp", str(given))
        yield from self._mounts(installs=command.installs)
        yield "--clearenv"
        for name, value in self._clean(command).items():
            yield from ("--setenv", name, value)
        yield from ("--chdir", str(command.folder), "--", *self._limited(command.argv))

    def _mounts(self, *, installs: bool) -> Iterator[str]:
        for folder in SYSTEM:
            if os.path.islink(folder):
                yield from ("--symlink", os.readlink(folder), folder)
            elif os.path.isdir(folder):
                yield from ("--ro-bind", folder, folder)
        yield from ("--ro-bind", str(self._etc), "/etc")
        for path in self._etc_folders:
            yield from ("--ro-bind", str(path), str(path))
        # The superuser's processes could write kernel settings, whatever their capabilities.
        yield from ("--proc", "/proc", "--remount-ro", "/proc")
        yield from ("--dev", "/dev")
        if self._sized:
            yield from ("--size", str(self._limits.memory), "--tmpfs", "/dev/shm")
        yield from ("--remount-ro", "/dev")
        if installs:
            yield from ("--tmpfs", "/tmp", "--ro-bind", self.workspace, self.workspace)
        else:
            yield from ("--bind", str(self._temporary), "/tmp", "--bind", self.workspace, self.workspace)
        if self._packages:
            yield from ("--bind" if installs else "--ro-bind", str(self._packages), SEEN_AT)
        for path in self._pythons:
            yield from ("--ro-bind", str(path), str(path))
        # What is masked stays so while packages are installed: all of the workspace is read-only then, but
        # sockets can be written to for all that.
        for held in self._protected():
            if held.masked:
                yield from ("--ro-bind-try", str(self._mask), str(held.path))
            elif not installs:
                yield from (
                    "--bind-try" if held.writable else "--ro-bind-try",
                    str(held.path),
                    str(held.path),
                )
        yield from ("--remount-ro", "/")

    def _clean(self, command: Command) -> dict[str, str]:
        own = dict.fromkeys(f"{prefix}/bin" for prefix in (sys.prefix, sys.base_prefix))
        path = ":".join([*own, SYSTEM_PATH])
        return environment.clean(self._environ, path=path, temporary="/tmp", more=command.environment)

    def _limited(self, argv: tuple[str, ...]) -> Iterator[str]:
        limits = self._limits
        if self._prlimit:
            yield from (self._prlimit, f"--cpu={limits.cpu_seconds}:{limits.cpu_seconds + 1}")
            yield from (f"--fsize={limits.file_size}", "--core=0")
            if not self._groups:
                yield f"--data={limits.memory}"
                if os.getuid() and linux_version() >= FIRST_WITH_COUNTED_NAMESPACES:
                    yield f"--nproc={limits.processes + 2}"
            yield "--"
        yield from argv

    def close(self) -> None:
        """Take away what held them."""
        for kept in self._kept:
            os.close(kept)
        self._kept = []
        if self._groups:
            self._groups.close()


SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def linux_version() -> tuple[int, ...]:
    """The running kernel's first two numbers."""
    with suppress(ValueError):
        return tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2])
    return (0, 0)


def python_folders() -> tuple[Path, ...]:
    """This Python, and its virtual environment, where they lie outside of /usr.

    The folder itself if there is nothing else in it, else its parts: it can be a home.
    """
    prefixes = dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix))
    folders: list[Path] = []
    for prefix in prefixes:
        if prefix == "/" or prefix == "/usr" or prefix.startswith("/usr/"):
            continue
        folder = Path(prefix)
        if {entry.name for entry in folder.iterdir()} <= {
            *PYTHON_PARTS,
            ".gitignore",
            ".lock",
            "CACHEDIR.TAG",
        }:
            folders.append(folder)
        else:
            folders += [folder / part for part in PYTHON_PARTS if (folder / part).exists()]
    return tuple(folders)


def _make_etc(folder: Path, folders: list[Path], network: bool) -> None:
    """The sandbox's own /etc: small files, and points to show the system's folders at."""
    number = os.getuid() or ORDINARY_USER
    group = os.getgid() or ORDINARY_USER
    texts = {
        "passwd": f"agent:x:{number}:{group}:agent:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
        "group": f"agent:x:{group}:\nnogroup:x:65534:\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    }
    folder.mkdir()
    for path in folders:
        (folder / path.relative_to("/etc")).mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name in (*ETC_FILES, *(ETC_FILES_OF_NETWORK if network else ())):
        (folder / name).parent.mkdir(exist_ok=True)
        with suppress(OSError):
            shutil.copyfile(Path("/etc", name), folder / name)


def _pipe_holding(data: bytes) -> int:
    """A descriptor from which some bytes can be read; they fit a pipe."""
    read, write = os.pipe()
    os.write(write, data)
    os.close(write)
    return read


def _namespaces(bwrap: str) -> list[int]:
    """Descriptors of a new network namespace, its loopback up, and of the user namespace it belongs to.

    They live as long as something refers to them. Raises OSError.
    """
    words = [bwrap, "--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "--", "cat"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        keeper.stdin.write(b"up\n")
        keeper.stdin.flush()
        if keeper.stdout.readline() != b"up\n":
            raise PermissionError("bubblewrap can't make a network")
        inside = tree.descendants(keeper.pid)[-1]
        kept: list[int] = []
        try:
            for name in ("net", "user"):
                kept.append(os.open(f"/proc/{inside}/ns/{name}", os.O_RDONLY))
        except OSError:
            for one in kept:
                os.close(one)
            raise
        finally:
            keeper.stdin.close()
        return kept


def _terminate(pid: int) -> None:
    tree.send(tree.descendants(pid), signal.SIGTERM)


def _end(pid: int) -> None:
    """Kill the namespace's first process, with which the kernel ends all others; bwrap waits for that."""
    tree.send([pid], signal.SIGSTOP)
    first = tree.descendants(pid)[:1]
    tree.send(first or [pid], signal.SIGKILL)
    tree.send([pid], signal.SIGCONT)
