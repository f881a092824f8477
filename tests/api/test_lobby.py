"""PATCH /api/tournaments/matches/{id}/lobby/."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url


@pytest.fixture
def scene(app):
    return factories.scene(
        game="valorant", match_columns={"lobby": {"room_code": "OLD", "map": "Haven", "notes": "Bring water"}}
    )


def test_lobby_merges_and_writes_one_row_without_values(scene, api_client):
    response = api_client(scene.organizer).patch(
        url(scene.match, "lobby"), {"room_code": "SECRET-9", "region": "EU", "notes": None}
    )
    assert response.status_code == 200
    lobby = response.json["lobby_info"]
    assert {"room_code": "SECRET-9", "region": "EU", "map": "Haven"}.items() <= lobby.items()
    assert "notes" not in lobby
    assert lobby["updated_at"].endswith("Z")
    assert response.json["lobby_missing"] == []
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "MATCH_LOBBY_UPDATE"
    assert row.meta == {
        "match_id": scene.match.id,
        "tournament_id": scene.tournament.id,
        "lobby_fields_updated": ["notes", "region", "room_code"],
    }
    (event,) = factories.events(tournament_id=scene.tournament.id)
    assert event.is_private
    assert "SECRET-9" not in str(event.payload)


def test_lobby_names_the_required_keys_that_are_missing(scene, api_client):
    response = api_client(scene.organizer).patch(url(scene.match, "lobby"), {"map": "Bind"})
    assert response.json["lobby_missing"] == ["region"]


def test_lobby_with_what_stands_already_is_a_no_op(scene, api_client):
    for body in ({"room_code": "OLD"}, {"region": None}, {}):
        assert api_client(scene.organizer).patch(url(scene.match, "lobby"), body).status_code == 200
    assert_unchanged(scene.match)


def test_lobby_keeps_at_least_one_identifier(scene, api_client):
    client = api_client(scene.organizer)
    assert_problem(client.patch(url(scene.match, "lobby"), {"room_code": None}), 400, says="room_code")
    both = {"room_code": None, "room_id": "77"}
    assert client.patch(url(scene.match, "lobby"), both).status_code == 200


def test_lobby_without_any_identifier_is_refused(app, api_client):
    scene = factories.scene()
    for body in ({"map": "Bind"}, {"room_code": ""}, {}):
        assert_problem(api_client(scene.organizer).patch(url(scene.match, "lobby"), body), 400)
    assert_unchanged(scene.match)


LENGTHS = {
    "room_code": 50, "room_id": 50, "room_password": 50, "lobby_code": 50, "match_id": 50, "region": 20,
    "draft_mode": 20, "map": 50, "mode": 50, "notes": 500,
}  # fmt: skip


@pytest.mark.parametrize(("key", "length"), LENGTHS.items())
def test_lobby_bounds_each_key(scene, api_client, key, length):
    client = api_client(scene.organizer)
    assert client.patch(url(scene.match, "lobby"), {key: "x" * length}).status_code == 200
    assert_problem(client.patch(url(scene.match, "lobby"), {key: "x" * (length + 1)}), 400, key)


@pytest.mark.parametrize(
    ("key", "value"),
    [("room_code", 5), ("room_code", True), ("room_code", ["A"]), ("map", {"name": "Bind"}), ("map", "  "),
     ("region", "EU\x00"), ("server", "eu-1"), ("ROOM_CODE", "A"), ("coordinator_id", 5),
     ("coordinator_assigned_by", 1), ("coordinator_assigned_at", None), ("updated_at", "2026-01-01T00:00:00Z"),
     ("__proto__", "x"), ("", "x")],
)  # fmt: skip
def test_lobby_refuses_a_wrong_key_or_value_by_name(scene, api_client, key, value):
    problem = assert_problem(api_client(scene.organizer).patch(url(scene.match, "lobby"), {key: value}), 400)
    assert "\x00" in str(value) or key in problem["errors"]
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_lobby_of_a_closed_match_is_refused(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).patch(url(scene.match, "lobby"), {"room_code": "A"})
    assert_problem(response, 400, says=state)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_lobby_by_each_role(scene, api_client, role, status):
    response = client_of(api_client, scene, role).patch(url(scene.match, "lobby"), {"room_code": "NEW"})
    assert response.status_code == status
    if status != 200:
        assert_unchanged(scene.match)


def test_lobby_by_a_coordinator_who_runs_the_match(app, api_client):
    scene = factories.scene(coordinators_run_matches=True)
    response = api_client(scene.coordinator).patch(url(scene.match, "lobby"), {"room_code": "NEW"})
    assert response.status_code == 200


def test_lobby_refuses_other_verbs(scene, api_client):
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert_problem(api_client(scene.organizer).request(method, url(scene.match, "lobby")), 405)
