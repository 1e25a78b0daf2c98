"""Reads what the person types: with editing and history on a terminal, else line by line.

On a terminal on both sides it uses prompt_toolkit (imported at the first question): editing,
history, and pastes of any size and number of lines. Elsewhere (a pipe, a dumb terminal, plain
output) a line is a line, and a last one without its end counts as cut off where the caller says
so. Every way of reading raises EOFError at the end of input and KeyboardInterrupt at Ctrl-C.

What was typed before a question was shown is never part of its answer: `typed` takes it away.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from autogpt.core.redact import Redactor
from autogpt.terminal.console import Console
from autogpt.terminal.harmless import one_line
from autogpt.terminal.interrupts import Interrupts, Leaving
from autogpt.terminal.lines import Tone
from autogpt.terminal.typeahead import TypeAhead
from autogpt.terminal.typed import NOTHING, Typed, clean, joined, split_typed
from autogpt.terminal.wrapping import rows_of

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.input import Input
    from prompt_toolkit.keys import Keys

_REMEMBERED = 500  # entries of the history
_LONGEST_REMEMBERED = 4000  # characters


class Keyboard:
    """What the person types, one line or paste at a time."""

    def __init__(
        self,
        console: Console,
        stdin: TextIO | None,
        *,
        history: Path | None = None,
        interrupts: Interrupts | None = None,
        ahead: TypeAhead | None = None,
    ) -> None:
        """`history` is a file in the person's own state folder; without one nothing is kept.

        `ahead` is who keeps what is typed while nothing asks.

        `stdin` is None where a process was started without any (`<&-`): then all input has ended.
        """
        self._console = console
        self._stdin = stdin
        self._history = _History(history)
        self._interrupts = interrupts
        self._editing = console.look.live and _is_terminal(stdin) and sys.stdin is stdin
        self._session: PromptSession[str] | None = None
        self._input: Input | None = None
        self._ahead = ahead or TypeAhead(stdin, interrupts)
        self._early = NOTHING
        self._aside: tuple[str, ...] = ()
        self._unfinished = ""
        self._pressed = False  # a Ctrl-C that came in behind an answer
        self._failed = False

    def typed(self, *, half: bool = True) -> Typed:
        """Take what was typed since the last question; to be called before the next one is shown.

        Without `half`, a line that is not ended yet stays where the person can go on with it.
        """
        self._keep_early()
        typed = joined(self._early, self._ahead.take(half=half))
        lines, rest = self._aside + typed.lines, typed.rest
        self._early, self._aside = NOTHING, ()
        if half and not rest:
            rest, self._unfinished = self._unfinished, ""
        elif not half:
            self._early, rest = Typed(rest=rest), ""
        return Typed(lines, rest, typed.cut)

    def put_aside(self) -> None:
        """Let no line that was typed until now answer the next question; `typed` gives them later."""
        typed = self.typed()
        self._aside, self._unfinished = typed.lines, typed.rest

    def tell_left(self) -> None:
        """At the very end: what was typed and nobody can take any more is at least told."""
        typed = self.typed()
        words = " ".join(row.strip() for row in (*typed.lines, typed.rest) if row.strip())
        if words:
            self._console.say(f"Typed too late for the agent: {one_line(words, longest=2000)}", Tone.WARN)

    def begin_with(self, half: str) -> None:
        """Let the next answer begin with the line that the person had not ended."""
        self._unfinished = half

    def read_ahead(self, prompt: str) -> str:
        """The same as `read` for a question that a line typed or pasted before it may answer."""
        early = self._early
        if early.lines and not self._pressed:
            self._early = Typed(early.lines[1:], early.rest)
            self._console.say(prompt + early.lines[0])
            return early.lines[0]
        self._early = NOTHING
        unfinished, self._unfinished = self._unfinished, ""
        return self.read(prompt, prefill=early.rest or unfinished)

    def read(
        self, prompt: str = "> ", *, prefill: str = "", remember: bool = True, whole: bool = False
    ) -> str:
        """Show the prompt and wait for an answer.

        The answer begins with `prefill`, which can be edited where editing is. With `whole`, a line
        that ends with the input instead of Enter is not an answer but EOFError. Call `typed` first.
        """
        self._leave_if_told()
        self._raise_pressed()
        prompt = self._last_row(prompt)
        with self._console.asking(), self._ahead.asking():
            if self._can_edit():
                text = clean(self._edited(prompt, prefill))
            else:
                text = clean(prefill + self._line(prompt, whole, prefill))
        self._leave_if_told()
        if remember:
            self._history.add(text)
        return text

    @property
    def pages(self) -> bool:
        """Whether `read_paging` can be used: single keys can be read here."""
        self.prepare()
        return self._can_edit()

    def read_paging(self, words: str, *, prefill: str = "") -> str:
        """The same as `read` under a page of a long text; the words go away with the answer.

        Where nothing is typed yet Space (or Page Down) and `q` answer at once, as " " and "q". What was
        typed behind the answer stays, for the next page or for `typed`.
        """
        self._leave_if_told()
        self._raise_pressed()
        rows = rows_of(words, self._console.width() - 1)
        with self._console.asking(), self._ahead.asking():
            text = clean(self._edited("\n".join([*rows, "> "]), prefill, paging=True))
        self._leave_if_told()
        return text

    def read_secret(self, prompt: str) -> str:
        """The same, not echoed and not remembered."""
        prompt = self._last_row(prompt)
        with self._console.asking(), self._ahead.asking():
            if not _is_terminal(self._stdin) or self._stdin is not sys.stdin:
                return clean(self._line(prompt, whole=False)).strip()
            import getpass

            return clean(getpass.getpass(prompt, stream=self._console.stream)).strip()

    def prepare(self) -> None:
        """Load what reading needs, so that no time passes between a question and its prompt."""
        if self._can_edit():
            self._open()

    def _last_row(self, prompt: str) -> str:
        """Show a prompt that is too long for a row but for its last row: an editor would break it within words."""
        if not self._console.look.terminal:
            return prompt
        *rows, last = rows_of(prompt, self._console.width() - 1)
        for row in rows:
            self._console.say(row)
        return last + prompt[len(prompt.rstrip()) :]

    def _leave_if_told(self) -> None:
        """A signal to end may have come while an event loop could not pass it on."""
        if self._interrupts is not None and self._interrupts.leaving and _in_main_thread():
            raise Leaving

    def _raise_pressed(self) -> None:
        pressed, self._pressed = self._pressed, False
        if pressed:
            raise KeyboardInterrupt

    def _can_edit(self) -> bool:
        return self._editing and not self._failed

    def _line(self, prompt: str, whole: bool, prefill: str = "") -> str:
        self._console.ask(prompt + prefill)
        try:
            row = _read_line(self._stdin)
        except BaseException as error:
            self._console.say("")  # behind the terminal's ^C
            if isinstance(error, KeyboardInterrupt):
                self._unfinished = prefill or self._unfinished
            raise
        if not row or (whole and not row.endswith("\n")):
            self._console.say("")
            raise EOFError
        if not _is_terminal(self._stdin):
            self._console.say("")  # nobody's Enter ended the line
        return row.removesuffix("\n")

    def _edited(self, prompt: str, prefill: str, *, paging: bool = False) -> str:
        self._open()
        if self._session is None:
            return prefill + self._line(prompt, True, prefill)
        self._session.app.erase_when_done = paging
        try:
            with self._leaving_gently(self._session):
                return self._session.prompt(prompt, default=prefill)
        except OSError as error:  # the terminal went away
            raise EOFError from error
        except Leaving:
            self._unfinished = clean(self._session.default_buffer.text)
            raise
        except KeyboardInterrupt:
            # It takes back what was typed at the question, for good: not what stood there before.
            if prefill and clean(self._session.default_buffer.text) == prefill:
                self._unfinished = prefill
            raise
        finally:
            if not paging:
                self._keep_early()

    def _leaving_gently(self, session: PromptSession[str]) -> AbstractContextManager[None]:
        """A signal that arrives inside the event loop ends it in order."""
        if self._interrupts is None or not _in_main_thread():
            return nullcontext()
        app = session.app

        def leave(error: Leaving) -> None:
            loop = app.loop
            if loop is None:
                raise error
            loop.call_soon_threadsafe(_exit, app, error)

        return self._interrupts.handing_over(leave)

    def _keep_early(self) -> None:
        """Keep what came in behind the answer (several lines at once): it answers nothing.

        A Ctrl-C behind it is for the next question, and takes back what was typed before it.
        """
        if self._input is None:
            return
        from prompt_toolkit.input.typeahead import get_typeahead
        from prompt_toolkit.keys import Keys

        keys = get_typeahead(self._input)
        if not keys:
            return
        while Keys.ControlC in (pressed := [key.key for key in keys]):
            self._pressed = True
            del keys[: pressed.index(Keys.ControlC) + 1]
        text = "".join(_typed_by(key.key, key.data) for key in keys)
        now = split_typed(self._early.rest + text)
        self._early = Typed(self._early.lines + now.lines, now.rest)

    def _open(self) -> None:
        if self._session is None and not self._failed:
            try:
                self._input, self._session = _session(self._stdin, self._console, self._history)
            except Exception:  # no usable console under this terminal (old Windows, mintty)
                self._failed = True


class _History:
    """The person's earlier words, in a file that only they can read; one JSON text a line."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> list[str]:
        if self._path is None:
            return []
        entries: list[str] = []
        with suppress(OSError):
            for row in _history_text(self._path).splitlines()[-_REMEMBERED:]:
                with suppress(ValueError):
                    if isinstance(entry := json.loads(row), str):
                        entries.append(entry)
        return entries

    def add(self, text: str) -> None:
        """Keep it, unless it is short (an answer), a large paste, or looks like a key.

        A full disk is no reason to stop.
        """
        if self._path is None or not 3 <= len(text.strip()) <= _LONGEST_REMEMBERED:
            return
        if Redactor()(text) != text:
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(
                _opened(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "a", encoding="utf-8"
            ) as file:
                file.write(json.dumps(text) + "\n")


def _history_text(path: Path) -> str:
    with open(_opened(path, os.O_RDONLY), encoding="utf-8", errors="replace") as file:
        return file.read()


def _opened(path: Path, flags: int) -> int:
    """A descriptor of an ordinary file; nothing is waited for, and no link followed. Raises OSError."""
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    return descriptor


def _session(stdin: TextIO | None, console: Console, history: _History) -> tuple[Input, PromptSession[str]]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    source = create_input(stdin)
    output: Any = create_output(console.stream)
    if hasattr(output, "enable_cpr"):
        output.enable_cpr = False  # a late answer to the cursor question would look like typing
    remembered = InMemoryHistory(history.load())
    session: PromptSession[str] = PromptSession(
        history=remembered, input=source, output=output, enable_suspend=True
    )
    _answer_at_once(session)
    return source, session


def _answer_at_once(session: PromptSession[str]) -> None:
    """While it pages, Space, Page Down and `q` answer alone, before anything else is typed."""
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()
    pages = Condition(lambda: session.app.erase_when_done and not session.default_buffer.text)

    def answering(answer: str) -> Callable[[KeyPressEvent], None]:
        return lambda event: event.app.exit(result=answer)

    for key, answer in ((" ", " "), ("pagedown", " "), ("q", "q")):
        bindings.add(key, filter=pages, eager=True)(answering(answer))
    session.key_bindings = bindings


def _exit(app: Any, error: Leaving) -> None:
    with suppress(Exception):  # it ended by itself in the meantime
        app.exit(exception=error)


def _typed_by(key: Keys | str, data: str) -> str:
    """The text of a key press that prompt_toolkit did not come to."""
    from prompt_toolkit.keys import Keys

    if key in (Keys.ControlM, Keys.ControlJ):
        return "\n"
    if key is Keys.BracketedPaste:
        return data
    return "" if isinstance(key, Keys) or data == "_Flush" else key


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError):
        return False


def _read_line(stdin: TextIO | None) -> str:
    """A line from the stream; from a terminal past its buffer, so that `typed` misses nothing."""
    if stdin is None:
        return ""
    if not _is_terminal(stdin) or sys.platform == "win32":
        return stdin.readline()
    fd, data = stdin.fileno(), b""
    while not data.endswith(b"\n"):
        try:
            piece = os.read(fd, 65536)
        except OSError:
            piece = b""  # the terminal went away
        if not piece:
            break
        data += piece
    return data.decode("utf-8", "surrogateescape")
