"""Reading the person's YAML files, with the line of whatever is wrong in them.

The tree of nodes is read, not Python values: so `ai_name: 007` stays `007`, a date
stays what was typed, every complaint knows its line, and keys that the program
doesn't know survive a rewrite as they were. Aliases are never expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.core.errors import UsageError
from autogpt.settings.texts import read_text, visible, visible_path

if TYPE_CHECKING:
    from yaml import MappingNode, Node


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file whose top level is `key: value` lines. The last of equal keys counts."""

    path: Path
    root: MappingNode | None

    def text(self, key: str) -> str | None:
        """The key's text as it was typed; None when it is missing, empty or null. Raises UsageError."""
        node = self._node(key)
        if node is None or _is_null(node):
            return None
        return self._scalar(key, node)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """The key's list, without its empty items; None when it is missing, empty or null. Raises UsageError."""
        from yaml import SequenceNode

        node = self._node(key)
        if node is None or _is_null(node):
            return None
        if not isinstance(node, SequenceNode):
            raise self.wrong(key, "expected a list, one item a line, each after a dash", node)
        return tuple(
            text for item in node.value if not _is_null(item) and (text := self._scalar(key, item).strip())
        )

    def pairs(self, key: str) -> tuple[tuple[str, str], ...] | None:
        """The key's own `name: text` lines; None when it is missing, empty or null. Raises UsageError."""
        from yaml import MappingNode

        node = self._node(key)
        if node is None or _is_null(node):
            return None
        if not isinstance(node, MappingNode):
            raise self.wrong(key, "expected indented lines of the form `name: value`", node)
        return tuple(
            (self._scalar(key, name), self._scalar(key, value).strip())
            for name, value in node.value
            if not _is_null(value)
        )

    def wrong(self, key: str, why: str, node: Node | None = None) -> UsageError:
        """The error that names file, line and key."""
        at = node if node is not None else self._node(key)
        line = f", line {at.start_mark.line + 1}" if at is not None else ""
        return UsageError(f"{visible_path(self.path)}{line}: {key}: {why}.")

    def others(self, known: tuple[str, ...]) -> list[tuple[Node, Node]]:
        """The keys that are not `known`, with their values, in order."""
        pairs: list[tuple[Node, Node]] = self.root.value if self.root else []
        return [(name, value) for name, value in pairs if name.value not in known]

    def _node(self, key: str) -> Node | None:
        pairs: list[tuple[Node, Node]] = self.root.value if self.root else []
        found = [value for name, value in pairs if name.value == key]
        return found[-1] if found else None

    def _scalar(self, key: str, node: Node) -> str:
        from yaml import MappingNode, ScalarNode

        if isinstance(node, ScalarNode):
            return str(node.value)
        if isinstance(node, MappingNode):
            raise self.wrong(key, "expected a text; one that contains a colon needs quotes around it", node)
        raise self.wrong(key, "expected a text, not a list", node)


def _is_null(node: Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def read_yaml(path: Path) -> YamlFile | None:
    """The file, None when there is none. Raises UsageError when it isn't YAML with keys at its top level."""
    text = read_text(path)
    if text is None:
        return None
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{visible_path(path)}{line}: not valid YAML: {visible(error.problem)}.") from None
    except yaml.reader.ReaderError as error:
        line = f", line {text.count(chr(10), 0, error.position) + 1}"
        raise UsageError(f"{visible_path(path)}{line}: not valid YAML: a control character.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{visible_path(path)}: not valid YAML: {visible(error)}.") from None
    except RecursionError:
        raise UsageError(f"{visible_path(path)}: lists in lists in lists, too deep to read.") from None
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{visible_path(path)}, line 1: expected lines of the form `key: value`.")
    return YamlFile(path, root)
