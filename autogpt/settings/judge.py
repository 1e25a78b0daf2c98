"""What the values of a folder's `.env` would do that doesn't simply hold: which, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autogpt.core.errors import UsageError
from autogpt.settings.azure import read_azure
from autogpt.settings.folder import where_it_leads
from autogpt.settings.texts import followed, resolved
from autogpt.settings.trust import Accepts, Claim, Sent, azure_claim, claim_of, typed_key_claim
from autogpt.settings.values import COMMAND_LINE, Found, Value, parsed
from autogpt.settings.variables import VARIABLES, UsedFrom, Variable

_BY_NAME = {variable.name: variable for variable in VARIABLES}
KEY, ADDRESS = _BY_NAME["OPENAI_API_KEY"], _BY_NAME["OPENAI_API_BASE_URL"]
USE_AZURE, AZURE_FILE = _BY_NAME["USE_AZURE"], _BY_NAME["AZURE_CONFIG_FILE"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The claims, and the variables of which nothing in the file holds.

    `azure` says whether the use of Azure, where it is asked for, may be.
    """

    claims: tuple[Claim, ...] = ()
    dropped: frozenset[Variable] = frozenset()
    azure: bool = True


def judge(values: Found, home: Path | None, accepts: Accepts) -> Verdict:
    """Judge what was found. Raises UsageError for a value that doesn't fit."""
    claims: list[Claim] = []
    dropped: set[Variable] = set()
    for variable, value in values.items():
        if not value.from_file or variable in (USE_AZURE, AZURE_FILE):
            continue
        meaning, default = parsed(variable, value, home), parsed(variable, None, home)
        if variable.grade.harmless(meaning, default):
            continue
        claim = claim_of(variable, value.text, variable.default, _key(variable.key, values, accepts))
        # What has no effect yet needs no question; when it has one, there will be.
        if variable.used_from is UsedFrom.NOW:
            claims.append(claim)
        if not accepts(claim):
            dropped.add(variable)
    azure = _azure(values, home, accepts)
    holds = azure is None or accepts(azure)
    if azure is not None:
        claims.append(azure)
        dropped.update(() if holds else (USE_AZURE, AZURE_FILE))
    if (ADDRESS in dropped or not holds) and not _is_typed(values.get(KEY), accepts):
        # A key that stands beside an address was made for it, and goes nowhere else.
        dropped.add(KEY)
    return Verdict(tuple(claims), frozenset(dropped), holds)


def is_persons_own(variable: Variable, value: Value | None, home: Path | None) -> bool:
    """Whether the person themself named this path: on the command line, or whole, in the environment."""
    if value is None or value.from_file:
        return False
    return value.where == COMMAND_LINE or Path(parsed(variable, value, home)).is_absolute()


def _is_typed(key: Value | None, accepts: Accepts) -> bool:
    return key is not None and key.from_file and accepts(typed_key_claim(KEY.name, key.text))


def _key(name: str, values: Found, accepts: Accepts) -> Sent | None:
    value = values.get(_BY_NAME[name]) if name else None
    if name == KEY.name and _is_typed(value, accepts):
        return Sent(name, "which you typed here")
    if value is None or value.from_file:
        return None
    return Sent(
        value.name, "from the command line" if value.where == COMMAND_LINE else "from the environment"
    )


def _azure(values: Found, home: Path | None, accepts: Accepts) -> Claim | None:
    """What using Azure would do, where the folder has a say in it."""
    use, file = values.get(USE_AZURE), values.get(AZURE_FILE)
    if use is None or not parsed(USE_AZURE, use):
        return None
    if not use.from_file and is_persons_own(AZURE_FILE, file, home):
        return None
    path: Path = parsed(AZURE_FILE, file, home)
    leads_to = where_it_leads(path)
    name = str(path) if leads_to is None else f"{path} (a link to {leads_to})"
    try:
        azure = read_azure(followed(path))
    except UsageError:
        # The person's own wish is told what is wrong with the file; a folder's counts for nothing.
        return azure_claim("", "", name, None) if use.from_file else None
    judged = "\0".join((str(resolved(path)), azure.api_type, azure.api_base, azure.api_version))
    return azure_claim(azure.api_base, judged, name, _key("OPENAI_API_KEY", values, accepts))
