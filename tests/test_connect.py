from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from autogpt.connect import (
    KEYS_PAGE,
    NO_KEY,
    NO_MODEL,
    OLLAMA_WINDOW,
    UNKNOWN_WINDOW,
    Demonstration,
    choose,
    embedding_model,
    has_provider,
    provider,
)
from autogpt.core.budget import FREE, Price
from autogpt.core.errors import UsageError
from autogpt.models import catalogue
from autogpt.models.embeddings import EmbeddingModel
from autogpt.models.endpoint import AzureEndpoint, Endpoint
from autogpt.settings import Models, Settings, load_settings
from tests.loopback.openai_server import OpenAIServer

TODAY = date(2026, 11, 1)


def settings(**environ: str) -> Settings:
    return load_settings(environ, None, {}).settings


def made(say: list[str] | None = None, **environ: str) -> tuple[str, str]:
    """The names of the two models."""
    said = [] if say is None else say
    source = provider(settings(**environ), TODAY, said.append)
    return source.smart.name, source.fast.name


class Person:
    """Answers from a list; `None` leaves."""

    def __init__(self, *answers: str | bool | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.told: list[str] = []

    def ask_line(self, prompt: str, default: str = "") -> str | None:
        answer = self._next(prompt)
        assert not isinstance(answer, bool)
        return None if answer is None else answer or default

    def ask_yes_no(self, prompt: str, default: bool | None = None) -> bool | None:
        answer = self._next(prompt)
        return answer if isinstance(answer, bool) or answer is None else default

    def ask_secret(self, prompt: str) -> str | None:
        return self.ask_line(prompt)

    def say(self, text: str) -> None:
        self.told.append(text)

    def _next(self, prompt: str) -> str | bool | None:
        self.asked.append(prompt)
        return self.answers.pop(0)


class TestProvider:
    def test_with_a_key_alone_it_is_openai_with_the_default_models(self) -> None:
        source = provider(settings(OPENAI_API_KEY="sk-a"), TODAY, print)
        assert source.endpoint == Endpoint(key="sk-a")
        assert (source.smart.name, source.fast.name) == (catalogue.DEFAULT_SMART, catalogue.DEFAULT_FAST)
        assert source.smart.price == Price(Decimal("2.00"), Decimal("0.10"), Decimal("10.00"))
        assert source.fallback is None

    def test_without_anything_the_line_names_the_choices(self) -> None:
        assert not has_provider(settings())
        with pytest.raises(UsageError) as raised:
            provider(settings(), TODAY, print)
        assert str(raised.value) == NO_MODEL
        for choice in ("OPENAI_API_KEY", KEYS_PAGE, "OPENAI_API_BASE_URL", "Ollama", "--demo"):
            assert choice in NO_MODEL

    def test_one_model_for_everything(self) -> None:
        both = settings(OPENAI_API_KEY="sk-a", SMART_LLM_MODEL="gpt-5.4", FAST_LLM_MODEL="gpt-6-luna")
        fast = provider(both.only(Models.FAST_ONLY), TODAY, print)
        smart = provider(both.only(Models.SMART_ONLY), TODAY, print)
        assert (fast.smart.name, fast.fast.name) == ("gpt-6-luna", "gpt-6-luna")
        assert (smart.smart.name, smart.fast.name) == ("gpt-5.4", "gpt-5.4")

    def test_a_retired_model_is_replaced_with_one_line(self) -> None:
        said: list[str] = []
        names = made(
            said, OPENAI_API_KEY="sk-a", SMART_LLM_MODEL="gpt-4-0314", FAST_LLM_MODEL="gpt-3.5-turbo-0301"
        )
        assert names == (catalogue.DEFAULT_SMART, catalogue.DEFAULT_FAST)
        assert said == [
            f"SMART_LLM_MODEL: gpt-4-0314 is no longer offered by OpenAI; {catalogue.DEFAULT_SMART} is used instead.",
            f"FAST_LLM_MODEL: gpt-3.5-turbo-0301 is no longer offered by OpenAI; {catalogue.DEFAULT_FAST} is used instead.",
        ]

    def test_a_server_of_ones_own_may_call_its_models_as_it_likes(self) -> None:
        said: list[str] = []
        server = {"OPENAI_API_BASE_URL": "http://127.0.0.1:9/v1", "SMART_LLM_MODEL": "gpt-4-0314"}
        assert made(said, **server) == ("gpt-4-0314", "gpt-4-0314")
        assert said == []
        source = provider(settings(**server), TODAY, print)
        assert source.smart.price == FREE
        assert source.smart.window.tokens == UNKNOWN_WINDOW

    def test_the_first_model_that_a_server_has_is_used_when_none_is_named(self) -> None:
        with OpenAIServer(models=("text-embed", "llama-4", "qwen")) as server:
            assert made(OPENAI_API_BASE_URL=server.url) == ("llama-4", "llama-4")

    def test_a_server_that_does_not_answer_is_named(self) -> None:
        with OpenAIServer() as server:
            address = server.url
        with pytest.raises(UsageError, match="is it running"):
            made(OPENAI_API_BASE_URL=address)

    def test_ollama_is_known_by_its_port(self) -> None:
        source = provider(
            settings(OPENAI_API_BASE_URL="http://gpu.lan:11434/v1", SMART_LLM_MODEL="qwen"), TODAY, print
        )
        assert source.smart.window.tokens == OLLAMA_WINDOW

    def test_token_limits_never_exceed_what_a_model_takes(self) -> None:
        known = catalogue.facts("gpt-6-luna")
        assert known is not None
        assert known.window is not None
        source = provider(
            settings(
                OPENAI_API_KEY="sk-a",
                FAST_LLM_MODEL="gpt-6-luna",
                SMART_TOKEN_LIMIT="9000",
                FAST_TOKEN_LIMIT="90000000",
            ),
            TODAY,
            print,
        )
        assert source.smart.window.tokens == 9000
        assert source.fast.window.tokens == known.window

    def test_azure_uses_its_deployments(self, tmp_path: Path) -> None:
        file = tmp_path / "azure.yaml"
        file.write_text(
            "azure_api_base: https://me.openai.azure.com\nazure_api_version: 2024-10-21\n"
            "smart_llm_model_deployment_id: thinker\nazure_model_map:\n  gpt-6-luna: quick\n"
        )
        azure = {"USE_AZURE": "True", "AZURE_CONFIG_FILE": str(file)}
        source = provider(settings(**azure, OPENAI_API_KEY="k" * 32, SMART_LLM_MODEL="gpt-5.4"), TODAY, print)
        assert isinstance(source.endpoint, AzureEndpoint)
        assert source.endpoint.deployments == {"gpt-6-luna": "quick", "gpt-5.4": "thinker"}
        with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
            provider(settings(**azure), TODAY, print)


class TestPrices:
    SERVER = ("https://models.example/v1", "one", "two")

    def prices(self, used: Models = Models.BOTH, **environ: str) -> tuple[Price | None, Price | None]:
        url, smart, fast = self.SERVER
        named = {"OPENAI_API_BASE_URL": url, "SMART_LLM_MODEL": smart, "FAST_LLM_MODEL": fast} | environ
        source = provider(settings(**named).only(used), TODAY, print)
        return source.smart.price, source.fast.price

    ONE = Price(Decimal(2), Decimal("0.5"), Decimal(8))
    TWO = Price(Decimal("0.1"), Decimal("0.1"), Decimal("0.4"))

    def test_they_are_not_known_of_a_server_elsewhere(self) -> None:
        assert self.prices() == (None, None)

    def test_the_person_tells_them(self) -> None:
        assert self.prices(SMART_LLM_PRICE="2/0.50/$8.00", FAST_LLM_PRICE="0.1/0.4") == (self.ONE, self.TWO)
        assert self.prices(SMART_LLM_PRICE="2/0.5/8") == (self.ONE, None)

    def test_they_follow_the_model(self) -> None:
        one, two = "2/0.5/8", "0.1/0.4"
        fast = self.prices(Models.FAST_ONLY, SMART_LLM_PRICE=one, FAST_LLM_PRICE=two)
        smart = self.prices(Models.SMART_ONLY, SMART_LLM_PRICE=one, FAST_LLM_PRICE=two)
        assert (fast, smart) == ((self.TWO, self.TWO), (self.ONE, self.ONE))
        assert self.prices(SMART_LLM_PRICE="2/0.5/8", FAST_LLM_MODEL="one") == (self.ONE, self.ONE)
        assert self.prices(FAST_LLM_PRICE="0.1/0.4", FAST_LLM_MODEL="one") == (self.TWO, self.TWO)

    def test_they_count_more_than_what_is_published_or_assumed(self) -> None:
        local = settings(
            OPENAI_API_BASE_URL="http://127.0.0.1:9/v1", SMART_LLM_MODEL="x", SMART_LLM_PRICE="2/0.5/8"
        )
        openai = settings(OPENAI_API_KEY="sk-a", SMART_LLM_PRICE="2/0.5/8")
        assert provider(local, TODAY, print).smart.price == self.ONE
        assert provider(openai, TODAY, print).smart.price == self.ONE

    @pytest.mark.parametrize("wrong", ["1", "1/2/3/4", "-1/2", "a/b", "1//2", "1/nan", "/", "2,50/1"])
    def test_what_is_no_price_is_a_usage_error(self, wrong: str) -> None:
        with pytest.raises(UsageError, match=r"SMART_LLM_PRICE .*expected US dollars for 1M tokens"):
            settings(SMART_LLM_PRICE=wrong)


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autogpt.connect.running_ollama", lambda: ())


@pytest.mark.usefixtures("nobody_listens")
class TestChoosing:
    def test_a_key_is_taken_and_kept(self, tmp_path: Path) -> None:
        person = Person("1", " sk-mine ", True)
        chosen = choose(settings(), person, tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert chosen.models.api_key is not None
        assert chosen.models.api_key.reveal() == "sk-mine"
        assert load_settings({}, tmp_path / ".env", {}).settings.models.api_key == chosen.models.api_key
        assert all("sk-mine" not in line for line in person.told)

    def test_a_key_typed_at_once_is_taken_as_one(self, tmp_path: Path) -> None:
        chosen = choose(settings(), Person("sk-mine", False), tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert chosen.models.api_key is not None
        assert not (tmp_path / ".env").exists()

    def test_a_key_that_is_chosen_is_a_secret_from_then_on(self, tmp_path: Path) -> None:
        chosen = choose(settings(), Person("1", "sk-mine", False), tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert "sk-mine" in {secret.reveal() for secret in chosen.all_secrets()}

    def test_a_server_of_ones_own(self, tmp_path: Path) -> None:
        with OpenAIServer(models=("a", "b")) as server:
            person = Person("2", server.url, "c", "b", True)
            chosen = choose(settings(), person, tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert (chosen.models.base_url, chosen.models.smart, chosen.models.fast) == (server.url, "b", "b")
        assert "Please type one of these names." in person.told
        kept = load_settings({}, tmp_path / ".env", {}).settings
        assert replace(kept.models, api_key=None) == chosen.models

    @pytest.mark.parametrize(
        "typed",
        [
            "write a poem about tea",
            "sk-two words",
            "help",
            "Exit",
            "quit",
            "1",
            "y",
            "https://platform.openai.com/api-keys",
            "http://localhost:11434/v1",
            "www.openai.com",
            "OPENAI_API_KEY=sk-0123456789",
            "schlüssel-0123456789",
            "sk-\u200b0123456789",
            "sk-a\tb",
        ],
    )
    def test_what_can_be_no_key_is_asked_for_again(self, tmp_path: Path, typed: str) -> None:
        person = Person("1", typed, typed, "sk-mine", True)
        chosen = choose(settings(), person, tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert chosen.models.api_key is not None
        assert chosen.models.api_key.reveal() == "sk-mine"
        assert person.told[-3:] == [NO_KEY, NO_KEY, "Written to .env."]
        assert person.asked[1:4] == ["Your OpenAI key (it is not shown):"] * 3
        assert (tmp_path / ".env").read_text() == "OPENAI_API_KEY='sk-mine'\n"

    @pytest.mark.parametrize(
        "key",
        [
            "sk-a",
            "0123456789abcdef0123456789abcdef",
            "gsk_Az09",
            "eyJh.b-c_d/e+f==",
            "pass:word@9",
            "letmein!",
        ],
    )
    def test_keys_of_any_other_form_are_taken(self, tmp_path: Path, key: str) -> None:
        chosen = choose(settings(), Person("1", key, False), tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert chosen.models.api_key is not None
        assert chosen.models.api_key.reveal() == key

    def test_whoever_leaves_at_the_key_leaves_nothing(self, tmp_path: Path) -> None:
        assert choose(settings(), Person("1", "help", None), tmp_path / ".env") is None
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("yes", [True, False])
    def test_a_key_that_is_there_is_replaced_only_on_a_word(self, tmp_path: Path, yes: bool) -> None:
        file = tmp_path / ".env"
        file.write_text("# mine\nOPENAI_API_KEY=sk-theirs\nFAST_LLM_MODEL=m\n")
        person = Person("1", "sk-mine", yes)
        assert isinstance(choose(settings(), person, file), Settings)
        assert person.asked[-1] == "Keep this in .env, in place of the OPENAI_API_KEY that is there?"
        kept = "OPENAI_API_KEY='sk-mine'" if yes else "OPENAI_API_KEY=sk-theirs"
        assert file.read_text() == f"# mine\n{kept}\nFAST_LLM_MODEL=m\n"

    def test_enter_alone_replaces_no_key_and_keeps_a_new_one(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        enter = ""  # the person's double gives the default for it
        assert isinstance(choose(settings(), Person("1", "sk-mine", enter), file), Settings)
        assert file.read_text() == "OPENAI_API_KEY='sk-mine'\n"
        assert isinstance(choose(settings(), Person("1", "sk-other", enter), file), Settings)
        assert file.read_text() == "OPENAI_API_KEY='sk-mine'\n"

    def test_a_templates_stand_in_is_no_key_that_is_there(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        file.write_text("OPENAI_API_KEY=your-openai-api-key\n")
        person = Person("1", "sk-mine", "")
        assert isinstance(choose(settings(), person, file), Settings)
        assert person.asked[-1] == "Keep this in .env for the next time?"
        assert file.read_text() == "OPENAI_API_KEY='sk-mine'\n"

    @pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
    @pytest.mark.parametrize("before", [None, 0o600, 0o644, 0o660, 0o604])
    def test_only_the_person_can_read_the_file_with_their_key(
        self, tmp_path: Path, before: int | None
    ) -> None:
        file, mask = tmp_path / ".env", os.umask(0)
        try:
            if before is not None:
                file.write_text("FAST_LLM_MODEL=m\n")
                file.chmod(before)
            person = Person("1", "sk-mine", True)
            assert isinstance(choose(settings(), person, file), Settings)
        finally:
            os.umask(mask)
        assert file.stat().st_mode & 0o777 == 0o600
        told = "Others on this machine could read .env; for your key's sake only you can now."
        assert (told in person.told) is (before not in (None, 0o600))

    @pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
    def test_without_a_yes_or_a_key_a_files_mode_stays(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        file.write_text("FAST_LLM_MODEL=m\n")
        file.chmod(0o644)
        assert isinstance(choose(settings(), Person("1", "sk-mine", False), file), Settings)
        with OpenAIServer(models=("a",)) as server:
            assert isinstance(choose(settings(), Person("2", server.url, True), file), Settings)
        assert file.stat().st_mode & 0o777 == 0o644

    @pytest.mark.parametrize("answers", [("exit",), (" Quit ",), ("2", "quit")])
    def test_a_word_for_leaving_leaves(self, tmp_path: Path, answers: tuple[str, ...]) -> None:
        assert choose(settings(), Person(*answers, "3", "3"), tmp_path / ".env") is None

    @pytest.mark.parametrize("answers", [("what",), ("",), ("4",)])
    def test_wrong_answers_are_asked_again(self, tmp_path: Path, answers: tuple[str, ...]) -> None:
        person = Person(*answers, "3")
        assert choose(settings(), person, tmp_path / ".env") == Demonstration()
        assert "Please type 1, 2 or 3; Ctrl-D leaves." in person.told

    @pytest.mark.parametrize("answers", [(None,), ("1", None), ("2", None)])
    def test_who_leaves_leaves(self, tmp_path: Path, answers: tuple[str | None, ...]) -> None:
        assert choose(settings(), Person(*answers), tmp_path / ".env") is None

    def test_what_is_wrong_at_a_further_question_is_asked_again(self, tmp_path: Path) -> None:
        with OpenAIServer(models=("a",)) as gone:
            pass
        with OpenAIServer(models=("a",)) as server:
            person = Person(
                "2", "localhost", "2", gone.url, "1", "not a key", "1", "", "2", server.root, False
            )
            chosen = choose(settings(), person, tmp_path / ".env")
        assert isinstance(chosen, Settings)
        assert chosen.models.smart == "a"
        assert not (tmp_path / ".env").exists()


class TestEmbeddings:
    def chosen(self, **environ: str) -> EmbeddingModel | None:
        made = settings(**environ)
        return embedding_model(made, provider(made, TODAY, print).endpoint)

    def test_with_openai_it_is_the_default_or_the_one_that_is_named(self) -> None:
        model = self.chosen(OPENAI_API_KEY="sk-a")
        assert model is not None
        assert (model.name, model.deployed, model.token_limit) == (
            catalogue.DEFAULT_EMBEDDING,
            catalogue.DEFAULT_EMBEDDING,
            8191,
        )
        assert model.price is not None
        assert model.price.input == Decimal("0.02")
        named = self.chosen(
            OPENAI_API_KEY="sk-a",
            EMBEDDING_MODEL="text-embedding-3-large",
            EMBEDDING_TOKEN_LIMIT="500",
            EMBEDDING_TOKENIZER="o200k_base",
        )
        assert named is not None
        assert (named.name, named.token_limit, named.encoding) == (
            "text-embedding-3-large",
            500,
            "o200k_base",
        )

    def test_a_server_on_this_machine_is_free_and_says_itself_what_it_has(self) -> None:
        own = {"OPENAI_API_BASE_URL": "http://localhost:9/v1", "SMART_LLM_MODEL": "m"}
        model = self.chosen(**own)
        assert model is not None
        assert (model.name, model.price) == ("", FREE)
        named = self.chosen(**own, EMBEDDING_MODEL="nomic")
        assert named is not None
        assert (named.deployed, named.price) == ("nomic", FREE)

    def test_a_server_elsewhere_is_not_asked_unless_a_model_is_named(self) -> None:
        own = {"OPENAI_API_BASE_URL": "https://example.com/v1", "SMART_LLM_MODEL": "m"}
        assert self.chosen(**own) is None
        named = self.chosen(**own, EMBEDDING_MODEL="text-embedding-3-small")
        assert named is not None
        assert named.price is None

    @pytest.mark.parametrize(
        ("lines", "environ", "expected"),
        [
            ("azure_model_map:\n  gpt-6-luna: quick\n", {}, None),
            (
                "azure_model_map:\n  text-embedding-3-small: vecs\n",
                {},
                ("text-embedding-3-small", "vecs", True),
            ),
            (
                "azure_model_map:\n  embedding_model_deployment_id: vecs\n",
                {"EMBEDDING_MODEL": "text-embedding-ada-002"},
                ("text-embedding-ada-002", "vecs", True),
            ),
            ("embedding_model_deployment_id: vecs\n", {}, ("vecs", "vecs", False)),
        ],
    )
    def test_azure_uses_the_deployment_of_the_file(
        self, tmp_path: Path, lines: str, environ: dict[str, str], expected: tuple[str, str, bool] | None
    ) -> None:
        file = tmp_path / "azure.yaml"
        file.write_text(
            f"azure_api_base: https://me.openai.azure.com\nsmart_llm_model_deployment_id: s\n{lines}"
        )
        azure = {"USE_AZURE": "True", "AZURE_CONFIG_FILE": str(file), "OPENAI_API_KEY": "k" * 32}
        model = self.chosen(**azure, **environ)
        told = None if model is None else (model.name, model.deployed, model.price is not None)
        assert told == expected
