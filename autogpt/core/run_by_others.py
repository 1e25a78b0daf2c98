"""What other programs will execute or obey: one list, for file commands, downloads, sandboxes and policies.

A file can be harmless to write and dangerous to have: who opens the folder, enters it with a shell,
starts Python in it or points another agent at it runs what it says. Three grades:

- **refused** to file commands and programs alike: the inside of repositories and virtual environments,
  and the program's own folders (by their names, and by what lies in a folder: `is_shut`);
- **by presence**: what acts because it is there; the preset `default` asks about it;
- **on purpose**: what somebody runs by a command that doesn't name what is in it (`make`, `npm install`);
  asked about once outside text was read in the run.

Names are judged, in every spelling that some file system takes for the same: letter case, Unicode forms,
ignored characters, trailing dots and blanks, NTFS streams, short names. Nothing is looked up.

Not promised: to be whole. Source files are executed too, by whoever runs the program; of tools there are new
ones every week. What is listed is what a person doesn't expect to act, or runs without looking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import translate
from functools import cache, lru_cache


class Grade(str, Enum):
    """How what lies under a name comes to be executed."""

    REFUSED = "refused"
    PRESENCE = "by presence"
    PURPOSE = "on purpose"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made or changed that other programs will execute: names by grade; a grade without any is left out.

    `not_looked_into` are folders that could not be read; `whole` says that nothing was passed over because
    there is too much.
    """

    names: Mapping[Grade, Sequence[str]] = field(default_factory=dict)
    not_looked_into: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """The grade of a path, and how many of its parts lead to what has it: a folder's holds for all in it."""

    grade: Grade
    parts: int


_OWN = ".git/ .autogpt/"
"""Git's internals, and the program's own records."""

_SHUT = (
    frozenset({"pyvenv.cfg"}),
    frozenset({"HEAD", "objects", "refs"}),
    frozenset({"HEAD", "commondir"}),
)
"""What a virtual environment, a bare repository, and one that takes the rest from another folder, is known by."""

# A slash at the end: a folder, whatever is in it. A slash within: what lies right in such a folder.
# Sources: the documentation of each tool; gitignore.io; the lists of workspace trust in VS Code, Cursor and
# JetBrains; git's and direnv's security notes; agents.md, and the instruction files that agents' manuals name.
_PRESENCE = """
.vscode/ .vs/ .idea/ .fleet/ .zed/ .nova/ .theia/ .settings/ .obsidian/ *.code-workspace *.sublime-project
.devcontainer/ .devcontainer.json .gitpod.yml .replit replit.nix .idx/
.husky/ .githooks/ githooks/ .git-hooks/ git-hooks/ .lefthook/ lefthook.y*ml .lefthook.y*ml lefthook-local.y*ml
.pre-commit-config.y*ml .pre-commit-hooks.y*ml .overcommit.yml .lintstagedrc* lint-staged.config.*
.hg/ .svn/ .bzr/ .jj/ .sl/ .hgrc .gitattributes .gitconfig .gitmodules .lfsconfig
.envrc .direnv/ .mise/ mise.toml mise.*.toml .mise.toml .mise.*.toml .rtx.toml .tool-versions .asdfrc .autoenv
*.pth sitecustomize.py usercustomize.py pyvenv.cfg .pydistutils.cfg pip.conf pip.ini .pypirc .condarc
.pythonrc .pythonrc.py .pdbrc .pdbrc.py .ipython/ .jupyter/
.npmrc .yarnrc .yarnrc.yml .yarn/ .pnp.cjs .pnp.loader.mjs .pnpmfile.cjs .bunfig.toml bunfig.toml .bowerrc
.cargo/ .mvn/ .gradle/ .bundle/ .gemrc .irbrc .pryrc .rvmrc .rprofile .renviron .ghci .octaverc .perldb
.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .login .logout .kshrc .mkshrc .shrc .env.sh
.zshrc .zshenv .zprofile .zlogin .zlogout .cshrc .tcshrc .inputrc .xinitrc .xsession .xsessionrc .xprofile .xserverrc
.config/ .local/ .ssh/ .gnupg/ .aws/ .kube/ .docker/ .netrc _netrc .curlrc .wgetrc .mailrc .pam_environment
.vimrc .gvimrc .exrc .nvimrc .nvim.lua .vim/ .emacs .emacs.d/ .dir-locals.el .dir-locals-2.el .screenrc .tmux.conf
.gdbinit .lldbinit .sqliterc .psqlrc .my.cnf .tclshrc .wishrc .terraformrc terraform.rc
autorun.inf desktop.ini folder.htt *.desktop .directory *.lnk *.scf *.url *.library-ms *.searchconnector-ms *.website
.claude/ .cursor/ .codex/ .gemini/ .qwen/ .continue/ .windsurf/ .roo/ .kiro/ .junie/ .amazonq/ .augment/ .opencode/
.clinerules/ .roorules* .cursorrules .windsurfrules .goosehints .rules .aider* .agents/ .agent/ .trae/
claude.md claude.local.md agents.md agents.override.md agent.md gemini.md qwen.md warp.md crush.md skill.md
.github/copilot-instructions.md .github/instructions .github/prompts .github/agents .github/chatmodes .github/skills
ai_settings.yaml prompt_settings.yaml azure.yaml .mcp.json mcp.json .mcp/ opencode.json opencode.jsonc crush.json .crush.json kilocode.json .goose/ .hermes/ .factory/
.envrc.* .lazy.lua .luarc.json .ideavimrc .user.ini .htaccess web.config .rbenv-vars .simple-git-hooks.json
"""
_PURPOSE = """
makefile makefile.am makefile.in gnumakefile bsdmakefile *.mk justfile .justfile taskfile.y*ml tiltfile earthfile snakefile procfile
*.sh *.bash *.zsh *.fish *.bat *.cmd *.ps1 *.psm1 *.vbs *.wsf *.command configure configure.ac configure.in
package.json node_modules/ *.config.js *.config.cjs *.config.mjs *.config.ts *.config.mts *.config.cts
.eslintrc* .prettierrc* .babelrc* .mocharc* .stylelintrc* .swcrc .nycrc* gulpfile.* gruntfile.* jakefile* karma.conf.*
conftest.py setup.py setup.cfg pyproject.toml tox.ini noxfile.py pytest.ini .pytest.ini fabfile.py dodo.py
pylintrc .pylintrc mypy.ini .mypy.ini .coveragerc hatch_build.py buildozer.spec pixi.toml pipfile
rakefile rakefile.rb gemfile gems.rb *.gemspec guardfile capfile vagrantfile fastfile brewfile podfile dangerfile .rspec
build.gradle* settings.gradle* init.gradle* gradle.properties gradlew gradlew.* gradle-wrapper.* pom.xml build.xml mvnw
mvnw.* build.sbt build.sc project/plugins.sbt cargo.toml build.rs composer.json package.swift mix.exs rebar.config
*.csproj *.fsproj *.vbproj *.vcxproj directory.build.* nuget.config global.json magefile.go
cmakelists.txt cmakepresets.json cmakeuserpresets.json *.cmake meson.build sconstruct sconscript wscript build.ninja
*.bazel *.bzl .bazelrc flake.nix shell.nix default.nix devbox.json devenv.nix
dockerfile dockerfile.* *.dockerfile containerfile containerfile.* docker-compose*.y*ml compose*.y*ml docker-bake.*
jenkinsfile jenkinsfile.* .github/workflows .github/actions .gitlab-ci.yml .gitlab/ .circleci/ .travis.yml
azure-pipelines*.y*ml bitbucket-pipelines.yml .drone.y*ml .woodpecker* appveyor.yml .appveyor.yml .buildkite/ .cirrus.yml
.semaphore/ .gitea/ .forgejo/ cloudbuild.y*ml buildspec.y*ml netlify.toml vercel.json action.yml action.yaml skaffold.yaml
"""


def judged(parts: Sequence[str]) -> Judged | None:
    """The grade of the path with these parts, None for what nobody is expected to execute.

    The gravest counts, and of several of these the outermost.
    """
    for grade in Grade:
        rules = _rules(grade)
        for count in range(1, len(parts) + 1):
            folder = count < len(parts)
            if _fits(rules, folded(parts[count - 1]), folder=folder):
                return Judged(grade, count)
            if count > 1 and (folded(parts[count - 2]), folded(parts[count - 1])) in rules.within:
                return Judged(grade, count)
    return None


def is_own(part: str) -> bool:
    """Whether a path with this part belongs to git or to the program itself."""
    return _fits(_rules(Grade.REFUSED), folded(part), folder=True)


def is_shut(names: Collection[str]) -> bool:
    """Whether a folder that holds these names is one in which nothing is made or changed."""
    return any(marks <= frozenset(names) for marks in _SHUT)


SHUT_MARKS: tuple[tuple[str, ...], ...] = tuple(tuple(sorted(marks)) for marks in _SHUT)
"""The same as names, for who looks for them one by one: a folder is shut that has all of one group."""


# Characters that HFS+ leaves out when it compares names (git's CVE-2014-9390).
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


@lru_cache(maxsize=4_096)
def folded(part: str) -> str:
    """One part of a path as some file system compares it; git's `verify_path`, NTFS and HFS+ are the measure."""
    if not part.isascii():
        part = unicodedata.normalize("NFKC", _IGNORED.sub("", part))
    key = part.casefold()
    return key.split(":")[0].rstrip(". ")


@dataclass(frozen=True, slots=True)
class _Rules:
    """What names of one grade look like: of files or folders, of folders alone, and of what lies in a folder.

    Of the names with a star, those that have it first or last are told by their ends; `globs` are the
    others. `short` are the names that NTFS may give.
    """

    names: frozenset[str]
    folders: frozenset[str]
    within: frozenset[tuple[str, str]]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    globs: re.Pattern[str]
    short: re.Pattern[str]


@cache
def _rules(grade: Grade) -> _Rules:
    words = [
        spelt
        for word in _PATTERNS[grade].split()
        for spelt in {word.replace(".y*ml", ".yml"), word.replace(".y*ml", ".yaml")}
    ]
    folders = frozenset(word[:-1] for word in words if word.endswith("/"))
    files = [word for word in words if "/" not in word]
    names = folders.union(word for word in files if "*" not in word)
    within = [word.partition("/") for word in words if "/" in word[:-1]]
    starred = [word for word in files if "*" in word]
    endings = [word[1:] for word in starred if word.rfind("*") == 0]
    beginnings = [word[:-1] for word in starred if word.find("*") == len(word) - 1]
    others = [word for word in starred if word[1:] not in endings and word[:-1] not in beginnings]
    return _Rules(
        names,
        folders,
        frozenset((outer, inner) for outer, _, inner in within),
        tuple(endings),
        tuple(beginnings),
        globs=_any(map(translate, others)),
        short=_any(map(_short, sorted(names))),
    )


_PATTERNS = {Grade.REFUSED: _OWN, Grade.PRESENCE: _PRESENCE, Grade.PURPOSE: _PURPOSE}


def _any(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in expressions) or r"(?!)")


def _short(name: str) -> str:
    """How NTFS may name it in eight letters and three."""
    stem, _, ending = name.lstrip(".").partition(".")
    return re.escape(stem[:6]) + r"~\d+" + (re.escape("." + ending[:3]) if ending else "")


def _fits(rules: _Rules, key: str, *, folder: bool) -> bool:
    if key in rules.folders or ("~" in key and rules.short.fullmatch(key)):
        return True
    if folder:
        return False
    starred = key.endswith(rules.endings) or key.startswith(rules.beginnings)
    return key in rules.names or starred or rules.globs.fullmatch(key) is not None
