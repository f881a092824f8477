"""A websocket of the real server, byte for byte: what is read, what is sent, and how it ends."""

import json
import os
import socket
from contextlib import suppress

import gevent
import pytest
import socketio as socketio_library
import wsproto.connection as wsproto
from engineio import packet
from gevent.socket import wait_read
from wsproto.events import BytesMessage, CloseConnection, Message, Ping, Pong, TextMessage

from app.live.connections import MOST_ANSWERS, Connection, Engine
from app.live.server import LiveServer
from app.live.websocket import WebSocket
from app.live.wire import FLOOD_BYTES, frame
from tests import factories
from tests.live.listener import Wiretap

LARGEST = 1000
KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
PONG = ord("3")
LONG = b"x" * 5_000_000


class Peer:
    """The other side of a websocket, which speaks as wsproto does."""

    def __init__(self):
        ours, self.socket = socket.socketpair()
        self.socket.setblocking(False)
        self.websocket = WebSocket(ours, LARGEST)
        self._protocol = wsproto.Connection(wsproto.ConnectionType.CLIENT)

    def frame(self, event) -> bytes:
        return self._protocol.send(event)

    def read(self, data: bytes) -> list[str | bytes]:
        """The messages that the websocket finds in the data."""
        return list(self.websocket.messages(data))

    def received(self, size: int) -> bytes:
        """What came here: all of it, once it is so many bytes."""
        found = bytearray()
        with gevent.Timeout(10):
            while len(found) < size:
                wait_read(self.socket.fileno())
                piece = self.socket.recv(1_000_000)
                if not piece:
                    break
                found += piece
        return bytes(found)

    def heard(self) -> list:
        """What the websocket said, as events."""
        self._protocol.receive_data(self.received(1))
        return list(self._protocol.events())


@pytest.fixture
def peer():
    one = Peer()
    yield one
    one.websocket.close()
    one.socket.close()


@pytest.mark.parametrize("text", ["", "3", "40", "é" * 62, "x" * 125, "x" * 126, "é" * 400])
def test_a_text_is_read_as_it_was_said(peer, text):
    assert peer.read(peer.frame(TextMessage(text))) == [text]


def test_several_texts_at_once_are_read_in_order(peer):
    texts = ["one", "y" * 200, "three", "3"]
    assert peer.read(b"".join(peer.frame(TextMessage(text)) for text in texts)) == texts


def test_pieces_of_any_size_make_the_same_messages(peer):
    data = b"".join(
        peer.frame(event)
        for event in (
            TextMessage("short"),
            TextMessage("é" * 100),
            BytesMessage(b"bytes"),
            TextMessage("in ", message_finished=False),
            TextMessage("two parts"),
            TextMessage("3"),
        )
    )
    found = [message for place in range(len(data)) for message in peer.read(data[place : place + 1])]
    assert found == ["short", "é" * 100, b"bytes", "in two parts", "3"]


def test_only_a_whole_answer_to_a_ping_is_taken_for_one(peer):
    pong = peer.frame(TextMessage("3"))
    assert peer.websocket.is_only(pong, PONG)
    for other in (TextMessage("2"), TextMessage("33"), BytesMessage(b"3"), Ping(b"3")):
        assert not peer.websocket.is_only(peer.frame(other), PONG)
    for other in (b"", pong[:-1], pong + pong):
        assert not peer.websocket.is_only(other, PONG)
    # As the end of a longer message it would be part of that.
    peer.read(peer.frame(TextMessage("z" * 500))[:-7])
    assert not peer.websocket.is_only(pong, PONG)


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x81\x01x",  # not masked
        b"\x81\x82abcd\xff\xff",  # no UTF-8
        b"\xc1\x81abcdx",  # a bit that means nothing
        b"\x83\x81abcdx",  # a kind that there is not
        b"\x80\x81abcdx",  # goes on with nothing
    ],
)
def test_what_no_client_may_send_ends_the_websocket(peer, wrong):
    assert peer.read(wrong) == []
    assert not peer.websocket.is_open


def test_a_ping_is_answered_and_a_close_too(peer):
    assert peer.read(peer.frame(Ping(b"are you there"))) == []
    assert peer.heard() == [Pong(b"are you there")]
    assert peer.websocket.is_open
    assert peer.read(peer.frame(CloseConnection(1000, "bye"))) == []
    assert peer.heard() == [CloseConnection(1000, "bye")]
    assert not peer.websocket.is_open


@pytest.mark.parametrize("parts", [1, 7])
def test_what_is_larger_than_allowed_ends_the_websocket(peer, parts):
    size = LARGEST // parts + 1
    for number in range(parts):
        event = Message("x" * size, message_finished=number == parts - 1)
        assert peer.read(peer.frame(event)) == []
    assert not peer.websocket.is_open
    assert peer.heard()[0].code == 1009


def test_the_end_is_told_from_silence(peer):
    assert peer.websocket.receive() is None
    peer.socket.send(b"something")
    assert peer.websocket.receive() == b"something"
    peer.socket.close()
    assert peer.websocket.receive() == b""


def test_a_flood_is_an_end(peer):
    for _ in range(FLOOD_BYTES // 4096):
        peer.socket.send(b"x" * 4096)
        assert peer.websocket.receive()
    peer.socket.send(b"x")
    assert peer.websocket.receive() == b""


def test_a_handshake_is_answered_together_with_what_comes_first(peer):
    peer.websocket.accept(KEY, b"first")
    answer = peer.received(1)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert answer.endswith(b"\r\n\r\nfirst")


def test_all_is_sent_however_slow_the_reader(peer):
    writer = gevent.spawn(peer.websocket.send, LONG)
    assert peer.received(len(LONG)) == LONG
    writer.get(timeout=5)


def test_to_closed_ends_nothing_can_be_sent(peer):
    peer.socket.close()
    with pytest.raises(BrokenPipeError):
        peer.websocket.send_now(b"x")
    peer.websocket.close()
    peer.websocket.close()
    peer.websocket.hang_up()


@pytest.fixture
def engine():
    return Engine.adopt(socketio_library.Server(async_mode="gevent").eio)


@pytest.fixture
def client(engine, peer):
    """A connection with a websocket, whose other side is `peer`; what it is told is in `told`."""
    connection = engine.sockets["one"] = Connection(engine, "one")
    connection.told = []
    engine.on("message", lambda _sid, text: connection.told.append(text))
    environ = {"gunicorn.socket": peer.websocket._socket, "HTTP_SEC_WEBSOCKET_KEY": KEY}
    peer.websocket._watcher.close()
    with pytest.raises(StopIteration):
        connection._upgrade_websocket(environ, None)
    assert peer.received(1).endswith(b"\r\n\r\n")
    peer.websocket = connection.websocket
    return connection


def settle() -> None:
    """Let the loop do what is to be done."""
    for _ in range(5):
        gevent.sleep(0.002)


def test_a_message_is_handled_and_a_pong_plans_the_next_ping(engine, client, peer):
    peer.socket.send(peer.frame(TextMessage("4hello")))
    settle()
    assert client.told == ["hello"]
    peer.socket.send(peer.frame(TextMessage("3")))
    settle()
    assert [connection for _, connection in engine.pings._planned] == [client]
    assert client.last_ping is None


def test_what_does_not_fit_follows_before_anything_else(client, peer):
    first, second = LONG, b"second"
    assert client.send_frame(first)
    assert not client.send_frame(second)
    client.send(packet.Packet(packet.MESSAGE, "after"))
    peer.websocket.on_answer(b"an answer")
    expected = first + b"\x81\x064after" + b"an answer"
    assert peer.received(len(expected)) == expected
    settle()
    assert client.send_frame(second)
    assert peer.received(len(second)) == second


def test_what_is_being_written_is_waited_for_too(engine, client, peer):
    server = LiveServer.adopt(socketio_library.Server(async_mode="gevent"))
    server.eio = engine
    assert server.waiting_bytes("one") == 0
    assert client.send_frame(LONG)
    rest = server.waiting_bytes("one")
    assert 0 < rest < len(LONG)
    client.send(packet.Packet(packet.MESSAGE, LONG.decode()))
    assert server.waiting_bytes("one") == rest + len(LONG)
    sent = len(LONG) + len(frame(f"4{LONG.decode()}"))
    assert len(peer.received(sent)) == sent
    settle()
    assert server.waiting_bytes("one") == server.waiting_bytes("nobody") == 0


def test_answers_to_pings_are_not_collected_without_end(client, peer):
    assert client.send_frame(LONG)
    for _ in range(MOST_ANSWERS + 5):
        peer.websocket.on_answer(b"x")
    assert client.queue.qsize() == MOST_ANSWERS


def test_a_full_connection_takes_no_frame_and_an_ended_one_is_noticed(engine, client, peer):
    with suppress(BlockingIOError):
        while peer.websocket._socket.send(b"x" * 100_000):
            pass
    assert not client.send_frame(b"frame")
    peer.socket.close()
    settle()
    assert client.closed
    assert not client.send_frame(b"frame")
    assert "one" not in engine.sockets
    assert not peer.websocket.is_open


def test_who_takes_nothing_is_let_go_after_an_end(engine, client, peer):
    assert client.send_frame(LONG)
    client.close()
    settle()
    assert client.is_writing
    due = engine.pings._parting[0][0]
    engine.pings._look(due)
    settle()
    assert not client.is_writing
    assert peer.websocket._socket.fileno() < 0


def test_who_takes_nothing_and_is_to_go_at_once_is_gone(client, peer):
    assert client.send_frame(LONG)
    client.close(abort=True)
    settle()
    assert not client.is_writing
    assert peer.websocket._socket.fileno() < 0


def test_a_closed_connection_says_goodbye_and_takes_the_answer_for_the_end(engine, client, peer):
    client.close(abort=True)
    settle()
    assert peer.heard() == [CloseConnection(1000, "")]
    peer.socket.send(peer.frame(CloseConnection(1000)))
    settle()
    assert peer.websocket._socket.fileno() < 0
    assert client.told == []


@pytest.fixture
def polling(engine):
    """A connection on long polling, and the other side of the websocket that is to take over."""
    connection = engine.sockets["one"] = Connection(engine, "one")
    connection.connected = True
    ours, theirs = socket.socketpair()
    with pytest.raises(StopIteration):
        connection._upgrade_websocket({"gunicorn.socket": ours, "HTTP_SEC_WEBSOCKET_KEY": KEY}, None)
    theirs.settimeout(1)
    theirs.recv(1000)
    yield connection, theirs
    theirs.close()
    settle()


def masked(text: str) -> bytes:
    """A client's frame."""
    return wsproto.Connection(wsproto.ConnectionType.CLIENT).send(TextMessage(text))


def test_a_websocket_takes_over_in_two_steps_and_what_follows_at_once_is_heard(engine, polling):
    connection, theirs = polling
    told = []
    engine.on("message", lambda _sid, text: told.append(text))
    theirs.send(masked("2probe"))
    settle()
    assert theirs.recv(100) == b"\x81\x063probe"
    assert connection.upgrading
    assert connection.queue.get().packet_type == packet.NOOP
    connection.send(packet.Packet(packet.MESSAGE, "waits"))
    theirs.send(masked("5") + masked("4hello"))
    settle()
    assert theirs.recv(100) == b"\x81\x064waits"
    assert (connection.upgraded, connection.upgrading, told) == (True, False, ["hello"])


@pytest.mark.parametrize("steps", [["4hello"], ["2probe", "4hello"], []])
def test_who_does_not_take_over_loses_the_websocket_and_nothing_else(engine, polling, steps):
    connection, theirs = polling
    for step in steps:
        theirs.send(masked(step))
        settle()
    engine.pings._look(engine.pings._parting[0][0])
    settle()
    with suppress(ConnectionResetError):
        while theirs.recv(100):
            pass
    assert not (connection.closed or connection.upgrading or connection.upgraded)
    assert connection.websocket is None


def test_rubbish_of_all_kinds_hurts_nobody(live_server, listen):
    scene = factories.scene()
    other = listen()
    for size in (1, 6, 7, 200, 5000):
        wire = Wiretap(live_server)
        wire.socket.sock.sendall(os.urandom(size))
        wire.socket.sock.close()
    wire = Wiretap(live_server)
    wire.send("40")
    asked = json.dumps(["subscribe", {"channel": f"tournament_{scene.tournament.id}", "more": "é" * 1000}])
    wire.send(f"420{asked}")
    assert other.subscribe(f"tournament_{scene.tournament.id}")["ok"]
