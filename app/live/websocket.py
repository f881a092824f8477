"""A client's websocket under gevent, without a task that waits for it: the loop calls when something came.

What clients usually say, a short text in one frame, is read right here; anything else is left to wsproto, and
so is all that the same client says later.
"""

import socket as sockets
from collections.abc import Callable, Iterator

from gevent import get_hub
from gevent.monkey import get_original
from gevent.socket import wait_write
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Event, Message, Ping
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError, RemoteProtocolError, generate_accept_token

from .wire import SILENCE_SECONDS, Metered

# Bytes; Linux doubles it, for what it needs beside them. What the system keeps for a client that does not
# read counts as much as what we keep.
SEND_BUFFER = 32 * 1024
GOODBYE = b"\x88\x02" + int(CloseReason.NORMAL_CLOSURE).to_bytes(2, "big")
_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)
_READ = 1
_READ_AT_ONCE = 4096
# The system's own socket, that never waits: gevent's has a place for two waiting tasks.
_Socket = get_original("socket", "socket")


class WebSocket(Metered):
    """One websocket; it takes the connection from the web server, which closes its own after the request."""

    def __init__(self, connection: sockets.socket, largest: int):
        super().__init__()
        family, kind = connection.family, connection.type
        self._socket = _Socket(family, kind, 0, fileno=connection.detach())
        self._socket.setblocking(False)
        self._socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SEND_BUFFER)
        self._watcher = get_hub().loop.io(self._socket.fileno(), _READ)
        self._largest = largest
        self._parser: Connection | None = None
        self._parts: list[str | bytes | bytearray] = []
        self._size = 0
        self.is_open = True
        # Who is called, by the loop itself, when something came; it must not wait.
        self.on_readable: Callable[[], None] | None = None
        # Who is given a message, and says whether there may be more; and who sends what answers a ping.
        self.on_message: Callable[[str | bytes], bool] | None = None
        self.on_answer: Callable[[bytes], object] = self.send_now

    def accept(self, key: str, first: bytes = b"") -> None:
        """Answer the client's handshake with its key, and with what it is told first."""
        token = generate_accept_token(key.encode("latin-1"))
        self.send(_ACCEPTED + token + b"\r\n\r\n" + first)

    # What comes

    def resume(self) -> None:
        """Have `on_readable` called when something comes."""
        self._watcher.start(self.on_readable)

    def pause(self) -> None:
        """Have it called no more."""
        self._watcher.stop()

    def receive(self) -> bytes | None:
        """What came, b"" at the end, None where nothing did."""
        try:
            data = self._socket.recv(_READ_AT_ONCE)
            self.take_note(data)
        except BlockingIOError:
            return None
        except OSError:
            return b""
        return data

    def is_only(self, data: bytes, letter: int) -> bool:
        """True where the data is a whole message of one such ASCII letter."""
        return (
            len(data) == 7
            and data[0] == 0x81
            and data[1] == 0x81
            and data[2] ^ data[6] == letter
            and self._parser is None
        )

    def messages(self, data: bytes) -> Iterator[str | bytes]:
        """The messages that are whole with this data; `is_open` is false once there will be no more."""
        while data and self._parser is None:
            text, data = _short_text(data)
            if text is None:
                self._parser = Connection(ConnectionType.SERVER)
            else:
                yield text
        if data and self.is_open:
            yield from self._parsed(data)

    def _parsed(self, data: bytes) -> Iterator[str | bytes]:
        try:
            self._parser.receive_data(data)
            for event in self._parser.events():
                if isinstance(event, Message):
                    yield from self._collect(event)
                elif isinstance(event, CloseConnection):
                    self.is_open = False
                    self._answer(event.response())
                elif isinstance(event, Ping):
                    self._answer(event.response())
                if not self.is_open:
                    return
        except (LocalProtocolError, RemoteProtocolError):
            self.is_open = False

    def _collect(self, event: Message) -> Iterator[str | bytes]:
        self._parts.append(event.data)
        self._size += len(event.data)
        if self._size > self._largest:
            self.is_open = False
            self._answer(CloseConnection(CloseReason.MESSAGE_TOO_BIG, "Message is too big"))
        elif event.message_finished:
            parts, self._parts, self._size = self._parts, [], 0
            yield "".join(parts) if isinstance(parts[0], str) else b"".join(parts)

    def _answer(self, event: Event) -> None:
        self.on_answer(self._parser.send(event))

    # What goes

    def send_now(self, data: bytes) -> int:
        """Send what the system takes at once, and return how many bytes that was; OSError at the end."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    def send(self, data: bytes) -> None:
        """Send all of it, however long that takes; OSError where nothing is taken (any more)."""
        while len(data := data[self.send_now(data) :]):
            wait_write(self._socket.fileno(), SILENCE_SECONDS, TimeoutError("this client takes nothing"))

    def hang_up(self) -> None:
        """End the connection; whoever waits for it notices."""
        try:
            self._socket.shutdown(sockets.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            return

    def close(self) -> None:
        """Forget the connection, for which nobody may wait any more."""
        self.is_open = False
        if self._socket.fileno() < 0:
            return
        self._watcher.stop()
        self._watcher.close()
        self._socket.close()
        self.on_readable = self.on_message = self.on_answer = None


def _short_text(data: bytes) -> tuple[str | None, bytes]:
    """The text of the masked frame of fewer than 126 bytes that the data begins with, and what follows it.

    None, and the data as it is, where it begins with anything else.
    """
    if len(data) < 6 or data[0] != 0x81 or not 0x80 <= data[1] < 0xFE:
        return None, data
    size = data[1] - 0x80
    end = 6 + size
    if len(data) < end:
        return None, data
    mask = int.from_bytes((data[2:6] * (size // 4 + 1))[:size])
    try:
        return (int.from_bytes(data[6:end]) ^ mask).to_bytes(size).decode(), data[end:]
    except UnicodeDecodeError:
        return None, data
