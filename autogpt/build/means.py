"""What families of commands are made from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from autogpt.build.programs import Programs
from autogpt.core.limits import Measure, Window
from autogpt.core.ports import Model
from autogpt.http import Door
from autogpt.sandboxes.port import OnOutput
from autogpt.settings import Settings
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Means:
    """What is there in a run.

    `smart` and `fast` answer what commands ask; they are paid from the run's ledger. `result_tokens`
    is what a result may take of the prompt. `programs` says where programs run; `on_output` is
    given what they write, for the person, and `progress` shows a line that replaces itself. What must
    be closed when the run ends is entered into `closing`.
    """

    settings: Settings
    place: Workspace
    smart: Model
    fast: Model
    window: Window
    fast_window: Window
    measure: Measure
    result_tokens: int
    door: Door
    programs: Programs
    on_output: OnOutput
    progress: Callable[[str], None]
    attended: bool
    closing: ExitStack
