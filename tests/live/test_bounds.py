"""What keeps one client from costing the others: bounded queues, whole frames, errors that stay where they are."""

import json
import socket
import threading
import time
from contextlib import suppress

import pytest
import socketio as socketio_library
import wsproto.connection as wsproto
from engineio import packet as eio_packet
from engineio.socket import Socket
from flask import Flask
from websocket import WebSocketException
from werkzeug.test import EnvironBuilder

from app.extensions import socketio
from app.live.connections import Connection, Engine
from app.live.fanout import FanOut
from app.live.server import LONGEST_QUEUE, MOST_WAITING, after_answer
from app.live.turns import Turns
from app.live.wire import WholeFrames, Wire, frame
from tests import factories
from tests.live.listener import Wiretap


class Deaf:
    """A client of the real server that never takes what is put before it."""

    def __init__(self, app: Flask, name: str):
        self.server = socketio.server
        self.name = name
        self.connection = Socket(self.server.eio, name)
        self.server.eio.sockets[name] = self.connection
        environ = EnvironBuilder(path="/socket.io").get_environ()
        environ["flask.app"] = app
        self.server._handle_eio_connect(name, environ)
        self.say("0")

    def say(self, packet: str) -> None:
        self.server._handle_eio_message(self.name, packet)

    def leave(self) -> None:
        self.connection.close(wait=False, abort=True)

    def taken(self) -> list[str]:
        """All packets that wait for it."""
        packets = []
        while self.connection.queue.qsize():
            packets.append(self.connection.queue.get())
        return [each.data for each in packets if isinstance(each, eio_packet.Packet)]


@pytest.fixture
def connect(app):
    """Makes clients that leave with the test."""
    made = []

    def make(name):
        made.append(Deaf(app, name))
        return made[-1]

    yield make
    for client in made:
        client.leave()


@pytest.fixture
def deaf(connect):
    return connect("deaf")


def test_whoever_does_not_read_is_cut_off(app, connect, deaf):
    other = connect("other")
    live = app.extensions["matchdesk_live"]
    assert len(live.relay.members) == 2

    for number in range(LONGEST_QUEUE + 5):
        socketio.server.emit("noise", {"number": number})
        other.taken()

    assert deaf.connection.closed
    assert not other.connection.closed
    assert len(live.relay.members) == 1
    # Nothing is kept for it.
    assert deaf.taken() == []


def test_who_does_not_read_is_kept_few_bytes_however_large_the_packets(connect, deaf):
    other = connect("other")
    for client in (deaf, other):
        client.taken()
    # Two bytes each: counted is what is sent.
    drawing = "é" * (MOST_WAITING // 2 // 3)
    for number in range(1, 3):
        socketio.server.emit("drawing", {"html": drawing})
        other.taken()
        assert socketio.server.waiting_bytes("deaf") == pytest.approx(number * len(drawing) * 2, rel=0.01)
    socketio.server.emit("drawing", {"html": drawing * 2})
    assert deaf.connection.closed and not other.connection.closed
    assert socketio.server.waiting_bytes("deaf") == 0


def test_who_waits_for_nothing_is_sent_a_packet_of_any_size(deaf):
    deaf.taken()
    socketio.server.emit("drawing", {"html": "x" * 2 * MOST_WAITING})
    assert not deaf.connection.closed
    assert len(deaf.taken()) == 1


def test_a_client_that_fails_does_not_stop_the_others(connect, deaf):
    other = connect("other")
    other.taken()
    queue, deaf.connection.queue = deaf.connection.queue, None
    socketio.server.emit("noise", {})
    deaf.connection.queue = queue
    assert other.taken() == ['2["noise",{}]']


def test_a_client_that_is_not_given_what_was_promised_is_cut_off(deaf):
    def fail():
        raise RuntimeError("the database is away")

    socketio.server.on("promise", lambda _sid: after_answer(fail))
    deaf.say('2["promise"]')
    assert deaf.connection.closed


def test_what_we_do_not_use_goes_the_librarys_way():
    server = socketio_library.Server(client_manager=FanOut(), async_mode="gevent")
    engine = Engine.adopt(server.eio)
    for name in ("one", "other"):
        server.eio.sockets[name] = Connection(engine, name)
        server._handle_eio_connect(name, {})
        server._handle_eio_message(name, "0")
    server.emit("noise", {"plain": True})
    server.emit("noise", b"binary")
    server.emit("noise", ("several", "arguments"), skip_sid=server.manager.sid_from_eio_sid("one", "/"))
    server.emit("noise", namespace="/nobody")
    heard = [server.eio.sockets[name].queue.qsize() for name in ("one", "other")]
    # Each was let in, was sent the first, and the second as two packets; one of them the third.
    assert heard == [4, 5]


def test_only_handlers_have_somebody_to_answer():
    with pytest.raises(RuntimeError):
        after_answer(print)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_frames_are_sent_whole_however_slow_the_reader(pair):
    ours, theirs = pair
    frames = WholeFrames(ours)
    sent = [bytes([number]) * 300_000 for number in range(8)]
    writers = [threading.Thread(target=frames.send, args=(frame,)) for frame in sent]
    for writer in writers:
        writer.start()
    received = bytearray()
    while len(received) < sum(map(len, sent)):
        received += theirs.recv(65_536)
        time.sleep(0.0001)
    for writer in writers:
        writer.join()
    runs = [received[start : start + 300_000] for start in range(0, len(received), 300_000)]
    assert sorted(bytes(run) for run in runs) == sent


def test_after_a_failed_send_nothing_more_is_sent(pair):
    ours, _theirs = pair
    frames = WholeFrames(ours)
    ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        frames.send(b"x" * 10_000_000)
    with pytest.raises(BrokenPipeError):
        frames.send(b"y")
    assert frames.fileno() == ours.fileno()


def test_a_send_to_somebody_who_has_left_fails(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(BrokenPipeError):
        WholeFrames(ours).send(b"x")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_is_what_a_client_expects(size):
    text = "é" * (size // 2) + "x" * (size % 2)
    for message, nothing in ((text, ""), (text.encode(), b"")):
        connection = wsproto.Connection(wsproto.ConnectionType.CLIENT)
        connection.receive_data(frame(message))
        assert nothing.join(event.data for event in connection.events()) == message


def test_each_request_waits_for_its_turn():
    happened = []

    class Noted(Turns):
        def take(self):
            happened.append("turn")

    def application(environ, start_response):
        happened.append("request")
        return [b""]

    Wire(application, application, Noted())({"HTTP_UPGRADE": "h2c"}, None)
    assert happened == ["turn", "request"]


def test_a_server_starts_its_clock_with_the_first_request_and_a_test_does_not():
    started = []

    def answer(environ, start_response):
        return [b""]

    wire = Wire(answer, answer, None, lambda: started.append(1))
    wire({}, None)
    assert started == []
    for _ in range(2):
        wire({"SERVER_SOFTWARE": "gunicorn"}, None)
    assert started == [1]


def test_a_websocket_request_loses_its_deflate_and_gets_whole_frames(pair):
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        return [b""]

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/socket.io/",
        "HTTP_UPGRADE": "WebSocket",
        "HTTP_SEC_WEBSOCKET_KEY": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_EXTENSIONS": "permessage-deflate",
        "werkzeug.socket": pair[0],
    }
    Wire(None, application)(environ, None)
    assert "HTTP_SEC_WEBSOCKET_EXTENSIONS" not in seen
    assert isinstance(seen["werkzeug.socket"], WholeFrames)


def test_a_client_that_floods_the_server_is_cut_off_and_delays_nobody(live_server, listen):
    scene = factories.scene()
    other = listen()
    wire = Wiretap(live_server)
    packet = json.dumps(["subscribe", {"channel": f"tournament_{scene.tournament.id}"}])
    wire.socket.settimeout(3)
    with suppress(OSError, WebSocketException):
        # It is cut off, or made to wait for its turn.
        for _ in range(100_000):
            wire.send(f"42{packet}")
        pytest.fail("nobody stopped it")
    assert other.subscribe(f"tournament_{scene.tournament.id}")["ok"]
