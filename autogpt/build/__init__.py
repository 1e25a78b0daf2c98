"""Settings -> everything, wired. The only place that constructs.

Nothing here decides; it only says which implementation stands behind each port.
"""

from autogpt.build.agent import Agent, Mode, agent, redactor, run_store, thinker, workspace
from autogpt.build.families import NOBODY, Person, runs_programs
from autogpt.build.programs import NO_PROGRAMS, Programs, programs

__all__ = [
    "NOBODY",
    "NO_PROGRAMS",
    "Agent",
    "Mode",
    "Person",
    "Programs",
    "agent",
    "programs",
    "redactor",
    "run_store",
    "runs_programs",
    "thinker",
    "workspace",
]
