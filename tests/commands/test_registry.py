"""How actions find their command, what is made of their arguments, and how results are bounded."""

from __future__ import annotations

import json
import os
import re
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.commands.bounding import clean, cut, size
from autogpt.commands.command import Command, Filename, Outcome, command, commands_of
from autogpt.commands.control import ControlCommands
from autogpt.commands.files import FileCommands
from autogpt.commands.patch import PatchCommands
from autogpt.commands.registry import Registry
from autogpt.commands.scripted import ScriptedCommands
from autogpt.core.actions import Action, CommandSpec, Parameter, Touch
from autogpt.core.errors import (
    CommandError,
    ContextOverflow,
    JournalError,
    LimitKind,
    OverLimit,
    ProviderError,
)
from autogpt.core.events import Ran
from autogpt.core.messages import Usage
from autogpt.core.ports import Commands
from autogpt.workspace import Workspace
from tests.commands.conftest import Call, StoppedClock


def registry_of(workspace: Workspace, *families: object, **options: Any) -> Registry:
    return Registry(families, workspace=workspace, clock=StoppedClock(), **options)


class Typed:
    """One command with a parameter of each common type."""

    @command(aliases=("try_types",), reads_only=True, touches=(Touch.NETWORK,))
    def typed(
        self,
        text: str,
        number: int = 1,
        share: float = 0.5,
        sure: bool = False,
        names: list[str] | None = None,
        more: dict[str, Any] | None = None,
        kind: Literal["a", "b"] = "a",
        anything: Any = None,
    ) -> str:
        """Take all types
        of arguments.

        This paragraph is for people.
        """
        return repr((text, number, share, sure, names, more, kind, anything))


class Failing:
    def __init__(self, error: BaseException) -> None:
        self._error = error

    @command()
    def fail(self) -> str:
        """Fail."""
        raise self._error


def test_signature_and_docstring_are_the_schema() -> None:
    (built,) = commands_of(Typed())
    assert built.spec == CommandSpec(
        name="typed",
        description="Take all types of arguments.",
        parameters=(
            Parameter("text", {"type": "string"}),
            Parameter("number", {"type": "integer", "default": 1}, False),
            Parameter("share", {"type": "number", "default": 0.5}, False),
            Parameter("sure", {"type": "boolean", "default": False}, False),
            Parameter("names", {"type": "array", "items": {"type": "string"}}, False),
            Parameter("more", {"type": "object"}, False),
            Parameter("kind", {"enum": ["a", "b"], "default": "a"}, False),
            Parameter("anything", {}, False),
        ),
        aliases=("try_types",),
        reads_only=True,
        touches=frozenset({Touch.NETWORK}),
    )
    json.dumps([parameter.schema for parameter in built.spec.parameters])


def test_a_type_out_of_the_common_has_a_schema_too() -> None:
    @command()
    def odd(pairs: list[tuple[int, str]]) -> str:
        """Take pairs."""
        return str(pairs)

    (built,) = commands_of(odd)
    assert built.spec.parameters[0].schema["type"] == "array"


def test_commands_of_the_files_family_are_those_of_the_original(workspace: Workspace) -> None:
    specs = {
        spec.name: spec for spec in registry_of(workspace, FileCommands(workspace), ControlCommands()).specs
    }
    assert {name: [(p.name, p.required) for p in spec.parameters] for name, spec in specs.items()} == {
        "write_to_file": [("filename", True), ("text", True)],
        "append_to_file": [("filename", True), ("text", True)],
        "read_file": [("filename", True), ("start_line", False), ("end_line", False)],
        "list_files": [("directory", False), ("pattern", False)],
        "search_files": [("query", True), ("directory", False), ("pattern", False), ("regex", False)],
        "delete_file": [("filename", True)],
        "task_complete": [("reason", False)],
        "do_nothing": [],
    }
    assert {name for name, spec in specs.items() if spec.reads_only} == {
        "read_file", "list_files", "search_files", "task_complete", "do_nothing"
    }  # fmt: skip
    assert all(spec.touches == {Touch.FILES} for name, spec in specs.items() if "file" in name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("write_to_file", "write_to_file"),
        ("Write_To_File", "write_to_file"),
        ("write-to-file", "write_to_file"),
        ("write to file", "write_to_file"),
        ("writeToFile", "write_to_file"),
        ("WriteToFile", "write_to_file"),
        ("writetofile", "write_to_file"),
        ("write_file", "write_to_file"),
        ("writeFile", "write_to_file"),
        ("create_file", "write_to_file"),
        (" read_file() ", "read_file"),
        ("functions.read_file", "read_file"),
        ("`ls`", "list_files"),
        ("goals_accomplished", "task_complete"),
        ("finish", "task_complete"),
        ("no-op", "do_nothing"),
        ("read_fil", "read_fil"),
        ("rm -rf /", "rm -rf /"),
        ("", ""),
    ],
)
def test_names_are_resolved_but_never_guessed(registry: Registry, written: str, meant: str) -> None:
    assert registry.resolve(written) == meant


def test_an_unknown_command_names_the_nearest(call: Call) -> None:
    said = call("read_fil", filename="x").result
    assert said.startswith("There is no command 'read_fil'. Did you mean read_file")
    assert "The commands are: write_to_file, append_to_file" in call("zzzzzzzz").result
    assert len(call("x" * 100_000).result) < 500


@pytest.mark.parametrize(
    "name", ["file", "file_path", "path", "filepath", "file_name", "FileName", "fileName", "File-Name"]
)
@pytest.mark.parametrize("text", ["content", "contents", "data", "text", "Text"])
def test_argument_names_that_models_invent(call: Call, workspace: Workspace, name: str, text: str) -> None:
    assert call("write_to_file", **{name: "a.txt", text: "hello"}).ok
    assert workspace.read_bytes("a.txt") == b"hello"
    assert call("list_files", path=".").result.startswith("1 file (")
    assert call("list_files", folder=".").result.startswith("1 file (")
    assert call("read_file", path="a.txt").result == "hello"
    assert call("read_file", input="a.txt").ok is False
    assert call("delete_file", input="a.txt").ok


def test_arguments_in_an_object_of_their_own(call: Call) -> None:
    assert call("write_to_file", args={"filename": "a.txt", "text": "x"}).ok
    assert call("do_nothing", reason="I wait").ok


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ({"number": "5"}, "number=5"),
        ({"number": 5.0}, "number=5"),
        ({"number": " 5 "}, "number=5"),
        ({"share": "0.25"}, "share=0.25"),
        ({"share": 1}, "share=1.0"),
        ({"sure": "true"}, "sure=True"),
        ({"sure": "no"}, "sure=False"),
        ({"sure": 1}, "sure=True"),
        ({"names": '["a", "b"]'}, "names=['a', 'b']"),
        ({"names": ["a", 1]}, "names=['a', '1']"),
        ({"names": "one.txt"}, "names=['one.txt']"),
        ({"names": " my file [v2].txt "}, "names=['my file [v2].txt']"),
        ({"names": '"one.txt"'}, "names=['one.txt']"),
        ({"names": "['a', 'b, c']"}, "names=['a', 'b, c']"),
        ({"names": '["a",]'}, "names=['a']"),
        ({"names": "5"}, "names=['5']"),
        ({"names": 5}, "names=['5']"),
        ({"names": "[]"}, "names=[]"),
        ({"more": "{'a': 1}"}, "more={'a': 1}"),
        ({"number": ""}, ""),
        ({"number": "null", "share": "None", "sure": " "}, ""),
        ({"more": '{"a": 1}'}, "more={'a': 1}"),
        ({"number": None, "names": None, "kind": None}, ""),
        ({"kind": "b"}, "kind='b'"),
        ({"anything": [1, {"x": None}]}, "anything=[1, {'x': None}]"),
        ({"text": 12}, "text='12'"),
        ({"text": 1.5}, "text='1.5'"),
        ({"text": True}, "text='true'"),
        ({"text": {"a": "é"}}, 'text=\'{\\n  "a": "é"\\n}\''),
    ],
)
def test_values_are_converted_where_nothing_is_guessed(
    workspace: Workspace, sent: dict[str, Any], received: str
) -> None:
    ran = registry_of(workspace, Typed()).run(Action("typed", {"text": "t", **sent}))
    expected: dict[str, Any] = {
        "text": "t", "number": 1, "share": 0.5, "sure": False, "names": None, "more": None, "kind": "a", "anything": None
    }  # fmt: skip
    if received:
        name, _, value = received.partition("=")
        expected[name] = eval(value)
    assert ran.result == repr(tuple(expected.values()))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "'text' is missing. You sent {}."),
        ({"text": None}, "'text' is missing."),
        ({"text": ["a"]}, "'text' must be a text in quotes, not a list."),
        ({"text": "t", "number": "many"}, "'number' must be a whole number, not \"many\"."),
        ({"text": "t", "number": 1.5}, "'number' must be a whole number, not 1.5."),
        ({"text": "t", "number": True}, "'number' must be a number, not true."),
        (
            {"text": "t", "names": "a, b"},
            '\'names\' must be a list of texts, not "a, b": each item by itself, as in ["a", "b"].',
        ),
        ({"text": "t", "names": "a\nb"}, "'names' must be a list of texts"),
        ({"text": "t", "names": "a;b"}, "'names' must be a list of texts"),
        (
            {"text": "t", "names": ""},
            '\'names\' must be a list of texts, not "": each item by itself, as in ["…"].',
        ),
        ({"text": "t", "names": "null"}, "'names' must be a list of texts"),
        ({"text": "t", "names": "[id]"}, 'not "[id]": each item by itself, as in ["id"].'),
        ({"text": "t", "names": '["a"'}, "'names' must be a list of texts"),
        ({"text": "t", "names": '["a"] and more'}, "'names' must be a list of texts"),
        ({"text": "t", "names": {"a": 1}}, "'names' must be a list of texts"),
        ({"text": "t", "names": True}, "'names' must be a list of texts, not true."),
        ({"text": "t", "number": "1,000"}, "'number' must be a whole number, not \"1,000\"."),
        ({"text": "t", "share": "inf"}, "'share' must be a number, not \"inf\"."),
        ({"text": "t", "share": "nan"}, "'share' must be a number, not \"nan\"."),
        ({"text": "t", "sure": "perhaps"}, "'sure' must be true or false, not \"perhaps\"."),
        ({"text": "t", "kind": "c"}, '\'kind\' must be one of "a", "b", not "c".'),
        ({"text": "t", "mode": "w"}, "It has no argument 'mode'."),
        ({"text": "t", "content": "u"}, "It has no argument 'content'."),
    ],
)
def test_a_wrong_call_comes_back_as_a_sentence_that_teaches(
    workspace: Workspace, sent: dict[str, Any], said: str
) -> None:
    ran = registry_of(workspace, Typed()).run(Action("typed", sent))
    assert not ran.ok
    assert ran.result.startswith("Wrong arguments for typed: ")
    assert said in ran.result
    assert '{"name": "typed", "args": {"text": "…"}} (optional: number, share' in ran.result


def test_every_list_that_a_command_takes_may_be_one_value(workspace: Workspace) -> None:
    class Lists:
        @command()
        def lists(
            self,
            numbers: list[int] | None = None,
            objects: list[dict[str, int]] | None = None,
            words: list[str] | str = "",
        ) -> str:
            """Take lists."""
            return repr((numbers, objects, words))

    registry = registry_of(workspace, Lists())

    def taken(**sent: Any) -> str:
        ran = registry.run(Action("lists", sent))
        return ran.result if ran.ok else f"no: {ran.result}"

    assert taken(numbers="5", objects={"a": 1}) == "([5], [{'a': 1}], '')"
    assert taken(numbers=5, objects='{"a": 1}') == "([5], [{'a': 1}], '')"
    assert taken(numbers="[1, 2]", words='["a", "b"]') == "([1, 2], None, ['a', 'b'])"
    # Where a text is as good as a list, a text stays what it is.
    assert taken(words="a, b") == "(None, None, 'a, b')"
    assert taken(words="[see a]") == "(None, None, '[see a]')"
    assert taken(numbers=True).startswith("no: ")
    assert taken(numbers="many").startswith("no: ")


def test_a_long_wrong_call_is_not_repeated_in_full(workspace: Workspace) -> None:
    ran = registry_of(workspace, Typed()).run(Action("typed", {"txt": "x" * 100_000}))
    assert len(ran.result) < 1_000
    assert "(100,000 characters)" in ran.result


def test_an_action_has_one_true_spelling_for_policies(registry: Registry, workspace: Workspace) -> None:
    workspace.write_text("secrets/key.txt", "x")
    true = Action("write_to_file", {"filename": "secrets/key.txt", "text": "5"})
    for name in (
        "secrets/key.txt",
        "./secrets//key.txt",
        "a/../secrets/key.txt",
        f"{workspace.root}/secrets/key.txt",
    ):
        for argument in ("filename", "path", "File_Name"):
            assert registry.canonical(Action("WriteFile", {argument: name, "content": 5})) == true
    if os.name != "nt":
        (workspace.root / "alias").symlink_to("secrets")
        assert registry.canonical(Action("write_file", {"file": "alias/key.txt", "text": "5"})) == true
    assert registry.canonical(true) == true
    assert registry.canonical(Action("unknown", {"a": 1})) == Action("unknown", {"a": 1})
    assert registry.canonical(Action("write_file", {"a": 1})) == Action("write_to_file", {"a": 1})
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert registry.canonical(Action("read_file", {"filename": deep})).command == "read_file"
    assert not registry.run(Action("read_file", {"filename": deep})).ok
    outside = Action("read_file", {"filename": "/etc/passwd"})
    assert registry.canonical(outside) == outside


def test_a_bug_in_a_command_is_a_sentence_for_the_model_and_a_traceback_for_us(workspace: Workspace) -> None:
    for error in (RuntimeError("broken\n  pipe"), SystemExit(3), MemoryError(), RecursionError("deep")):
        bugs: list[BaseException] = []
        ran = registry_of(workspace, Failing(error), on_bug=bugs.append).run(Action("fail"))
        assert bugs == [error]
        assert bugs[0].__traceback__ is not None
        assert not ran.ok
        assert ran.result.startswith(f"fail failed inside: {type(error).__name__}")
        assert "\n" not in ran.result


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        OverLimit(LimitKind.STEPS, *[0] * 3),  # type: ignore[arg-type]
        ProviderError("down"),
        JournalError("full"),
        ContextOverflow(5),
    ],
)
def test_what_the_loop_answers_passes(workspace: Workspace, error: BaseException) -> None:
    with pytest.raises(type(error)):
        registry_of(workspace, Failing(error)).run(Action("fail"))


def test_a_command_error_is_the_result(workspace: Workspace) -> None:
    ran = registry_of(workspace, Failing(CommandError("use another"))).run(Action("fail", {}))
    assert ran == Ran(Action("fail", {}), False, "use another", at=12.5)


def test_two_commands_of_one_name_are_refused(workspace: Workspace) -> None:
    class Other:
        @command(aliases=("write_file",))
        def other(self) -> str:
            """Do something else."""
            return ""

    with pytest.raises(ValueError, match="Other and FileCommands both have a command called 'write_file'"):
        registry_of(workspace, FileCommands(workspace), Other())
    with pytest.raises(ValueError, match="both have a command called 'typed'"):
        registry_of(workspace, Typed(), Typed())


def test_a_command_must_be_typed_and_described() -> None:
    @command()
    def untyped(x) -> str:  # type: ignore[no-untyped-def]
        """Have a parameter without a type."""
        return str(x)

    @command()
    def undescribed(x: str) -> str:
        return x

    for wrong, said in ((untyped, "needs a type"), (undescribed, "needs a docstring")):
        with pytest.raises(TypeError, match=said):
            list(commands_of(wrong))


def test_a_ready_made_command_without_python_types(workspace: Workspace) -> None:
    spec = CommandSpec("remote", "Call.", (Parameter("x", {"type": "integer"}), Parameter("y", {}, False)))
    registry = registry_of(workspace, Command(spec, lambda **args: repr(args)))
    assert registry.run(Action("remote", {"x": None, "y": [1]})).result == "{'x': None, 'y': [1]}"


def test_changes_by_processes_are_seen_and_reading_changes_nothing(workspace: Workspace) -> None:
    class Processes:
        def __init__(self) -> None:
            self.text = "one"

        @command(touches=(Touch.PROCESSES,))
        def process(self) -> str:
            """Write past the door."""
            (workspace.root / "out.txt").write_text(self.text)
            return "done"

    family = Processes()
    registry = registry_of(workspace, family, FileCommands(workspace))
    assert registry.run(Action("process")).changed
    assert not registry.run(Action("process")).changed
    family.text = "two!"
    assert registry.run(Action("process")).changed
    assert not registry.run(Action("read_file", {"filename": "out.txt"})).changed
    assert not registry.run(Action("write_to_file", {"filename": "out.txt", "text": "two!"})).changed
    assert registry.run(Action("delete_file", {"filename": "out.txt"})).changed


# -- results -------------------------------------------------------------------------------------


class Talking:
    def __init__(self, outcome: str | Outcome) -> None:
        self.outcome = outcome

    @command(reads_only=True)
    def talk(self) -> str | Outcome:
        """Say what was put in."""
        return self.outcome


def test_a_long_result_is_cut_in_the_middle_and_kept_whole(workspace: Workspace) -> None:
    text = "".join(f"line {number}\n" for number in range(1, 600_001))
    assert len(text) > 5_000_000
    registry = registry_of(workspace, Talking(text), FileCommands(workspace))
    ran = registry.run(Action("talk"))
    assert size(ran.result) <= 4_000
    assert ran.result.startswith("line 1\nline 2\n")
    assert ran.result.endswith("line 599999\nline 600000\n")
    assert ran.full_result is not None
    assert re.fullmatch(r"auto_gpt_scratch/results/talk-[0-9a-f]{10}\.txt", ran.full_result)
    assert workspace.read_bytes(ran.full_result).decode() == text
    assert not ran.changed
    note = re.search(
        r"\[… ([\d,]+) lines left out here, (\d+) to (\d+): read them with read_file, .*\]", ran.result
    )
    assert note is not None
    first, last = int(note.group(2)), int(note.group(3))
    assert f"line {first - 1}\n[…" in ran.result
    assert f"]\nline {last + 1}\n" in ran.result
    part = registry.run(
        Action("read_file", {"filename": ran.full_result, "start_line": first, "end_line": first + 1})
    )
    assert part.result.endswith(f":\nline {first}\nline {first + 1}")


def test_the_same_long_result_is_the_same_result_again(workspace: Workspace) -> None:
    registry = registry_of(workspace, Talking("x\n" * 50_000))
    assert registry.run(Action("talk")).result == registry.run(Action("talk")).result
    assert len(list((workspace.root / "auto_gpt_scratch/results").iterdir())) == 1


def test_a_long_file_is_not_copied_and_its_own_lines_are_named(workspace: Workspace) -> None:
    workspace.write_text("long.txt", "".join(f"line {number}\n" for number in range(1, 20_001)))
    registry = registry_of(workspace, FileCommands(workspace))
    whole = registry.run(Action("read_file", {"filename": "long.txt"}))
    part = registry.run(Action("read_file", {"filename": "long.txt", "start_line": 5_000}))
    for ran in (whole, part):
        assert ran.full_result == "long.txt"
        note = re.search(r"lines left out here, (\d+) to (\d+): .*start_line (\d+)", ran.result)
        assert note is not None
        first, last, start = map(int, note.groups())
        assert start == first
        assert f"line {first - 1}\n[…" in ran.result
        assert f"]\nline {last + 1}\n" in ran.result
    assert not (workspace.root / "auto_gpt_scratch/results").exists()


@pytest.mark.parametrize("letter", ["x", "文", "🙂"])
@pytest.mark.parametrize("tokens", [120, 400, 4_000])
def test_one_endless_line_can_be_read_on_by_parts(workspace: Workspace, letter: str, tokens: int) -> None:
    registry = registry_of(
        workspace, Talking(letter * 300_000), FileCommands(workspace), result_tokens=tokens
    )
    ran = registry.run(Action("talk"))
    assert size(ran.result) <= tokens
    assert ran.result.startswith(letter)
    assert ran.full_result is not None
    assert workspace.read_bytes(ran.full_result).decode().replace("\n", "") == letter * 300_000
    part = registry.run(Action("read_file", {"filename": ran.full_result, "start_line": 3, "end_line": 3}))
    assert letter * 20 in part.result


def test_a_long_result_without_room_on_the_disk_is_still_a_result(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, text: str) -> str:
        raise CommandError("no room")

    monkeypatch.setattr(workspace, "keep", full)
    ran = registry_of(workspace, Talking("x\n" * 50_000)).run(Action("talk"))
    assert ran.ok
    assert ran.full_result is None
    assert "they could not be saved" in ran.result


def test_results_are_clean_and_redacted_also_where_they_are_kept(workspace: Workspace) -> None:
    usage = Usage(10, 0, 5)
    talking = Talking(Outcome("a\0b \ud800 \ud83d\ude00 key-123\n" * 5_000, usage=usage))
    registry = registry_of(workspace, talking, redactor=lambda text: text.replace("key-123", "***"))
    ran = registry.run(Action("talk"))
    assert ran.result.startswith("a\ufffdb \ufffd 😀 ***\n")
    assert ran.usage == usage
    assert ran.full_result is not None
    assert b"key-123" not in workspace.read_bytes(ran.full_result)
    json.dumps(ran.result).encode("utf-8")


@given(st.text(st.characters(), max_size=200), st.integers(0, 100))
def test_a_cut_keeps_whole_lines_within_the_bound(text: str, tokens: int) -> None:
    text = clean(text)
    text.encode("utf-8")
    shown = cut(text, tokens)
    lines = text.split("\n")
    assert size(shown.head) + size(shown.tail) <= tokens + 2
    head, tail = lines[: shown.first - 1], lines[shown.last :]
    assert (shown.head, shown.tail) == ("\n".join(head), "\n".join(tail))


def test_a_family_may_be_a_single_function(workspace: Workspace) -> None:
    @command(reads_only=True)
    def shout(words: str, where: Filename = "a") -> str:
        """Say it loudly."""
        return words.upper() + where

    assert registry_of(workspace, shout).run(Action("shout", {"words": "hey"})).result == "HEYa"


def test_the_scripted_commands_play_record_and_notice_leftovers() -> None:
    action = Action("a", {"x": 1})
    with ScriptedCommands(
        ["one", Ran(Action(""), False, "two", changed=True), KeyboardInterrupt()]
    ) as scripted:
        port: Commands = scripted
        assert port.run(action) == Ran(action, True, "one")
        assert port.run(action) == Ran(action, False, "two", changed=True)
        with pytest.raises(KeyboardInterrupt):
            port.run(action)
    assert scripted.calls == [action] * 3
    with pytest.raises(AssertionError, match="no result left"):
        scripted.run(action)
    with (
        pytest.raises(AssertionError, match="1 scripted results were not asked for"),
        ScriptedCommands(["left"]),
    ):
        pass


def test_an_example_has_the_form_of_what_is_in_a_list(workspace: Workspace) -> None:
    ran = registry_of(workspace, PatchCommands(workspace)).run(Action("patch_file", {"filename": "a.txt"}))
    assert '"edits": [{"search": "…", "replace": "…"}]' in ran.result
