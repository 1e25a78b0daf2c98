"""Names of packages in the files of projects."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autogpt.core.manifests import is_manifest, package_key, packages_in

_PYPROJECT = """
[project]
name = "acme"
description = "tool"
dependencies = ["requests>=2.1", "click",
  "rich[jupyter]",  # for colours
]
[project.optional-dependencies]
dev = ["pytest>=7"]
[tool.poetry.dependencies]
httpx = {version = "1.0.2"}
[tool.poetry.group.docs.dependencies]
mkdocs = "*"
[tool.x]
password = "hunter"
[build-system]
requires = ["hatchling"]
"""


@pytest.mark.parametrize(
    ("name", "text", "packages"),
    [
        (
            "requirements-dev.txt",
            "charset-normalizer==3.1.0\nrequests[socks]>=2.28.1 ; python_version<'3'\nflask # web\n-r more.txt\nsay hello\n",
            {"charset-normalizer", "3.1.0", "requests", "2.28.1", "flask"},
        ),
        (
            "a/pyproject.toml",
            _PYPROJECT,
            {"requests", "2.1", "click", "rich", "pytest", "httpx", "1.0.2", "mkdocs", "hatchling"},
        ),
        ("Pipfile", '[dev-packages]\nblack = "*"\n', {"black"}),
        (
            "package.json",
            '{"name": "me", "scripts": {"go": "x"}, "devDependencies": {"@scope/left-pad": "^1.3.0"}}',
            {"scope", "left-pad", "1.3.0"},
        ),
        ("package-lock.json", '{"packages": {"": {}, "node_modules/express": {}}}', {"express"}),
        ("composer.json", '{"require": {"monolog/monolog": "2.0.*"}}', {"monolog", "2.0"}),
        (
            "Cargo.toml",
            '[package]\nname = "me"\n[dependencies]\nserde = "1.0"\n[dependencies.tokio]\nfeatures = ["full"]\n',
            {"serde", "tokio", "1.0"},
        ),
        ("Cargo.lock", '[[package]]\nname = "libc"\nversion = "0.2.1"\n', {"libc", "0.2.1"}),
        (
            "go.mod",
            "require (\n\tgithub.com/gorilla/mux v1.8.0\n)\n",
            {"github.com", "gorilla", "mux", "v1.8.0"},
        ),
        ("Gemfile", "gem 'rails', '~> 7.0.1'\nsecret = 'abc'\n", {"rails", "7.0.1"}),
        ("environment.yml", "name: x\ndependencies:\n  - numpy=1.2\n  - pip:\n", {"numpy", "1.2"}),
        ("notes.txt", "flask==1.0\n", set()),
        ("package.json", "{", set()),
    ],
)
def test_what_manifests_call_packages(name: str, text: str, packages: set[str]) -> None:
    assert set(packages_in(name, text)) == packages


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("sub/requirements.txt", True),
        ("requirements/base.in", True),
        ("requirements.md", False),
        ("mypackage.json", False),
    ],
)
def test_manifests_are_known_by_their_names(name: str, is_one: bool) -> None:
    assert is_manifest(name) == is_one


def test_spellings_of_one_package_are_one() -> None:
    assert package_key("Zope.Interface") == package_key("zope_interface") == "zope-interface"


@given(some.sampled_from(["pyproject.toml", "package.json", "requirements.txt", "go.mod"]), some.text())
def test_any_text_can_be_read(name: str, text: str) -> None:
    assert all(packages_in(name, text))


@pytest.mark.parametrize("name", ["pyproject.toml", "package.json", "requirements.txt", "go.mod", "Gemfile"])
def test_long_and_hostile_ones_do_not_take_long(name: str) -> None:
    begun = time.process_time()
    for text in (
        "[a" * 700_000,
        "dependencies = [\n" * 90_000,
        "a.b/" * 300_000,
        "[x]\nq=[" + '"a[' * 300_000,
    ):
        packages_in(name, text)
    assert time.process_time() - begun < 5
