"""GET /api/tournaments/matches/{id}/: the document, its readers, its ETag."""

import pytest

from tests import factories
from tests.api.support import MATCHES, ROLES, assert_problem, client_of, url
from tests.api.test_match_list import ROW

DOCUMENT = ROW | {
    "tournament_slug", "loser_id", "check_in_deadline", "participant1_checked_in", "participant2_checked_in",
    "lobby_info", "stream_url", "coordinator_id", "station_id", "best_of", "game_scores", "created_at",
    "updated_at", "version", "result", "dispute",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_everyone_reads_a_public_match(app, api_client, role):
    scene = factories.scene()
    response = client_of(api_client, scene, role).get(url(scene.match))
    assert response.status_code == 200
    assert response.json.keys() >= DOCUMENT


@pytest.mark.parametrize("role", ROLES)
def test_a_private_match_exists_for_its_own_people_only(app, api_client, role):
    scene = factories.scene(is_public=False)
    response = client_of(api_client, scene, role).get(url(scene.match))
    if role in ("other_organizer", "stranger", "anonymous"):
        unknown = client_of(api_client, scene, role).get(f"{MATCHES}999999/")
        assert assert_problem(response, 404) == assert_problem(unknown, 404)
    else:
        assert response.status_code == 200


@pytest.mark.parametrize(
    "number", ["0", "999999", "2147483648", "9" * 19, "9" * 400, "-1", "1.0", "x", "%00"]
)
def test_an_id_that_no_match_has_is_not_found(app, api_client, number):
    factories.match()
    assert_problem(api_client().get(f"{MATCHES}{number}/"), 404)


def test_a_deleted_match_is_not_found(app, api_client):
    scene = factories.scene(match_columns={"is_deleted": True})
    assert_problem(api_client(scene.organizer).get(url(scene.match)), 404)


def test_both_spellings_of_an_address_answer_without_redirect(app, api_client):
    match = factories.match()
    assert api_client().get(f"{MATCHES}{match.id}").json == api_client().get(url(match)).json


def test_result_and_dispute_show_whose_they_are(app, api_client):
    scene = factories.scene("DISPUTED")
    document = api_client(scene.player1).get(url(scene.match)).json
    assert document["result"]["submitted_by"] == scene.team1.id
    assert document["result"]["submitted_at"].endswith("Z")
    assert document["dispute"]["reason"] == "score_dispute"
    assert document["dispute"]["reported_by"] == scene.team2.id


@pytest.mark.parametrize("role", ["stranger", "other_organizer", "anonymous"])
def test_a_dispute_is_not_shown_outside(app, api_client, role):
    scene = factories.scene("DISPUTED")
    response = client_of(api_client, scene, role).get(url(scene.match))
    assert response.json["dispute"] is None
    assert "second map" not in response.text


def test_unset_things_are_null_or_empty(app, api_client):
    match = factories.match(state="SCHEDULED", participant1=None, scheduled_time=None, check_in_deadline=None)
    document = api_client().get(url(match)).json
    assert document["stream_url"] == ""
    assert document["participant1_name"] == ""
    assert document["game_scores"] == []
    for name in ("participant1_id", "scheduled_time", "started_at", "station_id", "result", "loser_id"):
        assert document[name] is None, name


def test_etag_lets_a_client_ask_whether_anything_changed(app, api_client):
    scene = factories.scene()
    client = api_client()
    first = client.get(url(scene.match))
    again = client.get(url(scene.match), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    for header in (f"W/{first.headers['ETag']}", f'"other", {first.headers["ETag"]}', "*"):
        assert client.get(url(scene.match), headers={"If-None-Match": header}).status_code == 304
    api_client(scene.organizer).post(url(scene.match, "start"))
    changed = client.get(url(scene.match), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_etag_differs_by_reader_and_by_the_names_shown(app, api_client):
    scene = factories.scene()
    tags = {
        role: client_of(api_client, scene, role).get(url(scene.match)).headers["ETag"]
        for role in ("organizer", "player1", "stranger", "anonymous")
    }
    assert len(set(tags.values())) == 4
    factories.change(scene.team1, name="Renamed")
    assert api_client().get(url(scene.match)).headers["ETag"] != tags["anonymous"]


def test_answers_to_somebody_are_private_to_shared_caches(app, api_client):
    scene = factories.scene()
    personal = api_client(scene.player1).get(url(scene.match))
    assert "private" in personal.headers["Cache-Control"]
    for response in (personal, api_client().get(url(scene.match))):
        assert {"Authorization", "Cookie"} <= set(response.vary)
