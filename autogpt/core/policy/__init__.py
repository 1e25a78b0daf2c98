"""What the agent may do without asking: rules over commands and their arguments, as data.

`ruling` answers allow, ask or deny for one action. A `deny` that matches wins over
everything; otherwise the first rule that matches; otherwise the preset. What it does
not know, it asks.

A pattern is a command, `write_to_file`, or a command and arguments,
`write_to_file(filename=reports/*)`, with the globs `*` (anything) and `?` (one
character). Doubt is always resolved to the safe side, so matching is narrow for
`allow` and wide for `deny` and `ask`:

| | allow | deny, ask |
|---|---|---|
| letter case, Unicode forms | as written | ignored |
| paths | after `.`, `..` and `//` are resolved | the same, and absolute ones by any of their ends |
| shell text | `*` stops at `;`, `&`, `|`, `$`, newlines … | `*` matches anything |
| URLs | `*` in the host stops at the end of the host | `*` matches anything |
| arguments that the command does not declare | never match | match as if they were the one that is meant |

What this does not promise: to be a wall. A glob over shell text or code cannot tell
what the text will do, and a `deny` can be spelt around. The sandbox, the workspace and
the HTTP door are the walls; this says where a person wants to be asked.

Give it actions as they will be run: after synonyms of commands and arguments have
been resolved.
"""

from autogpt.core.policy.always import always_pattern
from autogpt.core.policy.arguments import argument_kind, as_text
from autogpt.core.policy.patterns import Pattern, glob_matches, parse_pattern
from autogpt.core.policy.reading import may_read, ruling_with_reading
from autogpt.core.policy.rules import BY_THE_PERSON, Policy, Preset, Rule, Ruling, Verdict, option_rules
from autogpt.core.policy.verdicts import SENSITIVE, names_address, ruling
from autogpt.core.policy.without_effect import unreachable_rules
from autogpt.core.policy.wording import in_words

__all__ = [
    "BY_THE_PERSON",
    "SENSITIVE",
    "Pattern",
    "Policy",
    "Preset",
    "Rule",
    "Ruling",
    "Verdict",
    "always_pattern",
    "argument_kind",
    "as_text",
    "glob_matches",
    "in_words",
    "may_read",
    "names_address",
    "option_rules",
    "parse_pattern",
    "ruling",
    "ruling_with_reading",
    "unreachable_rules",
]
