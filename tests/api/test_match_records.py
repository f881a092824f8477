"""GET /api/tournaments/matches/{id}/results/ and history/."""

import pytest

from tests import factories
from tests.api.support import ROLES, assert_problem, client_of, url

INSIDE = ("admin", "organizer", "coordinator", "player1", "player2")


def test_results_lists_all_versions_oldest_first(app, api_client):
    scene = factories.scene("LIVE")
    player = api_client(scene.player1)
    for score in (1, 2):
        player.post(url(scene.match, "submit-result"), {"participant1_score": score, "participant2_score": 0})
    response = player.get(url(scene.match, "results"))
    assert response.json["count"] == 2
    assert [(row["n"], row["status"], row["participant1_score"]) for row in response.json["results"]] == [
        (1, "superseded", 1),
        (2, "pending", 2),
    ]
    assert response.json["results"][0]["submitted_by"] == scene.team1.id
    second = player.get(url(scene.match, "results"), query_string={"page": 2, "page_size": 1})
    assert [row["n"] for row in second.json["results"]] == [2]
    assert_problem(player.get(url(scene.match, "results"), query_string={"page": 3, "page_size": 1}), 404)


@pytest.mark.parametrize("role", ROLES)
def test_results_are_for_those_inside(app, api_client, role):
    scene = factories.scene("COMPLETED")
    response = client_of(api_client, scene, role).get(url(scene.match, "results"))
    if role in INSIDE:
        assert response.json["count"] == 1
    else:
        assert_problem(response, 403)


def test_history_tells_what_happened_oldest_first(app, api_client):
    scene = factories.scene("READY")
    organizer = api_client(scene.organizer)
    organizer.patch(url(scene.match), {"scheduled_time": factories.soon(300).isoformat()})
    organizer.post(
        "/api/tournaments/matches/bulk-schedule/",
        {"match_ids": [scene.match.id], "scheduled_time": factories.soon(400).isoformat()},
    )
    organizer.patch(url(scene.match, "lobby"), {"room_code": "XYZZY"})
    organizer.post(url(scene.match, "start"))
    response = organizer.get(url(scene.match, "history"))
    rows = response.json["results"]
    assert [row["action"] for row in rows] == [
        "MATCH_SCHEDULE",
        "MATCH_BULK_SCHEDULE",
        "MATCH_LOBBY_UPDATE",
        "MATCH_START",
    ]
    assert {row["username"] for row in rows} == {scene.organizer.username}
    assert "127.0.0.1" not in response.text


@pytest.mark.parametrize("role", ["player1", "stranger", "other_organizer", "anonymous"])
def test_history_tells_others_the_public_part(app, api_client, role):
    scene = factories.scene("READY")
    organizer = api_client(scene.organizer)
    organizer.patch(url(scene.match, "lobby"), {"room_code": "XYZZY"})
    organizer.post(url(scene.match, "assign-coordinator"), {"coordinator_id": None})
    organizer.post(url(scene.match, "start"))
    rows = client_of(api_client, scene, role).get(url(scene.match, "history")).json["results"]
    assert [row["action"] for row in rows] == ["MATCH_START"]
    assert (rows[0]["user"], rows[0]["meta"]) == (None, {})


def test_records_refuse_other_verbs_and_wrong_pages(app, api_client):
    scene = factories.scene()
    client = api_client(scene.organizer)
    for verb in ("results", "history"):
        assert_problem(client.post(url(scene.match, verb), {}), 405)
        assert_problem(client.get(url(scene.match, verb), query_string={"page": "x"}), 400, "page")
        assert_problem(client.get(f"/api/tournaments/matches/999999/{verb}/"), 404)
