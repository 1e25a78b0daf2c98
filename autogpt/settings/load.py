"""Making `Settings` of what the person set: command line over environment over `.env` over defaults.

The only reader of the environment. A value that is empty, or a template's
stand-in, counts as not set at that level. What no variable is named after is
passed over.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from autogpt.core.errors import UsageError
from autogpt.settings import groups
from autogpt.settings.azure import read_azure
from autogpt.settings.dotenv_file import read_env_file
from autogpt.settings.folder import came_of, judged
from autogpt.settings.groups import Settings
from autogpt.settings.judge import Verdict, is_persons_own, judge
from autogpt.settings.kinds import PATH, PROXY, URL
from autogpt.settings.placeholders import is_placeholder
from autogpt.settings.secret import Secret
from autogpt.settings.texts import followed, resolved, visible, visible_path
from autogpt.settings.trust import Accepts, Claim, Doubted, link_claim, nobody, none_doubted
from autogpt.settings.values import COMMAND_LINE, ENVIRONMENT, Found, Level, Value, candidates, found, parsed
from autogpt.settings.variables import VARIABLES, UsedFrom, Variable

NOT_THE_FOLDERS = (
    "USE_AZURE is set, and the address in this folder's {file} is not used unasked: "
    "name the file by its whole path in AZURE_CONFIG_FILE."
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and lines for the person to see at the start.

    `claims` are what the folder's own files would change that doesn't simply hold, and `refused` those
    that do not hold, for nobody accepted them. `blocked` says in a line why no agent can work here,
    `unusable` why the program's own files here can't be used; both are mostly empty. `env_file` is
    where the `.env` file is, a link that was accepted followed.
    """

    settings: Settings
    notices: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    refused: tuple[Claim, ...] = ()
    blocked: str = ""
    unusable: str = ""
    env_file: Path | None = None


def load_settings(
    environ: Mapping[str, str],
    env_file: Path | None,
    overrides: Mapping[str, str],
    accepts: Accepts = nobody,
    doubted: Doubted = none_doubted,
) -> Loaded:
    """Read and check everything.

    `overrides` are the command line's, by the variable's name. A missing `env_file` is fine. What it
    says, and what lies beside it in the current folder, holds as far as it is harmless or `accepts`
    says so; of a file that is `doubted`, nothing holds unless that was accepted. Raises UsageError, in one line that names the variable or the file.
    """
    home = home_of(environ)
    said: tuple[Level, Level] = (
        {name: Value(name, text, COMMAND_LINE) for name, text in overrides.items()},
        {name: Value(name, _unquoted(text), ENVIRONMENT) for name, text in environ.items()},
    )
    link = _env_link(env_file)
    came = came_of(env_file) if env_file and doubted(env_file) else None
    first = [claim for claim in (link, came) if claim is not None]
    follows = all(map(accepts, first))
    file, verdict = _file(env_file, follows, said, home, accepts)
    gone = {name for variable in verdict.dropped for name in variable.names}
    holding = {name: value for name, value in file.items() if follows and name not in gone}
    levels = (*said, holding)
    values = found(levels)
    settings = _settings(
        {variable.field: parsed(variable, values.get(variable), home) for variable in VARIABLES},
        configuration_folder(environ, home),
        _secrets((*said, file)),
    )
    _check(settings)
    here = judged(settings, _persons_own(values, home), accepts, doubted)
    settings, blocked = here.settings, here.blocked
    if settings.models.use_azure and not verdict.azure:
        blocked = NOT_THE_FOLDERS.format(file=visible_path(settings.models.azure_config_file))
    elif settings.models.use_azure:
        settings = dataclasses.replace(
            settings, azure=read_azure(followed(settings.models.azure_config_file))
        )
    by_folder = {variable.field for variable, value in values.items() if value.from_file}
    settings = dataclasses.replace(settings, budget_is_folders="run.api_budget" in by_folder)
    claims = (*first, *verdict.claims, *here.claims)
    return Loaded(
        settings,
        tuple(_notices(levels, values)),
        claims,
        tuple(claim for claim in claims if not accepts(claim)),
        blocked,
        here.unusable,
        followed(env_file) if env_file and follows else env_file,
    )


def _env_link(env_file: Path | None) -> Claim | None:
    is_link = env_file is not None and env_file.is_symlink()
    return link_claim(str(env_file), str(resolved(env_file))) if env_file and is_link else None


def _file(
    env_file: Path | None, follows: bool, said: tuple[Level, Level], home: Path | None, accepts: Accepts
) -> tuple[Level, Verdict]:
    """What the `.env` file says, and what may hold of that.

    Behind a link that isn't followed it is only looked at, and nothing is said of what is wrong with it.
    """
    try:
        lines = read_env_file(followed(env_file)) if env_file else {}
        level = {
            name: Value(name, line.value, f"in {visible_path(env_file)}, line {line.number}", True)
            for name, line in lines.items()
            if env_file
        }
        return level, judge(found((*said, level)), home, accepts)
    except UsageError:
        if follows:
            raise
        return {}, judge(found(said), home, accepts)


def _persons_own(values: Found, home: Path | None) -> frozenset[str]:
    """The fields whose path the person named themself."""
    return frozenset(
        variable.field
        for variable, value in values.items()
        if variable.kind is PATH and is_persons_own(variable, value, home)
    )


def _unquoted(text: str) -> str:
    """Docker's --env-file keeps the quotes that a `.env` file has around values."""
    stripped = text.strip()
    quoted = len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "'\""
    return stripped[1:-1] if quoted else text


def _settings(values: Mapping[str, Any], folder: Path | None, secrets: tuple[Secret, ...]) -> Settings:
    def group(name: str) -> dict[str, Any]:
        prefix = f"{name}."
        return {
            field.removeprefix(prefix): value for field, value in values.items() if field.startswith(prefix)
        }

    return Settings(
        models=groups.ModelSettings(**group("models")),
        run=groups.RunSettings(**group("run")),
        files=groups.FileSettings(**group("files")),
        shell=groups.ShellSettings(**group("shell")),
        plugins=groups.PluginSettings(**group("plugins")),
        web=groups.WebSettings(**group("web")),
        memory=groups.MemorySettings(**group("memory")),
        images=groups.ImageSettings(**group("images")),
        speech=groups.SpeechSettings(**group("speech")),
        accounts=groups.AccountSettings(**group("accounts")),
        azure=None,
        configuration_folder=folder,
        known_secrets=secrets,
    )


def home_of(environ: Mapping[str, str]) -> Path | None:
    """The person's own folder, None where the system names none."""
    named = environ.get("USERPROFILE" if os.name == "nt" else "HOME")
    if named and Path(named).is_absolute():
        return Path(named)
    try:
        return Path.home()
    except RuntimeError:
        return None


def configuration_folder(environ: Mapping[str, str], home: Path | None) -> Path | None:
    """The person's own folder for configuration: %APPDATA% on Windows, else as XDG says."""
    named = environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
    if named and Path(named).is_absolute():
        return Path(named) / "autogpt"
    return home / ".config" / "autogpt" if home else None


_SECRET_NAME = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD)(_|$)", re.IGNORECASE)


def _secrets(levels: tuple[Level, ...]) -> tuple[Secret, ...]:
    """Values of secret variables at every level, passwords in addresses, and what other programs' names tell."""
    texts: set[str] = set()
    for level in levels:
        for variable in VARIABLES:
            for value in candidates(variable, level):
                if variable.secret:
                    texts.add(value.text)
                elif variable.kind in (URL, PROXY):
                    texts.update(_url_password(value.text))
        texts.update(
            text
            for name, value in level.items()
            if _SECRET_NAME.search(name)
            and _NOT_A_PATH.fullmatch(text := value.text.strip())
            and not is_placeholder(text)
        )
    return tuple(Secret(text) for text in sorted(texts))


_NOT_A_PATH = re.compile(r"[^\s/~.]\S{11,}")


def _url_password(text: str) -> tuple[str, ...]:
    try:
        password = urlsplit(text if "://" in text else f"//{text}").password
    except ValueError:
        return ()
    return (password, unquote(password)) if password else ()


def _check(settings: Settings) -> None:
    keys = settings.run.authorise_key, settings.run.exit_key
    if keys[0].casefold() == keys[1].casefold():
        raise UsageError(
            f"AUTHORISE_COMMAND_KEY and EXIT_KEY are both {visible(keys[0])!r}; they must differ."
        )


def _notices(
    levels: tuple[Level, ...],
    values: Found,
) -> Iterator[str]:
    for variable, value in values.items():
        yield from _passed_over(variable, levels)
        if variable.used_from is UsedFrom.NO_MORE and parsed(variable, value) != parsed(variable, None):
            yield f"{value.name} ({value.where}) has no effect any more. {variable.meaning}"


def _passed_over(variable: Variable, levels: tuple[Level, ...]) -> Iterator[str]:
    for level in levels:
        values = list(candidates(variable, level))
        for other in values[1:]:
            if other.text != values[0].text:
                yield f"{other.name} ({other.where}) is passed over: {values[0].name} is set too."
