"""What docker-compose.yml, the Dockerfile and .dockerignore say, without an engine."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.container.project import CHECKOUT, compose_command

COMPOSE = CHECKOUT / "docker-compose.yml"


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """`scripts/pages.py`, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("pages", CHECKOUT / "scripts" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return read


def test_every_variable_of_the_program_is_passed_on(pages: ModuleType, services: dict[str, Any]) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert pages.compose_with(text, pages.compose_variables()) == text, "run: python scripts/pages.py"
    assert {"OPENAI_API_KEY", "AI_SETTINGS_FILE", "REDIS_HOST"} <= set(services["auto-gpt"]["environment"])


def test_the_agent_sees_one_folder_that_nothing_else_uses(services: dict[str, Any]) -> None:
    assert services["auto-gpt"]["volumes"] == ["./agent:/agent:z"]
    assert sorted(path.name for path in (CHECKOUT / "agent").glob("*.md")) == ["README.md"]
    everything = [volume for service in services.values() for volume in service["volumes"]]
    assert not [
        volume for volume in everything if ".sock" in volume or volume.startswith((".:", "./:", "/", ".."))
    ]


@pytest.mark.parametrize("name", ["auto-gpt", "redis"])
def test_a_service_has_no_rights_that_it_does_not_need(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["pids_limit"] > 0
    assert not service["user"].startswith("0")
    assert {"privileged", "cap_add", "devices", "ports", "pid", "ipc", "network_mode"}.isdisjoint(service)


def test_nothing_of_the_checkout_gets_into_the_image_unless_it_is_named() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule for rule in rules[1:] if rule.startswith("!")} == {
        "!autogpt", "!docker/entry.sh", "!requirements.txt", "!wheels",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "given", [{}, {"AGENT_UID": "4321", "SYSTEM_PACKAGES": "", "HOST_GATEWAY": "10.0.2.2"}]
)
def test_compose_takes_its_file(given: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_bytes(COMPOSE.read_bytes())
    (tmp_path / ".env").write_text("SMART_LLM_MODEL='of the file'\nAGENT_GID=77\n")
    done = subprocess.run(
        [*compose_command(), "config"],
        cwd=tmp_path,
        env=os.environ | given,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    service = yaml.safe_load(done.stdout)["services"]["auto-gpt"]
    assert service["user"] == f"{given.get('AGENT_UID', '1000')}:77"
    assert service["environment"]["SMART_LLM_MODEL"] == "of the file"
    assert service["build"]["args"]["SYSTEM_PACKAGES"] == given.get(
        "SYSTEM_PACKAGES", "chromium chromium-driver git"
    )
