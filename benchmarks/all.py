"""Runs the benchmarks and writes their tables to docs/performance.md: `python -m benchmarks.all`."""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
PAGE = CHECKOUT / "docs" / "performance.md"

BENCHMARKS = {
    "startup": "Start",
    "steps": "Steps",
    "loops": "Going in circles",
    "replies": "Replies that are malformed",
    "kills": "Killed and resumed",
    "storms": "A provider that fails",
    "sandboxes": "Sandboxes",
    "web": "The web",
    "browser": "The browser",
    "memory": "Memory",
    "leaving": "What leaves",
    "obedient": "An obedient model",
}
"""Modules of this package and the titles of their tables, in the page's order."""

INTRODUCTION = """\
# Performance

What the program costs by itself, measured against a scripted server on the same machine
that answers at once: what you wait for in practice is the model. Written by
`python -m benchmarks.all`; each table names the command that made it alone. Every run is
a process of its own, started as a person starts it, with its journal on disk.
"""


def machine() -> str:
    """What the figures were measured on."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{date.today():%-d %B %Y}, Python {platform.python_version()}, {system}, {os.cpu_count()} cores."


def table(name: str) -> str:
    """What a benchmark prints."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    printed = subprocess.run(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True, text=True
    ).stdout.strip()
    return printed if printed.startswith("|") else f"```text\n{printed}\n```"


def main() -> None:
    """Run everything that there is; the page is replaced only when all went well."""
    parts = [INTRODUCTION, f"Measured on {machine()}\n"]
    for name, title in BENCHMARKS.items():
        if importlib.util.find_spec(f"benchmarks.{name}") is None:
            continue
        result = table(name)
        print(f"{title}\n\n{result}\n", flush=True)
        parts.append(f"## {title}\n\n`python -m benchmarks.{name}`\n\n{result}\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
