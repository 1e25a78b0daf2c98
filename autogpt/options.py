"""What a person asked for on the command line, as a frozen value. `autogpt.cli` makes it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from autogpt.terminal.harmless import verbatim


@dataclass(frozen=True, slots=True)
class Options:
    """Every option of a run; `None`, empty or False where it was not given."""

    continuous: bool = False
    continuous_limit: int | None = None
    task: str | None = None
    demo: bool = False
    skip_reprompt: bool = False
    ai_settings: Path | None = None
    prompt_settings: Path | None = None
    ai_name: str | None = None
    ai_role: str | None = None
    ai_goals: tuple[str, ...] = ()
    gpt3only: bool = False
    gpt4only: bool = False
    workspace_directory: Path | None = None
    budget: Decimal | None = None
    max_tokens: int | None = None
    max_steps: int | None = None
    max_time: float | None = None
    policy: Path | None = None
    preset: str | None = None
    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    output: str = "text"
    plain: bool = False
    debug: bool = False
    speak: bool = False
    use_memory: str | None = None
    browser_name: str | None = None
    allow_downloads: bool = False
    trust_folder: bool = False
    skip_news: bool = False
    install_plugin_deps: bool = False

    def at(self, folder: Path) -> Options:
        """The same, with relative paths starting in a folder; `~` stays the home."""

        def placed(path: Path | None) -> Path | None:
            return path if path is None or path.parts[:1] == ("~",) else folder / path

        return replace(
            self,
            ai_settings=placed(self.ai_settings),
            prompt_settings=placed(self.prompt_settings),
            workspace_directory=placed(self.workspace_directory),
            policy=placed(self.policy),
        )

    def later(self) -> tuple[str, ...]:
        """The options given whose part of the program has not come yet."""
        given = {
            "--install-plugin-deps": self.install_plugin_deps,
        }
        return tuple(name for name, is_given in given.items() if is_given)

    def to_go_on(self) -> tuple[str, ...]:
        """What is to be given again when the run is gone on with; the profile is in the run's record."""
        flags = {
            "--continuous": self.continuous,
            "--gpt3only": self.gpt3only,
            "--gpt4only": self.gpt4only,
            "--allow-downloads": self.allow_downloads,
            "--trust-folder": self.trust_folder,
            "--demo": self.demo,
            "--plain": self.plain,
            "--debug": self.debug,
            "--speak": self.speak,
        }
        values = {
            "--continuous-limit": self.continuous_limit,
            "--budget": self.budget and f"{self.budget:f}",
            "--max-tokens": self.max_tokens,
            "--max-steps": self.max_steps,
            "--max-time": self.max_time and f"{self.max_time:.15g}",
            "--workspace-directory": self.workspace_directory,
            "--ai-settings": self.ai_settings,  # it stays out of the agent's reach
            "--prompt-settings": self.prompt_settings,
            "--use-memory": self.use_memory,
            "--browser-name": self.browser_name,
            "--policy": self.policy,
            "--preset": self.preset,
            "--output": None if self.output == "text" else self.output,
        }
        rules = (("--allow", self.allow), ("--ask", self.ask), ("--deny", self.deny))
        return (
            *(name for name, is_on in flags.items() if is_on),
            *(word for name, value in values.items() if value is not None for word in (name, str(value))),
            *(word for name, each in rules for rule in each for word in (name, rule)),
        )


def as_typed(words: Iterable[str], *, windows: bool = os.name == "nt", encoding: str = "utf-8") -> str:
    """Words as a person types them: for a shell, or for cmd and PowerShell.

    For a shell, what a terminal of that encoding would not show as it is stands there by its numbers.
    """
    if windows:
        return " ".join(map(_quoted_on_windows, words))
    return " ".join(shlex.quote(word) if _is_shown(word, encoding) else _in_numbers(word) for word in words)


def _is_shown(word: str, encoding: str) -> bool:
    try:
        word.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return word.isprintable() and verbatim(word) == word


def _in_numbers(word: str) -> str:
    """The word for bash, zsh and ksh, with the bytes of all but ASCII signs as numbers."""
    signs = ((chr(byte), byte) for byte in word.encode("utf-8", "surrogateescape"))
    told = (
        f"\\{byte:03o}" if not " " <= sign <= "~" else f"\\{sign}" if sign in "\\'" else sign
        for sign, byte in signs
    )
    return f"$'{''.join(told)}'"


def _quoted_on_windows(word: str) -> str:
    """In quotes where cmd or PowerShell would read something into it."""
    if re.fullmatch(r"[\w./\\:=+-]+", word):
        return word
    escaped = re.sub(r'(\\*)("|$)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)
    return f'"{escaped}"'
