"""Settings -> everything, wired. The only place that constructs.

Nothing here decides; it only says which implementation stands behind each port.
"""

from autogpt.build.agent import Agent, Mode, agent, redactor, run_store, thinker, workspace

__all__ = ["Agent", "Mode", "agent", "redactor", "run_store", "thinker", "workspace"]
