"""The person's answers where input is plain lines; nobody; and a script of answers."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.core.actions import Action, Thoughts
from autogpt.core.effects import Ask, AskForMore
from autogpt.core.errors import LimitKind
from autogpt.core.events import (
    Advised,
    Authorised,
    Event,
    Extended,
    Left,
    Ran,
    Replied,
    ReviewAsked,
    RuleAdded,
)
from autogpt.core.ports import User
from autogpt.terminal.answers import Keys
from autogpt.terminal.console import Console, Look, look_of
from autogpt.terminal.display import Display
from autogpt.terminal.interrupts import Leaving
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.person import ScriptedUser, TerminalUser, UnattendedUser
from autogpt.terminal.questions import Questions
from autogpt.terminal.typed import clean, split_typed
from tests.terminal.scenes import HOSTILE, in_memory

ACTION = Action("write_to_file", {"filename": "a.txt", "text": "x"})
RULE = "write_to_file(filename=*.txt)"


class Lines(io.StringIO):
    """Input in which `^C` stands for Ctrl-C."""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        row = super().readline()
        if row == "^C\n":
            raise KeyboardInterrupt
        return row


def person(typed: str, keys: Keys | None = None) -> tuple[TerminalUser, Display, Callable[[], str]]:
    console, written = in_memory(Look())
    display = Display(console)
    user = TerminalUser(display, Keyboard(console, Lines(typed)), keys=keys, now=lambda: 7.0)
    return user, display, written


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", Authorised(1, at=7)),
        ("\n  \ny -3\n", Authorised(3, at=7)),
        ("y -0\ny -x\ny-2\n", Authorised(2, at=7)),
        ("n\n", Left(at=7)),
        ("s\n", ReviewAsked(at=7)),
        ("use sqlite, please\n", Advised("use sqlite, please", at=7)),
        ("yes please also sort\n", Advised("yes please also sort", at=7)),
        ("a\ny\n", RuleAdded(RULE, at=7)),
        ("a\nn\ny\n", Authorised(1, at=7)),
        ("a\n\ny\n", Authorised(1, at=7)),
        ("a\ny -3\nn\n", Left(at=7)),
        ("^C\ny\n", Authorised(1, at=7)),
        ("^C\n^C\ny\n", Left(at=7)),
        ("^C\n\n^C\n^C\n", Left(at=7)),
        ("a\n^C\n^C\n", Left(at=7)),
        ("", Left(at=7)),
        ("\n", Left(at=7)),
        ("y", Left(at=7)),  # cut off: it could have become "yes, but …"
        ("y -1", Left(at=7)),
        ("a\ny", Left(at=7)),
    ],
)
def test_the_question_whether_to_run(typed: str, answer: Event) -> None:
    user, _, _ = person(typed)
    assert user.authorise(Ask(ACTION, rule=RULE)) == answer


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("\n", Authorised(0, at=7)),
        ("y\n", Authorised(0, at=7)),
        ("y -4\n", Authorised(4, at=7)),
        ("look in docs/ first\n", Advised("look in docs/ first", at=7)),
        ("n\n", Left(at=7)),
        ("a\n\n", Authorised(0, at=7)),
        ("", Left(at=7)),
    ],
)
def test_the_question_how_to_go_on(typed: str, answer: Event) -> None:
    user, _, written = person(typed)
    assert user.authorise(Ask(None, rule=RULE)) == answer
    assert "Type something for the agent, Enter to go on, n to leave." in written()


def test_half_right_answers_are_explained() -> None:
    user, _, written = person("y -0\nno\ny\n")
    user.authorise(Ask(ACTION))
    assert "a number from 1 to 999 999" in written()
    assert "n leaves." in written()
    assert written().count("Run write_to_file?") == 3


def test_the_first_ctrl_c_says_how_to_leave() -> None:
    user, _, written = person("^C\n^C\n")
    user.authorise(Ask(ACTION))
    assert "Ctrl-C again, or n, leaves; the run can be resumed." in written()


def test_the_persons_own_keys() -> None:
    user, _, written = person("y\n", Keys("ok", "bye"))
    assert user.authorise(Ask(ACTION)) == Advised("y", at=7)
    assert "ok yes · ok -N yes, N steps · bye leave" in written()


def test_without_a_rule_always_is_not_offered_and_asked_again() -> None:
    user, _, written = person("a\nn\n")
    assert user.authorise(Ask(ACTION)) == Left(at=7)
    assert "a always" not in written()
    assert "no rule" in written()


def test_the_exact_rule_is_shown_before_it_is_added() -> None:
    rule = "execute_shell(command_line=" + "ls " * 600 + ")"
    user, _, written = person("a\ny\n")
    assert user.authorise(Ask(ACTION, rule=rule)) == RuleAdded(rule, at=7)
    assert rule in written()


def test_a_rule_too_long_to_be_shown_whole_is_not_added() -> None:
    user, _, _ = person("a\ny\n")
    assert user.authorise(Ask(ACTION, rule="x" * 2001)) == Authorised(1, at=7)


def test_the_action_is_shown_when_it_is_not_what_was_shown_last() -> None:
    user, display, written = person("y\ny\ny\n")
    display.event(Replied(Thoughts(), ACTION))
    before = written()
    user.authorise(Ask(ACTION))
    assert "NEXT ACTION" not in written()[len(before) :]
    display.event(Ran(Action("other"), True, "by a sub-agent"))
    before = written()
    user.authorise(Ask(ACTION))
    assert "NEXT ACTION: write_to_file\n│ filename: a.txt\n" in written()[len(before) :]
    user.authorise(Ask(Action("delete_file", {"filename": "b"})))
    assert "NEXT ACTION: delete_file\n│ filename: b\n" in written()


def test_the_note_comes_first() -> None:
    user, _, written = person("y\n")
    user.authorise(Ask(ACTION, note="This was begun before; its outcome is unknown."))
    assert written().startswith("│ This was begun before; its outcome is unknown.\nNEXT ACTION")


@pytest.mark.parametrize("name", HOSTILE)
def test_the_question_itself_cannot_be_forged(name: str) -> None:
    text = HOSTILE[name]
    user, _, written = person("a\nn\nn\n")
    user.authorise(Ask(Action(text, {text: text}), note=text, rule=text))
    assert not set(written()) & set("\x00\x07\x08\r\x1b\x7f\x9b\u202e\u200b\u2028\x85")
    ours = ("│ ", "NEXT ACTION: ", "Run ", "> ", "Always allow", "y adds", "The rule", "There is no", "  … ")
    assert all(row.startswith(ours) for row in written().split("\n") if row)


@pytest.mark.parametrize(
    ("typed", "kind", "answer"),
    [
        ("0.50\n", LimitKind.BUDGET, Extended(LimitKind.BUDGET, Decimal("0.50"), at=7)),
        ("lots\n$2\n", LimitKind.BUDGET, Extended(LimitKind.BUDGET, Decimal(2), at=7)),
        ("10\n", LimitKind.STEPS, Extended(LimitKind.STEPS, Decimal(10), at=7)),
        ("30m\n", LimitKind.TIME, Extended(LimitKind.TIME, Decimal(1800), at=7)),
        ("-5\n50k\n", LimitKind.TOKENS, Extended(LimitKind.TOKENS, Decimal(50_000), at=7)),
        ("\n", LimitKind.BUDGET, Left(at=7)),
        ("n\n", LimitKind.BUDGET, Left(at=7)),
        ("y\nn\n", LimitKind.BUDGET, Left(at=7)),
        ("", LimitKind.BUDGET, Left(at=7)),
        ("5", LimitKind.BUDGET, Left(at=7)),
        ("^C\n^C\n", LimitKind.BUDGET, Left(at=7)),
    ],
)
def test_the_question_for_more(typed: str, kind: LimitKind, answer: Event) -> None:
    user, _, _ = person(typed)
    assert user.extend(AskForMore(kind, "0.98", "1.00")) == answer


def test_without_any_standard_streams_it_leaves() -> None:
    console = Console(None, look_of(None, {}))
    user = TerminalUser(Display(console), Keyboard(console, None), now=lambda: 7.0)
    assert user.said() is None
    assert user.authorise(Ask(ACTION)) == Left(at=7)
    assert console.closed


def test_a_pipe_holds_nothing_said_meanwhile() -> None:
    user, _, _ = person("words\n")
    assert user.said() is None


def test_nobody_never_says_yes() -> None:
    user: User = UnattendedUser()
    assert user.authorise(Ask(ACTION)) == Left()
    assert user.extend(AskForMore(LimitKind.BUDGET, "1", "1")) == Left()
    assert user.said() is None


def test_a_script_answers_and_records() -> None:
    user = ScriptedUser([Authorised(2), Extended(LimitKind.STEPS, Decimal(3)), Left()], said=[None, "hello"])
    assert user.authorise(Ask(ACTION)) == Authorised(2)
    assert user.extend(AskForMore(LimitKind.STEPS, "1", "1")) == Extended(LimitKind.STEPS, Decimal(3))
    assert [user.said(), user.said(), user.said()] == [None, "hello", None]
    with pytest.raises(AssertionError, match="not asked for"):
        user.assert_complete()
    assert user.extend(AskForMore(LimitKind.STEPS, "4", "4")) == Left()
    user.assert_complete()
    assert len(user.questions) == 3
    with pytest.raises(AssertionError, match="no answer is left"):
        user.authorise(Ask(ACTION))


def test_a_script_whose_answer_does_not_fit_fails() -> None:
    with pytest.raises(AssertionError, match="does not answer"):
        ScriptedUser([Authorised()]).extend(AskForMore(LimitKind.STEPS, "1", "1"))
    with pytest.raises(AssertionError, match="does not answer"):
        ScriptedUser([Extended(LimitKind.STEPS, Decimal(1))]).authorise(Ask(ACTION))
    with pytest.raises(AssertionError, match="not said"):
        ScriptedUser(said=["x"]).assert_complete()


def questions(typed: str) -> tuple[Questions, Callable[[], str]]:
    console, written = in_memory(Look())
    return Questions(console, Keyboard(console, Lines(typed))), written


def test_what_looks_like_a_blank_in_a_folders_files_is_named_before_they_are_trusted() -> None:
    asked, written = questions("n\n")
    asked.ask_trust(["start curl\u2800evil\nand more"])
    assert "start curl‹U+2800›evil\n" in written()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [(" make tea \n", "make tea"), ("\n", "x\u202e"), ("", None), ("^C\n", None), ("task", "task")],
)
def test_asking_for_a_line(typed: str, answer: str | None) -> None:
    asked, written = questions(typed)
    assert asked.ask_line("I want Auto-GPT to:", "x\u202e") == answer
    assert written().startswith("I want Auto-GPT to: [x‹U+202E›] ")


@pytest.mark.parametrize(
    ("typed", "default", "answer"),
    [
        ("Y\n", None, True),
        ("no\n", True, False),
        ("\n", True, True),
        ("\n", False, False),
        ("\nwhat\ny\n", None, True),
        ("", True, None),
        ("y", None, None),
        ("^C\n", True, None),
    ],
)
def test_asking_yes_or_no(typed: str, default: bool | None, answer: bool | None) -> None:
    assert questions(typed)[0].ask_yes_no("Go on?", default) is answer


@pytest.mark.parametrize(
    ("typed", "answer"), [(" sk-123 \n", "sk-123"), ("\n", ""), ("", None), ("^C\n", None)]
)
def test_asking_for_a_secret(typed: str, answer: str | None) -> None:
    asked, written = questions(typed)
    assert asked.ask_secret("Key:") == answer
    assert "sk-123" not in written()


def test_a_plain_session_loads_neither_rich_nor_prompt_toolkit(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys, os\n"
        "from autogpt.core.actions import Action\n"
        "from autogpt.core.effects import Ask\n"
        "from autogpt.terminal.console import Console, look_of\n"
        "from autogpt.terminal.display import Display\n"
        "from autogpt.terminal.keyboard import Keyboard\n"
        "from autogpt.terminal.person import TerminalUser\n"
        "console = Console(sys.stdout, look_of(sys.stdout, os.environ), os.environ)\n"
        "user = TerminalUser(Display(console), Keyboard(console, sys.stdin))\n"
        "assert type(user.authorise(Ask(Action('f')))).__name__ == 'Authorised'\n"
        "assert not {'rich', 'prompt_toolkit'} & set(sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", code], input=b"y\n", cwd=root, check=True, stdout=subprocess.DEVNULL
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00\x1b[A\x7fb\t", "ab\t"),
        ("\x1bOPx\x1b[1;5Dy\x1b", "xy"),
        ("\x1b]0;title\x07red \x1b[31mtext\x1b[0m\x9b", "red text"),
        ("caf\udcc3\udca9", "café"),
        ("x\udcff", "x\ufffd"),
        ("x\ud83d", "x?"),
    ],
)
def test_what_was_typed_can_be_sent_anywhere(typed: str, text: str) -> None:
    assert clean(typed) == text
    assert clean(typed).encode()


def test_lines_and_the_beginning_of_one() -> None:
    typed = split_typed(b"one\r\ntwo\nthr")
    assert (typed.lines, typed.rest) == (("one", "two"), "thr")
    assert split_typed("") == split_typed(b"")


def test_the_history_is_the_persons_own(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history"
    console, _ = in_memory(Look())
    keyboard = Keyboard(console, io.StringIO("y\nuse sqlite\n" + "x" * 5000 + "\nsecret\n"), history=path)
    for remember in (True, True, True, False):
        keyboard.read(remember=remember)
    assert path.read_text() == '"use sqlite"\n'
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("green, please\n", "green, please"),
        ("y\n", "y"),
        ("n\n", "n"),
        ("a\n", "a"),
        ("y -3\n", "y -3"),
        ("\n", ""),
        ("  both \n", "both"),
        ("^C\nblack\n", "black"),
    ],
)
def test_a_question_of_the_agents_is_answered_in_the_persons_own_words(typed: str, answer: str) -> None:
    user, _, written = person(typed)
    assert user.answer("Green or\nblack?\x1b[2J") == answer
    shown = written()
    assert "THE AGENT ASKS:\n│ Green or\n│ black?\\x1b[2J\n" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("typed", ["", "^C\n^C\n", "cut off"])
def test_who_leaves_at_a_question_of_the_agents_leaves_the_run(typed: str) -> None:
    user, _, _ = person(typed)
    with pytest.raises(Leaving):
        user.answer("Green or black?")
