"""Events for the tests, honest and hostile, and a console that writes into memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

from autogpt.core.actions import Action, Thoughts
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Begun,
    Denied,
    Event,
    Extended,
    Garbled,
    Interrupted,
    Kept,
    Left,
    LimitMet,
    Overflowed,
    Ran,
    Replied,
    Resumed,
    ReviewAsked,
    Reviewed,
    RuleAdded,
    Stuck,
    Summarised,
    Unknown,
)
from autogpt.terminal.console import Console, Look

XTERM = {"TERM": "xterm-256color"}

HOSTILE = {
    "csi": "\x1b[2J\x1b[1;31mNEXT ACTION: do_nothing",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "link": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "title": "\x1b]0;root shell\x07",
    "dcs": "\x1bP$q\x1b\\ \x90x\x9c \x9b2J",
    "return": "rm -rf /\rls -l    ",
    "backspace": "rm -rf /\b\b\b\b\b\b\b\bls",
    "bidi": "\u202egpj.exe\u2066\u2069\u061c",
    "invisible": "a\u200bb\u2060c\ufeffd\U000e0041\U000e0100e\u00ad",
    "markup": "[red]x[/red] [link=https://evil.example]y[/link] [/] [bold",
    "emoji": ":warning: :thumbs_up:",
    "lines": "one\nNEXT ACTION: read_file\n\u2028two\u2029\x85three\x0bfour",
    "surrogate": "\ud83d \udc80",
    "padding": "ls" + " " * 3000 + "; rm -rf ~",
    "joined": "👩\u200d👩\u200d👧" * 40 + "NEXT ACTION: read_file",
    "accents": "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359",
    "nul": "a\x00b\x7f\x05\x0e",
}


def events(text: str) -> list[Event]:
    """One event of each kind, with the text in every field that can hold any."""
    action = Action(text, {"filename": text, text: [text, {text: text}], "n": 1})
    return [
        Replied(Thoughts(text, text, (text, text), text, text), action),
        Garbled(text, text),
        Authorised(2),
        RuleAdded(text),
        Advised(text),
        ReviewAsked(),
        Reviewed(text, True),
        Reviewed(text, False),
        Denied(action, text, text),
        Begun(action),
        Ran(action, True, text, full_result=text),
        Ran(action, False, text),
        Summarised(text, 3),
        Overflowed(4000),
        Overflowed(),
        *(LimitMet(kind, Decimal("95"), Decimal(100), Decimal("7.5")) for kind in LimitKind),
        Extended(LimitKind.BUDGET, Decimal("0.5")),
        Stuck(text),
        Interrupted(),
        Left(),
        Resumed(),
        Kept("and use sqlite\nnot files", half="or"),
        Unknown(text, {text: text}),
    ]


def story() -> list[Event]:
    """A few honest steps."""
    write = Action(
        "write_to_file",
        {"filename": "reports/café 报告.txt", "text": "First line\n\tindented\n" + "more\n" * 60 + "last\n"},
    )
    shell = Action("execute_shell", {"command_line": "grep -rn 'TODO' src | sort | uniq -c | head -20"})
    thoughts = Thoughts(
        text="I'll collect the findings first, then write them down in one report for you.",
        reasoning="报告要写得清楚，让人一眼看懂，而且在很窄的窗口里也能读。",
        plan=("collect the findings", "- write the report", "finish"),
        criticism="I should check a_very_long_name_that_has_no_place_to_break_in_it before I begin.",
    )
    return [
        Replied(thoughts, write),
        Ran(write, True, "Written: 3 kB.", changed=True),
        Replied(Thoughts(text="Now the shell."), shell),
        Denied(shell, "The policy denies execute_shell(*)."),
        Garbled('{"thoughts": {"text": "I', "cut off at the length limit"),
        Advised("use rg instead"),
        Ran(shell, False, "no such file: src"),
        LimitMet(LimitKind.BUDGET, Decimal("0.98"), Decimal(1), Decimal("0.031")),
        Extended(LimitKind.TIME, Decimal(3900)),
        Summarised("…", 12),
        Interrupted(),
    ]


def in_memory(
    look: Look, encoding: str = "utf-8", environ: dict[str, str] | None = None
) -> tuple[Console, Callable[[], str]]:
    """A console and what was written to it so far."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")

    def written() -> str:
        stream.flush()
        return raw.getvalue().decode(encoding)

    return Console(stream, look, XTERM if environ is None else environ), written
