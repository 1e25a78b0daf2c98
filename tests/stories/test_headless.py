"""Nobody is there: nothing waits, nothing that would be asked is done, and the exit code says how it ended."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from autogpt import __version__
from autogpt.journal.codec import FORMAT, schema
from tests.loopback.openai_server import WRONG_KEY, Hang, OpenAIServer
from tests.stories.world import DONE, KEY, SAVED, Ended, Model, Place, command, provider, step, write

pytestmark = pytest.mark.real

VALIDATOR = Draft202012Validator(schema())
JSON = ("--output", "json")


@pytest.fixture
def ready(place: Place) -> Place:
    """With a profile, so that nothing needs to be asked."""
    (place.folder / "ai_settings.yaml").write_text(SAVED)
    return place


def played(place: Place, model: Model, *options: str, stdin: str | None = None, **environ: str) -> Ended:
    """One run with a provider that answers as the model does."""
    with OpenAIServer(model) as server:
        return place.run(*options, stdin=stdin, **provider(server, **environ))


def spent(place: Place) -> Decimal:
    """What the last run cost by its journal, in US dollars."""
    events = place.recorded()
    before = Decimal(events[0]["setup"]["spent_before"])
    return before + sum((Decimal(event["usage"]["cost"]) for event in events if "usage" in event), Decimal(0))


class TestNothingWaits:
    """Standard input is a pipe that stays open and silent: who reads from it, waits for ever."""

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ((), 2),
            (("-c",), 0),
            (("-y",), 2),
            (("-y", "-c"), 0),
            (("-y", "-c", "--ask", "*"), 3),
            (("-y", "--allow", "read_file"), 3),
            (("-y", "-c", "--max-steps", "1"), 5),
            (("-y", "-c", "-l", "1"), 5),
            (("-c", "--task", "make notes"), 0),
            (("resume",), 2),
            (("--demo",), 0),
        ],
    )
    def test_for_input(self, ready: Place, options: tuple[str, ...], code: int) -> None:
        with OpenAIServer(Model(*[write(f"{number}.md") for number in range(14)])) as server:
            running = subprocess.Popen(
                command(*options),
                cwd=ready.folder,
                env=ready.env(**provider(server)),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
            assert running.wait(timeout=60) == code
            assert running.stdin is not None
            assert running.stderr is not None
            running.stdin.close()
            assert running.stderr.read().count(b"\n") == (code == 2)
            running.stderr.close()

    def test_for_input_without_any_settings(self, place: Place) -> None:
        ended = place.run("-c", "--task", "x")
        assert (ended.code, ended.out) == (2, "")
        assert "Auto-GPT needs a language model: set OPENAI_API_KEY" in ended.err

    def test_a_profile_that_is_named_beside_a_task(self, ready: Place) -> None:
        task = ("-c", "--task", "make notes", "-C")
        ended = played(ready, Model(), *task, "missing.yaml")
        assert ended.code == 2
        assert ended.err == "There is no profile in missing.yaml; give --ai-settings an existing file.\n"
        ended = played(ready, Model(), *task, "ai_settings.yaml")
        assert ended.code == 0
        assert "--task is what counts: the profile in ai_settings.yaml is not used." in ended.out
        assert "is what counts" not in played(ready, Model(), *task[:-1]).out

    def test_and_a_finished_run_is_not_asked_what_next(self, ready: Place) -> None:
        assert played(ready, Model(), "-y", "-c").code == 0
        ended = played(ready, Model(), "resume", "-c", *JSON)
        assert ended.code == 0
        assert ended.kinds() == ["Header", "Stop"]


class TestNeverAYes:
    @pytest.mark.parametrize("stdin", ["y\n" * 50, "y -50\n", "a\ny\n", "y"])
    def test_what_is_piped_in_answers_nothing(self, ready: Place, stdin: str) -> None:
        model = Model(*[write("a.md")] * 8)
        ended = played(ready, model, "-y", "-c", "--ask", "write_to_file", stdin=stdin)
        assert ended.code == 3
        assert list(ready.workspace.iterdir()) == []

    def test_what_would_be_asked_is_denied_and_the_model_is_told_why(self, ready: Place) -> None:
        model = Model(write("a.md"))
        ended = played(ready, model, "-y", "-c", "--ask", "write_to_file")
        assert ended.code == 0
        assert "NOT RUN: write_to_file (by the policy)" in ended.out
        assert "needs a person's yes" in model.prompts[1]
        assert "nobody is there to ask" in model.prompts[1]

    def test_nobody_gives_more_at_a_limit(self, ready: Place) -> None:
        model = Model(*[write(f"{number}.md") for number in range(9)])
        assert played(ready, model, "-y", "-c", "--max-steps", "2", stdin="100\n").code == 5
        assert len(list(ready.workspace.iterdir())) == 2


class TestPolicy:
    def test_deny_wins_over_allow(self, ready: Place) -> None:
        model = Model(write("reports/a.md"), write("b.md"))
        options = ("--deny", "write_to_file(filename=reports/*)", "--allow", "write_to_file")
        assert played(ready, model, "-y", "-c", *options).code == 0
        assert "Command write_to_file was not run." in model.prompts[1]
        assert [path.name for path in ready.workspace.iterdir()] == ["b.md"]

    def test_allow_lets_one_thing_run_without_continuous_mode(self, ready: Place) -> None:
        model = Model(write("reports/a.md"), write("b.md"))
        ended = played(ready, model, "-y", "--allow", "write_to_file(filename=reports/*)")
        assert ended.code == 0
        assert "CONTINUOUS MODE" not in ended.out
        assert (ready.workspace / "reports" / "a.md").exists()
        assert not (ready.workspace / "b.md").exists()
        assert "Nobody is there to ask, and the run is not continuous." in model.prompts[2]

    @pytest.mark.parametrize(("preset", "code"), [("cautious", 3), ("default", 0), ("trusted", 0)])
    def test_presets(self, ready: Place, preset: str, code: int) -> None:
        steps = [write(f"{number}.md") for number in range(14)]
        assert played(ready, Model(*steps), "-y", "-c", "--preset", preset).code == code
        assert len(list(ready.workspace.iterdir())) == (14 if code == 0 else 0)

    @pytest.mark.parametrize("way", ["option", "variable"])
    def test_a_file_and_options_before_it(self, ready: Place, way: str) -> None:
        file = ready.folder / "rules.yaml"
        file.write_text(
            "preset: trusted\nrules:\n- deny: delete_file\n- ask: write_to_file\n- allow: append_to_file\n"
        )
        steps = (
            write("a.md"),
            step("append_to_file", filename="b.md", text="x"),
            step("delete_file", filename="b.md"),
        )
        options = ["-y", "-c", "--allow", "write_to_file(filename=a.md)", "--allow", "delete_file"]
        environ = {}
        if way == "option":
            options += ["--policy", str(file)]
        else:
            environ = {"POLICY_FILE": str(file)}
        ended = played(ready, Model(*steps), *options, **environ)
        assert ended.code == 0
        assert sorted(path.name for path in ready.workspace.iterdir()) == ["a.md", "b.md"]
        assert "NOT RUN: delete_file (by the policy)" in ended.out

    def test_a_file_that_lies_about_gives_no_rights(self, ready: Place) -> None:
        rules = "preset: trusted\nrules:\n- allow: '*'\n"
        ready.workspace.mkdir()
        for folder in (ready.folder, ready.workspace):
            (folder / "policy.yaml").write_text(rules)
        ended = played(ready, Model(*[write("a.md")] * 8), "-y", "--allow", "do_nothing")
        assert ended.code == 3
        assert not (ready.workspace / "a.md").exists()

    def test_the_persons_own_file_is_found(self, ready: Place) -> None:
        home = ready.folder.parent / "home" / ".config" / "autogpt"
        home.mkdir(parents=True)
        (home / "policy.yaml").write_text("rules:\n- allow: write_to_file\n")
        ended = played(ready, Model(write("a.md")), "-y")
        assert ended.code == 0
        assert (ready.workspace / "a.md").exists()

    def test_who_goes_on_as_the_line_says_loses_no_rule(self, ready: Place) -> None:
        rules = ("--deny", "write_to_file(filename=b c.md)", "--ask", "delete_file", "--preset", "cautious")
        model = Model(write("a.md"))
        ended = played(ready, model, "-y", "-c", "--allow", "write_to_file", "-l", "1", *rules)
        said = ended.out.partition("Go on with: autogpt ")[2].splitlines()[0]
        assert shlex.split(said)[2:] == ["--continuous", "--continuous-limit", "1", "--preset", "cautious", "--allow",
                                         "write_to_file", "--ask", "delete_file", "--deny", rules[1]]  # fmt: skip
        assert played(ready, Model(write("b c.md")), *shlex.split(said)).code == 5
        assert "Denied" in ready.kinds()
        assert [path.name for path in ready.workspace.iterdir()] == ["a.md"]

    def test_the_line_can_be_typed_however_the_program_was_started(self, ready: Place) -> None:
        typed = ("-c", "-y", "-l", "1", "--gpt3only", "--allow-downloads")
        ended = played(ready, Model(write("a.md")), *typed, AUTOGPT_STARTED_AS="")
        said = ended.out.partition("Go on with: ")[2].splitlines()[0]
        start = [word for word in shlex.split(said) if word != "-P"]  # which Python 3.10 doesn't know
        assert start[:4] == [sys.executable, "-m", "autogpt", "resume"]
        assert start[5:] == ["--continuous", "--gpt3only", "--allow-downloads", "--continuous-limit", "1"]

    def test_nor_how_the_program_speaks_and_how_long_it_works(self, ready: Place) -> None:
        given = (
            "--plain",
            "--debug",
            "-l",
            "1",
            "--output",
            "json",
            "-b",
            "firefox",
            "-C",
            "ai_settings.yaml",
        )
        ended = played(ready, Model(write("a.md")), "-c", "--budget", "3", "--max-steps", "50", *given)
        assert "Go on with" not in ended.out
        said = shlex.split(ended.err.partition("Go on with: autogpt ")[2].splitlines()[0])
        assert said[2:] == ["--continuous", "--plain", "--debug", "--continuous-limit", "1",
                            "--ai-settings", "ai_settings.yaml", "--browser-name", "firefox",
                            "--output", "json"]  # fmt: skip
        again = played(ready, Model(write("b.md"), write("c.md")), *said)
        assert again.code == 5
        assert again.events()[-1]["reason"] == "step limit"
        assert sorted(path.name for path in ready.workspace.iterdir()) == ["a.md", "b.md"]

    def test_nor_a_limit_that_was_given_when_it_was_gone_on_with(self, ready: Place) -> None:
        assert played(ready, Model(write("a.md")), "-y", "-c", "-l", "1", "--budget", "3").code == 5
        limits = ("--budget", "4.50", "--max-tokens", "90000", "--max-steps", "9", "--max-time", "2h")
        for options in (("-c", "-l", "1", *limits), None):
            if options is not None:
                said = ["resume", *options]
            ended = played(ready, Model(write("b.md")), *said)
            assert ended.code == 5
            said = shlex.split(ended.out.partition("Go on with: autogpt ")[2].splitlines()[0])
            assert said[2:] == ["--continuous", "--continuous-limit", "1", "--budget", "4.50",
                                "--max-tokens", "90000", "--max-steps", "9", "--max-time", "7200"]  # fmt: skip

    def test_a_secret_is_not_in_the_line(self, ready: Place) -> None:
        ended = played(
            ready, Model(write("a.md")), "-y", "-c", "-l", "1", "--deny", f"write_to_file(text=*{KEY}*)"
        )
        assert ended.code == 5, ended.said
        line = ended.out.partition("Go on with: ")[2].splitlines()[0]
        assert "--deny 'write_to_file(text=*" in line
        assert KEY not in ended.said

    def test_a_rule_that_can_never_matter_is_told_of(self, ready: Place) -> None:
        ended = played(ready, Model(), "-y", "-c", "--deny", "fly_to_the_moon")
        assert ended.code == 0
        assert "fly_to_the_moon" in ended.out


PRICE = {"SMART_LLM_PRICE": "10/30", "SMART_TOKEN_LIMIT": "4000"}


class TestLimits:
    @staticmethod
    def steps() -> Model:
        return Model(*[write(f"{number}.md") for number in range(12)])

    def test_a_budget_is_never_overspent_and_resume_goes_on_with_more(self, ready: Place) -> None:
        ended = played(ready, self.steps(), "-y", "-c", "--budget", "0.08", **PRICE)
        assert ended.code == 5
        assert "STOPPED at a limit." in ended.out
        assert Decimal(0) < spent(ready) <= Decimal("0.08")
        done = len(list(ready.workspace.iterdir()))
        assert 0 < done < 12
        again = played(ready, self.steps(), "resume", "-c", **PRICE)
        assert again.code == 5
        assert len(list(ready.workspace.iterdir())) == done
        assert "stopped: budget limit" in ready.run("runs").out
        last = played(ready, Model(write("last.md")), "resume", "-c", "--budget", "5", **PRICE)
        assert "This run may cost $5.00." in last.said
        assert last.code == 0
        assert (ready.workspace / "last.md").exists()

    def test_the_profiles_budget_holds_and_the_options_before_it(self, place: Place) -> None:
        (place.folder / "ai_settings.yaml").write_text(SAVED.replace("0.0", "0.001"))
        assert played(place, self.steps(), "-y", "-c", **PRICE).code == 5
        assert played(place, self.steps(), "-y", "-c", "--budget", "5", **PRICE).code == 0
        assert played(place, self.steps(), "-y", "-c", API_BUDGET="5", **PRICE).code == 0
        (place.folder / ".env").write_text("API_BUDGET=5\n")
        assert played(place, self.steps(), "-y", "-c", **PRICE).code == 5

    def test_a_budget_that_was_given_is_not_changed_by_a_variable(self, ready: Place) -> None:
        assert played(ready, self.steps(), "-y", "-c", "--budget", "0.001", **PRICE).code == 5
        assert played(ready, self.steps(), "resume", "-c", API_BUDGET="5", **PRICE).code == 5

    def test_making_the_profile_is_paid_from_it(self, place: Place) -> None:
        options = ("-c", "--task", "make notes", "--budget", "0.2")
        assert played(place, Model(), *options, **PRICE).code == 0
        header = place.recorded()[0]
        assert Decimal(header["setup"]["spent_before"]) > 0
        assert spent(place) <= Decimal("0.2")

    @pytest.mark.parametrize(
        ("option", "kind", "more"),
        [
            (("--max-steps", "3"), "step limit", ("--max-steps", "90")),
            (("--max-tokens", "6000"), "token limit", ("--max-tokens", "900k")),
            (("--max-time", "0.001"), "time limit", ("--max-time", "2h")),
        ],
    )
    def test_other_limits(
        self, ready: Place, option: tuple[str, str], kind: str, more: tuple[str, str]
    ) -> None:
        ended = played(ready, self.steps(), "-y", "-c", *option)
        assert ended.code == 5
        assert f"used; the {kind} is" in ended.out
        assert f"is reached. To go on, resume with a higher {option[0]}." in ended.out
        assert len(list(ready.workspace.iterdir())) < 12
        assert played(ready, self.steps(), "resume", "-c").code == 5
        larger = (more[0], more[1].replace("900k", "900000"))
        assert played(ready, self.steps(), "resume", "-c", *larger).code == 0

    @pytest.mark.skipif(os.name == "nt", reason="0.0.0.0 is this machine on POSIX systems")
    def test_a_budget_where_no_price_is_known_is_told_as_the_tokens_that_it_holds_as(
        self, ready: Place
    ) -> None:
        with OpenAIServer(self.steps()) as server:
            elsewhere = {"OPENAI_API_BASE_URL": server.url.replace("127.0.0.1", "0.0.0.0")}
            model = {"SMART_LLM_MODEL": "theirs"}
            ended = ready.run("-y", "-c", "--budget", "0.05", **provider(server, **elsewhere, **model))
        assert ended.code == 5, ended.said
        assert (
            "What theirs costs is not known, so 5 000 tokens hold in place of the budget of $0.05."
            in ended.out
        )
        assert "The limit of 5,000 tokens is reached. To go on, resume with a higher --budget." in ended.out

    def test_so_many_steps_of_each_start(self, ready: Place) -> None:
        model = self.steps()
        with OpenAIServer(model) as server:
            for number in range(1, 4):
                options = ("-y",) if number == 1 else ("resume",)
                assert ready.run(*options, "-c", "-l", "2", **provider(server)).code == 5
                assert len(list(ready.workspace.iterdir())) == 2 * number


def test_replies_are_held_to_a_schema_where_the_server_can(ready: Place) -> None:
    """With it every argument is there, and null where it was left out."""
    (ready.folder / "auto_gpt_workspace").mkdir()
    (ready.workspace / "a.md").write_text("one\ntwo\n")
    edits = [{"search": "two", "replace": "three", "all": None}]
    replies = (
        step("read_file", filename="a.md", start_line=None, end_line=None),
        step("patch_file", filename="a.md", edits=edits),
        DONE,
    )
    with OpenAIServer(Model(*replies)) as server:
        assert ready.run("-y", "-c", **provider(server)).code == 0
        formats = [request.body["response_format"] for request in server.requests]
    assert (ready.workspace / "a.md").read_text() == "one\nthree\n"
    for sent in formats:
        assert (sent["type"], sent["json_schema"]["strict"]) == ("json_schema", True)
        names = [
            one["properties"]["name"]["enum"][0]
            for one in sent["json_schema"]["schema"]["properties"]["command"]["anyOf"]
        ]
        assert {"read_file", "patch_file", "task_complete"} <= set(names)


class TestJson:
    def test_each_line_is_an_event_the_header_first_and_a_stop_last(self, ready: Place) -> None:
        ended = played(ready, Model(write("ä.md", "grün, 绿茶\n")), "-y", "-c", *JSON)
        assert ended.code == 0
        for line in ended.events():
            VALIDATOR.validate(line)
        assert ended.kinds() == ["Header", "Replied", "Begun", "Ran", "Replied", "Ran", "Stop"]
        header, stop = ended.events()[0], ended.events()[-1]
        assert (header["version"], header["format"]) == (__version__, FORMAT)
        assert stop == {
            "event": "Stop",
            "reason": "complete",
            "text": "Both notes are written.",
            "exit_code": 0,
        }
        assert ended.out.isascii()
        assert "NEXT ACTION: write_to_file" in ended.err

    def test_it_is_what_the_journal_holds(self, ready: Place) -> None:
        ended = played(ready, Model(write("a.md")), "-y", "-c", *JSON)
        recorded = ready.recorded()
        for event in recorded:
            event.pop("sum")
        assert ended.events()[:-1] == recorded
        replayed = ready.run("replay", *JSON)
        assert (replayed.code, replayed.err) == (0, "")
        assert replayed.events() == recorded

    def test_with_a_task_the_profile_is_in_the_header(self, place: Place) -> None:
        ended = played(place, Model(), "-c", "--task", "make notes", *JSON)
        header = ended.events()[0]
        assert (header["task"], header["profile"]["name"]) == ("make notes", "TeaGPT")

    def test_a_terminal_is_not_asked_when_events_go_to_standard_output(self, ready: Place) -> None:
        ended = played(ready, Model(write("a.md")), "-y", *JSON)
        assert (ended.code, ended.out) == (2, "")

    def test_a_provider_that_fails(self, ready: Place) -> None:
        ended = played(ready, Model(WRONG_KEY), "-y", "-c", *JSON)
        stop = ended.events()[-1]
        assert (stop["event"], stop["reason"], stop["exit_code"], ended.code) == ("Stop", "provider", 6, 6)
        assert "check OPENAI_API_KEY" in stop["text"]
        for line in ended.events():
            VALIDATOR.validate(line)

    def test_no_secret_is_in_it(self, ready: Place) -> None:
        steps = write("a.md", f"the key is {KEY}"), step("task_complete", KEY, reason=KEY)
        ended = played(ready, Model(*steps), "-y", "-c", "--debug", *JSON)
        assert ended.code == 0
        assert KEY not in ended.said
        assert ready.leaks(KEY) == [ready.workspace / "a.md"]


def _bug(place: Place) -> int:
    with OpenAIServer(Model(write("a.md"))) as server:
        done = subprocess.run(
            command("-y", "-c", *JSON, module="tests.stories.broken"),
            cwd=place.folder,
            env=place.env(**provider(server)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "That is a bug in Auto-GPT (ZeroDivisionError: a bug). The details are in .autogpt" in ended.err
    assert "Traceback" not in ended.said
    assert ended.events()[-1] == {"event": "Stop", "reason": "bug", "text": "", "exit_code": 1}
    kept = list(place.folder.glob(".autogpt/bug-*.txt"))
    assert len(kept) == 1
    assert "ZeroDivisionError: a bug" in kept[0].read_text()
    return ended.code


def _terminated(place: Place) -> int:
    model = Model(write("a.md"), Hang())
    with OpenAIServer(model) as server:
        running = place.start("-y", "-c", *JSON, **provider(server))
        model.wait_asked()
        model.wait_asked()
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    ended = Ended(running.returncode, out.decode(), err.decode())
    stop = ended.events()[-1]
    assert (stop["event"], stop["reason"], stop["exit_code"]) == ("Stop", "interrupted", 7)
    assert "Go on with: autogpt resume" in ended.err
    return ended.code


class TestExitCodes:
    """Each by a real run."""

    def test_0_done(self, ready: Place) -> None:
        assert played(ready, Model(), "-y", "-c").code == 0

    def test_1_a_bug_and_the_run_goes_on_without_it(self, ready: Place) -> None:
        assert _bug(ready) == 1
        assert played(ready, Model(write("b.md")), "resume", "-c").code == 0
        assert ready.kinds().count("Ran") == 3

    def test_2_usage(self, ready: Place) -> None:
        assert played(ready, Model(), "-y").code == 2

    def test_3_refused_by_the_policy(self, ready: Place) -> None:
        model = Model(*[write(f"{number}.md") for number in range(20)])
        ended = played(ready, model, "-y", "-c", "--deny", "write_to_file", *JSON)
        assert ended.code == 3
        assert ended.events()[-1]["reason"] == "refused"
        assert "STOPPED: what the agent needs is not allowed." in ended.err

    def test_3_also_when_it_looks_around_in_between(self, ready: Place) -> None:
        around = [step("list_files", directory="."), write("a.md")] * 20
        assert played(ready, Model(*around), "-y", "-c", "--deny", "write_to_file").code == 3

    def test_4_no_progress(self, ready: Place) -> None:
        model = Model(*[step("read_file", filename="nothing.md")] * 20)
        ended = played(ready, model, "-y", "-c", "--deny", "write_to_file", *JSON)
        assert ended.code == 4
        assert ended.events()[-1]["reason"] == "stuck"

    def test_5_a_limit(self, ready: Place) -> None:
        assert played(ready, Model(write("a.md")), "-y", "-c", "--max-steps", "1").code == 5

    def test_6_the_provider(self, ready: Place) -> None:
        assert played(ready, Model(WRONG_KEY), "-y", "-c").code == 6

    @pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM")
    def test_7_interrupted_and_resumable(self, ready: Place) -> None:
        assert _terminated(ready) == 7
        assert played(ready, Model(write("b.md")), "resume", "-c").code == 0
        assert sorted(path.name for path in ready.workspace.iterdir()) == ["a.md", "b.md"]


@pytest.mark.parametrize(
    "setting", ["EXECUTE_LOCAL_COMMANDS=True", "OPENAI_API_BASE_URL=https://elsewhere.example/v1"]
)
def test_what_the_agent_wrote_gives_it_no_rights_and_does_not_move_the_key(
    ready: Place, setting: str
) -> None:
    """A workspace that holds the folder of `.env`: what was written in one run is not believed in the next."""
    writes = step("write_to_file", filename=".env", text=f"{setting}\nTEMPERATURE=0.5\n")
    here = ("-y", "-c", "-w", ".")
    with OpenAIServer(Model(writes)) as server:
        assert ready.run(*here, **provider(server)).code == 0
    if not (ready.folder / ".env").exists():
        return  # it can't even be written
    for own in ("", str(ready.folder)):  # not where the folder is the program's own either
        ended = ready.run("--demo", "-w", ".", OPENAI_API_KEY=KEY, AUTOGPT_OWN_FOLDER=own)
        assert ended.code == 0
        assert f"Not used{', as nobody' if 'URL' in setting else ': EXECUTE'}" in ended.out


def test_the_list_of_runs_says_nothing_of_what_an_agent_may_do(place: Place) -> None:
    (place.folder / ".env").write_text("EXECUTE_LOCAL_COMMANDS=True\n")
    assert "EXECUTE_LOCAL_COMMANDS" in place.run("--demo").said
    assert "EXECUTE_LOCAL_COMMANDS" not in place.run("runs").said + place.run("replay").said
