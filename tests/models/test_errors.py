from __future__ import annotations

import socket
import ssl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.errors import ContextOverflow, ExitCode, ProviderError
from autogpt.models.errors import (
    TABLE,
    Fault,
    ModelFault,
    from_answer,
    from_connection,
    named_window,
    shorten,
)

OVERFLOWS = {
    "openai": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 128000 tokens. However, your messages resulted in "
                "140339 tokens. Please reduce the length of the messages.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        128_000,
    ),
    "openai, new": (
        400,
        {
            "error": {
                "message": "Your input exceeds the context window of this model. Please adjust your input and try again.",
                "code": "context_length_exceeded",
            }
        },
        None,
    ),
    "openai, with the reply": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 4097 tokens, however you requested 5360 tokens (1360 "
                "in your prompt; 4000 for the completion). Please reduce your prompt; or completion length.",
            }
        },
        4097,
    ),
    "azure": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9045 "
                "tokens. Please reduce the length of the messages.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        8192,
    ),
    "vllm": (
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested 5133 tokens (4633 in "
            "the messages, 500 in the completion). Please reduce the length of the messages or completion.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        4096,
    ),
    "vllm, new": (
        400,
        {
            "error": {
                "message": "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context "
                "length is 2048 tokens and your request has 1900 input tokens (500 > 2048 - 1900).",
                "type": "BadRequestError",
                "code": 400,
            }
        },
        2048,
    ),
    "llama.cpp": (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 5000,
                "n_ctx": 4096,
            }
        },
        4096,
    ),
    "llama.cpp, with numbers": (
        400,
        {
            "error": {
                "code": 400,
                "message": "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
                "type": "exceed_context_size_error",
            }
        },
        4096,
    ),
    "llama.cpp, old": (
        500,
        {"error": {"code": 500, "message": "context size exceeded", "type": "server_error"}},
        None,
    ),
    "ollama": (
        400,
        {
            "error": {
                "message": "prompt too long; exceeded max context length by 904 tokens",
                "type": "api_error",
            }
        },
        None,
    ),
    "ollama, input": (
        500,
        {"error": {"message": "the input length exceeds the context length", "type": "api_error"}},
        None,
    ),
    "lm studio": (
        400,
        {
            "error": "Trying to keep the first 5035 tokens when context the overflows. However, the model is loaded with "
            "context length of only 4096 tokens, which is not enough. Try to load the model with a larger context "
            "length, or provide a shorter input"
        },
        4096,
    ),
    "lm studio, stops": (
        400,
        {
            "error": "Reached context length of 4096 tokens with model (arch: llama), but this model does not support it"
        },
        4096,
    ),
    "anthropic": (
        400,
        {"type": "error", "error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}},
        200_000,
    ),
    "google": (
        400,
        [
            {
                "error": {
                    "code": 400,
                    "message": "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
                    "status": "INVALID_ARGUMENT",
                }
            }
        ],
        1_048_576,
    ),
    "openrouter": (
        400,
        {
            "error": {
                "message": "This endpoint's maximum context length is 32,768 tokens. However, you requested about 40000 "
                "tokens (39000 of text input, 1000 in the output).",
                "code": 400,
            }
        },
        32_768,
    ),
    "tgi": (
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` "
            "tokens and 100 `max_new_tokens`; inputs must have less than 4096 tokens; prompt is too long",
        },
        None,
    ),
}


@pytest.mark.parametrize("server", OVERFLOWS)
def test_every_servers_way_to_say_too_long(server: str) -> None:
    status, body, window = OVERFLOWS[server]
    error = from_answer(status, body, {})
    assert isinstance(error, ContextOverflow), str(error)
    assert error.window == window


@pytest.mark.parametrize(
    ("status", "message", "code", "fault"),
    [
        (400, "max_tokens is too large: 200000. This model supports at most 128000 completion tokens", None, Fault.BAD_REQUEST),
        (429, "Rate limit reached on tokens per min (TPM): Limit 10000, Requested 12000", "rate_limit_exceeded", Fault.RATE_LIMIT),
        (429, "Request too large for gpt-6 on tokens per min (TPM): Limit 30000, Requested 40000. The input or "
         "output tokens must be reduced", "rate_limit_exceeded", Fault.RATE_LIMIT),
        (429, "You exceeded your current quota", "insufficient_quota", Fault.NO_CREDIT),
        (403, "Your account is not active, please check your billing details", "billing_not_active", Fault.NO_CREDIT),
        (400, "Your credit balance is too low to access the API", None, Fault.NO_CREDIT),
        (400, "Incorrect API key provided", None, Fault.WRONG_KEY),
        (404, "The API deployment for this resource does not exist", "DeploymentNotFound", Fault.NO_MODEL),
        (404, 'model "llama9" not found, try pulling it first', None, Fault.NO_MODEL),
        (404, "The model `gpt-4` has been deprecated, learn more here", "model_not_found", Fault.NO_MODEL),
        (400, "invalid model ID", None, Fault.NO_MODEL),
        (400, "No models loaded. Please load a model in the developer page", None, Fault.NO_MODEL),
        (403, "Project does not have access to model gpt-6", "model_not_found", Fault.NO_MODEL),
        (503, "Loading model", "unavailable_error", Fault.OVERLOADED),
        (500, "The server is overloaded", None, Fault.OVERLOADED),
        (400, "Unsupported parameter: 'x' is not supported with this model. Use y.", "unsupported_parameter", Fault.BAD_REQUEST),
        (400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy",
         "content_filter", Fault.FILTERED),
        (None, "Rate limit exceeded", None, Fault.RATE_LIMIT),
        (None, "who knows", None, Fault.UNKNOWN),
        (599, "who knows", None, Fault.SERVER),
    ],
)  # fmt: skip
def test_what_an_error_says_counts(status: int | None, message: str, code: str | None, fault: Fault) -> None:
    error = from_answer(status, {"error": {"message": message, "code": code}}, {})
    assert isinstance(error, ModelFault)
    assert error.fault is fault


def test_every_kind_has_a_row_and_advice() -> None:
    assert set(TABLE) == set(Fault)
    for fault in Fault:
        line = str(ModelFault(fault, "said", status=500, model="m"))
        assert "\n" not in line
        assert TABLE[fault].advice in line


def test_a_fault_is_for_the_person_and_ends_in_its_own_exit_code() -> None:
    fault = ModelFault(Fault.NO_CREDIT)
    assert isinstance(fault, ProviderError)
    assert fault.exit_code is ExitCode.PROVIDER


def caused_by(cause: BaseException) -> BaseException:
    error = RuntimeError("wrapped")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (socket.gaierror(-2, "Name or service not known"), Fault.NO_HOST),
        (ConnectionRefusedError(111, "Connection refused"), Fault.REFUSED),
        (ConnectionResetError(104, "Connection reset by peer"), Fault.CUT),
        (BrokenPipeError(), Fault.CUT),
        (TimeoutError(), Fault.TIMEOUT),
        (ssl.SSLCertVerificationError("certificate verify failed"), Fault.TLS),
        (ssl.SSLEOFError("EOF"), Fault.CUT),
        (ValueError("?"), Fault.UNKNOWN),
    ],
)
def test_errors_of_the_connection(cause: BaseException, fault: Fault) -> None:
    assert from_connection(caused_by(cause)).fault is fault
    assert from_connection(cause).fault is fault


def test_an_error_that_causes_itself_ends() -> None:
    error = RuntimeError()
    error.__context__ = ValueError()
    error.__context__.__context__ = error
    assert from_connection(error).fault is Fault.UNKNOWN


@pytest.mark.parametrize(
    "key", ["sk-proj-abcdefgh12345678", "gsk_abcdefgh12345678", "0" * 32, "Bearer abcdef"]
)
def test_keys_are_taken_out_of_what_providers_say(key: str) -> None:
    secret = key.removeprefix("Bearer ")
    assert secret not in shorten(f"the key {key} is wrong")


@pytest.mark.parametrize(
    ("text", "window"), [("context length is 12 tokens", None), ("no number", None), ("n_ctx: 2048", 2048)]
)
def test_only_believable_windows_are_believed(text: str, window: int | None) -> None:
    assert named_window(text) == window


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "param", "detail"]), inner)
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.none() | st.integers(200, 600),
    json_values,
    st.dictionaries(st.sampled_from(["Retry-After", "retry-after-ms"]), st.text()),
)
def test_any_answer_can_be_read(status: int | None, body: object, headers: dict[str, str]) -> None:
    error = from_answer(status, body, headers)
    assert isinstance(error, (ModelFault, ContextOverflow))
    assert "\n" not in str(error)
