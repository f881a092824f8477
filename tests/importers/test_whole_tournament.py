"""Our own export, imported again: the same tournament, ids apart, and what is not one is refused by name."""

import json
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.errors import DomainError, InvalidInput
from app.domain.permissions import ANONYMOUS, Actor
from app.importers.matchdesk import read
from app.importers.snapshot_writer import write_snapshot
from app.models import Dispute, Match, ScheduleBreak, Station, StationHours, Tournament
from app.services import brackets, lobby, matches, outcomes, results, scheduling, swiss, tournaments
from app.services.queries.export import tournament_export
from app.services.results import result_claim
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app_context")
UTC = ZoneInfo("UTC")
OPERATOR = Actor(user_id=0, username="", is_admin=True, can_write=False)
GENTLY = settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def export(tournament_id):
    return json.loads(json.dumps(tournament_export(OPERATOR, tournament_id)))


def import_again(document, organizer=None):
    snapping = read(json.dumps(document).encode(), UTC)
    assert [str(problem) for problem in snapping.problems] == []
    actor = make.actor(organizer or make.user())
    return write_snapshot(snapping.snapshot, actor=actor, now=make.soon(0), source="matchdesk")


def without_ids(document):
    """The document with each id as its place among its kind, and without the slug, which is unique."""
    document = json.loads(json.dumps(document))
    kinds = {
        kind: {row["id"]: place for place, row in enumerate(document[kind])}
        for kind in ("participants", "stations", "brackets", "matches")
    }
    of_key = {
        "participant": "participants", "participant_id": "participants", "participant1_id": "participants",
        "participant2_id": "participants", "winner_id": "participants", "loser_id": "participants",
        "champion_id": "participants", "submitted_by": "participants", "bracket": "brackets", "from": "brackets",
        "station": "stations", "match": "matches",
    }  # fmt: skip

    def walk(value, kind=None):
        if isinstance(value, list):
            return [walk(item, kind) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: kinds[of_key[key]][item]
            if key in of_key and item is not None
            else kinds[kind][item]
            if key == "id"
            else walk(item, key if key in kinds else kind)
            for key, item in value.items()
            if key != "slug"
        }

    return {key: walk(value, key) for key, value in document.items()}


class Played:
    """A tournament with a bracket, to which things happen."""

    def __init__(self, size, format, **options):
        self.tournament = make.tournament(enable_check_in=False)
        self.actor = make.actor(make.staff(self.tournament))
        self.teams = make.participants(self.tournament, size)
        self.bracket_id = self.bracket("Main", format, options)

    def bracket(self, name, format, options):
        return brackets.generate_bracket(
            actor=self.actor,
            tournament_id=self.tournament.id,
            name=name,
            format=format,
            now=make.soon(0),
            options=options,
        )

    def matches(self, *states):
        found = make.rows(Match, tournament_id=self.tournament.id)
        return [m for m in found if not m.is_deleted and (not states or m.state in states)]

    def do(self, verb, match, **arguments):
        verb(actor=self.actor, match_id=match.id, now=make.soon(0), **arguments)

    def step(self, choose):
        match = choose(self.matches())
        deed = choose(
            [*["play"] * 5, "start", "forfeit", "double", "cancel", "restore", "reopen", "delete", "pair"]
        )
        with suppress(DomainError):
            if deed in ("play", "start") and match.state == "READY":
                self.do(matches.start, match)
            if deed == "play":
                score = choose([(2, 0), (0, 1), (3, 2), (1, 1)])
                claim = result_claim(*score)
                if score == (1, 1) and choose([True, False]):
                    claim = result_claim(1, 1, tiebreak={"participant1_score": 4, "participant2_score": 5})
                self.do(results.submit_result, match, claim=claim)
            elif deed == "forfeit":
                self.do(outcomes.forfeit, match, participant_id=match.participant1_id)
            elif deed == "double":
                self.do(outcomes.forfeit, match, both=True)
            elif deed == "cancel":
                self.do(matches.cancel, match)
            elif deed == "restore":
                self.do(outcomes.restore, match)
            elif deed == "reopen":
                self.do(outcomes.reopen, match)
            elif deed == "delete":
                self.do(outcomes.delete_match, match)
            elif deed == "pair":
                make.participant(self.tournament)
                swiss.next_round(
                    actor=self.actor,
                    tournament_id=self.tournament.id,
                    bracket_id=self.bracket_id,
                    now=make.soon(0),
                )


FORMATS = st.sampled_from(
    [
        ("single_elimination", {}),
        ("single_elimination", {"third_place": True, "best_of": {"1": 1}}),
        ("double_elimination", {"grand_final": "double"}),
        ("double_elimination", {"grand_final": "none"}),
        ("round_robin", {"groups": 2, "draws": True, "points": {"win": 2, "draw": 1, "loss": 0}}),
        ("swiss", {"rounds": 3, "draws": True}),
    ]
)


@GENTLY
@given(data=st.data())
def test_the_export_of_an_import_of_an_export_is_the_export(data):
    kind, options = data.draw(FORMATS)
    played = Played(data.draw(st.integers(4, 9)), kind, **dict(options))
    if kind == "round_robin" and data.draw(st.booleans()):
        places = [{"group": group, "rank": rank} for rank in (1, 2) for group in "AB"]
        played.bracket("Cup", "single_elimination", {"from": played.bracket_id, "slots": places})
    for _ in range(data.draw(st.integers(0, 25))):
        played.step(lambda values: data.draw(st.sampled_from(values)))
    if data.draw(st.booleans()):
        tournaments.withdraw_participant(
            actor=played.actor,
            tournament_id=played.tournament.id,
            participant_id=played.teams[0].id,
            now=make.soon(0),
        )
    exported = export(played.tournament.id)
    written = import_again(exported)
    again = export(written.tournament_id)
    assert without_ids(again) == without_ids(exported)
    assert again["tournament"]["slug"] != exported["tournament"]["slug"]


def given_up_walkover():
    """A semi-final that nobody comes to, and a final whose only side has withdrawn."""
    played = Played(3, "single_elimination")
    played.do(outcomes.forfeit, played.matches("READY")[0], both=True)
    played.bracket("Cup", "single_elimination", {"third_place": False})
    semi_final = next(match for match in played.matches("READY"))
    lone = next(
        m for m in played.matches() if m.bracket_id == semi_final.bracket_id and m.id != semi_final.id
    )
    tournaments.withdraw_participant(
        actor=played.actor,
        tournament_id=played.tournament.id,
        participant_id=lone.participant1_id,
        now=make.soon(0),
    )
    if make.fresh(semi_final).state == "READY":
        played.do(outcomes.forfeit, make.fresh(semi_final), both=True)
    return played, lone


def test_a_walkover_of_somebody_who_has_withdrawn_is_nobodys():
    played, lone = given_up_walkover()
    lone = make.fresh(lone)
    assert (lone.state, lone.winner_id) == ("COMPLETED", None)
    assert None in (lone.participant1_id, lone.participant2_id)
    exported = export(played.tournament.id)
    assert without_ids(export(import_again(exported).tournament_id)) == without_ids(exported)


@pytest.mark.both_databases
def test_everything_around_matches_comes_along():
    organizer = make.user("organizer")
    player = make.user("player")
    of = make.tournament(organizer, enable_check_in=False, rest_minutes=5, time_zone="Europe/Berlin")
    actor = make.actor(organizer)
    teams = [
        make.participant(of, name, members=[player], seed=seed) for seed, name in ((2, "Ajax"), (1, "Bari"))
    ]
    make.participant(of, "Late", withdrawn_at=make.soon(-5))
    court = make.station(
        of,
        "Court 1",
        hours=[(make.soon(-60), make.soon(300)), (make.soon(1000), make.soon(1300))],
        stream_url="https://example.org/court",
        time_zone="Asia/Tokyo",
    )
    make.pause(of, "Ceremony")
    make.pause(of, "Sweeping", at=court)
    match = make.match(of, participant1=teams[0], participant2=teams[1], best_of=3)
    make.change(match, original_time=make.soon(30))
    arguments = {"actor": actor, "match_id": match.id, "now": make.soon(0)}
    scheduling.update_match(
        **arguments, changes={"station_id": court.id, "stream_url": "https://example.org/live"}
    )
    lobby.update_lobby(**arguments, changes={"room_code": "HUSH", "map": "Bind"})
    matches.assign_coordinator(**arguments, coordinator_id=player.id)
    matches.start(**arguments)
    claim = result_claim(
        2, 1, [{"participant1_score": a, "participant2_score": b} for a, b in ((13, 9), (7, 13), (13, 11))]
    )
    results.submit_result(
        **{**arguments, "actor": make.actor(player)},
        claim=claim,
        notes="HUSH",
        evidence_url="https://e.org/HUSH",
    )
    exported = export(of.id)
    assert "HUSH" not in json.dumps(exported)
    written = import_again(exported, organizer)
    assert without_ids(export(written.tournament_id)) == without_ids(exported)
    [its_court] = make.rows(Station, tournament_id=written.tournament_id)
    assert (its_court.stream_url, its_court.time_zone) == ("https://example.org/court", "Asia/Tokyo")
    hours = make.rows(StationHours, station_id=its_court.id)
    assert [(one.starts_at, one.ends_at) for one in hours] == [
        (make.soon(-60), make.soon(300)),
        (make.soon(1000), make.soon(1300)),
    ]
    breaks = make.rows(ScheduleBreak, tournament_id=written.tournament_id)
    assert [(one.name, one.station_id) for one in breaks] == [("Ceremony", None), ("Sweeping", its_court.id)]
    assert {(one.starts_at, one.ends_at) for one in breaks} == {(make.soon(2880), make.soon(2940))}
    [copy] = make.rows(Match, tournament_id=written.tournament_id)
    assert copy.original_time == make.soon(30)
    assert (copy.state, copy.coordinator_id, copy.lobby) == ("PENDING_RESULT", player.id, {"map": "Bind"})
    assert written.slug == f"{of.slug}-2" or written.slug != of.slug
    results.confirm_result(actor=actor, match_id=copy.id, now=make.soon(0))
    assert make.fresh(copy).state == "COMPLETED"


def test_an_open_dispute_can_be_ruled_on_after_the_import():
    scene = make.scene("DISPUTED")
    make.result(scene.match, 7, 8, status="counter")
    exported = export(scene.tournament.id)
    assert [version["status"] for version in exported["matches"][0]["results"]] == ["pending"]
    written = import_again(exported, scene.organizer)
    [copy] = make.rows(Match, tournament_id=written.tournament_id)
    [dispute] = make.rows(Dispute, match_id=copy.id)
    assert (dispute.reason, dispute.description) == ("other", "")
    results.resolve_dispute(
        actor=make.actor(scene.organizer), match_id=copy.id, decision="uphold", now=make.soon(0)
    )
    assert make.fresh(copy).state == "COMPLETED"


def test_users_who_are_not_here_are_left_out_and_told_of():
    scene = make.scene()
    document = export(scene.tournament.id)
    document["participants"][0]["members"] = ["nobody-here"]
    written = import_again(document)
    assert "There is no active user nobody-here here; the name was left out." in map(str, written.conflicts)


def finished_cup():
    played = Played(4, "single_elimination")
    for _ in range(3):
        played.do(matches.start, played.matches("READY")[0])
        played.do(results.submit_result, played.matches("LIVE")[0], claim=result_claim(2, 1))
    return export(played.tournament.id)


def problems_of(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    snapping = read(data, UTC)
    assert (snapping.snapshot is None) == bool(snapping.problems)
    return [str(problem) for problem in snapping.problems]


def test_what_the_file_says_against_its_own_results_is_named():
    document = finished_cup()
    first = document["matches"][0]
    first["winner_id"], first["loser_id"] = first["loser_id"], first["winner_id"]
    names = [first["participant1_name"], first["participant2_name"]]
    assert problems_of(document) == [
        f"match 1: is won by {names[1]} in the file, but by {names[0]} after its score 2-1"
    ]
    document = finished_cup()
    first, _, final = document["matches"]
    final["participant1_id"] = final["winner_id"] = first["loser_id"]
    final["results"] = []
    assert problems_of(document) == [
        f"match 3: {first['participant2_name']} plays, but after match 1 it is {first['participant1_name']} who does"
    ]


def test_a_match_that_is_fed_before_its_feeder_is_over():
    document = finished_cup()
    first = document["matches"][0]
    first |= {"state": "READY", "winner_id": None, "loser_id": None, "results": []}
    first |= {"participant1_score": None, "participant2_score": None}
    [problem] = problems_of(document)
    assert problem.endswith("plays, but match 1, which tells who does, is not over")


def test_another_champion_than_the_results_make():
    document = finished_cup()
    document["brackets"][0]["champion_id"] = document["matches"][0]["loser_id"]
    snapping = read(json.dumps(document).encode(), UTC)
    before = len(make.rows(Tournament))
    with pytest.raises(InvalidInput, match="another champion"):
        write_snapshot(snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="matchdesk")
    assert len(make.rows(Tournament)) == before


def test_a_circle_of_feeders_and_two_feeders_of_one_slot():
    document = export(Played(4, "single_elimination").tournament.id)
    first, _, final = document["matches"]
    final["winner_to"] = {"match": first["id"], "slot": 1}
    first["participant1_id"] = None
    first["state"] = "SCHEDULED"
    assert any("feeds itself" in problem for problem in problems_of(document))
    document = export(Played(4, "single_elimination").tournament.id)
    document["matches"][1]["winner_to"]["slot"] = 1
    assert problems_of(document) == ["match 2: feeds the same side of match 3 as match 1"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"participant1_score": -1},
            '"participant1_score" is -1, which is no whole number from 0 to 1000000',
        ),
        ({"participant1_score": 10**12}, '"participant1_score" is 1000000000000'),
        ({"participant2_score": None}, "has the score of one side only"),
        ({"participant1_id": 10**6}, "which the file lacks"),
        ({"participant1_id": [1]}, "which names nothing"),
        ({"state": "WON"}, '"state" is "WON"'),
        ({"best_of": 2}, '"best_of" is 2'),
        ({"best_of": 5}, "can't be its result"),
        ({"scheduled_time": "2026-11-24T10:00:00"}, "no time with its offset"),
        ({"stream_url": "javascript:alert(1)"}, '"stream_url"'),
        ({"lobby": {"hush": "1"}}, '"lobby"'),
        ({"winner_to": {"match": 0, "slot": 3}}, "which the file lacks"),
        ({"slot1_source": {"bracket": 99999, "rank": 1}}, "which the file lacks"),
        ({"game_scores": [1]}, "is no object"),
        ({"participant1_id": None}, "but a side of it is open"),
        ({"slot1_bye": True}, "plays where the file has a bye"),
        ({"match_number": 2}, "has the number 2 of match 1"),
        ({"id": None}, 'has no "id"'),
    ],
)
def test_bad_matches_are_named(change, problem):
    document = finished_cup()
    document["matches"][0] |= change
    found = problems_of(document)
    assert any(problem in each for each in found), found
    assert all(each.startswith("match ") for each in found)


MORNING = {"starts_at": "2026-11-24T08:00:00Z", "ends_at": "2026-11-24T12:00:00Z"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stream_url": "javascript:alert(1)"}, '"stream_url"'),
        ({"time_zone": "Mars/Olympus"}, '"time_zone" is "Mars/Olympus"'),
        ({"time_zone": 5}, '"time_zone"'),
        ({"hours": [MORNING, MORNING]}, "overlap"),
        ({"hours": [{**MORNING, "ends_at": "2026-11-24T08:00:00Z"}]}, "must be after"),
        ({"hours": [{"starts_at": "2026-11-24T08:00:00Z"}]}, 'needs "starts_at" and "ends_at"'),
        ({"hours": [MORNING] * 61}, "at most 60"),
        ({"hours": 5}, "is no list"),
    ],
)
def test_bad_stations_are_named(change, problem):
    document = finished_cup()
    document["stations"] = [{"id": 1, "name": "Court", **change}]
    found = problems_of(document)
    assert any(problem in each for each in found), found
    assert all(each.startswith("station 1") for each in found)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": ""}, '"name"'),
        ({"starts_at": None}, "needs"),
        ({"ends_at": "2026-11-24T07:00:00Z"}, "must be after"),
        ({"ends_at": "2026-12-24T07:00:00Z"}, "at most 7 days"),
        ({"station": 9}, "which the file lacks"),
    ],
)
def test_bad_breaks_are_named(change, problem):
    document = finished_cup()
    document["breaks"] = [{"name": "Lunch", **MORNING, **change}]
    found = problems_of(document)
    assert any(problem in each for each in found), found
    assert all(each.startswith("break 1") for each in found)


@pytest.mark.parametrize(
    "document",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"format": "matchdesk"}', b'{"format": "matchdesk", "version": 2}',
        b'{"format": "matchdesk", "version": 2, "tournament": {"name": 5}}',
        b'{"format": "matchdesk", "version": 2, "tournament": {"name": "A"}, "matches": {}}',
        b'{"format": "matchdesk", "version": 2, "tournament": {"name": "A"}, "brackets": [{"id": 1, "options": 5}]}',
        b'{"format": "matchdesk", "version": 2, "tournament": {"name": "A"}, "brackets": [{"id": 1, "name": "B", '
        b'"options": {"best_of": [[]], "tiebreaks": [[]]}}]}',
    ],
)  # fmt: skip
def test_files_that_are_none(document):
    assert problems_of(document)


def mutated(document, data):
    """The document with one value somewhere in it exchanged for another."""
    value = document
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(value[key], dict | list) and value[key] and data.draw(st.integers(0, 9)):
            value = value[key]
            continue
        value[key] = data.draw(
            st.sampled_from(
                [None, 0, -1, 2, 10**30, 1.5, True, "", "x", "x" * 5000, "\x00", [], {}, [[]], {"a": []}]
            )
        )
        return


@settings(GENTLY, max_examples=60)
@given(data=st.data())
def test_no_exchanged_value_ends_in_a_traceback(data):
    if not hasattr(test_no_exchanged_value_ends_in_a_traceback, "cup"):
        test_no_exchanged_value_ends_in_a_traceback.cup = json.dumps(finished_cup())
    document = json.loads(test_no_exchanged_value_ends_in_a_traceback.cup)
    for _ in range(data.draw(st.integers(1, 3))):
        mutated(document, data)
    snapping = read(json.dumps(document).encode(), UTC)
    if snapping.snapshot is not None:
        with suppress(InvalidInput):
            write_snapshot(
                snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="matchdesk"
            )


def test_nobody_has_no_tournament():
    snapping = read(json.dumps(finished_cup()).encode(), UTC)
    with pytest.raises(InvalidInput):
        write_snapshot(snapping.snapshot, actor=ANONYMOUS, now=make.soon(0), source="matchdesk")
