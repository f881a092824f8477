"""Load with HTTP requests: some connections, each sending its next request when the last is answered."""

import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.servers import HOST, Server

PATIENCE = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Load:
    """What came of some seconds of requests; how long each took, and its processor time, in seconds."""

    per_second: float
    took: list[float]
    cpu: float


class Connection:
    """A connection that is kept alive."""

    def __init__(self, port: int):
        self.sent_at = 0.0
        self._port = port
        self._received = b""
        self._length = 0
        self._open()

    def renew(self) -> None:
        """Connect anew: a server keeps a connection for so long only."""
        self.socket.close()
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection((HOST, self._port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        """Send a request; all before are answered."""
        self._received, self._length = b"", 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The answer, once it is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise RuntimeError("the server closed a connection")
        self._received += piece
        if not self._length:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = _LENGTH.search(self._received, 0, end + 2)
            self._length = end + 4 + (int(length[1]) if length else 0)
        return self._received if len(self._received) >= self._length else None

    def ask(self, request: bytes) -> bytes:
        """Send a request and wait for its answer."""
        self.send(request)
        while True:
            answer = self.receive()
            if answer is not None:
                return answer


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answer: bytes) -> int:
    """The status of an answer."""
    return int(answer[9:12])


def run(
    server: Server,
    next_request: Callable[[], bytes],
    *,
    connections: int,
    seconds: float,
    expected: int = 200,
) -> Load:
    """Ask on some connections for some seconds; RuntimeError for an answer of another status."""
    with selectors.DefaultSelector() as selector:
        opened = [Connection(server.port) for _ in range(connections)]
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        try:
            return _measure(server, selector, opened, next_request, seconds, expected)
        finally:
            for connection in opened:
                connection.socket.close()


def _measure(server, selector, opened, next_request, seconds, expected) -> Load:
    took: list[float] = []
    cpu_before = server.cpu_seconds()
    begun = time.perf_counter()
    for connection in opened:
        connection.send(next_request())
    waiting = len(opened)
    while waiting:
        ready = selector.select(PATIENCE)
        if not ready:
            raise RuntimeError("the server does not answer")
        for key, _ in ready:
            answer = key.data.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            took.append(now - key.data.sent_at)
            if status(answer) != expected:
                raise RuntimeError(f"expected {expected}, but was answered:\n{answer[:2000].decode()}")
            if now - begun < seconds:
                key.data.send(next_request())
            else:
                waiting -= 1
    passed = time.perf_counter() - begun
    return Load(len(took) / passed, took, (server.cpu_seconds() - cpu_before) / len(took))


def percentile_99(took: list[float]) -> float:
    """What 99 of 100 do not exceed."""
    return sorted(took)[int(len(took) * 0.99)]
