"""Sets of start.gg's GraphQL API."""

import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.importers.snapshot_writer import write_snapshot
from app.importers.startgg import read
from app.models import Bracket, Participant, Station
from tests import factories as make

from .test_whole_tournament import GENTLY, mutated

UTC = ZoneInfo("UTC")


def slot(entrant=None, score=None, before=None, placement=1, kind="set"):
    """A slot: `before` is the set from which its entrant comes, as winner (1) or loser (2)."""
    return {
        "entrant": {"id": entrant, "name": f"Player {entrant}"} if entrant else None,
        "prereqType": kind if before or kind == "bye" else "seed",
        "prereqId": str(before) if before else None,
        "prereqPlacement": placement if before else None,
        "standing": None if score is None else {"stats": {"score": {"value": score}}},
    }


def set_(id_, round_, one, two, winner=None, **more):
    return {
        "id": id_, "identifier": "A", "fullRoundText": f"Round {round_}", "round": round_,
        "state": 3 if winner else 1, "startAt": None, "startedAt": None, "completedAt": None,
        "winnerId": winner, "slots": [one, two], "station": None, "stream": None, "games": None, **more,
    }  # fmt: skip


def sets():
    """Four players, double elimination: the lower side wins the first grand final, the second is called."""
    return [
        set_(1, 1, slot(11, 2), slot(14, 0), 11, startAt=1764000000, startedAt=1764000100, completedAt=1764001000,
             station={"number": 3}, games=[{"winnerId": 11, "orderNum": n} for n in (1, 2)]),
        set_(2, 1, slot(12, 2), slot(13, 1), 12),
        set_(3, 2, slot(11, 3, 1), slot(12, 1, 2), 11),
        set_(4, -1, slot(14, 0, 1, 2), slot(13, -1, 2, 2), 14),
        set_(5, -2, slot(12, None, 3, 2), slot(14, None, 4), 12,
             games=[{"winnerId": w, "orderNum": n} for n, w in enumerate((12, 14, 12), 1)]),
        set_(6, 3, slot(11, 2, 3), slot(12, 3, 5), 12),
        set_(7, 3, slot(12, None, 6), slot(11, None, 6, 2), state=2),
    ]  # fmt: skip


def answer(nodes, name="Main event"):
    return {"data": {"event": {"name": name, "sets": {"pageInfo": {"total": len(nodes)}, "nodes": nodes}}}}


def reading(document):
    return read(json.dumps(document).encode(), UTC)


def problems_of(document):
    snapping = reading(document)
    assert (snapping.snapshot is None) == bool(snapping.problems)
    return [str(problem) for problem in snapping.problems]


def test_double_elimination():
    snapping = reading(answer(sets()))
    assert snapping.problems == []
    assert snapping.snapshot.settings == {"name": "Main event"}
    [stage] = snapping.snapshot.stages
    assert (stage.format, stage.options) == ("double_elimination", {"grand_final": "double"})
    games = {game.key: game for game in snapping.snapshot.games}
    assert [games[str(key)].section for key in range(1, 8)] == ["upper"] * 3 + ["lower"] * 2 + ["final"] * 2
    first = games["1"]
    assert (first.best_of, first.score, first.games, first.station) == (3, (2, 0), [(1, 0), (1, 0)], "3")
    assert first.scheduled_time.isoformat() == "2025-11-24T16:00:00+00:00"
    assert (games["4"].state, games["4"].winner) == ("FORFEIT", "14")
    assert (games["5"].score, games["5"].best_of) == ((2, 1), 3)
    assert (games["3"].loser_to.match, games["6"].loser_to.match) == ("5", "7")
    assert games["7"].state == "LIVE"


def test_a_list_of_sets_alone_and_phase_groups():
    nodes = [
        set_(
            1,
            1,
            slot(1, 1),
            slot(2, 0),
            1,
            phaseGroup={"id": 5, "displayIdentifier": "A1", "phase": {"name": "Pools"}},
        ),
        set_(
            2,
            1,
            slot(3),
            slot(4),
            phaseGroup={"id": 6, "displayIdentifier": "A2", "phase": {"name": "Pools"}},
        ),
    ]
    snapshot = reading(nodes).snapshot
    assert [stage.name for stage in snapshot.stages] == ["Pools A1", "Pools A2"]
    assert [game.state for game in snapshot.games] == ["COMPLETED", "READY"]


def test_a_bye_walks_over():
    nodes = [
        set_(1, 1, slot(1), slot(kind="bye")),
        set_(2, 1, slot(2), slot(3)),
        set_(3, 2, slot(1, None, 1), slot(None, None, 2)),
    ]
    games = reading(nodes).snapshot.games
    assert (games[0].state, games[0].winner, games[0].byes) == ("COMPLETED", "1", [False, True])
    assert [game.state for game in games[1:]] == ["READY", "SCHEDULED"]


@pytest.mark.both_databases
@pytest.mark.usefixtures("app_context")
def test_it_is_stored():
    nodes = sets()
    nodes[6] = set_(7, 3, slot(12, 3, 6), slot(11, 1, 6, 2), 12)
    snapshot = reading(answer(nodes)).snapshot
    written = write_snapshot(snapshot, actor=make.actor(make.user()), now=make.soon(0), source="startgg")
    [bracket] = make.rows(Bracket, tournament_id=written.tournament_id)
    assert bracket.status == "completed"
    assert make.rows(Participant, id=bracket.champion_id)[0].name == "Player 12"
    assert [station.name for station in make.rows(Station)] == ["Station 3"]


@pytest.mark.parametrize(
    ("place", "change", "problem"),
    [
        (0, {"winnerId": 14}, "set 1: is won by Player 14 in the file, but by Player 11 after its score 2-0"),
        (
            2,
            {"slots": [slot(14, 3, 1), slot(12, 1, 2)], "winnerId": 14},
            "set 3: Player 14 plays, but after set 1",
        ),
        (
            2,
            {"slots": [slot(11, 3, 99), slot(12, 1, 2)]},
            "set 3: waits for the match 99, which the file lacks",
        ),
        (0, {"slots": []}, "set 1: has 0 slots, not 2"),
        (0, {"slots": 5}, 'set 1: "slots" is no list'),
        (0, {"winnerId": 77}, 'set 1: "winnerId" names the entrant "77", which the file lacks'),
        (0, {"state": 1}, "set 1: has a winner, but is not completed"),
        (0, {"startAt": 10**20}, 'set 1: "startAt" is 100000000000000000000'),
        (1, {"id": 1}, 'set 2: has no "id" of its own'),
        (0, {"winnerId": None, "slots": [slot(11), slot(14)], "games": []}, "neither a score nor a winner"),
    ],
)
def test_named_by_entry(place, change, problem):
    nodes = sets()
    nodes[place] |= change
    found = problems_of(answer(nodes))
    assert any(problem in each for each in found), found


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"5", b"[5]", b'{"data": null}', b'{"errors": [{"message": "x"}]}']
)
def test_no_such_file(data):
    assert read(data, UTC).problems


@pytest.mark.usefixtures("app_context")
@settings(GENTLY, max_examples=60)
@given(data=st.data())
def test_no_exchanged_value_ends_in_a_traceback(data):
    document = answer(sets())
    for _ in range(data.draw(st.integers(1, 3))):
        mutated(document, data)
    snapping = reading(document)
    if snapping.snapshot is not None:
        snapping.snapshot.settings = {"name": "Cup"}
        with suppress(InvalidInput):
            write_snapshot(snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="x")
