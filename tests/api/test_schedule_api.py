"""/api/tournaments/{id}/schedule/, /delay/ and /auto-schedule/: versions made, looked at and taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.models import Match, ScheduleBatch
from tests import factories
from tests.api.around import address, assert_constant_queries, assert_untouched
from tests.api.support import assert_problem, url

# Far from any midnight, and from now.
NOON = datetime(2027, 6, 10, 12, tzinfo=UTC)
HUGE = 2**31


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def of(app):
    return factories.tournament(factories.user("owner"), match_minutes=60, enable_check_in=False)


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.rows(factories.User, username="owner")[0])


@pytest.fixture
def court(of):
    return factories.station(of, "Court 1")


@pytest.fixture
def matches(of, court):
    """Three in a row at the court, from noon on; nobody plays twice."""
    return [
        factories.match(of, "SCHEDULED", scheduled_time=NOON + timedelta(hours=place), station_id=court.id)
        for place in range(3)
    ]


def change(match, **fields):
    return {"changes": [{"match": match.id, **fields}]}


# -- versions ---------------------------------------------------------------------------------------------


def test_a_change_is_a_version_that_can_be_looked_up_and_undone(of, organizer, matches, court):
    at = iso(NOON + timedelta(hours=5))
    made = organizer.post(address(of, "schedule/"), change(matches[0], scheduled_time=at, version=1))
    assert made.status_code == 201
    batch_id = made.json["batch_id"]
    assert made.json == {"number": 1, "batch_id": batch_id, "match_ids": [matches[0].id], "warnings": []}
    assert made.headers["Location"] == address(of, f"schedule/{batch_id}/")
    listed = organizer.get(address(of, "schedule/")).json["results"]
    owner = factories.rows(factories.User, username="owner")[0]
    assert listed == [
        {
            "number": 1,
            "batch_id": batch_id,
            "kind": "edit",
            "created_at": listed[0]["created_at"],
            "user": owner.id,
            "username": "owner",
            "match_count": 1,
            "undone_at": None,
            "can_undo": True,
        }
    ]
    assert organizer.get(made.headers["Location"]).json == listed[0] | {
        "changes": [
            {
                "match": matches[0].id,
                "old": iso(NOON),
                "new": at,
                "old_station": court.id,
                "new_station": court.id,
            }
        ]
    }
    undone = organizer.post(address(of, f"schedule/{batch_id}/undo/"))
    assert undone.json == {"batch_id": batch_id, "match_ids": [matches[0].id]}
    assert factories.fresh(matches[0]).scheduled_time == NOON
    (listed,) = organizer.get(address(of, "schedule/")).json["results"]
    assert listed["undone_at"]
    assert listed["can_undo"] is False


def test_what_is_left_out_stays_and_null_takes_away(of, organizer, matches, court):
    where, match = address(of, "schedule/"), matches[0]
    at = NOON + timedelta(hours=5)
    organizer.post(where, change(match, scheduled_time=iso(at)))
    assert (factories.fresh(match).scheduled_time, factories.fresh(match).station_id) == (at, court.id)
    organizer.post(where, change(match, station_id=None))
    assert (factories.fresh(match).scheduled_time, factories.fresh(match).station_id) == (at, None)
    organizer.post(where, change(match, scheduled_time=None))
    assert factories.fresh(match).scheduled_time is None
    nothing = organizer.post(where, change(match))
    assert (nothing.status_code, nothing.json["number"], nothing.json["batch_id"]) == (200, None, None)
    numbers = [one["number"] for one in organizer.get(where).json["results"]]
    assert numbers == [3, 2, 1], "newest first"


def test_a_preview_changes_nothing(of, organizer, matches):
    factories.change(matches[2], state="LIVE", started_at=factories.soon(-5))
    body = {
        "changes": [
            {"match": matches[0].id, "scheduled_time": iso(NOON + timedelta(minutes=90))},
            {"match": matches[2].id, "scheduled_time": None},
        ]
    }
    seen = organizer.post(address(of, "schedule/?preview=true"), body)
    assert seen.status_code == 200
    assert [one["match"] for one in seen.json["changes"]] == [matches[0].id]
    assert seen.json["refused"] == [{"match": matches[2].id, "why": "M3 has begun: it is LIVE."}]
    assert [one["kind"] for one in seen.json["conflicts"]] == ["station"]
    assert_untouched(of)
    refused = assert_problem(organizer.post(address(of, "schedule/"), body), 400, says="has begun")
    assert refused["reasons"] == ["M3 has begun: it is LIVE."]
    assert_untouched(of)


def test_a_conflict_warns_or_refuses_as_the_tournament_wishes(of, organizer, matches):
    body = change(matches[0], scheduled_time=iso(NOON + timedelta(minutes=90)))
    factories.change(of, conflict_policy="refuse")
    assert_problem(organizer.post(address(of, "schedule/"), body), 400, says="Court 1 has")
    assert_untouched(of)
    factories.change(of, conflict_policy="warn")
    made = organizer.post(address(of, "schedule/"), body)
    assert made.status_code == 201
    assert len(made.json["warnings"]) == 2


def test_whoever_saw_an_older_match_is_told(of, organizer, matches):
    organizer.patch(url(matches[0]), {"stream_url": "https://e.org/1"})
    body = {
        "changes": [
            {"match": matches[1].id, "scheduled_time": iso(NOON + timedelta(hours=9)), "version": 1},
            {"match": matches[0].id, "scheduled_time": iso(NOON + timedelta(hours=8)), "version": 1},
        ]
    }
    told = assert_problem(organizer.post(address(of, "schedule/"), body), 409)
    assert told["changes"] == [f"M1 (match {matches[0].id}) was changed."]
    assert factories.fresh(matches[1]).version == 1
    assert factories.rows(ScheduleBatch) == []


def test_what_was_changed_since_is_not_undone(of, organizer, matches):
    body = {
        "changes": [
            {"match": match.id, "scheduled_time": iso(match.scheduled_time + timedelta(minutes=5))}
            for match in matches
        ]
    }
    batch_id = organizer.post(address(of, "schedule/"), body).json["batch_id"]
    organizer.patch(url(matches[1]), {"stream_url": "https://e.org/1"})
    where = address(of, f"schedule/{batch_id}/")
    assert organizer.get(where).json["can_undo"] is False
    told = assert_problem(organizer.post(f"{where}undo/"), 409)
    assert told["changes"] == [f"M2 (match {matches[1].id}) was changed."]
    assert factories.fresh(matches[0]).scheduled_time == NOON + timedelta(minutes=5)


@pytest.mark.both_databases
def test_of_two_at_once_one_makes_the_version_and_the_other_is_told(app, of, api_client, matches):
    organizers = [factories.staff(of) for _ in range(2)]

    def post(place):
        later = iso(NOON + timedelta(hours=4 + place))
        body = change(matches[0], scheduled_time=later, version=1)
        return api_client(organizers[place]).post(address(of, "schedule/"), body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(post, range(2))) == [201, 409]
    assert len(factories.rows(ScheduleBatch)) == 1
    batch_id = factories.rows(ScheduleBatch)[0].id

    def undo(place):
        where = address(of, f"schedule/{batch_id}/undo/")
        return api_client(organizers[place]).post(where).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(undo, range(2))) == [200, 409]
    assert factories.fresh(matches[0]).scheduled_time == NOON


def test_bulks_are_versions_too(of, organizer, matches):
    body = {"match_ids": [matches[0].id], "scheduled_time": iso(NOON + timedelta(hours=7))}
    batch_id = organizer.post("/api/tournaments/matches/bulk-schedule/", body).json["batch_id"]
    (listed,) = organizer.get(address(of, "schedule/")).json["results"]
    assert (listed["kind"], listed["number"]) == ("bulk", 1)
    assert organizer.post(address(of, f"schedule/{batch_id}/undo/")).status_code == 200


def test_the_list_takes_as_many_queries_for_many_versions(app, of, organizer):
    count = iter(range(1, 100))
    assert_constant_queries(
        app, organizer, address(of, "schedule/"),
        lambda more: [factories.version(of, next(count)) for _ in range(more)],
    )  # fmt: skip
    assert_problem(organizer.get(address(of, "schedule/?page=9")), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "changes"),
        ({"changes": []}, "changes"),
        ({"changes": {}}, "changes"),
        ({"changes": [7]}, "changes.0.non_field_errors"),
        ({"changes": [{}]}, "changes.0.match"),
        ({"changes": [{"match": "1"}]}, "changes.0.match"),
        ({"changes": [{"match": True}]}, "changes.0.match"),
        ({"changes": [{"match": HUGE}]}, "changes.0.match"),
        ({"changes": [{"match": 0}]}, "changes.0.match"),
        ({"changes": [{"match": 999_999}]}, "changes"),
        ({"changes": [{"match": 1}, {"match": 1}]}, "changes"),
        ({"changes": [{"match": n} for n in range(1, 2002)]}, "changes"),
        ({"changes": [{"match": 1, "scheduled_time": "2027-06-10T12:00:00"}]}, "changes.0.scheduled_time"),
        ({"changes": [{"match": 1, "scheduled_time": 12}]}, "changes.0.scheduled_time"),
        ({"changes": [{"match": 1, "scheduled_time": "2020-06-10T12:00:00Z"}]}, "scheduled_time"),
        ({"changes": [{"match": 1, "scheduled_time": "9999-06-10T12:00:00Z"}]}, "scheduled_time"),
        ({"changes": [{"match": 1, "station_id": 999_999}]}, "station_id"),
        ({"changes": [{"match": 1, "station_id": "1"}]}, "changes.0.station_id"),
        ({"changes": [{"match": 1, "version": None}]}, "changes.0.version"),
        ({"changes": [{"match": 1, "version": HUGE}]}, "changes.0.version"),
        ({"changes": [{"match": 1, "state": "LIVE"}]}, "changes.0.state"),
        ({"changes": [{"match": 1}], "kind": "delay"}, "kind"),
        ({"changes": [{"match": 1}], "kind": "bulk"}, "kind"),
        ({"changes": [{"match": 1}], "why": "x"}, "why"),
    ],
)
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_bad_changes_are_refused_by_field(of, organizer, matches, body, field, query):
    assert matches[0].id == 1
    assert_problem(organizer.post(address(of, f"schedule/{query}"), body), 400, field)
    assert_untouched(of)


@pytest.mark.parametrize("path", ["schedule/", "delay/", "auto-schedule/"])
@pytest.mark.parametrize("body", [b"{", b"[]", b'{"minutes": 1e400}', b"\xff", b'"\\u0000"', b"[" * 99])
def test_rubbish_is_refused(of, organizer, path, body):
    response = organizer.request("POST", address(of, path), data=body, content_type="application/json")
    assert_problem(response, 400)


def test_matches_of_others_are_not_there(of, organizer):
    other = factories.match(factories.tournament())
    assert_problem(organizer.post(address(of, "schedule/"), change(other)), 400, "changes")
    batch = factories.version(factories.tournament())
    for client in (organizer.get, lambda path: organizer.post(f"{path}undo/")):
        assert_problem(client(address(of, f"schedule/{batch.id}/")), 404)


# -- delays -----------------------------------------------------------------------------------------------


def test_a_delay_is_looked_at_then_made_then_undone(of, organizer, matches, court):
    body = {"minutes": 25, "since": iso(NOON), "station_id": court.id}
    seen = organizer.post(address(of, "delay/?preview=true"), body)
    assert seen.status_code == 200
    assert seen.json["changes"][1] == {
        "match": matches[1].id,
        "old": iso(NOON + timedelta(minutes=60)),
        "new": iso(NOON + timedelta(minutes=85)),
        "original": iso(NOON + timedelta(minutes=60)),
        "because": [matches[0].id],
        "past_hours": False,
    }
    assert len(seen.json["told"]["participants"]) == 6
    assert seen.json["told"]["coordinators"] == []
    assert seen.json["conflicts"] == []
    assert_untouched(of)
    made = organizer.post(address(of, "delay/"), body)
    assert made.status_code == 201
    assert made.json["match_ids"] == [match.id for match in matches]
    assert factories.fresh(matches[0]).original_time == NOON
    assert organizer.get(made.headers["Location"]).json["kind"] == "delay"
    assert organizer.post(f"{made.headers['Location']}undo/").status_code == 200
    assert [factories.fresh(match).scheduled_time for match in matches] == [
        match.scheduled_time for match in matches
    ]
    assert factories.fresh(matches[0]).original_time is None


def test_without_a_time_a_delay_is_from_now_on(of, organizer, court):
    past, soon = (factories.match(of, "SCHEDULED", scheduled_time=factories.soon(at)) for at in (-5, 1))
    factories.change(of, time_zone="Etc/GMT+12" if factories.soon(0).hour >= 12 else "UTC")
    made = organizer.post(address(of, "delay/"), {"minutes": 15})
    assert made.json["match_ids"] == [soon.id]
    assert factories.fresh(past).version == 1


def test_a_delay_of_nothing_is_refused(of, organizer, matches):
    body = {"minutes": 5, "since": iso(NOON + timedelta(days=1))}
    assert organizer.post(address(of, "delay/?preview=true"), body).json["changes"] == []
    assert_problem(organizer.post(address(of, "delay/"), body), 400, says="Nothing is planned")
    assert_untouched(of)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"minutes": 10_081}, "minutes"),
        ({"minutes": HUGE}, "minutes"),
        ({"minutes": 1.5}, "minutes"),
        ({"minutes": "15"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": None}, "minutes"),
        ({"minutes": 15, "since": "12:00"}, "since"),
        ({"minutes": 15, "since": "0001-01-01T00:00:00Z"}, "since"),
        ({"minutes": 15, "since": "9999-12-31T23:59:59Z"}, "since"),
        ({"minutes": 15, "station_id": 999_999}, "station_id"),
        ({"minutes": 15, "station_id": HUGE}, "station_id"),
        ({"minutes": 15, "bracket_id": 999_999}, "bracket_id"),
        ({"minutes": 15, "bracket_id": "x"}, "bracket_id"),
        ({"minutes": 15, "day": "today"}, "day"),
    ],
)
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_bad_delays_are_refused_by_field(of, organizer, matches, body, field, query):
    assert_problem(organizer.post(address(of, f"delay/{query}"), body), 400, field)
    assert_untouched(of)


# -- proposals --------------------------------------------------------------------------------------------

DAY = {"starts_at": iso(NOON), "ends_at": iso(NOON + timedelta(hours=8))}


def test_a_proposal_is_made_true_by_sending_it_back(of, organizer, matches, court):
    for match in matches:
        factories.change(match, scheduled_time=None)
    found = organizer.post(address(of, "auto-schedule/"), {"windows": [DAY], "seconds": 1})
    assert found.status_code == 200
    assert set(found.json) == {"changes", "unplaced", "by", "ends_at", "bound", "gap"}
    assert found.json["ends_at"] == iso(NOON + timedelta(hours=3))
    assert_untouched(of)
    changes = [
        {
            "match": one["match"],
            "scheduled_time": one["new"],
            "station_id": one["new_station"],
            "version": one["version"],
        }
        for one in found.json["changes"]
    ]
    made = organizer.post(address(of, "schedule/"), {"changes": changes, "kind": "auto"})
    assert (made.status_code, made.json["warnings"]) == (201, [])
    assert organizer.get(made.headers["Location"]).json["kind"] == "auto"
    organizer.post(f"{made.headers['Location']}undo/")
    assert {match.scheduled_time for match in factories.rows(Match, tournament_id=of.id)} == {None}


def test_a_proposal_for_some_of_it(of, organizer, matches, court):
    bracket = factories.bracket(of)
    wanted = factories.match(of, "SCHEDULED", bracket_id=bracket.id)
    stage = factories.station(of, "Stage", stream_url="https://e.org/stage")
    body = {
        "windows": [DAY],
        "bracket_id": bracket.id,
        "station_ids": [stage.id, court.id],
        "streamed": [wanted.id, 999_999],
        "anew": True,
        "seconds": 1,
    }
    (one,) = organizer.post(address(of, "auto-schedule/"), body).json["changes"]
    assert (one["match"], one["new_station"], one["version"]) == (wanted.id, stage.id, wanted.version)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "windows"),
        ({"windows": []}, "windows"),
        ({"windows": [DAY] * 32}, "windows"),
        ({"windows": [{}]}, "windows.0.starts_at"),
        ({"windows": [{**DAY, "ends_at": DAY["starts_at"]}]}, "windows"),
        ({"windows": [{"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-02T00:00:00Z"}]}, "windows"),
        ({"windows": [{**DAY, "ends_at": "9999-12-31T23:59:59Z"}]}, "windows"),
        ({"windows": [{**DAY, "starts_at": "0001-01-01T00:00:00Z"}]}, "windows"),
        ({"windows": [{**DAY, "name": "x"}]}, "windows.0.name"),
        ({"windows": [DAY], "bracket_id": 999_999}, "bracket_id"),
        ({"windows": [DAY], "station_ids": []}, "station_ids"),
        ({"windows": [DAY], "station_ids": [999_999]}, "station_ids"),
        ({"windows": [DAY], "station_ids": [HUGE]}, "station_ids.0"),
        ({"windows": [DAY], "streamed": ["1"]}, "streamed.0"),
        ({"windows": [DAY], "streamed": None}, "streamed"),
        ({"windows": [DAY], "anew": "yes"}, "anew"),
        ({"windows": [DAY], "seconds": 0}, "seconds"),
        ({"windows": [DAY], "seconds": 21}, "seconds"),
        ({"windows": [DAY], "seconds": 1.5}, "seconds"),
        ({"windows": [DAY], "solver": "fast"}, "solver"),
    ],
)
def test_bad_wishes_are_refused_by_field(of, organizer, matches, body, field):
    assert_problem(organizer.post(address(of, "auto-schedule/"), body), 400, field)
    assert_untouched(of)
