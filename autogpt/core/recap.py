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

from autogpt.core.limits import Measure, counted
from autogpt.core.template_signs import broken
from autogpt.core.turns import Turn, clip_to_tokens, marked

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
            parts.append(f"Summary of your work so far:\n{marked(summary, 'summary')}")
        if self.words:
            words = shown_words(self.words, measure, prompt_tokens // WORDS_SHARE)
            parts.append("What the user has said:\n" + words)
        if self.plan:
            plan = "\n".join(f"- {item}" for item in self.plan)
            parts.append("Your plan then:\n" + clip_to_tokens(plan, prompt_tokens // PLAN_SHARE, measure))
        if self.done:
            done = shown_done(self.done, measure, prompt_tokens // DONE_SHARE)
            parts.append(f"What you have done ({counted(len(self.done), 'step')}, oldest first):\n{done}")
        return broken("\n\n".join(parts))


NOTHING_FOLDED = Recap()


LEAST_OF_A_STEP = 60
"""Tokens. Without what it did last a model starts over, so that is there in the smallest window."""


def shown_done(lines: Sequence[str], measure: Measure, most: int) -> str:
    """The newest lines in full, as many as fit, one at the least; before them a count by command of the older ones."""
    room = most * 2 // 3
    last = f"- {clip_to_tokens(lines[-1], max(LEAST_OF_A_STEP, room), measure)}"
    room -= measure(last)
    newest = [last]
    for line in reversed(lines[:-1]):
        room -= measure(line) + 2
        if room < 0:
            break
        newest.append(f"- {line}")
    older = lines[: len(lines) - len(newest)]
    if older:
        steps = "1 earlier step" if len(older) == 1 else f"{len(older)} earlier steps"
        newest.append(f"- {steps}: {_tally(older, measure, most // 3)}")
    return "\n".join(reversed(newest))


def _tally(lines: Sequence[str], measure: Measure, most: int) -> str:
    """How often each command stands in the lines, the commonest first, as many as fit."""
    counts = Counter(map(_command_of, lines)).most_common()
    told = [f"{command} ×{count}" for command, count in counts]
    kept = len(told)
    while kept > 1 and measure(", ".join(told[:kept])) > most:
        kept -= 1
    return ", ".join(told[:kept]) + (", …" if kept < len(told) else "")


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
