"""`prompt_settings.yaml`: the person's own constraints, resources and evaluation lines.

Keys as in Auto-GPT: `constraints`, `resources`, `performance_evaluations`, each a
list of texts. A key that is missing keeps its default; an empty list means none.
"""

from __future__ import annotations

from pathlib import Path

from autogpt.core.guidance import DEFAULT_GUIDANCE, Guidance
from autogpt.settings.yaml_files import read_yaml


def read_guidance(path: Path) -> Guidance:
    """The file's guidance, the default where there is no file.

    Raises UsageError, naming file, line and key, when the file is not of that form.
    """
    file = read_yaml(path)
    if file is None:
        return DEFAULT_GUIDANCE
    constraints = file.texts("constraints")
    resources = file.texts("resources")
    evaluations = file.texts("performance_evaluations")
    default = DEFAULT_GUIDANCE
    return Guidance(
        default.constraints if constraints is None else constraints,
        default.resources if resources is None else resources,
        default.performance_evaluations if evaluations is None else evaluations,
    )
