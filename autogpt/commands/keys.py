"""Files that look as if they held keys: by their names, and by what is in them.

Not promised: to know every such file. A password in a sentence looks like any other word.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autogpt.commands.passwords import passwords
from autogpt.core.redact import holds_key
from autogpt.core.run_by_others import folded

_TEMPLATE = re.compile(r".*[._-](?:example|sample|template|tmpl|dist|defaults?|schema)(?:\..*)?")
_NAMES = re.compile(
    r"""
    \.env | \.env\..+ | .+\.env | \.envrc\.private
    | id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)? | .+\.(?:pem|key|p12|pfx|jks|keystore|kdbx?|ppk|ovpn|asc\.key)
    | \.?credentials(?:\.(?:json|ya?ml|toml|ini|txt|csv|xml|cfg|conf|db|enc))? | \.git-credentials
    | \.?secrets?\.(?:json|ya?ml|toml|ini|txt|cfg|conf) | (?:client_secret|service[_-]?account).*\.json
    | [._]netrc | \.pgpass | \.my\.cnf | \.mylogin\.cnf | \.htpasswd | \.dockercfg | \.s3cfg | \.boto | kubeconfig
    | .+\.tfvars(?:\.json)? | .*\.tfstate(?:\.backup)? | wallet\.dat
    """,
    re.VERBOSE,
)
_SETTINGS = re.compile(
    r"\.npmrc|\.pypirc|\.yarnrc(?:\.yml)?|pip\.conf|pip\.ini|\.gemrc|config\.json|\.condarc|nuget\.config"
)
"""Files that hold a password or none."""
_PASSWORD = re.compile(
    r"""_authToken|_password|_auth\b|npmAuthToken|"auths?"\s*:|(?:^|\n)\s*(?:password|token)\s*[=:]\s*\S|ClearTextPassword""",
    re.IGNORECASE,
)


_URL_PASSWORD = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"<>]{1,100}:([^\s/:@'\"<>]{6,200})@[\w.-]", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"pass(word|wd)?|secret|changeme|example|xxx+|\*+|your.*|[$%{].*", re.IGNORECASE)


def _in_an_address(text: str) -> bool:
    """Whether an address in the text has a password in it that is no placeholder."""
    if "://" not in text:
        return False
    return any(not _PLACEHOLDER.fullmatch(found[1]) for found in _URL_PASSWORD.finditer(text))


def where_keys_are(name: str, text: Callable[[], str], before: Callable[[], str]) -> str | None:
    """Where a file seems to hold keys: "line 3", or "" for all of it; None where it doesn't.

    `text` gives what is in it, "" where that can't be said, and `before` what the last commit has of it: a plain
    password that is in there already is out already.
    """
    last = folded(name.rpartition("/")[2])
    template = _TEMPLATE.fullmatch(last) is not None
    if not template and _NAMES.fullmatch(last):
        return ""
    content = text()
    if holds_key(content):
        return _line(content, holds_key)
    if template:
        return None
    if _in_an_address(content):
        return _line(content, _in_an_address)
    if _SETTINGS.fullmatch(last) and (found := _PASSWORD.search(content)):
        return f"line {content[: found.end()].count(chr(10)) + 1}"
    places = list(passwords(name, content))
    known = before() if places else ""
    return next((f"line {place.line}" for place in places if place.password not in known), None)


def _line(content: str, holds: Callable[[str], bool]) -> str:
    """The first line of which this is true; a key may also take up several."""
    lines = content.split("\n")
    return next((f"line {number}" for number, line in enumerate(lines, 1) if holds(line)), "")
