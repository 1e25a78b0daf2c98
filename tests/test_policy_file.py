from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.actions import Action, CommandSpec
from autogpt.core.errors import ExitCode, UsageError
from autogpt.core.policy import Policy, Preset, Rule, Verdict, parse_pattern, ruling
from autogpt.policy_file import LARGEST, default_policy_path, read_policy

DOCS = Path(__file__).parent.parent / "docs" / "policy.md"
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path / "policy.yaml"


def write(file: Path, text: str | bytes) -> Path:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o600)
    return file


def refused(file: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_policy(file)
    message = str(caught.value)
    assert "\n" not in message
    assert str(file) in message
    assert caught.value.exit_code is ExitCode.USAGE
    return message


def test_a_policy_is_read_with_the_lines_of_its_rules(file: Path) -> None:
    text = """\
# mine
preset: default

rules:
  - deny: read_file(filename=private/*)
  - ask: delete_file
  # docs
  - allow: 'send_tweet(tweet_text="a, b")'
"""
    assert read_policy(write(file, text)) == (
        Policy(
            (
                Rule(Verdict.DENY, "read_file(filename=private/*)", "policy.yaml:5"),
                Rule(Verdict.ASK, "delete_file", "policy.yaml:6"),
                Rule(Verdict.ALLOW, 'send_tweet(tweet_text="a, b")', "policy.yaml:8"),
            ),
            Preset.DEFAULT,
        ),
        [],
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n"])
def test_an_empty_file_allows_nothing_but_reading_and_warns(file: Path, text: str) -> None:
    policy, warnings = read_policy(write(file, text))
    assert policy == Policy((), Preset.CAUTIOUS)
    assert len(warnings) == 1
    assert "cautious" in warnings[0]


@pytest.mark.parametrize("text", ["rules: []", "rules:", "{}"])
def test_without_a_preset_what_is_not_allowed_is_asked(file: Path, text: str) -> None:
    policy, _ = read_policy(write(file, text))
    assert ruling(policy, Action("write_to_file"), CommandSpec("write_to_file", "")).verdict is Verdict.ASK


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("preset: lax", 1, "no preset `lax`"),
        ("preset: [default]", 1, "must be one of"),
        ("preset: default\npreset: trusted", 2, "there twice"),
        ("rules:\n  - allow: a\n  - alow: b", 3, "not with `alow`"),
        ("rules:\n  - allow: a\n    deny: b", 2, "one line"),
        ("rules:\n  - a", 2, "key: value"),
        ("rules:\n  - allow:", 2, "one pattern"),
        ("rules:\n  - allow: []", 2, "one pattern"),
        ("rules:\n  - allow: ''", 2, "one pattern"),
        ("rules:\n  - allow: a\n  - deny: x(y", 3, "`x(y` cannot be read"),
        ("rules:\n  - deny: 'a b'", 2, "cannot be read"),
        ("rules: a", 1, "is a list"),
        ("rules: {allow: a}", 1, "is a list"),
        ("allow: [a]", 1, "unknown key `allow`"),
        ("preset: default\nrule: []", 2, "unknown key `rule`"),
        ("- allow: a", 1, "key: value"),
        ("just text", 1, "key: value"),
        ("rules:\n  - allow: *", 2, "single quotes"),
        ("rules:\n  - deny: *x", 2, "single quotes"),
        ("rules:\n\t- deny: x", 2, "not YAML"),
        ("a: b\n---\nc: d", 2, "not YAML"),
        ("? [a]\n: b", 1, "plain words"),
        ("&a a: *a", 1, "unknown key"),
        ("rules: &a [*a]", 1, "key: value"),
        (b"preset: default\n\xff\xfe", 2, "UTF-8"),
    ],
)
def test_a_mistake_is_named_with_its_line(file: Path, text: str | bytes, line: int, says: str) -> None:
    message = refused(write(file, text))
    assert f"{file}:{line}: " in message
    assert says in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a: \x00", "characters"),
        ("[" * 3_000, "nested"),
        ("a" * (LARGEST + 1), "larger"),
    ],
)
def test_what_is_not_yaml_at_all_is_refused(file: Path, text: str | bytes, says: str) -> None:
    assert says in refused(write(file, text))


def test_what_a_message_quotes_cannot_play_tricks(file: Path) -> None:
    message = refused(write(file, 'rules:\n  - "\\e[31m\\u202e": x'))
    assert message.isprintable()


def test_a_missing_file_and_a_folder_are_refused(file: Path) -> None:
    assert "no such policy file" in refused(file)
    file.mkdir()
    assert "not a file" in refused(file)


@posix
def test_a_file_that_everybody_can_write_is_refused(file: Path) -> None:
    write(file, "preset: trusted").chmod(0o666)
    assert "chmod o-w" in refused(file)
    file.chmod(0o664)
    assert read_policy(file)[0].preset is Preset.TRUSTED


@posix
def test_a_file_that_everybody_can_replace_is_refused(file: Path) -> None:
    write(file, "preset: trusted")
    file.parent.chmod(0o777)
    assert "everybody can replace it" in refused(file)
    file.parent.chmod(0o1777)
    assert read_policy(file)[0].preset is Preset.TRUSTED
    file.parent.chmod(0o700)


@posix
def test_a_link_is_judged_by_where_it_leads(file: Path, tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    target = write(open_folder / "p.yaml", "preset: trusted")
    file.symlink_to(target)
    assert "everybody can replace it" in refused(file)


@posix
def test_a_pipe_does_not_hang(file: Path) -> None:
    os.mkfifo(file)
    assert "not a file" in refused(file)


def test_the_persons_own_file_is_in_their_configuration_folder(tmp_path: Path) -> None:
    assert default_policy_path(tmp_path) == tmp_path / "autogpt" / "policy.yaml"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60) | st.text(st.sampled_from("rules:- alowdeny*{}[]\n\"'#&"), max_size=60))
def test_any_file_is_a_policy_or_a_usage_error(file: Path, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    write(file, data)
    with contextlib.suppress(UsageError):
        assert isinstance(read_policy(file)[0], Policy)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_documentation_are_policies(file: Path) -> None:
    examples = blocks("yaml")
    assert len(examples) == 2
    for example in examples:
        policy, warnings = read_policy(write(file, example))
        assert policy.rules
        assert warnings == []


def test_the_patterns_of_the_documentation_can_be_read() -> None:
    text = DOCS.read_text(encoding="utf-8")
    table = text[text.index("| pattern | matches |") :].split("\n\n")[0]
    patterns = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(patterns) == 6
    options = re.findall(r"--(?:allow|ask|deny) '([^']+)'", text)
    assert len(options) == 3
    for pattern in [*patterns, *options]:
        parse_pattern(pattern)
