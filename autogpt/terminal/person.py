"""Who answers the agent's questions: a person at a terminal, nobody, or a script.

A missing answer is never a yes: the end of input leaves. What was typed before a question was
shown never answers it; if it was more than a bare `y` or `n`, it reaches the agent at its next step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from autogpt.core.effects import Ask, AskForMore
from autogpt.core.errors import LimitKind
from autogpt.core.events import Advised, Authorised, Extended, Left, ReviewAsked, RuleAdded
from autogpt.core.ports import Answer
from autogpt.terminal.answers import (
    Again,
    Always,
    Keys,
    Leave,
    Review,
    Words,
    Yes,
    amount_of,
    is_bare_answer,
    meaning_of,
)
from autogpt.terminal.display import Display
from autogpt.terminal.harmless import one_line
from autogpt.terminal.interrupts import Interrupts, Leaving
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.lines import Tone, block

_LONGEST_RULE = 2000  # a rule that can't be shown whole is not offered


class TerminalUser:
    """A person at a terminal: the `User` port.

    Questions from several threads are asked one after the other.
    """

    def __init__(
        self,
        display: Display,
        keyboard: Keyboard,
        *,
        keys: Keys | None = None,
        interrupts: Interrupts | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._display = display
        self._console = display.console
        self._keyboard = keyboard
        self._keys = keys or Keys()
        self._interrupts = interrupts
        self._now = now
        self._lock = threading.Lock()
        self._said: list[str] = []

    def authorise(self, question: Ask) -> Answer:
        """Ask whether to run the action, or, with none, how to go on.

        With no action, Enter or `y` is `Authorised(steps=0)`: go on, with nothing more allowed.
        """
        with self._lock:
            self._drop_interrupt()
            if question.note:
                self._console.show(block(question.note))
            if question.action is not None:
                self._display.action(question.action)
            while True:
                text = self._read(self._legend(question))
                if text is None:
                    return Left(at=self._now())
                answer = self._answer(text, question)
                if answer is not None:
                    return answer

    def extend(self, question: AskForMore) -> Extended | Left:
        """Ask how much more is allowed; Enter leaves."""
        example = {
            LimitKind.BUDGET: "for example 0.50, in dollars",
            LimitKind.TOKENS: "for example 50000 or 50k",
            LimitKind.STEPS: "for example 10",
            LimitKind.TIME: "for example 30m or 2h; a number alone is minutes",
        }[question.kind]
        used = f"{one_line(question.spent)} of {one_line(question.allowed)}"
        with self._lock:
            self._drop_interrupt()
            legend = (
                f"The limit is met ({question.kind.value}: {used}). How much more? ({example}; Enter leaves)"
            )
            while True:
                text = self._read(legend)
                if text is None or not text.strip() or isinstance(meaning_of(text, self._keys), Leave):
                    return Left(at=self._now())
                amount = amount_of(text, question.kind)
                if amount is not None:
                    return Extended(question.kind, amount, at=self._now())
                self._console.say("That is not an amount.", Tone.WARN)

    def answer(self, question: str) -> str:
        """Ask what the agent wants to know; the person's words, empty if they only pressed Enter.

        Nothing is an answer of another kind here: `y` and `n` are words. Raises Leaving when the person
        leaves by Ctrl-C twice or the end of input.
        """
        with self._lock:
            self._drop_interrupt()
            self._console.say("THE AGENT ASKS:", Tone.LABEL)
            self._console.show(block(question, characters=6000, rows=100))
            legend = "Your answer goes to the agent as you type it; Enter alone lets it decide."
            text = self._read(legend, key_leaves=False)
        if text is None:
            raise Leaving
        return text.strip()

    def said(self) -> str | None:
        """What the person typed while the agent worked. Raises an interrupt that was kept back."""
        if self._interrupts is not None and threading.current_thread() is threading.main_thread():
            self._interrupts.raise_pending()
        with self._lock:
            self._gather(half=False)
            said, self._said = self._said, []
        return "\n".join(said) or None

    def left_over(self) -> tuple[str, str]:
        """At the end: what the person typed that was not handed on, and the line that they had begun."""
        with self._lock:
            half = self._gather(half=True, ending=True)
            said, self._said = self._said, []
        return "\n".join(said), half

    def _answer(self, text: str, question: Ask) -> Answer | None:
        action = question.action
        match meaning_of(text, self._keys):
            case Yes(steps=steps):
                allowed = steps if action is not None or steps > 1 else 0
                return Authorised(allowed, at=self._now())
            case Leave():
                return Left(at=self._now())
            case Review():
                return ReviewAsked(at=self._now())
            case Always():
                return self._always(question)
            case Again(why=""):
                return Authorised(0, at=self._now()) if action is None else None
            case Again(why=why):
                self._console.say(why, Tone.WARN)
                return None
            case Words(text=words):
                return Advised(words, at=self._now())

    def _always(self, question: Ask) -> RuleAdded | Left | None:
        rule = question.rule
        if not rule or len(rule) > _LONGEST_RULE or question.action is None:
            self._console.say("There is no rule to allow this for good; it is asked each time.", Tone.WARN)
            return None
        self._console.say("Always allow in this run:", Tone.LABEL)
        self._console.show(block(rule, characters=10 * _LONGEST_RULE, rows=_LONGEST_RULE))
        text = self._read(
            f"{self._keys.authorise} adds this rule and runs the action; anything else goes back",
            key_leaves=False,
        )
        if text is None:
            return Left(at=self._now())
        if meaning_of(text, self._keys) == Yes():
            return RuleAdded(rule, at=self._now())
        self._console.say("The rule was not added.", Tone.DIM)
        return None

    def _legend(self, question: Ask) -> str:
        yes, no = self._keys.authorise, self._keys.leave
        if question.action is None:
            return f"Type something for the agent, Enter to go on, {no} to leave."
        always = " · a always allow this" if question.rule else ""
        return (
            f"Run {one_line(question.action.command, longest=40)}? {yes} yes · {yes} -N yes, N steps · "
            f"{no} leave · s self-review{always} · or say what to do instead"
        )

    def _read(self, legend: str, *, key_leaves: bool = True) -> str | None:
        """Show a question and wait; None when the person leaves by Ctrl-C twice or end of input."""
        warned = False
        while True:
            self._keyboard.prepare()
            rest = self._gather(half=True)
            self._console.say(legend, Tone.DIM)
            try:
                return self._keyboard.read(prefill=rest, whole=True)
            except EOFError:
                return None
            except KeyboardInterrupt:
                self._drop_interrupt()
                if warned:
                    return None
                warned = True
                key = f", or {self._keys.leave}," if key_leaves else ""
                words = f"Ctrl-C again{key} leaves; the run can be resumed."
                self._console.say(words, Tone.WARN)

    def _gather(self, *, half: bool, ending: bool = False) -> str:
        """Queue what was typed early; return the beginning of a line, to be finished."""
        typed = self._keyboard.typed(half=half)
        words = [row for row in typed.lines if not is_bare_answer(row, self._keys)]
        bare = [row.strip() for row in typed.lines if row.strip() and row not in words]
        rest = "" if is_bare_answer(typed.rest, self._keys) else typed.rest
        if bare:
            answers = ", ".join(one_line(row, longest=20) for row in bare[:3])
            hint = "" if half or ending else " (Ctrl-C brings the question)"
            self._console.say(f"Typed before there was a question, so not taken: {answers}{hint}", Tone.DIM)
        if words:
            self._said += words
        if words and not ending:
            self._console.say("What you typed reaches the agent at its next step.", Tone.DIM)
        if typed.cut:
            hint = "" if ending else " Press Ctrl-C and paste it at the question."
            self._console.say(
                f"A line typed while the agent works can hold 4095 bytes; the rest of yours was lost.{hint}",
                Tone.WARN,
            )
        return rest

    def _drop_interrupt(self) -> None:
        """A question is what Ctrl-C asks for: here the next one counts as the first."""
        if self._interrupts is not None and threading.current_thread() is threading.main_thread():
            self._interrupts.new_step()
            try:
                self._interrupts.raise_pending()
            except KeyboardInterrupt:
                return


class UnattendedUser:
    """Nobody is there. The core denies what needs a person before it asks; if asked, this leaves."""

    def authorise(self, question: Ask) -> Answer:
        """Never a yes."""
        return Left()

    def extend(self, question: AskForMore) -> Extended | Left:
        """Never more."""
        return Left()

    def said(self) -> str | None:
        """Nothing."""
        return None


class ScriptedUser:
    """Answers from a list, for tests and demonstrations. `questions` records what was asked."""

    def __init__(self, answers: Sequence[Answer | Extended] = (), *, said: Sequence[str | None] = ()) -> None:
        """`said` is what each call of `said` returns, in order; afterwards None."""
        self._answers = list(answers)
        self._said = list(said)
        self.questions: list[Ask | AskForMore] = []

    def authorise(self, question: Ask) -> Answer:
        """The next answer. AssertionError when there is none, or it answers another question."""
        answer = self._next(question)
        assert not isinstance(answer, Extended), f"{answer} does not answer {question}"
        return answer

    def extend(self, question: AskForMore) -> Extended | Left:
        """The next answer likewise."""
        answer = self._next(question)
        assert isinstance(answer, (Extended, Left)), f"{answer} does not answer {question}"
        return answer

    def said(self) -> str | None:
        """The next thing said."""
        return self._said.pop(0) if self._said else None

    def assert_complete(self) -> None:
        """AssertionError when answers or words are left over."""
        assert not self._answers, f"not asked for: {self._answers}"
        assert not self._said, f"not said: {self._said}"

    def _next(self, question: Ask | AskForMore) -> Answer | Extended:
        self.questions.append(question)
        assert self._answers, f"no answer is left for {question}"
        return self._answers.pop(0)
