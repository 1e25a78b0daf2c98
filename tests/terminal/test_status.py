"""The live line of a model call, its countdown, and the line after a step."""

from __future__ import annotations

import signal
from decimal import Decimal

import pytest

from autogpt.core.ports import Watcher
from autogpt.terminal.console import Look
from autogpt.terminal.interrupts import Interrupts
from autogpt.terminal.status import Status, TerminalWatcher, status_line
from tests.terminal.scenes import in_memory

LIVE = Look(terminal=True, live=True, width=60)


class Clock:
    """A clock that stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_a_watcher() -> None:
    watcher: Watcher = TerminalWatcher(in_memory(Look())[0])
    watcher.call_ended()


def test_the_words_of_a_call() -> None:
    clock = Clock()
    watcher = TerminalWatcher(in_memory(Look())[0], clock=clock)
    watcher.call_started("gpt-x thinks")
    clock.now += 75
    assert watcher.words() == "1 min 15 s, gpt-x thinks"
    watcher.call_streamed("x" * 5000)
    assert watcher.words() == "1 min 15 s, about 1 250 tokens, gpt-x thinks"
    watcher.call_started("gpt-y\x1b[2J\nsummarises")
    assert watcher.words() == "0 s, gpt-y\\x1b[2J\\nsummarises (+1)"


def test_the_countdown_of_a_wait() -> None:
    clock = Clock()
    watcher = TerminalWatcher(in_memory(LIVE)[0], clock=clock)
    watcher.call_waiting(20, "the server is busy (429)")
    assert watcher.words() == "trying again in 20 s: the server is busy (429)"
    clock.now += 12.5
    assert watcher.words() == "trying again in 8 s: the server is busy (429)"
    clock.now += 20
    assert watcher.words() == "trying again: the server is busy (429)"
    watcher.call_streamed("x")
    assert "trying" not in watcher.words()


def test_a_pipe_sees_only_that_a_call_waits() -> None:
    console, written = in_memory(Look())
    watcher = TerminalWatcher(console, clock=Clock())
    watcher.call_started("gpt-x thinks")
    watcher.call_streamed("hello")
    watcher.call_waiting(20, "the server\r is busy")
    watcher.call_ended()
    watcher.close()
    assert written() == "the server\\x0d is busy; trying again in 20 s\n"


def test_the_line_is_gone_after_the_call_and_after_close() -> None:
    for end in (TerminalWatcher.call_ended, TerminalWatcher.close):
        console, written = in_memory(LIVE)
        watcher = TerminalWatcher(console, clock=Clock())
        watcher.call_started("gpt-x thinks")
        console.live("drawn by the ticking thread")
        end(watcher)
        assert written().endswith("\r\x1b[2K")
        before = written()
        console.live("")
        assert written() == before


def test_an_interrupt_that_was_kept_back_cancels_the_next_call() -> None:
    with Interrupts() as interrupts:
        watcher = TerminalWatcher(in_memory(Look())[0], interrupts=interrupts)
        with interrupts.shielded(deliver=False):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            watcher.call_started("x")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status(1, Decimal(0)), "step 1 · $0.00"),
        (Status(1200, Decimal("0.0421"), 5, Decimal("0.9579")), "step 1 200 · $0.0421 · $0.96 left"),
        (Status(3, None, 12345), "step 3 · 12 345 tokens, price unknown"),
        (Status(3, Decimal(2), 1, Decimal(-1)), "step 3 · $2.00 · $0.00 left"),
    ],
)
def test_the_line_after_a_step(status: Status, words: str) -> None:
    assert status_line(status).text == words
