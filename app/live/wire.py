"""What stands between the web server and the application: fair turns, whole frames, no deflate."""

import socket
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

_TEXT_FRAME = 0x81
_SHORT, _MEDIUM = 126, 65_536
SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
# A client answers a ping every 25 s: one that neither sends nor takes anything for longer is gone.
SILENCE_SECONDS = 45.0
# Bytes; Linux doubles it, for what it needs beside them.
SEND_BUFFER = 32 * 1024
# Clients send a few dozen bytes now and then. The library keeps what it has not handled yet without a bound.
FLOOD_BYTES = 1024 * 1024
FLOOD_SECONDS = 10.0


class WholeFrames:
    """A socket whose `send` sends everything, one caller at a time.

    The websocket library sends with `send`, which may take only a part, from two threads (events, and
    answers to pings): with a slow client that would tear frames apart.
    """

    def __init__(self, connection: socket.socket, yield_turn: Callable[[], None] = lambda: None):
        self._connection = connection
        self._yield_turn = yield_turn
        self._received = 0
        self._window_ends = 0.0
        # Under gevent the socket that never waits lies beneath the one that lets others run meanwhile.
        self._send_raw = getattr(connection, "_sock", connection).send
        self._one_at_a_time = threading.Lock()
        self._is_broken = False
        connection.settimeout(SILENCE_SECONDS)

    def outlive_request(self) -> None:
        """Go on with a connection of our own: the server closes its one at the end of the request."""
        self._connection = self._connection.dup()
        self._connection.settimeout(SILENCE_SECONDS)
        # What the system keeps for a client that does not read counts as much as what we keep.
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._send_raw = getattr(self._connection, "_sock", self._connection).send

    def recv(self, size: int) -> bytes:
        """What the client sent, after others had a turn; ConnectionAbortedError for one that floods us."""
        data = self._connection.recv(size)
        # Reading waits, and so lets others run, only where nothing is there.
        self._yield_turn()
        now = time.monotonic()
        if now > self._window_ends:
            self._received, self._window_ends = 0, now + FLOOD_SECONDS
        self._received += len(data)
        if self._received > FLOOD_BYTES:
            raise ConnectionAbortedError("this client sends more than anybody needs to")
        return data

    def send(self, data: bytes) -> int:
        """Send all of the data; BrokenPipeError once a send has failed."""
        with self._one_at_a_time:
            if self._is_broken:
                raise BrokenPipeError("this connection failed before")
            try:
                self._connection.sendall(data)
            except OSError:
                self._is_broken = True
                self._shut_down()
                raise
        return len(data)

    def send_now(self, frame: bytes, start_task: Callable[..., object]) -> bool:
        """Send the frame without waiting; False, and nothing sent, where the connection cannot take it now.

        What the system does not take at once is sent by a task, and others wait for that. Only right where
        nobody else runs meanwhile: nothing is locked but for that task.
        """
        if self._is_broken or self._one_at_a_time.locked():
            return False
        try:
            sent = self._send_raw(frame, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            self._is_broken = True
            self._shut_down()
            return False
        if sent < len(frame):
            self._one_at_a_time.acquire()
            start_task(self._send_rest, frame[sent:])
        return True

    def _send_rest(self, rest: memoryview) -> None:
        try:
            self._connection.sendall(rest)
        except OSError:
            self._is_broken = True
            self._shut_down()
        finally:
            self._one_at_a_time.release()

    def _shut_down(self) -> None:
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Wire:
    """The outermost WSGI layer."""

    def __init__(
        self,
        application: Callable,
        yield_turn: Callable[[], None],
        on_first_request: Callable[[], None] = lambda: None,
        lane: AbstractContextManager | None = None,
        take_turn: Callable[[], None] | None = None,
    ):
        self._application = application
        self._yield_turn = yield_turn
        self._take_turn = take_turn or yield_turn
        self._lane = lane
        self._on_first_request: Callable[[], None] | None = on_first_request

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Let others have a turn, then pass the request on."""
        self._take_turn()
        # Only a web server names itself; a test's client, and a command, need no background tasks.
        if self._on_first_request is not None and "SERVER_SOFTWARE" in environ:
            start, self._on_first_request = self._on_first_request, None
            start()
        is_upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        if is_upgrade and environ.get("PATH_INFO", "").startswith("/socket.io"):
            if not _is_handshake(environ):
                headers = [("Content-Type", "text/plain"), ("Sec-WebSocket-Version", "13")]
                start_response("400 Bad Request", headers)
                return [b"This is not the beginning of a WebSocket (RFC 6455).\n"]
            # Events are small: deflate would cost half as much again to send, and 100 KB for each client.
            environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            for key in SOCKET_KEYS:
                if key in environ:
                    environ[key] = WholeFrames(environ[key], self._yield_turn)
            if self._lane is not None:
                # One after the other, with a turn for everybody else in between: when thousands of pages
                # come back at once, whoever asks for a page does not wait behind all of them.
                with self._lane:
                    self._take_turn()
                    return self._application(environ, start_response)
        return self._application(environ, start_response)


def _is_handshake(environ: dict) -> bool:
    """True for a client's opening handshake (RFC 6455, section 4.2.1)."""
    try:
        key = b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except ValueError:
        return False
    is_get = environ.get("REQUEST_METHOD") == "GET"
    return is_get and len(key) == 16 and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"


def fair_turn(async_mode: str) -> Callable[[], None]:
    """What a request does first: under gevent it lets the others run.

    A client that always has its next request ready would otherwise be served for ever, since reading
    yields only where it has to wait.
    """
    if async_mode != "gevent":
        return lambda: None
    from gevent import sleep

    return lambda: sleep(0)


def text_frame(text: str) -> bytes:
    """The text as one unmasked WebSocket frame, as servers send it (RFC 6455, section 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT_FRAME, size)) + payload
    if size < _MEDIUM:
        return bytes((_TEXT_FRAME, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT_FRAME, 127)) + size.to_bytes(8, "big") + payload
