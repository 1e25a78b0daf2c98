"""Who the agent is: asking for it, having a model work it out, reading and writing `ai_settings.yaml`.

Nothing here touches the terminal: what a person sees and types goes through `Questions`.
"""

from autogpt.profile.asking import Asked, Questions, choose_profile
from autogpt.profile.decomposing import decompose, profile_of_task, read_decomposition
from autogpt.profile.saved import NO_OVERRIDES, Overrides, read_profile, write_profile

__all__ = [
    "NO_OVERRIDES",
    "Asked",
    "Overrides",
    "Questions",
    "choose_profile",
    "decompose",
    "profile_of_task",
    "read_decomposition",
    "read_profile",
    "write_profile",
]
