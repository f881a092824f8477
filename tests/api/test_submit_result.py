"""POST /api/tournaments/matches/{id}/submit-result/ and confirm-result/."""

import pytest

from app.models import MatchResult
from tests import factories
from tests.api.support import assert_problem, assert_unchanged, client_of, url

TWO_ONE = {"participant1_score": 2, "participant2_score": 1}


@pytest.fixture
def scene(app):
    return factories.scene("LIVE")


def submit(client, scene, body=None):
    return client.post(url(scene.match, "submit-result"), TWO_ONE if body is None else body)


def test_submit_by_a_side_waits_for_confirmation(scene, api_client):
    response = submit(api_client(scene.player1), scene)
    assert response.status_code == 200
    assert response.json["state"] == "PENDING_RESULT"
    assert TWO_ONE.items() <= response.json.items()
    assert response.json["winner_id"] is None
    assert response.json["result"]["submitted_by"] == scene.team1.id
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "RESULT_SUBMIT"
    (event,) = factories.events(tournament_id=scene.tournament.id)
    assert event.type == "match.score_updated"
    assert event.payload["requires_confirmation"] is True


def test_submit_by_an_organizer_is_final(scene, api_client):
    response = submit(api_client(scene.organizer), scene)
    assert response.json["state"] == "COMPLETED"
    assert (response.json["winner_id"], response.json["loser_id"]) == (scene.team1.id, scene.team2.id)
    assert response.json["result"]["submitted_by"] is None
    assert response.json["completed_at"].endswith("Z")


def test_submit_again_by_the_same_side_replaces(scene, api_client):
    client = api_client(scene.player1)
    submit(client, scene)
    response = submit(client, scene, {"participant1_score": 0, "participant2_score": 3})
    assert (response.json["state"], response.json["participant2_score"]) == ("PENDING_RESULT", 3)
    assert [row.status for row in factories.rows(MatchResult, match_id=scene.match.id)] == [
        "superseded",
        "pending",
    ]


def test_submit_of_the_same_score_by_the_other_side_confirms(scene, api_client):
    submit(api_client(scene.player1), scene)
    response = submit(api_client(scene.player2), scene)
    assert response.json["state"] == "COMPLETED"
    assert [row.action for row in factories.audit_rows(match_id=scene.match.id)] == [
        "RESULT_SUBMIT",
        "RESULT_CONFIRM",
    ]


def test_submit_of_another_score_by_the_other_side_opens_a_dispute(scene, api_client):
    submit(api_client(scene.player1), scene)
    response = submit(api_client(scene.player2), scene, {"participant1_score": 0, "participant2_score": 2})
    assert response.json["state"] == "DISPUTED"
    assert response.json["dispute"]["reason"] == "score_dispute"
    assert response.json["dispute"]["reported_by"] == scene.team2.id


def test_submit_with_games_and_a_tie_break(app, api_client):
    scene = factories.scene("LIVE", match_columns={"best_of": 3})
    games = [
        {"participant1_score": 13, "participant2_score": 5},
        {"participant1_score": 11, "participant2_score": 13},
        {"participant1_score": 13, "participant2_score": 10},
    ]
    response = submit(api_client(scene.organizer), scene, {**TWO_ONE, "game_scores": games})
    assert response.json["game_scores"] == games
    level = factories.scene("LIVE")
    penalties = {"participant1_score": 3, "participant2_score": 4}
    body = {"participant1_score": 1, "participant2_score": 1, "tiebreak": penalties}
    response = submit(api_client(level.organizer), level, body)
    assert response.json["winner_id"] == level.team2.id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("participant1_score", -1), ("participant1_score", "2"), ("participant1_score", 1.5),
        ("participant1_score", True), ("participant1_score", None), ("participant1_score", 10**7),
        ("participant1_score", 2.0), ("participant1_score", 1), ("game_scores", {}), ("game_scores", [5]),
        ("game_scores", [{"participant1_score": 1}]), ("game_scores", [{**TWO_ONE, "map": "x"}]),
        ("game_scores", [TWO_ONE] * 8), ("game_scores", [{"participant1_score": 0, "participant2_score": 1}]),
        ("tiebreak", TWO_ONE), ("tiebreak", [2, 1]), ("tiebreak", "2-1"), ("notes", "x" * 1001), ("notes", 5),
        ("evidence_url", "ftp://x.org"), ("evidence_url", "https://x.org/" + "x" * 200), ("winner_id", 1),
    ],
)  # fmt: skip
def test_submit_refuses_a_wrong_value_by_its_field(scene, api_client, field, value):
    for who in (scene.organizer, scene.player1):
        problem = assert_problem(submit(api_client(who), scene, {**TWO_ONE, field: value}), 400)
        assert any(name.split(".")[0] == field for name in problem["errors"]), problem
    assert_unchanged(scene.match)


@pytest.mark.parametrize("scores", [(1, 0), (3, 0), (2, 2), (0, 0), (1, 1)])
def test_submit_refuses_what_no_best_of_three_ends_with(app, api_client, scores):
    scene = factories.scene("LIVE", match_columns={"best_of": 3})
    body = {"participant1_score": scores[0], "participant2_score": scores[1]}
    assert_problem(submit(api_client(scene.organizer), scene, body), 400, "participant1_score")


@pytest.mark.parametrize("state", ["SCHEDULED", "READY", "COMPLETED", "CANCELLED", "DISPUTED"])
def test_submit_is_refused_in_other_states(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(submit(api_client(scene.player1), scene), 400, says=state)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("coordinator", 403), ("stranger", 403), ("other_organizer", 403), ("anonymous", 401)],
)
def test_submit_by_each_other_role(scene, api_client, role, status):
    response = submit(client_of(api_client, scene, role), scene)
    assert response.status_code == status
    if status != 200:
        assert_unchanged(scene.match)


def test_submitted_notes_and_evidence_stay_inside(scene, api_client):
    body = {**TWO_ONE, "notes": "NOTES-XYZZY", "evidence_url": "https://example.org/XYZZY"}
    submit(api_client(scene.player1), scene, body)
    assert "XYZZY" in api_client(scene.player2).get(url(scene.match, "results")).text
    for role in ("stranger", "anonymous", "other_organizer"):
        client = client_of(api_client, scene, role)
        for verb in ("", "results", "history"):
            assert "XYZZY" not in client.get(url(scene.match, verb)).text
    assert "XYZZY" not in str([event.payload for event in factories.events()])


def test_confirm_by_the_other_side_completes_the_match(app, api_client):
    scene = factories.scene("PENDING_RESULT")
    response = api_client(scene.player2).post(url(scene.match, "confirm-result"))
    assert response.status_code == 200
    assert (response.json["state"], response.json["winner_id"]) == ("COMPLETED", scene.team1.id)
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert row.action == "RESULT_CONFIRM"


def test_confirm_of_ones_own_result_is_forbidden(app, api_client):
    scene = factories.scene("PENDING_RESULT")
    assert_problem(api_client(scene.player1).post(url(scene.match, "confirm-result")), 403)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["READY", "LIVE", "COMPLETED", "DISPUTED", "CANCELLED"])
def test_confirm_is_refused_in_other_states(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.player2).post(url(scene.match, "confirm-result")), 400, says=state)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("organizer", 200), ("coordinator", 403), ("stranger", 403), ("other_organizer", 403),
     ("anonymous", 401)],
)  # fmt: skip
def test_confirm_by_each_other_role(app, api_client, role, status):
    scene = factories.scene("PENDING_RESULT")
    response = client_of(api_client, scene, role).post(url(scene.match, "confirm-result"))
    assert response.status_code == status


@pytest.mark.parametrize("verb", ["submit-result", "confirm-result"])
def test_result_verbs_refuse_other_methods(scene, api_client, verb):
    assert_problem(api_client(scene.organizer).get(url(scene.match, verb)), 405)
