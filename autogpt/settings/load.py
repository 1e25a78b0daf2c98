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
from autogpt.settings.dotenv_file import Line, read_env_file
from autogpt.settings.groups import Settings
from autogpt.settings.kinds import LIST, PROXY, URL
from autogpt.settings.placeholders import is_placeholder
from autogpt.settings.secret import Secret
from autogpt.settings.texts import visible, visible_path
from autogpt.settings.variables import VARIABLES, UsedFrom, Variable


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and lines for the person to see at the start.

    `widened_by_file` names the variables by which the `.env` file, and not the
    person's environment or command line, gives the agent more rights;
    `sent_by_file` those by which it sends what the agent reads, and the key, elsewhere.
    """

    settings: Settings
    notices: tuple[str, ...]
    widened_by_file: tuple[str, ...]
    sent_by_file: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """A variable's text, the name it was found under and, for a person, where."""

    name: str
    text: str
    where: str
    from_file: bool = False


def load_settings(environ: Mapping[str, str], env_file: Path | None, overrides: Mapping[str, str]) -> Loaded:
    """Read and check everything.

    `overrides` are the command line's, by the variable's name. A missing `env_file` is
    fine. Raises UsageError, in one line that names the variable or the file.
    """
    levels = _levels(environ, env_file, overrides)
    set_values = {variable: value for variable in VARIABLES if (value := _find(variable, levels))}
    values = {variable.field: _parsed(variable, set_values.get(variable)) for variable in VARIABLES}
    home = _home(environ)
    placed = {field: _at_home(value, home) for field, value in values.items()}
    settings = _settings(placed, configuration_folder(environ, home), _secrets(levels))
    _check(settings)
    if settings.models.use_azure:
        settings = dataclasses.replace(settings, azure=read_azure(settings.models.azure_config_file))
    widened = tuple(
        variable.name
        for variable, value in set_values.items()
        if variable.widens and value.from_file and not _is_default(variable, values[variable.field])
    )
    sent = tuple(
        variable.name
        for variable, value in set_values.items()
        if variable.field == "models.base_url" and value.from_file and not _is_loopback(value.text)
    )
    return Loaded(settings, tuple(_notices(levels, set_values)), widened, sent)


def _levels(
    environ: Mapping[str, str], env_file: Path | None, overrides: Mapping[str, str]
) -> tuple[Mapping[str, _Value], ...]:
    lines: Mapping[str, Line] = read_env_file(env_file, environ) if env_file else {}
    return (
        {name: _Value(name, text, "on the command line") for name, text in overrides.items()},
        {name: _Value(name, _unquoted(text), "in the environment") for name, text in environ.items()},
        {
            name: _Value(name, line.value, f"in {visible_path(env_file)}, line {line.number}", True)
            for name, line in lines.items()
            if env_file
        },
    )


def _unquoted(text: str) -> str:
    """Docker's --env-file keeps the quotes that a `.env` file has around values."""
    stripped = text.strip()
    quoted = len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "'\""
    return stripped[1:-1] if quoted else text


def _candidates(variable: Variable, level: Mapping[str, _Value]) -> Iterator[_Value]:
    for name in variable.names:
        value = level.get(name)
        if value and (text := value.text.strip()) and not is_placeholder(text):
            yield dataclasses.replace(value, text=text)


def _find(variable: Variable, levels: tuple[Mapping[str, _Value], ...]) -> _Value | None:
    return next((value for level in levels for value in _candidates(variable, level)), None)


def _parsed(variable: Variable, value: _Value | None) -> Any:
    if value is None:
        empty = () if variable.kind is LIST else None
        return variable.kind.parse(variable.default) if variable.default else empty
    try:
        return variable.kind.parse(value.text)
    except ValueError:
        held = "what it holds is not shown" if variable.secret else f"it holds {visible(value.text)!r}"
        raise UsageError(f"{value.name} ({value.where}): {held}; expected {variable.kind.expects}.") from None


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


def _home(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("USERPROFILE" if os.name == "nt" else "HOME")
    if named and Path(named).is_absolute():
        return Path(named)
    try:
        return Path.home()
    except RuntimeError:
        return None


def _at_home(value: Any, home: Path | None) -> Any:
    if isinstance(value, Path) and home and value.parts[:1] == ("~",):
        return home.joinpath(*value.parts[1:])
    return value


def configuration_folder(environ: Mapping[str, str], home: Path | None) -> Path | None:
    """The person's own folder for configuration: %APPDATA% on Windows, else as XDG says."""
    named = environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME")
    if named and Path(named).is_absolute():
        return Path(named) / "autogpt"
    return home / ".config" / "autogpt" if home else None


_SECRET_NAME = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD)(_|$)", re.IGNORECASE)


def _secrets(levels: tuple[Mapping[str, _Value], ...]) -> tuple[Secret, ...]:
    """Values of secret variables at every level, passwords in addresses, and what other programs' names tell."""
    texts: set[str] = set()
    for level in levels:
        for variable in VARIABLES:
            for value in _candidates(variable, level):
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


def _is_default(variable: Variable, value: Any) -> bool:
    default = _parsed(variable, None)
    if variable.kind is URL and value and default:
        # This machine has two names; older templates used the other one.
        value = str(value).replace("//127.0.0.1", "//localhost")
    return bool(value == default)


def _without_password(address: str) -> str:
    return re.sub(r"(?<=//)[^/@]*@", "", address)


def _check(settings: Settings) -> None:
    keys = settings.run.authorise_key, settings.run.exit_key
    if keys[0].casefold() == keys[1].casefold():
        raise UsageError(
            f"AUTHORISE_COMMAND_KEY and EXIT_KEY are both {visible(keys[0])!r}; they must differ."
        )


def _notices(
    levels: tuple[Mapping[str, _Value], ...],
    found: Mapping[Variable, _Value],
) -> Iterator[str]:
    for variable, value in found.items():
        yield from _passed_over(variable, levels)
        if variable.used_from is UsedFrom.NO_MORE and _parsed(variable, value) != _parsed(variable, None):
            yield f"{value.name} ({value.where}) has no effect any more. {variable.meaning}"
    by_field = {variable.field: value for variable, value in found.items()}
    key, address = by_field.get("models.api_key"), by_field.get("models.base_url")
    if address and address.from_file and not _is_loopback(address.text):
        what = f"Your {key.name} ({key.where})" if key and not key.from_file else "What the agent reads"
        yield f"{what} is sent to {visible(_without_password(address.text))}, as {address.name} says ({address.where})."


def _passed_over(variable: Variable, levels: tuple[Mapping[str, _Value], ...]) -> Iterator[str]:
    for level in levels:
        values = list(_candidates(variable, level))
        for other in values[1:]:
            if other.text != values[0].text:
                yield f"{other.name} ({other.where}) is passed over: {values[0].name} is set too."


def _is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
