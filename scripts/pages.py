"""Writes the parts of the docs that are made from the program: `python scripts/pages.py`.

In docs/usage.md the output of `--help`, in docs/commands.md the commands that a model may
call, in docs/design.md the ownership map, which is the first line of every module's
docstring; and in docker-compose.yml the names of the variables that the container is
given. All stand between markers; tests compare them with the program.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent
DOCS = CHECKOUT / "docs"


def help_text() -> str:
    """What `--help` prints, a hundred columns wide."""
    outcome = subprocess.run(
        [sys.executable, "-m", "autogpt", "--help"],
        cwd=CHECKOUT,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return f"```text\n{outcome.stdout.strip()}\n```"


def ownership_map() -> str:
    """A table of every module and what it owns."""
    lines = ["| Module | Owns |", "|---|---|"]
    for path in sorted((CHECKOUT / "autogpt").rglob("*.py"), key=reading_order):
        module = (
            path.relative_to(CHECKOUT).with_suffix("").as_posix().removesuffix("/__init__").replace("/", ".")
        )
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first = docstring.partition("\n")[0].replace("|", "\\|")
        lines.append(f"| `{module}` | {first} |")
    return "\n".join(lines)


def command_tables() -> str:
    """Every command that there can be, family by family."""
    with importable():
        from autogpt.commands.command import commands_of

        parts: list[str] = []
        for path in sorted((CHECKOUT / "autogpt" / "commands").glob("*.py")):
            module = importlib.import_module(f"autogpt.commands.{path.stem}")
            rows = [
                command_row(one.spec)
                for name, family in inspect.getmembers(module, inspect.isclass)
                if family.__module__ == module.__name__ and name.endswith("Commands")
                # The commands are described by the class; nothing of an instance is needed.
                for one in commands_of(object.__new__(family))
            ]
            if rows:
                title = path.stem.replace("_", " ").capitalize()
                about = (module.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
                head = ["| Command | What it does | Touches |", "|---|---|---|"]
                parts.append("\n".join([f"## {title}", "", about, "", *head, *rows]))
    return "\n\n".join(parts)


def command_row(spec: Any) -> str:
    """A line of a table: how it is called, what the model is told of it, and what it touches."""
    arguments = []
    for parameter in spec.parameters:
        default = parameter.schema.get("default")
        shown = "" if parameter.required else f"={default!r}" if default is not None else "=…"
        arguments.append(parameter.name + shown)
    touches = ", ".join(sorted(touch.value for touch in spec.touches)) or "nothing"
    if spec.reads_only:
        touches += "; only reads"
    description = spec.description.replace("|", "\\|")
    return f"| `{spec.name}({', '.join(arguments)})` | {description} | {touches} |"


@contextmanager
def importable() -> Iterator[None]:
    """The program of this checkout can be imported."""
    sys.path.insert(0, str(CHECKOUT))
    try:
        yield
    finally:
        sys.path.remove(str(CHECKOUT))


def compose_variables() -> str:
    """The name of every variable that the program knows, but those that the file sets itself."""
    with importable():
        from autogpt.settings.variables import VARIABLES
    names = [name for variable in VARIABLES for name in variable.names if name != "REDIS_HOST"]
    return "".join(f"      {name}:\n" for name in names)


def reading_order(path: Path) -> tuple[bool, str]:
    """The core first, then room by room; a package before its modules."""
    name = path.relative_to(CHECKOUT / "autogpt").as_posix().removesuffix("__init__.py")
    return not name.startswith("core/"), name


PARTS = {
    "usage.md": ("help", help_text),
    "commands.md": ("commands", command_tables),
    "design.md": ("map", ownership_map),
}


def page_with(text: str, marker: str, content: str) -> str:
    """The page with what stands between the markers replaced. Raises ValueError without them."""
    pattern = re.compile(rf"(<!-- {marker} -->\n).*?(\n<!-- /{marker} -->)", re.DOTALL)
    page, found = pattern.subn(lambda match: match[1] + content + match[2], text)
    if found != 1:
        raise ValueError(f"the page needs <!-- {marker} --> and <!-- /{marker} --> once")
    return page


def compose_with(text: str, variables: str) -> str:
    """docker-compose.yml with what stands between its markers replaced. Raises ValueError without them."""
    pattern = re.compile(r"( +# <variables>\n).*?( +# </variables>\n)", re.DOTALL)
    made, found = pattern.subn(lambda match: match[1] + variables + match[2], text)
    if found != 1:
        raise ValueError("docker-compose.yml needs # <variables> and # </variables> once")
    return made


def main() -> None:
    """Bring the pages up to date."""
    compose = CHECKOUT / "docker-compose.yml"
    text = compose_with(compose.read_text(encoding="utf-8"), compose_variables())
    compose.write_text(text, encoding="utf-8")
    for name, (marker, made) in PARTS.items():
        page = DOCS / name
        page.write_text(page_with(page.read_text(encoding="utf-8"), marker, made()), encoding="utf-8")


if __name__ == "__main__":
    main()
