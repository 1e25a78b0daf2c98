"""All commands of a run under their names: finds, checks, calls, bounds.

Whatever goes wrong in a command becomes a `Ran` that the model can read; only
what the loop itself answers (limits, a failing provider, Ctrl-C) passes. The
registry asks nobody whether a command may be run: that is the policy's work,
which should judge `canonical(action)`, not what the model happened to write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from hashlib import blake2b

from autogpt.commands.arguments import snake, taken
from autogpt.commands.bounding import clean, cut, folded, size
from autogpt.commands.command import Command, Outcome, commands_of, mark_of
from autogpt.commands.outgoing import Outgoing
from autogpt.commands.own_files import NOTHING_OWN, Own, own_parts
from autogpt.commands.seen import Seen
from autogpt.commands.wording import named
from autogpt.core.actions import Action, CommandSpec, Preview, Touch
from autogpt.core.addresses import urls_in
from autogpt.core.errors import CommandError, ContextOverflow, Hint, OverLimit, UserError
from autogpt.core.events import Ran
from autogpt.core.limits import counted
from autogpt.core.loop import usage_of
from autogpt.core.ports import Clock
from autogpt.core.redact import MARK
from autogpt.core.worked import Worked
from autogpt.documents import encoding_of
from autogpt.workspace import Workspace

RESULTS = "results"
"""The folder of the agent's scratch in which whole results are kept that were too long for the model."""

_NARROWEST, _WIDEST = 20, 1_000
"""Characters of a line of a result that has to be cut; longer lines are broken up."""

_LONGEST_NAME = 300

_MOST_WATCHED = 50
"""Entries of a workspace up to which it is seen whether something came from elsewhere; more might be the person's."""

_PASSING = (UserError, OverLimit, ContextOverflow)
_CHANGE_FILES = frozenset({Touch.PROCESSES, Touch.HOST})
"""What can change files without going through the workspace's door."""


_LONGEST_MASKED = 2_000_000
"""Bytes of a file up to which it is seen whether it holds a secret that is masked."""


class Registry:
    """The commands of a run, as `autogpt.core.ports.Commands` has them.

    `seen` is what the file commands among them know of files; what is new there goes into events.
    `result_tokens` bounds what the model is shown of one result, reckoned by bytes. `redactor`
    takes secrets out of results; `on_bug` hears of exceptions that no command should raise. `outgoing`
    knows where servers led; `worked` tells when agents worked, this one too, so that a file of the
    person's is told from what they could have changed. `fresh`: there is none, and nothing else of theirs
    can be read.
    """

    def __init__(
        self,
        families: Iterable[object],
        *,
        workspace: Workspace,
        clock: Clock,
        seen: Seen | None = None,
        result_tokens: int = 4_000,
        redactor: Callable[[str], str] | None = None,
        on_bug: Callable[[BaseException], None] | None = None,
        outgoing: Outgoing | None = None,
        worked: Callable[[], Worked] = lambda: Worked.since(0),
        fresh: bool = False,
    ) -> None:
        """Raise ValueError when two commands have the same name, or one's alias is another's."""
        self._workspace = workspace
        self._clock = clock
        self._seen = seen or Seen()
        self._result_tokens = result_tokens
        self._redactor = redactor or (lambda text: text)
        self._on_bug = on_bug or (lambda error: None)
        self._outgoing = outgoing or Outgoing()
        self._worked = worked
        self._fresh = fresh
        self._left_as = self._outline() if fresh else None
        self._judged: Action | None = None
        self._commands: dict[str, Command] = {}
        self._owners: dict[str, str] = {}
        for family in families:
            for command in commands_of(family):
                self._add(command, type(family).__name__)
        self._spellings = self._all_spellings()
        self._by_link: tuple[Action, str] | None = None

    @property
    def specs(self) -> tuple[CommandSpec, ...]:
        """What there is, in the order in which it was given."""
        return tuple(command.spec for command in self._commands.values())

    def resolve(self, name: str) -> str:
        """The command's own name for any way to write it; an unknown name comes back as it is."""
        if name in self._commands:
            return name
        last = name.strip(" \t\r\n'\"`").removesuffix("()").replace("::", ".").rpartition(".")[2]
        return self._spellings.get(_plain(name)) or self._spellings.get(_plain(last)) or name

    def canonical(self, action: Action) -> Action:
        """The action under its one true spelling: names, argument names, types, files' names.

        This is what policies and guards must look at. An action that can't be run comes back with
        what could be made of it; running it says what is wrong.
        """
        command = self._commands.get(self.resolve(action.command))
        if command is None:
            return action
        try:
            args = taken(command, action.args)
        except (CommandError, RecursionError):
            return Action(command.spec.name, action.args)
        links = []
        for name, value in args.items():
            if not isinstance(value, str) or not self._names_file(command, name, value):
                continue
            with suppress(CommandError):
                itself = self._workspace.canonical(value, follow_last=False)
                mark = mark_of(command.types.get(name))
                follows = mark is None or mark.follows
                args[name] = self._workspace.canonical(value) if follows else itself
                if args[name] != itself and not command.spec.reads_only:
                    links.append(f"[{named(itself)} is a link to {named(args[name])}.]")
        plain = Action(command.spec.name, _as_json(args))
        self._by_link = (plain, "\n".join(links)) if links else None
        self._judged = plain
        return plain

    def preview(self, action: Action) -> Preview | None:
        """What the action would do to a file as it is now, or why it can only fail; never raises, but for Ctrl-C.

        It stands for the arguments that the command declares a file's content, and for no others.
        """
        command = self._commands.get(self.resolve(action.command))
        if command is None:
            return None
        try:
            args = taken(command, action.args)
            self._check_masks(command, args)
            if command.foresees is not None:
                command.foresees(**args)
            preview = command.preview(**args) if command.preview is not None else None
        except CommandError as error:
            said, _ = self._bounded(command.spec.name, Outcome(error.told(self._commands)))
            return Preview("", "", fails=said)
        except Exception as error:
            self._on_bug(error)
            return None
        if preview is None:
            return None
        content = frozenset(parameter.name for parameter in command.spec.parameters if parameter.content)
        return replace(preview, shows=content)

    def run(self, action: Action) -> Ran:
        """Run one action. Raises what the loop answers: UserError, OverLimit, ContextOverflow, Ctrl-C."""
        # What came between two commands may be the person's.
        self._fresh = self._fresh and self._left_as is not None and self._outline() == self._left_as
        before = self._state(action)
        try:
            self._check_still(action)
            outcome, ok = self._with_links(action, self._called(action)), True
        except CommandError as error:
            outcome, ok = Outcome(error.told(self._commands), usage_of(error)), False
        except _PASSING:
            raise
        except (Exception, SystemExit) as error:
            self._on_bug(error)
            outcome, ok = Outcome(_sorry(action.command, error)), False
        changed = self._state(action) != before
        result, full_result = self._bounded(self.resolve(action.command), outcome)
        own, made = self._origins(action, outcome, result)
        led, inside = self._outgoing.taken()
        fresh, self._left_as = self._fresh, self._outline() if self._fresh else None
        return Ran(
            action,
            ok,
            result,
            changed=changed,
            usage=outcome.usage,
            full_result=full_result,
            seen=self._seen.news(),
            own=tuple(sorted(own.addresses)),
            made=made,
            led=led,
            inside=inside,
            packages=own.packages,
            fresh=fresh,
            at=self._clock.time(),
        )

    # -- finding ---------------------------------------------------------------------------------

    def _add(self, command: Command, family: str) -> None:
        name = command.spec.name
        for one in (name, *command.spec.aliases):
            if one in self._owners:
                raise ValueError(f"{family} and {self._owners[one]} both have a command called {one!r}")
            self._owners[one] = family
        self._commands[name] = command

    def _all_spellings(self) -> Mapping[str, str]:
        """Names and aliases without case and separators; names win over aliases, the first over later ones."""
        spellings: dict[str, str] = {}
        for name in self._commands:
            spellings.setdefault(_plain(name), name)
        for name, command in self._commands.items():
            for alias in command.spec.aliases:
                spellings.setdefault(_plain(alias), name)
        return spellings

    def _called(self, action: Action) -> Outcome:
        command = self._commands.get(self.resolve(action.command))
        if command is None:
            raise CommandError(self._unknown(action.command))
        args = taken(command, action.args)
        self._check_masks(command, args)
        outcome = command.call(**args)
        if isinstance(outcome, Outcome):
            return outcome
        # Functions of plugins return whatever they like.
        return Outcome("Done." if outcome is None else str(outcome))

    def _outline(self) -> frozenset[tuple[str, int, int]] | None:
        return self._workspace.outline(_MOST_WATCHED)

    def _check_still(self, action: Action) -> None:
        """Raise CommandError where a link came in the way since the action was judged: another file would be meant."""
        if action != self._judged:
            return
        kept = self._by_link
        again = self.canonical(action)
        self._by_link, self._judged = kept, None
        if again != action:
            raise CommandError(
                "A file that the command names was replaced by a link while it was judged, so nothing was done. See what "
                "is there now, and give the command again if it is still right."
            )

    def _check_masks(self, command: Command, args: Mapping[str, object]) -> None:
        """Raise CommandError where the mask of a secret would be written in the secret's place, or looked for there."""
        content = "\n".join(
            text
            for parameter in command.spec.parameters
            if parameter.content
            for text in _texts(args.get(parameter.name))
        )
        if MARK not in content:
            return
        names = [
            value
            for name, value in args.items()
            if mark_of(command.types.get(name)) and isinstance(value, str)
        ]
        for name in names:
            try:
                held = self._workspace.read_bytes(name, _LONGEST_MASKED)
            except CommandError:
                continue
            there = held.decode(encoding_of(held) or "utf-8", "replace")
            if _masked(self._redactor(there), there) & _masked(content, there):
                raise CommandError(
                    f"{MARK} stands for a secret that {named(name)} holds and that isn't shown to you; in the file it "
                    "would take the secret's place, so nothing was changed. Leave such lines as they are.",
                    Hint(
                        "patch_file", "Change the others by patch_file, with search texts that don't hold it."
                    ),
                )

    def _with_links(self, action: Action, outcome: Outcome) -> Outcome:
        """What came of a change says so when it was asked for under a link's name."""
        if self._by_link is None or self._by_link[0] != action:
            return outcome
        return replace(outcome, text=f"{outcome.text}\n{self._by_link[1]}")

    def _names_file(self, command: Command, parameter: str, value: str) -> bool:
        if mark_of(command.types.get(parameter)) is not None:
            return True
        # Code, or the name of the file that it is in.
        if parameter not in command.spec.reads or len(value) > _LONGEST_NAME or "\n" in value.strip():
            return False
        try:
            return self._workspace.look(value.strip()) is not None
        except CommandError:
            return False

    def _unknown(self, name: str) -> str:
        shown = name if len(name) <= 100 else name[:100] + "…"
        near = get_close_matches(_plain(name)[:100], self._spellings, 3, 0.7)
        names = list(dict.fromkeys(self._spellings[match] for match in near))
        if names:
            return f"There is no command {shown!r}. Did you mean {' or '.join(names)}?"
        return f"There is no command {shown!r}. The commands are: {', '.join(self._commands)}."

    def _origins(self, action: Action, outcome: Outcome, result: str) -> tuple[Own, tuple[str, ...]]:
        """Of a result what stands in the person's own files, and the addresses that the web didn't give."""
        command, urls = self._commands.get(self.resolve(action.command)), urls_in(result)
        if command is None:
            return NOTHING_OWN, ()
        if command.spec.touches & {Touch.NETWORK, Touch.FETCHING}:
            return NOTHING_OWN, tuple(sorted(urls - outcome.given))
        if command.spec.touches & {Touch.FILES, Touch.PROCESSES}:
            spec = command.spec
            alone = spec.reads_only and spec.touches == {Touch.FILES} and len(spec.reads) == 1
            whole = action.args.get(spec.reads[0]) if alone and not spec.walks else None
            return own_parts(self._workspace, action, result, urls, self._worked, whole), ()
        return NOTHING_OWN, ()

    def _state(self, action: Action) -> tuple[int, str]:
        """What tells whether the workspace changed: its own count, and a look at it where processes run."""
        command = self._commands.get(self.resolve(action.command))
        looks = command is not None and not command.spec.reads_only and command.spec.touches & _CHANGE_FILES
        return self._workspace.revision, self._workspace.fingerprint() if looks else ""

    # -- bounding --------------------------------------------------------------------------------

    def _bounded(self, name: str, outcome: Outcome) -> tuple[str, str | None]:
        """The result as the model gets it, and the file that holds all of it if it was cut."""
        text = clean(self._redactor(clean(outcome.text)))
        if size(text) <= self._result_tokens:
            return text, None
        source, first_line = outcome.source, outcome.first_line
        whole = folded(text, max(_NARROWEST, min(_WIDEST, self._result_tokens // 8)))
        if source is None or whole != text:
            source, first_line = self._kept(name, whole), 1
        room = self._result_tokens - 60 - size(source or "")
        shown = cut(whole, room)
        left_out = shown.last - shown.first + 1
        first, last = shown.first + first_line - 1, shown.last + first_line - 1
        if source is None:
            how = "they could not be saved"
        elif "read_file" not in self._commands:
            how = f"they are in {named(source)}"
        else:
            how = f"read them with read_file, filename {json.dumps(source, ensure_ascii=False)}, start_line {first}, end_line …"
        marker = f"[… {counted(left_out, 'line')} left out here, {first} to {last}: {how}]"
        return "\n".join(part for part in (shown.head, marker, shown.tail) if part), source

    def _kept(self, name: str, text: str) -> str | None:
        """Save a whole result under a name that is the same for the same result. None if it can't be saved."""
        digest = blake2b(text.encode("utf-8"), digest_size=5).hexdigest()
        safe = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in name)[:40]
        try:
            return self._workspace.keep(self._workspace.in_scratch(f"{RESULTS}/{safe}-{digest}.txt"), text)
        except CommandError:
            return None


def _plain(name: str) -> str:
    return snake(name).replace("_", "")


def _texts(value: object) -> Iterator[str]:
    """The texts in an argument, however deep."""
    match value:
        case str():
            yield value
            if "\\n" in value:  # edits may come as JSON in a text
                yield value.replace("\\n", "\n")
        case list() | tuple():
            for one in value:
                yield from _texts(one)
        case Mapping():
            yield from _texts(list(value.values()))


def _masked(text: str, there: str) -> frozenset[str]:
    """The last words before the masks in a text, as models write such a line anew in a way of their own.

    Lines that stand `there` just so have no secret behind their mask.
    """
    lines = {line.strip() for line in there.splitlines() if MARK in line}
    return frozenset(
        "".join(re.findall(r"[\w-]+", before[-_LONGEST_NAME:])[-1:]).casefold()
        for line in text.splitlines()
        if MARK in line and line.strip() not in lines
        for before in line.split(MARK)[:-1]
    )


def _sorry(name: str, error: BaseException) -> str:
    """A bug of ours, in a sentence for the model."""
    message = " ".join(str(error).split())[:300]
    return (
        f"{name} failed inside: {type(error).__name__}{': ' + message if message else ''}. "
        "This is a fault of the command, not of your arguments; try another way."
    )


def _as_json(args: Mapping[str, object]) -> dict[str, object]:
    """Arguments as JSON values, as an action holds them."""
    return {
        name: value
        if isinstance(value, str | int | float | None)
        else json.loads(json.dumps(value, default=str))
        for name, value in args.items()
    }
