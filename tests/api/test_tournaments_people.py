"""/api/tournaments/{id}/staff/ and /stations/."""

import pytest

from app.models import Station, TournamentStaff
from tests import factories
from tests.api.around import address, assert_constant_queries, assert_untouched, only_audit
from tests.api.support import assert_problem, url


@pytest.fixture
def of(app):
    return factories.tournament(factories.user("owner"))


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.rows(factories.User, username="owner")[0])


def test_staff_is_added_by_username_and_runs_the_tournament(of, organizer, api_client):
    ann = factories.user("Ann")
    response = organizer.post(address(of, "staff/"), {"username": "ann", "role": "organizer"})
    assert response.status_code == 201
    entry = response.json
    assert response.headers["Location"] == address(of, f"staff/{entry['id']}/")
    assert (entry["username"], entry["user_id"], entry["role"]) == ("Ann", ann.id, "organizer")
    assert organizer.get(response.headers["Location"]).json == entry
    meta = only_audit(of, "STAFF_ADD").meta
    assert (meta["user_id"], meta["username"]) == (ann.id, "Ann")
    assert api_client(ann).patch(address(of), {"rest_minutes": 1}).status_code == 200


def test_adding_somebody_again_changes_nothing(of, organizer):
    factories.user("ann")
    first = organizer.post(address(of, "staff/"), {"username": "ann"})
    again = organizer.post(address(of, "staff/"), {"username": "ANN"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    only_audit(of, "STAFF_ADD")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "username"),
        ({}, "username"),
        ({"username": ""}, "username"),
        ({"username": "nobody"}, "username"),
        ({"username": "gone"}, "username"),
        ({"username": "owner"}, "username"),
        ({"username": 1}, "username"),
        ({"username": None}, "username"),
        ({"username": "x" * 51}, "username"),
        ({"username": "ann", "role": "referee"}, "role"),
        ({"username": "ann", "role": None}, "role"),
        ({"username": "ann", "is_admin": True}, "is_admin"),
    ],
)
def test_staff_refuses_bad_input_by_field(of, organizer, body, field):
    factories.user("ann")
    factories.user("gone", is_active=False)
    assert_problem(organizer.post(address(of, "staff/"), body), 400, field)
    assert factories.rows(TournamentStaff) == []
    assert_untouched(of)


def test_removed_staff_loses_its_rights_at_once(of, organizer, api_client):
    ann = factories.staff(of)
    (entry,) = factories.rows(TournamentStaff)
    client = api_client(ann)
    assert client.get(address(of, "audit/")).status_code == 200
    response = organizer.delete(address(of, f"staff/{entry.id}/"))
    assert (response.status_code, response.data) == (204, b"")
    only_audit(of, "STAFF_REMOVE")
    assert_problem(client.get(address(of, "audit/")), 403)
    assert_problem(organizer.delete(address(of, f"staff/{entry.id}/")), 404)


def test_staff_list_goes_by_id_and_leaves_the_creator_out(of, organizer):
    people = [factories.staff(of) for _ in range(3)]
    factories.staff(factories.tournament())
    page = organizer.get(address(of, "staff/"), query_string={"page_size": 2}).json
    assert page["count"] == 3
    shown = [row["user_id"] for row in page["results"]] + [
        row["user_id"] for row in organizer.get(page["next"]).json["results"]
    ]
    assert shown == [person.id for person in people]
    assert_problem(organizer.get(address(of, "staff/"), query_string={"page": 5}), 404)


def test_staff_list_takes_as_many_queries_for_30_rows_as_for_1(app, of, organizer):
    assert_constant_queries(
        app, organizer, address(of, "staff/"), lambda n: [factories.staff(of) for _ in range(n)]
    )


def test_a_station_is_added_read_renamed_and_deleted(of, organizer, api_client):
    response = organizer.post(address(of, "stations/"), {"name": " Court 1 "})
    assert response.status_code == 201
    made = response.json
    where = response.headers["Location"]
    assert where == address(of, f"stations/{made['id']}/")
    assert (made["name"], made["tournament"]) == ("Court 1", of.id)
    assert api_client().get(where).json == made
    assert organizer.patch(where, {"name": "Centre"}).json["name"] == "Centre"
    assert factories.rows(Station)[0].name == "Centre"
    assert organizer.delete(where).status_code == 204
    assert factories.rows(Station) == []
    rows = factories.audit_rows(tournament_id=of.id)
    assert [row.action for row in rows] == ["STATION_CREATE", "STATION_UPDATE", "STATION_DELETE"]
    assert (rows[1].meta["old_name"], rows[1].meta["new_name"]) == ("Court 1", "Centre")
    assert {event.type for event in factories.events(tournament_id=of.id)} == {"tournament.updated"}


def test_a_station_keeps_its_name_without_writing(of, organizer):
    station = factories.station(of, "Court")
    for changes in ({}, {"name": "Court"}):
        assert organizer.patch(address(of, f"stations/{station.id}/"), changes).status_code == 200
    assert_untouched(of)
    assert organizer.patch(address(of, f"stations/{station.id}/"), {"name": "COURT"}).json["name"] == "COURT"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "COURT"}, "name"),
        ({"name": "B", "id": 3}, "id"),
    ],
)
def test_stations_refuse_bad_input_by_field(of, organizer, body, field):
    factories.station(of, "Court")
    other = factories.station(of, "Other")
    assert_problem(organizer.post(address(of, "stations/"), body), 400, field)
    assert_problem(organizer.patch(address(of, f"stations/{other.id}/"), body), 400, field)
    assert_problem(organizer.post(address(of, "stations/")), 400, "name")
    assert len(factories.rows(Station)) == 2
    assert_untouched(of)


def test_a_station_with_matches_is_not_deleted(of, organizer):
    station = factories.station(of)
    factories.match(of, station_id=station.id)
    factories.match(of, station_id=station.id, is_deleted=True)
    response = organizer.delete(address(of, f"stations/{station.id}/"))
    assert_problem(response, 400, says="2 matches are placed")
    assert factories.rows(Station) != []
    assert_untouched(of)


def test_a_stations_new_name_is_told_to_the_pages_that_show_its_matches(of, organizer):
    station = factories.station(of)
    match = factories.match(of, station_id=station.id)
    factories.match(of)
    organizer.patch(address(of, f"stations/{station.id}/"), {"name": "Stage"})
    assert [event.match_id for event in factories.events(type="match.updated")] == [match.id]
    assert organizer.get(url(match)).json["station_id"] == station.id


def test_there_is_an_end_to_stations(of, organizer):
    factories.save(*(Station(tournament_id=of.id, name=f"S{number}") for number in range(500)))
    assert_problem(organizer.post(address(of, "stations/"), {"name": "One more"}), 400, says="500")


def test_station_list_goes_by_id_in_pages(of, api_client):
    stations = [factories.station(of) for _ in range(3)]
    factories.station(factories.tournament())
    page = api_client().get(address(of, "stations/"), query_string={"page_size": 2}).json
    assert (page["count"], [row["id"] for row in page["results"]]) == (3, [row.id for row in stations[:2]])
    assert [row["id"] for row in api_client().get(page["next"]).json["results"]] == [stations[2].id]


def test_station_list_takes_as_many_queries_for_30_rows_as_for_1(app, of, api_client):
    assert_constant_queries(
        app, api_client(), address(of, "stations/"), lambda n: [factories.station(of) for _ in range(n)]
    )
