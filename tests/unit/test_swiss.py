"""Swiss pairings, by playing whole tournaments with the real matching."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.brackets.swiss import BYE, Contender, can_be_paired_surely
from app.services.pairing import find_pairing as pair


class Swiss:
    """A tournament: who has how many points, met whom, had the bye."""

    def __init__(self, size):
        self.points = dict.fromkeys(range(1, size + 1), 0)
        self.met = {one: set() for one in self.points}
        self.byes = set()
        self.gone = set()

    def contenders(self):
        active = [one for one in self.points if one not in self.gone]
        active.sort(key=lambda one: (-self.points[one], one))
        return [
            Contender(one, self.points[one], frozenset(self.met[one]), one in self.byes) for one in active
        ]

    def play(self, randomness):
        contenders = self.contenders()
        found = pair(contenders)
        if found is None:
            return None
        pairs, bye = found
        playing = [one for both in pairs for one in both] + ([bye] if bye else [])
        assert sorted(playing) == sorted(one.entrant for one in contenders)
        assert (bye is not None) == (len(contenders) % 2 == 1)
        if bye is not None:
            assert bye not in self.byes
            self.byes.add(bye)
            self.points[bye] += 3
        for a, b in pairs:
            assert b not in self.met[a], "rematch"
            self.met[a].add(b)
            self.met[b].add(a)
            self.points[randomness.choice((a, b))] += 3
        return pairs, bye


@settings(max_examples=30, deadline=None)
@given(size=st.integers(4, 40), randomness=st.randoms(use_true_random=False))
def test_no_rematch_and_no_second_bye(size, randomness):
    tournament = Swiss(size)
    for _ in range((size - 1).bit_length()):
        assert tournament.play(randomness) is not None


@settings(max_examples=20, deadline=None)
@given(size=st.integers(6, 30), randomness=st.randoms(use_true_random=False), data=st.data())
def test_dropouts_stay_out_and_late_joiners_play(size, randomness, data):
    tournament = Swiss(size)
    tournament.play(randomness)
    for one in data.draw(st.sets(st.integers(1, size), max_size=size // 4)):
        tournament.gone.add(one)
    tournament.points[size + 1] = 0
    tournament.met[size + 1] = set()
    pairs, bye = tournament.play(randomness)
    playing = {one for both in pairs for one in both} | {bye}
    assert playing.isdisjoint(tournament.gone) and size + 1 in playing


def test_the_first_round_is_the_top_half_against_the_bottom_half():
    pairs, bye = pair(Swiss(8).contenders())
    assert {frozenset(p) for p in pairs} == {frozenset((n, n + 4)) for n in range(1, 5)} and bye is None


def test_the_bye_goes_to_the_lowest_who_had_none():
    tournament = Swiss(5)
    _, bye = pair(tournament.contenders())
    assert bye == 5
    tournament.byes = {5, 4}
    _, bye = pair(tournament.contenders())
    assert bye == 3


def test_the_bye_is_decided_before_the_pairs():
    # Whoever leads may not have it, though the other two would then be level.
    contenders = [Contender(1, 9, frozenset({2})), Contender(2, 0, frozenset({1})), Contender(3, 0)]
    assert pair(contenders) == ([(1, 3)], 2)


@given(data=st.data())
def test_what_can_be_paired_surely_can_be_paired(data):
    size = data.draw(st.integers(2, 9))
    met = {one: set() for one in range(1, size + 1)}
    for pair_met in data.draw(st.sets(st.sampled_from(list(combinations(met, 2))), max_size=2 * size)):
        for one, other in (pair_met, pair_met[::-1]):
            met[one].add(other)
    byes = data.draw(st.sets(st.integers(1, size)))
    contenders = [Contender(one, 0, frozenset(met[one]), one in byes) for one in met]
    assert pair(contenders) is not None or not can_be_paired_surely(contenders)


def test_score_groups_stay_together_where_they_can():
    tournament = Swiss(8)
    for one in (1, 2, 3, 4):
        tournament.points[one] = 3
    pairs, _ = pair(tournament.contenders())
    assert all((a <= 4) == (b <= 4) for a, b in pairs)


def test_nobody_left_to_meet_has_no_pairing():
    contenders = [Contender(1, 3, frozenset({2})), Contender(2, 0, frozenset({1}))]
    assert pair(contenders) is None


@pytest.mark.parametrize("size", [101, 256, 1023, 1024])
def test_large_fields_are_paired_in_reasonable_time(size):
    contenders = Swiss(size).contenders()
    assert len(pair(contenders)[0]) == size // 2
    assert BYE not in {one.entrant for one in contenders}
