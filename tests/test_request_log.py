"""The line of each request, the id that it is found by, and what no line ever has."""

import io
import json
import logging

import pytest
import requests
from sqlalchemy import text

from app import create_app
from app.config import Settings
from app.extensions import db
from app.logs import JsonLines, TextLines
from app.request_log import SECRET_ARGUMENTS
from tests import factories
from tests.support.databases import POSTGRESQL
from tests.support.processes import SECRET_KEY

# Arguments of addresses that everybody may know.
HARMLESS = {
    "batch_id",
    "bracket_id",
    "break_id",
    "feed_id",
    "filename",
    "format",
    "kind",
    "match_id",
    "n",
    "name",
    "participant_id",
    "screen_id",
    "slug",
    "staff_id",
    "station_id",
    "token_id",
    "tournament_id",
}


@pytest.fixture(params=[JsonLines, TextLines])
def formatter(request):
    return request.param()


@pytest.fixture
def written():
    """What is logged meanwhile, formatted as in production unless another formatter is set."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("app")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    stream.handler = handler
    yield stream
    ours.removeHandler(handler)
    ours.setLevel(level)


def lines(stream) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestLine:
    def test_who_asked_for_what_and_how_it_ended(self, web_client, written):
        scene = factories.scene()
        answer = web_client(scene.organizer).get(f"/matches/{scene.match.id}/")
        line = lines(written)[-1]
        assert line.pop("ms") >= 0
        assert line.pop("time").endswith("+00:00")
        assert line == {
            "level": "INFO",
            "logger": "app.answered",
            "message": "answered",
            "request_id": answer.headers["X-Request-ID"],
            "method": "GET",
            "path": f"/matches/{scene.match.id}/",
            "status": 200,
            "user_id": scene.organizer.id,
            "match": scene.match.id,
        }

    def test_a_caller_of_the_api_is_known_by_the_token(self, api_client, written):
        scene = factories.scene()
        api_client(scene.organizer).get(f"/api/tournaments/{scene.tournament.id}/audit/")
        line = lines(written)[-1]
        assert (line["user_id"], line["tournament"], line["status"]) == (
            scene.organizer.id,
            scene.tournament.id,
            200,
        )

    def test_a_stranger_is_nobody_and_a_slug_names_a_tournament(self, client, written):
        cup = factories.tournament()
        client.get(f"/tournaments/{cup.slug}/")
        line = lines(written)[-1]
        assert "user_id" not in line
        assert line["tournament"] == cup.slug

    @pytest.mark.parametrize("path", ["/nowhere", "/matches/99999999999999999999/", "/api/nowhere"])
    def test_what_is_not_there_has_a_line_too(self, client, written, path):
        client.get(path)
        assert (lines(written)[-1]["status"], lines(written)[-1]["path"]) == (404, path)

    def test_no_path_breaks_a_line(self, client, written, formatter):
        written.handler.setFormatter(formatter)
        client.get("/x%0a%0dforged%1b[31m%ff%00/\u00e9")
        assert len(written.getvalue().splitlines()) == 1

    def test_a_very_long_path_is_cut(self, client, written):
        client.get("/" + "x" * 5000)
        assert len(lines(written)[-1]["path"]) == 200

    def test_half_a_letter_is_no_reason_to_lose_a_line(self, written):
        # Past the loggers: what collects the results of tests could not write it either.
        said = {"name": "app.some", "levelno": logging.WARNING, "levelname": "WARNING"}
        written.handler.handle(logging.makeLogRecord({**said, "msg": "half: %s", "args": ("\ud800",)}))
        assert lines(written)[-1]["message"].startswith("half")


class TestSecrets:
    def test_each_argument_of_an_address_is_known_as_harmless_or_cut(self, app):
        for rule in app.url_map.iter_rules():
            assert rule.arguments <= HARMLESS | set(SECRET_ARGUMENTS), rule

    @pytest.mark.parametrize(
        "path",
        [
            "/join/verysecret",
            "/join/verysecret/",
            "/join/verysecret/and/more",
            "/sign-in/verysecret",
            "/calendar/verysecret.ics",
            "/calendar/verysecret",
            "/tournaments/a-cup/board/?key=verysecret",
            "/login?next=/join/verysecret",
            "/nowhere?access_token=verysecret",
            "/socket.io/?token=verysecret",
        ],
    )
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_links_and_queries_are_not_told(self, client, written, formatter, path, method):
        factories.tournament(slug="a-cup", is_public=False)
        written.handler.setFormatter(formatter)
        getattr(client, method)(path)
        assert "verysecret" not in written.getvalue()

    def test_a_failure_is_told_with_its_id_but_without_the_link(self, app, client, written, monkeypatch):
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

        def fail(token):
            raise ZeroDivisionError

        monkeypatch.setitem(app.view_functions, "accounts.join", fail)
        answer = client.get("/join/verysecret")
        assert answer.status_code == 500
        failure, line = lines(written)
        assert "ZeroDivisionError" in failure["traceback"]
        assert failure["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
        assert (line["status"], line["path"]) == (500, "/join/...")
        assert "verysecret" not in written.getvalue()

    @pytest.mark.both_databases
    def test_a_database_error_does_not_tell_the_values(self, app_context, written, database_kind):
        match = factories.match()
        if database_kind == POSTGRESQL:
            statement = "UPDATE matches SET lobby = CAST(:secret AS json), best_of = -1 WHERE id = :id"
        else:
            statement = "UPDATE matches SET lobby = :secret, best_of = -1 WHERE id = :id"
        values = {"secret": '{"room_password": "verysecret"}', "id": match.id}
        try:
            db.session.execute(text(statement), values)
        except Exception:
            logging.getLogger("app.some").exception("it failed")
        db.session.rollback()
        assert "best_of_known" in written.getvalue(), "the constraint that refused it"
        assert "verysecret" not in written.getvalue()


class TestRequestId:
    def test_each_answer_has_another(self, client):
        ids = {
            client.get(path).headers["X-Request-ID"] for path in ["/", "/", "/nowhere", "/healthz", "/api/x"]
        }
        assert len(ids) == 5

    @pytest.fixture
    def behind(self, database_url, tmp_path):
        given = {"MATCHDESK_ENV": "test", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_url}
        given["TRUSTED_PROXIES"] = "10.0.0.5"
        client = create_app(Settings.from_env(given, instance_path=tmp_path)).test_client()

        def ask(address, given):
            answer = client.get(
                "/healthz", environ_base={"REMOTE_ADDR": address}, headers={"X-Request-ID": given}
            )
            return answer.headers["X-Request-ID"]

        return ask

    def test_a_trusted_proxy_hands_its_own_on(self, behind):
        assert behind("10.0.0.5", "0af7651916cd43dd8448eb211c80319c") == "0af7651916cd43dd8448eb211c80319c"

    def test_nobody_else_does(self, behind):
        assert behind("10.0.0.6", "0af7651916cd43dd") != "0af7651916cd43dd"

    @pytest.mark.parametrize("rubbish", ["", "a b", "x" * 65, "a\tb", '"', "\u00e9", "<script>"])
    def test_rubbish_is_replaced(self, behind, rubbish):
        assert behind("10.0.0.5", rubbish.encode().decode("latin-1")) != rubbish


def test_in_production_each_line_is_json_and_elsewhere_it_is_text(start_server):
    server = start_server(MATCHDESK_ENV="production")
    answer = requests.get(f"{server.url}/tournaments/", timeout=10)
    server.stop()
    told = [json.loads(line) for line in server.output().splitlines()]
    assert [line["message"] for line in told if line["logger"] == "gunicorn.error"]
    (line,) = [line for line in told if line.get("request_id") == answer.headers["X-Request-ID"]]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/tournaments/", 200)

    server = start_server(MATCHDESK_ENV="development")
    answer = requests.get(f"{server.url}/tournaments/", timeout=10)
    server.stop()
    assert "200 GET /tournaments/" in server.output()
    assert f"[{answer.headers['X-Request-ID']}]" in server.output()
    assert "Traceback" not in server.output()
