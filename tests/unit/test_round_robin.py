"""Round robins of every size."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.brackets.round_robin import circle, group_names, plan_round_robin, snake
from app.domain.errors import InvalidInput


@given(size=st.integers(2, 64), legs=st.sampled_from([1, 2]))
def test_everyone_meets_everyone_and_plays_once_a_round(size, legs):
    rounds = list(circle(range(1, size + 1), legs))
    assert len(rounds) == legs * (size - 1 + size % 2)
    for pairs in rounds:
        assert len(pairs) == size // 2
        assert len({side for pair in pairs for side in pair}) == 2 * len(pairs)
    met = Counter(frozenset(pair) for pairs in rounds for pair in pairs)
    assert met == {frozenset(pair): legs for pair in combinations(range(1, size + 1), 2)}
    if legs == 2:
        assert all(count == 1 for count in Counter(pair for pairs in rounds for pair in pairs).values())


@given(size=st.integers(2, 64))
def test_each_stands_first_about_as_often_as_second(size):
    first = Counter(pair[0] for pairs in circle(range(1, size + 1)) for pair in pairs)
    second = Counter(pair[1] for pairs in circle(range(1, size + 1)) for pair in pairs)
    assert abs(first[1] - second[1]) <= 1


@given(groups=st.integers(1, 40), data=st.data())
def test_snake_deals_even_groups(groups, data):
    size = data.draw(st.integers(2 * groups, 8 * groups))
    dealt = snake(size, groups)
    assert sorted(seed for group in dealt for seed in group) == list(range(1, size + 1))
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1
    full = [group for group in dealt if len(group) == size // groups]
    if size % groups == 0 and (size // groups) % 2 == 0:
        assert len({sum(group) for group in full}) == 1


@given(groups=st.integers(1, 12), legs=st.sampled_from([1, 2]), data=st.data())
def test_the_plan_has_all_groups_round_by_round(groups, legs, data):
    size = data.draw(st.integers(2 * groups, 6 * groups))
    plan = plan_round_robin(size, groups=groups, legs=legs)
    assert [match.match_number for match in plan] == list(range(1, len(plan) + 1))
    assert [match.round_number for match in plan] == sorted(match.round_number for match in plan)
    expected = sum(len(group) * (len(group) - 1) // 2 * legs for group in snake(size, groups))
    assert len(plan) == expected
    assert {match.group for match in plan} == set(group_names(groups))


def test_names_of_groups():
    assert group_names(1) == [""]
    assert group_names(3) == ["A", "B", "C"]
    assert group_names(28)[25:] == ["Z", "AA", "AB"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"entrants": 1},
        {"entrants": 5000},
        {"entrants": 5, "groups": 3},
        {"entrants": 4, "groups": 0},
        {"entrants": 4, "legs": 3},
        {"entrants": 200, "groups": 2},
    ],
)
def test_what_cannot_be_is_refused(arguments):
    with pytest.raises(InvalidInput):
        plan_round_robin(**arguments)
