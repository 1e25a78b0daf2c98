"""`.env.template` and `docs/settings.md`, made from the table of variables."""

from __future__ import annotations

import textwrap
from itertools import groupby

from autogpt.settings.grades import FREE
from autogpt.settings.variables import VARIABLES, Section, UsedFrom, Variable

_TEMPLATE_TOP = """\
# Auto-GPT's settings.
#
# Copy this file to .env, and change what you need: take the "# " away from a line
# and put your value after the "=". A line that keeps its "# " keeps the default.
# What your environment sets counts before this file; the command line before both.
#
# Made from the table in autogpt/settings/variables.py by
#     python -m autogpt.settings template > .env.template
"""

_PAGE_TOP = """\
# Settings

<!-- Made from the table in autogpt/settings/variables.py by
     `python -m autogpt.settings page > docs/settings.md`; change the table, not this page. -->

Auto-GPT is set up by variables. They are read, first to last, from

1. the command line, where an option says the same thing (`--help` lists them),
2. your environment,
3. the file `.env` in the current folder (start with a copy of `.env.template`),

and what none of them sets has the default given here. A value that is empty, or
that still is a template's stand-in such as `your-openai-api-key`, counts as not
set. Variables that Auto-GPT doesn't know are passed over.

`True`, `yes`, `on` and `1` mean yes, `False`, `no`, `off` and `0` mean no, in
small letters or capitals. Lists are separated by commas. Paths may begin with `~`.
In `.env`, put a value that contains `#`, quotes or spaces in quotes; `${NAME}` stands
for another variable's value in the same file, never for one of your environment.

A value that doesn't fit stops the program at its start, with one line that names
the variable, where it was set, and what was expected.

Variables marked **later** are known and checked, but the part of Auto-GPT that
uses them comes later; those marked **no effect** are known only so that an old
`.env` stays valid. Variables marked **secret** are never shown, logged or passed on
to processes that the agent starts.

A `.env` may have come with somebody else's files. What it says of a variable marked
**asked** holds in a folder once you have said yes to it (of a limit: when it is higher
than the default), and of one marked **yours** only in Auto-GPT's own folder; your
environment and the command line count always. See
[folders of others](configuration.md#folders-of-others).
"""


def env_template() -> str:
    """The text of `.env.template`."""
    parts = [_TEMPLATE_TOP]
    for section, variables in _sections():
        bar = "#" * 80
        parts.append(f"\n{bar}\n### {section.value.upper()}\n{bar}\n")
        parts.extend(f"\n{_template_entry(variable)}" for variable in variables)
    return "".join(parts)


def settings_page() -> str:
    """The text of `docs/settings.md`."""
    parts = [_PAGE_TOP]
    for section, variables in _sections():
        parts.append(
            f"\n## {section.value}\n\n| Variable | Meaning | Expected | Default |\n|---|---|---|---|\n"
        )
        parts.extend(_page_row(variable) for variable in variables)
    return "".join(parts)


def _sections() -> list[tuple[Section, list[Variable]]]:
    order = list(Section)
    ordered = sorted(VARIABLES, key=lambda variable: order.index(variable.section))
    return [(section, list(group)) for section, group in groupby(ordered, lambda variable: variable.section)]


def _template_entry(variable: Variable) -> str:
    words = f"{variable.name} - {_meaning(variable)} Expected: {variable.kind.expects}. {_default_words(variable)}"
    lines = textwrap.wrap(words, 98, initial_indent="## ", subsequent_indent="##   ", break_on_hyphens=False)
    value = variable.default or variable.example
    # The one line to fill in stands uncommented; its stand-in counts as not set.
    comment = "" if variable.name == "OPENAI_API_KEY" else "# "
    return "\n".join([*lines, f"{comment}{variable.name}={value}", ""])


def _default_words(variable: Variable) -> str:
    return f"Default: {variable.default}." if variable.default else "Not set by default."


def _meaning(variable: Variable) -> str:
    match variable.used_from:
        case UsedFrom.NOW:
            return variable.meaning
        case UsedFrom.LATER:
            return f"{variable.meaning} (The part that uses it comes later.)"
        case UsedFrom.NO_MORE:
            return f"Has no effect any more. {variable.meaning}"


def _page_row(variable: Variable) -> str:
    marks = {UsedFrom.NOW: "", UsedFrom.LATER: "**later** ", UsedFrom.NO_MORE: "**no effect** "}
    secret = "**secret** " if variable.secret else ""
    asked = "" if variable.grade is FREE else "**asked** " if variable.grade.askable else "**yours** "
    also = (
        f" Also read as {', '.join(f'`{name}`' for name in variable.other_names)}."
        if variable.other_names
        else ""
    )
    default = f"`{variable.default}`" if variable.default else "not set"
    cells = (
        f"`{variable.name}`",
        f"{secret}{asked}{marks[variable.used_from]}{variable.meaning}{also}",
        variable.kind.expects,
        default,
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
