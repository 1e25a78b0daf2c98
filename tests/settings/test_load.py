from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.errors import UsageError
from autogpt.settings import Loaded, Models, Secret, Settings, load_settings
from autogpt.settings.dotenv_file import read_env_file
from autogpt.settings.load import configuration_folder
from autogpt.settings.texts import LARGEST
from autogpt.settings.trust import everything
from autogpt.settings.variables import VARIABLES

KEY = "sk-proj-abcdefghijklmnop1234567890"


def load(
    environ: dict[str, str] | None = None,
    env_file: Path | None = None,
    overrides: dict[str, str] | None = None,
) -> Loaded:
    """With every word of the file believed; `test_trust` is about what isn't."""
    return load_settings(environ or {}, env_file, overrides or {}, everything)


def settings(**environ: str) -> Settings:
    return load(environ).settings


def error(
    environ: dict[str, str] | None = None,
    env_file: Path | None = None,
    overrides: dict[str, str] | None = None,
) -> str:
    with pytest.raises(UsageError) as caught:
        load(environ, env_file, overrides)
    text = str(caught.value)
    assert "\n" not in text
    return text


def outcome(environ: dict[str, str], env_file: Path | None) -> str | None:
    """The error's line, None when there was none."""
    try:
        load(environ, env_file)
    except UsageError as problem:
        text = str(problem)
    else:
        return None
    assert text.isprintable()
    return text


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_without_anything_the_defaults_hold() -> None:
    loaded = load()
    models, run = loaded.settings.models, loaded.settings.run
    assert loaded.notices == ()
    assert loaded.claims == ()
    assert models.api_key is None
    assert (models.smart, models.fast, models.fallback) == (None, None, None)
    assert (models.smart_token_limit, models.fast_token_limit) == (None, None)
    assert models.temperature == 0
    assert models.used is Models.BOTH
    assert (run.authorise_key, run.exit_key, run.api_budget) == ("y", "n", None)
    assert run.ai_settings_file == Path("ai_settings.yaml")
    assert loaded.settings.files.restrict_to_workspace is True
    assert loaded.settings.files.workspace_directory == Path("auto_gpt_workspace")
    assert loaded.settings.shell.execute_local_commands is False
    assert loaded.settings.web.chunk_tokens == 3000
    assert loaded.settings.memory.milvus_addr == "localhost:19530"
    assert loaded.settings.plugins.allowlist == ()
    assert loaded.settings.azure is None
    assert loaded.settings.all_secrets() == ()


def test_command_line_over_environment_over_file_over_default(env_file: Path) -> None:
    env_file.write_text("TEMPERATURE=0.3\nFAST_LLM_MODEL=file\nEXIT_KEY=q\n")
    environ = {"TEMPERATURE": "0.2", "FAST_LLM_MODEL": "environment"}
    found = load(environ, env_file, {"TEMPERATURE": "0.1"}).settings
    assert found.models.temperature == 0.1
    assert found.models.fast == "environment"
    assert found.run.exit_key == "q"


def test_the_file_never_reaches_the_process_environment(env_file: Path) -> None:
    env_file.write_text(f"OPENAI_API_KEY={KEY}\nSOMETHING_ELSE=1\n")
    before = dict(os.environ)
    assert load({}, env_file).settings.models.api_key == Secret(KEY)
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    "unset",
    ["", "  ", "your-openai-api-key", "<your key>", '""'],
)
def test_empty_values_and_placeholders_count_as_unset_at_their_level(unset: str, env_file: Path) -> None:
    env_file.write_text(f"OPENAI_API_KEY={KEY}\n")
    assert settings(OPENAI_API_KEY=unset).models.api_key is None
    assert load({"OPENAI_API_KEY": unset}, env_file).settings.models.api_key == Secret(KEY)


def test_quotes_that_docker_leaves_around_a_value_are_taken_away() -> None:
    assert settings(OPENAI_API_KEY=f'"{KEY}"').models.api_key == Secret(KEY)


@pytest.mark.parametrize("word", ["True", "true", "TRUE", "1", "yes", "on", "Y", " True "])
def test_many_words_mean_yes(word: str) -> None:
    assert settings(EXECUTE_LOCAL_COMMANDS=word).shell.execute_local_commands is True


@pytest.mark.parametrize("word", ["False", "false", "0", "no", "OFF", "n"])
def test_many_words_mean_no(word: str) -> None:
    assert settings(RESTRICT_TO_WORKSPACE=word).files.restrict_to_workspace is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TEMPERATURE", "hot"),
        ("TEMPERATURE", "2.1"),
        ("TEMPERATURE", "-0.1"),
        ("TEMPERATURE", "nan"),
        ("TEMPERATURE", "0,7"),
        ("SMART_TOKEN_LIMIT", "0"),
        ("SMART_TOKEN_LIMIT", "eight thousand"),
        ("SMART_TOKEN_LIMIT", "9" * 5000),
        ("FAST_TOKEN_LIMIT", "-4000"),
        ("REDIS_PORT", "65536"),
        ("REDIS_PORT", "0"),
        ("API_BUDGET", "-1"),
        ("API_BUDGET", "0"),
        ("API_BUDGET", "NaN"),
        ("API_BUDGET", "Infinity"),
        ("API_BUDGET", "1e12"),
        ("API_BUDGET", "5,50"),
        ("API_BUDGET", "9" * 5000),
        ("RESTRICT_TO_WORKSPACE", "maybe"),
        ("MEMORY_BACKEND", "postgres"),
        ("IMAGE_PROVIDER", "crayon"),
        ("USE_WEB_BROWSER", "lynx"),
        ("TEXT_TO_SPEECH_PROVIDER", "parrot"),
        ("OPENAI_API_BASE_URL", "localhost:11434/v1"),
        ("OPENAI_API_BASE_URL", "http://"),
        ("OPENAI_API_BASE_URL", "http://[::1"),
        ("OPENAI_API_BASE_URL", "http://host:99999/"),
        ("OPENAI_API_BASE_URL", "http://host/a b"),
        ("SMART_LLM_MODEL", "gpt four"),
        ("SMART_LLM_MODEL", "gpt\x1b[31m"),
        ("ALLOWLISTED_PLUGINS", "a,\x1b[2Jb"),
        ("AI_SETTINGS_FILE", "a\0b"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(name: str, text: str) -> None:
    message = error({name: text})
    assert message.startswith(f"{name} (in the environment): it holds ")
    assert "expected" in message
    assert message.isprintable()
    assert len(message) < 300
    assert error(overrides={name: text}).startswith(f"{name} (on the command line): ")


def test_the_message_names_the_file_and_its_line(env_file: Path) -> None:
    env_file.write_text("# a comment\n\n\nFAST_LLM_MODEL='a\nb'\n\nTEMPERATURE=hot\n")
    assert error({"FAST_LLM_MODEL": "x"}, env_file) == (
        f"TEMPERATURE (in {env_file}, line 7): it holds 'hot'; expected a number from 0 to 2."
    )


def test_a_wrong_secret_is_not_shown() -> None:
    message = error({"OPENAI_API_KEY": "sk-abc def"})
    assert "abc" not in message
    assert "OPENAI_API_KEY" in message


def test_a_secret_in_the_wrong_place_is_not_shown_either() -> None:
    assert "abcdefghij" not in error({"TEMPERATURE": KEY})
    assert "hunter2" not in error({"OPENAI_API_BASE_URL": "ftp://me:hunter2@host/"})


def test_a_path_is_shown_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "desk" / "task-manager-project-files"
    folder.mkdir(parents=True)
    (folder / ".env").write_text("A B\n")
    assert error({}, folder / ".env").startswith(f"{folder / '.env'}, line 1: ")


def test_amounts_and_numbers_are_read_as_people_write_them() -> None:
    assert settings(API_BUDGET="$2.50").run.api_budget == Decimal("2.50")
    assert settings(API_BUDGET="1,000 USD").run.api_budget == Decimal(1000)
    assert settings(SMART_TOKEN_LIMIT="8_000").models.smart_token_limit == 8000
    assert settings(FAST_TOKEN_LIMIT="4,000").models.fast_token_limit == 4000
    assert settings(ALLOWLISTED_PLUGINS=" a , b,,").plugins.allowlist == ("a", "b")
    assert settings(MEMORY_BACKEND="json_file").memory.backend == "local"
    assert settings(USE_WEB_BROWSER="Chromium").web.browser == "chrome"


def test_other_names_are_read_and_the_first_name_wins() -> None:
    assert settings(SMART_LLM="a", FAST_LLM="b").models.smart == "a"
    assert settings(OPENAI_API_BASE="http://localhost:1/v1").models.base_url == "http://localhost:1/v1"
    loaded = load({"FAST_LLM": "new", "FAST_LLM_MODEL": "old"})
    assert loaded.settings.models.fast == "old"
    assert loaded.notices == ("FAST_LLM (in the environment) is passed over: FAST_LLM_MODEL is set too.",)
    assert load({"FAST_LLM": "same", "FAST_LLM_MODEL": "same"}).notices == ()


def test_another_name_in_the_environment_wins_over_the_file(env_file: Path) -> None:
    env_file.write_text("FAST_LLM_MODEL=file\n")
    assert load({"FAST_LLM": "environment"}, env_file).settings.models.fast == "environment"


def test_unknown_variables_break_nothing(env_file: Path) -> None:
    env_file.write_text("SOME_FUTURE_SETTING=1\nBARE\nexport ALSO='x y'\n")
    assert load({"PATH": "/bin", "LS_COLORS": "\x1b"}, env_file).notices == ()


def test_a_variable_without_effect_is_said_to_be_so_when_it_is_changed() -> None:
    assert load({"OPENAI_FUNCTIONS": "False", "BROWSE_SPACY_LANGUAGE_MODEL": "en_core_web_sm"}).notices == ()
    (notice,) = load({"OPENAI_FUNCTIONS": "True"}).notices
    assert notice.startswith("OPENAI_FUNCTIONS (in the environment) has no effect any more.")


def test_the_two_keys_must_differ() -> None:
    assert error({"EXIT_KEY": "Y"}).startswith("AUTHORISE_COMMAND_KEY and EXIT_KEY")


def test_one_model_only() -> None:
    assert settings().only(Models.FAST_ONLY).models.used is Models.FAST_ONLY


def test_a_folder_for_the_file_is_one_line(env_file: Path) -> None:
    env_file.mkdir()
    assert error({}, env_file) == f"{env_file} is a folder where a file is expected."


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_an_unreadable_file_is_one_line(env_file: Path) -> None:
    env_file.write_text("A=1")
    env_file.chmod(0)
    assert error({}, env_file) == f"{env_file} cannot be read: permission denied."


def test_a_missing_file_is_fine(tmp_path: Path) -> None:
    assert load({}, tmp_path / "no" / ".env").notices == ()
    (tmp_path / "file").write_text("")
    assert load({}, tmp_path / "file" / ".env").notices == ()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"A=1\nB=2\nC=\xff\xfe\n", 3),
        (b"A=1\n\x7fELF\x00\x00\n", 2),
        (b"\n\nFOO BAR=1\n", 3),
        (b"A=1\n=2\n", 2),
        (b"A=1\n\n# x\nB='open\n", 4),
        (b"sk-abcdefghijklmnop\n", 1),
        (b"\xff\xfeA", 1),
    ],
)
def test_a_file_that_cannot_be_read_names_the_line(data: bytes, line: int, env_file: Path) -> None:
    env_file.write_bytes(data)
    message = error({}, env_file)
    assert message.startswith(f"{env_file}, line {line}: ")
    assert "abcdefgh" not in message


def test_an_enormous_file_is_one_line(env_file: Path) -> None:
    env_file.write_bytes(b"#" * (LARGEST + 1))
    assert "larger than" in error({}, env_file)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_a_device_is_refused_at_once() -> None:
    assert error({}, Path("/dev/zero")) == "/dev/zero cannot be read: it is a pipe or a device, not a file."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_of_windows_tools_are_read(encoding: str, newline: str, env_file: Path) -> None:
    env_file.write_bytes(f"EXIT_KEY=à{newline}TEMPERATURE=1{newline}".encode(encoding))
    found = load({}, env_file).settings
    assert (found.run.exit_key, found.models.temperature) == ("à", 1)


def test_values_in_a_file_may_stand_on_others_of_the_same_file_and_on_nothing_else(env_file: Path) -> None:
    env_file.write_text(
        "HOST=file\nOPENAI_API_BASE_URL=http://${HOST}:${PORT:-80}/v1\nUSER_AGENT=a${MINE}b\n"
    )
    environ = {"HOST": "here", "PORT": "81", "MINE": "private"}
    found = load(environ, env_file).settings
    assert found.models.base_url == "http://file:80/v1"
    assert found.web.user_agent == "ab"


def test_a_home_in_a_path_is_the_persons(tmp_path: Path) -> None:
    found = settings(HOME=str(tmp_path), USERPROFILE=str(tmp_path), POLICY_FILE="~/policy.yaml")
    assert found.run.policy_file == tmp_path / "policy.yaml"


def test_the_configuration_folder_comes_from_the_environment_only(tmp_path: Path, env_file: Path) -> None:
    variable = "APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME"
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    env_file.write_text(f"{variable}={tmp_path / 'evil'}\n")
    assert load(home, env_file).settings.configuration_folder == tmp_path / ".config" / "autogpt"
    named = {**home, variable: str(tmp_path / "mine")}
    assert load(named, env_file).settings.configuration_folder == tmp_path / "mine" / "autogpt"
    assert configuration_folder({variable: "relative"}, None) is None


def test_all_secrets_are_known_those_that_lost_too(env_file: Path) -> None:
    env_file.write_text(f"OPENAI_API_KEY={KEY}\nSD_WEBUI_URL=http://me:p%40ss@host/\nREDIS_PASSWORD=abc\n")
    environ = {
        "OPENAI_API_KEY": "sk-other",
        "MY_SERVICE_TOKEN": "t0ken-of-another-program",
        "SSH_KEY_PATH": "/home/me/.ssh/id",
        "KEYBOARD": "us-international-layout",
    }
    loaded = load(environ, env_file)
    assert {secret.reveal() for secret in loaded.settings.all_secrets()} == {
        KEY,
        "sk-other",
        "p%40ss",
        "p@ss",
        "abc",
        "t0ken-of-another-program",
    }
    assert KEY not in repr(loaded)
    assert "sk-other" not in repr(loaded)


def test_azure_is_read_only_when_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "azure.yaml"
    file.write_text("azure_api_base: https://x.example\nazure_model_map: {a: b}\n")
    assert settings(AZURE_CONFIG_FILE=str(file)).azure is None
    azure = settings(AZURE_CONFIG_FILE=str(file), USE_AZURE="True").azure
    assert azure
    assert azure.api_base == "https://x.example"
    assert "azure.yaml.template" in error({"USE_AZURE": "True", "AZURE_CONFIG_FILE": str(tmp_path / "no")})


@hypothesis.settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([name for variable in VARIABLES for name in variable.names if name != "USE_AZURE"]),
        st.text(max_size=30),
        max_size=6,
    )
)
def test_any_text_loads_or_is_one_harmless_line(environ: dict[str, str]) -> None:
    message = outcome({"HOME": "/home/me", **environ}, None)
    assert message is None or any(name in message for name in environ)


@hypothesis.settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_file_loads_or_is_one_harmless_line(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ".env"
        file.write_bytes(data)
        outcome({}, file)


@hypothesis.settings(deadline=None)
@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40))
def test_a_quoted_value_in_the_file_arrives_as_it_was(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ".env"
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        file.write_text(f"REDIS_PASSWORD='{quoted}'\n", "utf-8", newline="")
        found = read_env_file(file)["REDIS_PASSWORD"].value
        assert found == value or "${" in value


def test_importing_reads_nothing_and_loads_nothing_heavy() -> None:
    program = (
        "import sys; sys.dont_write_bytecode = True\n"
        "import autogpt.settings, autogpt.profile, autogpt.guidance\n"
        "heavy = {'yaml', 'dotenv', 'pydantic', 'openai', 'rich', 'requests'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.returncode == 0
