"""POST matches/{id}/accept/ and hand-over/: what a coordinator says to a match."""

import pytest

from tests import factories
from tests.api.support import ROLES, assert_problem, assert_unchanged, client_of, url


@pytest.fixture
def scene(app):
    return factories.scene("READY")


def test_accepting_writes_the_answer_one_audit_row_and_one_event(scene, api_client):
    response = api_client(scene.coordinator).post(url(scene.match, "accept"))
    assert response.status_code == 200
    assert (response.json["coordinator_answer"], response.json["coordinator_note"]) == ("accepted", "")
    assert response.json["version"] == scene.match.version + 1
    (row,) = factories.audit_rows(match_id=scene.match.id)
    assert (row.action, row.meta["answer"], row.user_id) == (
        "MATCH_COORDINATOR_ANSWER",
        "accepted",
        scene.coordinator.id,
    )
    (event,) = factories.events(match_id=scene.match.id)
    assert (event.type, event.payload["changed"]) == ("match.updated", ["coordinator_answer"])


def test_handing_over_tells_the_note_to_nobody_but_the_organizers(scene, api_client):
    body = {"note": " My train is late "}
    assert api_client(scene.coordinator).post(url(scene.match, "hand-over"), json=body).status_code == 200
    (event,) = factories.events(match_id=scene.match.id)
    assert "train" not in str(event.payload)
    for role in ROLES:
        document = client_of(api_client, scene, role).get(url(scene.match)).json
        if role in ("admin", "organizer", "coordinator"):
            assert document["coordinator_answer"] == "hand_over"
            assert document["coordinator_note"] == "My train is late"
        else:
            assert "coordinator_answer" not in document and "coordinator_note" not in document
        history = client_of(api_client, scene, role).get(url(scene.match, "history")).text
        assert ("train" in history) == (role in ("admin", "organizer", "coordinator"))


def test_the_same_again_is_no_change(scene, api_client):
    client = api_client(scene.coordinator)
    for _ in range(2):
        assert client.post(url(scene.match, "hand-over"), json={"note": "Ill"}).status_code == 200
    assert len(factories.audit_rows(match_id=scene.match.id)) == 1
    assert client.post(url(scene.match, "accept")).json["coordinator_note"] == ""
    assert len(factories.audit_rows(match_id=scene.match.id)) == 2


@pytest.mark.parametrize("verb", ["accept", "hand-over"])
@pytest.mark.parametrize("state", ["COMPLETED", "FORFEIT", "CANCELLED"])
def test_a_closed_match_is_refused(app, api_client, verb, state):
    scene = factories.scene(state)
    assert_problem(api_client(scene.coordinator).post(url(scene.match, verb)), 400)
    assert_unchanged(scene.match)


def test_organizers_who_coordinate_answer_too(scene, api_client):
    factories.change(scene.match, coordinator_id=scene.organizer.id)
    assert api_client(scene.organizer).post(url(scene.match, "accept")).status_code == 200
    assert_problem(api_client(scene.coordinator).post(url(scene.match, "accept")), 403)


@pytest.mark.parametrize("body", [{"note": "x" * 201}, {"note": 7}, {"note": "a\0b"}, {"why": "x"}, []])
def test_bad_bodies(scene, api_client, body):
    assert_problem(api_client(scene.coordinator).post(url(scene.match, "hand-over"), json=body), 400)
    assert_unchanged(scene.match)


def test_a_stale_version_is_told(scene, api_client):
    response = api_client(scene.coordinator).post(url(scene.match, "accept"), headers={"If-Match": '"99"'})
    assert_problem(response, 412)
    assert_unchanged(scene.match)


def test_a_new_assignment_clears_the_answer(scene, api_client):
    factories.change(scene.match, coordinator_answer="accepted")
    body = {"coordinator_id": scene.stranger.id}
    response = api_client(scene.organizer).post(url(scene.match, "assign-coordinator"), json=body)
    assert response.json["coordinator_answer"] == ""
