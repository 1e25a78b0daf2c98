"""Settings -> everything, wired. The only place that constructs.

Nothing here decides; it only says which implementation stands behind each port.
"""

from autogpt.build.agent import Agent, Mode, agent, redactor, run_store, thinker, workspace
from autogpt.build.families import needs_sandbox
from autogpt.build.means import NOBODY, Person
from autogpt.build.memories import memory, memory_notice
from autogpt.build.programs import NO_PROGRAMS, Programs, programs

__all__ = [
    "NOBODY",
    "NO_PROGRAMS",
    "Agent",
    "Mode",
    "Person",
    "Programs",
    "agent",
    "memory",
    "memory_notice",
    "needs_sandbox",
    "programs",
    "redactor",
    "run_store",
    "thinker",
    "workspace",
]
