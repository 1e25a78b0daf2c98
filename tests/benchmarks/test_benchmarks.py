"""The benchmarks measure what they say: arithmetic on made-up calls, and one real short run."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from benchmarks.agent import Call, run
from benchmarks.server import SUMMARY, step_reply
from benchmarks.steps import Row, around, overheads, row_of
from benchmarks.tokens import MESSAGE, Counter, common


def call(arrived: float, sent: float, *, is_step: bool = True, text: str = "prompt") -> Call:
    return Call(arrived, sent, is_step, (("system", "rules"), ("user", text)), "reply")


def test_overhead_leaves_out_the_time_that_the_server_takes_for_summaries() -> None:
    calls = [call(0.0, 1.0), call(1.002, 5.0, is_step=False), call(5.003, 6.0), call(6.001, 7.0)]
    assert overheads(calls) == pytest.approx([5.0, 1.0])


def test_the_median_is_of_the_steps_about_the_one_that_is_asked_for() -> None:
    values = [float(number) for number in range(1, 200)]
    assert around(values, 100, 5) == "100.5"
    assert around(values, 1000, 15) == "–"


def test_only_what_is_the_same_from_the_beginning_counts_as_prefix() -> None:
    counter = Counter()
    before = (("system", "the same rules"), ("user", "one two three four five six"))
    now = (("system", "the same rules"), ("user", "one two three and then other words"))
    shared = counter.prefix(before, now)
    assert MESSAGE + counter.text("the same rules") <= shared < counter.prompt(now)
    assert counter.prefix(now, now) == counter.prompt(now)
    assert counter.prefix((("user", "the same rules"),), now) == 0
    assert common("abcd", "abxd") == 2


def test_the_script_is_fixed_and_its_replies_are_small_steps() -> None:
    replies = [json.loads(step_reply(number)) for number in range(40)]
    assert replies == [json.loads(step_reply(number)) for number in range(40)]
    names = [reply["command"]["name"] for reply in replies[:4]]
    assert names == ["write_to_file", "read_file", "list_files", "append_to_file"]
    written = {reply["command"]["args"]["filename"] for reply in replies[0::4]}
    assert {reply["command"]["args"]["filename"] for reply in replies[1::4]} == written
    assert {reply["command"]["args"]["filename"] for reply in replies[3::4]} == written
    counter = Counter()
    assert 90 <= sum(counter.text(step_reply(number)) for number in range(40)) / 40 <= 130
    assert 120 <= counter.text(SUMMARY) <= 180


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="the benchmarks are for Linux and macOS")
@pytest.mark.skipif(importlib.util.find_spec("autogpt.cli") is None, reason="there is no command line yet")
def test_a_real_run_is_measured() -> None:
    measured = run(6, SMART_TOKEN_LIMIT="16000", FAST_TOKEN_LIMIT="16000")
    assert len(measured.calls) == 6
    assert 0 < measured.calls[0].arrived - measured.started < measured.wall
    assert measured.peak_megabytes > 10  # the tests' own process, from which it is started, counts too
    assert all(gap > 0 for gap in overheads(measured.calls))
    # The agent did what the replies said: what was read was what had been written before.
    assert "Finding 0: the harbour needs 2 changes." in measured.calls[2].messages[-1][1]
    cells = row_of(Row(6, 16_000, measured), Counter()).strip("| ").split(" | ")
    assert cells[0:2] == ["6", "16000"]
    assert cells[4] == "1.000"
