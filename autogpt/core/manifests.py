"""The packages that a project's own files name, by the files' usual names. Pure text.

Formats: PEP 508 and pip's requirements, PEP 621 and Poetry's pyproject.toml, Pipfile, npm's package.json and lock,
Cargo.toml, go.mod, Gemfile, composer.json, conda's environment.yml, and the locks of Python and Cargo. They are read
leniently, line by line: what can't be read names nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

_MOST = 1_000
"""Names of one file; a lock can have thousands, and nobody asks about all of them."""

_LONGEST_TEXT = 500_000
_LONGEST_LINE = 500
_NAME = r"[A-Za-z][A-Za-z0-9_.-]{0,213}"
"""Of a package; 214 characters are npm's limit, other registries have less."""

_VERSION = re.compile(r"(?<![\w.])v?\d{1,6}(?:\.\d{1,6}){1,3}(?:[-.]?[a-z]{1,5}[-.]?\d{1,4})?(?!\w|\.\d)")
_REQUIREMENT = re.compile(rf"({_NAME})(?:\[[^\]]*\])?\s*(?:[=<>!~;#@].*)?")
_QUOTED = re.compile(rf"[\"']({_NAME})(?:\[[^\]\"']*\])?\s*(?:[=<>!~;@][^\"']*)?[\"']")
_MODULE = re.compile(r"(?:require\s+|module\s+)?([a-z][\w-]*(?:\.[\w-]+)+(?:/[\w.~-]+)+)")
_KEYS = re.compile(r"(?:^|\.)(?:(?:dev-|build-)?dependencies|(?:dev-)?packages)$")
_LISTS = re.compile(r"(?:^|\.)(?:optional-dependencies|dependency-groups)$")
_OF_ONE = re.compile(rf"(?:^|\.)(?:dev-|build-)?dependencies\.[\"']?({_NAME})[\"']?$")
_OBJECTS = re.compile(r"(?:[a-z]+D|d)ependencies|require(?:-dev)?|packages")


def is_manifest(name: str) -> bool:
    """Whether a file of this name names packages."""
    return _reader(name) is not None


def packages_in(name: str, text: str) -> tuple[str, ...]:
    """What a file of this name calls packages, in its order, the parts of their names apart, and then the versions in it."""
    read = _reader(name)
    if read is None:
        return ()
    text = text[:_LONGEST_TEXT]
    parts = (part for package in read(text) for part in package.lstrip("@").split("/") if part)
    found = tuple(islice(parts, _MOST))
    return tuple(dict.fromkeys((*found, *_VERSION.findall(text)[:_MOST]))) if found else ()


def package_key(name: str) -> str:
    """What spellings of one package have in common (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _reader(name: str) -> Callable[[str], Iterator[str]] | None:
    return next((read for pattern, read in _READERS if pattern.search(name)), None)


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if len(line) <= _LONGEST_LINE)


def _requirements(text: str) -> Iterator[str]:
    for line in _lines(text):
        if found := _REQUIREMENT.fullmatch(line.removeprefix("- ").strip().strip("\"'")):
            yield found[1]


def _toml(text: str) -> Iterator[str]:
    table, listing = "", False
    for line in _lines(text):
        key, equals, value = (part.strip() for part in line.partition("="))
        if line.startswith("[") and not listing:
            table = line.strip("[] ")
            if named := _OF_ONE.search(table):
                yield named[1]
        elif listing:
            yield from _QUOTED.findall(line)
            listing = "]" not in _without_extras(line)
        elif equals and value.startswith("["):
            if _LISTS.search(table) or key in ("dependencies", "requires"):
                yield from _QUOTED.findall(value)
                listing = "]" not in _without_extras(value)
        elif equals and _KEYS.search(table) and re.fullmatch(_NAME, key.strip("\"'")):
            yield key.strip("\"'")


def _without_extras(line: str) -> str:
    return _QUOTED.sub("", line)


def _lock(text: str) -> Iterator[str]:
    for line in _lines(text):
        if found := re.fullmatch(rf"name = \"({_NAME})\"", line):
            yield found[1]


def _json(text: str) -> Iterator[str]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return
    for key, value in whole.items() if isinstance(whole, Mapping) else ():
        if isinstance(value, Mapping) and _OBJECTS.fullmatch(key):
            yield from (name.rpartition("node_modules/")[2] for name in value)


def _modules(text: str) -> Iterator[str]:
    for line in _lines(text):
        if found := _MODULE.match(line):
            yield found[1]


def _gems(text: str) -> Iterator[str]:
    for line in _lines(text):
        if line.startswith("gem "):
            yield from _QUOTED.findall(line)[:1]


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[str]]], ...] = tuple(
    (re.compile(rf"(?:^|/)(?:{pattern})$"), read)
    for pattern, read in (
        (
            r"[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.(?:txt|in)",
            _requirements,
        ),
        (r"environment\.ya?ml", _requirements),
        (r"pyproject\.toml|Pipfile|Cargo\.toml", _toml),
        (r"Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock", _lock),
        (r"package\.json|package-lock\.json|composer\.json", _json),
        (r"go\.mod", _modules),
        (r"Gemfile", _gems),
    )
)
