"""Single and double elimination of every size: who plays whom until when, by playing the plans out."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.brackets.double_elimination import DROP_MASKS, plan_double_elimination
from app.domain.brackets.single_elimination import plan_single_elimination, seed_fold
from app.domain.errors import InvalidInput

SIZES = st.integers(2, 257)
# The earliest lower round in which two who met before can meet again, by rounds of the upper bracket.
REMATCH_BOUNDS = {3: 3, 4: 4, 5: 5, 6: 7, 7: 8, 8: 9, 9: 11, 10: 13}


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


class Game:
    """A plan played out: `winner(a, b)` decides each match in the order of numbers."""

    def __init__(self, plan, winner, *, has_reset=False):
        self.plan = {match.match_number: match for match in plan}
        self.sides = {match.match_number: [match.seed1, match.seed2] for match in plan}
        self.lost = Counter()
        self.met = []
        self.champion = None
        numbers = sorted(self.plan)
        for number in numbers:
            first, second = self.sides[number]
            assert first is not None and second is not None, f"M{number} waits for ever"
            assert first != second
            won = winner(first, second)
            lost = second if won == first else first
            self.lost[lost] += 1
            self.met.append((number, frozenset((first, second))))
            self.champion = won
            if has_reset and number == numbers[-2] and won == first:
                break
            for feed, seed in ((self.plan[number].winner_to, won), (self.plan[number].loser_to, lost)):
                if feed is not None:
                    assert feed.match_number > number, "nobody plays backwards"
                    assert self.sides[feed.match_number][feed.slot - 1] is None, "two for one slot"
                    self.sides[feed.match_number][feed.slot - 1] = seed


def deciding(randomness):
    return lambda a, b: randomness.choice((a, b))


@given(size=SIZES, third_place=st.booleans(), randomness=st.randoms(use_true_random=False))
def test_single_elimination_plays_everyone_until_out(size, third_place, randomness):
    third_place = third_place and size >= 4
    plan = plan_single_elimination(size, third_place=third_place)
    assert len(plan) == size - 1 + third_place
    assert [match.match_number for match in plan] == list(range(1, len(plan) + 1))
    assert plan[-1].section == "final" and plan[-1].winner_to is None
    game = Game(plan, deciding(randomness))
    assert game.lost[game.champion] == 0
    assert set(game.lost) | {game.champion} == set(range(1, size + 1))
    # In the match for third place somebody loses a second time.
    assert sum(game.lost.values()) == len(plan)


@given(size=SIZES)
def test_the_best_have_the_byes_and_each_round_holds_the_best(size):
    plan = plan_single_elimination(size)
    game = Game(plan, min)
    rounds = (size - 1).bit_length()
    first_round = {s for m in plan if m.round_number == 1 for s in game.sides[m.match_number]}
    byes = (1 << rounds) - size
    assert first_round == set(range(byes + 1, size + 1))
    for round_number in range(2, rounds + 1):
        seeds = {s for m in plan if m.round_number == round_number for s in game.sides[m.match_number]}
        assert seeds == set(range(1, (1 << (rounds - round_number + 1)) + 1))


@given(
    size=SIZES,
    grand_final=st.sampled_from(["none", "single", "double"]),
    randomness=st.randoms(use_true_random=False),
)
def test_double_elimination_plays_everyone_until_twice_beaten(size, grand_final, randomness):
    plan = plan_double_elimination(size, grand_final=grand_final)
    assert len(plan) == {"none": 2 * size - 3, "single": 2 * size - 2, "double": 2 * size - 1}[grand_final]
    game = Game(plan, deciding(randomness), has_reset=grand_final == "double")
    if grand_final == "none":
        assert sorted(game.lost.values()) == [1] + [2] * (size - 2)
    else:
        out = {seed for seed in range(1, size + 1) if seed != game.champion}
        allowed = {1, 2} if grand_final == "single" else {2}
        assert all(game.lost[seed] in allowed for seed in out)
        assert game.lost[game.champion] <= 1


@given(size=st.integers(3, 257))
def test_a_bye_is_carried_on_and_none_is_lost(size):
    """What is left out are byes: a full bracket has as many matches more as it has entrants more, twice."""
    full = 1 << (size - 1).bit_length()
    assert len(plan_double_elimination(full)) - len(plan_double_elimination(size)) == 2 * (full - size)


def test_eight_is_the_published_standard():
    feeds = {
        m.match_number: (
            m.winner_to and (m.winner_to.match_number, m.winner_to.slot),
            m.loser_to and (m.loser_to.match_number, m.loser_to.slot),
        )
        for m in plan_double_elimination(8)
    }
    assert feeds == {
        1: ((7, 1), (5, 1)),
        2: ((7, 2), (5, 2)),
        3: ((8, 1), (6, 1)),
        4: ((8, 2), (6, 2)),
        5: ((10, 2), None),
        6: ((9, 2), None),
        7: ((11, 1), (9, 1)),
        8: ((11, 2), (10, 1)),
        9: ((12, 1), None),
        10: ((12, 2), None),
        11: ((14, 1), (13, 1)),
        12: ((13, 2), None),
        13: ((14, 2), None),
        14: (None, None),
    }


def earliest_rematch(rounds):
    """The earliest lower round in which a pair can meet that met before, whoever wins."""
    masks = dict(enumerate(DROP_MASKS[rounds], start=2))

    def path(round_number, place):
        at, where = (1, place // 2) if round_number == 1 else (2 * round_number - 2, place)
        found = {at: where}
        while at < 2 * (rounds - 1):
            at += 1
            # Into an even round a lower winner is turned by the mask; into an odd one it meets its neighbour.
            where = where ^ masks[at // 2 + 1] if at % 2 == 0 else where // 2
            found[at] = where
        return found

    earliest = 2 * rounds
    for round_number in range(1, rounds):
        for place in range(1 << (rounds - round_number)):
            loser = path(round_number, place)
            for later in range(round_number + 1, rounds + 1):
                winner = path(later, place >> (later - round_number))
                meetings = [at for at, where in winner.items() if loser.get(at) == where]
                earliest = min([earliest, *meetings])
    return earliest


@pytest.mark.parametrize(("rounds", "bound"), REMATCH_BOUNDS.items())
def test_rematches_come_as_late_as_the_table_says(rounds, bound):
    assert earliest_rematch(rounds) == bound


@given(rounds=st.integers(3, 7), randomness=st.randoms(use_true_random=False))
def test_no_rematch_in_a_lower_round_before_the_bound(rounds, randomness):
    plan = plan_double_elimination(1 << rounds)
    game = Game(plan, deciding(randomness))
    seen = set()
    for number, pair in game.met:
        match = game.plan[number]
        if match.section == "lower" and match.round_number < REMATCH_BOUNDS[rounds]:
            assert pair not in seen, f"rematch in lower round {match.round_number}"
        seen.add(pair)


@pytest.mark.parametrize("size", [-4, 0, 1, 1025, 5000])
@pytest.mark.parametrize("plan", [plan_single_elimination, plan_double_elimination])
def test_other_sizes_are_refused(plan, size):
    with pytest.raises(InvalidInput, match="2 to 1024"):
        plan(size)


@pytest.mark.parametrize("size", [2, 3])
def test_third_place_needs_semi_finals(size):
    with pytest.raises(InvalidInput):
        plan_single_elimination(size, third_place=True)
