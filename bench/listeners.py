"""Clients that listen: many websockets in one process, and the time until the last has heard of a start."""

import json
import selectors
import socket
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.requests_load import PATIENCE, Connection, status
from bench.servers import HOST, Server

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
UPGRADE = "\r\n".join(
    [
        "GET {path} HTTP/1.1",
        f"Host: {HOST}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {b64encode(bytes(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "",
        "",
    ]
)


@dataclass(frozen=True)
class Told:
    """When a start was heard of, counted from the organizer's request; times in seconds."""

    median: float
    p99: float
    last: float
    answer: float
    cpu: float
    size: int


class Listener:
    """One websocket. It reads frames that are whole, unmasked and uncompressed, and pings back."""

    def __init__(self, port: int, path: str):
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.heard_at = 0.0
        self._received = b""
        self.socket.sendall(UPGRADE.format(path=path).encode())
        while b"\r\n\r\n" not in self._received:
            self._read()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        if status(head) != 101:
            raise RuntimeError(f"no websocket: {head.decode()}")

    def send(self, text: str, kind: int = TEXT) -> None:
        """Send a frame, masked with zeros."""
        payload = text.encode()
        size = len(payload)
        head = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(bytes([0x80 | kind]) + head + bytes(4) + payload)

    def expect(self, start: str) -> str:
        """The next text, which must start so."""
        while True:
            for text in self._frames():
                if not text.startswith(start):
                    raise RuntimeError(f"expected {start}, but was told {text}")
                return text
            self._read()

    def messages(self) -> list[str]:
        """What has come since; pings of Engine.IO are answered and left out."""
        self._read()
        texts = list(self._frames())
        for _ in range(texts.count("2")):
            self.send("3")
        return [text for text in texts if text != "2"]

    def answer_pings(self) -> None:
        """Answer what is there already; without waiting."""
        self.socket.setblocking(False)
        try:
            self.messages()
        except BlockingIOError:
            return
        finally:
            self.socket.settimeout(PATIENCE)

    def _read(self) -> None:
        piece = self.socket.recv(65_536)
        if not piece:
            raise RuntimeError("a client was cut off")
        self._received += piece

    def _frames(self) -> Iterator[str]:
        while len(self._received) >= 2:
            size, start = self._received[1], 2
            if size == 126:
                size, start = int.from_bytes(self._received[2:4], "big"), 4
            if size == 127 or len(self._received) < start + size:
                return
            kind, payload = self._received[0] & 15, self._received[start : start + size].decode()
            self._received = self._received[start + size :]
            if kind == PING:
                self.send(payload, PONG)
            elif kind == CLOSE:
                raise RuntimeError("a client was told to go")
            else:
                yield payload


def connect_bare(port: int) -> Listener:
    """A client of the bare server."""
    return Listener(port, "/socket")


def connect_channel(port: int, tournament_id: int) -> Listener:
    """A client of the API that has subscribed to a tournament."""
    listener = _connect(port, "")
    listener.send(f"420{json.dumps(['subscribe', {'channel': f'tournament_{tournament_id}'}])}")
    listener.expect('430[{"ok":true')
    return listener


def connect_page(port: int, tournament_id: int) -> Listener:
    """A spectator's open page of a tournament."""
    return _connect(port, json.dumps({"page": "tournament", "id": tournament_id}))


def _connect(port: int, auth: str) -> Listener:
    listener = Listener(port, "/socket.io/?EIO=4&transport=websocket")
    listener.expect("0")
    listener.send(f"40{auth}")
    listener.expect("40")
    return listener


@contextmanager
def crowd(connect, count: int) -> Iterator[list[Listener]]:
    """So many clients, all there."""
    listeners: list[Listener] = []
    with selectors.DefaultSelector() as selector:
        try:
            while len(listeners) < count:
                listeners.append(connect())
                selector.register(listeners[-1].socket, selectors.EVENT_READ, listeners[-1])
                # Whoever does not answer a ping for long is taken to be gone.
                for key, _ in selector.select(0):
                    key.data.messages()
            yield listeners
        finally:
            for listener in listeners:
                listener.socket.close()


def tell(server: Server, organizer: Connection, asked: bytes, listeners: list[Listener]) -> Told:
    """Let the organizer ask, and wait until everyone has heard of it."""
    for listener in listeners:
        listener.heard_at = 0.0
    with selectors.DefaultSelector() as selector:
        for listener in listeners:
            selector.register(listener.socket, selectors.EVENT_READ, listener)
        selector.register(organizer.socket, selectors.EVENT_READ, organizer)
        cpu_before = server.cpu_seconds()
        organizer.send(asked)
        answered_at, size = _wait_for_all(selector, organizer, len(listeners))
    cpu = server.cpu_seconds() - cpu_before
    took = sorted(listener.heard_at - organizer.sent_at for listener in listeners) or [0.0]
    return Told(
        median=took[len(took) // 2],
        p99=took[int(len(took) * 0.99)],
        last=took[-1],
        answer=answered_at - organizer.sent_at,
        cpu=cpu,
        size=size,
    )


def _wait_for_all(selector, organizer: Connection, missing: int) -> tuple[float, int]:
    """When the organizer was answered, and how long the message to the others was."""
    answered_at, size = 0.0, 0
    while missing or not answered_at:
        ready = selector.select(PATIENCE)
        if not ready:
            raise RuntimeError(f"{missing} clients were not told")
        for key, _ in ready:
            now = time.perf_counter()
            if key.data is organizer:
                answer = organizer.receive()
                if answer is not None:
                    answered_at = now
                    if status(answer) != 200:
                        raise RuntimeError(f"the organizer was answered:\n{answer[:2000].decode()}")
            elif (messages := key.data.messages()) and not key.data.heard_at:
                key.data.heard_at = now
                missing -= 1
                size = len(messages[0])
    return answered_at, size
