"""What changed in one's matches since one last looked: on /me/, and in the API."""

from datetime import UTC, datetime

import pytest

from app.models import SeenMatch
from tests import factories
from tests.api.support import assert_problem

MATCHES, SEEN = "/api/me/matches/", "/api/me/seen/"
HEADING = "Changed since you last looked"


@pytest.fixture
def scene(app):
    return factories.scene("SCHEDULED", time_zone="Europe/Berlin")


def changed(client, match):
    (row,) = [row for row in client.get(MATCHES).json["results"] if row["id"] == match.id]
    return row["changed"]


def z(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def rows_of(user):
    with factories.session() as its:
        return its.query(SeenMatch).filter_by(user_id=user.id).all()


def test_at_the_first_look_nothing_is_changed_and_looking_writes_nothing(scene, web_client, api_client):
    text = web_client(scene.player1).get("/me/").text
    assert HEADING not in text
    assert 'hx-post="/me/seen" hx-trigger="load"' in text
    assert ">Tell me of changes</button>" in text
    assert changed(api_client(scene.player1), scene.match) == []
    assert rows_of(scene.player1) == []


def test_moved_matches_are_told_until_they_are_seen(scene, web_client, api_client):
    client, api = web_client(scene.player1), api_client(scene.player1)
    old, station = factories.soon(60), factories.station(scene.tournament, "Court 2")
    assert client.post("/me/seen").location == "/me/"
    assert HEADING not in client.get("/me/").text
    new = factories.soon(85)
    factories.change(scene.match, scheduled_time=new, station_id=station.id)
    assert changed(api, scene.match) == [
        {"what": "moved", "old": z(old), "new": z(new)},
        {"what": "station", "old": "", "new": "Court 2"},
    ]
    text = client.get("/me/").text
    assert HEADING in text
    assert f'datetime="{z(old)}"' in text and f'datetime="{z(new)}"' in text
    assert "now at Court 2" in text
    # The other side has its own eyes.
    assert changed(api_client(scene.player2), scene.match) == []
    assert ">Got it</button>" in text
    client.post("/me/seen")
    assert HEADING not in client.get("/me/").text
    assert changed(api, scene.match) == []
    assert len(rows_of(scene.player1)) == 1


def test_a_time_or_a_station_that_is_gone(scene, web_client, api_client):
    station = factories.station(scene.tournament, "Court 2")
    factories.change(scene.match, station_id=station.id)
    api = api_client(scene.player1)
    old = factories.fresh(scene.match).scheduled_time
    assert api.post(SEEN).json == {"seen": 1}
    factories.change(scene.match, scheduled_time=None, station_id=None)
    assert changed(api, scene.match) == [
        {"what": "moved", "old": z(old), "new": None},
        {"what": "station", "old": "Court 2", "new": ""},
    ]
    text = web_client(scene.player1).get("/me/").text
    assert "no time yet" in text and "no station yet" in text


def test_a_new_match_is_new_and_a_cancelled_one_is_told(scene, web_client, api_client):
    api, client = api_client(scene.player1), web_client(scene.player1)
    api.post(SEEN)
    new = factories.match(scene.tournament, "SCHEDULED", participant1=scene.team1)
    assert changed(api, new) == [{"what": "new", "old": None, "new": None}]
    assert "new match" in client.get("/me/").text
    organizer = web_client(scene.organizer)
    organizer.post(f"/matches/{scene.match.id}/cancel", {"version": scene.match.version})
    assert changed(api, scene.match) == [{"what": "cancelled", "old": None, "new": None}]
    assert "cancelled" in client.get("/me/").text
    api.post(SEEN)
    assert [row["id"] for row in api.get(MATCHES).json["results"]] == [new.id]
    assert HEADING not in client.get("/me/").text


def test_what_was_played_is_no_news(scene, api_client):
    api = api_client(scene.player1)
    api.post(SEEN)
    factories.change(
        scene.match, state="COMPLETED", winner_id=scene.team1.id, scheduled_time=factories.soon(-9)
    )
    assert api.get(MATCHES).json["results"] == []


def test_htmx_notes_the_first_look_and_leaves_nothing_behind(scene, web_client):
    response = web_client(scene.player1).post("/me/seen", headers={"HX-Request": "true"})
    assert (response.status_code, response.text) == (200, "")
    assert len(rows_of(scene.player1)) == 1


def test_across_a_change_of_clocks_each_time_has_its_own_offset(scene, web_client):
    factories.change(scene.match, scheduled_time=datetime(2027, 3, 27, 13, tzinfo=UTC))
    client = web_client(scene.player1)
    client.post("/me/seen")
    factories.change(scene.match, scheduled_time=datetime(2027, 3, 28, 12, 25, tzinfo=UTC))
    text = client.get("/me/").text.split(HEADING)[1].split("</ul>")[0]
    assert ">Sat 27 Mar 2027, 14:00</time> → <time" in text
    assert ">Sun 28 Mar 2027, 14:25</time>" in text


def test_the_api_is_for_somebody(api_client, scene):
    for path in (MATCHES, "/api/me/coordinating/"):
        assert_problem(api_client().get(path), 401)
    assert_problem(api_client().post(SEEN), 401)
    assert_problem(api_client(scene.player1).post(SEEN, json={"all": True}), 400, "all")
    assert_problem(api_client(scene.player1).get(f"{MATCHES}?page=2"), 404)


def test_own_matches_come_in_pages(api_client, scene):
    factories.match(
        scene.tournament, "SCHEDULED", participant1=scene.team1, scheduled_time=factories.soon(90)
    )
    page = api_client(scene.player1).get(f"{MATCHES}?page_size=1&page=2").json
    assert (page["count"], len(page["results"]), page["next"]) == (2, 1, None)


def test_coordinated_matches_in_the_api(api_client, scene):
    other = factories.match(
        scene.tournament,
        "SCHEDULED",
        coordinator_id=scene.coordinator.id,
        scheduled_time=scene.match.scheduled_time,
    )
    first, second = api_client(scene.coordinator).get("/api/me/coordinating/").json["results"]
    assert (first["clashes"], second["clashes"]) == ([other.id], [scene.match.id])
    assert (first["minutes"], first["coordinator_answer"], first["station_name"]) == (60, "", "")


def test_answers_have_the_fields_that_are_described(api_client, scene):
    schemas = api_client().get("/api/openapi.json").json["components"]["schemas"]
    for path, who, name in (
        (MATCHES, scene.player1, "OwnMatch"),
        ("/api/me/coordinating/", scene.coordinator, "CoordinatedMatch"),
    ):
        (row,) = api_client(who).get(path).json["results"]
        assert row.keys() == schemas[name]["properties"].keys()
