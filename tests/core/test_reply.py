"""Replies: what is understood, what is refused, and that nothing cut off ever acts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autogpt.core.actions import Action, Thoughts
from autogpt.core.reply import Reply, Unreadable, read_reply
from benchmarks.replies import (
    acting_truncations,
    crashes,
    hostile_texts,
    is_right,
    large_texts,
    milliseconds,
    truncations,
    understood,
)
from tests.core.reply_corpus import CORPUS, KNOWN, LIST, REFUSED, THOUGHTS, UNDERSTOOD, WRITE, Case, valid

# --- The corpus ---------------------------------------------------------------


@pytest.mark.parametrize("case", UNDERSTOOD, ids=lambda case: case.name)
def test_what_a_reader_understands_is_understood_exactly(case: Case) -> None:
    reply = read_reply(case.text, known=case.known)
    assert isinstance(reply, Reply), reply
    assert is_right(case), reply.action


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_what_nobody_could_run_is_refused_with_a_sentence(case: Case) -> None:
    reply = read_reply(case.text, known=case.known)
    assert isinstance(reply, Unreadable), reply
    assert case.refused in reply.why
    assert reply.why.endswith(".")
    assert "Send" in reply.why
    assert len(reply.why) < 500


def test_the_figures_of_the_corpus() -> None:
    assert len(CORPUS) >= 120
    assert len({case.name for case in CORPUS}) == len(CORPUS)
    share = understood() / len(UNDERSTOOD)
    print(f"\n{len(UNDERSTOOD)} whole replies, understood: {share:.1%}; {len(REFUSED)} that must be refused")  # noqa: T201
    assert share >= 0.99


# --- Cut off --------------------------------------------------------------------


@pytest.mark.slow
def test_no_truncated_reply_of_the_corpus_acts() -> None:
    tried, acting = acting_truncations(samples=60)
    print(f"\n{tried} truncated replies, acting: {len(acting)}")  # noqa: T201
    assert acting == []


@pytest.mark.slow
def test_no_truncated_reply_of_the_corpus_acts_wherever_it_is_cut() -> None:
    tried, acting = acting_truncations(samples=10_000)
    print(f"\n{tried} truncated replies, acting: {len(acting)}")  # noqa: T201
    assert acting == []


@pytest.mark.parametrize("finish", ["length", "filter"])
def test_a_reply_that_the_provider_calls_unfinished_never_acts(finish: Any) -> None:
    for case in CORPUS:
        reply = read_reply(case.text, finish=finish, known=KNOWN)
        assert isinstance(reply, Unreadable)
        assert "cut off" in reply.why


def test_a_reply_cut_anywhere_in_its_json_is_called_cut_off() -> None:
    for length in range(1, len(WRITE)):
        reply = read_reply(WRITE[:length], known=KNOWN)
        assert isinstance(reply, Unreadable)
        assert "cut off" in reply.why


@pytest.mark.parametrize(
    "text",
    [
        '{"thoughts": {"text": "x"}, "command": {"name": "write_to_file", "args": {"filename": "a", "text": "b"}}',
        'Example: {"thoughts": {}}\n{"command": {"name": "list_files", "args": {"directory": "."}}',
        '{"name": "write_to_file", "args": {"filename": "a"}',
        '{"command": "list_files", "args": {}, ',
        '[{"name": "list_files", "args": {}}',
        '[{"name": "list_files", "args": {}}, {"name": "delete_file", "args": {"filename"',
        '```json\n{"command": {"name": "list_files", "args": {}}\n```',
        '{"command": {"name": "list_files", "args": {}} // }',
        '{"command": {"name": "list_files", "args": {}} /* }',
        '{{"command": {"name": "list_files", "args": {}}}',
        '"{\\"command\\": {\\"name\\": \\"list_files\\", \\"args\\": {}}}',
        "<function=list_files><parameter=directory>.</parameter>",
        '<invoke name="list_files"><parameter name="directory">.</parameter>',
        '<tool_call>{"name": "list_files", "arguments": {}',
        "Action: list_files\nAction Input: {'directory': '.'",
        '"thoughts": {"text": "x"}, "command": {"name": "list_files", "args": {}}',
        '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "say "hi" to {"b": 1}}}}',
        '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "d = {"a": {"b": {"c": "d"}}}',
        '{"command": {"name": "write_to_file", "args": {"filename": "a", "text": "He said "x"}}}',
        "{\"command\": \"write_to_file(filename='a', text='b'\"}",
        '{"command": {"name": "write_to_file", "args": "{\\"filename\\": \\"a\\""}}',
        '<think>I could send {"command": {"name": "list_files", "args": {}}}',
        '{"command": {"name": "list_files", "args": {}}}\n{"command": {"name": "delete_file"',
        '{"command": {"name": "list_files", "args": {}}}\n```bash\nrm -r',
        '{"command": {"name": "list_files", "args": {}}}, "thoughts": {"text": "an',
    ],
)
def test_a_part_that_looks_whole_in_a_text_that_is_not_never_acts(text: str) -> None:
    assert isinstance(read_reply(text, known=KNOWN), Unreadable)


SOURCES = (
    'def greet(name="you"):\n    """Say "hi"."""\n    d = {"a": [1, {"b": "c"}], "e": "}}}"}\n    print(f"{name!r}", d["a"])\n',
    '{"a": {"b": {"c": "d"}}, "e": [{"f": "g"}, "h"]}\n{"i": {"j": {"k": {"l": "m"}}}}\n',
    '<div class="a" style="b: c"><a href="x">"quoted"</a></div>\n<script>var o = {"p": {"q": "r"}};</script>\n',
    "it's {'a': 'b'}; x['y'] = 'z'; puts '}}}'\nif (a) { b('c'); }\n",
    'curl -d "{\\"a\\": \\"b\\"}" -H "X: y" | jq ".a" > "out file.json"\n',
    "</parameter>\n<parameter=x>\n</function> `code` ``` \"\"\" ''' }}}\n",
)
"""Texts of files that a model may forget to escape."""


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (
            '{"thoughts": {"text": "x"}, "command": {"name": "write_to_file", "args": {"filename": "a", "text": "',
            '"}}}',
        ),
        ('{"command": "write_to_file", "args": {"filename": "a", "text": "', '"}}'),
        ('{"name": "write_to_file", "args": {"text": "', '", "filename": "a"}}'),
        ("{'command': {'name': 'write_to_file', 'args': {'filename': 'a', 'text': '", "'}}}"),
        ('{"command": {"name": "write_to_file", "args": {"filename": "a", "text": `', "`}}}"),
        ('{"command": {"name": "write_to_file", "args": {"filename": "a", "text": """', '"""}}}'),
        (
            "<function=write_to_file><parameter=filename>a</parameter><parameter=text>",
            "</parameter></function>",
        ),
    ],
)
def test_a_text_that_is_not_escaped_is_written_whole_or_not_at_all(head: str, tail: str, source: str) -> None:
    text = head + source + tail
    reply = read_reply(text, known=KNOWN)
    if isinstance(reply, Reply) and "\\" not in source:
        assert reply.action.args["text"] == (source.removesuffix("\n") if head[0] == "<" else source)
    for length in range(len(text)):
        assert isinstance(read_reply(text[:length], known=KNOWN), Unreadable), text[:length]


# --- Properties -----------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
pieces = (
    *(
        '"',
        "'",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        "}}}",
        '"}}}',
        "```",
        "<think>",
        "</think>",
        "#",
        "//",
        "/*",
    ),
    *(
        "a",
        " ",
        "“",
        "”",
        "’",
        "`",
        '"""',
        "\\n",
        "\\u12",
        "\ufffd",
        '{"command": "delete_file"}',
        "</parameter>",
        "0",
    ),
)
tricky = st.lists(st.sampled_from(pieces), max_size=12).map("".join)
texts = words | tricky
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
names = st.from_regex(r"[a-z][a-z_0-9]{0,20}", fullmatch=True)
arguments = st.dictionaries(texts, values, max_size=4)


@st.composite
def replies(draw: st.DrawFn) -> tuple[dict[str, Any], Reply]:
    """A reply as an object, and how it should be read."""
    text, reasoning, criticism, speak = "hm" + draw(texts), draw(texts), draw(texts), draw(texts)
    thoughts = {"text": text, "reasoning": reasoning, "plan": [], "criticism": criticism, "speak": speak}
    action = Action(draw(names), draw(arguments))
    whole = {"thoughts": thoughts, "command": {"name": action.command, "args": action.args}}
    return whole, Reply(Thoughts(text, reasoning, (), criticism, speak), action)


@given(replies(), st.sampled_from([None, 1, 4]), st.booleans())
def test_a_valid_reply_is_read_exactly(
    reply: tuple[dict[str, Any], Reply], indent: int | None, plain: bool
) -> None:
    whole, expected = reply
    text = json.dumps(whole, indent=indent, ensure_ascii=plain)
    assert read_reply(text) == expected
    assert read_reply(f"Sure:\n```json\n{text}\n```\nDone.", known=KNOWN) == expected
    assert read_reply(f"<think>hm {{</think>{text}}}", known=[expected.action.command]) == expected


@given(replies())
@example(
    (
        {"thoughts": {"text": "hm"}, "command": {"name": "a", "args": {"\\_": None}}},
        Reply(Thoughts("hm", "", (), "", ""), Action("a", {"\\_": None})),
    )
)
def test_a_reply_as_python_or_with_trailing_commas_is_read_exactly(
    reply: tuple[dict[str, Any], Reply],
) -> None:
    whole, expected = reply
    assert read_reply(json.dumps(whole)[:-1] + ",}") == expected
    assert read_reply(json.dumps(whole, ensure_ascii=False)[:-1] + "/* done */}") == expected
    assert read_reply(repr(whole)) == expected


@given(replies(), st.data())
def test_a_reply_cut_anywhere_never_acts(reply: tuple[dict[str, Any], Reply], data: st.DataObject) -> None:
    whole, _ = reply
    forms = [json.dumps(whole), repr(whole), json.dumps(whole, ensure_ascii=False, indent=2)[:-1] + ",}"]
    text = data.draw(st.sampled_from([*forms, f"```\n{forms[0]}", json.dumps(forms[0]), f"Ok {forms[1]}"]))
    length = data.draw(st.integers(0, len(text) - 1))
    assert isinstance(read_reply(text[:length], known=KNOWN), Unreadable)


@settings(max_examples=300)
@given(
    st.text()
    | tricky
    | st.lists(tricky | st.sampled_from([LIST, WRITE, "{", '"name":', "args"]), max_size=8).map("".join)
)
@example("\ud800")
@example('{"command": "\\ud800"}')
@example('{"command":{"name":"a","args":{"\\ud800":["\\udfff"]}}}')
@example("{" * 3000)
@example('{"a":' * 3000)
@example("[{" * 3000)
@example('{"' * 3000)
def test_no_text_breaks_the_reader(text: str) -> None:
    reply = read_reply(text, known=KNOWN)
    if isinstance(reply, Reply):
        json.dumps(reply.action.args, ensure_ascii=False).encode()
        repr(reply.thoughts).encode()
    else:
        reply.why.encode()


def test_no_mutated_reply_breaks_the_reader() -> None:
    assert crashes(3_000) == []


@pytest.mark.slow
def test_no_mutated_reply_of_very_many_breaks_the_reader() -> None:
    crashed = crashes(100_000)
    print(f"\n100000 mutated replies, crashes: {len(crashed)}")  # noqa: T201
    assert crashed == []


# --- Time -----------------------------------------------------------------------

# Bounds are many times the figures of `python -m benchmarks.replies`, for slow and busy machines; what
# grows with the square of the length takes seconds at once.


def test_large_replies_are_read_quickly() -> None:
    for large in large_texts():
        assert isinstance(read_reply(large.text, known=KNOWN), Reply) is large.acts, large.name
        if large.limit <= 5:
            assert milliseconds(large.text) < 20 * large.limit, large.name


@pytest.mark.slow
def test_no_repetition_makes_the_reader_slow() -> None:
    for piece, text in hostile_texts(100_000):
        assert milliseconds(text, rounds=1) < 5_000, piece


def test_short_repetitions_make_no_reader_slow() -> None:
    for piece, text in hostile_texts(4_000):
        assert milliseconds(text, rounds=1) < 500, piece


# --- Thoughts and names ---------------------------------------------------------


def thoughts_of(text: str) -> Thoughts:
    reply = read_reply(text, known=KNOWN)
    assert isinstance(reply, Reply), reply
    return reply.thoughts


@pytest.mark.parametrize(
    ("plan", "lines"),
    [
        ("- list the files\n- read\n\n- write", ("list the files", "read", "write")),
        ("1. list\n2) read\n* write\n• rest", ("list", "read", "write", "rest")),
        ("just one thing", ("just one thing",)),
        (["list", "- read", ""], ("list", "read")),
        ([{"step": 1, "do": "list"}, {"do": "read"}], ("1: list", "read")),
        ({"1": "list", "2": "read"}, ("list", "read")),
        ([["list", "read"], 3, None], ("list\nread", "3")),
        (None, ()),
        (7, ("7",)),
    ],
)
def test_a_plan_is_lines_however_it_is_written(plan: Any, lines: tuple[str, ...]) -> None:
    text = json.dumps({"thoughts": {"plan": plan}, "command": {"name": "do_nothing", "args": {}}})
    assert thoughts_of(text).plan == lines


def test_the_parts_of_thoughts() -> None:
    assert thoughts_of(LIST) == Thoughts(
        text=THOUGHTS["text"],
        reasoning=THOUGHTS["reasoning"],
        plan=("list the files", "read the notes", "write the report"),
        criticism=THOUGHTS["criticism"],
        speak=THOUGHTS["speak"],
    )


@pytest.mark.parametrize(
    ("members", "thoughts"),
    [
        ('"thoughts": "hm"', Thoughts(text="hm")),
        (
            '"thoughts": {"speak": null, "TEXT": "hm", "self_criticism": 3}',
            Thoughts(text="hm", criticism="3"),
        ),
        ('"thoughts": ["hm", "well"]', Thoughts(text="hm\nwell")),
        ('"thoughts": [{"text": "hm"}]', Thoughts(text="hm")),
        ('"text": "hm", "plan": ["a"]', Thoughts(text="hm", plan=("a",))),
        ('"thought": "hm", "reason": "so"', Thoughts(text="hm", reasoning="so")),
        ('"thoughts": {}', Thoughts()),
        ('"thoughts": null', Thoughts()),
    ],
)
def test_thoughts_are_read_however_they_are_written(members: str, thoughts: Thoughts) -> None:
    assert thoughts_of(f'{{{members}, "command": {{"name": "do_nothing", "args": {{}}}}}}') == thoughts


def test_prose_before_a_call_without_thoughts_is_its_thought() -> None:
    text = (
        'I look around first.\n<tool_call>{"name": "list_files", "arguments": {"directory": "."}}</tool_call>'
    )
    assert thoughts_of(text) == Thoughts(text="I look around first.")


def test_thoughts_and_command_in_two_objects_belong_together() -> None:
    assert thoughts_of('{"thoughts": {"text": "hm"}}\n{"command": {"name": "do_nothing"}}').text == "hm"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("list_files", "list_files"),
        (" list_files ", "list_files"),
        ("List-Files", "list_files"),
        ("listFiles", "list_files"),
        ("list_files()", "list_files"),
        ("default_api:list_files", "list_files"),
        ("fly_away", "fly_away"),
        ("Fly_Away", "Fly_Away"),
    ],
)
def test_a_known_name_is_spelt_right_and_an_unknown_one_left(written: str, read: str) -> None:
    reply = read_reply(json.dumps({"command": {"name": written, "args": {}}}), known=KNOWN)
    assert isinstance(reply, Reply)
    assert reply.action.command == read


def test_without_the_known_names_a_name_is_left_as_it_is() -> None:
    reply = read_reply('{"command": {"name": "List-Files", "args": {}}}')
    assert isinstance(reply, Reply)
    assert reply.action == Action("List-Files", {})


def test_none_is_an_empty_reply() -> None:
    reply = read_reply(None)
    assert isinstance(reply, Unreadable)
    assert "empty" in reply.why


def test_a_text_in_an_argument_is_never_read_as_a_reply() -> None:
    inner = valid("delete_file", filename="notes.txt")
    for outer in (
        json.dumps(
            {"thoughts": {"text": inner}, "command": {"name": "write_to_file", "args": {"text": inner}}}
        ),
        repr({"thoughts": {"text": inner}, "command": {"name": "write_to_file", "args": {"text": inner}}}),
        f"<function=write_to_file><parameter=text>{inner}</parameter></function>",
    ):
        reply = read_reply(outer, known=KNOWN)
        assert isinstance(reply, Reply)
        assert reply.action == Action("write_to_file", {"text": inner})


def test_the_truncations_reach_up_to_the_end() -> None:
    case = UNDERSTOOD[0]
    assert case.text[: case.complete_at - 1] in set(truncations(case, samples=3))
