"""What a person asked for on the command line, as a frozen value. `autogpt.cli` makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path


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
