"""Questions outside a run: what to do, how to be called, whether to go on.

Each returns None when the person ends the input or presses Ctrl-C; the caller leaves then.
"""

from __future__ import annotations

from collections.abc import Sequence

from autogpt.terminal.console import Console
from autogpt.terminal.harmless import exact, one_line
from autogpt.terminal.keyboard import Keyboard
from autogpt.terminal.lines import GUTTER, Tone, block, line

_LONGEST_DEFAULT = 400  # characters; whoever takes it by pressing Enter must have seen it


class Questions:
    """Asks at one console and keyboard."""

    def __init__(self, console: Console, keyboard: Keyboard) -> None:
        self._console = console
        self._keyboard = keyboard

    def say(self, text: str) -> None:
        """Tell the person something."""
        self._console.say(text)

    def ask_line(self, prompt: str, default: str = "") -> str | None:
        """A line (or a paste of many); Enter alone takes the default, which is shown."""
        shown = f"{prompt} [{one_line(default, longest=_LONGEST_DEFAULT)}] " if default else f"{prompt} "
        try:
            return self._keyboard.read_ahead(shown).strip() or default
        except (EOFError, KeyboardInterrupt):
            return None

    def ask_yes_no(self, prompt: str, default: bool | None = None) -> bool | None:
        """Yes or no; Enter alone takes the default, or asks again when there is none.

        What was typed before the question was shown is no answer to it; the agent gets it.
        """
        choice = {None: "y/n", True: "Y/n", False: "y/N"}[default]
        while True:
            self._keyboard.put_aside()
            try:
                text = self._keyboard.read(f"{prompt} [{choice}] ", whole=True, remember=False)
            except (EOFError, KeyboardInterrupt):
                return None
            said = text.strip().casefold()
            if said in ("y", "yes", "n", "no"):
                return said[0] == "y"
            if not said and default is not None:
                return default
            self._console.say("Please type y or n.", Tone.WARN)

    def ask_trust(self, changes: Sequence[str], *, again: bool = False) -> bool | None:
        """Whether a folder's own files may do what they would do; each is shown whole. Enter alone is no.

        `again` says that the person was asked about this folder before.
        """
        intro = (
            "What this folder's files say has changed. They would now:"
            if again
            else "This folder's files would:"
        )
        self._console.say(intro, Tone.WARN)
        for change in changes:
            text, rows = "\n".join(map(exact, f"- {change}".split("\n"))), change.count("\n") + 1
            self._console.show(block(text, gutter=GUTTER, characters=len(text) * 10, rows=rows + 1))
        self._console.show((line(""),))
        return self.ask_yes_no("Use these settings? If you don't know who made these files, say no.", False)

    def ask_secret(self, prompt: str) -> str | None:
        """A secret: not echoed, not remembered; empty when nothing was typed."""
        try:
            return self._keyboard.read_secret(f"{prompt} ")
        except (EOFError, KeyboardInterrupt):
            self._console.say("")
            return None
