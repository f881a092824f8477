"""One task for a client's socket, and one for everybody's pings."""

import time

import pytest
import requests
import socketio as socketio_library
from engineio import packet

from app.live.connections import PING_LOOK_SECONDS, Connection, Engine
from app.live.fanout import FanOut
from tests import factories
from tests.live.listener import Wiretap

INTERVAL, TIMEOUT = 25.0, 20.0


@pytest.fixture
def engine():
    """An Engine.IO server that nobody can reach; its clients are put in by hand."""
    server = socketio_library.Server(async_mode="gevent", ping_interval=INTERVAL, ping_timeout=TIMEOUT)
    return Engine.adopt(server.eio)


@pytest.fixture
def client(engine):
    connection = engine.sockets["one"] = Connection(engine, "one")
    connection.connected = True
    return connection


def kinds(connection):
    """The kinds of the packets that wait for the client."""
    found = []
    while connection.queue.qsize():
        waiting = connection.queue.get()
        found.append(waiting and waiting.packet_type)
    return found


def look(engine, connection, seconds):
    """What the task of pings does, so long after the client was planned."""
    planned = next((at for at, each in engine.pings._planned if each is connection), None)
    begun = engine.started if planned is None else planned - INTERVAL
    engine.started = begun
    engine.pings._look(begun + seconds)


def test_a_client_is_pinged_after_the_interval_and_stays_as_long_as_it_answers(engine, client):
    client.schedule_ping()
    look(engine, client, INTERVAL - 1)
    assert kinds(client) == []
    look(engine, client, INTERVAL)
    assert kinds(client) == [packet.PING]
    client.receive(packet.Packet(packet.PONG))
    engine.pings._look(engine.started + INTERVAL + TIMEOUT + PING_LOOK_SECONDS)
    # Nobody waits for the first answer any more, and the next ping was due meanwhile.
    assert not client.closed
    assert kinds(client) == [packet.PING]


def test_a_client_that_does_not_answer_is_let_go_and_forgotten(engine, client):
    client.schedule_ping()
    look(engine, client, INTERVAL)
    client.last_ping -= TIMEOUT + PING_LOOK_SECONDS
    engine.pings._unanswered[0] = (*engine.pings._unanswered[0][:2], client.last_ping)
    engine.pings._look(engine.started + INTERVAL + TIMEOUT + PING_LOOK_SECONDS)
    assert client.closed
    assert "one" not in engine.sockets


def test_a_client_that_went_by_itself_is_forgotten_instead_of_pinged(engine, client):
    client.schedule_ping()
    client.close(abort=True)
    look(engine, client, INTERVAL)
    assert kinds(client) == [None]
    assert "one" not in engine.sockets


def test_a_second_plan_waits_for_the_answer_to_the_first(engine, client):
    client.schedule_ping()
    client.schedule_ping()
    assert len(engine.pings._planned) == 1


def test_rubbish_ends_the_connection_and_nothing_else(live_server, listen):
    scene = factories.scene()
    other = listen()
    for rubbish in ("", "9", "4not json", "42[", "2probe", "1", "\0"):
        Wiretap(live_server).send(rubbish)
    assert other.subscribe(f"tournament_{scene.tournament.id}")["ok"]


def test_a_crowd_that_leaves_at_once_is_forgotten_without_a_search():
    manager = FanOut()
    server = socketio_library.Server(client_manager=manager, async_mode="gevent")
    sids = [manager.connect(f"connection {number}", "/") for number in range(4000)]
    for sid in sids:
        manager.basic_enter_room(sid, "/", "hall")
    stays, *leave = sids
    begun = time.process_time()
    for sid in leave:
        manager.pre_disconnect(sid, "/")
        manager.disconnect(sid, "/")
    assert time.process_time() - begun < 1
    assert list(manager.get_participants("/", "hall")) == [(stays, "connection 0")]
    assert set(manager.rooms["/"]) == {None, stays, "hall"}
    assert server.manager.pending_disconnect == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"Sec-WebSocket-Key": "short"},
        {"Sec-WebSocket-Key": "no base64 at all, but long enough"},
        {"Sec-WebSocket-Version": "8"},
    ],
)
def test_what_is_no_handshake_is_told_so(live_server, wrong):
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Version": "13",
    }
    address = f"{live_server.url}/socket.io/?EIO=4&transport=websocket"
    answer = requests.get(address, headers={**headers, **wrong}, timeout=10)
    assert answer.status_code == 400
    assert answer.headers["Sec-WebSocket-Version"] == "13"
