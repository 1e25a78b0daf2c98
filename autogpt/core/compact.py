"""What to fold into the running summary, and when.

Rewriting the summary costs a model call and the provider's prompt cache, so it
happens rarely: when the prompt has outgrown the window, and then for most of
the recent turns at once.
"""

from __future__ import annotations

from itertools import accumulate

from autogpt.core import prompt
from autogpt.core.effects import Summarise
from autogpt.core.session import Session
from autogpt.core.turns import Turn

KEPT_SHARE = 0.12
"""The part of the room for recent turns that stays when the rest is folded."""

WORDS_PER_TOKEN = 0.6


def compact(session: Session) -> Summarise | None:
    """The effect that makes room, or `None` while the next prompt fits."""
    room = session.window.prompt - prompt.TAIL_TOKENS
    if session.prompt_size <= room:
        return None
    fixed = (session.system_size + session.memory_size) * session.scale
    keep = max(0.0, room - fixed) * KEPT_SHARE
    count = turns_to_fold(session.turns, keep / session.scale, _room_to_summarise(session))
    if count == 0:
        return None
    tokens = summary_tokens(session)
    words = int(tokens * WORDS_PER_TOKEN)
    return Summarise(prompt.summary(session, count, words), reply_tokens=tokens, turns=count)


def turns_to_fold(turns: tuple[Turn, ...], keep: float, most: float) -> int:
    """How many of the oldest turns to fold: all but the newest `keep` tokens of them.

    At most `most` tokens at once; cut only before a reply of the model's, so that what is
    left begins with one; the newest reply and its result stay.
    """
    starts = [i for i, turn in enumerate(turns) if turn.message.role == "assistant" and i > 0]
    if not starts:
        return 0
    before = list(accumulate((turn.size for turn in turns), initial=0))
    chosen = starts[0]
    for start in starts:
        if before[start] > most:
            break
        chosen = start
        if before[-1] - before[start] <= keep:
            break
    return chosen


def summary_tokens(session: Session) -> int:
    """How long the running summary may be: bounded by both models' windows."""
    smaller = min(session.window.prompt, session.setup.fast_window.prompt)
    return max(80, min(1500, smaller // 8, session.setup.fast_window.reply))


def _room_to_summarise(session: Session) -> float:
    return max(100.0, session.setup.fast_window.prompt / session.scale - 400)
