"""POST /api/tournaments/matches/{id}/start/ and undo-start/."""

from threading import Barrier, Thread

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url

NOT_READY = [
    "SCHEDULED",
    "CHECK_IN",
    "LIVE",
    "PENDING_RESULT",
    "COMPLETED",
    "DISPUTED",
    "FORFEIT",
    "CANCELLED",
]


def test_start_makes_the_match_live_and_writes_one_row_and_one_event(app, api_client):
    scene = factories.scene(match_columns={"stream_url": "https://twitch.tv/finals"})
    response = api_client(scene.organizer).post(url(scene.match, "start"))
    assert response.status_code == 200
    assert (response.json["state"], response.json["message"]) == ("LIVE", "Match started successfully")
    assert response.json["started_at"].endswith("Z")
    assert factories.fresh(scene.match).state == "LIVE"
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.user_id, row.ip) == ("MATCH_START", scene.organizer.id, "127.0.0.1")
    (event,) = factories.events(tournament_id=scene.tournament.id)
    assert event.type == "match.started"
    assert event.payload["stream_url"] == "https://twitch.tv/finals"


@pytest.mark.parametrize("body", [None, {}])
def test_start_takes_no_body_or_an_empty_one(app, api_client, body):
    scene = factories.scene()
    assert api_client(scene.organizer).post(url(scene.match, "start"), body).status_code == 200


@pytest.mark.parametrize("body", [{"state": "LIVE"}, [], "start", 1])
def test_start_refuses_anything_in_its_body(app, api_client, body):
    scene = factories.scene()
    assert_problem(api_client(scene.organizer).post(url(scene.match, "start"), body), 400)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", NOT_READY)
def test_start_names_the_state_that_forbids_it(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, "start"))
    problem = assert_problem(response, 400, says=state)
    assert "READY" in problem["detail"]
    assert problem["reasons"]
    assert_unchanged(scene.match)


def test_start_waits_for_both_sides_to_check_in(app, api_client):
    scene = factories.scene(match_columns={"participant2_checked_in": False})
    response = api_client(scene.organizer).post(url(scene.match, "start"))
    assert_problem(response, 400, says=scene.team2.name)
    assert_unchanged(scene.match)


def test_start_waits_for_the_lobby_only_where_the_tournament_says_so(app, api_client):
    strict = factories.scene(game="valorant", require_lobby=True)
    assert_problem(api_client(strict.organizer).post(url(strict.match, "start")), 400, says="room_code")
    lenient = factories.scene(game="valorant")
    assert api_client(lenient.organizer).post(url(lenient.match, "start")).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_start_by_each_role(app, api_client, role, status):
    scene = factories.scene()
    response = client_of(api_client, scene, role).post(url(scene.match, "start"))
    assert response.status_code == status
    if status != 200:
        assert_problem(response, status)
        assert_unchanged(scene.match)


def test_start_by_a_coordinator_who_runs_the_match(app, api_client):
    scene = factories.scene(coordinators_run_matches=True)
    assert api_client(scene.coordinator).post(url(scene.match, "start")).status_code == 200
    other = factories.match(scene.tournament)
    assert_problem(api_client(scene.coordinator).post(url(other, "start")), 403)


def test_start_of_what_one_may_not_see_is_not_found(app, api_client):
    hidden = factories.scene(is_public=False)
    client = api_client(factories.user())
    assert_problem(client.post(url(hidden.match, "start")), 404)
    assert_problem(client.post("/api/tournaments/matches/999999/start/"), 404)
    assert_problem(api_client().post(url(hidden.match, "start")), 401)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_start_refuses_other_verbs(app, api_client, method):
    scene = factories.scene()
    response = api_client(scene.organizer).request(method, url(scene.match, "start"))
    assert_problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.both_databases
def test_of_several_starts_at_once_exactly_one_wins(database_kind, app, api_client):
    scene = factories.scene()
    clients = [api_client(scene.organizer) for _ in range(4)]
    barrier, statuses = Barrier(len(clients)), []

    def start(client):
        barrier.wait()
        statuses.append(client.post(url(scene.match, "start")).status_code)

    threads = [Thread(target=start, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 400, 400, 400]
    assert len(factories.audit_rows(match_id=scene.match.id)) == 1
    assert len(factories.events(tournament_id=scene.tournament.id)) == 1


def test_undo_start_makes_the_match_ready_again(app, api_client):
    scene = factories.scene("LIVE")
    response = api_client(scene.organizer).post(url(scene.match, "undo-start"))
    assert response.status_code == 200
    assert (response.json["state"], response.json["started_at"]) == ("READY", None)
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "MATCH_UNDO_START"
    assert [event.type for event in factories.events(tournament_id=scene.tournament.id)] == ["match.ready"]


@pytest.mark.parametrize("state", ["READY", "PENDING_RESULT", "COMPLETED", "CANCELLED"])
def test_undo_start_names_the_state_that_forbids_it(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.organizer).post(url(scene.match, "undo-start")), 400, says=state)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player2", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_undo_start_by_each_role(app, api_client, role, status):
    scene = factories.scene("LIVE")
    response = client_of(api_client, scene, role).post(url(scene.match, "undo-start"))
    assert response.status_code == status
    if status != 200:
        assert_unchanged(scene.match)


def test_undo_start_refuses_other_verbs(app, api_client):
    scene = factories.scene("LIVE")
    assert_problem(api_client(scene.organizer).get(url(scene.match, "undo-start")), 405)
