"""What stands between the web server and the application: fair turns, whole frames, no deflate."""

import socket
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .turns import Turns

_TEXT, _BINARY = 0x81, 0x82
_SHORT, _MEDIUM = 126, 65_536
SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
# A client answers a ping every 25 s: one that neither sends nor takes anything for longer is gone.
SILENCE_SECONDS = 45.0
# Clients send a few dozen bytes now and then. The library keeps what it has not handled yet without a bound.
FLOOD_BYTES = 1024 * 1024
FLOOD_SECONDS = 10.0


class Metered:
    """Counts what a client sends."""

    def __init__(self) -> None:
        self._received = 0
        self._window_ends = 0.0

    def take_note(self, data: bytes) -> None:
        """Count what came; ConnectionAbortedError where the client floods us."""
        now = time.monotonic()
        if now > self._window_ends:
            self._received, self._window_ends = 0, now + FLOOD_SECONDS
        self._received += len(data)
        if self._received > FLOOD_BYTES:
            raise ConnectionAbortedError("this client sends more than anybody needs to")


class WholeFrames(Metered):
    """A socket whose `send` sends everything, one caller at a time.

    In threads the library reads and writes websockets. It sends with `send`, which may take only a part, from
    two threads (events, and answers to pings): with a slow client that would tear frames apart.
    """

    def __init__(self, connection: socket.socket):
        super().__init__()
        self._connection = connection
        self._one_at_a_time = threading.Lock()
        self._is_broken = False
        connection.settimeout(SILENCE_SECONDS)

    def recv(self, size: int) -> bytes:
        """What the client sent; ConnectionAbortedError for one that floods us."""
        data = self._connection.recv(size)
        self.take_note(data)
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

    def _shut_down(self) -> None:
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Wire:
    """The outermost WSGI layer: `application` answers requests, `sockets` takes websockets.

    Under gevent they take `turns`; in threads the system sees to that.
    """

    def __init__(
        self,
        application: Callable,
        sockets: Callable,
        turns: "Turns | None" = None,
        on_first_request: Callable[[], None] = lambda: None,
    ):
        self._application = application
        self._sockets = sockets
        self._turns = turns
        self._on_first_request: Callable[[], None] | None = on_first_request

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Let others have a turn, then pass the request on."""
        # Only a web server names itself; a test's client, and a command, need no background tasks.
        if self._on_first_request is not None and "SERVER_SOFTWARE" in environ:
            start, self._on_first_request = self._on_first_request, None
            start()
        is_upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        if is_upgrade and environ.get("PATH_INFO", "").startswith("/socket.io/"):
            return self._upgrade(environ, start_response)
        if self._turns is not None:
            self._turns.take()
        return self._application(environ, start_response)

    def _upgrade(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        if not _is_handshake(environ):
            headers = [("Content-Type", "text/plain"), ("Sec-WebSocket-Version", "13")]
            start_response("400 Bad Request", headers)
            return [b"This is not the beginning of a WebSocket (RFC 6455).\n"]
        # Events are small: deflate would cost half as much again to send, and 100 KB for each client.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        if self._turns is not None:
            self._turns.come_in()
            return self._sockets(environ, start_response)
        for key in SOCKET_KEYS:
            if key in environ:
                environ[key] = WholeFrames(environ[key])
        return self._sockets(environ, start_response)


def _is_handshake(environ: dict) -> bool:
    """True for a client's opening handshake (RFC 6455, section 4.2.1)."""
    try:
        key = b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except ValueError:
        return False
    is_get = environ.get("REQUEST_METHOD") == "GET"
    return is_get and len(key) == 16 and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"


def frame(message: str | bytes) -> bytes:
    """The message as one unmasked WebSocket frame, as servers send it (RFC 6455, section 5.2)."""
    kind, payload = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
    size = len(payload)
    if size < _SHORT:
        return bytes((kind, size)) + payload
    if size < _MEDIUM:
        return bytes((kind, 126)) + size.to_bytes(2, "big") + payload
    return bytes((kind, 127)) + size.to_bytes(8, "big") + payload
