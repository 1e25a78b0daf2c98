"""What the person typed and the agent was not told before a run ended: written down, and shown.

The agent is told when the run goes on. What is typed while things are tidied up, after the run's last
word, is kept likewise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autogpt.core.errors import JournalError
from autogpt.core.events import Event, Kept, Resumed
from autogpt.core.ports import User
from autogpt.journal.file import Journal
from autogpt.stage import Stage
from autogpt.terminal.answers import Keys
from autogpt.terminal.display import Display
from autogpt.terminal.lines import Tone
from autogpt.terminal.person import TerminalUser


def keep_words(
    here: Stage, journal: Journal, show: Callable[[Event], None], user: User | None = None
) -> None:
    """Write down and show what was typed and `user` has not handed on. Never raises for a journal that fails."""
    with here.interrupts.shielded(deliver=False):
        said, half = (user if isinstance(user, TerminalUser) else _listener(here)).left_over()
        if not said and not half:
            return
        kept = Kept(said, half, at=time.time())
        try:
            journal.append(kept)
        except JournalError:
            here.console.say("What you typed can't be written down, so it is not kept:", Tone.WARN)
        show(kept)


@contextmanager
def words_kept(here: Stage, journal: Journal) -> Iterator[None]:
    """Keep what is typed until the end of the block, however that comes."""
    try:
        yield
    finally:
        keep_words(here, journal, Display(here.console).event)


def words_from_before(past: tuple[Event, ...]) -> Kept | None:
    """What was kept when the run ended the last time."""
    said: list[str] = []
    half = ""
    for event in past:
        if isinstance(event, Resumed):
            said, half = [], ""
        elif isinstance(event, Kept):
            said += [event.text] if event.text else []
            half = event.half or half
    return Kept("\n".join(said), half) if said or half else None


def _listener(here: Stage) -> TerminalUser:
    keys = Keys(here.settings.run.authorise_key, here.settings.run.exit_key)
    return TerminalUser(Display(here.console), here.keyboard, keys=keys)
