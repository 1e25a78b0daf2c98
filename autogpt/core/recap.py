"""The recap: what the prompt still says of turns that have left it.

The running summary is the model's; the list of what was done, the person's
words and the plan are facts, kept whole here and shown as far as they fit: the
newest in full, older ones shorter, never none. (The memory is another thing, a
store of texts: `autogpt.memories`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autogpt.core.limits import Measure
from autogpt.core.turns import Turn, clip_to_tokens, quoted

NOTHING_YET = "This is the start of your work: nothing has been done yet."

SUMMARY_SHARE = 8
DONE_SHARE = 16
WORDS_SHARE = 10
PLAN_SHARE = 20
"""One part in so many of the prompt's tokens."""


@dataclass(frozen=True, slots=True)
class Recap:
    """What was folded out of the recent turns so far."""

    summary: str = ""
    done: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()

    def folded(self, turns: Sequence[Turn], summary: str) -> Recap:
        """This recap with the given turns taken in, and the new running summary."""
        plans = [turn.plan for turn in turns if turn.plan]
        return replace(
            self,
            summary=summary,
            done=(*self.done, *(turn.done for turn in turns if turn.done)),
            words=(*self.words, *(turn.word for turn in turns if turn.word)),
            plan=plans[-1] if plans else self.plan,
        )

    def text(self, measure: Measure, prompt_tokens: int) -> str:
        """The recap as the prompt shows it, within a bounded share of `prompt_tokens`."""
        if not (self.summary or self.done or self.words or self.plan):
            return NOTHING_YET
        parts = []
        if self.summary:
            summary = clip_to_tokens(self.summary, prompt_tokens // SUMMARY_SHARE, measure)
            # In tags: what it reports of a web page must not pass for the person's words below.
            parts.append(f"Summary of your work so far:\n{quoted(summary, 'summary')}")
        if self.words:
            words = shown_words(self.words, measure, prompt_tokens // WORDS_SHARE)
            parts.append("What the user has said:\n" + words)
        if self.plan:
            plan = "\n".join(f"- {item}" for item in self.plan)
            parts.append("Your plan then:\n" + clip_to_tokens(plan, prompt_tokens // PLAN_SHARE, measure))
        if self.done:
            done = shown_done(self.done, measure, prompt_tokens // DONE_SHARE)
            parts.append(f"What you have done ({len(self.done)} steps, oldest first):\n{done}")
        return "\n\n".join(parts)


NOTHING_FOLDED = Recap()


def shown_done(lines: Sequence[str], measure: Measure, most: int) -> str:
    """The newest lines in full, as many as fit; before them a count by command of the older ones."""
    newest: list[str] = []
    room = most * 2 // 3
    for line in reversed(lines):
        room -= measure(line) + 2
        if room < 0:
            break
        newest.append(f"- {line}")
    older = lines[: len(lines) - len(newest)]
    shown = list(reversed(newest))
    if older:
        counts = Counter(_command_of(line) for line in older)
        tally = ", ".join(f"{command} ×{count}" for command, count in counts.most_common())
        shown.insert(0, f"- {len(older)} earlier steps: {clip_to_tokens(tally, max(20, most // 3), measure)}")
    return "\n".join(shown)


LEAST_OF_A_WORD = 30
"""Tokens. With less, hardly more than the note of what was left out would remain."""


def shown_words(words: Sequence[str], measure: Measure, most: int) -> str:
    """The person's words in `most` tokens: all in full if they fit, else long ones cut, else the newest."""
    lines = [f'- "{" ".join(word.split())}"' for word in words]
    sizes = [measure(line) for line in lines]
    # Short words first get what they need; what is left over is shared by the long ones.
    room = most
    for done, index in enumerate(sorted(range(len(lines)), key=sizes.__getitem__)):
        share = max(room // (len(lines) - done), LEAST_OF_A_WORD)
        if sizes[index] > share:
            lines[index] = clip_to_tokens(lines[index], share, measure)
            sizes[index] = measure(lines[index])
        room -= sizes[index]
    if room >= 0:
        return "\n".join(lines)
    # So many that even their beginnings don't fit: the newest count most.
    kept = 1
    room = most - LEAST_OF_A_WORD - sizes[-1]
    while kept < len(lines) and sizes[-kept - 1] <= room:
        kept += 1
        room -= sizes[-kept]
    return "\n".join([f"- ({len(lines) - kept} earlier remarks)", *lines[-kept:]])


def _command_of(line: str) -> str:
    return line.split("(", 1)[0]
