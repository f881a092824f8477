"""Matches of Challonge's API v1."""

import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.importers.challonge import read
from app.importers.snapshot_writer import write_snapshot
from app.models import Bracket, Match, Participant
from tests import factories as make

from .test_whole_tournament import GENTLY, mutated

UTC = ZoneInfo("UTC")


def match(
    id_, round_, one=None, two=None, winner=None, scores="", before=(None, None), loses=(False, False), **more
):
    """A match as Challonge answers it."""
    state = "complete" if winner else "open" if one and two else "pending"
    return {
        "match": {
            "id": id_, "round": round_, "state": state, "player1_id": one, "player2_id": two,
            "player1_prereq_match_id": before[0], "player2_prereq_match_id": before[1],
            "player1_is_prereq_match_loser": loses[0], "player2_is_prereq_match_loser": loses[1],
            "winner_id": winner, "loser_id": (one if winner == two else two) if winner else None,
            "scores_csv": scores, "scheduled_time": None, "started_at": None, "underway_at": None,
            "completed_at": None, "group_id": None, "forfeited": None, **more,
        }
    }  # fmt: skip


def double_elimination():
    """Four players; the lower side wins the first grand final, the second is still to be played."""
    return [
        match(1, 1, 11, 14, 11, "3-1,2-3,3-0", scheduled_time="2026-11-24T10:00:00.000-05:00"),
        match(2, 1, 12, 13, 12, "2-0", started_at="2026-11-24T15:00:00Z", underway_at="2026-11-24T15:05:00Z",
              completed_at="2026-11-24T15:50:00Z"),
        match(3, 2, 11, 12, 11, "1-0", before=(1, 2)),
        match(4, -1, 14, 13, 14, "-1-0", before=(1, 2), loses=(True, True)),
        match(5, -2, 12, 14, 12, "0-0", before=(3, 4), loses=(True, False)),
        match(6, 3, 11, 12, 12, "1-4", before=(3, 5)),
        match(7, 3, 12, 11, before=(6, 6), loses=(False, True), underway_at="2026-11-24T19:00:00Z"),
    ]  # fmt: skip


def reading(document):
    return read(json.dumps(document).encode(), UTC)


def problems_of(document):
    snapping = reading(document)
    assert (snapping.snapshot is None) == bool(snapping.problems)
    return [str(problem) for problem in snapping.problems]


def test_double_elimination():
    snapping = reading(double_elimination())
    assert snapping.problems == []
    [stage] = snapping.snapshot.stages
    assert (stage.format, stage.options) == ("double_elimination", {"grand_final": "double"})
    games = {game.key: game for game in snapping.snapshot.games}
    assert [games[key].section for key in range(1, 8)] == ["upper"] * 3 + ["lower"] * 2 + ["final"] * 2
    assert (games[1].best_of, games[1].score, games[1].games) == (3, (2, 1), [(3, 1), (2, 3), (3, 0)])
    assert (games[2].best_of, games[2].score, games[2].games) == (1, (2, 0), [])
    assert games[1].scheduled_time.isoformat() == "2026-11-24T15:00:00+00:00"
    assert games[2].started_at.isoformat() == "2026-11-24T15:05:00+00:00"
    assert (games[4].state, games[4].winner) == ("FORFEIT", 14)
    assert (games[5].score, games[5].winner) == (None, 12)
    assert (games[3].loser_to.match, games[3].loser_to.slot) == (5, 1)
    assert (games[6].winner_to.match, games[6].loser_to.match) == (7, 7)
    assert games[7].state == "LIVE"
    assert [str(warning) for warning in snapping.warnings] == [
        "match 5: is over, but has no score; the winner of the file counts"
    ]


def test_a_second_final_that_the_upper_side_spares():
    document = double_elimination()
    document[5] = match(6, 3, 11, 12, 11, "3-2", before=(3, 5))
    document[6] = match(7, 3, before=(6, 6), loses=(False, True))
    game = next(game for game in reading(document).snapshot.games if game.key == 7)
    assert (game.state, game.byes) == ("COMPLETED", [True, True])


def test_the_upper_side_of_the_final_stands_first():
    document = [*double_elimination()[:5], match(6, 3, 12, 11, 11, "1-4", before=(5, 3))]
    game = next(game for game in reading(document).snapshot.games if game.key == 6)
    assert (game.sides, game.score, game.winner) == ([11, 12], (4, 1), 11)


@pytest.mark.both_databases
@pytest.mark.usefixtures("app_context")
def test_it_is_stored_with_names():
    document = double_elimination()[:6]
    document[5] = match(6, 3, 11, 12, 11, "3-2", before=(3, 5))
    people = [{"participant": {"id": 10 + n, "name": f"Player of seed {n}", "seed": n}} for n in range(1, 5)]
    tournament = {
        "name": "Cup",
        "tournament_type": "double elimination",
        "participants": people,
        "matches": document,
    }
    snapshot = reading({"tournament": tournament}).snapshot
    assert snapshot.settings == {"name": "Cup"}
    written = write_snapshot(snapshot, actor=make.actor(make.user()), now=make.soon(0), source="challonge")
    [bracket] = make.rows(Bracket, tournament_id=written.tournament_id)
    assert bracket.status == "completed"
    assert make.rows(Participant, id=bracket.champion_id)[0].name == "Player of seed 1"
    assert {match.state for match in make.rows(Match, bracket_id=bracket.id)} == {"COMPLETED", "FORFEIT"}


def test_single_elimination_with_a_match_for_third_place():
    document = [
        match(1, 1, 1, 4, 1, "2-0"),
        match(2, 1, 2, 3, 2, "2-0"),
        match(3, 0, 4, 3, before=(1, 2), loses=(True, True)),
        match(4, 2, 1, 2, before=(1, 2)),
    ]
    snapshot = reading(document).snapshot
    assert snapshot.stages[0].options == {"third_place": True}
    assert [(g.key, g.section, g.round_number) for g in snapshot.games] == [
        (1, "upper", 1), (2, "upper", 1), (3, "third_place", 2), (4, "final", 2),
    ]  # fmt: skip


def test_groups_and_a_bracket_after_them():
    people = [{"participant": {"id": n, "name": f"P{n}", "group_player_ids": [100 + n]}} for n in (1, 2)]
    matches = [match(1, 1, 101, 102, 101, "1-0", group_id=7), match(2, 1, 2, 1)]
    snapshot = reading({"tournament": {"participants": people, "matches": matches}}).snapshot
    groups, cup = snapshot.stages
    assert (groups.format, cup.format) == ("round_robin", "single_elimination")
    assert (snapshot.games[0].sides, snapshot.games[0].group) == ([1, 2], "7")


def test_a_draw_of_a_round_robin():
    document = [match(1, 1, 1, 2, 1, "1-1"), match(2, 2, 2, 3), match(3, 3, 1, 3)]
    document[0]["match"] |= {"winner_id": None, "loser_id": None, "state": "complete"}
    game = reading(document).snapshot.games[0]
    assert (game.state, game.score, game.winner) == ("COMPLETED", (1, 1), None)


@pytest.mark.parametrize(
    ("place", "change", "problem"),
    [
        (
            0,
            {"winner_id": 14, "loser_id": 11},
            "match 1: is won by Player 14 in the file, but by Player 11 after",
        ),
        (
            2,
            {"player1_id": 14, "winner_id": 14, "loser_id": 12},
            "match 3: Player 14 plays, but after match 1 it is",
        ),
        (2, {"player1_prereq_match_id": 99}, "match 3: waits for the match 99, which the file lacks"),
        (2, {"player1_prereq_match_id": 4}, "match 5: waits for the winner of the match 4, as match 3 does"),
        (0, {"player1_prereq_match_id": 7}, "feeds itself"),
        (0, {"scores_csv": "three-one"}, 'match 1: "scores_csv" is "three-one"'),
        (0, {"scores_csv": "1-0,1-0,0-1,0-1"}, "2-2 can't be its result"),
        (0, {"scores_csv": ",".join(["1-0"] * 5)}, "is no series of 3, 5 or 7"),
        (0, {"scores_csv": "9999999-1"}, "not written like"),
        (0, {"scores_csv": ""}, ""),
        (0, {"winner_id": None, "scores_csv": ""}, "match 1: is over, but has neither a score nor a winner"),
        (0, {"state": "won"}, 'match 1: "state" is "won"'),
        (0, {"state": "open"}, "match 1: has a winner, but is open"),
        (0, {"player1_id": None}, "match 1"),
        (0, {"player2_id": 11}, "match 1: Player 11 plays against itself"),
        (0, {"scheduled_time": "yesterday"}, 'match 1: "scheduled_time" is "yesterday"'),
        (1, {"id": 1}, 'match 2: has no "id" of its own'),
        (0, {"round": "final"}, 'match 1: "round" is "final"'),
    ],
)
def test_named_by_entry(place, change, problem):
    document = double_elimination()
    document[place]["match"] |= change
    found = problems_of(document)
    assert any(problem in each for each in found) or not problem, found


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"5", b"[5]", b'{"tournament": {}}', b'[{"match": null}]']
)
def test_no_such_file(data):
    assert read(data, UTC).problems


@pytest.mark.usefixtures("app_context")
@settings(GENTLY, max_examples=60)
@given(data=st.data())
def test_no_exchanged_value_ends_in_a_traceback(data):
    document = double_elimination()
    for _ in range(data.draw(st.integers(1, 3))):
        mutated(document, data)
    snapping = reading(document)
    if snapping.snapshot is not None:
        snapping.snapshot.settings = {"name": "Cup"}
        with suppress(InvalidInput):
            write_snapshot(snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="x")
