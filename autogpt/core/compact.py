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

FULL_SHARE = 0.9
"""The part of the window's prompt at which turns are folded. Every later call pays for what stays: to fill
the window to the brim would save one call in a hundred, and cost a tenth more tokens where it is small."""

KEPT_SHARE = 0.12
"""The part of the room for recent turns that stays when the rest is folded."""

WORDS_PER_TOKEN = 0.6

RESULTS_THAT_STAY = 2
"""Turns behind the newest reply that are never folded: its result, or what was said of it."""

SHORTENED_AT_MOST = 3
"""Turns are folded together until they are so many times what the summariser can read: it reads the
long ones shortened. Where its window is much smaller, one call in many steps is worth more than every word."""


def compact(session: Session) -> Summarise | None:
    """The effect that makes room, or `None` while the next prompt fits."""
    room = session.window.prompt * FULL_SHARE - prompt.TAIL_TOKENS
    if session.prompt_size <= room:
        return None
    fixed = (session.system_size + session.recap_size) * session.scale
    keep = max(0.0, room - fixed) * KEPT_SHARE
    count = turns_to_fold(session.turns, keep / session.scale, _room_to_summarise(session))
    if count == 0:
        return None
    tokens = summary_tokens(session)
    words = int(tokens * WORDS_PER_TOKEN)
    return Summarise(prompt.summary(session, count, words), reply_tokens=tokens, turns=count)


def turns_to_fold(turns: tuple[Turn, ...], keep: float, most: float) -> int:
    """How many of the oldest turns to fold: all but the newest `keep` tokens of them.

    At most `most` tokens at once. Cut before a reply of the model's where that leaves little
    enough, so that what is left begins with one; the newest turn, or reply and result, stays.
    """
    before = list(accumulate((turn.size for turn in turns), initial=0))
    replies = [i for i, turn in enumerate(turns) if turn.message.role == "assistant" and i > 0]
    if replies and before[-1] - before[replies[-1]] <= keep:
        starts = replies
    else:
        # A stream of unreadable replies, or of remarks: it may be cut anywhere.
        last = replies[-1] if replies else 0
        starts = sorted({*replies, *range(last + RESULTS_THAT_STAY, len(turns))})
    chosen = 0
    for start in starts:
        if chosen and before[start] > most:
            break
        chosen = start
        if before[-1] - before[start] <= keep:
            break
    return chosen


def summary_tokens(session: Session) -> int:
    """How long the running summary may be: bounded by both models' windows."""
    smaller = min(session.window.prompt, session.fast_window.prompt)
    return max(80, min(1500, smaller // 8, session.fast_window.reply))


def _room_to_summarise(session: Session) -> float:
    return max(100.0, session.fast_window.prompt / session.scale * SHORTENED_AT_MOST)
