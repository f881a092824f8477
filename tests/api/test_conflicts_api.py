"""/api/conflicts/, /api/tournaments/{id}/conflicts/ and its mend/; warnings of verbs that make conflicts."""

import pytest

from app.models import Match
from tests import factories
from tests.api.around import address, assert_untouched
from tests.api.support import MATCHES, assert_problem, url
from tests.support.clashing import clash, clashes


@pytest.fixture
def scene(app):
    return clash()


@pytest.fixture
def organizer(api_client, scene):
    return api_client(scene.organizer)


def mend_body(offered):
    return {name: offered[name] for name in ("kind", "match", "start", "station_id", "version")}


def test_the_conflicts_of_a_tournament_are_listed_with_their_mends(scene, organizer):
    answer = organizer.get(address(scene.tournament, "conflicts/"))
    assert answer.status_code == 200
    assert answer.json["count"] == 1
    (found,) = answer.json["results"]
    assert (found["kind"], found["tournament"], found["subject"]) == (
        "station",
        scene.tournament.id,
        "Court 1",
    )
    assert found["matches"] == [match.id for match in scene.matches]
    assert (found["starts_at"], found["ends_at"]) == (scene.after(0), scene.after(40))
    assert [offered["kind"] for offered in found["mends"]] == ["station", "move", "no_station"]
    assert organizer.get("/api/conflicts/").json["results"] == [found]


def test_the_lists_are_paged(api_client, app):
    owner = factories.user()
    of = clashes(owner, 3)
    client = api_client(owner)
    for path in (address(of, "conflicts/"), "/api/conflicts/"):
        first = client.get(path, query_string={"page_size": 2}).json
        assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
        last = client.get(first["next"]).json
        assert (len(last["results"]), last["next"]) == (1, None)
        assert first["results"][1]["starts_at"] < last["results"][0]["starts_at"]
        assert_problem(client.get(path, query_string={"page": 3, "page_size": 2}), 404)
        assert_problem(client.get(path, query_string={"page_size": "many"}), 400, "page_size")


def test_only_those_of_tournaments_that_one_runs_are_listed(scene, api_client, organizer):
    other = clash()
    assert [row["tournament"] for row in organizer.get("/api/conflicts/").json["results"]] == [
        scene.tournament.id
    ]
    assert_problem(organizer.get(address(other.tournament, "conflicts/")), 403)
    assert api_client(factories.user()).get("/api/conflicts/").json["count"] == 0
    assert api_client(factories.admin()).get("/api/conflicts/").json["count"] == 2
    assert_problem(api_client().get("/api/conflicts/"), 401)


@pytest.mark.parametrize("place", range(3))
def test_each_mend_of_the_list_is_done_as_it_stands(scene, organizer, place):
    path = address(scene.tournament, "conflicts/")
    offered = organizer.get(path).json["results"][0]["mends"][place]
    done = organizer.post(f"{path}mend/", mend_body(offered))
    assert done.status_code == 200
    assert done.json == {"match": offered["match"], "batch_id": done.json["batch_id"]}
    assert organizer.get(path).json["count"] == 0
    undone = organizer.post(f"{MATCHES}bulk-schedule/{done.json['batch_id']}/undo/")
    assert undone.status_code == 200
    assert organizer.get(path).json["count"] == 1


def test_a_stream_and_a_coordinator_are_taken_off(scene, organizer):
    erin = factories.user()
    for match in scene.matches:
        factories.change(match, station_id=None, coordinator_id=erin.id, stream_url="https://e.org/s")
    path = address(scene.tournament, "conflicts/")
    for kind in ("no_coordinator", "no_stream"):
        offered = organizer.get(path).json["results"][0]["mends"][0]
        assert offered["kind"] == kind
        assert organizer.post(f"{path}mend/", mend_body(offered)).json["batch_id"] is None
    later = factories.fresh(scene.matches[1])
    assert (later.coordinator_id, later.stream_url) == (None, "")
    assert organizer.get(path).json["count"] == 0


def test_what_was_changed_since_is_a_lost_race(scene, organizer):
    path = address(scene.tournament, "conflicts/")
    station, move, _ = organizer.get(path).json["results"][0]["mends"]
    organizer.post(f"{path}mend/", mend_body(station))
    assert_problem(organizer.post(f"{path}mend/", mend_body(move)), 409, says="changed")
    assert factories.fresh(scene.matches[1]).scheduled_time == scene.at
    assert organizer.post(f"{path}mend/", mend_body({**move, "version": None})).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "move"}, "start"),
        ({"kind": "station"}, "station_id"),
        ({"kind": "station", "station_id": 999_999}, "station_id"),
        ({"kind": "move", "start": "2020-01-01T00:00:00Z"}, "scheduled_time"),
        ({"kind": "move", "start": "2020-01-01T00:00:00"}, "start"),
        ({"kind": "blow up"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": "no_station", "match": "1"}, "match"),
        ({"kind": "no_station", "more": 1}, "more"),
    ],
)
def test_a_mend_that_makes_no_sense_is_refused(scene, organizer, body, field):
    path = address(scene.tournament, "conflicts/mend/")
    assert_problem(organizer.post(path, {"match": scene.matches[0].id, **body}), 400, field)
    assert_untouched(scene.tournament)


def test_a_match_of_another_tournament_is_not_mended_here(scene, organizer, api_client):
    other = clash(scene.organizer)
    body = {"kind": "no_station", "match": other.matches[0].id}
    assert_problem(organizer.post(address(scene.tournament, "conflicts/mend/"), body), 400, "match")
    foreign = {"kind": "no_station", "match": clash(is_public=False).matches[0].id}
    assert_problem(organizer.post(address(scene.tournament, "conflicts/mend/"), foreign), 404)
    assert_problem(api_client(factories.user()).post(address(scene.tournament, "conflicts/mend/"), body), 403)
    assert_problem(api_client().post(address(scene.tournament, "conflicts/mend/"), body), 401)
    assert_untouched(other.tournament)


# -- warnings --------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet(scene):
    """The same tournament, with its second match at a time and place of its own."""
    factories.change(scene.matches[1], station_id=None, scheduled_time=factories.soon(600))
    return scene


def _verbs(scene):
    first, second = scene.matches
    erin = factories.user()
    factories.change(first, coordinator_id=erin.id)
    factories.change(second, scheduled_time=scene.at)
    sides = {"participant1_id": first.participant1_id, "scheduled_time": scene.after(10)}
    return {
        "update": ("patch", url(second), {"station_id": scene.stations[0].id}, 200),
        "call": ("post", url(second, "call"), {"station_id": scene.stations[0].id}, 200),
        "assign": ("post", url(second, "assign-coordinator"), {"coordinator_id": erin.id}, 200),
        "create": ("post", address(scene.tournament, "matches/"), sides, 201),
    }


@pytest.mark.parametrize("verb", ["update", "call", "assign", "create"])
def test_a_write_that_makes_a_conflict_is_done_with_a_warning(quiet, organizer, verb):
    method, path, body, status = _verbs(quiet)[verb]
    answer = getattr(organizer, method)(path, body)
    assert answer.status_code == status
    (warning,) = answer.json["warnings"]
    assert "M1 (" in warning and warning.endswith("at the same time.")
    again = organizer.get(url(factories.rows(Match, id=answer.json["id"])[0]))
    assert "warnings" not in again.json
    assert again.headers["ETag"] or status == 201


@pytest.mark.parametrize("verb", ["update", "call", "assign", "create"])
def test_a_write_that_makes_a_conflict_is_refused_where_the_tournament_says_so(quiet, organizer, verb):
    method, path, body, _ = _verbs(quiet)[verb]
    factories.change(quiet.tournament, conflict_policy="refuse")
    before = [factories.fresh(match).version for match in quiet.matches]
    assert_problem(getattr(organizer, method)(path, body), 400, says="at the same time")
    assert [factories.fresh(match).version for match in quiet.matches] == before
    assert len(factories.rows(Match, tournament_id=quiet.tournament.id)) == 2
    assert_untouched(quiet.tournament)


@pytest.mark.parametrize("verb", ["update", "call", "assign", "create"])
def test_a_write_that_makes_none_warns_of_nothing(quiet, organizer, verb):
    method, path, body, status = _verbs(quiet)[verb]
    factories.change(quiet.matches[0], scheduled_time=factories.soon(5000), coordinator_id=None)
    answer = getattr(organizer, method)(path, body)
    assert answer.status_code == status
    assert "warnings" not in answer.json


def test_what_has_begun_is_not_called_whatever_stands_against_its_station(quiet, organizer):
    method, path, body, _ = _verbs(quiet)["call"]
    factories.change(quiet.tournament, conflict_policy="refuse")
    factories.change(quiet.matches[1], state="LIVE", started_at=factories.soon(0))
    assert_problem(getattr(organizer, method)(path, body), 400, says="LIVE")


def test_the_description_knows_of_them(api_client):
    spec = api_client().get("/api/openapi.json").json
    assert "warnings" in spec["components"]["schemas"]["WeighedMatch"]["properties"]
    listed = spec["paths"]["/api/conflicts/"]["get"]
    assert listed["summary"]
    assert {"Conflict", "Mend", "MendBody", "Mended"} <= spec["components"]["schemas"].keys()
