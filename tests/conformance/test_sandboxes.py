"""What every sandbox does, whatever it is made of.

Everything that could hurt the machine if a sandbox failed has a cap of its own.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autogpt.core.errors import CommandError
from autogpt.sandboxes import disk
from autogpt.sandboxes.port import (
    MEBIBYTE,
    Command,
    Exited,
    Killed,
    Limit,
    Outcome,
    Process,
    Stopped,
)
from autogpt.sandboxes.wording import explain
from tests.conformance.sandboxes import SMALL, Bench, eventually, marked, text

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt", reason="written for POSIX"),
    pytest.mark.parametrize("bench", ["host", "bubblewrap", "docker", "podman"], indirect=True),
]

CHECKOUT = Path(__file__).parents[2]


def heard(process: Process, length: int) -> bytes:
    """What a process has written when it is that long, at the latest after five seconds."""
    said = b""

    def enough() -> bool:
        nonlocal said
        said += process.read().head
        return len(said) >= length

    eventually(enough, lambda: f"it wrote no more than {said!r}")
    return said


class TestEnds:
    @pytest.mark.parametrize("code", [0, 1, 3, 255])
    def test_the_exit_code_is_the_commands(self, bench: Bench, code: int) -> None:
        assert bench.python(bench.open(), f"raise SystemExit({code})").end == Exited(code)

    def test_a_signal_is_told(self, bench: Bench) -> None:
        box = bench.open()
        outcome = bench.python(box, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
        assert outcome.end == Exited(128 + signal.SIGSEGV)
        assert "SIGSEGV" in explain(outcome, box.limits)

    def test_a_program_that_is_not_there(self, bench: Bench) -> None:
        box = bench.open()
        outcome = bench.run(box, "no-such-program", "x")
        assert outcome.end == Exited(127)
        assert "no-such-program" in text(outcome)
        assert "no such program" in explain(outcome, box.limits)

    def test_many_commands_one_after_the_other(self, bench: Bench) -> None:
        box = bench.open()
        assert [bench.says(box, f"print({number})") for number in range(5)] == list("01234")

    def test_commands_side_by_side(self, bench: Bench) -> None:
        box = bench.open()
        said: list[str] = []

        def one(number: int) -> None:
            said.append(bench.says(box, f"import time; time.sleep(0.5); print({number})"))

        threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(said) == ["0", "1", "2"]

    def test_a_closed_sandbox_runs_nothing(self, bench: Bench) -> None:
        box = bench.open()
        box.close()
        with pytest.raises(CommandError, match="closed"):
            bench.python(box, "print(1)")
        box.close()

    def test_only_the_workspace_is_a_place_to_start(self, bench: Bench, tmp_path: Path) -> None:
        box = bench.open()
        with pytest.raises(CommandError, match="workspace"):
            bench.python(box, "print(1)", folder=tmp_path)
        with pytest.raises(CommandError, match="no folder"):
            bench.python(box, "print(1)", folder=bench.place / "missing")
        with pytest.raises(CommandError, match="NUL"):
            bench.run(box, "echo", "a\0b")


class TestOutput:
    def test_both_streams_in_their_order(self, bench: Bench) -> None:
        code = "import sys\nfor n in range(4): print(n, file=sys.stderr if n % 2 else sys.stdout, flush=True)"
        assert bench.says(bench.open(), code).split() == ["0", "1", "2", "3"]

    def test_it_comes_while_the_command_runs(self, bench: Bench) -> None:
        """The command waits for an answer to what it printed, which only then is there."""
        box = bench.open()
        code = (
            "import os, time\nprint('ready')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('went')"
        )
        heard: list[str] = []

        def hear(piece: str) -> None:
            heard.append(piece)
            (bench.place / "go").touch()

        assert bench.python(box, code, on_output=hear).end == Exited(0)
        assert "".join(heard).split() == ["ready", "went"]
        assert len(heard) >= 2

    def test_pieces_never_cut_a_character(self, bench: Bench) -> None:
        code = "import os, time\nfor byte in '日本語'.encode(): os.write(1, bytes([byte])); time.sleep(0.01)"
        heard: list[str] = []
        bench.python(bench.open(), code, on_output=heard.append)
        assert "".join(heard) == "日本語"

    def test_binary(self, bench: Bench) -> None:
        outcome = bench.python(bench.open(), "import sys; sys.stdout.buffer.write(bytes(range(256)) * 4)")
        assert outcome.output.head == bytes(range(256)) * 4
        assert outcome.output.file is None

    def test_a_long_one_is_bounded_and_whole_in_a_file(self, bench: Bench) -> None:
        outcome = bench.python(bench.open(), "for n in range(100000): print(n)")
        output = outcome.output
        assert len(output.head) + len(output.tail) <= 64 * 1024
        assert output.head.startswith(b"0\n1\n2\n")
        assert output.tail.endswith(b"99998\n99999\n")
        assert output.file
        whole = output.file.read_bytes()
        assert whole == b"".join(b"%d\n" % number for number in range(100000))
        assert len(whole) == output.total

    def test_an_endless_line_is_ended(self, bench: Bench) -> None:
        box = bench.open()
        outcome = bench.python(box, "import sys\nfor _ in range(4096): sys.stdout.write('x' * 65536)")
        assert outcome.end == Killed(Limit.OUTPUT)
        assert "4 MB of output" in explain(outcome, box.limits)
        assert outcome.output.file
        assert outcome.output.file.stat().st_size < 8 * MEBIBYTE

    @pytest.mark.slow
    def test_a_hundred_megabytes_in_constant_memory(self, bench: Bench) -> None:
        box = bench.open(replace(SMALL, output=200 * MEBIBYTE))
        bench.python(box, "print(1)")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        heard = 0

        def hear(piece: str) -> None:
            nonlocal heard
            heard += len(piece)

        outcome = bench.python(
            box,
            "import sys\nfor _ in range(1600): sys.stdout.write('0123456789abcde\\n' * 4096)",
            on_output=hear,
        )
        assert outcome.end == Exited(0)
        assert outcome.output.total == heard == 100 * MEBIBYTE
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 30 * 1024, f"{grown} kB more"
        assert outcome.seconds < 15  # 3 on a machine that does nothing else: see the benchmark


class TestInput:
    def test_standard_input_is_empty(self, bench: Bench) -> None:
        assert bench.says(bench.open(), "import sys; print(repr(sys.stdin.read()))") == "''"

    def test_a_started_one_can_be_written_to(self, bench: Bench) -> None:
        box = bench.open()
        code = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"
        process = box.start(bench.command(box.python, "-c", code, stdin=True))
        process.write(b"one\n")
        process.write(b"two\n")
        assert heard(process, len("one\ntwo\n")) == b"ONE\nTWO\n"
        assert process.stop().end == Stopped()
        with pytest.raises(CommandError, match="standard input"):
            process.write(b"three\n")


class TestLimits:
    @pytest.mark.parametrize("deaf", [False, True])
    def test_time(self, bench: Bench, deaf: bool) -> None:
        box = bench.open()
        code = f"import signal, time\nif {deaf}: signal.signal(15, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(30)"
        outcome = bench.python(box, code, seconds=0.7)
        assert outcome.end == Killed(Limit.TIME)
        assert outcome.seconds < 6
        assert text(outcome) == "on\n"
        assert "0.7 seconds" in explain(outcome, box.limits, 0.7)

    def test_a_polite_end_lets_a_program_tidy_up(self, bench: Bench) -> None:
        code = (
            "import signal, sys, time\n"
            "def tidy(*_):\n    open('tidied', 'w').close(); print('tidy', flush=True); sys.exit(0)\n"
            "signal.signal(15, tidy)\nprint('ready', flush=True)\ntime.sleep(30)"
        )
        outcome = bench.python(bench.open(), code, seconds=1.5)
        assert outcome.end == Killed(Limit.TIME)
        assert text(outcome).split() == ["ready", "tidy"]
        assert (bench.place / "tidied").exists()

    def test_processor_time(self, bench: Bench) -> None:
        box = bench.open(replace(SMALL, cpu_seconds=1))
        code = "import time\nend = time.time() + 15\nwhile time.time() < end: pass"
        outcome = bench.python(box, code)
        assert outcome.end == Killed(Limit.CPU)
        assert "processor time" in explain(outcome, box.limits)

    def test_memory(self, bench: Bench) -> None:
        box = bench.open()
        code = "kept = []\nfor _ in range(40): kept.append(bytearray(b'x') * (10 << 20))\nprint('all of it')"
        outcome = bench.python(box, code)
        assert outcome.end != Exited(0)
        assert "all of it" not in text(outcome)
        assert Limit.MEMORY in outcome.met
        assert "96 MB" in explain(outcome, box.limits)

    def test_memory_of_a_family_together(self, bench: Bench) -> None:
        """Each child stays below the limit."""
        box = bench.open()
        code = (
            "import os, sys, time\n"
            "for _ in range(6):\n"
            "    if os.fork() == 0:\n        kept = bytearray(b'x') * (40 << 20); time.sleep(4); os._exit(0)\n"
            "codes = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(6)]\n"
            "print(codes, flush=True); sys.exit(any(codes))"
        )
        outcome = bench.python(box, code)
        assert outcome.end != Exited(0), text(outcome)

    def test_processes(self, bench: Bench) -> None:
        """A bomb with a fuse: 120 children at the most, that end by themselves."""
        box = bench.open()
        code = (
            "import os, time\nmade = 0\n"
            "for _ in range(120):\n"
            "    if os.fork() == 0:\n        time.sleep(4); os._exit(0)\n"
            "    made += 1\n    print(made, flush=True)\n"
            "time.sleep(1)"
        )
        outcome = bench.python(box, code)
        assert outcome.end != Exited(0)
        assert Limit.PROCESSES in outcome.met
        assert "32" in explain(outcome, box.limits)
        assert bench.says(box, "print('still fine')") == "still fine"

    @pytest.mark.slow
    def test_a_fork_bomb_goes_out(self, bench: Bench) -> None:
        """Every child forks on, seven generations deep, and nobody ends by himself for eight seconds."""
        box = bench.open()
        code = (
            "import os, time\n"
            "for _ in range(7):\n"
            "    try: os.fork()\n    except OSError: break\n"
            "time.sleep(8)"
        )
        outcome = bench.python(box, code, seconds=2)
        assert outcome.end in (Killed(Limit.TIME), Killed(Limit.PROCESSES)), outcome.end
        eventually(lambda: not list(marked(bench.mark)), lambda: "some are left")
        assert bench.says(box, "print('still fine')") == "still fine"

    def test_the_size_of_a_file(self, bench: Bench) -> None:
        box = bench.open()
        code = "with open('big', 'wb', 0) as file:\n    for _ in range(32): file.write(b'x' * (1 << 20))"
        outcome = bench.python(box, code)
        assert Limit.FILE_SIZE in outcome.met
        assert (bench.place / "big").stat().st_size <= 4 * MEBIBYTE
        assert "size of a file" in explain(outcome, box.limits)
        program = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n" + code
        assert bench.python(box, program).end == Killed(Limit.FILE_SIZE)

    def test_space_on_the_disk(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Many files, each small enough: as if the third were the one too many for this disk."""
        monkeypatch.setattr(disk, "free", lambda _: (1 if (bench.place / "3").exists() else 1024) * MEBIBYTE)
        box = bench.open()
        code = "import time\nfor n in range(600):\n    open(str(n), 'wb').write(b'x'); time.sleep(0.05)"
        outcome = bench.python(box, code)
        assert outcome.end == Killed(Limit.DISK)
        assert "must stay free" in explain(outcome, box.limits)
        # On a disk that is full already, a little is still allowed.
        assert bench.says(box, "print('still fine')") == "still fine"


class TestTree:
    DAEMON = (
        "import os, sys, time\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "for n in range(3): os.close(n)\n"
        "time.sleep(60)"
    )
    """Leaves its session and its parents, and closes what it has of the command's output."""

    def test_a_daemon_ends_with_the_command(self, bench: Bench) -> None:
        box = bench.open()
        outer = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], env={'PATH': '/usr/bin:/bin'}); print('left')"
        outcome = bench.python(box, outer, f"'{bench.mark}'\n{self.DAEMON}")
        assert text(outcome) == "left\n"
        eventually(lambda: not list(marked(bench.mark)), lambda: "the daemon lives")

    def test_one_that_holds_the_output_open_does_too(self, bench: Bench) -> None:
        began = time.monotonic()
        code = "import os, time\nif os.fork() == 0: time.sleep(60)\nprint('left')"
        outcome = bench.python(bench.open(), code)
        assert outcome.end == Exited(0)
        assert text(outcome) == "left\n"
        assert time.monotonic() - began < 10
        eventually(lambda: not list(marked(bench.mark)), lambda: "the child lives")

    def test_stop_ends_all(self, bench: Bench) -> None:
        box = bench.open()
        code = "import os, time\nfor _ in range(3): os.fork()\nprint('up', flush=True)\ntime.sleep(60)"
        process = box.start(bench.command(box.python, "-c", code))
        assert heard(process, 8 * len("up\n")).count(b"up") == 8
        assert process.wait(0) is None
        assert [one.id for one in box.processes()] == [process.id]
        assert process.stop().end == Stopped()
        eventually(lambda: not list(marked(bench.mark)), lambda: "some live")
        assert process.stop().end == Stopped()

    def test_one_is_killed_while_its_neighbours_go_on(self, bench: Bench) -> None:
        """The first is who the others share a network with, and deaf."""
        box = bench.open()
        code = "import signal, sys, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
        marks = [f"{bench.mark}-{number}" for number in range(3)]
        going = [box.start(bench.command(box.python, "-c", code, mark)) for mark in marks]
        for process, mark in zip(going, marks, strict=True):
            assert heard(process, len("up\n")) == b"up\n"
            assert list(marked(mark))
        assert going[0].stop().end == Stopped()
        eventually(lambda: not list(marked(marks[0])), lambda: "it lives")
        assert [process.wait(0) for process in going[1:]] == [None, None]
        assert bench.says(box, "print('still fine')") == "still fine"

    def test_a_started_one_ends_by_itself(self, bench: Bench) -> None:
        box = bench.open()
        process = box.start(bench.command(box.python, "-c", "print('done'); raise SystemExit(5)"))
        outcome = process.wait(20)
        assert outcome
        assert outcome.end == Exited(5)
        assert outcome.output.head == process.read().head == b"done\n"
        assert process.read().total == 0

    def test_close_ends_what_runs(self, bench: Bench) -> None:
        box = bench.open()
        process = box.start(bench.command(box.python, "-c", "import time; time.sleep(60)"))
        ended: list[Outcome] = []
        heard: list[str] = []
        code = "print('up', flush=True); import time; time.sleep(60)"
        thread = threading.Thread(
            target=lambda: ended.append(bench.python(box, code, on_output=heard.append))
        )
        thread.start()
        eventually(lambda: bool(heard), lambda: "nothing began", 20)
        box.close()
        thread.join(10)
        outcome = process.wait(0)
        assert outcome
        assert outcome.end == Stopped()
        assert [one.end for one in ended] == [Stopped()]

    def test_ctrl_c_ends_it_and_passes(self, bench: Bench) -> None:
        box = bench.open()
        bench.python(box, "print(1)")

        def press(_: str) -> None:
            signal.raise_signal(signal.SIGINT)

        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            bench.python(box, "import time; print('up', flush=True); time.sleep(60)", on_output=press)
        assert time.monotonic() - began < 10
        eventually(lambda: not list(marked(bench.mark)), lambda: "it lives")
        assert bench.says(box, "print('still fine')") == "still fine"

    @pytest.mark.slow
    def test_all_ends_when_the_agent_is_killed(self, bench: Bench) -> None:
        bench.open().close()  # skips where there is none
        agent = (
            "import os, sys, time\nfrom pathlib import Path\n"
            "from tests.conformance.sandboxes import Bench\n"
            f"bench = Bench({bench.kind!r}, Path({str(bench.place)!r}), mark={bench.mark!r})\n"
            "box = bench.open()\n"
            "box.start(bench.command(box.python, '-c', 'import time; open(\"up\", \"w\").close(); time.sleep(60)'))\n"
            "time.sleep(60)"
        )
        process = subprocess.Popen([sys.executable, "-c", agent], cwd=CHECKOUT)
        try:
            eventually((bench.place / "up").exists, lambda: "nothing began", 20)
        finally:
            process.kill()
            process.wait()
        eventually(lambda: not list(marked(bench.mark)), lambda: "it lives", 20)
        bench.open()  # sweeps what lies about


class TestPlaces:
    @pytest.mark.parametrize(
        "name",
        ["with spaces", 'it\'s "quoted"', "two\nlines", "中文目录", "-rf", "a:b", "a:b,c=d", "$HOME`id`;#%s"],
    )
    def test_any_name_of_a_workspace(self, bench: Bench, tmp_path: Path, name: str) -> None:
        place = tmp_path / name
        (place / "in it").mkdir(parents=True)
        (place / "given").write_text("from outside")
        box = bench.open(place=place)
        if bench.kind == "podman" and name == "a:b,c=d":
            with pytest.raises(CommandError, match="colon together with a comma"):
                bench.python(box, "print(1)")
            return
        code = "import os; print(open('given').read()); open('made', 'w').write('from inside'); print(os.getcwd())"
        outcome = bench.python(box, code)
        assert text(outcome) == f"from outside\n{place.resolve()}\n"
        assert (place / "made").read_text() == "from inside"
        there = bench.python(box, "import os; print(os.path.basename(os.getcwd()))", folder=place / "in it")
        assert text(there) == "in it\n"

    def test_arguments_and_variables_arrive_as_they_are(self, bench: Bench) -> None:
        box = bench.open()
        odd = ["", " ", "a b", "'", '"', "$HOME", "`id`", "\\", "line\nline", "*", "日本", "-n", "--"]
        code = "import sys, os; print(sys.argv[1:] == eval(os.environ['ODD']))"
        command = Command((box.python, "-c", code, *odd), environment={"ODD": repr(odd)})
        outcome = box.run(command)
        assert text(outcome) == "True\n"

    def test_files_belong_to_the_caller(self, bench: Bench) -> None:
        bench.says(bench.open(), "open('file', 'w').close(); import os; os.mkdir('folder')")
        for name in ("file", "folder"):
            info = (bench.place / name).stat()
            assert (info.st_uid, info.st_gid) == (os.getuid(), os.getgid())

    def test_tmp_is_shared_by_commands_and_private(self, bench: Bench) -> None:
        box = bench.open()
        code = "import os, tempfile; print(tempfile.gettempdir())"
        where = bench.says(box, code)
        bench.says(box, f"open('{where}/note-{bench.mark}', 'w').write('hello')")
        assert bench.says(box, f"print(open('{where}/note-{bench.mark}').read())") == "hello"
        assert not Path(f"/tmp/note-{bench.mark}").exists()

    def test_home_is_there_and_not_the_persons(self, bench: Bench) -> None:
        said = bench.says(
            bench.open(),
            "import os; home = os.path.expanduser('~'); open(home + '/x', 'w').close(); print(home)",
        )
        assert said != os.environ["HOME"]
        assert not Path(os.environ["HOME"], "x").exists()


class TestSecrets:
    def test_nothing_of_the_agents_environment_is_handed_on(self, bench: Bench) -> None:
        bench.environ.update(OPENAI_API_KEY="sk-secret", GITHUB_TOKEN="ghp-secret", ANYTHING="secret")
        said = bench.says(bench.open(), "import os; print(dict(os.environ))")
        assert "secret" not in said

    def test_no_descriptor_is_handed_on(self, bench: Bench) -> None:
        with (bench.place.parent / "canary").open("w+") as file:
            file.write("canary")
            os.set_inheritable(file.fileno(), True)
            said = bench.says(bench.open(), "import os; print(sorted(os.listdir('/proc/self/fd')))")
        assert len(eval(said)) <= 4, said  # the three, and the listing's own
