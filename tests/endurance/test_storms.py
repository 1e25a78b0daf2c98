"""A provider that fails: now and then, for good, half-way. Nothing is lost, and the run can go on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endurance.diligent import answer
from tests.endurance.playing import KEY, Ended, impatient, play
from tests.endurance.record import Losses, Watch
from tests.endurance.storm import FAULTS, SLOW, Storm, Waiting
from tests.loopback.openai_server import (
    NO_CREDIT,
    UNAVAILABLE,
    WRONG_KEY,
    Answer,
    Hang,
    OpenAIServer,
    Request,
    error,
)

pytestmark = pytest.mark.real

RUN = ("-y", "--continuous", "--output", "json")
RESUME = ("resume", "--continuous", "--output", "json")
STEPS = 12

GONE = error(404, "The model `test-model` has been deprecated", code="model_not_found")


def kinds(ended: Ended) -> list[str]:
    return [json.loads(line)["event"] for line in ended.out.splitlines()]


def nothing_lost(folder: Path, *starts: Ended, steps: int = STEPS) -> None:
    losses = Losses()
    watch = Watch(folder, losses)
    for ended in starts:
        watch.after_a_death(ended.out.splitlines())
    watch.at_the_end(steps)
    assert losses == Losses()


def half_way(then: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """The diligent model for half of the steps, then something else."""
    asked = 0

    def reply(request: Request) -> Answer:
        nonlocal asked
        asked += 1
        return answer(request.messages, STEPS) if asked <= STEPS // 2 else then(request)

    return reply


@pytest.mark.parametrize("seed", [11, 12])
def test_one_request_in_five_fails_in_a_random_way_and_the_run_is_as_if_none_had(
    tmp_path: Path, seed: int
) -> None:
    storm, waiting = Storm(60, seed), Waiting()
    with OpenAIServer(storm) as server, impatient(waiting, random.Random(seed).random):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)
    assert ended.code == 0, ended.err[-2000:]
    assert sum(storm.faults.values()) >= 8
    assert storm.requests < 60 * 1.6
    assert max(waiting.waits) <= 60
    nothing_lost(tmp_path, ended, steps=60)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "seed"), [(0.2, 5), (0.5, 5), (0.5, 9), (0.5, 11), (0.5, 12)])
def test_a_longer_storm_of_every_kind(tmp_path: Path, share: float, seed: int) -> None:
    storm, waiting = Storm(300, seed, share), Waiting()
    with OpenAIServer(storm) as server, impatient(waiting, random.Random(1).random):
        starts = [play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)]
        # Where half of all requests fail, one call or another is given up; the run goes on when it is resumed.
        while starts[-1].code in (4, 6) and share > 0.2 and len(starts) < 30:
            starts.append(play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url))
    assert starts[-1].code == 0, starts[-1].err[-2000:]
    assert len(starts) == 1 or share > 0.2
    assert len(storm.faults) >= 20
    nothing_lost(tmp_path, *starts, steps=300)


@pytest.mark.parametrize("kind", sorted(FAULTS.keys() - SLOW))
def test_each_kind_of_failure_passes_when_it_happens_once(tmp_path: Path, kind: str) -> None:
    failed: list[str] = []

    def reply(request: Request) -> Answer:
        text = answer(request.messages, 3)
        if not failed and len(text) > 20 and "Step 2" in text:
            failed.append(kind)
            return FAULTS[kind](random.Random(1), text)
        return text

    with OpenAIServer(reply) as server, impatient(Waiting()):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)
    assert ended.code == 0, ended.err[-2000:]
    assert failed
    nothing_lost(tmp_path, ended, steps=3)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [(WRONG_KEY, "key was refused"), (NO_CREDIT, "no credit")],
    ids=["key revoked", "credit used up"],
)
def test_an_account_that_fails_half_way_ends_the_run_at_once_and_resume_goes_on(
    tmp_path: Path, refusal: Answer, words: str
) -> None:
    waiting = Waiting()
    with OpenAIServer(half_way(lambda request: refusal)) as server, impatient(waiting):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)
        asked = len(server.requests)
    assert ended.code == 6
    assert words in ended.err
    assert "autogpt resume" in ended.err
    assert KEY not in ended.err
    assert asked == STEPS // 2 + 1, "what only the person can change is not tried again"
    assert waiting.waits == []
    assert kinds(ended)[-2:] == ["Failed", "Stop"]
    with OpenAIServer(lambda request: answer(request.messages, STEPS)) as server:
        again = play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url)
    assert again.code == 0, again.err
    nothing_lost(tmp_path, ended, again)


def test_a_model_that_is_withdrawn_half_way_ends_the_run_and_another_goes_on(tmp_path: Path) -> None:
    with OpenAIServer(half_way(lambda request: GONE)) as server, impatient(Waiting()):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)
    assert ended.code == 6
    assert "SMART_LLM_MODEL" in ended.err
    with OpenAIServer(lambda request: answer(request.messages, STEPS)) as server:
        again = play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url, SMART_LLM_MODEL="other")
    assert again.code == 0, again.err
    assert {request.body["model"] for request in server.requests} == {"other"}
    nothing_lost(tmp_path, ended, again)


def test_a_model_that_is_withdrawn_half_way_is_replaced_by_the_fallback(tmp_path: Path) -> None:
    def reply(request: Request) -> Answer:
        return GONE if request.body["model"] == "test-model" else answer(request.messages, STEPS)

    with OpenAIServer(half_way(reply)) as server, impatient(Waiting()):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url, FALLBACK_LLM_MODEL="spare")
    assert ended.code == 0, ended.err
    assert "spare" in ended.err
    models = [request.body["model"] for request in server.requests]
    assert models.count("test-model") == STEPS // 2 + 1, (
        "the one that is gone is asked once more, and never again"
    )
    assert models[-1] == "spare"
    nothing_lost(tmp_path, ended)


@pytest.mark.parametrize(
    "outage",
    [UNAVAILABLE, Hang(), error(429, "limit", retry_after="7200")],
    ids=["overloaded", "silent", "two hours to wait"],
)
def test_a_long_outage_ends_within_bounds_and_resume_goes_on(tmp_path: Path, outage: Answer) -> None:
    waiting = Waiting()
    with OpenAIServer(half_way(lambda request: outage)) as server, impatient(waiting):
        ended = play(tmp_path, *RUN, OPENAI_API_BASE_URL=server.url)
        asked = len(server.requests) - STEPS // 2
    assert ended.code == 6
    assert asked <= 20
    assert sum(waiting.waits) <= 600
    starts = [ended]
    with OpenAIServer(half_way(lambda request: outage)) as server, impatient(Waiting()):
        starts.append(play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url))
        starts.append(play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url))
    assert [each.code for each in starts] == [6, 6, 6]
    with OpenAIServer(lambda request: answer(request.messages, STEPS)) as server:
        starts.append(play(tmp_path, *RESUME, OPENAI_API_BASE_URL=server.url))
    assert starts[-1].code == 0
    nothing_lost(tmp_path, *starts)
