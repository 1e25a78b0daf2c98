"""Counts and weighs processes, where neither control groups nor an engine hold their limits.

Twenty times a second: what is over in less is not seen.
"""

from __future__ import annotations

from autogpt.sandboxes import tree
from autogpt.sandboxes.port import Limit, ProcessLimits


def overstepped(pids: list[int], limits: ProcessLimits, *, uncounted: int) -> Limit | None:
    """The limit that processes are beyond together; so many of them are the sandbox's own."""
    if len(pids) - uncounted > limits.processes:
        return Limit.PROCESSES
    if tree.memory(pids) > limits.memory and tree.fair_memory(pids) > limits.memory:
        return Limit.MEMORY
    return None
