from __future__ import annotations

import re
from pathlib import Path

import pytest

from autogpt.core.errors import UsageError
from autogpt.settings import AzureSettings, read_azure
from autogpt.settings.azure import LATEST_VERSION

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "azure.yaml"


def read(file: Path, text: str) -> AzureSettings:
    file.write_text(text, "utf-8")
    return read_azure(file)


def test_the_map_of_models(file: Path) -> None:
    azure = read(
        file,
        "azure_api_type: azure\nazure_api_base: https://me.openai.azure.com\nazure_api_version: 2024-10-21\n"
        "azure_model_map:\n    big: dep-1\n    small: 007\n",
    )
    assert azure.api_version == "2024-10-21"
    assert azure.deployment("big", "smart") == "dep-1"
    assert azure.deployment("small", "fast") == "007"
    assert azure.deployment("other", "fast") is None


@pytest.mark.parametrize("indent", ["", "azure_model_map:\n    "])
def test_the_older_names_beside_the_map_and_in_it(indent: str, file: Path) -> None:
    names = [
        "fast_llm_model_deployment_id: f",
        "smart_llm_model_deployment_id: s",
        "embedding_model_deployment_id: e",
    ]
    lines = ("\n    " if indent else "\n").join(names)
    azure = read(file, f"azure_api_type: azure_ad\nazure_api_base: https://x.example\n{indent}{lines}\n")
    assert azure.api_type == "azure_ad"
    assert azure.api_version == LATEST_VERSION
    assert [azure.deployment(None, use) for use in ("smart", "fast", "embedding")] == ["s", "f", "e"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "azure_api_base"),
        ("azure_api_base: your-base-url-for-azure\nazure_model_map: {a: b}\n", "azure_api_base"),
        ("azure_api_base: me.openai.azure.com\nazure_model_map: {a: b}\n", "azure_api_base"),
        ("azure_api_base: [https://x.example]\n", "azure_api_base"),
        ("azure_api_base: https://x.example\n", "azure_model_map"),
        ("azure_api_base: https://x.example\nazure_model_map: dep\n", "azure_model_map"),
        ("azure_api_base: https://x.example\nazure_model_map: {a: [b]}\n", "azure_model_map"),
        ("azure_api_base: https://x.example\nazure_model_map: {a: your-deployment}\n", "azure_model_map"),
        (
            "azure_api_type: gcp\nazure_api_base: https://x.example\nazure_model_map: {a: b}\n",
            "azure_api_type",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(text: str, names: str, file: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(file, text)
    assert re.match(rf"{re.escape(str(file))}(, line \d+)?: {names}: ", str(caught.value))
    assert str(caught.value).isprintable()


def test_the_template_says_what_to_fill_in() -> None:
    with pytest.raises(UsageError, match="azure_api_base: missing"):
        read_azure(ROOT / "azure.yaml.template")


def test_the_template_works_once_it_is_filled_in(file: Path) -> None:
    text = (ROOT / "azure.yaml.template").read_text("utf-8")
    filled = text.replace("your-base-url-for-azure", "https://me.example").replace(
        "your-smart-deployment", "big"
    )
    azure = read(file, filled)
    assert (azure.smart, azure.fast, azure.embedding) == ("big", None, None)
