"""The list of what other programs will execute: names in all their spellings, and names that are harmless."""

from __future__ import annotations

import pytest

from autogpt.core.run_by_others import SHUT_MARKS, Grade, is_own, is_shut, judged

PRESENCE = [
    ".envrc", "sub/.envrc", ".vscode/tasks.json", "a/b/.vscode/deep/x", ".idea/workspace.xml", "x.pth", "lib/a.pth",
    "sitecustomize.py", "usercustomize.py", ".husky/pre-commit", ".githooks/post-checkout", ".pre-commit-config.yaml",
    ".npmrc", ".yarnrc.yml", ".pypirc", ".gitattributes", ".gitconfig", ".bashrc", ".zshenv", "autorun.inf",
    "desktop.ini", ".devcontainer/devcontainer.json", ".claude/settings.json", ".cursor/mcp.json", "CLAUDE.md",
    "docs/AGENTS.md", ".mcp.json", "mise.toml", ".tool-versions", ".github/copilot-instructions.md",
    ".cargo/config.toml", "project.code-workspace", ".vimrc", ".ssh/config", "lefthook.yml", ".cursorrules",
    ".aider.conf.yml", "x.desktop", "shortcut.lnk",
]  # fmt: skip
PURPOSE = [
    "Makefile", "sub/makefile", "package.json", "conftest.py", "tests/conftest.py", "setup.py", "pyproject.toml",
    "tox.ini", "noxfile.py", ".github/workflows/ci.yml", ".gitlab-ci.yml", "Dockerfile", "docker-compose.yml",
    "compose.override.yaml", "Rakefile", "build.gradle.kts", "CMakeLists.txt", "run.sh", "vite.config.ts", "justfile",
    ".circleci/config.yml", "Jenkinsfile", "node_modules/x/index.js", "pom.xml", "gradlew", "x.csproj", "install.ps1",
]  # fmt: skip
HARMLESS = [
    "notes.txt", "README.md", "main.py", "src/hooks/useThing.ts", "hooks.py", ".gitignore", ".env.example", "data.json",
    "build/out.txt", "package.json.md", "makefile.md", "agents.py", ".github/ISSUE_TEMPLATE.md", "config.js.txt",
    "pth", "my.envrc.txt", "reports/vscode/x", "a.html", "test_x.py", ".editorconfig", "",
]  # fmt: skip
SPELLINGS = [
    ".ENVRC", ".envrc.", ".envrc. . ", ".envrc::$DATA", ".envrc:stream", ".e\u200cnvrc", "\uff0eenvrc",
    "ENVRC~1", "SITECU~1.PY", ".VsCode/tasks.json", "vscode~1/tasks.json", "\ufeff.npmrc", "a.PTH ", "AUTORUN.INF",
]  # fmt: skip


def grade(path: str) -> Grade | None:
    found = judged(path.split("/"))
    return None if found is None else found.grade


@pytest.mark.parametrize("path", PRESENCE)
def test_what_acts_by_being_there(path: str) -> None:
    assert grade(path) is Grade.PRESENCE


@pytest.mark.parametrize("path", PURPOSE)
def test_what_is_run_on_purpose(path: str) -> None:
    assert grade(path) is Grade.PURPOSE


@pytest.mark.parametrize("path", HARMLESS)
def test_what_is_only_a_file(path: str) -> None:
    assert grade(path) is None


@pytest.mark.parametrize("path", SPELLINGS)
def test_other_spellings_of_a_name_are_that_name(path: str) -> None:
    assert grade(path) is Grade.PRESENCE


@pytest.mark.parametrize(
    "path", [".git/config", "a/.git", ".GIT/x", "git~1/x", ".autogpt/runs", "x/.autogpt./y"]
)
def test_what_nobody_may_touch(path: str) -> None:
    assert grade(path) is Grade.REFUSED
    assert any(map(is_own, path.split("/")))


def test_the_gravest_grade_counts_and_of_several_the_outermost() -> None:
    found = judged(("node_modules", ".vscode", "a", ".envrc"))
    assert found is not None
    assert (found.grade, found.parts) == (Grade.PRESENCE, 2)
    inside = judged((".vscode", ".git", "hooks"))
    assert inside is not None
    assert inside.grade is Grade.REFUSED


def test_folders_are_shut_by_what_lies_in_them() -> None:
    assert is_shut({"pyvenv.cfg", "bin"})
    assert is_shut(["HEAD", "objects", "refs", "config"])
    assert not is_shut({"HEAD", "objects"})
    assert not is_shut(())
    assert all(is_shut(marks) for marks in SHUT_MARKS)
