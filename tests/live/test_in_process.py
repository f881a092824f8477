"""The same without a server of its own: Flask-SocketIO's test client, and the parts that drive the relay."""

import pytest

from app.extensions import socketio
from app.services import matches
from tests import factories
from tests.live.listener import until


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
    from datetime import UTC, datetime

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
