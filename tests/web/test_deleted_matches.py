"""Deleted matches: out of everybody's sight, and brought back by those who run the tournament."""

import pytest

from tests import factories as make


def test_a_deleted_match_is_found_and_brought_back(web_client):
    scene = make.scene("READY")
    client = web_client(scene.organizer)
    client.post(f"/matches/{scene.match.id}/delete", {"version": scene.match.version})
    assert client.get(f"/matches/{scene.match.id}/").status_code == 404
    here = f"/tournaments/{scene.tournament.slug}/deleted/"
    assert here in client.get(f"/tournaments/{scene.tournament.slug}/desk/").text
    page = client.get(here).text
    assert scene.team1.name in page and f"by {scene.organizer.username}" in page
    preview = client.post(f"/matches/{scene.match.id}/undelete?preview=true", htmx=True)
    assert "This match would be READY" in preview.text and make.fresh(scene.match).is_deleted
    whole = client.post(f"/matches/{scene.match.id}/undelete?preview=true")
    assert "This match would be READY" in whole.text and "<html" in whole.text
    stale = client.post(f"/matches/{scene.match.id}/undelete", {"version": scene.match.version})
    assert stale.status_code == 409 and "changed this match" in stale.text
    response = client.post(f"/matches/{scene.match.id}/undelete")
    assert (response.status_code, response.location) == (303, f"/matches/{scene.match.id}/")
    match = make.fresh(scene.match)
    assert (match.is_deleted, match.state) == (False, "READY")
    assert "No match is deleted" in client.get(here).text
    assert "Match brought back" in client.get(response.location).text


@pytest.mark.parametrize("state", ["LIVE", "PENDING_RESULT", "DISPUTED", "COMPLETED", "FORFEIT"])
def test_once_begun_there_is_no_delete(web_client, state):
    scene = make.scene(state)
    client = web_client(scene.organizer)
    assert "/delete" not in client.get(f"/matches/{scene.match.id}/").text
    response = client.post(f"/matches/{scene.match.id}/delete")
    assert response.status_code == 400 and "can&#39;t be deleted" in response.text
    assert not make.fresh(scene.match).is_deleted


def test_a_deleted_match_is_there_for_nobody_else(web_client):
    scene = make.scene("READY")
    web_client(scene.organizer).post(f"/matches/{scene.match.id}/delete")
    for role in ("player1", "coordinator", "stranger"):
        client = web_client(scene.person(role))
        assert client.post(f"/matches/{scene.match.id}/undelete").status_code == 404
        assert client.get(f"/tournaments/{scene.tournament.slug}/deleted/").status_code == 403
        assert client.get(f"/matches/{scene.match.id}/").status_code == 404


def test_a_taken_number_is_told(web_client):
    scene = make.scene("READY", match_columns={"match_number": 5})
    client = web_client(scene.organizer)
    bracket = make.bracket(scene.tournament)
    gone = make.match(scene.tournament, bracket=bracket, match_number=7, is_deleted=True)
    make.match(scene.tournament, bracket=bracket, match_number=7)
    response = client.post(f"/matches/{gone.id}/undelete")
    assert response.status_code == 400 and "another M7" in response.text
    preview = client.post(f"/matches/{gone.id}/undelete?preview=true", htmx=True)
    assert "another M7" in preview.text
