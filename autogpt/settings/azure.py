"""`azure.yaml`: where an Azure OpenAI resource is, and which deployment serves which model.

Keys as in Auto-GPT: `azure_api_type`, `azure_api_base`, `azure_api_version`, and
`azure_model_map` from model names to deployments. The older names for the three
roles (`fast_llm_model_deployment_id` and so on) count inside the map and beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autogpt.core.errors import UsageError
from autogpt.settings.kinds import URL
from autogpt.settings.placeholders import is_placeholder
from autogpt.settings.texts import visible, visible_path
from autogpt.settings.yaml_files import YamlFile, read_yaml

LATEST_VERSION = "2024-10-21"
"""The data-plane API version in use when the file names none."""

Use = Literal["smart", "fast", "embedding"]

_ROLE_NAMES: dict[str, Use] = {
    "smart_llm_model_deployment_id": "smart",
    "smart_llm_deployment_id": "smart",
    "fast_llm_model_deployment_id": "fast",
    "fast_llm_deployment_id": "fast",
    "embedding_model_deployment_id": "embedding",
}


@dataclass(frozen=True, slots=True)
class AzureSettings:
    """`deployments` are pairs of model and deployment; the three roles are the older names' values."""

    api_type: Literal["azure", "azure_ad"]
    api_base: str
    api_version: str
    deployments: tuple[tuple[str, str], ...]
    smart: str | None
    fast: str | None
    embedding: str | None

    def deployment(self, model: str | None, use: Use) -> str | None:
        """The deployment for a model by its name, else the one for its use; None if the file names neither."""
        by_use = {"smart": self.smart, "fast": self.fast, "embedding": self.embedding}
        return dict(self.deployments).get(model or "") or by_use[use]


def read_azure(path: Path) -> AzureSettings:
    """Read the file. Raises UsageError, naming the file and the key, when it is missing or wrong."""
    file = read_yaml(path)
    if file is None:
        raise UsageError(
            f"USE_AZURE is True, but there is no {visible_path(path)}: copy azure.yaml.template and fill it in."
        )
    api_type, api_base = _api_type(file), _api_base(file)
    by_model, by_use = _deployments(file)
    return AzureSettings(
        api_type,
        api_base,
        _filled(file.text("azure_api_version")) or LATEST_VERSION,
        tuple(by_model.items()),
        by_use.get("smart"),
        by_use.get("fast"),
        by_use.get("embedding"),
    )


def _api_type(file: YamlFile) -> Literal["azure", "azure_ad"]:
    match (file.text("azure_api_type") or "azure").strip().lower():
        case "azure":
            return "azure"
        case "azure_ad" | "azuread":
            return "azure_ad"
        case other:
            raise file.wrong("azure_api_type", f"{visible(other)} is neither azure nor azure_ad")


def _api_base(file: YamlFile) -> str:
    key = "azure_endpoint" if file.text("azure_api_base") is None else "azure_api_base"
    text = _filled(file.text(key))
    if not text:
        raise file.wrong("azure_api_base", "missing: the address of your Azure resource")
    try:
        return str(URL.parse(text))
    except ValueError:
        raise file.wrong(key, f"{visible(text)} is not {URL.expects}") from None


def _deployments(file: YamlFile) -> tuple[dict[str, str], dict[Use, str]]:
    by_model: dict[str, str] = {}
    by_use: dict[Use, str] = {}
    for name, use in _ROLE_NAMES.items():
        if text := _filled(file.text(name)):
            by_use.setdefault(use, text)
    for name, deployment in file.pairs("azure_model_map") or ():
        text = _filled(deployment)
        if text and name in _ROLE_NAMES:
            by_use[_ROLE_NAMES[name]] = text
        elif text:
            by_model[name] = text
    if not by_model and not by_use:
        raise file.wrong("azure_model_map", "missing: which deployment serves which model")
    return by_model, by_use


def _filled(text: str | None) -> str:
    """The text, empty for nothing or a template's stand-in."""
    stripped = (text or "").strip()
    return "" if is_placeholder(stripped) else stripped
