"""POST /api/tournaments/matches/{id}/check-in/."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url


@pytest.fixture
def scene(app):
    return factories.scene("SCHEDULED")


def check_in(client, scene, body=None):
    return client.post(url(scene.match, "check-in"), body)


def test_check_in_of_the_first_side_writes_one_row(scene, api_client):
    response = check_in(api_client(scene.player1), scene)
    assert response.status_code == 200
    assert response.json["state"] == "CHECK_IN"
    assert (response.json["participant1_checked_in"], response.json["participant2_checked_in"]) == (
        True,
        False,
    )
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.user_id) == ("MATCH_CHECK_IN", scene.player1.id)
    assert [event.type for event in factories.events(tournament_id=scene.tournament.id)] == [
        "match.checked_in"
    ]


def test_check_in_of_both_sides_makes_the_match_ready(scene, api_client):
    check_in(api_client(scene.player1), scene)
    response = check_in(api_client(scene.player2), scene, {"participant_id": scene.team2.id})
    assert response.json["state"] == "READY"
    types = [event.type for event in factories.events(tournament_id=scene.tournament.id)]
    assert types == ["match.checked_in", "match.checked_in", "match.ready"]


def test_check_in_by_an_organizer_names_the_side(scene, api_client):
    client = api_client(scene.organizer)
    assert_problem(check_in(client, scene), 400, "participant_id")
    assert check_in(client, scene, {"participant_id": scene.team2.id}).json["participant2_checked_in"]


def test_check_in_twice_is_a_no_op(scene, api_client):
    client = api_client(scene.player1)
    assert [check_in(client, scene).status_code for _ in range(2)] == [200, 200]
    assert len(factories.audit_rows(match_id=scene.match.id)) == 1


def test_check_in_of_the_other_side_is_forbidden(scene, api_client):
    assert_problem(check_in(api_client(scene.player1), scene, {"participant_id": scene.team2.id}), 403)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("value", [999999, "1", 0, -1, True, 1.5, 2**31, [1]])
def test_check_in_refuses_who_does_not_play(scene, api_client, value):
    response = check_in(api_client(scene.organizer), scene, {"participant_id": value})
    assert_problem(response, 400, "participant_id")
    assert_unchanged(scene.match)


def test_check_in_closes_at_the_deadline_except_for_organizers(app, api_client):
    scene = factories.scene("SCHEDULED", match_columns={"check_in_deadline": factories.soon(-1)})
    assert_problem(check_in(api_client(scene.player1), scene), 400)
    assert check_in(api_client(scene.organizer), scene, {"participant_id": scene.team1.id}).status_code == 200


@pytest.mark.parametrize("state", ["LIVE", "COMPLETED", "CANCELLED", "FORFEIT", "DISPUTED"])
def test_check_in_is_refused_once_the_match_has_begun_or_is_closed(app, api_client, state):
    columns = {"participant1_checked_in": False}
    scene = factories.scene(state, match_columns=columns)
    assert_problem(check_in(api_client(scene.player1), scene), 400, says=state)


def test_check_in_waits_until_both_sides_are_known(app, api_client):
    scene = factories.scene("SCHEDULED", match_columns={"participant2_id": None})
    assert_problem(check_in(api_client(scene.player1), scene), 400)


def test_check_in_is_refused_where_it_is_off(app, api_client):
    scene = factories.scene("SCHEDULED", enable_check_in=False)
    assert_problem(check_in(api_client(scene.player1), scene), 400)


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 403), ("stranger", 403), ("other_organizer", 403), ("anonymous", 401)],
)
def test_check_in_by_each_other_role(scene, api_client, role, status):
    assert_problem(check_in(client_of(api_client, scene, role), scene), status)
    assert_unchanged(scene.match)


def test_check_in_refuses_other_verbs(scene, api_client):
    assert_problem(api_client(scene.player1).get(url(scene.match, "check-in")), 405)
