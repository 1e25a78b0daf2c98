"""An outcome in words for the model: how it ended, and which limit stood in the way."""

from __future__ import annotations

from autogpt.core.limits import counted
from autogpt.sandboxes.port import (
    MEBIBYTE,
    Exited,
    Killed,
    Limit,
    Outcome,
    Output,
    ProcessLimits,
    Stopped,
)

SHOWN = 16_000
"""Characters of output that are shown if nobody says otherwise."""


def explain(outcome: Outcome, limits: ProcessLimits, seconds: float | None = None) -> str:
    """How a command ended, in a sentence or two; empty for an ordinary success.

    `seconds` is the limit on wall time if it was not the sandbox's own.
    """
    allowed = limits.seconds if seconds is None else seconds
    match outcome.end:
        case Exited(0):
            return ""
        case Exited(code):
            hints = [_hint(limit, limits, allowed) for limit in Limit if limit in outcome.met]
            return " ".join([_exit(code), *hints])
        case Killed(limit):
            return f"It was ended: {_reached(limit, limits, allowed)}. {_ADVICE[limit]}"
        case Stopped():
            return "It was stopped."


def text_of(output: Output, most: int = SHOWN, whole: str | None = None) -> str:
    """The output as text of at most about so many characters: head and tail, and how much lies between.

    `whole` is the name of the file, as the model knows it, that holds all of it.
    """
    head, tail = _decoded(output.head, output.tail, output.left_out)
    if not output.left_out and len(head) + len(tail) <= most:
        return head + tail
    joined = head if output.left_out else head + tail
    ending = tail if output.left_out else head + tail
    first, last = joined[: most // 2], ending[-(most - most // 2) :]
    missing = output.total - len(first.encode()) - len(last.encode())
    where = f"; the whole is in {whole}" if whole else ""
    return f"{first}\n[… {max(missing, 0):,} bytes left out here{where} …]\n{last}"


def _decoded(head: bytes, tail: bytes, left_out: int) -> tuple[str, str]:
    """As UTF-8, what isn't replaced; a character that the cut went through is dropped."""
    if not left_out:
        return (head + tail).decode(errors="replace"), ""
    for _ in range(3):
        if tail[:1] and tail[0] & 0xC0 == 0x80:
            tail = tail[1:]
    for back in range(1, 4):
        if len(head) >= back and head[-back] >= 0xC0:
            length = 2 + (head[-back] >= 0xE0) + (head[-back] >= 0xF0)
            head = head[:-back] if length > back else head
            break
    return head.decode(errors="replace"), tail.decode(errors="replace")


def _exit(code: int) -> str:
    match code:
        case 127:
            return "Exit code 127: there is no such program, or it could not be started."
        case 126:
            return "Exit code 126: that can't be run as a program."
        case _ if code > 128 and (name := _SIGNALS.get(code - 128)):
            return f"Exit code {code}: it was ended by {name}."
        case _:
            return f"Exit code {code}."


_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL, an instruction that the processor doesn't have",
    6: "SIGABRT, its own doing",
    7: "SIGBUS, an error in its use of memory",
    8: "SIGFPE, an error in arithmetic",
    9: "SIGKILL",
    11: "SIGSEGV, an error in its use of memory",
    13: "SIGPIPE, writing where nobody reads",
    15: "SIGTERM",
    31: "SIGSYS, a system call that the sandbox doesn't allow",
}


def _reached(limit: Limit, limits: ProcessLimits, seconds: float) -> str:
    match limit:
        case Limit.TIME:
            return f"it ran longer than the {counted(seconds, 'second')} that a command has"
        case Limit.CPU:
            return f"it used more than the {counted(limits.cpu_seconds, 'second')} of processor time that a process has"
        case Limit.MEMORY:
            return f"it used more than the {_size(limits.memory)} of memory that a command has"
        case Limit.PROCESSES:
            return f"it started more than the {limits.processes} processes that a command may have"
        case Limit.FILE_SIZE:
            return f"it wrote a file larger than the {_size(limits.file_size)} that are allowed"
        case Limit.OUTPUT:
            return f"it wrote more than the {_size(limits.output)} of output that a command may"
        case Limit.DISK:
            return f"it filled the disk, of which {_size(limits.free_disk)} must stay free"


_ADVICE = {
    Limit.TIME: "Look for an endless loop or for a wait for input; make it do less at a time, or start it to go on "
    "in the background.",
    Limit.CPU: "Look for an endless loop, or make it do less at a time.",
    Limit.MEMORY: "Make it work on a part of the data at a time.",
    Limit.PROCESSES: "Make it start fewer at a time, and wait for those that it started.",
    Limit.FILE_SIZE: "Write less, or several smaller files.",
    Limit.OUTPUT: "Make it write less, or to a file.",
    Limit.DISK: "Delete the files that it wrote and nobody needs, and make it write less.",
}


def _hint(limit: Limit, limits: ProcessLimits, seconds: float) -> str:
    match limit:
        case Limit.MEMORY:
            return f"It met the limit on memory: a command has {_size(limits.memory)}. {_ADVICE[limit]}"
        case Limit.PROCESSES:
            return f"It met the limit on processes: a command may have {limits.processes}. {_ADVICE[limit]}"
        case Limit.FILE_SIZE:
            return f"It met the limit on the size of a file, {_size(limits.file_size)}. {_ADVICE[limit]}"
        case Limit.DISK:
            return f"It found no space left on the disk. {_ADVICE[limit]}"
        case Limit.TIME | Limit.CPU | Limit.OUTPUT:
            reached = _reached(limit, limits, seconds)
            return f"{reached[0].upper()}{reached[1:]}. {_ADVICE[limit]}"


def _size(number: int) -> str:
    return f"{number / MEBIBYTE:g} MB"
