"""When agents worked in which folders, and what could have been changed by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt.core.worked import EVERYWHERE, FolderId, Period, Worked, thinned

HERE = FolderId("/home/me/proj", 7)
ABOVE = (HERE, FolderId("/home/me", 3), FolderId("/", 2))


def worked(*times: tuple[float, float], folder: FolderId = HERE) -> Worked:
    return Worked.during(Period(begin, end, folder) for begin, end in times)


@pytest.mark.parametrize(
    ("moments", "covered"),
    [
        ((9.9, 9.9), False),
        ((10.5, 3.5), True),
        ((10.0,), True),
        ((20.0,), True),
        ((20.5, 20.5), False),
        ((25.5, 15.5), True),
        ((25.5, 9.5), False),
        ((30.5,), True),
        ((41.5, 41.5), False),
    ],
)
def test_any_of_the_times_of_a_file_counts(moments: Sequence[float], covered: bool) -> None:
    assert worked((10, 20), (30, 40)).covers(moments, ABOVE) is covered


def test_a_whole_second_may_stand_for_what_came_after_it() -> None:
    # Some file systems keep no more.
    assert worked((11.5, 20)).covers([10.0], ABOVE)
    assert not worked((11.5, 20)).covers([10.25], ABOVE)
    assert not worked((12.5, 20)).covers([10.0], ABOVE)


def test_times_may_overlap_and_come_in_any_order() -> None:
    times = [(50.5, 60.5), (10.5, 40.5), (12.5, 13.5), (39.5, 45.5)]
    for order in permutations(times):
        there = worked(*order)
        assert [moment for moment in range(5, 70, 5) if there.covers([moment + 0.25], ABOVE)] == [
            *range(15, 50, 5),
            55,
            60,
        ]


def test_only_what_lies_in_the_folder_by_name_or_by_number() -> None:
    there = worked((10, 20))
    assert there.covers([15.5], [FolderId("/home/me/proj/sub", 9), *ABOVE])
    assert there.covers([15.5], [FolderId("/home/me/moved", 7), FolderId("/home/me", 3)])
    assert there.covers([15.5], [FolderId("/home/me/proj", 8)])
    assert not there.covers([15.5], [FolderId("/home/me/other", 8), FolderId("/home/me", 3)])
    assert not there.covers([15.5], [FolderId("/home/me/project", 8)])


def test_no_number_is_no_sign() -> None:
    there = worked((10, 20), folder=FolderId("/gone"))
    assert not there.covers([15.5], [FolderId("/home/me/other"), FolderId("/")])


def test_everywhere_is_everywhere() -> None:
    assert worked((10, 20), folder=EVERYWHERE).covers([15.5], [FolderId("/x", 1)])
    assert Worked.since(10).covers([10e9], [FolderId("/x", 1)])
    assert not Worked.since(10).covers([9.5], [FolderId("/x", 1)])
    assert not Worked().covers([9.5], ABOVE)


FOLDERS = [FolderId("/a", 1), FolderId("/b", 2), FolderId("/c")]
PERIODS = st.lists(
    st.builds(
        lambda begin, length, folder: Period(begin + 0.5, begin + length + 0.5, folder),
        st.integers(0, 1000),
        st.integers(0, 30),
        st.sampled_from(FOLDERS),
    ),
    max_size=60,
)


@given(PERIODS, st.integers(3, 20))
def test_fewer_periods_hold_all_that_the_many_held(periods: list[Period], most: int) -> None:
    fewer = thinned(periods, most)
    assert len(fewer) <= most
    before, after = Worked.during(periods), Worked.during(fewer)
    for folder in FOLDERS:
        for moment in range(1032):
            if before.covers([moment + 0.75], [folder]):
                assert after.covers([moment + 0.75], [folder])


@given(PERIODS)
def test_where_there_is_room_nothing_is_joined_that_has_a_break(periods: list[Period]) -> None:
    before, after = Worked.during(periods), Worked.during(thinned(periods, 100))
    assert before == after


def test_the_shortest_breaks_go_first_and_of_many_folders_the_oldest() -> None:
    periods = [Period(begin, begin + 1, HERE) for begin in (0, 3, 100, 104, 500)]
    assert [(one.begin, one.end) for one in thinned(periods, 3)] == [(0, 4), (100, 105), (500, 501)]
    many = [Period(number, number + 1, FolderId(f"/{number}", number)) for number in range(9)]
    assert {one.folder.path for one in thinned(many, 4)} == {"/5", "/6", "/7", "/8"}
