"""The docs say what is true: links lead somewhere, options exist, generated parts are current."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

CHECKOUT = Path(__file__).parent.parent
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]

needs_command_line = pytest.mark.skipif(
    importlib.util.find_spec("autogpt.cli") is None, reason="there is no command line yet"
)


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    """`scripts/pages.py`, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("pages", CHECKOUT / "scripts" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(linked), f"{page.name} links to {target}"


def test_every_page_is_in_the_index() -> None:
    index = (CHECKOUT / "docs" / "index.md").read_text(encoding="utf-8")
    missing = [page.name for page in PAGES[1:] if page.name != "index.md" and f"({page.name})" not in index]
    assert missing == []


def options_in(text: str) -> Iterator[str]:
    """Long options in lines of code that start the program."""
    for code in re.findall(r"`([^`\n]+)`", text) + re.findall(r"```\w*\n(.*?)```", text, re.DOTALL):
        for line in code.splitlines():
            if re.search(r"(^|\s)(\./run\.sh|autogpt|auto-gpt)(\s|$)", line) or line.startswith("--"):
                yield from re.findall(r"(?<!\S)(--[a-z][a-z0-9-]+)", line.partition(" #")[0])


OTHER_PROGRAMS = {"--rm", "--fast"} | {
    "--add-host", "--cap-drop", "--env-file", "--index-url", "--init", "--network", "--no-deps", "--no-sandbox", "--profile", "--read-only",
    "--security-opt", "--shm-size", "--tmpfs", "--user", "--userns",
}  # fmt: skip
"""Options of this project's own scripts, and of docker, podman, compose and browsers."""


def options_of(command: click.Command) -> set[str]:
    """Every option of a command and of those below it."""
    own = {option for parameter in command.params for option in parameter.opts}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union(*map(options_of, below))


@needs_command_line
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_options_in_examples_exist(page: Path) -> None:
    known = options_of(importlib.import_module("autogpt.cli").cli) | {"--help", "--version"} | OTHER_PROGRAMS
    unknown = sorted(set(options_in(page.read_text(encoding="utf-8"))) - known - {"--manual"})
    assert unknown == []


@pytest.mark.parametrize("name", ["usage.md", "commands.md", "design.md"])
def test_the_parts_that_are_made_from_the_program_are_current(pages: ModuleType, name: str) -> None:
    assert set(pages.PARTS) == {"usage.md", "commands.md", "design.md"}
    marker, made = pages.PARTS[name]
    page = (CHECKOUT / "docs" / name).read_text(encoding="utf-8")
    assert pages.page_with(page, marker, made()) == page, "run: python scripts/pages.py"
