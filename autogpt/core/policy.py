"""What the agent may do without asking: rules over commands and their arguments, as data.

`ruling` answers allow, ask or deny for one action. A `deny` that matches wins over
everything; otherwise the first rule that matches; otherwise the preset. What it does
not know, it asks.

A pattern is a command, `write_to_file`, or a command and arguments,
`write_to_file(filename=reports/*)`, with the globs `*` (anything) and `?` (one
character). Doubt is always resolved to the safe side, so matching is narrow for
`allow` and wide for `deny` and `ask`:

| | allow | deny, ask |
|---|---|---|
| letter case, Unicode forms | as written | ignored |
| paths | after `.`, `..` and `//` are resolved | the same, and absolute ones by any of their ends |
| shell text | `*` stops at `;`, `&`, `|`, `$`, newlines … | `*` matches anything |
| URLs | `*` in the host stops at the end of the host | `*` matches anything |
| arguments that the command does not declare | never match | match as if they were the one that is meant |

What this does not promise: to be a wall. A glob over shell text or code cannot tell
what the text will do, and a `deny` can be spelt around. The sandbox, the workspace and
the HTTP door are the walls; this says where a person wants to be asked.

Give it actions as they will be run: after synonyms of commands and arguments have
been resolved.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from autogpt.core.actions import Action, CommandSpec, Touch


class Verdict(str, Enum):
    """What is to happen with an action."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Preset(str, Enum):
    """What happens with an action that no rule matches."""

    CAUTIOUS = "cautious"
    """Reading files in the workspace is allowed; everything else is asked."""

    DEFAULT = "default"
    """What stays in the workspace and the sandbox, and reading the web, is allowed."""

    TRUSTED = "trusted"
    """Every known command is allowed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `origin` says where it was written: `policy.yaml:12`, `--allow`, `you, in this run`.

    Raises ValueError for a pattern that cannot be read.
    """

    verdict: Verdict
    pattern: str
    origin: str = ""

    def __post_init__(self) -> None:
        parse_pattern(self.pattern)

    def __str__(self) -> str:
        where = f"{self.origin}: " if self.origin else ""
        return f"{where}{self.verdict.value} {self.pattern}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in their order, and what holds where none matches.

    `root` is the workspace's absolute path, if known: absolute paths below it then
    compare as relative ones. A Windows path there (`C:\\...`) makes backslashes count
    as separators.
    """

    rules: tuple[Rule, ...] = ()
    preset: Preset = Preset.DEFAULT
    root: str = ""

    def with_rule(self, rule: Rule) -> Policy:
        """This policy with a rule that comes before all others."""
        return replace(self, rules=(rule, *self.rules))


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict and its reason, in words for the person and the model.

    `explicit` is true where a rule decided, false where the preset did.
    """

    verdict: Verdict
    why: str
    explicit: bool


def option_rules(allow: Iterable[str], ask: Iterable[str], deny: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of `--allow`, `--ask` and `--deny`. Where two match, the more careful one counts.

    Raises ValueError with the option's name.
    """
    given = ((Verdict.DENY, deny), (Verdict.ASK, ask), (Verdict.ALLOW, allow))
    rules = []
    for verdict, patterns in given:
        for pattern in patterns:
            try:
                rules.append(Rule(verdict, pattern, f"--{verdict.value}"))
            except ValueError as error:
                raise ValueError(f"--{verdict.value} {pattern}: {error}") from None
    return tuple(rules)


def ruling(policy: Policy, action: Action, spec: CommandSpec | None) -> Ruling:
    """Whether an action may be run. `spec` is the command's, None where there is no such command."""
    try:
        call = _Call.of(action, spec, policy.root)
    except (RecursionError, ValueError):
        return Ruling(Verdict.DENY, "its arguments cannot be read, so no rule can be applied to them", False)
    for rule in policy.rules:
        if rule.verdict is Verdict.DENY and _matches(rule, call):
            return _by_rule(rule)
    if spec is None:
        return Ruling(Verdict.ASK, f"there is no command {action.command!r} that rules could know", False)
    for rule in policy.rules:
        if rule.verdict is not Verdict.DENY and _matches(rule, call):
            return _by_rule(rule)
    return _by_preset(policy.preset, spec)


def _by_rule(rule: Rule) -> Ruling:
    match rule.verdict:
        case Verdict.ALLOW:
            does = "allows this"
        case Verdict.ASK:
            does = "says that the person must be asked"
        case Verdict.DENY:
            does = "denies this"
    where = f" ({rule.origin})" if rule.origin else ""
    return Ruling(rule.verdict, f"the rule `{rule.verdict.value} {rule.pattern}`{where} {does}", True)


def names_host(policy: Policy, host: str) -> bool:
    """Whether a rule that allows something names this host in a URL."""
    for rule in policy.rules:
        if rule.verdict is not Verdict.ALLOW:
            continue
        for name, glob in parse_pattern(rule.pattern).args:
            parts = _split_url_glob(glob) if argument_kind(name, None) == "url" else None
            # A host of stars alone names none.
            if parts and any(isinstance(one, str) and one not in ".:" for one in parts[1]):
                named = parts[1]
                while named[:4] == tuple("www."):
                    named = named[4:]
                if glob_matches(named, host):
                    return True
    return False


SENSITIVE = {
    Touch.MONEY: "spends money",
    Touch.OUTSIDE: "speaks to others under the person's name",
    Touch.HOST: "runs outside the sandbox",
}
"""What only a rule or the preset `trusted` allows without asking."""


def _by_preset(preset: Preset, spec: CommandSpec) -> Ruling:
    def says(verdict: Verdict, reason: str) -> Ruling:
        return Ruling(verdict, f"{spec.name} {reason} (preset `{preset.value}`)", False)

    match preset:
        case Preset.TRUSTED:
            return says(Verdict.ALLOW, "is allowed like every command")
        case Preset.CAUTIOUS:
            if spec.reads_only and spec.touches <= {Touch.FILES}:
                return says(Verdict.ALLOW, "only reads files in the workspace")
            return says(
                Verdict.ASK, "does more than read files in the workspace, so the person must be asked"
            )
        case Preset.DEFAULT:
            for touch, what in SENSITIVE.items():
                if touch in spec.touches:
                    return says(Verdict.ASK, f"{what}, so the person must be asked")
            if Touch.NETWORK in spec.touches and not spec.reads_only:
                return says(Verdict.ASK, "does more than read from the network, so the person must be asked")
            if spec.touches <= {Touch.FILES, Touch.PROCESSES, Touch.NETWORK}:
                return says(Verdict.ALLOW, "stays within the workspace, the sandbox and reading the web")
            return says(
                Verdict.ASK, "touches something that the preset does not know, so the person must be asked"
            )


# --- patterns -------------------------------------------------------------------------------


class Wild(Enum):
    """The globs."""

    ANYTHING = "*"
    ONE = "?"


Glob = tuple[str | Wild, ...]
"""Single characters and wildcards."""

EVERYTHING: Glob = (Wild.ANYTHING,)

LONGEST_PATTERN = 4_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a rule's text means: the command, and the arguments that must match. Others may be anything."""

    command: Glob
    args: tuple[tuple[str, Glob], ...] = ()


@lru_cache(maxsize=1024)
def parse_pattern(text: str) -> Pattern:
    """Read `command`, `command(*)` or `command(argument=glob, other="quoted, glob")`.

    A backslash takes the meaning from the punctuation after it; `\\n`, `\\r`, `\\t` and
    `\\u{1f600}` stand for characters that do not show. Raises ValueError with a sentence.
    """
    return _Reader(text).pattern()


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PUNCTUATION = frozenset("*?\\\",()=' ")
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_COMMAND_CHARACTER = re.compile(r"[\w.\-:/]")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def pattern(self) -> Pattern:
        if len(self.text) > LONGEST_PATTERN:
            raise ValueError(f"the pattern is longer than {LONGEST_PATTERN} characters")
        self.text = self.text.strip()
        if not self.text:
            raise ValueError("the pattern is empty; `*` would mean every command")
        command = self.command()
        if self.at == len(self.text):
            return Pattern(command)
        self.expect("(")
        args = self.arguments()
        if self.at != len(self.text):
            raise ValueError(
                f"there is something after the closing bracket: {_excerpt(self.text[self.at :])}; put an argument "
                "that contains brackets in double quotes"
            )
        return Pattern(command, args)

    def command(self) -> Glob:
        glob: list[str | Wild] = []
        while self.at < len(self.text) and self.text[self.at] != "(":
            character = self.text[self.at]
            if character in "*?":
                glob.append(Wild(character))
            elif _COMMAND_CHARACTER.match(character):
                glob.append(character)
            else:
                raise ValueError(
                    f"the command may not contain {character!r}; write it like write_to_file(filename=reports/*)"
                )
            self.at += 1
        if not glob:
            raise ValueError("the command is missing before the bracket; `*(...)` would mean every command")
        return tuple(glob)

    def arguments(self) -> tuple[tuple[str, Glob], ...]:
        args: dict[str, Glob] = {}
        self.blanks()
        if self.peek() == ")":
            self.at += 1
            raise ValueError("the brackets are empty; leave them out, or write (*) for any arguments")
        if re.match(r"\*\s*\)", self.text[self.at : self.at + 100]):
            self.at = self.text.index(")", self.at) + 1
            return ()
        while True:
            self.blanks()
            found = _NAME.match(self.text, self.at)
            if not found:
                raise ValueError(
                    f"the name of an argument is expected where there is {self.rest()}; "
                    "write it like filename=reports/*"
                )
            name = found.group()
            self.at = found.end()
            self.blanks()
            self.expect("=", f"after {name} comes = and what it must match")
            if name in args:
                raise ValueError(f"the argument {name} is there twice")
            args[name] = self.value()
            self.blanks()
            if self.peek() == ",":
                self.at += 1
                continue
            self.expect(")")
            return tuple(args.items())

    def value(self) -> Glob:
        self.blanks()
        if self.peek() == '"':
            self.at += 1
            glob = self.globs('"')
            self.expect('"', "a double quote is opened and not closed")
            return glob
        glob = self.globs(",)")
        while glob and glob[-1] == " ":
            glob = glob[:-1]
        if not glob:
            raise ValueError('an argument has nothing to match; write "" for an empty one, * for any')
        return glob

    def globs(self, end: str) -> Glob:
        glob: list[str | Wild] = []
        while self.at < len(self.text) and (character := self.text[self.at]) not in end:
            if character == "\\":
                glob.append(self.escaped())
                continue
            if end != '"' and character in '("':
                raise ValueError(f"put an argument that contains {character} in double quotes")
            glob.append(Wild(character) if character in "*?" else character)
            self.at += 1
        return tuple(glob)

    def escaped(self) -> str:
        following = self.text[self.at + 1 : self.at + 2]
        if following in _PUNCTUATION and following:
            self.at += 2
            return following
        if following in _ESCAPES:
            self.at += 2
            return _ESCAPES[following]
        found = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}").match(self.text, self.at)
        if found and int(found.group(1), 16) <= 0x10FFFF:
            self.at = found.end()
            return chr(int(found.group(1), 16))
        raise ValueError(
            f"the backslash before {_excerpt(following) or 'the end'} means nothing; write / in paths, "
            "and \\\\ for a backslash itself"
        )

    def blanks(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def expect(self, character: str, hint: str = "") -> None:
        if self.peek() != character:
            raise ValueError(hint or f"{character} is expected where there is {self.rest()}")
        self.at += 1

    def rest(self) -> str:
        return _excerpt(self.text[self.at :]) or "the end"


def _excerpt(text: str) -> str:
    return ascii(text[:20]) if text else ""


def _written(text: str) -> str:
    """A text as a quoted glob that matches it and nothing else, every character visible."""
    out = []
    for character in text:
        if character in '*?\\"':
            out.append("\\" + character)
        elif character in "\n\r\t":
            out.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character])
        elif character.isprintable():
            out.append(character)
        else:
            out.append(f"\\u{{{ord(character):x}}}")
    return '"' + "".join(out) + '"'


def _plain(glob: Glob) -> bool:
    return not any(isinstance(token, Wild) for token in glob)


# --- matching -------------------------------------------------------------------------------

Stop = Literal["", "shell", "path"]
"""What a wildcard must not run over: nothing, what a shell acts upon, or what a path cannot hold."""

_ALLOWED: dict[Stop, str] = {
    "": r"[\s\S]",
    "shell": r"[^;&|<>$`\\(){}!\x00-\x1f\x7f\x85\u2028\u2029]",
    "path": r"[^\\\x00-\x1f\x7f]",
}
_GAPS: dict[Stop, re.Pattern[str]] = {stop: re.compile(f"{allowed}*") for stop, allowed in _ALLOWED.items()}


@lru_cache(maxsize=1024)
def _runs(glob: Glob, stop: Stop) -> tuple[tuple[re.Pattern[str], int], ...]:
    """What stands between the `*`: patterns of fixed length, without repetition, and their lengths."""
    runs: list[list[str]] = [[]]
    for token in glob:
        if token is Wild.ANYTHING:
            runs.append([])
        elif isinstance(token, Wild):
            runs[-1].append(_ALLOWED[stop])
        else:
            runs[-1].append(re.escape(token))
    return tuple((re.compile("".join(run)), len(run)) for run in runs)


def glob_matches(glob: Glob, text: str, stop: Stop = "") -> bool:
    """Whether a glob matches the whole text. Takes at most the product of their lengths, no more.

    Each run between two `*` is put where it first fits. A later place would only make
    the `*` before it run over more, so nothing is missed (a test compares with trying all).
    """
    runs = _runs(glob, stop)
    head, length = runs[0]
    if len(runs) == 1:
        return len(text) == length and head.match(text) is not None
    if head.match(text) is None:
        return False
    at = length
    for run, _ in runs[1:-1]:
        found = run.search(text, at)
        if found is None or not _free(text, at, found.start(), stop):
            return False
        at = found.end()
    tail, length = runs[-1]
    start = len(text) - length
    return start >= at and tail.match(text, start) is not None and _free(text, at, start, stop)


def _free(text: str, start: int, end: int, stop: Stop) -> bool:
    return stop == "" or _GAPS[stop].fullmatch(text, start, end) is not None


ArgumentKind = Literal["path", "url", "shell", "text"]

PATH_NAMES = frozenset({"filename", "file", "path", "directory", "folder", "basename"})
URL_NAMES = frozenset({"url", "uri"})
SHELL_NAMES = frozenset({"command_line", "command", "cmd", "shell"})


def argument_kind(name: str, spec: CommandSpec | None) -> ArgumentKind:
    """How an argument compares: by its schema's format, else its name, else what the command touches."""
    declared = _parameter_schemas(spec).get(name, {}).get("format")
    if declared == "path":
        return "path"
    if declared in ("uri", "url"):
        return "url"
    last = name.lower().rpartition("_")[2]
    if last in PATH_NAMES:
        return "path"
    if last in URL_NAMES:
        return "url"
    if name.lower() in SHELL_NAMES or (spec and spec.touches & {Touch.PROCESSES, Touch.HOST}):
        return "shell"
    return "text"


def _parameter_schemas(spec: CommandSpec | None) -> Mapping[str, Mapping[str, Any]]:
    return {parameter.name: parameter.schema for parameter in spec.parameters} if spec else {}


def as_text(value: Any) -> str:
    """An argument as the text that patterns see: a string as it is, the rest as compact JSON.

    Raises RecursionError or ValueError for a value that JSON cannot hold.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


@dataclass(frozen=True, slots=True)
class _Call:
    """An action made ready for matching: arguments as texts, with the defaults of those left out.

    `texts` holds for each argument the texts that must all match an `allow`;
    `leaves` those of which one is enough for a `deny`.
    """

    command: str
    spec: CommandSpec | None
    root: str
    texts: Mapping[str, tuple[str, ...]]
    leaves: Mapping[str, tuple[str, ...]]
    undeclared: frozenset[str]

    @classmethod
    def of(cls, action: Action, spec: CommandSpec | None, root: str) -> _Call:
        schemas = _parameter_schemas(spec)
        values: dict[str, Any] = {
            name: schema["default"] for name, schema in schemas.items() if schema.get("default") is not None
        }
        values.update(action.args)
        texts: dict[str, tuple[str, ...]] = {}
        leaves: dict[str, tuple[str, ...]] = {}
        for name, value in values.items():
            whole = as_text(value)
            items = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
            texts[name] = tuple(value) if items else (whole,)
            leaves[name] = (whole, *_leaves(value))
        undeclared = frozenset(values) - frozenset(schemas) if spec else frozenset[str]()
        return cls(action.command, spec, root, texts, leaves, undeclared)


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value


def _matches(rule: Rule, call: _Call) -> bool:
    pattern = parse_pattern(rule.pattern)
    if rule.verdict is Verdict.ALLOW:
        return _allows(pattern, call)
    return _stops(rule.verdict, pattern, call)


def _names(verdict: Verdict, command: Glob, spec: CommandSpec) -> bool:
    """Whether a rule means a command."""
    if verdict is Verdict.ALLOW:
        # A glob means the names that the person sees listed; an alias must be written out.
        return glob_matches(command, spec.name) or (_plain(command) and _spelt(command) in spec.aliases)
    folded = _fold_glob(command)
    return any(glob_matches(folded, _fold(name)) for name in (spec.name, *spec.aliases))


def _allows(pattern: Pattern, call: _Call) -> bool:
    """Narrow: only what the person can have meant."""
    if call.spec is None or not _names(Verdict.ALLOW, pattern.command, call.spec):
        return False
    if pattern.args and call.undeclared - {name for name, _ in pattern.args}:
        return False
    for name, glob in pattern.args:
        kind = argument_kind(name, call.spec)
        if _is(glob, call.leaves.get(name, ("",))[0]):
            continue
        if not all(_allows_text(glob, text, kind, call.root) for text in call.texts.get(name, ("",))):
            return False
    return True


def _is(glob: Glob, text: str) -> bool:
    return len(glob) == len(text) and glob == tuple(text)


def _allows_text(glob: Glob, text: str, kind: ArgumentKind, root: str) -> bool:
    if _is(glob, text):
        return True
    match kind:
        case "path":
            path = _relative(text, root)
            globs = _path_globs(glob)
            if _climbs(path) or (_is_absolute(path) and isinstance(globs[0][0], Wild)):
                return False
            return any(glob_matches(alternative, path, "path") for alternative in globs)
        case "url":
            return _allows_url(glob, text)
        case "shell":
            return glob_matches(glob, text, "shell")
        case "text":
            # It may be a path under a name that is not known here.
            return glob_matches(glob, text) and (
                "/" not in glob or any(glob_matches(one, _relative(text, root)) for one in _path_globs(glob))
            )


def _stops(verdict: Verdict, pattern: Pattern, call: _Call) -> bool:
    """Wide: whatever the person may have meant."""
    named = glob_matches(_fold_glob(pattern.command), _fold(call.command))
    if not named and not (call.spec and _names(verdict, pattern.command, call.spec)):
        return False
    for name, glob in pattern.args:
        kind = argument_kind(name, call.spec)
        texts = call.leaves.get(name, ("",))
        # An argument that is not declared may be a misspelling that is understood later.
        texts = (*texts, *(text for other in call.undeclared for text in call.leaves[other]))
        if not any(_stops_text(glob, text, kind, call.root) for text in texts):
            return False
    return True


def _stops_text(glob: Glob, text: str, kind: ArgumentKind, root: str) -> bool:
    if _is(glob, text):
        return True
    folded_glob = _fold_glob(glob)
    if kind != "path":
        folded = _fold(text)
        if glob_matches(glob, text) or any(
            glob_matches(folded_glob, one) for one in (folded, folded.strip())
        ):
            return True
        if kind != "text":
            return False
    slashes = text.replace("\\", "/")
    paths = {
        _relative(text, root),
        _fold_path(slashes),
        _fold_path(_relative(slashes, root.replace("\\", "/"))),
    }
    for alternative in (*_path_globs(glob), *_path_globs(folded_glob)):
        for path in paths:
            if glob_matches(alternative, path):
                return True
            # What folder the workspace is seen under is not known here, so each end of the path counts.
            if (_is_absolute(path) or _climbs(path)) and glob_matches(
                (Wild.ANYTHING, "/", *alternative), path
            ):
                return True
    return False


def _fold(text: str) -> str:
    """A text as it compares for `deny`: no letter case, no Unicode variants, single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1024)
def _fold_glob(glob: Glob) -> Glob:
    folded: list[str | Wild] = []
    run = ""
    for token in (*glob, None):
        if isinstance(token, str):
            run += token
            continue
        text = unicodedata.normalize("NFKC", run).casefold()
        folded += re.sub(r"\s+", " ", text)
        run = ""
        if token is not None:
            folded.append(token)
    return tuple(folded)


# --- paths ----------------------------------------------------------------------------------


def _relative(text: str, root: str) -> str:
    """A path with `.`, `..` and `//` resolved by its letters alone, relative to the root where it is below it."""
    windows = root[1:2] == ":" or root.startswith("\\\\")
    if windows:
        text, root = text.replace("\\", "/"), root.replace("\\", "/")
    path = _resolved(text)
    above = _resolved(root) if root else ""
    start = path[: len(above)]
    if not above or (start.lower() != above.lower() if windows else start != above):
        return path
    below = path[len(above) :]
    return below[1:] if below.startswith("/") else path if below else "."


def _resolved(path: str) -> str:
    start = "/" if path.startswith("/") else ""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".." or not start:
            parts.append(part)
    return start + "/".join(parts) or "."


def _climbs(path: str) -> bool:
    return path == ".." or path.startswith("../")


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:2] == ":"


def _fold_path(path: str) -> str:
    """A path as `deny` sees it: with what Windows drops from names (trailing dots and blanks, streams)."""
    parts = []
    for index, part in enumerate(_resolved(_fold(path).strip()).split("/")):
        drive = index == 0 and len(part) == 2 and part[1] == ":"
        plain = part if drive else part.partition(":")[0].rstrip(" .")
        parts.append(plain or part)
    return "/".join(parts)


@lru_cache(maxsize=4096)
def _path_globs(glob: Glob) -> tuple[Glob, ...]:
    """A glob over paths with `.` and `//` taken out; `reports/` means the folder and all in it."""
    parts: list[list[str | Wild]] = [[]]
    for token in glob:
        if token == "/":
            parts.append([])
        else:
            parts[-1].append(token)
    absolute = len(parts) > 1 and not parts[0]
    folder = len(parts) > 1 and not parts[-1]
    kept = [part for part in parts if part and part != ["."]]
    joined: list[str | Wild] = ["/"] if absolute else []
    for index, part in enumerate(kept):
        joined += ["/", *part] if index else part
    plain: Glob = tuple(joined) or (".",)
    if not folder:
        return (plain,)
    below: Glob = (
        EVERYTHING if plain == (".",) else (*plain, *(() if plain == ("/",) else ("/",)), Wild.ANYTHING)
    )
    return (plain, below)


# --- URLs -----------------------------------------------------------------------------------

_URL = re.compile(r"(https?)://([A-Za-z0-9.\-_:\[\]]+)((?:[/?#][^\s\\]*)?)")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|$)", re.IGNORECASE)


def _allows_url(glob: Glob, text: str) -> bool:
    """Scheme, host and the rest compare each for itself, so that `*` cannot reach from one into the next."""
    if glob == EVERYTHING:
        return True
    parts = _split_url_glob(glob)
    found = _URL.fullmatch(text)
    if parts is None or found is None or _DOTS.search(text, found.end(2)) or not text.isprintable():
        return False
    scheme, host, rest = parts
    return (
        scheme == tuple(found.group(1))
        and glob_matches(host, found.group(2).lower())
        and glob_matches(rest, found.group(3) or "/")
    )


def _split_url_glob(glob: Glob) -> tuple[Glob, Glob, Glob] | None:
    for scheme in ("https", "http"):
        start = tuple(f"{scheme}://")
        if glob[: len(start)] == start:
            after = glob[len(start) :]
            end = after.index("/") if "/" in after else len(after)
            host = tuple(token if isinstance(token, Wild) else token.lower() for token in after[:end])
            return tuple(scheme), host, after[end:] or ("/",)
    return None


# --- "always", as said at the prompt ----------------------------------------------------------

LONGEST_ALWAYS = 1_000
"""Characters. A rule that is longer cannot be read before it is agreed to, so it is not offered."""


def always_pattern(action: Action, spec: CommandSpec | None) -> str:
    """The pattern of the rule that "always" adds for an action, or "" where none can be offered.

    Not wider than the kind of action that the person sees:

    - spends money, speaks to others, runs outside the sandbox, or runs a process: exactly
      these arguments, and no others;
    - only reads files: the command with any arguments;
    - reads the web: the same site;
    - writes files: the same folder, or at the top of the workspace the same file;
      what deletes, removes or moves: the same file;
    - anything else: exactly these arguments.
    """
    if spec is None:
        return ""
    try:
        pattern = _always(action, spec)
        parse_pattern(pattern)
    except (RecursionError, ValueError):
        return ""
    rule = Rule(Verdict.ALLOW, pattern)
    if len(pattern) > LONGEST_ALWAYS or not _matches(rule, _Call.of(action, spec, "")):
        return ""
    return pattern


def _always(action: Action, spec: CommandSpec) -> str:
    exactly = spec.touches & (SENSITIVE.keys() | {Touch.PROCESSES})
    if exactly:
        return _exact(action, spec)
    if Touch.NETWORK in spec.touches:
        site = _same_site(action, spec) if spec.reads_only else ""
        return site or _exact(action, spec)
    if spec.reads_only:
        return spec.name
    if spec.touches == {Touch.FILES}:
        return _same_folders(action, spec) or _exact(action, spec)
    return _exact(action, spec)


def _exact(action: Action, spec: CommandSpec) -> str:
    """All arguments, those left out as well: `name=""` where there is no default."""
    values: dict[str, Any] = {
        name: "" if schema.get("default") is None else schema["default"]
        for name, schema in _parameter_schemas(spec).items()
    }
    values.update(action.args)
    if not values:
        return spec.name
    args = ", ".join(f"{name}={_written(as_text(value))}" for name, value in values.items())
    return f"{spec.name}({args})"


def _same_site(action: Action, spec: CommandSpec) -> str:
    urls = {name: text for name, text in action.args.items() if argument_kind(name, spec) == "url"}
    if not urls:
        return spec.name  # a search, say: it names no place of its own
    args = []
    for name, url in urls.items():
        found = _URL.fullmatch(url) if isinstance(url, str) else None
        if found is None or not found.group(2).isascii():
            return ""
        site = _written(f"{found.group(1)}://{found.group(2).lower()}/")
        args.append(f'{name}={site[:-1]}*"')
    return f"{spec.name}({', '.join(args)})"


def _same_folders(action: Action, spec: CommandSpec) -> str:
    paths = {name: text for name, text in action.args.items() if argument_kind(name, spec) == "path"}
    destroys = spec.name.startswith(("delete", "remove", "move", "rename"))
    args = []
    for name, text in paths.items():
        if not isinstance(text, str):
            return ""
        path = _resolved(text)
        folder, slash, _ = path.rpartition("/")
        if destroys or not folder or path.startswith("/") or _climbs(path) or "\\" in path:
            args.append(f"{name}={_written(text)}")
        else:
            args.append(f'{name}={_written(folder + slash)[:-1]}*"')
    return f"{spec.name}({', '.join(args)})" if args else ""


# --- rules that do nothing ----------------------------------------------------------------------


def unreachable_rules(policy: Policy, specs: Sequence[CommandSpec]) -> list[str]:
    """A warning for each rule that can never decide anything, with the reason."""
    warnings = []
    for index, rule in enumerate(policy.rules):
        reason = _misspelt(rule, specs) or _shadow(rule, policy.rules[:index], policy.rules)
        if reason:
            warnings.append(f"{rule} never has an effect: {reason}")
    return warnings


def _misspelt(rule: Rule, specs: Sequence[CommandSpec]) -> str:
    pattern = parse_pattern(rule.pattern)
    meant = [spec for spec in specs if _names(rule.verdict, pattern.command, spec)]
    if not meant:
        known = [name for spec in specs for name in (spec.name, *spec.aliases)]
        return "there is no such command" + _nearest(_spelt(pattern.command), known)
    for name, glob in pattern.args:
        takers = [spec for spec in meant if not spec.parameters or name in _parameter_schemas(spec)]
        if not takers:
            known = [parameter.name for spec in meant for parameter in spec.parameters]
            return f"{meant[0].name} has no argument {name}" + _nearest(name, known)
        kinds = {argument_kind(name, spec) for spec in takers}
        if kinds == {"path"} and ".." in _spelt(glob).split("/"):
            return f"paths are compared after .. is resolved, so {name} cannot match one that contains it"
        if (
            kinds == {"url"}
            and rule.verdict is Verdict.ALLOW
            and glob != EVERYTHING
            and _split_url_glob(glob) is None
        ):
            return f"what it allows for {name} must begin with https:// or http://"
    return ""


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _spelt(glob: Glob) -> str:
    return "".join(token.value if isinstance(token, Wild) else token for token in glob)


def _shadow(rule: Rule, earlier: Sequence[Rule], everyone: Sequence[Rule]) -> str:
    denials = [other for other in everyone if other.verdict is Verdict.DENY]
    if rule.verdict is Verdict.DENY:
        before = [other for other in earlier if other.verdict is Verdict.DENY]
    else:
        before = [*denials, *earlier]
    for other in before:
        if _covers(other, rule):
            return f"the rule `{other}` decides first"
    return ""


def _covers(broad: Rule, narrow: Rule) -> bool:
    """Whether the first rule surely matches whatever the second does; False where that is not certain."""
    first, second = parse_pattern(broad.pattern), parse_pattern(narrow.pattern)
    if broad.verdict is Verdict.ALLOW:
        # `allow` matches narrowly, so only the plainest cases are certain.
        if narrow.verdict is Verdict.ALLOW:
            own = dict(second.args)
            same = all(own.get(name) == glob for name, glob in first.args)
            return same and _includes(first.command, second.command)
        same = first.command == second.command and _plain(first.command)
        return not first.args and (same or first.command == EVERYTHING)
    own = dict(second.args)
    return _includes(first.command, second.command) and all(
        glob == EVERYTHING or (name in own and _includes(glob, own[name])) for name, glob in first.args
    )


def _includes(broad: Glob, narrow: Glob) -> bool:
    """Whether each text that `narrow` matches is one that `broad` matches; may say no where it is so."""
    reached = {0}
    for token in (*narrow, None):
        grown = set(reached)
        for at in sorted(reached):
            while at < len(broad) and broad[at] is Wild.ANYTHING:
                at += 1
                grown.add(at)
        if token is None:
            return len(broad) in grown
        reached = set()
        for at in grown:
            if at == len(broad):
                continue
            if broad[at] is Wild.ANYTHING:
                reached.add(at)
            elif broad[at] == token or (broad[at] is Wild.ONE and token is not Wild.ANYTHING):
                reached.add(at + 1)
    return False
