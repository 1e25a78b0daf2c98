import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autogpt.core.messages import Message
from autogpt.models.tokens import Calibrated, estimate, measure, prompt_tokens
from tests.models.token_samples import COUNTED, SAMPLES

LOW = {
    "dutch": 0.9,
    "indonesian": 0.65,
    "swahili": 0.5,
    "random letters": 0.3,
    "random punctuation": 0.75,
    "random unicode": 0.6,
}
"""What is estimated too low, and the part of the truth that it is at least."""


@pytest.mark.parametrize("kind", sorted(SAMPLES.keys() - LOW))
def test_an_estimate_is_not_too_low(kind: str) -> None:
    newer, older = COUNTED[kind]
    assert estimate(SAMPLES[kind], newer=True) >= newer
    assert estimate(SAMPLES[kind]) >= older


@pytest.mark.parametrize("kind", ["english", "code", "json", "html", "markdown", "log", "csv", "paths"])
def test_an_estimate_of_the_usual_is_not_far_too_high(kind: str) -> None:
    assert estimate(SAMPLES[kind]) <= 1.5 * COUNTED[kind][1]


@pytest.mark.parametrize("kind", sorted(LOW))
def test_what_is_too_low_is_not_lower_than_documented(kind: str) -> None:
    assert LOW[kind] <= estimate(SAMPLES[kind]) / COUNTED[kind][1] < 1


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text())
def test_any_text_has_a_count(text: str) -> None:
    assert 0 <= estimate(text) <= 3 * len(text.encode("utf-8", "surrogatepass")) + 1
    assert estimate(text, newer=True) <= estimate(text)


def test_half_a_surrogate_pair_has_a_count() -> None:
    assert estimate("\ud83d") > 0


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "{" * 1_000_000, "中" * 250_000, "a1" * 500_000, " \n" * 300_000]
)
def test_time_grows_no_faster_than_the_text(text: str) -> None:
    begun = time.process_time()
    estimate(text)
    assert time.process_time() - begun < 5


def test_known_models_pack_other_scripts_tighter() -> None:
    text = SAMPLES["russian"]
    assert measure("gpt-6.1-sol")(text) < measure("llama3.3")(text)


def test_a_prompt_is_more_than_its_texts() -> None:
    assert prompt_tokens(len, [Message("system", "12345"), Message("user", "123")]) == 8 + 2 * 4 + 3


def test_what_the_provider_counts_is_believed() -> None:
    measured = Calibrated(len)
    assert measured("x" * 1000) == 1000
    measured.observe(1000, 700)
    assert measured("x" * 1000) == 700
    measured.observe(1000, 1301)
    assert measured("x" * 1000) == 1350


def test_the_correction_forgets_after_eight_calls() -> None:
    measured = Calibrated(len)
    measured.observe(1000, 1300)
    for _ in range(8):
        measured.observe(1000, 800)
    assert measured.factor == 0.8


@pytest.mark.parametrize(
    ("reported", "factor"), [(0, 1.0), (-5, 1.0), (1, 1.0), (399, 1.0), (400, 0.4), (10**9, 4.0)]
)
def test_absurd_counts_do_little_harm(reported: int, factor: float) -> None:
    measured = Calibrated(len)
    measured.observe(1000, reported)
    assert measured.factor == factor


def test_short_prompts_teach_nothing() -> None:
    measured = Calibrated(len)
    measured.observe(50, 500)
    assert measured.factor == 1.0


def test_equal_texts_are_counted_once() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    measured = Calibrated(count)
    assert [measured("same"), measured("same"), measured("other")] == [4, 4, 5]
    assert counted == ["same", "other"]


def test_threads_share_a_measure() -> None:
    measured = Calibrated(len)
    wrong: list[int] = []

    def work() -> None:
        for number in range(2000):
            measured.observe(1000, 1000)
            if measured("x" * (number % 50)) != number % 50:
                wrong.append(number)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
