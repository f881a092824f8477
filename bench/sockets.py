"""Websockets by the thousand in one process without threads: they come, listen, note when they hear."""

import json
import re
import selectors
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.requests_load import PATIENCE, status
from bench.servers import HOST

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# As many come at a time where it is not their coming that is measured.
FEW = 100
# As browsers offer it. Only to Matchdesk, which declines: the others are spared what it would cost them.
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
_SEQ = re.compile(rb'"seq":(\d+)')

# What the server says, in its first bytes, and what the client says then.
Steps = tuple[tuple[bytes, bytes | None], ...]


class Loop:
    """Calls back whoever's socket is ready."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()

    def watch(self, sock: socket.socket, on_ready: Callable[[], None], events: int) -> None:
        """Call back from now on when the socket is ready for the events."""
        try:
            self._selector.modify(sock, events, on_ready)
        except KeyError:
            self._selector.register(sock, events, on_ready)

    def leave(self, sock: socket.socket) -> None:
        """Call back no more."""
        self._selector.unregister(sock)

    def turn(self, seconds: float) -> None:
        """Wait for what is ready next, and call back for all of it."""
        for key, _ in self._selector.select(seconds):
            key.data()

    def until(self, is_done: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Turn until it is done; RuntimeError with what was waited for after too long."""
        give_up_at = time.monotonic() + patience
        while not is_done():
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"waited too long: {what}")
            self.turn(0.05)

    def during(self, seconds: float) -> None:
        """Turn for so long."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self.turn(min(left, 0.05))


@dataclass(frozen=True)
class Door:
    """How clients come in; `steps` may depend on the seq that a client has seen last, None for a new one."""

    port: int
    path: str
    steps: Callable[[int | None], Steps]
    extensions: str = ""
    pings: bytes | None = None


def _socket_io(port: int, steps: Callable[[int | None], Steps]) -> Door:
    return Door(port, "/socket.io/?EIO=4&transport=websocket", steps, DEFLATE, b"2")


def channel_door(port: int, tournament_id: int) -> Door:
    """For programs that subscribe to a tournament."""
    asked = f"420{json.dumps(['subscribe', {'channel': f'tournament_{tournament_id}'}])}".encode()
    steps: Steps = ((b"0", b"40"), (b"40", asked), (b'430[{"ok":true', None))
    return _socket_io(port, lambda seq: steps)


def page_door(port: int, tournament_id: int) -> Door:
    """For a spectator's open page of a tournament, which goes on from what it has seen."""

    def steps(seq: int | None) -> Steps:
        auth = json.dumps({"page": "tournament", "id": tournament_id, "seq": seq})
        return ((b"0", f"40{auth}".encode()), (b"40", None))

    return _socket_io(port, steps)


def stock_door(port: int, tournament_id: int) -> Door:
    """For the audience at the stock stack."""
    return Door(port, f"/audience/{tournament_id}/", lambda seq: ((b'{"joined"', None),))


def bare_door(port: int) -> Door:
    """For clients of the bare server."""
    return Door(port, "/socket", lambda seq: ())


class Client:
    """One websocket. It takes frames that are whole, unmasked and uncompressed, and answers pings."""

    __slots__ = ("_crowd", "_received", "_steps", "heard_at", "is_in", "seq", "socket")

    def __init__(self, crowd: "Crowd", seq: int | None = None):
        self._crowd = crowd
        self._received = b""
        self._steps = list(crowd.door.steps(seq))
        self.seq = seq
        self.heard_at = 0.0
        self.is_in = False
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect_ex((HOST, crowd.door.port))
        crowd.loop.watch(self.socket, self._connected, selectors.EVENT_WRITE)

    def leave(self) -> None:
        """Close the connection."""
        if self.socket.fileno() >= 0:
            self._crowd.loop.leave(self.socket)
            self.socket.close()

    def send(self, payload: bytes, kind: int = TEXT) -> None:
        """Send a frame, masked with zeros."""
        size = len(payload)
        head = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.send(bytes([0x80 | kind]) + head + bytes(4) + payload)

    def _connected(self) -> None:
        if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._lost()
            return
        door = self._crowd.door
        self.socket.send(
            f"GET {door.path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"{door.extensions}\r\n".encode()
        )
        self._crowd.loop.watch(self.socket, self._upgrading, selectors.EVENT_READ)

    def _upgrading(self) -> None:
        if not self._read():
            return
        head, ended, rest = self._received.partition(b"\r\n\r\n")
        if not ended:
            return
        if status(head) != 101:
            self._lost()
            return
        self._received = rest
        self._crowd.loop.watch(self.socket, self._listen, selectors.EVENT_READ)
        self._come_in()
        self._hear_all(time.perf_counter())

    def _come_in(self) -> None:
        if not self._steps:
            self.is_in = True
            self._crowd.came_in(self)

    def _listen(self) -> None:
        if self._read():
            self._hear_all(time.perf_counter())

    def _read(self) -> bool:
        try:
            piece = self.socket.recv(65_536)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._lost()
            return False
        self._received = self._received + piece if self._received else piece
        return True

    def _hear_all(self, now: float) -> None:
        for kind, payload in self.frames():
            if kind == PING:
                self.send(payload, PONG)
            elif kind == CLOSE:
                self._lost()
                return
            elif payload == self._crowd.door.pings:
                self.send(b"3")
            elif self.is_in:
                self._crowd.told(self, payload, now)
                if self.socket.fileno() < 0:
                    return
            else:
                self._take_step(payload)

    def _take_step(self, payload: bytes) -> None:
        start, answer = self._steps.pop(0)
        if not payload.startswith(start):
            raise RuntimeError(f"expected {start!r}, but was told {payload[:200]!r}")
        if answer is not None:
            self.send(answer)
        self._come_in()

    def frames(self, further: bytes = b"") -> Iterator[tuple[int, bytes]]:
        """The kind and the payload of each frame that is whole by now, with what further was received."""
        self._received += further
        while len(self._received) >= 2:
            size, start = self._received[1], 2
            if size == 126:
                size, start = int.from_bytes(self._received[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(self._received[2:10], "big"), 10
            if len(self._received) < start + size:
                return
            kind, payload = self._received[0] & 15, self._received[start : start + size]
            self._received = self._received[start + size :]
            yield kind, payload

    def _lost(self) -> None:
        self.leave()
        self._crowd.lost(self)


class Crowd:
    """Clients that came by the same door."""

    def __init__(self, loop: Loop, door: Door, seq: int | None = None):
        self.loop = loop
        self.door = door
        self._seq = seq
        self.clients: list[Client] = []
        self.inside = 0
        self.heard = 0
        self.size = 0

    def gather(self, count: int, at_once: int = FEW) -> None:
        """Let clients come until there are so many, never more than `at_once` on their way."""
        while self.inside < count:
            while len(self.clients) < count and len(self.clients) - self.inside < at_once:
                self.clients.append(Client(self, self._seq))
            before = self.inside
            self.loop.until(lambda before=before: self.inside > before, "for a client to be let in")

    def came_in(self, client: Client) -> None:
        """A client has joined."""
        self.inside += 1

    def told(self, client: Client, payload: bytes, now: float) -> None:
        """A client was told something."""
        if not client.heard_at:
            client.heard_at = now
            self.heard += 1
            self.size = len(payload)

    def lost(self, client: Client) -> None:
        """A client's connection ended; RuntimeError, unless that is what is measured."""
        raise RuntimeError(f"a client was cut off, or not let in: {self.door.path}")

    def hear_anew(self) -> None:
        """From now on nobody has heard of anything."""
        self.heard = 0
        for client in self.clients:
            client.heard_at = 0.0


def seen_seq(payload: bytes) -> int | None:
    """The seq of what was told."""
    found = _SEQ.search(payload)
    return int(found[1]) if found else None


@contextmanager
def crowd(loop: Loop, door: Door, count: int, at_once: int = FEW) -> Iterator[Crowd]:
    """So many clients, all there."""
    gathered = Crowd(loop, door)
    try:
        gathered.gather(count, at_once)
        yield gathered
    finally:
        for client in gathered.clients:
            client.leave()
