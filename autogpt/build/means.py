"""What families of commands are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from autogpt.build.programs import Programs
from autogpt.commands.asking import Ask
from autogpt.commands.command import Readable, everything_is_readable
from autogpt.commands.outgoing import Outgoing
from autogpt.commands.remembering import Remembering
from autogpt.commands.seen import Seen
from autogpt.core.limits import Measure, Window
from autogpt.core.ports import Model
from autogpt.http import Door
from autogpt.models.media import OpenAIMedia
from autogpt.sandboxes.port import OnOutput
from autogpt.settings import Settings
from autogpt.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Person:
    """What the person can do for a command. `ask` is None where nobody is there to answer.

    `picture` shows one, `say` and `warn` a line.
    """

    ask: Ask | None = None
    picture: Callable[[bytes], None] = lambda data: None
    say: Callable[[str], None] = lambda line: None
    warn: Callable[[str], None] = lambda line: None


NOBODY = Person()


@dataclass(frozen=True, slots=True)
class Means:
    """What is there in a run.

    `smart` and `fast` answer what commands ask; they are paid from the run's ledger. `result_tokens`
    is what a result may take of the prompt. `programs` says where programs run; `on_output` is
    given what they write, for the person, and `progress` shows a line that replaces itself. `seeing` is
    a model that takes pictures, `media` makes pictures and reads recordings with OpenAI; None where
    there is none. `seen` knows what the model has read of files. `outgoing` judges where servers lead.
    `remembering` keeps texts and finds them again; None where nothing is kept.
    `readable` says of a command and a file whether the person's rules let it look into the file.
    What must be closed when the run ends is entered into `closing`.
    """

    settings: Settings
    place: Workspace
    seen: Seen
    smart: Model
    fast: Model
    window: Window
    fast_window: Window
    measure: Measure
    result_tokens: int
    door: Door
    outgoing: Outgoing
    programs: Programs
    on_output: OnOutput
    progress: Callable[[str], None]
    holds_secret: Callable[[str], bool]
    seeing: Model | None
    media: OpenAIMedia | None
    remembering: Remembering | None
    person: Person
    environ: Mapping[str, str]
    attended: bool
    closing: ExitStack
    readable: Readable = everything_is_readable
