"""Links that let somebody in: invitations to a participant, one-time sign-ins, the board of a private tournament."""

import pytest

from app.models import ParticipantMember
from app.services import tournaments
from tests import factories


@pytest.fixture
def scene():
    return factories.scene(is_public=False)


def _invite(app, scene) -> str:
    with app.app_context():
        return tournaments.create_invite(
            actor=factories.actor(scene.organizer),
            tournament_id=scene.tournament.id,
            participant_id=scene.team1.id,
            now=factories.soon(0),
        )


def _sign_in_link(app, scene) -> str:
    with app.app_context():
        return tournaments.create_sign_in_link(
            actor=factories.actor(scene.organizer),
            tournament_id=scene.tournament.id,
            participant_id=scene.team1.id,
            username=scene.player1.username,
            now=factories.soon(0),
        )


def test_an_invite_is_offered_and_taken_with_a_button(app, web_client, scene):
    path = f"/join/{_invite(app, scene)}"
    client = web_client(scene.stranger)
    page = client.get(path)
    assert scene.team1.name in page.text
    assert not factories.rows(ParticipantMember, user_id=scene.stranger.id)
    response = client.post(path)
    assert (response.status_code, response.location) == (303, "/me/")
    (member,) = factories.rows(ParticipantMember, user_id=scene.stranger.id)
    assert member.participant_id == scene.team1.id


def test_an_invite_sends_strangers_to_sign_in_and_back(app, client, scene):
    path = f"/join/{_invite(app, scene)}"
    page = client.get(path)
    assert page.status_code == 200
    assert f'href="/login?next={path}"' in page.text
    assert f'href="/register?next={path}"' in page.text
    assert client.post(path).location == "/login"


def test_a_revoked_invite_is_not_found(app, web_client, scene):
    path = f"/join/{_invite(app, scene)}"
    with app.app_context():
        tournaments.revoke_invite(
            actor=factories.actor(scene.organizer),
            tournament_id=scene.tournament.id,
            participant_id=scene.team1.id,
            now=factories.soon(0),
        )
    client = web_client(scene.stranger)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.get("/join/nonsense").status_code == 404


def test_a_sign_in_link_works_once_and_only_by_its_button(app, web_client, scene):
    path = f"/sign-in/{_sign_in_link(app, scene)}"
    client = web_client()
    assert client.get(path).status_code == 200
    assert client.get(path).status_code == 200
    response = client.post(path)
    assert (response.status_code, response.location) == (303, "/me/")
    assert scene.player1.username in client.get("/account/").text
    assert web_client().post(path).status_code == 404


def test_a_sign_in_link_needs_the_forms_token(app, web_client, scene):
    path = f"/sign-in/{_sign_in_link(app, scene)}"
    assert web_client().post(path, csrf=False).status_code == 400
    assert web_client().post(path).status_code == 303


def test_pages_with_a_secret_address_tell_nobody_of_it(app, client, scene):
    for path in (f"/join/{_invite(app, scene)}", f"/sign-in/{_sign_in_link(app, scene)}"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "private, no-store"


def test_the_board_of_a_private_tournament_opens_with_its_key(app, client, scene):
    with app.app_context():
        key = tournaments.create_board_link(
            actor=factories.actor(scene.organizer), tournament_id=scene.tournament.id, now=factories.soon(0)
        )
    path = f"/tournaments/{scene.tournament.slug}/board/"
    page = client.get(path, query_string={"key": key})
    assert page.status_code == 200
    assert f'data-match-id="{scene.match.id}"' in page.text
    assert f'data-live-key="{key}"' in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    for wrong in ({}, {"key": ""}, {"key": key + "x"}, {"key": "x\0y"}):
        assert client.get(path, query_string=wrong).status_code == 404
    assert client.get(f"/tournaments/{scene.tournament.slug}/", query_string={"key": key}).status_code == 404


def test_the_board_has_no_chrome_and_reloads_without_scripts(client):
    match = factories.match(state="LIVE")
    slug = factories.fresh(match).tournament_id
    tournament = factories.rows(type(factories.tournament()), id=slug)[0]
    text = client.get(f"/tournaments/{tournament.slug}/board/").text
    assert "site-bar" not in text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in text
    assert "data-board-stale" in text
