"""Which addresses and packages in a result are the person's: they stand in a file that no agent could have changed.

However it was read: by a command for files, by `cat` or by a program, the file that is named in the
command, or at the beginning of a line of the result, is looked into. What the agent wrote itself, or a program
of it, changed after this run had begun or while an earlier one worked there; the time of that change is the
system's, and no program can set it (but on Windows, where the time of a file's content counts). What the person
changes between two runs is theirs again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from autogpt.core.actions import Action
from autogpt.core.errors import CommandError
from autogpt.core.manifests import is_manifest, packages_in
from autogpt.core.worked import Worked
from autogpt.workspace import Workspace

_MOST_FILES = 20
_MOST_BYTES = 2_000_000
_MOST_TRIED = 200
_WORDS = re.compile(r"[^\s\"'`<>|;&()=,]+")
_BEGINNING = re.compile(r"^([^\s:\"]{1,200})[:\d]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Own:
    """What stands in such files: addresses, word for word, and names and versions of packages in manifests."""

    addresses: frozenset[str] = frozenset()
    packages: tuple[str, ...] = ()


NOTHING_OWN = Own()


def own_parts(
    workspace: Workspace,
    action: Action,
    result: str,
    urls: frozenset[str],
    worked: Callable[[], Worked],
    whole: object = None,
) -> Own:
    """What of a result stands in such a file. `urls` are its addresses, `worked` tells when and where agents did.

    `whole` names the file of which the result is all or a part, where the command reads just one.
    """
    own: set[str] = set()
    packages: dict[str, None] = {}
    looked = 0
    for name in dict.fromkeys(_names(action.args.values(), result)):
        if not urls and not is_manifest(name):
            continue
        try:
            entry = workspace.look(name)
            if entry is None or entry.kind != "file":
                continue
            folders = workspace.folders_above(entry)
            if worked().covers(entry.times, folders):
                continue
            looked += 1
            if name == whole and entry.size > 0 and _is_document(workspace, name):
                # Its text is not in its bytes, and it was all that was read.
                return Own(urls, tuple(packages))
            content, times = workspace.read_with_times(name, _MOST_BYTES)
        except CommandError:
            continue
        if not worked().covers(times, folders):
            text = content.decode("utf-8", "replace")
            own |= {url for url in urls if url in text}
            packages |= dict.fromkeys(package for package in packages_in(name, text) if package in result)
        if looked >= _MOST_FILES:
            break
    return Own(frozenset(own), tuple(packages))


def _is_document(workspace: Workspace, name: str) -> bool:
    with workspace.open(name) as file:
        return file.read(4) in (b"%PDF", b"PK\x03\x04")


def _names(args: Iterable[object], result: str) -> Iterator[str]:
    """What could be names of files."""
    tried = 0
    texts = [arg for arg in args if isinstance(arg, str)]
    for found in (*texts, *(word for text in texts for word in _WORDS.findall(text[:4_000]))):
        if 0 < len(found) <= 500 and "\n" not in found and "://" not in found:
            tried += 1
            yield found
        if tried >= _MOST_TRIED:
            return
    for found in dict.fromkeys(_BEGINNING.findall(result)):
        tried += 1
        if tried >= _MOST_TRIED:
            return
        yield found
