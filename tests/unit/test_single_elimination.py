"""The plan of a single elimination."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.brackets.single_elimination import plan_single_elimination, seed_fold
from app.domain.errors import InvalidInput

SIZES = st.sampled_from([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])


@pytest.mark.parametrize(
    ("size", "order"),
    [
        (2, [1, 2]),
        (4, [1, 4, 2, 3]),
        (8, [1, 8, 4, 5, 2, 7, 3, 6]),
        (16, [1, 16, 8, 9, 4, 13, 5, 12, 2, 15, 7, 10, 3, 14, 6, 11]),
    ],
)
def test_seed_fold(size, order):
    assert seed_fold(size) == order


def play(plan, winner):
    """Play the plan out; returns the seeds in each match and the champion."""
    sides = {match.match_number: [match.seed1, match.seed2] for match in plan}
    for match in plan:
        first, second = sides[match.match_number]
        assert first is not None and second is not None and first != second
        won = winner(first, second)
        lost = second if won == first else first
        for feed, seed in ((match.winner_to, won), (match.loser_to, lost)):
            if feed is not None:
                assert sides[feed.match_number][feed.slot - 1] is None
                sides[feed.match_number][feed.slot - 1] = seed
    return sides, winner(*sides[max(sides)])


@given(size=SIZES, third_place=st.booleans())
def test_everyone_plays_until_out(size, third_place):
    if third_place and size < 4:
        return
    plan = plan_single_elimination(size, third_place=third_place)
    assert len(plan) == size - 1 + third_place
    assert sorted(match.match_number for match in plan) == list(range(1, len(plan) + 1))
    assert plan[-1].section == "final" and plan[-1].winner_to is None
    _, champion = play(plan, min)
    assert champion == 1


@given(size=SIZES)
def test_each_round_holds_the_best_where_the_better_seed_wins(size):
    plan = plan_single_elimination(size)
    sides, _ = play(plan, min)
    for round_number in range(1, size.bit_length()):
        seeds = {
            seed for match in plan if match.round_number == round_number for seed in sides[match.match_number]
        }
        assert seeds == set(range(1, (size >> (round_number - 1)) + 1))


@given(size=SIZES.filter(lambda size: size >= 4), data=st.data())
def test_losers_of_the_semi_finals_meet_for_third_place(size, data):
    plan = plan_single_elimination(size, third_place=True)
    choose = data.draw(st.randoms(use_true_random=False))
    results = {}

    def winner(a, b):
        return results.setdefault((a, b), choose.choice((a, b)))

    sides, champion = play(plan, winner)
    third = next(match for match in plan if match.section == "third_place")
    semi_finalists = {
        seed
        for match in plan
        if match.round_number == size.bit_length() - 2 and match.section == "upper"
        for seed in sides[match.match_number]
    }
    assert set(sides[third.match_number]) | set(sides[max(sides)]) == semi_finalists
    assert champion in sides[max(sides)]


@pytest.mark.parametrize("size", [0, 1, 3, 6, 100, 2048, -4])
def test_other_sizes_are_refused(size):
    with pytest.raises(InvalidInput, match="2, 4, 8, 16"):
        plan_single_elimination(size)


def test_third_place_needs_semi_finals():
    with pytest.raises(InvalidInput):
        plan_single_elimination(2, third_place=True)
