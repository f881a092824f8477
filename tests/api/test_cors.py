"""Calls from pages of other origins: those that the settings allow, with a token, never with the cookie."""

import pytest

from app.config import Settings
from tests import factories
from tests.api.support import MATCHES, url
from tests.support.processes import SECRET_KEY

FRIEND = "https://overlay.example.org"


@pytest.fixture
def settings(database_url, tmp_path):
    environ = {
        "MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url, "ALLOWED_ORIGINS": FRIEND,
    }  # fmt: skip
    return Settings.from_env(environ, instance_path=tmp_path)


def test_an_allowed_origin_may_read_the_answer(app, api_client):
    response = api_client().get(MATCHES, headers={"Origin": FRIEND})
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.vary


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", FRIEND + ".evil.example", "http://overlay.example.org"]
)
def test_no_other_origin_may(app, api_client, origin):
    response = api_client().get(MATCHES, headers={"Origin": origin})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_allowed_origin_is_told_beforehand_what_it_may_send(app, api_client):
    match = factories.match()
    response = api_client().request(
        "OPTIONS",
        url(match, "start"),
        headers={"Origin": FRIEND, "Access-Control-Request-Method": "POST"},
    )
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"]
    assert {"Authorization", "Content-Type", "If-Match"} <= set(allowed.split(", "))


def test_errors_can_be_read_too(app, api_client):
    response = api_client().get(f"{MATCHES}999999/", headers={"Origin": FRIEND})
    assert response.status_code == 404
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND


def test_pages_are_not_open_to_other_origins(app, client):
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": FRIEND}).headers
