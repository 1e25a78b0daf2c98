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
_QUOTE = r"""\\{0,3}["']"""
_ASSIGNED = re.compile(
    rf"""
    (?:^|[\s,;{{(\[<@]|\\[nrt]) (?:-D|--|\$)? (?:{_QUOTE})? {_NAME} (?:{_QUOTE})? \s{{0,20}} (?: :=|=>|[=:]|>) \s{{0,20}}
    (?: "(?P<double>[^"\n]{{1,200}})" | '(?P<single>[^'\n]{{1,200}})' | \\{{1,3}}["'](?P<escaped>[^"'\\\n]{{1,200}})\\{{1,3}}["']
      | (?P<plain>[^\s"'<>]{{1,200}}) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"""\w \s? \( \s{{0,20}} (?:{_QUOTE}) {_NAME} (?:{_QUOTE}) \s{{0,20}} , \s{{0,20}}
    (?:{_QUOTE}) (?P<given>[^"'\\\n]{{1,200}}) (?:{_QUOTE}) \s{{0,20}} \)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A call with a name and what it is to be, such as PHP's `define('DB_PASSWORD', …)`."""

_MENTIONED = re.compile("pass|pwd", re.IGNORECASE)
_STAND_IN = re.compile(
    r"""
    admin\d* | root\d* | user\d* | guest\d* | postgres(?:ql)? | mysql | redis | none | null | nil | true | false | undefined
    | str(?:ing)? | text | bytes | int | bool | any | object | todo | tbd | fixme | foo\w* | bar\w* | qwerty | letmein
    | [a-z]?x+ | 0+ | 1?2?3456\d* | abc\d* | (.)\1*
    | [<\[({$%!&*@~/.`\\].* | .*[({<>})].* | .*(?:\$\{|%\(|%s|\{\{).* | \w+:// .* | (?:env|file|vault|ref|ssm|arn|op|kms)[:+].*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STAND_IN_WORDS = re.compile(
    r"""
    pass(?:word|wd|phrase|wort)? | pwd | secret | changed? | examples? | sample | placeholder | redacted | dummy | fake | foobar
    | replaced? | insert | enter | your | here | default | required | optional | hidden | test(?:s|ing)? | demo
    | this | please | strong | super | some | value | token | local | user(?:name)? | admin | root | guest | database | string
    | postgres | mysql | mongo | redis | wordpress | proxy | repo | (?<![a-z])(?:my|for|with|dev|prod|the|key|db|app)(?![a-z])
    | 123(?:4(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?)? | 321
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LEAST_LEFT = 4
"""Letters and digits beside such words from which on it is no stand-in: `changeme1` is one, `S3cr3t!pass-for-prod` isn't."""

_SHORTEST, _LONGEST = 6, 100
_LONGEST_LINE = 2_000
_COMMENTS = ("#", "//", ";", "*", "rem ", "REM ")


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
        # Lines of a notebook stand in quotes.
        if len(line) > _LONGEST_LINE or line.lstrip(' \t"').startswith(_COMMENTS):
            continue
        for password in _in_line(line, in_code=in_code):
            if _is_one(password, in_code=in_code):
                yield Place(number, password)


def _in_line(line: str, *, in_code: bool) -> Iterator[str]:
    """What the line says that passwords are."""
    for found in _ASSIGNED.finditer(line):
        quoted = found["double"] or found["single"] or found["escaped"]
        yield quoted or ("" if in_code else (found["plain"] or "").rstrip(",;"))
    if in_code:
        for found in _GIVEN.finditer(line):
            yield found["given"]


def _is_one(text: str, *, in_code: bool) -> bool:
    if not _SHORTEST <= len(text) <= _LONGEST or any(map(str.isspace, text)) or _stands_in(text):
        return False
    letters, digits = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    # A word in source code names a field, a key of a dictionary or a message.
    return (letters and digits) or not in_code


def _stands_in(text: str) -> bool:
    rest, taken = _STAND_IN_WORDS.subn("", text)
    return _STAND_IN.fullmatch(text) is not None or (taken > 0 and sum(map(str.isalnum, rest)) < _LEAST_LEFT)
