"""POST /api/tournaments/matches/{id}/report-dispute/ and resolve-dispute/."""

import pytest

from app.models import Dispute
from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url

REASONS = ["score_dispute", "wrong_winner", "cheating", "no_show", "technical", "other"]


def report(client, scene, **body):
    return client.post(url(scene.match, "report-dispute"), {"reason": "technical", **body})


def resolve(client, scene, query="", **body):
    return client.post(url(scene.match, "resolve-dispute") + query, body)


@pytest.mark.parametrize("reason", REASONS)
def test_report_opens_a_dispute_and_writes_one_row(app, api_client, reason):
    scene = factories.scene("PENDING_RESULT")
    response = report(
        api_client(scene.player2), scene, reason=reason.upper(), description="Wrong map", evidence_url=""
    )
    assert response.status_code == 200
    assert response.json["state"] == "DISPUTED"
    dispute = response.json["dispute"]
    assert (dispute["reason"], dispute["description"]) == (reason, "Wrong map")
    assert dispute["reported_by"] == scene.team2.id
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "DISPUTE_CREATE"
    assert "Wrong map" not in str(row.meta)
    (event,) = factories.events(tournament_id=scene.tournament.id)
    assert event.type == "dispute.created"
    assert "Wrong map" not in str(event.payload)


def test_report_by_an_organizer_is_of_no_side(app, api_client):
    scene = factories.scene("PENDING_RESULT")
    assert report(api_client(scene.organizer), scene).json["dispute"]["reported_by"] is None


def test_report_after_completion_only_within_the_window(app, api_client):
    inside = factories.scene("COMPLETED", dispute_window_minutes=10)
    assert report(api_client(inside.player2), inside).json["state"] == "DISPUTED"
    late = factories.scene(
        "COMPLETED", dispute_window_minutes=10, match_columns={"completed_at": factories.soon(-11)}
    )
    assert_problem(report(api_client(late.player2), late), 400)
    closed = factories.scene("COMPLETED")
    assert_problem(report(api_client(closed.player2), closed), 400)


@pytest.mark.parametrize(
    ("field", "value"),
    [("reason", "unfair"), ("reason", None), ("reason", 5), ("description", "x" * 2001), ("description", []),
     ("evidence_url", "javascript:x"), ("evidence_url", "x" * 201), ("state", "LIVE")],
)  # fmt: skip
def test_report_refuses_a_wrong_value_by_its_field(app, api_client, field, value):
    scene = factories.scene("PENDING_RESULT")
    assert_problem(report(api_client(scene.player2), scene, **{field: value}), 400, field)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["READY", "LIVE", "DISPUTED", "CANCELLED"])
def test_report_is_refused_in_other_states(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(report(api_client(scene.player2), scene), 400, says=state)


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 403), ("stranger", 403), ("other_organizer", 403), ("anonymous", 401)],
)
def test_report_by_each_other_role(app, api_client, role, status):
    scene = factories.scene("PENDING_RESULT")
    assert_problem(report(client_of(api_client, scene, role), scene), status)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("decision", "state"),
    [("uphold", "COMPLETED"), ("correct", "COMPLETED"), ("replay", "LIVE"), ("void", "CANCELLED"),
     ("forfeit", "FORFEIT")],
)  # fmt: skip
def test_resolve_rules_and_writes_one_row(app, api_client, decision, state):
    scene = factories.scene("DISPUTED")
    more = {
        "correct": {"participant1_score": 0, "participant2_score": 2},
        "forfeit": {"participant_id": scene.team1.id},
    }.get(decision, {})
    preview = resolve(api_client(scene.organizer), scene, "?preview=true", decision=decision, **more)
    assert preview.json["affected"][0]["match"] == scene.match.id
    assert state in preview.json["affected"][0]["change"]
    assert preview.json["blocked_by"] == []
    assert_unchanged(scene.match)
    response = resolve(api_client(scene.organizer), scene, decision=decision, notes="Seen the replay", **more)
    assert response.status_code == 200
    assert (response.json["state"], response.json["dispute"]) == (state, None)
    if decision in ("correct", "forfeit"):
        assert response.json["winner_id"] == scene.team2.id
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.meta["decision"]) == ("DISPUTE_RESOLVE", decision)
    (dispute,) = factories.rows(Dispute, match_id=scene.match.id)
    assert (dispute.decision, dispute.resolution_notes) == (decision, "Seen the replay")


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("decision", {}), ("decision", {"decision": "ignore"}), ("decision", {"decision": None}),
        ("participant1_score", {"decision": "correct"}), ("participant_id", {"decision": "forfeit"}),
        ("participant1_score", {"decision": "correct", "participant2_score": 2}),
        ("participant1_score", {"decision": "correct", "participant1_score": 1, "participant2_score": 1}),
        ("participant_id", {"decision": "forfeit", "participant_id": 999999}),
        ("participant_id", {"decision": "forfeit", "participant_id": "1"}),
        ("notes", {"decision": "uphold", "notes": "x" * 2001}), ("winner", {"decision": "uphold", "winner": 1}),
    ],
)  # fmt: skip
def test_resolve_refuses_a_wrong_value_by_its_field(app, api_client, field, body):
    scene = factories.scene("DISPUTED")
    for query in ("", "?preview=true"):
        assert_problem(resolve(api_client(scene.organizer), scene, query, **body), 400, field)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["READY", "LIVE", "PENDING_RESULT", "COMPLETED", "CANCELLED"])
def test_resolve_is_refused_in_other_states(app, api_client, state):
    scene = factories.scene(state)
    for query in ("", "?preview=true"):
        assert_problem(resolve(api_client(scene.organizer), scene, query, decision="uphold"), 400, says=state)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("player1", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_resolve_by_each_role(app, api_client, role, status, query):
    scene = factories.scene("DISPUTED")
    response = resolve(client_of(api_client, scene, role), scene, query, decision="uphold")
    assert response.status_code == status


def test_dispute_verbs_refuse_other_methods(app, api_client):
    scene = factories.scene("DISPUTED")
    for verb in ("report-dispute", "resolve-dispute"):
        assert_problem(api_client(scene.organizer).get(url(scene.match, verb)), 405)
