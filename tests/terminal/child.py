"""A small program for the pseudo-terminal tests: asks what it is told to, and prints the answers.

`python -m tests.terminal.child SCENARIO [FIFO]`; it reads the FIFO to its end before it asks, so
that a test can type something first.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from autogpt.core.actions import Action, Thoughts
from autogpt.core.effects import Ask, AskForMore
from autogpt.core.errors import LimitKind
from autogpt.core.events import Advised, Replied
from autogpt.terminal.console import Console, Look, look_of
from autogpt.terminal.display import Display
from autogpt.terminal.interrupts import Interrupts, Leaving
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.person import TerminalUser
from autogpt.terminal.questions import Questions
from autogpt.terminal.status import TerminalWatcher
from tests.terminal.scenes import HOSTILE


def main(scenario: str, fifo: str = "") -> int:
    with Interrupts() as interrupts:
        try:
            return play(scenario, fifo, interrupts)
        except Leaving as leaving:
            Console(sys.stdout, Look()).say("LEAVING")
            return leaving.exit_code


def play(scenario: str, fifo: str, interrupts: Interrupts) -> int:
    console = Console(sys.stdout, look_of(sys.stdout, os.environ, plain=scenario == "plain"), os.environ)
    display = Display(console, agent="TestGPT")
    history = Path(os.environ["HISTORY"]) if "HISTORY" in os.environ else None
    keyboard = Keyboard(console, sys.stdin, history=history, interrupts=interrupts)
    user = TerminalUser(display, keyboard, interrupts=interrupts, now=lambda: 0.0)
    action = Action("write_to_file", {"filename": "a.txt", "text": "hello"})
    match scenario:
        case "ask" | "plain":
            wait(fifo)
            said = user.said() if fifo else None
            if said:
                show(said)
            for _ in range(2):
                display.event(Replied(Thoughts("I'll write."), action))
                show(user.authorise(Ask(action, rule="write_to_file(*)")))
        case "early":
            wait(fifo)
            show(user.authorise(Ask(action)))
            show(user.said())
        case "resumed":
            show(user.authorise(Ask(None)))
            wait(fifo)
            show(user.said())
        case "extend":
            show(user.extend(AskForMore(LimitKind.BUDGET, "$0.98", "$1.00")))
        case "start":
            asked = Questions(console, keyboard)
            show([asked.ask_line("Goal:"), asked.ask_line("Goal:"), asked.ask_yes_no("Go on?")])
        case "secret":
            show(Questions(console, keyboard).ask_secret("Key:"))
        case "hostile":
            for text in HOSTILE.values():
                bad = Action(text, {text: text, "text": [text]})
                display.event(Replied(Thoughts(text, text, (text,), text, text), bad))
                show(type(user.authorise(Ask(bad, note=text, rule=text[:500] + text[-50:]))).__name__)
        case "working":
            watcher = TerminalWatcher(console, interrupts=interrupts)
            watcher.call_started("gpt-x thinks")
            try:
                wait(fifo)
            except KeyboardInterrupt:
                watcher.call_ended()
                show("interrupted")
            show(user.authorise(Ask(None)))
    return 0


def wait(fifo: str) -> None:
    if fifo:
        sys.stdout.write("WORKING\n")
        sys.stdout.flush()
        with open(fifo, "rb") as pipe:
            pipe.read()


def show(answer: object) -> None:
    if isinstance(answer, Advised) and len(answer.text) > 100:
        digest = hashlib.sha256(answer.text.encode()).hexdigest()
        answer = f"Advised {len(answer.text)} {digest}"
    Console(sys.stdout, Look()).say(f"ANSWER {answer!r}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
