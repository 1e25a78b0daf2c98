"""What was read from outside, so far as a reply could repeat it word for word.

A page, a file or a program's output can hold a whole reply, in the hope that the model sends it back.
So of each result is kept what tells such a copy: hashes of the JSON objects in it, as parsed, and its
letters and digits, without everything that quoting, escaping and layout change, in blocks of eight.
It outlasts the folding of results into a summary, and the same events give the same again.

What counts is the whole object of a reply, thoughts included. The same command with the model's own
thoughts is no copy, so ordinary actions can be repeated however often they stand in what was read.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from autogpt.core.actions import Action, CommandSpec, Touch
from autogpt.core.reply_shapes import DECISIVE_KEYS, folded, wholes_in

_BLOCK = 8
_SHORTEST_COPY = 32
"""Letters and digits. Shorter objects are compared as parsed only: too few blocks would tell them."""

_MOST_KEPT = 2_000_000
"""Letters and digits of texts with braces; beyond that the oldest are given up."""

_MOST_TRIES = 400
_MOST_DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Letters:
    size: int
    blocks: frozenset[str]

    def hold(self, text: str) -> bool:
        """Whether the text stands here in one piece: all its blocks do, from some beginning on."""
        return any(
            all(text[at : at + _BLOCK] in self.blocks for at in range(shift, len(text) - _BLOCK + 1, _BLOCK))
            for shift in range(_BLOCK)
        )


@dataclass(frozen=True, slots=True)
class Outside:
    """What a reply could be a copy of. `read` says whether anything from outside was read at all."""

    read: bool = False
    objects: frozenset[bytes] = frozenset()
    texts: tuple[_Letters, ...] = ()

    def after(self, action: Action, spec: CommandSpec | None, result: str) -> Outside:
        """With the result of a command."""
        if not result or not _brings(spec):
            return self
        if "{" not in result and "&" not in result and "\\u007b" not in result.lower():
            return self if self.read else Outside(True, self.objects, self.texts)
        plain = html.unescape(result) if "&" in result else result
        objects = self.objects | {_hashed(one) for one in _objects(plain)}
        letters = _letters(plain)
        blocks = frozenset(letters[at : at + _BLOCK] for at in range(0, len(letters) - _BLOCK + 1, _BLOCK))
        new = _Letters(len(letters), blocks)
        texts = self.texts if new in self.texts else (*self.texts, new)
        while sum(text.size for text in texts) > _MOST_KEPT and len(texts) > 1:
            texts = texts[1:]
        return Outside(True, objects, texts)

    def holds(self, value: Any, written: str) -> bool:
        """Whether an object of a reply, or one that it only wraps, is a copy; `written` is how it stands there."""
        if not self.texts:
            return False
        wholes = list(wholes_in(value))
        if any(_hashed(one) in self.objects for one in wholes):
            return True
        for text in {_letters(one) for one in (written, *(_dumped(each) for each in wholes))}:
            if len(text) >= _SHORTEST_COPY and any(one.hold(text) for one in self.texts):
                return True
        return False


NOTHING_READ = Outside()


def _brings(spec: CommandSpec | None) -> bool:
    """Whether a command's result is a text from outside: not one of ours on a file that was written."""
    return spec is None or spec.reads_only or not spec.touches <= {Touch.FILES}


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects in a text that could be (part of) a reply, within bounds of time."""
    read = json.JSONDecoder(strict=False).raw_decode
    at, work = 0, 3 * len(text) + 10_000
    for _ in range(_MOST_TRIES):
        at = text.find("{", at)
        if at < 0 or work <= 0:
            return
        try:
            value, end = read(text, at)
        except json.JSONDecodeError as error:
            work -= max(error.pos - at, 1)
            at += 1
        except (ValueError, RecursionError):
            work -= 10_000
            at += 1
        else:
            work -= end - at
            at = end
            yield from _like_replies(value, 0)


def _like_replies(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if any(folded(key) in _TELLING for key in value):
            yield value
        value = list(value.values())
    if isinstance(value, list) and depth < _MOST_DEPTH:
        for inner in value:
            if isinstance(inner, dict | list):
                yield from _like_replies(inner, depth + 1)


_TELLING = DECISIVE_KEYS | {"thoughts", "thought"}


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _hashed(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


_NO_LETTERS = re.compile(r"[\W_]+")
_CODE_POINT = re.compile(r"\\{1,8}u([0-9a-fA-F]{4})")
_ESCAPE = re.compile(r"\\+[nrtbf]?")


def _letters(text: str) -> str:
    """Letters and digits of a text, without case and without the letters of escapes (`\\n`)."""
    if "\\" in text:
        text = _CODE_POINT.sub(lambda found: chr(int(found[1], 16)), text)
        text = _ESCAPE.sub(" ", text)
    return _NO_LETTERS.sub("", text).casefold()
