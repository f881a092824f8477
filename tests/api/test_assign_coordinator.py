"""POST /api/tournaments/matches/{id}/assign-coordinator/."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url


@pytest.fixture
def scene(app):
    return factories.scene()


def test_assign_coordinator_writes_one_row_and_mirrors_it_into_the_lobby(scene, api_client):
    helper = factories.user()
    response = api_client(scene.organizer).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": helper.id}
    )
    assert response.status_code == 200
    assert response.json["coordinator_id"] == helper.id
    lobby = response.json["lobby_info"]
    assert (lobby["coordinator_id"], lobby["coordinator_assigned_by"]) == (helper.id, scene.organizer.id)
    assert lobby["coordinator_assigned_at"].endswith("Z")
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "MATCH_COORDINATOR_ASSIGN"
    assert row.meta == {
        "match_id": scene.match.id,
        "tournament_id": scene.tournament.id,
        "coordinator_id": helper.id,
    }


def test_assign_coordinator_lets_the_new_one_read_and_the_old_one_no_more(app, api_client):
    scene = factories.scene(is_public=False)
    helper = factories.user()
    assert_problem(api_client(helper).get(url(scene.match)), 404)
    api_client(scene.organizer).post(url(scene.match, "assign-coordinator"), {"coordinator_id": helper.id})
    assert api_client(helper).get(url(scene.match)).status_code == 200
    assert_problem(api_client(scene.coordinator).get(url(scene.match)), 404)


def test_assign_coordinator_null_clears(scene, api_client):
    response = api_client(scene.organizer).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": None}
    )
    assert response.status_code == 200
    assert response.json["coordinator_id"] is None
    assert "coordinator_id" not in response.json["lobby_info"]


def test_assign_coordinator_twice_is_a_no_op(scene, api_client):
    response = api_client(scene.organizer).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": scene.coordinator.id}
    )
    assert response.status_code == 200
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    "body",
    [{}, {"coordinator_id": "1"}, {"coordinator_id": 999999}, {"coordinator_id": 0}, {"coordinator_id": -1},
     {"coordinator_id": 2**31}, {"coordinator_id": True}, {"coordinator_id": 1.0}, {"coordinator_id": [1]}],
)  # fmt: skip
def test_assign_coordinator_refuses_who_is_no_user(scene, api_client, body):
    response = api_client(scene.organizer).post(url(scene.match, "assign-coordinator"), body)
    assert_problem(response, 400, "coordinator_id")
    assert_unchanged(scene.match)


def test_assign_coordinator_refuses_a_deactivated_user(scene, api_client):
    gone = factories.user(is_active=False)
    response = api_client(scene.organizer).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": gone.id}
    )
    assert_problem(response, 400, "coordinator_id")


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_assign_coordinator_refuses_a_closed_match(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": None}
    )
    assert_problem(response, 400, says=state)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_assign_coordinator_by_each_role(scene, api_client, role, status):
    response = client_of(api_client, scene, role).post(
        url(scene.match, "assign-coordinator"), {"coordinator_id": None}
    )
    assert response.status_code == status
    if status != 200:
        assert_unchanged(scene.match)


def test_assign_coordinator_refuses_other_verbs(scene, api_client):
    assert_problem(api_client(scene.organizer).get(url(scene.match, "assign-coordinator")), 405)
