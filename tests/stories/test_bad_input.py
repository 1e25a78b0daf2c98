"""What is wrong ends in one clear line and its exit code, or the run goes on; never in a traceback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loopback.openai_server import (
    HTML,
    NO_CREDIT,
    NO_MODEL,
    OVERFLOW,
    RATE_LIMITED,
    SERVER_ERROR,
    TRUNCATED_JSON,
    WRONG_KEY,
    Answer,
    Cut,
    Endless,
    Hang,
    OpenAIServer,
    Raw,
    error,
)
from tests.stories.world import KEY, SAVED, Ended, Model, Place, command, provider, write

pytestmark = pytest.mark.real

KEYED = {"OPENAI_API_KEY": KEY}
NOWHERE = {"OPENAI_API_BASE_URL": "http://127.0.0.1:9/v1", "SMART_LLM_MODEL": "x"}
HURRIED = {"LLM_PATIENCE": "0.3"}
"""Nothing is tried for long."""
UNANSWERED = HURRIED | {"LLM_TIMEOUT": "0.3"}
"""And no answer is waited for: only for who gives none, as on a busy machine any answer can take longer."""
POSIX = pytest.mark.skipif(os.name == "nt", reason="it needs a POSIX system")


@pytest.fixture
def ready(place: Place) -> Place:
    """With a profile, so that nothing needs to be asked."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    return place


def put(place: Place, **files: str | bytes) -> None:
    for name, content in files.items():
        path = place.folder / name.replace("__", "/")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def one_line(ended: Ended, code: int, *parts: str) -> None:
    """The error is one line, says this, and there is no traceback or bug anywhere."""
    assert ended.code == code, ended.said
    lines = ended.err.splitlines()
    assert len(lines) == 1, ended.err
    for part in parts:
        assert part in lines[0]
    no_traceback(ended)


def no_traceback(ended: Ended) -> None:
    assert "Traceback" not in ended.said
    assert "bug in Auto-GPT" not in ended.said


@POSIX
@pytest.mark.parametrize("name", [".env", "ai_settings.yaml", "prompt_settings.yaml", "azure.yaml"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "link to a device"])
def test_a_pipe_socket_or_device_in_the_place_of_a_file_is_refused_at_once(
    ready: Place, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ready.folder / name
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(ready.folder)  # its whole path may be too long for a socket's name
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(name)
    else:
        path.symlink_to("/dev/zero")
    ended = ready.run("-c", "-y", "--trust-folder", USE_AZURE=str(name == "azure.yaml"), **KEYED)
    assert ended.code == 2
    assert f"{'/dev/zero' if kind == 'link to a device' else name} cannot be read: " in ended.err
    assert ready.journals() == []


@POSIX
def test_a_pipe_in_the_place_of_the_history_of_what_was_typed_waits_for_nobody(place: Place) -> None:
    (place.folder / ".autogpt").mkdir()
    os.mkfifo(place.folder / ".autogpt" / "history")
    assert place.run("--demo").code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_output_onto_a_full_disk_is_no_bug(place: Place, option: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command(option), cwd=place.folder, env=place.env(), stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 7
    assert done.stderr == "Nothing more can be written: No space left on device.\n"
    assert list(place.folder.iterdir()) == []


class TestFiles:
    @pytest.mark.parametrize(
        ("file", "content", "said"),
        [
            (".env", b"A=b\nC=\x81\xff\n", ".env, line 2: this is not UTF-8 text"),
            (".env", "=x\n", ".env, line 1: expected NAME=value or a # comment."),
            (".env", "SMART_TOKEN_LIMIT=lots\n", "SMART_TOKEN_LIMIT (in .env, line 1): it holds 'lots'"),
            ("ai_settings.yaml", "ai_name: [\n  x", "ai_settings.yaml, line 2: not valid YAML"),
            ("ai_settings.yaml", "- a\n", "ai_settings.yaml, line 1: expected lines of the form"),
            (
                "ai_settings.yaml",
                "ai_name: a\nai_role: b\nai_goals: []\n",
                "line 3: ai_goals: missing: a list of one to",
            ),
            (
                "ai_settings.yaml",
                "ai_name: a\nai_role: b\nai_goals: [c]\napi_budget: -1\n",
                "line 4: api_budget: '-1'",
            ),
            (
                "prompt_settings.yaml",
                "constraints: none\n",
                "prompt_settings.yaml, line 1: constraints: expected a list",
            ),
            ("prompt_settings.yaml", "{", "prompt_settings.yaml, line 1: not valid YAML"),
        ],
    )
    def test_a_file_of_settings(self, ready: Place, file: str, content: str | bytes, said: str) -> None:
        put(ready, **{file: content})
        one_line(ready.run("-c", "-y", **KEYED), 2, said)
        assert ready.journals() == []

    def test_a_folder_in_the_place_of_env(self, ready: Place) -> None:
        (ready.folder / ".env").mkdir()
        one_line(ready.run("-c", "-y", **KEYED), 2, ".env is a folder where a file is expected.")

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "there is no azure.yaml: copy azure.yaml.template"),
            ("azure_api_base: {", "azure.yaml, line 1: not valid YAML"),
            ("azure_api_base: https://x\n", "azure.yaml: azure_model_map: missing"),
        ],
    )
    def test_azure(self, ready: Place, content: str | None, said: str) -> None:
        if content is not None:
            put(ready, **{"azure.yaml": content})
        one_line(ready.run("-c", "-y", USE_AZURE="True", **KEYED), 2, said)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "p.yaml: there is no such policy file"),
            ("rulez: []\n", "p.yaml:1: unknown key `rulez`"),
            ("rules:\n  - allow: 'x(('\n", "p.yaml:2: the pattern `x((` cannot be read"),
            ("rules: [\n", "p.yaml:2"),
            ("preset: reckless\n", "p.yaml:1"),
        ],
    )
    def test_a_policy(self, ready: Place, content: str | None, said: str) -> None:
        if content is not None:
            put(ready, **{"p.yaml": content})
        one_line(ready.run("-c", "-y", "--policy", "p.yaml", **NOWHERE), 2, said)
        assert ready.journals() == []

    @pytest.mark.parametrize("option", ["-C", "-P"])
    def test_a_file_that_is_named_must_be_there(self, ready: Place, option: str) -> None:
        one_line(ready.run("-c", "-y", option, "nope.yaml", **NOWHERE), 2, "nope.yaml")
        assert ready.journals() == []

    def test_a_workspace_that_is_a_file(self, ready: Place) -> None:
        put(ready, ws="x")
        for folder in ("ws", "ws/deeper"):
            one_line(
                ready.run("-c", "-y", "-w", folder, **NOWHERE), 2, "The workspace folder", "can't be used"
            )
        assert ready.journals() == []

    @pytest.mark.parametrize("folder", ["/", "~", "link"])
    def test_a_workspace_that_holds_the_persons_own_rules(self, ready: Place, folder: str) -> None:
        """What the agent wrote there in one run would be believed in the next."""
        (ready.folder / "link").symlink_to(ready.env()["HOME"])
        one_line(ready.run("-c", "-y", "-w", folder, **NOWHERE), 2, "holds", "your own rules for the agent")
        assert ready.journals() == []

    @POSIX
    def test_a_workspace_that_is_a_link_to_itself(self, ready: Place) -> None:
        (ready.folder / "loop").symlink_to("loop")
        one_line(ready.run("-c", "-y", "-w", "loop", **NOWHERE), 2, "The workspace folder", "can't be used")

    @POSIX
    def test_a_folder_that_is_gone(self, ready: Place) -> None:
        """The shell removes it, as another terminal could have."""
        here = ready.folder / "here"
        here.mkdir()
        line = 'rmdir "$PWD"; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", line, "sh", *command("runs")],
            cwd=here,
            env=ready.env(),
            capture_output=True,
            check=False,
            text=True,
        )
        one_line(Ended(done.returncode, done.stdout, done.stderr), 2, "is gone", "go to another")

    def test_a_state_folder_that_is_a_file(self, ready: Place) -> None:
        put(ready, **{".autogpt": "x"})
        one_line(ready.run("-c", "-y", **NOWHERE), 2, "The folder .autogpt can't be made here")

    @pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no folder where nobody can write")
    def test_a_current_folder_that_cannot_be_written(self, ready: Place) -> None:
        there = Place(Path("/proc/self"))
        done = subprocess.run(
            command("-c", "--task", "x"),
            cwd=there.folder,
            env=ready.env(**NOWHERE, **HURRIED),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        one_line(Ended(done.returncode, "", done.stderr.decode()), 2, "start in a folder that you can write")


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--budget", "-1"], "-1 is out of range: an amount above 0"),
            (["--budget", "nan"], "nan is out of range"),
            (["--budget", "1e99"], "1e99 is out of range"),
            (["--budget", "much"], "'much' is not an amount of dollars"),
            (["--max-time", "soon"], "'soon' is not a time"),
            (["--max-steps", "0"], "0 is not in the range"),
            (["-l", "3"], "--continuous-limit goes with --continuous"),
            (["--gpt3only", "--gpt4only"], "exclude each other"),
            (["--ai-goal", "walk"] * 6, "--ai-goal may be given up to 5 times."),
            (["--allow", "(("], "--allow ((: the command is missing"),
            (["--preset", "reckless"], "'reckless' is not one of"),
            (["--nope"], "No such option"),
            (["write a poem"], "A task is given with --task"),
            (["--task", " "], "The task is empty"),
            (["resume", "a", "b"], "unexpected extra argument"),
        ],
    )
    def test_what_is_wrong_is_said_in_a_line(self, place: Place, options: list[str], said: str) -> None:
        asked = options if options[0] in ("-l", "resume") else ["-c", "--task", "x", *options]
        one_line(place.run(*asked, **NOWHERE), 2, said)
        assert place.journals() == []

    def test_settings_likewise(self, place: Place) -> None:
        for name, value in {"API_BUDGET": "-4", "TEMPERATURE": "hot", "FAST_LLM_PRICE": "1"}.items():
            one_line(place.run("-c", "--task", "x", **NOWHERE, **{name: value}), 2, name, "expected")

    def test_nothing_to_do_and_nobody_to_ask(self, place: Place) -> None:
        one_line(place.run("-c", **NOWHERE), 2, "Nobody is there to say what to do: give --task")
        one_line(place.run("-c", "--task", "x"), 2, "Auto-GPT needs a language model")


class TestJournals:
    @pytest.fixture
    def begun(self, ready: Place) -> Place:
        """With a run that was stopped after one step."""
        with OpenAIServer(Model(write("a.md"), write("b.md"))) as server:
            assert ready.run("-y", "-c", "-l", "1", **provider(server)).code == 5
        return ready

    def test_a_run_that_is_not_there(self, begun: Place) -> None:
        name = begun.journals()[0].parent.name
        for what in ("resume", "replay"):
            one_line(begun.run(what, "1999", **NOWHERE), 2, f"There is no run '1999'. The nearest is {name}")

    def test_no_runs_at_all(self, place: Place) -> None:
        for what in ("resume", "replay"):
            one_line(place.run(what, **NOWHERE), 2, "There are no runs in .autogpt")
        assert place.run("runs") == Ended(0, "There are no runs here yet. Start one with: autogpt\n", "")

    @pytest.mark.parametrize(
        "content", [b"", b"garbage\n", b"\xff\x00" * 900, b'{"event":"Ran"}\n', b"[]\n", b"{" * 9999]
    )
    def test_one_that_is_none(self, begun: Place, content: bytes) -> None:
        begun.journals()[0].write_bytes(content)
        for what in ("resume", "replay"):
            # Not 7: a script that resumes at 7 would do so for ever.
            one_line(begun.run(what, **NOWHERE), 2, "can't be used")
        listed = begun.run("runs")
        assert (listed.code, listed.err) == (0, "")
        assert "damaged" in listed.out

    def test_one_whose_last_line_is_half_written_goes_on_before_it(self, begun: Place) -> None:
        journal = begun.journals()[0]
        journal.write_bytes(journal.read_bytes()[:-30])
        assert "RESULT: write_to_file" in begun.run("replay").out
        with OpenAIServer(Model(write("b.md"))) as server:
            ended = begun.run("resume", "-c", **provider(server))
        assert (ended.code, ended.err) == (0, "")
        assert (begun.workspace / "b.md").exists()

    def test_damage_in_the_middle_is_told_of_and_the_original_kept(self, begun: Place) -> None:
        journal = begun.journals()[0]
        lines = journal.read_bytes().splitlines(keepends=True)
        lines[2] = lines[2].replace(b"a", b"b")
        journal.write_bytes(b"".join(lines))
        assert "is damaged after its event 1" in begun.run("replay").out
        assert "damaged" in begun.run("runs").out
        with OpenAIServer(Model(write("b.md"))) as server:
            ended = begun.run("resume", "-c", **provider(server))
        assert ended.code == 0
        assert "is damaged after its event 1" in ended.out
        assert "The original is kept in" in ended.out
        kept = [path for path in journal.parent.iterdir() if path.read_bytes() == b"".join(lines)]
        assert len(kept) == 1

    def test_events_of_a_newer_version_are_passed_over_and_kept(self, begun: Place) -> None:
        journal = begun.journals()[0]
        before = journal.read_text().splitlines()
        newer = json.loads(before[-1]) | {"event": "Dreamt", "of": "sheep"}
        newer.pop("sum", None)
        journal.write_text("\n".join([*before, json.dumps(newer), ""]))
        replayed = begun.run("replay")
        assert replayed.code == 0
        no_traceback(replayed)

    @POSIX
    def test_one_that_is_in_use(self, begun: Place) -> None:
        with OpenAIServer(Model(Hang(), Hang())) as server:
            running = begun.start("resume", "-c", **provider(server))
            while not server.requests:
                assert running.poll() is None
            one_line(begun.run("resume", "-c", **provider(server)), 2, "Another process", "is working on run")
            assert "running" in begun.run("runs").out
            running.terminate()
            assert running.wait(timeout=60) == 7
            assert running.stdout is not None
            assert running.stderr is not None
            running.stdout.close()
            running.stderr.close()


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "code", "said"),
        [
            (WRONG_KEY, 6, "check OPENAI_API_KEY"),
            (NO_CREDIT, 6, "add credit or a payment method"),
            (NO_MODEL, 6, "choose another model with SMART_LLM_MODEL"),
            (RATE_LIMITED, 6, "rate limit"),
            (SERVER_ERROR, 6, "server error (500)"),
            (HTML, 6, "a web page, 'Sign in'"),
            (Raw(bytes(range(256)) * 50, "application/octet-stream"), 6, "no compatible server"),
            (TRUNCATED_JSON, 6, "JSON that breaks off"),
            (Raw(b"\x1b[2J" * 2_000_000), 6, "malformed answer"),
            (Hang(), 6, "no answer in time"),
            (Hang(after=3), 6, "no answer in time"),
            (Hang(comments=True), 6, "no answer in time"),
            (Cut(), 6, "connection cut"),
            (Cut(after=3), 6, "connection cut"),
        ],
    )
    def test_a_provider_that_fails_ends_in_a_line_and_can_be_gone_on_with(
        self, ready: Place, answer: Answer, code: int, said: str
    ) -> None:
        with OpenAIServer(Model(*[answer] * 40)) as server:
            hurried = UNANSWERED if isinstance(answer, Hang) else HURRIED
            ended = ready.run("-c", "-y", **provider(server, **hurried))
        one_line(ended, code, said)
        assert "Go on with: autogpt resume" in ended.out
        assert "\x1b" not in ended.said
        with OpenAIServer(Model(write("a.md"))) as server:
            assert ready.run("resume", "-c", **provider(server)).code == 0

    def test_nobody_answers_at_the_address(self, ready: Place) -> None:
        one_line(ready.run("-c", "-y", **NOWHERE, **HURRIED), 6, "connection refused", "start the server")
        one_line(ready.run("-c", "-y", OPENAI_API_BASE_URL="http://127.0.0.1:9/v1"), 2, "is it running?")

    @pytest.mark.parametrize(
        "reply", ["", "<html><body>Welcome</body></html>", "\x00\x01\ufffd" * 100, "{", "null", Endless()]
    )
    def test_replies_that_cannot_be_read_stop_it_in_time(self, ready: Place, reply: Answer) -> None:
        with OpenAIServer(Model(*[reply] * 40)) as server:
            ended = ready.run("-c", "-y", **provider(server))
        assert ended.code == 4
        assert "replies of the model in a row could not be read" in ended.out
        assert len(server.requests) <= 7
        no_traceback(ended)

    @pytest.mark.parametrize("reply", ["x" * 10_000_000, write("a.md", "x" * 10_000_000)])
    def test_a_reply_of_10_mb_is_not_acted_on(self, ready: Place, reply: str) -> None:
        with OpenAIServer(Model(reply)) as server:
            ended = ready.run("-c", "-y", **provider(server))
        assert ended.code == 0
        assert "UNREADABLE REPLY" in ended.out
        assert len(ended.out) < 20_000
        assert not (ready.workspace / "a.md").exists()

    def test_a_window_that_is_too_small_whatever_is_done(self, ready: Place) -> None:
        with OpenAIServer(Model(*[OVERFLOW] * 40)) as server:
            ended = ready.run("-c", "-y", **provider(server))
        assert ended.code == 6
        assert "The model's window is too small" in ended.out
        assert len(server.requests) < 20

    def test_a_key_that_the_server_repeats_is_not_shown(self, ready: Place) -> None:
        echo = error(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key")
        with OpenAIServer(Model(echo, echo, echo, profile=echo)) as server:
            for options in (("-c", "-y", "--output", "json"), ("-c", "-y", "--debug"), ("-c", "--task", "x")):
                ended = ready.run(*options, **provider(server))
                assert ended.code == 6
                assert KEY not in ended.said
        assert ready.leaks(KEY) == []


@POSIX
class TestStreams:
    def shell(self, place: Place, script: str, *answers: Answer, **environ: str) -> Ended:
        """Run a line of shell in which `$A` is the program; `EXIT` in what it writes is followed by its code."""
        with OpenAIServer(Model(*answers)) as server:
            done = subprocess.run(
                ["bash", "-c", script],
                cwd=place.folder,
                env=place.env(**provider(server, **environ)) | {"A": f"{sys.executable} -m autogpt"},
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=60,
            )
        return Ended(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    @pytest.mark.parametrize("options", ["", "--output json"])
    def test_a_reader_that_goes_away_does_not_stop_it(self, ready: Place, options: str) -> None:
        steps = [write(f"{number}.md") for number in range(5)]
        ended = self.shell(ready, f"$A -y -c {options} | head -1; echo EXIT ${{PIPESTATUS[0]}}", *steps)
        assert ended.out.endswith("EXIT 0\n")
        no_traceback(ended)
        assert "BrokenPipe" not in ended.err
        assert len(list(ready.workspace.iterdir())) == 5

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "--output json >&-"])
    def test_streams_that_are_closed(self, ready: Place, closed: str) -> None:
        ended = self.shell(ready, f"($A -y -c {closed}); echo EXIT $?", write("a.md"))
        assert ended.out.endswith("EXIT 0\n"), ended.said
        no_traceback(ended)
        assert ready.kinds()[-1] == "Ran"

    def test_a_full_disk_behind_standard_output(self, ready: Place) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no /dev/full")
        assert self.shell(ready, "$A -y -c > /dev/full; echo EXIT $?").out == "EXIT 0\n"
        ended = self.shell(ready, "$A -y -c --output json > /dev/full; echo EXIT $?")
        assert ended.out == "EXIT 7\n"
        assert "The events can't be written to standard output" in ended.err

    def test_a_disk_that_gets_full(self, ready: Place) -> None:
        steps = [write(f"{number}.md", "x" * 3000) for number in range(30)]
        ended = self.shell(ready, "ulimit -f 12; $A -y -c; echo EXIT $?", *steps)
        assert ended.out.endswith("EXIT 7\n")
        assert "The disk is full" in ended.err
        assert "Nothing written before is lost" in ended.err
        assert "Go on with: autogpt resume" in ended.out
        no_traceback(ended)
        done = ready.kinds().count("Ran")
        assert done > 0
        after = self.shell(ready, "$A resume -c; echo EXIT $?", write("last.md"))
        assert after.out.endswith("EXIT 0\n")
        assert (ready.workspace / "last.md").exists()
        assert ready.kinds().count("Ran") >= done

    def test_a_disk_that_is_full_from_the_start(self, ready: Place) -> None:
        ended = self.shell(ready, "ulimit -f 0; $A -y -c; echo EXIT $?")
        assert ended.out.endswith("EXIT 2\n")
        assert "The disk is full" in ended.err
        assert ready.journals() == []

    @pytest.mark.parametrize("encoding", ["", "latin-1", "gbk"])
    def test_a_locale_without_utf_8(self, place: Place, encoding: str) -> None:
        environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": encoding}
        with OpenAIServer(Model(write("a.md", "grün, 绿茶"))) as server:
            options = ("-c", "--task", "grüner Tee, 绿茶")
            ended = place.run(*options, **provider(server, **environ))
            assert "grüner Tee, 绿茶" in server.requests[0].prompt
        assert (ended.code, ended.err) == (0, "")
        assert (place.workspace / "a.md").read_text("utf-8") == "grün, 绿茶"
        assert place.recorded()[0]["task"] == "grüner Tee, 绿茶"
