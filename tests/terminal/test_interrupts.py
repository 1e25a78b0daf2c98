"""Ctrl-C, SIGTERM and SIGHUP, delivered for real to this process."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autogpt.core.errors import ExitCode
from autogpt.terminal.interrupts import Interrupts, Leaving

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_once_interrupts_twice_leaves() -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            press()
        assert not interrupts.leaving
        with pytest.raises(Leaving):
            press()
        assert interrupts.leaving


def test_a_new_step_counts_anew() -> None:
    with Interrupts() as interrupts:
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                press()
            interrupts.new_step()
        assert not interrupts.leaving


def test_one_that_waits_to_be_raised_is_not_forgotten_with_the_step() -> None:
    with Interrupts() as interrupts:
        with interrupts.shielded(deliver=False):
            press()
        interrupts.new_step()
        assert interrupts.question_begins()
        interrupts.raise_pending()  # the question is what it asked for
        interrupts.new_step()
        assert not interrupts.question_begins()
        with pytest.raises(KeyboardInterrupt):
            press()
        interrupts.new_step()
        assert not interrupts.question_begins()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_being_told_to_end_leaves(name: str) -> None:
    with Interrupts(), pytest.raises(Leaving) as caught:
        signal.raise_signal(getattr(signal, name))
    assert caught.value.exit_code is ExitCode.INTERRUPTED
    assert not isinstance(caught.value, Exception)


class Callback:
    """Something whose end calls for a signal, where an exception can reach nobody."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)


def import_interrupted(number: int) -> None:
    """As when the signal comes while importlib's own code runs and holds its lock."""
    code = compile("signal.raise_signal(number); passed(True)", "<frozen importlib._bootstrap>", "exec")
    passed: list[bool] = []
    try:
        exec(code, {"signal": signal, "number": number, "passed": passed.append})
    finally:
        assert passed, "it was torn"


@pytest.mark.parametrize("place", [Callback, import_interrupted])
@pytest.mark.parametrize(
    ("name", "kind"), [("SIGINT", KeyboardInterrupt), ("SIGTERM", Leaving), ("SIGHUP", Leaving)]
)
def test_a_signal_at_a_bad_moment_is_raised_a_moment_later(
    name: str, kind: type[BaseException], place: Callable[[int], object], capfd: pytest.CaptureFixture[str]
) -> None:
    with Interrupts() as interrupts:
        with pytest.raises(kind):
            place(getattr(signal, name))
            threading.Event().wait(20)  # a wait that only a signal ends
        assert interrupts.leaving == (kind is Leaving)
        if kind is KeyboardInterrupt:
            with pytest.raises(Leaving):  # it was counted once
                press()
    assert capfd.readouterr().err == ""


def test_leaving_that_a_library_swallowed_is_raised_at_the_next_step() -> None:
    with Interrupts() as interrupts:
        with contextlib.suppress(BaseException):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Leaving):
            interrupts.raise_pending()


def test_other_errors_of_callbacks_are_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda failure: told.append(failure.exc_type))

    class Broken:
        def __del__(self) -> None:
            raise ValueError

    with Interrupts():
        Broken()
    assert told == [ValueError]


def test_while_leaving_signals_do_not_tear_what_is_saved() -> None:
    with Interrupts():
        with pytest.raises(Leaving):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        press()
        press()


def test_the_fifth_ctrl_c_ends_the_process() -> None:
    code = (
        "import signal\n"
        "from autogpt.terminal.interrupts import Interrupts, Leaving\n"
        "with Interrupts():\n"
        "    for _ in range(5):\n"
        "        try: signal.raise_signal(signal.SIGINT)\n"
        "        except (KeyboardInterrupt, Leaving): pass\n"
        "print('still here')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, stdout=subprocess.PIPE)
    assert done.returncode == -signal.SIGINT
    assert done.stdout == b""


def test_a_shield_defers_to_its_end() -> None:
    done: list[str] = []

    def write(interrupts: Interrupts) -> None:
        with interrupts.shielded():
            with interrupts.shielded():
                press()
            done.append("written")
        done.append("never")

    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        write(interrupts)
    assert done == ["written"]


def test_in_a_shield_the_stronger_signal_wins() -> None:
    def press_twice(interrupts: Interrupts) -> None:
        with interrupts.shielded():
            press()
            press()

    with Interrupts() as interrupts, pytest.raises(Leaving):
        press_twice(interrupts)


def test_an_undelivered_signal_waits_for_its_moment() -> None:
    with Interrupts() as interrupts:
        with interrupts.shielded(deliver=False):
            press()
        with pytest.raises(KeyboardInterrupt):
            interrupts.raise_pending()
        interrupts.raise_pending()


def test_an_error_inside_a_shield_passes_and_the_signal_is_kept() -> None:
    def fail(interrupts: Interrupts) -> None:
        with interrupts.shielded():
            press()
            raise OSError("disk full")

    with Interrupts() as interrupts:
        with pytest.raises(OSError, match="disk full"):
            fail(interrupts)
        with pytest.raises(KeyboardInterrupt):
            interrupts.raise_pending()


def test_an_event_loop_is_asked_to_leave() -> None:
    asked: list[Leaving] = []
    with Interrupts() as interrupts, interrupts.handing_over(asked.append):
        signal.raise_signal(signal.SIGTERM)
    assert len(asked) == 1


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(ValueError, match="x"), Interrupts():
        raise ValueError("x")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGHUP)
            assert not interrupts.leaving
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_nothing_is_installed_and_shields_do_nothing() -> None:
    seen: list[object] = []

    def work() -> None:
        with Interrupts() as interrupts, interrupts.shielded():
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
