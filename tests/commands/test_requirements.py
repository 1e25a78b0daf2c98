"""The header of PEP 723."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.requirements import requirements_of

HEADER = """\
#!/usr/bin/env python3
# A script.
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests[security]<3",  # a comment with ] and "
#   'rich',
#   # another
#   "bad \\x",
#   "--index-url=http://evil",
#   "a\\u0062c"
# ]
#
# [tool.uv]
# dependencies = ["not-this"]
# ///
import requests
"""


def test_the_requirements_are_read() -> None:
    assert requirements_of(HEADER) == ("requests[security]<3", "rich", "abc")
    assert requirements_of(HEADER.replace("\n", "\r\n")) == ("requests[security]<3", "rich", "abc")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "print('# /// script')",
        '# /// script\n# dependencies = ["a"]\n',
        '# /// script\n# dependencies = ["a"]\nx\n# ///\n',
        '# /// other\n# dependencies = ["a"]\n# ///\n',
        "# /// script\n# dependencies = []\n# ///\n",
        "# /// script\n# dependencies = 3\n# ///\n",
        '# /// script\n# [tool.x]\n# dependencies = ["a"]\n# ///\n',
        "# /// script\n# dependencies = [\n# ///\n",
    ],
)
def test_where_there_are_none(source: str) -> None:
    assert requirements_of(source) == ()


def test_an_inner_end_mark_is_passed_over() -> None:
    assert requirements_of('# /// script\n# ///\n# dependencies = ["a"]\n# ///\n') == ("a",)


def test_long_sources_are_read_in_linear_time() -> None:
    before = time.process_time()
    for line in ("# /// script\n", "# dependencies = [\n", "# dependencies = [ # [\n"):
        requirements_of("# /// script\n" + line * 100_000 + "# ///\n")
    assert time.process_time() - before < 3


@given(st.text(alphabet="#/ script[]dependencies=\"a,'\\\n", max_size=80))
def test_any_header_is_read_without_a_fault(content: str) -> None:
    requirements_of(f"# /// script\n# dependencies = [{content}\n# ///\n")
    requirements_of(content)
