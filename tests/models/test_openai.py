"""The real client against a server on loopback."""

from __future__ import annotations

import _thread
import gc
import json
import threading
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.errors import ContextOverflow, UsageError
from autogpt.core.messages import Message, Usage
from autogpt.models.answer import NOT_TOLD, read_usage
from autogpt.models.endpoint import AzureEndpoint, Endpoint, Patience
from autogpt.models.errors import Cancelled, Fault, ModelFault
from autogpt.models.openai import OpenAIModel
from autogpt.models.request import is_strict, without_system
from tests.loopback.openai_server import (
    BAD_GATEWAY,
    HTML,
    NO_CREDIT,
    NO_MODEL,
    OVERFLOW,
    OVERLOADED,
    RATE_LIMITED,
    SERVER_ERROR,
    TRUNCATED_JSON,
    UNAVAILABLE,
    WRONG_KEY,
    Answer,
    Cut,
    Endless,
    Hang,
    OpenAIServer,
    Raw,
    Reply,
    Request,
    Status,
    error,
)
from tests.models.watching import Watching

PROMPT = [Message("system", "You are an AI."), Message("user", "Which command next?")]
QUICK = Patience(connect=5, idle=5, call=20)
SCHEMA = {
    "type": "object",
    "properties": {"command": {"type": "string"}},
    "required": ["command"],
    "additionalProperties": False,
}


def model_at(server: OpenAIServer, name: str = "local-model", **options: Any) -> OpenAIModel:
    return OpenAIModel(name, Endpoint(server.url, "sk-test"), **{"patience": QUICK, **options})


def ask(server: OpenAIServer, name: str = "local-model", **options: Any) -> str:
    model = model_at(server, name, **options)
    try:
        return model.complete(PROMPT, reply_tokens=100).text
    finally:
        model.close()


def test_a_streamed_reply_comes_in_pieces_with_its_usage() -> None:
    watching = Watching()
    with OpenAIServer([Reply("Hello, 世界! \u2028 \u0085 done", pieces=5)]) as server:
        model = model_at(server, watcher=watching)
        completion = model.complete(PROMPT, reply_tokens=100)
        model.close()
    assert completion.text == "Hello, 世界! \u2028 \u0085 done"
    assert completion.finish == "stop"
    assert completion.usage == Usage(
        prompt_tokens=len(server.requests[0].prompt) // 4, completion_tokens=5, cost=None
    )
    assert "".join(watching.pieces) == completion.text
    assert len(watching.pieces) == 5
    assert (watching.started, watching.ended) == (["local-model"], 1)
    assert server.requests[0].messages == [
        {"role": "system", "content": "You are an AI."},
        {"role": "user", "content": "Which command next?"},
    ]
    assert server.requests[0].headers["authorization"] == "Bearer sk-test"


def test_cached_tokens_are_read() -> None:
    with OpenAIServer(["one", "two"]) as server:
        model = model_at(server)
        model.complete(PROMPT, reply_tokens=10)
        longer = [*PROMPT, Message("assistant", "one"), Message("user", "and now?")]
        usage = model.complete(longer, reply_tokens=10).usage
        model.close()
    assert usage.cached_tokens == len(server.requests[0].prompt) // 4
    assert usage.prompt_tokens == len(server.requests[1].prompt) // 4


def test_calls_in_a_row_use_one_connection() -> None:
    with OpenAIServer(["a", "b", "c", RATE_LIMITED, "d"]) as server:
        model = model_at(server)
        for _ in range(3):
            model.complete(PROMPT, reply_tokens=10)
        assert len(model._idle) == 1
        model.close()


def test_a_server_that_does_not_stream_is_understood() -> None:
    with OpenAIServer([Reply("plain", stream=False)]) as server:
        assert ask(server) == "plain"


def test_a_server_that_streams_unasked_is_understood() -> None:
    with OpenAIServer(lambda request: refuse_stream(request)) as server:
        model = model_at(server)
        assert model.complete(PROMPT, reply_tokens=10).text == "streamed"
        assert not model.accepts.stream
        model.close()


def refuse_stream(request: Request) -> Answer:
    if "stream" in request.body:
        return error(400, "streaming is not available here")
    return Reply("streamed", stream=True)


@pytest.mark.parametrize(
    ("said", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "filter"),
        ("tool_calls", "stop"),
        ("max_tokens", "length"),
        ("eos", "stop"),
    ],
)
def test_reasons_to_finish(said: str, finish: str) -> None:
    with OpenAIServer([Reply("text", finish=said)]) as server:
        model = model_at(server)
        assert model.complete(PROMPT, reply_tokens=10).finish == finish
        model.close()


def test_a_refusal_is_told_as_filtered() -> None:
    with OpenAIServer([Reply(None, refusal="I can't help with that.")] * 2) as server:
        model = model_at(server)
        completion = model.complete(PROMPT, reply_tokens=10)
        model.close()
    assert (completion.text, completion.finish) == ("I can't help with that.", "filter")


@pytest.mark.parametrize("stream", [True, False])
def test_null_content_is_an_empty_reply(stream: bool) -> None:
    with OpenAIServer([Reply(None, stream=stream)]) as server:
        assert ask(server) == ""


def test_a_stream_without_the_last_line_but_with_a_reason_is_whole() -> None:
    with OpenAIServer([Reply("whole", done=False), Reply("whole", finish=None)]) as server:
        assert ask(server) == "whole"
        assert ask(server) == "whole"


def test_usage_that_is_not_told_is_said_to_be_unknown() -> None:
    with OpenAIServer([Reply("x", usage=False), Reply("x", usage={"prompt_tokens": None})]) as server:
        model = model_at(server)
        assert model.complete(PROMPT, reply_tokens=10).usage == NOT_TOLD
        assert model.complete(PROMPT, reply_tokens=10).usage == NOT_TOLD
        model.close()


# What is sent.


def sent(server: OpenAIServer) -> Mapping[str, Any]:
    return server.requests[-1].body


def test_a_reasoning_model_gets_no_temperature() -> None:
    with OpenAIServer(["x"]) as server:
        ask(server, "gpt-6.1-sol", temperature=0.0)
        assert "temperature" not in sent(server)
        assert sent(server)["max_completion_tokens"] == 100
        assert "max_tokens" not in sent(server)


def test_an_unknown_model_gets_what_all_servers_take() -> None:
    with OpenAIServer(["x"]) as server:
        ask(server, "llama3.3", temperature=0.5)
        assert sent(server)["temperature"] == 0.5
        assert sent(server)["max_tokens"] == 100


def test_what_a_server_refuses_is_left_out_and_remembered() -> None:
    refuses = ("temperature", "max_tokens", "stream_options", "response_format")
    with OpenAIServer(["one", "two"], refuses=refuses) as server:
        model = model_at(server, temperature=1.0, reply_schema=SCHEMA)
        assert model.complete(PROMPT, reply_tokens=100, as_reply=True).text == "one"
        tries = len(server.requests)
        assert model.complete(PROMPT, reply_tokens=100, as_reply=True).text == "two"
        assert len(server.requests) == tries + 1
        assert sent(server).keys() == {"model", "messages", "max_completion_tokens", "stream"}
        model.close()


def test_a_server_that_refuses_everything_is_not_asked_for_ever() -> None:
    with OpenAIServer(refuse_both) as server:
        with pytest.raises(ModelFault) as caught:
            ask(server)
        assert caught.value.fault is Fault.BAD_REQUEST
        assert len(server.requests) < 12


def refuse_both(request: Request) -> Answer:
    one, other = "max_tokens", "max_completion_tokens"
    if one not in request.body:
        one, other = other, one
    return error(400, f"Unsupported parameter: '{one}'. Use '{other}' instead.")


def test_a_strict_servers_list_of_complaints_is_understood() -> None:
    complaint = {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}
    with OpenAIServer([Status(422, complaint), "fine"]) as server:
        assert ask(server) == "fine"
        assert "stream_options" not in sent(server)


def test_a_model_without_system_role_gets_turns() -> None:
    with OpenAIServer([Status(500, {"error": {"message": "System role not supported"}}), "fine"]) as server:
        assert ask(server) == "fine"
        assert [message["role"] for message in server.requests[1].messages] == ["user"]
    assert without_system([*PROMPT, Message("assistant", "a"), Message("system", "s")]) == [
        Message("user", "You are an AI.\n\nWhich command next?"),
        Message("assistant", "a"),
        Message("user", "s"),
    ]


def test_the_reply_format_is_sent_only_for_replies() -> None:
    with OpenAIServer(["x", "x", "x"]) as server:
        model = model_at(server, "gpt-6.1-sol", reply_schema=SCHEMA)
        model.complete(PROMPT, reply_tokens=10)
        assert "response_format" not in sent(server)
        model.complete(PROMPT, reply_tokens=10, as_reply=True)
        assert sent(server)["response_format"]["json_schema"]["schema"] == SCHEMA
        assert sent(server)["response_format"]["json_schema"]["strict"] is True
        model.close()


def test_strict_is_said_only_of_schemas_that_are() -> None:
    assert is_strict(SCHEMA)
    assert not is_strict({"type": "object", "properties": {"args": {"type": "object"}}, "required": ["args"]})
    assert not is_strict({**SCHEMA, "required": []})
    assert not is_strict({"anyOf": [SCHEMA, {"type": "object"}]})


def test_a_known_model_is_not_asked_for_more_than_it_can() -> None:
    with OpenAIServer(["x"]) as server:
        model = model_at(server, "gpt-4o")
        model.complete(PROMPT, reply_tokens=10_000_000)
        assert sent(server)["max_completion_tokens"] == 16_384
        model.close()


def test_azure_is_asked_by_deployment() -> None:
    with OpenAIServer(["from azure"], key="azure-key") as server:
        endpoint = AzureEndpoint(server.root, "2024-10-21", "azure-key", {"gpt-5.4": "my deployment"})
        model = OpenAIModel("gpt-5.4", endpoint, patience=QUICK)
        assert model.complete(PROMPT, reply_tokens=10).text == "from azure"
        model.close()
        request = server.requests[0]
    assert request.path == "/openai/deployments/my%20deployment/chat/completions"
    assert request.query == {"api-version": "2024-10-21"}
    assert request.headers["api-key"] == "azure-key"


def test_a_server_without_keys_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-others")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-not-for-others")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with OpenAIServer(["x"]) as server:
        model = OpenAIModel("m", Endpoint(server.url), patience=QUICK)
        assert model.complete(PROMPT, reply_tokens=10).text == "x"
        model.close()
        assert "not-for-others" not in json.dumps(dict(server.requests[0].headers))


def test_only_chat_models_are_taken() -> None:
    with pytest.raises(UsageError, match="Responses API"):
        OpenAIModel("gpt-5.4-pro", Endpoint())


def test_keys_are_not_shown() -> None:
    assert "sk-secret" not in repr(Endpoint(key="sk-secret"))
    assert "sk-secret" not in repr(AzureEndpoint("https://a", "1", "sk-secret"))
    with OpenAIServer([error(401, "Wrong key sk-test and also plain-key-7 given")]) as server:
        model = OpenAIModel("m", Endpoint(server.url, "plain-key-7"), patience=QUICK)
        with pytest.raises(ModelFault) as caught:
            model.complete(PROMPT, reply_tokens=10)
        model.close()
    assert "plain-key-7" not in str(caught.value)
    assert "***" in str(caught.value)


# Faults. Each ends in a ModelFault of the right kind, in one line.


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (RATE_LIMITED, Fault.RATE_LIMIT),
        (NO_CREDIT, Fault.NO_CREDIT),
        (Status(402, {"error": {"message": "Insufficient credits", "code": 402}}), Fault.NO_CREDIT),
        (WRONG_KEY, Fault.WRONG_KEY),
        (error(403, "Country, region, or territory not supported"), Fault.FORBIDDEN),
        (NO_MODEL, Fault.NO_MODEL),
        (Status(404, "<html><title>404 Not Found</title></html>"), Fault.BAD_REQUEST),
        (error(400, "something odd"), Fault.BAD_REQUEST),
        (error(400, "Your request was rejected by our safety system", code="content_policy"), Fault.FILTERED),
        (Status(413, "too large"), Fault.TOO_LARGE),
        (SERVER_ERROR, Fault.SERVER),
        (BAD_GATEWAY, Fault.SERVER),
        (UNAVAILABLE, Fault.OVERLOADED),
        (OVERLOADED, Fault.OVERLOADED),
        (error(504, "Gateway Time-out"), Fault.TIMEOUT),
        (error(408, "Request timed out"), Fault.TIMEOUT),
        (error(409, "try again"), Fault.OVERLOADED),
        (Status(418, "teapot"), Fault.UNKNOWN),
        (HTML, Fault.MALFORMED),
        (TRUNCATED_JSON, Fault.MALFORMED),
        (Raw(b""), Fault.MALFORMED),
        (Raw(b"\x00\xff\xfe binary \x80" * 50), Fault.MALFORMED),
        (Raw(b"[1, 2]"), Fault.MALFORMED),
        (Raw(b'{"object": "list", "data": []}'), Fault.MALFORMED),
        (Raw(b"data: {broken\n\n", "text/event-stream"), Fault.MALFORMED),
        (Raw(b"data: " + b"[" * 100_000 + b"\n\n", "text/event-stream"), Fault.MALFORMED),
        (Raw(b"data: [DONE]\n\n", "text/event-stream"), Fault.MALFORMED),
        (Raw(b'{"error": {"message": "upstream is overloaded"}}'), Fault.OVERLOADED),
        (Cut(), Fault.CUT),
        (Cut(after=3), Fault.CUT),
        (Cut(after=3, politely=True), Fault.CUT),
    ],
)
def test_faults(answer: Answer, fault: Fault) -> None:
    with OpenAIServer([answer]) as server, pytest.raises(ModelFault) as caught:
        ask(server)
    assert caught.value.fault is fault, str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(server.requests) == 1


def test_what_arrived_before_a_cut_is_known() -> None:
    answer = Cut(after=2, text="0123456789", politely=True)
    with OpenAIServer([answer]) as server, pytest.raises(ModelFault) as caught:
        ask(server)
    assert caught.value.arrived == "01"


def test_an_error_in_the_middle_of_a_stream() -> None:
    events = b'data: {"choices":[{"index":0,"delta":{"content":"so far"}}]}\n\n'
    events += b'data: {"error":{"message":"The server had an error","type":"server_error"}}\n\n'
    with OpenAIServer([Raw(events, "text/event-stream")]) as server, pytest.raises(ModelFault) as caught:
        ask(server)
    assert caught.value.fault is Fault.SERVER
    assert caught.value.arrived == "so far"
    assert caught.value.begun


def test_context_overflow_names_the_window() -> None:
    with OpenAIServer([OVERFLOW]) as server, pytest.raises(ContextOverflow) as caught:
        ask(server)
    assert caught.value.window == 4097


def test_nothing_there() -> None:
    with OpenAIServer() as server:
        url = server.url
    model = OpenAIModel("m", Endpoint(url), patience=QUICK)
    with pytest.raises(ModelFault) as caught:
        model.complete(PROMPT, reply_tokens=10)
    assert caught.value.fault is Fault.REFUSED
    assert not caught.value.begun


def test_https_to_a_server_that_speaks_http() -> None:
    with OpenAIServer() as server:
        model = OpenAIModel("m", Endpoint(server.url.replace("http:", "https:")), patience=QUICK)
        with pytest.raises(ModelFault) as caught:
            model.complete(PROMPT, reply_tokens=10)
    assert caught.value.fault is Fault.TLS


@pytest.mark.parametrize("url", ["localhost:1234/v1", "", "http://", "ftp://127.0.0.1/"])
def test_an_address_that_is_none(url: str) -> None:
    model = OpenAIModel("m", Endpoint(url), patience=QUICK)
    with pytest.raises(ModelFault) as caught:
        model.complete(PROMPT, reply_tokens=10)
    assert caught.value.row.tries <= 6


def test_a_server_that_hangs_runs_into_the_idle_time() -> None:
    with OpenAIServer([Hang(), Hang(after=2)]) as server:
        for _ in range(2):
            with pytest.raises(ModelFault) as caught:
                ask(server, patience=replace(QUICK, idle=0.1))
            assert caught.value.fault is Fault.TIMEOUT


def test_a_server_that_only_keeps_the_line_open_runs_into_the_deadline() -> None:
    with OpenAIServer([Hang(comments=True)]) as server:
        with pytest.raises(ModelFault) as caught:
            ask(server, patience=replace(QUICK, call=0.3))
        assert caught.value.fault is Fault.TIMEOUT
        assert server.gone.acquire(timeout=5), "the connection was left open"


def test_a_stream_that_never_ends_is_cut_off_as_too_long() -> None:
    with OpenAIServer([Endless()]) as server:
        model = model_at(server)
        completion = model.complete(PROMPT, reply_tokens=10)
        assert completion.finish == "length"
        assert len(completion.text) == 20_000
        assert server.gone.acquire(timeout=5), "the connection was left open"


def test_an_error_page_without_end_is_not_read_to_the_end() -> None:
    with OpenAIServer([Status(500, "x" * 3_000_000)]) as server, pytest.raises(ModelFault) as caught:
        ask(server)
    assert caught.value.fault is Fault.SERVER
    assert len(str(caught.value)) < 1000


def test_a_long_reply_arrives_whole() -> None:
    text = "A line of a reply that is long.\n" * 30_000
    with OpenAIServer([Reply(text, pieces=2000), Reply(text, stream=False)]) as server:
        model = model_at(server)
        assert model.complete(PROMPT, reply_tokens=300_000).text == text
        assert model.complete(PROMPT, reply_tokens=300_000).text == text
        model.close()


# Ctrl-C.


def test_ctrl_c_while_a_reply_streams_closes_the_connection() -> None:
    def interrupt(piece: str) -> None:
        raise KeyboardInterrupt

    watching = Watching(interrupt)
    with OpenAIServer([Hang(after=3, text="0123456789"), "again"]) as server:
        model = model_at(server, watcher=watching)
        with pytest.raises(Cancelled) as caught:
            model.complete(PROMPT, reply_tokens=10)
        assert caught.value.arrived == "0"
        assert server.gone.acquire(timeout=5), "the connection was left open"
        assert watching.ended == 1
        watching._on_piece = None
        assert model.complete(PROMPT, reply_tokens=10).text == "again"
        model.close()


@pytest.mark.real
def test_ctrl_c_before_the_first_word_closes_the_connection() -> None:
    """The signal comes while the server thinks: the call must not wait for it."""

    def think(request: Request) -> Answer:
        _thread.interrupt_main()
        return Hang()

    with OpenAIServer(think) as server:
        model = model_at(server, patience=replace(QUICK, idle=60, call=60))
        begun = time.monotonic()
        with pytest.raises(Cancelled) as caught:
            model.complete(PROMPT, reply_tokens=10)
        assert caught.value.arrived == ""
        assert server.gone.acquire(timeout=5), "the connection was left open"
        assert time.monotonic() - begun < 5
        model.close()


def test_calls_side_by_side_do_not_mix() -> None:
    with OpenAIServer(lambda request: Reply(request.messages[-1]["content"] * 50, pieces=50)) as server:
        model = model_at(server)
        wrong: list[str] = []

        def work(number: int) -> None:
            for turn in range(5):
                word = f"<{number}.{turn}>"
                text = model.complete([Message("user", word)], reply_tokens=1000).text
                if text != word * 50:
                    wrong.append(text)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        model.close()
    assert not wrong


def test_a_cut_in_one_call_leaves_the_others_alone() -> None:
    gate = threading.Event()
    with OpenAIServer(
        lambda request: Hang(after=1) if request.messages[0]["content"] == "hang" else Reply("ok", gate=gate)
    ) as server:
        watching = Watching(lambda piece: (_ for _ in ()).throw(KeyboardInterrupt()))
        good = model_at(server)
        results: list[str] = []
        thread = threading.Thread(
            target=lambda: results.append(good.complete([Message("user", "wait")], reply_tokens=10).text)
        )
        thread.start()
        good._watcher = watching
        with pytest.raises(Cancelled):
            good.complete([Message("user", "hang")], reply_tokens=10)
        good._watcher = None
        gate.set()
        thread.join()
        good.close()
    assert results == ["ok"]


# Whatever the server says, it is a completion or one of the three errors.

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "index": json_values,
        "message": json_values | st.fixed_dictionaries({"content": json_values}),
        "delta": json_values | st.fixed_dictionaries({"content": json_values, "refusal": json_values}),
        "finish_reason": json_values | st.sampled_from(["stop", "length"]),
    },
)
objects = st.fixed_dictionaries(
    {},
    optional={
        "choices": json_values | st.lists(choices, max_size=2),
        "usage": json_values
        | st.fixed_dictionaries({"prompt_tokens": json_values, "prompt_tokens_details": json_values}),
        "error": json_values,
        "model": json_values,
    },
)
bodies = (
    objects.map(lambda value: json.dumps(value).encode())
    | st.lists(objects, max_size=4).map(
        lambda events: b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)
    )
    | st.binary(max_size=200)
)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_no_answer_is_a_bug(body: bytes) -> None:
    with OpenAIServer([Raw(body, "text/event-stream")]) as server:
        model = model_at(server)
        with suppress(ModelFault, ContextOverflow):
            completion = model.complete(PROMPT, reply_tokens=10)
            assert isinstance(completion.text, str)
        model.close()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["prompt_tokens", "completion_tokens", "prompt_tokens_details"]), json_values
    )
)
def test_any_usage_can_be_read(usage: dict[str, Any]) -> None:
    read = read_usage(usage)
    assert min(read.prompt_tokens, read.cached_tokens, read.completion_tokens) >= 0


def test_a_reply_that_is_cut_off_here_leaves_no_connection_open() -> None:
    with OpenAIServer([Reply("x" * 100_000, pieces=50)]) as server:
        model = OpenAIModel("m", Endpoint(server.url))
        with warnings.catch_warnings(record=True) as noticed:
            warnings.simplefilter("always")
            assert model.complete([Message("user", "hi")], reply_tokens=100).finish == "length"
            for thread in threading.enumerate():
                if thread.name == "model calls":
                    thread.join(10)
            gc.collect()
        assert [str(each.message) for each in noticed] == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a socket that is not closed
@pytest.mark.parametrize("is_closed", [True, False])
def test_calls_share_a_thread_that_ends_with_their_model(is_closed: bool) -> None:
    with OpenAIServer(["one", "two", "three"]) as server:
        model: OpenAIModel | None = OpenAIModel("m", Endpoint(server.url))
        before = set(threading.enumerate())
        used = set()
        for _ in range(3):
            assert model
            model.complete([Message("user", "hi")], reply_tokens=100)
            used |= {each for each in set(threading.enumerate()) - before if each.name == "model calls"}
        assert len(used) == 1
        if is_closed:
            assert model
            model.close()
        model = None  # dropped
        (thread,) = used
        for _ in range(100):
            gc.collect()
            thread.join(0.1)
            if not thread.is_alive():
                break
        assert not thread.is_alive()
