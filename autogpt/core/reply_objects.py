"""Finds the JSON objects that stand in a model's text, among prose, fences and tags.

A text inside a string of an object is never looked at: what a file's text says
can't become a command. Nor is an object inside one that was left open or can't be
read: then the whole text is refused (`LeftOpen`, `Malformed`).

Tags of reasoning (`<think>…</think>`) are passed over with what they hold. Not
read at all are shapes without an end mark of their own (YAML, a bare
`name(args)`), where a text that was cut off looks whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from autogpt.core.tolerant_json import LeftOpen, Malformed, Reading, read_members, read_value, unescape

_MAX_LAYERS = 3
"""How often JSON may be wrapped in a JSON string."""

_MAX_OBJECTS = 200
"""More than these in one text are no reply."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value, the command that the text around it names (ReAct, `<function=…>`), and its place.

    `before` is the text between the previous one and this one, `after` that between this one and the next,
    and `written` how it stands there.
    """

    value: Any
    before: str = ""
    named: str = ""
    repeated: frozenset[str] = frozenset()
    after: str = ""
    written: str = ""


def find_objects(text: str, layers: int = 0) -> list[Found]:
    """All objects in the text, in order. Raises LeftOpen, Malformed."""
    if layers > _MAX_LAYERS:
        return []
    return _Search(text, layers).all()


_REASONING = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|seed:think"
_LANDMARK = re.compile(
    r"(?=[`~{\[}<\"])(?:(?P<fence>`{3,}|~{3,})"
    r"|(?P<open>\{|\[(?=\s*\{))"
    r"|(?P<close>\})"
    rf"|<(?P<end>/?)(?P<reasoning>{_REASONING})>"
    r"|<(?:function|invoke|tool)(?:=|\s+name\s*=\s*)[\"']?(?P<function>[\w.:-]+)[\"']?\s*>"
    r"|(?P<string>\"(?=(?:\s|\\{1,16}[nrt\"]){0,40}\{(?:\s|\\{1,16}[nrt]){0,40}(?:\\{1,16}\"|')))"
    r"|(?P<member>\"(?:thoughts|command)\"\s*:))",
    re.IGNORECASE,
)
_FENCE_OPENING = re.compile(r"[ \t]*([\w+#.-]*)(?P<data>\s*(?:\{|\[\s*\{))?")
_JSON_LANGUAGES = frozenset({"", "json", "json5", "jsonc", "jsonl", "text", "txt", "plaintext"})
_BRACES_OF_PROSE = re.compile(r"\{\s*[^{}\"'“”‘’:\s][^{}\"'“”‘’:\n]{0,80}\}")
_ESCAPED_OBJECT = re.compile(r'\{(?:\s|\\[nrt])*\\"')
_SPARE_CLOSERS = re.compile(r"(?:\s*[}\])])+")
_MORE_MEMBERS = re.compile(r"\s*(?:[}\]]\s*)?(?:,\s*)?(?=\"\w{1,40}\"\s*:)")

_PARAMETER = re.compile(r"\s*<parameter(?:=|\s+name\s*=\s*)[\"']?([\w.:-]+)[\"']?\s*>")
_PARAMETER_END = re.compile(r"</parameter>(?=\s*(?:<parameter[=\s]|</(?:function|invoke|tool)>))")
_TAG = re.compile(r"</?(?:parameter|function|invoke|tool)\b")
_FUNCTION_END = re.compile(r"\s*</(?:function|invoke|tool)>")
_AFTER_FUNCTION = re.compile(r"(?:\s*</\w{1,40}>)*\s*(?:\Z|<)")

_NAMED_BEFORE = re.compile(
    r"\b(?:action|command|tool|function)(?: ?name)? ?[:=] ?(?P<name>[\w.-]+)[ ,;]*"
    r"(?:(?:action|command|tool|function)?[ _]?(?:input|arguments?|args|parameters|params)) ?[:=] ?(?:json)?$"
    r"|\bto=(?P<recipient>[\w.-]+)[^{}]*<\|message\|>$",
    re.IGNORECASE,
)
_DECORATION = str.maketrans("", "", "*`\"'")


class _Search:
    """One pass over the text, from landmark to landmark."""

    def __init__(self, text: str, layers: int) -> None:
        self.text = text
        self.layers = layers
        self.found: list[Found] = []
        self.taken = 0
        """Where the text that belongs to no object begins."""
        self.fenced = False

    def all(self) -> list[Found]:
        at = 0
        while mark := _LANDMARK.search(self.text, at):
            if len(self.found) > _MAX_OBJECTS:
                raise Malformed(f"it has more than {_MAX_OBJECTS} JSON objects", self.text, at)
            at = self.pass_landmark(mark)
        found = self.found
        afters = [*(one.before for one in found[1:]), self.text[self.taken :]]
        return [replace(one, after=one.after + after) for one, after in zip(found, afters, strict=False)]

    def pass_landmark(self, mark: re.Match[str]) -> int:
        """Deal with one landmark; returns where to go on."""
        match mark.lastgroup:
            case "fence":
                return self.fence(mark)
            case "open":
                return self.object(mark.start())
            case "close":
                if self.found:
                    raise Malformed("a closing brace follows the end of the JSON", self.text, mark.start())
                return mark.end()
            case "reasoning":
                return self.reasoning(mark)
            case "function":
                return self.function(mark)
            case "string":
                return self.string(mark.start())
            case _:
                return self.keep(read_members(self.text, mark.start()), mark.start())

    def fence(self, mark: re.Match[str]) -> int:
        """Enter or leave a fence of data; pass over one of code."""
        opening = _FENCE_OPENING.match(self.text, mark.end())
        assert opening is not None, "the pattern matches the empty text"
        language = opening[1].lower()
        if self.fenced and language not in _JSON_LANGUAGES - {""}:
            self.fenced = False
            return mark.end()
        if opening["data"] or language in _JSON_LANGUAGES:
            self.fenced = True
            return opening.end(1)
        line_end = self.text.find("\n", mark.end())
        end = (
            self.text.find(mark[0], mark.end(), line_end)
            if line_end >= 0
            else self.text.find(mark[0], mark.end())
        )
        if end < 0:
            end = self.text.find(f"\n{mark[0]}", mark.end()) + 1
        if end <= 0:
            raise LeftOpen("a fenced block")
        return end + len(mark[0])

    def reasoning(self, mark: re.Match[str]) -> int:
        """Pass over the model's reasoning.

        An end without a beginning (some chat templates write the beginning themselves)
        makes all before it reasoning. Reasoning that holds one object and nothing else,
        in a text that holds nothing else, is a reply in the wrong tag.
        """
        text = self.text
        if mark["end"]:
            self.found.clear()
            self.taken = mark.end()
            self.fenced = False
            return mark.end()
        end = re.compile(rf"</{re.escape(mark['reasoning'])}>", re.IGNORECASE).search(text, mark.end())
        if not end:
            raise LeftOpen("its reasoning")
        inside = text[mark.end() : end.start()].strip()
        if (
            not text[: mark.start()].strip()
            and not text[end.end() :].strip()
            and inside[:1] + inside[-1:] == "{}"
        ):
            self.inside(inside, mark.start(), end.end())
        self.taken = end.end()
        return end.end()

    def object(self, start: int) -> int:
        """Read the object or list of objects at `start`."""
        text = self.text
        if prose := _BRACES_OF_PROSE.match(text, start):
            return prose.end()
        if _ESCAPED_OBJECT.match(text, start):
            self.inside(unescape(text[start:]), start, len(text))
            return len(text)
        return self.keep(read_value(text, start), start)

    def string(self, start: int) -> int:
        """Read a JSON string that holds JSON; it must be closed."""
        try:
            inside, end = json.JSONDecoder(strict=False).raw_decode(self.text, start)
        except ValueError as error:
            raise LeftOpen("a string") from error
        self.inside(inside, start, end)
        return end

    def inside(self, inner: str, start: int, end: int) -> None:
        """Note the objects in a string that stands from `start` to `end`."""
        found = find_objects(inner, self.layers + 1)
        if not found:
            return
        found[0] = replace(found[0], before=f"{self.text[self.taken : start]}{found[0].before}")
        # What follows the last one in the string comes before what follows the string.
        self.found += [*(replace(one, after="") for one in found[:-1]), found[-1]]
        self.taken = end

    def keep(self, reading: Reading, start: int) -> int:
        """Note an object; members that follow a brace too many still belong to it."""
        text = self.text
        before = text[self.taken : start]
        value, end, repeated = reading.value, reading.end, reading.repeated
        if isinstance(value, dict) and (more := _MORE_MEMBERS.match(text, end)):
            rest = read_members(text, more.end())
            repeated |= rest.repeated | {k for k, v in rest.value.items() if k in value and value[k] != v}
            value.update(rest.value)
            end = rest.end
        self.found.append(Found(value, before, _named_before(before), repeated, written=text[start:end]))
        spare = _SPARE_CLOSERS.match(text, end)
        self.taken = spare.end() if spare else end
        return self.taken

    def function(self, mark: re.Match[str]) -> int:
        """Read `<function=name>` with its arguments as JSON or as tags; it must be closed."""
        text, at = self.text, mark.end()
        args: dict[str, Any] = {}
        repeated: frozenset[str] = frozenset()
        body = re.compile(r"\s*").match(text, at)
        if body and text.startswith("{", body.end()):
            reading = read_value(text, body.end())
            args, at, repeated = reading.value, reading.end, reading.repeated
        else:
            for name, value, end in self.parameters(at):
                args[name] = value
                at = end
        closed = _FUNCTION_END.match(text, at)
        if not closed:
            raise LeftOpen("a tag")
        if not _AFTER_FUNCTION.match(text, closed.end()):
            raise Malformed("text follows the end of a function tag", text, closed.end())
        before, written = text[self.taken : mark.start()], text[mark.start() : closed.end()]
        self.found.append(Found(args, before, mark["function"], repeated, written=written))
        self.taken = closed.end()
        return self.taken

    def parameters(self, at: int) -> Iterator[tuple[str, str, int]]:
        """`<parameter=name>value</parameter>`, one after the other, without the line breaks around the value."""
        text = self.text
        while opening := _PARAMETER.match(text, at):
            end = _PARAMETER_END.search(text, opening.end())
            if not end:
                raise LeftOpen("a tag")
            value = text[opening.end() : end.start()]
            if _TAG.search(value):
                raise Malformed("a tag inside an argument could be the end of it", text, opening.end())
            yield opening[1], value.removeprefix("\n").removesuffix("\n"), end.end()
            at = end.end()


def _named_before(before: str) -> str:
    """The command that prose just before its arguments names: `Action: x` / `Action Input:`."""
    line = " ".join(before[-200:].translate(_DECORATION).split())
    match = _NAMED_BEFORE.search(line)
    return (match["name"] or match["recipient"] or "") if match else ""
