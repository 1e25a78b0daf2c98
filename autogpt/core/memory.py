"""What the agent remembers of turns that have left the prompt.

The running summary is the model's; the list of what was done, the person's
words and the plan are facts, kept whole here and shown as far as they fit: the
newest in full, older ones shorter, never none. (The vector store is another
thing: `autogpt.memories`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autogpt.core.limits import Measure
from autogpt.core.turns import Turn, clip, clip_to_tokens

NOTHING_YET = "This is the start of your work: nothing has been done yet."

SUMMARY_SHARE = 8
DONE_SHARE = 16
WORDS_SHARE = 10
PLAN_SHARE = 20
"""One part in so many of the prompt's tokens."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was folded out of the recent turns so far."""

    summary: str = ""
    done: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()

    def folded(self, turns: Sequence[Turn], summary: str) -> Memory:
        """This memory with the given turns taken in, and the new running summary."""
        plans = [turn.plan for turn in turns if turn.plan]
        return replace(
            self,
            summary=summary,
            done=(*self.done, *(turn.done for turn in turns if turn.done)),
            words=(*self.words, *(turn.word for turn in turns if turn.word)),
            plan=plans[-1] if plans else self.plan,
        )

    def text(self, measure: Measure, prompt_tokens: int) -> str:
        """The memory as the prompt shows it, within a bounded share of `prompt_tokens`."""
        if not (self.summary or self.done or self.words or self.plan):
            return NOTHING_YET
        parts = []
        if self.summary:
            summary = clip_to_tokens(self.summary, prompt_tokens // SUMMARY_SHARE, measure)
            parts.append(f"Summary of your work so far:\n{summary}")
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


NOTHING_REMEMBERED = Memory()


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


def shown_words(words: Sequence[str], measure: Measure, most: int) -> str:
    """Every word of the person's that fits in full; long ones are cut so that the others fit too."""
    # Short words first get what they need; what is left over is shared by the long ones.
    sizes = [measure(word) + 2 for word in words]
    room = most
    share = {}
    for left, index in zip(
        range(len(words), 0, -1), sorted(range(len(words)), key=sizes.__getitem__), strict=True
    ):
        share[index] = min(sizes[index], max(room // left, 8))
        room -= share[index]
    lines = []
    for index, word in enumerate(words):
        line = word if share[index] >= sizes[index] else clip(word, max(24, share[index] * 3))
        lines.append(f'- "{" ".join(line.split())}"')
    if sum(map(len, lines)) > most * 6:
        # So many that even their beginnings don't fit: the newest count most.
        kept = lines[-max(1, most // 16) :]
        lines = [f"- ({len(lines) - len(kept)} earlier remarks)", *kept]
    return "\n".join(lines)


def _command_of(line: str) -> str:
    return line.split("(", 1)[0]
