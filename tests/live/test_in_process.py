"""The same without a server of its own: Flask-SocketIO's test client, and the parts that drive the relay."""

from datetime import UTC, datetime

import pytest

from app import create_app
from app.config import Settings
from app.extensions import socketio
from app.live import is_own_origin
from app.services import matches, results
from app.services.unit_of_work import unit_of_work
from tests import factories
from tests.live.listener import until
from tests.support.processes import SECRET_KEY


@pytest.fixture
def connect(app):
    made = []

    def make(**options):
        made.append(socketio.test_client(app, **options))
        return made[-1]

    yield make
    for client in made:
        if client.is_connected():
            client.disconnect()


def start(app, scene):
    with app.app_context():
        matches.start(actor=factories.actor(scene.organizer), match_id=scene.match.id, now=datetime.now(UTC))


def collected(client, number):
    heard = []

    def enough():
        heard.extend(client.get_received())
        return len(heard) >= number

    until(enough)
    return [(event["name"], event["args"][0]["seq"]) for event in heard]


def test_a_commit_of_this_process_goes_out_by_itself(app, connect):
    scene = factories.scene()
    client = connect()
    answer = client.emit("subscribe", {"channel": f"match_{scene.match.id}"}, callback=True)
    assert answer == {"ok": True, "channel": f"match_{scene.match.id}", "seq": 0}
    start(app, scene)
    assert collected(client, 1) == [("match.started", 1)]


def test_what_was_missed_follows_the_answer(app, connect):
    scene = factories.scene()
    start(app, scene)
    client = connect()
    client.emit("subscribe", {"channel": f"tournament_{scene.tournament.id}", "after": 0}, callback=True)
    assert collected(client, 1) == [("match.started", 1)]


def test_a_page_is_sent_what_it_missed(app, connect):
    scene = factories.scene()
    start(app, scene)
    client = connect(auth={"page": "match", "id": scene.match.id, "seq": 0})
    assert collected(client, 1) == [("match_started", 1)]


def test_a_signed_in_browser_is_known(app, connect, web_client):
    scene = factories.scene(is_public=False)
    browser = web_client(scene.player1)
    client = connect(flask_test_client=browser.flask_client)
    assert client.emit("subscribe", {"channel": f"match_{scene.match.id}"}, callback=True)["ok"]
    stranger = connect(flask_test_client=web_client(scene.stranger).flask_client)
    assert not stranger.emit("subscribe", {"channel": f"match_{scene.match.id}"}, callback=True)["ok"]


def test_a_long_absence_is_made_up_for_in_portions(app, connect):
    scene = factories.scene()
    emit(app, scene, *["match.ready"] * 230)
    client = connect()
    client.emit("subscribe", {"channel": f"tournament_{scene.tournament.id}", "after": 0}, callback=True)
    assert [seq for _, seq in collected(client, 230)] == list(range(1, 231))


def emit(app, scene, *types):
    """Write events of the scene's match as a change would."""
    with app.app_context(), unit_of_work() as uow:
        for name in types:
            uow.emit(
                tournament_id=scene.tournament.id,
                type=name,
                match_id=scene.match.id,
                payload={"type": name, "match_id": scene.match.id, "tournament_id": scene.tournament.id},
            )


def test_an_event_that_cannot_be_made_up_does_not_stop_the_others(app, connect):
    scene = factories.scene()
    client = connect()
    client.emit("subscribe", {"channel": f"match_{scene.match.id}"}, callback=True)
    page = connect(auth={"page": "tournament", "id": scene.tournament.id})
    emit(app, scene, "match.unheard_of", "match.ready")
    assert collected(page, 1) == [("match_ready", 2)]
    assert collected(client, 1) == [("match.ready", 2)]


def test_a_page_over_many_tournaments_that_missed_too_much_starts_anew(app, connect):
    scene = factories.scene()
    emit(app, scene, *["match.ready"] * 501)
    client = connect(auth={"page": "home", "age": 60})
    assert collected(client, 1) == [("reset", 0)]


def test_the_text_of_a_dispute_is_on_the_page_of_those_inside_only(app, connect, web_client):
    scene = factories.scene("PENDING_RESULT")
    auth = {"page": "match", "id": scene.match.id}
    inside = connect(auth=auth, flask_test_client=web_client(scene.player1).flask_client)
    outside = connect(auth=auth)
    with app.app_context():
        results.report_dispute(
            actor=factories.actor(scene.player2),
            match_id=scene.match.id,
            reason="other",
            description="We were not told.",
            now=datetime.now(UTC),
        )
    heard = {}
    for name, client in (("inside", inside), ("outside", outside)):
        until(lambda one=client, place=name: heard.setdefault(place, one.get_received()) or heard.pop(place))
    assert heard["inside"][0]["args"][0]["description"] == "We were not told."
    assert heard["outside"][0]["args"][0]["description"] == ""
    assert "html" in heard["inside"][0]["args"][0]
    assert "We were not told." not in heard["inside"][0]["args"][0]["html"]


@pytest.fixture
def app_without_tables(tmp_path):
    environ = {
        "MATCHDESK_ENV": "test",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{tmp_path}/no.db",
    }
    return create_app(Settings.from_env(environ, instance_path=tmp_path))


def test_a_database_that_is_away_is_told_and_hurts_nobody(app_without_tables):
    refused = socketio.test_client(app_without_tables, auth={"page": "match", "id": 1})
    assert not refused.is_connected()
    client = socketio.test_client(app_without_tables)
    answer = client.emit("subscribe", {"channel": "match_1"}, callback=True)
    assert answer == {"ok": False, "error": "try again later"}
    assert client.is_connected()
    client.disconnect()


def test_whoever_is_not_known_any_more_is_told_so(app, connect):
    client = connect()
    app.extensions["matchdesk_live"].relay.members.clear()
    answer = client.emit("subscribe", {"channel": "match_1"}, callback=True)
    assert answer == {"ok": False, "error": "not connected"}


@pytest.mark.parametrize("origin", ["http://localhost:5000", "HTTP://LOCALHOST:5000"])
def test_an_origin_is_compared_as_browsers_write_it(settings, origin):
    environ = {"wsgi.url_scheme": "http", "HTTP_HOST": "localhost:5000"}
    assert is_own_origin(origin, environ, settings)
    assert is_own_origin(
        "https://a.example", {"wsgi.url_scheme": "https", "HTTP_HOST": "a.example:443"}, settings
    )


@pytest.mark.parametrize("origin", [None, "", "null", "http://localhost:99999999", "http://localhost:5001"])
def test_other_origins_are_not_ours(settings, origin):
    environ = {"wsgi.url_scheme": "http", "HTTP_HOST": "localhost:5000"}
    assert not is_own_origin(origin, environ, settings)
