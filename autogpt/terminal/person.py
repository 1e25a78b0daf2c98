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
    View,
    Words,
    Yes,
    amount_of,
    is_bare_answer,
    meaning_of,
)
from autogpt.terminal.approval import Approval, approval, whole_text
from autogpt.terminal.display import Display
from autogpt.terminal.harmless import one_line
from autogpt.terminal.interrupts import Interrupts, Leaving
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.lines import Tone, block, line
from autogpt.terminal.pager import Pager

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
        self._interrupted = False  # Ctrl-C brought the question, and nothing was answered yet

    def authorise(self, question: Ask) -> Answer:
        """Ask whether to run the action, or, with none, how to go on.

        With no action, Enter or `y` is `Authorised(steps=0)`: go on, with nothing more allowed.
        """
        with self._lock:
            self._question_begins()
            shown = _shown(question)
            pager = self._pager(shown, lambda: self._legend(question))
            if self._display.shows(question.action, (*shown.must, *shown.change)) and not pager.is_long:
                pager.seen = True
            else:
                pager.begin()
            while True:
                text = self._read_to_end(pager, lambda: self._legend(question, pager))
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
            self._question_begins()
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
            self._question_begins()
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
            case Again(why="") | View():
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
        legend = f"{self._keys.authorise} adds this rule and runs the action; anything else goes back"
        pager = self._pager(_rule(rule, question.opens), lambda: legend)
        pager.begin()
        text = self._read_to_end(pager, lambda: legend, key_leaves=False)
        if text is None:
            return Left(at=self._now())
        if meaning_of(text, self._keys) == Yes():
            return RuleAdded(rule, at=self._now())
        self._console.say("The rule was not added.", Tone.DIM)
        return None

    def _legend(self, question: Ask, pager: Pager | None = None) -> str:
        yes, no = self._keys.authorise, self._keys.leave
        if question.action is None:
            leave = f"{no} or Ctrl-C" if self._interrupted else no
            return f"Type something for the agent, Enter to go on, {leave} to leave."
        run = f"Run {one_line(question.action.command, longest=40)}?"
        always = " · a always allow this" if question.rule else ""
        view = " · v view all of it" if pager is None or pager.is_long else ""
        legend = (
            f"{run} {yes} yes · {yes} -N yes, N steps · {no} leave · s self-review{always}{view} · "
            "or say what to do instead"
        )
        if (height := self._console.height()) and self._console.rows([line(legend)], height) * 3 > height:
            keys = (yes, f"{yes} -N", no, "s", *("a" for _ in always[:1]), *("v" for _ in view[:1]))
            return f"{run} {' · '.join(keys)} · words"
        return legend

    def _pager(self, approval: Approval, legend: Callable[[], str]) -> Pager:
        """Pages that leave room for the question."""

        def room() -> int:
            height = self._console.height()
            if not height or not self._keyboard.pages:
                return 0
            return max(height - self._console.rows([line(legend())], height) - 1, 1)

        return Pager(self._console, approval, room)

    def _read_to_end(self, pager: Pager, legend: Callable[[], str], *, key_leaves: bool = True) -> str | None:
        """An answer, which approves only once the end of what is approved was shown; None leaves.

        Before that whatever would approve shows the next page, as Enter and Space do.
        """
        yes = self._keys.authorise
        hint, ahead = "", False
        while True:
            turning, pager.turning = pager.turning, False
            if turning:
                text = self._read(
                    hint + self._turning(pager.percent), key_leaves=key_leaves, paging=True, ahead=ahead
                )
            else:
                part = "" if pager.seen else f"{pager.percent} % shown; Enter shows more. "
                text = self._read(hint + part + legend(), key_leaves=key_leaves)
            hint, ahead = "", True
            if text is None:
                return None
            if turning and text == "q":
                continue
            match meaning_of(text, self._keys):
                case View():
                    pager.begin_all()
                case Again(why="") if not pager.ended:
                    pager.turn()
                case Yes() | Always() | Review() if not pager.seen:
                    pager.turn()
                    hint = (
                        f"That was the end: now {yes} counts. "
                        if pager.seen
                        else f"First see the end, then {yes} counts: "
                    )
                case _:
                    return text

    def _turning(self, percent: int) -> str:
        """What is said under a page."""
        words = f"{percent} % shown. Space or Enter: more; q: the question."
        return words if len(words) <= self._console.width() else f"{percent} %: Space more, q"

    def _read(
        self, legend: str, *, key_leaves: bool = True, paging: bool = False, ahead: bool = False
    ) -> str | None:
        """Show a question and wait; None when the person leaves by Ctrl-C twice or end of input.

        Where Ctrl-C brought the question, that was the first. `paging` asks under a page, where with
        `ahead` also that counts which was typed a moment before.
        """
        warned, self._interrupted = self._interrupted, False
        while True:
            self._keyboard.prepare()
            rest = "" if paging and ahead else self._gather(half=True)
            try:
                if paging:
                    text = self._keyboard.read_paging(legend, prefill=rest)
                else:
                    self._console.say(legend, Tone.DIM)
                    text = self._keyboard.read(prefill=rest, whole=True)
                self._new_step()
                return text
            except EOFError:
                return None
            except KeyboardInterrupt:
                self._new_step()
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

    def _question_begins(self) -> None:
        if here := self._interrupts_here():
            self._interrupted = here.question_begins()

    def _new_step(self) -> None:
        """The person answered, or was told of Ctrl-C: the next one counts as the first."""
        if here := self._interrupts_here():
            here.question_begins()
            here.new_step()

    def _interrupts_here(self) -> Interrupts | None:
        return self._interrupts if threading.current_thread() is threading.main_thread() else None


def _shown(question: Ask) -> Approval:
    if question.action is not None:
        return approval(question.action, question.preview, question.note)
    return Approval(block(question.note) if question.note else ())


def _rule(rule: str, opens: str) -> Approval:
    """The rule that "always" would add: what it opens, and how it is written."""
    heading = line("Always allow in this run:", Tone.LABEL)
    return Approval((heading, *(whole_text(opens) if opens else ()), *whole_text(rule)))


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
