"""/api/tournaments/{id}/stations/ with hours, streams and queues, and /breaks/."""

from datetime import datetime

import pytest

from app.models import ScheduleBreak, Station, StationHours
from tests import factories
from tests.api.around import address, assert_constant_queries, assert_untouched, only_audit
from tests.api.support import assert_problem, assert_unchanged, url

MORNING = {"starts_at": "2026-11-24T08:00:00Z", "ends_at": "2026-11-24T12:00:00Z"}
EVENING = {"starts_at": "2026-11-24T18:00:00Z", "ends_at": "2026-11-24T22:00:00Z"}
LUNCH = {"name": "Lunch", "starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T13:00:00Z"}


@pytest.fixture
def of(app):
    return factories.tournament(factories.user("owner"))


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.rows(factories.User, username="owner")[0])


# -- stations ---------------------------------------------------------------------------------------------


def test_a_station_has_a_stream_a_zone_and_hours(of, organizer, api_client):
    body = {
        "name": "Stage",
        "stream_url": "https://e.org/stage",
        "time_zone": "Asia/Tokyo",
        "hours": [EVENING, {"starts_at": "2026-11-24T09:00:00+01:00", "ends_at": "2026-11-24T12:00:00Z"}],
    }
    made = organizer.post(address(of, "stations/"), body)
    assert made.status_code == 201
    assert made.json == {
        "id": made.json["id"],
        "tournament": of.id,
        "name": "Stage",
        "stream_url": "https://e.org/stage",
        "time_zone": "Asia/Tokyo",
        "hours": [MORNING, EVENING],
        "created_at": made.json["created_at"],
    }
    assert api_client().get(address(of, "stations/")).json["results"] == [made.json]


def test_a_station_may_have_no_more_than_a_name(of, organizer):
    made = organizer.post(address(of, "stations/"), {"name": "Court"}).json
    assert (made["stream_url"], made["time_zone"], made["hours"]) == ("", None, [])


def test_hours_are_replaced_as_a_whole(of, organizer):
    station = factories.station(of, hours=[(factories.soon(0), factories.soon(60))])
    where = address(of, f"stations/{station.id}/")
    assert organizer.patch(where, {"hours": [MORNING, EVENING]}).json["hours"] == [MORNING, EVENING]
    assert only_audit(of, "STATION_UPDATE").meta["changed"] == ["hours"]
    assert organizer.patch(where, {"hours": [EVENING, MORNING]}).status_code == 200
    only_audit(of, "STATION_UPDATE")
    assert organizer.patch(where, {"hours": []}).json["hours"] == []
    assert factories.rows(StationHours) == []
    assert organizer.delete(where).status_code == 204


def test_what_stands_already_is_no_change(of, organizer):
    station = factories.station(of, "Court", stream_url="https://e.org", time_zone="Asia/Tokyo")
    where = address(of, f"stations/{station.id}/")
    body = {"name": "Court", "stream_url": "https://e.org", "time_zone": "Asia/Tokyo", "hours": []}
    assert organizer.patch(where, body).status_code == 200
    assert_untouched(of)
    assert organizer.patch(where, {"time_zone": None, "stream_url": ""}).json["time_zone"] is None
    assert only_audit(of, "STATION_UPDATE").meta["changed"] == ["stream_url", "time_zone"]


def test_a_new_stream_has_the_rows_of_its_matches_shown_anew(of, organizer):
    station = factories.station(of)
    match = factories.match(of, station_id=station.id)
    organizer.patch(address(of, f"stations/{station.id}/"), {"stream_url": "https://e.org"})
    types = [event.type for event in factories.events(tournament_id=of.id)]
    assert types == ["tournament.updated", "match.updated"]
    assert factories.events(match_id=match.id)[0].payload["changed"] == ["stream_url"]
    assert organizer.get(url(match)).json["stream_url"] == ""


def hours(**changes):
    return {"hours": [{**MORNING, **changes}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stream_url": "ftp://e.org"}, "stream_url"),
        ({"stream_url": "javascript:alert(1)"}, "stream_url"),
        ({"stream_url": "https://e.org/" + "x" * 190}, "stream_url"),
        ({"stream_url": None}, "stream_url"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": 3}, "time_zone"),
        ({"hours": None}, "hours"),
        ({"hours": {}}, "hours"),
        ({"hours": [1]}, "hours.0.non_field_errors"),
        ({"hours": [MORNING, MORNING]}, "hours"),
        ({"hours": [MORNING, {**EVENING, "starts_at": "2026-11-24T11:59:59Z"}]}, "hours"),
        ({"hours": [MORNING] * 61}, "hours"),
        (hours(ends_at="2026-11-24T08:00:00Z"), "hours"),
        (hours(ends_at="2026-11-24T07:00:00Z"), "hours"),
        (hours(ends_at="3000-01-01T00:00:00Z"), "hours"),
        (hours(ends_at="2026-11-24T12:00:00"), "hours.0.ends_at"),
        (hours(ends_at=None), "hours.0.ends_at"),
        (hours(until="x"), "hours.0.until"),
    ],
)
def test_stations_refuse_bad_values_by_field(of, organizer, body, field):
    station = factories.station(of, "Court")
    for response in (
        organizer.post(address(of, "stations/"), {"name": "New", **body}),
        organizer.patch(address(of, f"stations/{station.id}/"), body),
    ):
        assert_problem(response, 400, field)
    assert len(factories.rows(Station)) == 1
    assert_untouched(of)


def test_a_list_of_stations_takes_as_many_queries_for_30_as_for_1(app, of, organizer):
    times = (factories.soon(0), factories.soon(60))

    def fill(number):
        for _ in range(number):
            factories.station(of, hours=[times])

    assert_constant_queries(app, organizer, address(of, "stations/"), fill)


# -- breaks -----------------------------------------------------------------------------------------------


def test_a_break_is_added_read_changed_and_deleted(of, organizer, api_client):
    station = factories.station(of)
    response = organizer.post(address(of, "breaks/"), LUNCH)
    assert response.status_code == 201
    made, where = response.json, response.headers["Location"]
    assert made == {
        "id": made["id"], "tournament": of.id, **LUNCH, "station_id": None, "created_at": made["created_at"]
    }  # fmt: skip
    assert api_client().get(where).json == made
    assert api_client().get(address(of, "breaks/")).json["results"] == [made]
    changed = organizer.patch(where, {"station_id": station.id, "ends_at": "2026-11-24T15:30:00+02:00"}).json
    assert changed == {**made, "station_id": station.id, "ends_at": "2026-11-24T13:30:00Z"}
    assert organizer.delete(where).status_code == 204
    assert_problem(organizer.get(where), 404)
    rows = factories.audit_rows(tournament_id=of.id)
    assert [row.action for row in rows] == ["BREAK_CREATE", "BREAK_UPDATE", "BREAK_DELETE"]
    assert rows[0].meta == {
        "tournament_id": of.id, "break_id": made["id"], **LUNCH, "station_id": None
    }  # fmt: skip
    events = factories.events(tournament_id=of.id)
    assert [event.payload["changed"] for event in events] == [["breaks"]] * 3


def test_a_break_that_stays_the_same_is_not_written(of, organizer):
    pause = factories.pause(of)
    for body in ({}, {"name": "Lunch"}, {"station_id": None}):
        assert organizer.patch(address(of, f"breaks/{pause.id}/"), body).status_code == 200
    assert_untouched(of)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"starts_at": None}, "starts_at"),
        ({"starts_at": "noon"}, "starts_at"),
        ({"starts_at": "2026-11-24T12:00:00"}, "starts_at"),
        ({"ends_at": LUNCH["starts_at"]}, "ends_at"),
        ({"ends_at": "2026-12-01T12:00:01Z"}, "ends_at"),
        ({"starts_at": "3001-01-01T00:00:00Z", "ends_at": "3001-01-02T00:00:00Z"}, "ends_at"),
        ({"station_id": 10**9}, "station_id"),
        ({"station_id": 0}, "station_id"),
        ({"station_id": "1"}, "station_id"),
        ({"id": 1}, "id"),
    ],
)
def test_breaks_refuse_bad_values_by_field(of, organizer, body, field):
    times = {name: datetime.fromisoformat(LUNCH[name]) for name in ("starts_at", "ends_at")}
    pause = factories.pause(of, **times)
    assert_problem(organizer.post(address(of, "breaks/"), {**LUNCH, **body}), 400, field)
    assert_problem(organizer.patch(address(of, f"breaks/{pause.id}/"), body), 400, field)
    assert len(factories.rows(ScheduleBreak)) == 1
    assert_untouched(of)


def test_a_station_of_another_tournament_has_no_breaks_here(of, organizer):
    foreign = factories.station(factories.tournament())
    assert_problem(
        organizer.post(address(of, "breaks/"), {**LUNCH, "station_id": foreign.id}), 400, "station_id"
    )


def test_a_tournament_has_at_most_200_breaks(of, organizer):
    times = {"starts_at": factories.soon(0), "ends_at": factories.soon(60)}
    factories.save(*(ScheduleBreak(tournament_id=of.id, name="Pause", **times) for _ in range(200)))
    assert_problem(organizer.post(address(of, "breaks/"), LUNCH), 400, says="at most 200")


def test_a_station_takes_its_breaks_along(of, organizer):
    court = factories.station(of)
    factories.pause(of, at=court), factories.pause(of)
    assert organizer.delete(address(of, f"stations/{court.id}/")).status_code == 204
    assert [pause.station_id for pause in factories.rows(ScheduleBreak)] == [None]


# -- calls ------------------------------------------------------------------------------------------------


def test_a_call_answers_the_match(of, organizer, api_client):
    court, match = factories.station(of), factories.match(of)
    assert organizer.get(url(match)).json["called_at"] is None
    response = organizer.post(url(match, "call"), {"station_id": court.id})
    assert response.status_code == 200
    assert response.json["station_id"] == court.id
    assert response.json["called_at"] == api_client().get(url(match)).json["called_at"] is not None
    history = api_client().get(f"{url(match)}history/").json["results"]
    assert [(entry["action"], entry["meta"]) for entry in history] == [
        ("MATCH_CALL", {"station_name": court.name})
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"station_id": "1"}, "station_id"), ({"station_id": 10**9}, "station_id"), ({"now": True}, "now")],
)
def test_a_call_refuses_bad_values(of, organizer, body, field):
    match = factories.match(of)
    assert_problem(organizer.post(url(match, "call"), body), 400, field)
    assert_unchanged(match)


def test_a_call_of_a_live_match_is_refused(of, organizer):
    match = factories.match(of, "LIVE")
    assert_problem(organizer.post(url(match, "call")), 400, says="LIVE")
    assert_unchanged(match)


def test_a_queue_is_told_and_its_next_match_called(of, organizer):
    court = factories.station(of, "Court")
    live = factories.match(of, "LIVE", station_id=court.id)
    first = factories.match(of, station_id=court.id, scheduled_time=factories.soon(10))
    where = address(of, f"stations/{court.id}/")
    queue = organizer.get(f"{where}queue/").json
    assert queue.keys() == {
        "station", "station_name", "is_free", "closed", "now", "called", "next", "next_count", "suggested",
        "to_call",
    }  # fmt: skip
    assert (queue["station"], queue["is_free"], queue["closed"]) == (court.id, False, None)
    assert [row["id"] for row in queue["now"]] == [live.id]
    assert [row["id"] for row in queue["next"]] == [first.id]
    assert (queue["to_call"], queue["suggested"], queue["next_count"]) == (first.id, None, 1)
    row = organizer.get("/api/tournaments/matches/").json["results"][0]
    assert queue["next"][0].keys() == row.keys() | {"station_id", "called_at"}
    called = organizer.post(f"{where}call-next/", {"match_id": first.id})
    assert (called.status_code, called.json["id"]) == (200, first.id)
    assert organizer.post(f"{where}call-next/", {"match_id": first.id}).status_code == 200
    assert [row["id"] for row in organizer.get(f"{where}queue/").json["called"]] == [first.id]
    assert_problem(organizer.post(f"{where}call-next/"), 400, says="no match to call")
    second = factories.match(of, station_id=court.id)
    assert_problem(organizer.post(f"{where}call-next/", {"match_id": live.id}), 409)
    assert_problem(organizer.post(f"{where}call-next/", {"match_id": "x"}), 400, "match_id")
    assert organizer.post(f"{where}call-next/").json["id"] == second.id


def test_a_queue_tells_of_a_break(of, organizer):
    court = factories.station(of)
    pause = factories.pause(of, starts_at=factories.soon(-5), ends_at=factories.soon(30))
    closed = organizer.get(address(of, f"stations/{court.id}/queue/")).json["closed"]
    assert closed == {"until": f"{pause.ends_at:%Y-%m-%dT%H:%M:%SZ}", "break_name": "Lunch"}


@pytest.mark.parametrize("year", ["0001", "1969", "3000"])
def test_breaks_and_hours_lie_in_years_that_every_clock_can_tell(of, organizer, year):
    times = {"starts_at": f"{year}-06-01T00:00:00Z", "ends_at": f"{year}-06-01T01:00:00Z"}
    assert_problem(organizer.post(address(of, "breaks/"), {"name": "Lunch", **times}), 400, "ends_at")
    refused = organizer.post(address(of, "stations/"), {"name": "Court", "hours": [times]})
    assert_problem(refused, 400, "hours")
    assert factories.rows(ScheduleBreak) == factories.rows(Station) == []
