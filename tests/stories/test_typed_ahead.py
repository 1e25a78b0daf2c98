"""What a person types while the agent works is the agent's, whatever ends the run, and never the shell's.

The program runs in a real interactive shell at a real terminal; what is typed is a line that the shell
would run, and that would leave a file.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autogpt.core.events import Kept
from tests.journal.facts import store
from tests.loopback.openai_server import Answer, OpenAIServer, Request, Status
from tests.stories.person import CTRL_C, Person, sit_down
from tests.stories.world import DONE, SAVED, Model, Place, command, provider, step, write

pytestmark = pytest.mark.real

LINE = "echo X > stolen"
READY = "SHELL-IS-READY:"
CTRL_Z = "\x1a"


class Paced(Model):
    """Answers only when it is let: each answer to a step, or to a profile, waits for `let`."""

    def __init__(self, *steps: Answer, **kinds: Any) -> None:
        super().__init__(*steps, **kinds)
        self._may = threading.Semaphore(0)
        self.thinks = threading.Semaphore(0)

    def let(self, times: int = 1) -> None:
        for _ in range(times):
            self._may.release()

    def wait_thinking(self) -> None:
        assert self.thinks.acquire(timeout=60)

    def __call__(self, request: Request) -> Answer:
        answer = super().__call__(request)
        self.thinks.release()
        assert self._may.acquire(timeout=60)
        return answer


class Shell(Person):
    """Somebody in an interactive shell."""

    def __init__(self, place: Place, environ: dict[str, str]) -> None:
        super().__init__(
            place, ["bash", "--noprofile", "--norc", "-i"], {"PS1": READY, "HISTFILE": "", **environ}
        )
        self._place = place
        self.sees(READY)

    def starts(self, *options: str, module: str = "autogpt") -> Shell:
        self.types(shlex.join(command(*options, module=module)))
        return self

    def is_back(self) -> Shell:
        """The program ended, and the shell has read all that was left for it."""
        self.sees(READY).types("echo back-$((40+2))").sees("back-42", READY)
        return self

    def program(self) -> int:
        """The program's process."""
        return int(sorted(self._place.folder.glob(".autogpt/runs/*/lock"))[-1].read_text())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "ai_settings.yaml").write_text(SAVED)
    return Place(folder)


@pytest.fixture
def model() -> Paced:
    return Paced(write("a.md"), DONE)


@pytest.fixture
def server(model: Paced) -> Iterator[OpenAIServer]:
    with OpenAIServer(model) as server:
        yield server
        model.let(100)


@pytest.fixture
def shell(place: Place, server: OpenAIServer) -> Iterator[Shell]:
    with Shell(place, provider(server)) as shell:
        yield shell


def kept(place: Place) -> list[str]:
    return [event["text"] for event in place.recorded() if event["event"] == "Kept"]


def not_stolen(place: Place) -> None:
    assert not (place.folder / "stolen").exists()


def goes_on(place: Place, server: OpenAIServer, model: Paced, said: str = LINE) -> None:
    """The run is resumed, and the model hears what was typed: whole, and once in each prompt."""
    asked = len(model.prompts)
    model.let(100)
    with sit_down(place, "resume", "-c", **provider(server)) as person:
        person.sees("What you typed last time reaches the agent at its next step", "DONE.")
        assert person.ends() == 0
    assert len(model.prompts) > asked
    for prompt in model.prompts[asked:]:
        assert prompt.count(f"Feedback from the user: {said}") == 1
    assert kept(place) == [said]


def test_it_holds_the_end_of_the_task_back(shell: Shell, place: Place, model: Paced) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    model.let()
    shell.sees("RESULT: write_to_file")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    model.wait_thinking()
    shell.sees("reaches the agent at its next step", f"│ {LINE}")
    model.let()
    shell.sees("DONE.").is_back()
    not_stolen(place)
    assert f"Feedback from the user: {LINE}" in model.prompts[2]
    assert kept(place) == []
    assert place.kinds().count("Ran") == 2


def test_a_limit(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    shell.starts("-y", "-c", "-l", "1")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    shell.sees("Kept for the next time:", f"│ {LINE}", "STOPPED at the step limit").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_the_provider_fails(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    model._steps[:1] = [Status(401, {"error": {"message": "no", "code": "invalid_api_key"}})]
    shell.starts("-y", "-c")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_ctrl_c_and_leaving_at_the_question(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    shell.presses(LINE + "\r" + CTRL_C)  # at once: nothing that is there before a Ctrl-C may be lost
    shell.sees("What you typed reaches the agent at its next step.").answers(
        "Type something for the agent", "n"
    )
    shell.sees("Kept for the next time:", f"│ {LINE}", "LEFT.").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_ctrl_c_and_on(shell: Shell, place: Place, model: Paced) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    shell.presses(LINE + "\r" + CTRL_C)
    shell.answers("Type something for the agent", "")
    model.let(100)
    shell.sees("DONE.").is_back()
    not_stolen(place)
    assert f"Feedback from the user: {LINE}" in model.prompts[1]
    assert kept(place) == []


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_told_to_end(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer, way: signal.Signals
) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    os.kill(shell.program(), way)
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_two_ctrl_c_at_once(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    # Both may arrive as one; then the question comes, and the third is the second for the program.
    shell.presses(LINE + "\r" + CTRL_C + CTRL_C).sees("Interrupted.").presses(CTRL_C)
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_a_bug(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    shell.starts("-y", "-c", module="tests.stories.broken")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    shell.sees("Kept for the next time:", f"│ {LINE}", "That is a bug").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_half_a_line_is_no_words_and_reaches_nobody_but_the_person(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    shell.starts("-y", "-c", "-l", "1")
    model.wait_thinking()
    shell.presses(LINE).sees(LINE)
    model.let()
    shell.sees("Not ended by Enter, so only kept for you to finish:", f"│ {LINE}", "STOPPED").is_back()
    not_stolen(place)
    assert [event["half"] for event in place.recorded() if event["event"] == "Kept"] == [LINE]
    with sit_down(place, "resume", **provider(server)) as person:
        model.let()
        person.is_asked("Run task_complete?").sees(LINE).presses("-too\r")
        person.sees("YOU:", f"│ {LINE}-too")
        model.let()
        person.answers("Run task_complete?", "y").sees("DONE.")
        assert person.ends() == 0


def test_before_there_is_a_run(shell: Shell, place: Place, model: Paced) -> None:
    model._profile = Status(401, {"error": {"message": "no", "code": "invalid_api_key"}})
    shell.starts("--task", "tea")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    shell.sees("Typed too late for the agent:", LINE).is_back()
    not_stolen(place)


def test_while_the_profile_is_made(shell: Shell, place: Place, model: Paced) -> None:
    """Nothing of it answers the questions that come then; it is for the agent."""
    model._profile = "I would rather not."
    (place.folder / "ai_settings.yaml").unlink()
    shell.starts("-c").sees("I want Auto-GPT to:").types("write on tea")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let(100)
    shell.sees("So let us set it up by hand", "Name of your AI").types("TeaGPT")
    shell.sees("TeaGPT is").types("a writer").sees("Goal 1:").types("tea").sees("Goal 2:").types("")
    shell.sees("Budget in US dollars").types("").sees("reaches the agent at its next step", "DONE.").is_back()
    not_stolen(place)
    assert f"Feedback from the user: {LINE}" in model.prompts[0]


def test_at_a_question_what_was_typed_is_kept_too(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    """Told to end while the person writes an answer: it was not ended, so only they get it back."""
    model.let()
    shell.starts("-y").is_asked("Run write_to_file?").presses(LINE).sees(LINE)
    os.kill(shell.program(), signal.SIGTERM)
    shell.sees("Not ended by Enter", f"│ {LINE}").is_back()
    not_stolen(place)


def test_behind_the_answer_that_leaves(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    model.let()
    shell.starts("-y").is_asked("Run write_to_file?").presses(f"n\r{LINE}\r")
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_a_limit_that_is_asked_about(shell: Shell, place: Place, server: OpenAIServer, model: Paced) -> None:
    shell.starts("-y", "-c", "--max-steps", "1")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let(100)
    shell.is_asked("How much more?").types("")
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)


def test_in_the_background_the_terminal_is_left_alone(shell: Shell, place: Place, model: Paced) -> None:
    shell.types(
        f"{shlex.join(command('-y', '-c', '-l', '1', '--plain', '--output', 'json'))} > events 2> told &"
    ).sees(READY)
    model.wait_thinking()
    shell.types("stty -a > modes; touch theirs").sees(READY)
    model.let()
    shell.types("wait").sees(READY)
    assert (place.folder / "theirs").exists()
    assert "-noflsh" in (place.folder / "modes").read_text()
    assert kept(place) == []


def test_while_things_are_tidied_up(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    fifo = place.folder.parent / "fifo"
    os.mkfifo(fifo)
    model.let(100)
    shell.types(f"export WAIT_AT={fifo}").starts("-y", "-c", "-l", "1", module="tests.stories.slow_end")
    with open(fifo, "wb"):
        shell.sees("Go on with:").types(LINE).sees(LINE)
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    goes_on(place, server, model)


def test_after_the_task_was_completed(place: Place, model: Paced, server: OpenAIServer) -> None:
    model.let(100)
    assert place.run("-y", "-c", **provider(server)).code == 0
    with store(place.folder / ".autogpt/runs").open().journal as journal:
        journal.append(Kept(LINE))
    goes_on(place, server, model)


def test_many_lines_at_once_whole_and_in_order(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    """More than a terminal holds, with characters of several bytes and keys that are no text."""
    lines = [f"{LINE}-{number} 汉字 über {'x' * 60}" for number in range(100)]
    shell.starts("-y", "-c", "-l", "1")
    model.wait_thinking()
    typing = threading.Thread(target=shell.presses, args=("\r".join(lines) + "\r",))
    typing.start()
    shell.sees("-10 ")
    model.let()
    typing.join()
    shell.sees("STOPPED at the step limit").is_back()
    assert not list(place.folder.glob("stolen*"))
    assert "\n".join(kept(place)).split("\n") == lines


def test_stopped_by_ctrl_z_the_shell_gets_nothing_either(shell: Shell, place: Place, model: Paced) -> None:
    shell.starts("-y", "-c")
    model.wait_thinking()
    shell.presses(LINE + "\r" + CTRL_Z).sees("Stopped").is_back()
    not_stolen(place)
    shell.types("fg").sees("-m autogpt")
    model.let()
    shell.sees(f"│ {LINE}")
    model.let(100)
    shell.sees("DONE.").is_back()
    not_stolen(place)
    assert f"Feedback from the user: {LINE}" in model.prompts[1]


def test_nor_does_it_get_half_a_line_nor_what_comes_before_the_next_ctrl_z(
    shell: Shell, place: Place, model: Paced
) -> None:
    shell.starts("-y", "-c")
    for _ in range(2):
        model.wait_thinking()
        shell.presses(LINE + "\r" + "echo half >> stolen-" + CTRL_Z).sees("Stopped").is_back()
        shell.types("fg").sees("-m autogpt")
        model.let()
        shell.sees(f"│ {LINE}")
    model.let(100)
    shell.sees("DONE.").is_back()
    assert not list(place.folder.glob("stolen*"))


def test_the_terminal_is_as_it_was(shell: Shell, place: Place, model: Paced) -> None:
    shell.types("stty -a > before").sees(READY)
    shell.starts("-y", "-c", "-l", "1")
    model.wait_thinking()
    shell.presses(CTRL_C).answers("Type something for the agent", "n")
    shell.is_back().types("stty -a > after").sees(READY)
    assert (place.folder / "after").read_text() == (place.folder / "before").read_text()


def test_headless_at_a_terminal(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    """Events as JSON: nobody is asked, but what is typed there is the agent's as well."""
    shell.types(f"{shlex.join(command('-y', '-c', '-l', '1', '--output', 'json'))} > events")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let()
    shell.sees("Kept for the next time:", f"│ {LINE}").is_back()
    not_stolen(place)
    events = (place.folder / "events").read_text().splitlines()
    assert '"event":"Kept"' in events[-2]
    assert '"event": "Stop"' in events[-1]
    goes_on(place, server, model)


def test_no_progress_unattended(shell: Shell, place: Place, model: Paced, server: OpenAIServer) -> None:
    model._steps[:] = [step("list_files", directory=".")] * 30
    shell.types(f"{shlex.join(command('-y', '-c', '--output', 'json'))} > events")
    model.wait_thinking()
    shell.types(LINE).sees(LINE)
    model.let(100)
    shell.sees("Kept for the next time:", f"│ {LINE}", "made no progress").is_back()
    not_stolen(place)
    model._steps[:] = []
    goes_on(place, server, model)


def test_the_end_is_at_once(place: Place) -> None:
    """What is registered for the end is done; taking the interpreter apart would leave time for typing."""
    code = (
        "import atexit, sys\n"
        "class Thing:\n    def __del__(self): print('TAKEN APART')\n"
        "sys.modules['thing'] = Thing()\n"
        "atexit.register(print, 'DONE AT EXIT')\n"
        "sys.argv = ['autogpt', 'resume']\n"
        "from autogpt.__main__ import main; main()\n"
    )
    with Person(place, [sys.executable, "-c", code], {}) as person:
        person.sees("There are no runs", "DONE AT EXIT")
        assert person.ends() == 2
        person.sees_not("TAKEN APART")


def test_ctrl_z_at_a_question_stops_it_and_the_shell_gets_what_is_for_it(
    shell: Shell, place: Place, model: Paced, server: OpenAIServer
) -> None:
    shell.starts("-y")
    model.let()
    shell.is_asked("Run write_to_file?").presses(CTRL_Z).sees("Stopped")
    shell.types("echo shell-$((40+2))").sees("shell-42")
    shell.types("fg").sees("-m autogpt").is_asked("")
    shell.presses("y\r").sees("RESULT: write_to_file")
    model.let(100)
    shell.is_asked("Run task_complete?").presses("y\r").sees("DONE.").is_back()
    not_stolen(place)
