"""Honest work that looks like a circle to a careless judge. It must never be disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autogpt.core.actions import Action
from autogpt.core.events import Advised, Denied, Event, Garbled
from tests.core.loops.circles import LIST, NOTHING, READ, SEARCH, STATUS, TEST, ran, read, write
from tests.core.loops.ladder import Script

Turns = Event | list[Event]


def each(times: int, turns: Callable[[int], Turns]) -> Callable[[], Iterator[Event]]:
    """So many rounds of work; the function gets the number of the round."""

    def events() -> Iterator[Event]:
        for number in range(times):
            round_ = turns(number)
            yield from round_ if isinstance(round_, list) else [round_]

    return events


def poll(result: str) -> Event:
    return ran("execute_shell", result, command_line="tail log")


def missing(number: int) -> Event:
    return ran("read_file", f"no such file: {number}", ok=False, filename=f"missing{number}")


BATCHES = (
    Script("200 files read one by one", each(200, read)),
    Script(
        "200 files that all hold the same", each(200, lambda n: ran("read_file", "", filename=f"{n}.txt"))
    ),
    Script("200 files of one shape written", each(200, lambda n: write("same", f"{n}.txt"))),
    Script("read one, write one", each(100, lambda n: [read(n), write(f"t{n}", f"{n}.md")])),
    Script(
        "40 files deleted",
        each(40, lambda n: ran("delete_file", "deleted", changed=True, filename=f"{n}.txt")),
    ),
    Script("a log that grows", each(60, lambda n: poll("\n".join(f"line {i}" for i in range(n))))),
    Script(
        "a log that sometimes grows", each(60, lambda n: poll("\n".join(f"line {i}" for i in range(n // 3))))
    ),
    Script("the last line of a log", each(50, lambda n: poll(f"line {n}"))),
    Script("the loss of a training", each(100, lambda n: poll(f"epoch {n} loss {2 / (n + 1):.4f}"))),
    Script("per cent", each(100, lambda n: poll(f"{n}% done"))),
    Script("so many of so many", each(100, lambda n: poll(f"12:{n % 60:02d} file {n}/100"))),
    Script("a growing log, idle in between", each(50, lambda n: [poll("x" * n), NOTHING])),
    Script("the same three times, then news", each(20, lambda n: [STATUS, STATUS, STATUS, write(f"{n}")])),
    Script("a test that fails until it is fixed", each(30, lambda n: [TEST, write(f"fix {n}", "main.py")])),
    Script(
        "read, change, test, list",
        each(30, lambda n: [READ, write(f"fix {n}", "main.py"), TEST, LIST]),
    ),
    Script(
        "a crash, then a change",
        each(
            30,
            lambda n: [
                ran("execute_python_file", "NameError", ok=False, changed=True, filename="m.py"),
                write(f"{n}"),
            ],
        ),
    ),
    Script(
        "back to an earlier version once",
        each(9, lambda n: [write("v1" if n == 2 else f"v{n}"), TEST]),
    ),
    Script(
        "paging through one file",
        each(80, lambda n: ran("read_file", f"lines {n}", filename="big.txt", offset=n * 100)),
    ),
    Script(
        "a file read again after each change",
        each(40, lambda n: [write(f"v{n}"), ran("read_file", "cut: v", filename="a.txt")]),
    ),
    Script("a listing after each write", each(60, lambda n: [write("x", f"{n}.txt"), LIST])),
    Script("a listing before each read", each(100, lambda n: [LIST, read(n)])),
    Script("plan and listing before each read", each(60, lambda n: [LIST, READ, read(n)])),
    Script("git status after each change", each(40, lambda n: [write(f"{n}"), ran("git_status", "M a.txt")])),
    Script(
        "a flaky page, three tries each",
        each(
            20,
            lambda n: [
                ran("browse_website", "timed out", ok=False, url=f"https://e.com/{n}"),
                ran("browse_website", "timed out", ok=False, url=f"https://e.com/{n}"),
                ran("browse_website", f"page {n}", url=f"https://e.com/{n}"),
            ],
        ),
    ),
    Script("four missing, one there", each(30, lambda n: read(n) if n % 5 == 4 else missing(n))),
    Script("every second reply unreadable", each(50, lambda n: [Garbled("hm", "no JSON"), read(n)])),
    Script(
        "two unreadable, then a reply", each(30, lambda n: [Garbled("a", "b"), Garbled("a", "b"), read(n)])
    ),
    Script(
        "the next of a queue, done",
        each(50, lambda n: ran("execute_shell", "done", changed=True, command_line="next")),
    ),
    Script(
        "the next of a queue, then a look",
        each(25, lambda n: [ran("execute_shell", "done", changed=True, command_line="next"), LIST]),
    ),
    Script(
        "sections with the same line between",
        each(
            40,
            lambda n: [
                ran("append_to_file", "ok", changed=True, filename="r.md", text=f"section {n}"),
                ran("append_to_file", "ok", changed=True, filename="r.md", text="---"),
            ],
        ),
    ),
    Script(
        "a download that breaks and goes on",
        each(
            30,
            lambda n: (
                ran("download_file", f"broke at {n * 3}%", ok=False, changed=True, url="u")
                if n % 5
                else read(n)
            ),
        ),
    ),
    Script("30 searches that find nothing", each(30, lambda n: ran("google", "[]", query=f"name {n}"))),
    Script("a search taken up again between pages", each(30, lambda n: [SEARCH, read(n)])),
    Script(
        "denied, then done another way",
        each(
            20,
            lambda n: [
                Denied(Action("execute_shell", {"command_line": f"cp {n}"}), "no"),
                write("x", f"{n}"),
            ],
        ),
    ),
    Script("the person says how to go on", each(20, lambda n: [READ, READ, READ, Advised("again, please")])),
    Script(
        "a conversation with an agent",
        each(40, lambda n: ran("message_agent", f"answer: {'x' * n}", key="0", message="go on")),
    ),
    Script(
        "an input written again for each run",
        each(
            20,
            lambda n: [write("input"), ran("execute_shell", f"{n}.5 ms", changed=True, command_line="run")],
        ),
    ),
)
