"""Kills the program at every place where that could hurt, and resumes it: `python -m tests.endurance.kill_points`.

A program of its own, since it forks. The run is short and always the same, so each place
can be named: before and after each event is written, inside the write, before it is
flushed, and before, inside and after each write to the workspace. SIGKILL comes from the
process itself, at exactly that place. Prints one JSON object: how many places there were,
and what was found wrong.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autogpt import workspace
from autogpt.build.reach import Reach
from autogpt.core.messages import Completion, Message, Usage
from autogpt.journal import file as journal_file
from autogpt.workspace import writing
from tests.endurance import forked
from tests.endurance.diligent import PROFILE, answer, expected
from tests.endurance.record import Losses, Watch

STEPS = 7

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "LANG": "C.UTF-8",
    "OPENAI_API_KEY": "not-used",
    "OPENAI_API_BASE_URL": "http://127.0.0.1:9/v1",
    "SMART_LLM_MODEL": "diligent",
    "SMART_TOKEN_LIMIT": "3000",
}
OPTIONS = ("--continuous", "--output", "json")


def _environment(folder: Path) -> dict[str, str]:
    # Beside it: the program keeps a list there of the runs that it began.
    return {**ENVIRONMENT, "HOME": f"{folder}-home"}


class Diligent:
    """The model, without a server."""

    def complete(
        self, messages: Sequence[Message], *, reply_tokens: int, as_reply: bool = False
    ) -> Completion:
        prompt = [{"role": message.role, "content": message.text} for message in messages]
        return Completion(answer(prompt, STEPS), usage=Usage(sum(len(m.text) for m in messages) // 4, 0, 60))


@dataclass(frozen=True)
class Place:
    """Where to kill: at the `number`th event (or write to the workspace) of the process."""

    where: str
    number: int
    offset: int = 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wired(place: Place | None, count: Path | None = None) -> Callable[[], None]:
    """What to do in the child before it starts: the model, and the kill."""

    def prepare() -> None:
        setattr(Reach, "smart", lambda *_: Diligent())  # noqa: B010
        setattr(Reach, "fast", lambda *_: Diligent())  # noqa: B010
        if count is not None:
            _count(count)
        elif place is not None:
            _lay(place)

    return prepare


def _lay(place: Place) -> None:
    """Replace the function at that place by one that dies."""
    calls = 0
    append, write, flush = journal_file.Journal.append, journal_file._write_all, journal_file._flush

    def is_here() -> bool:
        return calls == place.number

    def appending(self: Any, event: Any) -> None:
        nonlocal calls
        calls += 1
        if place.where == "before" and is_here():
            die()
        append(self, event)
        if place.where == "after" and is_here():
            die()

    def torn(fd: int, data: bytes) -> None:
        if place.where == "torn" and is_here() and calls:
            os.write(fd, data[: place.offset if place.offset >= 0 else len(data) + place.offset])
            die()
        write(fd, data)

    def flushing(fd: int) -> None:
        if place.where == "unflushed" and is_here() and calls:
            die()
        flush(fd)

    setattr(journal_file.Journal, "append", appending)  # noqa: B010
    setattr(journal_file, "_write_all", torn)  # noqa: B010
    setattr(journal_file, "_flush", flushing)  # noqa: B010
    if place.where.startswith("workspace"):
        _lay_in_workspace(place)


def _lay_in_workspace(place: Place) -> None:
    writes = 0

    def dying(original: Callable[..., None]) -> Callable[..., None]:
        def write(*args: Any) -> None:
            nonlocal writes
            writes += 1
            if place.where == "workspace before" and writes == place.number:
                die()
            original(*args)
            if place.where == "workspace after" and writes == place.number:
                die()

        return write

    def torn(folder: Any, name: str, content: bytes, before: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == place.number:
            setattr(writing, "_write_all", half)  # noqa: B010
        replace(folder, name, content, before)

    def half(descriptor: int, content: bytes) -> None:
        os.write(descriptor, content[: len(content) // 2])
        die()

    replace: Callable[..., None] = getattr(workspace, "replace")  # noqa: B009
    # A file is replaced by a whole new one; what is appended is a single small write, never torn by a kill.
    setattr(workspace, "replace", torn if place.where == "workspace torn" else dying(replace))  # noqa: B010
    setattr(workspace, "append", dying(getattr(workspace, "append")))  # noqa: B009, B010


def _count(path: Path) -> None:
    """Write down how often a child came past the places."""
    append = journal_file.Journal.append
    counted = {"events": 0, "writes": 0}

    def appending(self: Any, event: Any) -> None:
        counted["events"] += 1
        path.write_text(json.dumps(counted))
        append(self, event)

    def counting(original: Callable[..., None]) -> Callable[..., None]:
        def write(*args: Any) -> None:
            counted["writes"] += 1
            original(*args)

        return write

    setattr(journal_file.Journal, "append", appending)  # noqa: B010
    for name in ("replace", "append"):
        setattr(workspace, name, counting(getattr(workspace, name)))


def places(events: int, writes: int, every: int) -> Iterator[Place]:
    """All places of a run with so many events; or every so many-th of them."""
    found = [
        *(
            Place(where, number)
            for where in ("before", "after", "unflushed")
            for number in range(1, events + 1)
        ),
        *(Place("torn", number, offset) for number in range(1, events + 1) for offset in (1, 40, -1)),
        *(
            Place(f"workspace {where}", number)
            for where in ("before", "torn", "after")
            for number in range(1, writes + 1)
        ),
    ]
    yield from found[::every]


def killed_there(folder: Path, place: Place, again: Place | None, losses: Losses) -> int:
    """Kill one run at a place, resume it (killing it once more at `again`), and look; the number of kills."""
    (folder / "ai_settings.yaml").write_text(PROFILE)
    watch = Watch(folder, losses)
    kills = 0
    for next_place in (place, again, None):
        options = ["resume", *OPTIONS] if watch.begun else ["--skip-reprompt", *OPTIONS]
        child = forked.start(options, folder, _environment(folder), wired(next_place))
        code = child.wait()
        watch.after_a_death(child.lines())
        kills += code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL):
            said = (folder / "stderr.txt").read_text()[-500:]
            losses.steps_lost.append(f"{place}: it ended with {code}: {said}")
        if code == 0:
            break
    watch.at_the_end(STEPS)
    return kills


def main() -> None:
    """Kill everywhere; the first argument, if given, takes only every so many-th place."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    forked.warm_up()
    found = Losses()
    counts: Mapping[str, int]
    with TemporaryDirectory(prefix="autogpt-kills-") as name:
        root = Path(name)
        whole = root / "whole"
        whole.mkdir()
        (whole / "ai_settings.yaml").write_text(PROFILE)
        child = forked.start(
            ["--skip-reprompt", *OPTIONS], whole, _environment(whole), wired(None, root / "counts.json")
        )
        code = child.wait()
        assert code == 0, (whole / "stderr.txt").read_text()
        counts = json.loads((root / "counts.json").read_text())
        files = {path.name: path.read_text() for path in (whole / "auto_gpt_workspace").iterdir()}
        assert files == expected(STEPS), files
        tried = kills = 0
        for place in places(counts["events"], counts["writes"], every):
            # Now and then the resumed process is killed too: as soon as it writes, or a bit later.
            again = Place("before", 1 + tried % 4) if tried % 3 == 0 else None
            folder = root / str(tried)
            folder.mkdir()
            losses = Losses()
            kills += killed_there(folder, place, again, losses)
            for each in dataclasses.fields(Losses):
                getattr(found, each.name).extend(f"{place}: {what}" for what in getattr(losses, each.name))
            tried += 1
    result = {"places": tried, "kills": kills, **counts, **dataclasses.asdict(found)}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
