"""POST /api/tournaments/matches/{id}/cancel/ and its preview."""

import pytest

from app.models import Dispute, MatchResult
from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url

OPEN = ["SCHEDULED", "CHECK_IN", "READY", "LIVE", "PENDING_RESULT", "DISPUTED"]


@pytest.mark.parametrize("state", OPEN)
def test_cancel_closes_any_open_match(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, "cancel"), {"reason": "Power cut"})
    assert response.status_code == 200
    assert response.json["state"] == "CANCELLED"
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.meta["reason"]) == ("MATCH_CANCEL", "Power cut")
    assert [event.type for event in factories.events(tournament_id=scene.tournament.id)] == [
        "match.cancelled"
    ]


def test_cancel_withdraws_a_result_and_closes_a_dispute(app, api_client):
    scene = factories.scene("DISPUTED")
    response = api_client(scene.organizer).post(url(scene.match, "cancel"))
    assert response.json["result"] is None
    assert response.json["dispute"] is None
    assert response.json["participant1_score"] is None
    assert [row.status for row in factories.rows(MatchResult, match_id=scene.match.id)] == ["withdrawn"]
    assert [row.decision for row in factories.rows(Dispute, match_id=scene.match.id)] == ["void"]


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_cancel_of_a_closed_match_is_refused(app, api_client, state, query):
    scene = factories.scene(state)
    assert_problem(api_client(scene.organizer).post(url(scene.match, "cancel") + query), 400, says=state)
    assert_unchanged(scene.match)


def test_cancel_preview_changes_nothing(app, api_client):
    scene = factories.scene("LIVE")
    response = api_client(scene.organizer).post(url(scene.match, "cancel") + "?preview=true")
    assert response.status_code == 200
    assert response.json["blocked_by"] == []
    (affected,) = response.json["affected"]
    assert (affected["match"], affected["state"]) == (scene.match.id, "LIVE")
    assert "CANCELLED" in affected["change"]
    assert_unchanged(scene.match)


@pytest.mark.parametrize("body", [{"reason": "x" * 501}, {"reason": 5}, {"reason": None}, {"why": "x"}])
def test_cancel_refuses_a_wrong_reason(app, api_client, body):
    scene = factories.scene()
    assert_problem(api_client(scene.organizer).post(url(scene.match, "cancel"), body), 400, next(iter(body)))
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_cancel_by_each_role(app, api_client, role, status):
    scene = factories.scene()
    response = client_of(api_client, scene, role).post(url(scene.match, "cancel"))
    assert response.status_code == status
    if status != 200:
        assert_unchanged(scene.match)


def test_cancel_refuses_other_verbs(app, api_client):
    scene = factories.scene()
    assert_problem(api_client(scene.organizer).get(url(scene.match, "cancel")), 405)
