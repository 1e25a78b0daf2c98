"""The memory as its owner sees it: what was kept last, what is found by words, and wiping it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from autogpt import build
from autogpt.core.errors import ExitCode, UsageError
from autogpt.memories.local import LocalMemory
from autogpt.memories.port import Found, Unusable
from autogpt.options import Options
from autogpt.stage import STATE, Stage, stage
from autogpt.terminal.lines import Tone

EMPTY = "The memory is empty. Pages that the agent reads, and its notes, are kept there."
_LONGEST = 300


def list_texts(number: int) -> ExitCode:
    """Show how large the memory is, and the texts that were kept last."""
    with stage(Options(), acting=False) as here, _memory(here) as memory:
        size = memory.size()
        if not size.texts:
            here.say(EMPTY)
            return ExitCode.DONE
        texts = "1 text" if size.texts == 1 else f"{size.texts:,} texts"
        here.say(f"{texts}, {max(size.bytes / 1e6, 0.1):.1f} MB, in {memory.folder}. The newest first:")
        _show(here, memory.newest(number))
    return ExitCode.DONE


def search(words: str, number: int) -> ExitCode:
    """Show the texts that fit some words best."""
    with stage(Options(), acting=False) as here, _memory(here) as memory:
        found = memory.find(words, number).found
        if not found:
            here.say("There is nothing on this in the memory.")
        _show(here, found)
    return ExitCode.DONE


def wipe(*, sure: bool) -> ExitCode:
    """Forget everything, once the person has said so. Raises UsageError where nobody can."""
    with stage(Options(), acting=False) as here, _memory(here) as memory:
        if not memory.there():
            here.say("There is no memory here: nothing to wipe.")
            return ExitCode.DONE
        if not sure:
            if not here.attended:
                raise UsageError("Nobody is there to be asked whether to wipe the memory: give --yes.")
            if not here.questions.ask_yes_no(f"Forget all that is in {memory.folder}?", False):
                here.say("Nothing was wiped.")
                return ExitCode.INTERRUPTED
        memory.wipe()
        here.say("The memory is wiped.")
    return ExitCode.DONE


@contextmanager
def _memory(here: Stage) -> Iterator[LocalMemory]:
    """The local memory, searched by words. What is wrong with it is an error of usage."""
    memory = build.memory(here.settings, STATE, here.warn)
    try:
        yield memory
    except Unusable as why:
        raise UsageError(str(why)) from why
    finally:
        memory.close()


def _show(here: Stage, found: Sequence[Found]) -> None:
    for one in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
        here.console.say(f"{when}  {one.entry.source or 'a note'}")
        text = " ".join(one.entry.text.split())
        here.console.say(f"    {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}", Tone.DIM)
