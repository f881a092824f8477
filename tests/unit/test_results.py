"""Which scores can be, and whom they make the winner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.domain.results import MAX_SCORE, ResultClaim, Score, winning_side


def claim(a, b, games=(), tiebreak=None):
    return ResultClaim(
        Score(a, b), tuple(Score(*game) for game in games), Score(*tiebreak) if tiebreak else None
    )


@pytest.mark.parametrize(
    ("what", "best_of", "side"),
    [
        (claim(13, 9), 1, 1),
        (claim(0, 1), 1, 2),
        (claim(2, 1), 3, 1),
        (claim(0, 3), 5, 2),
        (claim(4, 3), 7, 1),
        (claim(2, 1, [(13, 9), (5, 13), (14, 12)]), 3, 1),
        (claim(13, 9, [(13, 9)]), 1, 1),
        (claim(1, 1, tiebreak=(4, 3)), 1, 1),
    ],
)
def test_winner(what, best_of, side):
    assert winning_side(what, best_of=best_of, draws=False) == side


def test_a_level_score_is_a_draw_only_where_draws_are_allowed():
    assert winning_side(claim(1, 1), best_of=1, draws=True) is None
    with pytest.raises(InvalidInput, match="can't end level"):
        winning_side(claim(1, 1), best_of=1, draws=False)


@pytest.mark.parametrize(
    ("what", "best_of"),
    [
        (claim(-1, 0), 1),
        (claim(MAX_SCORE + 1, 0), 1),
        (claim(2, 2), 3),
        (claim(1, 0), 3),
        (claim(3, 0), 3),
        (claim(2, 0, [(13, 9)]), 3),
        (claim(2, 0, [(13, 9), (9, 13)]), 3),
        (claim(2, 0, [(13, 9), (9, 9), (13, 1)]), 3),
        (claim(13, 9, [(9, 13)]), 1),
        (claim(13, 9, [(13, 9), (13, 9)]), 1),
        (claim(2, 1, tiebreak=(4, 3)), 1),
        (claim(1, 1, tiebreak=(3, 3)), 1),
        (claim(1, 1, tiebreak=(-1, 3)), 1),
        (claim(2, 1, [(13, -1), (5, 13), (14, 12)]), 3),
        (claim(2, 1, [(13, 9), (13, 7), (5, 13)]), 3),
    ],
)
def test_scores_that_cannot_be(what, best_of):
    with pytest.raises(InvalidInput) as refusal:
        winning_side(what, best_of=best_of, draws=False)
    assert refusal.value.errors


@given(best_of=st.sampled_from([3, 5, 7]), a=st.integers(0, 8), b=st.integers(0, 8))
def test_a_series_is_won_by_whoever_first_has_the_games(best_of, a, b):
    needed = (best_of + 1) // 2
    try:
        side = winning_side(claim(a, b), best_of=best_of, draws=False)
    except InvalidInput:
        assert max(a, b) != needed or min(a, b) >= needed
    else:
        assert (a, b)[side - 1] == needed > (b, a)[side - 1]


def test_claims_agree_on_scores_and_on_games_where_both_name_them():
    assert claim(2, 0).agrees_with(claim(2, 0, [(13, 1), (13, 2)]))
    assert not claim(2, 0, [(13, 1), (13, 3)]).agrees_with(claim(2, 0, [(13, 1), (13, 2)]))
    assert not claim(1, 1, tiebreak=(4, 3)).agrees_with(claim(1, 1, tiebreak=(3, 4)))
