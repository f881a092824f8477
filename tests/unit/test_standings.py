"""The table of standings, against a brute-force reading and a real tournament."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.brackets.standings import TIEBREAKS, Game, Points, standings

WORLD_CUP = Path(__file__).parents[2] / "app/importers/data/worldcup-2026.json"


def game(a, b, score_a, score_b):
    winner = None if score_a == score_b else a if score_a > score_b else b
    return Game(a, b, score_a, score_b, winner)


@st.composite
def seasons(draw):
    size = draw(st.integers(2, 7))
    games = [
        game(a, b, draw(st.integers(0, 3)), draw(st.integers(0, 3)))
        for a, b in combinations(range(1, size + 1), 2)
        if draw(st.booleans())
    ]
    return list(range(1, size + 1)), games


@given(season=seasons(), tiebreaks=st.lists(st.sampled_from(TIEBREAKS), unique=True))
def test_counts_are_those_of_a_recount(season, tiebreaks):
    entrants, games = season
    rows = standings(entrants, games, tiebreaks=tiebreaks)
    assert sorted(row.entrant for row in rows) == entrants
    for row in rows:
        own = [g for g in games if row.entrant in (g.side1, g.side2)]
        assert row.played == len(own)
        assert row.won == sum(g.winner == row.entrant for g in own)
        assert row.drawn == sum(g.winner is None for g in own)
        assert row.points == 3 * row.won + row.drawn
        scored = sum(g.score1 if g.side1 == row.entrant else g.score2 for g in own)
        assert (row.score_for, row.score_for - row.score_against) == (scored, row.score_difference)
        assert list(row.tiebreaks) == tiebreaks or set(row.tiebreaks) == set(tiebreaks)


@given(season=seasons())
def test_ranks_are_those_of_the_criteria_and_levels_keep_the_seeds(season):
    entrants, games = season
    rows = standings(entrants, games, tiebreaks=("score_difference", "score_for"))

    def key(row):
        return row.points, row.score_difference, row.score_for

    assert rows == sorted(rows, key=lambda row: (*(-part for part in key(row)), row.entrant))
    for row in rows:
        assert row.rank == 1 + sum(key(other) > key(row) for other in rows)


@given(season=seasons(), tiebreaks=st.lists(st.sampled_from(TIEBREAKS), unique=True))
def test_more_points_are_always_ahead(season, tiebreaks):
    entrants, games = season
    points = [row.points for row in standings(entrants, games, tiebreaks=tiebreaks)]
    assert points == sorted(points, reverse=True)


def test_head_to_head_looks_only_at_those_who_are_level():
    games = [game(1, 2, 0, 1), game(1, 3, 9, 0), game(2, 3, 0, 1), game(1, 4, 1, 0), game(2, 4, 1, 0)]
    # 1 and 2 have 6 points each, 3 has 3; 2 beat 1.
    rows = standings([1, 2, 3, 4], games, tiebreaks=("head_to_head", "score_difference"))
    assert [row.entrant for row in rows] == [2, 1, 3, 4]
    assert rows[0].tiebreaks["head_to_head"] == 3 and rows[1].tiebreaks["head_to_head"] == 0
    by_difference = standings([1, 2, 3, 4], games, tiebreaks=("score_difference", "head_to_head"))
    assert [row.entrant for row in by_difference] == [1, 2, 3, 4]


def test_those_level_in_all_share_a_rank_in_seed_order():
    rows = standings([3, 1, 2], [game(3, 1, 1, 1), game(1, 2, 1, 1), game(2, 3, 1, 1)])
    assert [(row.entrant, row.rank) for row in rows] == [(3, 1), (1, 1), (2, 1)]


def test_byes_forfeits_and_double_losses():
    games = [
        Game(1, None, winner=1),
        Game(2, 3, winner=3),
        Game(1, 2, is_double_loss=True),
    ]
    table = {row.entrant: row for row in standings([1, 2, 3], games, Points(2, 1, 0))}
    assert (table[1].won, table[1].lost, table[1].points) == (1, 1, 2)
    assert (table[2].lost, table[2].points) == (2, 0)
    assert (table[3].won, table[3].points, table[3].score_for) == (1, 2, 0)


def test_buchholz_and_its_kin():
    games = [game(1, 2, 1, 0), game(3, 4, 1, 0), game(1, 3, 1, 1), game(2, 4, 0, 1)]
    table = {row.entrant: row for row in standings([1, 2, 3, 4], games, tiebreaks=TIEBREAKS)}
    # Points: 1 has 4, 3 has 4, 4 has 3, 2 has 0.
    assert table[1].tiebreaks["buchholz"] == 0 + 4
    assert table[3].tiebreaks["buchholz"] == 3 + 4
    assert table[1].tiebreaks["sonneborn_berger"] == 0 + 2
    assert table[3].tiebreaks["sonneborn_berger"] == 3 + 2
    three = [*games, game(1, 4, 1, 0)]
    table = {row.entrant: row for row in standings([1, 2, 3, 4], three, tiebreaks=("median_buchholz",))}
    # 1 met 2 (0 points), 3 (4) and 4 (3): the best and the worst are left out.
    assert table[1].tiebreaks["median_buchholz"] == 3


@pytest.fixture(scope="module")
def world_cup():
    return json.loads(WORLD_CUP.read_text())["matches"]


def test_world_cup_groups_come_out_as_they_were(world_cup):
    qualified = {team for m in world_cup if m["round"] == "Round of 32" for team in (m["team1"], m["team2"])}
    groups = {}
    for match in world_cup:
        if "group" in match:
            groups.setdefault(match["group"], []).append(match)
    thirds = []
    for matches in groups.values():
        teams = sorted({team for m in matches for team in (m["team1"], m["team2"])})
        games = [game(m["team1"], m["team2"], *m["score"]["ft"]) for m in matches]
        rows = standings(teams, games, tiebreaks=("head_to_head", "score_difference", "score_for"))
        assert {row.entrant for row in rows[:2]} <= qualified and rows[3].entrant not in qualified
        assert len({row.rank for row in rows}) == 4
        thirds.append(rows[2])
    thirds.sort(key=lambda row: (row.points, row.score_difference, row.score_for), reverse=True)
    assert {row.entrant for row in thirds[:8]} == qualified & {row.entrant for row in thirds}


@given(season=seasons())
def test_tie_breaks_by_opponents_are_those_of_a_recount(season):
    entrants, games = season
    rows = {row.entrant: row for row in standings(entrants, games, tiebreaks=TIEBREAKS)}
    for one, row in rows.items():
        own = [g for g in games if one in (g.side1, g.side2)]
        met = [(rows[g.side1 + g.side2 - one].points, g.winner) for g in own]
        scores = sorted(points for points, _ in met)
        assert row.tiebreaks["buchholz"] == sum(scores)
        assert row.tiebreaks["median_buchholz"] == sum(scores[1:-1] if len(scores) > 2 else scores)
        beaten = sum(points for points, winner in met if winner == one)
        drawn = sum(points for points, winner in met if winner is None)
        assert row.tiebreaks["sonneborn_berger"] == beaten + drawn / 2


def test_head_to_head_among_three_tells_one_apart_and_looks_at_the_other_two_again():
    # All of 1, 2 and 3 have 6 points, and beat one of the others by one. Among them 1 scored least; of 2 and
    # 3, who are then level, 3 won their game.
    games = [game(2, 1, 1, 0), game(1, 3, 1, 0), game(3, 2, 2, 1)]
    games += [game(one, 4, 5, 0) for one in (1, 2, 3)]
    rows = standings([1, 2, 3, 4], games, tiebreaks=("head_to_head",))
    assert [(row.entrant, row.rank) for row in rows] == [(3, 1), (2, 2), (1, 3), (4, 4)]


def test_a_bye_adds_nothing_to_the_tie_breaks_and_a_forfeited_game_has_an_opponent():
    games = [Game(1, None, winner=1), Game(2, 3, winner=2)]
    rows = {row.entrant: row for row in standings([1, 2, 3], games, tiebreaks=TIEBREAKS)}
    assert rows[1].tiebreaks["buchholz"] == rows[1].tiebreaks["sonneborn_berger"] == 0
    assert rows[3].tiebreaks["buchholz"] == 3 and rows[2].tiebreaks["sonneborn_berger"] == 0
