"""The API with the session cookie of a page: writes need the page's CSRF token; a Bearer wins."""

import pytest

from tests import factories
from tests.api.support import assert_problem, assert_unchanged, url


@pytest.fixture
def scene(app):
    return factories.scene()


@pytest.fixture
def organizer(scene, web_client):
    return web_client(scene.organizer)


def write(client, match, **headers):
    return client.flask_client.patch(url(match), json={"stream_url": "https://twitch.tv/x"}, headers=headers)


def test_reading_with_a_cookie_needs_nothing_more(scene, organizer):
    response = organizer.get(url(scene.match))
    assert response.status_code == 200
    assert "lobby_missing" in response.json
    assert response.headers["Cache-Control"] == "private"
    assert organizer.get("/api/auth/me/").json["username"] == scene.organizer.username


def test_writing_with_a_cookie_needs_the_csrf_token(scene, organizer):
    problem = assert_problem(write(organizer, scene.match), 400)
    assert "X-CSRFToken" in problem["detail"]
    assert_problem(write(organizer, scene.match, **{"X-CSRFToken": "rubbish"}), 400)
    assert_unchanged(scene.match)
    assert write(organizer, scene.match, **{"X-CSRFToken": organizer.csrf_token()}).status_code == 200


def test_the_csrf_token_of_another_session_does_not_fit(scene, organizer, web_client):
    other = web_client(scene.admin)
    assert_problem(write(organizer, scene.match, **{"X-CSRFToken": other.csrf_token()}), 400)
    assert_unchanged(scene.match)


def test_the_csrf_token_is_asked_for_before_anything_is_looked_up(scene, organizer):
    response = organizer.flask_client.post("/api/tournaments/matches/999999/start/")
    assert_problem(response, 400)


def test_a_bearer_wins_over_the_cookie(scene, organizer, api_client):
    token = api_client(scene.stranger).token
    bearer = {"Authorization": f"Bearer {token}"}
    assert organizer.get("/api/auth/me/", headers=bearer).json["username"] == scene.stranger.username
    assert_problem(write(organizer, scene.match, **bearer), 403)
    bad = {"Authorization": "Bearer rubbish", "X-CSRFToken": organizer.csrf_token()}
    assert_problem(write(organizer, scene.match, **bad), 401)
    assert_unchanged(scene.match)


def test_a_bearer_needs_no_csrf_token(scene, organizer, api_client):
    token = api_client(scene.organizer).token
    assert write(organizer, scene.match, Authorization=f"Bearer {token}").status_code == 200


def test_an_anonymous_write_is_401_with_or_without_a_csrf_token(scene, client):
    assert_problem(write(client, scene.match), 401)
    assert_problem(write(client, scene.match, **{"X-CSRFToken": client.csrf_token()}), 401)


def test_signing_in_over_the_api_neither_needs_nor_makes_a_session(scene, organizer):
    body = {"username": scene.stranger.username, "password": factories.PASSWORD}
    response = organizer.flask_client.post("/api/auth/login/", json=body)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert organizer.get("/api/auth/me/").json["username"] == scene.organizer.username


def test_a_cookie_of_a_session_that_is_over_counts_as_nobody(scene, organizer):
    factories.change(scene.organizer, session_epoch=5)
    token = {"X-CSRFToken": organizer.csrf_token()}
    assert_problem(write(organizer, scene.match, **token), 401)
    assert organizer.get(url(scene.match)).status_code == 200
