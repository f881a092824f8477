"""forfeit/, reopen/, restore/, DELETE, undelete/ and results/{n}/restore/ of a match."""

import pytest

from app.models import MatchResult
from tests import factories
from tests.api.support import assert_problem, assert_unchanged, url


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY", "LIVE"])
def test_forfeit_closes_the_match_against_one_side(app, api_client, state):
    scene = factories.scene(state)
    body = {"participant_id": scene.team1.id, "reason": "Left"}
    response = api_client(scene.organizer).post(url(scene.match, "forfeit"), body)
    assert response.status_code == 200
    assert (response.json["state"], response.json["winner_id"]) == ("FORFEIT", scene.team2.id)
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.meta["reason"]) == ("MATCH_FORFEIT", "Left")


def test_forfeit_of_both_has_no_winner(app, api_client):
    scene = factories.scene()
    response = api_client(scene.organizer).post(url(scene.match, "forfeit"), {"both": True})
    assert (response.json["state"], response.json["winner_id"]) == ("FORFEIT", None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"both": False},
        {"participant_id": 999999},
        {"participant_id": "1"},
        {"both": "yes"},
        {"both": True, "participant_id": 1},
        {"reason": 5, "both": True},
        {"surprise": 1},
    ],
)
def test_forfeit_refuses_a_body_that_names_nobody(app, api_client, body):
    scene = factories.scene()
    assert_problem(api_client(scene.organizer).post(url(scene.match, "forfeit"), body), 400)
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT", "CANCELLED"])
@pytest.mark.parametrize("query", ["", "?preview=true"])
def test_forfeit_from_other_states_is_refused(app, api_client, state, query):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, "forfeit") + query, {"both": True})
    assert_problem(response, 400, says=state)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("verb", "state", "body", "says"),
    [
        ("forfeit", "READY", {"both": True}, "FORFEIT"),
        ("reopen", "COMPLETED", {}, "LIVE"),
        ("restore", "CANCELLED", {}, "SCHEDULED"),
    ],
)
def test_previews_change_nothing(app, api_client, verb, state, body, says):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, verb) + "?preview=true", body)
    assert response.status_code == 200
    assert response.json["blocked_by"] == []
    first = response.json["affected"][0]
    assert (first["match"], first["state"]) == (scene.match.id, state)
    assert says in first["change"]
    assert_unchanged(scene.match)


@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT"])
def test_reopen_makes_it_live(app, api_client, state):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, "reopen"), {"reason": "Wrong map"})
    assert response.status_code == 200
    assert (response.json["state"], response.json["winner_id"], response.json["result"]) == (
        "LIVE",
        None,
        None,
    )


@pytest.mark.parametrize("state", ["SCHEDULED", "READY", "LIVE", "PENDING_RESULT", "DISPUTED", "CANCELLED"])
def test_reopen_from_other_states_is_refused(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.organizer).post(url(scene.match, "reopen")), 400, says=state)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(("check_in", "state"), [(True, "SCHEDULED"), (False, "READY")])
def test_restore_brings_a_cancelled_match_back(app, api_client, check_in, state):
    scene = factories.scene("CANCELLED", enable_check_in=check_in)
    response = api_client(scene.organizer).post(url(scene.match, "restore"))
    assert (response.status_code, response.json["state"]) == (200, state)


@pytest.mark.parametrize(("check_in", "state"), [(True, "SCHEDULED"), (False, "READY")])
def test_the_preview_of_a_restore_names_the_state_that_it_leads_to(app, api_client, check_in, state):
    scene = factories.scene("CANCELLED", enable_check_in=check_in)
    response = api_client(scene.organizer).post(url(scene.match, "restore") + "?preview=true")
    assert response.json["affected"][0]["change"] == f"would be {state}"


def test_restore_of_another_state_is_refused(app, api_client):
    scene = factories.scene("COMPLETED")
    assert_problem(api_client(scene.organizer).post(url(scene.match, "restore")), 400, says="COMPLETED")


def test_an_earlier_result_is_made_the_result_again(app, api_client):
    scene = factories.scene("COMPLETED")
    client = api_client(scene.organizer)
    client.post(url(scene.match, "reopen"))
    client.post(url(scene.match, "submit-result"), {"participant1_score": 0, "participant2_score": 2})
    response = client.post(f"{url(scene.match)}results/1/restore/")
    assert response.status_code == 200
    assert (response.json["participant1_score"], response.json["winner_id"]) == (2, scene.team1.id)
    versions = factories.rows(MatchResult, match_id=scene.match.id)
    assert [row.status for row in versions] == ["withdrawn", "superseded", "final"]
    listed = client.get(url(scene.match, "results")).json["results"]
    assert [row["n"] for row in listed] == [1, 2, 3]
    assert_problem(client.post(f"{url(scene.match)}results/9/restore/"), 404)
    assert_problem(client.post(f"{url(scene.match)}results/x/restore/"), 404)


@pytest.mark.parametrize("state", ["SCHEDULED", "CHECK_IN", "READY"])
def test_delete_and_undelete(app, api_client, state):
    scene = factories.scene(state)
    client = api_client(scene.organizer)
    response = client.request("DELETE", url(scene.match))
    assert (response.status_code, response.data) == (204, b"")
    for gone in (client.get(url(scene.match)), client.post(url(scene.match, "start"))):
        assert_problem(gone, 404)
    assert_problem(api_client(scene.stranger).post(url(scene.match, "undelete")), 404)
    back = client.post(url(scene.match, "undelete"))
    assert (back.status_code, back.json["state"]) == (200, state)


@pytest.mark.parametrize("is_deleted", [True, False])
def test_undelete_looks_at_rights_before_the_body(app, api_client, is_deleted):
    scene = factories.scene("READY")
    if is_deleted:
        api_client(scene.organizer).request("DELETE", url(scene.match))
    wrong = {"surprise": 1}
    seen = 404 if is_deleted else 403
    assert_problem(api_client(scene.stranger).post(url(scene.match, "undelete"), wrong), seen)
    assert_problem(api_client(scene.organizer).post(f"{url(scene.match)[:-1]}999/undelete/", wrong), 404)
    assert_problem(api_client(scene.organizer).post(url(scene.match, "undelete"), wrong), 400, "surprise")


def test_undelete_heeds_the_version(app, api_client):
    scene = factories.scene("READY")
    client = api_client(scene.organizer)
    client.request("DELETE", url(scene.match))
    for header, status in (('"99"', 412), (f'"{scene.match.version + 1}"', 200)):
        response = client.post(url(scene.match, "undelete"), headers={"If-Match": header})
        assert response.status_code == status


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "COMPLETED", "DISPUTED", "FORFEIT"])
def test_delete_once_begun_is_refused(app, api_client, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.organizer).request("DELETE", url(scene.match)), 400, says=state)
    assert_unchanged(scene.match)


@pytest.mark.parametrize(
    ("verb", "state", "body"),
    [("forfeit", "READY", {"both": True}), ("reopen", "COMPLETED", {}), ("restore", "CANCELLED", {})],
)
def test_a_stale_version_is_412(app, api_client, verb, state, body):
    scene = factories.scene(state)
    response = api_client(scene.organizer).post(url(scene.match, verb), body, headers={"If-Match": '"99"'})
    assert_problem(response, 412)
    assert_unchanged(scene.match)
