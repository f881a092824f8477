"""Counters for limits in memory: they end by the clock, and those that are over are forgotten."""

from time import sleep, time

from app.counters import Counters


def test_a_counter_counts_until_its_time_is_over():
    counters = Counters()
    assert [counters.incr("a", 60), counters.incr("a", 60, amount=2), counters.incr("b", 60)] == [1, 3, 1]
    assert counters.get("a") == 3
    assert 55 < counters.get_expiry("a") - time() <= 60
    assert counters.incr("short", 0.05) == 1
    sleep(0.06)
    assert counters.get("short") == 0
    assert counters.incr("short", 60) == 1


def test_a_counter_that_has_not_begun_is_at_nothing():
    counters = Counters()
    assert counters.get("a") == 0
    assert abs(counters.get_expiry("a") - time()) < 1
    assert counters.check()


def test_counters_are_forgotten_when_asked():
    counters = Counters()
    counters.incr("a", 60)
    counters.incr("b", 60)
    counters.clear("a")
    assert (counters.get("a"), counters.get("b")) == (0, 1)
    assert counters.reset() == 1
    assert counters.get("b") == 0


def test_what_is_over_does_not_fill_the_memory():
    counters = Counters()
    for number in range(20_000):
        counters.incr(str(number), 0)
    assert len(counters._counts) <= 1025
    for number in range(3000):
        counters.incr(str(number), 60)
    assert counters.get("0") == 1
