"""What the sandboxes that are walls keep in and out: escape attempts, each of which must fail."""

from __future__ import annotations

import ast
import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from autogpt.sandboxes.port import Exited
from tests.conformance.sandboxes import Bench, text

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux's"),
    pytest.mark.parametrize("bench", ["bubblewrap", "docker", "podman"], indirect=True),
]

CHECKOUT = Path(__file__).parents[2]

TRY = """
import sys
def attempt(what):
    try:
        print('GOT', what())
    except (OSError, ValueError) as error:
        print('refused', type(error).__name__)
"""


SET_IDS = """
import ctypes, os, platform, stat
libc, bits = ctypes.CDLL(None, use_errno=True), int(sys.argv[1])
mode = bits | 0o755
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), '')
    return number
def made(*arguments):
    os.close(os.open(*arguments))
    return arguments
here = os.open('.', os.O_RDONLY)
file = os.open('there', os.O_RDWR)
how = (ctypes.c_uint64 * 3)(os.O_CREAT | os.O_WRONLY, mode, 0)
attempt(lambda: os.chmod('there', mode) or 'chmod')
attempt(lambda: os.chmod('there', mode, dir_fd=here) or 'fchmodat')
attempt(lambda: os.fchmod(file, mode) or 'fchmod')
attempt(lambda: os.chmod(f'/proc/self/fd/{file}', mode) or 'by descriptor')
attempt(lambda: call(452, -100, b'there', mode, 0))
attempt(lambda: made('by-open', os.O_CREAT | os.O_WRONLY, mode))
attempt(lambda: made('.', os.O_TMPFILE | os.O_WRONLY, mode))
attempt(lambda: os.mknod('by-mknod', stat.S_IFREG | mode))
attempt(lambda: call(437, -100, b'by-openat2', how, 24))
if platform.machine() == 'x86_64':
    attempt(lambda: call(90, b'there', mode))
    attempt(lambda: call(85, b'by-creat', mode))
    attempt(lambda: call(2, b'by-old-open', os.O_CREAT | os.O_WRONLY, mode))
    attempt(lambda: call(133, b'by-old-mknod', stat.S_IFREG | mode, 0))
os.chmod('there', 0o755)
print('plain', oct(stat.S_IMODE(os.stat('there').st_mode)))
made('plain', os.O_CREAT | os.O_WRONLY, 0o755)
os.mkfifo('pipe')
"""


def refused(bench: Bench, code: str, *arguments: str) -> str:
    """Every attempt in the code must have failed."""
    said = bench.says(bench.open(), TRY + code, *arguments)
    assert said
    assert "GOT" not in said
    return said


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file of the person's, outside of the workspace."""
    path = tmp_path / "home" / "canary"
    path.parent.mkdir()
    path.write_text("the canary")
    return path


class TestReading:
    def test_files_outside(self, bench: Bench, canary: Path) -> None:
        code = "for path in sys.argv[1:]: attempt(lambda: open(path, 'rb').read(99))"
        mine = [str(path) for path in Path.home().glob("*")][:3]
        refused(
            bench, code, str(canary), "/etc/shadow", "/etc/sudoers", "/root/.bashrc", "/proc/kcore", *mine
        )

    def test_symlinks_that_lead_outside(self, bench: Bench, canary: Path) -> None:
        (bench.place / "link").symlink_to(canary)
        (bench.place / "folder").symlink_to(canary.parent)
        (bench.place / "up").symlink_to("../..")
        code = "for path in ('link', 'folder/canary', 'up/home/canary', '../home/canary'): attempt(lambda: open(path).read())"
        refused(bench, code)
        code = "import os\nos.symlink(sys.argv[1], 'new')\nattempt(lambda: open('new').read())"
        refused(bench, code, str(canary))

    def test_only_the_workspace_is_seen_beside_it(self, bench: Bench, canary: Path) -> None:
        seen = bench.says(
            bench.open(), "import os, sys; print(os.listdir(sys.argv[1]))", str(bench.place.parent)
        )
        assert ast.literal_eval(seen) == ["workspace"]

    def test_no_program_of_the_agent_is_seen(self, bench: Bench) -> None:
        code = "import os; print([int(name) for name in os.listdir('/proc') if name.isdigit()])"
        assert len(ast.literal_eval(bench.says(bench.open(), code))) <= 6
        code = (
            "import os, ctypes\n"
            "for pid in map(int, sys.argv[1:]):\n"
            "    attempt(lambda: os.kill(pid, 0))\n"
            "    attempt(lambda: open(f'/proc/{pid}/environ').read())\n"
        )
        refused(bench, code, str(os.getpid()), str(os.getppid()))

    def test_the_first_process_gives_nothing_away(self, bench: Bench) -> None:
        bench.environ["OPENAI_API_KEY"] = "sk-a-" + "secret"
        code = (
            "import os\nseen = ''\n"
            "for pid in os.listdir('/proc'):\n"
            "    for name in ('environ', 'cmdline'):\n"
            "        try: seen += open(f'/proc/{pid}/{name}', errors='replace').read()\n"
            "        except OSError: pass\n"
            "print('sk-a-' + 'secret' in seen)"
        )
        assert bench.says(bench.open(), code) == "False"


class TestWriting:
    def test_files_outside(self, bench: Bench, canary: Path) -> None:
        code = (
            "import os\n"
            "for folder in sys.argv[1:]: attempt(lambda: open(folder + '/made-by-a-sandbox', 'x').close() or folder)\n"
        )
        folders = [
            "/",
            "/usr",
            "/usr/bin",
            "/etc",
            "/lib",
            "/proc",
            "/var",
            "/home",
            "/root",
            str(canary.parent),
        ]
        refused(bench, code, *folders)
        assert os.listdir(canary.parent) == ["canary"]

    def test_what_is_made_beside_the_workspace_stays_inside(self, bench: Bench) -> None:
        bench.python(bench.open(), "open('../beside', 'w').close()")
        assert not (bench.place.parent / "beside").exists()

    def test_hard_links_to_what_is_read_only(self, bench: Bench) -> None:
        (bench.place / ".git").mkdir()
        (bench.place / ".git" / "config").write_text("[core]\n")
        code = "import os\nfor path in ('/usr/bin/env', '/etc/passwd', '.git/config'): attempt(lambda: os.link(path, 'linked'))"
        refused(bench, code)

    def test_settings_of_the_kernel(self, bench: Bench) -> None:
        """Everything is only opened, nothing written, in case it can be.

        Engines lay /dev/null over some files; what is asked of /proc/pressure holds for the asker only.
        """
        code = (
            "import os, stat\nopened = []\n"
            "for top in ('/proc', '/sys'):\n"
            "    for folder, folders, files in os.walk(top):\n"
            "        folders[:] = [name for name in folders if not name.isdigit() and 'self' not in name]\n"
            "        for name in files:\n"
            "            path = os.path.join(folder, name)\n"
            "            try:\n"
            "                if folder == '/proc/pressure' or stat.S_ISCHR(os.stat(path).st_mode): continue\n"
            "                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))\n"
            "            except OSError: continue\n"
            "            opened.append(path)\n"
            "print(opened)"
        )
        assert bench.says(bench.open(), code) == "[]"

    def test_devices(self, bench: Bench) -> None:
        code = (
            "import os, stat\n"
            "print([name for name in os.listdir('/dev') if stat.S_ISBLK(os.lstat('/dev/' + name).st_mode)])"
        )
        assert bench.says(bench.open(), code) == "[]"
        refused(bench, "import os\nattempt(lambda: os.mknod('disk', 0o60600, os.makedev(254, 0)))")


class TestRights:
    def test_no_capability_and_none_to_be_had(self, bench: Bench) -> None:
        code = "print(*(line.split() for line in open('/proc/self/status') if line[:3] in ('Cap', 'NoN', 'Sec')), sep='\\n')"
        rows = dict(ast.literal_eval(line) for line in bench.says(bench.open(), code).splitlines())
        assert {int(rows[name], 16) for name in ("CapEff:", "CapPrm:", "CapInh:", "CapBnd:", "CapAmb:")} == {
            0
        }
        assert rows["NoNewPrivs:"] == "1"
        assert rows["Seccomp:"] == "2"

    def test_not_the_superuser(self, bench: Bench) -> None:
        number = int(bench.says(bench.open(), "import os; print(os.getuid())"))
        if bench.contained:
            assert number == os.getuid()  # without a capability, and files are the caller's
        else:
            assert number != 0

    def test_no_mounts_and_no_namespaces(self, bench: Bench) -> None:
        code = (
            "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "def call(function, *arguments):\n"
            "    if function(*arguments) < 0: raise OSError(ctypes.get_errno(), '')\n"
            "attempt(lambda: call(libc.unshare, 0x10000000))\n"
            "attempt(lambda: call(libc.unshare, 0x00020000))\n"
            "attempt(lambda: call(libc.mount, b'none', b'/usr', None, 32 | 4096, None))\n"
            "attempt(lambda: call(libc.mount, b'none', b'/tmp', b'tmpfs', 0, None))\n"
            "attempt(lambda: call(libc.umount2, b'/proc', 2))\n"
            "attempt(lambda: call(libc.chroot, b'/tmp'))\n"
            "attempt(lambda: call(libc.syscall, 250 if os.uname().machine == 'x86_64' else 219, 0, -3, 0))\n"
        )
        refused(bench, code)

    @pytest.mark.parametrize("bits", [0o4000, 0o2000, 0o6000])
    def test_files_that_run_with_their_owners_rights(self, bench: Bench, bits: int) -> None:
        """By every call that gives a file its mode; a copied `id` would give the person's rights to whoever starts it."""
        (bench.place / "there").write_text("x")
        said = refused(bench, SET_IDS, str(bits))
        assert said.count("refused") >= 8
        assert "plain 0o755" in said
        outside = {path.name: path.stat().st_mode for path in bench.place.iterdir() if path.is_file()}
        assert {name: mode for name, mode in outside.items() if mode & 0o6000} == {}
        assert outside["there"] & 0o777 == 0o755

    @pytest.mark.skipif(os.uname().machine != "x86_64", reason="no other machine has them")
    def test_calls_by_other_numbers_give_no_file_its_mode(self, bench: Bench) -> None:
        """Those of the x32 way of calling: they are refused, or end the program."""
        (bench.place / "there").write_text("x")
        code = "import ctypes\nctypes.CDLL(None).syscall(90 + 0x40000000, b'there', 0o4755)"
        bench.python(bench.open(), code)
        assert (bench.place / "there").stat().st_mode & 0o6000 == 0

    def test_files_that_run_with_rights_of_the_system(self, bench: Bench) -> None:
        (bench.place / "there").write_text("x")
        code = (
            "import os, struct\n"
            "attempt(lambda: os.setxattr('there', 'security.capability', struct.pack('<IIIII', 0x2000001, 2, 0, 0, 0)))"
        )
        refused(bench, code)

    def test_terminals_take_no_input_from_it(self, bench: Bench) -> None:
        refused(bench, "attempt(lambda: open('/dev/tty', 'w'))")


class TestNetwork:
    def test_none_without_being_allowed(self, bench: Bench) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            code = (
                "import socket\n"
                "for address in (('127.0.0.1', int(sys.argv[1])), ('10.0.0.1', 53), ('169.254.169.254', 80)):\n"
                "    attempt(lambda: socket.create_connection(address, 2))\n"
                "attempt(lambda: socket.getaddrinfo('example.com', 80))\n"
                "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53)))\n"
                "print(socket.if_nameindex())"
            )
            said = refused(bench, code, str(server.getsockname()[1]))
        assert said.endswith("[(1, 'lo')]")

    def test_no_way_past_the_network(self, bench: Bench) -> None:
        """A virtual machine's sockets to its host know no namespaces."""
        families = {"vsock": 40, "the kernel's cryptography": 38, "tipc": 30, "bluetooth": 31, "can": 29}
        code = "import socket\nfor family in sys.argv[1:]: attempt(lambda: socket.socket(int(family), 2))"
        said = refused(bench, code, *map(str, families.values()))
        assert said.count("refused") == len(families)
        usual = "import socket\nfor family in (1, 2, 10): socket.socket(family).close()\nsocket.socketpair()\nprint('well')"
        assert bench.says(bench.open(), usual) == "well"

    def test_abstract_sockets(self, bench: Bench) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"\0autogpt-{bench.mark}")
            server.listen()
            code = (
                "import socket\nattempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0' + sys.argv[1]))"
            )
            refused(bench, code, f"autogpt-{bench.mark}")

    def test_sockets_in_the_workspace(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of programs of the person's: a database, a debugger, git's own monitor. Moving their folder helps nothing."""
        places = ["s", "sub/deep/s", ".git/fsmonitor--daemon.ipc"]
        monkeypatch.chdir(bench.place)  # a socket's path may not be long
        with ExitStack() as closing:
            for name in places:
                (bench.place / name).parent.mkdir(parents=True, exist_ok=True)
                server = closing.enter_context(socket.socket(socket.AF_UNIX))
                server.bind(name)
                server.listen()
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(name)
            code = (
                "import os, socket\n"
                "def reach(path):\n"
                "    with socket.socket(socket.AF_UNIX) as one: return one.connect(path)\n"
                "for path in sys.argv[1:]:\n"
                "    attempt(lambda: reach(path))\n"
                "    attempt(lambda: os.rename(path, 'moved'))\n"
                "    attempt(lambda: os.link(path, 'linked'))\n"
                "    attempt(lambda: os.unlink(path))\n"
                "attempt(lambda: os.rename('sub', 'other'))\n"
                "attempt(lambda: os.rename('sub/deep', 'deeper'))\n"
            )
            refused(bench, code, *places)
            refused(bench, code, *places)
        assert all((bench.place / name).is_socket() for name in places)

    def test_sockets_of_its_own_work_in_the_workspace(self, bench: Bench) -> None:
        code = (
            "import socket\nserver = socket.socket(socket.AF_UNIX)\nserver.bind('own')\nserver.listen()\n"
            "client = socket.socket(socket.AF_UNIX)\nclient.connect('own')\nprint('reached')"
        )
        box = bench.open()
        assert bench.says(box, "print('first')") == "first"
        assert bench.says(box, code) == "reached"

    def test_the_engines_socket(self, bench: Bench) -> None:
        named = bench.environ.get("DOCKER_HOST", "").removeprefix("unix://")
        code = "import socket\nfor path in sys.argv[1:]: attempt(lambda: socket.socket(socket.AF_UNIX).connect(path))"
        refused(
            bench, code, "/var/run/docker.sock", "/run/containerd/containerd.sock", *filter(None, [named])
        )

    def test_its_own_loopback_works(self, bench: Bench) -> None:
        code = (
            "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
            "client = socket.create_connection(server.getsockname())\nclient.sendall(b'hello')\n"
            "print(server.accept()[0].recv(5).decode())"
        )
        assert bench.says(bench.open(), code) == "hello"

    def test_a_server_that_goes_on_is_reached_by_the_next_command(self, bench: Bench) -> None:
        box = bench.open()
        serve = (
            "import socket\nserver = socket.create_server(('127.0.0.1', 8765))\nprint('up', flush=True)\n"
            "while True: server.accept()[0].sendall(b'served')"
        )
        process = box.start(bench.command(box.python, "-c", serve))
        code = (
            "import socket, time\nfor _ in range(100):\n"
            "    try: print(socket.create_connection(('127.0.0.1', 8765)).recv(6).decode()); break\n"
            "    except ConnectionRefusedError: time.sleep(0.05)"
        )
        assert bench.says(box, code) == "served"
        process.stop()
        assert bench.says(box, "print('on')") == "on"

    def test_allowed(self, bench: Bench) -> None:
        if bench.contained:
            pytest.skip("the engine of the tests has no bridge")
        with socket.create_server(("127.0.0.1", 0)) as server:
            code = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2); print('there')"
            outcome = bench.python(bench.open(network=True), code, str(server.getsockname()[1]))
        assert text(outcome) == "there\n"


class TestProtected:
    CHANGE = (
        "for path in sys.argv[1:]:\n"
        "    attempt(lambda: open(path, 'a').write('x'))\n"
        "import os, shutil\n"
        "attempt(lambda: os.rename(os.path.dirname(sys.argv[1]), 'moved'))\n"
        "attempt(lambda: shutil.rmtree(os.path.dirname(sys.argv[1])))\n"
    )

    def test_what_is_there_is_read_only(self, bench: Bench) -> None:
        for name in (
            ".git/config",
            ".autogpt/runs/1/journal",
            "sub/deep/.git/hooks/pre-commit",
            "venv/pyvenv.cfg",
        ):
            (bench.place / name).parent.mkdir(parents=True)
            (bench.place / name).write_text("as it was")
        (bench.place / "worktree").mkdir()
        (bench.place / "worktree" / ".git").write_text("gitdir: elsewhere")
        names = (
            ".git/config",
            ".autogpt/runs/1/journal",
            ".autogpt/runs/1/new",
            "sub/deep/.git/hooks/pre-commit",
        )
        refused(bench, self.CHANGE, *names, "venv/pyvenv.cfg", "venv/new", "worktree/.git")
        assert (bench.place / ".git" / "config").read_text() == "as it was"
        assert bench.says(bench.open(), "print(open('.git/config').read())") == "as it was"

    def test_what_lies_in_folders_with_odd_names_is_read_only_too(self, bench: Bench) -> None:
        names = ["a,b/.git/config", 'quo"te/.git/config', "two\nlines/.git/config", "co:lon/.git/config"]
        for name in names:
            (bench.place / name).parent.mkdir(parents=True)
            (bench.place / name).write_text("as it was")
        for name in names:
            refused(bench, self.CHANGE, name)
            assert (bench.place / name).read_text() == "as it was"

    def test_what_is_not_there_cannot_be_made_at_the_top(self, bench: Bench) -> None:
        code = (
            "import os\n"
            "for name in ('.git', '.autogpt'):\n"
            "    attempt(lambda: open(name + '/config', 'w'))\n"
            "    attempt(lambda: os.rmdir(name))\n"
            "    attempt(lambda: os.rename(name, 'other'))\n"
            "    attempt(lambda: open(name, 'w'))\n"
        )
        refused(bench, code)
        bench.close()
        assert list(bench.place.iterdir()) == []

    def test_what_is_made_deeper_is_reported(self, bench: Bench) -> None:
        box = bench.open()
        code = "import os\nos.makedirs('new/.git/hooks')\nos.makedirs('venv')\nopen('venv/pyvenv.cfg', 'w').close()"
        outcome = bench.python(box, code)
        assert outcome.end == Exited(0)
        assert outcome.made == (bench.place / "new" / ".git", bench.place / "venv")
        assert bench.python(box, "open('venv/more', 'w').close()").made == ()
        assert (bench.place / "venv" / "more").exists()

    def test_a_folder_on_the_way_cannot_become_a_link(self, bench: Bench, canary: Path) -> None:
        """Else the sandbox of the next command would show what lies behind the link."""
        theirs = canary.parent / "repo"
        for made in (bench.place / "sub/x/.git", bench.place / "sub/venv", theirs / ".git"):
            made.mkdir(parents=True)
            (made / "config").write_text("the canary" if made.is_relative_to(theirs) else "as it was")
        (bench.place / "sub/venv/pyvenv.cfg").touch()
        sandbox = bench.open()
        code = (
            "import os, shutil\n"
            "attempt(lambda: os.rename('sub/x', 'sub/y'))\n"
            "attempt(lambda: os.rename('sub', 'y'))\n"
            "attempt(lambda: shutil.rmtree('sub'))\n"
            "attempt(lambda: os.symlink(sys.argv[1], 'sub/x'))\n"
            "print(open('sub/x/.git/config').read())\n"
            "open('sub/x/new', 'w').close(); os.remove('sub/x/new')"
        )
        outcome = bench.python(sandbox, TRY + code, str(theirs))
        assert "GOT" not in text(outcome)
        assert "as it was" in text(outcome)
        assert outcome.end == Exited(0)

    def test_a_link_on_the_way_is_not_followed(self, bench: Bench, canary: Path) -> None:
        """Somebody outside put it there, or a program that was started before."""
        theirs = canary.parent / "repo"
        for made in (bench.place / "x/.git", theirs / ".git"):
            made.mkdir(parents=True)
            (made / "config").write_text("the canary" if made.is_relative_to(theirs) else "as it was")
        sandbox = bench.open()
        move = "import os; os.makedirs('other', exist_ok=True); print('well')"
        assert bench.says(sandbox, move) == "well"
        (bench.place / "x").rename(bench.place / "y")
        (bench.place / "x").symlink_to(theirs)
        sandbox.protect(bench.place / "other")  # what is held has changed
        said = bench.python(
            sandbox,
            TRY + "for path in sys.argv[1:]: attempt(lambda: open(path).read())",
            "x/.git/config",
            str(theirs / ".git/config"),
        )
        assert said.end == Exited(0)
        assert text(said).count("refused") == 2

    def test_what_the_agent_makes_meanwhile_is_read_only_to_what_comes_after(self, bench: Bench) -> None:
        sandbox = bench.open()
        bench.says(sandbox, "print(1)")
        for name in (".git", "clone/.git"):  # the first is where a placeholder stands
            made = bench.place / name
            made.mkdir(parents=True, exist_ok=True)
            (made / "config").write_text("as it was")
            sandbox.protect(made)
        code = (
            "import os\n"
            "for name in ('.git', 'clone/.git'):\n"
            "    attempt(lambda: open(name + '/config', 'a'))\n"
            "    attempt(lambda: os.rename(name, name + '2'))\n"
            "    attempt(lambda: os.mkdir(name + '/hooks'))\n"
            "print(open('.git/config').read(), open('clone/.git/config').read())"
        )
        outcome = bench.python(sandbox, TRY + code)
        said = text(outcome)
        assert "GOT" not in said
        assert "as it was as it was" in said
        assert outcome.made == ()
        (bench.place / ".git/config").unlink()  # the bench looks for what is left behind
