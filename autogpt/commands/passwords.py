"""Passwords that stand in a file as they are: `password = hunter2` in settings, the same in quotes in source code.

For the question before a commit, so it errs on the side of silence: tests, examples, manuals, translations
and what is plainly a stand-in count for nothing. Not promised: to find a password that is a word of a
dictionary in source code, or one whose name doesn't say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_ENDINGS = (
    r"ini|cfg|conf|cnf|config|properties|toml|ya?ml|env|tf|hcl|xml|plist|ps1|sh|bash|zsh|bat|cmd|service"
)
_SETTINGS = re.compile(
    rf".+\.(?:{_ENDINGS})|\.[\w-]+rc|[\w-]*env|dockerfile.*|docker-compose.*", re.IGNORECASE
)
_SOURCE = re.compile(
    r".+\.(?:json5?|py|ipynb|js|mjs|cjs|ts|tsx|jsx|rb|php|java|kts?|go|rs|cs|cpp|cc|c|h|swift|scala|groovy|gradle|pl|lua|exs?|sql|r)",
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(
    r"""
    .*[._-](?:example|sample|template|tmpl|dist|defaults?|schema|test|tests|spec|mock|fixture|lock|min)(?:\..*)?
    | (?:test|tests|mock|example|sample|demo|conftest)(?:[._-].*)? | package-lock\.json | .*\.lock
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FOLDERS = re.compile(
    r"""
    _*tests?_* | testing | testdata | test[-_].+ | .+[-_]tests? | specs? | fixtures? | mocks? | _*mocks?_* | stubs?
    | examples? | samples? | demos? | docs? | documentation | tutorials? | benchmarks?
    | i18n | l10n | locales? | lang | languages? | translations? | schemas? | node_modules | vendor | third_party
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Names of files, and of folders, in which a password is hardly anybody's."""

_NAME = (
    r"(?:[\w.-]{0,60}?(?:password|passwd|passphrase|passwort|pwd|dbpass)|(?:[\w.-]{1,60}[_.-])?pass)\d{0,2}"
)
_ASSIGNED = re.compile(
    rf"""
    (?:^|[\s,;{{(\[<@]) (?:-D|--|\$)? ["']? {_NAME} ["']? \s{{0,20}} (?: :=|=>|[=:]|>) \s{{0,20}}
    (?: "(?P<double>[^"\n]{{1,200}})" | '(?P<single>[^'\n]{{1,200}})' | (?P<plain>[^\s"'<>]{{1,200}}) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MENTIONED = re.compile("pass|pwd", re.IGNORECASE)
_STAND_IN = re.compile(
    r"""
    .*(?:pass(?:word|wd|phrase|wort)?|pwd|secret|change|example|sample|placeholder|redacted|dummy|fake|foobar|replace|insert
       |enter|your|here|default|required|optional|hidden|test|demo).*
    | admin\d* | root\d* | user\d* | guest\d* | postgres(?:ql)? | mysql | redis | none | null | nil | true | false | undefined
    | str(?:ing)? | text | bytes | int | bool | any | object | todo | tbd | fixme | foo\w* | bar\w* | qwerty | letmein
    | [a-z]?x+ | 0+ | 1?2?3456\d* | abc\d* | (.)\1*
    | [<\[({$%!&*@~/.`\\].* | .*[({<>})].* | .*(?:\$\{|%\(|%s|\{\{).* | \w+:// .* | (?:env|file|vault|ref|ssm|arn|op|kms)[:+].*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHORTEST, _LONGEST = 6, 100
_LONGEST_LINE = 2_000


class Place(NamedTuple):
    """A line, counted from 1, and the password in it."""

    line: int
    password: str


def passwords(name: str, text: str) -> Iterator[Place]:
    """Where a file of that name seems to hold passwords. Takes time linear in the text."""
    *folders, last = name.split("/")
    if any(map(_FOLDERS.fullmatch, folders)) or _NOT_MEANT.fullmatch(last):
        return
    in_code = _SOURCE.fullmatch(last) is not None
    if not (in_code or _SETTINGS.fullmatch(last)) or not _MENTIONED.search(text):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE or line.lstrip().startswith(("#", "//", ";", "*", "rem ", "REM ")):
            continue
        for found in _ASSIGNED.finditer(line):
            quoted = found["double"] or found["single"]
            password = quoted or ("" if in_code else found["plain"].rstrip(",;"))
            if _is_one(password or "", in_code=in_code):
                yield Place(number, password)


def _is_one(text: str, *, in_code: bool) -> bool:
    if not _SHORTEST <= len(text) <= _LONGEST or any(map(str.isspace, text)) or _STAND_IN.fullmatch(text):
        return False
    letters, digits = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    # A word in source code names a field, a key of a dictionary or a message.
    return (letters and digits) or not in_code
