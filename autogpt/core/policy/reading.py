"""Rules on `read_file` hold for every command that shows the text of a file, or hands it on.

Which these are stands on their specs: `reads` names arguments that name such files, `walks` those that name
folders whose files are gone through. A rule on `read_file` that means the other command too, whatever its
arguments, has been judged for it already, and counts once.

What programs read is not covered: they see the whole workspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from autogpt.core.actions import Action, CommandSpec
from autogpt.core.policy.arguments import argument_kind
from autogpt.core.policy.matching import names
from autogpt.core.policy.patterns import parse_pattern
from autogpt.core.policy.rules import Policy, Rule, Ruling, Verdict
from autogpt.core.policy.verdicts import ruling

READ_FILE = "read_file"

_COULD_BE_A_NAME = re.compile(r"[^\n\r:;(){}=\"'`<>|*?]{1,300}")
_STRICTNESS = {Verdict.ALLOW: 0, Verdict.ASK: 1, Verdict.DENY: 2}


def ruling_with_reading(
    policy: Policy,
    action: Action,
    spec: CommandSpec | None,
    reader: CommandSpec | None,
    *,
    outside: bool = False,
) -> Ruling:
    """Whether an action may be run, the files that it reads included. `reader` is the spec of `read_file`.

    `outside` as for `ruling`.
    """
    own = ruling(policy, action, spec, outside=outside)
    if spec is None or spec.name == READ_FILE:
        return own
    others = (_reading(policy, name, spec, reader) for name in _files_of(action, spec))
    return max((own, *others), key=lambda one: _STRICTNESS[one.verdict])


def may_read(policy: Policy, filename: str, by: CommandSpec, reader: CommandSpec | None) -> bool:
    """Whether a command that goes through folders may look into a file without asking."""
    return not policy.rules or _reading(policy, filename, by, reader).verdict is Verdict.ALLOW


def _files_of(action: Action, spec: CommandSpec) -> Iterator[str]:
    for name in spec.reads:
        given = action.args.get(name)
        for value in given if isinstance(given, list) else [given]:
            if not isinstance(value, str):
                continue
            if argument_kind(name, spec) == "path" or _COULD_BE_A_NAME.fullmatch(value.strip()):
                yield value.strip()


def _reading(policy: Policy, filename: str, by: CommandSpec, reader: CommandSpec | None) -> Ruling:
    rules = tuple(rule for rule in policy.rules if not _judged_already(rule, by))
    found = ruling(replace(policy, rules=rules), Action(READ_FILE, {"filename": filename}), reader)
    # What no rule speaks of is judged by the command's own ruling.
    return (
        found if found.explicit or found.verdict is Verdict.DENY else Ruling(Verdict.ALLOW, found.why, False)
    )


def _judged_already(rule: Rule, by: CommandSpec) -> bool:
    pattern = parse_pattern(rule.pattern)
    return not pattern.args and names(rule.verdict, pattern.command, by)
