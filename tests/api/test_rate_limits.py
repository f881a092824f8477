"""Rate limits: failed sign-ins and writes only, in words and seconds, in memory and in Redis."""

import pytest

from app import create_app
from app.config import Settings
from app.extensions import db
from app.services import rate_limits
from tests import factories
from tests.api.support import assert_problem, url
from tests.support.clients import ApiClient
from tests.support.processes import SECRET_KEY

LOGIN = "/api/auth/login/"


def sign_in(client, username, password="wrong", address="10.0.0.1"):
    body = {"username": username, "password": password}
    return client.post(LOGIN, body, environ_overrides={"REMOTE_ADDR": address})


def assert_too_many(response):
    assert_problem(response, 429)
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_ten_failures_block_an_account_at_one_address(app, api_client):
    factories.user("alice")
    factories.user("bob")
    client = api_client()
    for _ in range(10):
        assert_problem(sign_in(client, "alice"), 401)
    assert_too_many(sign_in(client, "alice"))
    assert_too_many(sign_in(client, "ALICE", factories.PASSWORD))
    assert sign_in(client, "alice", factories.PASSWORD, address="10.0.0.2").status_code == 200
    assert sign_in(client, "bob", factories.PASSWORD).status_code == 200


def test_an_unknown_account_is_blocked_alike(app, api_client):
    client = api_client()
    for _ in range(10):
        assert_problem(sign_in(client, "nobody"), 401)
    assert_too_many(sign_in(client, "nobody"))


def test_a_hundred_failures_block_an_address(app, api_client):
    factories.user("alice")
    client = api_client()
    for number in range(100):
        assert_problem(sign_in(client, f"guess{number}"), 401)
    assert_too_many(sign_in(client, "alice", factories.PASSWORD))
    assert sign_in(client, "alice", factories.PASSWORD, address="10.0.0.2").status_code == 200


def test_sign_ins_that_succeed_are_not_counted(app, api_client):
    factories.user("alice")
    client = api_client()
    for _ in range(9):
        sign_in(client, "alice")
    for _ in range(30):
        assert sign_in(client, "alice", factories.PASSWORD).status_code == 200


def test_writes_of_one_user_are_limited_and_reads_are_not(app, api_client, monkeypatch):
    assert rate_limits.LIMITS["write"].amount == 1200
    monkeypatch.setitem(rate_limits.LIMITS, "write", type(rate_limits.LIMITS["write"])(3, namespace="few"))
    scene = factories.scene()
    client = api_client(scene.organizer)
    for _ in range(3):
        assert client.patch(url(scene.match), {}).status_code == 200
    assert_too_many(client.patch(url(scene.match), {}))
    assert client.get(url(scene.match)).status_code == 200
    assert api_client(scene.admin).patch(url(scene.match), {}).status_code == 200


@pytest.fixture
def app_with_redis(database_url, tmp_path):
    """Makes applications of one installation, as several workers would be."""

    made = []

    def make(redis_url):
        environ = {
            "MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url, "REDIS_URL": redis_url,
        }  # fmt: skip
        made.append(create_app(Settings.from_env(environ, instance_path=tmp_path)))
        return made[-1]

    factories.use(database_url)
    yield make
    factories.done()
    for application in made:
        with application.app_context():
            db.engine.dispose()


def test_failures_are_counted_together_by_all_workers(app_with_redis, redis_server):
    first, second = (ApiClient(app_with_redis(redis_server.url)) for _ in range(2))
    for _ in range(5):
        assert_problem(sign_in(first, "alice"), 401)
        assert_problem(sign_in(second, "alice"), 401)
    assert_too_many(sign_in(first, "alice"))
    assert_too_many(sign_in(second, "alice"))


def test_a_redis_that_is_away_stops_nobody(app_with_redis):
    scene = factories.scene()
    client = ApiClient(app_with_redis("redis://127.0.0.1:1/0"), scene.organizer)
    assert_problem(sign_in(client, "alice"), 401)
    assert client.post(url(scene.match, "start")).status_code == 200
