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
EACH_PRESENCE = """
.vscode/x .vs/x .idea/x .fleet/x .zed/x .nova/x .theia/x .settings/x .obsidian/x x.code-workspace
x.sublime-project .devcontainer/x .devcontainer.json .gitpod.yml .replit replit.nix .idx/x .husky/x
.githooks/x githooks/x .git-hooks/x git-hooks/x .lefthook/x lefthook.yml .lefthook.yml lefthook-local.yml
.pre-commit-config.yml .pre-commit-hooks.yml .overcommit.yml .lintstagedrcx lint-staged.config.x .hg/x
.svn/x .bzr/x .jj/x .sl/x .hgrc .gitattributes .gitconfig .gitmodules .lfsconfig .envrc .direnv/x .mise/x
mise.toml mise.x.toml .mise.toml .mise.x.toml .rtx.toml .tool-versions .asdfrc .autoenv x.pth
sitecustomize.py usercustomize.py pyvenv.cfg .pydistutils.cfg pip.conf pip.ini .pypirc .condarc .pythonrc
.pythonrc.py .pdbrc .pdbrc.py .ipython/x .jupyter/x .npmrc .yarnrc .yarnrc.yml .yarn/x .pnp.cjs
.pnp.loader.mjs .pnpmfile.cjs .bunfig.toml bunfig.toml .bowerrc .cargo/x .mvn/x .gradle/x .bundle/x .gemrc
.irbrc .pryrc .rvmrc .rprofile .renviron .ghci .octaverc .perldb .bashrc .bash_profile .bash_login
.bash_logout .bash_aliases .profile .login .logout .kshrc .mkshrc .shrc .env.sh .zshrc .zshenv .zprofile
.zlogin .zlogout .cshrc .tcshrc .inputrc .xinitrc .xsession .xsessionrc .xprofile .xserverrc .config/x
.local/x .ssh/x .gnupg/x .aws/x .kube/x .docker/x .netrc _netrc .curlrc .wgetrc .mailrc .pam_environment
.vimrc .gvimrc .exrc .nvimrc .nvim.lua .vim/x .emacs .emacs.d/x .dir-locals.el .dir-locals-2.el .screenrc
.tmux.conf .gdbinit .lldbinit .sqliterc .psqlrc .my.cnf .tclshrc .wishrc .terraformrc terraform.rc
autorun.inf desktop.ini folder.htt x.desktop .directory x.lnk x.scf x.url x.library-ms x.searchconnector-ms
x.website .claude/x .cursor/x .codex/x .gemini/x .qwen/x .continue/x .windsurf/x .roo/x .kiro/x .junie/x
.amazonq/x .augment/x .opencode/x .clinerules .roorulesx .cursorrules .windsurfrules
.goosehints .rules .aiderx .agents/x .agent/x .trae/x claude.md claude.local.md agents.md agents.override.md
agent.md gemini.md qwen.md warp.md crush.md skill.md .github/copilot-instructions.md .github/instructions
.github/prompts .github/agents .github/chatmodes .github/skills ai_settings.yaml prompt_settings.yaml
azure.yaml .mcp.json mcp.json .mcp/x opencode.json opencode.jsonc crush.json .crush.json kilocode.json
.goose/x .hermes/x .factory/x .envrc.x .lazy.lua .luarc.json .ideavimrc .user.ini .htaccess web.config
.rbenv-vars .simple-git-hooks.json
lefthook.yaml .lefthook.yaml lefthook-local.yaml .pre-commit-config.yaml .pre-commit-hooks.yaml
"""
EACH_PURPOSE = """
makefile makefile.am makefile.in gnumakefile bsdmakefile x.mk justfile .justfile taskfile.yml tiltfile
earthfile snakefile procfile x.sh x.bash x.zsh x.fish x.bat x.cmd x.ps1 x.psm1 x.vbs x.wsf x.command
configure configure.ac configure.in package.json node_modules/x x.config.js x.config.cjs x.config.mjs
x.config.ts x.config.mts x.config.cts .eslintrcx .prettierrcx .babelrcx .mocharcx .stylelintrcx .swcrc
.nycrcx gulpfile.x gruntfile.x jakefilex karma.conf.x conftest.py setup.py setup.cfg pyproject.toml tox.ini
noxfile.py pytest.ini .pytest.ini fabfile.py dodo.py pylintrc .pylintrc mypy.ini .mypy.ini .coveragerc
hatch_build.py buildozer.spec pixi.toml pipfile rakefile rakefile.rb gemfile gems.rb x.gemspec guardfile
capfile vagrantfile fastfile brewfile podfile dangerfile .rspec build.gradlex settings.gradlex init.gradlex
gradle.properties gradlew gradlew.x gradle-wrapper.x pom.xml build.xml mvnw mvnw.x build.sbt build.sc
project/plugins.sbt cargo.toml build.rs composer.json package.swift mix.exs rebar.config x.csproj x.fsproj
x.vbproj x.vcxproj directory.build.x nuget.config global.json magefile.go cmakelists.txt cmakepresets.json
cmakeuserpresets.json x.cmake meson.build sconstruct sconscript wscript build.ninja x.bazel x.bzl .bazelrc
flake.nix shell.nix default.nix devbox.json devenv.nix dockerfile dockerfile.x x.dockerfile containerfile
containerfile.x docker-composex.yml composex.yml docker-bake.x jenkinsfile jenkinsfile.x .github/workflows
.github/actions .gitlab-ci.yml .gitlab/x .circleci/x .travis.yml azure-pipelinesx.yml
bitbucket-pipelines.yml .drone.yml .woodpeckerx appveyor.yml .appveyor.yml .buildkite/x .cirrus.yml
.semaphore/x .gitea/x .forgejo/x cloudbuild.yml buildspec.yml netlify.toml vercel.json action.yml
action.yaml skaffold.yaml
taskfile.yaml docker-compose.yaml compose.yaml azure-pipelines.yaml .drone.yaml cloudbuild.yaml buildspec.yaml
"""
"""A name for each word of the list; who adds one there adds one here."""

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


@pytest.mark.parametrize(
    ("paths", "wanted"), [(EACH_PRESENCE, Grade.PRESENCE), (EACH_PURPOSE, Grade.PURPOSE)]
)
def test_each_word_of_the_list(paths: str, wanted: Grade) -> None:
    assert [path for path in paths.split() if grade(path) is not wanted] == []


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
