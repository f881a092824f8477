"""Health, readiness, figures, and which machine is believed to have asked."""

import pytest
from flask import request
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.extensions import db
from app.schema import newest_revision
from tests import factories
from tests.support.processes import SECRET_KEY

pytestmark = pytest.mark.own_application

OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def make_app(database_url, tmp_path):
    def make(**environ):
        given = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url, **environ}
        return create_app(Settings.from_env(given, instance_path=tmp_path))

    return make


@pytest.mark.both_databases
def test_a_running_server_is_healthy_and_ready(client):
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_without_its_tables_it_is_healthy_but_not_ready(make_app, tmp_path):
    client = make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}").test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("not ready\nThe database has no tables, this program needs 0")
    assert "flask --app wsgi db upgrade" in answer.text


class TestReadiness:
    @pytest.mark.both_databases
    def test_it_names_the_migration_that_the_database_is_at(self, client, app):
        assert (
            client.get("/readyz").text
            == f"ready\nThe database answers, at migration {newest_revision(app)}.\n"
        )

    @pytest.mark.both_databases
    @pytest.mark.parametrize("revision", ["0001", "9999", "from elsewhere"])
    def test_at_another_migration_it_is_not_ready(self, client, app, revision):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": revision})
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert f"is at migration {revision}, this program needs {newest_revision(app)}" in answer.text
        assert client.get("/healthz").status_code == 200

    def test_a_database_that_is_away(self, make_app):
        client = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none").test_client()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\nThe database does not answer.\n")
        assert "\nmatchdesk_database_up 0.0\n" in client.get("/metrics").text

    def test_without_redis_it_goes_on_and_says_so(self, make_app):
        answer = make_app(REDIS_URL="redis://127.0.0.1:9/0").test_client().get("/readyz")
        assert answer.status_code == 200
        assert answer.text.startswith("degraded\n")
        assert answer.text.endswith("Redis does not answer.\n")

    def test_where_no_events_go_out_it_is_not_ready(self, app, client, monkeypatch):
        clock = app.extensions["matchdesk_live"].clock
        assert not clock.is_stuck(), "it has not begun"
        clock.start()
        assert not clock.is_stuck()
        monkeypatch.setattr("app.live.clock.STUCK_SECONDS", -1)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "No events have been sent" in answer.text


class TestMetrics:
    @pytest.mark.both_databases
    def test_figures(self, client):
        cup = factories.scene("LIVE").tournament
        factories.match(cup, "READY")
        factories.match(cup, "READY", is_deleted=True)
        factories.change(cup, event_seq=7)
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        lines = answer.text.splitlines()
        assert "matchdesk_tournaments 1.0" in lines
        assert "matchdesk_events 7.0" in lines
        assert 'matchdesk_matches{state="LIVE"} 1.0' in lines
        assert 'matchdesk_matches{state="READY"} 1.0' in lines
        assert 'matchdesk_matches{state="DISPUTED"} 0.0' in lines

    def test_from_elsewhere_they_are_closed(self, make_app):
        client = make_app().test_client()
        assert client.get("/metrics", environ_base=OUTSIDE).status_code == 403

    def test_an_unknown_proxy_on_this_machine_does_not_open_them(self, make_app):
        client = make_app().test_client()
        headers = {"X-Forwarded-For": "203.0.113.9"}
        assert client.get("/metrics", headers=headers).status_code == 403

    @pytest.mark.parametrize(
        ("authorization", "status"),
        [
            ("Bearer let me see", 200),
            ("Bearer let me se", 403),
            ("Bearer ", 403),
            ("let me see", 403),
            ("Bearer lét me see", 403),
        ],
    )
    def test_the_token_opens_them(self, make_app, authorization, status):
        client = make_app(METRICS_TOKEN="let me see").test_client()
        headers = {"Authorization": authorization}
        assert client.get("/metrics", environ_base=OUTSIDE, headers=headers).status_code == status

    def test_without_a_token_set_none_opens_them(self, make_app):
        client = make_app().test_client()
        for authorization in ("Bearer None", "Bearer ", "Bearer"):
            headers = {"Authorization": authorization}
            assert client.get("/metrics", environ_base=OUTSIDE, headers=headers).status_code == 403


class TestForwardedHeaders:
    @pytest.fixture
    def seen(self, make_app):
        def see(remote_addr, trusted="10.0.0.0/24", **headers):
            app = make_app(TRUSTED_PROXIES=trusted)
            app.add_url_rule("/seen", "seen", lambda: [request.remote_addr, request.scheme, request.host])
            named = {f"X-Forwarded-{name.title()}": value for name, value in headers.items()}
            return (
                app.test_client().get("/seen", environ_base={"REMOTE_ADDR": remote_addr}, headers=named).json
            )

        return see

    def test_from_a_trusted_proxy_they_count(self, seen):
        told = seen("10.0.0.5", **{"for": "198.51.100.7"}, proto="https", host="desk.example.org")
        assert told == ["198.51.100.7", "https", "desk.example.org"]

    def test_from_anybody_else_they_do_not(self, seen):
        told = seen("203.0.113.9", **{"for": "198.51.100.7"}, proto="https", host="desk.example.org")
        assert told == ["203.0.113.9", "http", "localhost"]

    def test_without_trusted_proxies_not_even_loopback_is_believed(self, seen):
        assert seen("127.0.0.1", trusted="", **{"for": "198.51.100.7"})[0] == "127.0.0.1"

    def test_what_the_client_wrote_itself_does_not_count(self, seen):
        assert seen("10.0.0.5", **{"for": "127.0.0.1, 198.51.100.7, 10.0.0.6"})[0] == "198.51.100.7"

    @pytest.mark.parametrize("rubbish", ["unknown", "<script>", "1.2.3", "198.51.100.7:80"])
    def test_rubbish_is_no_address(self, seen, rubbish):
        assert seen("10.0.0.5", **{"for": f"198.51.100.7, {rubbish}"})[0] == "10.0.0.5"

    def test_an_unknown_scheme_is_left_alone(self, seen):
        assert seen("10.0.0.5", proto="gopher")[1] == "http"

    def test_a_proxy_seen_through_a_socket_of_both_families_is_known(self, seen):
        assert seen("::ffff:10.0.0.5", **{"for": "198.51.100.7"})[0] == "198.51.100.7"
