"""Reads a policy from a YAML file that the person keeps, `docs/policy.md` says how it is written.

The file is looked for only where the caller says: by option, by setting, or in the
person's own configuration folder. This module never looks into the workspace or the
current folder, so that a file cannot raise rights by being there. A file that others
can write is refused. What this does not promise: to notice a file that was replaced by
someone who works under the same user as the agent.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.core.errors import UsageError
from autogpt.core.policy import Policy, Preset, Rule, Verdict

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

LARGEST = 1_000_000
"""Bytes of a policy file."""


def default_policy_path(config_home: Path) -> Path:
    """Where the person's own policy is: `autogpt/policy.yaml` in their configuration folder.

    That folder is `~/.config` (or `$XDG_CONFIG_HOME`) on Linux, `~/Library/Application Support`
    or `~/.config` on macOS, `%APPDATA%` on Windows; the caller knows which.
    """
    return config_home / "autogpt" / "policy.yaml"


def read_policy(path: Path) -> tuple[Policy, list[str]]:
    """The policy in a file, and what the person should be warned of.

    Without `preset` the file's preset is `cautious`: what no rule allows is asked.
    Raises UsageError, that names file and line, for a file that is not there, can be
    written by others, or is not a policy.
    """
    # PyYAML costs start-up time and most runs have no policy file.
    import yaml

    text = _text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(path, mark.line + 1 if mark else 0, _hint(str(error.problem))) from None
    except yaml.YAMLError:
        raise _wrong(path, 0, "it holds characters that YAML does not allow") from None
    except RecursionError:
        raise _wrong(path, 0, "it is nested too deep") from None
    if root is None or _is_null(root):
        nothing = f"{path} holds no policy, so the preset `cautious` applies: all but reading files is asked"
        return Policy(preset=Preset.CAUTIOUS), [nothing]
    return _policy(path, root), []


def _policy(path: Path, root: Node) -> Policy:
    preset = Preset.CAUTIOUS
    rules: tuple[Rule, ...] = ()
    for key, line, value in _entries(path, root, "the policy"):
        match key:
            case "preset":
                preset = _preset(path, value)
            case "rules":
                rules = tuple(_rule(path, item) for item in _items(path, value))
            case _:
                raise _wrong(path, line, f"unknown key `{_shown(key)}`; a policy has `preset` and `rules`")
    return Policy(rules, preset)


def _preset(path: Path, node: Node) -> Preset:
    known = ", ".join(f"`{preset.value}`" for preset in Preset)
    try:
        return Preset(_scalar(path, node, f"the preset must be one of {known}"))
    except ValueError:
        raise _wrong(
            path, _line(node), f"there is no preset `{_shown(node.value)}`; there are {known}"
        ) from None


def _rule(path: Path, node: Node) -> Rule:
    entries = _entries(path, node, "a rule")
    if len(entries) != 1:
        raise _wrong(path, _line(node), "a rule is one line, like `- allow: read_file`")
    key, line, value = entries[0]
    try:
        verdict = Verdict(key)
    except ValueError:
        raise _wrong(
            path, line, f"a rule begins with `allow`, `ask` or `deny`, not with `{_shown(key)}`"
        ) from None
    pattern = _scalar(path, value, f"after `{key}` comes one pattern, like write_to_file(filename=reports/*)")
    try:
        return Rule(verdict, pattern, f"{path.name}:{_line(value)}")
    except ValueError as error:
        raise _wrong(path, _line(value), f"the pattern `{_shown(pattern)}` cannot be read: {error}") from None


def _entries(path: Path, node: Node, what: str) -> Sequence[tuple[str, int, Node]]:
    """Keys, their lines and values of a mapping."""
    from yaml.nodes import MappingNode

    if not isinstance(node, MappingNode):
        raise _wrong(path, _line(node), f"{what} must be written as `key: value`")
    entries: list[tuple[str, int, Node]] = []
    for key_node, value in _pairs(node):
        key = _scalar(path, key_node, f"the keys of {what} are plain words")
        if any(key == other for other, _, _ in entries):
            raise _wrong(path, _line(key_node), f"`{_shown(key)}` is there twice")
        entries.append((key, _line(key_node), value))
    return entries


def _pairs(node: MappingNode) -> Sequence[tuple[Node, Node]]:
    pairs: Sequence[tuple[Node, Node]] = node.value
    return pairs


def _is_null(node: Node) -> bool:
    return str(node.tag) == "tag:yaml.org,2002:null"


def _items(path: Path, node: Node) -> Sequence[Node]:
    from yaml.nodes import SequenceNode

    if _is_null(node):
        return ()
    if not isinstance(node, SequenceNode):
        raise _wrong(path, _line(node), "`rules` is a list, each rule on its line, like `- allow: read_file`")
    items: Sequence[Node] = node.value
    return items


def _scalar(path: Path, node: Node, expected: str) -> str:
    from yaml.nodes import ScalarNode

    if not isinstance(node, ScalarNode) or not node.value:
        raise _wrong(path, _line(node), expected)
    return str(node.value)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _hint(problem: str) -> str:
    return (
        f"it is not YAML ({problem}); put a pattern in single quotes when it begins with * or contains "
        "a colon, a # or double quotes"
    )


def _wrong(path: Path, line: int, what: str) -> UsageError:
    return UsageError(f"{path}{f':{line}' if line else ''}: {what}")


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return "".join(character if character.isprintable() else "?" for character in short)


def _text(path: Path) -> str:
    try:
        _refuse_if_others_can_write(path)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such policy file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable path"
        raise UsageError(f"{_shown(str(path))}: the policy file cannot be read ({reason})") from None
    if len(data) > LARGEST:
        raise _wrong(path, 0, f"it is larger than {LARGEST} bytes, which no policy needs")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(path, data[: error.start].count(b"\n") + 1, "it is not UTF-8 text") from None


def _refuse_if_others_can_write(path: Path) -> None:
    file = path.stat()
    if not stat.S_ISREG(file.st_mode):
        raise _wrong(path, 0, "it is not a file")
    if os.name != "posix":
        return  # elsewhere the mode says nothing about who can write
    if file.st_mode & stat.S_IWOTH:
        raise _wrong(path, 0, f"everybody can write it, so it is not read; `chmod o-w {path}` mends that")
    folder = path.resolve().parent
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise _wrong(path, 0, f"everybody can replace it, so it is not read; `chmod o-w {folder}` mends that")
