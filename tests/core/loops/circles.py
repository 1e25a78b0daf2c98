"""Ways to go in circles, most of them seen in the bug reports of real agents.

Each script goes on for ever. `within` is how often its action may be asked for
before the agent is stopped: six, but for the ones at the end that could be honest
a while longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from autogpt.core.actions import Action
from autogpt.core.events import Denied, Event, Garbled, Ran
from tests.core.loops.ladder import Script

Turn = Callable[[int], Event]


def ran(command: str, result: str = "", *, ok: bool = True, changed: bool = False, **args: object) -> Ran:
    return Ran(Action(command, args), ok=ok, result=result, changed=changed)


def over(*turns: Event | Turn) -> Callable[[], Iterator[Event]]:
    """The same turns over and over; a function gets the number of the round."""

    def events() -> Iterator[Event]:
        for number in count():
            for turn in turns:
                yield turn(number) if callable(turn) else turn

    return events


def after(start: list[Event], then: Callable[[], Iterator[Event]]) -> Callable[[], Iterator[Event]]:
    def events() -> Iterator[Event]:
        yield from start
        yield from then()

    return events


READ = ran("read_file", "def main(): ...", filename="main.py")
LIST = ran("list_files", "main.py, notes.txt", directory=".")
SEARCH = ran("google", "1. a page 2. another", query="how to finish")
BROWSE = ran("browse_website", "About us", url="https://example.com", question="who")
TEST = ran("execute_shell", "1 failed", command_line="pytest")
CRASH = ran("execute_python_file", "NameError: x", ok=False, changed=True, filename="main.py")
STATUS = ran("execute_shell", "running", command_line="systemctl status job")
NOTHING = ran("do_nothing", "No action performed.")
WRITE_SAME = ran("write_to_file", "File written to successfully.", filename="a.txt", text="hello")


def write(text: str, filename: str = "a.txt") -> Ran:
    return ran("write_to_file", "File written to successfully.", changed=True, filename=filename, text=text)


def read(number: int) -> Ran:
    return ran("read_file", f"text {number}", filename=f"{number}.txt")


DELETE = ran("delete_file", "File deleted successfully.", changed=True, filename="a.txt")

CIRCLES = (
    Script("the same file read again", over(READ)),
    Script("the same search again", over(SEARCH)),
    Script("the same failing command", over(ran("read_file", "no such file", ok=False, filename="gone.txt"))),
    Script("the same content written again", over(WRITE_SAME)),
    Script("do_nothing", over(NOTHING)),
    Script(
        "do_nothing, with new reasons", over(lambda n: ran("do_nothing", f"Waited ({n}).", reason=f"r{n}"))
    ),
    Script("two in turn", over(READ, LIST)),
    Script("three in turn", over(READ, LIST, SEARCH)),
    Script("four in turn", over(READ, LIST, SEARCH, BROWSE)),
    Script("six in turn", over(READ, LIST, SEARCH, BROWSE, STATUS, NOTHING)),
    Script("eight in turn", over(*(read(n) for n in range(8)))),
    Script("twelve in turn", over(*(read(n) for n in range(12)))),
    Script("one file, two contents to and fro", over(write("one"), write("two"))),
    Script("one file, three contents round", over(write("one"), write("two"), write("three"))),
    Script("written and deleted", over(write("one"), DELETE)),
    Script(
        "two versions tried in turn, each failing as before",
        over(
            write("v1"),
            ran("execute_shell", "TypeError", command_line="pytest"),
            write("v2"),
            ran("execute_shell", "ValueError", command_line="pytest"),
        ),
    ),
    Script("a crash that leaves caches behind", over(CRASH)),
    Script("read, run, crash", over(READ, CRASH)),
    Script("written the same, tested the same", over(WRITE_SAME, TEST)),
    Script("written the same, read back", over(WRITE_SAME, ran("read_file", "hello", filename="a.txt"))),
    Script("an unreadable reply in between", over(READ, Garbled("Sure! ", "no JSON"))),
    Script("something new after every two", over(READ, READ, read)),
    Script("do_nothing in between", over(READ, NOTHING)),
    Script(
        "a new failure after every two",
        over(READ, READ, lambda n: ran("read_file", f"no such file {n}", ok=False, filename=f"x{n}")),
    ),
    Script("unreadable replies", over(lambda n: Garbled(f"I think that {n}", "no JSON"))),
    Script("replies cut off", over(Garbled('{"thoughts": {', "cut off"))),
    Script("denied again", over(Denied(Action("send_tweet", {"tweet_text": "hi"}), "not allowed"))),
    Script(
        "two denied in turn",
        over(
            Denied(Action("execute_shell", {"command_line": "rm -rf /"}), "not allowed"),
            Denied(Action("execute_shell", {"command_line": "sudo rm -rf /"}), "not allowed"),
        ),
    ),
    Script(
        "a command that does not exist", over(ran("think", "unknown command 'think'", ok=False, about="x"))
    ),
    Script(
        "the same, spelt with blanks and ./",
        over(READ, ran("read_file", "def main(): ...", filename="./main.py "), READ),
    ),
    Script(
        "a test run that only takes another time",
        over(lambda n: ran("execute_shell", f"1 failed in 0.{n:03d}s", command_line="pytest")),
    ),
    Script(
        "an object printed with its address",
        over(lambda n: ran("execute_python_code", f"<Thing at 0x7f00{n:08x}>", code="print(t)")),
    ),
    Script("stuck after twenty good steps", after([read(n) for n in range(20)], over(READ))),
    Script("stuck after real changes", after([write(f"v{n}") for n in range(9)], over(TEST, READ))),
    Script("polling what does not move", over(STATUS)),
    Script("an agent asked the same", over(ran("message_agent", "I am on it.", key="0", message="status?"))),
    Script(
        "two failing in turn", over(CRASH, ran("read_file", "no such file", ok=False, filename="gone.txt"))
    ),
    Script(
        "arguments in another order",
        over(
            ran("browse_website", "About us", question="who", url="https://example.com"),
            BROWSE,
        ),
    ),
)

PATIENT = (
    Script(
        "many files that are not there",
        over(lambda n: ran("read_file", f"no such file: {n}.txt", ok=False, filename=f"{n}.txt")),
        within=12,
    ),
    Script(
        "commands thought up",
        over(lambda n: ran(f"solve_{n}", f"unknown command solve_{n}", ok=False)),
        within=12,
    ),
    Script(
        "many things denied",
        over(lambda n: Denied(Action("execute_shell", {"command_line": f"sudo {n}"}), "not allowed")),
        within=12,
    ),
    Script(
        "unreadable and failing in turn",
        over(
            lambda n: Garbled(f"{n}", "no JSON"),
            lambda n: ran("read_file", f"no such file: {n}.txt", ok=False, filename=f"{n}.txt"),
        ),
        within=12,
    ),
    Script(
        "the same look around before each new failure",
        over(
            LIST,
            lambda n: ran("read_file", f"no such file: {n}.txt", ok=False, filename=f"{n}.txt"),
        ),
        within=12,
    ),
    Script(
        "two results in turn", over(STATUS, ran("execute_shell", "waiting", **STATUS.action.args)), within=9
    ),
    Script(
        "only the clock moves",
        over(lambda n: ran("execute_shell", f"12:{n % 60:02d}:07 idle", command_line="status")),
        within=12,
    ),
    Script(
        "only a counter moves",
        over(lambda n: ran("execute_shell", f"try {n}", command_line="try")),
        within=92,
    ),
    Script(
        "the same text appended",
        over(ran("append_to_file", "Text appended successfully.", changed=True, filename="a.txt", text="x")),
        within=92,
    ),
    Script(
        "a shell writing to and fro",
        over(
            ran("execute_shell", "", changed=True, command_line="echo 1 > a"),
            ran("execute_shell", "", changed=True, command_line="echo 2 > a"),
        ),
        within=47,
    ),
)
