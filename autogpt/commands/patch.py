"""A command that changes parts of a file: search-and-replace, all edits or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from autogpt.commands.command import FileContent, Filename, Shape, command, previews
from autogpt.commands.edits import SCHEMA, edits_of
from autogpt.commands.matching import Ambiguous, Applied, Empty, Failure, Missing, Patched, patched
from autogpt.commands.previewing import edited
from autogpt.commands.seen import Seen
from autogpt.commands.syntax import fault_of
from autogpt.commands.text_files import PARTED, Writing, check_kind
from autogpt.commands.wording import named
from autogpt.core.actions import Preview, Touch
from autogpt.core.errors import CommandError
from autogpt.core.limits import counted
from autogpt.workspace import Workspace
from autogpt.workspace.writing import encoded

Edits = Annotated[list[Any] | dict[str, Any] | str, Shape(SCHEMA), FileContent()]

_BIGGEST = 5_000_000
"""Bytes of a file up to which it is patched."""

_MOST_TOLD = 5
"""Edits that failed, or were made, which are told one by one."""

_LONGEST_LINE = 200


class PatchCommands:
    """Changes in the files of the workspace. Encoding, byte order mark and line ends stay as they are."""

    def __init__(self, workspace: Workspace, seen: Seen | None = None) -> None:
        self._workspace = workspace
        self._seen = seen or Seen()

    @command(
        aliases=(
            "edit_file",
            "patch",
            "apply_patch",
            "apply_diff",
            "modify_file",
            "replace_in_file",
            "search_and_replace",
            "str_replace",
            "update_file",
        ),
        touches=(Touch.FILES,),
        reads=("filename",),  # what isn't found is shown with what is there
    )
    def patch_file(self, filename: Filename, edits: Edits) -> str:
        """Change parts of a file: edits is a list of {"search": "lines exactly as they are now, enough to be found once", "replace": "the new lines"}; all are made or none ("all": true in an edit replaces every place)."""
        written, result = self._patched(filename, edits)
        before, after = (written.bytes_of(text, filename) for text in (written.text, result.text))
        self._seen.check_shown(filename, repr(edits), before, before)
        put = self._workspace.write_bytes(filename, after)
        self._seen.changed(put.name, before, after)
        if not put.changed:
            return f"The edits leave {named(put.name)} as it is: search and replace are the same."
        notes = _broken(put.name, written.text, result.text)
        if self._seen.knows(put.name, after) == "otherwise":
            notes.append("Other parts of it have changed since you last read it.")
        if put.parted:
            notes.append(PARTED)
        return "\n".join([_report(put.name, result), *notes])

    @previews(patch_file)
    def _would_patch(self, filename: str, edits: Any) -> Preview:
        written, result = self._patched(filename, edits)
        written.bytes_of(result.text, filename)
        self._workspace.check_writable(filename)
        self._seen.note_shown(filename, repr(edits), written.bytes_of(written.text, filename))
        return edited(filename, written.text, result.text)

    def _patched(self, filename: str, edits: Any) -> tuple[_Written, Patched]:
        """The file as it is, and with the edits made. Raises CommandError where one can't be made."""
        wanted = edits_of(edits)
        written = _Written.read(self._workspace.read_bytes(filename, _BIGGEST), filename)
        result = patched(written.text, wanted)
        if result.failures:
            raise CommandError(_refusal(filename, result))
        return written, result


@dataclass(frozen=True, slots=True)
class _Written:
    """A file's text, and how it is written."""

    text: str
    writing: Writing

    @classmethod
    def read(cls, content: bytes, filename: str) -> _Written:
        """Raises CommandError for what can't be read and written again without loss."""
        check_kind(content, filename)
        writing = Writing.of(content) or Writing()
        body = content[len(writing.mark) :]
        try:
            text = body.decode(writing.encoding)
            if text.encode(writing.encoding) == body:
                return cls(text, writing)
        except UnicodeError:
            pass
        raise CommandError(
            f"{named(filename)} seems to be written in {writing.encoding}, but can't be read in it without loss. "
            "Read it with read_file and write it anew with write_to_file (it will be UTF-8)."
        )

    def bytes_of(self, text: str, filename: str) -> bytes:
        """A new text as the file's bytes. Raises CommandError for letters that the encoding hasn't."""
        try:
            return self.writing.mark + encoded(text, self.writing.encoding)
        except UnicodeEncodeError as error:
            raise CommandError(
                f"{named(filename)} is written in {self.writing.encoding}, which has no {error.object[error.start]!r}; "
                "nothing was changed. Use other letters, or write the whole file anew with write_to_file "
                "(it will be UTF-8)."
            ) from error


# -- what to say ---------------------------------------------------------------------------------


def _report(name: str, result: Patched) -> str:
    made = [outcome for outcome in result.outcomes if isinstance(outcome, Applied)]
    head = "Changed" if len(made) == 1 else f"Made {len(made)} edits in"
    if len(made) == 1:
        return f"{head} {named(name)}: {_change(made[0])}."
    told = [f"{number}. {_change(one)}" for number, one in enumerate(made[: 4 * _MOST_TOLD], 1)]
    if len(made) > len(told):
        told.append(f"… and {len(made) - len(told)} more")
    return "\n".join([f"{head} {named(name)}; lines are numbered as they are now:", *told])


def _change(made: Applied) -> str:
    if made.places > 1:
        what = f"replaced in {made.places:,} places, the first in line {made.new_line}"
    elif not made.old_lines:
        what = f"{_span(made.new_line, made.new_lines)} {_is(made.new_lines)} new"
    elif not made.new_lines:
        what = f"{counted(made.old_lines, 'line')} removed at line {made.new_line}"
    elif made.old_lines == made.new_lines:
        what = f"{_span(made.new_line, made.new_lines)} {_is(made.new_lines)} changed"
    else:
        what = f"{counted(made.old_lines, 'line')} became {_span(made.new_line, made.new_lines)}"
    match made.manner:
        case "exact":
            return what
        case "trailing blanks":
            return f"{what} (search differed in blanks at line ends or blank lines around it)"
        case "indentation":
            return f"{what} (search was indented otherwise; the new lines were indented as the file is)"


def _span(first: int, count: int) -> str:
    return f"line {first}" if count < 2 else f"lines {first} to {first + count - 1}"


def _is(count: int) -> str:
    return "is" if count < 2 else "are"


def _refusal(filename: str, result: Patched) -> str:
    failures = result.failures
    some = len(result.outcomes) > 1
    head = f"Nothing was changed in {named(filename)}."
    if some:
        head = (
            f"{len(failures)} of {len(result.outcomes)} edits can't be made, so nothing was changed in "
            f"{named(filename)}; correct them and send all of them again."
        )
    told = [
        (f"Edit {number}: " if some else "") + _failure(failure) for number, failure in failures[:_MOST_TOLD]
    ]
    numbered = any(isinstance(outcome, Applied) for outcome in result.outcomes[: failures[-1][0]])
    if numbered:
        told.append("(Lines are numbered as if the edits before had been made.)")
    return "\n".join([head, *told])


def _failure(failure: Failure) -> str:
    match failure:
        case Empty():
            return (
                "search has no text in it, so there is no place for the new text. Give lines of the file as search, "
                "and the same lines together with the new ones as replace."
            )
        case Ambiguous(lines=lines):
            at = ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")
            return (
                f"The search text fits in several places, in lines {at}. Add lines before or after to search "
                'and replace until it fits in one only, or put "all": true in the edit to change each.'
            )
        case Missing():
            return "\n".join(_missing(failure))


def _missing(failure: Missing) -> list[str]:
    said = ["The search text is not in the file."]
    if failure.done_at is not None:
        said[0] += (
            f" The text of replace is there already, in line {failure.done_at}: perhaps the edit was made before."
        )
    if not failure.nearest:
        said[0] += " Nothing in it is similar; read the file, and copy the lines from it."
        return said
    said[0] += f" Nearest {_is(len(failure.nearest))} {_span(failure.first, len(failure.nearest))}:"
    width = len(str(failure.first + len(failure.nearest) - 1))
    said += [
        f"{number:>{width}}| {_short(line)}" for number, line in enumerate(failure.nearest, failure.first)
    ]
    if failure.sent is not None and failure.there is not None:
        said.append(
            f"The first difference: search has {_short(failure.sent)!r}, the file {_short(failure.there)!r}."
        )
    said.append("Copy the lines into search exactly as they are in the file (without the numbers).")
    return said


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…"


def _broken(name: str, before: str, after: str) -> list[str]:
    """A warning if a Python file that could be parsed no longer can."""
    if not name.endswith(".py"):
        return []
    fault = fault_of(after)
    if fault is None or fault_of(before) is not None:
        return []
    return [f"But {named(name)} is no longer valid Python; {fault}"]
