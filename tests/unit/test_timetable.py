"""Check-in deadlines and staggered times."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.timetable import check_in_deadline, require_future, staggered

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_deadline_is_the_window_before_the_start():
    assert check_in_deadline(NOW + 90 * MINUTE, 30, NOW) == NOW + 60 * MINUTE


@pytest.mark.parametrize("ahead", [10, 30])
def test_deadline_is_the_start_where_the_window_has_begun(ahead):
    assert check_in_deadline(NOW + ahead * MINUTE, 30, NOW) == NOW + ahead * MINUTE


def test_no_time_has_no_deadline():
    assert check_in_deadline(None, 30, NOW) is None


@given(ahead=st.integers(1, 10_000), window=st.integers(0, 10_000))
def test_deadline_is_never_past_nor_after_the_start(ahead, window):
    start = NOW + ahead * MINUTE
    assert NOW < check_in_deadline(start, window, NOW) <= start


@pytest.mark.parametrize("time", [NOW, NOW - MINUTE, datetime(3000, 1, 1, tzinfo=UTC)])
def test_only_a_sensible_future_is_a_time(time):
    with pytest.raises(InvalidInput):
        require_future(time, NOW)


@given(interval=st.integers(0, 600), count=st.integers(1, 100))
def test_staggered_times_are_the_interval_apart(interval, count):
    times = staggered(NOW, interval, count)
    assert len(times) == count and times[0] == NOW
    assert {b - a for a, b in pairwise(times)} <= {interval * MINUTE}


@pytest.mark.parametrize("interval", [-1, 7 * 24 * 60 + 1])
def test_interval_has_bounds(interval):
    with pytest.raises(InvalidInput):
        staggered(NOW, interval, 2)
